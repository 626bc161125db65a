"""Traffic between pairs of nodes in one year, in SI, and the load that it offers to the network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netplan.errors import Problem
from netplan.routing import Route, Router, member_ports
from netplan.scenario.network import Role
from netplan.scenario.traffic import NEAREST_COMPUTE, Demand, Gravity, Growth, TrafficClass
from netplan.selection import nearest_compute, select_nodes
from netplan.units import GBPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from netplan.scenario.scenario import Scenario
    from netplan.topology import Channel, Topology

__all__ = [
    "Flow",
    "Load",
    "PairDemand",
    "flows_of",
    "offered_load",
    "overloads",
    "pair_demands",
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
    for index, demand in enumerate(scenario.traffic.demands):
        factor = growth_factor(scenario, demand.traffic_class, year)
        for source, target, rate in _pairs(router, demand):
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
                    rate=rate * factor,
                    links=demand.route,
                    index=index,
                )
            )
    return found


def growth_factor(scenario: Scenario, traffic_class: str, year: int) -> float:
    """Traffic of a class in `year` over its traffic in the base year.

    Examples
    --------
    With 40 % a year, the second year after the base year has 1.4 ** 2 = 1.96 times the traffic.
    """
    traffic = scenario.traffic
    base = traffic.base_year if traffic.base_year is not None else scenario.years[0]
    growth = traffic.growth_per_year.get(traffic_class, 0.0)
    return math.prod(1 + _growth_in(growth, step) for step in range(base + 1, year + 1))


def _growth_in(growth: Growth, year: int) -> float:
    return growth if isinstance(growth, float | int) else growth[year]


def _pairs(router: Router, demand: Demand) -> Iterable[tuple[str, str, float]]:
    """Yield source, target and rate [bit/s]."""
    if demand.gravity is not None:
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
        flows.append(Flow(route=route, ports=member_ports(route, name), rate=rate))
    return flows


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
    offered = np.zeros(topology.n_ports)
    for flow in flows:
        np.add.at(offered, list(flow.ports), flow.rate)
    return Load(topology=topology, offered=offered)


def unserved(scenario: Scenario, router: Router) -> Iterator[Problem]:
    """Find gravity demands with sources that reach no compute node."""
    candidates = router.topology.nodes_with_role(Role.COMPUTE)
    for index, demand in enumerate(scenario.traffic.demands):
        gravity = demand.gravity
        if gravity is None or gravity.target != (NEAREST_COMPUTE,):
            continue
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
            "buffer limit, so its delay grows for ever; add capacity or give it a buffer",
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
