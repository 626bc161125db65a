"""The fast engine: the packet model compiled with Numba, equal to the reference to the picosecond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from netplan.engine import kernel
from netplan.engine.compiled import is_stored
from netplan.engine.contract import check_block, check_network
from netplan.engine.model import Finished, PacketBlock, PortTotals

if TYPE_CHECKING:
    from netplan.engine.model import Float64, Int64, Ports, Routes

__all__ = ["FastEngine", "is_compiled"]

LATEST_END: Final = 1 << 62
"""Later than anything that happens [ps]: 53 days."""
FIRST_SHIFT: Final = 20
"""A first guess of the length of a day of the calendar, 2^20 ps = 1 us; it adapts."""
LEAST_DAYS: Final = 256
LEAST_BUDGET: Final = 4096
"""Events and days between two looks at the calendar's fit, at least."""
GREATEST_SHIFT: Final = 50
FIRST_NODES: Final = 64


def is_compiled() -> bool:
    """Tell whether the engine starts at once; otherwise its first block waits for the compiler."""
    return is_stored(kernel.run)


class FastEngine:
    """A network of ports, compiled.

    Parameters
    ----------
    ports, routes
        The network.
    priorities
        Number of priority levels that may occur; with 1 every port is plain FIFO.
    """

    name = "fast"

    def __init__(self, ports: Ports, routes: Routes, *, priorities: int = 1) -> None:
        check_network(ports, routes, priorities)
        self._routes = len(routes)
        self._line = _line(ports, routes, priorities)
        self._state = _state(ports, priorities)
        self._now = 0
        self._packet_hops = 0

    def advance(self, block: PacketBlock) -> Finished:
        """Take in a block and simulate all that happens before ``block.until``."""
        check_block(block, self._routes, self._line.priorities, self._now)
        finished = self._run(block)
        self._now = max(self._now, block.until)
        return finished

    def drain(self) -> Finished:
        """Let every packet that is still under way reach its end, with no new traffic."""
        finished = self._run(_no_packets(LATEST_END))
        clock = self._state.clock
        self._now = max(self._now, int(clock[kernel.LATEST]))
        clock[kernel.DAY] = self._now >> clock[kernel.SHIFT]
        return finished

    def _run(self, block: PacketBlock) -> Finished:
        packets = _packets(block)
        most = self.in_flight + len(block)
        self._make_room(most)
        output = _output(most)
        clock = self._state.clock
        clock[kernel.RELEASED] = clock[kernel.FINISHED] = 0
        while (reason := kernel.run(self._line, self._state, packets, output)) != kernel.DONE:
            if reason == kernel.MORE_NODES:
                self._state = self._state._replace(nodes=_longer(self._state.nodes, 0))
            else:
                self._retune()
        return _finished(output, int(clock[kernel.FINISHED]))

    def _make_room(self, packets: int) -> None:
        """Have a slot for every packet that may be in flight during a block."""
        least = len(self._line.ps_per_bit) + packets
        if least > len(self._state.slots):
            self._state = self._state._replace(
                slots=_longer(self._state.slots, least), heap=_longer(self._state.heap, least)
            )

    def _retune(self) -> None:
        """Fit the calendar to the traffic: about one event a day, about two days a packet."""
        state, clock = self._state, self._state.clock
        events, days = int(clock[kernel.EVENTS]), int(clock[kernel.DAYS])
        shift = int(clock[kernel.SHIFT]) + round(np.log2(max(days, 1) / max(events, 1)))
        shift = min(max(shift, 0), GREATEST_SHIFT)
        length = max(LEAST_DAYS, 1 << (2 * self.in_flight).bit_length())
        if shift != clock[kernel.SHIFT] or length > len(state.days):
            length = max(length, len(state.days))
            fresh = np.full(length, kernel.NOBODY, np.int32)
            kernel.rebuild(state, fresh, shift)
            self._state = state._replace(days=fresh)
        clock[kernel.EVENTS] = clock[kernel.DAYS] = 0
        clock[kernel.BUDGET] = LEAST_BUDGET + len(self._state.days) + self.in_flight

    def totals(self) -> PortTotals:
        """Totals of every port since the last `reset_totals`."""
        ports = self._state.ports
        return PortTotals(
            arrivals=ports[:, kernel.ARRIVALS].copy(),
            drops=ports[:, kernel.DROPS].copy(),
            dropped_bits=ports[:, kernel.DROPPED_BITS].copy(),
            sent_bits=ports[:, kernel.SENT_BITS].copy(),
            waits=ports[:, kernel.WAITS].copy(),
            wait_sum=self._state.wait_sum.copy(),
            wait_max=ports[:, kernel.WAIT_MAX].copy(),
        )

    def reset_totals(self) -> None:
        """Begin the totals anew."""
        self._packet_hops = self.packet_hops
        ports = self._state.ports
        for column in (kernel.ARRIVALS, kernel.DROPS, kernel.DROPPED_BITS):
            ports[:, column] = 0
        for column in (kernel.SENT_BITS, kernel.WAITS, kernel.WAIT_MAX):
            ports[:, column] = 0
        self._state.wait_sum[:] = 0.0

    @property
    def in_flight(self) -> int:
        """Packets that entered and have not left yet, measured or not."""
        return int(self._state.clock[kernel.IN_FLIGHT])

    @property
    def packet_hops(self) -> int:
        """Arrivals at ports since the beginning."""
        return self._packet_hops + int(self._state.ports[:, kernel.ARRIVALS].sum())


def _line(ports: Ports, routes: Routes, priorities: int) -> kernel.Line:
    """Lay the hops of all routes out one after the other, each route closed by its destination."""
    rows = np.arange(len(routes.ports)) + np.repeat(np.arange(len(routes)), np.diff(routes.start))
    hops = np.full((len(routes.ports) + len(routes), 2), kernel.NOBODY, np.int64)
    hops[rows, 0] = routes.ports
    processing = np.append(ports.processing, 0)[hops[:, 0]]
    hops[rows, 1] = ports.latency[routes.ports] + processing[rows + 1]
    begin = routes.start[:-1] + np.arange(len(routes))
    return kernel.Line(
        hops=hops,
        begin=np.column_stack([begin, processing[begin]]).astype(np.int64),
        ps_per_bit=np.ascontiguousarray(ports.ps_per_bit, np.float64),
        priorities=priorities,
    )


def _state(ports: Ports, priorities: int) -> kernel.State:
    table = np.zeros((len(ports), kernel.PORT_COLUMNS), np.int64)
    table[:, kernel.MOST_PACKETS] = ports.buffer_packets
    table[:, kernel.MOST_BITS] = ports.buffer_bits
    table[:, kernel.LIMITED] = (ports.buffer_packets > 0) | (ports.buffer_bits > 0)
    table[:, [kernel.FIRST, kernel.LAST]] = kernel.NOBODY
    slots = np.zeros((len(ports), kernel.SLOT_COLUMNS), np.int64)
    slots[:, kernel.NUMBER] = kernel.AFTER_ARRIVALS + np.arange(len(ports))
    clock = np.zeros(kernel.CLOCK_COLUMNS, np.int64)
    clock[kernel.SHIFT] = FIRST_SHIFT
    clock[kernel.BUDGET] = LEAST_BUDGET
    clock[kernel.SLOTS_TOUCHED] = len(ports)
    clock[[kernel.UNUSED_SLOT, kernel.UNUSED_NODE]] = kernel.NOBODY
    return kernel.State(
        clock=clock,
        slots=slots,
        days=np.full(LEAST_DAYS, kernel.NOBODY, np.int32),
        heap=np.zeros((len(ports), 3), np.int64),
        ports=table,
        wait_sum=np.zeros(len(ports)),
        nodes=np.zeros((FIRST_NODES, kernel.NODE_COLUMNS), np.int64),
        queues=np.full((len(ports), priorities, 2), kernel.NOBODY, np.int64),
    )


def _longer(table: Int64, least: int) -> Int64:
    """Copy a table into one of at least twice the length; the rest is touched when it is used."""
    fresh = np.empty((max(least, 2 * len(table)), table.shape[1]), np.int64)
    fresh[: len(table)] = table
    return fresh


def _no_packets(until: int) -> PacketBlock:
    none, small = np.zeros(0, np.int64), np.zeros(0, np.int32)
    return PacketBlock(0, until, none, none, small, np.zeros(0, np.int8), small)


def _packets(block: PacketBlock) -> kernel.Packets:
    """Give the columns the one layout that is compiled: contiguous and, to Numba's eye, writable."""

    def column(values: Any, kind: type[np.integer[Any]]) -> Any:
        return np.require(values, kind, ["C", "W", "A"])

    return kernel.Packets(
        first_number=int(block.first_number),
        until=int(block.until),
        entry=column(block.entry, np.int64),
        bits=column(block.bits, np.int64),
        route=column(block.route, np.int32),
        priority=column(block.priority, np.int8),
        stream=column(block.stream, np.int32),
    )


def _output(most: int) -> kernel.Output:
    wide, narrow = np.int64, np.int32
    kinds = (wide, wide, wide, narrow, narrow, wide, narrow)
    return kernel.Output(*(np.empty(most, kind) for kind in kinds))


def _finished(output: kernel.Output, packets: int) -> Finished:
    """Cut the columns to the packets that finished; copies let the rest of the memory go."""
    return Finished(**{name: column[:packets].copy() for name, column in output._asdict().items()})
