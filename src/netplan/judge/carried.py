"""Carried traffic as an engine is given it, and as sizing sees it at every port."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from netplan.ground.units import BITS_PER_BYTE, GBPS, MS
from netplan.input.loader.traces import read_trace
from netplan.measure.engine.arrivals import OnOff, Periodic, Poisson, Trace
from netplan.measure.engine.workload import ArrivalLaw, Source
from netplan.measure.sizing import PortView
from netplan.network.demand import sums_at_ports
from netplan.network.routing import through_pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from netplan.input.scenario.traffic import OnOff as OnOffLaw
    from netplan.judge.case import Carried, Case
    from netplan.measure.engine.network import RouteTable
    from netplan.network.topology import Pool

__all__ = ["longest_cycle", "port_view", "sources_of", "utilisation"]


def sources_of(item: Carried, table: RouteTable) -> list[Source]:
    """Return the sources of one demand: a bundle of flows, or one source for each on/off flow."""
    name, law = f"demand/{item.demand.name}", item.traffic_class.arrivals
    paths = [through_pool(flow.route, flow.ports, item.pool) for flow in item.flows]
    routes = tuple(table.number(path) for path in paths)
    packet_rate = item.packet_rate

    def source(name: str, arrivals: ArrivalLaw, routes: tuple[int, ...]) -> Source:
        return Source(
            name=name,
            arrivals=arrivals,
            sizes=item.sizes,
            routes=routes,
            priority=item.traffic_class.priority,
            service=item.pool.service if item.pool is not None else None,
        )

    if law.on_off is not None:
        burst = _on_off(law.on_off, item.flows[0].rate, item.sizes.mean)
        return [source(f"{name}/{i}", burst, (route,)) for i, route in enumerate(routes)]
    if law.trace is not None:
        return [source(name, _trace(law.trace.file, item.demand.rate), routes)]
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


def _trace(file: str, rate: float) -> Trace:
    """Return the packets of a trace at a mean rate [bit/s]."""
    packets = read_trace(file)
    bits = tuple(max(1, round(size * BITS_PER_BYTE)) for _, size in packets)
    return Trace(
        packet_rate=rate * len(bits) / sum(bits),
        times=tuple(time for time, _ in packets),
        bits=bits,
    )


def longest_cycle(sources: Sequence[Source]) -> float:
    """Mean on plus off period of the slowest on/off source [s]; 0 without bursts."""
    laws = [source.arrivals for source in sources]
    return max((law.on + law.off for law in laws if isinstance(law, OnOff)), default=0.0)


def utilisation(case: Case) -> NDArray[np.float64]:
    """Return offered load over capacity of every port, then of every pool of servers."""
    requests, pools = case.requests, case.topology.pools
    shares = [requests[node] / pool.capacity for node, pool in pools.items()]
    return np.append(case.load.utilisation, shares)


def port_view(case: Case) -> PortView:
    """Return what the carried traffic makes of every port."""
    channels, pools = case.topology.channel_of_port, case.topology.pools
    paths = [flow.ports for item in case.carried for flow in item.flows]
    rates = np.array([flow.rate for item in case.carried for flow in item.flows])
    laws = {id(item.sizes): item.sizes for item in case.carried}
    moments = {key: (sizes.mean, sizes.second_moment) for key, sizes in laws.items()}
    of_item = np.array([moments[id(item.sizes)] for item in case.carried]).reshape(-1, 2)
    mean, second = np.repeat(of_item, [len(item.flows) for item in case.carried], axis=0).T
    packets = rates / mean
    packet_rate, square_rate = sums_at_ports(paths, [packets, packets * second], len(channels))
    hold = np.full(len(channels), np.inf)
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
    requests = np.array([case.requests[node] for node in pools])
    return PortView(
        utilisation=utilisation(case),
        packet_rate=np.append(packet_rate, requests),
        size_variation=np.append(variation, [_variation(pool) for pool in pools.values()]),
        # Probes keep no server, so servers limit no probes.
        capacity=np.array([*(c.capacity for c in channels), *(math.inf for _ in pools)]),
        hold_time=np.append(hold, np.full(len(pools), np.inf)),
        servers=np.array([*(1 for _ in channels), *(pool.servers for pool in pools.values())]),
    )


def _variation(pool: Pool) -> float:
    """Second moment over squared mean of the service, 1 + c_s²."""
    mean = pool.service.mean
    return 1 + pool.service.variance / mean**2 if mean else 1.0
