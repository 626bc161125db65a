"""The command line: arguments, exit codes, and the one place that prints errors."""

from netplan.cli.app import main

__all__ = ["main"]
