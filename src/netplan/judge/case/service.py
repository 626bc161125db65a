"""The service layer of a pair: last miles at its ends, servers at its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.ground.errors import Problem
from netplan.input.scenario.targets import Direction, Layer
from netplan.judge.case.model import Service
from netplan.network.laws import duration_law

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.service import AccessLaw
    from netplan.input.scenario.targets import Target
    from netplan.judge.case.model import Case
    from netplan.network.selection import Pair
    from netplan.network.topology import Topology

__all__ = ["pool_warnings", "service_of", "service_problems"]

SHOWN = 5
"""Names in a message."""
ROUNDING = 1e-6
"""What a sum of assigned shares may be above its limit."""


def service_of(
    scenario: Scenario, topology: Topology, pair: Pair, target: Target
) -> Service | None:
    """Return what counts for a pair beyond the network, none below the service layer.

    The way there passes the last mile of the source and, if it has one, that of the target; so does
    the way back. Servers stand at the target.
    """
    if target.layer is not Layer.SERVICE or pair.target is None:
        return None
    ends = (_access(scenario, topology, pair, target), topology.spec.nodes[pair.target].access)
    one_way = [duration_law(law) for law in ends if law is not None]
    ways = 1 if target.direction is Direction.ONE_WAY else 2
    pool = topology.pools.get(pair.target) if target.without is None else None
    return Service(access=(*one_way * ways,), pool=pool)


def _access(scenario: Scenario, topology: Topology, pair: Pair, target: Target) -> AccessLaw | None:
    """Return the last mile of the source: that of the class, else that of the node."""
    if target.traffic_class is not None:
        of_class = scenario.traffic.classes[target.traffic_class].access
        if of_class is not None:
            return of_class
    return topology.spec.nodes[pair.source].access


def service_problems(
    scenario: Scenario, topology: Topology, target: Target, index: int, pairs: Sequence[Pair]
) -> Iterator[Problem]:
    """Find pairs of the service layer without a last mile or without servers."""
    if target.layer is not Layer.SERVICE:
        return
    path = ("targets", index, "layer")
    bare = [p.source for p in pairs if _access(scenario, topology, p, target) is None]
    if bare:
        yield Problem(
            path,
            f"service counts the last mile, which {_listed(bare)} lacks; give access to the "
            "nodes, to defaults.nodes, or to the class that the target names",
        )
    places = [p.target for p in pairs if p.target is not None and p.target not in topology.pools]
    if places and target.without is None:
        yield Problem(
            path,
            f"service counts compute, but there are no servers at {_listed(places)}; give compute "
            "to these nodes, or say without: compute",
        )


def pool_warnings(case: Case) -> Iterator[str]:
    """Name every pool of servers that is offered more than it should be given."""
    for node, rate in case.requests.items():
        pool = case.topology.pools[node]
        share = rate / pool.capacity
        if share >= 1:
            yield (
                f"servers at {node}: offered {rate:.4g} of {pool.capacity:.4g} requests/s "
                f"({share:.0%}), so they wait longer and longer; give it more servers"
            )
        elif share > pool.max_utilisation + ROUNDING:
            yield (
                f"servers at {node}: offered {share:.1%} of what they can serve, more than "
                f"max_utilisation, {pool.max_utilisation:.0%}"
            )


def _listed(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct[:SHOWN]) + (" and more" if len(distinct) > SHOWN else "")
