"""Latency of every pair: a matrix of sites grouped by city, or bars where each has one partner."""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import Rectangle

from netplan.ground.units import MS
from netplan.judge.verdict import Outcome, PairVerdict
from netplan.show.plots.strips import draw_strips
from netplan.show.plots.style import (
    OUTCOME_STYLES,
    add_legend,
    figure_of,
    new_figure,
    outcome_squares,
    styled,
)
from netplan.show.plots.subject import Subject, choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from netplan.judge.results import Results

__all__ = ["latency_heatmap"]

_BLUES = LinearSegmentedColormap.from_list("met", ["#F7FBFF", "#C6DBEF", "#6BAED6"])
"""Light enough for black figures at either end, and darker with latency in grey too."""
_VALUES_FIT = 24
"""Most rows or columns whose cells show their value."""
_NAMES_FIT = 48
"""Most rows or columns that are each named; beyond, cities are."""


@styled()
def latency_heatmap(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw the judged statistic of every pair of a target.

    Pairs make a matrix of sources and destinations. Where each source has one destination, as with
    the nearest compute centre, they make bars instead. Missed and undecided pairs carry a symbol
    besides their colour; a pair that was missed without simulation shows its floor.

    Parameters
    ----------
    results
        A results folder.
    target, year
        Left out: the first target that is not met, in the last year.
    language
        ``en`` or ``zh``, for labels and names of nodes.
    axes
        Draw here instead of in a new figure.
    """
    subject = choose(results, target, year, language)
    pairs = subject.verdict.pairs
    if len({pair.source for pair in pairs}) == len(pairs):
        return draw_strips(subject, axes)
    return _draw_matrix(subject, axes)


def _draw_matrix(subject: Subject, axes: Axes | None) -> Figure:
    rows = subject.names.in_order(pair.source for pair in subject.verdict.pairs)
    columns = subject.names.in_order(p.target for p in subject.verdict.pairs if p.target)
    below = axes is None
    if axes is None:
        axes = _new_axes(subject, rows, columns)
        axes.set_title(subject.facts)
    else:
        axes.set_title(f"{subject.name}\n{subject.facts}")
    image = _paint(axes, subject, rows, columns)
    _label(axes, subject, rows, columns)
    bar = figure_of(axes).colorbar(image, ax=axes, shrink=0.6, aspect=30, pad=0.02)
    bar.set_label(subject.texts.say("not_missed", quantity=subject.quantity))
    _legend(axes, subject, below=below)
    return figure_of(axes)


def _new_axes(subject: Subject, rows: Sequence[str], columns: Sequence[str]) -> Axes:
    cell = 0.43 if max(len(rows), len(columns)) <= _VALUES_FIT else 0.16
    names = min(24, max(len(subject.names.node(node)) for node in (*rows, *columns))) * 0.075
    width = max(7.5, cell * len(columns) + names + 1.6)
    return new_figure(width, max(3.0, cell * len(rows) + names + 1.5), subject.name).subplots()


def _value(pair: PairVerdict) -> float:
    """Return what a pair's cell shows [ms]."""
    known = pair.estimate if pair.estimate is not None else pair.floor
    return np.nan if known is None else known / MS


def _paint(axes: Axes, subject: Subject, rows: Sequence[str], columns: Sequence[str]) -> AxesImage:
    """Colour the cells, and mark those that are not met."""
    row = {name: number for number, name in enumerate(rows)}
    column = {name: number for number, name in enumerate(columns)}
    matrix = np.full((len(rows), len(columns)), np.nan)
    with_values = max(matrix.shape) <= _VALUES_FIT
    for pair in subject.verdict.pairs:
        if pair.target is None:
            continue
        place = row[pair.source], column[pair.target]
        matrix[place] = _value(pair)
        _mark(axes, pair, place, with_value=with_values)
    return axes.imshow(
        matrix, cmap=_BLUES, vmin=0, vmax=subject.verdict.limit / MS, aspect="auto", zorder=1
    )


def _mark(axes: Axes, pair: PairVerdict, place: tuple[int, int], *, with_value: bool) -> None:
    y, x = place
    look = OUTCOME_STYLES[pair.outcome]
    if pair.outcome is not Outcome.MET:
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=look.colour, zorder=2))
        axes.plot(
            x,
            y + (0.22 if with_value else 0),
            marker=look.marker,
            color="black",
            markersize=5,
            linestyle="none",
            zorder=3,
        )
    if with_value:
        known = "" if pair.estimate is not None else ">"
        digits = max(0, 2 - int(np.log10(max(1.0, pair.limit / MS))))
        text = f"{known}{_value(pair):.{digits}f}"
        shift = 0 if pair.outcome is Outcome.MET else -0.18
        axes.text(x, y + shift, text, ha="center", va="center", fontsize=7, zorder=4)


def _label(axes: Axes, subject: Subject, rows: Sequence[str], columns: Sequence[str]) -> None:
    at, names, borders = _ticks(subject, columns)
    axes.set_xticks(at, names, rotation=45, ha="right", rotation_mode="anchor", fontsize=7.5)
    for border in borders:
        axes.axvline(border, color="white", linewidth=1.6, zorder=3)
    at, names, borders = _ticks(subject, rows)
    axes.set_yticks(at, names, fontsize=7.5)
    for border in borders:
        axes.axhline(border, color="white", linewidth=1.6, zorder=3)
    axes.tick_params(length=2)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(subject.texts["to"])
    axes.set_ylabel(subject.texts["from"])


def _ticks(subject: Subject, nodes: Sequence[str]) -> tuple[list[float], list[str], list[float]]:
    """Return positions and names along one side, and the borders between cities."""
    cities = [subject.names.city_of(node) for node in nodes]
    borders = [i + 0.5 for i, (a, b) in enumerate(itertools.pairwise(cities)) if a != b]
    if len(nodes) <= _NAMES_FIT:
        return (
            [float(i) for i in range(len(nodes))],
            [_broken(subject.names.node(n)) for n in nodes],
            borders,
        )
    edges = [-0.5, *borders, len(nodes) - 0.5]
    middles = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
    return middles, [subject.names.city(city) for city in dict.fromkeys(cities)], borders


def _broken(name: str) -> str:
    """Break a long name into lines."""
    return textwrap.fill(name, 24 if name.isascii() else 12)


def _legend(axes: Axes, subject: Subject, *, below: bool) -> None:
    outcomes = [pair.outcome for pair in subject.verdict.pairs]
    handles = outcome_squares(outcomes, subject.texts, met=to_hex(_BLUES(0.5)))
    add_legend(axes, handles, below=below, columns=3)
