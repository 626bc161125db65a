"""Packets that thousands of sources have drawn ahead, gathered into blocks: the compiled part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from netplan.measure.engine.compiled import compiled, inlined
from netplan.measure.engine.tables import index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from netplan.measure.engine.model import Int8, Int32, Int64

__all__ = ["RADIX", "Ahead", "Columns", "Gathered", "arrange", "gather"]

DIGIT: Final = 11
"""Bits that a pass of the sort looks at."""
RADIX: Final = 1 << DIGIT


class Ahead(NamedTuple):
    """What S sources have drawn ahead; a source's packets stand side by side, N in all."""

    entry: Int64
    """Shape (N,) [ps]."""
    bits: Int64
    route: Int32
    """Shape (N,); negative for packets that do not enter."""
    durations: Int64
    """Shape (K, N): one row for each kind of duration [ps]."""
    first: Int64
    """Shape (S,): the next packet of each source."""
    last: Int64
    """Shape (S,): behind its last one."""


class Gathered(NamedTuple):
    """Packets of a block in the making, with room for more; in the order of `Ahead`."""

    entry: Int64
    bits: Int64
    route: Int32
    source: Int32
    durations: Int64


class Columns(NamedTuple):
    """The packets of a block, ordered by (entry, source)."""

    entry: Int64
    bits: Int64
    route: Int32
    priority: Int8
    stream: Int32
    durations: Int64


@compiled
def gather(
    ahead: Ahead, sources: Int32, end: int, gathered: Gathered, count: int, exhausted: Int32
) -> tuple[int, int]:
    """Move the packets before `end` [ps] of some sources to those of a block.

    Returns
    -------
    tuple of int
        Packets in the block now, and how many sources have nothing left that is drawn: `exhausted`
        lists them.
    """
    empty = 0
    for at in range(len(sources)):
        source = sources[index(at)]
        packet, last = ahead.first[index(source)], ahead.last[index(source)]
        while packet < last and ahead.entry[index(packet)] < end:
            if ahead.route[index(packet)] >= 0:
                gathered.entry[index(count)] = ahead.entry[index(packet)]
                gathered.bits[index(count)] = ahead.bits[index(packet)]
                gathered.route[index(count)] = ahead.route[index(packet)]
                gathered.source[index(count)] = source
                for kind in range(len(ahead.durations)):
                    gathered.durations[kind, count] = ahead.durations[kind, packet]
                count += 1
            packet += 1
        ahead.first[index(source)] = packet
        if packet == last:
            exhausted[index(empty)] = source
            empty += 1
    return count, empty


@inlined
def sort_digit(
    keys: Any, least: int, shift: int, order: NDArray[np.int32], other: Any, places: Int64, n: int
) -> None:
    """Sort by one digit of the keys above the least one, from `order` to `other`; stable."""
    places[:] = 0
    for row in range(n):
        digit = ((keys[index(row)] - least) >> shift) & (RADIX - 1)
        places[index(digit + 1)] += 1
    for digit in range(RADIX):
        places[index(digit + 1)] += places[index(digit)]
    for at in range(n):
        row = order[index(at)]
        digit = ((keys[index(row)] - least) >> shift) & (RADIX - 1)
        other[index(places[index(digit)])] = row
        places[index(digit)] += 1


@inlined
def in_turn(gathered: Gathered, order: NDArray[np.int32], n: int) -> bool:
    """Tell whether packets that enter at one time stand in the order of their sources."""
    for at in range(1, n):
        row, before = order[index(at)], order[index(at - 1)]
        if (
            gathered.entry[index(row)] == gathered.entry[index(before)]
            and gathered.source[index(row)] < gathered.source[index(before)]
        ):
            return False
    return True


@compiled
def arrange(
    gathered: Gathered,
    priority: Int8,
    stream: Int32,
    order: NDArray[np.int32],
    other: NDArray[np.int32],
    places: Int64,
    columns: Columns,
) -> None:
    """Order the packets of a block by (entry, source): a radix sort, last digits first.

    D. E. Knuth, *The Art of Computer Programming*, vol. 3, 2nd ed., 1998, §5.2.5. Packets of one
    source are in order already, and seldom do two enter at one time.
    """
    n = len(columns.entry)
    least = latest = gathered.entry[0]
    for row in range(n):
        order[index(row)] = row
        least = min(least, gathered.entry[index(row)])
        latest = max(latest, gathered.entry[index(row)])
    by_source = False
    while True:
        shift = 0
        while by_source and (len(priority) - 1) >> shift > 0:
            sort_digit(gathered.source, 0, shift, order, other, places, n)
            order, other = other, order
            shift += DIGIT
        shift = 0
        while (latest - least) >> shift > 0:
            sort_digit(gathered.entry, least, shift, order, other, places, n)
            order, other = other, order
            shift += DIGIT
        if by_source or in_turn(gathered, order, n):
            break
        by_source = True
    for at in range(n):
        row = order[index(at)]
        source = gathered.source[index(row)]
        columns.entry[index(at)] = gathered.entry[index(row)]
        columns.bits[index(at)] = gathered.bits[index(row)]
        columns.route[index(at)] = gathered.route[index(row)]
        columns.priority[index(at)] = priority[index(source)]
        columns.stream[index(at)] = stream[index(source)]
        for kind in range(len(gathered.durations)):
            columns.durations[kind, at] = gathered.durations[kind, row]
