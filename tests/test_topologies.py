"""The shipped topologies: built from their tables, and true to what the tables say."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from netplan.input.loader import load_topology
from netplan.input.scenario.build import explicit_spans
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import Confidence, Role

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "topologies"
TABLES = FOLDER / "liaoning"
SHARED = ROOT.parent / "shared" / "data"
NAMES = ("liaoning", "liaoning-backbone")
CENSUS_2020 = 42_591_407


def table(name):
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shared(name):
    path = SHARED / f"{name}.csv"
    if not path.exists():
        pytest.skip("the source data lies elsewhere")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def topology(name):
    spec, _ = load_topology(FOLDER / f"{name}.yaml")
    return explicit_spans(spec)


@pytest.fixture(scope="module")
def liaoning():
    return topology("liaoning")


@pytest.fixture(scope="module")
def backbone():
    return topology("liaoning-backbone")


def roles(spec):
    return Counter(str(node.role) for node in spec.nodes.values())


def test_building_again_gives_the_committed_bytes(tmp_path):
    spec = importlib.util.spec_from_file_location("build", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.build(tmp_path)
    for name in NAMES:
        built = (tmp_path / f"{name}.yaml").read_bytes()
        assert built == (FOLDER / f"{name}.yaml").read_bytes(), f"{name}: run topologies/build.py"


def test_the_whole_province_has_its_14_cities_and_100_counties(liaoning):
    counted = roles(liaoning)
    assert counted["access"] == 100
    assert counted["core"] == 16
    cities = {node.city for node in liaoning.nodes.values() if node.role is Role.CORE}
    assert len(cities) == 14
    assert {node.city for node in liaoning.nodes.values() if node.role is Role.ACCESS} == cities
    assert {node.city for node in liaoning.nodes.values() if node.role is Role.COMPUTE} == cities


def test_the_backbone_has_the_same_core_compute_and_hubs_and_nothing_below(liaoning, backbone):
    whole, view = roles(liaoning), roles(backbone)
    for role in ("core", "compute", "hub"):
        assert view[role] == whole[role]
    assert view["access"] == view["aggregation"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_people_are_those_of_the_census(name):
    assert sum(node.population for node in topology(name).nodes.values()) == CENSUS_2020


def test_the_backbone_keeps_every_city_its_people(liaoning, backbone):
    def people(spec):
        found = Counter()
        for node in spec.nodes.values():
            found[node.city] += node.population
        return found

    assert people(backbone) == people(liaoning)


def test_counties_have_the_people_of_the_source():
    people = {row["name_zh"]: row["population_2020"] for row in table("nodes")}
    source = shared("counties")
    counted = Counter(row["name_zh"] for row in source)
    assert len(source) == 100
    for row in source:
        if counted[row["name_zh"]] == 1:  # two districts are called Tiexi
            assert people[row["name_zh"]] == row["population_2020"]


def test_corridor_lengths_are_those_of_the_source():
    sourced = Counter(
        row["route_km"] for row in shared("links") if row["method"].startswith("sourced")
    )
    assert Counter(row["route_km"] for row in table("spans") if row["route_km"]) == sourced


@pytest.mark.parametrize("name", NAMES)
def test_every_length_says_what_it_rests_on(name):
    for span_id, span in topology(name).spans.items():
        assert span.length_km is not None, span_id
        assert span.source is not None, span_id
        assert len(span.source.basis) > 10, span_id


@pytest.mark.parametrize("name", ["assumptions", "nodes", "spans", "links", "rings"])
def test_every_row_of_every_table_has_a_basis_and_a_confidence(name):
    rows = table(name)
    assert rows
    for row in rows:
        assert row["basis"], row
        assert row["confidence"] in set(Confidence), row


def test_every_length_not_sourced_or_surveyed_counts_as_an_estimate():
    for row in table("spans"):
        if row["route_factor"] and not row["surveyed_km"]:
            assert row["confidence"] in (Confidence.LOW, Confidence.ASSUMED), row["id"]


def test_no_cable_is_shorter_than_the_great_circle_between_its_ends(liaoning):
    for span_id, span in liaoning.spans.items():
        a, b = (liaoning.nodes[end].at for end in span.ends)
        assert span.length_km >= round(great_circle_km(a, b), 1), span_id


@pytest.mark.parametrize("name", NAMES)
def test_the_light_of_every_link_comes_from_one_end_to_the_other(name):
    spec = topology(name)
    for link_id, link in spec.links.items():
        here = link.ends[0]
        for span in link.over or ():
            a, b = spec.spans[span].ends
            assert here in (a, b), link_id
            here = b if here == a else a
        assert here == link.ends[1], link_id


def test_every_county_reaches_two_routers_over_cables_that_share_nothing(liaoning):
    counties = [name for name, node in liaoning.nodes.items() if node.role is Role.ACCESS]
    for county in counties:
        own = [link for link in liaoning.links.values() if link.ends[0] == county]
        assert len({link.ends[1] for link in own}) == 2, county
        first, second = (set(link.over) for link in own)
        assert not first & second, county


def test_rings_join_sites_of_one_city():
    city = {row["id"]: row["city"] for row in table("nodes")}
    for ring in table("rings"):
        sites = [ring["start"], *ring["sites"].split(";"), ring["end"]]
        assert all(city[a] == city[b] for a, b in pairwise(sites)), ring["id"]


def test_a_cable_that_no_source_confirms_is_in_the_table_and_not_in_the_ground(liaoning):
    row = next(row for row in table("spans") if row["id"] == "dalian-b~yantai")
    assert row["enabled"] == "no"
    assert row["id"] not in liaoning.spans


def test_an_interconnect_point_and_a_blockchain_node_are_no_compute_centres(liaoning):
    compute = [n for n in liaoning.nodes.values() if n.role is Role.COMPUTE]
    names = {node.name.zh for node in compute if node.name is not None}
    for site in shared("datacentres"):
        if site["kind"] in ("IX", "blockchain node"):
            assert site["name_zh"] not in names
    assert all(node.weights["compute_pflops"] > 0 for node in compute)


def test_the_notice_names_those_whose_data_is_shipped():
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name in ("GeoNames", "CC BY 4.0", "leiii/census", "Lei Dong", "cpca"):
        assert name in notice
