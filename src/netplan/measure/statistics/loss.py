"""Intervals of the share of packets that are lost.

Losses are rare and come in clusters: a full buffer drops many packets in a row, then none for a
long time. So the packets count as fewer independent ones, and the interval for these is exact,
since a normal one would be void where nothing or little was lost. This is the interval of Korn and
Graubard for proportions with few positive counts in clustered samples (Survey Methodology 24
(1998) 193-201), with consecutive batches in the place of sampled clusters.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, ndtri

from netplan.measure.statistics.batches import ratio
from netplan.measure.statistics.interval import Interval, t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["batched_loss_interval", "loss_interval"]


def batched_loss_interval(
    dropped: NDArray[np.int64],
    packets: NDArray[np.int64],
    confidence: float,
    inflation_floor: float = 1.0,
) -> Interval:
    """Interval of the loss of a stream whose packets were counted batch by batch.

    The packets are worth n / c independent ones, where the inflation c is measured from batch to
    batch as for quantiles; (z/t)², with the quantiles of the normal law and of Student's t, pays
    for not knowing c.

    Parameters
    ----------
    dropped
        Shape (B,): packets that were dropped.
    packets
        Shape (B,): packets whose fate is known, dropped ones included.
    confidence
        Of the interval, both sides together.
    inflation_floor
        Variance inflation known beforehand; the measured one is raised to it.
    """
    total = int(packets.sum())
    if total == 0:
        return loss_interval(0.0, 0.0, confidence)
    share, error = (float(part) for part in ratio(dropped.astype(np.float64), packets))
    independent = share * (1 - share) / total
    measured = error**2 / independent if independent > 0 else 1.0
    if not math.isfinite(measured):
        return loss_interval(share, 0.0, confidence)
    known = float(ndtri(0.5 + confidence / 2)) / t_quantile(len(packets), confidence)
    return loss_interval(share, total / max(measured, inflation_floor) * known**2, confidence)


def loss_interval(share: float, effective: float, confidence: float) -> Interval:
    """Interval of a loss that was seen in so many packets, or in what is worth as many.

    The exact interval of Clopper and Pearson (Biometrika 26 (1934) 404-413), continued to real
    numbers of packets by the beta distribution. If nothing was lost in n packets, its upper end is
    ``1 - (α/2)^(1/n)``, about ``ln(2/α) / n``: the rule of three, with 3.7 for 95 % on both sides.

    Parameters
    ----------
    share
        Lost packets over all.
    effective
        Independent packets that it was seen in; 0 if it is not known, then it may be anything.
    confidence
        Of the interval, both sides together.

    Examples
    --------
    >>> round(loss_interval(share=0.0, effective=1000.0, confidence=0.95).high * 1000, 1)
    3.7
    """
    tail, lost = (1 - confidence) / 2, share * effective
    low, high = 0.0, 1.0
    if lost > 0:
        low = float(betaincinv(lost, effective - lost + 1, tail))
    if effective > 0 and share < 1:
        high = float(betaincinv(lost + 1, effective - lost, 1 - tail))
    return Interval(
        estimate=share, low=low, high=high, confidence=confidence, trusted=True, effective=effective
    )
