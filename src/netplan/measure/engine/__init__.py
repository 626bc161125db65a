"""Engines: the same packets in, the same delays out.

`model` is what they are given and give back, `workload` draws the packets, `reference` is the SimPy
engine, `fast` the compiled one: `layout` is its memory, `sweep` chooses the port, `serving` says
what happens there, `tables` how. Engines know ports and packets: no targets, no percentiles.
"""
