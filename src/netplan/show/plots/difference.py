"""Two results side by side: by how much the statistic of each pair differs."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from netplan.decide.comparison import measured_differences
from netplan.ground.errors import InputError, Problem
from netplan.ground.units import MS, US
from netplan.judge.verdict import Basis, Outcome, PairVerdict
from netplan.measure.statistics import Difference
from netplan.show.plots.style import (
    BLACK,
    NOTE_BOX,
    OUTCOME_STYLES,
    add_legend,
    figure_of,
    legible,
    new_figure,
    styled,
)
from netplan.show.plots.subject import Subject, choose, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.ground.texts import Texts
    from netplan.judge.results import Results

__all__ = ["latency_difference"]

PAIRS_SHOWN = 40
"""Rows at most: pairs whose outcome changes first, then those that differ most."""
_ROW = 0.22
"""Height of a row [inch]."""
_NOTE = 0.15
"""Room for what stands behind a dot, as a share of the width."""
_SMALL = 0.1 * MS
"""Differences that are all smaller are drawn in microseconds [s]."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A pair that both results judge."""

    before: PairVerdict
    after: PairVerdict
    difference: Difference
    measured: bool
    """Whether both hold samples of it, so that there is an interval."""

    @property
    def flips(self) -> bool:
        """Whether its outcome changes."""
        return self.before.outcome is not self.after.outcome

    @property
    def exact(self) -> bool:
        """Whether both delays are constants of the routes."""
        return self.before.basis is self.after.basis is Basis.ROUTES


@styled()
def latency_difference(
    results: Results,
    against: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw by how much the statistic of each pair is greater in other results, largest first.

    Intervals are those of `netplan.decide.comparison.measured_differences`: packet by packet where
    both results happen to hold the same packets, else as of two independent runs; the title says
    how many of each. A pair that one of them judged without simulation has a point and no interval.

    Parameters
    ----------
    results, against
        Results A and B; drawn is B - A.
    target, year
        Left out: the first target that A does not meet, in its last year.
    language
        ``en`` or ``zh``, for labels and names of nodes.
    axes
        Draw here instead of in a new figure.

    Raises
    ------
    InputError
        If B has no such target or year, or judges another statistic there.
    """
    subject = choose(results, target, year, language)
    other = choose(against, subject.verdict.name, subject.verdict.year, language)
    _check_alike(subject, other)
    every = _rows(results, against, subject, other)
    rows = _shown(every)
    below = axes is None
    title = "\n".join(_title(subject, (results, against), every, len(rows)))
    if axes is None:
        axes = new_figure(9.0, _ROW * max(4, len(rows)) + 2.4, subject.name).subplots()
    else:
        title = f"{subject.name}\n{title}"
    axes.set_title(title)
    if not rows:
        axes.text(0.5, 0.5, subject.texts["no_difference"], ha="center", transform=axes.transAxes)
        return figure_of(axes)
    _draw(axes, subject, rows)
    add_legend(axes, _legend(subject, rows), below=below, columns=3)
    return figure_of(axes)


def _check_alike(one: Subject, two: Subject) -> None:
    asked = [(s.verdict.statistic, s.verdict.direction, s.verdict.layer) for s in (one, two)]
    if asked[0] != asked[1]:
        words = [" ".join(parts) for parts in asked]
        message = f"{one.verdict.name} asks for {words[0]} here and for {words[1]} there"
        raise InputError([Problem(("against",), f"{message}; choose another target")])


def _rows(results: Results, against: Results, one: Subject, two: Subject) -> list[_Row]:
    """Return the pairs that both judge and that have a delay in both, in no order."""
    measured = {
        (found.source, found.sink): found.difference
        for found in measured_differences(results, against)
        if (found.target, found.year) == (one.verdict.name, one.verdict.year)
    }
    after = {(pair.source, pair.target): pair for pair in two.verdict.pairs}
    rows = []
    for pair in one.verdict.pairs:
        there = after.get((pair.source, pair.target))
        if there is None or pair.estimate is None or there.estimate is None:
            continue
        found = measured.get((pair.source, pair.target or ""))
        point = there.estimate - pair.estimate
        constant = Difference(point, point, point, paired=True, trusted=True)
        known = found is not None and not math.isnan(found.estimate)
        rows.append(_Row(pair, there, found if found and known else constant, known))
    return rows


def _shown(rows: Sequence[_Row]) -> list[_Row]:
    ranked = sorted(rows, key=lambda row: (not row.flips, -abs(row.difference.estimate)))
    return sorted(ranked[:PAIRS_SHOWN], key=lambda row: -row.difference.estimate)


def _title(
    subject: Subject, both: tuple[Results, Results], rows: Sequence[_Row], shown: int
) -> list[str]:
    """Return the lines above the picture: what A and B are, and what the intervals are."""
    texts = subject.texts
    names = [_name(results, both, texts.language) for results in both]
    lines = [
        texts.say("difference_names", year=subject.verdict.year, one=names[0], two=names[1]),
        _basis(texts, rows, both[0].scenario.simulation.confidence),
    ]
    if shown < len(rows):
        lines.append(texts.say("difference_shown", shown=shown, count=len(rows)))
    if len(rows) < len(subject.verdict.pairs):
        lines.append(texts.say("difference_left", count=len(subject.verdict.pairs) - len(rows)))
    return [textwrap.fill(line, 88 if texts.language == "en" else 50) for line in lines]


def _basis(texts: Texts, rows: Sequence[_Row], confidence: float) -> str:
    """Say what the differences rest on, kind by kind."""
    measured = [row for row in rows if row.measured]
    paired = sum(row.difference.paired for row in measured)
    exact = sum(row.exact for row in rows if not row.measured)
    counts = {
        "difference_paired": paired,
        "difference_independent": len(measured) - paired,
        "difference_exact": exact,
        "difference_points": len(rows) - len(measured) - exact,
    }
    parts = [texts.say(key, count=count) for key, count in counts.items() if count]
    if not parts:
        return texts["no_difference"]
    return texts.say(
        "difference_basis", confidence=percent(confidence), parts=texts["list"].join(parts)
    )


def _name(results: Results, both: Sequence[Results], language: str) -> str:
    """Return what results are called: by their scenario, and by their folder where that is one."""
    english = str(results.document["scenario"])
    chinese = results.document.get("scenario_zh") if language == "zh" else None
    name = legible(chinese or english, english)
    alike = len({found.document["scenario"] for found in both}) == 1
    if alike and isinstance(results.inputs, Path) and results.inputs.parent.name:
        return f"{name} ({results.inputs.parent.name})"
    return name


def _draw(axes: Axes, subject: Subject, rows: Sequence[_Row]) -> None:
    largest = max(abs(row.difference.estimate) for row in rows)
    unit, name = (US, "µs") if largest < _SMALL else (MS, "ms")
    for place, row in enumerate(rows):
        _draw_row(axes, subject, row, place, unit)
    axes.axvline(0, color=BLACK, linewidth=1.0, zorder=2)
    names = [subject.names.pair(row.before) for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=7.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.12)
    if any(row.flips for row in rows):
        left, right = axes.get_xlim()
        axes.set_xlim(left, right + _NOTE * (right - left))
    axes.grid(visible=True, axis="x")
    axes.set_xlabel(subject.texts.say("difference_axis", quantity=subject.quantity, unit=name))


def _draw_row(axes: Axes, subject: Subject, row: _Row, place: int, unit: float) -> None:
    found, look = row.difference, OUTCOME_STYLES[row.after.outcome]
    hollow = row.measured and not found.significant
    if math.isfinite(found.low) and math.isfinite(found.high):
        axes.plot(
            [found.low / unit, found.high / unit],
            [place, place],
            color=BLACK,
            linewidth=1.1,
            marker="|",
            markersize=5,
            zorder=3,
        )
    undecided = row.after.outcome is Outcome.UNDECIDED
    if undecided:
        # The question mark alone would drown in its interval.
        axes.plot(
            found.estimate / unit,
            place,
            marker="o",
            markersize=10,
            markerfacecolor="white",
            markeredgecolor=BLACK,
            zorder=3.9,
        )
    axes.plot(
        found.estimate / unit,
        place,
        linestyle="none",
        marker=look.marker,
        markersize=6.5,
        markerfacecolor=BLACK if undecided else "white" if hollow else look.colour,
        markeredgecolor=BLACK,
        markeredgewidth=0.8,
        zorder=4,
    )
    if row.flips:
        _name_flip(axes, subject, row, place, unit)


def _name_flip(axes: Axes, subject: Subject, row: _Row, place: int, unit: float) -> None:
    texts = subject.texts
    words = [texts.of("outcome", pair.outcome) for pair in (row.before, row.after)]
    end = row.difference.high if math.isfinite(row.difference.high) else row.difference.estimate
    axes.annotate(
        " → ".join(words),
        (end / unit, place),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
        fontweight="bold",
        bbox=NOTE_BOX,
        zorder=5,
    )


def _legend(subject: Subject, rows: Sequence[_Row]) -> list[Artist]:
    texts = subject.texts
    outcomes = [row.after.outcome for row in rows]
    handles: list[Artist] = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=look.marker,
            markersize=6.5,
            markerfacecolor=BLACK if outcome is Outcome.UNDECIDED else look.colour,
            markeredgecolor=BLACK,
            label=texts.say(
                "difference_outcome",
                outcome=texts.of("outcome", outcome),
                count=outcomes.count(outcome),
            ),
        )
        for outcome, look in OUTCOME_STYLES.items()
        if outcome in outcomes
    ]
    if any(row.measured and not row.difference.significant for row in rows):
        handles.append(
            Line2D(
                [],
                [],
                linestyle="none",
                marker="o",
                markerfacecolor="white",
                markeredgecolor=BLACK,
                label=texts["difference_unsure"],
            )
        )
    return handles
