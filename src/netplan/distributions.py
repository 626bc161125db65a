"""Laws of packet sizes and of gaps between packets, drawn in blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netplan.units import BITS_PER_BYTE

__all__ = ["IMIX", "ExponentialSize", "MixedSize", "SizeDistribution", "fixed_size"]

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ExponentialSize:
    """Exponentially distributed sizes, rounded to whole bits, at least one bit."""

    mean: float
    """[bit]."""

    @property
    def second_moment(self) -> float:
        """Mean of the squared size [bit^2]."""
        return 2 * self.mean**2

    def draw(self, rng: np.random.Generator, n: int) -> Int64:
        """Return n sizes, shape (n,) [bit]."""
        return np.maximum(1, np.rint(rng.exponential(self.mean, n))).astype(np.int64)


@dataclass(frozen=True, slots=True)
class MixedSize:
    """Sizes from a list, each with its probability."""

    bits: tuple[int, ...]
    weights: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean size [bit]."""
        return float(np.average(self.bits, weights=self.weights))

    @property
    def second_moment(self) -> float:
        """Mean of the squared size [bit^2]."""
        return float(np.average(np.square(self.bits, dtype=float), weights=self.weights))

    def draw(self, rng: np.random.Generator, n: int) -> Int64:
        """Return n sizes, shape (n,) [bit]."""
        sizes = np.array(self.bits, dtype=np.int64)
        if len(sizes) == 1:
            return np.full(n, sizes[0])
        edges = np.cumsum(self.weights) / sum(self.weights)
        return sizes[
            np.minimum(np.searchsorted(edges, rng.random(n), side="right"), len(sizes) - 1)
        ]


SizeDistribution = ExponentialSize | MixedSize


def fixed_size(size: float) -> MixedSize:
    """Return the law of packets that all have `size` bytes, rounded to whole bits."""
    return MixedSize(bits=(max(1, round(size * BITS_PER_BYTE)),), weights=(1.0,))


IMIX = MixedSize(
    bits=(40 * BITS_PER_BYTE, 576 * BITS_PER_BYTE, 1500 * BITS_PER_BYTE), weights=(7.0, 4.0, 1.0)
)
"""Simple Internet mix, 7:4:1 (as in the M/G/1 case of the queueing oracles)."""
