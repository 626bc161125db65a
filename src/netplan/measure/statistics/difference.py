"""The difference of a statistic between two runs, under common random numbers or without.

Two systems that meet the very same packets are slow in the same batches, so the difference from
batch to batch varies far less than either: the paired-t interval for common random numbers
(Rossetti, *Simulation Modeling and Arena*, §4.4, "Statistical issues when comparing two systems"),
with batches in the place of replications. The estimate is the difference of the whole runs; the
batches only tell its error. A quantile errs by the share of packets beyond it, over the density
there (Bahadur's representation: J. K. Ghosh, Ann. Math. Statist. 42 (1971) 1957-1961, eq. 1), and
a share is a mean, batch by batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.measure.statistics.interval import t_quantile

if TYPE_CHECKING:
    from netplan.measure.statistics.batches import Batches

__all__ = ["LEAST_EXCEEDANCES", "Difference", "difference"]

Float64 = NDArray[np.float64]

LEAST_EXCEEDANCES = 2.0
"""Packets beyond a quantile that a batch must hold on average before its error is trusted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second run has more than the first."""

    estimate: float
    """[s]; NaN if one of them has no packet."""
    low: float
    """[s]; minus infinity if nothing bounds it."""
    high: float
    """[s]; infinity if nothing bounds it."""
    paired: bool
    """Whether both met the same packets; otherwise the runs count as independent."""
    trusted: bool
    """Whether the batches are long enough."""

    @property
    def significant(self) -> bool:
        """Whether the whole of a trusted interval lies on one side of zero."""
        return self.trusted and (self.low > 0 or self.high < 0)


def difference(
    first: Batches, second: Batches, level: float | None, confidence: float, *, paired: bool
) -> Difference:
    """Return an interval of the difference, second less first, of means or of quantiles.

    Parameters
    ----------
    first, second
        Batches of the two runs; if `paired`, batch i of both holds the same packets.
    level
        Of the quantile, e.g. 0.99; none for the mean.
    confidence
        Of the interval.
    paired
        Whether the batches belong together.
    """
    if not first.packets.any() or not second.packets.any() or len(first.counts) < 2:
        return Difference(math.nan, -math.inf, math.inf, paired, trusted=False)
    (one, of_one), (two, of_two) = (_sections(run, level) for run in (first, second))
    if paired:
        error, number = _standard_error(of_two - of_one), len(of_one)
    else:
        error = math.hypot(_standard_error(of_one), _standard_error(of_two))
        number = min(len(of_one), len(of_two))
    half = t_quantile(number, confidence) * error
    beyond = 1.0 if level is None else min(level, 1 - level)
    fewest = min(float(run.packets.mean()) * beyond for run in (first, second))
    return Difference(
        estimate=two - one,
        low=two - one - half,
        high=two - one + half,
        paired=paired,
        trusted=fewest >= LEAST_EXCEEDANCES,
    )


def _standard_error(deviations: Float64) -> float:
    n = len(deviations)
    return math.sqrt(float(np.square(deviations).sum()) / (n * (n - 1)))


def _sections(run: Batches, level: float | None) -> tuple[float, Float64]:
    """Return the statistic of the whole run, and by how much that of each batch deviates [s]."""
    packets = run.packets
    if level is None:
        mean = float(run.sums.sum() / packets.sum())
        # Batches differ in their packets: deviations of a ratio, as in `batches.ratio`.
        return mean, (run.sums - mean * packets) * len(packets) / packets.sum()
    upper = np.minimum(run.upper, run.maximum)
    counts = run.counts.sum(axis=0)
    rarer = min(level, 1 - level)
    below, whole, above = (
        _quantile(run.lower, upper, counts, p)
        for p in (level - rarer / 2, level, level + rarer / 2)
    )
    # The batch's packets beyond the quantile of the whole run, over the density there (Bahadur).
    width = np.where(upper > run.lower, upper - run.lower, 1.0)
    beyond = run.counts @ np.clip((upper - whole) / width, 0.0, 1.0)
    surplus = beyond - (1 - level) * packets
    return whole, surplus * (above - below) / rarer * len(packets) / packets.sum()


def _quantile(lower: Float64, upper: Float64, counts: NDArray[np.int64], level: float) -> float:
    """Empirical quantile of a histogram, linear inside its bin [s]."""
    reached = np.cumsum(counts)
    goal = level * reached[-1]
    k = int(np.searchsorted(reached, goal, side="left"))
    inside = (goal - (reached[k] - counts[k])) / counts[k] if counts[k] else 0.0
    return float(lower[k] + inside * (upper[k] - lower[k]))
