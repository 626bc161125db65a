"""Where the targets of one year stand in failure states, at the least cost.

What fails moves traffic to other links. A state is known by what it `takes`: the links that flows
or probes take because of it, with the load there. Two networks that differ in a few links can then
be told apart by the few states in which the difference matters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING

from netplan.decide.standing import Judged, Standing, standings_of
from netplan.decide.trial import Screened
from netplan.judge.case import Stream
from netplan.judge.detour import Detours
from netplan.judge.resilience import DetourScreen
from netplan.network.failure import states_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netplan.decide.trial import Means
    from netplan.judge.case import Carried, Case
    from netplan.network.failure import State

__all__ = ["Difference", "Outage", "Outages", "difference"]


@dataclass(frozen=True, slots=True)
class Outage:
    """One failure state of one year's network."""

    state: State
    standings: tuple[Standing, ...]
    """Of the targets that must hold in it and have a pair left to judge."""
    taken: Mapping[str, float]
    """Links that flows or probes take because of it, with the offered load of the busiest member
    in either direction."""


class Outages:
    """All failure states of one year's network."""

    def __init__(self, normal: Judged) -> None:
        case = normal.case
        wanted = [i for i, q in enumerate(case.questions) if "failure" in q.target.holds_in]
        self._normal = replace(case, questions=tuple(case.questions[i] for i in wanted))
        self._detours = Detours(self._normal)
        verdicts = [dict(enumerate(normal.pairs[i])) for i in wanted]
        self._screen = DetourScreen(self._normal, verdicts)
        self._traffic = _traffic(self._normal)
        self.states = tuple(states_of(case.scenario, case.topology.spec)) if wanted else ()
        """In the order of the scenario."""

    def judge(self, state: State, means: Means | None = None) -> Outage:
        """Judge one state; what closed forms leave open is simulated if there are means."""
        detour = self._detours.in_state(state)
        found = self._screen.decide(detour)
        kept = [i for i, question in enumerate(detour.case.questions) if question.pairs]
        case = replace(detour.case, questions=tuple(detour.case.questions[i] for i in kept))
        judged = standings_of(Screened(case, tuple(found[i] for i in kept)), means)
        return Outage(state, judged.standings, self._taken(case))

    def _taken(self, case: Case) -> dict[str, float]:
        links = _new_ways(self._traffic, _traffic(case))
        loads: dict[str, float] = {}
        for channel in case.topology.channels:
            if channel.link in links:
                load = case.load.busiest_port(channel)
                loads[channel.link] = max(load, loads.get(channel.link, 0.0))
        return loads


def _traffic(case: Case) -> dict[str, Carried | Stream]:
    """Return all that takes a way through the network: demands and probes, by name."""
    demands = {f"demand/{item.demand.name}": item for item in case.carried}
    streams = (stream for question in case.questions for stream in question.streams)
    probes = {one.name: one for one in streams if one is not None and not one.carried}
    return {**demands, **probes}


def _ways(one: Carried | Stream | None) -> Counter[tuple[tuple[str, ...], float]]:
    """Count the flows on each way, links and rate [bit/s]; probes have no rate."""
    if one is None:
        return Counter()
    if isinstance(one, Stream):
        return Counter((tuple(c.link for c in route.channels), 0.0) for route in one.routes)
    return Counter((tuple(c.link for c in flow.route.channels), flow.rate) for flow in one.flows)


def _new_ways(
    before: Mapping[str, Carried | Stream], after: Mapping[str, Carried | Stream]
) -> set[str]:
    """Return the links of all flows that were not there before, or took another way."""
    return {
        link
        for name, one in after.items()
        if before.get(name) is not one
        for way, _ in _ways(one) - _ways(before.get(name))
        for link in way
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version of a network has that another has not, in the normal state."""

    changed: frozenset[str]
    """Links that only one of them has, or that are not the same in both."""
    moved: frozenset[str]
    """Links that flows or probes take in the second, and not in the first."""

    def relevant(self, outages: Mapping[str, Outage]) -> Iterator[Outage]:
        """Yield the failure states in which the second can do worse than in the normal state.

        They are those that send traffic over a link that changed or that carries moved traffic,
        and those that cut a link that carries moved traffic. In all others every link carries no
        more than in a state that is known: what moved is where it is in the normal state, and what
        the failure moves is where it is in the first network. States that load what changed most
        come first.
        """
        links = self.changed | self.moved
        hit = {
            name: one
            for name, one in outages.items()
            if not links.isdisjoint(one.taken) or not self.moved.isdisjoint(one.state.links)
        }

        def load(one: Outage) -> float:
            return max((one.taken[link] for link in links if link in one.taken), default=0.0)

        yield from sorted(hit.values(), key=load, reverse=True)


def difference(first: Case, second: Case) -> Difference:
    """Return what differs between two versions of one year's network."""
    one, two = _links(first), _links(second)
    changed = frozenset(link for link in one.keys() | two.keys() if one.get(link) != two.get(link))
    return Difference(changed, frozenset(_new_ways(_traffic(first), _traffic(second))))


def _links(case: Case) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is known of the channels of every link but the numbers of their ports."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for channel in case.topology.channels:
        found.setdefault(channel.link, []).append(astuple(replace(channel, first_port=0)))
    return found
