"""Dates: when each target breaks, and by when each step of the expansion is needed.

A step is needed by the first year in which leaving it out, with all that depends on it, makes a
target miss that is met with it. All other steps are built as planned. So each date holds for its
step alone: of two steps that stand in for each other neither is needed, until one is left out.

A target that must hold in failure states stands where it stands in the worst of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from netplan.decide.endurance import Endurance, endurance
from netplan.decide.standing import Standing, judged
from netplan.decide.trial import Means, of_year
from netplan.ground.errors import InputError
from netplan.judge.verdict import Outcome
from netplan.network.failure import NORMAL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from netplan.decide.standing import Judged
    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario

__all__ = ["Dates", "InFailures", "StepDate", "dates", "dependants"]

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
    state: str = NORMAL
    """The state in which they are: a failure state only if nothing is missed in the normal one."""
    why: str = ""
    """What makes the first of them miss."""
    undecided: tuple[int, ...] = ()
    """Years in which it could not be told within the packets allowed."""


@dataclass(frozen=True, slots=True)
class InFailures:
    """How a target that must hold in failure states stands there in one year, as planned."""

    target: str
    year: int
    states: int
    """How many there are."""
    missed: tuple[str, ...]
    """Those in which it is missed."""
    not_simulated: tuple[str, ...]
    """Those that closed forms leave open and that were not simulated."""
    undecided: tuple[str, ...]
    """Those that were simulated without a decision."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The time-line of a scenario."""

    standings: tuple[Standing, ...]
    """Of every target and year as planned, each in its worst state."""
    without: tuple[Standing, ...]
    """The same if nothing is built; empty if nothing is planned."""
    steps: tuple[StepDate, ...]
    spare: tuple[int, ...] = ()
    """Steps, by index, that can all be left out at once; one choice of several, perhaps."""
    spare_together: tuple[Standing, ...] = ()
    """What is missed if all steps that no target needs alone are left out at once."""
    failures: tuple[InFailures, ...] = ()
    """Of every target that must hold in failure states, and every year."""

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
    def planned(self) -> dict[int, Endurance]:
        """By year, everything built as planned."""
        found = {}
        for year in self.scenario.years:
            normal = self._with(year, self.scenario.expansion, self.means)
            found[year] = endurance(normal, self.means, progress=self._states(year))
        return found

    def _states(self, year: int) -> Callable[[int, int], None]:
        return lambda done, of: self.progress(f"{year}: failure states", done, of)

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

    def _with(self, year: int, steps: Sequence[Step], means: Means | None) -> Judged:
        return judged(of_year(self.scenario, year, expansion=steps), means)

    def dates(self) -> Dates:
        years, expansion = self.scenario.years, self.scenario.expansion
        planned = tuple(one for year in years for one in self.planned[year].standings)
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
            failures=tuple(self._in_failures()),
        )

    def _in_failures(self) -> Iterator[InFailures]:
        wanted = [t.name for t in self.scenario.targets if "failure" in t.holds_in]
        for year, planned in self.planned.items():
            for target in wanted:
                found = planned.in_failures(target)
                open_ = [one for one in found if one.outcome is Outcome.UNDECIDED]
                yield InFailures(
                    target=target,
                    year=year,
                    states=len(found),
                    missed=tuple(s.state for s in found if s.outcome is Outcome.MISSED),
                    not_simulated=tuple(one.state for one in open_ if not one.simulated),
                    undecided=tuple(one.state for one in open_ if one.simulated),
                )

    def _without_building(self) -> list[Standing]:
        found: list[Standing] = []
        if self._named & {name for step in self.scenario.expansion for _, name in _added(step)}:
            return found
        for year in self.scenario.years:
            try:
                normal = self._with(year, (), self.means)
            except InputError:
                # Without the expansion the network of this year does not hold together.
                continue
            found += endurance(normal, until_missed=True, progress=self._states(year)).standings
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
                    state=missed[0].state,
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
        planned = self.planned[year]
        met = [one for one in planned.normal.standings if one.outcome is Outcome.MET]
        gone = {name for i in left_out for _, name in _added(self.scenario.expansion[i])}
        if named := sorted(gone & self._named):
            return [_senseless(one, f"the scenario names {named[0]}") for one in met]
        try:
            return planned.broken(self._with(year, steps, means), means)
        except InputError as error:
            return [_senseless(one, error.problems[0].message) for one in met]

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
