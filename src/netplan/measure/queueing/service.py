"""What goes into a closed form and what comes out: service times and waiting times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import gammaincc, gammainccinv

from netplan.ground.errors import UnstableError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Service", "Wait", "check_stable"]


def check_stable(utilisation: float) -> None:
    """Refuse a queue without a stationary state.

    Raises
    ------
    UnstableError
        If `utilisation` is 1 or more.
    """
    if utilisation >= 1:
        raise UnstableError(
            f"utilisation {utilisation:.4g} is not below 1, so the queue grows without end; "
            "reduce the arrival rate or serve faster"
        )


@dataclass(frozen=True, slots=True)
class Service:
    """Service times (size / rate of the port) by their first three moments."""

    mean: float
    """E[S] [s]."""
    second: float
    """E[S²] [s²]."""
    third: float
    """E[S³] [s³]."""

    @classmethod
    def deterministic(cls, time: float) -> Service:
        """Service that always takes `time` [s]."""
        return cls(time, time**2, time**3)

    @classmethod
    def exponential(cls, mean: float) -> Service:
        """Exponential service times of the given mean [s]: E[Sⁿ] = n! meanⁿ."""
        return cls(mean, 2 * mean**2, 6 * mean**3)

    @classmethod
    def mix(cls, times: Sequence[float], weights: Sequence[float]) -> Service:
        """Service times [s] drawn with the given weights.

        Examples
        --------
        >>> Service.mix([1.0, 3.0], weights=[1, 1])
        Service(mean=2.0, second=5.0, third=14.0)
        """
        total = math.fsum(weights)
        moments = (
            math.fsum(w * t**n for t, w in zip(times, weights, strict=True)) / total
            for n in (1, 2, 3)
        )
        return cls(*moments)


@dataclass(frozen=True, slots=True)
class Wait:
    """A stationary waiting time by its probability of being positive and its first two moments.

    `tail` and `quantile` take the positive part as gamma distributed with these moments. That is
    exact where it is exponential (M/M/1, GI/M/1) and an approximation elsewhere: within 5 % of the
    exact p90, p99 and p99.9 of M/D/1 and M/G/1 at loads from 0.5 to 0.8. `exponential`, which
    needs only the mean, P(W > t) = busy exp(-busy t / E[W]), is up to 21 % too long there (both
    measured in the tests). Exponential tails: Abate, Choudhury & Whitt, *Exponential
    approximations for tail probabilities in queues, I*, Oper. Res. 43 (1995).
    """

    busy: float
    """P(W > 0)."""
    mean: float
    """E[W] [s]."""
    variance: float
    """Var W [s²]."""

    @classmethod
    def exponential(cls, busy: float, mean: float) -> Wait:
        """Make a waiting time whose positive part is exponential; `mean` is E[W] [s]."""
        return cls(busy, mean, mean**2 * (2 / busy - 1) if busy > 0 else 0.0)

    def positive_part(self) -> tuple[float, float]:
        """Shape and scale [s] of the gamma law of W given W > 0."""
        mean = self.mean / self.busy
        variance = (self.variance + self.mean**2) / self.busy - mean**2
        return mean**2 / variance, variance / mean

    def tail(self, time: float) -> float:
        """P(W > time); `time` in [s].

        Examples
        --------
        >>> round(Wait.exponential(busy=0.5, mean=1.0).tail(2.0), 6)
        0.18394
        """
        if time < 0:
            return 1.0
        if self.busy == 0:
            return 0.0
        shape, scale = self.positive_part()
        return self.busy * float(gammaincc(shape, time / scale))

    def quantile(self, p: float) -> float:
        """Least time t with P(W <= t) >= p [s].

        Examples
        --------
        >>> Wait.exponential(busy=0.5, mean=1.0).quantile(0.5)
        0.0
        """
        if self.busy <= 1 - p:
            return 0.0
        shape, scale = self.positive_part()
        return scale * float(gammainccinv(shape, (1 - p) / self.busy))
