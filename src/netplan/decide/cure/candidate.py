"""What may be changed, and what is missed: the two sides that a cure brings together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from netplan.decide.trial import key_of
from netplan.input.scenario.network import Confidence, Provenance
from netplan.input.scenario.targets import Layer
from netplan.judge.verdict import SERVERS, Outcome, PairVerdict, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.trial import Key
    from netplan.input.scenario.expansion import Step
    from netplan.judge.case import Case, Stream
    from netplan.judge.prediction import Prediction
    from netplan.judge.verdict import Verdict
    from netplan.network.routing import Route

__all__ = ["FULL", "PROPOSED", "Candidate", "Kind", "Missed", "fixed_delay", "missed_promises"]

FULL = 0.9
"""Offered load of a member beyond which waits and losses are to blame; cures stay below."""
PROPOSED = Provenance(basis="proposed by netplan-sim cure", confidence=Confidence.ASSUMED)


class Kind(StrEnum):
    """Kinds of change, the smallest intervention first."""

    CAPACITY = "capacity"
    """More members on one link: ports at two sites."""
    SERVERS = "servers"
    """More servers at one compute node."""
    BYPASS = "bypass"
    """A new link over existing cable that skips routers."""
    COMPUTE = "compute"
    """A compute node at one site."""
    HOLLOW_CORE = "hollow core"
    """Hollow-core fibre in the cable of one span."""
    CABLE = "cable"
    """A new cable between two sites, with a link over it."""


UNITS = {
    Kind.CAPACITY: "members",
    Kind.SERVERS: "servers",
    Kind.BYPASS: "link",
    Kind.COMPUTE: "site",
    Kind.HOLLOW_CORE: "km converted",
    Kind.CABLE: "km of new cable",
}
"""What the size of a change is counted in."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A single change, and the missed promises that it would keep by floors and closed forms."""

    kind: Kind
    subject: str
    """The link, span or site that changes or is new."""
    amount: float
    """Size in `UNITS` of the kind."""
    cures: frozenset[Key]
    steps: tuple[Step, ...]
    new_link: str | None = None
    """A link whose members are to be chosen by what it will carry."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A promise that is missed, and what it takes to keep it."""

    key: Key
    source: str
    destination: str | None
    reason: Reason
    limit: float
    """[s]."""
    layer: Layer
    stream: Stream | None
    """None without a destination."""
    fixed: float
    """Delay of the slowest of its routes without any wait [s]; 0 without a route."""
    slack: float
    """What its statistic adds to the constants of the route, as far as it is known [s]."""
    full: frozenset[str]
    """Links on its way that must carry less, or be larger."""
    is_round_trip: bool
    is_nearest: bool
    """Served by the nearest compute node: a new one would do."""
    is_within_city: bool
    servers: str | None = None
    """The compute node whose servers cost most, or are offered more than they can serve."""

    @property
    def is_cut_off(self) -> bool:
        """No way leads to where it goes."""
        return self.stream is None and self.destination is not None

    @property
    def is_slow(self) -> bool:
        """The constants of its route alone reach the limit, whatever the load."""
        return self.fixed + self.slack >= self.limit and not self.full


def fixed_delay(route: Route, layer: Layer, bits: float) -> float:
    """Delay of a route without any wait [s]."""
    if layer is Layer.OPTICAL:
        return route.propagation + route.equipment
    return route.latency + sum(bits / channel.capacity for channel in route.channels)


def missed_promises(
    case: Case, verdicts: Sequence[Verdict], prediction: Prediction
) -> Iterator[Missed]:
    """Yield every missed promise of a case with what it takes to keep it."""
    load = case.load
    full = {channel.link for channel in case.topology.channels if load.busiest_port(channel) > FULL}
    for question, verdict in zip(case.questions, verdicts, strict=True):
        target = question.target
        for pair, stream, found in zip(
            question.pairs, question.streams, verdict.pairs, strict=True
        ):
            if found.outcome is not Outcome.MISSED:
                continue
            key = key_of(question, pair)
            routes = () if stream is None else stream.routes
            bits = 0.0 if stream is None else stream.sizes.mean
            fixed = max((fixed_delay(r, target.layer, bits) for r in routes), default=0.0)
            waits = target.layer is not Layer.OPTICAL
            on_way = full.intersection(c.link for r in routes for c in r.channels) if waits else ()
            yield Missed(
                key=key,
                source=pair.source,
                destination=pair.target,
                reason=found.reason,
                limit=question.limit,
                layer=target.layer,
                stream=stream,
                fixed=fixed,
                slack=_slack(prediction, stream, target.statistic) if waits else 0.0,
                full=frozenset(on_way or _slow_queue(found, fixed, question.limit)),
                is_round_trip=target.direction == "round_trip",
                is_nearest=key[2] is None,
                is_within_city=target.between.within == "city",
                servers=_blamed_servers(found),
            )


def _blamed_servers(found: PairVerdict) -> str | None:
    if found.reason is Reason.OVERLOAD:
        return found.target
    slowest = found.blame if found.reason is Reason.LATENCY else None
    return found.target if slowest is not None and slowest.link == SERVERS else None


def _slack(prediction: Prediction, stream: Stream | None, statistic: str) -> float:
    """Return what closed forms say that waits add to the constants [s]; 0 if they say nothing."""
    if stream is None or (value := prediction.statistic(stream, statistic)) is None:
        return 0.0
    bits = stream.sizes.mean
    return max(0.0, value - max(fixed_delay(r, Layer.NETWORK, bits) for r in stream.routes))


def _slow_queue(found: PairVerdict, fixed: float, limit: float) -> tuple[str, ...]:
    """Return the link whose queue costs most of a pair that only waits make too slow."""
    if fixed >= limit or not found.hops:
        return ()
    worst = max(found.hops, key=lambda hop: hop.components.get("queueing", 0.0))
    return (worst.link,) if worst.components.get("queueing", 0.0) > 0 else ()
