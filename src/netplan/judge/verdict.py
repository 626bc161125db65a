"""Verdicts: what was promised, what was found, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netplan.input.scenario.targets import Coverage

__all__ = [
    "LAST_MILE",
    "SERVERS",
    "Basis",
    "Hop",
    "LinkUse",
    "Outcome",
    "PairVerdict",
    "PoolUse",
    "Reason",
    "Verdict",
    "combined",
    "covered_share",
    "judge_coverage",
]


SERVERS, LAST_MILE = "servers", "last mile"
"""Names in place of a link's, of hops that are a pool of servers, or all last miles together."""


class Outcome(StrEnum):
    """Three-valued: what is not decided is not met."""

    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"


class Reason(StrEnum):
    """Why a pair or a target is not met."""

    NONE = ""
    IMPOSSIBLE = "impossible"
    """Light in the shortest route there is takes longer than the limit."""
    LATENCY = "latency"
    LOSS = "loss"
    NO_COMPUTE = "no_compute"
    """The source has no compute node that the target allows."""
    DISCONNECTED = "disconnected"
    """The failure leaves no route."""
    OVERLOAD = "overload"
    """The servers are offered 100 % or more: requests wait longer and longer."""
    BUDGET = "budget"
    """Undecided: the packet budget is spent."""
    NOT_MEASURED = "not_measured"
    """Undecided: saved samples are judged, and they hold none of this pair."""


class Basis(StrEnum):
    """What a pair's outcome rests on."""

    SIMULATION = "simulation"
    ROUTES = "routes"
    """Constants of the routes: floors, the optical layer, no compute, no route."""
    NORMAL_STATE = "normal_state"
    """The failure leaves its routes alone and puts no more load on them."""
    OFFERED_LOAD = "offered_load"
    """A port is offered so much that more than the loss limit must be lost, or servers so much
    that the wait grows for ever."""
    CLOSED_FORM = "closed_form"
    """A cautious closed form stays below the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """What one channel of a route costs on average [s]."""

    link: str
    source: str
    target: str
    components: Mapping[str, float]
    utilisation: float
    """Offered load over capacity of the busiest member."""
    length: float
    """Cable length [m]."""
    estimated_length: float
    """How much of it is an estimate [m]."""

    @property
    def total(self) -> float:
        """All components together [s]."""
        return sum(self.components.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PairVerdict:
    """One pair of one target in one year. Durations in seconds, None where there is none."""

    source: str
    target: str | None
    outcome: Outcome
    reason: Reason
    limit: float
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    floor: float | None = None
    """Propagation on the shortest route there is: no upgrade but a shorter route or faster fibre
    beats it."""
    loss: float = 0.0
    loss_low: float | None = None
    """Interval of the loss; none if it was not measured."""
    loss_high: float | None = None
    packets: int = 0
    in_flight: int = 0
    components: Mapping[str, float] = field(default_factory=dict)
    """Mean of each delay component."""
    route: tuple[str, ...] = ()
    """Nodes of the route that most flows take; for a round trip there and back."""
    hops: tuple[Hop, ...] = ()
    length: float = 0.0
    """Cable length of the route [m]."""
    estimated_length: float = 0.0
    """How much of it is an estimate [m]."""
    basis: Basis = Basis.SIMULATION
    remedies: tuple[str, ...] = ()
    """Single changes, each of which would bring the pair below the limit."""

    stream: str | None = None
    """Name of the measured stream that the pair was judged by; none if it was not simulated."""
    predicted: float | None = None
    """The statistic by closed forms [s], where they hold; it decides nothing."""

    @property
    def slowest(self) -> Hop | None:
        """The hop that costs most."""
        return max(self.hops, key=lambda hop: hop.total, default=None)

    @property
    def blame(self) -> Hop | None:
        """The slowest hop; where packets are lost, the most loaded one."""
        if self.reason is Reason.LOSS:
            return max(self.hops, key=lambda hop: (hop.utilisation, hop.total), default=None)
        return self.slowest


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One target in one year and state."""

    name: str
    year: int
    state: str
    outcome: Outcome
    reason: Reason
    limit: float
    """[s]."""
    layer: str
    direction: str
    statistic: str
    coverage: float
    """Share that surely meets the limit."""
    needed: float
    of: str
    pairs: tuple[PairVerdict, ...]
    without: str | None = None
    """What the layer counts and this target does not, ``compute``."""

    @property
    def missed(self) -> tuple[PairVerdict, ...]:
        """The pairs that miss the limit."""
        return tuple(pair for pair in self.pairs if pair.outcome is Outcome.MISSED)

    @property
    def cable(self) -> tuple[float, float]:
        """Length of the links on all routes, each once, and how much of it is estimated [m]."""
        links = {hop.link: hop for pair in self.pairs for hop in pair.hops}
        return (
            math.fsum(hop.length for hop in links.values()),
            math.fsum(hop.estimated_length for hop in links.values()),
        )

    @property
    def worst(self) -> PairVerdict | None:
        """The pair with the largest estimate; one without an estimate (impossible) goes first."""

        def size(pair: PairVerdict) -> tuple[int, int, float]:
            rank = (Outcome.MET, Outcome.UNDECIDED, Outcome.MISSED).index(pair.outcome)
            known = pair.estimate if pair.estimate is not None else pair.floor
            return rank, pair.reason is Reason.NO_COMPUTE, known or 0.0

        return max(self.pairs, key=size, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUse:
    """What one channel carried in one year."""

    year: int
    link: str
    source: str
    target: str
    utilisation: float
    """Offered load over capacity, all members."""
    busiest_member: float
    """The same of the member that flows hash to most."""
    loss: float | None
    """Share of the bits that were dropped; none if nothing was simulated, as below."""
    mean_queueing: float | None
    """[s]."""
    max_queueing: float | None
    """[s]."""
    predicted_queueing: float | None = None
    """Mean wait by closed forms [s]; none where they do not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUse:
    """What one pool of servers had to do in one year."""

    year: int
    node: str
    servers: int
    requests: float
    """Offered [1/s]."""
    utilisation: float
    """Requests offered over those that can be served."""
    mean_wait: float | None
    """Before service, observers counted like requests [s]; none if nothing was simulated."""
    max_wait: float | None
    """[s]."""
    predicted_wait: float | None
    """Mean wait by the formula of Allen and Cunneen [s]; none at 100 % or more."""


def covered_share(
    pairs: Sequence[PairVerdict],
    coverage: Coverage,
    population: Mapping[str, int],
    outcomes: Iterable[Outcome],
) -> float:
    """Share of pairs, sites or population all of whose pairs have one of the outcomes.

    All of nothing: where a failure takes an end of every pair, no promise is broken.
    """
    counted = set(outcomes)
    if coverage.of == "pairs":
        return _share(sum(pair.outcome in counted for pair in pairs), len(pairs))
    sites = dict.fromkeys(pair.source for pair in pairs)
    covered = sites.keys() - {pair.source for pair in pairs if pair.outcome not in counted}
    if coverage.of == "sites":
        return _share(len(covered), len(sites))
    people, everybody = (sum(population[site] for site in group) for group in (covered, sites))
    return _share(people, everybody)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def judge_coverage(
    pairs: Sequence[PairVerdict], coverage: Coverage, population: Mapping[str, int]
) -> tuple[Outcome, float]:
    """Judge a target by the share that meets the limit.

    Returns
    -------
    Outcome
        `MET` if the pairs that surely meet suffice, `MISSED` if even the undecided ones added do
        not, else `UNDECIDED`.
    float
        Share that surely meets the limit.
    """
    surely = covered_share(pairs, coverage, population, [Outcome.MET])
    at_best = covered_share(pairs, coverage, population, [Outcome.MET, Outcome.UNDECIDED])
    # Shares are sums of fractions: a needed share of 0.95 is met by 19 of 20.
    if surely >= coverage.share - 1e-9:
        return Outcome.MET, surely
    if at_best < coverage.share - 1e-9:
        return Outcome.MISSED, surely
    return Outcome.UNDECIDED, surely


def combined(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome of several targets together: one miss misses, one doubt doubts."""
    found = set(outcomes)
    for outcome in (Outcome.MISSED, Outcome.UNDECIDED):
        if outcome in found:
            return outcome
    return Outcome.MET
