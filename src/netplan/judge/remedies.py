"""Remedies: single kinds of change, each of which would bring a missed pair below its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.ground.units import KM
from netplan.judge.hops import mean_wait
from netplan.judge.verdict import LAST_MILE, SERVERS, Reason
from netplan.measure.samples import FIXED, SERVICE
from netplan.network.topology import FIBRE_DELAY

if TYPE_CHECKING:
    from netplan.judge.case import Stream
    from netplan.judge.verdict import PairVerdict
    from netplan.measure.samples import Samples
    from netplan.network.routing import Route

__all__ = ["remedies_of", "shorter"]


def remedies_of(verdict: PairVerdict, stream: Stream, route: Route, samples: Samples) -> list[str]:
    """Return the remedies of a pair that was simulated and missed.

    Parameters
    ----------
    verdict
        Of the pair, without remedies.
    stream, route
        What it was judged by, and the route that most of it takes.
    samples
        Of all ports and servers.
    """
    remedies = _in_network(verdict, route)
    if stream.service is not None and verdict.reason is Reason.LATENCY:
        remedies += _beyond_network(verdict, stream, samples)
    return remedies


def _in_network(verdict: PairVerdict, route: Route) -> list[str]:
    """Return the single kinds of change in the network."""
    remedies = []
    links = [hop for hop in verdict.hops if hop.link not in (SERVERS, LAST_MILE)]
    blame = max(links, key=lambda hop: hop.utilisation)
    if verdict.reason is Reason.LOSS:
        return [f"more capacity on {blame.link} ({blame.utilisation:.0%} offered)"]
    excess = (verdict.high or verdict.estimate or verdict.limit) - verdict.limit
    if _from_queues(verdict) > excess:
        remedies.append(f"more capacity on {blame.link} ({blame.utilisation:.0%} offered)")
    # A bypass skips the routers between; the ends forward all the same, there and back.
    ends = (verdict.source, verdict.target)
    between = [hop.components["processing"] for hop in links if hop.source not in ends]
    if sum(between) > excess:
        remedies.append("an optical bypass of routers on the way")
    return [*remedies, *shorter(route, excess)]


def _from_queues(verdict: PairVerdict) -> float:
    """How much of the judged statistic may come from queues and sending [s].

    In the service layer what servers and last miles vary by is not told apart from it, so there
    only the mean counts.
    """
    if any(name in verdict.components for name in SERVICE):
        return verdict.components["queueing"] + verdict.components["transmission"]
    return (verdict.estimate or 0.0) - sum(verdict.components[name] for name in FIXED)


def shorter(route: Route, excess: float) -> list[str]:
    """Return the changes of the cable that save `excess` [s]; lengths are there and back, if so."""
    remedies = []
    if route.propagation - route.length * FIBRE_DELAY["hollow_core"] > excess:
        remedies.append("hollow-core fibre on the route")
    if excess < route.propagation:
        saved = excess * route.length / route.propagation
        both_ways = " there and back" if route.nodes[0] == route.nodes[-1] else ""
        allowed = f"{(route.length - saved) / KM:.0f} km{both_ways}"
        remedies.append(f"a route of at most {allowed} (now {route.length / KM:.0f})")
    remedies.append("compute nearer to the source")
    return remedies


def _beyond_network(verdict: PairVerdict, stream: Stream, samples: Samples) -> list[str]:
    """Return the single kinds of change at servers and last miles."""
    excess = (verdict.high or verdict.estimate or verdict.limit) - verdict.limit
    remedies = []
    if verdict.components["access"] > excess:
        remedies.append("a faster last mile")
    if (pool := stream.pool) is not None and verdict.components["compute"] > excess:
        waiting = mean_wait(samples, range(pool.port, pool.port + 1))
        kind = "more" if waiting > excess else "faster"
        remedies.append(f"{kind} servers at {pool.node} (now {pool.servers})")
    return remedies
