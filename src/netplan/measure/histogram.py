"""Histograms of delays: the bins, and counts in the making.

Bins are log-linear as in HdrHistogram (http://hdrhistogram.org): 128 to each doubling, so a bin is
at most 0.8 % of its value wide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_BINS", "Counts", "bin_edges", "bin_of"]

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_LOG2_FIRST = 10
_PER_DOUBLING = 128
_MANTISSA_SHIFT = 52 - 7
_BIAS = ((1023 + _LOG2_FIRST) << 7) - 1
_DOUBLINGS = 37
N_BINS = _DOUBLINGS * _PER_DOUBLING + 2
"""Bin 0 holds 0 to 1.024 ns, the last bin all that is longer than 140 s."""
_PAGE = 64
"""Bins that a histogram in the making adds at a time."""
_NOTHING = -1
"""In place of a page that is not there."""


def bin_of(delay: Int64) -> Int64:
    """Return the bin of each delay [ps], by the leading bits of its floating-point form.

    Examples
    --------
    >>> bin_of(np.array([0, 1023, 1024, 1032, 2048]))
    array([  0,   0,   1,   2, 129])
    """
    index = (delay.astype(np.float64).view(np.int64) >> _MANTISSA_SHIFT) - _BIAS
    clipped: Int64 = np.clip(index, 0, N_BINS - 1)
    return clipped


def bin_edges(bins: Int64) -> tuple[Float64, Float64]:
    """Return the lower and upper edges of bins [ps]; the last bin has no upper edge."""
    edges = ((np.arange(1, N_BINS) + _BIAS) << _MANTISSA_SHIFT).view(np.float64)
    lower = np.concatenate([[0.0], edges])
    upper = np.concatenate([edges, [np.inf]])
    return lower[bins], upper[bins]


class Counts:
    """Counts by stream, batch and bin, in pages: a stream uses few of the bins, side by side."""

    def __init__(self, streams: int, n_batches: int) -> None:
        self._page_of = np.full((streams, -(-N_BINS // _PAGE)), _NOTHING, dtype=np.int32)
        self._pages = 0
        self._counts = np.zeros((0, n_batches, _PAGE), dtype=np.uint32)
        self.total = 0

    def add(self, stream: NDArray[np.int32], batch: Int64, bins: Int64) -> None:
        """Count one for each packet."""
        number, place = np.divmod(bins, _PAGE)
        missing = self._page_of[stream, number] == _NOTHING
        if missing.any():
            self._add_pages(stream[missing], number[missing])
        row = self._page_of[stream, number] * np.int64(self._counts.shape[1]) + batch
        # One index instead of three: NumPy has a fast way for it.
        np.add.at(self._counts.reshape(-1), row * _PAGE + place, 1)
        self.total += len(bins)

    def _add_pages(self, stream: NDArray[np.int32], number: Int64) -> None:
        wanted = np.zeros(self._page_of.shape, dtype=np.bool_)
        wanted[stream, number] = True
        first, self._pages = self._pages, self._pages + int(wanted.sum())
        self._page_of[wanted] = np.arange(first, self._pages)
        if self._pages > len(self._counts):
            # A quarter more than needed, so that pages are not copied at every turn.
            room = self._pages + self._pages // 4
            counts = np.zeros((room, *self._counts.shape[1:]), dtype=np.uint32)
            counts[:first] = self._counts[:first]
            self._counts = counts

    def of(self, stream: int) -> tuple[Int64, NDArray[np.int32]]:
        """Return the bins in use by a stream, shape (K,), and its counts, shape (B, K)."""
        numbers = np.flatnonzero(self._page_of[stream] != _NOTHING)
        pages = self._counts[self._page_of[stream, numbers]]
        counts = pages.transpose(1, 0, 2).reshape(pages.shape[1], -1).astype(np.int32)
        bins = (numbers[:, None] * _PAGE + np.arange(_PAGE)).reshape(-1)
        used = counts.any(axis=0)
        return bins[used], counts[:, used]
