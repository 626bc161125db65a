"""What a case is made of: the network of a year, its traffic, and what is asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from netplan.ground.units import seconds_to_ps
from netplan.network.routing import Route, through_pool

if TYPE_CHECKING:
    from netplan.ground.distributions import DurationDistribution, SizeDistribution
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.targets import Target
    from netplan.input.scenario.traffic import TrafficClass
    from netplan.network.demand import Flow, Load, PairDemand
    from netplan.network.segments import SegmentError
    from netplan.network.selection import Pair
    from netplan.network.topology import Pool, Topology

__all__ = ["Carried", "Case", "Question", "Service", "Stream"]


@dataclass(frozen=True, slots=True)
class Service:
    """What the packets of a stream meet beyond the network."""

    access: tuple[DurationDistribution, ...]
    """Last miles on the way, those of the way back included."""
    pool: Pool | None
    """Servers; none where the target leaves compute out."""

    @property
    def least(self) -> int:
        """The least that all this can take [ps]."""
        laws = [*self.access]
        if self.pool is not None:
            laws += [law for law in (self.pool.service, self.pool.storage) if law is not None]
        return sum(seconds_to_ps(law.least) for law in laws)


@dataclass(frozen=True, slots=True)
class Stream:
    """Packets that are measured: the probes of a pair, or the carried packets of a demand."""

    name: str
    sizes: SizeDistribution
    priority: int
    routes: tuple[Route, ...]
    """Of each flow; for a round trip there and back."""
    ports: tuple[tuple[int, ...], ...]
    """Of each flow: the members of the channels on its route."""
    carried: bool = False
    service: Service | None = None
    """What counts beyond the network, in the service layer."""

    @property
    def pool(self) -> Pool | None:
        """The servers that the packets come to."""
        return self.service.pool if self.service is not None else None

    @property
    def least(self) -> int:
        """The least that last miles and servers take, where they count [ps]."""
        return self.service.least if self.service is not None else 0

    @property
    def paths(self) -> tuple[tuple[int, ...], ...]:
        """Of each flow: all ports on its way, servers included."""
        pool, ways = self.pool, zip(self.routes, self.ports, strict=True)
        return tuple(through_pool(route, ports, pool) for route, ports in ways)


@dataclass(frozen=True, slots=True)
class Question:
    """One target in this year: the pairs that it selects, and the stream that answers for each."""

    target: Target
    index: int
    """Position in the scenario."""
    limit: float
    """Of the state [s]."""
    pairs: tuple[Pair, ...]
    floors: tuple[Route | None, ...]
    """Of each pair: the route of least propagation delay."""
    streams: tuple[Stream | None, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """A demand with its flows, as the simulator will send it."""

    demand: PairDemand
    traffic_class: TrafficClass
    sizes: SizeDistribution
    flows: tuple[Flow, ...]
    pool: Pool | None = None
    """The servers at the target, if the packets are requests."""

    @property
    def packet_rate(self) -> float:
        """Packets, segments or requests of the demand [1/s]."""
        return self.demand.rate / self.sizes.mean


@dataclass(frozen=True)
class Case:
    """One year of a scenario, ready to be simulated."""

    scenario: Scenario
    year: int
    state: str
    topology: Topology
    carried: tuple[Carried, ...]
    load: Load
    questions: tuple[Question, ...]
    segment_error: SegmentError
    """Most that segments may add to a delay on any selected route."""
    warnings: tuple[str, ...]

    @cached_property
    def requests(self) -> dict[str, float]:
        """Requests offered to each pool of servers [1/s], by node."""
        offered = dict.fromkeys(self.topology.pools, 0.0)
        for item in self.carried:
            if item.pool is not None:
                offered[item.pool.node] += sum(flow.rate for flow in item.flows) / item.sizes.mean
        return offered

    @cached_property
    def priorities(self) -> frozenset[int]:
        """Priorities of the carried traffic."""
        return frozenset(item.traffic_class.priority for item in self.carried)

    @cached_property
    def streams(self) -> dict[str, Stream]:
        """All measured streams by name, each once."""
        return {
            stream.name: stream
            for question in self.questions
            for stream in question.streams
            if stream is not None
        }
