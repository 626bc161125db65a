"""Options that several commands share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from netplan.ground.texts import Language, preferred_language

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DryRun",
    "Engine",
    "EngineName",
    "Jobs",
    "Lang",
    "Overrides",
    "Quiet",
    "Scheduler",
    "Seed",
    "Simulating",
    "cores",
    "spoken",
]


class EngineName(StrEnum):
    """Engines that a user may name."""

    AUTO = "auto"
    FAST = "fast"
    SIMPY = "simpy"


class LanguageName(StrEnum):
    """Languages of reports, pictures and errors."""

    EN = "en"
    ZH = "zh"


Seed = Annotated[int | None, typer.Option(help="Seed, instead of the scenario's.", min=0)]
Engine = Annotated[EngineName | None, typer.Option(help="Engine, instead of the scenario's.")]
Jobs = Annotated[
    int | None,
    typer.Option(help="Runs at a time; results do not depend on it. Default: all cores.", min=1),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a value, e.g. targets[0].below_ms=2; may be repeated.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be simulated and how long it takes.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(help="Run on the Dask cluster of this scheduler, e.g. tcp://host:8786."),
]
Lang = Annotated[LanguageName | None, typer.Option(help="Language; default: that of the locale.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def spoken(lang: LanguageName | None) -> Language:
    """Return the language that was chosen, or else that of the locale."""
    return preferred_language(os.environ) if lang is None else lang.value


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulating:
    """What the options of a command that simulates say about all of its scenarios."""

    overrides: Sequence[str]
    seed: int | None
    engine: str | None
    jobs: int
    scheduler: str | None
    language: Language
    quiet: bool

    @classmethod
    def by_options(
        cls,
        *,
        overrides: Sequence[str] | None,
        seed: int | None,
        engine: str | None,
        jobs: int | None,
        scheduler: str | None = None,
        lang: LanguageName | None,
        quiet: bool,
    ) -> Simulating:
        """Put in what is meant where an option is left out."""
        return cls(
            overrides=overrides or [],
            seed=seed,
            engine=engine,
            jobs=jobs or cores(),
            scheduler=scheduler,
            language=spoken(lang),
            quiet=quiet,
        )
