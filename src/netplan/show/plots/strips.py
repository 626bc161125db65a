"""Bars of the judged statistic, one for each source, grouped by city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from netplan.ground.units import MS
from netplan.judge.verdict import Outcome, PairVerdict, Reason
from netplan.show.plots.style import (
    LIMIT_COLOUR,
    NOTE_BOX,
    OUTCOME_STYLES,
    add_legend,
    figure_of,
    limit_line,
    new_figure,
    outcome_patches,
)
from netplan.show.plots.subject import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.ground.texts import Texts
    from netplan.show.plots.subject import Subject

__all__ = ["draw_strips"]

_ONE_COLUMN = 36
"""Most bars that stand in one column."""
_LONGEST = 2.5
"""Where bars are cut, in multiples of the limit."""
_BAR = 0.165
"""Height of a bar with its gap [inch]."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The pairs of one city, slow before fast."""

    city: str
    pairs: tuple[PairVerdict, ...]


def draw_strips(subject: Subject, axes: Axes | None) -> Figure:
    """Draw a bar for each pair, with its confidence interval, its floor and the limit.

    Parameters
    ----------
    subject
        The verdict.
    axes
        Draw all bars here; left out: a new figure, in two columns where there are many.
    """
    groups = _groups(subject)
    if axes is not None:
        panels, columns = [axes], [groups]
        axes.set_title(f"{subject.name}\n{subject.facts}")
    else:
        columns = _columns(groups)
        bars = max(_height(column) for column in columns)
        figure = new_figure(5.6 * len(columns) + 1.5, max(2.4, _BAR * bars + 1.5), subject.name)
        panels = list(figure.subplots(1, len(columns), squeeze=False)[0])
        panels[0].set_title(subject.facts)
    right = _right_edge(subject)
    for panel, column in zip(panels, columns, strict=True):
        panel.set_xlim(0, right)
        _draw_column(panel, subject, column)
        panel.set_ylim(max(_height(column) for column in columns) - 0.3, -0.9)
    _legend(panels[0], subject, below=axes is None)
    return figure_of(panels[0])


def _groups(subject: Subject) -> list[_Group]:
    ranked = sorted(subject.verdict.pairs, key=lambda pair: -_value(pair))
    sources = subject.names.in_order(pair.source for pair in subject.verdict.pairs)
    cities = dict.fromkeys(subject.names.city_of(source) for source in sources)
    return [
        _Group(city, tuple(p for p in ranked if subject.names.city_of(p.source) == city))
        for city in cities
    ]


def _columns(groups: Sequence[_Group]) -> list[list[_Group]]:
    """Split the cities into one or two columns of about the same height."""
    total = _height(groups)
    if total <= _ONE_COLUMN:
        return [list(groups)]
    cut = min(range(1, len(groups) + 1), key=lambda n: abs(_height(groups[:n]) - total / 2))
    return [list(groups[:cut]), list(groups[cut:])] if cut < len(groups) else [list(groups)]


def _height(groups: Sequence[_Group]) -> int:
    return sum(len(group.pairs) + _heading(group) for group in groups)


def _heading(group: _Group) -> int:
    """Lines above a city's bars: its name, unless its only bar says it."""
    return 1 if len(group.pairs) > 1 else 0


def _value(pair: PairVerdict) -> float:
    """Return the length of a pair's bar [ms]: its estimate, or its floor if there is none."""
    known = pair.estimate if pair.estimate is not None else pair.floor
    return (known or 0.0) / MS


def _right_edge(subject: Subject) -> float:
    """Return the end of the axis [ms]; longer bars are cut, or the short ones would vanish."""
    values = [_value(pair) for pair in subject.verdict.pairs]
    highs = [pair.high / MS for pair in subject.verdict.pairs if pair.high is not None]
    limit = subject.verdict.limit / MS
    return min(1.14 * max([*values, *highs, limit]), _LONGEST * limit)


def _draw_column(axes: Axes, subject: Subject, groups: Sequence[_Group]) -> None:
    at: list[int] = []
    names: list[str] = []
    headings: list[int] = []
    place = 0
    for group in groups:
        if _heading(group):
            headings.append(len(at))
            at.append(place)
            names.append(subject.names.city(group.city))
            place += 1
        for pair in group.pairs:
            _draw_bar(axes, subject.texts, pair, place)
            at.append(place)
            names.append(_name(subject, pair))
            place += 1
    labels = axes.set_yticks(at, names, fontsize=7)
    for position in headings:
        labels[position].label1.set_fontweight("bold")
        labels[position].label1.set_fontsize(8)
    axes.tick_params(axis="y", length=0)
    axes.axvline(subject.verdict.limit / MS, color=LIMIT_COLOUR, linestyle="--", linewidth=1.2)
    axes.grid(visible=True, axis="x")
    axes.set_xlabel(subject.texts.say("axis", quantity=subject.quantity))


def _name(subject: Subject, pair: PairVerdict) -> str:
    """Return what stands before a bar: of many, the source without its city, which stands above."""
    if len(subject.verdict.pairs) <= _ONE_COLUMN:
        return subject.names.pair(pair)
    name = subject.names.node(pair.source)
    city = subject.names.city(subject.names.city_of(pair.source))
    return name.removesuffix(f", {city}").removeprefix(city + "市") or name


def _draw_bar(axes: Axes, texts: Texts, pair: PairVerdict, place: int) -> None:
    look = OUTCOME_STYLES[pair.outcome]
    value = _value(pair)
    axes.barh(
        place,
        value,
        height=0.72,
        color=look.colour,
        edgecolor="black",
        linewidth=0.3,
        hatch=look.hatch,
    )
    if pair.estimate is not None and pair.low is not None:
        high = value if pair.high is None else pair.high / MS
        error = [[value - pair.low / MS], [high - value]]
        axes.errorbar(value, place, xerr=error, color="black", capsize=1.5, linewidth=0.8)
    if pair.floor:
        axes.plot([pair.floor / MS] * 2, [place - 0.36, place + 0.36], color="black", linewidth=1.4)
    _write_note(axes, texts, pair, place)


def _write_note(axes: Axes, texts: Texts, pair: PairVerdict, place: int) -> None:
    """Say behind a bar why it is not met, and on one that is cut how long it is."""
    end = max(_value(pair), (pair.high or 0.0) / MS)
    right = axes.get_xlim()[1]
    cut = _value(pair) > right
    note = _note(texts, pair)
    axes.annotate(
        f"{_value(pair):.2f} ms → {note}" if cut else note,
        (right if cut else min(end, right), place),
        xytext=(-3 if cut else 5, 0),
        textcoords="offset points",
        ha="right" if cut else "left",
        va="center",
        fontsize=6.5,
        bbox=NOTE_BOX if note else None,
    )


def _note(texts: Texts, pair: PairVerdict) -> str:
    """Return what stands behind a bar that is not met."""
    if pair.outcome is Outcome.MET:
        return ""
    why = {
        Reason.LOSS: texts.say("lost_alone", loss=percent(pair.loss)),
        Reason.NO_COMPUTE: texts["no_compute"],
        Reason.IMPOSSIBLE: texts["floor_reached"],
    }
    return f"{OUTCOME_STYLES[pair.outcome].sign} {why.get(pair.reason, '')}".rstrip()


def _legend(axes: Axes, subject: Subject, *, below: bool) -> None:
    texts = subject.texts
    floor = Line2D([], [], color="black", linewidth=1.4, label=texts["floor_line"])
    handles = [
        *outcome_patches([pair.outcome for pair in subject.verdict.pairs], texts),
        floor,
        limit_line(subject.verdict.limit / MS, texts),
    ]
    add_legend(axes, handles, below=below, columns=3)
