"""The packets of a run: drawn by name-keyed streams, before any engine sees them.

Every source draws gaps, sizes and flows from streams of its own. What it sends therefore depends on
its name, its law, the seed and the replication alone: not on other sources, nor on how the run is
cut into blocks for the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netplan.ground.distributions import draw_sum
from netplan.measure.engine.arrivals import ArrivalProcess, OnOff, Periodic, Poisson, Trace
from netplan.measure.engine.model import UNMEASURED, Outside, PacketBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netplan.ground.distributions import DurationDistribution, SizeDistribution
    from netplan.ground.rng import Streams

__all__ = ["NOWHERE", "ArrivalLaw", "Source", "Workload"]

Int64 = NDArray[np.int64]

_AHEAD = 0.03
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


class _Emission:
    """One source at work: hands out its packets up to a time."""

    def __init__(self, source: Source, streams: Streams, kinds: Sequence[str]) -> None:
        self._process: ArrivalProcess = source.arrivals.start(
            source.sizes,
            len(source.routes),
            lambda purpose: streams.stream(f"{source.name}/{purpose}"),
        )
        self._durations = [_Durations(kind, source, streams) for kind in kinds]
        self._routes = np.array(source.routes, dtype=np.int32)
        self._all_enter = NOWHERE not in source.routes
        ahead = math.ceil(source.arrivals.packet_rate * _AHEAD)
        self._draw = min(max(_LEAST_DRAW, ahead), _LARGEST_DRAW)
        self._next_draw()

    def _next_draw(self) -> None:
        drawn = self._process.draw(self._draw)
        route = self._routes[drawn.flow]
        enters = slice(None) if self._all_enter else route != NOWHERE
        self._entry, self._bits = drawn.entry[enters], drawn.bits[enters]
        self._route = route[enters]
        for durations in self._durations:
            durations.draw(self._draw)
            durations.values = durations.values[enters]
        self._until = int(drawn.entry[-1])
        self._taken = 0

    def take(self, end: int, parts: _Parts) -> int:
        """Add the packets before `end` [ps] to the parts of a block and return their number."""
        taken = 0
        while True:
            begin = self._taken
            cut = int(self._entry.searchsorted(end))
            if cut > begin:
                parts.entry.append(self._entry[begin:cut])
                parts.bits.append(self._bits[begin:cut])
                parts.route.append(self._route[begin:cut])
                for durations in self._durations:
                    parts.durations[durations.kind].append(durations.values[begin:cut])
                taken += cut - begin
            self._taken = cut
            if end <= self._until:
                return taken
            self._next_draw()


class _Durations:
    """Durations of one kind for the packets that a source has drawn ahead."""

    KINDS = ("service", "access", "storage")

    def __init__(self, kind: str, source: Source, streams: Streams) -> None:
        self.kind = kind
        self._laws = _laws(source)[kind]
        self._rng = streams.stream(f"{source.name}/{kind}") if self._laws else None
        self._sign = -1 if kind == "service" and source.observes else 1
        self.values = np.empty(0, dtype=np.int64)
        """[ps]."""

    def draw(self, n: int) -> None:
        """Draw the durations of the next n packets."""
        if self._rng is not None:
            self.values = self._sign * draw_sum(self._laws, self._rng, n)
        elif len(self.values) != n:
            self.values = np.zeros(n, dtype=np.int64)


def _laws(source: Source) -> dict[str, tuple[DurationDistribution, ...]]:
    return {
        "service": (source.service,) if source.service is not None else (),
        "access": source.access,
        "storage": (source.storage,) if source.storage is not None else (),
    }


@dataclass(frozen=True, slots=True)
class _Parts:
    """Pieces of a block, in the order of the sources."""

    durations: dict[str, list[Int64]]
    """By kind; kinds that no source has are missing."""

    entry: list[Int64] = field(default_factory=list)
    bits: list[Int64] = field(default_factory=list)
    route: list[NDArray[np.int32]] = field(default_factory=list)


class Workload:
    """All packets of a run, in blocks ordered by (entry, source)."""

    def __init__(self, sources: Sequence[Source], streams: Streams) -> None:
        self._priority = np.array([source.priority for source in sources], dtype=np.int8)
        self._stream = np.array([source.stream for source in sources], dtype=np.int32)
        laws = [_laws(source) for source in sources]
        self._kinds = [kind for kind in _Durations.KINDS if any(law[kind] for law in laws)]
        self._emissions = [_Emission(source, streams, self._kinds) for source in sources]
        self._next_number = 0

    def blocks(self, ends: Sequence[int]) -> Iterator[PacketBlock]:
        """Yield one block for each end [ps], ascending: the packets since the end before."""
        for end in ends:
            yield self._block(end)

    def _block(self, end: int) -> PacketBlock:
        parts = _Parts({kind: [] for kind in self._kinds})
        taken = [emission.take(end, parts) for emission in self._emissions]
        source = np.repeat(np.arange(len(taken), dtype=np.int32), taken)
        entry = _join(parts.entry, np.int64)
        order = np.argsort(entry, kind="stable")
        source = source[order]
        durations = {kind: _join(of, np.int64)[order] for kind, of in parts.durations.items()}
        block = PacketBlock(
            first_number=self._next_number,
            until=end,
            entry=entry[order],
            bits=_join(parts.bits, np.int64)[order],
            route=_join(parts.route, np.int32)[order],
            priority=self._priority[source],
            stream=self._stream[source],
            service=durations.get("service"),
            outside=_outside(durations, len(entry)),
        )
        self._next_number += len(entry)
        return block


def _outside(durations: Mapping[str, Int64], n: int) -> Outside | None:
    if "access" not in durations and "storage" not in durations:
        return None
    none = np.zeros(n, dtype=np.int64)
    return Outside(durations.get("access", none), durations.get("storage", none))


def _join(parts: list[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
