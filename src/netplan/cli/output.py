"""Printing: tables to stdout; progress, messages and errors to stderr."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

import typer

from netplan.ground.errors import InputError, NetplanError
from netplan.ground.texts import preferred_language
from netplan.ground.texts.problems import message_in_language, problem_in_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netplan.ground.texts import Language

__all__ = ["Exit", "Interrupted", "Reporter", "fail", "guarded", "progress_of", "say", "told_by"]

LONGEST_TASK = 32
"""Columns for what goes on, beside a progress bar."""


class Exit(IntEnum):
    """Exit codes."""

    MET = 0
    MISSED = 1
    INPUT_ERROR = 2
    UNDECIDED = 3
    INTERRUPTED = 130
    NOBODY_READS = 141
    """As of programs that end by the signal SIGPIPE."""


_COLOURS = {"MISSED": "31", "UNDECIDED": "33", "MET": "32", "met": "32"}
_COLOURS |= {"未满足": "31", "未判定": "33", "满足": "32"}
_OUTCOME = re.compile(r"\b(MISSED|UNDECIDED|MET|met)\b|(?<=\s|：)(未满足|未判定|满足)(?=\s|（)")


def _is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person looks; a stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


def say(text: str, *, quiet: bool = False) -> None:
    """Print to stdout; outcomes in colour on a terminal."""
    if quiet:
        return
    if _is_terminal(sys.stdout):
        text = _OUTCOME.sub(lambda found: f"\033[{_COLOURS[found[0]]}m{found[0]}\033[0m", text)
    typer.echo(text.rstrip("\n"))


def fail(message: str) -> None:
    """Print a message to stderr."""
    typer.echo(message, err=True)


class Interrupted(BaseException):
    """Ctrl-C. The command-line library would turn a KeyboardInterrupt into exit code 1."""


@contextmanager
def guarded(language: Language | None = None) -> Iterator[None]:
    """Turn errors that netplan raises on purpose into lines on stderr and exit code 2.

    Parameters
    ----------
    language
        Of the errors; left out: that of the locale.
    """
    spoken = language or preferred_language(os.environ)
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted from error
    except BrokenPipeError as error:
        # Who reads has seen enough, e.g. `head`.
        raise typer.Exit(Exit.NOBODY_READS) from error
    except InputError as error:
        for problem in error.problems:
            fail(problem_in_language(problem, spoken))
        count = len(error.problems)
        counted = f"{count} problem{'s' if count != 1 else ''}; nothing was simulated or written"
        fail(message_in_language(counted, spoken))
        raise typer.Exit(Exit.INPUT_ERROR) from error
    except NetplanError as error:
        fail(str(error))
        raise typer.Exit(Exit.INPUT_ERROR) from error
    except OSError as error:
        remedy = message_in_language("choose another place", spoken)
        fail(f"{error.filename or 'file'}: {error.strerror or error}; {remedy}")
        raise typer.Exit(Exit.INPUT_ERROR) from error


class Reporter:
    """Shows on stderr how far a round of runs has come: a bar on a terminal, else nothing."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, object] = {}

    def __call__(self, what: str, done: int, of: int) -> None:
        """Take note of progress, as `netplan.judge.evaluation.Progress` says."""
        if not self._tasks:
            self._bar.start()
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(_shortened(what), total=of)
        self._bar.update(self._tasks[what], completed=done, total=of)  # type: ignore[arg-type]  # a TaskID

    def close(self) -> None:
        """Remove the bar."""
        self._bar.stop()


def _shortened(what: str) -> str:
    """Cut the middle out of a long text, so that the bar keeps its place."""
    return what if len(what) <= LONGEST_TASK else f"{what[:12]} … {what[-16:]}"


@contextmanager
def told_by(reporter: Reporter | None) -> Iterator[Callable[[str, int, int], None]]:
    """Provide who is told of progress; however it ends, the bar is removed."""
    try:
        yield reporter or (lambda *_: None)
    finally:
        if reporter is not None:
            reporter.close()


def progress_of(quiet: bool) -> Reporter | None:
    """Return a progress bar where somebody can see it."""
    return Reporter() if _is_terminal(sys.stderr) and not quiet else None
