"""Latency against load: how a pair's statistic grows when all demands grow alike.

Computed by closed forms (`netplan.judge.prediction`), without simulation. Routes stay as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.judge.case import prepare
from netplan.judge.prediction import predict
from netplan.measure.queueing.root import least
from netplan.network.selection import Pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.case import Case, Question, Stream

__all__ = ["LoadCurve", "load_curve", "load_curves"]

Float64 = NDArray[np.float64]

_PRECISION = 1e-6
"""Relative, of a factor that is searched for."""
_EASY, _HARD = 0.9, 1e-3
"""Utilisation up to which a curve is sampled evenly, and how near to 1 it is followed beyond."""


@dataclass(frozen=True, slots=True)
class LoadCurve:
    """A statistic of one pair in one year, as a function of the factor on all demands."""

    year: int
    limit: float
    """Of the target [s]."""
    demand: float
    """All demands of the year together, at factor 1 [bit/s]."""
    busiest: tuple[str, str]
    """Ends of the channel on the way that has the busiest port."""
    utilisation: float
    """Of that port, at factor 1."""
    delay: Callable[[float], float] = field(repr=False)
    """Return the statistic [s] at a factor; infinite where a port on the way is full."""

    @property
    def full(self) -> float:
        """Factor at which the busiest port on the way is offered 100 %; infinite without load."""
        return 1 / self.utilisation if self.utilisation else math.inf

    @property
    def knee(self) -> float:
        """Factor at which power, the load over the delay, is greatest; infinite without load.

        There a straight line from the origin touches the curve. The delay is the judged statistic.

        References
        ----------
        Ramakrishnan and Jain, A binary feedback scheme for congestion avoidance in computer
        networks, ACM Transactions on Computer Systems 8 (1990) 158-181, eq. 1 with α = 1: where
        power is greatest is the knee of the delay curve. Power is due to Kleinrock, Power and
        deterministic rules of thumb for probabilistic problems in computer communications, ICC
        1979, 43.1.1-43.1.10.
        """
        # Takes long to import, and other pictures do without.
        from scipy.optimize import minimize_scalar

        if math.isinf(self.full):
            return math.inf
        found = minimize_scalar(
            lambda share: self.delay(share * self.full) / share,
            bounds=(_PRECISION, 1 - _PRECISION),
            method="bounded",
            options={"xatol": _PRECISION},
        )
        return float(found.x) * self.full

    @property
    def breaks(self) -> float:
        """Least factor at which the statistic is not below the limit; infinite without load.

        0 if it is not below even in the empty network.
        """
        if self.delay(0.0) >= self.limit:
            return 0.0
        if math.isinf(self.full):
            return math.inf
        return least(lambda f: self.delay(f) >= self.limit, 0.0, self.full, _PRECISION)

    def sampled(self, most: float = 2.0) -> tuple[Float64, Float64]:
        """Return factors and delays [s], the denser the fuller; up to `most` without load."""
        if math.isinf(self.full):
            factors = np.array([0.0, most])
        else:
            shares = [np.linspace(0, _EASY, 37), 1 - np.geomspace(1 - _EASY, _HARD, 40)[1:]]
            factors = np.concatenate(shares) * self.full
        return factors, np.array([self.delay(float(factor)) for factor in factors])


def load_curves(scenario: Scenario, target: str, source: str, sink: str) -> list[LoadCurve]:
    """Return the curve of a pair in every year that has one; parameters as in `load_curve`."""
    found = (load_curve(scenario, target, year, source, sink) for year in scenario.years)
    return [curve for curve in found if curve is not None]


def load_curve(
    scenario: Scenario, target: str, year: int, source: str, sink: str
) -> LoadCurve | None:
    """Return how the statistic of a pair depends on the load in one year.

    Parameters
    ----------
    scenario
        As `netplan.load` returns it.
    target
        Name of the target that asks for the pair.
    year
        Of the scenario.
    source, sink
        Ends of the pair.

    Returns
    -------
    LoadCurve or None
        None where closed forms say nothing: of a maximum, in the service layer, of bursty traffic
        on the way, of targets that the optical layer decides, or if the year has no such pair.
    """
    case = prepare(scenario, year)
    question = next(question for question in case.questions if question.target.name == target)
    pair = Pair(source, sink)
    if pair not in question.pairs or question.target.layer == "optical":
        return None
    stream = question.streams[question.pairs.index(pair)]
    return None if stream is None else _curve(case, question, stream)


def _curve(case: Case, question: Question, stream: Stream) -> LoadCurve | None:
    prediction, statistic = predict(case), question.target.statistic
    ports = frozenset(port for ports in stream.ports for port in ports)

    @cache
    def delay(factor: float) -> float:
        found = prediction.scaled(factor, ports).statistic(stream, statistic)
        return math.inf if found is None else found

    if math.isinf(delay(0.0)):
        return None
    load = case.load.utilisation
    busiest = max(sorted(ports), key=lambda port: load[port])
    channel = case.topology.channel_of_port[busiest]
    return LoadCurve(
        year=case.year,
        limit=question.limit,
        demand=math.fsum(item.demand.rate for item in case.carried),
        busiest=(channel.source, channel.target),
        utilisation=float(load[busiest]),
        delay=delay,
    )
