"""What a file of another format says, in the words of a topology file, before it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.ground.errors import InputError, Place, Problem
from netplan.input.loader.written import Plain, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Draft", "listed", "topology_of", "unreadable", "written"]

_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """A topology and its demands as they were read."""

    topology: Written
    demands: tuple[Written, ...] = ()
    """Mappings of class, from, to, rate_gbps and, if given, route."""
    notes: tuple[str, ...] = ()
    """What had to be changed, assumed or left out, for a person to read."""
    is_foreign: bool = False
    """The file was not laid out for netplan: what it leaves out has to be assumed."""


def written(value: Plain, place: Place) -> Written:
    """Give every part of a value the same place."""
    if isinstance(value, dict):
        entries = {key: written(entry, place) for key, entry in value.items()}
        return Written(entries, place, dict.fromkeys(entries, place))
    if isinstance(value, list):
        return Written([written(entry, place) for entry in value], place)
    return Written(value, place)


def topology_of(
    file: str,
    said: Mapping[str, Plain],
    nodes: Mapping[str, Written],
    links: Mapping[str, Written],
    spans: Mapping[str, Written] | None = None,
) -> Written:
    """Put a topology together of what is said once and of its parts."""
    place = Place(file)
    topology = written({"netplan": "topology/1", **said}, place)
    for kind, parts in (("nodes", nodes), ("spans", spans or {}), ("links", links)):
        whole = Written(dict(parts), place, {name: part.place for name, part in parts.items()})
        topology = topology.with_entry(kind, whole, place)
    return topology


def unreadable(file: str, message: str, line: int = 0, column: int = 0) -> InputError:
    """Make an error of a file that cannot be read at all."""
    return InputError([Problem((), message, Place(file, line, column))])


def listed(names: Sequence[str]) -> str:
    """Name the first few of many.

    Examples
    --------
    >>> listed(["a", "b"]), listed(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    more = len(names) - _MOST_NAMES
    return f"{', '.join(names[:_MOST_NAMES])}{f' and {more} more' if more > 0 else ''}"
