"""Which nodes and which pairs a scenario means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.input.scenario.network import Role
from netplan.input.scenario.traffic import NEAREST_COMPUTE

if TYPE_CHECKING:
    from netplan.input.scenario.targets import Between
    from netplan.network.routing import Router

__all__ = [
    "Pair",
    "fits",
    "nearest_compute",
    "select_nodes",
    "select_pairs",
]


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
