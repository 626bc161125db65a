"""What is left away must change nothing for those that remain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netplan.ground.distributions import ExponentialSize
from netplan.ground.rng import Streams
from netplan.measure.engine.arrivals import Poisson
from netplan.measure.engine.fast import FastEngine
from netplan.measure.engine.model import Ports, Routes
from netplan.measure.engine.network import CompiledNetwork
from netplan.measure.engine.upstream import upstream_of
from netplan.measure.engine.workload import NOWHERE, Source, Workload

PORTS = 8
UNTIL = 20_000_000


def network_of(routes):
    lengths = [len(route) for route in routes]
    ports = Ports(
        ps_per_bit=np.full(PORTS, 100.0),
        processing=np.full(PORTS, 50),
        latency=np.arange(PORTS) * 1000,
        buffer_packets=np.full(PORTS, 5),
        buffer_bits=np.zeros(PORTS, dtype=np.int64),
    )
    fixed = np.zeros(len(routes), dtype=np.int64)
    return CompiledNetwork(
        ports=ports,
        routes=Routes(
            start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            ports=np.array([port for route in routes for port in route], dtype=np.int32),
        ),
        propagation=fixed,
        equipment=fixed,
        processing=fixed,
    )


def delays(network, sources):
    """Return what became of every measured packet, in the order of entry."""
    engine = FastEngine(network.ports, network.routes, priorities=2)
    [block] = Workload(sources, Streams(1)).blocks([UNTIL])
    found = np.concatenate([engine.advance(block).copy(), engine.drain()])
    return sorted(found[["entry", "delay", "dropped_at"]].tolist())


ROUTE = st.lists(st.integers(0, PORTS - 1), min_size=1, max_size=4, unique=True)


# a circle that is walked to its end must not touch ports of groups behind it
@example(measured=[0], bundles=[[[0]], [[0], [1, 7], [7, 1]], [[2, 0]]], priorities=[0] * 7)
@settings(max_examples=60, deadline=None)
@given(
    measured=ROUTE,
    bundles=st.lists(st.lists(ROUTE, min_size=1, max_size=3), min_size=1, max_size=6),
    priorities=st.lists(st.integers(0, 1), min_size=7, max_size=7),
)
def test_measured_packets_fare_as_in_the_whole_network(measured, bundles, priorities):
    """Delays and drops are the same to the picosecond, cycles and small buffers included."""
    routes = [measured, *(route for bundle in bundles for route in bundle)]
    sources, first = [], 1
    for number, bundle in enumerate(bundles):
        own = tuple(range(first, first + len(bundle)))
        first += len(bundle)
        law = Poisson(2e6 * (number + 1))
        sources.append(Source(f"s{number}", law, ExponentialSize(500.0), own, priorities[number]))
    probe = Source("probe", Poisson(4e6), ExponentialSize(500.0), (0,), priorities[6], stream=0)
    network = network_of(routes)
    smaller, left, number = upstream_of(network, sources, [0])
    moved = replace(probe, routes=(int(number[0]),))
    whole = delays(network, [*sources, probe])
    assert whole
    assert delays(smaller, [*left, moved]) == whole


def test_what_lies_downstream_and_elsewhere_is_left_away():
    routes = [[0, 1], [2, 1, 3], [4, 2], [5, 6], [1, 5]]
    names = ("through", "before", "elsewhere", "mixed")
    own = ((1,), (2,), (3,), (3, 4))
    sources = [
        Source(name, Poisson(1e6), ExponentialSize(500.0), r)
        for name, r in zip(names, own, strict=True)
    ]
    smaller, left, number = upstream_of(network_of(routes), sources, [0])
    assert [smaller.routes.of(r).tolist() for r in range(4)] == [[0, 1], [2, 1], [4, 2], [1]]
    assert number.tolist() == [0, 1, 2, NOWHERE, 3]
    assert [source.name for source in left] == ["through", "before", "mixed"]
    assert left[-1].routes == (NOWHERE, 3)
    assert left[-1].packet_rate == pytest.approx(0.5e6)
