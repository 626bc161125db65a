"""Targets by year: what holds, what breaks, and when."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from netplan.ground.units import MS
from netplan.show.plots.style import (
    OUTCOME_STYLES,
    add_legend,
    figure_of,
    legible,
    new_figure,
    outcome_squares,
    styled,
)
from netplan.show.plots.subject import label_of, percent, texts_of, unknown, verdicts_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.ground.texts import Texts
    from netplan.judge.results import Results
    from netplan.judge.verdict import Verdict

__all__ = ["target_timeline"]


@styled()
def target_timeline(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw the outcome of every target in every year, with the share covered and the worst pair.

    Parameters
    ----------
    results
        A results folder.
    target, year
        Only this target, only up to this year; left out: all.
    language
        ``en`` or ``zh``, for labels.
    axes
        Draw here instead of in a new figure.
    """
    verdicts = _chosen(results, target, year)
    texts = texts_of(language)
    columns = list(dict.fromkeys(_when(verdict) for verdict in verdicts))
    targets = {verdict.name: verdict for verdict in verdicts}
    entries = results.document["targets"]
    labels = {entry["name"]: label_of(entry, texts.language) for entry in entries}
    below = axes is None
    if axes is None:
        size = 4.2 + 1.75 * len(columns), 1.3 + 0.72 * len(targets)
        axes = new_figure(*size, _name(results, texts, language)).subplots()
    rows = {name: place for place, name in enumerate(targets)}
    for verdict in verdicts:
        _draw_cell(axes, texts, verdict, columns.index(_when(verdict)), rows[verdict.name])
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(
        range(len(rows)),
        [
            _row_name(texts, verdict, labels[name], number)
            for number, (name, verdict) in enumerate(targets.items(), start=1)
        ],
    )
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    add_legend(
        axes,
        outcome_squares([verdict.outcome for verdict in verdicts], texts),
        below=below,
        columns=3,
    )
    return figure_of(axes)


def _name(results: Results, texts: Texts, language: str) -> str:
    chinese = results.document.get("scenario_zh") if language == "zh" else None
    name = legible(chinese or results.document["scenario"], texts["by_year"])
    return textwrap.fill(name, 60)


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


def _row_name(texts: Texts, verdict: Verdict, label: str, number: int) -> str:
    name = textwrap.fill(legible(label, texts.say("target", number=number)), 42)
    promise = texts.say(
        "row",
        statistic=verdict.statistic,
        direction=texts.of("direction", verdict.direction),
        layer=texts.of("layer", verdict.layer),
        limit=verdict.limit / MS,
    )
    return f"{name}\n{promise}"


def _draw_cell(axes: Axes, texts: Texts, verdict: Verdict, x: int, y: int) -> None:
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
    axes.text(x - 0.26, y, _cell_text(texts, verdict), va="center", fontsize=7.5)


def _cell_text(texts: Texts, verdict: Verdict) -> str:
    of = texts.of("of", verdict.of)
    lines = [
        texts.of("outcome", verdict.outcome),
        texts.say("covered", covered=percent(verdict.coverage), of=of),
    ]
    worst = verdict.worst
    if worst is not None and worst.estimate is not None:
        lines.append(texts.say("worst", value=worst.estimate / MS))
    elif worst is not None and worst.floor is not None:
        lines.append(texts.say("worst_over", value=worst.floor / MS))
    return "\n".join(lines)
