"""Latency against load: where the knee is, and how much more load the limit bears."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, PercentFormatter

from netplan.decide.load_curve import load_curves
from netplan.ground.units import MS
from netplan.judge.verdict import Reason
from netplan.show.plots.style import (
    BLACK,
    BLUE,
    LIMIT_COLOUR,
    NOTE_BOX,
    OUTCOME_STYLES,
    VERMILION,
    add_legend,
    figure_of,
    limit_line,
    new_figure,
    styled,
)
from netplan.show.plots.subject import Subject, choose, find_pair, percent, verdicts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.decide.load_curve import LoadCurve
    from netplan.judge.results import Results
    from netplan.judge.verdict import PairVerdict

__all__ = ["latency_load"]

_WIDE = 8.0
"""Factor beyond which the axis becomes logarithmic: else what is known would crowd at its left."""
_OTHER_DASHES: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0, (5, 2)),
    (0, (1, 1)),
    (0, (6, 2, 1, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
)
"""Of other years' curves, in turn."""


@styled()
def latency_load(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    pair: str | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw how the statistic of one pair grows when all demands are scaled by a factor.

    The curve is that of closed forms, on the routes and ports of a year; what was measured in each
    year stands on it, other years at their total demand. The knee is where load over latency is
    greatest (`netplan.decide.load_curve.LoadCurve.knee`).

    Parameters
    ----------
    results
        A results folder.
    target, year
        Left out: the first target that has the pair or, without one, is not met; the last year.
    pair
        As ``source>target``; left out: the worst that is not too far for the limit by itself.
    language
        ``en`` or ``zh``, for labels and names of nodes.
    axes
        Draw here instead of in a new figure.
    """
    subject = choose(results, target, year, language, pair=pair)
    shown = _worst(subject) if pair is None else find_pair(subject.verdict, pair)
    curves = _curves(results, subject, shown)
    main = curves.get(subject.verdict.year)
    below = axes is None
    title = subject.facts if shown is None else _title(subject, shown)
    if axes is None:
        axes = new_figure(7.8, 6.2, subject.name).subplots()
    else:
        title = f"{subject.name}\n{title}"
    if main is None or shown is None:
        axes.set_title(title)
        axes.text(0.5, 0.5, subject.texts["no_curve"], ha="center", transform=axes.transAxes)
        axes.set_axis_off()
        return figure_of(axes)
    axes.set_title(f"{title}\n{subject.texts['load_basis']}")
    picture = _Picture(axes, subject, main, _points(results, subject, shown, curves))
    others = [curve for curve in curves.values() if curve is not main]
    add_legend(axes, picture.draw(others), below=below, columns=1)
    return figure_of(axes)


def _worst(subject: Subject) -> PairVerdict | None:
    """Return the worst pair, if possible one that load has something to do with."""
    ranked = sorted(subject.worst_first(), key=lambda pair: pair.reason is Reason.IMPOSSIBLE)
    return next((pair for pair in ranked if pair.target is not None), None)


def _title(subject: Subject, pair: PairVerdict) -> str:
    outcome = subject.texts.of("outcome", pair.outcome)
    return f"{subject.verdict.year} · {subject.names.pair(pair)} · {subject.quantity} · {outcome}"


def _curves(results: Results, subject: Subject, pair: PairVerdict | None) -> dict[int, LoadCurve]:
    """Return the curve of a pair in every year that has one."""
    if pair is None or pair.target is None:
        return {}
    name = subject.verdict.name
    return {c.year: c for c in load_curves(results.scenario, name, pair.source, pair.target)}


@dataclass(frozen=True, slots=True)
class _Point:
    """What was found of the pair in one year."""

    year: int
    demand: float
    """Of the year [bit/s]."""
    pair: PairVerdict
    estimate: float
    """[ms]."""


def _points(
    results: Results, subject: Subject, pair: PairVerdict, curves: Mapping[int, LoadCurve]
) -> list[_Point]:
    return [
        _Point(verdict.year, curves[verdict.year].demand, found, found.estimate / MS)
        for verdict in verdicts_of(results)
        if verdict.name == subject.verdict.name and verdict.year in curves
        for found in verdict.pairs
        if (found.source, found.target) == (pair.source, pair.target)
        if found.estimate is not None
    ]


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is drawn, and where."""

    axes: Axes
    subject: Subject
    main: LoadCurve
    """Of the year that the picture is about."""
    points: Sequence[_Point]

    @property
    def top(self) -> float:
        """Upper edge [ms]: the limit and all points that do not dwarf it."""
        limit, least = self.main.limit / MS, self.main.delay(0.0) / MS
        known = [p.estimate for p in self.points if p.estimate < 3 * limit]
        return 1.25 * max([limit, least, *known])

    @property
    def right(self) -> float:
        """Right edge: a little beyond the load that is too much, and all points."""
        full = self.main.full if math.isfinite(self.main.full) else 2.0
        return 1.1 * max([full, *(self.factor(point.demand) for point in self.points)])

    def factor(self, demand: float) -> float:
        """Return where all demands together stand on the axis."""
        return demand / self.main.demand if self.main.demand else 1.0

    def draw(self, others: Sequence[LoadCurve]) -> list[Artist]:
        """Draw everything; return the legend."""
        texts, limit = self.subject.texts, self.main.limit / MS
        self._scale()
        label = texts.say("load_closed_forms", year=self.main.year)
        handles = self._line(self.main, BLUE, (0, ()), label)
        for curve, dashes in zip(others, itertools.cycle(_OTHER_DASHES), strict=False):
            handles += self._line(
                curve, "0.45", dashes, texts.say("load_closed_forms", year=curve.year)
            )
        self.axes.axhline(limit, color=LIMIT_COLOUR, linestyle="--", linewidth=1.2, zorder=2)
        handles.append(limit_line(limit, texts))
        if math.isfinite(self.main.full):
            handles += self._mark_knee()
            handles.append(self._shade_full())
        return [*handles, *self._draw_points()]

    def _scale(self) -> None:
        axes, texts, main = self.axes, self.subject.texts, self.main
        factors = [self.factor(point.demand) for point in self.points]
        if self.right > _WIDE:
            axes.set_xscale("log")
            axes.set_xlim(0.5 * min([1.0, *factors]), self.right)
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        else:
            axes.set_xlim(0, self.right)
        axes.set_ylim(0, self.top)
        axes.grid(visible=True)
        axes.set_xlabel(texts.say("load_factor", year=main.year))
        axes.set_ylabel(texts.say("axis", quantity=self.subject.quantity))
        if math.isfinite(main.full):
            used = main.utilisation
            upper = axes.secondary_xaxis(
                "top", functions=(lambda f: np.multiply(f, used), lambda u: np.divide(u, used))
            )
            upper.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
            way = " → ".join(map(self.subject.names.node, main.busiest))
            upper.set_xlabel(texts.say("load_busiest", way=way, year=main.year))

    def _line(
        self, curve: LoadCurve, colour: str, dashes: tuple[float, tuple[float, ...]], label: str
    ) -> list[Artist]:
        factors, delays = curve.sampled(self.right)
        return list(
            self.axes.plot(
                factors * self.factor(curve.demand),
                # Far beyond the edge nothing is seen, and infinity cannot be drawn.
                np.minimum(delays / MS, 100 * self.top),
                color=colour,
                linestyle=dashes,
                linewidth=1.8 if curve is self.main else 1.1,
                label=label,
                zorder=3,
            )
        )

    def _mark_knee(self) -> list[Artist]:
        """Mark the knee, and where the limit is reached."""
        main, texts = self.main, self.subject.texts
        reached = "load_breaks" if main.breaks else "load_beyond"
        marks = (
            ("load_knee", main.knee, main.delay(main.knee), "D", "white"),
            (reached, main.breaks, max(main.limit, main.delay(0.0)), "v", VERMILION),
        )
        return [
            artist
            for key, factor, delay, marker, colour in marks
            for artist in self.axes.plot(
                max(factor, self.axes.get_xlim()[0]),
                delay / MS,
                linestyle="none",
                marker=marker,
                markersize=8,
                markerfacecolor=colour,
                markeredgecolor=BLACK,
                zorder=5,
                clip_on=False,
                label=texts.say(key, factor=factor, load=percent(factor * main.utilisation)),
            )
        ]

    def _shade_full(self) -> Artist:
        """Hatch what the busiest port cannot carry: only full buffers bound waits there."""
        return self.axes.axvspan(
            self.main.full,
            self.right,
            facecolor="0.93",
            edgecolor="0.7",
            hatch="///",
            zorder=0.5,
            label=self.subject.texts["load_full"],
        )

    def _draw_points(self) -> list[Artist]:
        for point in self.points:
            self._draw_point(point)
        outcomes = {point.pair.outcome for point in self.points}
        return [
            Line2D(
                [],
                [],
                linestyle="none",
                marker=look.marker,
                markersize=8,
                markerfacecolor=look.colour,
                markeredgecolor=BLACK,
                label=self.subject.texts.say(
                    "load_point", outcome=self.subject.texts.of("outcome", outcome)
                ),
            )
            for outcome, look in OUTCOME_STYLES.items()
            if outcome in outcomes
        ]

    def _draw_point(self, point: _Point) -> None:
        pair, look = point.pair, OUTCOME_STYLES[point.pair.outcome]
        seen = point.estimate <= self.top
        low = point.estimate if pair.low is None else pair.low / MS
        high = point.estimate if pair.high is None else pair.high / MS
        height = point.estimate if seen else 0.96 * self.top
        self.axes.errorbar(
            self.factor(point.demand),
            height,
            yerr=[[point.estimate - low], [high - point.estimate]] if seen else None,
            marker=look.marker,
            markersize=8,
            color=BLACK,
            markerfacecolor=look.colour,
            markeredgecolor=BLACK,
            markeredgewidth=0.7,
            capsize=3,
            linewidth=1,
            zorder=4,
        )
        self.axes.annotate(
            str(point.year) if seen else f"{point.year}: {point.estimate:.3g} ms ↑",
            (self.factor(point.demand), height),
            xytext=(0, -9 if seen else -8),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8,
            bbox=NOTE_BOX,
            zorder=3.5,
        )
