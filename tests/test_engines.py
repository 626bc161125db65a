"""Both engines against each other, and against a direct reading of the packet model."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netplan.measure.engine import fast, layout, sweep
from netplan.measure.engine.fast import FastEngine
from netplan.measure.engine.model import (
    DELIVERED,
    UNMEASURED,
    Finished,
    PacketBlock,
    Ports,
    PortTotals,
    Routes,
    transmission_ps,
)
from netplan.measure.engine.reference import SimPyEngine


def rounds_only(*network, **options):
    """Build a fast engine that visits its ports in rounds, whatever it finds there."""
    engine = FastEngine(*network, **options)
    engine._sweep.progress["visits_per_packet"] = 10**9
    return engine


def walks_only(*network, **options):
    """Build a fast engine that goes to the port at which the next thing happens, but at first."""
    engine = FastEngine(*network, **options)
    engine._sweep.progress["visits_per_packet"] = 0
    return engine


ENGINES = [SimPyEngine, rounds_only, walks_only]
FAST_ENGINES = [FastEngine, rounds_only, walks_only]


@dataclass(frozen=True)
class Case:
    """A network and all packets of a run as one block that ends after the last entry."""

    ports: Ports
    routes: Routes
    priorities: int
    packets: PacketBlock


def make_ports(ps_per_bit, processing, latency, *, buffer_packets=0, buffer_bits=0, servers=0):
    count = len(ps_per_bit)
    columns = (processing, latency, buffer_packets, buffer_bits, servers)
    return Ports(
        np.array(ps_per_bit, np.float64),
        *(np.zeros(count, np.int64) + np.asarray(column, np.int64) for column in columns),
    )


def make_routes(*routes):
    start = np.cumsum([0, *map(len, routes)])
    return Routes(start.astype(np.int64), np.concatenate(routes).astype(np.int32))


def make_packets(entry, bits, route, *, until=None, first_number=0, **columns):
    count = len(entry)

    def column(name, kind):
        return np.array(columns.get(name, [0] * count), kind)

    return PacketBlock(
        first_number=first_number,
        until=int(entry[-1]) + 1 if until is None else until,
        entry=np.array(entry, np.int64),
        bits=np.array(bits, np.int64),
        route=np.array(route, np.int32),
        priority=column("priority", np.int8),
        stream=column("stream", np.int32),
        service=column("service", np.int64),
    )


def cut(packets: PacketBlock, instants):
    """Cut a block at `instants` into blocks; the last one ends where the block does."""
    bounds = [*sorted(int(t) for t in instants if 0 <= t < packets.until), packets.until]
    first = 0
    for until in bounds:
        last = int(np.searchsorted(packets.entry, until))
        columns = {
            name: getattr(packets, name)[first:last]
            for name in ("entry", "bits", "route", "priority", "stream", "service")
        }
        yield PacketBlock(packets.first_number + first, until, **columns)
        first = last


# The oracle: departures, arrivals and choices as written in the model, nothing known in advance.


class OraclePort:
    """A port that remembers nothing but who waits and who is served."""

    def __init__(self, ports: Ports, number: int):
        self.ps_per_bit = ports.ps_per_bit[number]
        self.most_packets = ports.buffer_packets[number]
        self.most_bits = ports.buffer_bits[number]
        self.waiting = []
        self.serving = None
        self.server_free = [0] * int(ports.servers[number])

    def request(self, now, service):
        """Begin and end of a request at a pool."""
        server = int(np.argmin(self.server_free))
        start = max(now, self.server_free[server])
        if service >= 0:
            self.server_free[server] = start + service
        return start, start + abs(service)

    def has_room(self, bits):
        """Tell whether a packet of this size fits into the buffer."""
        held = [item[2] for item in self.waiting]
        if self.serving is not None:
            held.append(self.serving)
        fits_packets = not self.most_packets or len(held) < self.most_packets
        return fits_packets and (not self.most_bits or sum(held) + bits <= self.most_bits)


@dataclass
class OracleRun:
    """What happened in the oracle; waits and arrivals by port."""

    left: dict[int, tuple[int, int, int]]
    """Packet number: delay [ps], dropped_at, compute [ps]."""
    waits: list[list[int]]
    arrivals: list[int]
    times: list[int]


def oracle(case: Case) -> OracleRun:  # noqa: C901 # straight from the model's five rules
    """Simulate instant by instant: all departures, then all arrivals, then all choices."""
    packets, routes = case.packets, case.routes
    ports = [OraclePort(case.ports, number) for number in range(len(case.ports))]
    run = OracleRun({}, [[] for _ in ports], [0] * len(ports), [])
    departures, arrivals = [], []  # (time, packet, hop)
    compute = [0] * len(packets)

    def travel(time, packet, hop):
        path = routes.of(packets.route[packet])
        if hop < len(path):
            time += int(case.ports.processing[path[hop]])
        heapq.heappush(arrivals, (time, packet, hop))

    for packet in range(len(packets)):
        travel(int(packets.entry[packet]), packet, 0)
    while arrivals or departures:
        now = min(queue[0][0] for queue in (arrivals, departures) if queue)
        run.times.append(now)
        while departures and departures[0][0] == now:
            _, packet, hop = heapq.heappop(departures)
            number = routes.of(packets.route[packet])[hop]
            ports[number].serving = None
            travel(now + int(case.ports.latency[number]), packet, hop + 1)
        while arrivals and arrivals[0][0] == now:
            _, packet, hop = heapq.heappop(arrivals)
            path = routes.of(packets.route[packet])
            delay, bits = now - int(packets.entry[packet]), int(packets.bits[packet])
            if hop == len(path):
                run.left[packet] = (delay, DELIVERED, compute[packet])
                continue
            port = ports[path[hop]]
            run.arrivals[path[hop]] += 1
            if port.server_free:
                start, end = port.request(now, int(packets.service[packet]))
                run.waits[path[hop]].append(start - now)
                compute[packet] = end - now
                if end > now:
                    heapq.heappush(departures, (end, packet, hop))
                else:
                    travel(now + int(case.ports.latency[path[hop]]), packet, hop + 1)
            elif port.has_room(bits):
                urgency = int(packets.priority[packet]) if case.priorities > 1 else 0
                port.waiting.append((urgency, len(run.times), bits, packet, hop, now))
            else:
                run.left[packet] = (delay, int(path[hop]), compute[packet])
        for number, port in enumerate(ports):
            if port.serving is None and port.waiting:
                # min() keeps the first of equals, which is the one that queued first
                chosen = min(port.waiting, key=lambda item: item[:2])
                port.waiting.remove(chosen)
                _, _, port.serving, packet, hop, arrival = chosen
                run.waits[number].append(now - arrival)
                duration = int(max(1, np.floor(port.serving * port.ps_per_bit + 0.5)))
                heapq.heappush(departures, (now + duration, packet, hop))
    return run


def gather(parts: list[Finished]) -> Finished:
    """Join what several calls finished, by packet number."""
    joined = np.concatenate(parts)
    return joined[np.argsort(joined["number"])]


def assert_same(a, b):
    for field in fields(a):
        x, y = getattr(a, field.name), getattr(b, field.name)
        assert x.dtype == y.dtype, field.name
        np.testing.assert_array_equal(x, y, err_msg=field.name)


def simulate(engine, blocks):
    return gather([*(engine.advance(block).copy() for block in blocks), engine.drain()])


def one_pool(path, servers):
    """Cut a path before its second pool."""
    pools = [at for at, port in enumerate(path) if servers[port]]
    return path[: pools[1]] if len(pools) > 1 else path


@st.composite
def cases(draw, most_packets=60):
    """Small networks with few different durations, so that much happens at one instant."""
    count = draw(st.integers(2, 8))

    def column(*values):
        return draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))

    servers = np.array(column(0, 0, 0, 0, 1, 3))
    ports = make_ports(
        column(0.0, 0.25, 0.7, 1.0, 2.0),
        column(0, 0, 1, 5),
        column(0, 0, 1, 4, 30),
        buffer_packets=np.where(servers, 0, column(0, 0, 1, 2, 3)),
        buffer_bits=np.where(servers, 0, column(0, 0, 4, 9, 20)),
        servers=servers,
    )
    paths = st.lists(st.integers(0, count - 1), min_size=1, max_size=6)
    routes = make_routes(
        *(one_pool(path, servers) for path in draw(st.lists(paths, min_size=1, max_size=5)))
    )
    priorities = draw(st.integers(1, 3))
    source = st.tuples(
        st.integers(0, len(routes) - 1),
        st.integers(0, 3),  # phase
        st.sampled_from([0, 1, 2, 4, 8, 200]),  # period
        st.sampled_from([0, 1, 4, 4, 8]),  # bits
        st.sampled_from([0, 0, 1, 5, 40, -5]),  # service
        st.integers(0, priorities - 1),
        st.sampled_from([UNMEASURED, 0, 7]),
        st.integers(1, max(1, most_packets // 4)),
    )
    rows = [
        (phase + number * period, demand, bits, service, route, priority, stream)
        for demand, (route, phase, period, bits, service, priority, stream, times) in enumerate(
            draw(st.lists(source, min_size=1, max_size=4))
        )
        for number in range(times)
    ]
    entry, _, bits, service, route, priority, stream = zip(*sorted(rows), strict=True)
    packets = make_packets(entry, bits, route, priority=priority, stream=stream, service=service)
    return Case(ports, routes, priorities, packets)


@pytest.mark.parametrize("engine", ENGINES)
@given(case=cases(), data=st.data())
@settings(deadline=None, max_examples=150, derandomize=True)
def test_every_packet_fares_as_in_the_direct_simulation(engine, case, data):
    expected = oracle(case)
    instants = data.draw(st.lists(st.sampled_from(expected.times), max_size=4))
    subject = engine(case.ports, case.routes, priorities=case.priorities)
    # records keep the low 32 bits of a number
    before = data.draw(st.sampled_from([0, 2**31 - 3, 2**32 - 3]))
    packets = replace(case.packets, first_number=before)
    finished = simulate(subject, cut(packets, instants))
    measured = np.flatnonzero(case.packets.stream != UNMEASURED)
    np.testing.assert_array_equal(finished["number"], before + measured)
    fates = zip(finished["delay"], finished["dropped_at"], finished["compute"], strict=True)
    assert list(fates) == [expected.left[number] for number in measured]
    for name in ("entry", "bits", "route", "stream"):
        np.testing.assert_array_equal(finished[name], getattr(case.packets, name)[measured])
    assert subject.in_flight == 0
    assert_totals(subject.totals(), case, expected)


def assert_totals(totals: PortTotals, case: Case, expected: OracleRun):
    count = len(case.ports)
    dropped = [packet for packet, (_, at, _) in expected.left.items() if at != DELIVERED]
    at = np.array([expected.left[packet][1] for packet in dropped], np.int64)
    bits = case.packets.bits[np.array(dropped, np.int64)]
    assert totals.arrivals.tolist() == expected.arrivals
    assert totals.drops.tolist() == np.bincount(at, minlength=count).tolist()
    assert totals.dropped_bits.tolist() == np.bincount(at, bits, count).tolist()
    assert totals.waits.tolist() == [len(waits) for waits in expected.waits]
    assert totals.wait_sum.tolist() == [sum(waits) for waits in expected.waits]
    assert totals.wait_max.tolist() == [max(waits, default=0) for waits in expected.waits]


@pytest.fixture
def scarcity(monkeypatch):
    """Give the fast engine memory only when it asks, and no more than it asks for."""

    def grudging(store, chunks):
        asked.append(chunks)
        store = layout.more_chunks(store, chunks)
        store.progress["left"] = chunks
        return store

    def take_the_last(store, packets):
        sweep.take(store, packets)
        store.progress["left"] = 0

    asked: list[int] = []
    monkeypatch.setattr(fast, "more_chunks", grudging)
    monkeypatch.setattr(fast, "take", take_the_last)
    return asked


def test_running_out_of_memory_in_the_middle_of_a_visit_changes_nothing(scarcity):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        assert_engines_agree(FastEngine, wild_case(rng), [])
    assert len(scarcity) > 40


def test_a_port_is_not_safe_before_its_visit_has_ended(scarcity):
    """Port 1 must not count as visited when memory ran out: port 0 would not wait for it."""
    ports = make_ports([1.0] * 3, [0] * 3, [10**9, 0, 0])
    routes = make_routes([1, 0], [0, 1], [2, 1, 0])
    number = np.arange(800)
    packets = make_packets(5 * number, [4] * 800, np.where(number < 30, 2, number % 2))
    assert_engines_agree(FastEngine, Case(ports, routes, 1, packets), [])
    assert len(scarcity) > 2


@pytest.mark.parametrize("engine", FAST_ENGINES)
@given(case=cases(most_packets=200), data=st.data())
@settings(deadline=None, max_examples=100, derandomize=True)
def test_both_engines_agree_after_every_block(engine, case, data):
    assert_engines_agree(
        engine, case, data.draw(st.lists(st.integers(0, case.packets.until), max_size=6))
    )


@pytest.mark.parametrize("engine", FAST_ENGINES)
@pytest.mark.parametrize("seed", range(20))
def test_both_engines_agree_on_wild_time_scales(engine, seed):
    rng = np.random.default_rng(seed)
    assert_engines_agree(engine, wild_case(rng), rng.integers(0, 10**9, 5))


def assert_engines_agree(engine, case: Case, instants):
    a = SimPyEngine(case.ports, case.routes, priorities=case.priorities)
    b = engine(case.ports, case.routes, priorities=case.priorities)
    for block in cut(case.packets, instants):
        np.testing.assert_array_equal(gather([a.advance(block)]), gather([b.advance(block)]))
        assert a.in_flight == b.in_flight
        assert a.packet_hops == b.packet_hops
        assert_same(a.totals(), b.totals())
        if block.first_number % 2:
            a.reset_totals()
            b.reset_totals()
    np.testing.assert_array_equal(gather([a.drain()]), gather([b.drain()]))
    assert_same(a.totals(), b.totals())
    assert a.in_flight == b.in_flight == 0


def wild_case(rng: np.random.Generator) -> Case:
    """Bursts of many packets at one instant, between them gaps from picoseconds to seconds."""
    count = int(rng.integers(2, 9))
    servers = rng.choice([0, 0, 0, 2, 50], count)
    limited = rng.integers(0, 2, count) * (servers == 0)
    ports = make_ports(
        rng.choice([0.01, 1.0, 100.0, 1e4], count),
        rng.choice([0, 20_000_000], count),
        rng.choice([0, 1, 5_000, 750_000_000], count),
        buffer_packets=rng.choice([1, 5, 40], count) * limited,
        buffer_bits=rng.choice([0, 12_000, 100_000], count) * limited,
        servers=servers,
    )
    paths = (rng.integers(0, count, rng.integers(1, 7)).tolist() for _ in range(6))
    routes = make_routes(*(one_pool(path, servers) for path in paths))
    packets = 3000
    gaps = rng.choice([0, 0, 0, 0, 0, 1, 100, 10_000, 10**7], packets) * rng.integers(1, 9, packets)
    gaps[rng.integers(0, packets, 3)] = 10 ** rng.integers(8, 13, 3)
    priorities = int(rng.integers(1, 4))
    return Case(
        ports,
        routes,
        priorities,
        make_packets(
            np.cumsum(gaps),
            rng.choice([400, 8000, 12000], packets),
            rng.integers(0, 6, packets),
            priority=rng.integers(0, priorities, packets),
            stream=rng.integers(-1, 3, packets),
            service=rng.choice([0, 1, 10**6, 10**9, -(10**7)], packets),
        ),
    )


@given(case=cases(), data=st.data())
@settings(deadline=None, max_examples=60, derandomize=True)
@pytest.mark.parametrize("engine", ENGINES)
def test_cuts_between_blocks_change_nothing(engine, case, data):
    instants = data.draw(st.lists(st.integers(0, case.packets.until), max_size=6))
    whole = engine(case.ports, case.routes, priorities=case.priorities)
    parts = engine(case.ports, case.routes, priorities=case.priorities)
    at_once, bit_by_bit = [case.packets], list(cut(case.packets, instants))
    np.testing.assert_array_equal(simulate(whole, at_once), simulate(parts, bit_by_bit))
    assert_same(whole.totals(), parts.totals())


@given(case=cases())
@settings(deadline=None, max_examples=60, derandomize=True)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_entered_is_delivered_or_dropped_or_in_flight(engine, case):
    subject = engine(case.ports, case.routes, priorities=case.priorities)
    measured = np.ones(len(case.packets), np.int32)
    packets = replace(case.packets, stream=measured)
    finished = subject.advance(packets)
    assert len(finished) + subject.in_flight == len(packets)
    assert subject.totals().drops.sum() == np.sum(finished["dropped_at"] != DELIVERED)


@given(case=cases())
@settings(deadline=None, max_examples=60, derandomize=True)
@pytest.mark.parametrize("engine", ENGINES)
def test_no_packet_is_faster_than_its_path(engine, case):
    subject = engine(case.ports, case.routes, priorities=case.priorities)
    finished = simulate(subject, [case.packets])
    fixed = case.ports.processing + case.ports.latency
    for number, bits, route, delay, dropped_at in zip(
        finished["number"],
        finished["bits"],
        finished["route"],
        finished["delay"],
        finished["dropped_at"],
        strict=True,
    ):
        path = case.routes.of(route)
        if dropped_at == DELIVERED:
            sending = transmission_ps(np.full(len(path), bits), case.ports.ps_per_bit[path])
            assert delay >= fixed[path].sum() + sending[case.ports.servers[path] == 0].sum(), number


@given(case=cases())
@settings(deadline=None, max_examples=60, derandomize=True)
@pytest.mark.parametrize("engine", ENGINES)
def test_no_packet_overtakes_another_on_the_same_route_and_priority(engine, case):
    subject = engine(case.ports, case.routes, priorities=case.priorities)
    finished = simulate(subject, [case.packets])
    priority = case.packets.priority[finished["number"]]
    seen = [set(case.routes.of(route).tolist()) for route in range(len(case.routes))]
    for route in range(len(case.routes)):
        if (
            len(seen[route]) < len(case.routes.of(route))
            or case.ports.servers[list(seen[route])].any()
        ):
            continue  # a route that meets itself may queue a packet behind a later one
        for level in range(case.priorities):
            ours = (finished["route"] == route) & (finished["dropped_at"] == DELIVERED)
            ours &= priority == level
            assert np.all(np.diff((finished["entry"] + finished["delay"])[ours]) >= 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_event_at_the_end_of_a_block_belongs_to_the_next(engine):
    ports, routes = make_ports([1.0], [0], [5]), make_routes([0])
    subject = engine(ports, routes)
    assert len(subject.advance(make_packets([0], [10], [0], until=15))) == 0
    assert subject.in_flight == 1
    assert subject.advance(make_packets([15], [10], [0], first_number=1))["delay"].tolist() == [15]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_packet_that_departs_now_leaves_its_place_to_one_that_arrives_now(engine):
    ports, routes = make_ports([1.0], [0], [0], buffer_packets=1), make_routes([0])
    finished = simulate(engine(ports, routes), [make_packets([0, 9, 10], [10] * 3, [0] * 3)])
    assert finished["dropped_at"].tolist() == [DELIVERED, 0, DELIVERED]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_urgent_packet_that_arrives_when_the_port_becomes_free_is_chosen(engine):
    ports, routes = make_ports([1.0], [0], [0]), make_routes([0])
    subject = engine(ports, routes, priorities=2)
    packets = make_packets([0, 3, 10], [10] * 3, [0] * 3, priority=[1, 1, 0])
    assert simulate(subject, [packets])["delay"].tolist() == [10, 27, 10]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_may_go_on_after_it_was_drained(engine):
    ports, routes = make_ports([1.0], [0], [5]), make_routes([0])
    subject = engine(ports, routes)
    subject.advance(make_packets([0], [10], [0]))
    assert subject.drain()["delay"].tolist() == [15]
    subject.advance(make_packets([15], [20], [0], first_number=1))
    assert subject.drain()["delay"].tolist() == [25]
    with pytest.raises(ValueError, match="outside of"):
        subject.advance(make_packets([39], [20], [0], first_number=2, until=50))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entry": [5, 3]}, "ordered by entry"),
        ({"route": [0, 9]}, "route outside"),
        ({"priority": [0, 2]}, "priority outside"),
        ({"bits": [1, -1]}, "is negative"),
        ({"bits": [1, 2**31]}, "bit or more"),
        ({"stream": [0, 2**24]}, "a stream from"),
        ({"until": 2}, "outside of"),
        ({"until": 2**61 + 1}, "outside of"),
    ],
)
def test_a_block_that_does_not_fit_is_refused(engine, change, message):
    subject = engine(make_ports([1.0], [0], [5]), make_routes([0]), priorities=2)
    columns = {"entry": [1, 2], "bits": [1, 1], "route": [0, 0], "until": 10} | change
    with pytest.raises(ValueError, match=message):
        subject.advance(make_packets(**columns))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_route_over_an_unknown_port_is_refused(engine):
    with pytest.raises(ValueError, match="port outside"):
        engine(make_ports([1.0], [0], [5]), make_routes([1]))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_without_routes_stays_empty(engine):
    routes = Routes(np.zeros(1, np.int64), np.zeros(0, np.int32))
    subject = engine(make_ports([1.0], [0], [5]), routes)
    assert len(subject.advance(make_packets([], [], [], until=10))) == 0
    assert len(subject.drain()) == 0
