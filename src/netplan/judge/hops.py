"""Hops: what each link of a route costs, and what every link carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import PS_PER_S
from netplan.input.scenario.targets import Layer
from netplan.judge.verdict import LAST_MILE, SERVERS, Hop, LinkUse, PoolUse
from netplan.measure.queueing import allen_cunneen_mean_waiting_time
from netplan.measure.samples import FIXED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netplan.judge.case import Case, Stream
    from netplan.judge.prediction import Prediction
    from netplan.measure.samples import Samples
    from netplan.network.routing import Route
    from netplan.network.topology import Pool

__all__ = [
    "CONSTANT",
    "fixed_hops",
    "link_uses",
    "main_route",
    "mean_wait",
    "measured_hops",
    "pool_uses",
]

Float64 = NDArray[np.float64]

CONSTANT = {Layer.OPTICAL: FIXED[:2], Layer.NETWORK: FIXED, Layer.SERVICE: FIXED}
"""Components that count in a layer and are constants of a route."""


def main_route(stream: Stream) -> Route:
    """Return the route that most of a stream's flows take; the first among equals."""
    counts: dict[Route, int] = {}
    for route in stream.routes:
        counts[route] = counts.get(route, 0) + 1
    return max(counts, key=lambda route: counts[route])


def fixed_hops(case: Case, layer: Layer, route: Route) -> tuple[Hop, ...]:
    """Split what a route costs without traffic by hop."""
    return _hops(case, layer, route, [{} for _ in route.channels])


def measured_hops(
    prediction: Prediction, stream: Stream, samples: Samples, components: Mapping[str, float]
) -> tuple[Hop, ...]:
    """Split the mean delay of a stream's packets on its main route by hop.

    A port measures the waits of all its packets together; a stream waits in its own priority. So
    the mean queueing that the stream itself met is split in proportion to the measured mean wait
    at each port, times how much longer or shorter closed forms say that its priority waits than
    the average packet does. The hops add up to what was measured, `components` [s]. In the service
    layer servers are a hop of their own, and so are all last miles together.
    """
    route = main_route(stream)
    shares = _shares(prediction, stream, route, samples)
    sending = [stream.sizes.mean / channel.capacity for channel in route.channels]
    varying = [
        {"transmission": time, "queueing": float(components["queueing"] * share)}
        for time, share in zip(sending, shares, strict=True)
    ]
    hops = _hops(prediction.case, Layer.NETWORK, route, varying)
    if stream.service is None:
        return hops
    return tuple(_with_service(prediction.case, stream, hops, components))


def _with_service(
    case: Case, stream: Stream, hops: tuple[Hop, ...], components: Mapping[str, float]
) -> Iterator[Hop]:
    """Put the last miles before the hops of a route, and the servers where it comes to them."""

    def hop(name: str, node: str, component: str, utilisation: float) -> Hop:
        costs = {component: components[component]}
        return Hop(
            link=name,
            source=node,
            target=node,
            components=costs,
            utilisation=utilisation,
            length=0.0,
            estimated_length=0.0,
        )

    pool = stream.pool
    yield hop(LAST_MILE, hops[0].source, "access", 0.0)
    for known in hops:
        yield known
        if pool is not None and known.target == pool.node:
            offered = case.requests[pool.node] / pool.capacity
            yield hop(SERVERS, pool.node, "compute", offered)


def _hops(
    case: Case, layer: Layer, route: Route, varying: Sequence[dict[str, float]]
) -> tuple[Hop, ...]:
    return tuple(
        Hop(
            link=channel.link,
            source=channel.source,
            target=channel.target,
            components={name: getattr(channel, name) for name in CONSTANT[layer]} | more,
            utilisation=case.load.busiest_port(channel),
            length=channel.length,
            estimated_length=channel.estimated_length,
        )
        for channel, more in zip(route.channels, varying, strict=True)
    )


def _shares(prediction: Prediction, stream: Stream, route: Route, samples: Samples) -> Float64:
    """Return the share of each hop of a route in the queueing of a stream, shape (H,)."""
    # Ports of each flow that takes the route, shape (F, H).
    taken = np.array(
        [ports for ports, own in zip(stream.ports, stream.routes, strict=True) if own == route]
    )
    served, waited = samples.totals.waits[taken], samples.totals.wait_sum[taken]
    measured = np.divide(waited, served, out=np.zeros(taken.shape), where=served > 0)
    ratios = prediction.ratios[taken, prediction.ranks[stream.priority]]
    weights: Float64 = (measured * ratios).sum(axis=0)
    total = float(weights.sum())
    return weights / total if total else np.full(len(weights), 1 / len(weights))


def mean_wait(samples: Samples, ports: range) -> float:
    """Mean wait over all packets that neighbouring ports served [s]."""
    totals = samples.totals
    served = int(totals.waits[ports.start : ports.stop].sum())
    waited = float(totals.wait_sum[ports.start : ports.stop].sum())
    return waited / served / PS_PER_S if served else 0.0


def pool_uses(case: Case, samples: Samples | None) -> list[PoolUse]:
    """Return what every pool of servers had to do; without samples, what it is offered."""
    uses = []
    for pool in case.topology.pools.values():
        requests = case.requests[pool.node]
        mean = longest = None
        if samples is not None:
            mean = mean_wait(samples, range(pool.port, pool.port + 1))
            longest = int(samples.totals.wait_max[pool.port]) / PS_PER_S
        uses.append(
            PoolUse(
                year=case.year,
                node=pool.node,
                servers=pool.servers,
                requests=requests,
                utilisation=requests / pool.capacity,
                mean_wait=mean,
                max_wait=longest,
                predicted_wait=_predicted_wait(pool, requests),
            )
        )
    return uses


def _predicted_wait(pool: Pool, requests: float) -> float | None:
    """Mean wait of Poisson requests at a pool [s], none if it grows for ever."""
    if requests >= pool.capacity:
        return None
    if not requests or not pool.service.mean:
        return 0.0
    scv = pool.service.variance / pool.service.mean**2
    return allen_cunneen_mean_waiting_time(
        requests, 1 / pool.service.mean, arrival_scv=1.0, service_scv=scv, servers=pool.servers
    )


def link_uses(prediction: Prediction, samples: Samples | None) -> list[LinkUse]:
    """Return what every channel carried; without samples, what it is offered."""
    case, uses = prediction.case, []
    for channel in case.topology.channels:
        ports = slice(channel.first_port, channel.ports.stop)
        loss = mean = longest = None
        if samples is not None:
            totals = samples.totals
            dropped = int(totals.dropped_bits[ports].sum())
            offered = int(totals.sent_bits[ports].sum()) + dropped
            loss = dropped / offered if offered else 0.0
            mean = mean_wait(samples, channel.ports)
            longest = int(totals.wait_max[ports].max()) / PS_PER_S
        uses.append(
            LinkUse(
                year=case.year,
                link=channel.link,
                source=channel.source,
                target=channel.target,
                utilisation=case.load.of_channel(channel) / (channel.capacity * channel.members),
                busiest_member=case.load.busiest_port(channel),
                loss=loss,
                mean_queueing=mean,
                max_queueing=longest,
                predicted_queueing=prediction.queueing(channel),
            )
        )
    return uses
