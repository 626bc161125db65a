"""Which nodes and which pairs a scenario means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.scenario.network import Role
from netplan.scenario.traffic import NEAREST_COMPUTE

if TYPE_CHECKING:
    from netplan.routing import Router
    from netplan.scenario.targets import Between

__all__ = [
    "Pair",
    "fits",
    "nearest_compute",
    "select_nodes",
    "select_pairs",
    "spread_requests",
]


LEAST_SHARE = 1e-9
"""A smaller part of a source's requests is rounding."""


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A source and a target. Without a target the source has no compute node that would do."""

    source: str
    target: str | None

    def __str__(self) -> str:
        return f"{self.source}>{self.target or '?'}"


def select_nodes(router: Router, sites: tuple[str, ...]) -> list[str]:
    """Return the nodes that role names and node names stand for, each once, in the file's order."""
    nodes = router.topology.spec.nodes
    wanted = set(sites)
    return [name for name, node in nodes.items() if name in wanted or str(node.role) in wanted]


def nearest_compute(router: Router, source: str, candidates: list[str]) -> str | None:
    """Return the candidate with the cheapest route from `source`; the first name among equals."""
    reachable = [
        (router.distances_to(target)[source], target)
        for target in candidates
        if target != source and source in router.distances_to(target)
    ]
    return min(reachable)[1] if reachable else None


def select_pairs(router: Router, between: Between) -> list[Pair]:
    """Return the pairs that `between` selects, in the order of the topology file."""
    if between.pairs is not None:
        return [Pair(source, target) for source, target in between.pairs]
    sources = select_nodes(router, between.source or ())
    if between.target == (NEAREST_COMPUTE,):
        return [Pair(source, _nearest(router, source, between)) for source in sources]
    targets = select_nodes(router, between.target or ())
    return [
        Pair(source, target)
        for source in sources
        for target in targets
        if source != target and fits(router, source, target, between)
    ]


def _nearest(router: Router, source: str, between: Between) -> str | None:
    candidates = router.topology.nodes_with_role(Role.COMPUTE)
    fitting = [target for target in candidates if fits(router, source, target, between)]
    return nearest_compute(router, source, fitting)


def fits(router: Router, source: str, target: str, between: Between) -> bool:
    """Tell whether two nodes are of the same city, or of different ones, if that is asked for."""
    nodes = router.topology.spec.nodes
    same_city = nodes[source].city is not None and nodes[source].city == nodes[target].city
    if between.within == "city":
        return same_city
    return not (between.across == "city" and same_city)


Float64 = NDArray[np.float64]


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
