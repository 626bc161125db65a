"""Dates: when each target breaks, and by when each step of the expansion is needed.

A step is needed by the first year in which leaving it out, with all that depends on it, makes a
target miss that is met with it. All other steps are built as planned. So each date holds for its
step alone: of two steps that stand in for each other neither is needed, until one is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from netplan.decide.standing import Standing, standings
from netplan.decide.trial import Means, of_year
from netplan.ground.errors import InputError
from netplan.judge.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario

__all__ = ["Dates", "StepDate", "dates", "dependants"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class StepDate:
    """By when a step is needed."""

    index: int
    """Position in the scenario's expansion."""
    step: Step
    dependants: tuple[int, ...]
    """Steps that cannot be built without it."""
    needed_by: int | None
    """First year in which a target is missed without it; none if no target needs it."""
    targets: tuple[str, ...] = ()
    """The targets that are missed then."""
    why: str = ""
    """What makes the first of them miss."""
    undecided: tuple[int, ...] = ()
    """Years in which it could not be told within the packets allowed."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The time-line of a scenario."""

    standings: tuple[Standing, ...]
    """Of every target and year as planned."""
    without: tuple[Standing, ...]
    """The same if nothing is built; empty if nothing is planned."""
    steps: tuple[StepDate, ...]
    spare: tuple[int, ...] = ()
    """Steps, by index, that can all be left out at once; one choice of several, perhaps."""
    spare_together: tuple[Standing, ...] = ()
    """What is missed if all steps that no target needs alone are left out at once."""
    failures_left_out: bool = False
    """Targets must hold in failure states too, which are not looked at here."""

    def first_missed(self, target: str) -> Standing | None:
        """Return where a target is first missed as planned."""
        return _first_missed(self.standings, target)

    def first_missed_without(self, target: str) -> Standing | None:
        """Return where a target is first missed if nothing is built."""
        return _first_missed(self.without, target)


def _first_missed(found: Iterable[Standing], target: str) -> Standing | None:
    own = (one for one in found if one.target == target and one.outcome is Outcome.MISSED)
    return min(own, key=lambda one: one.year, default=None)


def dates(
    scenario: Scenario, *, means: Means | None = None, progress: Progress = lambda *_: None
) -> Dates:
    """Find when each target breaks, and by when each step is needed.

    Parameters
    ----------
    scenario
        As `netplan.load` returns it.
    means
        What one simulation may cost where closed forms do not decide.
    progress
        Told of every step that is done with.

    Raises
    ------
    InputError
        If the scenario makes no sense on its network.
    """
    return _Line(scenario, means or Means(), progress).dates()


@dataclass(frozen=True)
class _Line:
    scenario: Scenario
    means: Means
    progress: Progress

    @cached_property
    def planned(self) -> dict[int, list[Standing]]:
        """Standings by year, everything built as planned."""
        expansion = self.scenario.expansion
        return {year: self._with(year, expansion, self.means) for year in self.scenario.years}

    @cached_property
    def _named(self) -> set[str]:
        """Nodes and links that traffic, targets and failures name."""
        scenario = self.scenario
        found = {name for members in scenario.failures.sets.values() for name in members}
        for demand in scenario.traffic.demands:
            found.update(demand.route or (), {demand.source or "", demand.target or ""})
            if demand.gravity is not None:
                found.update(demand.gravity.source, demand.gravity.target)
        for target in scenario.targets:
            between = target.between
            found.update(between.source or (), between.target or ())
            found.update(name for pair in between.pairs or () for name in pair)
        return found

    def _with(self, year: int, steps: Sequence[Step], means: Means | None) -> list[Standing]:
        return standings(of_year(self.scenario, year, expansion=steps), means)

    def dates(self) -> Dates:
        years, expansion = self.scenario.years, self.scenario.expansion
        planned = tuple(one for year in years for one in self.planned[year])
        found = []
        for index in range(len(expansion)):
            self.progress("steps left out", index, len(expansion))
            found.append(self._step_date(index))
        self.progress("steps left out", len(expansion), len(expansion))
        alone = [one.index for one in found if one.needed_by is None and not one.undecided]
        closed = [i for i in alone if set(found[i].dependants) <= set(alone)]
        return Dates(
            standings=planned,
            without=tuple(self._without_building()) if expansion else (),
            steps=tuple(found),
            spare=tuple(sorted(self._droppable(closed, frozenset(), found))),
            spare_together=tuple(self._broken_without(alone)) if len(alone) > 1 else (),
            failures_left_out=any("failure" in t.holds_in for t in self.scenario.targets),
        )

    def _without_building(self) -> list[Standing]:
        found: list[Standing] = []
        if self._named & {name for step in self.scenario.expansion for _, name in _added(step)}:
            return found
        for year in self.scenario.years:
            try:
                found += self._with(year, (), self.means)
            except InputError:
                # Without the expansion the network of this year does not hold together.
                continue
        return found

    def _step_date(self, index: int) -> StepDate:
        step = self.scenario.expansion[index]
        below = dependants(self.scenario.expansion, index)
        undecided: list[int] = []
        for year in self.scenario.years:
            if step.by > year:
                continue
            broken = self._broken({index, *below}, year, self.means)
            missed = [one for one in broken if one.outcome is Outcome.MISSED]
            if missed:
                return StepDate(
                    index=index,
                    step=step,
                    dependants=below,
                    needed_by=year,
                    targets=tuple(one.target for one in missed),
                    why=missed[0].why,
                    undecided=tuple(undecided),
                )
            if broken:
                undecided.append(year)
        return StepDate(index, step, below, None, undecided=tuple(undecided))

    def _broken(
        self, left_out: Collection[int], year: int, means: Means | None = None
    ) -> list[Standing]:
        """Return the targets that are met in a year, but not surely without these steps."""
        steps = [s for i, s in enumerate(self.scenario.expansion) if i not in left_out]
        met = [one for one in self.planned[year] if one.outcome is Outcome.MET]
        gone = {name for i in left_out for _, name in _added(self.scenario.expansion[i])}
        if named := sorted(gone & self._named):
            return [_senseless(one, f"the scenario names {named[0]}") for one in met]
        try:
            found = self._with(year, steps, means)
        except InputError as error:
            return [_senseless(one, error.problems[0].message) for one in met]
        met_names = {one.target for one in met}
        return [one for one in found if one.target in met_names and one.outcome is not Outcome.MET]

    def _droppable(
        self, steps: Sequence[int], gone: frozenset[int], found: Sequence[StepDate]
    ) -> frozenset[int]:
        """Return many steps that can surely be left out together, halving where not all can."""
        if not steps:
            return gone
        more = gone.union(steps, *(found[i].dependants for i in steps))
        years = sorted(self.scenario.years, reverse=True)
        if not any(self._broken(more, year) for year in years):
            return more
        if len(steps) == 1:
            return gone
        half = len(steps) // 2
        gone = self._droppable(steps[:half], gone, found)
        return self._droppable(steps[half:], gone, found)

    def _broken_without(self, spare: Sequence[int]) -> list[Standing]:
        return [
            one
            for year in self.scenario.years
            for one in self._broken(spare, year)
            if one.outcome is Outcome.MISSED
        ]


def _senseless(planned: Standing, why: str) -> Standing:
    """Return a target as missed because the scenario makes no sense any more."""
    return Standing(
        target=planned.target,
        year=planned.year,
        outcome=Outcome.MISSED,
        coverage=0.0,
        pairs=planned.pairs,
        missed=planned.pairs,
        why=why,
        simulated=False,
    )


def dependants(steps: Sequence[Step], index: int) -> tuple[int, ...]:
    """Return the steps that cannot be built without one, directly or through others."""
    gone, found = _added(steps[index]), set[int]()
    while more := {
        i for i, step in enumerate(steps) if i not in {index, *found} and _needed(step) & gone
    }:
        found |= more
        gone = gone.union(*(_added(steps[i]) for i in more))
    return tuple(sorted(found))


Thing = tuple[str, str]
"""Kind and name."""


def _added(step: Step) -> set[Thing]:
    """Return what a step brings into being."""
    if step.add_node is not None:
        return {("node", step.add_node.id)}
    if step.add_span is not None:
        return {("span", step.add_span.id), ("between", _ends(step.add_span.ends))}
    if step.add_link is not None:
        return {("link", step.add_link.id), ("span", step.add_link.id)}
    if step.add_compute is not None:
        new = step.add_compute
        names = [f"{new.id}--{other}" for other in new.connect]
        return {("node", new.id), *((k, name) for k in ("link", "span") for name in names)}
    return set()


def _needed(step: Step) -> set[Thing]:
    """Return what a step builds on."""
    if step.set is not None:
        return {(step.set.kind, step.set.subject), *(("span", s) for s in step.set.over or ())}
    if step.add_span is not None:
        return {("node", end) for end in step.add_span.ends}
    if step.add_compute is not None:
        return {("node", other) for other in step.add_compute.connect}
    if step.add_link is not None:
        new = step.add_link
        found = {("node", end) for end in new.ends} | {("span", span) for span in new.over or ()}
        own_way = new.over is None and new.length_km is None
        return found | ({("between", _ends(new.ends))} if own_way else set())
    return set()


def _ends(ends: tuple[str, str]) -> str:
    return "~".join(sorted(ends))
