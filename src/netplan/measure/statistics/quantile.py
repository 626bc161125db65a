"""Intervals of quantiles, by the share of packets that exceed a threshold."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrik, ndtri

from netplan.measure.statistics.batches import ratio
from netplan.measure.statistics.interval import Interval, nothing_known, t_quantile

if TYPE_CHECKING:
    from netplan.measure.statistics.batches import Batches

__all__ = [
    "MIN_EFFECTIVE_EXCEEDANCES",
    "ExceedanceCurve",
    "effective_exceedances",
    "quantile_interval",
    "variance_inflation",
]

MIN_EFFECTIVE_EXCEEDANCES = 2.0
"""Effective exceedances that each batch must hold before a quantile is trusted (measured)."""
REFUTED = 2.0
"""A measured inflation so many times the known one refutes it. By chance it is so large in one of
100 runs of 20 batches (M/M/1 and M/D/1 at loads from 0.5 to 0.9, 1500 runs each)."""
MILDEST = 0.5
"""Share of packets beyond the lowest quantile that stands in for a higher one from below."""


class ExceedanceCurve:
    """Share of packets beyond every bin edge, and how it varies from batch to batch.

    Made once for a pair; any quantile at any confidence is then cheap.

    Parameters
    ----------
    batches
        The stationary run; `merge` it first, a curve takes the batches as they are.
    known_inflation
        Variance inflation known beforehand (e.g. `probe_inflation`). The measured one is raised to
        it, and whether the run is long enough goes by it unless the measured one refutes it.
    """

    def __init__(self, batches: Batches, known_inflation: float | None = None) -> None:
        self._of_batch = batches.packets
        self._number = len(self._of_batch)
        self._packets = int(self._of_batch.sum())
        self._known = known_inflation
        self._inflations: dict[float, float] = {}
        """Those that were asked for, by level."""
        if self._packets == 0:
            return
        occupied = np.flatnonzero(batches.counts.any(axis=0))
        inside = slice(occupied[0], occupied[-1] + 1)
        self._counts = batches.counts[:, inside]
        self._lower = batches.lower[inside]
        # No packet lies beyond the exact maximum, so it is a sharper edge than the bin's.
        self._upper = np.minimum(batches.upper[inside], batches.maximum)
        # _share[k] is the share in bin k and above: at or beyond lower[k], beyond upper[k - 1].
        beyond = np.append(np.cumsum(self._counts.sum(axis=0)[::-1])[::-1], 0)
        self._share = beyond / self._packets

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
        if p not in self._inflations:
            self._inflations[p] = self._inflation(p)
        return self._inflations[p]

    def _inflation(self, p: float) -> float:
        if self._packets == 0 or self._number < 2:
            return math.inf
        k = self._bin_beyond(1 - p)
        milder = [self._bin_beyond(share) for share in (2 * (1 - p), 4 * (1 - p)) if share < 0.5]
        beyond = [self._counts[:, edge:].sum(axis=1) for edge in (k, k + 1, *milder)]
        share, error = ratio(np.stack(beyond, axis=1).astype(np.float64), self._of_batch)
        independent = share * (1 - share) / self._packets
        known = independent > 0
        measured = np.square(error[known]) / independent[known]
        return float(max(measured.max(initial=1.0), self._known or 1.0))

    def effective_exceedances(self, p: float) -> float:
        """Effective packets on the rarer side of the p-quantile in a batch of average size."""
        if self._packets == 0:
            return 0.0
        inflation = self.inflation(p)
        if self._known is not None and inflation <= REFUTED * self._known:
            inflation = self._known
        return self._packets / self._number * min(p, 1 - p) / inflation

    def interval(self, p: float, confidence: float) -> Interval:
        """Interval of the p-quantile; see `quantile_interval`."""
        if self._packets == 0:
            return nothing_known(confidence)
        found = self._interval(p, confidence)
        if found.trusted:
            return found
        milder = self._milder(p)
        surely = 0.0 if milder is None else self._interval(milder, confidence).low
        return replace(found, surely=surely)

    def _milder(self, p: float) -> float | None:
        """Return the highest of some lower quantiles that can be trusted, none if none can.

        Each has twice as many packets beyond it as the one before.
        """
        share = 2 * (1 - p)
        while share <= MILDEST:
            if self.effective_exceedances(1 - share) >= MIN_EFFECTIVE_EXCEEDANCES:
                return 1 - share
            share *= 2
        return None

    def _interval(self, p: float, confidence: float) -> Interval:
        t = t_quantile(self._number, confidence)
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

    The exact two-sided test of Clopper & Pearson, Biometrika 26 (1934) 404-413, for `packets`
    independent packets, continued to real numbers by the incomplete beta function. Below 0 or
    above 1: nothing rejects.
    """
    tail = (1 - confidence) / 2
    none_rejects = packets * math.log1p(-share) < math.log(tail)
    all_reject = packets * math.log(share) < math.log(tail)
    fewest = float(bdtrik(tail, packets, share)) / packets if none_rejects else -1.0
    most = (float(bdtrik(1 - tail, packets, share)) + 1) / packets if all_reject else 2.0
    return fewest, most


def quantile_interval(
    batches: Batches, p: float, confidence: float, known_inflation: float | None = None
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

    No quantile is below a lower one. Where the run is too short for the p-quantile to be trusted,
    the highest lower one that can be bounds it from below (`Interval.surely`): that far more
    packets than 1 - p exceed a limit is seen long before it is known where their quantile lies.

    The confidence is that of the procedure: a trusted interval misses the quantile in no more
    than 1 - confidence of all runs. Twenty batches tell the inflation to a third or so. If it
    alone decided what is trusted, short runs that look independent by chance would be, among which
    misses are commoner, and long enough ones that look dependent would not: hence
    `known_inflation`. The width of the interval always goes by the larger of the two.

    Parameters
    ----------
    batches
        The run, already merged.
    p
        Level of the quantile, between 0 and 1.
    confidence
        Of the two-sided interval, e.g. 0.95.
    known_inflation
        Variance inflation known beforehand, see `ExceedanceCurve`.

    References
    ----------
    Korn & Graubard 1998, for shares estimated from clusters, as in SAS/STAT 14.1, "The SURVEYFREQ
    Procedure", modified Clopper-Pearson limits. Another way is that of Alexopoulos et al.,
    *Sequest: a sequential procedure for estimating quantiles in steady-state simulations*, Oper.
    Res. 67 (2019) 1162-1183.
    """
    return ExceedanceCurve(batches, known_inflation).interval(p, confidence)


def variance_inflation(batches: Batches, p: float) -> float:
    """How many packets are worth one independent one, for the share beyond the p-quantile.

    c = m Var(share of a batch) / (p (1 - p)) for batches of m packets, at least 1.
    """
    return ExceedanceCurve(batches).inflation(p)


def effective_exceedances(batches: Batches, p: float) -> float:
    """Independent-equivalent packets beyond the p-quantile in a batch, m (1 - p) / c."""
    return ExceedanceCurve(batches).effective_exceedances(p)
