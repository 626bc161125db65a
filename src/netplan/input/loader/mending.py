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
    # The last entry of a list goes first, so that the indices of the others still hold.
    for part in sorted(gone, key=lambda part: [str(key).zfill(9) for key in part], reverse=True):
        found = find(root, part)
        if found.depth == len(part):
            names |= _names(part, found.written)
            root = _without(root, part, ())
    return root, Lost(frozenset(gone), frozenset(names))


def _names(part: Path, written: Written) -> set[str]:
    """Names that vanish with a part: its own, those in it, and those that a step adds."""
    inside = written.mapping
    added = {str(entry.mapping["id"].value) for entry in inside.values() if "id" in entry.mapping}
    return {str(part[-1]), *inside, *added}


def _without(written: Written, part: Path, path: Path) -> Written:
    key, *rest = part
    if isinstance(key, int):
        entries = [
            replace(entry, spelled=entry.spelled if entry.spelled is not None else (*path, index))
            for index, entry in enumerate(written.items)
        ]
        return replace(written, value=entries[:key] + entries[key + 1 :])
    if not rest:
        return written.without(key)
    inner = _without(written.mapping[key], tuple(rest), (*path, key))
    return replace(written, value={**written.mapping, key: inner})
