"""Confidence intervals of means and quantiles from one long, correlated run.

Neighbouring packets meet the same queue, so their delays are correlated and an interval made for
independent samples is far too narrow. The remedy is *batch means*: the run is cut into a few long
consecutive batches, whose averages are nearly independent and nearly normal, and Student's t
does the rest. A quantile is judged by the share of packets beyond a threshold, which is a mean
too; the interval of the quantile collects the thresholds that this test cannot reject. An interval
is `trusted` only once each batch holds enough *effective* (independent-equivalent) samples.

References
----------
Asmussen & Glynn, *Stochastic Simulation*, Springer 2007, ch. IV.5 (batch means).
Law, *Simulation Modeling and Analysis*, 5th ed., McGraw-Hill 2015, §9.5.3 (batch means).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrik, ndtri, stdtrit

from netplan.errors import UnstableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "BATCHES",
    "MIN_EFFECTIVE_EXCEEDANCES",
    "MIN_EFFECTIVE_SAMPLES",
    "Batches",
    "ExceedanceCurve",
    "Interval",
    "decide",
    "effective_exceedances",
    "mean_interval",
    "merge",
    "packets_needed",
    "probe_inflation",
    "quantile_interval",
    "relaxation_time",
    "spend",
    "variance_inflation",
]

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

BATCHES = 20
"""Batches that a run is judged on; more gain little (Schmeiser, Oper. Res. 30, 1982)."""
MIN_EFFECTIVE_EXCEEDANCES = 2.0
"""Effective exceedances that each batch must hold before a quantile is trusted (measured)."""
MIN_EFFECTIVE_SAMPLES = 40.0
"""Effective samples that each batch must hold before a mean is trusted (measured)."""


@dataclass(frozen=True, slots=True)
class Batches:
    """Delays of one pair: B consecutive batches of a stationary run, as one histogram each.

    The bins are disjoint and ascending; a packet in bin k has ``lower[k] <= delay < upper[k]``.
    Bins that hold no packet may be left out.
    """

    lower: Float64
    """Shape (K,): lower edges of the bins [s]."""
    upper: Float64
    """Shape (K,): upper edges of the bins [s]."""
    counts: Int64
    """Shape (B, K): packets."""
    sums: Float64
    """Shape (B,): exact sum of the delays in each batch [s]."""
    maximum: float
    """Exact maximum of all delays [s]."""

    @property
    def packets(self) -> Int64:
        """Packets in each batch, shape (B,)."""
        packets: Int64 = self.counts.sum(axis=1)
        return packets


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval."""

    estimate: float
    """Best guess [s]; NaN if there is no packet."""
    low: float
    """Lower end [s]; 0 if nothing observed bounds it from below."""
    high: float
    """Upper end [s]; infinite if nothing observed bounds it from above."""
    confidence: float
    """Probability that the ends enclose the true value, e.g. 0.95."""
    trusted: bool
    """Whether the batches are long enough for `confidence` to be true."""
    effective: float
    """Effective samples (mean) or exceedances (quantile) in a batch of average size."""

    def below(self, limit: float) -> bool:
        """Whether the whole of a trusted interval lies strictly below `limit` [s]."""
        return self.trusted and self.high < limit

    def reaches(self, limit: float) -> bool:
        """Whether the whole of a trusted interval lies at `limit` [s] or above."""
        return self.trusted and self.low >= limit


def merge(batches: Batches, into: int = BATCHES) -> Batches:
    """Join neighbouring batches into `into` batches of nearly equal packet number.

    A run of no more than `into` batches is returned as it is.

    Examples
    --------
    >>> edges = np.array([0.0, 1.0])
    >>> six = Batches(edges[:1], edges[1:], np.full((6, 1), 10), np.full(6, 5.0), 0.9)
    >>> merge(six, into=3).packets
    array([20, 20, 20])
    """
    number = len(batches.counts)
    if number <= into:
        return batches
    reached = np.concatenate([[0], np.cumsum(batches.packets)])
    goals = reached[-1] * np.arange(into) / into
    after = np.clip(np.searchsorted(reached, goals), 1, number)
    starts = np.where(goals - reached[after - 1] < reached[after] - goals, after - 1, after)
    # Every joined batch takes at least one of the given ones, even where they are uneven.
    order = np.arange(into)
    starts[0] = 0
    starts = np.maximum.accumulate(starts - order) + order
    starts = np.minimum(starts, number - into + order)
    return Batches(
        lower=batches.lower,
        upper=batches.upper,
        counts=np.add.reduceat(batches.counts, starts, axis=0),
        sums=np.add.reduceat(batches.sums, starts),
        maximum=batches.maximum,
    )


def _ratio(totals: Float64, packets: Int64) -> tuple[Float64, Float64]:
    """Totals per packet over all batches, and the standard error from batch to batch.

    Batches cut by time differ in their packet numbers, hence a ratio estimator: the error is
    that of ``totals - ratio * packets``, which averages zero.

    Parameters
    ----------
    totals
        Shape (B, ...).
    packets
        Shape (B,), at least one of them not zero.
    """
    number = len(packets)
    ratio = totals.sum(axis=0) / packets.sum()
    if number < 2:
        return ratio, np.full_like(ratio, math.inf)
    residuals = totals - np.multiply.outer(packets, ratio)
    spread = np.einsum("b...,b...->...", residuals, residuals) * number / (number - 1)
    return ratio, np.sqrt(spread) / packets.sum()


def _t_quantile(batches: int, confidence: float) -> float:
    """Two-sided quantile of Student's t with ``batches - 1`` degrees of freedom."""
    return float(stdtrit(max(batches - 1, 1), 0.5 + confidence / 2))


def mean_interval(batches: Batches, confidence: float) -> Interval:
    """Interval of the mean delay by batch means and Student's t.

    Trusted from `MIN_EFFECTIVE_SAMPLES` effective samples a batch: the packets of a batch over
    the variance inflation of their mean, the variance of a single delay being read from the bins.

    References
    ----------
    Law, *Simulation Modeling and Analysis*, 5th ed., §9.5.3.
    """
    packets = batches.packets
    total = int(packets.sum())
    if total == 0:
        return _nothing(confidence)
    mean, error = (float(part) for part in _ratio(batches.sums, packets))
    half = _t_quantile(len(packets), confidence) * error
    centres = (batches.lower + np.minimum(batches.upper, batches.maximum)) / 2
    variance = float(batches.counts.sum(axis=0) @ np.square(centres - mean)) / total
    independent = variance / error**2 if error > 0 else math.inf
    effective = min(independent, total) / len(packets)
    return Interval(
        estimate=mean,
        low=max(mean - half, 0.0),
        high=mean + half,
        confidence=confidence,
        trusted=len(packets) > 1 and effective >= MIN_EFFECTIVE_SAMPLES,
        effective=effective,
    )


class ExceedanceCurve:
    """Share of packets beyond every bin edge, with its standard error from batch to batch.

    Made once for a pair; any quantile at any confidence is then cheap.

    Parameters
    ----------
    batches
        The stationary run; `merge` it first, a curve takes the batches as they are.
    inflation_floor
        Variance inflation known beforehand (e.g. `probe_inflation`); the measured one is raised
        to it. 1 is that of independent packets.
    """

    def __init__(self, batches: Batches, inflation_floor: float = 1.0) -> None:
        packets = batches.packets
        self._number = len(packets)
        self._packets = int(packets.sum())
        self._floor = inflation_floor
        if self._packets == 0:
            return
        occupied = np.flatnonzero(batches.counts.any(axis=0))
        inside = slice(occupied[0], occupied[-1] + 1)
        counts = batches.counts[:, inside]
        self._lower = batches.lower[inside]
        # No packet lies beyond the exact maximum, so it is a sharper edge than the bin's.
        self._upper = np.minimum(batches.upper[inside], batches.maximum)
        # _share[k] is the share in bin k and above: at or beyond lower[k], beyond upper[k - 1].
        beyond = np.zeros((self._number, counts.shape[1] + 1))
        beyond[:, :-1] = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
        self._share, self._error = _ratio(beyond, packets)

    def _bin_beyond(self, share: float) -> int:
        """Bin across which the share of packets beyond falls to `share`."""
        return int(np.searchsorted(-self._share, -share, side="left")) - 1

    def inflation(self, p: float) -> float:
        """Variance of the share beyond the p-quantile against that of independent packets.

        Measured at both edges of the quantile's bin (where many packets have the very same
        delay, only one of them may tell anything), and where two and four times as many packets
        lie beyond: the deeper the tail, the larger and the noisier the inflation, and a small
        value by chance would make a short run look trustworthy. The largest counts, at least 1.
        """
        if self._packets == 0 or self._number < 2:
            return math.inf
        k = self._bin_beyond(1 - p)
        milder = [self._bin_beyond(share) for share in (2 * (1 - p), 4 * (1 - p)) if share < 0.5]
        edges = np.array([k, k + 1, *milder])
        share, error = self._share[edges], self._error[edges]
        independent = share * (1 - share) / self._packets
        known = independent > 0
        measured = np.square(error[known]) / independent[known]
        return float(max(measured.max(initial=1.0), self._floor))

    def effective_exceedances(self, p: float) -> float:
        """Effective packets on the rarer side of the p-quantile in a batch of average size."""
        if self._packets == 0:
            return 0.0
        return self._packets / self._number * min(p, 1 - p) / self.inflation(p)

    def interval(self, p: float, confidence: float) -> Interval:
        """Interval of the p-quantile; see `quantile_interval`."""
        if self._packets == 0:
            return _nothing(confidence)
        t = _t_quantile(self._number, confidence)
        z = float(ndtri(0.5 + confidence / 2))
        independent = self._packets / self.inflation(p) * (z / t) ** 2
        fewest, most = _rejected_shares(independent, 1 - p, confidence)
        # The shares fall from edge to edge, so everything above `first` is rejected as well.
        first = int(np.searchsorted(-self._share[1:], -fewest, side="left"))
        last = int(np.searchsorted(-self._share, -most, side="right")) - 1
        effective = self.effective_exceedances(p)
        return Interval(
            estimate=self._estimate(p),
            low=float(self._lower[last]) if last >= 0 else 0.0,
            high=float(self._upper[first]) if first < len(self._upper) else math.inf,
            confidence=confidence,
            trusted=effective >= MIN_EFFECTIVE_EXCEEDANCES,
            effective=effective,
        )

    def _estimate(self, p: float) -> float:
        """Empirical quantile, linear inside its bin [s]."""
        k = self._bin_beyond(1 - p)
        inside = (self._share[k] - (1 - p)) / (self._share[k] - self._share[k + 1])
        return float(self._lower[k] + inside * (self._upper[k] - self._lower[k]))


def _rejected_shares(packets: float, share: float, confidence: float) -> tuple[float, float]:
    """Observed shares at or beyond which the true `share` is rejected, too few and too many.

    The exact two-sided test of Clopper & Pearson for `packets` independent packets, continued to
    real numbers by the incomplete beta function. Below 0 or above 1: nothing rejects.
    """
    tail = (1 - confidence) / 2
    none_rejects = packets * math.log1p(-share) < math.log(tail)
    all_reject = packets * math.log(share) < math.log(tail)
    fewest = float(bdtrik(tail, packets, share)) / packets if none_rejects else -1.0
    most = (float(bdtrik(1 - tail, packets, share)) + 1) / packets if all_reject else 2.0
    return fewest, most


def _nothing(confidence: float) -> Interval:
    """Return what no packet at all says."""
    return Interval(math.nan, 0.0, math.inf, confidence, trusted=False, effective=0.0)


def quantile_interval(
    batches: Batches, p: float, confidence: float, inflation_floor: float = 1.0
) -> Interval:
    """Interval of the p-quantile: every delay that the exceedance test does not reject.

    A threshold is too high for the quantile if significantly fewer than a share 1 - p of the
    packets lie beyond it, too low if significantly more lie at or beyond it. The test is the
    exact binomial one for the packets that the run is worth, n/c, where the inflation c is
    measured from batch to batch; (z/t)², with the quantiles of the normal law and of Student's t
    for the number of batches, pays for not knowing c. Other than batch means with their own
    error at each threshold, this is neither certain where no batch lies beyond nor too
    narrow where few do. An interval wholly below a limit means just that the test at the limit
    says P(delay > limit) < 1 - p.

    Thresholds are bin edges, and a packet counts against the claim wherever it may lie in its
    bin, so the binning error is inside the interval. If no observed threshold is rejected, the
    end is infinite, or 0.

    The confidence is that of the procedure: a trusted interval misses the quantile in no more
    than 1 - confidence of all runs. Among the few short runs that pass the guard by chance,
    misses are commoner; `inflation_floor` keeps these out.

    Parameters
    ----------
    batches
        The run, already merged.
    p
        Level of the quantile, between 0 and 1.
    confidence
        Of the two-sided interval, e.g. 0.95.
    inflation_floor
        Variance inflation known beforehand, see `ExceedanceCurve`.

    References
    ----------
    Korn & Graubard, *Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data*, Survey Methodology 24 (1998), as in SAS/STAT, "The
    SURVEYFREQ procedure", confidence limits for proportions.
    """
    return ExceedanceCurve(batches, inflation_floor).interval(p, confidence)


def variance_inflation(batches: Batches, p: float) -> float:
    """How many packets are worth one independent one, for the share beyond the p-quantile.

    c = m Var(share of a batch) / (p (1 - p)) for batches of m packets, at least 1.
    """
    return ExceedanceCurve(batches).inflation(p)


def effective_exceedances(batches: Batches, p: float) -> float:
    """Independent-equivalent packets beyond the p-quantile in a batch, m (1 - p) / c."""
    return ExceedanceCurve(batches).effective_exceedances(p)


def packets_needed(p: float, inflation: float, batches: int = BATCHES) -> int:
    """Fewest packets with which the interval of a p-quantile is trusted.

    Examples
    --------
    >>> packets_needed(0.99, inflation=28)
    112000
    """
    return math.ceil(batches * MIN_EFFECTIVE_EXCEEDANCES * inflation / min(p, 1 - p) - 1e-6)


def probe_inflation(utilisation: float, packet_rate: float, probe_rate: float) -> float:
    """Variance inflation of Poisson probes that see a queue fed at `packet_rate`.

    All packets of an M/M/1 queue have c ≈ 3.5 / (1 - ρ)², a cautious fit to measured values.
    In general c = 1 + 2 Σ r(k), with r(k) the autocorrelation at lag k. Probes are the packets
    kept with probability q = probe_rate / packet_rate, each by itself: of n kept ones, the
    number that follow another at any lag k falls to the share q, so c_q = 1 + 2 q Σ r(k)
    = 1 + q (c - 1). The integrated autocorrelation thins linearly.

    Parameters
    ----------
    utilisation
        ρ of the busiest port on the route, below 1.
    packet_rate
        Of that port [1/s].
    probe_rate
        Of the pair's probes [1/s], at most `packet_rate`.

    Raises
    ------
    UnstableError
        If ρ >= 1.

    Examples
    --------
    >>> round(probe_inflation(0.9, packet_rate=1e6, probe_rate=1e4), 2)
    4.49
    """
    _check_stable(utilisation)
    return 1 + min(probe_rate / packet_rate, 1.0) * (3.5 / (1 - utilisation) ** 2 - 1)


def relaxation_time(utilisation: float, service_time: float) -> float:
    """Time in which an M/M/1 queue forgets its past by a factor e, 1 / (μ (1 - √ρ)²) [s].

    Parameters
    ----------
    utilisation
        ρ, below 1.
    service_time
        Mean service time 1/μ [s].

    Raises
    ------
    UnstableError
        If ρ >= 1.

    Examples
    --------
    >>> relaxation_time(0.25, service_time=1e-6)
    4e-06
    """
    _check_stable(utilisation)
    return service_time / (1 - math.sqrt(utilisation)) ** 2


def _check_stable(utilisation: float) -> None:
    if utilisation >= 1:
        raise UnstableError(
            f"utilisation {utilisation:.3g} is not below 1; the queue never becomes stationary"
        )


def spend(alpha: float, look: int) -> float:
    """Error allowed at one look of a sequential test, half of what is left each time.

    The sum over all looks, numbered from 0, stays below `alpha`, so by Boole's inequality the
    whole sequence errs with at most that probability, however many looks there are.

    Examples
    --------
    >>> [spend(0.05, look) for look in range(3)]
    [0.025, 0.0125, 0.00625]
    """
    return float(alpha / 2 ** (look + 1))


def decide(
    interval_at: Callable[[int, float], Interval], n: int, alpha: float, limit: float
) -> list[Interval]:
    """Judge n pairs against one limit so that at most `alpha` is the chance of any error.

    Holm's step-down test as repeated Bonferroni: all open pairs are tested at alpha / (number of
    open pairs), the decided ones leave, and the rest are tested again at the larger share, until
    nothing more is decided.

    Parameters
    ----------
    interval_at
        Interval of a pair (0 to n - 1) at a confidence, e.g. `ExceedanceCurve.interval`.
    n
        Number of pairs.
    alpha
        Chance of one or more wrong decisions, e.g. ``spend(0.05, look)``.
    limit
        Limit of the statistic [s].

    Returns
    -------
    list of Interval
        Of each pair, at the confidence of its last test. The pair is decided if this interval is
        `Interval.below` the limit or `Interval.reaches` it.

    References
    ----------
    Holm, *A simple sequentially rejective multiple test procedure*, Scand. J. Statist. 6 (1979).
    """
    intervals = [Interval(math.nan, 0.0, math.inf, 0.0, trusted=False, effective=0.0)] * n
    undecided = list(range(n))
    decided = n
    while undecided and decided:
        confidence = 1 - alpha / len(undecided)
        for pair in undecided:
            intervals[pair] = interval_at(pair, confidence)
        before = len(undecided)
        undecided = [
            pair
            for pair in undecided
            if not (intervals[pair].below(limit) or intervals[pair].reaches(limit))
        ]
        decided = before - len(undecided)
    return intervals
