"""What both engines are given and what they give back.

Everything is an array, and time is integer picoseconds. The packet model:

1. A packet enters at its source at `entry`, with a size that stays the same on every hop.
2. Each hop first costs the fixed `processing` of the node that owns the port, then the packet
   arrives at the port.
3. A port is one server of one rate: FIFO within a priority, strict and non-preemptive between
   priorities (0 first), with a drop-tail buffer that counts the packet in service.
4. Departure = start of service + `transmission_ps`. Then `latency` (propagation + equipment) to
   the next node, where the next hop begins, or the packet is delivered.
5. A pool of servers is a special port: the packet, a request, waits for the server that is free
   first, keeps it for its own `service`, and departs. First come, first served, no limit, whatever
   its priority. A request with a negative `service` only observes: it takes as long as the server
   that is free first would have made it take, and keeps none.
6. At one instant departures free their places first, then arrivals queue in the order of their
   packet numbers, then a free port chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DELIVERED",
    "FINISHED",
    "UNMEASURED",
    "Engine",
    "Finished",
    "Outside",
    "PacketBlock",
    "PortTotals",
    "Ports",
    "Routes",
    "transmission_ps",
]

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]
Float64 = NDArray[np.float64]

DELIVERED = -1
"""In `dropped_at` of `FINISHED`: the packet was not dropped."""
UNMEASURED = -1
"""In `PacketBlock.stream`: load only, the engine does not report this packet."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The P ports of a network: one for each member of each channel, one for each pool."""

    ps_per_bit: Float64
    """Shape (P,): time to send one bit [ps]."""
    processing: Int64
    """Shape (P,): delay before a packet arrives at the port [ps]."""
    latency: Int64
    """Shape (P,): propagation and equipment after the departure [ps]."""
    buffer_packets: Int64
    """Shape (P,): most packets in the system, the one in service included; 0 is unlimited."""
    buffer_bits: Int64
    """Shape (P,): most bits in the system; 0 is unlimited."""
    servers: Int64 | None = None
    """Shape (P,): servers of a pool, which has no limits; 0 is a port that transmits. Without it,
    all ports transmit."""

    def __len__(self) -> int:
        return len(self.ps_per_bit)


@dataclass(frozen=True, slots=True)
class Routes:
    """R routes as ordered ports, in compressed rows: route r is ``ports[start[r]:start[r + 1]]``.

    A route has at least one port and at most one pool. A round trip is one route, there and back.
    """

    start: Int64
    """Shape (R + 1,)."""
    ports: Int32
    """Shape (start[R],)."""

    def __len__(self) -> int:
        return len(self.start) - 1

    def of(self, route: int) -> Int32:
        """Ports of one route, in order."""
        return self.ports[self.start[route] : self.start[route + 1]]


@dataclass(frozen=True, slots=True)
class PacketBlock:
    """The N packets that enter in one stretch of time, ordered by (entry, number).

    The numbers of the packets of a run are consecutive, beginning with `first_number`.
    """

    first_number: int
    until: int
    """Every later packet enters at this time [ps] or after it."""
    entry: Int64
    """Shape (N,): time of entry [ps]."""
    bits: Int64
    """Shape (N,): size [bit]."""
    route: Int32
    """Shape (N,)."""
    priority: Int8
    """Shape (N,): 0 is served first."""
    stream: Int32
    """Shape (N,): which measured stream the packet belongs to, or `UNMEASURED`."""
    service: Int64 | None = None
    """Shape (N,): how long a server works on the packet [ps], negative for one that observes; of
    no meaning on a route without a pool. Without it, 0 for all."""
    outside: Outside | None = None
    """What the packets are delayed by outside of all queues; engines do not look at it."""

    def __len__(self) -> int:
        return len(self.entry)


@dataclass(frozen=True, slots=True)
class Outside:
    """Delays that no other packet changes, and that change no other packet."""

    access: Int64
    """Shape (N,): last miles, there and back [ps]."""
    storage: Int64
    """Shape (N,): reading beside the servers [ps]."""


FINISHED: Final = np.dtype(
    [
        ("number", "i8"),
        ("entry", "i8"),  # [ps]
        ("delay", "i8"),  # last bit received - entry [ps]; of a dropped packet until the drop
        ("compute", "i8"),  # wait and service at the pool on the way [ps], 0 without one
        ("bits", "i4"),  # [bit]; `contract` refuses larger ones
        ("route", "i4"),
        ("stream", "i4"),
        ("dropped_at", "i4"),  # port that dropped the packet, or `DELIVERED`
    ]
)
"""A measured packet that left the network."""
Finished = NDArray[np.void]
"""Shape (N,): `FINISHED`, in no particular order."""


@dataclass(frozen=True, slots=True)
class PortTotals:
    """What every port did to the packets that arrived at it since the totals were last reset."""

    arrivals: Int64
    """Shape (P,): packets that arrived, dropped ones included."""
    drops: Int64
    dropped_bits: Int64
    sent_bits: Int64
    """Shape (P,): bits of the packets that began service."""
    waits: Int64
    """Shape (P,): packets that began service, the count behind the sum of waits."""
    wait_sum: Float64
    """Shape (P,): sum of the waits before service [ps]; below 2^53 exact."""
    wait_max: Int64
    """Shape (P,): longest wait before service [ps]."""


class Engine(Protocol):
    """A network of ports through which packets flow; its state lives from block to block.

    What `advance` and `drain` return may be overwritten by the next call.
    """

    name: str

    def advance(self, block: PacketBlock) -> Finished:
        """Take in a block and simulate all that happens before ``block.until``."""
        ...

    def drain(self) -> Finished:
        """Let every packet that is still under way reach its end, with no new traffic."""
        ...

    def totals(self) -> PortTotals:
        """Totals of every port since the last `reset_totals`."""
        ...

    def reset_totals(self) -> None:
        """Begin the totals anew, e.g. when the warm-up is over."""
        ...

    @property
    def in_flight(self) -> int:
        """Packets that entered and have not left yet, measured or not."""
        ...

    @property
    def packet_hops(self) -> int:
        """Arrivals at ports since the beginning."""
        ...


def transmission_ps(bits: Int64, ps_per_bit: Float64) -> Int64:
    """Time to send `bits` at a port, rounded half up to whole picoseconds, at least 1.

    Both engines compute exactly ``max(1, floor(bits * ps_per_bit + 0.5))`` in double precision.
    """
    return np.maximum(1, np.floor(bits * ps_per_bit + 0.5).astype(np.int64))
