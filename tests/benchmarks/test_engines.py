"""Speed of the engines, beside the usual way to write a network of queues in SimPy.

One JSON line for each workload and engine. All engines of a workload take turns in one process, and
times are medians of processor time (everything here is one thread), so that whatever else the
machine does disturbs the ratios little. Packets are drawn before the clock starts: `workload` is
what drawing those of the fast engine took [s].
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import time
import tracemalloc
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import simpy

from netplan.measure.engine.fast import FastEngine
from netplan.measure.engine.model import PacketBlock, Ports, Routes
from netplan.measure.engine.reference import SimPyEngine
from netplan.measure.replication import workers

pytestmark = pytest.mark.benchmark(group="engines")

NSF14_KM = """
0-1 1050, 0-2 1500, 0-7 2400, 1-2 600, 1-3 750, 2-5 1800, 3-4 600, 3-10 1950, 4-5 1200, 4-6 600,
5-9 1050, 5-13 1800, 6-7 750, 7-8 750, 8-9 750, 8-11 300, 8-13 300, 10-11 600, 10-12 750,
11-13 300, 12-13 150
"""
"""Nodes and length [km] of 21 links. Source: 14-node NSFNET, `../shared/validation/nsf14.csv`."""
PS_PER_KM = 5_000_000
GIGABIT_PS = 1000.0
"""Time to send one bit at 1 Gb/s [ps]."""
MEAN_BITS = 8000
BUSIEST = 0.7
BLOCK = 65_536
ROUNDS = 5
TRIALS = 15
"""Of two cores, of which each does `ROUNDS` runs: shorter ones tell more of their neighbours."""


@dataclass(frozen=True)
class Load:
    """A network and what flows through it: Poisson flows of equal rate, one for each route."""

    ports: Ports
    routes: Routes
    packets: int
    """For the fast engine; the others get as many as they manage in about a second."""

    @property
    def packets_per_ps(self) -> float:
        """Arrival rate at which the busiest port is utilised by `BUSIEST`."""
        crossings = np.bincount(self.routes.ports, minlength=len(self.ports)) / len(self.routes)
        return BUSIEST / float(np.max(crossings * self.ports.ps_per_bit) * MEAN_BITS)

    def blocks(self, packets: int, seed: int = 1) -> list[PacketBlock]:
        """Draw packets with exponential sizes of 1000 bytes on average."""
        rng = np.random.default_rng(seed)
        gaps = rng.exponential(1 / self.packets_per_ps, packets)
        entry = np.cumsum(gaps).astype(np.int64)
        bits = np.maximum(8, 8 * np.round(rng.exponential(MEAN_BITS / 8, packets))).astype(np.int64)
        route = rng.integers(0, len(self.routes), packets, dtype=np.int32)
        zeros = np.zeros(packets, np.int32)
        return [
            PacketBlock(
                first_number=first,
                until=int(entry[min(first + BLOCK, packets - 1)]) + (first + BLOCK >= packets),
                entry=entry[first : first + BLOCK],
                bits=bits[first : first + BLOCK],
                route=route[first : first + BLOCK],
                priority=zeros[first : first + BLOCK].astype(np.int8),
                stream=zeros[first : first + BLOCK],
            )
            for first in range(0, packets, BLOCK)
        ]


def one_line(hops: int) -> Load:
    """`hops` links of 1 Gb/s in a row."""
    fixed = np.zeros(hops, np.int64)
    ports = Ports(np.full(hops, GIGABIT_PS), fixed, fixed, fixed, fixed)
    return Load(ports, Routes(np.array([0, hops]), np.arange(hops, dtype=np.int32)), 1_000_000)


def nsf14(gbps: float = 1.0, stretch: float = 1.0, packets: int = 1_000_000) -> Load:
    """NSFNET with shortest paths between all pairs; `stretch` scales the lengths."""
    graph = nx.DiGraph()
    for link in NSF14_KM.replace("\n", " ").split(","):
        ends, km = link.split()
        a, b = map(int, ends.split("-"))
        graph.add_edge(a, b, km=int(km))
        graph.add_edge(b, a, km=int(km))
    number = {edge: port for port, edge in enumerate(graph.edges)}
    latency = [round(km * PS_PER_KM * stretch) for _, _, km in graph.edges(data="km")]
    none = np.zeros(len(number), np.int64)
    ports = Ports(np.full(len(number), GIGABIT_PS / gbps), none, np.array(latency), none, none)
    paths = [
        [number[hop] for hop in pairwise(path)]
        for source, targets in nx.all_pairs_dijkstra_path(graph, weight="km")
        for target, path in targets.items()
        if source != target
    ]
    start = np.cumsum([0, *map(len, paths)])
    return Load(ports, Routes(start, np.concatenate(paths).astype(np.int32)), packets)


LOADS = {
    "mm1": one_line(1),
    "tandem5": one_line(5),
    "nsf14": nsf14(),
    "nsf14 10G": nsf14(gbps=10),
    "nsf14 100G": nsf14(gbps=100, packets=3_000_000),
    "nsf14 7.5 us": nsf14(stretch=0.01),
    "nsf14 7.5 us 100G": nsf14(stretch=0.01, gbps=100),
    "nsf14 zero": nsf14(stretch=0.0),
}


def with_resources(load: Load, blocks: list[PacketBlock]) -> int:
    """Simulate with a `Resource` for each link and a process for each packet, as one would."""
    env = simpy.Environment()
    links = [simpy.Resource(env) for _ in range(len(load.ports))]
    ps_per_bit, latency = load.ports.ps_per_bit.tolist(), load.ports.latency.tolist()
    paths = [load.routes.of(route).tolist() for route in range(len(load.routes))]
    hops = 0

    def packet(bits, path):
        nonlocal hops
        for port in path:
            with links[port].request() as request:
                yield request
                yield env.timeout(bits * ps_per_bit[port])
            hops += 1
            yield env.timeout(latency[port])

    def source():
        for block in blocks:
            columns = (block.entry.tolist(), block.bits.tolist(), block.route.tolist())
            for entry, bits, route in zip(*columns, strict=True):
                yield env.timeout(entry - env.now)
                env.process(packet(bits, paths[route]))

    env.process(source())
    env.run()
    return hops


def with_engine(kind, load: Load, blocks: list[PacketBlock]) -> int:
    """Simulate with one of ours."""
    engine = kind(load.ports, load.routes)
    for block in blocks:
        engine.advance(block)
    engine.drain()
    return engine.packet_hops


SUBJECTS = {
    "simpy resource": (with_resources, 0.02),
    "simpy": (lambda *work: with_engine(SimPyEngine, *work), 0.05),
    "fast": (lambda *work: with_engine(FastEngine, *work), 1.0),
}
"""What runs, and on which share of the packets."""


def seconds(run, *work) -> tuple[float, int]:
    """Time one run; also how many packet-hops it was."""
    gc.collect()
    begin = time.process_time()
    hops = run(*work)
    return time.process_time() - begin, hops


def peak_mib(run, *work) -> float:
    """Memory that one run takes beyond what was there, at most."""
    tracemalloc.start()
    run(*work)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


@pytest.mark.parametrize("name", LOADS)
def test_packet_hops_per_second(name, capsys):
    load = LOADS[name]
    work = {
        subject: (load, load.blocks(round(load.packets * share)))
        for subject, (_, share) in SUBJECTS.items()
    }
    drawing, _ = seconds(lambda: len(load.blocks(load.packets)))
    with_engine(FastEngine, load, load.blocks(1000))
    rounds = [
        {subject: seconds(run, *work[subject]) for subject, (run, _) in SUBJECTS.items()}
        for _ in range(ROUNDS)
    ]
    speed = {
        subject: statistics.median(r[subject][1] / r[subject][0] for r in rounds)
        for subject in SUBJECTS
    }
    for subject, (run, _) in SUBJECTS.items():
        line = {
            "benchmark": name,
            "engine": subject,
            "packet_hops": rounds[0][subject][1],
            "seconds": round(statistics.median(r[subject][0] for r in rounds), 4),
            "mph_per_s": round(speed[subject] / 1e6, 3),
            "times_simpy_resource": round(speed[subject] / speed["simpy resource"], 1),
            "times_simpy_engine": round(speed[subject] / speed["simpy"], 1),
            "peak_mib": round(peak_mib(run, *work[subject]), 1),
            "workload": round(drawing, 3) if subject == "fast" else None,
        }
        with capsys.disabled():
            print(json.dumps(line))  # noqa: T201 # the line is what the benchmark is for
    assert with_engine(FastEngine, *work["simpy"]) == rounds[0]["simpy"][1]


@pytest.mark.skipif(os.cpu_count() == 1, reason="needs two cores")
def test_two_cores_against_one(capsys):
    """Two jobs one after the other, then side by side as replications are."""
    load = LOADS["nsf14"]
    jobs = [load.blocks(load.packets, seed) for seed in (1, 2)]

    def job(blocks):
        return sum(with_engine(FastEngine, load, blocks) for _ in range(ROUNDS))

    def clock(jobs_done):
        begin = time.perf_counter()
        hops = sum(jobs_done())
        return time.perf_counter() - begin, hops

    job(load.blocks(1000))
    with workers(2, "fast", job) as side_by_side:
        trials = [
            (clock(lambda: map(job, jobs)), clock(lambda: side_by_side(jobs)))
            for _ in range(TRIALS)
        ]
    assert len({hops for trial in trials for _, hops in trial}) == 1
    gains = [one / two for (one, _), (two, _) in trials]
    took, hops = statistics.median(two for _, (two, _) in trials), trials[0][1][1]
    lower, median, upper = statistics.quantiles(gains, n=4)
    line = {
        "benchmark": "nsf14 on two cores",
        "engine": "fast",
        "packet_hops": hops,
        "seconds": round(took, 3),
        "mph_per_s": round(hops / took / 1e6, 3),
        "times_one_core": round(median, 2),
        "middle_half": [round(lower, 2), round(upper, 2)],
    }
    with capsys.disabled():
        print(json.dumps(line))  # noqa: T201 # the line is what the benchmark is for
