"""The packets of a run: drawn by name-keyed streams, before any engine sees them.

Every source draws gaps, sizes and flows from streams of its own, in blocks of a fixed number of
packets. What a source sends therefore depends on its name, the seed and the replication alone: not
on other sources, nor on how the run is cut into blocks for the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from netplan.distributions import SizeDistribution
from netplan.engine.model import UNMEASURED, PacketBlock
from netplan.rng import Streams
from netplan.units import PS_PER_S

__all__ = ["Source", "Workload"]

Int64 = NDArray[np.int64]

_DRAW = 2048
"""Packets that a source draws at a time; part of the meaning of a seed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Packets of one demand or of one probe.

    With several routes the source is a bundle of equal flows, one for each entry of `routes`.
    """

    name: str
    """Owner of the random streams, e.g. ``demand/dalian>shenyang/inference``."""
    packet_rate: float
    """Mean number of packets per second."""
    arrivals: Literal["poisson", "periodic"]
    sizes: SizeDistribution
    routes: tuple[int, ...]
    """Route of each flow."""
    priority: int = 0
    stream: int = UNMEASURED
    """Measured stream that the packets belong to."""


class _Emission:
    """One source at work: hands out its packets in order of time."""

    def __init__(self, source: Source, streams: Streams) -> None:
        self.source = source
        self._arrivals = streams.stream(f"{source.name}/arrivals")
        self._sizes = streams.stream(f"{source.name}/sizes")
        self._flows = streams.stream(f"{source.name}/flows")
        self._routes = np.array(source.routes, dtype=np.int32)
        self._clock = 0
        self._phases = self._draw_phases()
        self._drawn = 0
        self._entry = np.empty(0, dtype=np.int64)
        self._bits = np.empty(0, dtype=np.int64)
        self._route = np.empty(0, dtype=np.int32)

    def until(self, end: int) -> tuple[Int64, Int64, NDArray[np.int32]]:
        """Return entries [ps], sizes [bit] and routes of the packets before `end` [ps]."""
        while not len(self._entry) or self._entry[-1] < end:
            self._extend()
        cut = int(np.searchsorted(self._entry, end, side="left"))
        taken = self._entry[:cut], self._bits[:cut], self._route[:cut]
        self._entry, self._bits, self._route = (
            self._entry[cut:],
            self._bits[cut:],
            self._route[cut:],
        )
        return taken

    def _extend(self) -> None:
        times, flows = self._poisson() if self._phases is None else self._periodic(self._phases)
        self._entry = np.concatenate([self._entry, times])
        self._bits = np.concatenate([self._bits, self.source.sizes.draw(self._sizes, len(times))])
        self._route = np.concatenate([self._route, self._routes[flows]])

    def _poisson(self) -> tuple[Int64, Int64]:
        gaps = self._arrivals.exponential(PS_PER_S / self.source.packet_rate, _DRAW)
        times = self._clock + np.rint(np.cumsum(gaps)).astype(np.int64)
        self._clock = int(times[-1])
        if len(self._routes) == 1:
            return times, np.zeros(_DRAW, dtype=np.int64)
        return times, self._flows.integers(len(self._routes), size=_DRAW)

    def _draw_phases(self) -> NDArray[np.float64] | None:
        if self.source.arrivals == "poisson":
            return None
        return self._arrivals.random(len(self._routes))

    def _periodic(self, phases: NDArray[np.float64]) -> tuple[Int64, Int64]:
        """Every flow sends at equal gaps, each with a phase of its own."""
        order = np.argsort(phases, kind="stable")
        number = np.arange(self._drawn, self._drawn + _DRAW)
        self._drawn += _DRAW
        turn, place = np.divmod(number, len(phases))
        period = len(phases) * PS_PER_S / self.source.packet_rate
        times = np.rint((turn + phases[order][place]) * period).astype(np.int64)
        return times, order[place]


class Workload:
    """All packets of a run, in blocks ordered by (entry, source)."""

    def __init__(self, sources: Sequence[Source], streams: Streams) -> None:
        self._emissions = [_Emission(source, streams) for source in sources]
        self._next_number = 0

    def blocks(self, ends: Sequence[int]) -> Iterator[PacketBlock]:
        """Yield one block for each end [ps], ascending: the packets since the end before."""
        for end in ends:
            yield self._block(end)

    def _block(self, end: int) -> PacketBlock:
        parts = [emission.until(end) for emission in self._emissions]
        lengths = [len(entry) for entry, _, _ in parts]
        entry = _join([entry for entry, _, _ in parts], np.int64)
        order = np.argsort(entry, kind="stable")
        sources = [emission.source for emission in self._emissions]
        block = PacketBlock(
            first_number=self._next_number,
            until=end,
            entry=entry[order],
            bits=_join([bits for _, bits, _ in parts], np.int64)[order],
            route=_join([route for _, _, route in parts], np.int32)[order],
            priority=np.repeat(np.array([s.priority for s in sources], np.int8), lengths)[order],
            stream=np.repeat(np.array([s.stream for s in sources], np.int32), lengths)[order],
        )
        self._next_number += len(entry)
        return block


def _join(parts: list[NDArray[np.generic]], dtype: type) -> NDArray[np.generic]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
