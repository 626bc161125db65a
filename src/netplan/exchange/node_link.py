"""NetworkX node-link JSON: nodes and edges with all that a topology file says of them.

Nodes are the sites, edges the links. What has no place in a graph stands among the attributes of
the graph: ``netplan``, ``name``, ``description``, ``defaults``, ``spans``, ``demands``. The key
``source`` of nodes and links is called ``provenance``, for that of an edge is its first node.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from netplan.exchange.draft import Draft, topology_of, unreadable, written
from netplan.exchange.graph import Edge, Graph, draft_of_graph, named
from netplan.exchange.words import topology_in_words
from netplan.ground.errors import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netplan.exchange.traffic import DemandRow
    from netplan.input.loader.written import Plain
    from netplan.input.scenario.network import TopologySpec

__all__ = ["read", "write"]

_SAID_ONCE = ("name", "description", "defaults")


def read(document: Mapping[str, Any], name: str, file: str, unit_gbps: float) -> Draft:
    """Make a draft of a node-link document, our own or anybody's."""
    graph = _graph(document, file)
    if graph.values.get("netplan") != "topology/1":
        return draft_of_graph(graph, name, file, unit_gbps)
    place = Place(file)
    values = {"spans": {}, "demands": [], **graph.values}
    if not isinstance(values["spans"], dict) or not isinstance(values["demands"], list):
        raise unreadable(file, "graph.spans must be an object, and graph.demands a list")
    said: dict[str, Any] = {key: values[key] for key in _SAID_ONCE if key in values}
    nodes = {node: written(_own(entry), place) for node, entry in graph.nodes.items()}
    links = {key: written(_own_link(edge), place) for key, edge in named(graph.edges).items()}
    spans = {key: written(entry, place) for key, entry in values["spans"].items()}
    demands = tuple(written(entry, place) for entry in values["demands"])
    return Draft(topology_of(file, said, nodes, links, spans), demands)


def _graph(document: Mapping[str, Any], file: str) -> Graph:
    """Take a node-link document apart, as networkx writes it now or before version 3.4."""
    nodes, edges = document.get("nodes"), document.get("edges", document.get("links"))
    if not isinstance(nodes, list) or not isinstance(edges, list):
        raise unreadable(file, "not a node-link document: no lists nodes and edges")
    try:
        return Graph(
            is_directed=bool(document.get("directed", False)),
            values=dict(document.get("graph") or {}),
            nodes={str(node["id"]): _without(node, "id") for node in nodes},
            edges=[_edge(edge) for edge in edges],
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"not a node-link document: a node without id, or an edge without ends ({error})"
        raise unreadable(file, message) from error


def _edge(edge: Mapping[str, Any]) -> Edge:
    key = edge.get("key")
    return Edge(
        # Networkx counts parallel edges from 0: that is no name.
        key=key if isinstance(key, str) else "",
        source=str(edge["source"]),
        target=str(edge["target"]),
        values=_without(edge, "source", "target", "key"),
    )


def _without(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {str(key): value for key, value in values.items() if key not in keys}


def _own(values: Mapping[str, Any]) -> dict[str, Plain]:
    return {"source" if key == "provenance" else key: value for key, value in values.items()}


def _own_link(edge: Edge) -> dict[str, Plain]:
    """Return a link; its own `ends` hold if they are those of the edge, which has no direction."""
    values = _own(edge.values)
    ends = values.get("ends")
    same = isinstance(ends, list) and sorted(map(str, ends)) == sorted((edge.source, edge.target))
    return {**values, "ends": ends if same else [edge.source, edge.target]}


def write(spec: TopologySpec, demands: Sequence[DemandRow] | None) -> bytes:
    """Return the document, which ``networkx.node_link_graph(..., edges="edges")`` reads."""
    words: dict[str, Any] = topology_in_words(spec)
    once = {key: words[key] for key in ("netplan", *_SAID_ONCE, "spans") if words.get(key)}
    if demands is not None:
        once["demands"] = [_demand(demand) for demand in demands]
    document = {
        "directed": False,
        "multigraph": True,
        "graph": once,
        "nodes": [{"id": name, **_foreign(entry)} for name, entry in words["nodes"].items()],
        "edges": [
            {
                "source": entry["ends"][0],
                "target": entry["ends"][1],
                "key": name,
                **_foreign(entry),
            }
            for name, entry in (words.get("links") or {}).items()
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _foreign(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"provenance" if key == "source" else key: value for key, value in values.items()}


def _demand(demand: DemandRow) -> dict[str, Plain]:
    record = demand.record()
    pair: dict[str, Plain] = {
        "class": record["class"],
        "from": record["source"],
        "to": record["target"],
        "rate_gbps": record["rate_gbps"],
    }
    return pair | ({"route": [*demand.route]} if demand.route else {})
