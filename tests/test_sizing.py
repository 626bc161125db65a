from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import eigh_tridiagonal

from netplan.measure.queueing import erlang_c
from netplan.measure.sizing import (
    PROBE_SHARE,
    PortView,
    plan_probes,
    probes_lacking,
    warm_up_time,
)
from netplan.measure.statistics import packets_needed

BITS = 12_000.0


def view(utilisation, hold=math.inf, capacity=1e9, variation=2.0):
    """Ports that carry packets of 1000 bytes on average, of exponential size."""
    rho = np.array(utilisation, float)
    return PortView(
        utilisation=rho,
        packet_rate=rho * capacity / 8000,
        size_variation=np.full(len(rho), variation),
        capacity=np.full(len(rho), capacity),
        hold_time=np.broadcast_to(np.asarray(hold, float), rho.shape),
        servers=np.ones(len(rho), np.int64),
    )


def plan(ports, streams, p=0.99, background=1e5, longest=math.inf):
    needed = probes_lacking(p, np.zeros(len(streams)))
    return plan_probes(ports, streams, needed, BITS, background, longest)


def test_relaxation_is_that_of_mm1():
    """Service takes 8 us at 1 Gbit/s; 1 / (mu (1 - sqrt 0.25)^2) is four services."""
    assert view([0.25]).relaxation == pytest.approx([32e-6])


@pytest.mark.parametrize("utilisation", [0.5, 0.97, 1.0, 1.03, 2.0])
@pytest.mark.parametrize("places", [1, 20, 200])
def test_relaxation_is_the_slowest_mode_of_a_queue_with_a_buffer(utilisation, places):
    """Smallest non-zero eigenvalue of the generator of M/M/1/n, symmetrised; service takes 8 us."""
    up, down = np.full(places, utilisation), np.ones(places)
    leaving = np.append(up, 0.0) + np.append(0.0, down)
    modes = eigh_tridiagonal(leaving, -np.sqrt(up * down), eigvals_only=True)
    relaxation = view([utilisation], hold=places * 8e-6).relaxation
    assert relaxation == pytest.approx([8e-6 / modes[1]], rel=1e-6)


def test_a_buffer_bounds_the_memory_of_a_port():
    ports = view([0.999, 1.5, 0.1], hold=1e-3)
    assert ports.relaxation[0] < view([0.999]).relaxation[0] / 1000
    assert ports.correlation_time[0] == 2 * ports.relaxation[0]
    assert ports.relaxation[1] < 1e-3
    assert ports.relaxation[2] == pytest.approx(view([0.1]).relaxation[0], rel=1e-2)


def test_an_idle_port_remembers_nothing():
    assert view([0.0]).relaxation == [0]
    assert view([0.0]).correlation_time == [0]


def test_packets_of_one_size_are_forgotten_in_half_the_time():
    assert view([0.7], variation=1.0).correlation_time == view([0.7]).correlation_time / 2


def test_warm_up_is_the_longest_route_and_ten_relaxations_of_the_slowest_used_port():
    ports = view([0.25, 0.99])
    assert warm_up_time(ports, np.array([0]), 5e-3) == pytest.approx(5e-3 + 320e-6)
    assert warm_up_time(ports, np.array([], int), 5e-3) == 5e-3


def test_probes_never_take_more_than_their_share_of_a_port():
    """Three streams share port 0; one of them passes port 1 twice, there and back."""
    streams = [[[0]], [[0, 1, 1]], [[0], [2]]]
    rates = plan(view([0.5, 0.5, 0.5]), streams, background=1e9).rates
    taken = np.zeros(3)
    for flows, rate in zip(streams, rates, strict=True):
        for flow in flows:
            np.add.at(taken, flow, rate / len(flows) * BITS)
    assert np.all(taken <= PROBE_SHARE * 1e9 * (1 + 1e-9))
    assert taken.max() > 0.5 * PROBE_SHARE * 1e9


def test_the_first_look_is_long_enough_for_the_probes_that_a_verdict_needs():
    found = plan(view([0.5]), [[[0]]])
    correlation = view([0.5]).correlation_time[0]
    independent = found.rates[0] * found.duration / (1 + found.rates[0] * correlation)
    assert independent >= packets_needed(0.99, 1.0)


def test_a_later_round_has_as_many_probes_again():
    needed = packets_needed(0.99, 1.0)
    assert probes_lacking(0.99, np.array([needed, 2.0 * needed])).tolist() == [needed, 2 * needed]


def test_a_stream_that_the_rounds_before_were_too_short_for_catches_up():
    worth = np.array([0.0, 1000.0, 3960.0])
    assert probes_lacking(0.99, worth).tolist() == pytest.approx([4200, 3200, 990])


def test_a_busier_port_needs_a_longer_look():
    durations = [plan(view([rho]), [[[0]]]).duration for rho in (0.3, 0.6, 0.9)]
    assert durations == sorted(durations)
    assert durations[2] > 3 * durations[0]


def test_a_higher_quantile_needs_a_longer_look():
    assert plan(view([0.5]), [[[0]]], p=0.999).duration > 5 * plan(view([0.5]), [[[0]]]).duration


def test_more_background_makes_probes_denser_and_runs_shorter():
    thin, thick = (plan(view([0.9]), [[[0]]], background=b) for b in (1e2, 1e3))
    assert thick.rates[0] > thin.rates[0]
    assert thick.duration < thin.duration


def test_a_short_budget_makes_probes_denser_not_runs_longer():
    free = plan(view([0.6]), [[[0]]], background=10.0)
    bound = plan(view([0.6]), [[[0]]], background=10.0, longest=free.duration / 2)
    assert bound.rates[0] > free.rates[0]
    assert bound.duration <= free.duration / 2 * (1 + 1e-9)


def test_an_overloaded_stream_does_not_lengthen_the_look_of_the_others():
    ports = view([0.5, 1.2], hold=10.0)
    alone = plan(ports, [[[0]]]).duration
    assert plan(ports, [[[0]], [[1]]]).duration < 3 * alone


def test_where_all_streams_are_overloaded_there_still_is_a_plan():
    found = plan(view([1.2], hold=1e-3), [[[0]]])
    assert found.rates[0] > 0
    assert math.isfinite(found.duration)


def test_without_carried_traffic_probes_go_as_densely_as_they_may():
    found = plan(view([0.0]), [[[0]]], background=0.0)
    assert found.rates[0] == pytest.approx(PROBE_SHARE * 1e9 / BITS)


def pool(utilisation, servers):
    """Return servers that are so busy and need a second for each request."""
    return PortView(
        utilisation=np.array([utilisation]),
        packet_rate=np.array([utilisation * servers]),
        size_variation=np.array([2.0]),
        capacity=np.array([math.inf]),
        hold_time=np.array([math.inf]),
        servers=np.array([servers]),
    )


def test_one_server_remembers_like_a_port_of_its_speed():
    """Exponential service of one second: M/M/1 with K = 1.9 x 2 x 1 s / (1 - 0.8)^2 = 95 s."""
    assert pool(0.8, 1).correlation_time == pytest.approx(95)


def test_of_many_servers_few_wait_so_requests_have_little_in_common():
    """Erlang C of 50 servers at 80 % is 0.087, and they are 50 times as fast together."""
    waits = erlang_c(50, 40.0)
    assert waits == pytest.approx(0.087, abs=0.001)
    assert pool(0.8, 50).correlation_time == pytest.approx(95 / 50 * waits / 0.8)


def test_a_pool_has_forgotten_its_beginning_when_the_first_requests_have_left():
    assert pool(0.1, 50).relaxation >= 49 / 50


def test_probes_that_keep_no_server_are_not_limited_by_servers():
    ports = pool(0.5, 10)
    [rate] = plan(ports, [[(0,)]]).rates
    assert rate > 0.01 * 10
