"""Failure states: what is down together, and the links that take no traffic then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import reduce
from itertools import combinations
from operator import or_
from typing import TYPE_CHECKING, get_args

from netplan.ground.errors import InputError, Problem
from netplan.input.scenario.failures import FailureKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from netplan.input.scenario.network import Link, Node, Span, TopologySpec
    from netplan.input.scenario.scenario import Scenario

__all__ = ["NORMAL", "State", "state_called", "states_of"]

NORMAL = "normal"
"""Name of the state in which everything works."""
KINDS: tuple[FailureKind, ...] = get_args(FailureKind)


@dataclass(frozen=True, slots=True)
class State:
    """What is down together; a link is down with any of its spans and ends."""

    name: str
    """E.g. ``span shenyang~yingkou``."""
    links: frozenset[str]
    nodes: frozenset[str] = frozenset()
    spans: frozenset[str] = frozenset()

    def __or__(self, other: State) -> State:
        return State(
            f"{self.name} + {other.name}",
            self.links | other.links,
            self.nodes | other.nodes,
            self.spans | other.spans,
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
    single = list(_each(spec, failures.each))
    named = [_of_set(spec, name, members) for name, members in failures.sets.items()]
    states = [*single, *(state for state in named if state.links)]
    if failures.simultaneous == 2:
        states += [a | b for a, b in combinations(single, 2)]
    if len(states) > failures.at_most:
        path = ("failures", "at_most")
        message = f"{len(states)} states, but at most {failures.at_most}; raise it or name fewer"
        raise InputError([Problem(path, message, scenario.origin.place(path))])
    return states


def state_called(scenario: Scenario, spec: TopologySpec, name: str) -> State:
    """Return the failure state of a name, whether the scenario lets it happen or not.

    Parameters
    ----------
    scenario
        Says what its named sets are.
    spec
        The network of the year, defaults resolved.
    name
        A named set, or what fails with its kind before it; several joined by `` + ``.

    Raises
    ------
    InputError
        If nothing is called so.
    """
    failures = scenario.failures
    if name in failures.sets:
        return _of_set(spec, name, failures.sets[name])
    known = {state.name: state for state in _each(spec, KINDS)}
    parts = name.split(" + ")
    for part in parts:
        if part not in known:
            close = get_close_matches(part, [*known, *failures.sets], n=1, cutoff=0.4)
            remedy = f"; did you mean {close[0]!r}?" if close else ""
            message = f"no failure state is called {part!r}{remedy}"
            raise InputError([Problem(("failures",), message, scenario.origin.place(()))])
    return reduce(or_, (known[part] for part in parts))


def _each(spec: TopologySpec, kinds: Iterable[FailureKind]) -> Iterator[State]:
    for kind in kinds:
        for name in _names(spec, kind):
            state = _failed(spec, kind, name)
            if state.links:
                yield state


def _parts(spec: TopologySpec) -> dict[FailureKind, Mapping[str, Span | Link | Node]]:
    return {"span": spec.spans, "link": spec.links, "node": spec.nodes}


def _names(spec: TopologySpec, kind: FailureKind) -> Iterable[str]:
    parts = _parts(spec)
    if kind == "risk_group":
        every = (one for part in parts.values() for one in part.values())
        return dict.fromkeys(group for one in every for group in one.risk_groups)
    return parts[kind]


def _failed(spec: TopologySpec, kind: FailureKind, name: str) -> State:
    """Return the state in which one thing fails, with all that fails with it."""
    spans, links, nodes = (
        {
            part
            for part, one in parts.items()
            if (name in one.risk_groups if kind == "risk_group" else (kind, name) == (own, part))
        }
        for own, parts in _parts(spec).items()
    )
    spans |= {span for span, one in spec.spans.items() if not nodes.isdisjoint(one.ends)}
    links |= {
        link
        for link, one in spec.links.items()
        if not (nodes.isdisjoint(one.ends) and spans.isdisjoint(one.over or ()))
    }
    label = f"{kind.replace('_', ' ')} {name}"
    return State(label, frozenset(links), frozenset(nodes), frozenset(spans))


def _of_set(spec: TopologySpec, name: str, members: Iterable[str]) -> State:
    """Return the state in which all members of a named set fail."""
    failed = [
        _failed(spec, kind, member)
        for member in members
        for kind in KINDS
        if member in _names(spec, kind)
    ]
    return replace(reduce(or_, failed, State("", frozenset())), name=name)
