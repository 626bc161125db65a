"""Latency budgets: which component costs what, by pair and by hop."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from netplan.ground.units import MS, US
from netplan.judge.verdict import Hop, Outcome, PairVerdict, Reason
from netplan.show.plots.style import (
    COMPONENT_STYLES,
    LIMIT_COLOUR,
    NOTE_BOX,
    OUTCOME_STYLES,
    add_legend,
    figure_of,
    limit_line,
    new_figure,
    styled,
)
from netplan.show.plots.subject import Subject, choose, find_pair, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.ground.texts import Texts
    from netplan.judge.results import Results

__all__ = ["latency_budget", "latency_hops"]

PAIRS_SHOWN = 25
"""Worst pairs in a budget."""
ROUTES_SHOWN = 3
"""Worst pairs in a picture of hops."""
_ROW = 0.27
"""Height of a bar with its gap [inch]."""


@styled()
def latency_budget(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw the mean of each delay component, stacked, for the worst pairs of a target.

    The judged statistic stands beside it with its confidence interval: components are means, and a
    p99 is not their sum.

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
    pairs = subject.worst_first()[:PAIRS_SHOWN]
    title, below = subject.facts, axes is None
    if len(pairs) < len(subject.verdict.pairs):
        title += "\n" + subject.texts.say("worst_pairs", count=len(pairs))
    if axes is None:
        axes = new_figure(9.5, _ROW * len(pairs) + 2.0, subject.name).subplots()
    else:
        title = f"{subject.name}\n{title}"
    axes.set_title(title)
    for place, pair in enumerate(pairs):
        _stack(axes, place, 0.0, pair.components)
        _mark_statistic(axes, subject.texts, place, pair)
    axes.set_yticks(range(len(pairs)), [subject.names.pair(pair) for pair in pairs], fontsize=8)
    _frame(axes, subject, len(pairs), [_reach(pair) for pair in pairs])
    axes.set_xlabel(subject.texts.say("latency", way=subject.way))
    _legend(axes, subject, [pair.components for pair in pairs], pairs, below=below)
    return figure_of(axes)


def _stack(axes: Axes, place: float, start: float, components: Mapping[str, float]) -> None:
    """Draw components one after the other, beginning at `start` [s]."""
    for name, style in COMPONENT_STYLES.items():
        width = components.get(name, 0.0)
        axes.barh(
            place,
            width / MS,
            left=start / MS,
            height=0.7,
            color=style.colour,
            hatch=style.hatch,
            edgecolor="black",
            linewidth=0.3,
        )
        start += width


def _mark_statistic(axes: Axes, texts: Texts, place: int, pair: PairVerdict) -> None:
    look = OUTCOME_STYLES[pair.outcome]
    if pair.estimate is not None:
        low = pair.low if pair.low is not None else pair.estimate
        high = pair.high if pair.high is not None else pair.estimate
        axes.errorbar(
            pair.estimate / MS,
            place,
            xerr=[[(pair.estimate - low) / MS], [(high - pair.estimate) / MS]],
            marker=look.marker,
            color="black",
            linestyle="none",
            markerfacecolor=look.colour if pair.outcome is not Outcome.UNDECIDED else "black",
            markersize=6.5,
            markeredgewidth=0.7,
            capsize=3,
            linewidth=1,
        )
    axes.annotate(
        _note(texts, pair),
        (_reach(pair), place),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=7,
        bbox=NOTE_BOX,
        zorder=5,
    )


def _note(texts: Texts, pair: PairVerdict) -> str:
    """Return what stands behind a bar: the statistic, and why it is not met."""
    if pair.reason is Reason.NO_COMPUTE:
        return f"× {texts['no_compute']}"
    sign = OUTCOME_STYLES[pair.outcome].sign
    return f"{sign} {_found(texts, pair)}".strip()


def _found(texts: Texts, pair: PairVerdict) -> str:
    if pair.estimate is None:
        return texts.say("floor_of", floor=(pair.floor or 0.0) / MS)
    lost = pair.reason is Reason.LOSS
    loss = texts.say("lost", loss=percent(pair.loss)) if lost else ""
    return f"{pair.estimate / MS:.3f} ms{loss}"


def _reach(pair: PairVerdict) -> float:
    """Return where a pair's drawing ends [ms]."""
    known = (pair.estimate, pair.high, sum(pair.components.values()))
    return max(value for value in known if value is not None) / MS


def _frame(axes: Axes, subject: Subject, rows: int, reaches: Sequence[float]) -> None:
    limit = subject.verdict.limit / MS
    axes.axvline(limit, color=LIMIT_COLOUR, linestyle="--", linewidth=1.2, zorder=3)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(0, 1.22 * max([*reaches, limit]))
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", length=0)


def _legend(
    axes: Axes,
    subject: Subject,
    drawn: Sequence[Mapping[str, float]],
    pairs: Sequence[PairVerdict],
    *,
    below: bool,
) -> None:
    texts = subject.texts
    handles: list[Artist] = [
        Patch(
            facecolor=style.colour,
            hatch=style.hatch,
            edgecolor="black",
            linewidth=0.3,
            label=texts.say("mean_component", name=texts.of("component", name)),
        )
        for name, style in COMPONENT_STYLES.items()
        if any(components.get(name) for components in drawn)
    ]
    for outcome, look in OUTCOME_STYLES.items():
        if any(pair.outcome is outcome and pair.estimate is not None for pair in pairs):
            handles.append(
                Line2D(
                    [],
                    [],
                    linestyle="none",
                    marker=look.marker,
                    markersize=6.5,
                    markeredgecolor="black",
                    markerfacecolor=look.colour if outcome is not Outcome.UNDECIDED else "black",
                    label=texts.say(
                        "statistic",
                        statistic=subject.verdict.statistic,
                        outcome=texts.of("outcome", outcome),
                    ),
                )
            )
    handles.append(limit_line(subject.verdict.limit / MS, texts))
    add_legend(axes, handles, below=below, columns=3)


@styled()
def latency_hops(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    pair: str | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw the way of a packet hop by hop: each bar begins where the hop before ended.

    Parameters
    ----------
    results
        A results folder.
    target, year
        Left out: the first target that has the pair or, without one, is not met; the last year.
    pair
        Only this pair, as ``source>target``; left out: the worst pairs.
    language
        ``en`` or ``zh``, for labels and names of nodes.
    axes
        Draw one pair here instead of in a new figure.
    """
    subject = choose(results, target, year, language, pair=pair)
    ranked = [p for p in subject.worst_first() if p.hops]
    shown = ranked[: ROUTES_SHOWN if axes is None else 1]
    if pair is not None:
        shown = [find_pair(subject.verdict, pair)]
    panels = _panels(subject, shown) if axes is None else [axes]
    for panel, found in zip(panels, shown, strict=False):
        _draw_route(panel, subject, found)
    if not shown:
        panels[0].text(
            0.5, 0.5, subject.texts["no_route"], ha="center", transform=panels[0].transAxes
        )
    panels[-1].set_xlabel(subject.texts.say("since_source", way=subject.way))
    components = [hop.components for found in shown for hop in found.hops]
    _legend(panels[0], subject, components, [], below=axes is None)
    return figure_of(panels[0])


def _panels(subject: Subject, pairs: Sequence[PairVerdict]) -> list[Axes]:
    rows = [max(1, len(pair.hops)) for pair in pairs] or [3]
    figure = new_figure(9.5, _ROW * sum(rows) + 0.75 * len(rows) + 1.4, subject.name)
    return list(figure.subplots(len(rows), 1, squeeze=False, sharex=True, height_ratios=rows)[:, 0])


def _draw_route(axes: Axes, subject: Subject, pair: PairVerdict) -> None:
    starts = list(accumulate((hop.total for hop in pair.hops), initial=0.0))
    for place, (hop, start) in enumerate(zip(pair.hops, starts, strict=False)):
        _stack(axes, place, start, hop.components)
        axes.annotate(
            _hop_note(subject.texts, hop),
            ((start + hop.total) / MS, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            bbox=NOTE_BOX,
            zorder=5,
        )
    names = [f"{subject.names.node(h.source)} → {subject.names.node(h.target)}" for h in pair.hops]
    axes.set_yticks(range(len(names)), names, fontsize=8)
    _frame(axes, subject, len(names), [1.15 * starts[-1] / MS])
    axes.set_title(
        f"{subject.verdict.year} · {subject.names.pair(pair)} · {subject.verdict.statistic} "
        f"{_found(subject.texts, pair)} · {subject.texts.of('outcome', pair.outcome)}"
    )


def _hop_note(texts: Texts, hop: Hop) -> str:
    """Return what stands behind a hop: its mean, the wait in it, how busy the link is."""
    wait = hop.components.get("queueing", 0.0)
    waiting = f"{wait / MS:.3f} ms" if wait >= 0.1 * MS else f"{wait / US:.2g} µs"
    queueing = texts.say("of_it_queueing", waiting=waiting) if wait else ""
    load = percent(hop.utilisation)
    return texts.say("hop", total=hop.total / MS, queueing=queueing, load=load)
