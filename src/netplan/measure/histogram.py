"""Histograms of delays: the bins, and counts in pages.

Bins are log-linear as in HdrHistogram (http://hdrhistogram.org): 128 to each doubling, so a bin is
at most 0.8 % of its value wide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BIAS",
    "MANTISSA_SHIFT",
    "N_BINS",
    "PAGE",
    "PAGES",
    "bin_edges",
    "bin_of",
    "counts_of",
]

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_LOG2_FIRST = 10
_PER_DOUBLING = 128
MANTISSA_SHIFT = 52 - 7
BIAS = ((1023 + _LOG2_FIRST) << 7) - 1
_DOUBLINGS = 37
N_BINS = _DOUBLINGS * _PER_DOUBLING + 2
"""Bin 0 holds 0 to 1.024 ns, the last bin all that is longer than 140 s."""
PAGE = 64
"""Bins that a histogram in the making adds at a time."""
PAGES = -(-N_BINS // PAGE)
"""Pages that all bins would take."""


def bin_of(delay: Int64) -> Int64:
    """Return the bin of each delay [ps], by the leading bits of its floating-point form.

    Examples
    --------
    >>> bin_of(np.array([0, 1023, 1024, 1032, 2048]))
    array([  0,   0,   1,   2, 129])
    """
    index = (delay.astype(np.float64).view(np.int64) >> MANTISSA_SHIFT) - BIAS
    clipped: Int64 = np.clip(index, 0, N_BINS - 1)
    return clipped


def bin_edges(bins: Int64) -> tuple[Float64, Float64]:
    """Return the lower and upper edges of bins [ps]; the last bin has no upper edge."""
    edges = ((np.arange(1, N_BINS) + BIAS) << MANTISSA_SHIFT).view(np.float64)
    lower = np.concatenate([[0.0], edges])
    upper = np.concatenate([edges, [np.inf]])
    return lower[bins], upper[bins]


def counts_of(
    page_of: NDArray[np.int32], counts: NDArray[np.uint32]
) -> tuple[Int64, NDArray[np.int32]]:
    """Put histograms together that are kept in pages: of all bins they use few, side by side.

    Parameters
    ----------
    page_of
        Shape (B, PAGES): row of `counts` where each page of B histograms stands, or negative.
    counts
        Shape (any, PAGE).

    Returns
    -------
    tuple of arrays
        The bins in use, shape (K,), and the counts, shape (B, K).
    """
    numbers = np.flatnonzero((page_of >= 0).any(axis=0))
    pages = page_of[:, numbers]
    table = counts[pages].astype(np.int32)
    table[pages < 0] = 0
    table = table.reshape(len(page_of), -1)
    bins = (numbers[:, None] * PAGE + np.arange(PAGE)).reshape(-1)
    used = table.any(axis=0)
    return bins[used], table[:, used]
