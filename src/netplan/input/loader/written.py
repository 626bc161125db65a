"""A value as it was written in a file, with the place of every part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from netplan.ground.errors import Path, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Found",
    "Places",
    "Plain",
    "Scalar",
    "Written",
    "find",
    "kind_in_words",
    "number",
    "plain",
]

Scalar: TypeAlias = str | int | float | bool | None
Plain: TypeAlias = Scalar | dict[str, "Plain"] | list["Plain"]


@dataclass(frozen=True, slots=True)
class Written:
    """A scalar, a mapping or a list, and where it stands."""

    value: Scalar | dict[str, Written] | list[Written]
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    """Of a mapping: where its keys stand."""
    spelled: Path | None = None
    """How a person would call it, where that differs from the path in the tree."""
    size: int = 1
    """How many values it is made of, itself included; aliases count each time."""

    @property
    def mapping(self) -> dict[str, Written]:
        """The entries of a mapping; none if it is something else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Written]:
        """The entries of a list; none if it is something else."""
        return self.value if isinstance(self.value, list) else []

    def with_entry(self, key: str, entry: Written, place: Place) -> Written:
        """Put an entry into a mapping, at its end or instead of the one of that key."""
        return replace(self, value={**self.mapping, key: entry}, keys={**self.keys, key: place})

    def without(self, key: str) -> Written:
        """Leave out an entry of a mapping."""
        return replace(self, value={k: v for k, v in self.mapping.items() if k != key})


@dataclass(frozen=True, slots=True)
class Found:
    """What `find` came to: the value, its place, and how a person would call it."""

    written: Written
    place: Place
    path: Path
    depth: int
    """How many keys of the path were there."""


def find(root: Written, path: Path, *, at_key: bool = False) -> Found:
    """Follow a path as far as it goes.

    The place is that of the value if it is a scalar, else that of its key. With `at_key` it is the
    place of the key in any case.
    """
    found = Found(root, root.place, root.spelled or (), 0)
    for depth, key in enumerate(path, start=1):
        step = _step(found, key, depth, at_key=at_key and depth == len(path))
        if step is None:
            break
        found = step
    return found


def _step(found: Found, key: str | int, depth: int, *, at_key: bool) -> Found | None:
    written = found.written
    if isinstance(key, int):
        if key >= len(written.items):
            return None
        entry = written.items[key]
        place = entry.place
    else:
        if key not in written.mapping:
            return None
        entry = written.mapping[key]
        place = _entry_place(written, key, entry, at_key=at_key)
    spelled = (*found.path, key) if entry.spelled is None else entry.spelled
    return Found(entry, place, spelled, depth)


def _entry_place(mapping: Written, key: str, entry: Written, *, at_key: bool) -> Place:
    if at_key or isinstance(entry.value, dict | list):
        return mapping.keys.get(key, entry.place)
    return entry.place


def plain(written: Written) -> Plain:
    """Strip the places."""
    value = written.value
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value


class Places(Mapping[Path, Place]):
    """Place of every value of a tree by its path, found when it is asked for."""

    def __init__(self, root: Written) -> None:
        self._root = root

    def __getitem__(self, path: Path) -> Place:
        """Place of the value at a path; a value that was left out has none."""
        found = find(self._root, path)
        if found.depth < len(path):
            raise KeyError(path)
        return found.place

    def __iter__(self) -> Iterator[Path]:
        return _paths(self._root, ())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _paths(written: Written, path: Path) -> Iterator[Path]:
    yield path
    for key, entry in written.mapping.items():
        yield from _paths(entry, (*path, key))
    for index, entry in enumerate(written.items):
        yield from _paths(entry, (*path, index))


def kind_in_words(value: object) -> str:
    """Say what a value is.

    Examples
    --------
    >>> kind_in_words("4OO"), kind_in_words(None), kind_in_words([1, 2])
    ("the text '4OO'", 'nothing', 'a list')
    """
    if isinstance(value, str):
        return f"the text {_shortened(value)!r}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return number(value) if isinstance(value, int | float) else _shortened(str(value))


def number(value: float) -> str:
    """Spell a number as a person would.

    Examples
    --------
    >>> number(1e6), number(0.1), number(3e9), number(float("nan"))
    ('1000000', '0.1', '3000000000', 'nan')
    """
    return _shortened(str(value)) if isinstance(value, int) else f"{value:.12g}"


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
