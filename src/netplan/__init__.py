"""Tells whether a network keeps its latency promise, until when, and which hop is to blame."""

__version__ = "0.1.0"
