"""The compiled event loop of the fast engine: a calendar queue over packets.

Events are packets, each waiting in its *slot* for its next arrival, ordered by (time, number). The
calendar (R. Brown, "Calendar queues", Communications of the ACM 31(10), 1988) is a ring of days; a
day lasts 2^shift ps, about as long as one event takes to follow another. Events of a later day hang
in a list from their day, in any order. Events of today lie in a binary heap, so that no choice of
the day's length makes the engine slow: at worst it is an ordinary heap.

A FIFO port needs one event per packet-hop: the departure is known at the arrival. A priority port
needs one more, the choice of the next packet, which is ordered behind all arrivals of its instant;
the first slots belong to these choices, one for each port.

All compiled code stands in this one module, because Numba's cache looks only at the file of the
function it compiles: a change elsewhere would go unnoticed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from netplan.engine.compiled import compiled, inlined
from netplan.engine.model import DELIVERED, UNMEASURED, Float64, Int8, Int32, Int64

__all__ = ["Calendar", "Line", "Output", "Packets", "State", "rebuild", "run"]

# Columns of a slot: one cache line for each packet in flight.
TIME, NUMBER, NEXT, CURSOR, BITS, ENTRY, TAG, PRIORITY = range(8)
SLOT_COLUMNS: Final = 8

# Columns of a port.
FREE, ARRIVALS, WAITS, SENT_BITS, WAIT_MAX, LIMITED, MOST_PACKETS, MOST_BITS = range(8)
DROPS, DROPPED_BITS, HELD, HELD_BITS, FIRST, LAST, BITS_IN_SERVICE = range(8, 15)
PORT_COLUMNS: Final = 16

# Columns of a node, which remembers a packet in the system of a FIFO port with a limited buffer.
DEPARTURE, NODE_BITS, NODE_NEXT = range(3)
NODE_COLUMNS: Final = 4

# Numbers that live from call to call.
DAY, SHIFT, UNUSED_SLOT, SLOTS_TOUCHED, IN_FLIGHT, UNUSED_NODE, NODES_TOUCHED = range(7)
RELEASED, FINISHED, LATEST, EVENTS, DAYS, TODAY, BUDGET = range(7, 14)
CLOCK_COLUMNS: Final = 16

# Why `run` came back.
DONE, MORE_NODES, RETUNE = range(3)

NOBODY: Final = -1
"""End of a list."""
AFTER_ARRIVALS: Final = 1 << 62
"""Greater than any packet number: choices come behind the arrivals of their instant."""


class Line(NamedTuple):
    """The network, as the event loop reads it."""

    hops: Int64
    """Shape (H, 2): port, and delay from its departure to the next arrival [ps], route after route;
    behind each route a row with port -1, its destination."""
    begin: Int64
    """Shape (R, 2): row of the route's first hop, and processing before it [ps]."""
    ps_per_bit: Float64
    """Shape (P,)."""
    priorities: int


class State(NamedTuple):
    """What lives from call to call."""

    clock: Int64
    slots: Int64
    days: Int32
    """First slot of each day of the calendar, or `NOBODY`; the length is a power of two."""
    heap: Int64
    """Shape (slots, 3): time, number, slot of the events of today."""
    ports: Int64
    wait_sum: Float64
    nodes: Int64
    queues: Int64
    """Shape (P, priorities, 2): first and last slot that waits."""


class Packets(NamedTuple):
    """The packets of a block."""

    first_number: int
    until: int
    entry: Int64
    bits: Int64
    route: Int32
    priority: Int8
    stream: Int32


class Output(NamedTuple):
    """Columns for the measured packets that leave."""

    number: Int64
    entry: Int64
    bits: Int64
    route: Int32
    stream: Int32
    delay: Int64
    dropped_at: Int32


@inlined
def earlier(heap, a, b):
    """Tell whether event `a` of the heap comes before event `b`."""
    return heap[a, 0] < heap[b, 0] or (heap[a, 0] == heap[b, 0] and heap[a, 1] < heap[b, 1])


@inlined
def swap(heap, a, b):
    for column in range(3):
        heap[a, column], heap[b, column] = heap[b, column], heap[a, column]


@inlined
def push(state, time, number, slot):
    """Add an event to those of today."""
    heap = state.heap
    at = state.clock[TODAY]
    state.clock[TODAY] = at + 1
    heap[at, 0], heap[at, 1], heap[at, 2] = time, number, slot
    while at > 0 and earlier(heap, at, (at - 1) >> 1):
        swap(heap, at, (at - 1) >> 1)
        at = (at - 1) >> 1


@inlined
def pop(state):
    """Take the first event of today away: its time and slot."""
    heap = state.heap
    time, slot = heap[0, 0], heap[0, 2]
    size = state.clock[TODAY] - 1
    state.clock[TODAY] = size
    if size > 0:
        for column in range(3):
            heap[0, column] = heap[size, column]
        at = 0
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 < size and earlier(heap, child + 1, child):
                child += 1
            if not earlier(heap, child, at):
                break
            swap(heap, at, child)
            at = child
    return time, slot


@inlined
def plan(state, slot, time, number, today_ends):
    """Put an event into today's heap or into the list of its day."""
    if time < today_ends:
        push(state, time, number, slot)
    else:
        slots, days = state.slots, state.days
        day = (time >> state.clock[SHIFT]) & (len(days) - 1)
        slots[slot, TIME] = time
        slots[slot, NEXT] = days[day]
        days[day] = slot


@inlined
def leave(state, output, slot, time, dropped_at):
    """Free the slot of a packet that leaves at `time`; report it if it is measured."""
    slots, clock = state.slots, state.clock
    stream = slots[slot, TAG] >> 32
    if stream != UNMEASURED:
        at = clock[FINISHED]
        clock[FINISHED] = at + 1
        output.number[at] = slots[slot, NUMBER]
        output.entry[at] = slots[slot, ENTRY]
        output.bits[at] = slots[slot, BITS]
        output.route[at] = slots[slot, TAG] & 0x7FFFFFFF
        output.stream[at] = stream
        output.delay[at] = time - slots[slot, ENTRY]
        output.dropped_at[at] = dropped_at
    slots[slot, NEXT] = clock[UNUSED_SLOT]
    clock[UNUSED_SLOT] = slot
    clock[IN_FLIGHT] -= 1
    clock[LATEST] = max(clock[LATEST], time)


@inlined
def release(line, state, packets, today_ends):
    """Give a slot to every packet that enters today."""
    clock, slots = state.clock, state.slots
    at = clock[RELEASED]
    while at < len(packets.entry) and packets.entry[at] < today_ends:
        slot = clock[UNUSED_SLOT]
        if slot == NOBODY:
            slot = clock[SLOTS_TOUCHED]
            clock[SLOTS_TOUCHED] = slot + 1
        else:
            clock[UNUSED_SLOT] = slots[slot, NEXT]
        clock[IN_FLIGHT] += 1
        route = np.int64(packets.route[at])
        number = packets.first_number + at
        slots[slot, NUMBER] = number
        slots[slot, CURSOR] = line.begin[route, 0]
        slots[slot, BITS] = packets.bits[at]
        slots[slot, ENTRY] = packets.entry[at]
        slots[slot, TAG] = (np.int64(packets.stream[at]) << 32) | route
        slots[slot, PRIORITY] = packets.priority[at]
        plan(state, slot, packets.entry[at] + line.begin[route, 1], number, today_ends)
        at += 1
    clock[RELEASED] = at


@inlined
def serve(line, state, port, slot, arrival, start):
    """Begin service at `start`: add to the totals, return the departure."""
    ports = state.ports
    bits = state.slots[slot, BITS]
    wait = start - arrival
    ports[port, WAITS] += 1
    ports[port, SENT_BITS] += bits
    ports[port, WAIT_MAX] = max(ports[port, WAIT_MAX], wait)
    state.wait_sum[port] += wait
    departure = start + max(1, np.int64(bits * line.ps_per_bit[port] + 0.5))
    ports[port, FREE] = departure
    return departure


@inlined
def go_on(line, state, packets, output, slot, departure, today_ends):
    """Send a packet on to its next port, or out of the network."""
    slots = state.slots
    cursor = slots[slot, CURSOR]
    time = departure + line.hops[cursor, 1]
    slots[slot, CURSOR] = cursor + 1
    if line.hops[cursor + 1, 0] == NOBODY and time < packets.until:
        leave(state, output, slot, time, DELIVERED)
    else:
        plan(state, slot, time, slots[slot, NUMBER], today_ends)


@inlined
def drop(state, output, port, slot, now):
    """Lose a packet for which there is no room."""
    state.ports[port, DROPS] += 1
    state.ports[port, DROPPED_BITS] += state.slots[slot, BITS]
    leave(state, output, slot, now, port)


@inlined
def has_no_room(ports, port, packets, bits):
    """Tell whether so many packets, and so many bits, are too much for the buffer."""
    return (0 < ports[port, MOST_PACKETS] < packets) or (0 < ports[port, MOST_BITS] < bits)


@inlined
def forget_departed(state, port, now):
    """Free the places of the packets that have departed, those that depart now included."""
    ports, nodes, clock = state.ports, state.nodes, state.clock
    node = ports[port, FIRST]
    while node != NOBODY and nodes[node, DEPARTURE] <= now:
        ports[port, HELD] -= 1
        ports[port, HELD_BITS] -= nodes[node, NODE_BITS]
        after = nodes[node, NODE_NEXT]
        nodes[node, NODE_NEXT] = clock[UNUSED_NODE]
        clock[UNUSED_NODE] = node
        node = after
    ports[port, FIRST] = node


@inlined
def remember(state, port, departure, bits):
    """Take a place until `departure`."""
    ports, nodes, clock = state.ports, state.nodes, state.clock
    node = clock[UNUSED_NODE]
    if node == NOBODY:
        node = clock[NODES_TOUCHED]
        clock[NODES_TOUCHED] = node + 1
    else:
        clock[UNUSED_NODE] = nodes[node, NODE_NEXT]
    nodes[node, DEPARTURE], nodes[node, NODE_BITS], nodes[node, NODE_NEXT] = departure, bits, NOBODY
    if ports[port, FIRST] == NOBODY:
        ports[port, FIRST] = node
    else:
        nodes[ports[port, LAST], NODE_NEXT] = node
    ports[port, LAST] = node
    ports[port, HELD] += 1
    ports[port, HELD_BITS] += bits


@inlined
def arrive_fifo(line, state, packets, output, port, slot, now, today_ends):
    """Serve the packet as soon as all that came before it have departed."""
    ports = state.ports
    bits = state.slots[slot, BITS]
    ports[port, ARRIVALS] += 1
    if ports[port, LIMITED]:
        forget_departed(state, port, now)
        if has_no_room(ports, port, ports[port, HELD] + 1, ports[port, HELD_BITS] + bits):
            drop(state, output, port, slot, now)
            return
    departure = serve(line, state, port, slot, now, max(now, ports[port, FREE]))
    if ports[port, LIMITED]:
        remember(state, port, departure, bits)
    go_on(line, state, packets, output, slot, departure, today_ends)


@inlined
def arrive_priority(state, output, port, slot, now, today_ends):
    """Queue the packet behind those of its priority."""
    ports, slots, queues = state.ports, state.slots, state.queues
    ports[port, ARRIVALS] += 1
    held = ports[port, HELD] + 1
    bits = ports[port, HELD_BITS] + slots[slot, BITS]
    busy = ports[port, FREE] > now
    if has_no_room(ports, port, held + busy, bits + busy * ports[port, BITS_IN_SERVICE]):
        drop(state, output, port, slot, now)
        return
    ports[port, HELD], ports[port, HELD_BITS] = held, bits
    slots[slot, TIME] = now
    slots[slot, NEXT] = NOBODY
    priority = slots[slot, PRIORITY]
    if queues[port, priority, 0] == NOBODY:
        queues[port, priority, 0] = slot
    else:
        slots[queues[port, priority, 1], NEXT] = slot
    queues[port, priority, 1] = slot
    if held == 1:
        plan(state, port, max(now, ports[port, FREE]), AFTER_ARRIVALS + port, today_ends)


@inlined
def choose(line, state, packets, output, port, now, today_ends):
    """Begin to serve the first packet of the most urgent queue."""
    ports, slots, queues = state.ports, state.slots, state.queues
    priority = 0
    while queues[port, priority, 0] == NOBODY:
        priority += 1
    slot = queues[port, priority, 0]
    queues[port, priority, 0] = slots[slot, NEXT]
    ports[port, HELD] -= 1
    ports[port, HELD_BITS] -= slots[slot, BITS]
    ports[port, BITS_IN_SERVICE] = slots[slot, BITS]
    departure = serve(line, state, port, slot, slots[slot, TIME], now)
    if ports[port, HELD] > 0:
        plan(state, port, departure, AFTER_ARRIVALS + port, today_ends)
    go_on(line, state, packets, output, slot, departure, today_ends)


@inlined
def happen(line, state, packets, output, slot, now, today_ends):
    """Let one event happen."""
    if slot < len(state.ports):
        choose(line, state, packets, output, slot, now, today_ends)
        return
    port = line.hops[state.slots[slot, CURSOR], 0]
    if port == NOBODY:
        leave(state, output, slot, now, DELIVERED)
    elif line.priorities == 1:
        arrive_fifo(line, state, packets, output, port, slot, now, today_ends)
    else:
        arrive_priority(state, output, port, slot, now, today_ends)


@inlined
def begin_day(state, today_ends):
    """Move the events of today from their list into the heap; later years stay in the list."""
    clock, slots, days = state.clock, state.slots, state.days
    day = clock[DAY] & (len(days) - 1)
    slot = np.int64(days[day])
    days[day] = NOBODY
    while slot != NOBODY:
        after = slots[slot, NEXT]
        if slots[slot, TIME] < today_ends:
            push(state, slots[slot, TIME], slots[slot, NUMBER], slot)
        else:
            slots[slot, NEXT] = days[day]
            days[day] = slot
            clock[BUDGET] -= 1
        slot = after


@inlined
def put_back(state):
    """Return the events of today to the calendar, in case `run` is interrupted."""
    while state.clock[TODAY] > 0:
        time, slot = pop(state)
        plan(state, slot, time, 0, 0)


@inlined
def next_day(state, packets):
    """Go to the next day on which something may happen, or to the end of the block."""
    clock, days = state.clock, state.days
    stop = packets.until >> clock[SHIFT]
    if clock[RELEASED] < len(packets.entry):
        stop = min(stop, packets.entry[clock[RELEASED]] >> clock[SHIFT])
    day = clock[DAY] + 1
    if clock[IN_FLIGHT] == 0:
        day = max(day, stop)
    begin = day
    stop = min(stop, begin + len(days))
    while day < stop and days[day & (len(days) - 1)] == NOBODY:
        day += 1
    clock[DAYS] += day - begin + 1
    clock[BUDGET] -= day - begin + 1
    clock[DAY] = day


@compiled
def run(line, state, packets, output):
    """Let all happen that happens before ``packets.until``; say why it came back."""
    clock = state.clock
    while clock[DAY] << clock[SHIFT] < packets.until:
        today_ends = min((clock[DAY] + 1) << clock[SHIFT], packets.until)
        release(line, state, packets, today_ends)
        begin_day(state, today_ends)
        while clock[TODAY] > 0:
            if clock[NODES_TOUCHED] == len(state.nodes) and clock[UNUSED_NODE] == NOBODY:
                put_back(state)
                return MORE_NODES
            time, slot = pop(state)
            happen(line, state, packets, output, slot, time, today_ends)
            clock[EVENTS] += 1
            clock[BUDGET] -= 1
        if today_ends == packets.until:
            break
        next_day(state, packets)
        if clock[BUDGET] <= 0:
            return RETUNE
    return DONE


@compiled
def rebuild(state, days, shift):
    """Hang all events into a new calendar, whose days last 2^shift ps."""
    clock, slots = state.clock, state.slots
    begin = clock[DAY] << clock[SHIFT]
    for day in range(len(state.days)):
        slot = np.int64(state.days[day])
        while slot != NOBODY:
            after = slots[slot, NEXT]
            new_day = (slots[slot, TIME] >> shift) & (len(days) - 1)
            slots[slot, NEXT] = days[new_day]
            days[new_day] = slot
            slot = after
    clock[SHIFT] = shift
    clock[DAY] = begin >> shift
