"""A measured run as histograms of consecutive batches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BATCHES", "Batches", "merge", "ratio"]

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

BATCHES = 20
"""Batches that a run is judged on. From eight or ten on, more of them gain little: Schmeiser,
*Batch size effects in the analysis of simulation output*, Oper. Res. 30 (1982)."""


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


def ratio(totals: Float64, packets: Int64) -> tuple[Float64, Float64]:
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
    share = totals.sum(axis=0) / packets.sum()
    if number < 2:
        return share, np.full_like(share, math.inf)
    residuals = totals - np.multiply.outer(packets, share)
    spread = np.einsum("b...,b...->...", residuals, residuals) * number / (number - 1)
    return share, np.sqrt(spread) / packets.sum()
