from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from netplan.scenario.targets import Between
from netplan.selection import (
    Pair,
    nearest_compute,
    select_nodes,
    select_pairs,
    spread_requests,
)

# Two cities, 300 km apart: x has the compute node near, y has near and far.
CITIES = """
    defaults:
      nodes: {core: {processing_us: 0}, access: {processing_us: 0}, compute: {processing_us: 0}}
      links: {capacity_gbps: 10}
    nodes:
      y-core: {role: core, city: y}
      x-core: {role: core, city: x}
      x-access: {role: access, city: x}
      y-access: {role: access, city: y}
      lost: {role: access}
      near: {role: compute, city: x}
      far: {role: compute, city: y}
    links:
      x--y: {ends: [x-core, y-core], length_km: 300}
      x-access--x: {ends: [x-access, x-core], length_km: 10}
      y-access--y: {ends: [y-access, y-core], length_km: 10}
      lost--x: {ends: [lost, x-core], length_km: 100}
      near--x: {ends: [near, x-core], length_km: 5}
      far--y: {ends: [far, y-core], length_km: 400}
"""


def pairs(router, **between):
    return [(pair.source, pair.target) for pair in select_pairs(router, Between(**between))]


def test_roles_and_names_select_each_node_once_in_the_order_of_the_file(router):
    assert select_nodes(router(CITIES), ("near", "core", "x-core")) == ["y-core", "x-core", "near"]


def test_the_nearest_compute_node_is_the_one_with_the_cheapest_route(router):
    """From y-access the near one is 10 + 300 + 5 km away, the one in its own city 10 + 400 km."""
    found = router(CITIES)
    assert nearest_compute(found, "y-access", ["near", "far"]) == "near"


def test_within_a_city_another_citys_compute_does_not_count(router):
    assert pairs(
        router(CITIES), source=("access",), target=("nearest_compute",), within="city"
    ) == [
        ("x-access", "near"),
        ("y-access", "far"),
        ("lost", None),  # a node without a city shares it with nobody
    ]


def test_a_compute_node_is_not_its_own_nearest(router):
    assert nearest_compute(router(CITIES), "near", ["near", "far"]) == "far"


def test_among_equally_near_ones_the_first_name_wins(router):
    found = router(
        """
        defaults: {nodes: {core: {processing_us: 0}, compute: {processing_us: 0}},
                   links: {capacity_gbps: 10}}
        nodes: {a: {role: core}, z: {role: compute}, m: {role: compute}}
        links: {a--z: {ends: [a, z], length_km: 1}, a--m: {ends: [a, m], length_km: 1}}
        """
    )
    assert nearest_compute(found, "a", ["z", "m"]) == "m"


def test_nothing_reachable_means_no_compute(router):
    found = router(
        """
        defaults: {nodes: {core: {processing_us: 0}, compute: {processing_us: 0}}}
        nodes: {a: {role: core}, z: {role: compute}}
        """
    )
    assert nearest_compute(found, "a", ["z"]) is None


def test_from_a_role_to_itself_leaves_out_the_node_itself(router):
    assert pairs(router(CITIES), source=("core",), target=("core",)) == [
        ("y-core", "x-core"),
        ("x-core", "y-core"),
    ]


def test_across_cities_leaves_out_pairs_of_one_city(router):
    assert pairs(router(CITIES), source=("access",), target=("core",), across="city") == [
        ("x-access", "y-core"),
        ("y-access", "x-core"),
        ("lost", "y-core"),
        ("lost", "x-core"),
    ]


def test_listed_pairs_come_as_listed(router):
    listed = (("y-core", "near"), ("x-core", "far"))
    assert pairs(router(CITIES), pairs=listed) == list(listed)


@pytest.mark.parametrize(("pair", "shown"), [(Pair("a", "b"), "a>b"), (Pair("a", None), "a>?")])
def test_a_pair_without_compute_shows_a_question_mark(pair, shown):
    assert str(pair) == shown


# --- available compute ----------------------------------------------------------------------


def total_latency(amounts, latency):
    used = amounts > 0
    return float((amounts[used] * latency[used]).sum())


@pytest.mark.parametrize("seed", range(10))
def test_one_request_each_to_servers_for_one_is_the_optimal_assignment(seed):
    """Against the Hungarian method, which shares no code with linear programming."""
    rng = np.random.default_rng(seed)
    latency = rng.uniform(0.001, 0.02, (8, 12))
    amounts = spread_requests(np.ones(8), latency, np.ones(12))
    rows, columns = linear_sum_assignment(latency)
    assert np.allclose(np.sort(amounts.ravel())[-8:], 1)  # nobody is split
    assert total_latency(amounts, latency) == pytest.approx(latency[rows, columns].sum())


@pytest.mark.parametrize("seed", range(10))
def test_no_other_way_to_place_whole_requests_is_faster(seed):
    """Against every one of the 3^5 ways in which five sources may choose among three pools."""
    rng = np.random.default_rng(seed)
    latency = rng.uniform(0.001, 0.02, (5, 3))
    room = np.array([1.0, 2.0, 3.0])
    best = min(
        latency[range(5), chosen].sum()
        for chosen in product(range(3), repeat=5)
        if np.all(np.bincount(chosen, minlength=3) <= room)
    )
    amounts = spread_requests(np.ones(5), latency, room)
    assert np.all(amounts.sum(axis=0) <= room + 1e-9)
    assert total_latency(amounts, latency) == pytest.approx(best)


def test_requests_overflow_to_the_next_pool_and_a_source_may_be_split():
    latency = np.array([[0.001, 0.005], [0.002, 0.009]])
    amounts = spread_requests(np.array([100.0, 50.0]), latency, np.array([120.0, 1000.0]))
    # The second source would lose more by the detour: 7 ms a request and not 4.
    assert amounts == pytest.approx(np.array([[70.0, 30.0], [50.0, 0.0]]))


def test_a_pool_without_a_route_is_given_nothing():
    latency = np.array([[np.inf, 0.005]])
    amounts = spread_requests(np.array([10.0]), latency, np.array([100.0, 100.0]))
    assert amounts == pytest.approx(np.array([[0.0, 10.0]]))


def test_what_finds_no_room_goes_to_the_nearest_pool_all_the_same():
    latency = np.array([[0.001, 0.005]])
    amounts = spread_requests(np.array([100.0]), latency, np.array([30.0, 50.0]))
    assert amounts == pytest.approx(np.array([[50.0, 50.0]]))


def test_servers_that_take_no_time_have_room_for_all():
    latency = np.array([[0.001, 0.005]])
    amounts = spread_requests(np.array([100.0]), latency, np.array([np.inf, 50.0]))
    assert amounts == pytest.approx(np.array([[100.0, 0.0]]))


def test_at_most_as_many_sources_are_split_as_there_are_pools():
    rng = np.random.default_rng(3)
    requests, latency = rng.uniform(1, 100, 60), rng.uniform(0.001, 0.02, (60, 5))
    amounts = spread_requests(requests, latency, np.full(5, requests.sum() / 4.5))
    assert np.count_nonzero((amounts > 0).sum(axis=1) > 1) <= 5
    assert amounts.sum(axis=1) == pytest.approx(requests)
