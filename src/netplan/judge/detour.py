"""A case in a failure state: what fails takes no traffic, and its flows take other routes.

Demands and pairs are those of the normal state: a session stays where its service is. Flows that do
not touch what failed stay where they are (rendezvous hashing), so only the others are routed anew.
Pairs that begin or end at a failed node are not judged: there is nobody to promise anything to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from netplan.ground.units import MS
from netplan.judge.case import Carried, Case, Question, Stream, floor_route, probe_route
from netplan.network.demand import Flow, Load, reply_route
from netplan.network.routing import NoRouteError, Route, Router, member_ports

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netplan.input.scenario.targets import Target
    from netplan.network.failure import State
    from netplan.network.selection import Pair

__all__ = ["Detour", "Detours", "limit_in_failure"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Detour:
    """A case in a failure state."""

    case: Case
    state: State
    untouched: tuple[tuple[bool, ...], ...]
    """For each question and pair: no route of the pair is touched by the failure."""
    lost_rate: float
    """Traffic that has no route left [bit/s]."""


class Detours:
    """Puts one case into failure states; what uses which link is looked up once."""

    def __init__(self, normal: Case) -> None:
        self._normal = normal
        self._router = Router(normal.topology, normal.scenario.routing)
        self._demands = _users(
            (index, [flow.route for flow in item.flows])
            for index, item in enumerate(normal.carried)
        )
        self._streams = _users((name, stream.routes) for name, stream in normal.streams.items())

    def in_state(self, state: State) -> Detour:
        """Return the case in a failure state."""
        normal = self._normal
        router = self._router.without(state.links)
        hit = _union(self._demands, state.links)
        touched = _union(self._streams, state.links)
        carried, moved = _reroute_demands(normal, hit, router, state)
        offered = normal.load.offered.copy()
        for flow, sign in moved:
            np.add.at(offered, list(flow.ports), sign * flow.rate)
        # Taking away and adding leaves dust where nothing should be.
        load = Load(topology=router.topology, offered=np.where(offered < 1.0, 0.0, offered))
        kept = [_without_failed_ends(question, state) for question in normal.questions]
        case = replace(
            normal,
            state=state.name,
            topology=router.topology,
            carried=carried,
            load=load,
            questions=tuple(_reroute_question(q, touched, carried, router, state) for q in kept),
            warnings=(),
        )
        untouched = tuple(
            tuple(stream is None or stream.name not in touched for stream in question.streams)
            for question in kept
        )
        return Detour(case, state, untouched, max(0.0, -sum(sign * f.rate for f, sign in moved)))


def _users(routes_of: Iterable[tuple[_T, Iterable[Route]]]) -> dict[str, set[_T]]:
    """Return who has a route over each link."""
    users: dict[str, set[_T]] = {}
    for user, routes in routes_of:
        for link in set().union(*(route.links for route in routes)):
            users.setdefault(link, set()).add(user)
    return users


def _union(users: Mapping[str, set[_T]], links: Iterable[str]) -> set[_T]:
    return set().union(*(users.get(link, set()) for link in links))


def _touches(route: Route, state: State) -> bool:
    return not state.links.isdisjoint(route.links)


def _reroute_demands(
    normal: Case, hit: set[int], router: Router, state: State
) -> tuple[tuple[Carried, ...], list[tuple[Flow, int]]]:
    """Return the demands on their new routes, and the flows that left (-1) or took (+1) one."""
    carried: list[Carried] = []
    moved: list[tuple[Flow, int]] = []
    for index, item in enumerate(normal.carried):
        if index not in hit:
            carried.append(item)
            continue
        flows = []
        for number, flow in enumerate(item.flows):
            new = _reroute_flow(item, number, flow, router, state)
            if new is not flow:
                moved.append((flow, -1))
            if new is not None:
                flows.append(new)
                if new is not flow:
                    moved.append((new, +1))
        if flows:
            carried.append(replace(item, flows=tuple(flows)))
    return tuple(carried), moved


def _reroute_flow(
    item: Carried, number: int, flow: Flow, router: Router, state: State
) -> Flow | None:
    """Return a flow on its route in the failure state, None if there is none."""
    if not _touches(flow.route, state):
        return flow
    demand, name = item.demand, f"{item.demand.name}#{number}"
    if demand.source in state.nodes or demand.target in state.nodes:
        return None
    try:
        route = router.route(demand.source, demand.target, name)
        if item.pool is not None:
            route += reply_route(router, demand, name)
    except NoRouteError:
        return None
    return Flow(route=route, ports=member_ports(route, name), rate=flow.rate)


def _without_failed_ends(question: Question, state: State) -> Question:
    keep = [
        index
        for index, pair in enumerate(question.pairs)
        if pair.source not in state.nodes and pair.target not in state.nodes
    ]
    return replace(
        question,
        pairs=tuple(question.pairs[index] for index in keep),
        floors=tuple(question.floors[index] for index in keep),
        streams=tuple(question.streams[index] for index in keep),
    )


def _reroute_question(
    question: Question,
    touched: set[str],
    carried: tuple[Carried, ...],
    router: Router,
    state: State,
) -> Question:
    """Return a question on the routes that are left; pairs without any have no stream."""
    by_name: dict[str, Carried] = {}
    if any(stream is not None and stream.carried for stream in question.streams):
        by_name = {f"demand/{item.demand.name}": item for item in carried}
    streams: list[Stream | None] = []
    floors: list[Route | None] = []
    for pair, floor, stream in zip(question.pairs, question.floors, question.streams, strict=True):
        if stream is None or not (
            stream.name in touched or (floor is not None and _touches(floor, state))
        ):
            streams.append(stream)
            floors.append(floor)
            continue
        try:
            if stream.carried:
                streams.append(_carried_stream(stream, by_name.get(stream.name)))
            else:
                streams.append(_probe_stream(stream, pair, question.target, router, state))
            floors.append(floor_route(router, pair, question.target))
        except NoRouteError:
            streams.append(None)
            floors.append(None)
    limit = limit_in_failure(question.target)
    return replace(question, limit=limit, floors=tuple(floors), streams=tuple(streams))


def limit_in_failure(target: Target) -> float:
    """Return the limit that holds in failure states [s]."""
    return (target.below_ms_in_failure or target.below_ms) * MS


def _probe_stream(
    stream: Stream, pair: Pair, target: Target, router: Router, state: State
) -> Stream:
    flows = [f"{stream.name}#{number}" for number in range(len(stream.routes))]
    routes = tuple(
        probe_route(router, pair, target, flow) if _touches(route, state) else route
        for flow, route in zip(flows, stream.routes, strict=True)
    )
    return replace(stream, routes=routes, ports=tuple(map(member_ports, routes, flows)))


def _carried_stream(stream: Stream, item: Carried | None) -> Stream:
    """Return the measured packets of a demand on their new routes."""
    if item is None:
        raise NoRouteError(f"{stream.name} has no route left")
    return replace(
        stream,
        routes=tuple(flow.route for flow in item.flows),
        ports=tuple(flow.ports for flow in item.flows),
    )
