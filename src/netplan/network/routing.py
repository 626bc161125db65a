"""Routes: shortest by a metric, spread over equal ones, or written out."""

from __future__ import annotations

import hashlib
import math
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from netplan.ground.errors import NetplanError, Problem
from netplan.ground.units import seconds_to_ps
from netplan.input.scenario.network import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from netplan.input.scenario.traffic import Routing
    from netplan.network.topology import Channel, Pool, Topology

__all__ = ["NoRouteError", "Route", "Router", "member_ports", "missing_metrics", "through_pool"]


class NoRouteError(NetplanError):
    """Two nodes are not connected."""


@dataclass(frozen=True)
class Route:
    """Ordered channels from a source to a target."""

    channels: tuple[Channel, ...]

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Routers on the way, ends included."""
        return (self.channels[0].source, *(channel.target for channel in self.channels))

    @cached_property
    def links(self) -> frozenset[str]:
        """Names of the links on the way."""
        return frozenset(channel.link for channel in self.channels)

    @cached_property
    def length(self) -> float:
        """Cable length [m]."""
        return sum(channel.length for channel in self.channels)

    @cached_property
    def estimated_length(self) -> float:
        """How much of the length is an estimate [m]."""
        return sum(channel.estimated_length for channel in self.channels)

    @cached_property
    def propagation(self) -> float:
        """Fibre delay [s]: the floor of this route."""
        return sum(channel.propagation for channel in self.channels)

    @cached_property
    def equipment(self) -> float:
        """Delay of the optical equipment [s]."""
        return sum(channel.equipment for channel in self.channels)

    @cached_property
    def processing(self) -> float:
        """Delay of the routers [s]."""
        return sum(channel.processing for channel in self.channels)

    @cached_property
    def latency(self) -> float:
        """Delay of an empty network, without transmission [s]."""
        return self.propagation + self.equipment + self.processing

    def __add__(self, other: Route) -> Route:
        return Route(self.channels + other.channels)


_COST: dict[str, Callable[[Channel], int]] = {
    # Whole numbers, so that equal costs are exactly equal: picoseconds, hops, millimetres. At least
    # 1, so that a route cannot go round in circles for nothing.
    "delay": lambda channel: max(1, seconds_to_ps(channel.latency)),
    "hops": lambda _: 1,
    "length": lambda channel: max(1, round(channel.length * 1000)),
    "igp_metric": lambda channel: max(1, round((channel.igp_metric or 0.0) * 1e6)),
}


def _propagation(channel: Channel) -> int:
    return max(1, seconds_to_ps(channel.propagation))


class _Distances:
    """Cost of the cheapest route from every node to a target, found when it is first asked for."""

    def __init__(
        self, topology: Topology, hosts: frozenset[str], cost: Callable[[Channel], int]
    ) -> None:
        self.cost = {channel: cost(channel) for channel in topology.working}
        self._hosts = hosts
        # By target, so that one search from the target finds all sources.
        self._into: dict[str, dict[str, int]] = {name: {} for name in topology.spec.nodes}
        for channel in topology.working:
            self._join(channel)
        self._found: dict[str, dict[str, int]] = {}

    def _join(self, channel: Channel) -> None:
        known, least = self._into[channel.target], self.cost[channel]
        known[channel.source] = min(least, known.get(channel.source, least))

    def without(self, failed: Collection[Channel], topology: Topology) -> _Distances:
        """Return the distances in a topology that lacks some channels."""
        less = copy(self)
        less._found = {}
        less._into = {**self._into, **{channel.target: {} for channel in failed}}
        ends = {channel.target for channel in failed}
        for channel in topology.working:
            if channel.target in ends:
                less._join(channel)
        return less

    def to(self, target: str) -> dict[str, int]:
        """Return the cost from each node that reaches `target`."""
        if target not in self._found:
            found = self._to_host if target in self._hosts else self._to_router
            self._found[target] = found(target)
        return self._found[target]

    def _to_router(self, target: str) -> dict[str, int]:
        """Search by Dijkstra, *A note on two problems in connexion with graphs*, Numer. Math. 1.

        Hosts begin routes and end them, but are not passed through.
        """
        found, open_nodes = {target: 0}, [(0, target)]
        while open_nodes:
            cost, node = heappop(open_nodes)
            if cost > found[node] or node in self._hosts:
                continue
            for source, last in self._into[node].items():
                if cost + last < found.get(source, math.inf):
                    found[source] = cost + last
                    heappush(open_nodes, (cost + last, source))
        return found

    def _to_host(self, host: str) -> dict[str, int]:
        distances = {host: 0}
        for last_node, last in self._into[host].items():
            # A host next to this one begins routes to it, but no route passes through.
            reached = {last_node: 0} if last_node in self._hosts else self.to(last_node)
            for source, cost in reached.items():
                if source != host:
                    distances[source] = min(cost + last, distances.get(source, cost + last))
        return distances


class Router:
    """Routes in one topology by one metric. Compute nodes end routes; they forward nothing."""

    def __init__(self, topology: Topology, routing: Routing) -> None:
        self.topology = topology
        self.ecmp = routing.ecmp
        self._hosts = frozenset(topology.nodes_with_role(Role.COMPUTE))
        self._distances = _Distances(topology, self._hosts, _COST[routing.metric])
        self._floors = _Distances(topology, self._hosts, _propagation)
        self._next: dict[tuple[str, str], list[Channel]] = {}
        self._only: dict[tuple[str, str], Route] = {}
        self._made: dict[tuple[Channel, ...], Route] = {}

    def without(self, links: frozenset[str]) -> Router:
        """Return the router when links have failed; it keeps what does not change."""
        less = copy(self)
        less.topology = self.topology.without(links)
        failed = [channel for channel in self.topology.working if channel.link in links]
        less._distances = self._distances.without(failed, less.topology)
        less._floors = self._floors.without(failed, less.topology)
        less._next, less._only = {}, {}
        return less

    def distances_to(self, target: str) -> dict[str, int]:
        """Cost of the cheapest route from every node that reaches `target`."""
        return self._distances.to(target)

    def next_channels(self, node: str, target: str) -> list[Channel]:
        """Channels from `node` that lie on a cheapest route to `target`."""
        if (node, target) not in self._next:
            distances = self.distances_to(target)
            here, cost = distances[node], self._distances.cost
            self._next[node, target] = [
                channel
                for channel in self.topology.out_channels[node]
                if (channel.target == target or channel.target not in self._hosts)
                and distances.get(channel.target, here) + cost[channel] == here
            ]
        return self._next[node, target]

    def route(self, source: str, target: str, flow: str = "") -> Route:
        """Return the route of one flow; among equal next hops the flow's name decides.

        Raises
        ------
        NoRouteError
            If the target cannot be reached.
        """
        if (known := self._only.get((source, target))) is not None:
            return known
        if source not in self.distances_to(target):
            raise NoRouteError(f"no route from {source} to {target}")
        channels: list[Channel] = []
        node, is_only = source, True
        while node != target:
            choices = self.next_channels(node, target)
            is_choice = self.ecmp and len(choices) > 1
            channels.append(_pick(choices, flow) if is_choice else choices[0])
            node, is_only = channels[-1].target, is_only and not is_choice
        route = self._route_over(channels)
        if is_only:
            self._only[source, target] = route
        return route

    def along(self, source: str, links: tuple[str, ...]) -> Route:
        """Return the route over the named links, beginning at `source`.

        Raises
        ------
        NoRouteError
            If a link does not continue from where the route has come to.
        """
        channels: list[Channel] = []
        node = source
        for link in links:
            found = [c for c in self.topology.out_channels[node] if c.link == link]
            if not found:
                raise NoRouteError(f"route breaks at {node}: link {link} does not leave from there")
            channels.append(found[0])
            node = found[0].target
        return self._route_over(channels)

    def _route_over(self, channels: list[Channel]) -> Route:
        """Return the one route over these channels: what it costs is then added up once."""
        key = tuple(channels)
        if key not in self._made:
            self._made[key] = Route(key)
        return self._made[key]

    def reachable(self, source: str, target: str) -> bool:
        """Tell whether there is a route."""
        return source in self.distances_to(target)

    def shortest_propagation(self, source: str, target: str) -> Route:
        """Return the route of least propagation delay, whatever the metric: the floor's route."""
        distances, cost = self._floors.to(target), self._floors.cost
        channels: list[Channel] = []
        node = source
        while node != target:
            channel = min(
                (
                    channel
                    for channel in self.topology.out_channels[node]
                    if channel.target in distances
                    and (channel.target == target or channel.target not in self._hosts)
                ),
                key=lambda channel: (
                    cost[channel] + distances[channel.target],
                    channel.link,
                ),
            )
            channels.append(channel)
            node = channel.target
        return self._route_over(channels)


def missing_metrics(topology: Topology, routing: Routing) -> Iterator[Problem]:
    """Find links that have no metric where routes are found by it."""
    if routing.metric != "igp_metric":
        return
    for name, link in topology.spec.links.items():
        if link.igp_metric is None:
            yield Problem(
                ("topology", "links", name, "igp_metric"),
                "missing; routing.metric asks for one on every link",
            )


def member_ports(route: Route, flow: str) -> tuple[int, ...]:
    """Return the port that one flow uses in every channel: one member, picked by its name."""
    return tuple(
        channel.first_port
        + (_hash(f"{flow}|{channel.link}") % channel.members if channel.members > 1 else 0)
        for channel in route.channels
    )


def through_pool(route: Route, ports: tuple[int, ...], pool: Pool | None) -> tuple[int, ...]:
    """Return the ports on a route with those servers in their place that it comes to.

    A compute node ends routes, so on the way there and back it comes once.
    """
    if pool is None:
        return ports
    there = next(hop for hop, c in enumerate(route.channels, 1) if c.target == pool.node)
    return (*ports[:there], pool.port, *ports[there:])


def _pick(choices: list[Channel], flow: str) -> Channel:
    """Pick one of several channels for a flow by the highest random weight.

    When a channel comes or goes, only the flows that take it move (rendezvous hashing: Thaler &
    Ravishankar, IEEE/ACM Trans. Networking 6, 1998).
    """
    return max(choices, key=lambda channel: _hash(f"{flow}|{channel.link}"))


def _hash(text: str) -> int:
    """Hash evenly and alike in every process (unlike `hash`)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
