"""From samples to the verdict of each pair: screening, intervals, causes and cures."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import PS_PER_S, seconds_to_ps
from netplan.input.scenario.targets import Layer, quantile_level
from netplan.judge.hops import (
    CONSTANT,
    fixed_hops,
    main_route,
    measured_hops,
)
from netplan.judge.loss import PairLoss
from netplan.judge.remedies import remedies_of, shorter
from netplan.judge.verdict import Basis, Outcome, PairVerdict, Reason
from netplan.measure.samples import COMPONENTS, NETWORK, Samples, StreamSamples
from netplan.measure.statistics import (
    ExceedanceCurve,
    Interval,
    decide,
    mean_interval,
    merge,
    spend,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netplan.judge.case import Case, Question, Stream
    from netplan.judge.prediction import Prediction
    from netplan.network.routing import Route
    from netplan.network.topology import Pool

__all__ = ["judge_pairs", "not_measured", "screen"]

ERROR_FOR_LOSS = 0.1
"""Share of the error that is spent on loss; the rest is spent on delay."""

Float64 = NDArray[np.float64]


def screen(case: Case, question: Question) -> dict[int, PairVerdict]:
    """Decide what needs no simulation, by position of the pair.

    That is: sources without compute, pairs whose floor reaches the limit, the optical layer, whose
    delays are constants of the routes, and servers that are offered more than they can serve.
    """
    decided = {}
    for index, stream in enumerate(question.streams):
        verdict = _screen_pair(case, question, index, stream)
        if verdict is not None:
            decided[index] = verdict
    return decided


def _screen_pair(
    case: Case, question: Question, index: int, stream: Stream | None
) -> PairVerdict | None:
    target, pair, floor = question.target, question.pairs[index], question.floors[index]
    limit = question.limit
    if stream is None or floor is None:
        alone = pair.target is None
        return PairVerdict(
            source=pair.source,
            target=pair.target,
            outcome=Outcome.MISSED,
            reason=Reason.NO_COMPUTE if alone else Reason.DISCONNECTED,
            basis=Basis.ROUTES,
            limit=limit,
            remedies=("a compute node that the target allows" if alone else "a second way",),
        )
    # In picoseconds, so that 100 km at 5 µs/km are half a millisecond, not a hair less.
    if seconds_to_ps(floor.propagation) >= seconds_to_ps(limit):
        return _impossible(case, question, index, floor)
    if target.layer is Layer.OPTICAL:
        return _optical(case, question, index, stream)
    if stream.pool is not None and case.requests[stream.pool.node] >= stream.pool.capacity:
        return _overloaded(case, question, index, stream.pool)
    return None


def _impossible(case: Case, question: Question, index: int, floor: Route) -> PairVerdict:
    limit = question.limit
    fixed = {name: getattr(floor, name) for name in CONSTANT[question.target.layer]}
    least = sum(fixed.values()) + _measured(question, index).least / PS_PER_S
    return PairVerdict(
        source=question.pairs[index].source,
        target=question.pairs[index].target,
        outcome=Outcome.MISSED,
        reason=Reason.IMPOSSIBLE,
        basis=Basis.ROUTES,
        limit=limit,
        low=floor.propagation,
        floor=floor.propagation,
        components=fixed,
        route=floor.nodes,
        hops=fixed_hops(case, question.target.layer, floor),
        length=floor.length,
        estimated_length=floor.estimated_length,
        remedies=tuple(shorter(floor, least - limit)),
    )


def _overloaded(case: Case, question: Question, index: int, pool: Pool) -> PairVerdict:
    stream = _measured(question, index)
    route, offered = main_route(stream), case.requests[pool.node]
    needed = math.floor(offered * pool.service.mean) + 1
    return PairVerdict(
        source=question.pairs[index].source,
        target=question.pairs[index].target,
        outcome=Outcome.MISSED,
        reason=Reason.OVERLOAD,
        basis=Basis.OFFERED_LOAD,
        limit=question.limit,
        floor=_floor(question, index),
        route=route.nodes,
        hops=fixed_hops(case, question.target.layer, route),
        length=route.length,
        estimated_length=route.estimated_length,
        remedies=(
            f"more than {needed} servers at {pool.node} (now {pool.servers}), or faster ones",
            "requests to other compute nodes",
        ),
    )


def _optical(case: Case, question: Question, index: int, stream: Stream) -> PairVerdict:
    """Judge propagation and equipment: constants of each route, so the interval is a point."""
    delays = np.array([route.propagation + route.equipment for route in stream.routes])
    value = _statistic(delays, question.target.statistic)
    limit = question.limit
    route = main_route(stream)
    met = seconds_to_ps(value) < seconds_to_ps(limit)
    return PairVerdict(
        source=question.pairs[index].source,
        target=question.pairs[index].target,
        outcome=Outcome.MET if met else Outcome.MISSED,
        reason=Reason.NONE if met else Reason.LATENCY,
        basis=Basis.ROUTES,
        limit=limit,
        estimate=value,
        low=value,
        high=value,
        floor=_floor(question, index),
        components={
            name: float(np.mean([getattr(r, name) for r in stream.routes]))
            for name in CONSTANT[question.target.layer]
        },
        route=route.nodes,
        hops=fixed_hops(case, question.target.layer, route),
        length=route.length,
        estimated_length=route.estimated_length,
        remedies=() if met else tuple(shorter(route, value - limit)),
    )


def _statistic(delays: Float64, statistic: str) -> float:
    if statistic == "mean":
        return float(delays.mean())
    if statistic == "max":
        return float(delays.max())
    return float(np.quantile(delays, quantile_level(statistic), method="inverted_cdf"))


def _floor(question: Question, index: int) -> float:
    floor = question.floors[index]
    return floor.propagation if floor is not None else 0.0


def judge_pairs(
    prediction: Prediction,
    question: Question,
    open_pairs: Sequence[int],
    samples: Samples,
    look: int,
) -> dict[int, PairVerdict]:
    """Judge the open pairs of a question by what has been measured so far.

    Parameters
    ----------
    prediction
        What closed forms say of the case. No verdict depends on the waits that they predict.
    question
        What is asked.
    open_pairs
        Positions of the pairs that no earlier look decided.
    samples
        All samples of the case so far.
    look
        How many looks came before; the error is spent over them.

    Returns
    -------
    dict
        A verdict for each open pair; those still open are `UNDECIDED`.
    """
    case, target, limit = prediction.case, question.target, question.limit
    streams = [_measured(question, index) for index in open_pairs]
    found = [samples.streams[stream.name] for stream in streams]
    judges = [
        _PairJudge(
            target.statistic,
            measured,
            _worst_case(case, stream),
            _known_inflation(prediction, stream, measured, samples),
        )
        for stream, measured in zip(streams, found, strict=True)
    ]
    lossy = [
        PairLoss(prediction, stream, measured, samples)
        for stream, measured in zip(streams, found, strict=True)
    ]
    alpha, n = spend(1 - case.scenario.simulation.confidence, look), len(judges)
    for_loss = alpha * ERROR_FOR_LOSS
    intervals = decide(lambda i, level: judges[i].interval(level), n, alpha - for_loss, limit)
    losses = decide(lambda i, level: lossy[i].interval(level), n, for_loss, target.loss_limit)
    return {
        index: _pair_verdict(prediction, question, index, interval, measured, samples, loss)
        for index, interval, measured, loss in zip(
            open_pairs, intervals, found, losses, strict=True
        )
    }


def not_measured(question: Question, index: int) -> PairVerdict:
    """Return the verdict of a pair that saved samples hold nothing of."""
    stream = _measured(question, index)
    route = main_route(stream)
    return PairVerdict(
        source=question.pairs[index].source,
        target=question.pairs[index].target,
        outcome=Outcome.UNDECIDED,
        reason=Reason.NOT_MEASURED,
        limit=question.limit,
        floor=_floor(question, index),
        route=route.nodes,
        length=route.length,
        estimated_length=route.estimated_length,
    )


def _measured(question: Question, index: int) -> Stream:
    stream = question.streams[index]
    assert stream is not None, "screen() decides pairs without a stream"
    return stream


class _PairJudge:
    """The interval of one pair's statistic at any confidence."""

    def __init__(
        self, statistic: str, measured: StreamSamples, worst: float, inflation: float
    ) -> None:
        self._statistic = statistic
        self._worst = worst
        self._batches = merge(measured.batches())
        self._curve = (
            None if statistic in ("mean", "max") else ExceedanceCurve(self._batches, inflation)
        )

    def interval(self, confidence: float) -> Interval:
        """Return the interval at a confidence."""
        if self._curve is not None:
            return self._curve.interval(quantile_level(self._statistic), confidence)
        if self._statistic == "mean":
            return mean_interval(self._batches, confidence)
        seen = self._batches.maximum
        # What was seen bounds the maximum from below; only full buffers bound it from above.
        return Interval(
            estimate=seen,
            low=seen,
            high=max(seen, self._worst),
            confidence=confidence,
            trusted=True,
            effective=float(self._batches.packets.sum()),
        )


def _known_inflation(
    prediction: Prediction, stream: Stream, measured: StreamSamples, samples: Samples
) -> float:
    """Variance inflation to expect, 1 + λK of the port on the way that forgets slowest."""
    memory = prediction.ports.correlation_time
    slowest = float(memory[sorted(set(chain(*stream.paths)))].max())
    return 1 + measured.delivered / samples.duration * slowest


def _worst_case(case: Case, stream: Stream) -> float:
    """Delay of a packet that finds every buffer full [s]; infinite where nothing bounds it."""
    if len(case.priorities | {stream.priority}) > 1:
        return math.inf
    return max(_full_buffers(route) for route in set(stream.routes))


def _full_buffers(route: Route) -> float:
    waits = [c.buffer_bits / c.capacity if c.buffer_bits else math.inf for c in route.channels]
    return route.latency + sum(waits)


def _pair_verdict(
    prediction: Prediction,
    question: Question,
    index: int,
    interval: Interval,
    measured: StreamSamples,
    samples: Samples,
    loss: Interval,
) -> PairVerdict:
    target, pair, stream = question.target, question.pairs[index], _measured(question, index)
    limit = question.limit
    route = main_route(stream)
    outcome, reason = _outcome(interval, limit, loss, target.loss_limit, measured)
    components = {
        name: float(total) / PS_PER_S / max(1, measured.delivered)
        for name, total in zip(COMPONENTS, measured.component_sums, strict=True)
        if name in _counted(stream)
    }
    high = interval.high if math.isfinite(interval.high) else None
    verdict = PairVerdict(
        source=pair.source,
        target=pair.target,
        outcome=outcome,
        reason=reason,
        limit=limit,
        estimate=interval.estimate if measured.delivered else None,
        low=interval.low,
        high=high,
        floor=_floor(question, index),
        loss=loss.estimate,
        loss_low=loss.low,
        loss_high=loss.high,
        packets=measured.delivered,
        in_flight=measured.in_flight,
        components=components,
        route=route.nodes,
        hops=measured_hops(prediction, stream, samples, components),
        length=route.length,
        estimated_length=route.estimated_length,
        stream=stream.name,
        predicted=prediction.statistic(stream, target.statistic),
    )
    if outcome is not Outcome.MISSED:
        return verdict
    return replace(verdict, remedies=tuple(remedies_of(verdict, stream, route, samples)))


def _counted(stream: Stream) -> Sequence[str]:
    """Return the components that count in the layer of a stream."""
    if stream.service is None:
        return NETWORK
    return COMPONENTS if stream.pool is not None else (*NETWORK, "access")


def _outcome(
    interval: Interval, limit: float, loss: Interval, loss_limit: float, measured: StreamSamples
) -> tuple[Outcome, Reason]:
    # That nothing at all is lost cannot be shown by samples: such a limit goes by what was seen.
    seen = not loss_limit
    if (loss.estimate if seen else loss.low) > loss_limit:
        return Outcome.MISSED, Reason.LOSS
    if interval.reaches(limit):
        return Outcome.MISSED, Reason.LATENCY
    kept = (loss.estimate if seen else loss.high) <= loss_limit
    if kept and interval.below(limit) and not measured.in_flight:
        return Outcome.MET, Reason.NONE
    return Outcome.UNDECIDED, Reason.BUDGET
