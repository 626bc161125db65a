"""Dates as text of 80 columns and as a JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.exchange.words import in_words
from netplan.ground.texts import Texts
from netplan.ground.texts.tables import TABLES
from netplan.judge.verdict import Outcome
from netplan.network.failure import NORMAL
from netplan.show.tables.columns import WIDTH, padded, right, wrapped
from netplan.show.tables.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.standing import Standing
    from netplan.decide.timeline import Dates, StepDate
    from netplan.ground.texts import Language
    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario

__all__ = ["dates_document", "dates_table", "describe_step"]

ENGLISH = Reader(Texts("en", TABLES))
COLUMN = 12
"""Columns of a terminal for a year."""
STATES_SHOWN = 3
MOST_YEARS = 4
"""Years abreast; of more the first and the last are shown, and those where something turns."""


def dates_table(scenario: Scenario, found: Dates, language: Language = "en") -> str:
    """Return targets by year, why they turn, and by when each step is needed."""
    reader = Reader.of(scenario, language)
    blocks = [
        iter([reader.title(scenario.name)]),
        _targets(reader, "dates.planned", found.standings),
        _targets(reader, "dates.without", found.without),
        _steps(reader, found.steps),
        _spare(reader, found),
        _notes(reader, found),
    ]
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _targets(reader: Reader, title: str, standings: Sequence[Standing]) -> Iterator[str]:
    """Show a row for each target, a column for each year, and why it turns."""
    if not standings:
        return
    years = _shown_years(standings)
    width = WIDTH - COLUMN * len(years)
    yield padded(reader.texts[title], width) + "".join(f"{year:>{COLUMN}}" for year in years)
    for target in dict.fromkeys(one.target for one in standings):
        own = {one.year: one for one in standings if one.target == target}
        cells = "".join(right(_cell(reader, own.get(year)), COLUMN) for year in years)
        yield f"  {padded(reader.target(target), width - 2)}{cells}"
        turn = _turn(list(own.values()))
        if turn is not None:
            why = _why(reader, turn.state, turn.why)
            yield from wrapped(reader.say("dates.turn", year=turn.year, why=why))


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


def _cell(reader: Reader, one: Standing | None) -> str:
    if one is None:
        return "-"
    shown = reader.outcome(one.outcome)
    if one.outcome is Outcome.MISSED and one.coverage < 0.995:
        return f"{shown} {min(one.coverage, 0.999):.0%}"
    return shown


def _steps(reader: Reader, steps: Sequence[StepDate]) -> Iterator[str]:
    """Show by when each step is needed, the first needed first."""
    if not steps:
        return
    yield reader.texts["dates.steps"]
    built, needed, what = (reader.texts[f"head.{head}"] for head in ("built", "needed", "step"))
    yield f"  {padded(built, 7)}{padded(needed, 9)}{what}"
    for one in sorted(steps, key=lambda one: (one.needed_by or 9999, one.step.by, one.index)):
        needed = str(one.needed_by) if one.needed_by is not None else "-"
        if one.undecided and one.needed_by is None:
            needed = reader.texts["dates.open"]
        told = describe_step(one.step, reader)
        if one.dependants:
            told = reader.say("dates.with_it", step=told, count=len(one.dependants))
        lines = wrapped(told, indent=16)
        yield f"  {one.step.by:<7}{padded(needed, 9)}{lines[0].strip()}"
        yield from lines[1:]
        if one.needed_by is not None:
            targets = reader.texts["semicolon"].join(map(reader.target, one.targets))
            why = _why(reader, one.state, one.why)
            yield from wrapped(reader.say("dates.needed_for", targets=targets, why=why), indent=20)


def describe_step(step: Step, reader: Reader = ENGLISH) -> str:
    """Say in a few words what a step builds.

    Examples
    --------
    >>> from netplan.input.scenario.expansion import Change, Step
    >>> describe_step(Step(by=2026, set=Change(link="a--b", members=4)))
    'a--b: members 4'
    >>> describe_step(Step(by=2026, name="second fibre", set=Change(link="a--b", members=4)))
    'second fibre: a--b: members 4'
    """
    what = _built(step, reader)
    if step.name is None:
        return what
    return reader.say("step.name", name=step.name.of(reader.texts.language), what=what)


def _built(step: Step, reader: Reader) -> str:
    if step.set is not None:
        values = {k: in_words(v) for k, v in step.set.changes.items() if k != "source"}
        said = reader.listed([f"{key} {_short(value)}" for key, value in values.items()])
        return reader.say("step.set", subject=step.set.subject, values=said)
    kinds = {kind: getattr(step, f"add_{kind}") for kind in ("node", "span", "link", "compute")}
    kind, new = next((kind, new) for kind, new in kinds.items() if new is not None)
    return reader.say("step.new", kind=reader.texts.of("kind", kind), id=new.id)


def _short(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _spare(reader: Reader, found: Dates) -> Iterator[str]:
    """Say which steps can be left out all at once, and what the others are good for."""
    if not found.spare:
        return
    of = sum(one.needed_by is None and not one.undecided for one in found.steps)
    yield reader.say("dates.spare", of=of, count=len(found.spare))
    for index in found.spare:
        yield from wrapped(describe_step(found.steps[index].step, reader), indent=2)
    if found.spare_together:
        yield reader.texts["dates.stand_in"]
        for one in found.spare_together:
            target, why = reader.target(one.target), _why(reader, one.state, one.why)
            told = reader.say("dates.missed", year=one.year, target=target, why=why)
            yield from wrapped(told, indent=2)


def _why(reader: Reader, state: str, why: str) -> str:
    """Say why a target is missed, and in which failure state."""
    told = reader.sentence(why)
    if state == NORMAL:
        return told
    return reader.say("dates.in_state", state=reader.state(state), why=told)


def _notes(reader: Reader, found: Dates) -> Iterator[str]:
    """Tell in how many failure states targets are missed as planned, and which ones stay open."""
    for one in found.failures:
        told = reader.say(
            "dates.failures",
            year=one.year,
            target=reader.target(one.target),
            count=one.states,
            missed=len(one.missed),
        )
        for key, states in (
            ("dates.undecided", one.undecided),
            ("dates.not_simulated", one.not_simulated),
        ):
            if states:
                names = reader.listed([reader.state(name) for name in states], STATES_SHOWN)
                told += reader.say(key, count=len(states), names=names)
        yield from wrapped(told, indent=0)


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
                "state": one.state,
                "why": one.why,
                "undecided": list(one.undecided),
            }
            for one in found.steps
        ],
        "spare": list(found.spare),
        "spare_together": [_standing(one) for one in found.spare_together],
        "failures": [
            {
                "target": one.target,
                "year": one.year,
                "states": one.states,
                "missed": list(one.missed),
                "not_simulated": list(one.not_simulated),
                "undecided": list(one.undecided),
            }
            for one in found.failures
        ],
    }


def _year(standing: Standing | None) -> int | None:
    return None if standing is None else standing.year


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "target": one.target,
        "year": one.year,
        "state": one.state,
        "outcome": str(one.outcome),
        "coverage": round(one.coverage, 9),
        "pairs": one.pairs,
        "missed": one.missed,
        "why": one.why,
        "simulated": one.simulated,
    }
