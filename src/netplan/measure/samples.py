"""Samples: what was measured, without saying what it is measured against.

The narrow waist of netplan: engines know no percentile, statistics know no engine. For every
measured stream there is a histogram of the delay per batch, exact sums and the maximum, histograms
of the components that vary, and what was lost. Samples of replications are merged, and saved ones
can be judged again against other targets.

A histogram counts the delay *above the base*, the least that a packet of this stream can have
(processing, propagation, equipment of its fastest route; least access and compute). Bins are
log-linear as in HdrHistogram (http://hdrhistogram.org): 128 to each doubling, so a bin is at most
0.8 % of that excess wide, and a queueing delay of microseconds is resolved on top of milliseconds
of fibre.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import PS_PER_S
from netplan.measure.engine.model import DELIVERED, Finished, Outside, PacketBlock, PortTotals
from netplan.measure.histogram import Counts, bin_edges, bin_of
from netplan.measure.statistics import Batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netplan.measure.engine.network import CompiledNetwork

__all__ = [
    "COMPONENTS",
    "FIXED",
    "NETWORK",
    "SERVICE",
    "VARIABLE",
    "Recorder",
    "Samples",
    "StreamSamples",
    "merge_samples",
]

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]

COMPONENTS = (
    "propagation",
    "equipment",
    "processing",
    "transmission",
    "queueing",
    "access",
    "compute",
)
"""The delay components; they add up to the delay exactly. The last two are of the service layer."""
FIXED = COMPONENTS[:3]
"""Those that are constants of a route."""
VARIABLE = COMPONENTS[3:]
"""Those that differ from packet to packet."""
NETWORK, SERVICE = COMPONENTS[:5], COMPONENTS[5:]
"""Those of the network layer, and those that the service layer adds."""

_COLUMNS = fields(Finished)
_PIECE = 16_384
"""Packets that are looked at together: few enough that what is computed of them stays in cache."""


@dataclass(frozen=True, slots=True)
class StreamSamples:
    """What was measured of one stream: B consecutive batches of equal time, K bins in use."""

    name: str
    base: int
    """Least possible delay without transmission [ps]; no delay is below it."""
    bins: Int64
    """Shape (K,), ascending."""
    counts: Int32
    """Shape (B, K): delivered packets."""
    sums: Int64
    """Shape (B,): sum of the delays of delivered packets above the base [ps]."""
    squares: float
    """Sum of the squared delays above the base [ps^2]."""
    maximum: int
    """Longest delay [ps], 0 if nothing was delivered."""
    dropped: Int64
    """Shape (B,)."""
    in_flight: int
    """Measured packets that had not arrived when the run ended."""
    component_sums: Int64
    """Shape (7,), as `COMPONENTS`: sums over all delivered packets [ps]."""
    component_bins: tuple[Int64, ...]
    """For each of `VARIABLE`, shape (K',)."""
    component_counts: tuple[Int32, ...]
    """For each of `VARIABLE`, shape (K',)."""

    @property
    def delivered(self) -> int:
        """Packets that arrived."""
        return int(self.counts.sum())

    @property
    def loss(self) -> float:
        """Share of the packets with a known fate that were dropped (ITU-T Y.1540 IPLR)."""
        dropped = int(self.dropped.sum())
        sent = self.delivered + dropped
        return dropped / sent if sent else 0.0

    def batches(self) -> Batches:
        """Return the delays in the form that statistics want [s]."""
        lower, upper = bin_edges(self.bins)
        return Batches(
            lower=(lower + self.base) / PS_PER_S,
            upper=(upper + self.base) / PS_PER_S,
            counts=self.counts.astype(np.int64),
            sums=(self.sums + self.counts.sum(axis=1) * float(self.base)) / PS_PER_S,
            maximum=self.maximum / PS_PER_S,
        )


@dataclass(frozen=True, slots=True)
class Samples:
    """Everything that one or more replications of one network measured."""

    streams: dict[str, StreamSamples]
    totals: PortTotals
    """Of all ports, while measuring."""
    duration: float
    """Measured time, all replications together [s]."""
    warm_up: float
    """Time left out at the beginning of each replication [s]."""
    packets: int
    """Packets that entered, warm-up and background traffic included."""
    packet_hops: int


class Recorder:
    """Collects what an engine reports about measured packets that entered in a window.

    Parameters
    ----------
    network
        The compiled network, whose routes the packets take.
    names, routes
        Name of every measured stream, and the numbers of the routes that its packets may take.
    window
        Begin and end of the measurement [ps], by time of entry.
    n_batches
        Batches that the window is cut into.
    least
        Least access and compute of every stream [ps]; left out: none.
    """

    def __init__(
        self,
        network: CompiledNetwork,
        names: Sequence[str],
        routes: Sequence[Iterable[int]],
        window: tuple[int, int],
        n_batches: int,
        least: Sequence[int] = (),
    ) -> None:
        self._names = names
        self._network = network
        self._begin, self._end = window
        self._n_batches = n_batches
        fixed = network.fixed
        self._base = np.array([min(fixed[r] for r in found) for found in routes], dtype=np.int64)
        self._base += np.array(least or [0] * len(names), dtype=np.int64)
        self._outside = _Outside()
        self._ps_per_bit, self._padding = _per_hop(network)
        shape = (len(names), n_batches)
        self._entered = np.zeros(len(names), dtype=np.int64)
        self._dropped = np.zeros(shape, dtype=np.int64)
        self._sums = np.zeros(shape, dtype=np.int64)
        self._squares = np.zeros(len(names))
        self._maximum = np.zeros(len(names), dtype=np.int64)
        self._components = np.zeros((len(COMPONENTS), len(names)), dtype=np.int64)
        self._delays = Counts(len(names), n_batches)
        self._varying = [Counts(len(names), 1) for _ in VARIABLE]

    def enter(self, block: PacketBlock) -> None:
        """Note the packets that enter, so that those still under way at the end are known."""
        measured = (block.stream >= 0) & self._in_window(block.entry)
        if block.outside is not None:
            numbers = block.first_number + np.flatnonzero(measured)
            self._outside.put(numbers, block.outside, measured)
        self._entered += np.bincount(block.stream[measured], minlength=len(self._names))

    @property
    def waiting_for(self) -> int:
        """Measured packets of the window whose fate is not known yet."""
        known = self._delays.total + int(self._dropped.sum())
        return int(self._entered.sum()) - known

    def record(self, finished: Finished) -> None:
        """Count packets that left the network."""
        for begin in range(0, len(finished), _PIECE):
            piece = slice(begin, begin + _PIECE)
            self._record(Finished(**{f.name: getattr(finished, f.name)[piece] for f in _COLUMNS}))

    def _record(self, finished: Finished) -> None:
        inside = self._in_window(finished.entry)
        batch = (finished.entry - self._begin) * self._n_batches // (self._end - self._begin)
        lost = inside & (finished.dropped_at != DELIVERED)
        np.add.at(self._dropped, (finished.stream[lost], batch[lost]), 1)
        keep = inside & (finished.dropped_at == DELIVERED)
        access, storage = self._outside.take(finished.number[inside])[:, keep[inside]]
        stream, batch = finished.stream[keep], batch[keep]
        compute = finished.compute[keep] + storage
        delay = finished.delay[keep] + access + storage
        route, bits = finished.route[keep], finished.bits[keep]
        excess = delay - self._base[stream]
        n = len(self._names)
        # Added up as whole numbers: floats would lose picoseconds beyond 2^53, some two hours.
        np.add.at(self._sums.reshape(-1), stream * self._n_batches + batch, excess)
        self._squares += np.bincount(stream, excess.astype(np.float64) ** 2, n)
        np.maximum.at(self._maximum, stream, delay)
        self._delays.add(stream, batch, bin_of(excess))
        self._record_components(stream, route, bits, delay, access, compute)

    def _record_components(
        self,
        stream: NDArray[np.int32],
        route: NDArray[np.int32],
        bits: Int64,
        delay: Int64,
        access: Int64,
        compute: Int64,
    ) -> None:
        network = self._network
        hops = np.maximum(1, np.floor(bits[:, None] * self._ps_per_bit[route] + 0.5))
        transmission = hops.sum(axis=1).astype(np.int64) - self._padding[route]
        queueing = delay - network.fixed[route] - transmission - access - compute
        parts = (
            network.propagation[route],
            network.equipment[route],
            network.processing[route],
            transmission,
            queueing,
            access,
            compute,
        )
        for sums, part in zip(self._components, parts, strict=True):
            np.add.at(sums, stream, part)
        first = np.zeros(len(stream), dtype=np.int64)
        for counts, part in zip(self._varying, parts[-len(VARIABLE) :], strict=True):
            counts.add(stream, first, bin_of(part))

    def _in_window(self, entry: Int64) -> NDArray[np.bool_]:
        return (entry >= self._begin) & (entry < self._end)

    def streams(self) -> dict[str, StreamSamples]:
        """Return what was measured, by name of the stream."""
        found = {}
        for index, name in enumerate(self._names):
            bins, counts = self._delays.of(index)
            varying = [part.of(index) for part in self._varying]
            found[name] = StreamSamples(
                name=name,
                base=int(self._base[index]),
                bins=bins,
                counts=counts,
                sums=self._sums[index],
                squares=float(self._squares[index]),
                maximum=int(self._maximum[index]),
                dropped=self._dropped[index],
                in_flight=int(self._entered[index] - counts.sum() - self._dropped[index].sum()),
                component_sums=self._components[:, index],
                component_bins=tuple(bins for bins, _ in varying),
                component_counts=tuple(counts[0] for _, counts in varying),
            )
        return found


class _Outside:
    """Access and storage of measured packets that are under way, by packet number."""

    def __init__(self) -> None:
        self._numbers = np.empty(0, dtype=np.int64)
        self._durations = np.empty((2, 0), dtype=np.int64)

    def put(self, numbers: Int64, outside: Outside, which: NDArray[np.bool_]) -> None:
        """Note the packets of a block, whose numbers are higher than those before."""
        durations = np.stack([outside.access[which], outside.storage[which]])
        self._numbers = np.concatenate([self._numbers, numbers])
        self._durations = np.concatenate([self._durations, durations], axis=1)

    def take(self, numbers: Int64) -> Int64:
        """Give out access and storage of packets, shape (2, N), and forget them."""
        if not len(self._numbers):
            return np.zeros((2, len(numbers)), dtype=np.int64)
        places = np.searchsorted(self._numbers, numbers)
        found = self._durations[:, places]
        left = np.ones(len(self._numbers), dtype=np.bool_)
        left[places] = False
        self._numbers, self._durations = self._numbers[left], self._durations[:, left]
        return found


def _per_hop(network: CompiledNetwork) -> tuple[Float64, Int64]:
    """Return ps per bit of every hop, shape (R, most hops), and how many are beyond the end."""
    routes = network.routes
    hops = np.diff(routes.start)
    table = np.zeros((len(routes), int(hops.max(initial=0))))
    inside = np.arange(table.shape[1]) < hops[:, None]
    table[inside] = network.ports.ps_per_bit[routes.ports]
    padding = table.shape[1] - hops
    if network.ports.servers is not None and len(routes):
        # A pool transmits nothing, but in the table it counts the least that sending takes.
        is_pool = (network.ports.servers > 0)[routes.ports]
        padding += np.add.reduceat(is_pool, routes.start[:-1], dtype=np.int64)
    return table, padding


def merge_samples(parts: Sequence[Samples]) -> Samples:
    """Put the replications of one network together; batches stand one after the other.

    A stream may be missing in some parts: it was not measured there.
    """
    names = dict.fromkeys(name for part in parts for name in part.streams)
    return Samples(
        streams={
            name: _merge_streams([p.streams[name] for p in parts if name in p.streams])
            for name in names
        },
        totals=_add_totals([part.totals for part in parts]),
        duration=sum(part.duration for part in parts),
        warm_up=parts[0].warm_up,
        packets=sum(part.packets for part in parts),
        packet_hops=sum(part.packet_hops for part in parts),
    )


def _merge_streams(parts: Sequence[StreamSamples]) -> StreamSamples:
    if len(parts) == 1:
        return parts[0]
    bins, counts = _align([part.bins for part in parts], [part.counts for part in parts])
    varying = [
        _align(
            [part.component_bins[i] for part in parts],
            [part.component_counts[i][None, :] for part in parts],
        )
        for i in range(len(VARIABLE))
    ]
    return StreamSamples(
        name=parts[0].name,
        base=parts[0].base,
        bins=bins,
        counts=counts,
        sums=np.concatenate([part.sums for part in parts]),
        squares=sum(part.squares for part in parts),
        maximum=max(part.maximum for part in parts),
        dropped=np.concatenate([part.dropped for part in parts]),
        in_flight=sum(part.in_flight for part in parts),
        component_sums=np.sum([part.component_sums for part in parts], axis=0),
        component_bins=tuple(bins for bins, _ in varying),
        component_counts=tuple(counts.sum(axis=0) for _, counts in varying),
    )


def _align(bins: Sequence[Int64], counts: Sequence[Int32]) -> tuple[Int64, Int32]:
    """Put the rows of several count tables below each other, over the bins of all of them."""
    if all(np.array_equal(own, bins[0]) for own in bins[1:]):
        return bins[0], np.concatenate(counts)
    union = np.unique(np.concatenate(bins))
    ends = np.cumsum([len(table) for table in counts])
    joined = np.zeros((ends[-1], len(union)), dtype=np.int32)
    for own, table, end in zip(bins, counts, ends, strict=True):
        joined[end - len(table) : end, np.searchsorted(union, own)] = table
    return union, joined


def _add_totals(parts: Sequence[PortTotals]) -> PortTotals:
    names = PortTotals.__dataclass_fields__
    stacked: dict[str, NDArray[Any]] = {
        name: np.stack([getattr(part, name) for part in parts]) for name in names
    }
    longest = stacked.pop("wait_max").max(axis=0)
    return PortTotals(
        **{name: table.sum(axis=0) for name, table in stacked.items()}, wait_max=longest
    )
