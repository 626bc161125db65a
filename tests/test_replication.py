from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from netplan.ground.distributions import fixed_size
from netplan.ground.units import MS, PS_PER_S
from netplan.measure.engine.arrivals import Periodic, Poisson
from netplan.measure.engine.model import Ports, Routes
from netplan.measure.engine.network import CompiledNetwork
from netplan.measure.engine.workload import Source
from netplan.measure.replication import Job, Timing, simulate, workers

MILLI = round(MS * PS_PER_S)


def network(latency=0, buffer=0):
    """One port of 1 Gbit/s: a packet of 1000 bits takes a microsecond."""
    one = np.ones(1, np.int64)
    return CompiledNetwork(
        ports=Ports(np.array([1000.0]), 0 * one, latency * one, buffer * one, 0 * one),
        routes=Routes(np.array([0, 1]), np.array([0], np.int32)),
        propagation=latency * one,
        equipment=0 * one,
        processing=0 * one,
    )


def job(engine="fast", arrivals=None, latency=0, buffer=0, replication=0, warm_up=1, cool_down=5):
    source = Source(
        name="demand/a>b/best",
        arrivals=arrivals or Poisson(5e5),
        sizes=fixed_size(125),
        routes=(0,),
        stream=0,
    )
    return Job(
        network=network(latency, buffer),
        sources=(source,),
        streams=("demand/a>b/best",),
        stream_routes=((0,),),
        engine=engine,
        seed=9,
        replication=replication,
        timing=Timing(
            warm_up=warm_up * MILLI, measure=20 * MILLI, cool_down=cool_down * MILLI, n_batches=4
        ),
    )


def same(one, two):
    for name in one.streams:
        for field in fields(one.streams[name]):
            a, b = (getattr(found.streams[name], field.name) for found in (one, two))
            assert all(map(np.array_equal, a, b)) if isinstance(a, tuple) else np.array_equal(a, b)
    for field in fields(one.totals):
        assert np.array_equal(getattr(one.totals, field.name), getattr(two.totals, field.name))


def test_both_engines_measure_the_same():
    same(simulate(job("simpy", buffer=4)), simulate(job("fast", buffer=4)))


def test_a_replication_depends_on_its_job_alone():
    first = simulate(job())
    simulate(job(replication=1))
    same(first, simulate(job()))


def test_replications_differ():
    one, two = (simulate(job(replication=n)).streams["demand/a>b/best"] for n in (0, 1))
    assert one.sums.tolist() != two.sums.tolist()


def test_only_the_measured_stretch_counts():
    """A packet every 2 us: 10 000 in 20 ms, 2500 in each batch."""
    samples = simulate(job(arrivals=Periodic(5e5)))
    [stream] = samples.streams.values()
    assert stream.counts.sum(axis=1).tolist() == [2500] * 4
    assert samples.duration == pytest.approx(0.02)
    assert samples.warm_up == pytest.approx(0.001)
    assert samples.totals.arrivals[0] == pytest.approx(10_000, abs=1)


def test_packets_still_under_way_at_the_end_of_the_measurement_are_waited_for():
    [stream] = simulate(job(latency=3 * MILLI)).streams.values()
    assert stream.in_flight == 0
    assert stream.base == 3 * MILLI


@pytest.mark.parametrize("engine", ["simpy", "fast"])
def test_packets_that_never_arrive_in_time_are_counted_as_in_flight(engine):
    """Ten milliseconds on the way, five of them waited for: a quarter of 20 ms is missing."""
    made = job(engine, arrivals=Periodic(5e5), latency=10 * MILLI, cool_down=5)
    [stream] = simulate(made).streams.values()
    assert stream.in_flight == pytest.approx(2500, abs=2)
    assert stream.delivered + stream.in_flight == 10_000


def test_dropped_packets_are_counted_not_left_out():
    """Twice the rate of the port: half of the packets are lost."""
    [stream] = simulate(job(arrivals=Poisson(2e6), buffer=10)).streams.values()
    assert stream.loss == pytest.approx(0.5, abs=0.02)
    assert stream.in_flight == 0


def test_the_mean_wait_is_that_of_md1():
    """At half load a packet waits rho / (2 (1 - rho)) of its service time, 0.5 us."""
    waits = [
        simulate(job(replication=n)).streams["demand/a>b/best"].component_sums[4] for n in range(60)
    ]
    assert np.sum(waits) / 60 / 10_000 == pytest.approx(0.5e6, rel=0.03)


@pytest.mark.parametrize("engine", ["fast", "simpy"])
def test_workers_return_samples_in_the_order_of_the_jobs(engine):
    jobs = [replace(job(engine), replication=n) for n in (3, 1, 2)]
    with workers(2, engine) as run:
        found = list(run(jobs))
    for made, samples in zip(jobs, found, strict=True):
        same(simulate(made), samples)
