from __future__ import annotations

import math
import re

import numpy as np
import pytest

from netplan.ground.errors import InputError
from netplan.judge.case import prepare
from netplan.network.demand import flows_of, growth_factor, offered_load, pair_demands
from netplan.network.routing import Router
from netplan.network.topology import build_topology

# Three towns in a row and a compute node at each end.
ROW = """
    defaults:
      nodes: {access: {processing_us: 0}, compute: {processing_us: 0}}
      links: {capacity_gbps: 10}
    nodes:
      a: {role: access, population: 100, weights: {servers: 1}}
      b: {role: access, population: 300, weights: {servers: 0}}
      c: {role: access, population: 600, weights: {servers: 3}}
      left: {role: compute}
      right: {role: compute}
    links:
      a--b: {ends: [a, b], length_km: 10, members: 4}
      b--c: {ends: [b, c], length_km: 10}
      left--a: {ends: [left, a], length_km: 1}
      right--c: {ends: [right, c], length_km: 5}
"""


def traffic(*demands, more="", years="[2024]", law="poisson", flow=1.0):
    lines = "\n".join(f"    - {demand}" for demand in demands)
    return (
        f"years: {years}\ntraffic:\n"
        f"  classes: {{best: {{arrivals: {law}, sizes: imix, flow_gbps: {flow}}}}}\n"
        f"  demands:\n{lines}\n{more}"
    )


def demands(scenario, year=2024):
    router = Router(build_topology(scenario, year), scenario.routing)
    return router, pair_demands(scenario, router, year)


def rates(scenario, year=2024):
    return {demand.name: demand.rate for demand in demands(scenario, year)[1]}


def test_gravity_spreads_by_the_product_of_the_weights(write):
    """Products: a-b 3, a-c 6, b-c 18, each in both directions, 54 in all."""
    found = rates(
        write(ROW, traffic("{class: best, gravity: {from: access, to: access, total_gbps: 54}}"))
    )
    expected = {"a>b": 3, "a>c": 6, "b>a": 3, "b>c": 18, "c>a": 6, "c>b": 18}
    assert found == pytest.approx({f"{pair}/best": gbps * 1e9 for pair, gbps in expected.items()})


def test_gravity_to_the_nearest_compute_spreads_by_the_sources_alone(write):
    """From b it is 11 km to the left and 15 km to the right."""
    found = rates(
        write(
            ROW,
            traffic("{class: best, gravity: {from: access, to: nearest_compute, total_gbps: 10}}"),
        )
    )
    expected = {"a>left/best": 1e9, "b>left/best": 3e9, "c>right/best": 6e9}
    assert found == pytest.approx(expected)


def test_gravity_weighs_the_targets_by_their_own_key(write):
    """People times servers, never to itself: a-c 300, b-a 300, b-c 900, c-a 600 of 2100."""
    found = rates(
        write(
            ROW,
            traffic(
                "{class: best, gravity: {from: access, to: access, total_gbps: 21, "
                "target_weight: servers}}"
            ),
        )
    )
    expected = {"a>c/best": 3e9, "b>a/best": 3e9, "b>c/best": 9e9, "c>a/best": 6e9}
    assert found == pytest.approx(expected)


def test_a_pair_that_stands_twice_keeps_two_names(write):
    one = "{class: best, from: a, to: c, rate_gbps: 1}"
    assert list(rates(write(ROW, traffic(one, one)))) == ["a>c/best", "a>c/best/2"]


def test_growth_compounds_from_the_base_year(write):
    one = "{class: best, from: a, to: c, rate_gbps: 1}"
    more = "  growth_per_year: {best: 0.4}"
    scenario = write(ROW, traffic(one, more=more, years="[2024, 2026]"))
    assert rates(scenario, 2024) == {"a>c/best": 1e9}
    assert rates(scenario, 2026) == pytest.approx({"a>c/best": 1.96e9})


def test_a_base_year_before_the_first_year_counts(write):
    one = "{class: best, from: a, to: c, rate_gbps: 1}"
    more = "  base_year: 2022\n  growth_per_year: {best: 0.5}"
    assert growth_factor(write(ROW, traffic(one, more=more)), "best", 2024) == 2.25


def test_a_city_may_grow_at_its_own_rate(write):
    """The city is that of the source; elsewhere the class grows at its usual rate."""
    towns = ROW.replace("a: {role: access,", "a: {role: access, city: east,")
    demands_there_and_back = (
        "{class: best, from: a, to: c, rate_gbps: 1}",
        "{class: best, from: c, to: a, rate_gbps: 1}",
    )
    more = "  growth_per_year: {best: 0.5}\n  city_growth_per_year: {best: {east: {2025: 1.0}}}"
    scenario = write(towns, traffic(*demands_there_and_back, more=more, years="[2024, 2025]"))
    assert rates(scenario, 2024) == {"a>c/best": 1e9, "c>a/best": 1e9}
    assert rates(scenario, 2025) == {"a>c/best": 2e9, "c>a/best": 1.5e9}


@pytest.mark.parametrize(
    ("growth", "message"),
    [
        (
            "{best: {west: 0.1}}",
            "city_growth_per_year.best.west: unknown city 'west'; did you mean 'east'?",
        ),
        ("{worst: {east: 0.1}}", "unknown class 'worst'"),
        ("{best: {east: {2026: 0.1}}}", "no growth for 2025; give all up to 2025"),
    ],
)
def test_city_growth_must_fit_cities_classes_and_years(write, growth, message):
    towns = ROW.replace("a: {role: access,", "a: {role: access, city: east,")
    one = "{class: best, from: a, to: c, rate_gbps: 1}"
    more = f"  growth_per_year: {{best: 0.5}}\n  city_growth_per_year: {growth}"
    with pytest.raises(InputError, match=re.escape(message)):
        write(towns, traffic(one, more=more, years="[2024, 2025]"))


def test_growth_by_year_is_that_of_the_year_it_leads_to(write):
    one = "{class: best, from: a, to: c, rate_gbps: 1}"
    more = "  growth_per_year: {best: {2025: 1.0, 2026: -0.5}}"
    scenario = write(ROW, traffic(one, more=more, years="[2024, 2025, 2026]"))
    found = [growth_factor(scenario, "best", year) for year in scenario.years]
    assert found == [1.0, 2.0, 1.0]


@pytest.mark.parametrize(("gbps", "count"), [(0.5, 1), (1.0, 1), (1.001, 2), (3.0, 3), (3.2, 4)])
def test_a_demand_is_cut_into_the_fewest_equal_flows(write, gbps, count):
    scenario = write(ROW, traffic(f"{{class: best, from: a, to: c, rate_gbps: {gbps}}}"))
    router, [demand] = demands(scenario)
    flows = flows_of(router, demand, scenario.traffic.classes["best"])
    assert len(flows) == count
    assert {flow.rate for flow in flows} == {demand.rate / count}


def test_a_flow_of_an_on_off_class_is_one_source_at_its_mean_rate(write):
    """10 Gbit/s for 1 ms of every 5 ms is 2 Gbit/s; 7 Gbit/s need four sources."""
    law = "{on_off: {peak_gbps: 10, on_ms: 1, off_ms: 4}}"
    scenario = write(ROW, traffic("{class: best, from: a, to: c, rate_gbps: 7}", law=law))
    router, [demand] = demands(scenario)
    assert len(flows_of(router, demand, scenario.traffic.classes["best"])) == 4


def test_an_explicit_route_wins_over_the_routing(write):
    scenario = write(
        ROW.replace("right--c:", "a--c: {ends: [a, c], length_km: 900}\n      right--c:"),
        traffic("{class: best, from: a, to: c, rate_gbps: 1, route: [a--c]}"),
    )
    router, [demand] = demands(scenario)
    [flow] = flows_of(router, demand, scenario.traffic.classes["best"])
    assert flow.route.nodes == ("a", "c")


def load_of(scenario):
    router, found = demands(scenario)
    classes = scenario.traffic.classes
    flows = [flow for demand in found for flow in flows_of(router, demand, classes["best"])]
    load = offered_load(router.topology, flows)
    return load, {channel.name: channel for channel in router.topology.channels}


def test_offered_load_adds_up_the_demands_in_each_direction_alone(write):
    load, channels = load_of(
        write(
            ROW,
            traffic(
                "{class: best, from: a, to: c, rate_gbps: 2}",
                "{class: best, from: b, to: c, rate_gbps: 3}",
                "{class: best, from: c, to: b, rate_gbps: 1}",
            ),
        )
    )
    found = {name: load.of_channel(channel) / 1e9 for name, channel in channels.items()}
    assert found == pytest.approx(
        {
            "a--b (a>b)": 2,
            "a--b (b>a)": 0,
            "b--c (b>c)": 5,
            "b--c (c>b)": 1,
            "left--a (left>a)": 0,
            "left--a (a>left)": 0,
            "right--c (right>c)": 0,
            "right--c (c>right)": 0,
        }
    )
    assert load.busiest_port(channels["b--c (b>c)"]) == pytest.approx(0.5)


def test_the_busiest_member_carries_whole_flows(write):
    """Three flows of 2 Gbit/s on four members of 10: at least one member is idle."""
    load, channels = load_of(
        write(ROW, traffic("{class: best, from: a, to: b, rate_gbps: 6}", flow=2.0))
    )
    channel = channels["a--b (a>b)"]
    ports = load.offered[list(channel.ports)] / 2e9
    assert np.array_equal(ports, np.rint(ports))
    assert ports.sum() == pytest.approx(3)
    assert load.busiest_port(channel) == pytest.approx(ports.max() * 0.2)


def test_all_traffic_of_a_gravity_demand_is_the_total(write):
    found = rates(
        write(ROW, traffic("{class: best, gravity: {from: access, to: access, total_gbps: 7}}"))
    )
    assert math.fsum(found.values()) == pytest.approx(7e9)


# --- requests -------------------------------------------------------------------------------

# As in ROW: b is 11 km from the left servers and 15 km from the right ones.
SERVED = ROW.replace(
    "left: {role: compute}",
    "left: {role: compute, compute: {servers: 1, service: {fixed_ms: 1}, max_utilisation: 0.5}}",
).replace(
    "right: {role: compute}",
    "right: {role: compute, compute: {servers: 9, service: {fixed_ms: 1}}}",
)


def asking(*lines, more=""):
    """Send requests of 1000 bytes: 0.008 Gbit/s are 1000 of them a second."""
    demands = "\n".join(f"    - {line}" for line in lines)
    return f"""
traffic:
  classes:
    best: {{arrivals: poisson, sizes: imix}}
    ask: {{arrivals: poisson, sizes: {{fixed: 1000}}, requests: true}}
  demands:
{demands}
{more}"""


AVAILABLE = "{class: ask, gravity: {from: access, to: available_compute, total_gbps: 0.008}}"


def test_available_compute_leaves_room_and_sends_on_what_does_not_fit(write):
    """The left servers may take 500 requests a second: all 100 of a and all 300 of b."""
    found = rates(write(SERVED, asking(AVAILABLE)))
    assert found == pytest.approx(
        {"a>left/ask": 0.0008e9, "b>left/ask": 0.0024e9, "c>right/ask": 0.0048e9}
    )


def test_requests_with_a_fixed_target_are_placed_before_the_others(write):
    """They leave 150 of the left servers' 500 requests: a's 100 and 50 of b's."""
    fixed = "{class: ask, from: c, to: left, rate_gbps: 0.0028}"
    found = rates(write(SERVED, asking(AVAILABLE, fixed)))
    assert found == pytest.approx(
        {
            "a>left/ask": 0.0008e9,
            "b>left/ask": 0.0004e9,
            "b>right/ask": 0.0020e9,
            "c>right/ask": 0.0048e9,
            "c>left/ask": 0.0028e9,
        }
    )


def test_placement_sees_the_growth_of_its_year(write):
    """In 2025 a asks 200 times a second and b 600 times: 300 of b's find room on the left."""
    more = "  growth_per_year: {ask: 1.0}\n"
    text = asking(AVAILABLE).replace("\ntraffic:", "\nyears: [2024, 2025]\ntraffic:") + more
    found = rates(write(SERVED, text), 2025)
    assert found["a>left/ask"] == pytest.approx(0.0016e9)
    assert found["b>left/ask"] == pytest.approx(0.0024e9)
    assert found["b>right/ask"] == pytest.approx(0.0024e9)


def test_a_request_goes_there_and_its_reply_comes_back(write):
    scenario = write(SERVED, asking(AVAILABLE))
    router, found = demands(scenario)
    [flow] = flows_of(router, found[0], scenario.traffic.classes["ask"])
    assert flow.route.nodes == ("a", "left", "a")


def test_a_target_asks_where_the_demands_to_available_compute_went(write):
    """Requests of b are split, so it is in two pairs; the fixed demand is in none."""
    fixed = "{class: ask, from: c, to: left, rate_gbps: 0.0028}"
    more = """targets:
  - {name: t, between: {from: access, to: available_compute}, layer: network, direction: one_way,
     statistic: mean, below_ms: 1}
"""
    case = prepare(write(SERVED, asking(AVAILABLE, fixed, more=more)), 2024)
    assert [str(pair) for pair in case.questions[0].pairs] == [
        "a>left",
        "b>left",
        "b>right",
        "c>right",
    ]
