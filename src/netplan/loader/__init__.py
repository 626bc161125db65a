"""Reads scenarios and topologies: YAML and CSV in, typed values out, or all problems at once."""

from netplan.loader.loading import load, load_topology

__all__ = ["load", "load_topology"]
