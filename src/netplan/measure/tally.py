"""What is counted of every measured packet that left the network: the compiled part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netplan.measure.engine.compiled import compiled, inlined
from netplan.measure.engine.model import DELIVERED
from netplan.measure.engine.tables import index
from netplan.measure.histogram import BIAS, MANTISSA_SHIFT, N_BINS, PAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netplan.measure.engine.model import Finished, Float64, Int32, Int64

__all__ = ["PAGES_PER_PACKET", "Found", "Paths", "Tally", "Window", "tally"]

PAGES_PER_PACKET = 5
"""Pages that a packet may need: the histogram of its delay and of four components."""


class Window(NamedTuple):
    """Packets that enter from `begin` on and before `end` [ps] count."""

    begin: int
    end: int
    n_batches: int


class Paths(NamedTuple):
    """What R routes cost whatever the traffic."""

    start: Int64
    """Shape (R + 1,)."""
    ports: Int32
    ps_per_bit: Float64
    """Shape (P,)."""
    servers: Int64
    """Shape (P,): above 0 a pool, which sends nothing."""
    fixed: Int64
    """Shape (3, R): propagation, equipment and processing [ps]."""


class Found(NamedTuple):
    """Packets that left the network, and what they took outside of it; all of shape (N,)."""

    packets: Finished
    access: Int64
    """[ps]."""
    storage: Int64
    """[ps]."""


class Tally(NamedTuple):
    """Sums and histograms of S streams in B batches."""

    base: Int64
    """Shape (S,): least possible delay [ps]."""
    known: Int64
    """Shape (1,): packets counted."""
    dropped: Int64
    """Shape (S, B)."""
    sums: Int64
    """Shape (S, B): of the delays above the base [ps]."""
    squares: Float64
    """Shape (S,): of the delays above the base [ps^2]."""
    maximum: Int64
    """Shape (S,): longest delay [ps]."""
    components: Int64
    """Shape (7, S): sums [ps]."""
    page_of: Int32
    """Shape (rows, pages): where the counts of a page of a histogram stand. Delays have a row for
    each stream and batch, then each of four components has one for each stream."""
    pages: Int64
    """Shape (1,): pages in use."""
    counts: NDArray[np.uint32]
    """Shape (room, PAGE)."""


@inlined
def count(to: Tally, row: int, delay: int) -> None:
    """Add a delay to a histogram: see `histogram.bin_of`."""
    leading = int(np.float64(delay).view(np.int64)) >> MANTISSA_SHIFT
    place = min(max(leading - BIAS, 0), N_BINS - 1)
    page = to.page_of[row, place // PAGE]
    if page < 0:
        page = to.pages[0]
        to.page_of[row, place // PAGE] = page
        to.pages[0] = page + 1
    to.counts[page, place % PAGE] += np.uint32(1)


@inlined
def transmission(paths: Paths, route: int, bits: int) -> int:
    """Time that all ports on a route need to send a packet [ps]: see `model.transmission_ps`."""
    total = 0
    for at in range(paths.start[index(route)], paths.start[index(route + 1)]):
        port = paths.ports[index(at)]
        if paths.servers[index(port)] == 0:
            total += max(1, int(bits * paths.ps_per_bit[index(port)] + 0.5))
    return total


@compiled
def tally(found: Found, first: int, window: Window, paths: Paths, to: Tally) -> int:
    """Count packets from row `first` on; return the row at which more pages are needed, or N."""
    streams, batches = to.sums.shape
    for row in range(first, len(found.packets)):
        packet = found.packets[index(row)]
        entry = packet.entry
        if entry < window.begin or entry >= window.end:
            continue
        if to.pages[0] + PAGES_PER_PACKET > len(to.counts):
            return row
        stream, route = packet.stream, packet.route
        batch = (entry - window.begin) * batches // (window.end - window.begin)
        to.known[0] += 1
        if packet.dropped_at != DELIVERED:
            to.dropped[stream, batch] += 1
            continue
        access, storage = found.access[index(row)], found.storage[index(row)]
        compute = packet.compute + storage
        delay = packet.delay + access + storage
        excess = delay - to.base[index(stream)]
        to.sums[stream, batch] += excess
        to.squares[index(stream)] += np.float64(excess) * np.float64(excess)
        to.maximum[index(stream)] = max(to.maximum[index(stream)], delay)
        count(to, stream * batches + batch, excess)
        sending = transmission(paths, route, packet.bits)
        queueing = delay - sending - access - compute
        for part in range(3):
            to.components[part, stream] += paths.fixed[part, route]
            queueing -= paths.fixed[part, route]
        rows = streams * batches + stream
        for part, value in enumerate((sending, queueing, access, compute)):
            to.components[3 + part, stream] += value
            count(to, rows + part * streams, value)
    return len(found.packets)
