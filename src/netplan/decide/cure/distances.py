"""Delays between all sites at once, over links and over bare cable, as matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from netplan.ground.units import BITS_PER_BYTE, KM, US
from netplan.input.scenario.network import Role
from netplan.input.scenario.targets import Layer
from netplan.judge.case import FULL_FRAME
from netplan.network.topology import FIBRE_DELAY

if TYPE_CHECKING:
    from netplan.input.scenario.network import Span
    from netplan.network.topology import Channel, Topology

__all__ = ["Cables", "Distances"]

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Distances:
    """Least delay of a full frame from every router and compute node to every other, no waits."""

    topology: Topology
    layer: Layer

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Routers first, then compute nodes, which nothing passes through."""
        nodes = self.topology.spec.nodes
        hosts = self.topology.nodes_with_role(Role.COMPUTE)
        transit = self.topology.nodes_with_role(Role.TRANSIT)
        return (*(name for name in nodes if name not in {*hosts, *transit}), *hosts)

    @cached_property
    def routers(self) -> tuple[str, ...]:
        """The names that packets pass through."""
        return self.names[: len(self.names) - len(self.topology.nodes_with_role(Role.COMPUTE))]

    @cached_property
    def number(self) -> dict[str, int]:
        """Row and column of each name."""
        return {name: index for index, name in enumerate(self.names)}

    @cached_property
    def links(self) -> Float64:
        """Delay of the quickest link from row to column, shape (N, N) [s]; infinite without."""
        direct = np.full((len(self.names), len(self.names)), np.inf)
        for channel in self.topology.working:
            at = self.number[channel.source], self.number[channel.target]
            direct[at] = min(direct[at], self.of_channel(channel))
        return direct

    def of_channel(self, channel: Channel) -> float:
        """Delay of one channel in this layer [s]."""
        if self.layer is Layer.OPTICAL:
            return channel.propagation + channel.equipment
        return channel.latency + FULL_FRAME * BITS_PER_BYTE / channel.capacity

    def processing(self, node: str) -> float:
        """Return what forwarding at a node costs in this layer [s]."""
        if self.layer is Layer.OPTICAL:
            return 0.0
        return (self.topology.spec.nodes[node].processing_us or 0.0) * US

    @cached_property
    def delays(self) -> Float64:
        """Shape (N, N) [s]; compute nodes begin and end routes only."""
        n, links = len(self.routers), self.links
        found = np.full_like(links, np.inf)
        found[:n, :n] = shortest_path(links[:n, :n], method="D")
        for host in range(n, len(self.names)):
            found[host, :n] = (links[host, :n, None] + found[:n, :n]).min(axis=0)
        for host in range(n, len(self.names)):
            found[:, host] = (found[:, :n] + links[None, :n, host]).min(axis=1)
            found[:, host] = np.minimum(found[:, host], links[:, host])
            found[host, host] = 0.0
        return found


@dataclass(frozen=True)
class Cables:
    """Shortest ways over the spans in the ground, wherever routers stand."""

    topology: Topology
    cut: frozenset[str] = frozenset()
    """Spans that lead nowhere."""

    @cached_property
    def number(self) -> dict[str, int]:
        """Row and column of each site."""
        return {name: index for index, name in enumerate(self.topology.spec.nodes)}

    @cached_property
    def _quickest(self) -> dict[tuple[int, int], str]:
        """Name of the quickest span between two sites."""
        found: dict[tuple[int, int], str] = {}
        spans = self.topology.spec.spans
        for name, span in spans.items():
            if name in self.cut:
                continue
            a, b = (self.number[end] for end in span.ends)
            for ends in ((a, b), (b, a)):
                if ends not in found or span_delay(span) < span_delay(spans[found[ends]]):
                    found[ends] = name
        return found

    @cached_property
    def _ways(self) -> tuple[Float64, NDArray[np.int32]]:
        direct = np.full((len(self.number), len(self.number)), np.inf)
        for ends, name in self._quickest.items():
            direct[ends] = span_delay(self.topology.spec.spans[name])
        delays, before = shortest_path(direct, method="D", return_predecessors=True)
        return delays, before

    def delays(self, names: tuple[str, ...]) -> Float64:
        """Propagation between the named sites, shape (n, n) [s]."""
        at = [self.number[name] for name in names]
        found: Float64 = self._ways[0][np.ix_(at, at)]
        return found

    def spans(self, a: str, b: str) -> tuple[str, ...]:
        """Return the spans of the quickest way from a to b, in order."""
        first, here = self.number[a], self.number[b]
        found: list[str] = []
        while here != first:
            last = int(self._ways[1][first, here])
            found.append(self._quickest[last, here])
            here = last
        return tuple(reversed(found))

    def km(self, spans: tuple[str, ...]) -> float:
        """Length of several spans [km]."""
        return sum(self.topology.spec.spans[name].length_km or 0.0 for name in spans)


def span_delay(span: Span) -> float:
    """Propagation over a span whose defaults are resolved [s]."""
    fibre, length = span.fibre, (span.length_km or 0.0) * KM
    if fibre is not None and fibre.us_per_km is not None:
        return length * fibre.us_per_km * US / KM
    kind = fibre.kind if fibre is not None else None
    return length * FIBRE_DELAY[kind or "g652"]
