"""GraphML: sites as nodes, links as edges, with the attribute names of the Internet Topology Zoo.

Spans and defaults have no place in a graph; they stand as JSON among the attributes of the graph.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from netplan.exchange.draft import Draft, listed, topology_of, unreadable, written
from netplan.exchange.graph import Edge, Graph, draft_of_graph, named
from netplan.exchange.sheets import Sheet, draft_of_sheets
from netplan.exchange.words import flat, topology_in_words
from netplan.ground.errors import Place
from netplan.ground.units import GBPS
from netplan.input.loader.csv_text import Cell, Row
from netplan.input.scenario.build import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netplan.input.loader.files import Reading
    from netplan.input.loader.written import Scalar
    from netplan.input.scenario.network import TopologySpec

__all__ = ["read", "write"]

_SAID_ONCE = ("name", "description", "defaults", "spans")
_NODE_WORDS = {"label": "name.en", "Latitude": "latitude", "Longitude": "longitude"}
"""The Zoo's attributes of a node, and our columns."""
_SAME = 1e-6
"""Capacities that differ by less are equal."""


# --- in -------------------------------------------------------------------------------------


def read(content: bytes, name: str, file: str, unit_gbps: float, reading: Reading) -> Draft:
    """Make a draft of a GraphML file, our own or anybody's."""
    graph = _graph(content, file)
    if graph.values.get("netplan") != "topology/1":
        return draft_of_graph(graph, name, file, unit_gbps)
    place = Place(file)
    sheets = {
        "nodes": _sheet({n: _own_node(values) for n, values in graph.nodes.items()}, place),
        "links": _sheet({k: _own_link(edge) for k, edge in named(graph.edges).items()}, place),
    }
    parts = draft_of_sheets(sheets, file, reading).topology.mapping
    said = {key: _json(graph.values[key], key, file) for key in _SAID_ONCE if key in graph.values}
    spans = {key: written(entry, place) for key, entry in said.pop("spans", {}).items()}
    nodes, links = parts["nodes"].mapping, parts["links"].mapping
    defaults = flat((said.get("defaults") or {}).get("links") or {})
    notes = tuple(_contradicted(graph, defaults))
    return Draft(topology_of(file, said, nodes, links, spans), notes=notes)


def _graph(content: bytes, file: str) -> Graph:
    import networkx as nx

    try:
        with warnings.catch_warnings():
            # Of missing types and of ports, which do not matter here.
            warnings.simplefilter("ignore")
            reader = nx.readwrite.graphml.GraphMLReader(edge_key_type=str, force_multigraph=True)
            found = next(iter(reader(string=content.decode("utf-8-sig"))))
    except ET.ParseError as error:
        line, column = error.position
        raise unreadable(file, "not well-formed XML", line, column + 1) from error
    except (nx.NetworkXError, StopIteration, LookupError, ValueError) as error:
        raise unreadable(file, f"not a GraphML graph ({error})") from error
    edges = [
        # Networkx counts edges without an id: that is no name.
        Edge(key if isinstance(key, str) else "", str(source), str(target), data)
        for source, target, key, data in found.edges(keys=True, data=True)
    ]
    nodes = {str(node): values for node, values in found.nodes(data=True)}
    return Graph(found.is_directed(), found.graph, nodes, edges)


def _sheet(records: Mapping[str, Mapping[str, object]], place: Place) -> Sheet:
    """Make a table of attributes, so that they are read like those of any table."""
    rows = [
        Row({key: Cell(str(value), place) for key, value in {"id": name, **record}.items()}, place)
        for name, record in records.items()
    ]
    return Sheet(dict.fromkeys((key for row in rows for key in row.cells), place), rows)


def _own_node(values: Mapping[str, object]) -> dict[str, object]:
    return {_NODE_WORDS.get(key, key): value for key, value in values.items()}


def _own_link(edge: Edge) -> dict[str, object]:
    """Return a link; its own `ends` hold if they are those of the edge, which has no direction."""
    ends = str(edge.values.get("ends", "")).split(";")
    same = sorted(ends) == sorted((edge.source, edge.target))
    kept = {k: v for k, v in edge.values.items() if k not in {"id", "LinkSpeedRaw"}}
    return {**kept, "ends": ";".join(ends if same else (edge.source, edge.target))}


def _json(text: object, key: str, file: str) -> Any:
    try:
        return json.loads(str(text))
    except ValueError as error:
        raise unreadable(file, f"the attribute {key} of the graph is not JSON") from error


def _contradicted(graph: Graph, defaults: Mapping[str, Any]) -> Iterator[str]:
    """Find links whose speed in the words of the Zoo was changed, but not in ours."""
    changed = []
    for edge in graph.edges:
        speed = edge.values.get("LinkSpeedRaw")
        ours = _capacity(edge.values, defaults)
        if isinstance(speed, int | float) and ours and abs(speed - ours) > _SAME * ours:
            changed.append(edge.key)
    if changed:
        yield f"LinkSpeedRaw not used, capacity_gbps x members holds: {listed(changed)}"


def _capacity(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> float | None:
    """Return the capacity of all members from the first end to the second [bit/s]."""
    spelled = ("capacity_gbps.forward", "capacity_gbps")
    said = [known[key] for known in (values, defaults) for key in spelled if key in known]
    members = values.get("members", defaults.get("members", 1))
    if said and isinstance(said[0], int | float) and isinstance(members, int | float):
        return said[0] * members * GBPS
    return None


# --- out ------------------------------------------------------------------------------------


def write(spec: TopologySpec) -> bytes:
    """Return the GraphML file."""
    import networkx as nx

    words: dict[str, Any] = topology_in_words(spec)
    full = resolved(spec)
    graph: nx.MultiGraph[str] = nx.MultiGraph(netplan="topology/1")
    graph.graph |= {k: json.dumps(words[k], ensure_ascii=False) for k in _SAID_ONCE if k in words}
    for name, entry in words["nodes"].items():
        graph.add_node(name, **_node(entry))
    for name, entry in (words.get("links") or {}).items():
        link = full.links[name]
        values: dict[str, Scalar] = flat(entry)
        if link.capacity_gbps is not None:
            values["LinkSpeedRaw"] = link.capacity_gbps.forward * (link.members or 1) * GBPS
        a, b = entry["ends"]
        graph.add_edge(a, b, name)
        graph.edges[a, b, name].update(values)
    text = "\n".join(nx.generate_graphml(graph, named_key_ids=True, edge_id_from_attribute=None))
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _node(entry: Mapping[str, Any]) -> dict[str, Scalar]:
    values = dict(entry)
    at = values.pop("at", None)
    point = dict(zip(("Latitude", "Longitude"), at, strict=True)) if at else {}
    renamed = {"label" if k in {"name", "name.en"} else k: v for k, v in flat(values).items()}
    return {**renamed, **point}
