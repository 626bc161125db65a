"""Leaves out what is wrong, so that the rest can be checked at the same time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netplan.input.loader.written import Written, find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netplan.ground.errors import Path

__all__ = ["NOTHING_LOST", "Lost", "part_of", "without_parts"]

_DEPTHS: dict[Path, int] = {
    ("nodes",): 2,
    ("spans",): 2,
    ("links",): 2,
    ("topology", "nodes"): 3,
    ("topology", "spans"): 3,
    ("topology", "links"): 3,
    ("topology",): 2,
    ("traffic", "classes"): 3,
    ("traffic", "demands"): 3,
    ("traffic", "growth_per_year"): 3,
    ("traffic", "city_growth_per_year"): 4,
    ("traffic",): 2,
    ("targets",): 2,
    ("expansion",): 2,
}
"""How long the path of a part is, by its beginning; elsewhere a part is a key of the root."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What was left out: nobody shall be blamed for what follows from that."""

    parts: frozenset[Path] = frozenset()
    names: frozenset[str] = frozenset()
    """Names of nodes, spans, links and classes."""

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __or__(self, other: Lost) -> Lost:
        return Lost(self.parts | other.parts, self.names | other.names)

    def any_of(self, *path: str) -> bool:
        """Tell whether something at or below a path is gone."""
        return any(part[: len(path)] == path for part in self.parts)


NOTHING_LOST = Lost()


def part_of(path: Path) -> Path:
    """Smallest part that can be left out for the sake of a mistake at a path."""
    depths = (depth for start, depth in _DEPTHS.items() if path[: len(start)] == start)
    return path[: next(depths, 1)]


def without_parts(root: Written, parts: Iterable[Path]) -> tuple[Written, Lost]:
    """Leave out parts of a tree; list entries remember their index."""
    gone = set(parts) - {()}
    names: set[str] = set()
    for part in gone:
        found = find(root, part)
        if found.depth == len(part):
            names |= _names(part, found.written)
    return _without(root, gone, ()), Lost(frozenset(gone), frozenset(names))


def _names(part: Path, written: Written) -> set[str]:
    """Names that vanish with a part: its own, those in it, and those that a step adds."""
    inside = written.mapping
    added = {str(entry.mapping["id"].value) for entry in inside.values() if "id" in entry.mapping}
    return {str(part[-1]), *inside, *added}


def _without(written: Written, parts: Iterable[Path], path: Path) -> Written:
    """Leave out all parts in one walk; `path` is where the walk has come to."""
    inside: dict[str | int, list[Path]] = {}
    for key, *rest in parts:
        inside.setdefault(key, []).append(tuple(rest))
    if isinstance(written.value, list):
        entries = [
            replace(entry, spelled=entry.spelled if entry.spelled is not None else (*path, index))
            for index, entry in enumerate(written.items)
            if index not in inside
        ]
        return replace(written, value=entries)
    if not isinstance(written.value, dict):
        return written
    kept = {
        key: _without(entry, inside[key], (*path, key)) if key in inside else entry
        for key, entry in written.mapping.items()
        if () not in inside.get(key, ())
    }
    return replace(written, value=kept)
