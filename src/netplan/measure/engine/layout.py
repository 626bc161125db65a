"""How the fast engine lays a network out in memory: tables of records, and who points to whom.

Packets move through *queues*, which are numbered so that those that lead to one port stand side by
side: from its sources if a route begins there, then from each port that comes before it on a route.
Behind these come the queues to destinations, one for each port; then, for each port, the packets
that wait by priority or, in a FIFO network, the places taken in its buffer.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from netplan.measure.engine.contract import END_OF_TIME
from netplan.measure.engine.tables import CHUNK, NEVER, NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from netplan.measure.engine.model import Int8, Int32, Int64, Ports, Routes

__all__ = ["Packets", "Sweep", "lay_out", "more_chunks", "more_requests"]

CACHE_LINE: Final = 64
"""[B]; a record in two of them takes twice as long to fetch."""
VISITS_PER_PACKET: Final = 4
"""A round that needs more visits for each packet is followed by a walk along the tree of ports."""

BEGIN: Final = np.dtype([("processing", "i8"), ("queue", "i4"), ("hop", "i4")])
"""Begin of a route: delay before its first port [ps], queue that leads there, row of the hop."""
RECORD: Final = np.dtype(
    [
        ("time", "i8"),  # when the packet leaves the queue, or arrived where it waits [ps]
        ("entry", "i8"),
        ("number", "i4"),  # its low bits: see `tables.is_before`
        ("bits", "i4"),
        ("hop", "i4"),
        ("label", "i4"),  # stream, priority, and whether it has a service: see `serving`
    ]
)
"""A packet in a queue: half a line of the processor's cache."""
REQUEST: Final = np.dtype([("left", "i8"), ("right", "i8"), ("service", "i8"), *RECORD.descr])
"""A request at a pool: what is below it in the heap, what it took, and when it departs [ps]."""
QUEUE: Final = np.dtype(
    [
        ("head", "i4"),  # first record
        ("tail", "i4"),  # next free record
        ("lag", "i8"),  # delay from the departure at the sending port [ps]
        ("least", "i8"),  # the same, with the least that a transmission takes [ps]
        ("sender", "i4"),  # the sending port
        ("leaf", "i4"),  # of the receiving port in the tree of ports; 0 outside of the group
    ]
)
PORT: Final = np.dtype(
    [
        ("free", "i8"),  # when it has sent all that it has begun to send [ps]
        ("ps_per_bit", "f8"),
        ("first_input", "i4"),  # queues that lead here
        ("last_input", "i4"),  # the last one, + 1
        ("waiting", "i4"),  # first queue of those that wait, or of the places taken
        ("limited", "i4"),
        ("servers", "i4"),  # of a pool
        ("first_server", "i4"),
        ("arrivals", "i8"),
        ("sent_bits", "i8"),
        ("waits", "i8"),
        ("wait_sum", "f8"),
        ("wait_max", "i8"),
        ("buffer_packets", "i8"),
        ("buffer_bits", "i8"),
        ("held", "i8"),  # packets that wait; of a FIFO port those not yet known to have departed
        ("held_bits", "i8"),
        ("bits_in_service", "i8"),
        ("choice", "i8"),  # when a port next chooses, or a pool sends on, or NEVER [ps]
        ("root", "i8"),  # of the heap of requests of a pool
        ("drops", "i8"),
        ("dropped_bits", "i8"),
    ]
)
PROGRESS: Final = np.dtype(
    [
        ("until", "i8"),
        ("begin", "i8"),  # nothing is left to happen before this time [ps]
        ("unused", "i8"),  # first of the chunks that were given back
        ("touched", "i8"),  # chunks that were in use at some time
        ("left", "i8"),  # chunks that are not in use
        ("unused_request", "i8"),  # the same of requests
        ("requests_touched", "i8"),
        ("requests_left", "i8"),
        ("walks", "i8"),  # whether the ports are visited along the tree
        ("visits", "i8"),  # in this round or walk
        ("visited", "i8"),  # of them
        ("group", "i8"),  # whose turn it is
        ("first_port", "i8"),  # of the group, in `order`
        ("last_port", "i8"),  # the last one, + 1
        ("visits_per_packet", "i8"),  # a round that needs more is followed by a walk
        ("mark", "i8"),  # packet_hops at the begin of the round; NOBODY: a round must follow
        ("entered", "i8"),  # number of the next packet to enter
        ("in_flight", "i8"),
        ("packet_hops", "i8"),
        ("finished", "i8"),  # rows of the output
        ("latest", "i8"),  # when the last packet left [ps]
    ]
)


class Packets(NamedTuple):
    """The packets of a block, as compiled code reads them."""

    first_number: int
    entry: Int64
    bits: Int64
    route: Int32
    priority: Int8
    stream: Int32
    service: Int64


class Sweep(NamedTuple):
    """All that compiled code works on."""

    queue_of: Int32
    """Shape (H,): the queue behind each port of a route, route after route; behind each route there
    is a row for its destination."""
    route_of: Int32
    """Shape (H,): the route."""
    served: NDArray[np.bool_]
    """Shape (H,): whether the route has met a pool of servers."""
    begins: NDArray[np.void]
    """Shape (R,): `BEGIN`."""
    order: Int64
    """Ports that lie on a route, upstream first."""
    groups: Int64
    """Shape (G + 1,): where in `order` each group begins, and the end."""
    inputs: int
    """So many queues lead to ports; as many as there are ports lead to destinations."""
    priorities: int
    progress: NDArray[np.void]
    """Shape (1,): `PROGRESS`."""
    ports: NDArray[np.void]
    safe: Int64
    """Shape (P,): up to when each port has been simulated [ps]. Many are asked for at a time."""
    queues: NDArray[np.void]
    heads: Int64
    """When the first record leaves each queue, or NEVER [ps]."""
    servers: Int64
    """When each server of a pool is free [ps]: a heap for each pool."""
    requests: NDArray[np.void]
    """`REQUEST`: those at pools."""
    records: NDArray[np.void]
    """Shape (chunks * CHUNK,): `RECORD`."""
    pools: bool
    """Whether there are any."""
    services: Int64
    """Service of the packet in each record that has one, or what it took [ps]; of a network without
    pools none is kept."""
    follower: Int64
    """Shape (chunks,): the next chunk of the queue, or of those that were given back."""
    tree: Int64
    """Shape (2 * leaves,): a complete binary tree of times, each the earlier of its two children.
    Leaf `leaves + port` is when the next thing happens at the port [ps]."""


def lay_out(ports: Ports, routes: Routes, priorities: int) -> Sweep:
    """Build the tables of a network in which nothing has happened."""
    senders, receivers, of_hop = _inputs(routes)
    inputs, count = len(senders), len(ports)
    leaves = 1 << max(count - 1, 1).bit_length()
    queues = np.zeros(inputs + count + count * priorities, QUEUE)
    queues["sender"][:inputs] = np.maximum(senders, 0)
    # A transmission takes a picosecond at least, the service of a request perhaps nothing. A source
    # sends nothing that is not there yet.
    servers = np.zeros(count, np.int64) if ports.servers is None else ports.servers
    lag = ports.latency[senders] + ports.processing[receivers]
    queues["lag"][:inputs] = lag
    queues["lag"][inputs : inputs + count] = ports.latency
    least = lag + (servers[senders] == 0)
    queues["least"][:inputs] = np.where(senders == NOBODY, END_OF_TIME, least)
    # Amid unused memory: two engines in two threads must not write to the same cache line.
    progress = np.zeros(65, PROGRESS)[32:33]
    progress["unused"] = progress["unused_request"] = NOBODY
    progress["visits_per_packet"] = VISITS_PER_PACKET
    table = _ports(ports, receivers, inputs + count, priorities)
    table["servers"] = servers
    table["choice"], table["root"] = NEVER, NOBODY
    table["first_server"] = np.cumsum(servers) - servers
    groups = _upstream_first(senders, receivers)
    group_of = np.empty(count, np.int64)
    for number, members in enumerate(groups):
        group_of[members] = number
    inside = (senders != NOBODY) & (group_of[senders] == group_of[receivers])
    queues["leaf"][:inputs] = np.where(inside, leaves + receivers, 0)
    queue_of, route_of = _ways(routes, of_hop, inputs)
    return Sweep(
        queue_of=queue_of,
        route_of=route_of,
        served=_served(routes, servers),
        begins=_begins(ports, routes, of_hop),
        order=np.concatenate(groups),
        groups=np.cumsum([0, *(len(members) for members in groups)]),
        inputs=inputs,
        priorities=priorities,
        progress=progress,
        ports=table,
        safe=np.zeros(count, np.int64),
        queues=queues,
        heads=np.full(len(queues), NEVER, np.int64),
        servers=np.zeros(int(servers.sum()), np.int64),
        requests=np.empty(0, REQUEST),
        records=np.empty(0, RECORD),
        pools=bool(servers.any()),
        services=np.empty(0, np.int64),
        follower=np.empty(0, np.int64),
        tree=np.full(2 * leaves, NOBODY, np.int64),
    )


def more_chunks(sweep: Sweep, chunks: int) -> Sweep:
    """Enlarge the store so that at least `chunks` are left, and by a quarter at least."""
    progress = sweep.progress
    added = max(chunks - int(progress["left"][0]), len(sweep.follower) // 4)
    progress["left"] += added
    records = _longer(sweep.records, added * CHUNK)
    services = _longer(sweep.services, added * CHUNK) if sweep.pools else sweep.services
    follower = _longer(sweep.follower, added)
    return sweep._replace(records=records, services=services, follower=follower)


def more_requests(sweep: Sweep) -> Sweep:
    """Enlarge the table of requests."""
    added = max(CHUNK, len(sweep.requests))
    sweep.progress["requests_left"] += added
    return sweep._replace(requests=_longer(sweep.requests, added))


def _longer(table: NDArray[Any], added: int) -> NDArray[Any]:
    """Copy a table into one with so many more rows, which begins with a line of the cache."""
    rows = len(table) + added
    memory = np.empty(rows * table.itemsize + CACHE_LINE, np.uint8)
    begin = -memory.ctypes.data % CACHE_LINE
    longer = memory[begin : begin + rows * table.itemsize].view(table.dtype)
    longer[: len(table)] = table
    return longer


def _inputs(routes: Routes) -> tuple[Int64, Int64, Int64]:
    """Give numbers to the queues that lead to ports.

    Returns
    -------
    tuple of arrays
        For each queue its sender, or `NOBODY` if packets begin there, and its receiver; for each
        hop of the routes the queue that leads to it.
    """
    before = np.roll(routes.ports, 1).astype(np.int64)
    before[routes.start[:-1]] = NOBODY
    places = before.max(initial=NOBODY) + 2
    pairs = routes.ports * places + before - NOBODY
    unique, of_hop = np.unique(pairs, return_inverse=True)
    receivers, senders = np.divmod(unique, places)
    return senders + NOBODY, receivers, of_hop


def _ways(routes: Routes, of_hop: Int64, inputs: int) -> tuple[Int32, Int32]:
    """Lay the hops of all routes out one after the other, each route closed by its destination.

    Returns
    -------
    tuple of arrays
        Of each row the queue that follows and the route.
    """
    rows, last = _rows(routes), routes.start[1:] - 1
    queue_of = np.zeros(len(routes.ports) + len(routes), np.int32)
    queue_of[rows] = np.roll(of_hop, -1)
    queue_of[rows[last]] = inputs + routes.ports[last]
    return queue_of, np.repeat(np.arange(len(routes), dtype=np.int32), 1 + np.diff(routes.start))


def _rows(routes: Routes) -> Int64:
    """Row of every hop, where behind each route one is left free."""
    return np.arange(len(routes.ports)) + np.repeat(np.arange(len(routes)), np.diff(routes.start))


def _begins(ports: Ports, routes: Routes, of_hop: Int64) -> NDArray[np.void]:
    first = routes.start[:-1]
    begins = np.zeros(len(routes), BEGIN)
    begins["processing"] = ports.processing[routes.ports[first]]
    begins["queue"] = of_hop[first]
    begins["hop"] = _rows(routes)[first]
    return begins


def _served(routes: Routes, servers: Int64) -> NDArray[np.bool_]:
    """Tell of each row of the hops whether its route has met a pool, itself included."""
    pool = (servers[routes.ports] > 0).astype(np.int64)
    met = np.cumsum(pool)
    before = met[routes.start[:-1]] - pool[routes.start[:-1]]
    met = met - np.repeat(before, np.diff(routes.start))
    return np.insert(met, routes.start[1:], met[routes.start[1:] - 1]) > 0


def _ports(ports: Ports, receivers: Int64, waiting: int, priorities: int) -> NDArray[np.void]:
    table = np.zeros(len(ports), PORT)
    numbers = np.arange(len(ports))
    table["ps_per_bit"] = ports.ps_per_bit
    table["first_input"] = np.searchsorted(receivers, numbers)
    table["last_input"] = np.searchsorted(receivers, numbers, side="right")
    table["waiting"] = waiting + priorities * numbers
    table["buffer_packets"] = ports.buffer_packets
    table["buffer_bits"] = ports.buffer_bits
    table["limited"] = (ports.buffer_packets > 0) | (ports.buffer_bits > 0)
    return table


def _upstream_first(senders: Int64, receivers: Int64) -> list[Int64]:
    """Group the ports so that one sends only to its own group and to groups behind.

    All that send in circles are one group, with what lies between circles.
    """
    inner = senders != NOBODY
    sends = list(zip(senders[inner].tolist(), receivers[inner].tolist(), strict=True))
    before = _in_order(receivers.tolist(), sends)
    left = set(receivers.tolist()).difference(before)
    backwards = [(to, port) for port, to in sends if port in left and to in left]
    behind = _in_order(left, backwards)[::-1]
    circles = left.difference(behind)
    inside = [(port, to) for port, to in sends if port in circles and to in circles]
    groups = [*([port] for port in before), _in_turn(circles, inside), *([port] for port in behind)]
    return [np.array(group, np.int64) for group in groups if group] or [np.empty(0, np.int64)]


def _in_turn(ports: Iterable[int], sends: Sequence[tuple[int, int]]) -> list[int]:
    """List ports that send in circles so that few send backwards: a round then comes further.

    The next one is always that with the fewest senders behind it. Finding the best order is
    NP-hard; for such greedy ones see Eades, Lin and Smyth, *A fast and effective heuristic for the
    feedback arc set problem*, Inf. Process. Lett. 47 (1993).
    """
    behind = Counter(to for _, to in sends)
    receivers: dict[int, list[int]] = {port: [] for port in ports}
    for port, to in sends:
        receivers[port].append(to)
    candidates = [(behind[port], port) for port in receivers]
    heapify(candidates)
    found: dict[int, None] = {}
    while candidates:
        senders, port = heappop(candidates)
        if port in found or senders != behind[port]:
            continue
        found[port] = None
        for to in receivers[port]:
            behind[to] -= 1
            heappush(candidates, (behind[to], to))
    return list(found)


def _in_order(ports: Iterable[int], sends: Iterable[tuple[int, int]]) -> list[int]:
    """List ports in the order in which they send, up to the first circles."""
    sorter = TopologicalSorter(dict.fromkeys(sorted(ports), ()))
    for port, to in sends:
        sorter.add(to, port)
    with contextlib.suppress(CycleError):
        sorter.prepare()
    found: list[int] = []
    while ready := sorter.get_ready():
        found += ready
        sorter.done(*ready)
    return found
