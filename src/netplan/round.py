"""Rounds of replications: how a case is simulated, and how much in each round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netplan.engine.arrivals import OnOff, Periodic, Poisson, read_trace
from netplan.engine.network import CompiledNetwork, RouteTable
from netplan.engine.workload import ArrivalLaw, Source
from netplan.judgement import quantile_level
from netplan.replication import Job, Timing
from netplan.scenario.targets import Layer
from netplan.sizing import PortView, plan_probes, warm_up_time
from netplan.units import GBPS, MS, PS_PER_S, US

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netplan.case import Carried, Case
    from netplan.demand import Flow
    from netplan.samples import Samples
    from netplan.scenario.traffic import OnOff as OnOffLaw

__all__ = ["Design", "design_rounds", "jobs_of_round"]

FIRST_REPLICATIONS = 2
"""Replications of the first round; a later round has as many as all rounds before it."""
BATCHES_PER_REPLICATION = 10
"""Twice ten make the twenty batches that intervals are made from."""
MEAN_LEVEL = 0.8
"""A mean asks for as many packets as this quantile: 10 effective samples in each batch."""
MAX_LEVEL = 0.999
"""A maximum asks for as many packets as this quantile."""
BUDGET_FOR_CARRIED = 0.8
"""Share of the packet budget that the first round may spend on carried traffic."""
LEAST_CYCLES = 20
"""Longest burst cycles that a run must cover for its tails to mean anything."""
LATE = 3
"""The cool-down may last as many warm-up times before packets count as still in flight."""


@dataclass(frozen=True, slots=True)
class Design:
    """How a case is simulated; the same in every round."""

    network: CompiledNetwork
    carried: tuple[Source, ...]
    probes: dict[str, Source]
    """Of every measured stream by name, for streams that are not carried traffic."""
    routes: dict[str, tuple[int, ...]]
    """Numbers of the routes of every measured stream."""
    timing: Timing
    engine: str
    seed: int
    longest_cycle: float
    """Mean on plus off period of the slowest on/off source [s]; 0 without bursts."""

    def describe(self, case: Case, samples: Samples) -> str:
        """Say in one sentence how the case was simulated."""
        parts = [
            f"{samples.packets:,} packets in {samples.duration:.3g} s measured after "
            f"{samples.warm_up / MS:.3g} ms of warm-up each (longest route + 10 relaxation times)"
        ]
        if case.segment_error:
            parts.append(f"segments change a delay by at most {case.segment_error / US:.3g} µs")
        if self.longest_cycle and samples.duration < LEAST_CYCLES * self.longest_cycle:
            cycles = samples.duration / self.longest_cycle
            parts.append(
                f"only {cycles:.1f} of the longest burst cycles were covered, {LEAST_CYCLES} are "
                "wanted: raise simulation.packets.at_most"
            )
        return "; ".join(parts)


def design_rounds(case: Case, streams: Iterable[str], engine: str, seed: int) -> Design:
    """Choose probe rates, warm-up and the length of a replication for the given streams."""
    known = case.streams
    needed = [known[name] for name in streams]
    table = RouteTable(case.topology)
    carried = tuple(source for item in case.carried for source in _sources(item, table))
    routes = {s.name: tuple(table.number(ports) for ports in s.ports) for s in needed}
    network = table.compile()
    view = _port_view(case)
    probes = [stream for stream in needed if not stream.carried]
    used = np.unique([port for s in needed for ports in s.ports for port in ports])
    longest = int(network.fixed.max()) / PS_PER_S
    cycle = _longest_cycle(carried)
    warm_up = warm_up_time(view, used, longest) + cycle
    carried_rate = sum(source.packet_rate for source in carried)
    budget = case.scenario.simulation.packets.at_most
    plan = plan_probes(
        view,
        [stream.ports for stream in probes or needed],
        _hardest_level(case),
        max(stream.sizes.mean for stream in needed),
        sum(item.demand.rate / item.sizes.mean * _mean_hops(item.flows) for item in case.carried),
        longest=BUDGET_FOR_CARRIED * budget / max(carried_rate, 1.0) - FIRST_REPLICATIONS * warm_up,
    )
    sources = {
        s.name: Source(
            name=s.name,
            arrivals=Poisson(packet_rate=float(rate)),
            sizes=s.sizes,
            routes=routes[s.name],
            priority=s.priority,
        )
        for s, rate in zip(probes, plan.rates, strict=False)
    }
    rate = sum(s.packet_rate for s in (*carried, *sources.values()))
    return Design(
        network=network,
        carried=carried,
        probes=sources,
        routes=routes,
        timing=_timing(case, max(plan.duration, LEAST_CYCLES * cycle), warm_up, rate),
        engine=engine,
        seed=seed,
        longest_cycle=cycle,
    )


def _sources(item: Carried, table: RouteTable) -> list[Source]:
    """Return the sources of one demand: a bundle of flows, or one source for each on/off flow."""
    name, law = f"demand/{item.demand.name}", item.traffic_class.arrivals
    routes = tuple(table.number(flow.ports) for flow in item.flows)
    packet_rate = item.demand.rate / item.sizes.mean

    def source(name: str, arrivals: ArrivalLaw, routes: tuple[int, ...]) -> Source:
        return Source(
            name=name,
            arrivals=arrivals,
            sizes=item.sizes,
            routes=routes,
            priority=item.traffic_class.priority,
        )

    if law.on_off is not None:
        burst = _on_off(law.on_off, item.flows[0].rate, item.sizes.mean)
        return [source(f"{name}/{i}", burst, (route,)) for i, route in enumerate(routes)]
    if law.trace is not None:
        return [source(name, read_trace(law.trace.file, item.demand.rate), routes)]
    if law.law == "periodic":
        return [source(name, Periodic(packet_rate), routes)]
    return [source(name, Poisson(packet_rate), routes)]


def _on_off(law: OnOffLaw, rate: float, mean_bits: float) -> OnOff:
    """Return an on/off source of a mean rate [bit/s]: the off periods make up for the rate."""
    on, peak = law.on_ms * MS, law.peak_gbps * GBPS
    return OnOff(
        peak=peak,
        on=on,
        off=on * (peak / rate - 1),
        packet_rate=rate / mean_bits,
        shape=law.shape if law.law == "pareto" else None,
    )


def _longest_cycle(sources: Sequence[Source]) -> float:
    """Mean on plus off period of the slowest on/off source [s]; 0 without bursts."""
    laws = [source.arrivals for source in sources]
    return max((law.on + law.off for law in laws if isinstance(law, OnOff)), default=0.0)


def _timing(case: Case, duration: float, warm_up: float, rate: float) -> Timing:
    """Fit the first round between the scenario's least and most packets."""
    budget = case.scenario.simulation.packets
    unmeasured = FIRST_REPLICATIONS * warm_up
    least, most = budget.at_least / rate, budget.at_most / rate - unmeasured
    total = min(max(duration, least), max(most, 10 * warm_up))
    return Timing(
        warm_up=round(warm_up * PS_PER_S),
        measure=round(total / FIRST_REPLICATIONS * PS_PER_S),
        cool_down=round(LATE * warm_up * PS_PER_S),
        n_batches=BATCHES_PER_REPLICATION,
    )


def _mean_hops(flows: Sequence[Flow]) -> float:
    return float(np.mean([len(flow.ports) for flow in flows]))


def _hardest_level(case: Case) -> float:
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


def _port_view(case: Case) -> PortView:
    channels = case.topology.channel_of_port
    packet_rate, square_rate = np.zeros(len(channels)), np.zeros(len(channels))
    hold = np.full(len(channels), np.inf)
    for item in case.carried:
        for flow in item.flows:
            rate = flow.rate / item.sizes.mean
            np.add.at(packet_rate, list(flow.ports), rate)
            np.add.at(square_rate, list(flow.ports), rate * item.sizes.second_moment)
    for port, channel in enumerate(channels):
        if channel.buffer_bits:
            hold[port] = channel.buffer_bits / channel.capacity
        elif channel.buffer_packets and packet_rate[port]:
            mean_bits = case.load.offered[port] / packet_rate[port]
            hold[port] = channel.buffer_packets * mean_bits / channel.capacity
    busy = packet_rate > 0
    squared_mean = np.square(case.load.offered)
    variation = np.divide(
        square_rate * packet_rate, squared_mean, out=np.ones_like(hold), where=busy
    )
    return PortView(
        utilisation=case.load.utilisation,
        packet_rate=packet_rate,
        size_variation=variation,
        capacity=np.array([channel.capacity for channel in channels]),
        hold_time=hold,
    )


def jobs_of_round(case: Case, design: Design, look: int, open_streams: Iterable[str]) -> list[Job]:
    """Return the replications of one round, measuring only the streams that are still open."""
    names = tuple(open_streams)
    numbers = {name: number for number, name in enumerate(names)}
    sources = tuple(
        replace(source, stream=numbers[source.name]) if source.name in numbers else source
        for source in (*design.carried, *(design.probes[n] for n in names if n in design.probes))
    )
    already = FIRST_REPLICATIONS * 2**look // 2 if look else 0
    count = already or FIRST_REPLICATIONS
    return [
        Job(
            network=design.network,
            sources=sources,
            streams=names,
            stream_routes=tuple(design.routes[name] for name in names),
            engine=design.engine,
            seed=design.seed,
            replication=already + number,
            timing=design.timing,
        )
        for number in range(count)
    ]
