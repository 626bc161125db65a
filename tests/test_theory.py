"""Both engines against queues whose answers are known in closed form.

The ports, routes and packets are built by hand, so that nothing but the engine is under test. What
is measured is compared by 99.9 % intervals that allow for the correlation between packets; the
compiled engine sends enough packets for all intervals to be trusted, the reference fewer. The
closed forms themselves are held against independent numbers in `test_queueing.py`.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from netplan.ground.units import PS_PER_S
from netplan.measure.engine.fast import FastEngine
from netplan.measure.engine.model import DELIVERED, PacketBlock, Ports, PortTotals, Routes
from netplan.measure.engine.reference import SimPyEngine
from netplan.measure.queueing import (
    Service,
    batch_mean_waiting_time,
    deterministic_tandem_mean,
    deterministic_tandem_quantile,
    gim1_root,
    gim1_wait,
    md1_waiting_quantile,
    md1k,
    mg1_wait,
    mm1_mean_sojourn_time,
    mm1_sojourn_quantile,
    mm1_waiting_quantile,
    mm1k,
    periodic_sources_work_tail,
    priority_mean_waiting_times,
)
from netplan.measure.statistics import BATCHES, Batches, mean_interval, quantile_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from netplan.measure.engine.model import Engine

    Float64 = NDArray[np.float64]
    Int64 = NDArray[np.int64]

RATE = 1e7
"""Of a port, where nothing else is said [bit/s]."""
WARM_UP = 0.05
"""Share of the packets that fill the empty queue."""


@dataclass(frozen=True)
class Bench:
    """An engine and the number of packets that it is given."""

    engine: Callable[..., Engine]
    packets: int

    @property
    def thorough(self) -> bool:
        """Whether there are enough packets for every interval to be trusted."""
        return self.engine is FastEngine


@pytest.fixture(params=["fast", "simpy"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fast":
        return Bench(FastEngine, 1_500_000)
    return Bench(SimPyEngine, 20_000)


@dataclass(frozen=True)
class Outcome:
    """What became of each packet, by number."""

    delay: Float64
    """[s]; of a lost packet until it was dropped."""
    lost: NDArray[np.bool_]
    totals: PortTotals


def ports_of(rates: Sequence[float], places: int = 0) -> Ports:
    """Ports of the given rates [bit/s], without any delay but sending."""
    nothing = np.zeros(len(rates), dtype=np.int64)
    return Ports(
        ps_per_bit=PS_PER_S / np.array(rates, dtype=float),
        processing=nothing,
        latency=nothing,
        buffer_packets=nothing + places,
        buffer_bits=nothing,
    )


def send(
    bench: Bench,
    entry: Float64,
    bits: Float64,
    ports: Ports,
    routes: Sequence[Sequence[int]] = ((0,),),
    route: Int64 | None = None,
    priority: Int64 | None = None,
) -> Outcome:
    """Send packets that enter at ascending times [s] through an engine until all are through."""
    n = len(entry)
    starts = np.cumsum([0, *(len(hops) for hops in routes)])
    table = Routes(starts.astype(np.int64), np.concatenate(routes).astype(np.int32))
    nothing = np.zeros(n, dtype=np.int64)
    priority = nothing if priority is None else priority
    block = PacketBlock(
        first_number=0,
        until=int(entry[-1] * PS_PER_S) + 1,
        entry=(entry * PS_PER_S).astype(np.int64),
        bits=np.maximum(1, np.round(bits)).astype(np.int64),
        route=(nothing if route is None else route).astype(np.int32),
        priority=priority.astype(np.int8),
        stream=nothing.astype(np.int32),
    )
    engine = bench.engine(ports, table, priorities=int(priority.max()) + 1)
    parts = [engine.advance(block).copy(), engine.drain()]
    delay, dropped_at = np.zeros(n), np.zeros(n, dtype=np.int64)
    for part in parts:
        delay[part["number"]] = part["delay"] / PS_PER_S
        dropped_at[part["number"]] = part["dropped_at"]
    assert sum(map(len, parts)) == n
    return Outcome(delay, dropped_at != DELIVERED, engine.totals())


def batched(values: Float64) -> Batches:
    """Cut values, in the order of time and without the warm-up, into batches."""
    values = values[int(WARM_UP * len(values)) :]
    values = values[: len(values) // BATCHES * BATCHES].reshape(BATCHES, -1)
    width = max(float(values.max()), 1e-300) / 4_000
    edges = np.arange(4_002) * width
    bins = np.minimum((values / width).astype(np.int64), 4_000)
    counts = np.array([np.bincount(row, minlength=4_001) for row in bins])
    return Batches(edges[:-1], edges[1:], counts, values.sum(axis=1), float(values.max()))


def assert_mean(bench: Bench, values: Float64, exact: float) -> None:
    interval = mean_interval(batched(values), 0.999)
    assert interval.low <= exact <= interval.high
    if bench.thorough:
        assert interval.trusted
        assert interval.high - interval.low < 0.2 * exact


def assert_quantiles(bench: Bench, values: Float64, exact: Callable[[float], float]) -> None:
    batches = batched(values)
    for p in (0.5, 0.9, 0.99):
        interval = quantile_interval(batches, p, 0.999)
        # Whole picoseconds and bits move a delay by less than 1e-6 of any value here.
        assert interval.low <= exact(p) * (1 + 1e-6)
        assert interval.high >= exact(p) * (1 - 1e-6)
        assert interval.trusted or not bench.thorough


def poisson(generator: np.random.Generator, rate: float, n: int) -> Float64:
    return np.cumsum(generator.exponential(1 / rate, n))


# --- one port, Poisson arrivals -----------------------------------------------------------------


@pytest.mark.parametrize("utilisation", [0.5, 0.8, 0.9])
def test_exponential_packets_wait_and_leave_as_mm1_says(bench: Bench, utilisation: float) -> None:
    generator = np.random.default_rng(1)
    arrival_rate = utilisation * 1_000
    bits = generator.exponential(10_000, bench.packets)
    entry = poisson(generator, arrival_rate, bench.packets)
    outcome = send(bench, entry, bits, ports_of([RATE]))
    assert_mean(bench, outcome.delay, mm1_mean_sojourn_time(arrival_rate, 1_000))
    assert_quantiles(bench, outcome.delay, lambda p: mm1_sojourn_quantile(arrival_rate, 1_000, p))
    waits = np.maximum(0, outcome.delay - np.maximum(1, np.round(bits)) / RATE - 1e-12)
    assert_quantiles(bench, waits, lambda p: mm1_waiting_quantile(arrival_rate, 1_000, p))


@pytest.mark.parametrize("utilisation", [0.5, 0.8])
def test_equal_packets_wait_as_md1_says(bench: Bench, utilisation: float) -> None:
    service = 12_000 / RATE
    arrival_rate = utilisation / service
    entry = poisson(np.random.default_rng(2), arrival_rate, bench.packets)
    waits = send(bench, entry, np.full(bench.packets, 12_000), ports_of([RATE])).delay - service
    assert_mean(bench, waits, mg1_wait(arrival_rate, Service.deterministic(service)).mean)
    assert_quantiles(bench, waits, lambda p: md1_waiting_quantile(arrival_rate, service, p))
    assert_mean(bench, (waits > 0).astype(float), utilisation)


@pytest.mark.parametrize(
    ("rate", "sizes", "weights", "arrival_rate", "sojourns"),
    [
        pytest.param(
            25e3,
            (300, 1_700),
            (0.5, 0.5),
            20.0,
            {0.5: 0.11941213811656774, 0.9: 0.3440203393421552, 0.99: 0.6674285844039044},
            id="two sizes",
        ),
        pytest.param(
            RATE,
            (320, 4_608, 12_000),
            (7 / 12, 4 / 12, 1 / 12),
            2203.72184133203,
            {0.5: 0.00046132061494132495, 0.9: 0.0019052017706328698, 0.99: 0.003783063301410821},
            id="imix",
        ),
    ],
)
def test_mixed_packets_leave_as_mg1_says(
    bench: Bench,
    rate: float,
    sizes: tuple[int, ...],
    weights: tuple[float, ...],
    arrival_rate: float,
    sojourns: dict[float, float],
) -> None:
    """Quantiles of M/G/1: by Fourier transform, `queueing_oracles.json`, to 1e-5."""
    generator = np.random.default_rng(3)
    bits = generator.choice(sizes, bench.packets, p=weights).astype(float)
    outcome = send(bench, poisson(generator, arrival_rate, bench.packets), bits, ports_of([rate]))
    service = Service.mix([size / rate for size in sizes], weights)
    assert_mean(bench, outcome.delay, mg1_wait(arrival_rate, service).mean + service.mean)
    assert_quantiles(bench, outcome.delay, sojourns.__getitem__)


def test_bursts_wait_as_the_batch_formula_says(bench: Bench) -> None:
    """Bursts of 4 packets of 12,000 bit, load 0.7."""
    service = 12_000 / RATE
    batch_rate = 0.7 / 4 / service
    entry = np.repeat(poisson(np.random.default_rng(4), batch_rate, bench.packets // 4), 4)
    outcome = send(bench, entry, np.full(len(entry), 12_000), ports_of([RATE]))
    exact = batch_mean_waiting_time(batch_rate, 4, Service.deterministic(service))
    assert_mean(bench, outcome.delay - service, exact)


def test_priorities_wait_as_cobham_says_and_fifo_as_pollaczek_says(bench: Bench) -> None:
    """200 B at 200/s before 1500 B at 600/s."""
    generator = np.random.default_rng(5)
    urgent = generator.random(bench.packets) < 0.25
    bits = np.where(urgent, 1_600, 12_000).astype(float)
    entry = poisson(generator, 800, bench.packets)
    services = [Service.deterministic(1_600 / RATE), Service.deterministic(12_000 / RATE)]
    waits = (
        send(
            bench, entry, bits, ports_of([RATE]), priority=np.where(urgent, 0, 1).astype(np.int64)
        ).delay
        - bits / RATE
    )
    first, second = priority_mean_waiting_times([200, 600], services)
    assert_mean(bench, waits[urgent], first)
    assert_mean(bench, waits[~urgent], second)
    fifo = send(bench, entry, bits, ports_of([RATE])).delay - bits / RATE
    mix = Service.mix([service.mean for service in services], [200, 600])
    assert_mean(bench, fifo, mg1_wait(800, mix).mean)


# --- finite buffers -------------------------------------------------------------------------------


def test_exponential_packets_are_lost_as_mm1k_says(bench: Bench) -> None:
    generator = np.random.default_rng(6)
    bits = generator.exponential(10_000, bench.packets)
    entry = poisson(generator, 900, bench.packets)
    outcome = send(bench, entry, bits, ports_of([RATE], places=20))
    exact = mm1k(900, 1_000, places=20)
    assert_mean(bench, outcome.lost.astype(float), exact.loss)
    assert_mean(bench, outcome.delay[~outcome.lost], exact.mean_sojourn_time)


def test_equal_packets_are_lost_as_md1k_says(bench: Bench) -> None:
    entry = poisson(np.random.default_rng(7), 750, bench.packets)
    bits = np.full(bench.packets, 12_000)
    outcome = send(bench, entry, bits, ports_of([RATE], places=16))
    exact = md1k(750, 12_000 / RATE, places=16)
    interval = mean_interval(batched(outcome.lost.astype(float)), 0.999)
    assert interval.low <= exact.loss <= interval.high
    assert_mean(bench, outcome.delay[~outcome.lost], exact.mean_sojourn_time)


# --- other arrivals -------------------------------------------------------------------------------


def hyperexponential(s: float) -> float:
    """Transform of balanced H2 with c² = 4 and mean 1/800 s."""
    p = (1 + math.sqrt(3 / 5)) / 2
    first, second = 2 * p * 800, 2 * (1 - p) * 800
    return p * first / (first + s) + (1 - p) * second / (second + s)


@pytest.mark.parametrize("law", ["periodic", "hyperexponential"])
def test_other_arrivals_wait_as_gim1_says(bench: Bench, law: str) -> None:
    generator = np.random.default_rng(8)
    n = bench.packets
    if law == "periodic":
        gaps = np.full(n, 1 / 800)
        root = gim1_root(lambda s: math.exp(-s / 800), 1_000, 0.8)
    else:
        p = (1 + math.sqrt(3 / 5)) / 2
        share = np.where(generator.random(n) < p, p, 1 - p)
        gaps = generator.exponential(1, n) / (2 * share * 800)
        root = gim1_root(hyperexponential, 1_000, 0.8)
    bits = generator.exponential(10_000, n)
    outcome = send(bench, np.cumsum(gaps), bits, ports_of([RATE]))
    waits = np.maximum(0, outcome.delay - np.maximum(1, np.round(bits)) / RATE - 1e-12)
    exact = gim1_wait(root, 1_000)
    assert_mean(bench, waits, exact.mean)
    assert_quantiles(bench, waits, exact.quantile)


def test_periodic_sources_queue_as_roberts_and_virtamo_say(bench: Bench) -> None:
    """50 sources, period of 60 packets, phases drawn anew for each of many short epochs.

    The queue is periodic from the second period on, so a tiny probe at a random time of the third
    one meets the stationary work. Probes of different epochs are independent.
    """
    generator = np.random.default_rng(9)
    packet, epochs = 12_000 / RATE, bench.packets // 250
    period = 60 * packet
    begin = np.arange(epochs)[:, None] * 10 * period
    phases = generator.uniform(0, period, (epochs, 50))
    carried = np.concatenate([begin + phases + k * period for k in range(4)], axis=1)
    probes = begin + generator.uniform(2 * period, 3 * period, (epochs, 1))
    entry = np.concatenate([carried, probes], axis=1)
    is_probe = np.broadcast_to(np.arange(201) == 200, entry.shape).ravel()
    order = np.argsort(entry.ravel(), kind="stable")
    bits = np.where(is_probe, 1.0, 12_000.0)
    outcome = send(bench, entry.ravel()[order], bits[order], ports_of([RATE]))
    work = outcome.delay[is_probe[order]] / packet
    for x in (0.5, 1, 2, 3, 5, 8):
        exact = periodic_sources_work_tail(50, 60, x)
        beyond = int((work > x + 1e-3).sum()), int((work > x - 1e-3).sum())
        low, high = stats.binom.interval(0.999, epochs, exact)
        assert beyond[0] <= high
        assert beyond[1] >= low


# --- routes ---------------------------------------------------------------------------------------


def test_equal_packets_queue_at_the_first_of_equal_ports_only(bench: Bench) -> None:
    """Friedman 1965: five ports of 10 Mbit/s, load 0.9."""
    n = bench.packets // 2
    entry = poisson(np.random.default_rng(10), 750, n)
    bits = np.full(n, 12_000)
    outcome = send(bench, entry, bits, ports_of([RATE] * 5), routes=[range(5)])
    services = [12_000 / RATE] * 5
    assert_mean(bench, outcome.delay, deterministic_tandem_mean(750, services))
    assert_quantiles(
        bench, outcome.delay, lambda p: deterministic_tandem_quantile(750, services, p)
    )
    assert outcome.totals.wait_max[0] > 0
    assert outcome.totals.wait_max[1:].tolist() == [0, 0, 0, 0]


def test_the_order_of_the_ports_does_not_change_the_delay_of_equal_packets(bench: Bench) -> None:
    """Friedman 1965, packet by packet."""
    n = bench.packets // 5
    entry = poisson(np.random.default_rng(11), 700, n)
    rates = [2e7, RATE, 4e7]
    delays = [
        send(bench, entry, np.full(n, 12_000), ports_of(order), routes=[range(3)]).delay
        for order in (rates, sorted(rates), sorted(rates, reverse=True))
    ]
    assert np.array_equal(delays[0], delays[1])
    assert np.array_equal(delays[0], delays[2])


def test_a_published_network_of_queues_comes_out_as_far_as_it_is_exact(bench: Bench) -> None:
    """Tanenbaum, Computer Networks, 3rd ed. 1996, s. 5.2.4: 800-bit exponential packets.

    Lines AB and AE carry only packets that come straight from their sources, so they are M/M/1.
    Elsewhere packets keep their size from hop to hop, against Kleinrock's assumption of
    independence, and the published network mean of 86 ms holds approximately.
    """
    lines = {"AB": 20, "BC": 20, "CD": 10, "AE": 20, "EF": 50, "FD": 10, "BF": 20, "EC": 20}
    flows = {
        "AB": 9, "ABC": 4, "ABFD": 1, "AE": 7, "AEF": 4, "BC": 8, "BFD": 3, "BFE": 2,
        "BF": 4, "CD": 3, "CE": 3, "CEF": 2, "DCE": 3, "DF": 4, "EF": 5,
    }  # fmt: skip
    index = {frozenset(line): number for number, line in enumerate(lines)}
    routes = [[index[frozenset(hop)] for hop in itertools.pairwise(flow)] for flow in flows]
    rates = np.array(list(flows.values()), dtype=float)
    generator = np.random.default_rng(12)
    n = bench.packets // 2
    route = generator.choice(len(flows), n, p=rates / rates.sum())
    bits = generator.exponential(800, n)
    ports = ports_of([kbps * 1_000 for kbps in lines.values()])
    entry = poisson(generator, rates.sum(), n)
    outcome = send(bench, entry, bits, ports, routes=routes, route=route)
    single = {flow: outcome.delay[route == number] for number, flow in enumerate(flows)}
    assert_mean(bench, single["AB"], mm1_mean_sojourn_time(14, 25))
    assert_mean(bench, single["AE"], mm1_mean_sojourn_time(11, 25))
    totals = outcome.totals
    carried = totals.waits.sum()
    mean = (totals.wait_sum.sum() + (totals.sent_bits * ports.ps_per_bit).sum()) / carried
    assert mean / PS_PER_S == pytest.approx(0.0864, rel=0.1 if bench.thorough else 0.2)


def test_the_totals_of_a_port_are_the_sum_of_its_packets(bench: Bench) -> None:
    generator = np.random.default_rng(13)
    n = bench.packets // 10
    bits = np.round(generator.exponential(10_000, n)) + 1
    entry = poisson(generator, 800, n)
    outcome = send(bench, entry, bits, ports_of([RATE]))
    assert outcome.totals.waits.tolist() == [n]
    assert outcome.totals.sent_bits.tolist() == [bits.sum()]
    waits = outcome.delay - bits / RATE
    assert outcome.totals.wait_sum[0] / PS_PER_S == pytest.approx(waits.sum(), rel=1e-9)
    assert outcome.totals.wait_max[0] / PS_PER_S == pytest.approx(waits.max(), rel=1e-9)
