"""Moves on the tables of the fast engine: queues, heaps of requests, the tree of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

# Signed indices may count from the end, which costs in every access.
from numpy import uint64 as index

from netplan.measure.engine.compiled import inlined, outlined, prefetch

if TYPE_CHECKING:
    from netplan.measure.engine.layout import Sweep

__all__ = [
    "CHUNK",
    "NEVER",
    "NOBODY",
    "climb",
    "dequeue",
    "enqueue",
    "first",
    "forget_request",
    "index",
    "is_before",
    "meld",
    "new_request",
]

CHUNK: Final = 32
"""Records in a chunk of a queue."""
NOBODY: Final = -1
NEVER: Final = 1 << 62
"""Later than anything that happens [ps]."""


@inlined
def new_chunk(sweep: Sweep) -> int:
    """Take a chunk from the store."""
    progress = sweep.progress[0]
    chunk: int = progress.unused
    if chunk == NOBODY:
        chunk = progress.touched
        progress.touched = chunk + 1
    else:
        progress.unused = sweep.follower[index(chunk)]
    progress.left -= 1
    return chunk


@inlined
def give_back(sweep: Sweep, chunk: int) -> None:
    """Return a chunk to the store, from where it is the first to be taken again."""
    progress = sweep.progress[0]
    sweep.follower[index(chunk)] = progress.unused
    progress.unused = chunk
    progress.left += 1


@inlined
def enqueue(sweep: Sweep, number: int, time: int) -> int:
    """Append a record to a queue and return its row; the caller fills in the rest."""
    queue = sweep.queues[index(number)]
    if sweep.heads[index(number)] == NEVER:
        sweep.heads[index(number)] = time
        queue.head = queue.tail = new_chunk(sweep) * CHUNK
    row: int = queue.tail
    sweep.records[index(row)].time = time
    tail = row + 1
    if tail % CHUNK == 0:
        chunk = new_chunk(sweep)
        sweep.follower[index(tail // CHUNK - 1)] = chunk
        tail = chunk * CHUNK
    queue.tail = tail
    prefetch(sweep.records, index(tail + 1))
    return row


@inlined
def dequeue(sweep: Sweep, number: int) -> int:
    """Remove the first record of a queue and return its row.

    It can be read on, except for its time: its memory may be taken again at once, but the first
    that is put there is this very packet, or its place in a buffer, which has the same size.
    """
    queue = sweep.queues[index(number)]
    row: int = queue.head
    head = row + 1
    if head % CHUNK == 0:
        chunk = head // CHUNK - 1
        head = sweep.follower[index(chunk)] * CHUNK
        give_back(sweep, chunk)
    if head == queue.tail:
        # an empty queue has no chunk: few are in use, and those in the processor's caches
        give_back(sweep, head // CHUNK)
        sweep.heads[index(number)] = NEVER
    else:
        record = sweep.records[index(head)]
        sweep.heads[index(number)] = record.time
        # a place taken in a buffer has no hop; what is fetched ahead for nothing does no harm
        prefetch(sweep.queue_of, index(record.hop))
        prefetch(sweep.records, index(head + 2))
    queue.head = head
    return row


@inlined
def first(sweep: Sweep, number: int) -> Any:
    """First record of a queue."""
    return sweep.records[index(sweep.queues[index(number)].head)]


@inlined
def is_before(one: Any, other: Any) -> Any:
    """Tell which packet has the lower number.

    Records keep the low 32 bits of numbers, whose difference tells it as long as fewer than 2^31
    packets lie between the two.
    """
    return np.int32(one.number - other.number) < 0


@inlined
def climb(sweep: Sweep, node: int, time: int) -> None:
    """Set a leaf of the tree, and what depends on it above."""
    tree = sweep.tree
    tree[index(node)] = time
    node >>= 1
    while node > 0:
        time = min(tree[index(2 * node)], tree[index(2 * node + 1)])
        if tree[index(node)] == time:
            return
        tree[index(node)] = time
        node >>= 1


@inlined
def new_request(sweep: Sweep) -> int:
    """Take a request from the table."""
    progress = sweep.progress[0]
    number: int = progress.unused_request
    if number == NOBODY:
        number = progress.requests_touched
        progress.requests_touched = number + 1
    else:
        progress.unused_request = sweep.requests[index(number)].right
    progress.requests_left -= 1
    return number


@inlined
def forget_request(sweep: Sweep, number: int) -> None:
    """Give a request back."""
    progress = sweep.progress[0]
    sweep.requests[index(number)].right = progress.unused_request
    progress.unused_request = number
    progress.requests_left += 1


@inlined
def precedes(sweep: Sweep, a: int, b: int) -> Any:
    """Tell whether request `a` departs before request `b`."""
    one, other = sweep.requests[index(a)], sweep.requests[index(b)]
    return one.time < other.time or (one.time == other.time and is_before(one, other))


@outlined
def meld(sweep: Sweep, a: int, b: int) -> int:
    """Join two heaps of requests and return the root.

    A skew heap, top down: D. D. Sleator and R. E. Tarjan, "Self-adjusting heaps", SIAM Journal on
    Computing 15(1), 1986.
    """
    if NOBODY in (a, b):
        return max(a, b)
    if precedes(sweep, b, a):
        a, b = b, a
    root = a
    while True:
        request = sweep.requests[index(a)]
        right = request.right
        request.right = request.left
        if right == NOBODY or precedes(sweep, b, right):
            b, right = right, b
        request.left = right
        if b == NOBODY:
            return root
        a = right
