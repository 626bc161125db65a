"""What closed forms say about a case before it is simulated.

Every port is taken as an M/G/1 queue with non-preemptive priorities, fed by a Poisson process; the
waits at the ports of a route are added up as if they were independent. Both are approximations
behind the first hop. The prediction therefore warns and cross-checks; it never decides a target.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.ground.distributions import ExponentialSize, SizeDistribution
from netplan.ground.units import MS
from netplan.input.scenario.targets import quantile_level
from netplan.judge.carried import port_view
from netplan.measure.queueing import Service, Wait, mixture_quantile, priority_waits, sum_of_waits
from netplan.network.demand import sums_at_ports

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from netplan.judge.case import Case, Question, Stream
    from netplan.measure.sizing import PortView
    from netplan.network.topology import Channel

__all__ = ["Prediction", "close_calls", "nearly_full", "predict"]

NEARLY_FULL = 0.9
"""Offered load beyond which waits are long, and slow to measure."""
CLOSE_CALL = 0.05
"""A predicted statistic that is no farther from its limit than this share is a close call."""
SHOWN = 3
"""Names in a warning."""

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """Waits at every port, and what they add up to on a route."""

    case: Case
    ranks: Mapping[int, int]
    """Place of each priority in use, from 0, the first to be served."""
    tally: Float64
    """Shape (P, K, 4): at each of P ports for each of K priorities the packet rate [1/s], and the
    same times the mean, second and third moment of the sending time [1, s, s²]."""
    bursty: frozenset[int]
    """Ports that carry traffic which is not Poisson."""
    waits: tuple[tuple[Wait, ...] | None, ...]
    """Of each port by rank; none where the port is offered 100 % or more, or is bursty."""
    ports: PortView
    """How busy every port is, and how long it remembers."""
    _statistics: dict[tuple[str, str], float | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Those that were asked for, by stream and statistic: every look asks for them again."""

    @property
    def packet_rate(self) -> Float64:
        """Shape (P, K): packets of each priority at each port [1/s]."""
        rate: Float64 = self.tally[:, :, 0]
        return rate

    def wait(self, port: int, priority: int) -> Wait | None:
        """Return the wait of a packet of this priority at a port."""
        waits = self.waits[port]
        return None if waits is None else waits[self.ranks[priority]]

    def mean_wait(self, port: int) -> float | None:
        """Mean over all packets at a port, whatever their priority [s]."""
        waits, rates = self.waits[port], self.packet_rate[port]
        if waits is None:
            return None
        total = float(rates.sum())
        return float(rates @ [wait.mean for wait in waits]) / total if total else 0.0

    @cached_property
    def ratios(self) -> Float64:
        """Shape (P, K): wait of each priority over the mean of all packets; 1 if not known."""
        ratios = np.ones((len(self.waits), len(self.ranks)))
        for port, waits in enumerate(self.waits):
            if waits is not None and (mean := self.mean_wait(port)):
                ratios[port] = [wait.mean / mean for wait in waits]
        return ratios

    def queueing(self, channel: Channel) -> float | None:
        """Mean wait over all packets of all members of a channel [s]."""
        rates = [float(self.packet_rate[port].sum()) for port in channel.ports]
        means = [self.mean_wait(port) for port in channel.ports]
        known = [mean for mean in means if mean is not None]
        if len(known) < len(means):
            return None
        total = math.fsum(rates)
        return math.fsum(r * m for r, m in zip(rates, known, strict=True)) / total if total else 0.0

    def with_probes(self, rates: Mapping[str, float]) -> Prediction:
        """Count the probes of streams as load too; `rates` by name [1/s]."""
        streams = [(self.case.streams[name], rate) for name, rate in rates.items()]
        probes = [
            (
                stream.ports,
                [rate / len(stream.ports)] * len(stream.ports),
                stream.sizes,
                stream.priority,
            )
            for stream, rate in streams
        ]
        return _predict(self.case, self.ports, [*_carried_traffic(self.case), *probes])

    def entering_only(self) -> Prediction:
        """Predict the least waits: those that the traffic entering the network at a port causes.

        That traffic is Poisson for sure. What comes from other ports is not, but it is independent
        of it, and adds work to a port and takes none away: so nobody waits less than this.
        """
        return _predict(self.case, self.ports, _carried_traffic(self.case, hops=1))

    def scaled(self, factor: float, ports: Collection[int]) -> Prediction:
        """Predict the waits at some ports if all traffic were `factor` times as much.

        At other ports there are none.
        """
        tally = factor * self.tally
        waits = tuple(
            _waits_at(row) if port in ports and port not in self.bursty else None
            for port, row in enumerate(tally)
        )
        return replace(self, tally=tally, waits=waits)

    def statistic(self, stream: Stream, statistic: str) -> float | None:
        """Predict a statistic of a stream's delay [s]; none for a maximum.

        The mean is the sum of the means. A percentile is that of the mixture over paths and sizes
        of constants plus the sum of waits. None in the service layer either, where pools and last
        miles have laws of other kinds.
        """
        asked = stream.name, statistic
        if asked not in self._statistics:
            self._statistics[asked] = self._statistic(stream, statistic)
        return self._statistics[asked]

    def _statistic(self, stream: Stream, statistic: str) -> float | None:
        if stream.service is not None:
            return None
        paths = Counter(zip(stream.ports, stream.routes, strict=True))
        parts: list[tuple[float, float, Wait]] = []
        for (ports, route), number in paths.items():
            waits = [self.wait(port, stream.priority) for port in ports]
            known = [wait for wait in waits if wait is not None]
            if len(known) < len(waits):
                return None
            share, wait = number / len(stream.ports), sum_of_waits(known)
            seconds_per_bit = math.fsum(1 / channel.capacity for channel in route.channels)
            parts += (
                (share * weight, route.latency + constant, total)
                for weight, constant, total in _sending(stream.sizes, seconds_per_bit, wait)
            )
        if statistic == "mean":
            return math.fsum(share * (constant + wait.mean) for share, constant, wait in parts)
        if statistic == "max":
            return None
        shares, constants, totals = zip(*parts, strict=True)
        return mixture_quantile(shares, constants, totals, quantile_level(statistic))


_Traffic = tuple[Sequence[tuple[int, ...]], Sequence[float], SizeDistribution, int]
"""Of several flows: the ports of each, its packets [1/s], and the sizes and the priority of all."""


def _carried_traffic(case: Case, hops: int | None = None) -> list[_Traffic]:
    """Return all carried flows, on so many hops of their way."""
    found: list[_Traffic] = []
    for item in case.carried:
        mean, priority = item.sizes.mean, item.traffic_class.priority
        paths = [flow.ports[:hops] for flow in item.flows]
        found.append((paths, [flow.rate / mean for flow in item.flows], item.sizes, priority))
    return found


def _sending(
    sizes: SizeDistribution, seconds_per_bit: float, wait: Wait
) -> Iterator[tuple[float, float, Wait]]:
    """Yield how often, how long sending takes for sure [s], and the wait on top of it.

    An exponential sending time joins the wait: of M/M/1, wait and service together are
    exponential, which `sum_of_waits` renders exactly.
    """
    if isinstance(sizes, ExponentialSize):
        sending = Wait.exponential(busy=1.0, mean=sizes.mean * seconds_per_bit)
        yield 1.0, 0.0, sum_of_waits([wait, sending])
    else:
        total = math.fsum(sizes.weights)
        for bits, weight in zip(sizes.bits, sizes.weights, strict=True):
            yield weight / total, bits * seconds_per_bit, wait


def predict(case: Case) -> Prediction:
    """Predict the waits at every port under the carried traffic."""
    return _predict(case, port_view(case), _carried_traffic(case))


def _predict(case: Case, view: PortView, traffic: list[_Traffic]) -> Prediction:
    priorities = case.priorities | {stream.priority for stream in case.streams.values()}
    ranks = {priority: rank for rank, priority in enumerate(sorted(priorities))}
    channels = case.topology.channel_of_port
    moments = {sizes: _size_moments(sizes) for sizes in {sizes for _, _, sizes, _ in traffic}}
    # Packet rate and the first three moments of the size [bit], each weighted by the rate.
    tally = np.zeros((len(channels), len(ranks), 4))
    for priority, rank in ranks.items():
        own = [one for one in traffic if one[3] == priority]
        paths = [path for of_flow, *_ in own for path in of_flow]
        if own:
            amounts = np.hstack([np.outer(moments[sizes], rates) for _, rates, sizes, _ in own])
            tally[:, rank] = sums_at_ports(paths, amounts, len(channels)).T
    capacity = np.array([channel.capacity for channel in channels])
    tally /= capacity[:, None, None] ** np.arange(4)
    bursty = frozenset(_bursty_ports(case))
    waits = tuple(None if port in bursty else _waits_at(row) for port, row in enumerate(tally))
    return Prediction(case=case, ranks=ranks, tally=tally, bursty=bursty, waits=waits, ports=view)


def _size_moments(sizes: SizeDistribution) -> Float64:
    """Return 1 and the first three moments of a size [bit]."""
    if isinstance(sizes, ExponentialSize):
        law = Service.exponential(sizes.mean)
    else:
        law = Service.mix(sizes.bits, sizes.weights)
    return np.array([1.0, law.mean, law.second, law.third])


def _bursty_ports(case: Case) -> set[int]:
    """Return the ports that carry traffic which does not enter as a Poisson process."""
    return {
        port
        for item in case.carried
        if item.traffic_class.arrivals.law != "poisson"
        for flow in item.flows
        for port in flow.ports
    }


def _waits_at(tally: Float64) -> tuple[Wait, ...] | None:
    """Return the waits at one port from its traffic by rank; none if it is offered too much."""
    if tally[:, 1].sum() >= 1:
        return None
    rates = tally[:, 0].tolist()
    services = [
        Service(*(row[1:] / row[0]).tolist()) if row[0] else Service(0.0, 0.0, 0.0) for row in tally
    ]
    return tuple(priority_waits(rates, services))


def nearly_full(case: Case) -> Iterator[str]:
    """Name the channels that are offered nearly all of their capacity."""
    loads = [(case.load.busiest_port(channel), channel.name) for channel in case.topology.channels]
    full = sorted(((load, name) for load, name in loads if NEARLY_FULL < load < 1), reverse=True)
    if full:
        shown = _listed([f"{name} {load:.1%}" for load, name in full])
        yield f"offered more than {NEARLY_FULL:.0%}: {shown}; waits there are long and vary much"


def close_calls(question: Question, predicted: Mapping[int, float]) -> Iterator[str]:
    """Name the pairs whose predicted statistic is next to the limit.

    Parameters
    ----------
    question
        A target in a year.
    predicted
        The predicted statistic [s] of its pairs by position.
    """
    target, limit = question.target, question.limit
    close = [
        f"{question.pairs[position]} {value / MS:.4g} ms"
        for position, value in sorted(predicted.items(), key=lambda item: -item[1])
        if abs(value - limit) <= CLOSE_CALL * limit
    ]
    if close:
        yield (
            f"{target.name}: closed forms predict {target.statistic} within {CLOSE_CALL:.0%} of "
            f"{limit / MS:g} ms for {_listed(close)}"
        )


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
