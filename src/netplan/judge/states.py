"""Failure states ranked by what they break: pairs, and the people who live at their ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from netplan.input.scenario.network import Role
from netplan.judge.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from netplan.input.scenario.network import Node
    from netplan.judge.verdict import PairVerdict, Verdict

__all__ = ["RankedState", "rank_states"]

STANDS_FOR_CITY = (Role.CORE, Role.AGGREGATION)
"""A site of such a role serves its whole city; hubs and compute nodes serve whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedState:
    """What one failure state breaks in one year."""

    year: int
    state: str
    """E.g. ``span shenyang~yingkou``."""
    broken: int
    """Pairs that are missed in this state but not in the normal one, each for every target."""
    undecided: int
    """Further pairs that might be, which the packets allowed did not decide."""
    population: int
    """People at the places whose pairs break, each place counted once."""
    targets: Mapping[str, int]
    """Broken pairs of each target that has any."""


def rank_states(
    verdicts: Iterable[Verdict],
    failures: Iterable[Verdict],
    nodes: Mapping[str, Node],
    *,
    by: Literal["broken", "population"] = "broken",
) -> list[RankedState]:
    """Return the failure states that break something, the worst first.

    A pair is broken by a state if it is missed there and not missed in the normal state. An end
    without people of its own stands for all places of its city if it is a core or aggregation
    site, so that a pair of core sites counts the cities behind them.

    Parameters
    ----------
    verdicts
        In the normal state, as `Evaluation.verdicts`.
    failures
        In failure states, as `Evaluation.failures`.
    nodes
        Sites by name, as `Evaluation.nodes`.
    by
        What comes first: broken pairs, or the population behind them; the other one settles ties,
        then the order of the scenario.
    """
    missed = {
        (verdict.name, verdict.year, pair.source, pair.target)
        for verdict in verdicts
        for pair in verdict.missed
    }
    states: dict[tuple[int, str], list[Verdict]] = {}
    for verdict in failures:
        states.setdefault((verdict.year, verdict.state), []).append(verdict)
    people = _people(nodes)
    ranked = [_ranked(found, missed, people, nodes) for found in states.values()]
    both = ("broken", "population") if by == "broken" else ("population", "broken")
    ranked.sort(key=lambda one: [-getattr(one, name) for name in both])
    return [one for one in ranked if one.broken]


def _ranked(
    verdicts: list[Verdict],
    missed: set[tuple[str, int, str, str | None]],
    people: Mapping[str, frozenset[str]],
    nodes: Mapping[str, Node],
) -> RankedState:
    broken = {verdict.name: list(_broken(verdict, missed)) for verdict in verdicts}
    ends = {
        end for pairs in broken.values() for pair in pairs for end in (pair.source, pair.target)
    }
    places = frozenset[str]().union(*(people.get(end or "", frozenset()) for end in ends))
    return RankedState(
        year=verdicts[0].year,
        state=verdicts[0].state,
        broken=sum(map(len, broken.values())),
        undecided=sum(p.outcome is Outcome.UNDECIDED for v in verdicts for p in v.pairs),
        population=sum(nodes[place].population for place in places),
        targets={name: len(pairs) for name, pairs in broken.items() if pairs},
    )


def _broken(
    verdict: Verdict, missed: set[tuple[str, int, str, str | None]]
) -> Iterator[PairVerdict]:
    for pair in verdict.missed:
        if (verdict.name, verdict.year, pair.source, pair.target) not in missed:
            yield pair


def _people(nodes: Mapping[str, Node]) -> dict[str, frozenset[str]]:
    """Return for each site the places whose people it stands for."""
    cities: dict[str, set[str]] = {}
    for name, node in nodes.items():
        if node.population and node.city is not None:
            cities.setdefault(node.city, set()).add(name)
    found = {}
    for name, node in nodes.items():
        if node.population:
            found[name] = frozenset([name])
        elif node.role in STANDS_FOR_CITY and node.city is not None:
            found[name] = frozenset(cities.get(node.city, ()))
    return found
