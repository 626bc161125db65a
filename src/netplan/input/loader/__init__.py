"""Reads scenarios and topologies: YAML and CSV in, typed values out, or all problems at once."""

from netplan.input.loader.loading import load, load_any, load_topology
from netplan.input.loader.schema import schema

__all__ = ["load", "load_any", "load_topology", "schema"]
