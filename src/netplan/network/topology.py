"""The network of one year as a graph in SI units."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from netplan.ground.units import BITS_PER_BYTE, GBPS, KM, MS, US
from netplan.input.scenario.build import apply_steps, resolved
from netplan.input.scenario.network import (
    BufferSize,
    Confidence,
    Equipment,
    Link,
    Node,
    Role,
    Span,
    TopologySpec,
)
from netplan.network.laws import duration_law

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx

    from netplan.ground.distributions import DurationDistribution
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.service import Servers

__all__ = ["FIBRE_DELAY", "Channel", "Pool", "Topology", "build_topology"]

FIBRE_DELAY = {
    # ITU-T G.652 at 1550 nm: group index 1.468, 4.897 µs/km (topologies/liaoning/assumptions.csv).
    "g652": 4.897e-9,
    # Assumed equal to G.652: no sourced figure for cabled G.654.E was found; a pure silica core is
    # a few parts in a thousand faster.
    "g654": 4.897e-9,
    # 99.7 % of the speed of light in vacuum: Poletti et al., Nature Photonics 7 (2013) 279-284.
    "hollow_core": 1 / (0.997 * 299_792_458),
}
"""Group delay by kind of fibre [s/m]."""


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One direction of a link: `members` equal ports, then the way to the next router.

    A channel exists once in its topology and equals nothing but itself.
    """

    link: str
    source: str
    target: str
    capacity: float
    """Of one member [bit/s]."""
    members: int
    first_port: int
    """Number of the first member's port among all ports of the topology."""
    processing: float
    """At the router that owns the ports [s]."""
    propagation: float
    """Fibre delay [s]."""
    equipment: float
    """Amplifiers, regenerators, cross-connects and terminals [s]."""
    length: float
    """Cable length [m]."""
    estimated_length: float
    """How much of the length is an estimate [m]."""
    buffer_packets: int
    """Most packets in one port, the one in service included; 0 is no such limit."""
    buffer_bits: int
    """Most bits in one port; 0 is no such limit."""
    igp_metric: float | None

    @property
    def name(self) -> str:
        """``LINK (SOURCE>TARGET)``."""
        return f"{self.link} ({self.source}>{self.target})"

    @property
    def latency(self) -> float:
        """Delay of the channel when it is empty, without transmission [s]."""
        return self.processing + self.propagation + self.equipment

    @property
    def ports(self) -> range:
        """Numbers of the members' ports."""
        return range(self.first_port, self.first_port + self.members)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The servers of a compute node: one queue, first come, first served."""

    node: str
    port: int
    """Number among all ports of the topology, behind those of the channels."""
    servers: int
    service: DurationDistribution
    """How long a request keeps a server busy."""
    storage: DurationDistribution | None
    """Reading on top, which keeps no server busy."""
    max_utilisation: float
    """Share of the servers' time that demands to available compute may take."""

    @property
    def capacity(self) -> float:
        """Requests that all servers together can serve [1/s]."""
        return self.servers / self.service.mean if self.service.mean else math.inf

    @property
    def mean(self) -> float:
        """Mean delay of a request that need not wait [s]."""
        return self.service.mean + (self.storage.mean if self.storage is not None else 0.0)


@dataclass(frozen=True)
class Topology:
    """The network of one year.

    `graph` is a `networkx.MultiDiGraph`: its nodes are the routers' sites with the attributes
    ``role``, ``city``, ``population``, ``lat``, ``lon``; its edges are the channels, keyed by link
    name, with the attributes ``channel``, ``latency`` [s], ``length`` [m], ``capacity`` [bit/s, all
    members].
    """

    spec: TopologySpec
    """What was written, with defaults and expansion applied."""
    year: int
    channels: tuple[Channel, ...]
    down: frozenset[str] = frozenset()
    """Links that have failed: their channels and ports are there, but no route takes them."""

    @cached_property
    def working(self) -> tuple[Channel, ...]:
        """The channels of links that have not failed."""
        return tuple(channel for channel in self.channels if channel.link not in self.down)

    def without(self, links: frozenset[str]) -> Topology:
        """Return this topology with more links failed."""
        return replace(self, down=self.down | links)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The graph of routers and channels."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=self.spec.name.en, year=self.year)
        for name, node in self.spec.nodes.items():
            if node.role is not Role.TRANSIT:
                graph.add_node(name, **_node_attributes(node))
        for channel in self.working:
            graph.add_edge(
                channel.source,
                channel.target,
                key=channel.link,
                channel=channel,
                latency=channel.latency,
                length=channel.length,
                capacity=channel.capacity * channel.members,
            )
        return graph

    @cached_property
    def out_channels(self) -> Mapping[str, tuple[Channel, ...]]:
        """Channels by the node that they leave."""
        leaving: dict[str, list[Channel]] = {name: [] for name in self.spec.nodes}
        for channel in self.working:
            leaving[channel.source].append(channel)
        return {name: tuple(channels) for name, channels in leaving.items()}

    @cached_property
    def n_ports(self) -> int:
        """Number of ports: all members of all channels."""
        return sum(channel.members for channel in self.channels)

    @cached_property
    def pools(self) -> Mapping[str, Pool]:
        """Servers by the compute node that they stand at."""
        sites = [(name, node.compute) for name, node in self.spec.nodes.items() if node.compute]
        return {name: _pool(name, self.n_ports + i, its) for i, (name, its) in enumerate(sites)}

    @cached_property
    def channel_of_port(self) -> tuple[Channel, ...]:
        """The channel that each port belongs to."""
        return tuple(channel for channel in self.channels for _ in range(channel.members))

    def nodes_with_role(self, role: Role) -> list[str]:
        """Names of the nodes with a role, in the order of the file."""
        return [name for name, node in self.spec.nodes.items() if node.role is role]


def build_topology(scenario: Scenario, year: int) -> Topology:
    """Build the network as it stands in `year`, expansion included.

    Lengths come from the spans, propagation from lengths and fibre types, equipment from the number
    of sites that the light passes (`_equipment_delay`).
    """
    spec = resolved(apply_steps(scenario.topology, scenario.expansion, year))
    channels: list[Channel] = []
    first_port = 0
    for name, link in spec.links.items():
        for channel in _channels(spec, name, link, first_port):
            channels.append(channel)
            first_port += channel.members
    return Topology(spec=spec, year=year, channels=tuple(channels))


def _pool(node: str, port: int, compute: Servers) -> Pool:
    return Pool(
        node=node,
        port=port,
        servers=compute.servers,
        service=duration_law(compute.service),
        storage=duration_law(compute.storage) if compute.storage is not None else None,
        max_utilisation=compute.max_utilisation,
    )


def _node_attributes(node: Node) -> dict[str, Any]:
    lat, lon = node.at or (math.nan, math.nan)
    return {
        "role": str(node.role),
        "city": node.city,
        "population": node.population,
        "lat": lat,
        "lon": lon,
    }


def _channels(
    spec: TopologySpec, name: str, link: Link, first_port: int
) -> tuple[Channel, Channel]:
    """Return the two directions of a link whose defaults are resolved."""
    assert link.capacity_gbps is not None, "resolved() fills capacities"
    assert link.members is not None, "resolved() fills members"
    spans = [spec.spans[span] for span in link.over or ()]
    length = sum(_length(span) for span in spans)
    propagation = sum(_length(span) * _fibre_delay(span) for span in spans)
    equipment = _equipment_delay(link.equipment or Equipment(), length, _bypassed(spec, link))
    estimated = sum(_length(span) for span in spans if is_estimate(span))

    def channel(source: str, target: str, gbps: float, port: int) -> Channel:
        packets, bits = _buffer(link.buffer, gbps * GBPS)
        return Channel(
            link=name,
            source=source,
            target=target,
            capacity=gbps * GBPS,
            members=link.members or 1,
            first_port=port,
            processing=(spec.nodes[source].processing_us or 0.0) * US,
            propagation=propagation,
            equipment=equipment,
            length=length,
            estimated_length=estimated,
            buffer_packets=packets,
            buffer_bits=bits,
            igp_metric=link.igp_metric,
        )

    a, b = link.ends
    return (
        channel(a, b, link.capacity_gbps.forward, first_port),
        channel(b, a, link.capacity_gbps.reverse, first_port + link.members),
    )


def _length(span: Span) -> float:
    assert span.length_km is not None, "resolved() fills lengths"
    return span.length_km * KM


def _fibre_delay(span: Span) -> float:
    """Group delay of a span's fibre [s/m]."""
    assert span.fibre is not None, "resolved() fills fibres"
    if span.fibre.us_per_km is not None:
        return span.fibre.us_per_km * US / KM
    return FIBRE_DELAY[span.fibre.kind or "g652"]


def is_estimate(span: Span) -> bool:
    """Tell whether a span's length is an estimate: no source, or one of low confidence."""
    return span.source is None or span.source.confidence in (Confidence.LOW, Confidence.ASSUMED)


def _bypassed(spec: TopologySpec, link: Link) -> int:
    """Count the sites with equipment that the light passes between the ends of a link."""
    here, passed = link.ends[0], 0
    for name in (link.over or ())[:-1]:
        a, b = spec.spans[name].ends
        here = b if here == a else a
        passed += spec.nodes[here].role is not Role.TRANSIT
    return passed


def _equipment_delay(equipment: Equipment, length: float, bypassed: int) -> float:
    """Delay of the optical equipment on a link [s].

    In-line sites stand every so many kilometres, none at the ends: ceil(length / distance) - 1.
    """

    def in_line(every_km: float | None, each_us: float | None) -> float:
        if not every_km or not each_us:
            return 0.0
        # A hair less, so that exactly two spacings need one site whatever the rounding.
        return max(0, math.ceil(length / (every_km * KM) - 1e-9) - 1) * each_us * US

    return (
        in_line(equipment.amplifier_every_km, equipment.amplifier_us)
        + in_line(equipment.regenerator_every_km, equipment.regenerator_us)
        + bypassed * (equipment.oxc_us or 0.0) * US
        + (equipment.terminals_us or 0.0) * US
    )


def _buffer(buffer: BufferSize | None, rate: float) -> tuple[int, int]:
    """Return the limits in packets and in bits; 0 is no limit."""
    if buffer is None or buffer.limit is not None:
        return 0, 0
    if buffer.packets is not None:
        return buffer.packets, 0
    if buffer.bytes is not None:
        return 0, buffer.bytes * BITS_PER_BYTE
    return 0, max(1, round((buffer.ms or 0.0) * MS * rate))
