"""The packets of a run: drawn by name-keyed streams, before any engine sees them.

Every source draws gaps, sizes and flows from streams of its own. What it sends therefore depends on
its name, its law, the seed and the replication alone: not on other sources, nor on how the run is
cut into blocks for the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.ground.distributions import draw_sum
from netplan.measure.engine.arrivals import OnOff, Periodic, Poisson, Room, Trace
from netplan.measure.engine.gathering import Ahead, Columns, Gathered, arrange, by_time, gather
from netplan.measure.engine.model import UNMEASURED, Outside, PacketBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from netplan.ground.distributions import DurationDistribution, SizeDistribution
    from netplan.ground.rng import Streams

__all__ = ["NOWHERE", "ArrivalLaw", "Source", "Workload"]

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_AHEAD = 0.04
"""Time for which a source draws packets at a time [s]: long enough that drawing is cheap, short
enough that what thousands of sources have drawn ahead fits in memory."""
_LEAST_DRAW, _LARGEST_DRAW = 64, 4096

NOWHERE = -1
"""Route of a flow whose packets do not matter: they are drawn with the others and do not enter."""

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
    """Route of each flow, or `NOWHERE`."""
    priority: int = 0
    stream: int = UNMEASURED
    """Measured stream that the packets belong to."""
    service: DurationDistribution | None = None
    """How long a server works on each packet; none where no pool is on the way."""
    observes: bool = False
    """Whether the packets only observe the servers."""
    access: tuple[DurationDistribution, ...] = ()
    """Last miles that each packet passes, there and back."""
    storage: DurationDistribution | None = None
    """Reading for each packet."""

    @property
    def packet_rate(self) -> float:
        """Mean number of packets that enter in a second."""
        entering = len(self.routes) - self.routes.count(NOWHERE)
        return self.arrivals.packet_rate * entering / len(self.routes)


def _packets_ahead(source: Source) -> int:
    """Return how many packets a source draws at a time."""
    ahead = math.ceil(source.arrivals.packet_rate * _AHEAD)
    return min(max(_LEAST_DRAW, ahead), _LARGEST_DRAW)


class _Emission:
    """One source at work: draws its packets into a place of its own."""

    def __init__(
        self, source: Source, streams: Streams, kinds: Sequence[str], ahead: Ahead, place: slice
    ) -> None:
        self._process = source.arrivals.start(
            source.sizes,
            np.array(source.routes, dtype=np.int32),
            lambda purpose: streams.stream(f"{source.name}/{purpose}"),
            Room(ahead.entry[place], ahead.bits[place], ahead.route[place]),
        )
        self._durations = [
            (row[place], _durations(kind, source, streams))
            for row, kind in zip(ahead.durations, kinds, strict=True)
        ]

    def draw(self) -> None:
        """Draw the next packets."""
        self._process.draw()
        for room, draw in self._durations:
            room[:] = draw(len(room))


_KINDS = ("service", "access", "storage")


def _durations(kind: str, source: Source, streams: Streams) -> Callable[[int], Int64]:
    """Return what draws durations of one kind for the next packets of a source [ps]."""
    laws = _laws(source)[kind]
    if not laws:
        return lambda n: np.zeros(n, dtype=np.int64)
    rng = streams.stream(f"{source.name}/{kind}")
    sign = -1 if kind == "service" and source.observes else 1
    return lambda n: sign * draw_sum(laws, rng, n)


def _laws(source: Source) -> dict[str, tuple[DurationDistribution, ...]]:
    return {
        "service": (source.service,) if source.service is not None else (),
        "access": source.access,
        "storage": (source.storage,) if source.storage is not None else (),
    }


class Workload:
    """All packets of a run, in blocks ordered by (entry, source)."""

    def __init__(self, sources: Sequence[Source], streams: Streams) -> None:
        self._priority = np.array([source.priority for source in sources], dtype=np.int8)
        self._stream = np.array([source.stream for source in sources], dtype=np.int32)
        laws = [_laws(source) for source in sources]
        self._kinds = [kind for kind in _KINDS if any(law[kind] for law in laws)]
        self._all = np.arange(len(sources), dtype=np.int32)
        drawn = np.array([_packets_ahead(source) for source in sources], dtype=np.int64)
        self._home = np.cumsum(drawn) - drawn
        """Where the packets of each source stand."""
        total = int(drawn.sum())
        self._ahead = Ahead(
            entry=np.empty(total, np.int64),
            bits=np.empty(total, np.int64),
            route=np.empty(total, np.int32),
            durations=np.empty((len(self._kinds), total), np.int64),
            first=self._home.copy(),
            last=self._home + drawn,
        )
        places = map(slice, self._ahead.first.tolist(), self._ahead.last.tolist())
        self._emissions = [
            _Emission(source, streams, self._kinds, self._ahead, place)
            for source, place in zip(sources, places, strict=True)
        ]
        self._draw(self._all)
        self._gathered = self._room_for(0)
        self._next_number = 0

    def _draw(self, sources: Int32) -> None:
        for source in sources.tolist():
            self._emissions[source].draw()
        self._ahead.first[sources] = self._home[sources]

    def blocks(self, ends: Sequence[int]) -> Iterator[PacketBlock]:
        """Yield one block for each end [ps], ascending: the packets since the end before."""
        for end in ends:
            yield self._block(end)

    def _block(self, end: int) -> PacketBlock:
        columns = self._arrange(self._gather(end))
        durations = dict(zip(self._kinds, columns.durations, strict=True))
        block = PacketBlock(
            first_number=self._next_number,
            until=end,
            entry=columns.entry,
            bits=columns.bits,
            route=columns.route,
            priority=columns.priority,
            stream=columns.stream,
            service=durations.get("service"),
            outside=_outside(durations, len(columns.entry)),
        )
        self._next_number += len(block)
        return block

    def _gather(self, end: int) -> int:
        """Gather the packets before `end`, drawing more where they do not suffice."""
        ahead, sources, count = self._ahead, self._all, 0
        while len(sources):
            most = count + int((ahead.last[sources] - ahead.first[sources]).sum())
            if most > len(self._gathered.entry):
                self._gathered = self._room_for(most, count)
            exhausted = np.empty(len(sources), np.int32)
            count, empty = gather(ahead, sources, end, self._gathered, count, exhausted)
            sources = exhausted[:empty]
            self._draw(sources)
        return count

    def _room_for(self, packets: int, count: int = 0) -> Gathered:
        """Return room for packets of a block, `count` of which are gathered already."""
        room = Gathered(
            entry=np.empty(packets, np.int64),
            bits=np.empty(packets, np.int64),
            route=np.empty(packets, np.int32),
            source=np.empty(packets, np.int32),
            durations=np.empty((len(self._kinds), packets), np.int64),
        )
        for name, column in room._asdict().items() if count else ():
            column[..., :count] = getattr(self._gathered, name)[..., :count]
        return room

    def _arrange(self, count: int) -> Columns:
        columns = Columns(
            entry=np.empty(count, np.int64),
            bits=np.empty(count, np.int64),
            route=np.empty(count, np.int32),
            priority=np.empty(count, np.int8),
            stream=np.empty(count, np.int32),
            durations=np.empty((len(self._kinds), count), np.int64),
        )
        if count:
            order = by_time(self._gathered.entry[:count])
            arrange(self._gathered, order, self._priority, self._stream, columns)
        return columns


def _outside(durations: Mapping[str, Int64], n: int) -> Outside | None:
    if "access" not in durations and "storage" not in durations:
        return None
    none = np.zeros(n, dtype=np.int64)
    return Outside(durations.get("access", none), durations.get("storage", none))
