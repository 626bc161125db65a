"""Failure states: what can be said about each pair without simulating it.

A province has hundreds of cables and most cuts change nothing for most pairs. In this order, a pair
in a failure state is decided

1. by its routes: no route is left, or the floor of what is left reaches the limit;
2. as in the normal state: the failure leaves its routes alone and puts no more load on them;
3. by the offered load: on its way more is offered than fits, so more than the loss limit is lost;
4. by its fixed delay: that alone reaches the limit on every route;
5. by a cautious closed form that stays below the limit.

What is left is simulated. Every verdict says on which of these it rests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netplan.input.scenario.targets import Layer, quantile_level
from netplan.judge.carried import port_view, utilisation
from netplan.judge.detour import limit_in_failure
from netplan.judge.judgement import screen
from netplan.judge.verdict import Basis, Outcome, PairVerdict, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from netplan.judge.case import Case, Question, Stream
    from netplan.judge.detour import Detour

__all__ = ["DetourScreen", "screen_case"]

CAUTION = 3.0
"""Times the closed form's queueing that must fit below the limit."""
HIGHEST_UTILISATION = 0.9
"""Above, no closed form is trusted."""
MEAN_LEVEL = 0.99
"""A mean or a maximum is screened as this quantile; a maximum is not screened at all."""


def screen_case(case: Case) -> list[dict[int, PairVerdict]]:
    """Decide what needs no simulation in any state: rules 1, 3, 4 and 5 above.

    Returns
    -------
    list of dict
        For each question the decided pairs, by position.
    """
    ports = _look_at_ports(case)
    found = []
    for question in case.questions:
        decided = screen(case, question)
        for index, stream in enumerate(question.streams):
            if index not in decided and stream is not None:
                verdict = _by_load(question, index, ports.load)
                verdict = verdict or _by_delay(question, index, stream, ports)
                if verdict is not None:
                    decided[index] = verdict
        found.append(decided)
    return found


class DetourScreen:
    """Decides what needs no simulation in the failure states of one case.

    Parameters
    ----------
    normal
        The case in the normal state.
    verdicts
        Its verdicts: for each question, by position of the pair.
    """

    def __init__(self, normal: Case, verdicts: Sequence[Mapping[int, PairVerdict]]) -> None:
        self._load = utilisation(normal)
        self._as_normal = [
            {
                question.pairs[index]: _as_normal(verdict, limit_in_failure(question.target))
                for index, verdict in found.items()
            }
            for question, found in zip(normal.questions, verdicts, strict=True)
        ]

    def decide(self, detour: Detour) -> list[dict[int, PairVerdict]]:
        """Return for each question of a detour the decided pairs, by position."""
        ports = _look_at_ports(detour.case)
        fuller = set(np.flatnonzero(ports.load > self._load + 1e-9).tolist())
        found = []
        for question, untouched, as_normal in zip(
            detour.case.questions, detour.untouched, self._as_normal, strict=True
        ):
            decided = screen(detour.case, question)
            for index, stream in enumerate(question.streams):
                if index in decided or stream is None:
                    continue
                verdict = None
                if untouched[index] and all(map(fuller.isdisjoint, stream.ports)):
                    verdict = as_normal[question.pairs[index]]
                verdict = verdict or _by_load(question, index, ports.load)
                verdict = verdict or _by_delay(question, index, stream, ports)
                if verdict is not None:
                    decided[index] = verdict
            found.append(decided)
        return found


def _as_normal(verdict: PairVerdict, limit: float) -> PairVerdict | None:
    """Take over a verdict of the normal state; the limit may be looser now."""
    if verdict.outcome is Outcome.UNDECIDED:
        return None
    outcome, reason = verdict.outcome, verdict.reason
    if reason is Reason.LATENCY and verdict.high is not None and verdict.high < limit:
        outcome, reason = Outcome.MET, Reason.NONE
    return replace(verdict, outcome=outcome, reason=reason, limit=limit, basis=Basis.NORMAL_STATE)


def _by_load(question: Question, index: int, load: NDArray[np.float64]) -> PairVerdict | None:
    """Find a pair whose way is offered so much that more than its loss limit must be lost.

    A port cannot send more than its capacity, so of an offered load ρ > 1 at least 1 - 1/ρ is lost.
    """
    stream = _stream(question, index)
    kept = np.minimum(1.0, 1 / np.maximum(load, 1.0))
    loss = 1 - float(np.mean([kept[list(ports)].min() for ports in stream.ports]))
    if loss <= question.target.loss_limit:
        return None
    return replace(
        _screened(question, index, stream, Basis.OFFERED_LOAD),
        outcome=Outcome.MISSED,
        reason=Reason.LOSS,
        loss=loss,
        remedies=("more capacity on the detour",),
    )


def _by_delay(question: Question, index: int, stream: Stream, ports: _Ports) -> PairVerdict | None:
    """Find a pair that is missed by its fixed delay, or met by a cautious closed form."""
    screened = _screened(question, index, stream, Basis.CLOSED_FORM)
    if min(route.latency for route in stream.routes) >= question.limit:
        return replace(
            screened,
            outcome=Outcome.MISSED,
            reason=Reason.LATENCY,
            basis=Basis.ROUTES,
            remedies=("a shorter detour",),
        )
    target = question.target
    if target.statistic == "max" or target.layer is Layer.SERVICE:
        return None
    ways = [(r, list(way)) for r, way in set(zip(stream.routes, stream.ports, strict=True))]
    busiest = max(ports.load[way].max() for _, way in ways)
    lost = max(float(ports.drops[way].sum()) for _, way in ways)
    if busiest > HIGHEST_UTILISATION or lost > target.loss_limit:
        return None
    level = MEAN_LEVEL if target.statistic == "mean" else quantile_level(target.statistic)
    worst = max(
        route.latency
        + sum(stream.sizes.mean / channel.capacity for channel in route.channels)
        + CAUTION * float(ports.waits[way].sum()) * math.log(len(way) / (1 - level))
        for route, way in ways
    )
    return replace(screened, high=worst) if worst < question.limit else None


@dataclass(frozen=True, slots=True)
class _Ports:
    """What the closed forms say of every port; all of shape (P,)."""

    load: NDArray[np.float64]
    """Offered load over capacity."""
    waits: NDArray[np.float64]
    """Scale of the waiting time [s]; infinite where traffic comes in bursts."""
    drops: NDArray[np.float64]
    """Cautious share of packets that find the buffer full."""


def _look_at_ports(case: Case) -> _Ports:
    """Return the scale of the waits at every port, from above for every priority.

    A wait exceeds t with a probability of about exp(-t / scale) once a packet waits. The mean
    residual work is R = ρ E[S] (1 + c_s²) / 2 and the lowest of non-preemptive priorities waits
    R / ((1 - ρ_higher) (1 - ρ)) on average (Cobham 1954; Kleinrock, *Queueing Systems, Vol. 2*,
    §3.2), at most R / (1 - ρ)²; divided by ρ, the share that waits. A buffer is full no more often
    than such a wait would last longer than it takes to send it.
    """
    view = port_view(case)
    rho = np.minimum(view.utilisation, 1 - 1e-9)
    busy = view.packet_rate > 0
    service = np.divide(rho, view.packet_rate, out=np.zeros_like(rho), where=busy)
    scale: NDArray[np.float64] = service * view.size_variation / 2 / (1 - rho) ** 2
    # The forms hold for Poisson traffic, and for what is smoother.
    bursts = [c for c in case.carried if c.traffic_class.arrivals.law is None]
    scale[[port for item in bursts for flow in item.flows for port in flow.ports]] = math.inf
    # Without limit and in bursts nothing is known; such ports have no end of waits anyway.
    with np.errstate(divide="ignore", invalid="ignore"):
        drops = np.where(scale > 0, np.exp(-view.hold_time / (CAUTION * scale)), 0.0)
    return _Ports(load=view.utilisation, waits=scale, drops=drops)


def _stream(question: Question, index: int) -> Stream:
    stream = question.streams[index]
    assert stream is not None, "pairs without a stream are screened by their routes"
    return stream


def _screened(question: Question, index: int, stream: Stream, basis: Basis) -> PairVerdict:
    pair, floor = question.pairs[index], question.floors[index]
    route = stream.routes[0]
    return PairVerdict(
        source=pair.source,
        target=pair.target,
        outcome=Outcome.MET,
        reason=Reason.NONE,
        basis=basis,
        limit=question.limit,
        low=min(found.latency for found in stream.routes),
        floor=floor.propagation if floor is not None else None,
        route=route.nodes,
        length=route.length,
        estimated_length=route.estimated_length,
    )
