"""Targets by year: what holds, what breaks, and when."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from netplan.plots.style import (
    OUTCOME_STYLES,
    add_legend,
    figure_of,
    legible,
    new_figure,
    outcome_squares,
    styled,
)
from netplan.plots.subject import percent, unknown, verdicts_of
from netplan.units import MS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.results import Results
    from netplan.verdict import Verdict

__all__ = ["target_timeline"]


@styled()
def target_timeline(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw the outcome of every target in every year, with the share covered and the worst pair.

    Parameters
    ----------
    results
        A results folder.
    target, year
        Only this target, only up to this year; left out: all.
    axes
        Draw here instead of in a new figure.
    """
    verdicts = _chosen(results, target, year)
    columns = list(dict.fromkeys(_when(verdict) for verdict in verdicts))
    targets = {verdict.name: verdict for verdict in verdicts}
    below = axes is None
    if axes is None:
        name = legible(str(results.document["scenario"]), "targets by year")
        size = 4.2 + 1.75 * len(columns), 1.3 + 0.72 * len(targets)
        axes = new_figure(*size, textwrap.fill(name, 60)).subplots()
    rows = {name: place for place, name in enumerate(targets)}
    for verdict in verdicts:
        _draw_cell(axes, verdict, columns.index(_when(verdict)), rows[verdict.name])
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(
        range(len(rows)), [_row_name(verdict, rows[name] + 1) for name, verdict in targets.items()]
    )
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    add_legend(
        axes, outcome_squares([verdict.outcome for verdict in verdicts]), below=below, columns=3
    )
    return figure_of(axes)


def _chosen(results: Results, target: str | None, year: int | None) -> list[Verdict]:
    verdicts = verdicts_of(results)
    names = list(dict.fromkeys(verdict.name for verdict in verdicts))
    years = sorted({verdict.year for verdict in verdicts})
    if target is not None and target not in names:
        raise unknown("target", target, names)
    if year is not None and year not in years:
        raise unknown("year", str(year), [str(known) for known in years])
    return [
        verdict
        for verdict in verdicts
        if target in (None, verdict.name) and (year is None or verdict.year <= year)
    ]


def _when(verdict: Verdict) -> str:
    state = "" if verdict.state == "normal" else f"\n{verdict.state}"
    return f"{verdict.year}{state}"


def _row_name(verdict: Verdict, number: int) -> str:
    name = textwrap.fill(legible(verdict.name, f"target {number}"), 42)
    direction = {"one_way": "one way", "round_trip": "round trip"}[verdict.direction]
    return (
        f"{name}\n{verdict.statistic} {direction}, {verdict.layer}, below {verdict.limit / MS:g} ms"
    )


def _draw_cell(axes: Axes, verdict: Verdict, x: int, y: int) -> None:
    look = OUTCOME_STYLES[verdict.outcome]
    axes.add_patch(
        Rectangle(
            (x - 0.48, y - 0.44),
            0.96,
            0.88,
            facecolor=look.colour,
            edgecolor="black",
            linewidth=0.5,
        )
    )
    axes.plot(x - 0.37, y, marker=look.marker, color="black", markersize=9, linestyle="none")
    axes.text(x - 0.26, y, _cell_text(verdict), va="center", fontsize=7.5)


def _cell_text(verdict: Verdict) -> str:
    lines = [str(verdict.outcome), f"{percent(verdict.coverage)} of {verdict.of} met"]
    worst = verdict.worst
    if worst is not None and worst.estimate is not None:
        lines.append(f"worst {worst.estimate / MS:.3g} ms")
    elif worst is not None and worst.floor is not None:
        lines.append(f"worst over {worst.floor / MS:.3g} ms")
    return "\n".join(lines)
