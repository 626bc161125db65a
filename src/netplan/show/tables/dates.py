"""Dates as text of 80 columns and as a JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.exchange.words import in_words
from netplan.judge.verdict import Outcome
from netplan.show.tables.columns import WIDTH, padded, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.standing import Standing
    from netplan.decide.timeline import Dates, StepDate
    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario

__all__ = ["dates_document", "dates_table", "describe_step"]

COLUMN = 12
"""Columns of a terminal for a year."""
MOST_YEARS = 4
"""Years abreast; of more the first and the last are shown, and those where something turns."""


def dates_table(scenario: Scenario, found: Dates) -> str:
    """Return targets by year, why they turn, and by when each step is needed."""
    name = scenario.name
    blocks = [
        iter([name.en if name.zh is None else f"{name.en}  {name.zh}"]),
        _targets("As planned", found.standings),
        _targets("If nothing is built", found.without),
        _steps(found.steps),
        _spare(found),
        _notes(found),
    ]
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _targets(title: str, standings: Sequence[Standing]) -> Iterator[str]:
    """Show a row for each target, a column for each year, and why it turns."""
    if not standings:
        return
    years = _shown_years(standings)
    width = WIDTH - COLUMN * len(years)
    yield f"{title:<{width}}" + "".join(f"{year:>{COLUMN}}" for year in years)
    for target in dict.fromkeys(one.target for one in standings):
        own = {one.year: one for one in standings if one.target == target}
        cells = "".join(f"{_cell(own.get(year)):>{COLUMN}}" for year in years)
        yield f"  {padded(target, width - 2)}{cells}"
        turn = _turn(list(own.values()))
        if turn is not None:
            yield from wrapped(f"{turn.year}: {turn.why}")


def _shown_years(standings: Sequence[Standing]) -> list[int]:
    years = sorted({one.year for one in standings})
    if len(years) <= MOST_YEARS:
        return years
    turns = [
        turn.year
        for target in dict.fromkeys(one.target for one in standings)
        if (turn := _turn([one for one in standings if one.target == target])) is not None
    ]
    wanted = [years[0], years[-1], *sorted(turns), *years]
    return sorted(list(dict.fromkeys(wanted))[:MOST_YEARS])


def _turn(own: Sequence[Standing]) -> Standing | None:
    """Return where a target is first missed."""
    missed = [one for one in own if one.outcome is Outcome.MISSED]
    return min(missed, key=lambda one: one.year, default=None)


def _cell(one: Standing | None) -> str:
    if one is None:
        return "-"
    if one.outcome is Outcome.MET:
        return "met"
    if one.outcome is Outcome.UNDECIDED:
        return "UNDECIDED"
    return f"MISSED {min(one.coverage, 0.999):.0%}" if one.coverage < 0.995 else "MISSED"


def _steps(steps: Sequence[StepDate]) -> Iterator[str]:
    """Show by when each step is needed, the first needed first."""
    if not steps:
        return
    yield "By when the steps are needed (-: by no target, if the others are built)"
    yield f"  {'built':<7}{'needed':<9}step"
    for one in sorted(steps, key=lambda one: (one.needed_by or 9999, one.step.by, one.index)):
        needed = str(one.needed_by) if one.needed_by is not None else "-"
        if one.undecided and one.needed_by is None:
            needed = "open"
        with_it = f" (and {len(one.dependants)} that build on it)" if one.dependants else ""
        lines = wrapped(describe_step(one.step) + with_it, indent=16)
        yield f"  {one.step.by:<7}{needed:<9}{lines[0].strip()}"
        yield from lines[1:]
        if one.needed_by is not None:
            yield from wrapped(f"{'; '.join(one.targets)}: {one.why}", indent=20)


def describe_step(step: Step) -> str:
    """Say in a few words what a step builds.

    Examples
    --------
    >>> from netplan.input.scenario.expansion import Change, Step
    >>> describe_step(Step(by=2026, set=Change(link="a--b", members=4)))
    'a--b: members 4'
    """
    named = f"{step.name}: " if step.name else ""
    if step.set is not None:
        values = {k: in_words(v) for k, v in step.set.changes.items() if k != "source"}
        said = ", ".join(f"{key} {_short(value)}" for key, value in values.items())
        return f"{named}{step.set.subject}: {said}"
    for kind in ("node", "span", "link", "compute"):
        new = getattr(step, f"add_{kind}")
        if new is not None:
            return f"{named}new {kind} {new.id}"
    return named


def _short(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _spare(found: Dates) -> Iterator[str]:
    """Say which steps can be left out all at once, and what the others are good for."""
    if not found.spare:
        return
    of = sum(one.needed_by is None and not one.undecided for one in found.steps)
    yield f"Of the {of} steps marked -, {len(found.spare)} can be left out all at once:"
    for index in found.spare:
        yield from wrapped(describe_step(found.steps[index].step), indent=2)
    if found.spare_together:
        yield "The others stand in for each other. Without any of them:"
        for one in found.spare_together:
            yield from wrapped(f"{one.year}, {one.target}: {one.why}", indent=2)


def _notes(found: Dates) -> Iterator[str]:
    if found.failures_left_out:
        yield from wrapped(
            "Failure states are not looked at here: a step that only they need counts as needed by "
            "no target.",
            indent=0,
        )


def dates_document(scenario: Scenario, found: Dates) -> dict[str, Any]:
    """Return dates as a JSON document."""
    return {
        "netplan": "dates/1",
        "scenario": scenario.name.en,
        "version": __version__,
        "inputs_sha256": scenario.origin.digest,
        "targets": [
            {
                "name": target.name,
                "first_missed": _year(found.first_missed(target.name)),
                "first_missed_without_building": _year(found.first_missed_without(target.name)),
                "planned": [_standing(s) for s in found.standings if s.target == target.name],
                "without_building": [
                    _standing(s) for s in found.without if s.target == target.name
                ],
            }
            for target in scenario.targets
        ],
        "steps": [
            {
                "index": one.index,
                "built": one.step.by,
                "step": in_words(one.step),
                "what": describe_step(one.step),
                "dependants": list(one.dependants),
                "needed_by": one.needed_by,
                "targets": list(one.targets),
                "why": one.why,
                "undecided": list(one.undecided),
            }
            for one in found.steps
        ],
        "spare": list(found.spare),
        "spare_together": [_standing(one) for one in found.spare_together],
        "failures_left_out": found.failures_left_out,
    }


def _target(name: str, found: Dates) -> dict[str, Any]:
    return {
        "name": name,
        "first_missed": _year(found.first_missed(name)),
        "first_missed_without_building": _year(found.first_missed_without(name)),
        "planned": [_standing(one) for one in found.standings if one.target == name],
        "without_building": [_standing(one) for one in found.without if one.target == name],
    }


def _year(standing: Standing | None) -> int | None:
    return None if standing is None else standing.year


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "target": one.target,
        "year": one.year,
        "outcome": str(one.outcome),
        "coverage": round(one.coverage, 9),
        "pairs": one.pairs,
        "missed": one.missed,
        "why": one.why,
        "simulated": one.simulated,
    }
