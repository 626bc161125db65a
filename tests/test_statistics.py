"""Intervals are judged by what they promise: how often they enclose a value that is known."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numba
import numpy as np
import pytest
from scipy import signal, stats

from netplan.ground.errors import UnstableError
from netplan.measure.statistics import (
    BATCHES,
    MIN_EFFECTIVE_EXCEEDANCES,
    Batches,
    ExceedanceCurve,
    Interval,
    decide,
    effective_exceedances,
    mean_interval,
    merge,
    packets_needed,
    probe_inflation,
    quantile_interval,
    relaxation_time,
    spend,
    variance_inflation,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUNS = 200
BIN_WIDTH = 1 / 120
"""Width of the bins in the tests, as a share of the 99th percentile."""
BINS = 360


@numba.njit
def _mm1(generator, utilisation, batches, packets, width):  # type: ignore[no-untyped-def]
    """Lindley's recursion, begun in the stationary state; service times have mean 1."""
    counts, sums, maximum = np.zeros((batches, BINS), np.int32), np.zeros(batches), 0.0
    wait = 0.0
    if generator.random() < utilisation:
        wait = generator.standard_exponential() / (1 - utilisation)
    for batch in range(batches):
        for _ in range(packets):
            sojourn = wait + generator.standard_exponential()
            counts[batch, min(int(sojourn / width), BINS - 1)] += 1
            sums[batch] += sojourn
            maximum = max(maximum, sojourn)
            wait = max(0.0, sojourn - generator.standard_exponential() / utilisation)
    return counts, sums, maximum


def mm1_quantile(utilisation: float, p: float) -> float:
    """Quantile of the sojourn time, exponential with rate 1 - ρ (Kleinrock I, §3.2)."""
    return -math.log(1 - p) / (1 - utilisation)


def binned(
    sums: NDArray[np.float64], counts: NDArray[np.int64], width: float, top: float
) -> Batches:
    edges = np.arange(BINS + 1) * width
    edges[-1] = math.inf
    return Batches(edges[:-1], edges[1:], counts, sums, top)


@dataclass(frozen=True)
class Queue:
    """Many runs of one M/M/1 queue."""

    utilisation: float
    runs: tuple[Batches, ...]

    def prefix(self, run: int, batches: int) -> Batches:
        """Return the first batches of a run, merged as a verdict would see them."""
        whole = self.runs[run]
        return merge(replace(whole, counts=whole.counts[:batches], sums=whole.sums[:batches]))


@functools.cache
def simulate(utilisation: float, batches: int, packets: int) -> Queue:
    width = mm1_quantile(utilisation, 0.99) * BIN_WIDTH
    runs = []
    for run in range(RUNS):
        generator = np.random.default_rng([2026, run])
        counts, sums, top = _mm1(generator, utilisation, batches, packets, width)
        runs.append(binned(sums, counts, width, top))
    return Queue(utilisation, tuple(runs))


@pytest.fixture(scope="module", params=[(0.5, 320, 1_600), (0.7, 40, 6_000), (0.9, 40, 32_000)])
def queue(request: pytest.FixtureRequest) -> Queue:
    return simulate(*request.param)


@pytest.fixture(scope="module")
def half_loaded() -> Queue:
    return simulate(0.5, 320, 1_600)


def from_delays(delays: NDArray[np.float64], batches: int, width: float) -> Batches:
    """Histogram of one run."""
    index = np.minimum((delays / width).astype(np.int64), BINS - 1).reshape(batches, -1)
    counts = np.array([np.bincount(row, minlength=BINS) for row in index])
    sums = delays.reshape(batches, -1).sum(axis=1)
    return binned(sums, counts, width, float(delays.max()))


def consistent(misses: int, trials: int, claimed: float) -> bool:
    """Whether so many misses are no surprise, at 99.9 %, if the claim is true."""
    return bool(stats.binomtest(misses, trials, claimed, alternative="greater").pvalue > 0.001)


# --- coverage -----------------------------------------------------------------------------------


def assert_covered(queue: Queue, p: float) -> None:
    true = mm1_quantile(queue.utilisation, p)
    found = [quantile_interval(merge(run), p, 0.95) for run in queue.runs]
    trusted = [interval for interval in found if interval.trusted]
    misses = sum(not interval.low <= true <= interval.high for interval in trusted)
    assert len(trusted) > RUNS / 4
    assert consistent(misses, len(trusted), 0.05)


@pytest.mark.parametrize("p", [0.5, 0.99])
def test_trusted_quantile_intervals_of_a_queue_cover_as_often_as_they_claim(
    queue: Queue, p: float
) -> None:
    assert_covered(queue, p)


def test_trusted_intervals_of_a_far_quantile_cover_as_often_as_they_claim(
    half_loaded: Queue,
) -> None:
    assert_covered(half_loaded, 0.999)


def test_trusted_mean_intervals_of_a_queue_cover_as_often_as_they_claim(queue: Queue) -> None:
    true = 1 / (1 - queue.utilisation)
    found = [mean_interval(merge(run), 0.95) for run in queue.runs]
    trusted = [interval for interval in found if interval.trusted]
    misses = sum(not interval.low <= true <= interval.high for interval in trusted)
    assert len(trusted) > RUNS / 2
    assert consistent(misses, len(trusted), 0.05)


def test_an_interval_for_independent_packets_fails_on_a_queue(queue: Queue) -> None:
    """The contrast: 1 % of packets lie beyond the p99, but their number is not binomial."""
    beyond = round(1 / BIN_WIDTH)
    misses = 0
    for run in queue.runs:
        low, high = stats.binom.interval(0.95, run.packets.sum(), 0.01)
        misses += not low <= run.counts[:, beyond:].sum() <= high
    assert misses > 0.3 * RUNS


def test_intervals_cover_the_quantile_of_an_autoregressive_process() -> None:
    """AR(1) with φ = 0.9 and unit variance: N(10, 1)."""
    noise = np.random.default_rng(1).normal(0, math.sqrt(1 - 0.81), (RUNS, 41_000))
    process = 10 + signal.lfilter([1], [1, -0.9], noise, axis=1)[:, 1_000:]
    true = 10 + stats.norm.ppf(0.95)
    found = [
        quantile_interval(from_delays(run, BATCHES, width=0.04), 0.95, 0.95) for run in process
    ]
    assert all(interval.trusted for interval in found)
    assert consistent(sum(not i.low <= true <= i.high for i in found), RUNS, 0.05)


def test_intervals_of_independent_delays_cover_and_are_hardly_wider_than_the_exact_ones() -> None:
    delays = np.random.default_rng(2).exponential(1.0, (RUNS, 40_000))
    true, width = mm1_quantile(0, 0.99), 0.02
    found = [quantile_interval(from_delays(run, BATCHES, width), 0.99, 0.95) for run in delays]
    assert all(interval.trusted for interval in found)
    assert consistent(sum(not i.low <= true <= i.high for i in found), RUNS, 0.05)
    # Asymptotic half-width z √(p (1 - p) / n) / f(x), f the density at the quantile.
    exact = 1.96 * math.sqrt(0.99 * 0.01 / 40_000) / 0.01
    assert np.mean([i.high - i.low for i in found]) / 2 < 1.4 * exact


def test_coarser_bins_only_widen_the_interval(half_loaded: Queue) -> None:
    fine = half_loaded.prefix(0, 320)
    coarse = Batches(
        lower=fine.lower[::8],
        upper=fine.upper[7::8],
        counts=fine.counts.reshape(BATCHES, -1, 8).sum(axis=2),
        sums=fine.sums,
        maximum=fine.maximum,
    )
    for p in (0.5, 0.9, 0.99):
        # The inflation is measured at bin edges; with the same one, only the edges differ.
        inner, outer = (quantile_interval(b, p, 0.95, known_inflation=50) for b in (fine, coarse))
        assert outer.low <= inner.low <= inner.high <= outer.high
        assert outer.high - outer.low > inner.high - inner.low


# --- guards -------------------------------------------------------------------------------------


def test_half_the_packets_needed_are_hardly_ever_trusted() -> None:
    short = simulate(0.5, BATCHES, 800)
    assert packets_needed(0.99, inflation=8) == 2 * BATCHES * 800
    assert sum(quantile_interval(run, 0.99, 0.95).trusted for run in short.runs) < 0.05 * RUNS


def test_a_run_too_short_for_a_quantile_knows_what_it_surely_exceeds() -> None:
    """What stands in for p99 is the lower end of p98 or of one below, with its own error."""
    short = simulate(0.5, BATCHES, 800)
    found = [quantile_interval(run, 0.99, 0.95) for run in short.runs]
    open_ = [interval for interval in found if not interval.trusted]
    assert sum(interval.reaches(mm1_quantile(0.5, 0.90)) for interval in open_) > 0.9 * len(open_)
    beyond = sum(interval.surely > mm1_quantile(0.5, 0.98) for interval in open_)
    assert consistent(beyond, len(open_), 0.025)
    assert not any(interval.reaches(mm1_quantile(0.5, 0.99)) for interval in open_)
    assert not any(interval.below(10 * mm1_quantile(0.5, 0.99)) for interval in open_)


def test_a_handful_of_packets_exceeds_nothing_surely() -> None:
    assert quantile_interval(counted([0, 0, 1]), 0.99, 0.95).surely == 0.0


def test_a_known_inflation_keeps_lucky_short_runs_from_being_trusted(half_loaded: Queue) -> None:
    runs = [half_loaded.prefix(run, 20) for run in range(RUNS)]
    known = probe_inflation(0.5, packet_rate=1.0, probe_rate=1.0)
    assert any(quantile_interval(run, 0.99, 0.95).trusted for run in runs)
    assert not any(quantile_interval(run, 0.99, 0.95, known).trusted for run in runs)


@pytest.mark.parametrize("utilisation", [0.5, 0.7])
def test_a_known_inflation_makes_runs_trusted_that_are_just_long_enough(
    utilisation: float,
) -> None:
    """Of the same runs, the noise of what they measure themselves turns down more than a third."""
    known = 1 + 3.8 * utilisation / (1 - utilisation) ** 2
    runs = simulate(
        utilisation, BATCHES, math.ceil(1.03 * packets_needed(0.99, known) / BATCHES)
    ).runs
    assert sum(quantile_interval(run, 0.99, 0.95).trusted for run in runs) < 0.65 * RUNS
    found = [quantile_interval(run, 0.99, 0.95, known) for run in runs]
    trusted = [interval for interval in found if interval.trusted]
    assert len(trusted) > 0.95 * RUNS
    true = mm1_quantile(utilisation, 0.99)
    misses = sum(not interval.low <= true <= interval.high for interval in trusted)
    assert consistent(misses, len(trusted), 0.05)


def test_a_known_inflation_that_the_run_refutes_does_not_make_it_trusted(
    half_loaded: Queue,
) -> None:
    run = half_loaded.prefix(0, BATCHES)
    measured = ExceedanceCurve(run)
    inflation, effective = measured.inflation(0.99), measured.effective_exceedances(0.99)
    for wrong, counts in ((1.9, 1.9 * effective), (2.1, effective)):
        curve = ExceedanceCurve(run, inflation / wrong)
        assert curve.effective_exceedances(0.99) == pytest.approx(counts)
        assert curve.inflation(0.99) == inflation


def counted(counts: list[int], batches: int = BATCHES, maximum: float = 2.5) -> Batches:
    """Put the same counts into every batch, in bins of width 1."""
    edges = np.arange(len(counts) + 1.0)
    table = np.tile(np.array(counts), (batches, 1))
    return Batches(edges[:-1], edges[1:], table, table @ (edges[:-1] + 0.5), maximum)


def test_without_exceedances_a_short_run_bounds_nothing_from_above() -> None:
    """0.99^100 = 37 %: that no packet of 100 is longer than the longest is no evidence."""
    interval = quantile_interval(counted([2, 2, 1]), 0.99, 0.95)
    assert interval.high == math.inf
    assert not interval.trusted


def test_without_exceedances_the_maximum_of_a_long_run_bounds_the_quantile() -> None:
    interval = quantile_interval(counted([10_000, 0, 100]), 0.99, 0.95)
    assert interval.high == 2.5
    assert quantile_interval(counted([10_000]), 0.99, 0.95).high == 1.0


def test_batches_without_spread_are_not_certain_about_the_quantile() -> None:
    """Every batch has 1.1 % beyond the first bin: zero variance, yet the sample is finite."""
    interval = quantile_interval(counted([989, 11]), 0.99, 0.95)
    assert (interval.low, interval.high) == (0.0, 2.0)


def test_an_atom_larger_than_the_level_is_found_in_one_bin() -> None:
    interval = quantile_interval(counted([1_000, 6_000, 1_000]), 0.5, 0.99)
    assert (interval.low, interval.high) == (1.0, 2.0)
    assert interval.trusted


def test_equal_delays_give_a_point_no_wider_than_their_bin() -> None:
    interval = quantile_interval(counted([0, 0, 1_000]), 0.99, 0.999)
    assert (interval.low, interval.high, interval.trusted) == (2.0, 2.5, True)


@pytest.mark.parametrize("batches", [counted([0, 0]), counted([500, 500], batches=1)])
def test_nothing_is_trusted_without_packets_or_with_a_single_batch(batches: Batches) -> None:
    for interval in (quantile_interval(batches, 0.5, 0.95), mean_interval(batches, 0.95)):
        assert not interval.trusted
        assert interval.high == math.inf
        assert interval.low == 0.0


def test_untrusted_intervals_lie_on_no_side_of_a_limit() -> None:
    interval = Interval(1.0, 0.9, 1.1, 0.95, trusted=False, effective=1.0)
    assert not interval.below(2.0)
    assert not interval.reaches(0.5)
    trusted = replace(interval, trusted=True)
    assert trusted.below(1.2)
    assert not trusted.below(1.1)
    assert trusted.reaches(0.9)
    assert not trusted.reaches(1.0)


# --- batches ------------------------------------------------------------------------------------


def test_merging_keeps_packets_sums_and_order_and_evens_out_the_batches() -> None:
    generator = np.random.default_rng(4)
    counts = generator.poisson(30, (333, 5))
    edges = np.arange(6.0)
    batches = Batches(edges[:-1], edges[1:], counts, np.arange(333.0), 4.9)
    merged = merge(batches)
    assert merged.counts.shape == (BATCHES, 5)
    assert merged.counts.sum(axis=0).tolist() == counts.sum(axis=0).tolist()
    assert set(np.cumsum(merged.sums)) < set(np.cumsum(batches.sums))
    assert merged.sums.sum() == batches.sums.sum()
    assert merged.packets.max() < 1.15 * merged.packets.min()


def test_merging_leaves_no_batch_out_where_packets_are_very_uneven() -> None:
    counts = np.zeros((30, 1), dtype=np.int64)
    counts[3] = 1_000
    edges = np.arange(2.0)
    merged = merge(Batches(edges[:-1], edges[1:], counts, np.ones(30), 0.5), into=20)
    assert merged.counts.shape == (20, 1)
    assert merged.sums.sum() == 30.0
    assert merged.sums.min() >= 1.0


def test_few_batches_are_left_as_they_are() -> None:
    batches = counted([5, 5], batches=7)
    assert merge(batches) is batches


def test_batches_of_unequal_packet_number_weigh_by_their_packets() -> None:
    edges = np.arange(3.0)
    counts = np.array([[10, 0], [0, 30]] * 10)
    batches = Batches(edges[:-1], edges[1:], counts, np.array([5.0, 45.0] * 10), 1.9)
    assert mean_interval(batches, 0.95).estimate == pytest.approx(50 / 40)


# --- many looks, many pairs -----------------------------------------------------------------------


@pytest.mark.parametrize("known", [None, 8.6], ids=["unknown inflation", "known inflation"])
@pytest.mark.parametrize("factor", [1.03, 1 / 1.03, 1.15, 1 / 1.15])
def test_a_sequential_verdict_is_wrong_in_at_most_one_of_twenty_runs(
    half_loaded: Queue, factor: float, known: float | None
) -> None:
    """The run doubles from 32,000 to 512,000 packets; the limit is off the true p99 by a factor."""
    limit = mm1_quantile(0.5, 0.99) * factor
    right = wrong = 0
    for run in range(RUNS):
        for look in range(5):
            batches = half_loaded.prefix(run, 20 * 2**look)
            interval = quantile_interval(batches, 0.99, 1 - spend(0.05, look), known)
            if interval.below(limit) or interval.reaches(limit):
                right += interval.below(limit) == (factor > 1)
                wrong += interval.below(limit) != (factor > 1)
                break
    undecided = 1 - (right + wrong) / RUNS
    print(f"{factor - 1:+.0%}: {undecided:.1%} undecided, {wrong / RUNS:.1%} wrong")  # noqa: T201
    assert wrong <= 0.05 * RUNS
    assert right > (0.95 if abs(factor - 1) > 0.1 else 0.1) * RUNS


def test_of_many_pairs_at_their_limit_none_is_met(half_loaded: Queue) -> None:
    """All 200 quantiles equal the limit: with 95 % probability no pair may be called met."""
    limit = mm1_quantile(0.5, 0.99)
    for batches in (40, 320):
        curves = [ExceedanceCurve(half_loaded.prefix(run, batches)) for run in range(RUNS)]
        found = decide(lambda i, level: curves[i].interval(0.99, level), RUNS, 0.05, limit)  # noqa: B023
        assert not any(interval.below(limit) for interval in found)


def test_deciding_many_pairs_is_holms_test() -> None:
    """Against the step-down rule of Holm (1979) on p-values: reject while p(k) <= α / (n - k)."""
    generator = np.random.default_rng(5)
    for _ in range(200):
        values = generator.uniform(0, 1, 12) ** 6

        def interval_at(pair: int, confidence: float, values=values) -> Interval:  # type: ignore[no-untyped-def]
            rejected = values[pair] <= 1 - confidence
            return Interval(0.0, 0.0, 0.5 if rejected else 2.0, confidence, True, 9.0)

        found = decide(interval_at, 12, 0.05, limit=1.0)
        passed = np.sort(values) <= 0.05 / (12 - np.arange(12))
        expected = 12 if passed.all() else int(np.argmin(passed))
        assert sum(interval.below(1.0) for interval in found) == expected


def test_deciding_no_pairs_asks_nothing() -> None:
    assert decide(lambda pair, level: pytest.fail("asked"), 0, 0.05, 1.0) == []


def test_the_error_over_all_looks_stays_within_its_budget() -> None:
    shares = [spend(0.05, look) for look in range(60)]
    assert sum(shares) <= 0.05
    assert all(later == earlier / 2 for earlier, later in itertools.pairwise(shares))


# --- run lengths ----------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.5, 0.99, 0.999])
def test_the_packets_needed_are_just_enough_to_be_trusted(p: float) -> None:
    each = packets_needed(p, inflation=1.0) // BATCHES
    rare = max(1, round(each * (1 - p)))
    assert effective_exceedances(counted([each - rare, rare]), p) == pytest.approx(
        MIN_EFFECTIVE_EXCEEDANCES, rel=0.01
    )
    assert quantile_interval(counted([each - rare, rare]), p, 0.95).trusted
    assert not quantile_interval(counted([each - rare - 2, rare]), p, 0.95).trusted


def test_the_inflation_of_probes_falls_linearly_with_their_rate() -> None:
    """Means of AR(1), φ = 0.8, have c = (1 + φ)/(1 - φ) = 9; a share q of it 1 + q (c - 1)."""
    generator = np.random.default_rng(6)
    noise = generator.normal(0, math.sqrt(1 - 0.64), (2_000, 2_200))
    process = signal.lfilter([1], [1, -0.8], noise, axis=1)[:, 200:]
    for share in (1.0, 0.5, 0.1):
        kept = generator.random(process.shape) < share
        means = (process * kept).sum(axis=1) / kept.sum(axis=1)
        assert means.var() * 2_000 * share == pytest.approx(1 + share * 8, rel=0.15)


def test_the_inflation_assumed_for_probes_is_not_below_the_measured_one(queue: Queue) -> None:
    measured = [variance_inflation(merge(run), 0.9) for run in queue.runs]
    assert np.median(measured) < probe_inflation(queue.utilisation, 1.0, 1.0)
    assert np.median(measured) > 0.2 * probe_inflation(queue.utilisation, 1.0, 1.0)


def test_probes_that_outnumber_the_packets_are_inflated_as_the_packets_are() -> None:
    assert probe_inflation(0.5, 1.0, 5.0) == probe_inflation(0.5, 1.0, 1.0) == 14.0


@pytest.mark.parametrize("utilisation", [0.3, 0.6])
def test_the_relaxation_time_is_the_slowest_mode_of_the_queue(utilisation: float) -> None:
    """Smallest non-zero eigenvalue of the generator of an M/M/1 queue cut at 400 packets."""
    size = 400
    up, down = np.full(size - 1, utilisation), np.ones(size - 1)
    leaving = np.concatenate([up, [0.0]]) + np.concatenate([[0.0], down])
    # Birth-death generators are similar to symmetric matrices.
    symmetric = np.diag(leaving) - np.diag(np.sqrt(up * down), 1) - np.diag(np.sqrt(up * down), -1)
    slowest = np.linalg.eigvalsh(symmetric)[1]
    assert relaxation_time(utilisation, 1.0) == pytest.approx(1 / slowest, rel=0.01)


def test_overloaded_queues_have_no_run_length() -> None:
    with pytest.raises(UnstableError, match="utilisation 1 is not below 1"):
        relaxation_time(1.0, 1e-6)
    with pytest.raises(UnstableError, match=r"utilisation 1\.2"):
        probe_inflation(1.2, 1.0, 0.1)
