"""A two-sided confidence interval, and that of a mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from netplan.measure.statistics.batches import ratio

if TYPE_CHECKING:
    from netplan.measure.statistics.batches import Batches

__all__ = ["MIN_EFFECTIVE_SAMPLES", "Interval", "mean_interval", "nothing_known", "t_quantile"]

MIN_EFFECTIVE_SAMPLES = 40.0
"""Effective samples that each batch must hold before a mean is trusted (measured)."""


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
    surely: float = 0.0
    """What the true value is not below, with `confidence` too [s]; known before the interval is
    trusted where something milder can be: 0 if nothing can."""

    def below(self, limit: float) -> bool:
        """Whether the whole of a trusted interval lies strictly below `limit` [s]."""
        return self.trusted and self.high < limit

    def reaches(self, limit: float) -> bool:
        """Whether the true value surely lies at `limit` [s] or above."""
        return (self.low if self.trusted else self.surely) >= limit


def t_quantile(batches: int, confidence: float) -> float:
    """Return the two-sided quantile of Student's t with ``batches - 1`` degrees of freedom."""
    return float(stdtrit(max(batches - 1, 1), 0.5 + confidence / 2))


def mean_interval(batches: Batches, confidence: float) -> Interval:
    """Interval of the mean delay by batch means and Student's t.

    Trusted from `MIN_EFFECTIVE_SAMPLES` effective samples a batch: the packets of a batch over
    the variance inflation of their mean, the variance of a single delay being read from the bins.
    """
    packets = batches.packets
    total = int(packets.sum())
    if total == 0:
        return nothing_known(confidence)
    mean, error = (float(part) for part in ratio(batches.sums, packets))
    half = t_quantile(len(packets), confidence) * error
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


def nothing_known(confidence: float) -> Interval:
    """Return what no packet at all says."""
    return Interval(math.nan, 0.0, math.inf, confidence, trusted=False, effective=0.0)
