"""Failure states: what is down together, and the links that take no traffic then."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from netplan.ground.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.input.scenario.failures import FailureKind
    from netplan.input.scenario.network import TopologySpec
    from netplan.input.scenario.scenario import Scenario

__all__ = ["NORMAL", "State", "states_of"]

NORMAL = "normal"
"""Name of the state in which everything works."""


@dataclass(frozen=True, slots=True)
class State:
    """Links that are down together, and the nodes that are gone."""

    name: str
    """E.g. ``span shenyang~yingkou``."""
    links: frozenset[str]
    nodes: frozenset[str] = frozenset()

    def __or__(self, other: State) -> State:
        return State(
            f"{self.name} + {other.name}", self.links | other.links, self.nodes | other.nodes
        )


def states_of(scenario: Scenario, spec: TopologySpec) -> list[State]:
    """Return the failure states of one year, in the order of the topology file.

    What carries no link in this year cannot fail anybody and makes no state.

    Parameters
    ----------
    scenario
        Says what fails.
    spec
        The network of the year, defaults resolved.

    Raises
    ------
    InputError
        If there are more states than the scenario allows.
    """
    failures = scenario.failures
    single = [state for kind in failures.each for state in _each(spec, kind)]
    named = [_joined(spec, name, members) for name, members in failures.sets.items()]
    states = [*single, *(state for state in named if state.links)]
    if failures.simultaneous == 2:
        states += [a | b for a, b in combinations(single, 2)]
    if len(states) > failures.at_most:
        path = ("failures", "at_most")
        message = f"{len(states)} states, but at most {failures.at_most}; raise it or name fewer"
        raise InputError([Problem(path, message, scenario.origin.place(path))])
    return states


def _each(spec: TopologySpec, kind: FailureKind) -> Iterator[State]:
    names = {
        "span": list(spec.spans),
        "link": list(spec.links),
        "node": list(spec.nodes),
        "risk_group": _risk_groups(spec),
    }[kind]
    for name in names:
        nodes = frozenset([name]) if kind == "node" else frozenset()
        links = _links_down(spec, kind, name)
        if links:
            yield State(f"{kind.replace('_', ' ')} {name}", links, nodes)


def _risk_groups(spec: TopologySpec) -> list[str]:
    groups = [
        *(group for span in spec.spans.values() for group in span.risk_groups),
        *(group for link in spec.links.values() for group in link.risk_groups),
        *(group for node in spec.nodes.values() for group in node.risk_groups),
    ]
    return list(dict.fromkeys(groups))


def _links_down(spec: TopologySpec, kind: str, name: str) -> frozenset[str]:
    """Return the links that one failed thing takes down."""
    if kind == "link":
        return frozenset([name])
    if kind == "span":
        return frozenset(link for link, spec_ in spec.links.items() if name in (spec_.over or ()))
    if kind == "node":
        ends = {link for link, spec_ in spec.links.items() if name in spec_.ends}
        passing = {
            link
            for link, spec_ in spec.links.items()
            if any(name in spec.spans[span].ends for span in spec_.over or ())
        }
        return frozenset(ends | passing)
    spans = [span for span, spec_ in spec.spans.items() if name in spec_.risk_groups]
    nodes = [node for node, spec_ in spec.nodes.items() if name in spec_.risk_groups]
    own = frozenset(link for link, spec_ in spec.links.items() if name in spec_.risk_groups)
    return own.union(
        *(_links_down(spec, "span", span) for span in spans),
        *(_links_down(spec, "node", node) for node in nodes),
    )


def _joined(spec: TopologySpec, name: str, members: tuple[str, ...]) -> State:
    """Return the state in which all members of a named set fail."""
    links: frozenset[str] = frozenset()
    for member in members:
        kinds = {
            "span": spec.spans,
            "link": spec.links,
            "node": spec.nodes,
            "risk_group": _risk_groups(spec),
        }
        for kind, known in kinds.items():
            if member in known:
                links |= _links_down(spec, kind, member)
    return State(name, links, frozenset(members) & frozenset(spec.nodes))
