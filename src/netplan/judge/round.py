"""Rounds of replications: how a case is simulated, and how much in each round.

The first round is long enough for most streams, and tells of all links. If it is long, only its
begin does: the rest leaves away what cannot delay the measured packets (`measure.engine.upstream`).
A later round measures only the streams that are still open, with as many packets again as they
have, or those that they lack if the first one was too short for them. It may send their probes more
densely, and leaves away all that cannot delay these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netplan.ground.units import MS, PS_PER_S, US
from netplan.input.scenario.targets import Layer, quantile_level
from netplan.judge.carried import longest_cycle, port_view, sources_of
from netplan.measure.engine.arrivals import Poisson
from netplan.measure.engine.network import CompiledNetwork, RouteTable
from netplan.measure.engine.upstream import upstream_of
from netplan.measure.engine.workload import Source
from netplan.measure.replication import Job, Timing
from netplan.measure.sizing import (
    PortView,
    plan_probes,
    probes_lacking,
    slowest_memory,
    warm_up_time,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from netplan.judge.case import Case, Stream
    from netplan.measure.samples import Samples

    Float64 = NDArray[np.float64]

__all__ = [
    "Design",
    "Round",
    "begin_with_all",
    "design_rounds",
    "in_step",
    "jobs_of_round",
    "plan_round",
]

REPLICATIONS = 2
"""Replications of a round."""
BATCHES_PER_REPLICATION = 10
"""Twice ten make the twenty batches that intervals are made from."""
MEAN_LEVEL = 0.8
"""A mean asks for as many packets as this quantile: 10 effective samples in each batch."""
MAX_LEVEL = 0.999
"""A maximum asks for as many packets as this quantile."""
BUDGET_FOR_CARRIED = 0.8
"""Share of the packets that are left which a round may spend on carried traffic."""
BUDGET_FOR_WARM_UP = 0.25
"""Share of all packets that warming up may spend."""
WORTH_A_ROUND = 0.25
"""A round that the budget cuts below this share of its length is not begun."""
ALL_LINKS = 10_000_000
"""Packets of the whole network that suffice to tell of links that delay no measured packet."""
LONG = 5
"""A round so many times longer than that is divided."""
LEAST_WARM_UPS = 10
"""Warm-up times that a round measures at least, whatever the packets that are left."""
LEAST_CYCLES = 20
"""Longest burst cycles that a run must cover for its tails to mean anything."""
LATE = 3
"""The cool-down may last as many warm-up times before packets count as still in flight."""


@dataclass(frozen=True, slots=True)
class Design:
    """How a case is simulated; the same in every round."""

    network: CompiledNetwork
    carried: tuple[Source, ...]
    measured: dict[str, Stream]
    """Every stream that needs simulating, by name."""
    routes: dict[str, tuple[int, ...]]
    """Numbers of the routes of every measured stream."""
    ports: PortView
    warm_up: float
    """[s]."""
    settling: float
    """What the warm-up should last [s]; longer if the packets do not suffice for it."""
    longest_cycle: float
    """Mean on plus off period of the slowest on/off source [s]; 0 without bursts."""
    engine: str
    seed: int

    @property
    def hops(self) -> float:
        """Carried packet-hops per second of simulated time [1/s]."""
        lengths = np.append(np.diff(self.network.routes.start), 0)  # and NOWHERE
        return sum(
            float(source.arrivals.packet_rate * lengths[list(source.routes)].mean())
            for source in self.carried
        )

    def upstream_of(self, streams: Iterable[str]) -> Design:
        """Leave away what cannot delay the packets of some of the streams."""
        measured = {name: self.measured[name] for name in streams}
        wanted = {route for name in measured for route in self.routes[name]}
        network, carried, number = upstream_of(self.network, self.carried, wanted)
        routes = {name: tuple(number[list(self.routes[name])].tolist()) for name in measured}
        return replace(self, network=network, carried=carried, measured=measured, routes=routes)

    def describe(self, case: Case, samples: Samples) -> str:
        """Say in one sentence how the case was simulated."""
        parts = [
            f"{samples.packets:,} packets in {samples.duration:.3g} s measured after "
            f"{samples.warm_up / MS:.3g} ms of warm-up each (longest route + 10 relaxation times)"
        ]
        if self.settling > self.warm_up:
            parts.append(
                f"the ports that remember longest need {self.settling / MS:.3g} ms, more than the "
                "packets suffice for: pairs over them stay open or are missed"
            )
        error = case.segment_error
        if error.delay:
            parts.append(
                f"segments change a delay by at most {error.delay / US:.3g} µs, "
                f"and by at most {error.share:.1%} of a limit"
            )
        if self.longest_cycle and samples.duration < LEAST_CYCLES * self.longest_cycle:
            cycles = samples.duration / self.longest_cycle
            parts.append(
                f"only {cycles:.1f} of the longest burst cycles were covered, {LEAST_CYCLES} are "
                "wanted: raise simulation.packets.at_most"
            )
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of replications."""

    number: int
    """From 0."""
    streams: tuple[str, ...]
    """Streams that are measured."""
    probes: tuple[Source, ...]
    timing: Timing


def design_rounds(case: Case, streams: Iterable[str], engine: str, seed: int) -> Design:
    """Compile a case for the streams that need simulating."""
    measured = {name: case.streams[name] for name in streams}
    table = RouteTable(case.topology)
    carried = tuple(source for item in case.carried for source in sources_of(item, table))
    routes = {n: tuple(table.number(path) for path in s.paths) for n, s in measured.items()}
    network = table.compile()
    view, cycle = port_view(case), longest_cycle(carried)
    used = np.unique([port for s in measured.values() for path in s.paths for port in path])
    longest_route = int(network.fixed.max()) / PS_PER_S
    settling = warm_up_time(view, used, longest_route) + cycle
    spend = BUDGET_FOR_WARM_UP / REPLICATIONS * case.scenario.simulation.packets.at_most
    affordable = spend / max(sum(source.packet_rate for source in carried), 1.0)
    return Design(
        network=network,
        carried=carried,
        measured=measured,
        routes=routes,
        ports=view,
        warm_up=min(settling, max(affordable, longest_route + cycle)),
        settling=settling,
        longest_cycle=cycle,
        engine=engine,
        seed=seed,
    )


def plan_round(
    case: Case,
    design: Design,
    number: int,
    open_streams: Iterable[str],
    before: Samples | None = None,
) -> Round | None:
    """Plan a round for the streams that are still open.

    Parameters
    ----------
    case, design
        What is simulated and how.
    number
        Rounds before this one.
    open_streams
        Names of the streams whose pairs are not decided.
    before
        What the rounds before have measured.

    Returns
    -------
    Round or None
        None if the packets that are left do not suffice for a round that is worth it.
    """
    names = tuple(open_streams)
    streams = [design.measured[name] for name in names]
    probing = [stream for stream in streams if not stream.carried]
    budget = case.scenario.simulation.packets
    left = budget.at_most - (before.packets if before is not None else 0)
    carried_rate = sum(source.packet_rate for source in design.carried)
    unmeasured = REPLICATIONS * design.warm_up
    sized = probing or streams
    plan = plan_probes(
        design.ports,
        [stream.paths for stream in sized],
        probes_lacking(_hardest_level(case), _worth(design, sized, before)),
        max(stream.sizes.mean for stream in streams),
        design.hops,
        longest=BUDGET_FOR_CARRIED * left / max(carried_rate, 1.0) - unmeasured,
    )
    probes = tuple(
        Source(
            name=stream.name,
            arrivals=Poisson(packet_rate=float(rate)),
            sizes=stream.sizes,
            routes=design.routes[stream.name],
            priority=stream.priority,
            service=stream.pool.service if stream.pool is not None else None,
            observes=True,
        )
        for stream, rate in zip(probing, plan.rates[: len(probing)], strict=True)
    )
    rate = carried_rate + sum(source.packet_rate for source in probes)
    wanted = max(plan.duration, LEAST_CYCLES * design.longest_cycle)
    if number == 0:
        wanted = max(wanted, budget.at_least / rate)
    affordable = left / rate - unmeasured
    if number > 0 and affordable < WORTH_A_ROUND * wanted:
        return None
    duration = min(wanted, max(affordable, LEAST_WARM_UPS * design.warm_up))
    return Round(number, names, probes, _timing(duration, design.warm_up))


def begin_with_all(design: Design, planned: Round) -> tuple[tuple[Design, Round], ...]:
    """Divide a long round: its begin is on the whole network, the rest on what matters.

    Returns
    -------
    tuple of (Design, Round)
        The parts, each with replications of its own; the round alone if it is short, or if all of
        the network matters to the streams that it measures.
    """
    timing = planned.timing
    rate = sum(source.packet_rate for source in (*design.carried, *planned.probes))
    begin = round(ALL_LINKS / rate / REPLICATIONS * PS_PER_S)
    if timing.measure < LONG * begin:
        return ((design, planned),)
    less = design.upstream_of(planned.streams)
    if less.hops == design.hops:
        return ((design, planned),)
    rest = Round(
        number=planned.number + 1,
        streams=planned.streams,
        probes=tuple(replace(s, routes=less.routes[s.name]) for s in planned.probes),
        timing=replace(timing, measure=timing.measure - begin),
    )
    first = replace(planned, timing=replace(timing, measure=begin))
    return (design, first), (less, rest)


def _worth(design: Design, streams: Sequence[Stream], before: Samples | None) -> Float64:
    """Return how many independent packets those of each stream are worth so far."""
    if before is None:
        return np.zeros(len(streams))
    found = (before.streams.get(stream.name) for stream in streams)
    packets = np.array([one.delivered if one is not None else 0 for one in found])
    memory = slowest_memory(design.ports, [stream.paths for stream in streams])
    worth: Float64 = packets / (1 + packets / before.duration * memory)
    return worth


def in_step(first: Round, second: Round) -> tuple[Round, Round]:
    """Give two rounds the same timing and the same probes, so that both meet the same packets.

    Streams draw alike wherever name, seed and replication are the same (common random numbers). A
    batch then holds the same packets in both if it also spans the same time, and if the packets
    come at the same rate: the longer times and the lower rates of the two.
    """
    one, two = first.timing, second.timing
    timing = Timing(
        warm_up=max(one.warm_up, two.warm_up),
        measure=max(one.measure, two.measure),
        cool_down=max(one.cool_down, two.cool_down),
        n_batches=one.n_batches,
    )
    rates: dict[str, float] = {}
    for source in (*first.probes, *second.probes):
        rates[source.name] = min(rates.get(source.name, math.inf), source.packet_rate)

    def fitted(planned: Round) -> Round:
        probes = (replace(s, arrivals=Poisson(rates[s.name])) for s in planned.probes)
        return replace(planned, probes=tuple(probes), timing=timing)

    return fitted(first), fitted(second)


def _timing(duration: float, warm_up: float) -> Timing:
    return Timing(
        warm_up=round(warm_up * PS_PER_S),
        measure=round(duration / REPLICATIONS * PS_PER_S),
        cool_down=round(LATE * warm_up * PS_PER_S),
        n_batches=BATCHES_PER_REPLICATION,
    )


def _hardest_level(case: Case) -> float:
    """Return the quantile that asks for most packets, above the median."""
    levels = [0.5]
    for question in case.questions:
        if question.target.layer is Layer.OPTICAL:
            continue
        statistic = question.target.statistic
        if statistic == "mean":
            levels.append(MEAN_LEVEL)
        elif statistic == "max":
            levels.append(MAX_LEVEL)
        else:
            levels.append(quantile_level(statistic))
    return max(max(level, 1 - level) for level in levels)


def jobs_of_round(design: Design, planned: Round) -> list[Job]:
    """Return the replications of a round; their numbers are new in every round."""
    numbers = {name: number for number, name in enumerate(planned.streams)}
    sources = tuple(
        _measured(source, numbers[source.name], design.measured[source.name])
        if source.name in numbers
        else source
        for source in (*design.carried, *planned.probes)
    )
    return [
        Job(
            network=design.network,
            sources=sources,
            streams=planned.streams,
            stream_routes=tuple(design.routes[name] for name in planned.streams),
            stream_least=tuple(design.measured[name].least for name in planned.streams),
            engine=design.engine,
            seed=design.seed,
            replication=REPLICATIONS * planned.number + number,
            timing=planned.timing,
        )
        for number in range(REPLICATIONS)
    ]


def _measured(source: Source, number: int, stream: Stream) -> Source:
    """Let the packets of a source be measured, with what delays them outside of the network."""
    if stream.service is None:
        return replace(source, stream=number)
    storage = stream.pool.storage if stream.pool is not None else None
    return replace(source, stream=number, access=stream.service.access, storage=storage)
