"""Traffic between pairs of nodes in one year, in SI, and the load that it offers to the network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from netplan.ground.errors import Problem
from netplan.ground.units import GBPS
from netplan.input.scenario.network import Role
from netplan.input.scenario.traffic import (
    AVAILABLE_COMPUTE,
    NEAREST_COMPUTE,
    SOME_COMPUTE,
    Demand,
    Gravity,
    Growth,
    TrafficClass,
)
from netplan.network.placement import Share, to_available
from netplan.network.routing import Route, Router, member_ports
from netplan.network.selection import Pair, fits, nearest_compute, select_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.targets import Target
    from netplan.network.topology import Channel, Topology

__all__ = [
    "Flow",
    "Load",
    "PairDemand",
    "flows_of",
    "offered_load",
    "overloads",
    "pair_demands",
    "pairs_of_demands",
    "reply_route",
    "sums_at_ports",
    "unlimited_overloads",
    "unserved",
]


@dataclass(frozen=True, slots=True)
class PairDemand:
    """Traffic of one class from one node to another in one year."""

    name: str
    """``SOURCE>TARGET/CLASS``, with ``/2`` and so on where a scenario names one twice."""
    traffic_class: str
    source: str
    target: str
    rate: float
    """[bit/s]."""
    links: tuple[str, ...] | None
    """An explicit route, or none."""
    index: int
    """Which entry of the scenario's demands it comes from."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A part of a demand that takes one path."""

    route: Route
    ports: tuple[int, ...]
    rate: float
    """[bit/s]."""


def pair_demands(scenario: Scenario, router: Router, year: int) -> list[PairDemand]:
    """Return all demands of a year: gravity models spread out, growth applied."""
    found: list[PairDemand] = []
    names: dict[str, int] = {}
    shares = _shares_of_pairs(scenario, router, year)
    for index, demand in enumerate(scenario.traffic.demands):
        for source, target, rate in shares[index]:
            if source == target or rate <= 0:
                continue
            base = f"{source}>{target}/{demand.traffic_class}"
            names[base] = names.get(base, 0) + 1
            found.append(
                PairDemand(
                    name=base if names[base] == 1 else f"{base}/{names[base]}",
                    traffic_class=demand.traffic_class,
                    source=source,
                    target=target,
                    rate=rate,
                    links=demand.route,
                    index=index,
                )
            )
    return found


def _shares_of_pairs(scenario: Scenario, router: Router, year: int) -> list[list[Share]]:
    """Return what each of the scenario's demands sends in a year, pair by pair."""
    demands, nodes = scenario.traffic.demands, router.topology.spec.nodes

    @cache
    def grown(traffic_class: str, source: str) -> float:
        return growth_factor(scenario, traffic_class, year, nodes[source].city)

    shares = [
        [
            (source, target, rate * grown(demand.traffic_class, source))
            for source, target, rate in _pairs(router, demand)
        ]
        for demand in demands
    ]
    choosing = {
        index: [
            (source, rate * grown(demand.traffic_class, source))
            for source, rate in _sources(router, demand.gravity)
        ]
        for index, demand in enumerate(demands)
        if demand.gravity is not None and demand.gravity.target == (AVAILABLE_COMPUTE,)
    }
    if choosing:
        for index, found in to_available(scenario, router, shares, choosing).items():
            shares[index] = found
    return shares


def pairs_of_demands(
    scenario: Scenario, router: Router, target: Target, demands: Iterable[PairDemand]
) -> list[Pair]:
    """Return the pairs between which demands to available compute send, for one target.

    A source whose requests were spread stands in several pairs; one without any in a pair without
    target.
    """
    sources = select_nodes(router, target.between.source or ())
    pairs: dict[str, list[Pair]] = {source: [] for source in sources}
    for demand in demands:
        gravity = scenario.traffic.demands[demand.index].gravity
        chosen = gravity is not None and gravity.target == (AVAILABLE_COMPUTE,)
        of_class = target.traffic_class in (None, demand.traffic_class)
        pair = Pair(demand.source, demand.target)
        if not (chosen and of_class and demand.source in pairs):
            continue
        if fits(router, pair.source, demand.target, target.between):
            pairs[demand.source].append(pair)
    return [
        pair
        for source, of_source in pairs.items()
        for pair in dict.fromkeys(of_source) or [Pair(source, None)]
    ]


def growth_factor(
    scenario: Scenario, traffic_class: str, year: int, city: str | None = None
) -> float:
    """Traffic of a class from a city in `year` over that in the base year.

    Examples
    --------
    With 40 % a year, the second year after the base year has 1.4 ** 2 = 1.96 times the traffic.
    """
    traffic = scenario.traffic
    base = traffic.base_year if traffic.base_year is not None else scenario.years[0]
    elsewhere = traffic.growth_per_year.get(traffic_class, 0.0)
    growth = traffic.city_growth_per_year.get(traffic_class, {}).get(city or "", elsewhere)
    return math.prod(1 + _growth_in(growth, step) for step in range(base + 1, year + 1))


def _growth_in(growth: Growth, year: int) -> float:
    return growth if isinstance(growth, float | int) else growth[year]


def _pairs(router: Router, demand: Demand) -> Iterable[tuple[str, str, float]]:
    """Yield source, target and rate [bit/s]."""
    if demand.gravity is not None:
        if demand.gravity.target != (AVAILABLE_COMPUTE,):
            yield from _gravity(router, demand.gravity)
    elif demand.source is not None and demand.target is not None and demand.rate_gbps is not None:
        yield demand.source, demand.target, demand.rate_gbps * GBPS


def _gravity(router: Router, gravity: Gravity) -> list[tuple[str, str, float]]:
    """Spread a total in proportion to the product of the weights of source and target."""
    sources = select_nodes(router, gravity.source)
    if gravity.target == (NEAREST_COMPUTE,):
        candidates = router.topology.nodes_with_role(Role.COMPUTE)
        nearest = {source: nearest_compute(router, source, candidates) for source in sources}
        shares = [
            (source, target, _weight(router.topology, source, gravity.weight))
            for source, target in nearest.items()
            if target is not None
        ]
    else:
        target_key = gravity.target_weight or gravity.weight
        shares = [
            (
                source,
                target,
                _weight(router.topology, source, gravity.weight)
                * _weight(router.topology, target, target_key),
            )
            for source in sources
            for target in select_nodes(router, gravity.target)
            if source != target
        ]
    total = math.fsum(share for *_, share in shares)
    scale = gravity.total_gbps * GBPS / total if total else 0.0
    return [(source, target, share * scale) for source, target, share in shares]


def _sources(router: Router, gravity: Gravity) -> list[tuple[str, float]]:
    """Spread a total over the sources alone; return each with its rate [bit/s]."""
    sources = select_nodes(router, gravity.source)
    weights = [_weight(router.topology, source, gravity.weight) for source in sources]
    total = math.fsum(weights)
    scale = gravity.total_gbps * GBPS / total if total else 0.0
    return [(source, weight * scale) for source, weight in zip(sources, weights, strict=True)]


def _weight(topology: Topology, name: str, key: str) -> float:
    node = topology.spec.nodes[name]
    return float(node.population) if key == "population" else float(node.weights.get(key, 0.0))


def flows_of(router: Router, demand: PairDemand, traffic_class: TrafficClass) -> list[Flow]:
    """Cut a demand into equal flows of at most the class's flow rate and route each.

    Raises
    ------
    NoRouteError
        If the target cannot be reached, or the explicit route breaks.
    """
    count = max(1, math.ceil(demand.rate / _flow_rate(traffic_class) - 1e-9))
    rate = demand.rate / count
    flows = []
    for number in range(count):
        name = f"{demand.name}#{number}"
        if demand.links is not None:
            route = router.along(demand.source, demand.links)
        else:
            route = router.route(demand.source, demand.target, name)
        if traffic_class.requests:
            route += reply_route(router, demand, name)
        flows.append(Flow(route=route, ports=member_ports(route, name), rate=rate))
    return flows


def reply_route(router: Router, demand: PairDemand, flow: str) -> Route:
    """Return the way back of the replies to a flow of requests.

    Raises
    ------
    NoRouteError
        If there is no way back.
    """
    return router.route(demand.target, demand.source, f"{flow}/reply")


def _flow_rate(traffic_class: TrafficClass) -> float:
    """Largest mean rate of one flow [bit/s]; an on/off source is a flow."""
    burst = traffic_class.arrivals.on_off
    if burst is not None:
        return burst.peak_gbps * GBPS * burst.on_ms / (burst.on_ms + burst.off_ms)
    return traffic_class.flow_gbps * GBPS


@dataclass(frozen=True, slots=True)
class Load:
    """Offered load of every port: what the demands would send through it if nothing were lost."""

    topology: Topology
    offered: NDArray[np.float64]
    """Shape (P,) [bit/s]."""

    @property
    def utilisation(self) -> NDArray[np.float64]:
        """Shape (P,): offered load over capacity of every port."""
        capacity = np.array([channel.capacity for channel in self.topology.channel_of_port])
        utilisation: NDArray[np.float64] = self.offered / capacity
        return utilisation

    def of_channel(self, channel: Channel) -> float:
        """Offered load of a channel, all members [bit/s]."""
        return float(self.offered[channel.first_port : channel.ports.stop].sum())

    def busiest_port(self, channel: Channel) -> float:
        """Utilisation of the busiest member; flows may hash unevenly."""
        ports = self.offered[channel.first_port : channel.ports.stop]
        return float(ports.max() / channel.capacity)

    @property
    def full_channels(self) -> list[Channel]:
        """Channels with a member that is offered 100 % or more."""
        return [channel for channel in self.topology.channels if self.busiest_port(channel) >= 1]


def offered_load(topology: Topology, flows: Sequence[Flow]) -> Load:
    """Add up the flows on every port."""
    paths, rates = [flow.ports for flow in flows], [flow.rate for flow in flows]
    (offered,) = sums_at_ports(paths, [rates], topology.n_ports)
    return Load(topology=topology, offered=offered)


def sums_at_ports(
    paths: Sequence[Sequence[int]],
    amounts: Iterable[Sequence[float] | NDArray[np.float64]],
    n_ports: int,
) -> NDArray[np.float64]:
    """Add up at every port what takes paths over it, for N kinds of amount, shape (N, P).

    Examples
    --------
    >>> sums_at_ports([(0, 1), (1,)], [[2.0, 3.0]], n_ports=3)
    array([[2., 5., 0.]])
    """
    hops = [len(path) for path in paths]
    ports = np.fromiter(chain.from_iterable(paths), np.int64, sum(hops))
    return np.array([np.bincount(ports, np.repeat(kind, hops), n_ports) for kind in amounts])


def unserved(scenario: Scenario, router: Router) -> Iterator[Problem]:
    """Find gravity demands with sources that reach no compute node."""
    any_compute = router.topology.nodes_with_role(Role.COMPUTE)
    with_servers = list(router.topology.pools)
    for index, demand in enumerate(scenario.traffic.demands):
        gravity = demand.gravity
        if gravity is None or gravity.target[0] not in SOME_COMPUTE:
            continue
        candidates = any_compute if gravity.target == (NEAREST_COMPUTE,) else with_servers
        sources = select_nodes(router, gravity.source)
        lost = [name for name in sources if nearest_compute(router, name, candidates) is None]
        if lost:
            shown = ", ".join(lost[:5]) + (" and more" if len(lost) > 5 else "")
            yield Problem(
                ("traffic", "demands", index, "gravity", "to"),
                f"no compute node can be reached from {shown}; connect them, or leave them out",
            )


def unlimited_overloads(load: Load) -> list[Problem]:
    """Find ports without a buffer limit whose delay would grow for ever."""
    return [
        Problem(
            ("topology", "links", channel.link),
            f"offered {load.of_channel(channel) / GBPS:.4g} Gbit/s from {channel.source} to "
            f"{channel.target}, {load.busiest_port(channel):.0%} of its busiest member, without a "
            "buffer limit, so its delay grows for ever; add capacity or give it a buffer, e.g. "
            "buffer: {ms: 5}",
        )
        for channel in load.full_channels
        if not (channel.buffer_packets or channel.buffer_bits)
    ]


def overloads(load: Load, routed: Sequence[tuple[PairDemand, Sequence[Flow]]]) -> Iterator[str]:
    """Name every channel that is offered 100 % or more, and its largest demands."""
    for channel in load.full_channels:
        offered, capacity = load.of_channel(channel), channel.capacity * channel.members
        largest = _largest_demands(channel, routed)
        yield (
            f"{channel.name}: offered {offered / GBPS:.4g} of {capacity / GBPS:.4g} Gbit/s "
            f"({offered / capacity:.0%}; busiest member {load.busiest_port(channel):.0%}); "
            f"largest demands: {largest}"
        )


def _largest_demands(
    channel: Channel, routed: Sequence[tuple[PairDemand, Sequence[Flow]]], most: int = 3
) -> str:
    shares = [
        (math.fsum(flow.rate for flow in flows if channel in flow.route.channels), demand.name)
        for demand, flows in routed
    ]
    crossing = sorted((share for share in shares if share[0] > 0), reverse=True)
    named = ", ".join(f"{name} {rate / GBPS:.3g}" for rate, name in crossing[:most])
    more = len(crossing) - most
    return f"{named} and {more} more" if more > 0 else named
