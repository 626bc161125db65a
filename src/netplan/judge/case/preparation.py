"""One year of a scenario, made ready: the network, its load, and what is asked about it.

Nothing is simulated here. Whatever the input can get wrong that takes a network to notice (a pair
without a route, a target that selects nothing, a queue without limit that is offered too much) is
reported from here, all of it at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netplan.ground.distributions import SizeDistribution, fixed_size
from netplan.ground.errors import InputError, Problem
from netplan.ground.units import MS
from netplan.input.scenario.targets import Direction, Layer, Target
from netplan.input.scenario.traffic import AVAILABLE_COMPUTE
from netplan.judge.case.model import Carried, Case, Question, Stream
from netplan.judge.case.service import pool_warnings, service_of, service_problems
from netplan.network.demand import (
    Flow,
    PairDemand,
    flows_of,
    offered_load,
    overloads,
    pair_demands,
    pairs_of_demands,
    unlimited_overloads,
    unserved,
)
from netplan.network.failure import NORMAL
from netplan.network.laws import size_law
from netplan.network.routing import NoRouteError, Route, Router, member_ports, missing_metrics
from netplan.network.segments import allowed_segments, largest_segment, segment_error
from netplan.network.selection import Pair, select_pairs
from netplan.network.topology import Channel, Topology, build_topology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.input.scenario.scenario import Scenario

__all__ = ["FLOWS_PER_PROBE", "floor_route", "prepare", "prepare_all", "probe_route"]

FLOWS_PER_PROBE = 16
"""Paths that the probes of a pair are spread over where there are several."""
FULL_FRAME = 1500
"""Size of probes that no class is named for [byte]: an Ethernet payload."""


def prepare_all(scenario: Scenario) -> list[Case]:
    """Make every year ready.

    Raises
    ------
    InputError
        With the problems of all years.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for year in scenario.years:
        try:
            cases.append(prepare(scenario, year))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return cases


def prepare(scenario: Scenario, year: int) -> Case:
    """Make one year ready.

    Raises
    ------
    InputError
        If a pair or a demand has no route, a target selects no pair or covers nobody, a link lacks
        the metric of the routing, or a port without a buffer limit is offered 100 % or more.
    """
    topology = build_topology(scenario, year)
    router = Router(topology, scenario.routing)
    problems: list[Problem] = []
    routed = _route_demands(scenario, router, year, problems)
    load = offered_load(topology, [flow for _, flows in routed for flow in flows])
    questions = [
        _question(scenario, router, target, index, routed, problems)
        for index, target in enumerate(scenario.targets)
    ]
    problems += [*missing_metrics(topology, scenario.routing), *unserved(scenario, router)]
    problems += unlimited_overloads(load)
    if problems:
        raise InputError(_located(scenario, year, problem) for problem in problems)
    limited = _limited_routes(questions)
    allowed = allowed_segments(limited)
    carried = tuple(
        _carried(scenario, topology, demand, flows, allowed) for demand, flows in routed
    )
    case = Case(
        scenario=scenario,
        year=year,
        state=NORMAL,
        topology=topology,
        carried=carried,
        load=load,
        questions=tuple(questions),
        segment_error=segment_error(limited, _segments(carried)),
        warnings=tuple(overloads(load, routed)),
    )
    return replace(case, warnings=(*case.warnings, *pool_warnings(case)))


def _located(scenario: Scenario, year: int, problem: Problem) -> Problem:
    message = f"{problem.message} (in {year})" if len(scenario.years) > 1 else problem.message
    return Problem(problem.path, message, scenario.origin.place(problem.path))


def _route_demands(
    scenario: Scenario, router: Router, year: int, problems: list[Problem]
) -> list[tuple[PairDemand, tuple[Flow, ...]]]:
    routed = []
    for demand in pair_demands(scenario, router, year):
        requests = scenario.traffic.classes[demand.traffic_class].requests
        try:
            flows = flows_of(router, demand, scenario.traffic.classes[demand.traffic_class])
        except NoRouteError as error:
            remedy = "connect them with links, or leave the demand out"
            path = ("traffic", "demands", demand.index)
            problems.append(Problem(path, f"demand {demand.name}: {error}; {remedy}"))
        else:
            routed.append((demand, tuple(flows)))
        if requests and demand.target not in router.topology.pools:
            problems.append(
                Problem(
                    ("traffic", "demands", demand.index),
                    f"demand {demand.name}: its requests find no servers at {demand.target}; give "
                    "compute to that node",
                )
            )
    return routed


def _question(
    scenario: Scenario,
    router: Router,
    target: Target,
    index: int,
    routed: list[tuple[PairDemand, tuple[Flow, ...]]],
    problems: list[Problem],
) -> Question:
    path = ("targets", index, "between")
    if target.between.target == (AVAILABLE_COMPUTE,):
        pairs = pairs_of_demands(scenario, router, target, [demand for demand, _ in routed])
    else:
        pairs = select_pairs(router, target.between)
    if not pairs:
        problems.append(Problem(path, "selects no pair; name roles or nodes that the topology has"))
    broken = [pair for pair in pairs if not _connected(router, pair, target)]
    if broken:
        shown = ", ".join(map(str, broken[:5])) + (" and more" if len(broken) > 5 else "")
        problems.append(
            Problem(path, f"no route for {len(broken)} of {len(pairs)} pairs: {shown}; add links")
        )
    problems += service_problems(scenario, router.topology, target, index, pairs)
    if target.measure == "carried":
        pairs = _with_traffic(pairs, target, routed, index, problems)
    if pairs and target.coverage.of == "population" and not _people(router, pairs):
        message = "nobody lives at the selected sources; give them a population, or cover sites"
        problems.append(Problem(("targets", index, "coverage", "of"), message))
    sound = [pair for pair in pairs if pair not in broken]
    return Question(
        target=target,
        index=index,
        limit=target.below_ms * MS,
        pairs=tuple(sound),
        floors=tuple(floor_route(router, pair, target) for pair in sound),
        streams=tuple(_stream(scenario, router, pair, target, routed) for pair in sound),
    )


def _people(router: Router, pairs: list[Pair]) -> int:
    nodes = router.topology.spec.nodes
    return sum(nodes[source].population for source in {pair.source for pair in pairs})


def _connected(router: Router, pair: Pair, target: Target) -> bool:
    if pair.target is None:
        return True
    there = router.reachable(pair.source, pair.target)
    back = router.reachable(pair.target, pair.source)
    return there and (back or target.direction is Direction.ONE_WAY)


def _with_traffic(
    pairs: list[Pair],
    target: Target,
    routed: list[tuple[PairDemand, tuple[Flow, ...]]],
    index: int,
    problems: list[Problem],
) -> list[Pair]:
    """Keep the pairs that the class of a target with ``measure: carried`` has traffic for."""
    busy = {(d.source, d.target) for d, _ in routed if d.traffic_class == target.traffic_class}
    found = [pair for pair in pairs if (pair.source, pair.target) in busy]
    if pairs and not found:
        message = f"no selected pair carries class {target.traffic_class}; use measure: probes"
        problems.append(Problem(("targets", index, "measure"), message))
    return found


def floor_route(router: Router, pair: Pair, target: Target) -> Route | None:
    """Return the route of least propagation delay, there and back if the target wants that.

    None where the source has no compute node.
    """
    if pair.target is None:
        return None
    there = router.shortest_propagation(pair.source, pair.target)
    if target.direction is Direction.ONE_WAY:
        return there
    return there + router.shortest_propagation(pair.target, pair.source)


def _stream(
    scenario: Scenario,
    router: Router,
    pair: Pair,
    target: Target,
    routed: list[tuple[PairDemand, tuple[Flow, ...]]],
) -> Stream | None:
    if pair.target is None:
        return None
    sizes, priority = _probe(scenario, target)
    service = service_of(scenario, router.topology, pair, target)
    if target.measure == "carried":
        demand, flows = next(
            (demand, flows)
            for demand, flows in routed
            if (demand.source, demand.target) == (pair.source, pair.target)
            and demand.traffic_class == target.traffic_class
        )
        return Stream(
            name=f"demand/{demand.name}",
            sizes=sizes,
            priority=priority,
            routes=tuple(flow.route for flow in flows),
            ports=tuple(flow.ports for flow in flows),
            carried=True,
            service=service,
        )
    name = f"probe/{pair}/{target.direction}/{target.traffic_class or 'any'}"
    if service is not None:
        name += "/service" if target.without is None else "/access"
    names = [f"{name}#{number}" for number in range(FLOWS_PER_PROBE)]
    probe_routes = [probe_route(router, pair, target, flow) for flow in names]
    return Stream(
        name=name,
        sizes=sizes,
        priority=priority,
        routes=tuple(probe_routes),
        ports=tuple(map(member_ports, probe_routes, names)),
        service=service,
    )


def probe_route(router: Router, pair: Pair, target: Target, flow: str) -> Route:
    """Return the route of one probe flow, there and back if the target wants that.

    Raises
    ------
    NoRouteError
        If the target of the pair, or the way back, cannot be reached.
    """
    if pair.target is None:
        raise NoRouteError(f"{pair.source} has no compute node")
    route = router.route(pair.source, pair.target, flow)
    if target.direction is Direction.ROUND_TRIP:
        route += router.route(pair.target, pair.source, f"{flow}/reply")
    return route


def _probe(scenario: Scenario, target: Target) -> tuple[SizeDistribution, int]:
    """Return the size law and the priority of a target's probes."""
    classes = scenario.traffic.classes
    if target.traffic_class is not None:
        named = classes[target.traffic_class]
        return size_law(named.sizes), named.priority
    return fixed_size(FULL_FRAME), max(known.priority for known in classes.values())


def _limited_routes(questions: list[Question]) -> list[tuple[Route, float]]:
    """Return every route that will be measured, each distinct one with its tightest limit [s]."""
    limits: dict[tuple[Channel, ...], float] = {}
    for question in questions:
        if question.target.layer is not Layer.OPTICAL:
            limit = question.target.below_ms * MS
            for stream in question.streams:
                for route in stream.routes if stream is not None else ():
                    known = limits.get(route.channels, limit)
                    limits[route.channels] = min(known, limit)
    return [(Route(channels), limit) for channels, limit in limits.items()]


def _carried(
    scenario: Scenario,
    topology: Topology,
    demand: PairDemand,
    flows: tuple[Flow, ...],
    allowed: dict[Channel, float],
) -> Carried:
    """Return a demand as it is simulated: in its packets, or in segments of them."""
    traffic_class = scenario.traffic.classes[demand.traffic_class]
    packets, segment = size_law(traffic_class.sizes), traffic_class.segment_bytes
    if segment is None:
        sizes = packets
    elif segment == "auto":
        sizes = largest_segment((flow.route for flow in flows), allowed, packets)
    else:
        sizes = fixed_size(segment)
    pool = topology.pools[demand.target] if traffic_class.requests else None
    return Carried(demand, traffic_class, sizes, flows, pool)


def _segments(carried: tuple[Carried, ...]) -> Iterator[tuple[Route, float]]:
    for item in carried:
        whole = item.traffic_class.segment_bytes is None
        for route in {flow.route.channels for flow in item.flows}:
            yield Route(route), 0.0 if whole else item.sizes.mean
