"""The shipped scenarios: what they are said to show, before any packet is simulated."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from netplan.input.loader import load
from netplan.judge.case import prepare
from netplan.judge.detour import Detours
from netplan.judge.resilience import screen_case
from netplan.judge.verdict import Outcome
from netplan.network.demand import flows_of, offered_load, pair_demands
from netplan.network.failure import states_of
from netplan.network.routing import Router
from netplan.network.topology import build_topology

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "scenarios"
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def used(name, year):
    """Utilisation of every channel by name."""
    scenario = load(FOLDER / f"{name}.yaml")
    topology = build_topology(scenario, year)
    router = Router(topology, scenario.routing)
    classes = scenario.traffic.classes
    demands = pair_demands(scenario, router, year)
    flows = [
        flow
        for demand in demands
        for flow in flows_of(router, demand, classes[demand.traffic_class])
    ]
    load_ = offered_load(topology, flows)
    return {c.name: load_.of_channel(c) / (c.capacity * c.members) for c in topology.channels}


def over(name, year, limit):
    return {channel.split(" ")[0] for channel, share in used(name, year).items() if share > limit}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_loads_and_promises_something(name):
    scenario = load(FOLDER / f"{name}.yaml")
    assert scenario.targets
    assert scenario.traffic.demands


def test_in_2024_no_link_is_offered_two_thirds_of_its_capacity():
    assert 0.55 < max(used("liaoning-2024", 2024).values()) < 0.65


def test_in_2025_without_building_no_link_is_full_yet():
    assert 0.75 < max(used("liaoning-2026-no-build", 2025).values()) < 0.95


def test_in_2026_without_building_three_links_are_offered_more_than_they_have():
    assert over("liaoning-2026-no-build", 2026, 1.0) == {
        "dalian-a--shenyang-b",
        "dalian-ai--dalian-a",
        "shenyang-a--beijing",
    }


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_expansion_leaves_no_link_more_than_two_thirds_used(year):
    assert max(used("liaoning-2026-expansion", year).values()) < 2 / 3


def test_the_backbone_for_pipelines_has_no_link_more_than_two_thirds_used():
    assert max(used("backbone-2026", 2026).values()) < 2 / 3


def test_the_backbone_builds_what_the_expansion_builds_of_it():
    """Dates, ports and lengths agree with liaoning-2026-expansion.yaml."""
    whole = load(FOLDER / "liaoning-2026-expansion.yaml").expansion
    view = load(FOLDER / "backbone-2026.yaml").expansion

    def essence(step):
        if step.set is not None:
            return step.by, step.set.subject, step.set.capacity_gbps, step.set.members
        if step.add_link is not None:
            link = step.add_link
            return step.by, link.id, link.over, link.capacity_gbps, link.members
        assert step.add_span is not None
        return step.by, step.add_span.id, step.add_span.length_km

    built = {essence(step) for step in whole if step.add_compute is None}
    assert {essence(step) for step in view} <= built


def test_the_busy_hour_of_2024_is_six_terabits_per_second():
    scenario = load(FOLDER / "liaoning-2024.yaml")
    router = Router(build_topology(scenario, 2024), scenario.routing)
    total = sum(demand.rate for demand in pair_demands(scenario, router, 2024))
    assert total == pytest.approx(6.0e12, rel=1e-4)


def test_city_content_is_spread_by_population():
    with (FOLDER / "tables" / "city-content.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    scenario = load(FOLDER / "liaoning-2024.yaml")
    nodes = scenario.topology.nodes
    rates = dict.fromkeys((row["target"] for row in rows), 0.0)
    for row in rows:
        assert nodes[row["source"]].city == nodes[row["target"]].city
        rates[row["target"]] += float(row["rate_gbps"])
    assert len(rates) == 100
    people = sum(nodes[name].population for name in rates)
    for name, rate in rates.items():
        assert rate == pytest.approx(2950 * nodes[name].population / people, abs=0.011)


def test_the_two_cities_break_in_2026_without_their_expansion():
    assert max(used("two-cities", 2026).values()) < 0.7
    scenario = load(FOLDER / "two-cities.yaml")
    backup = [d for d in scenario.traffic.demands if d.rate_gbps is not None]
    growth = scenario.traffic.growth_per_year["backup"]
    assert isinstance(growth, float)
    assert all(demand.rate_gbps * (1 + growth) ** 2 > 100 for demand in backup)


def test_the_protected_plan_is_the_expansion_and_more():
    whole = load(FOLDER / "liaoning-2026-expansion.yaml").expansion
    protected = load(FOLDER / "liaoning-2026-protected.yaml").expansion
    assert protected[: len(whole)] == whole
    assert len(protected) > len(whole)


def test_both_plans_are_held_to_the_same_promises_under_the_same_cuts():
    cuts = load(FOLDER / "liaoning-2026-cuts.yaml")
    protected = load(FOLDER / "liaoning-2026-protected.yaml")
    assert cuts.targets == protected.targets
    assert cuts.failures == protected.failures
    assert set(cuts.failures.each) == {"span", "risk_group"}
    assert all("failure" in target.holds_in for target in cuts.targets)


@cache
def under(name):
    """Return what puts a scenario of 2026 into failure states, and the states."""
    case = prepare(load(FOLDER / f"{name}.yaml"), 2026)
    return Detours(case), {s.name: s for s in states_of(case.scenario, case.topology.spec)}


def missed(name, state):
    """Why targets are missed in a failure state, as far as no simulation is needed."""
    detours, states = under(name)
    return {
        str(verdict.reason)
        for decided in screen_case(detours.in_state(states[state]).case)
        for verdict in decided.values()
        if verdict.outcome is Outcome.MISSED
    }


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("span yingkou~dalian-a", {"loss"}),
        ("risk group shenyang-south-duct", {"loss"}),
        ("span huludao~jinzhou", {"disconnected", "loss"}),
        ("span beijing~guian", {"disconnected"}),
        ("span anshan-xiuyan-edge--anshan-xiuyan", {"disconnected"}),
    ],
)
def test_the_expansion_breaks_under_cuts_that_the_protected_plan_survives(state, why):
    assert missed("liaoning-2026-cuts", state) == why
    assert missed("liaoning-2026-protected", state) == set()


def utilisation_of_servers(chosen):
    """Load of all servers without the expansion, whose edge sites have none, by a choice."""
    scenario = load(FOLDER / "liaoning-2026-inference.yaml")
    traffic = scenario.traffic
    first, *others = traffic.demands
    first = first.replace(gravity=first.gravity.replace(target=(chosen,)))
    traffic = traffic.replace(demands=(first, *others))
    case = prepare(scenario.replace(targets=(), expansion=(), traffic=traffic), 2026)
    pools = case.topology.pools
    return {node: rate / pools[node].capacity for node, rate in case.requests.items()}


def test_in_2026_there_are_servers_for_all_requests():
    used = utilisation_of_servers("available_compute")
    assert max(used.values()) == pytest.approx(0.7)
    assert min(used.values()) < 0.7  # so there is room left


def test_in_2026_the_nearest_servers_alone_would_be_too_few_in_half_of_the_cities():
    used = utilisation_of_servers("nearest_compute")
    assert 8 <= sum(share >= 1 for share in used.values()) <= 10
