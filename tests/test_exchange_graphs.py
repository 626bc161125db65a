"""Graphs of others: GraphML as the Internet Topology Zoo spells it, node-link JSON, TopoHub."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import networkx as nx
import pytest

from netplan.exchange import export, import_file
from netplan.ground.errors import InputError
from netplan.input.loader import load, load_topology
from netplan.input.scenario.build import resolved
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import Confidence
from netplan.network.routing import Router
from netplan.network.topology import build_topology

ROOT = Path(__file__).parent.parent
ZOO = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d36" />
  <key attr.name="LinkLabel" attr.type="string" for="edge" id="d37" />
  <key attr.name="Network" attr.type="string" for="graph" id="d0" />
  <key attr.name="Latitude" attr.type="double" for="node" id="d29" />
  <key attr.name="Country" attr.type="string" for="node" id="d30" />
  <key attr.name="Longitude" attr.type="double" for="node" id="d32" />
  <key attr.name="label" attr.type="string" for="node" id="d33" />
  <graph edgedefault="undirected">
    <data key="d0">Small Zoo</data>
    <node id="0"><data key="d29">40.71</data><data key="d32">-74.0</data>
      <data key="d33">New York</data><data key="d30">United States</data></node>
    <node id="1"><data key="d29">41.85</data><data key="d32">-87.65</data>
      <data key="d33">Chicago</data></node>
    <node id="2"><data key="d33">?</data></node>
    <node id="3"><data key="d33">New York</data></node>
    <edge source="0" target="1"><data key="d36">1.0E10</data></edge>
    <edge source="0" target="1" id="e9"><data key="d36">2.5E9</data></edge>
    <edge source="1" target="2"><data key="d37">10-20 Gbps</data></edge>
    <edge source="2" target="2" />
    <edge source="3" target="2" />
  </graph>
</graphml>
"""


def put(content):
    for path, text in content.items():
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def brought_in(path, **options):
    """Import a file; return the topology and the notes."""
    out = path.with_name("out.yaml")
    imported = import_file(path, out, **options)
    put(imported.files)
    return load_topology(out)[0], "\n".join(imported.notes)


# --- GraphML --------------------------------------------------------------------------------


@pytest.fixture
def zoo(tmp_path):
    put({tmp_path / "zoo.graphml": ZOO})
    return brought_in(tmp_path / "zoo.graphml")


def test_a_graph_of_the_zoo_becomes_a_topology(zoo):
    spec, _ = zoo
    assert spec.name.en == "Small Zoo"
    assert {name: node.name.en for name, node in spec.nodes.items()} == {
        "New-York": "New York",
        "Chicago": "Chicago",
        "?": "?",
        "New-York-2": "New York",
    }
    assert spec.nodes["New-York"].at == (40.71, -74.0)
    speeds = sorted(link.capacity_gbps.forward for link in spec.links.values())
    assert speeds == [2.5, 10, 100, 100]


def test_parallel_edges_of_a_graph_stay_two_links(zoo):
    spec, _ = zoo
    ends = [frozenset(link.ends) for link in spec.links.values()]
    assert ends.count(frozenset({"New-York", "Chicago"})) == 2


def test_what_a_graph_leaves_out_is_assumed_marked_and_listed(zoo):
    spec, notes = zoo
    full = resolved(spec)
    assert full.spans["New-York~Chicago"].length_km == pytest.approx(
        1.3 * great_circle_km((40.71, -74.0), (41.85, -87.65))
    )
    assert full.spans["Chicago~?"].length_km == 100
    assert {span.source.confidence for span in full.spans.values()} == {Confidence.ASSUMED}
    assert {node.source.confidence for node in spec.nodes.values()} == {Confidence.ASSUMED}
    unsaid = [link for link in spec.links.values() if link.capacity_gbps.forward == 100]
    assert {link.source.confidence for link in unsaid} == {Confidence.ASSUMED}
    said = [link for link in spec.links.values() if link.capacity_gbps.forward < 100]
    assert {link.source.confidence for link in said} == {Confidence.LOW}
    for line in (
        "role of 4 nodes assumed: core",
        "length of 1 cable assumed: great circle x route factor 1.3",
        "length of 2 cables without coordinates assumed, 100 km",
        "capacity of 2 links assumed, 100 Gbit/s",
        "1 edges from a node to itself left out",
        "attributes of nodes not used: Country",
        "attributes of edges not used: LinkLabel",
    ):
        assert line in notes


def test_a_capacity_changed_in_a_graph_program_changes_the_topology(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    put(export(spec, tmp_path / "net.graphml").files)
    graph = nx.read_graphml(tmp_path / "net.graphml", edge_key_type=str, force_multigraph=True)
    graph.edges["tiexi", "shenyang", "tiexi--shenyang"]["members"] = 9
    nx.write_graphml(graph, tmp_path / "net.graphml")
    back, notes = brought_in(tmp_path / "net.graphml")
    assert back.links["tiexi--shenyang"].members == 9
    assert "LinkSpeedRaw not used, capacity_gbps x members holds: tiexi--shenyang" in notes
    assert back.spans == spec.spans


def test_an_edge_added_in_a_graph_program_becomes_a_link(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    put(export(spec, tmp_path / "net.graphml").files)
    graph = nx.read_graphml(tmp_path / "net.graphml", edge_key_type=str, force_multigraph=True)
    graph.add_edge("tiexi", "ganjingzi", length_km=400.0)
    nx.write_graphml(graph, tmp_path / "net.graphml")
    back, _ = brought_in(tmp_path / "net.graphml")
    new = next(link for name, link in back.links.items() if name not in spec.links)
    assert (set(new.ends), new.length_km) == ({"tiexi", "ganjingzi"}, 400)


def test_graph_programs_see_labels_places_and_speeds(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    put(export(spec, tmp_path / "net.graphml").files)
    graph = nx.read_graphml(tmp_path / "net.graphml")
    assert graph.nodes["dalian"]["label"] == "Dalian"
    assert graph.nodes["dalian"]["Latitude"] == 38.912
    assert graph.edges["tiexi", "shenyang"]["LinkSpeedRaw"] == 4e11


# --- node-link ------------------------------------------------------------------------------


def test_networkx_reads_and_writes_what_we_write_without_loss(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "liaoning.yaml")
    put(export(spec, tmp_path / "net.json").files)
    document = json.loads((tmp_path / "net.json").read_text(encoding="utf-8"))
    graph = nx.node_link_graph(document, edges="edges")
    assert graph.number_of_edges() == len(spec.links)
    again = nx.node_link_data(graph, edges="edges")
    put({tmp_path / "again.json": json.dumps(again)})
    back, notes = brought_in(tmp_path / "again.json")
    assert back == spec
    assert notes == ""


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ({"spans": []}, "graph.spans must be an object"),
        ({"demands": {}}, "graph.demands a list"),
        ({"demands": [{}]}, "traffic.demands"),
        ({"defaults": 3}, "defaults: must be a mapping"),
    ],
)
def test_documents_of_our_own_that_are_damaged_are_input_errors(graph, message, tmp_path):
    document = {"nodes": [{"id": "a", "role": "core", "processing_us": 1}], "edges": []}
    document["graph"] = {"netplan": "topology/1", "name": "n", **graph}
    put({tmp_path / "net.json": json.dumps(document)})
    with pytest.raises(InputError, match=message):
        import_file(tmp_path / "net.json", tmp_path / "out.yaml")


def directed(**reverse):
    return {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [{"id": 0}, {"id": 1, "role": "access", "population": 5}, {"id": 2}],
        "links": [
            {"source": 0, "target": 1, "capacity_gbps": 40, "length_km": 30},
            {"source": 1, "target": 0, **reverse},
            {"source": 1, "target": 2},
        ],
    }


def test_two_opposite_arcs_become_one_link(tmp_path):
    put({tmp_path / "net.json": json.dumps(directed(capacity_gbps=10))})
    spec, notes = brought_in(tmp_path / "net.json")
    assert len(spec.links) == 2
    link = spec.links["0--1"]
    assert (link.capacity_gbps.forward, link.capacity_gbps.reverse, link.length_km) == (40, 10, 30)
    assert "edges one way only taken for both ways: 1>2" in notes
    assert (str(spec.nodes["1"].role), spec.nodes["1"].population) == ("access", 5)
    assert "role of 2 nodes assumed" in notes


def test_an_arc_that_says_nothing_has_the_capacity_of_its_opposite(tmp_path):
    put({tmp_path / "net.json": json.dumps(directed())})
    capacity = brought_in(tmp_path / "net.json")[0].links["0--1"].capacity_gbps
    assert (capacity.forward, capacity.reverse) == (40, 40)


def test_positions_of_a_drawing_are_no_places_on_the_earth(tmp_path):
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, {0: [0, 0.5], 1: [-1.0, 1.0], 2: [0.2, 0.3]}, "pos")
    put({tmp_path / "net.json": json.dumps(nx.node_link_data(graph, edges="edges"))})
    spec, _ = brought_in(tmp_path / "net.json")
    assert all(node.at is None for node in spec.nodes.values())


# --- TopoHub --------------------------------------------------------------------------------


def hub(tmp_path, key):
    """Copy a network of TopoHub; return the file and what it says."""
    text = (files("topohub") / "data" / f"{key}.json").read_text(encoding="utf-8")
    path = tmp_path / f"{key.replace('/', '-')}.json"
    path.write_text(text, encoding="utf-8")
    return path, json.loads(text)


@pytest.mark.parametrize("key", ["topozoo/Abilene", "sndlib/germany50", "topozoo/Airtel"])
def test_networks_of_topohub_become_topologies_of_the_same_shape(key, tmp_path):
    path, theirs = hub(tmp_path, key)
    spec, _ = brought_in(path)
    assert len(spec.nodes) == len(theirs["nodes"])
    loops = sum(edge["source"] == edge["target"] for edge in theirs["edges"])
    assert len(spec.links) == len(theirs["edges"]) - loops


def test_a_length_that_is_but_the_great_circle_gets_a_route_factor(tmp_path):
    """TopoHub's `dist` is the great circle."""
    path, theirs = hub(tmp_path, "sndlib/polska")
    spec, _ = brought_in(path)
    names = {node["id"]: node["name"] for node in theirs["nodes"]}
    spans = {frozenset(span.ends): span for span in resolved(spec).spans.values()}
    for edge in theirs["edges"]:
        length = spans[frozenset((names[edge["source"]], names[edge["target"]]))].length_km
        assert length == pytest.approx(1.3 * edge["dist"], rel=0.02)


def test_demands_of_topohub_become_a_scenario_that_can_be_routed(tmp_path):
    _, notes = brought_in(hub(tmp_path, "sndlib/polska")[0])
    scenario = load(tmp_path / "out-scenario.yaml")
    rates = {(d.source, d.target): d.rate_gbps for d in scenario.traffic.demands}
    assert rates["Gdansk", "Bydgoszcz"] == 0.195
    assert len(rates) == 66
    assert "unit of demands taken as 0.001 Gbit/s" in notes
    router = Router(build_topology(scenario, 2024), scenario.routing)
    assert all(router.reachable(*pair) for pair in rates)


def test_the_unit_of_demands_may_be_said(tmp_path):
    brought_in(hub(tmp_path, "sndlib/polska")[0], unit_gbps=1)
    scenario = load(tmp_path / "out-scenario.yaml")
    assert scenario.traffic.demands[0].rate_gbps == 195
