"""A topology and the routes in use, turned into the arrays that engines work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import PS_PER_S, seconds_to_ps
from netplan.measure.engine.model import Ports, Routes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netplan.network.topology import Topology

__all__ = ["CompiledNetwork", "RouteTable"]

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CompiledNetwork:
    """Ports and routes for an engine, and what every route costs whatever the traffic."""

    ports: Ports
    routes: Routes
    propagation: Int64
    """Shape (R,) [ps]."""
    equipment: Int64
    """Shape (R,) [ps]."""
    processing: Int64
    """Shape (R,) [ps]."""

    @property
    def fixed(self) -> Int64:
        """Shape (R,): delay of a route without transmission and queueing [ps]."""
        fixed: Int64 = self.propagation + self.equipment + self.processing
        return fixed


class RouteTable:
    """Collects the routes in use, each distinct sequence of ports once."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._numbers: dict[tuple[int, ...], int] = {}

    def number(self, ports: tuple[int, ...]) -> int:
        """Return the number of a route, new or known."""
        return self._numbers.setdefault(ports, len(self._numbers))

    def compile(self) -> CompiledNetwork:
        """Return the arrays. Durations are rounded to picoseconds here, each once."""
        channels = self._topology.channel_of_port
        servers = [pool.servers for pool in self._topology.pools.values()]

        def column(of_channels: Iterable[int]) -> Int64:
            return np.array([*of_channels, *(0 for _ in servers)], dtype=np.int64)

        propagation = column(seconds_to_ps(c.propagation) for c in channels)
        equipment = column(seconds_to_ps(c.equipment) for c in channels)
        processing = column(seconds_to_ps(c.processing) for c in channels)
        ports = Ports(
            ps_per_bit=np.array(
                [*(PS_PER_S / c.capacity for c in channels), *(0.0 for _ in servers)]
            ),
            processing=processing,
            latency=propagation + equipment,
            buffer_packets=column(c.buffer_packets for c in channels),
            buffer_bits=column(c.buffer_bits for c in channels),
            servers=np.array([*(0 for _ in channels), *servers]) if servers else None,
        )
        lengths = [len(route) for route in self._numbers]
        start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        flat = np.array([port for route in self._numbers for port in route], dtype=np.int32)

        def along(costs: Int64) -> Int64:
            if not len(flat):
                return np.empty(0, dtype=np.int64)
            sums: Int64 = np.add.reduceat(costs[flat], start[:-1])
            return sums

        return CompiledNetwork(
            ports=ports,
            routes=Routes(start=start, ports=flat),
            propagation=along(propagation),
            equipment=along(equipment),
            processing=along(processing),
        )
