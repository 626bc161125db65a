"""Placement: which servers take the requests that go to available compute."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.network.laws import size_law

if TYPE_CHECKING:
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.traffic import Demand
    from netplan.network.routing import Router
    from netplan.network.topology import Pool

__all__ = ["Share", "spread_requests", "to_available"]

Float64 = NDArray[np.float64]
Share = tuple[str, str, float]
"""Source, target and rate [bit/s]."""
LEAST_SHARE = 1e-9
"""A smaller part of a source's requests is rounding."""


def to_available(
    scenario: Scenario,
    router: Router,
    fixed: list[list[Share]],
    choosing: dict[int, list[tuple[str, float]]],
) -> dict[int, list[Share]]:
    """Send the requests of demands to available compute where the others leave room.

    All of them are placed together, so that their latency in an empty network, there and back,
    servers included, is least on average. What exceeds all room goes to the nearest servers.

    Parameters
    ----------
    scenario, router
        Who asks, and how it gets there.
    fixed
        What each of the scenario's demands sends that has its targets already.
    choosing
        Sources and their rates [bit/s] of the others, by their number.
    """
    pools = list(router.topology.pools.values())
    bits = [_mean_size(scenario, demand) for demand in scenario.traffic.demands]
    taken = dict.fromkeys(router.topology.pools, 0.0)
    for index, demand in enumerate(scenario.traffic.demands):
        for _, target, rate in fixed[index]:
            if target in taken and scenario.traffic.classes[demand.traffic_class].requests:
                taken[target] += rate / bits[index]
    room = [max(0.0, pool.capacity * pool.max_utilisation - taken[pool.node]) for pool in pools]
    wanted = [(i, source, rate) for i, shares in choosing.items() for source, rate in shares]
    latency = np.array(
        [[_there_and_back(router, source, pool) for pool in pools] for _, source, _ in wanted]
    ).reshape(len(wanted), len(pools))
    reached = [row for row, costs in enumerate(latency) if np.isfinite(costs).any()]
    requests = np.array([wanted[row][2] / bits[wanted[row][0]] for row in reached])
    placed = spread_requests(requests, latency[reached], np.array(room))
    found: dict[int, list[Share]] = {index: [] for index in choosing}
    for row, amounts in zip(reached, placed, strict=True):
        index, source, _ = wanted[row]
        for pool, amount in zip(pools, amounts, strict=True):
            found[index].append((source, pool.node, float(amount) * bits[index]))
    return found


def _there_and_back(router: Router, source: str, pool: Pool) -> float:
    """Latency of a request that waits nowhere [s]; infinite without a route."""
    if not (router.reachable(source, pool.node) and router.reachable(pool.node, source)):
        return math.inf
    there, back = router.route(source, pool.node), router.route(pool.node, source)
    return there.latency + pool.mean + back.latency


def _mean_size(scenario: Scenario, demand: Demand) -> float:
    return size_law(scenario.traffic.classes[demand.traffic_class].sizes).mean


def spread_requests(requests: Float64, latency: Float64, room: Float64) -> Float64:
    """Send requests to servers with room, so that their total latency is least.

    This is the transportation problem (F. L. Hitchcock, Journal of Mathematics and Physics 20,
    1941), solved exactly as a linear programme. A source may be split; of the best solutions it is
    a vertex, in which at most as many sources are split as there are pools. Equal requests and
    whole rooms are not split at all.

    Parameters
    ----------
    requests
        Of each of S sources, shape (S,) [1/s].
    latency
        From each source to each of T pools, shape (S, T) [s]; infinite without a route.
    room
        What each pool can still take, shape (T,) [1/s].

    Returns
    -------
    array
        Requests from each source to each pool, shape (S, T) [1/s]. If the rooms do not hold all,
        as much as possible finds room, and the rest goes to the nearest pool all the same.
    """
    from scipy.optimize import linprog

    sources, pools = latency.shape
    scale = requests.sum()
    if not scale:
        return np.zeros_like(latency)
    # A pool behind the others takes what finds no room, at a price that no detour comes to.
    worst = float(latency[np.isfinite(latency)].max())
    cost = np.column_stack([latency, np.full(sources, (sources + pools + 1) * max(worst, 1e-9))])
    to_pool = np.tile(np.eye(pools, pools + 1), sources)
    from_source = np.kron(np.eye(sources), np.ones(pools + 1))
    limited = np.isfinite(room)
    reachable = np.isfinite(cost).ravel()
    found = linprog(
        np.where(np.isfinite(cost), cost / worst if worst else cost, 0.0).ravel(),
        A_ub=to_pool[limited] if limited.any() else None,
        b_ub=room[limited] / scale if limited.any() else None,
        A_eq=from_source,
        b_eq=requests / scale,
        bounds=[(0, None if open_ else 0) for open_ in reachable],
        method="highs-ds",
    )
    amounts: Float64 = found.x.reshape(sources, pools + 1) * scale
    amounts[amounts < LEAST_SHARE * requests[:, None]] = 0.0
    nearest = latency.argmin(axis=1)
    amounts[np.arange(sources), nearest] += amounts[:, pools]
    return amounts[:, :pools]
