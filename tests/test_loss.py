"""Intervals of loss: as true as they claim where losses are rare and come in clusters."""

from __future__ import annotations

import numpy as np
import pytest

from netplan.measure.queueing.finite import mm1k
from netplan.measure.statistics import batched_loss_interval, loss_interval

BATCHES = 20


def lost(utilisation, places, runs, packets, seed):
    """Tell which packets of M/M/1/K queues are lost, shape (runs, packets).

    Between two arrivals the server sends a Poisson number of what is there.
    """
    rng = np.random.default_rng(seed)
    waiting = np.zeros(runs, np.int64)
    found = np.zeros((runs, packets), np.bool_)
    for n in range(-2000, packets):
        sent = rng.poisson(rng.exponential(1 / utilisation, runs))
        waiting = np.maximum(waiting - sent, 0)
        full = waiting == places
        waiting += ~full
        if n >= 0:
            found[:, n] = full
    return found


def batched(one):
    batches = one.reshape(BATCHES, -1)
    return batches.sum(axis=1), np.full(BATCHES, batches.shape[1])


@pytest.mark.parametrize(("utilisation", "places"), [(0.8, 10), (0.6, 8), (0.9, 30), (0.5, 10)])
def test_intervals_cover_the_loss_of_a_finite_queue_as_often_as_they_claim(utilisation, places):
    """Also where only some of the runs lose anything at all (1 packet in 2000 is lost at ρ 0.5)."""
    exact = mm1k(utilisation, 1.0, places).loss
    floor = 1 + 2 * utilisation / (1 - utilisation)
    found = [
        batched_loss_interval(*batched(run), 0.9, floor)
        for run in lost(utilisation, places, runs=400, packets=10_000, seed=1)
    ]
    covered = np.mean([one.low <= exact <= one.high for one in found])
    assert covered >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / 400)


def test_an_interval_for_independent_packets_would_not_cover_it():
    exact = mm1k(0.9, 1.0, 30).loss
    found = [
        loss_interval(run.mean(), len(run), 0.9)
        for run in lost(0.9, 30, runs=200, packets=10_000, seed=2)
    ]
    assert np.mean([one.low <= exact <= one.high for one in found]) < 0.6


def test_a_limit_close_to_the_true_loss_is_rarely_judged_wrongly():
    """5 % to either side; at 99 % confidence no more than 1 % of the runs may decide wrongly."""
    exact = mm1k(0.8, 1.0, 10).loss
    found = [
        batched_loss_interval(*batched(run), 0.99, 9.0)
        for run in lost(0.8, 10, runs=400, packets=20_000, seed=3)
    ]
    wrong = [one.low > 1.05 * exact or one.high < 0.95 * exact for one in found]
    undecided = [one.low <= 1.05 * exact <= one.high for one in found]
    assert sum(wrong) <= 4 + 3 * 2
    assert np.mean(undecided) > 0.5
    far = [one.high < 3 * exact for one in found]
    assert np.mean(far) > 0.9


def test_where_nothing_was_lost_the_rule_of_three_bounds_it():
    for packets in (100, 10_000):
        one = loss_interval(0.0, packets, 0.95)
        assert one.low == 0
        assert one.high == pytest.approx(1 - 0.025 ** (1 / packets))
        assert one.high == pytest.approx(3.69 / packets, rel=0.02)


def test_packets_that_say_the_same_twice_count_once():
    none, packets = np.zeros(BATCHES, np.int64), np.full(BATCHES, 500)
    sure, unsure = (batched_loss_interval(none, packets, 0.95, c) for c in (1.0, 10.0))
    assert unsure.high == pytest.approx(10 * sure.high, rel=0.01)


def test_losses_in_a_single_batch_count_as_one_accident():
    packets = np.full(BATCHES, 1000)
    spread, at_once = np.full(BATCHES, 10), np.array([200] + [0] * 19)
    wide, narrow = (batched_loss_interval(d, packets, 0.95) for d in (at_once, spread))
    assert narrow.estimate == wide.estimate == 0.01
    assert narrow.low > 0.008
    assert wide.low < 0.001


def test_without_packets_nothing_is_known():
    nothing = np.zeros(BATCHES, np.int64)
    one = batched_loss_interval(nothing, nothing, 0.95)
    assert (one.low, one.high) == (0.0, 1.0)


def test_if_all_is_lost_the_interval_reaches_one():
    all_of_it = np.full(BATCHES, 100)
    one = batched_loss_interval(all_of_it, all_of_it, 0.95)
    assert one.high == 1.0
    assert one.low > 0.99
