"""The recorder: turns what an engine reports, packet by packet, into samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.measure.engine.model import UNMEASURED
from netplan.measure.histogram import PAGE, PAGES, counts_of
from netplan.measure.samples import COMPONENTS, VARIABLE, StreamSamples
from netplan.measure.tally import PAGES_PER_PACKET, Found, Paths, Tally, Window, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netplan.measure.engine.model import Finished, Outside, PacketBlock
    from netplan.measure.engine.network import CompiledNetwork

__all__ = ["Recorder"]

Int64 = NDArray[np.int64]

_PAGES_PER_ROW = 4
"""Room at first; what is not touched takes no memory."""


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
        self._window = Window(*window, n_batches)
        self._paths = _paths(network)
        fixed = network.fixed
        base = np.array([min(fixed[route] for route in found) for found in routes], np.int64)
        base += np.array(least or [0] * len(names), np.int64)
        self._tally = _nothing(base, n_batches)
        self._outside = _Outside()
        self._entered = np.zeros(len(names), np.int64)

    def enter(self, block: PacketBlock) -> None:
        """Note the packets that enter, so that those still under way at the end are known."""
        begin, end, _ = self._window
        first, last = np.searchsorted(block.entry, (begin, end))
        stream = block.stream[first:last]
        if block.outside is not None:
            rows = first + np.flatnonzero(stream != UNMEASURED)
            self._outside.put(block.first_number + rows, block.outside, rows)
        # the packets that are not measured come first
        self._entered += np.bincount(stream - UNMEASURED, minlength=1 + len(self._names))[1:]

    @property
    def waiting_for(self) -> int:
        """Measured packets of the window whose fate is not known yet."""
        return int(self._entered.sum()) - int(self._tally.known[0])

    def record(self, finished: Finished) -> None:
        """Count packets that left the network."""
        begin, end, _ = self._window
        access, storage = self._outside.take(
            finished["number"], (finished["entry"] >= begin) & (finished["entry"] < end)
        )
        found = Found(finished, access, storage)
        row = 0
        while (row := tally(found, row, self._window, self._paths, self._tally)) < len(finished):
            self._tally = _more_pages(self._tally)

    def streams(self) -> dict[str, StreamSamples]:
        """Return what was measured, by name of the stream."""
        return {name: self._stream(index, name) for index, name in enumerate(self._names)}

    def _stream(self, index: int, name: str) -> StreamSamples:
        found, batches = self._tally, self._window.n_batches
        bins, counts = counts_of(
            found.page_of[index * batches : (index + 1) * batches], found.counts
        )
        first = len(self._names) * batches + index
        rows = range(first, first + len(VARIABLE) * len(self._names), len(self._names))
        varying = [counts_of(found.page_of[row : row + 1], found.counts) for row in rows]
        return StreamSamples(
            name=name,
            base=int(found.base[index]),
            bins=bins,
            counts=counts,
            sums=found.sums[index],
            squares=float(found.squares[index]),
            maximum=int(found.maximum[index]),
            dropped=found.dropped[index],
            in_flight=int(self._entered[index] - counts.sum() - found.dropped[index].sum()),
            component_sums=found.components[:, index],
            component_bins=tuple(bins for bins, _ in varying),
            component_counts=tuple(counts[0] for _, counts in varying),
        )


def _paths(network: CompiledNetwork) -> Paths:
    ports, routes = network.ports, network.routes
    return Paths(
        start=np.require(routes.start, np.int64, "C"),
        ports=np.require(routes.ports, np.int32, "C"),
        ps_per_bit=np.require(ports.ps_per_bit, np.float64, "C"),
        servers=np.zeros(len(ports), np.int64) if ports.servers is None else ports.servers,
        fixed=np.stack([network.propagation, network.equipment, network.processing]),
    )


def _nothing(base: Int64, n_batches: int) -> Tally:
    streams = len(base)
    rows = streams * (n_batches + len(VARIABLE))
    return Tally(
        base=base,
        known=np.zeros(1, np.int64),
        dropped=np.zeros((streams, n_batches), np.int64),
        sums=np.zeros((streams, n_batches), np.int64),
        squares=np.zeros(streams),
        maximum=np.zeros(streams, np.int64),
        components=np.zeros((len(COMPONENTS), streams), np.int64),
        page_of=np.full((rows, PAGES), -1, np.int32),
        pages=np.zeros(1, np.int64),
        counts=np.zeros((_PAGES_PER_ROW * rows, PAGE), np.uint32),
    )


def _more_pages(found: Tally) -> Tally:
    """Double the room for counts."""
    pages = len(found.counts)
    counts = np.zeros((2 * pages + PAGES_PER_PACKET, PAGE), np.uint32)
    counts[:pages] = found.counts
    return found._replace(counts=counts)


class _Outside:
    """Access and storage of measured packets that are under way, by packet number."""

    def __init__(self) -> None:
        self._numbers = np.empty(0, dtype=np.int64)
        self._durations = np.empty((2, 0), dtype=np.int64)

    def put(self, numbers: Int64, outside: Outside, rows: Int64) -> None:
        """Note packets of a block, whose numbers are higher than those before."""
        durations = np.stack([outside.access[rows], outside.storage[rows]])
        self._numbers = np.concatenate([self._numbers, numbers])
        self._durations = np.concatenate([self._durations, durations], axis=1)

    def take(self, numbers: Int64, known: NDArray[np.bool_]) -> Int64:
        """Give out access and storage of packets, shape (2, N), and forget them; 0 if not known."""
        found = np.zeros((2, len(numbers)), dtype=np.int64)
        if not len(self._numbers):
            return found
        places = np.searchsorted(self._numbers, numbers[known])
        found[:, known] = self._durations[:, places]
        left = np.ones(len(self._numbers), dtype=np.bool_)
        left[places] = False
        self._numbers, self._durations = self._numbers[left], self._durations[:, left]
        return found
