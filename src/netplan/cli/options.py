"""Options that several commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["Engine", "EngineName", "Jobs", "Overrides", "Quiet", "Seed", "cores"]


class EngineName(StrEnum):
    """Engines that a user may name."""

    AUTO = "auto"
    FAST = "fast"
    SIMPY = "simpy"


Seed = Annotated[int | None, typer.Option(help="Seed, instead of the scenario's.", min=0)]
Engine = Annotated[EngineName | None, typer.Option(help="Engine, instead of the scenario's.")]
Jobs = Annotated[
    int | None,
    typer.Option(help="Runs at a time; results do not depend on it. Default: all cores.", min=1),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", help="Set a value, e.g. targets[0].below_ms=2; may be repeated."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
