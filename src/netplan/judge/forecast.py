"""What a scenario will cost, before anything is simulated: runs, packets, time and memory.

The first round is planned exactly; how many follow depends on what it shows, up to the packet
budget. Rates are those of `RATES`; the machine at hand may be twice as fast, or half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netplan.ground.units import PS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netplan.judge.study import Study
    from netplan.measure.replication import Job

__all__ = ["LONG_RUN", "RATES", "Forecast", "Load", "forecast"]

RATES = {"fast": 4e6, "simpy": 1.5e5}
"""Packet-hops per second of one core, drawing and recording included [1/s]. Measured in the
shipped scenarios on shared cores: 4 (Liaoning) to 11 million (two cities), and 0.15 million."""
LONG_RUN = 30.0
"""A run that takes longer is worth saying before it begins [s]."""
BASE_MEMORY = 200e6
"""The interpreter with its libraries [byte]; measured."""
JOB_MEMORY, PACKET_MEMORY, SOURCE_MEMORY = 30e6, 100.0, 15e3
"""Of a run: its blocks, a packet under way, a source with what it has drawn ahead [byte]; measured
within a factor of two."""


@dataclass(frozen=True, slots=True)
class Load:
    """The first round of one year."""

    name: str
    jobs: int
    streams: int
    """Streams that are measured."""
    packets: float
    packet_hops: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The work ahead."""

    engine: str
    workers: int
    loads: tuple[Load, ...]
    """Years that need simulation."""
    decided: int
    """Years that are decided from their routes alone."""
    most_packets: float
    """What all years may spend by their budgets."""
    states: int
    """Failure states to be screened; those that need it are simulated on top."""
    memory: float
    """[byte]."""

    @property
    def seconds(self) -> float:
        """Time of the first round [s]."""
        hops = sum(load.packet_hops for load in self.loads)
        jobs = sum(load.jobs for load in self.loads)
        side_by_side = max(1, min(self.workers, jobs))
        return hops / RATES[self.engine] / side_by_side

    @property
    def most_seconds(self) -> float:
        """Time if all budgets are spent [s]."""
        packets = sum(load.packets for load in self.loads)
        return self.seconds * max(1.0, self.most_packets / packets) if packets else 0.0


def forecast(studies: Sequence[Study], workers: int, states: int = 0) -> Forecast:
    """Plan the first round of all years.

    Parameters
    ----------
    studies
        One for each year, nothing simulated yet.
    workers
        Runs at a time.
    states
        Failure states of all years.
    """
    planned = [(study, study.next_jobs()) for study in studies if study.wants_more]
    loads = [_load(study.name, jobs) for study, jobs in planned]
    budgets = [study.case.scenario.simulation.packets.at_most for study, _ in planned]
    first = [jobs[0] for _, jobs in planned]
    each = max(map(_memory, first), default=0.0)
    return Forecast(
        engine=studies[0].engine,
        workers=workers,
        loads=tuple(loads),
        decided=len(studies) - len(loads),
        most_packets=float(sum(budgets)),
        states=states,
        memory=BASE_MEMORY + each * min(workers, sum(load.jobs for load in loads)),
    )


def _load(name: str, jobs: Sequence[Job]) -> Load:
    rates = [(_time(job), *_rates(job)) for job in jobs]
    return Load(
        name=name,
        jobs=len(jobs),
        streams=len(jobs[0].streams),
        packets=sum(time * packets for time, packets, _, _ in rates),
        packet_hops=sum(time * hops for time, _, hops, _ in rates),
    )


def _time(job: Job) -> float:
    """Return the simulated time [s]; the short cool-down is left out."""
    return (job.timing.warm_up + job.timing.measure) / PS_PER_S


def _rates(job: Job) -> tuple[float, float, float]:
    """Return packets [1/s], packet-hops [1/s], and packets under way."""
    hops = np.diff(job.network.routes.start)
    fixed = job.network.fixed / PS_PER_S
    rates = np.array([source.packet_rate for source in job.sources])
    flows = np.array([len(source.routes) for source in job.sources])
    # Every flow of a source has an equal part of its rate.
    of_flow = np.repeat(rates / flows, flows)
    routes = np.array([route for source in job.sources for route in source.routes])
    return float(rates.sum()), float(of_flow @ hops[routes]), float(of_flow @ fixed[routes])


def _memory(job: Job) -> float:
    under_way = _rates(job)[2]
    return JOB_MEMORY + PACKET_MEMORY * under_way + SOURCE_MEMORY * len(job.sources)
