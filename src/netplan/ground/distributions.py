"""Laws of packet sizes and of durations, drawn in blocks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import BITS_PER_BYTE, PS_PER_S, seconds_to_ps

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "IMIX",
    "ConstantDuration",
    "DurationDistribution",
    "ExponentialDuration",
    "ExponentialSize",
    "LognormalDuration",
    "MixedSize",
    "SizeDistribution",
    "UniformDuration",
    "draw_sum",
    "fixed_size",
]

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ExponentialSize:
    """Exponentially distributed sizes, rounded to whole bits, at least one bit."""

    mean: float
    """[bit]."""
    is_fixed = False

    @property
    def second_moment(self) -> float:
        """Mean of the squared size [bit^2]."""
        return 2 * self.mean**2

    def draw(self, rng: np.random.Generator | None, n: int) -> Int64:
        """Return n sizes, shape (n,) [bit]."""
        assert rng is not None, "only fixed sizes are drawn without a generator"
        return np.maximum(1, np.rint(rng.exponential(self.mean, n))).astype(np.int64)


@dataclass(frozen=True, slots=True)
class MixedSize:
    """Sizes from a list, each with its probability."""

    bits: tuple[int, ...]
    weights: tuple[float, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether all packets have the same size, so that drawing needs no generator."""
        return len(self.bits) == 1

    @property
    def mean(self) -> float:
        """Mean size [bit]."""
        return _moment(self, 1)

    @property
    def second_moment(self) -> float:
        """Mean of the squared size [bit^2]."""
        return _moment(self, 2)

    def draw(self, rng: np.random.Generator | None, n: int) -> Int64:
        """Return n sizes, shape (n,), or (1,) if all are the same [bit]."""
        if rng is None or self.is_fixed:
            return np.array(self.bits, dtype=np.int64)
        sizes, edges = _steps(self)
        return sizes[edges.searchsorted(rng.random(n), side="right")]


@cache
def _steps(mix: MixedSize) -> tuple[Int64, NDArray[np.float64]]:
    """Return the sizes, and the edges between them on the way from 0 to 1."""
    shares = np.cumsum(mix.weights) / sum(mix.weights)
    return np.array(mix.bits, dtype=np.int64), shares[:-1]


@cache
def _moment(sizes: MixedSize, power: int) -> float:
    """Return a moment about zero; asked for once for every flow, there are few laws."""
    return float(np.average(np.array(sizes.bits, dtype=float) ** power, weights=sizes.weights))


SizeDistribution = ExponentialSize | MixedSize


@cache
def fixed_size(size: float) -> MixedSize:
    """Return the law of packets that all have `size` bytes, rounded to whole bits."""
    return MixedSize(bits=(max(1, round(size * BITS_PER_BYTE)),), weights=(1.0,))


IMIX = MixedSize(
    bits=(40 * BITS_PER_BYTE, 576 * BITS_PER_BYTE, 1500 * BITS_PER_BYTE), weights=(7.0, 4.0, 1.0)
)
"""Simple Internet mix, 7:4:1 (as in the M/G/1 case of the queueing oracles)."""


@dataclass(frozen=True, slots=True)
class ConstantDuration:
    """Always the same."""

    mean: float
    """[s]."""

    @property
    def least(self) -> float:
        """[s]."""
        return self.mean

    @property
    def variance(self) -> float:
        """[s^2]."""
        return 0.0

    def draw(self, rng: np.random.Generator, n: int) -> Int64:
        """Return n durations, shape (n,) [ps]."""
        return np.full(n, seconds_to_ps(self.mean))


@dataclass(frozen=True, slots=True)
class UniformDuration:
    """Equally likely between two ends."""

    least: float
    """[s]."""
    most: float
    """[s]."""

    @property
    def mean(self) -> float:
        """[s]."""
        return (self.least + self.most) / 2

    @property
    def variance(self) -> float:
        """[s^2]."""
        return (self.most - self.least) ** 2 / 12

    def draw(self, rng: np.random.Generator, n: int) -> Int64:
        """Return n durations, shape (n,) [ps]."""
        return _whole(rng.uniform(self.least, self.most, n))


@dataclass(frozen=True, slots=True)
class ExponentialDuration:
    """Exponentially distributed."""

    mean: float
    """[s]."""
    least = 0.0

    @property
    def variance(self) -> float:
        """[s^2]."""
        return self.mean**2

    def draw(self, rng: np.random.Generator, n: int) -> Int64:
        """Return n durations, shape (n,) [ps]."""
        return _whole(rng.exponential(self.mean, n))


@dataclass(frozen=True, slots=True)
class LognormalDuration:
    """Lognormally distributed: its logarithm is normal with the variance ln(1 + cv^2)."""

    mean: float
    """[s]."""
    cv: float
    """Standard deviation over mean."""
    least = 0.0

    @property
    def variance(self) -> float:
        """[s^2]."""
        return (self.cv * self.mean) ** 2

    def draw(self, rng: np.random.Generator, n: int) -> Int64:
        """Return n durations, shape (n,) [ps]."""
        spread = math.log1p(self.cv**2)
        return _whole(rng.lognormal(math.log(self.mean) - spread / 2, math.sqrt(spread), n))


DurationDistribution = ConstantDuration | UniformDuration | ExponentialDuration | LognormalDuration


def _whole(seconds: NDArray[np.float64]) -> Int64:
    return np.rint(seconds * PS_PER_S).astype(np.int64)


def draw_sum(laws: Sequence[DurationDistribution], rng: np.random.Generator, n: int) -> Int64:
    """Return n sums of independent durations, one of each law, shape (n,) [ps]."""
    total = np.zeros(n, dtype=np.int64)
    for law in laws:
        total += law.draw(rng, n)
    return total
