"""Verdicts as a Markdown table, for the summary of a pipeline or a comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.ground.units import MS
from netplan.judge.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.judge.evaluation import Evaluation
    from netplan.judge.verdict import PairVerdict, Verdict

__all__ = ["markdown_summary"]

SIGNS = {Outcome.MET: "✅", Outcome.MISSED: "❌", Outcome.UNDECIDED: "❔"}
REMEDIES_SHOWN = 5


def markdown_summary(evaluations: Sequence[Evaluation]) -> str:
    """Return a section with a table for each scenario."""
    return "\n".join(line for evaluation in evaluations for line in _section(evaluation))


def _section(evaluation: Evaluation) -> Iterator[str]:
    outcome = evaluation.outcome
    yield f"### {_cell(evaluation.scenario.name.en)}: {SIGNS[outcome]} {outcome}"
    yield ""
    yield "| target | year | verdict | covered | needed | worst pair | ms | limit |"
    yield "|---|---|---|--:|--:|---|--:|--:|"
    for verdict in evaluation.verdicts:
        yield _row(verdict)
    for verdict in evaluation.failures:
        if verdict.outcome is not Outcome.MET:
            yield _row(verdict)
    yield ""
    yield from _remedies((*evaluation.verdicts, *evaluation.failures))
    yield (
        f"Engine {evaluation.engine}, seed {evaluation.seed}, netplan {evaluation.version}, inputs "
        f"`{evaluation.scenario.origin.digest[:12]}`."
    )
    yield ""


def _row(verdict: Verdict) -> str:
    worst = verdict.worst
    year = str(verdict.year) if verdict.state == "normal" else f"{verdict.year}, {verdict.state}"
    cells = (
        verdict.name,
        year,
        f"{SIGNS[verdict.outcome]} {verdict.outcome}",
        f"{verdict.coverage:.1%}",
        f"{verdict.needed:.1%} of {verdict.of}",
        "" if worst is None else f"{worst.source} > {worst.target or '?'}",
        "" if worst is None else _value(worst),
        f"< {verdict.limit / MS:g}",
    )
    return f"| {' | '.join(map(_cell, cells))} |"


def _value(pair: PairVerdict) -> str:
    if pair.estimate is not None:
        return f"{pair.estimate / MS:.3f}"
    return f"> {pair.floor / MS:.3f}" if pair.floor is not None else "–"


def _remedies(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """List the changes that would cure most missed pairs, each alone."""
    cured: dict[str, int] = {}
    for verdict in verdicts:
        for pair in verdict.missed if verdict.outcome is Outcome.MISSED else ():
            for remedy in pair.remedies:
                cured[remedy] = cured.get(remedy, 0) + 1
    best = sorted(cured.items(), key=lambda item: -item[1])[:REMEDIES_SHOWN]
    for remedy, count in best:
        yield f"- would cure {count} missed pair{'s' if count != 1 else ''}: {_cell(remedy)}"
    if best:
        yield ""


def _cell(text: str) -> str:
    """Keep a text from being read as Markdown or HTML."""
    for char in "\\`*_|<>#[]~":
        text = text.replace(char, f"\\{char}")
    return text
