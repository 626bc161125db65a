"""Failure states: the worst for every target, those that break most, and what was not simulated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netplan.judge.verdict import Basis, Outcome
from netplan.network.failure import states_of
from netplan.network.topology import build_topology
from netplan.show.html.causes import latency, worst_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netplan.input.scenario.scenario import Scenario

__all__ = ["Down", "InStates", "failure_section", "links_down", "why_none"]

STATES_SHOWN = 30

Down = dict[tuple[int, str], tuple[str, ...]]
"""Links that are down, by year and state."""

_SEVERITY = ("met", "undecided", "missed")


@dataclass(frozen=True, slots=True)
class InStates:
    """How one target fares in the failure states of one year."""

    worst: Mapping[str, Any]
    """The target in its worst state, as in ``results.json``."""
    counts: Mapping[str, int]
    """States by outcome."""

    @property
    def pair(self) -> Mapping[str, Any] | None:
        """The worst pair of the worst state."""
        return next(iter(worst_first(self.worst["pairs"])), None)


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says about failure states."""

    targets: tuple[InStates, ...]
    ranked: tuple[Mapping[str, Any], ...]
    """The states that break most pairs, as in ``results.json``."""
    breaking: int
    """How many states break anything."""
    states: int
    """How many there are, those of each year counted."""
    bases: tuple[tuple[str, Mapping[str, int]], ...]
    """Of each target, how many pairs rest on what."""
    normal_only: tuple[str, ...]
    """Targets that need not hold in failure states."""


def failure_section(document: Mapping[str, Any]) -> Section | None:
    """Return what results say about failure states; None if they say nothing."""
    found = document.get("failures", ())
    if not found:
        return None
    ranked = document.get("worst_states", ())
    judged = {target["name"] for target in found}
    names = dict.fromkeys(target["name"] for target in document["targets"])
    return Section(
        targets=tuple(_in_states(own) for own in _by(found, "name", "year").values()),
        ranked=tuple(ranked[:STATES_SHOWN]),
        breaking=len(ranked),
        states=len({(target["year"], target["state"]) for target in found}),
        bases=tuple(
            (name, counts)
            for (name,), own in _by(found, "name").items()
            if (counts := _bases(own)) is not None
        ),
        normal_only=tuple(name for name in names if name not in judged),
    )


def _by(
    targets: Sequence[Mapping[str, Any]], *keys: str
) -> dict[tuple[Any, ...], list[Mapping[str, Any]]]:
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for target in targets:
        groups.setdefault(tuple(target[key] for key in keys), []).append(target)
    return groups


def _in_states(own: Sequence[Mapping[str, Any]]) -> InStates:
    outcomes = Counter(target["outcome"] for target in own)
    return InStates(max(own, key=_badness), {str(o): outcomes[str(o)] for o in Outcome})


def _badness(target: Mapping[str, Any]) -> tuple[int, float, float]:
    """Return how bad a state is for a target: by outcome, what it leaves uncovered, how slow."""
    slowest = max((latency(pair) or 0.0 for pair in target["pairs"]), default=0.0)
    return _SEVERITY.index(target["outcome"]), -target["coverage"], slowest


def _bases(own: Sequence[Mapping[str, Any]]) -> dict[str, int] | None:
    """Count pairs of all states by what their outcome rests on; None where results do not say."""
    if any("pairs_by_basis" not in target for target in own):
        return None
    total: Counter[str] = Counter()
    for target in own:
        total.update(target["pairs_by_basis"])
    return {str(basis): total[str(basis)] for basis in Basis}


def why_none(scenario: Scenario | None) -> str:
    """Return the key of the text that says why there is nothing to show."""
    if scenario is None or not (scenario.failures.each or scenario.failures.sets):
        return "failures.no_states"
    return "failures.no_target"


def links_down(scenario: Scenario | None) -> Down:
    """Return what is down in every failure state of every year; nothing without the inputs."""
    if scenario is None:
        return {}
    found: Down = {}
    for year in scenario.years:
        for state in states_of(scenario, build_topology(scenario, year).spec):
            found[year, state.name] = tuple(sorted(state.links))
    return found
