"""Fills in what a file of another format leaves out, and marks every bit of it as assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import floor, isfinite

from netplan.exchange.draft import Draft, listed, written
from netplan.exchange.words import plain_number
from netplan.input.loader.written import Plain, Written, find, plain
from netplan.input.scenario.fields import LONGEST_KM
from netplan.input.scenario.lengths import great_circle_km

__all__ = ["STANDARD", "STRICT", "Assumptions", "with_assumptions"]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Values for what a file does not say; None: it has to say it."""

    capacity_gbps: float | None = None
    """Of a link."""
    processing_us: float | None = None
    """Of a node."""
    route_factor: float | None = None
    """Cable length over great circle, where both ends have coordinates."""
    length_km: float | None = None
    """Of a cable whose ends have no coordinates."""

    def __or__(self, other: Assumptions) -> Assumptions:
        keys = self.__dataclass_fields__
        given = {key: getattr(self, key) for key in keys if getattr(self, key) is not None}
        return replace(other, **given)


STRICT = Assumptions()
STANDARD = Assumptions(
    capacity_gbps=100.0,
    # A modelling range of 10-50 µs a hop is usual for an unloaded router; no source found.
    processing_us=20.0,
    # Median over conduits among the 120 largest population centres of the United States,
    # arXiv:1811.10737.
    route_factor=1.3,
    length_km=100.0,
)
"""For files that were not laid out for netplan."""

_SHORTEST_KM = 1.0
"""Assumed between two sites at one place."""

_Step = Callable[[Written, Assumptions, str], tuple[Written, list[str]]]


def with_assumptions(draft: Draft, given: Assumptions, file: str) -> Draft:
    """Fill in what a draft leaves out.

    Parameters
    ----------
    draft
        What was read.
    given
        What to assume; for a foreign file the rest comes from `STANDARD`.
    file
        Its name, for the sources of what was filled in.
    """
    if draft.is_foreign:
        given = given | STANDARD
    topology, notes = draft.topology, list(draft.notes)
    steps: tuple[_Step, ...] = (_with_cables, _with_lengths, _with_capacities, _with_processing)
    for step in steps:
        topology, said = step(topology, given, file)
        notes += said
    return replace(draft, topology=topology, notes=tuple(notes))


# --- one step each --------------------------------------------------------------------------


def _with_cables(topology: Written, given: Assumptions, file: str) -> tuple[Written, list[str]]:
    """Lay a span under every link that has none."""
    if given.route_factor is None and given.length_km is None:
        return topology, []
    joined = {
        frozenset(ends) for span in _items(topology, "spans").values() if (ends := _ends(span))
    }
    new: list[str] = []
    for link in _items(topology, "links").values():
        ends = _ends(link)
        bare = ends and not {"over", "length_km"} & {*link.mapping}
        if ends and bare and frozenset(ends) not in joined:
            joined.add(frozenset(ends))
            source: Plain = {"basis": f"{file} names no cable; one of its own", **_ASSUMED}
            name = _free(f"{ends[0]}~{ends[1]}", {*_items(topology, "spans")})
            span = written({"ends": [*ends], "source": source}, link.place)
            topology = _with(topology, "spans", name, span)
            new.append(name)
    said = f"{_count(new, 'link')} given a cable straight between the ends: {listed(new)}"
    return topology, [said] if new else []


def _with_lengths(topology: Written, given: Assumptions, file: str) -> tuple[Written, list[str]]:
    """Give a route factor to spans between known places, and a length to the others."""
    if find(topology, ("defaults", "spans", "route_factor")).depth == 3:
        return topology, []
    factored: list[str] = []
    blind: list[str] = []
    for name, span in _items(topology, "spans").items():
        if {"length_km", "route_factor"} & {*span.mapping} or not _ends(span):
            continue
        straight = _straight_km(topology, span)
        key, value = _length(straight, given)
        if value is None:
            continue
        (blind if straight is None else factored).append(name)
        basis = f"no length in {file}; {key.replace('_', ' ')} {value:g} assumed"
        topology = _with(topology, "spans", name, _assumed(span, key, value, basis))
    notes = []
    if factored:
        notes.append(
            f"length of {_count(factored, 'cable')} assumed: great circle x route factor "
            f"{given.route_factor:g}: {listed(factored)}"
        )
    if blind:
        notes.append(
            f"length of {_count(blind, 'cable')} without coordinates assumed, "
            f"{given.length_km:g} km: {listed(blind)}"
        )
    return topology, notes


def _length(straight: float | None, given: Assumptions) -> tuple[str, float | None]:
    """Choose what says the length of a span whose ends are so far apart [km]."""
    if straight is None:
        return "length_km", given.length_km
    if straight == 0:
        return "length_km", _SHORTEST_KM
    longest = floor(LONGEST_KM / straight * 1000) / 1000
    factor = given.route_factor
    return "route_factor", factor if factor is None else min(factor, longest)


def _straight_km(topology: Written, span: Written) -> float | None:
    """Return the great circle between the ends [km], or None without coordinates."""
    nodes = _items(topology, "nodes")
    points = [_point(nodes[end]) for end in _ends(span) if end in nodes]
    known = [point for point in points if point is not None]
    return great_circle_km(*known) if len(known) == 2 else None


def _with_capacities(topology: Written, given: Assumptions, file: str) -> tuple[Written, list[str]]:
    if (
        given.capacity_gbps is None
        or find(topology, ("defaults", "links", "capacity_gbps")).depth == 3
    ):
        return topology, []
    bare = [k for k, v in _items(topology, "links").items() if "capacity_gbps" not in v.mapping]
    value = plain_number(given.capacity_gbps)
    for name in bare:
        link = _items(topology, "links")[name]
        basis = f"no capacity in {file}; {value:g} Gbit/s assumed"
        topology = _with(topology, "links", name, _assumed(link, "capacity_gbps", value, basis))
    said = f"capacity of {_count(bare, 'link')} assumed, {value:g} Gbit/s: {listed(bare)}"
    return topology, [said] if bare else []


def _with_processing(topology: Written, given: Assumptions, file: str) -> tuple[Written, list[str]]:
    """Give a default to each role of which a node does not say its processing delay."""
    if given.processing_us is None:
        return topology, []
    bare = {
        str(node.mapping["role"].value)
        for node in _items(topology, "nodes").values()
        if "role" in node.mapping and "processing_us" not in node.mapping
    } - {"transit"}
    roles = [r for r in sorted(bare) if find(topology, ("defaults", "nodes", r)).depth < 3]
    for role in roles:
        default = written({"processing_us": plain_number(given.processing_us)}, topology.place)
        defaults = topology.mapping.get("defaults", Written({}, topology.place))
        nodes = defaults.mapping.get("nodes", Written({}, topology.place))
        nodes = nodes.with_entry(role, default, topology.place)
        defaults = defaults.with_entry("nodes", nodes, topology.place)
        topology = topology.with_entry("defaults", defaults, topology.place)
    said = f"processing of {', '.join(roles)} nodes assumed, {given.processing_us:g} µs each"
    return topology, [said] if roles else []


# --- parts of a topology as it was written --------------------------------------------------

_ASSUMED: dict[str, Plain] = {"confidence": "assumed"}


def _items(topology: Written, kind: str) -> dict[str, Written]:
    return topology.mapping[kind].mapping if kind in topology.mapping else {}


def _ends(item: Written) -> tuple[str, ...]:
    """Return the two ends of a span or link; nothing where they are not two texts."""
    ends = [entry.value for entry in item.mapping["ends"].items] if "ends" in item.mapping else []
    names = tuple(end for end in ends if isinstance(end, str))
    return names if len(ends) == len(names) == 2 else ()


def _point(node: Written) -> tuple[float, float] | None:
    parts = plain(node.mapping["at"]) if "at" in node.mapping else None
    numbers = [p for p in parts if isinstance(p, int | float)] if isinstance(parts, list) else []
    # Places that are none are left to the check of the topology.
    known = len(numbers) == 2 and abs(numbers[0]) <= 90 and isfinite(numbers[1])
    return (numbers[0], numbers[1]) if known else None


def _with(topology: Written, kind: str, name: str, item: Written) -> Written:
    whole = topology.mapping.get(kind, Written({}, topology.place))
    whole = whole.with_entry(name, item, item.place)
    return topology.with_entry(kind, whole, topology.keys.get(kind, topology.place))


def _assumed(item: Written, key: str, value: float, basis: str) -> Written:
    """Set a value, and say in the source that it is assumed."""
    said = plain(item.mapping["source"]) if "source" in item.mapping else {}
    source = dict(said) if isinstance(said, dict) else {}
    source |= {"basis": f"{source['basis']}; {basis}" if "basis" in source else basis, **_ASSUMED}
    item = item.with_entry("source", written(source, item.place), item.place)
    return item.with_entry(key, Written(value, item.place), item.place)


def _free(name: str, taken: set[str]) -> str:
    number = 2
    free = name[:80]
    while free in taken:
        free, number = f"{name[:76]}-{number}", number + 1
    return free


def _count(names: list[str], what: str) -> str:
    return f"{len(names)} {what}{'s' if len(names) != 1 else ''}"
