"""From samples to the verdict of each pair: screening, intervals, causes and cures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.samples import COMPONENTS, FIXED, Samples, StreamSamples
from netplan.scenario.targets import Layer
from netplan.statistics import ExceedanceCurve, Interval, decide, mean_interval, merge, spend
from netplan.topology import FIBRE_DELAY
from netplan.units import KM, MS, PS_PER_S, seconds_to_ps
from netplan.verdict import Hop, LinkUse, Outcome, PairVerdict, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netplan.case import Case, Question, Stream
    from netplan.routing import Route

__all__ = ["judge_pairs", "link_uses", "screen"]

Float64 = NDArray[np.float64]

_CONSTANT = {Layer.OPTICAL: FIXED[:2], Layer.NETWORK: FIXED}
"""Components that count in a layer and are constants of a route."""


def screen(case: Case, question: Question) -> dict[int, PairVerdict]:
    """Decide what needs no simulation, by position of the pair.

    That is: sources without compute, pairs whose floor reaches the limit, and the optical layer,
    whose delays are constants of the routes.
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
    limit = target.below_ms * MS
    if stream is None or floor is None:
        return PairVerdict(
            source=pair.source,
            target=None,
            outcome=Outcome.MISSED,
            reason=Reason.NO_COMPUTE,
            limit=limit,
            remedies=("a compute node that the target allows",),
        )
    # In picoseconds, so that 100 km at 5 µs/km are half a millisecond, not a hair less.
    if seconds_to_ps(floor.propagation) >= seconds_to_ps(limit):
        return _impossible(case, question, index, floor)
    if target.layer is Layer.OPTICAL:
        return _optical(case, question, index, stream)
    return None


def _impossible(case: Case, question: Question, index: int, floor: Route) -> PairVerdict:
    limit = question.target.below_ms * MS
    allowed = limit * floor.length / floor.propagation
    return PairVerdict(
        source=question.pairs[index].source,
        target=question.pairs[index].target,
        outcome=Outcome.MISSED,
        reason=Reason.IMPOSSIBLE,
        limit=limit,
        low=floor.propagation,
        floor=floor.propagation,
        components={name: getattr(floor, name) for name in _CONSTANT[question.target.layer]},
        route=floor.nodes,
        hops=_hops(case, question, floor, None, 0.0),
        length=floor.length,
        estimated_length=floor.estimated_length,
        remedies=(
            f"at most {allowed / KM:.0f} km of this fibre (the shortest route has "
            f"{floor.length / KM:.0f} km)",
            *_hollow_core(floor, floor.propagation - limit),
            "compute nearer to the source",
        ),
    )


def _optical(case: Case, question: Question, index: int, stream: Stream) -> PairVerdict:
    """Judge propagation and equipment: constants of each route, so the interval is a point."""
    delays = np.array([route.propagation + route.equipment for route in stream.routes])
    value = _statistic(delays, question.target.statistic)
    limit = question.target.below_ms * MS
    route = _main_route(stream)
    met = seconds_to_ps(value) < seconds_to_ps(limit)
    return PairVerdict(
        source=question.pairs[index].source,
        target=question.pairs[index].target,
        outcome=Outcome.MET if met else Outcome.MISSED,
        reason=Reason.NONE if met else Reason.LATENCY,
        limit=limit,
        estimate=value,
        low=value,
        high=value,
        floor=_floor(question, index),
        components={
            name: float(np.mean([getattr(r, name) for r in stream.routes]))
            for name in _CONSTANT[question.target.layer]
        },
        route=route.nodes,
        hops=_hops(case, question, route, None, 0.0),
        length=route.length,
        estimated_length=route.estimated_length,
        remedies=() if met else tuple(_shorter(route, value - limit)),
    )


def _statistic(delays: Float64, statistic: str) -> float:
    if statistic == "mean":
        return float(delays.mean())
    if statistic == "max":
        return float(delays.max())
    return float(np.quantile(delays, quantile_level(statistic), method="inverted_cdf"))


def quantile_level(statistic: str) -> float:
    """Return the level of a percentile.

    Examples
    --------
    >>> quantile_level("p99.9")
    0.999
    """
    return round(float(statistic.removeprefix("p")) / 100, 9)


def _floor(question: Question, index: int) -> float:
    floor = question.floors[index]
    return floor.propagation if floor is not None else 0.0


def judge_pairs(
    case: Case,
    question: Question,
    open_pairs: Sequence[int],
    samples: Samples,
    look: int,
) -> dict[int, PairVerdict]:
    """Judge the open pairs of a question by what has been measured so far.

    Parameters
    ----------
    case, question
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
    target = question.target
    limit = target.below_ms * MS
    streams = [_measured(question, index) for index in open_pairs]
    found = [samples.streams[stream.name] for stream in streams]
    losses = [
        max(measured.loss, _carried_loss(stream, samples))
        for stream, measured in zip(streams, found, strict=True)
    ]
    judges = [
        _PairJudge(target.statistic, measured, _worst_case(case, stream))
        for stream, measured in zip(streams, found, strict=True)
    ]
    alpha = spend(1 - case.scenario.simulation.confidence, look)
    intervals = decide(lambda i, level: judges[i].interval(level), len(judges), alpha, limit)
    return {
        index: _pair_verdict(case, question, index, interval, measured, samples, loss)
        for index, interval, measured, loss in zip(
            open_pairs, intervals, found, losses, strict=True
        )
    }


def _measured(question: Question, index: int) -> Stream:
    stream = question.streams[index]
    assert stream is not None, "screen() decides pairs without a stream"
    return stream


class _PairJudge:
    """The interval of one pair's statistic at any confidence."""

    def __init__(self, statistic: str, measured: StreamSamples, worst: float) -> None:
        self._statistic = statistic
        self._worst = worst
        self._batches = merge(measured.batches())
        self._curve = None if statistic in ("mean", "max") else ExceedanceCurve(self._batches)

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


def _worst_case(case: Case, stream: Stream) -> float:
    """Delay of a packet that finds every buffer full [s]; infinite where nothing bounds it."""
    priorities = {item.traffic_class.priority for item in case.carried} | {stream.priority}
    if len(priorities) > 1:
        return math.inf
    return max(_full_buffers(route) for route in stream.routes)


def _full_buffers(route: Route) -> float:
    waits = [c.buffer_bits / c.capacity if c.buffer_bits else math.inf for c in route.channels]
    return route.latency + sum(waits)


def _carried_loss(stream: Stream, samples: Samples) -> float:
    """Share of the carried bits that are lost on the way, averaged over the flows' paths."""
    totals = samples.totals
    offered = totals.sent_bits + totals.dropped_bits
    kept = 1 - np.divide(
        totals.dropped_bits, offered, out=np.zeros(len(offered)), where=offered > 0
    )
    return float(1 - np.mean([np.prod(kept[list(ports)]) for ports in stream.ports]))


def _pair_verdict(
    case: Case,
    question: Question,
    index: int,
    interval: Interval,
    measured: StreamSamples,
    samples: Samples,
    loss: float,
) -> PairVerdict:
    target, pair, stream = question.target, question.pairs[index], _measured(question, index)
    limit = target.below_ms * MS
    route = _main_route(stream)
    outcome, reason = _outcome(interval, limit, loss, target.loss_limit, measured)
    components = {
        name: float(total) / PS_PER_S / max(1, measured.delivered)
        for name, total in zip(COMPONENTS, measured.component_sums, strict=True)
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
        loss=loss,
        packets=measured.delivered,
        in_flight=measured.in_flight,
        components=components,
        route=route.nodes,
        hops=_hops(case, question, route, samples, stream.sizes.mean),
        length=route.length,
        estimated_length=route.estimated_length,
        remedies=(),
    )
    if outcome is not Outcome.MISSED:
        return verdict
    return replace(verdict, remedies=tuple(_remedies(verdict, route)))


def _outcome(
    interval: Interval, limit: float, loss: float, loss_limit: float, measured: StreamSamples
) -> tuple[Outcome, Reason]:
    if loss > loss_limit:
        return Outcome.MISSED, Reason.LOSS
    if interval.reaches(limit):
        return Outcome.MISSED, Reason.LATENCY
    if interval.below(limit) and not measured.in_flight:
        return Outcome.MET, Reason.NONE
    return Outcome.UNDECIDED, Reason.BUDGET


def _main_route(stream: Stream) -> Route:
    """Return the route that most of a stream's flows take; the first among equals."""
    counts: dict[Route, int] = {}
    for route in stream.routes:
        counts[route] = counts.get(route, 0) + 1
    return max(counts, key=lambda route: counts[route])


def _hops(
    case: Case, question: Question, route: Route, samples: Samples | None, bits: float
) -> tuple[Hop, ...]:
    """Split a route's cost by channel: constants, sending a mean packet, mean wait there."""
    hops = []
    for channel in route.channels:
        components = {name: getattr(channel, name) for name in _CONSTANT[question.target.layer]}
        if samples is not None:
            components["transmission"] = bits / channel.capacity
            components["queueing"] = _mean_wait(samples, channel.ports)
        hops.append(
            Hop(
                link=channel.link,
                source=channel.source,
                target=channel.target,
                components=components,
                utilisation=case.load.busiest_port(channel),
                length=channel.length,
                estimated_length=channel.estimated_length,
            )
        )
    return tuple(hops)


def _mean_wait(samples: Samples, ports: range) -> float:
    totals = samples.totals
    served = int(totals.waits[ports.start : ports.stop].sum())
    waited = float(totals.wait_sum[ports.start : ports.stop].sum())
    return waited / served / PS_PER_S if served else 0.0


def _remedies(verdict: PairVerdict, route: Route) -> list[str]:
    """Return the single kinds of change that would each bring a missed pair below its limit."""
    remedies = []
    blame = max(verdict.hops, key=lambda hop: hop.utilisation)
    if verdict.reason is Reason.LOSS:
        return [f"more capacity on {blame.link} ({blame.utilisation:.0%} offered)"]
    excess = (verdict.high or verdict.estimate or verdict.limit) - verdict.limit
    fixed = sum(verdict.components[name] for name in FIXED)
    if (verdict.estimate or 0.0) - fixed > excess:
        remedies.append(f"more capacity on {blame.link} ({blame.utilisation:.0%} offered)")
    if verdict.components["processing"] > excess:
        remedies.append("an optical bypass of routers on the way")
    return [*remedies, *_shorter(route, excess)]


def _shorter(route: Route, excess: float) -> list[str]:
    """Return the changes of the cable that save `excess` [s]."""
    remedies = list(_hollow_core(route, excess))
    if excess < route.propagation:
        saved = excess * route.length / route.propagation
        remedies.append(
            f"a route of at most {(route.length - saved) / KM:.0f} km (now {route.length / KM:.0f})"
        )
    remedies.append("compute nearer to the source")
    return remedies


def _hollow_core(route: Route, excess: float) -> tuple[str, ...]:
    saved = route.propagation - route.length * FIBRE_DELAY["hollow_core"]
    return ("hollow-core fibre on the route",) if saved > excess else ()


def link_uses(case: Case, samples: Samples | None) -> list[LinkUse]:
    """Return what every channel carried; without samples, what it is offered."""
    uses = []
    for channel in case.topology.channels:
        ports = slice(channel.first_port, channel.ports.stop)
        loss = mean = longest = 0.0
        if samples is not None:
            totals = samples.totals
            dropped = int(totals.dropped_bits[ports].sum())
            offered = int(totals.sent_bits[ports].sum()) + dropped
            loss = dropped / offered if offered else 0.0
            mean = _mean_wait(samples, channel.ports)
            longest = int(totals.wait_max[ports].max()) / PS_PER_S
        uses.append(
            LinkUse(
                year=case.year,
                link=channel.link,
                source=channel.source,
                target=channel.target,
                utilisation=case.load.of_channel(channel) / (channel.capacity * channel.members),
                busiest_member=case.load.busiest_port(channel),
                loss=loss,
                mean_queueing=mean,
                max_queueing=longest,
            )
        )
    return uses
