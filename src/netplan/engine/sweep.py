"""The compiled code of the fast engine: port after port, each as far as it is safe.

What arrives at a port left another one before, and was on its way for a while. So a port may take
all arrivals up to the earliest moment at which something might still be sent to it, whatever the
other ports do meanwhile; no queue of events joins them. (Conservative simulation with lookahead:
K. M. Chandy and J. Misra, "Distributed simulation: a case study in design and verification of
distributed programs", IEEE Transactions on Software Engineering SE-5(5), 1979.) A port sends in
order, so what is on its way from one port to another is a queue; a port merges the queues that lead
to it by (time, packet number).

Two ways to choose the next port. A *round* visits all ports, upstream first: nothing is faster
where a visit finds several packets. Where the ways are too short for that, a *walk* follows a tree
of times to the port at which the next thing happens. Both do the same to the packets, so either may
end anywhere.

All compiled code and its constants stand in this module, because Numba's store of compiled code
looks only at the file of the function it compiles: a change elsewhere would go unnoticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

# Signed indices may count from the end, which costs in every access.
from numpy import uint64 as index

from netplan.engine.compiled import compiled, inlined, outlined
from netplan.engine.model import DELIVERED, UNMEASURED

if TYPE_CHECKING:
    from netplan.engine.layout import Output, Packets, Sweep

__all__ = ["CHUNK", "CHUNKS_PER_PACKET", "NEVER", "NOBODY", "run", "take"]

CHUNK: Final = 64
"""Records in a chunk of a queue."""
NOBODY: Final = -1
NEVER: Final = 1 << 62
"""Later than anything that happens [ps]."""
CHUNKS_PER_PACKET: Final = 2
"""Chunks that one packet may need at a port: one on its way, one in the buffer."""
ROUNDS_PER_WALK: Final = 8
"""A walk along the tree has so many times more visits than a round."""


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
def enqueue(sweep: Sweep, number: int, time: int) -> Any:
    """Append a record to a queue; the caller fills in the rest."""
    queue = sweep.queues[index(number)]
    record = sweep.records[index(queue.tail)]
    record.time = time
    queue.time = min(queue.time, time)
    tail = queue.tail + 1
    if tail % CHUNK == 0:
        chunk = new_chunk(sweep)
        sweep.follower[index(tail // CHUNK - 1)] = chunk
        tail = chunk * CHUNK
    queue.tail = tail
    return record


@inlined
def dequeue(sweep: Sweep, number: int) -> None:
    """Remove the first record of a queue."""
    queue = sweep.queues[index(number)]
    head = queue.head + 1
    if head % CHUNK == 0:
        progress = sweep.progress[0]
        chunk = head // CHUNK - 1
        head = sweep.follower[index(chunk)] * CHUNK
        sweep.follower[index(chunk)] = progress.unused
        progress.unused = chunk
        progress.left += 1
    if head == queue.tail:
        # an empty queue begins its chunk anew, to stay where the processor's caches are warm
        head -= head % CHUNK
        queue.tail = head
        queue.time = NEVER
    else:
        queue.time = sweep.records[index(head)].time
    queue.head = head


@inlined
def first(sweep: Sweep, number: int) -> Any:
    """First record of a queue."""
    return sweep.records[index(sweep.queues[index(number)].head)]


@inlined
def first_input(sweep: Sweep, port: Any) -> tuple[int, int]:
    """Queue whose first packet is the next to arrive, and when it does."""
    best = port.first_input
    time = sweep.queues[index(best)].time
    for queue in range(best + 1, port.last_input):
        other = sweep.queues[index(queue)].time
        if other < time:
            best, time = queue, other
        elif other == time < NEVER and (first(sweep, queue).number < first(sweep, best).number):
            best = queue
    return best, time


@inlined
def leave(sweep: Sweep, output: Output, packet: Any, time: int, dropped_at: int) -> None:
    """Let a packet out of the network; report it if it is measured."""
    progress = sweep.progress[0]
    progress.in_flight -= 1
    progress.latest = max(progress.latest, time)
    if packet.stream != UNMEASURED:
        row = index(progress.finished)
        progress.finished += 1
        output.number[row] = packet.number
        output.entry[row] = packet.entry
        output.bits[row] = packet.bits
        output.route[row] = sweep.hops[index(packet.hop)].route
        output.stream[row] = packet.stream
        output.delay[row] = time - packet.entry
        output.dropped_at[row] = dropped_at


@inlined
def copy(packet: Any, record: Any) -> None:
    """Copy what stays the same from queue to queue."""
    record.number = packet.number
    record.bits = packet.bits
    record.entry = packet.entry
    record.stream = packet.stream
    record.priority = packet.priority


@inlined
def send(sweep: Sweep, output: Output, packet: Any, departure: int) -> None:
    """Send a packet on to its next port, or out of the network."""
    hop = sweep.hops[index(packet.hop)]
    time = departure + hop.lag
    if hop.queue >= sweep.inputs and time < sweep.progress[0].until:
        leave(sweep, output, packet, time, DELIVERED)
        return
    record = enqueue(sweep, hop.queue, time)
    copy(packet, record)
    record.hop = packet.hop + 1
    leaf = sweep.queues[index(hop.queue)].leaf
    if time < sweep.tree[index(leaf)]:
        climb(sweep, leaf, time)


@inlined
def serve(port: Any, bits: int, arrival: int, start: int) -> int:
    """Begin service at `start`: add to the totals, return the departure."""
    wait = start - arrival
    port.waits += 1
    port.sent_bits += bits
    port.wait_max = max(port.wait_max, wait)
    port.wait_sum += wait
    departure: int = start + max(1, int(bits * port.ps_per_bit + 0.5))
    port.free = departure
    return departure


@inlined
def has_room(port: Any, packets: int, bits: int) -> Any:
    """Tell whether so many packets, and so many bits, fit into the buffer."""
    return (port.buffer_packets == 0 or packets <= port.buffer_packets) and (
        port.buffer_bits == 0 or bits <= port.buffer_bits
    )


@outlined
def drop(sweep: Sweep, output: Output, number: int, packet: Any, now: int) -> None:
    """Lose a packet for which there is no room."""
    port = sweep.ports[index(number)]
    port.drops += 1
    port.dropped_bits += packet.bits
    leave(sweep, output, packet, now, number)


@inlined
def admit(sweep: Sweep, port: Any, bits: int, now: int) -> Any:
    """Tell whether a FIFO port has room for a packet.

    Packets that have departed, those that depart now included, are forgotten only when there seems
    to be no room or many have come: the answer is the same, and the processor guesses it better.
    """
    if port.held % CHUNK != 0 and has_room(port, port.held + 1, port.held_bits + bits):
        return True
    while sweep.queues[index(port.waiting)].time <= now:
        port.held -= 1
        port.held_bits -= first(sweep, port.waiting).bits
        dequeue(sweep, port.waiting)
    return has_room(port, port.held + 1, port.held_bits + bits)


@inlined
def arrive_fifo(sweep: Sweep, output: Output, number: int, packet: Any, now: int) -> None:
    """Serve the packet as soon as all that came before it have departed."""
    port = sweep.ports[index(number)]
    bits = packet.bits
    if port.limited and not admit(sweep, port, bits, now):
        drop(sweep, output, number, packet, now)
        return
    departure = serve(port, bits, now, max(now, port.free))
    if port.limited:
        port.held += 1
        port.held_bits += bits
        enqueue(sweep, port.waiting, departure).bits = bits
    send(sweep, output, packet, departure)


@inlined
def arrive_priority(sweep: Sweep, output: Output, number: int, packet: Any, now: int) -> None:
    """Queue the packet behind those of its priority."""
    port = sweep.ports[index(number)]
    held, bits = port.held + 1, port.held_bits + packet.bits
    busy = port.free > now
    if not has_room(port, held + busy, bits + busy * port.bits_in_service):
        drop(sweep, output, number, packet, now)
        return
    if port.held == 0:
        port.choice = max(now, port.free)
    port.held, port.held_bits = held, bits
    record = enqueue(sweep, port.waiting + packet.priority, now)
    copy(packet, record)
    record.hop = packet.hop


@inlined
def choose(sweep: Sweep, output: Output, port: Any) -> None:
    """Begin to serve the first packet of the most urgent queue."""
    queue: int = port.waiting
    while sweep.queues[index(queue)].time == NEVER:
        queue += 1
    packet = first(sweep, queue)
    port.held -= 1
    port.held_bits -= packet.bits
    port.bits_in_service = packet.bits
    port.choice = serve(port, packet.bits, packet.time, port.choice)
    send(sweep, output, packet, port.free)
    dequeue(sweep, queue)


@inlined
def safe_end(sweep: Sweep, port: Any) -> int:
    """Up to when nothing more can be sent to a port, or the end of the block."""
    progress = sweep.progress[0]
    end: int = progress.until
    for at in range(port.first_input, port.last_input):
        queue = sweep.queues[index(at)]
        since = max(progress.begin, sweep.ports[index(queue.sender)].safe)
        end = min(end, since + queue.lag)
    return end


@inlined
def visit(sweep: Sweep, output: Output, number: int) -> bool:
    """Let all happen at a port that is safe; False if the store runs out of chunks.

    A priority port chooses when all that come at the same instant have arrived.
    """
    progress, port = sweep.progress[0], sweep.ports[index(number)]
    end = safe_end(sweep, port)
    while progress.left >= CHUNKS_PER_PACKET:
        queue, now = first_input(sweep, port)
        now = min(now, end)
        if sweep.priorities > 1 and port.held > 0 and port.choice < now:
            choose(sweep, output, port)
            continue
        if now == end:
            port.safe = end
            return True
        port.arrivals += 1
        progress.packet_hops += 1
        if sweep.priorities == 1:
            arrive_fifo(sweep, output, number, first(sweep, queue), now)
        else:
            arrive_priority(sweep, output, number, first(sweep, queue), now)
        dequeue(sweep, queue)
    return False


@inlined
def next_at(sweep: Sweep, number: int) -> int:
    """When the next thing happens at a port, or `NEVER`."""
    port = sweep.ports[index(number)]
    time = NEVER
    for queue in range(port.first_input, port.last_input):
        time = min(time, sweep.queues[index(queue)].time)
    if sweep.priorities > 1 and port.held > 0:
        time = min(time, port.choice)
    return time


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
def begin_round(sweep: Sweep) -> None:
    """See what comes next, and whether the last round found enough to go on in this way."""
    progress, leaves = sweep.progress[0], len(sweep.tree) >> 1
    progress.walks = progress.packet_hops - progress.mark < progress.sparse
    progress.mark = progress.packet_hops
    progress.visited = 0
    progress.visits = len(sweep.order) * (ROUNDS_PER_WALK if progress.walks else 1)
    # nothing is earlier than nobody's time: `send` leaves the tree alone, in rounds all of it
    sweep.tree[:] = NEVER if progress.walks else NOBODY
    sweep.tree[0] = NOBODY
    progress.begin = NEVER
    for at in range(len(sweep.order)):
        time = next_at(sweep, sweep.order[at])
        progress.begin = min(progress.begin, time)
        if progress.walks:
            climb(sweep, leaves + sweep.order[at], time)


@inlined
def next_port(sweep: Sweep) -> int:
    """Port to visit next, in a walk the one at which the next thing happens."""
    progress, tree = sweep.progress[0], sweep.tree
    progress.visited += 1
    if not progress.walks:
        port: int = sweep.order[index(progress.visited - 1)]
        return port
    progress.begin = tree[1]
    node = 1
    while node < len(tree) >> 1:
        node *= 2
        if tree[index(node + 1)] < tree[index(node)]:
            node += 1
    return node - (len(tree) >> 1)


@inlined
def deliver(sweep: Sweep, output: Output) -> None:
    """Let packets reach their destination that were on the way there when the last block ended."""
    for queue in range(sweep.inputs, sweep.inputs + len(sweep.ports)):
        while sweep.queues[queue].time < sweep.progress[0].until:
            packet = first(sweep, queue)
            leave(sweep, output, packet, packet.time, DELIVERED)
            dequeue(sweep, queue)


@compiled
def take(sweep: Sweep, packets: Packets) -> None:
    """Take in the packets of a block; there must be chunks enough for all."""
    for row in range(len(packets.entry)):
        begin = sweep.begins[index(packets.route[row])]
        record = enqueue(sweep, begin.queue, packets.entry[row] + begin.processing)
        record.number = packets.first_number + row
        record.bits = packets.bits[row]
        record.entry = packets.entry[row]
        record.hop = begin.hop
        record.stream = packets.stream[row]
        record.priority = packets.priority[row]
    sweep.progress[0].in_flight += len(packets.entry)


@compiled
def run(sweep: Sweep, output: Output) -> bool:
    """Let all happen that happens before ``progress.until``; False if more chunks are needed."""
    progress = sweep.progress[0]
    deliver(sweep, output)
    progress.visits = 0
    progress.mark = progress.packet_hops - progress.sparse
    while True:
        if progress.visited >= progress.visits:
            begin_round(sweep)
        if progress.begin >= progress.until:
            return True
        number = next_port(sweep)
        if not visit(sweep, output, number):
            return False
        if progress.walks:
            climb(sweep, (len(sweep.tree) >> 1) + number, next_at(sweep, number))
