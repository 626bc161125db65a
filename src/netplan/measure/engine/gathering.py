"""Packets that thousands of sources have drawn ahead, gathered into blocks and put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from netplan.measure.engine.compiled import compiled, inlined
from netplan.measure.engine.tables import index

if TYPE_CHECKING:
    from netplan.measure.engine.model import Int8, Int32, Int64

__all__ = ["Ahead", "Columns", "Gathered", "arrange", "by_time", "gather"]

_INTEGER_BITS: Final = 63
"""Of a signed integer, without its sign."""


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
def in_turn(gathered: Gathered, order: Int64, n: int) -> None:
    """Put packets that enter at one time into the order of their sources; the times are sorted."""
    for at in range(1, n):
        row, place = order[index(at)], at
        entry, source = gathered.entry[index(row)], gathered.source[index(row)]
        while place > 0:
            before = order[index(place - 1)]
            if gathered.entry[index(before)] < entry or gathered.source[index(before)] <= source:
                break
            order[index(place)] = before
            place -= 1
        order[index(place)] = row


@compiled
def arrange(
    gathered: Gathered, order: Int64, priority: Int8, stream: Int32, columns: Columns
) -> None:
    """Fill the columns of a block with its packets, whose rows `order` lists by time."""
    n = len(columns.entry)
    in_turn(gathered, order, n)
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


def by_time(entry: Int64) -> Int64:
    """Return the rows in the order of their times [ps]; of equal times the earlier row first.

    Time and row share one integer as long as both fit: NumPy sorts numbers three times as fast as
    it sorts rows by a key.
    """
    bits = len(entry).bit_length()
    since = entry - entry.min()
    if int(since.max()).bit_length() + bits >= _INTEGER_BITS:
        return entry.argsort(kind="stable")
    keys: Int64 = (since << bits) | np.arange(len(entry))
    keys.sort()
    keys &= (1 << bits) - 1
    return keys
