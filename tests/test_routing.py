from __future__ import annotations

from collections import Counter

import pytest

from netplan.input.loader import load
from netplan.network.failure import states_of
from netplan.network.routing import NoRouteError, Router, member_ports
from netplan.network.topology import build_topology

# a to d: over b 20 km on two links, over c 30 km on two links, directly 60 km.
DIAMOND = """
    defaults: {{nodes: {{core: {{processing_us: {us}}}}}, links: {{capacity_gbps: 10}}}}
    nodes: {{a: {{role: core}}, b: {{role: core}}, c: {{role: core}}, d: {{role: core}}}}
    links:
      a--b: {{ends: [a, b], length_km: 10, igp_metric: 7}}
      b--d: {{ends: [b, d], length_km: 10, igp_metric: 7}}
      a--c: {{ends: [a, c], length_km: {c}, igp_metric: 1}}
      c--d: {{ends: [c, d], length_km: {c}, igp_metric: 1}}
      a--d: {{ends: [a, d], length_km: 60, igp_metric: 5}}
"""


def diamond(us=0, c=15):
    return DIAMOND.format(us=us, c=c)


def links(route):
    return [channel.link for channel in route.channels]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("delay", ["a--b", "b--d"]),
        ("length", ["a--b", "b--d"]),
        ("hops", ["a--d"]),
        ("igp_metric", ["a--c", "c--d"]),
    ],
)
def test_the_metric_decides_the_route(router, metric, expected):
    found = router(diamond(), f"routing: {{metric: {metric}}}")
    assert links(found.route("a", "d")) == expected


def test_processing_counts_in_the_delay_metric(router):
    """Each of two routers costs 1 ms, more than 40 km of fibre (0.196 ms)."""
    assert links(router(diamond(us=1000)).route("a", "d")) == ["a--d"]


def test_a_route_adds_up_its_channels(router):
    route = router(diamond(us=20)).route("a", "d")
    assert route.nodes == ("a", "b", "d")
    assert route.length == 20e3
    assert route.propagation == pytest.approx(20 * 4.897e-6)
    assert route.processing == pytest.approx(40e-6)  # at a and at b, not at d
    assert route.latency == pytest.approx(20 * 4.897e-6 + 40e-6)


def test_flows_spread_evenly_over_routes_of_equal_cost(router):
    found = router(diamond(c=10))
    taken = Counter(found.route("a", "d", f"flow {n}").nodes for n in range(1000))
    assert set(taken) == {("a", "b", "d"), ("a", "c", "d")}
    assert abs(taken["a", "b", "d"] - 500) < 64  # four standard deviations


def test_without_ecmp_all_flows_take_the_first_route_of_the_file(router):
    found = router(diamond(c=10), "routing: {ecmp: false}")
    assert {found.route("a", "d", f"flow {n}").nodes for n in range(50)} == {("a", "b", "d")}


def test_a_flow_keeps_its_route(router):
    found, again = router(diamond(c=10)), router(diamond(c=10))
    for n in range(20):
        assert links(found.route("a", "d", f"{n}")) == links(again.route("a", "d", f"{n}"))


def test_unequal_routes_share_nothing(router):
    found = router(diamond(c=10.001))
    assert {found.route("a", "d", f"flow {n}").nodes for n in range(50)} == {("a", "b", "d")}


def test_the_floor_takes_the_least_propagation_whatever_the_metric(router):
    found = router(diamond(us=1000), "routing: {metric: hops}")
    assert links(found.shortest_propagation("a", "d")) == ["a--b", "b--d"]


HOSTS = """
    defaults: {nodes: {core: {processing_us: 0}, compute: {processing_us: 0}},
               links: {capacity_gbps: 10}}
    nodes: {a: {role: core}, h: {role: compute}, b: {role: core}, g: {role: compute}}
    links:
      a--h: {ends: [a, h], length_km: 1}
      h--b: {ends: [h, b], length_km: 1}
      a--b: {ends: [a, b], length_km: 100}
      h--g: {ends: [h, g], length_km: 1}
      g--b: {ends: [g, b], length_km: 300}
"""


def test_compute_nodes_forward_nothing(router):
    found = router(HOSTS)
    assert found.route("a", "b").nodes == ("a", "b")
    assert found.shortest_propagation("a", "b").nodes == ("a", "b")


def test_compute_nodes_begin_and_end_routes(router):
    found = router(HOSTS)
    assert found.route("a", "h").nodes == ("a", "h")
    assert found.route("h", "b").nodes == ("h", "b")


def test_two_compute_nodes_may_be_joined_directly(router):
    found = router(HOSTS)
    assert found.route("h", "g").nodes == ("h", "g")
    assert found.route("a", "g").nodes == ("a", "b", "g")  # not through h
    assert found.shortest_propagation("a", "g").nodes == ("a", "b", "g")


def test_an_unreachable_target_is_an_error_that_names_both(router):
    found = router(
        """
        defaults: {nodes: {core: {processing_us: 0}}}
        nodes: {a: {role: core}, b: {role: core}}
        """
    )
    assert not found.reachable("a", "b")
    with pytest.raises(NoRouteError, match="a to b"):
        found.route("a", "b")


def test_an_explicit_route_is_taken_as_written(router):
    assert links(router(diamond()).along("a", ("a--c", "c--d"))) == ["a--c", "c--d"]


def test_an_explicit_route_that_breaks_names_the_node_and_the_link(router):
    with pytest.raises(NoRouteError, match=r"breaks at b.*c--d"):
        router(diamond()).along("a", ("a--b", "c--d"))


def test_routes_end_where_lengths_round_to_nothing(router):
    """A metre or a micrometre between two rooms: costs of zero must not go round in circles."""
    found = router(
        """
        defaults: {nodes: {core: {processing_us: 0}}, links: {capacity_gbps: 10}}
        nodes: {a: {role: core}, b: {role: core}, c: {role: core}, d: {role: core}}
        links:
          b--a: {ends: [b, a], length_km: 1.0e-9}
          b--c: {ends: [b, c], length_km: 1.0e-9}
          c--d: {ends: [c, d], length_km: 1.0e-9}
        """
    )
    assert found.route("a", "d").nodes == ("a", "b", "c", "d")
    assert found.shortest_propagation("a", "d").nodes == ("a", "b", "c", "d")


def test_flows_spread_evenly_over_the_members_of_a_link(router):
    found = router(
        """
        defaults: {nodes: {core: {processing_us: 0}}, links: {capacity_gbps: 10}}
        nodes: {a: {role: core}, b: {role: core}}
        links: {a--b: {ends: [a, b], length_km: 1, members: 4}}
        """
    )
    back = found.route("b", "a")
    taken = Counter(member_ports(back, f"flow {n}")[0] for n in range(4000))
    assert set(taken) == {4, 5, 6, 7}  # 0 to 3 lead from a to b
    assert all(abs(count - 1000) < 110 for count in taken.values())


def test_a_router_that_loses_links_routes_like_one_made_without_them():
    scenario = load("scenarios/liaoning-2026-cuts.yaml", overrides=["years=[2024]"])
    topology = build_topology(scenario, 2024)
    whole = Router(topology, scenario.routing)
    for state in states_of(scenario, topology.spec)[::60]:
        less = whole.without(state.links)
        fresh = Router(topology.without(state.links), scenario.routing)
        for target in ("dalian-a", "shenyang-tiexi", "shenyang-ai"):
            assert less.distances_to(target) == fresh.distances_to(target)
            for source in less.distances_to(target).keys() - {target}:
                assert links(less.route(source, target)) == links(fresh.route(source, target))
                floors = (r.shortest_propagation(source, target) for r in (less, fresh))
                assert len({floor.propagation for floor in floors}) == 1
