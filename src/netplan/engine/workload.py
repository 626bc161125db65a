"""The packets of a run: drawn by name-keyed streams, before any engine sees them.

Every source draws gaps, sizes and flows from streams of its own. What it sends therefore depends on
its name, its law, the seed and the replication alone: not on other sources, nor on how the run is
cut into blocks for the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netplan.engine.arrivals import ArrivalProcess, Draws, OnOff, Periodic, Poisson, Trace
from netplan.engine.model import UNMEASURED, PacketBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.distributions import SizeDistribution
    from netplan.rng import Streams

__all__ = ["ArrivalLaw", "Source", "Workload"]

Int64 = NDArray[np.int64]

_AHEAD = 0.05
"""Time for which a source draws packets at a time [s]: long enough that drawing is cheap, short
enough that what thousands of sources have drawn ahead fits in memory."""
_LEAST_DRAW, _LARGEST_DRAW = 64, 4096

ArrivalLaw = Poisson | Periodic | OnOff | Trace


@dataclass(frozen=True, slots=True)
class Source:
    """Packets of one demand or of one probe.

    With several routes the source is a bundle of equal flows, one for each entry of `routes`.
    """

    name: str
    """Owner of the random streams, e.g. ``demand/dalian>shenyang/inference``."""
    arrivals: ArrivalLaw
    sizes: SizeDistribution
    routes: tuple[int, ...]
    """Route of each flow."""
    priority: int = 0
    stream: int = UNMEASURED
    """Measured stream that the packets belong to."""

    @property
    def packet_rate(self) -> float:
        """Mean number of packets per second."""
        return self.arrivals.packet_rate


class _Emission:
    """One source at work: hands out its packets up to a time."""

    def __init__(self, source: Source, streams: Streams) -> None:
        self.source = source
        self._process: ArrivalProcess = source.arrivals.start(
            source.sizes,
            len(source.routes),
            lambda purpose: streams.stream(f"{source.name}/{purpose}"),
        )
        self._routes = np.array(source.routes, dtype=np.int32)
        self._draw = min(max(_LEAST_DRAW, math.ceil(source.packet_rate * _AHEAD)), _LARGEST_DRAW)
        self._ahead = Draws(*(np.empty(0, dtype=np.int64) for _ in range(3)))

    def until(self, end: int) -> tuple[Int64, Int64, NDArray[np.int32]]:
        """Return entries [ps], sizes [bit] and routes of the packets before `end` [ps]."""
        ahead = self._ahead
        while not len(ahead.entry) or ahead.entry[-1] < end:
            more = self._process.draw(self._draw)
            ahead = Draws(
                np.concatenate([ahead.entry, more.entry]),
                np.concatenate([ahead.bits, more.bits]),
                np.concatenate([ahead.flow, more.flow]),
            )
        cut = int(ahead.entry.searchsorted(end))
        self._ahead = Draws(ahead.entry[cut:], ahead.bits[cut:], ahead.flow[cut:])
        return ahead.entry[:cut], ahead.bits[:cut], self._routes[ahead.flow[:cut]]


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


def _join(parts: list[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
