"""Where the targets of one year stand when what must not matter fails: the worst state counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.decide.outage import Outage, Outages, difference
from netplan.judge.verdict import Outcome
from netplan.network.failure import NORMAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netplan.decide.standing import Judged, Standing
    from netplan.decide.trial import Means

__all__ = ["SIMULATED", "Endurance", "endurance"]

SIMULATED = 4
"""Failure states of one year that are simulated at most, where closed forms leave a target open:
each may cost as much as the normal state."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Endurance:
    """One year's network in the normal state and in failure states."""

    normal: Judged
    outages: Mapping[str, Outage]
    """By the name of the state."""

    @property
    def standings(self) -> list[Standing]:
        """Of each target in the state where it stands worst; normal among equals."""
        return [
            min([one, *self.in_failures(one.target)], key=_badness) for one in self.normal.standings
        ]

    def in_failures(self, target: str) -> list[Standing]:
        """Return where a target stands in each failure state that it must hold in."""
        found = (one for outage in self.outages.values() for one in outage.standings)
        return [one for one in found if one.target == target]

    def broken(self, without: Judged, means: Means | None) -> list[Standing]:
        """Return what is met here, but not surely in another version of the network.

        The normal state comes first. If it breaks nothing, failure states follow, those in which
        the difference matters, until one breaks something.

        Parameters
        ----------
        without
            The other version in the normal state.
        means
            What a simulation may cost; none to simulate nothing. Of the failure states that closed
            forms leave open only the first, which loads most what differs, is simulated.
        """
        found = _opened(self.normal.standings, without.standings)
        if not self.outages or _any_missed(found):
            return found
        outages = Outages(without)
        open_: list[tuple[Outage, list[Standing]]] = []
        known = {state.name: state for state in outages.states}
        for planned in difference(self.normal.case, without.case).relevant(self.outages):
            if planned.state.name not in known:
                continue
            there = outages.judge(known[planned.state.name])
            opened = _opened(planned.standings, there.standings)
            if _any_missed(opened):
                return [*found, *opened]
            open_ += [(planned, opened)] if opened else []
        if means is not None and open_:
            planned = open_[0][0]
            there = outages.judge(known[planned.state.name], means)
            open_[0] = planned, _opened(planned.standings, there.standings)
        return [*found, *(one for _, opened in open_ for one in opened)]


def endurance(
    normal: Judged,
    means: Means | None = None,
    *,
    until_missed: bool = False,
    progress: Progress = lambda *_: None,
) -> Endurance:
    """Judge a network in all failure states of its scenario.

    Parameters
    ----------
    normal
        The network in the normal state.
    means
        What a simulation may cost; none to simulate nothing. At most `SIMULATED` states are, and
        only for targets that no state breaks; what else closed forms leave open stays open.
    until_missed
        Stop as soon as every target is missed in one state or another.
    progress
        Told how many states are done, and of how many.
    """
    outages = Outages(normal)
    found: dict[str, Outage] = {}
    for number, state in enumerate(outages.states):
        progress(number, len(outages.states))
        if until_missed and not _unbroken(normal, found):
            break
        found[state.name] = outages.judge(state)
    for _ in range(SIMULATED if means is not None else 0):
        unbroken = _unbroken(normal, found)
        open_ = [
            one
            for one in found.values()
            if any(s.target in unbroken and _is_untried(s) for s in one.standings)
        ]
        if not open_:
            break
        fullest = max(open_, key=lambda one: max(one.taken.values(), default=0.0))
        found[fullest.state.name] = outages.judge(fullest.state, means)
    return Endurance(normal, found)


def _badness(one: Standing) -> tuple[int, float, bool]:
    order = (Outcome.MISSED, Outcome.UNDECIDED, Outcome.MET)
    return order.index(one.outcome), one.coverage, one.state != NORMAL


def _any_missed(standings: Iterable[Standing]) -> bool:
    return any(one.outcome is Outcome.MISSED for one in standings)


def _is_untried(one: Standing) -> bool:
    return one.outcome is Outcome.UNDECIDED and not one.simulated


def _opened(planned: Iterable[Standing], found: Iterable[Standing]) -> list[Standing]:
    """Return the targets that are not surely met any more; of one state, the missed ones first."""
    met = {one.target for one in planned if one.outcome is Outcome.MET}
    opened = [one for one in found if one.target in met and one.outcome is not Outcome.MET]
    return sorted(opened, key=lambda one: one.outcome is not Outcome.MISSED)


def _unbroken(normal: Judged, outages: Mapping[str, Outage]) -> set[str]:
    """Return the targets that no state misses so far."""
    standings = [*normal.standings, *(s for one in outages.values() for s in one.standings)]
    missed = {one.target for one in standings if one.outcome is Outcome.MISSED}
    return {one.target for one in standings} - missed
