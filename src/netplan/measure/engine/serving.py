"""What happens to a packet at a port of the fast engine: service, waiting, loss, the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from netplan.measure.engine.compiled import inlined, outlined
from netplan.measure.engine.model import DELIVERED, UNMEASURED
from netplan.measure.engine.tables import (
    CHUNK,
    NEVER,
    NOBODY,
    climb,
    dequeue,
    enqueue,
    first,
    forget_request,
    index,
    meld,
    new_request,
)

if TYPE_CHECKING:
    from netplan.measure.engine.layout import Sweep
    from netplan.measure.engine.model import Finished

__all__ = [
    "HAS_SERVICE",
    "STREAM_SHIFT",
    "arrive_limited",
    "arrive_pool",
    "arrive_priority",
    "choose",
    "leave",
    "release",
    "send",
    "service_of",
    "transmission",
]

STREAM_SHIFT: Final = 8
"""A packet's `label` has its priority in the lowest bits, and its stream above this one."""
PRIORITY_MASK: Final = 127
HAS_SERVICE: Final = 128
"""The bit of the `label` between them: whether something is kept in `Sweep.services`."""


@inlined
def leave(
    sweep: Sweep, output: Finished, packet: Any, service: int, time: int, dropped_at: int
) -> None:
    """Let a packet out of the network; report it if it is measured."""
    progress, stream = sweep.progress[0], packet.label >> STREAM_SHIFT
    progress.in_flight -= 1
    progress.latest = max(progress.latest, time)
    if stream != UNMEASURED:
        row, hop = index(progress.finished), index(packet.hop)
        progress.finished += 1
        found = output[row]
        found.number = progress.entered - np.uint32(progress.entered - packet.number)
        found.entry = packet.entry
        found.delay = time - packet.entry
        found.compute = service if sweep.pools and sweep.served[hop] else 0
        found.bits = packet.bits
        found.route = sweep.route_of[hop]
        found.stream = stream
        found.dropped_at = dropped_at


@inlined
def copy(packet: Any, record: Any) -> None:
    """Copy what stays the same from queue to queue."""
    record.entry = packet.entry
    record.number = packet.number
    record.bits = packet.bits
    record.label = packet.label


@inlined
def service_of(sweep: Sweep, row: int) -> int:
    """Service of the packet in a record, or what it took [ps]; 0 if it needs none.

    Few packets do, and what is kept of these is seldom in the processor's caches.
    """
    has = sweep.pools and sweep.records[index(row)].label & HAS_SERVICE
    return sweep.services[index(row)] if has else 0


@inlined
def put(sweep: Sweep, queue: int, time: int, packet: Any, service: int, hop: int) -> None:
    """Append a packet to a queue."""
    row = enqueue(sweep, queue, time)
    record = sweep.records[index(row)]
    copy(packet, record)
    record.hop = hop
    if sweep.pools and packet.label & HAS_SERVICE:
        sweep.services[index(row)] = service


@inlined
def send(sweep: Sweep, output: Finished, packet: Any, service: int, departure: int) -> None:
    """Send a packet on to its next port, or out of the network."""
    queue = sweep.queue_of[index(packet.hop)]
    time = departure + sweep.queues[index(queue)].lag
    if queue >= sweep.inputs and time < sweep.progress[0].until:
        leave(sweep, output, packet, service, time, DELIVERED)
        return
    put(sweep, queue, time, packet, service, packet.hop + 1)
    leaf = sweep.queues[index(queue)].leaf
    if time < sweep.tree[index(leaf)]:
        climb(sweep, leaf, time)


@inlined
def count(port: Any, bits: int, wait: int) -> None:
    """Add a packet that begins service to the totals."""
    port.waits += 1
    port.sent_bits += bits
    port.wait_max = max(port.wait_max, wait)
    port.wait_sum += wait


@inlined
def transmission(port: Any, bits: int) -> int:
    """Time to send a packet [ps]: see `model.transmission_ps`."""
    return max(1, int(bits * port.ps_per_bit + 0.5))


@inlined
def serve(port: Any, bits: int, arrival: int, start: int) -> int:
    """Begin service at `start`, return the departure."""
    count(port, bits, start - arrival)
    departure: int = start + transmission(port, bits)
    port.free = departure
    return departure


@inlined
def has_room(port: Any, packets: int, bits: int) -> Any:
    """Tell whether so many packets, and so many bits, fit into the buffer."""
    return (port.buffer_packets == 0 or packets <= port.buffer_packets) and (
        port.buffer_bits == 0 or bits <= port.buffer_bits
    )


@outlined
def drop(sweep: Sweep, output: Finished, number: int, packet: Any, service: int, now: int) -> None:
    """Lose a packet for which there is no room."""
    port = sweep.ports[index(number)]
    port.drops += 1
    port.dropped_bits += packet.bits
    leave(sweep, output, packet, service, now, number)


@inlined
def admit(sweep: Sweep, port: Any, bits: int, now: int) -> Any:
    """Tell whether a FIFO port has room for a packet.

    Packets that have departed, those that depart now included, are forgotten only when there seems
    to be no room or many have come: the answer is the same, and the processor guesses it better.
    """
    if port.held % CHUNK != 0 and has_room(port, port.held + 1, port.held_bits + bits):
        return True
    while sweep.heads[index(port.waiting)] <= now:
        port.held -= 1
        port.held_bits -= first(sweep, port.waiting).bits
        dequeue(sweep, port.waiting)
    return has_room(port, port.held + 1, port.held_bits + bits)


@inlined
def arrive_limited(
    sweep: Sweep, output: Finished, number: int, packet: Any, service: int, now: int
) -> None:
    """Serve the packet at a FIFO port as soon as all that came before it have departed."""
    port = sweep.ports[index(number)]
    bits = packet.bits
    if not admit(sweep, port, bits, now):
        drop(sweep, output, number, packet, service, now)
        return
    departure = serve(port, bits, now, max(now, port.free))
    port.held += 1
    port.held_bits += bits
    sweep.records[index(enqueue(sweep, port.waiting, departure))].bits = bits
    send(sweep, output, packet, service, departure)


@inlined
def occupy(sweep: Sweep, port: Any, until: int) -> None:
    """Let the server of a pool that is free first be busy `until` then: the root of a heap."""
    free = sweep.servers
    at = 0
    while True:
        child = 2 * at + 1
        if child >= port.servers:
            break
        left = index(port.first_server + child)
        if child + 1 < port.servers and free[index(left + index(1))] < free[left]:
            child += 1
        if free[index(port.first_server + child)] >= until:
            break
        free[index(port.first_server + at)] = free[index(port.first_server + child)]
        at = child
    free[index(port.first_server + at)] = until


@inlined
def arrive_pool(sweep: Sweep, port: Any, packet: Any, service: int, now: int) -> None:
    """Let the server that is free first work on a request, unless it only observes."""
    start = max(now, sweep.servers[index(port.first_server)])
    departure = start + abs(service)
    if service >= 0:
        occupy(sweep, port, departure)
    count(port, packet.bits, start - now)
    number = new_request(sweep)
    request = sweep.requests[index(number)]
    request.time = departure
    copy(packet, request)
    request.hop = packet.hop
    request.label |= np.int32(HAS_SERVICE)
    request.service = departure - now
    request.left = request.right = NOBODY
    port.root = meld(sweep, port.root, number)
    port.choice = sweep.requests[index(port.root)].time


@inlined
def release(sweep: Sweep, output: Finished, port: Any) -> None:
    """Send on the request that departs first; servers do not finish in the order of arrivals."""
    number = port.root
    request = sweep.requests[index(number)]
    send(sweep, output, request, request.service, request.time)
    port.root = meld(sweep, request.left, request.right)
    port.choice = NEVER if port.root == NOBODY else sweep.requests[index(port.root)].time
    forget_request(sweep, number)


@inlined
def arrive_priority(
    sweep: Sweep, output: Finished, number: int, packet: Any, service: int, now: int, alone: bool
) -> None:
    """Queue the packet behind those of its priority.

    If nobody waits and no other packet arrives at this instant, the port need not choose.
    """
    port = sweep.ports[index(number)]
    held, bits = port.held + 1, port.held_bits + packet.bits
    busy = port.free > now
    if not has_room(port, held + busy, bits + busy * port.bits_in_service):
        drop(sweep, output, number, packet, service, now)
        return
    if alone and held == 1 and not busy:
        port.bits_in_service = packet.bits
        send(sweep, output, packet, service, serve(port, packet.bits, now, now))
        return
    if held == 1:
        port.choice = max(now, port.free)
    port.held, port.held_bits = held, bits
    queue = port.waiting + (packet.label & PRIORITY_MASK)
    put(sweep, queue, now, packet, service, packet.hop)


@inlined
def choose(sweep: Sweep, output: Finished, port: Any) -> None:
    """Begin to serve the first packet of the most urgent queue."""
    queue: int = port.waiting
    while sweep.heads[index(queue)] == NEVER:
        queue += 1
    row = dequeue(sweep, queue)
    packet = sweep.records[index(row)]
    port.held -= 1
    port.held_bits -= packet.bits
    port.bits_in_service = packet.bits
    departure = serve(port, packet.bits, packet.time, port.choice)
    port.choice = departure if port.held > 0 else NEVER
    send(sweep, output, packet, service_of(sweep, row), departure)
