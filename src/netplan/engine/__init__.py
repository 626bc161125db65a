"""Engines: the same packets in, the same delays out.

`model` is what they are given and give back, `workload` draws the packets, `reference` is the SimPy
engine, `fast` the compiled one. Engines know ports and packets: no targets, no percentiles.
"""
