"""Requests to available compute; which demands they come from is tested with demands."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from netplan.network.placement import spread_requests


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
