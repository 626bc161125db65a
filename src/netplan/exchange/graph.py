"""Graphs of others, as GraphML and node-link files give them, made into a topology.

What their attributes are called is settled by use, not by a standard. Understood are those of the
Internet Topology Zoo (S. Knight et al., "The Internet Topology Zoo", *IEEE Journal on Selected
Areas in Communications* 29(9), 2011, 1765-1775): ``label``, ``Latitude``, ``Longitude``,
``LinkSpeedRaw`` [bit/s]; of TopoHub: ``name``, ``pos`` (longitude, latitude), ``dist`` [km],
``demands``; and our own ``role``, ``city``, ``population``, ``capacity_gbps``, ``length_km``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from netplan.exchange.draft import Draft, listed, topology_of, written
from netplan.exchange.names import Names
from netplan.exchange.sheets import DEFAULT_CLASS
from netplan.exchange.words import plain_number
from netplan.ground.errors import Place
from netplan.ground.units import GBPS
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import Role

if TYPE_CHECKING:
    from netplan.input.loader.written import Plain

__all__ = ["Edge", "Graph", "draft_of_graph", "named"]

Values: TypeAlias = Mapping[str, object]
Point: TypeAlias = tuple[float, float]

_LABELS = ("label", "name")
_LATITUDES = ("Latitude", "latitude", "lat")
_LONGITUDES = ("Longitude", "longitude", "lon", "lng")
_SPEEDS = {"capacity_gbps": 1.0, "LinkSpeedRaw": 1 / GBPS}
"""Attributes that say a capacity, and their unit [Gbit/s]."""
_LENGTHS = ("length_km", "dist")
_USED = {*_LABELS, *_LATITUDES, *_LONGITUDES, *_SPEEDS, *_LENGTHS, "pos", "demands", "id"}
_USED |= {"role", "city", "population", "key", "stats", "node_default", "edge_default"}
_SAME = 0.02
"""A length this close to the great circle is taken for the great circle, not for a cable."""
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge with its attributes."""

    key: str
    """Its name; empty if it has none."""
    source: str
    target: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph as it was read; nodes and edges may have any attributes."""

    is_directed: bool
    values: Values
    nodes: Mapping[str, Values]
    edges: Sequence[Edge]


def named(edges: Sequence[Edge]) -> dict[str, Edge]:
    """Return edges by their names; those without one are called after their ends."""
    found: dict[str, Edge] = {}
    for edge in edges:
        base = edge.key or f"{edge.source}--{edge.target}"
        name, number = base, 2
        while name in found:
            name, number = f"{base}-{number}", number + 1
        found[name] = edge
    return found


def draft_of_graph(graph: Graph, name: str, file: str, unit_gbps: float) -> Draft:
    """Make a draft of a graph.

    Parameters
    ----------
    graph
        The graph.
    name
        What the topology is called if the graph does not say.
    file
        Name of the file, for sources.
    unit_gbps
        One unit of the ``demands`` of the graph [Gbit/s].
    """
    names, keys = Names("node"), Names("link")
    points = _points(graph)
    nodes = {}
    for node, values in graph.nodes.items():
        own = names.of(node, _text(values, _LABELS))
        nodes[own] = written(_node(values, points.get(node), node, file), Place(file))
    edges, notes = _undirected(graph)
    links = {}
    for number, edge in enumerate(edges):
        ends = (names.of(edge.source), names.of(edge.target))
        # Edges of others may share a name; ours may not.
        key = keys.of(str(number), edge.key.strip() or f"{ends[0]}--{ends[1]}")
        links[key] = written(_link(edge, ends, points, file), Place(file))
    title = _text(graph.values, ("label", "Network", "name")) or name
    demands = [written(one, Place(file)) for one in _demands(graph, names, unit_gbps)]
    if demands:
        notes.append(f"unit of demands taken as {unit_gbps:g} Gbit/s")
    topology = topology_of(file, {"name": title[:200]}, nodes, links)
    notes += [*_notes(graph, edges), *names.notes]
    return Draft(topology, tuple(demands), tuple(notes), is_foreign=True)


# --- nodes ----------------------------------------------------------------------------------


def _node(values: Values, point: Point | None, name: str, file: str) -> dict[str, Plain]:
    role = values.get("role")
    known = isinstance(role, str) and role in [*Role]
    basis = Path(file).name + ("" if known else "; that it is a core router is assumed")
    node: dict[str, Plain] = {
        "role": str(role) if known else str(Role.CORE),
        "name": (_text(values, _LABELS) or name)[:200],
    }
    if point is not None:
        node["at"] = [*point]
    if city := _text(values, ("city",)):
        node["city"] = Names("city").of(city)
    people = _number(values, ("population",))
    if people is not None and people > 0:
        node["population"] = round(people)
    return node | {"source": {"basis": basis, "confidence": "low" if known else "assumed"}}


def _points(graph: Graph) -> dict[str, Point]:
    """Latitude and longitude of each node that has a place on the Earth."""
    found: dict[str, Point] = {}
    drawn: dict[str, Point] = {}
    for node, values in graph.nodes.items():
        lat, lon = _number(values, _LATITUDES), _number(values, _LONGITUDES)
        pos = values.get("pos")
        if lat is not None and lon is not None:
            found[node] = (lat, lon)
        elif isinstance(pos, list | tuple) and len(pos) == 2:
            x, y = (_number({"at": part}, ("at",)) for part in pos)
            if x is not None and y is not None:
                drawn[node] = (y, x)
    # Layouts for drawing also go by `pos`, and lie between -1 and 1.
    if any(max(abs(lat), abs(lon)) > 1 for lat, lon in drawn.values()):
        found = {**drawn, **found}
    return {
        node: (lat, lon) for node, (lat, lon) in found.items() if abs(lat) <= 90 >= abs(lon) / 2
    }


# --- edges ----------------------------------------------------------------------------------


def _undirected(graph: Graph) -> tuple[list[Edge], list[str]]:
    """Join two opposite arcs to one edge, and drop loops."""
    notes: list[str] = []
    edges = [edge for edge in graph.edges if edge.source != edge.target]
    if loops := len(graph.edges) - len(edges):
        notes.append(f"{loops} edges from a node to itself left out")
    if not graph.is_directed:
        return edges, notes
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    joined: list[Edge] = []
    for edge in edges:
        if partners := waiting[edge.target, edge.source]:
            first = partners.pop(0)
            joined[first] = replace(joined[first], values=_both_ways(joined[first], edge))
        else:
            waiting[edge.source, edge.target].append(len(joined))
            joined.append(edge)
    alone = [f"{a}>{b}" for (a, b), left in waiting.items() for _ in left]
    if alone:
        notes.append(f"edges one way only taken for both ways: {listed(alone)}")
    return joined, notes


def _both_ways(forward: Edge, reverse: Edge) -> Values:
    back = _capacity(reverse.values)
    return {**forward.values, **({_REVERSE: back} if back is not None else {})}


_REVERSE = " reverse_gbps"
"""Where the capacity of an opposite arc is kept; no file has an attribute of that name."""


def _link(
    edge: Edge, ends: tuple[str, str], points: Mapping[str, Point], file: str
) -> dict[str, Plain]:
    link: dict[str, Plain] = {"ends": [*ends]}
    said = []
    capacity, back = _capacity(edge.values), _number(edge.values, (_REVERSE,))
    if capacity is not None:
        both: Plain = {"forward": capacity, "reverse": back} if back is not None else capacity
        link["capacity_gbps"] = capacity if back == capacity else both
        said.append("capacity")
    length = _length(edge, points)
    if length is not None:
        link["length_km"] = length
        said.append("length")
    if said:
        link["source"] = {"basis": f"{Path(file).name}: {' and '.join(said)}", "confidence": "low"}
    return link


def _capacity(values: Values) -> float | None:
    for key, unit in _SPEEDS.items():
        value = _number(values, (key,))
        if value is not None and value > 0:
            return plain_number(float(f"{value * unit:.{_DIGITS}g}"))
    return None


def _length(edge: Edge, points: Mapping[str, Point]) -> float | None:
    """Return the length of a cable [km], or None where only the great circle is known."""
    length = _number(edge.values, _LENGTHS)
    if length is None or length <= 0:
        return None
    if edge.source in points and edge.target in points and "length_km" not in edge.values:
        straight = great_circle_km(points[edge.source], points[edge.target])
        if abs(length - straight) <= _SAME * straight:
            return None
    return plain_number(length)


# --- demands and notes ----------------------------------------------------------------------


def _demands(graph: Graph, names: Names, unit_gbps: float) -> Iterator[dict[str, Plain]]:
    """Yield the demands that TopoHub keeps as a mapping of mappings."""
    table = graph.values.get("demands")
    for source, row in table.items() if isinstance(table, Mapping) else ():
        for target in row if isinstance(row, Mapping) else ():
            value = _number(row, (target,))
            if value is not None and value > 0:
                yield {
                    "class": DEFAULT_CLASS,
                    "from": names.of(str(source)),
                    "to": names.of(str(target)),
                    "rate_gbps": plain_number(float(f"{value * unit_gbps:.{_DIGITS}g}")),
                }


def _notes(graph: Graph, edges: Sequence[Edge]) -> Iterator[str]:
    plain = [n for n, values in graph.nodes.items() if values.get("role") not in [*Role]]
    if plain:
        yield f"role of {len(plain)} nodes assumed: core"
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    if lonely := [node for node in graph.nodes if node not in ends]:
        yield f"nodes without a link: {listed(lonely)}"
    for what, all_values in (
        ("graph", [graph.values]),
        ("nodes", list(graph.nodes.values())),
        ("edges", [edge.values for edge in graph.edges]),
    ):
        unused = dict.fromkeys(k for values in all_values for k in values if k not in _USED)
        if unused:
            yield f"attributes of {what} not used: {listed(list(unused))}"


def _text(values: Values, keys: Sequence[str]) -> str | None:
    texts = (str(values[key]).strip() for key in keys if values.get(key) is not None)
    return next((text for text in texts if text), None)


def _number(values: Values, keys: Sequence[str]) -> float | None:
    """Return the first of several attributes that is a number, or spells one."""
    for key in keys:
        value = values.get(key)
        try:
            number = float(value) if isinstance(value, int | float | str) else None
        except ValueError:
            number = None
        if number is not None and isfinite(number):
            return number
    return None
