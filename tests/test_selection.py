from __future__ import annotations

import pytest

from netplan.input.scenario.targets import Between
from netplan.network.selection import Pair, nearest_compute, select_nodes, select_pairs

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
