"""The reference engine: SimPy, one element of the network after the other.

A packet travels along its path: ports, then the destination. Every element has `arrive`; a port
sends the packet on to the next element of its path. To add behaviour, write another element.

Ties. SimPy orders events of one instant by (priority, order of scheduling). The packet model orders
them by what happens and to which packet, whoever scheduled first; so `Clock.at` takes that key from
the caller. Nothing is scheduled for a departure: a port knows when its packets leave, and a packet
that leaves now is no longer counted, which is as if departures came first. What remains is arrivals
in the order of packet numbers, then choices. SimPy's own events (priorities 0 and 1) come before
both, so a process that changes the network at some instant does so before packets arrive.

Speed. A packet is a SimPy event that is scheduled anew for each hop: one event per packet-hop.
"""

from __future__ import annotations

from collections import deque
from heapq import heappush, heapreplace
from typing import Final, Protocol

import numpy as np
import simpy
from simpy.events import EventPriority

from netplan.measure.engine.contract import check_block, check_network
from netplan.measure.engine.model import (
    DELIVERED,
    FINISHED,
    UNMEASURED,
    Finished,
    PacketBlock,
    Ports,
    PortTotals,
    Routes,
)

__all__ = ["SimPyEngine"]

ARRIVAL: Final = EventPriority(2)
CHOICE: Final = EventPriority(3)


class Clock(simpy.Environment):
    """A SimPy environment that counts integer picoseconds and lets events bring their own key."""

    _now: int

    @property
    def now(self) -> int:
        """Time [ps]."""
        return self._now

    def at(self, time: int, rank: EventPriority, number: int, event: simpy.Event) -> None:
        """Schedule `event` at `time` [ps], among equals by `rank`, then by `number`."""
        heappush(self._queue, (time, rank, number, event))


class Happening(simpy.Event):
    """An event that may be scheduled again and again: set `callbacks`, then `Clock.at`."""

    _ok = True
    _value = None


Record = tuple[int, int, int, int, int, int, int]
"""Number, entry [ps], size [bit], route, priority, stream and service [ps] of a packet."""


class Packet(Happening):
    """A packet under way: the event of its next arrival."""

    def __init__(self, record: Record, path: Path) -> None:
        self.number, self.entry, self.bits, self.route, self.priority, self.stream, self.service = (
            record
        )
        self.path = path
        self.hop = 0
        self.compute = 0
        """Wait and service at a pool [ps]."""


class Element(Protocol):
    """Something a packet arrives at."""

    processing: int
    """Delay before the arrival [ps]."""
    on_arrival: list[object]
    """What SimPy calls when the packet arrives."""

    def arrive(self, packet: Packet) -> None: ...


Path = tuple[Element, ...]


class Destination:
    """Where packets leave the network, delivered or dropped."""

    processing = 0

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.on_arrival: list[object] = [self.arrive]
        self.left = 0
        self.finished: list[tuple[int, ...]] = []
        """Rows of `FINISHED`."""

    def arrive(self, packet: Packet) -> None:
        """Receive the last bit of a packet."""
        self.record(packet, DELIVERED)

    def record(self, packet: Packet, dropped_at: int) -> None:
        """Note that a packet has left now; keep it if it was measured."""
        self.left += 1
        if packet.stream != UNMEASURED:
            delay = self.clock.now - packet.entry
            times = (packet.entry, delay, packet.compute)
            kind = (packet.bits, packet.route, packet.stream)
            self.finished.append((packet.number, *times, *kind, dropped_at))

    def take(self) -> Finished:
        """Hand over what has been kept."""
        finished = np.array(self.finished, FINISHED)
        self.finished = []
        return finished


class Port:
    """What all ports share: the line, the limits of the buffer, the totals."""

    def __init__(self, clock: Clock, ports: Ports, number: int, destination: Destination) -> None:
        self.clock = clock
        self.number = number
        self.destination = destination
        self.ps_per_bit = float(ports.ps_per_bit[number])
        self.processing = int(ports.processing[number])
        self.latency = int(ports.latency[number])
        self.buffer_packets = int(ports.buffer_packets[number])
        self.buffer_bits = int(ports.buffer_bits[number])
        self.limited = bool(self.buffer_packets or self.buffer_bits)
        self.on_arrival: list[object] = [self.arrive]
        self.free = 0
        """When the line has sent all that it has begun, or a FIFO port all that it holds [ps]."""
        self.reset_totals()

    def reset_totals(self) -> None:
        """Begin the totals anew."""
        self.arrivals = self.drops = self.dropped_bits = 0
        self.sent_bits = self.waits = self.wait_sum = self.wait_max = 0

    def arrive(self, packet: Packet) -> None:
        """Take the packet in, or drop it."""
        raise NotImplementedError

    def has_no_room(self, packets: int, bits: int) -> bool:
        """Tell whether so many packets, and so many bits, are too much for the buffer."""
        return 0 < self.buffer_packets < packets or 0 < self.buffer_bits < bits

    def drop(self, packet: Packet) -> None:
        """Lose a packet for which there is no room."""
        self.drops += 1
        self.dropped_bits += packet.bits
        self.destination.record(packet, self.number)

    def transmission(self, bits: int) -> int:
        """Time to send a packet [ps]."""
        return int(bits * self.ps_per_bit + 0.5) or 1

    def send(self, packet: Packet, wait: int, departure: int) -> None:
        """Add a packet that begins service to the totals; send it on to its next element."""
        self.sent_bits += packet.bits
        self.waits += 1
        if wait:
            self.wait_sum += wait
            self.wait_max = max(self.wait_max, wait)
        packet.hop += 1
        element = packet.path[packet.hop]
        packet.callbacks = element.on_arrival  # type: ignore[assignment] # SimPy only reads it
        self.clock.at(departure + self.latency + element.processing, ARRIVAL, packet.number, packet)


class FifoPort(Port):
    """First in, first out: the departure is known at the arrival."""

    def __init__(self, clock: Clock, ports: Ports, number: int, destination: Destination) -> None:
        super().__init__(clock, ports, number, destination)
        self.system: deque[tuple[int, int]] = deque()
        """Departure [ps] and size [bit] of the packets in the system, if the buffer is limited."""
        self.system_bits = 0

    def arrive(self, packet: Packet) -> None:
        """Serve the packet as soon as all that came before it have departed."""
        now = self.clock.now
        self.arrivals += 1
        if self.limited:
            self.forget_departed(now)
            if self.has_no_room(len(self.system) + 1, self.system_bits + packet.bits):
                self.drop(packet)
                return
        start = max(now, self.free)
        self.free = start + self.transmission(packet.bits)
        if self.limited:
            self.system.append((self.free, packet.bits))
            self.system_bits += packet.bits
        self.send(packet, start - now, self.free)

    def forget_departed(self, now: int) -> None:
        """Free the places of the packets that have departed, those that depart now included."""
        system = self.system
        while system and system[0][0] <= now:
            self.system_bits -= system.popleft()[1]


class PriorityPort(Port):
    """Strict priority without preemption: the most urgent packet is chosen when the line is free.

    The choice is an event of its own, behind all arrivals of the instant.
    """

    def __init__(
        self, clock: Clock, ports: Ports, number: int, destination: Destination, priorities: int
    ) -> None:
        super().__init__(clock, ports, number, destination)
        self.queues: list[deque[tuple[int, Packet]]] = [deque() for _ in range(priorities)]
        """Arrival [ps] and packet, a queue for each priority."""
        self.waiting = self.waiting_bits = self.bits_in_service = 0
        self.choice = Happening(clock)
        self.on_choice = [self.choose]

    def arrive(self, packet: Packet) -> None:
        """Queue the packet behind those of its priority."""
        now = self.clock.now
        self.arrivals += 1
        packets, bits = self.waiting + 1, self.waiting_bits + packet.bits
        if self.free > now:
            packets, bits = packets + 1, bits + self.bits_in_service
        if self.has_no_room(packets, bits):
            self.drop(packet)
            return
        self.queues[packet.priority].append((now, packet))
        self.waiting += 1
        self.waiting_bits += packet.bits
        if self.waiting == 1:
            self.plan_choice(max(now, self.free))

    def plan_choice(self, time: int) -> None:
        """Choose at `time`."""
        self.choice.callbacks = self.on_choice  # type: ignore[assignment] # SimPy only reads it
        self.clock.at(time, CHOICE, self.number, self.choice)

    def choose(self, _: simpy.Event) -> None:
        """Begin to serve the first packet of the most urgent queue."""
        arrival, packet = next(queue for queue in self.queues if queue).popleft()
        self.waiting -= 1
        self.waiting_bits -= packet.bits
        self.bits_in_service = packet.bits
        now = self.clock.now
        self.free = now + self.transmission(packet.bits)
        self.send(packet, now - arrival, self.free)
        if self.waiting:
            self.plan_choice(self.free)


class Pool(Port):
    """Servers behind one queue, first come, first served: the departure is known at the arrival."""

    def __init__(self, clock: Clock, ports: Ports, number: int, destination: Destination) -> None:
        super().__init__(clock, ports, number, destination)
        self.server_free = [0] * _servers(ports, number)
        """When each server is free [ps], as a heap."""

    def arrive(self, packet: Packet) -> None:
        """Let the server that is free first work on the packet."""
        now = self.clock.now
        self.arrivals += 1
        start = max(now, self.server_free[0])
        departure = start + abs(packet.service)
        if packet.service >= 0:
            heapreplace(self.server_free, departure)
        packet.compute = departure - now
        self.send(packet, start - now, departure)


def _servers(ports: Ports, number: int) -> int:
    """Servers of a pool, 0 if the port transmits."""
    return 0 if ports.servers is None else int(ports.servers[number])


class Source(Happening):
    """Releases the packets of one block, the next one only: SimPy's queue stays short."""

    def __init__(self, clock: Clock, block: PacketBlock, paths: list[Path]) -> None:
        super().__init__(clock)
        self.clock = clock
        self.paths = paths
        processing = [paths[route][0].processing for route in block.route]
        arrival = block.entry + np.array(processing, dtype=np.int64)
        order = np.argsort(arrival, kind="stable")[::-1]
        service = np.zeros_like(block.entry) if block.service is None else block.service
        columns = (block.entry, block.bits, block.route, block.priority, block.stream, service)
        numbers = (block.first_number + order).tolist()
        self.arrivals = arrival[order].tolist()
        self.packets = list(zip(numbers, *(c[order].tolist() for c in columns), strict=True))
        """Both in reverse order, so that the next one is the last."""
        self.on_release = [self.release]
        self.plan_release()

    def plan_release(self) -> None:
        """Wait for the next packet's arrival at its first port."""
        if self.packets:
            self.callbacks = self.on_release  # type: ignore[assignment] # SimPy only reads it
            self.clock.at(self.arrivals.pop(), ARRIVAL, self.packets[-1][0], self)

    def release(self, _: simpy.Event) -> None:
        """Let the next packet arrive."""
        record = self.packets.pop()
        self.plan_release()
        path = self.paths[record[3]]
        path[0].arrive(Packet(record, path))


class SimPyEngine:
    """A network of ports in SimPy: slow, readable, the one to extend.

    Parameters
    ----------
    ports, routes
        The network.
    priorities
        Number of priority levels that may occur; with 1 every port is plain FIFO.
    """

    name = "simpy"

    def __init__(self, ports: Ports, routes: Routes, *, priorities: int = 1) -> None:
        check_network(ports, routes, priorities)
        self.priorities = priorities
        self.clock = Clock()
        self.destination = Destination(self.clock)
        self.ports: list[Port] = [self._port(ports, number) for number in range(len(ports))]
        self.paths: list[Path] = [
            (*(self.ports[port] for port in routes.of(route)), self.destination)
            for route in range(len(routes))
        ]
        self._entered = 0
        self._packet_hops = 0

    def _port(self, ports: Ports, number: int) -> Port:
        if _servers(ports, number):
            return Pool(self.clock, ports, number, self.destination)
        if self.priorities == 1:
            return FifoPort(self.clock, ports, number, self.destination)
        return PriorityPort(self.clock, ports, number, self.destination, self.priorities)

    def advance(self, block: PacketBlock) -> Finished:
        """Take in a block and simulate all that happens before ``block.until``."""
        check_block(block, len(self.paths), self.priorities, self.clock.now)
        self._entered += len(block)
        Source(self.clock, block, self.paths)
        if block.until > self.clock.now:
            self.clock.run(int(block.until))
        return self.destination.take()

    def drain(self) -> Finished:
        """Let every packet that is still under way reach its end, with no new traffic."""
        self.clock.run()
        return self.destination.take()

    def totals(self) -> PortTotals:
        """Totals of every port since the last `reset_totals`."""

        def column(name: str) -> list[int]:
            return [getattr(port, name) for port in self.ports]

        return PortTotals(
            arrivals=np.array(column("arrivals"), dtype=np.int64),
            drops=np.array(column("drops"), dtype=np.int64),
            dropped_bits=np.array(column("dropped_bits"), dtype=np.int64),
            sent_bits=np.array(column("sent_bits"), dtype=np.int64),
            waits=np.array(column("waits"), dtype=np.int64),
            wait_sum=np.array(column("wait_sum"), dtype=np.float64),
            wait_max=np.array(column("wait_max"), dtype=np.int64),
        )

    def reset_totals(self) -> None:
        """Begin the totals anew."""
        self._packet_hops = self.packet_hops
        for port in self.ports:
            port.reset_totals()

    @property
    def in_flight(self) -> int:
        """Packets that entered and have not left yet, measured or not."""
        return self._entered - self.destination.left

    @property
    def packet_hops(self) -> int:
        """Arrivals at ports since the beginning."""
        return self._packet_hops + sum(port.arrivals for port in self.ports)
