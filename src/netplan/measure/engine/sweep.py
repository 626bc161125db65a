"""The fast engine's compiled code: port after port, each as far as it is safe.

What arrives at a port left another one before, and was on its way for a while. So a port may take
all arrivals up to the earliest moment at which something might still be sent to it, whatever the
other ports do meanwhile; no queue of events joins them. (Conservative simulation with lookahead:
K. M. Chandy and J. Misra, "Distributed simulation: a case study in design and verification of
distributed programs", IEEE Transactions on Software Engineering SE-5(5), 1979.) A port sends in
order, so what is on its way from one port to another is a queue; a port merges the queues that lead
to it by (time, packet number).

Ports that send to each other in a circle form a *group*; groups follow one another downstream, and
each is taken to the end of the block before the next. Within a group there are two ways to choose
the next port. A *round* visits all ports: nothing is faster where a visit finds several packets.
Where the ways are too short for that, a *walk* follows a tree of times to the port at which the
next thing happens. Both do the same to the packets, so either may end anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from netplan.measure.engine.compiled import compiled, inlined, outlined, prefetch
from netplan.measure.engine.model import DELIVERED
from netplan.measure.engine.serving import (
    HAS_SERVICE,
    STREAM_SHIFT,
    arrive_limited,
    arrive_pool,
    arrive_priority,
    choose,
    leave,
    release,
    send,
    service_of,
    transmission,
)
from netplan.measure.engine.tables import (
    NEVER,
    NOBODY,
    climb,
    dequeue,
    enqueue,
    first,
    index,
    is_before,
)

if TYPE_CHECKING:
    from netplan.measure.engine.layout import Packets, Sweep
    from netplan.measure.engine.model import Finished

__all__ = ["CHUNKS_PER_PACKET", "run", "take"]

CHUNKS_PER_PACKET: Final = 2
"""Chunks that one packet may need at a port: one on its way, one in the buffer."""
ROUNDS_PER_WALK: Final = 8
"""A walk along the tree has so many times more visits than a round."""


@outlined
def first_of_tied(sweep: Sweep, port: Any, time: int) -> int:
    """Queue whose first packet has the lowest number of those that arrive at a time."""
    best = NOBODY
    for queue in range(port.first_input, port.last_input):
        if sweep.heads[index(queue)] == time and (
            best == NOBODY or is_before(first(sweep, queue), first(sweep, best))
        ):
            best = queue
    return best


@inlined
def first_input(sweep: Sweep, port: Any) -> tuple[int, int]:
    """Queue whose first packet is the next to arrive, and when it does.

    The loop has no branch that the processor could guess wrong; ties are seldom.
    """
    best = port.first_input
    time = sweep.heads[index(best)]
    tied = False
    for queue in range(best + 1, port.last_input):
        other = sweep.heads[index(queue)]
        tied = (other == time) | (tied & (other >= time))
        best = queue if other < time else best
        time = min(time, other)
    if tied and time < NEVER:
        best = first_of_tied(sweep, port, time)
    return best, time


@inlined
def safe_end(sweep: Sweep, port: Any) -> int:
    """Up to when nothing more can be sent to a port, or the end of the block.

    What arrives first from each queue was last touched long ago, and most of it is wanted soon.
    """
    progress = sweep.progress[0]
    end: int = progress.until
    for at in range(port.first_input, port.last_input):
        queue = sweep.queues[index(at)]
        prefetch(sweep.records, index(queue.head))
        since = max(progress.begin, sweep.safe[index(queue.sender)])
        end = min(end, since + queue.least)
    return end


@inlined
def visit(sweep: Sweep, output: Finished, number: int) -> bool:
    """Let all happen at a port that is safe; False if memory runs out."""
    port = sweep.ports[index(number)]
    end = safe_end(sweep, port)
    if sweep.priorities == 1 and port.servers == 0 and not port.limited:
        done = pass_on(sweep, output, port, end)
    else:
        done = serve_all(sweep, output, number, end)
    if done:
        sweep.safe[index(number)] = end
    return done


@inlined
def pass_on(sweep: Sweep, output: Finished, port: Any, end: int) -> bool:
    """Let all happen before `end` at a FIFO port without limits; False if memory runs out.

    Whatever arrives departs, in the same order. The port is written once, at the end of the visit,
    and asked nothing meanwhile: that saves a tenth of the engine's time.
    """
    progress, packets = sweep.progress[0], 0
    free, bits = port.free, port.sent_bits
    wait_sum, wait_max = port.wait_sum, port.wait_max
    queue, arrival = first_input(sweep, port)
    while arrival < end and progress.left >= CHUNKS_PER_PACKET:
        now = arrival
        row = dequeue(sweep, queue)
        packet, service = sweep.records[index(row)], service_of(sweep, row)
        queue, arrival = first_input(sweep, port)
        start = max(now, free)
        free = start + transmission(port, packet.bits)
        packets += 1
        bits += packet.bits
        wait_sum += start - now
        wait_max = max(wait_max, start - now)
        send(sweep, output, packet, service, free)
    progress.packet_hops += packets
    port.arrivals += packets
    port.waits += packets
    port.free, port.sent_bits = free, bits
    port.wait_sum, port.wait_max = wait_sum, wait_max
    return arrival >= end


@inlined
def serve_all(sweep: Sweep, output: Finished, number: int, end: int) -> bool:
    """Let all happen before `end` at any other port or pool; False if memory runs out.

    A port chooses, and a pool sends on, when all that come at the same instant have arrived.
    """
    progress, port = sweep.progress[0], sweep.ports[index(number)]
    queue, arrival = first_input(sweep, port)
    while progress.left >= CHUNKS_PER_PACKET:
        now = min(arrival, end)
        if port.choice < now:
            if port.servers > 0:
                release(sweep, output, port)
            else:
                choose(sweep, output, port)
            continue
        if now == end:
            return True
        if port.servers > 0 and progress.requests_left == 0:
            return False
        port.arrivals += 1
        progress.packet_hops += 1
        row = dequeue(sweep, queue)
        packet, service = sweep.records[index(row)], service_of(sweep, row)
        queue, arrival = first_input(sweep, port)
        if port.servers > 0:
            arrive_pool(sweep, port, packet, service, now)
        elif sweep.priorities == 1:
            arrive_limited(sweep, output, number, packet, service, now)
        else:
            arrive_priority(sweep, output, number, packet, service, now, arrival > now)
    return False


@inlined
def next_at(sweep: Sweep, number: int) -> int:
    """When the next thing happens at a port, or `NEVER`."""
    port = sweep.ports[index(number)]
    time: int = port.choice
    for queue in range(port.first_input, port.last_input):
        time = min(time, sweep.heads[index(queue)])
    return time


@inlined
def begin_group(sweep: Sweep, number: int) -> None:
    """Turn to a group, in rounds at first."""
    progress = sweep.progress[0]
    progress.group = number
    progress.first_port = sweep.groups[index(number)]
    progress.last_port = sweep.groups[index(number + 1)]
    progress.visited = progress.visits = 0
    progress.mark = NOBODY


@inlined
def end_group(sweep: Sweep) -> None:
    """Note that nothing more happens in a group before the end of the block."""
    progress = sweep.progress[0]
    for at in range(progress.first_port, progress.last_port):
        sweep.safe[index(sweep.order[index(at)])] = progress.until


@inlined
def begin_round(sweep: Sweep) -> None:
    """See what comes next, and whether the last round found enough to go on in this way."""
    progress, leaves = sweep.progress[0], len(sweep.tree) >> 1
    ports, walked = progress.last_port - progress.first_port, progress.walks
    found = progress.packet_hops - progress.mark
    progress.walks = progress.mark != NOBODY and found * progress.visits_per_packet < ports
    progress.mark = progress.packet_hops
    progress.visited = 0
    progress.visits = ports * (ROUNDS_PER_WALK if progress.walks else 1)
    if progress.walks or walked:
        # nothing is earlier than nobody's time: `send` leaves the tree alone, in rounds all of it
        sweep.tree[:] = NEVER if progress.walks else NOBODY
        sweep.tree[0] = NOBODY
    progress.begin = NEVER
    for at in range(progress.first_port, progress.last_port):
        number = sweep.order[index(at)]
        time = next_at(sweep, number)
        progress.begin = min(progress.begin, time)
        if progress.walks:
            climb(sweep, leaves + number, time)


@inlined
def next_port(sweep: Sweep) -> int:
    """Port to visit next, in a walk the one at which the next thing happens."""
    progress, tree = sweep.progress[0], sweep.tree
    progress.visited += 1
    if not progress.walks:
        port: int = sweep.order[index(progress.first_port + progress.visited - 1)]
        return port
    node = 1
    while node < len(tree) >> 1:
        node *= 2
        if tree[index(node + 1)] < tree[index(node)]:
            node += 1
    return node - (len(tree) >> 1)


@inlined
def deliver(sweep: Sweep, output: Finished) -> None:
    """Let packets reach their destination that were on the way there when the last block ended."""
    for queue in range(sweep.inputs, sweep.inputs + len(sweep.ports)):
        while sweep.heads[queue] < sweep.progress[0].until:
            row = dequeue(sweep, queue)
            packet = sweep.records[index(row)]
            leave(sweep, output, packet, service_of(sweep, row), packet.time, DELIVERED)


@compiled
def take(sweep: Sweep, packets: Packets) -> None:
    """Take in the packets of a block; there must be chunks enough for all."""
    for at in range(len(packets.entry)):
        begin = sweep.begins[index(packets.route[at])]
        row = enqueue(sweep, begin.queue, packets.entry[at] + begin.processing)
        record = sweep.records[index(row)]
        record.entry = packets.entry[at]
        record.number = packets.first_number + at
        record.bits = packets.bits[at]
        record.hop = begin.hop
        record.label = (packets.stream[at] << STREAM_SHIFT) | np.int32(packets.priority[at])
        if sweep.pools and packets.service[at] != 0:
            record.label |= np.int32(HAS_SERVICE)
            sweep.services[index(row)] = packets.service[at]
    progress = sweep.progress[0]
    progress.in_flight += len(packets.entry)
    progress.entered = packets.first_number + len(packets.entry)


@compiled
def run(sweep: Sweep, output: Finished) -> bool:
    """Let all happen that happens before ``progress.until``; False if more memory is needed."""
    progress = sweep.progress[0]
    deliver(sweep, output)
    begin_group(sweep, progress.group)
    while True:
        if progress.visited >= progress.visits:
            begin_round(sweep)
        if progress.begin >= progress.until:
            end_group(sweep)
            if progress.group + 2 == len(sweep.groups):
                return True
            begin_group(sweep, progress.group + 1)
            continue
        number = next_port(sweep)
        if not visit(sweep, output, number):
            return False
        if progress.walks:
            time = next_at(sweep, number)
            climb(sweep, (len(sweep.tree) >> 1) + number, time)
            if time == progress.begin:
                # A pool may send at this very instant and must be visited first: make a round.
                begin_group(sweep, progress.group)
            progress.begin = sweep.tree[1]
