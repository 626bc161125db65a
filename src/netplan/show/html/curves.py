"""Distributions as a few points that a page can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netplan.ground.units import MS

if TYPE_CHECKING:
    from netplan.measure.samples import StreamSamples

__all__ = ["LEVELS", "curve"]

LEVELS = (
    *(0.0, 0.001, 0.01),
    *(round(0.025 * step, 3) for step in range(1, 39)),
    *(0.96, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999, 1.0),
)
"""Shares of packets whose delays a curve gives; 1 is the longest delay seen."""
PLACES = 4
"""Decimal places of a millisecond: a tenth of a microsecond."""


def curve(stream: StreamSamples) -> list[float | None]:
    """Return the delay [ms] within which each share of `LEVELS` of the packets arrives.

    Delays are spread evenly within a bin of the histogram. A share that fewer than one packet is
    above has none, but the longest delay.
    """
    batches = stream.batches()
    packets = stream.counts.sum(axis=0)
    upper = np.minimum(batches.upper, batches.maximum)
    lower = np.minimum(batches.lower, upper)
    within = np.concatenate([[0], np.cumsum(packets)]) / packets.sum()
    # Between the corners of the distribution function delays grow linearly.
    shares = np.column_stack([within[:-1], within[1:]]).ravel()
    delays = np.interp(LEVELS, shares, np.column_stack([lower, upper]).ravel()) / MS
    known = [(1 - level) * packets.sum() >= 1 or level == 1 for level in LEVELS]
    return [
        round(float(delay), PLACES) if seen else None
        for delay, seen in zip(delays, known, strict=True)
    ]
