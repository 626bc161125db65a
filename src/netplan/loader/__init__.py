"""Reads scenarios and topologies: YAML and CSV in, typed values out, or all problems at once."""

from netplan.loader.loading import kind_of, load, load_topology
from netplan.loader.schema import schema

__all__ = ["kind_of", "load", "load_topology", "schema"]
