"""Our packet model beside published simulations of the same networks.

The reference figures come from another program, BNNetSimulator (OMNeT++), in the data set of the
Graph Neural Networking Challenge 2021: 30 nodes, 136 links, 870 Poisson flows, two packet sizes,
buffers of 32 packets, no propagation.
"""

from __future__ import annotations

import csv
import functools
import itertools
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from netplan.ground.distributions import MixedSize
from netplan.ground.units import PS_PER_S
from netplan.measure.engine.arrivals import Poisson
from netplan.measure.engine.model import Ports, Routes
from netplan.measure.engine.network import CompiledNetwork
from netplan.measure.engine.workload import Source
from netplan.measure.replication import Job, Timing, simulate

PUBLISHED = Path(__file__).parents[1].parent / "shared" / "validation" / "routenet"
LIGHT, MIDDLE, HEAVY = CASES = ("P1_fifo30_light", "P2_fifo30_mid", "P3_fifo30_heavy_loss")

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published simulations are not beside the repository"
)


def show(line):
    sys.stdout.write(f"\n{line}\n")


def rows(case, table):
    with (PUBLISHED / case / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def column(case, table, key):
    return np.array([float(row[key]) for row in rows(case, table)])


def job_of(case, engine, seconds, warm_up=200):
    """Build the published network and its flows, with a measured stream for every flow."""
    network = json.loads((PUBLISHED / case / "network.json").read_text())
    links = {(link["src"], link["dst"]): i for i, link in enumerate(network["links"])}
    model, n = network["model"], len(links)
    flows = rows(case, "flows")
    paths = [[int(node) for node in flow["path"].split("-")] for flow in flows]
    routes = [[links[hop] for hop in itertools.pairwise(path)] for path in paths]
    none, no_delay = np.zeros(n, np.int64), np.zeros(len(routes), np.int64)
    names = tuple(f"{flow['src']}>{flow['dst']}" for flow in flows)
    sizes = MixedSize(tuple(model["packet_sizes_bits"]), tuple(model["packet_size_probs"]))
    return Job(
        network=CompiledNetwork(
            ports=Ports(
                ps_per_bit=np.array([PS_PER_S / link["capacity_bps"] for link in network["links"]]),
                processing=none,
                latency=none,
                buffer_packets=np.full(n, model["buffer_packets_total"]),
                buffer_bits=none,
            ),
            routes=Routes(
                start=np.cumsum([0, *map(len, routes)]).astype(np.int64),
                ports=np.concatenate(routes).astype(np.int32),
            ),
            propagation=no_delay,
            equipment=no_delay,
            processing=no_delay,
        ),
        sources=tuple(
            Source(
                name=name,
                arrivals=Poisson(packet_rate=float(flow["rate_bps"]) / sizes.mean),
                sizes=sizes,
                routes=(number,),
                stream=number,
            )
            for number, (name, flow) in enumerate(zip(names, flows, strict=True))
        ),
        streams=names,
        stream_routes=tuple((number,) for number in range(len(flows))),
        engine=engine,
        seed=2021,
        replication=0,
        timing=Timing(
            warm_up=warm_up * PS_PER_S,
            measure=seconds * PS_PER_S,
            cool_down=600 * PS_PER_S,
            n_batches=1,
        ),
    )


@dataclass(frozen=True)
class Found:
    """What we measured, in the order of the published tables."""

    means: np.ndarray
    delivered: np.ndarray
    network_mean: float
    network_loss: float
    utilisation: np.ndarray
    link_loss: np.ndarray
    occupancy: np.ndarray


@functools.cache
def measure(case, seconds=1000, engine="fast"):
    job = job_of(case, engine, seconds)
    samples = simulate(job)
    streams = [samples.streams[name] for name in job.streams]
    assert not any(stream.in_flight for stream in streams)
    delivered = np.array([stream.delivered for stream in streams])
    dropped = np.array([stream.dropped.sum() for stream in streams])
    sums = np.array([stream.sums.sum() for stream in streams]) / PS_PER_S
    totals, ps_per_bit = samples.totals, job.network.ports.ps_per_bit
    busy = totals.sent_bits * ps_per_bit / PS_PER_S
    return Found(
        means=sums / delivered,
        delivered=delivered,
        network_mean=sums.sum() / delivered.sum(),
        network_loss=dropped.sum() / (delivered.sum() + dropped.sum()),
        utilisation=busy / samples.duration,
        link_loss=totals.drops / totals.arrivals,
        occupancy=(totals.wait_sum / PS_PER_S + busy) / samples.duration,
    )


def published_mean(case):
    """Mean delay of all delivered packets [s]."""
    delivered = column(case, "expected_flows", "generated_pps") - column(
        case, "expected_flows", "dropped_pps"
    )
    return np.average(column(case, "expected_flows", "mean_s"), weights=delivered)


def published_loss(case):
    generated = column(case, "expected_flows", "generated_pps")
    return column(case, "expected_flows", "dropped_pps").sum() / generated.sum()


@pytest.mark.parametrize("case", CASES)
def test_the_mean_delay_of_a_network_is_within_3_percent_of_the_published_one(case):
    ours, theirs = measure(case).network_mean, published_mean(case)
    show(f"{case}: mean delay {theirs:.5f} s published, {ours:.5f} s ours ({ours / theirs:.4f})")
    assert ours == pytest.approx(theirs, rel=0.03)


@pytest.mark.parametrize("case", CASES)
def test_the_mean_delay_of_a_flow_is_on_average_within_4_percent_of_the_published_one(case):
    theirs = column(case, "expected_flows", "mean_s")
    error = np.abs(measure(case).means / theirs - 1)
    show(f"{case}: flow means off by {error.mean():.2%} on average, {error.max():.1%} at most")
    assert error.mean() < 0.04


def test_the_loss_of_an_overloaded_network_is_within_15_percent_of_the_published_one():
    ours, theirs = measure(HEAVY).network_loss, published_loss(HEAVY)
    show(f"{HEAVY}: loss {theirs:.4%} published, {ours:.4%} ours ({ours / theirs:.3f})")
    assert ours == pytest.approx(theirs, rel=0.15)


@pytest.mark.parametrize("case", CASES)
def test_ports_are_as_busy_and_as_full_as_the_published_ones(case):
    found = measure(case)
    busy = column(case, "expected_links", "utilisation")
    # The published mean leaves out the time in which a port is empty.
    theirs = column(case, "expected_links", "mean_occupancy_pkts")
    ours = found.occupancy / found.utilisation
    off = np.abs(found.utilisation - busy)
    show(
        f"{case}: utilisation up to {busy.max():.1%}, off by {off.mean():.2%} on average; "
        f"packets in a busy port {theirs.mean():.3f} published, {ours.mean():.3f} ours"
    )
    assert off.mean() < 0.01
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.03)


def test_both_engines_give_the_same_figures():
    reference, compiled = (measure(HEAVY, 40, engine) for engine in ("simpy", "fast"))
    for name in ("means", "delivered", "utilisation", "link_loss", "occupancy"):
        assert np.array_equal(getattr(reference, name), getattr(compiled, name)), name
