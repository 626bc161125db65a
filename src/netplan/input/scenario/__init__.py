"""The user's words and units, as frozen types: one class for every mapping in the input files.

The JSON Schemas of the files are generated from these types. Computing happens in SI, on what
`netplan.network.topology` and `netplan.network.demand` make of them.

Their annotations are no strings (`from __future__ import annotations`), which pydantic would
evaluate one by one at every start.
"""
