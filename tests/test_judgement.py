from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from netplan.ground.texts.sentences import is_translated
from netplan.ground.units import MS, PS_PER_S
from netplan.input.scenario.targets import quantile_level
from netplan.judge.case import prepare
from netplan.judge.hops import link_uses
from netplan.judge.judgement import judge_pairs, screen
from netplan.judge.prediction import predict
from netplan.judge.verdict import Outcome, Reason
from netplan.measure.engine.model import PortTotals
from netplan.measure.histogram import bin_of
from netplan.measure.samples import Samples, StreamSamples

# Fibre at 5 us/km: a to b is 0.5 ms, and 0.1 ms for each router on the way.
TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 100}, compute: {processing_us: 100}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 1, buffer: {bytes: 12500}, equipment: {terminals_us: 10}}
    nodes:
      a: {role: core, city: x}
      b: {role: core, city: y}
      c: {role: core, city: z}
      near: {role: compute, city: x}
    links:
      a--b: {ends: [a, b], length_km: 100}
      b--c: {ends: [b, c], length_km: 300}
      near--a: {ends: [near, a], length_km: 1}
"""


def question_of(write, below_ms=1.0, between="{pairs: [[a, b]]}", **more):
    said = {"layer": "network", "direction": "one_way", "statistic": "p50", **more}
    keys = ", ".join(f"{key}: {value}" for key, value in said.items())
    target = f"targets: [{{name: t, between: {between}, below_ms: {below_ms}, {keys}}}]"
    case = prepare(write(TOPOLOGY, target), 2024)
    return case, case.questions[0]


# --- what needs no simulation ---------------------------------------------------------------


def test_a_floor_at_or_above_the_limit_is_impossible_and_says_what_the_limit_allows(write):
    case, question = question_of(write, below_ms=0.4)
    [verdict] = screen(case, question).values()
    assert (verdict.outcome, verdict.reason) == (Outcome.MISSED, Reason.IMPOSSIBLE)
    assert verdict.floor == pytest.approx(0.5 * MS)
    assert verdict.route == ("a", "b")
    assert verdict.length == 100e3
    # Terminals and the router take 0.11 ms of the 0.4.
    assert verdict.remedies == (
        "a route of at most 58 km (now 100)", "compute nearer to the source"
    )  # fmt: skip


def test_in_the_service_layer_last_miles_leave_less_for_the_route(write):
    topology = TOPOLOGY.replace("role: core, city", "role: core, access: {fixed_us: 50}, city")
    target = """targets: [{name: t, between: {pairs: [[a, b]]}, below_ms: 0.4, layer: service,
                direction: one_way, statistic: p50, without: compute}]"""
    case = prepare(write(topology, target), 2024)
    [verdict] = screen(case, case.questions[0]).values()
    assert verdict.reason is Reason.IMPOSSIBLE
    # A last mile of 0.05 ms at either end: 20 km less than in the network layer.
    assert "a route of at most 38 km (now 100)" in verdict.remedies


def test_lengths_of_round_trips_are_there_and_back(write):
    [verdict] = screen(*question_of(write, below_ms=0.8, direction="round_trip")).values()
    assert verdict.length == 200e3
    assert "a route of at most 116 km there and back (now 200)" in verdict.remedies
    assert is_translated("; ".join(verdict.remedies))


def test_a_limit_equal_to_the_floor_is_impossible_since_limits_are_strict(write):
    assert screen(*question_of(write, below_ms=0.5))[0].reason is Reason.IMPOSSIBLE
    optical = screen(*question_of(write, below_ms=0.51, layer="optical"))[0]
    assert optical.outcome is Outcome.MISSED


def test_a_limit_above_the_floor_waits_for_the_simulation(write):
    assert screen(*question_of(write, below_ms=0.51)) == {}


@pytest.mark.parametrize(("below_ms", "cures"), [(0.45, True), (0.2, False)])
def test_hollow_core_is_a_cure_only_where_it_saves_enough(write, below_ms, cures):
    """Hollow core needs 3.346 us/km, 0.335 ms for the 100 km."""
    case, question = question_of(write, below_ms=below_ms)
    [verdict] = screen(case, question).values()
    assert ("hollow-core fibre on the route" in verdict.remedies) is cures


@pytest.mark.parametrize(("below_ms", "outcome"), [(0.52, Outcome.MET), (0.505, Outcome.MISSED)])
def test_the_optical_layer_is_propagation_and_equipment_and_nothing_else(write, below_ms, outcome):
    case, question = question_of(write, below_ms=below_ms, layer="optical")
    [verdict] = screen(case, question).values()
    assert verdict.outcome is outcome
    assert verdict.estimate == verdict.low == verdict.high == pytest.approx(0.51 * MS)
    assert verdict.components == pytest.approx({"propagation": 0.5 * MS, "equipment": 0.01 * MS})
    assert verdict.components.keys() == verdict.hops[0].components.keys()


def test_an_optical_round_trip_is_twice_the_way(write):
    case, question = question_of(write, layer="optical", direction="round_trip", below_ms=2)
    [verdict] = screen(case, question).values()
    assert verdict.estimate == pytest.approx(1.02 * MS)
    assert verdict.route == ("a", "b", "a")


def test_a_source_without_compute_in_its_city_is_missed_for_that_reason(write):
    case, question = question_of(write, between="{from: [a, b], to: nearest_compute, within: city}")
    found = screen(case, question)
    assert [(i, found[i].reason) for i in found] == [(1, Reason.NO_COMPUTE)]
    assert found[1].target is None


# --- what samples say -----------------------------------------------------------------------


def stream(name, base, queueing_ms, dropped=0, in_flight=0, seed=1, n=20_000):
    """Batches of independent packets, exponential above the base with this mean."""
    excess = np.random.default_rng(seed).exponential(queueing_ms * MS * PS_PER_S, (20, n // 20))
    excess = excess.astype(np.int64) + 12_000_000
    bins, place = np.unique(bin_of(excess.ravel()), return_inverse=True)
    counts = np.zeros((20, len(bins)), np.int64)
    np.add.at(counts, (np.repeat(np.arange(20), n // 20), place), 1)
    waits = int(excess.sum()) - n * 12_000_000
    return StreamSamples(
        name=name,
        base=base,
        bins=bins,
        counts=counts,
        sums=excess.sum(axis=1),
        squares=float((excess.astype(float) ** 2).sum()),
        maximum=base + int(excess.max()),
        dropped=np.full(20, dropped // 20),
        in_flight=in_flight,
        component_sums=np.array([base * n, 0, 0, 12_000_000 * n, waits, 0, 0]),
        component_bins=(bins,) * 4,
        component_counts=(counts.sum(axis=0),) * 4,
    )


def samples_of(case, question, queueing_ms, dropped_bits=0, arrivals=10, longest_ms=0.0, **more):
    """Make samples of exponential waits on top of a base of 0.61 ms."""
    n = case.topology.n_ports
    zero = np.zeros(n, np.int64)
    lost = zero.copy()
    lost[question.streams[0].ports[0][0]] = dropped_bits
    totals = PortTotals(
        arrivals=zero + arrivals,
        drops=zero,
        dropped_bits=lost,
        sent_bits=zero + 1_000_000,
        waits=zero + 10,
        wait_sum=np.zeros(n) + 10 * queueing_ms * MS * PS_PER_S,
        wait_max=zero + round(longest_ms * MS * PS_PER_S),
    )
    measured = {
        found.name: stream(found.name, 610_000_000, queueing_ms, seed=seed, **more)
        for seed, found in enumerate(question.streams)
    }
    return Samples(measured, totals, 1.0, 0.0, 100, 100)


def judged(write, queueing_ms, below_ms, pairs="[[a, b]]", dropped_bits=0, look=0, **more):
    keys = {key: more.pop(key) for key in ("statistic", "loss_limit") if key in more}
    case, question = question_of(write, below_ms, f"{{pairs: {pairs}}}", **keys)
    samples = samples_of(case, question, queueing_ms, dropped_bits, **more)
    found = judge_pairs(predict(case), question, range(len(question.pairs)), samples, look)
    return [found[index] for index in range(len(question.pairs))]


@pytest.mark.parametrize(
    ("below_ms", "outcome", "reason"),
    [
        (1.0, Outcome.MET, Reason.NONE),
        (0.7, Outcome.MISSED, Reason.LATENCY),
        (0.7605, Outcome.UNDECIDED, Reason.BUDGET),
    ],
)
def test_a_pair_is_decided_only_if_its_interval_lies_on_one_side(write, below_ms, outcome, reason):
    """The median is 0.61 + 0.012 + 0.2 ln 2 = 0.7606 ms."""
    [verdict] = judged(write, 0.2, below_ms)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    assert verdict.low < verdict.estimate < verdict.high
    assert verdict.estimate == pytest.approx(0.7606 * MS, rel=0.01)


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("mean", 0.822),
        ("p50", 0.7606),
        ("p90", 0.622 + 0.2 * 2.3026),
        ("p99", 0.622 + 0.2 * 4.6052),
    ],
)
def test_the_statistic_is_the_one_that_the_target_names(write, statistic, expected):
    [verdict] = judged(write, 0.2, 2.0, statistic=statistic)
    assert verdict.estimate == pytest.approx(expected * MS, rel=0.03)


def test_components_are_means_and_add_up_to_the_mean_delay(write):
    [verdict] = judged(write, 0.2, 1.0, statistic="mean")
    assert sum(verdict.components.values()) == pytest.approx(verdict.estimate, rel=1e-12)
    assert verdict.components["transmission"] == pytest.approx(12e-6)


def test_dropped_probes_above_the_loss_limit_miss_whatever_the_delay(write):
    [verdict] = judged(write, 0.01, 1.0, dropped=200)
    assert (verdict.outcome, verdict.reason) == (Outcome.MISSED, Reason.LOSS)
    assert verdict.loss == pytest.approx(200 / 20_200)
    assert "more capacity on a--b" in verdict.remedies[0]


@pytest.mark.parametrize(
    ("loss_limit", "outcome"),
    [(0.005, Outcome.MISSED), (0.01, Outcome.UNDECIDED), (0.02, Outcome.MET)],
)
def test_loss_is_decided_only_if_its_interval_lies_on_one_side(write, loss_limit, outcome):
    """One packet in 101 is lost."""
    [verdict] = judged(write, 0.01, 1.0, dropped=200, loss_limit=loss_limit)
    assert verdict.outcome is outcome
    assert verdict.loss_low < verdict.loss < verdict.loss_high


def test_that_nothing_at_all_is_lost_goes_by_what_was_seen(write):
    assert judged(write, 0.01, 1.0, loss_limit=0)[0].outcome is Outcome.MET
    assert judged(write, 0.01, 1.0, dropped=20, loss_limit=0)[0].reason is Reason.LOSS


def test_loss_of_carried_bits_counts_for_pairs_whose_probes_all_arrived(write):
    [verdict] = judged(write, 0.01, 1.0, dropped_bits=10_000, arrivals=100_000)
    assert verdict.reason is Reason.LOSS
    assert verdict.loss == pytest.approx(1 / 101)
    [unsure] = judged(write, 0.01, 1.0, dropped_bits=10_000, arrivals=100)
    assert unsure.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(("longest_ms", "outcome"), [(0.02, "met"), (0.03, "undecided")])
def test_a_port_whose_buffer_was_never_a_quarter_full_hardly_loses_anything(
    write, longest_ms, outcome
):
    """Its buffer holds 0.1 ms; 1000 packets at it say little of a loss of 0.1 %, else."""
    shown = {"n": 200, "arrivals": 1000, "statistic": "mean"}
    [verdict] = judged(write, 0.01, 1.0, longest_ms=longest_ms, **shown)
    assert verdict.loss == 0
    assert (verdict.loss_high < 0.001) == (outcome == "met")


def test_a_port_that_carries_bursts_is_no_witness_of_what_it_does_not_lose(write):
    case, question = question_of(write, 1.0)
    samples, calm = samples_of(case, question, 0.01, arrivals=1_000_000, n=200), predict(case)
    bursty = replace(calm, bursty=frozenset(question.streams[0].ports[0]))
    [sure], [unsure] = (judge_pairs(p, question, [0], samples, 0).values() for p in (calm, bursty))
    assert sure.loss_high < 1e-6
    assert unsure.loss_high > 0.001


def test_packets_in_flight_leave_a_pair_undecided_not_met(write):
    [verdict] = judged(write, 0.01, 1.0, in_flight=1)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.in_flight == 1


def test_the_maximum_is_met_only_if_full_buffers_cannot_reach_the_limit(write):
    """12 500 bytes at 1 Gbit/s hold 0.1 ms: at most 0.71 ms, whatever was seen."""
    assert judged(write, 0.001, 0.72, statistic="max")[0].outcome is Outcome.MET
    assert judged(write, 0.001, 0.7, statistic="max")[0].outcome is Outcome.UNDECIDED


def test_the_maximum_is_missed_once_it_was_seen_at_the_limit(write):
    [verdict] = judged(write, 0.2, 1.0, statistic="max")
    assert (verdict.outcome, verdict.reason) == (Outcome.MISSED, Reason.LATENCY)
    assert verdict.low == verdict.estimate > 1.0 * MS


def test_the_more_pairs_are_judged_at_once_the_wider_the_intervals(write):
    """Undecided pairs share the error: both are tested at half of it."""
    [alone] = judged(write, 0.2, 0.7605)
    together = judged(write, 0.2, 0.7605, pairs="[[a, b], [b, a]]")
    assert together[0].low <= alone.low
    assert together[0].high >= alone.high
    assert together[0].high - together[0].low > alone.high - alone.low


def test_later_looks_have_less_error_to_spend(write):
    [first], [third] = (judged(write, 0.2, 0.7605, look=look) for look in (0, 2))
    assert third.high - third.low > first.high - first.low


def test_packets_that_look_independent_by_luck_do_not_decide_on_a_port_that_remembers(write):
    """20,000 packets a second at a port that is 90 % full of 1000 frames a second, memory 0.19 s.

    The very samples that decide on an idle port are then worth a few packets.
    """
    case, question = question_of(write, 1.0)
    samples, idle = samples_of(case, question, 0.2), predict(case)
    full = np.ones(case.topology.n_ports)
    ports = replace(
        idle.ports, utilisation=0.9 * full, packet_rate=1000 * full, hold_time=np.inf * full
    )
    lasting = replace(idle, ports=ports)
    assert lasting.ports.correlation_time == pytest.approx(1.9 * 0.9e-3 / 0.01 * full)
    assert judge_pairs(idle, question, [0], samples, 0)[0].outcome is Outcome.MET
    assert judge_pairs(lasting, question, [0], samples, 0)[0].outcome is Outcome.UNDECIDED


def test_a_missed_pair_names_the_hop_that_costs_most(write):
    case, question = question_of(write, 2.3, "{pairs: [[a, c]]}", statistic="p50")
    samples = samples_of(case, question, 0.2)
    name = question.streams[0].name
    samples.streams[name] = stream(name, 2_220_000_000, 0.4)
    verdict = judge_pairs(predict(case), question, [0], samples, 0)[0]
    assert verdict.outcome is Outcome.MISSED
    assert verdict.blame.link == "b--c"
    assert [hop.components["propagation"] for hop in verdict.hops] == pytest.approx([5e-4, 15e-4])
    assert verdict.remedies


def test_links_tell_loss_and_waits_of_all_their_members(write):
    case, question = question_of(write)
    samples = samples_of(case, question, 0.2, dropped_bits=1_000_000)
    use = next(u for u in link_uses(predict(case), samples) if (u.link, u.source) == ("a--b", "a"))
    assert use.loss == pytest.approx(0.5)
    assert use.mean_queueing == pytest.approx(0.2 * MS)
    other = next(
        u for u in link_uses(predict(case), samples) if (u.link, u.source) == ("a--b", "b")
    )
    assert other.loss == 0


def test_without_samples_links_tell_what_they_are_offered(write):
    case, _ = question_of(write)
    assert len(link_uses(predict(case), None)) == len(case.topology.channels)
    assert {(use.loss, use.mean_queueing) for use in link_uses(predict(case), None)} == {
        (None, None)
    }


@pytest.mark.parametrize(("statistic", "level"), [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)])
def test_a_percentile_is_its_share(statistic, level):
    assert quantile_level(statistic) == level
