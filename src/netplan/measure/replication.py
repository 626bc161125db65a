"""Replications: independent runs of one network, on as many cores as there are.

A replication is a pure function of its `Job`. Jobs share nothing and their samples are returned in
the order of the jobs, so the number of workers changes nothing but the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.ground.rng import Streams
from netplan.ground.units import PS_PER_S
from netplan.measure.engine.workload import Source, Workload
from netplan.measure.recorder import Recorder
from netplan.measure.samples import Samples

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from netplan.measure.engine.model import Engine, PortTotals
    from netplan.measure.engine.network import CompiledNetwork

__all__ = ["Job", "Timing", "Workers", "simulate", "workers"]

BLOCK = 100_000
"""Packets handed to an engine at a time, about: they bound the memory of a run."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Stretches of one replication [ps]."""

    warm_up: int
    measure: int
    cool_down: int
    """Longest time that traffic goes on after the measurement, for its packets to arrive."""
    n_batches: int


@dataclass(frozen=True, slots=True)
class Job:
    """One replication, complete."""

    network: CompiledNetwork
    sources: tuple[Source, ...]
    streams: tuple[str, ...]
    """Name of each measured stream, in the order of `Source.stream`."""
    stream_routes: tuple[tuple[int, ...], ...]
    engine: str
    """``simpy`` or ``fast``."""
    seed: int
    replication: int
    timing: Timing
    stream_least: tuple[int, ...] = ()
    """Least access and compute of each measured stream [ps]; left out: none."""


def make_engine(job: Job) -> Engine:
    """Return an engine for the job's network."""
    priorities = 1 + max((source.priority for source in job.sources), default=0)
    if job.engine == "simpy":
        from netplan.measure.engine.reference import SimPyEngine

        return SimPyEngine(job.network.ports, job.network.routes, priorities=priorities)
    from netplan.measure.engine.fast import FastEngine

    return FastEngine(job.network.ports, job.network.routes, priorities=priorities)


def simulate(job: Job) -> Samples:
    """Run one replication: warm up, measure, and go on until the measured packets have arrived."""
    timing = job.timing
    recorder = Recorder(
        job.network,
        job.streams,
        job.stream_routes,
        (timing.warm_up, timing.warm_up + timing.measure),
        timing.n_batches,
        job.stream_least,
    )
    totals, packets, packet_hops = _run(job, recorder)
    return Samples(
        streams=recorder.streams(),
        totals=totals,
        duration=timing.measure / PS_PER_S,
        warm_up=timing.warm_up / PS_PER_S,
        packets=packets,
        packet_hops=packet_hops,
    )


def _run(job: Job, recorder: Recorder) -> tuple[PortTotals, int, int]:
    """Record one replication and return the totals of the measurement, packets and packet-hops.

    Engine and workload are gone when the samples are made: the two need not be held at once.
    """
    timing = job.timing
    engine = make_engine(job)
    workload = Workload(job.sources, Streams(job.seed, job.replication))
    packet_rate = sum(source.packet_rate for source in job.sources)
    step = max(1, math.ceil(BLOCK / packet_rate * PS_PER_S))
    packets = 0

    def run(begin: int, end: int) -> None:
        nonlocal packets
        for block in workload.blocks(_cuts(begin, end, step)):
            packets += len(block)
            recorder.enter(block)
            recorder.record(engine.advance(block))

    now = timing.warm_up + timing.measure
    run(0, timing.warm_up)
    engine.reset_totals()
    run(timing.warm_up, now)
    totals = engine.totals()
    give_up = now + timing.cool_down
    while recorder.waiting_for and now < give_up:
        ahead = min(now + min(step, max(1, timing.cool_down // 8)), give_up)
        run(now, ahead)
        now = ahead
    return totals, packets, engine.packet_hops


def _cuts(begin: int, end: int, step: int) -> list[int]:
    return [*range(begin + step, end, step), end] if end > begin else []


Workers = Callable[[Sequence[Job]], Iterator[Samples]]
"""Begins jobs at once where several run at a time, and yields their samples in their order."""


@contextmanager
def workers(
    count: int, engine: str, task: Callable[[Job], Samples] = simulate
) -> Iterator[Workers]:
    """Provide workers: threads for the compiled engine, which frees the lock; processes for SimPy.

    Parameters
    ----------
    count
        Jobs that run at a time, at least 1.
    engine
        ``simpy`` or ``fast``.
    task
        What is done with a job; other processes must be able to import it.
    """
    if count == 1:
        yield lambda jobs: map(task, jobs)
        return
    executor = _executor(count, engine)

    def run(jobs: Sequence[Job]) -> Iterator[Samples]:
        return _results([executor.submit(task, job) for job in jobs])

    try:
        yield run
    finally:
        # Nobody wants what still runs after an error or Ctrl-C.
        executor.shutdown(wait=False, cancel_futures=True)


def _results(futures: Sequence[Future[Samples]]) -> Iterator[Samples]:
    for future in futures:
        yield future.result()


def _executor(count: int, engine: str) -> Executor:
    if engine == "fast":
        return ThreadPoolExecutor(count)
    import multiprocessing
    import signal
    from concurrent.futures import ProcessPoolExecutor

    # A fresh interpreter each, on every system: forking a process with threads may deadlock.
    # Ctrl-C reaches all of them; only the first process has to say something about it.
    return ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
