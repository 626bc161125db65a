"""The fast engine: the packet model compiled, equal to the reference to the picosecond."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from netplan.measure.engine.contract import END_OF_TIME, check_block, check_network
from netplan.measure.engine.layout import Packets, lay_out, more_chunks, more_requests
from netplan.measure.engine.model import FINISHED, Finished, PacketBlock, PortTotals
from netplan.measure.engine.sweep import CHUNKS_PER_PACKET, run, take
from netplan.measure.engine.tables import CHUNK

if TYPE_CHECKING:
    from netplan.measure.engine.model import Ports, Routes

__all__ = ["FastEngine"]


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
        self._sweep = lay_out(ports, routes, priorities)
        self._now = 0
        self._output = np.empty(0, FINISHED)

    def advance(self, block: PacketBlock) -> Finished:
        """Take in a block and simulate all that happens before ``block.until``."""
        sweep = self._sweep
        check_block(block, len(sweep.begins), sweep.priorities, self._now)
        # a queue takes a chunk when it begins, and one more for each that it fills
        self._have_chunks(len(block) // CHUNK + sweep.inputs)
        take(self._sweep, _packets(block, self._sweep.pools))
        finished = self._run(int(block.until))
        self._now = int(block.until)
        return finished

    def drain(self) -> Finished:
        """Let every packet that is still under way reach its end, with no new traffic."""
        finished = self._run(END_OF_TIME)
        self._now = max(self._now, int(self._sweep.progress["latest"][0]))
        return finished

    def _run(self, until: int) -> Finished:
        progress = self._sweep.progress
        progress["until"], progress["finished"], progress["group"] = until, 0, 0
        if len(self._output) < self.in_flight:
            # taken anew for every block it would be mapped page by page each time
            self._output = np.empty(self.in_flight + self.in_flight // 4, FINISHED)
        self._have_chunks(CHUNKS_PER_PACKET)
        while not run(self._sweep, self._output):
            self._have_chunks(2 * CHUNKS_PER_PACKET)
            if progress["requests_left"][0] == 0:
                self._sweep = more_requests(self._sweep)
        return self._output[: int(progress["finished"][0])]

    def _have_chunks(self, chunks: int) -> None:
        if self._sweep.progress["left"][0] < chunks:
            self._sweep = more_chunks(self._sweep, chunks)

    def totals(self) -> PortTotals:
        """Totals of every port since the last `reset_totals`."""
        ports = self._sweep.ports
        return PortTotals(**{field.name: ports[field.name].copy() for field in fields(PortTotals)})

    def reset_totals(self) -> None:
        """Begin the totals anew."""
        for field in fields(PortTotals):
            self._sweep.ports[field.name] = 0

    @property
    def in_flight(self) -> int:
        """Packets that entered and have not left yet, measured or not."""
        return int(self._sweep.progress["in_flight"][0])

    @property
    def packet_hops(self) -> int:
        """Arrivals at ports since the beginning."""
        return int(self._sweep.progress["packet_hops"][0])


def _packets(block: PacketBlock, pools: bool) -> Packets:
    """Give the columns the one kind that is compiled: contiguous and, for Numba, writable.

    Without pools nobody looks at what packets ask of them.
    """

    def column(values: Any, kind: type[np.integer[Any]]) -> Any:
        return np.require(values, kind, ["C", "W", "A"])

    service = block.service
    if service is None:
        service = np.zeros(len(block) if pools else 0, np.int64)
    return Packets(
        first_number=int(block.first_number),
        entry=column(block.entry, np.int64),
        bits=column(block.bits, np.int64),
        route=column(block.route, np.int32),
        priority=column(block.priority, np.int8),
        stream=column(block.stream, np.int32),
        service=column(service, np.int64),
    )
