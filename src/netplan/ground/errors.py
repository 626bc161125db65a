"""The errors that netplan raises on purpose.

::

    NetplanError
    ├── InputError        a file or an option is wrong; carries every problem found (exit code 2)
    └── UnstableError     a closed form was asked for a queue that is offered 100 % or more
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["InputError", "NetplanError", "Path", "Place", "Problem", "UnstableError", "one_line"]

Path = tuple[str | int, ...]
"""Keys and list indices from the root of a file to a value, e.g. ``("targets", 0, "below_ms")``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


def spell(path: Path) -> str:
    """Spell a path as a person would.

    Examples
    --------
    >>> spell(("targets", 0, "below_ms"))
    'targets[0].below_ms'
    """
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in path]
    return "".join(parts).removeprefix(".")


def one_line(text: str) -> str:
    r"""Spell out what a terminal would obey instead of show: a line end, a change of direction.

    Examples
    --------
    >>> print(one_line("unknown node 'a\nb'"))
    unknown node 'a\nb'
    """
    return "".join(
        character.encode("unicode_escape").decode() if category(character) in _UNSEEN else character
        for character in text
    )


_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the input: where, what, and what to do about it."""

    path: Path
    message: str
    place: Place | None = None

    def __str__(self) -> str:
        parts = (self.place, spell(self.path), self.message)
        return one_line(": ".join(str(part) for part in parts if part))


class NetplanError(Exception):
    """Base of all errors that netplan raises on purpose."""


class InputError(NetplanError):
    """The input is wrong. `problems` holds everything that was found, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


class UnstableError(NetplanError):
    """A queue is offered 100 % or more of what it can serve, so it has no stationary delay."""
