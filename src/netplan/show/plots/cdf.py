"""Latency distributions: the share of packets below a delay, and the tail above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from netplan.ground.units import MS
from netplan.show.plots.style import (
    LIMIT_COLOUR,
    LINE_STYLES,
    OUTCOME_STYLES,
    LineStyle,
    add_legend,
    figure_of,
    new_figure,
    styled,
)
from netplan.show.plots.subject import Subject, choose, find_pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.judge.results import Results
    from netplan.judge.verdict import PairVerdict
    from netplan.measure.samples import StreamSamples

__all__ = ["latency_ccdf", "latency_cdf"]

Float64 = NDArray[np.float64]

MOST_GREY = 300
"""Curves that are drawn behind the named ones at most."""


def latency_cdf(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    pair: str | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw the share of packets that arrive within a delay, for the worst pairs of a target.

    Each named curve carries the judged statistic with its confidence interval; the target's other
    pairs stand behind in grey.

    Parameters
    ----------
    results
        A results folder.
    target, year
        Left out: the first target that has the pair or, without one, is not met; the last year.
    pair
        Only this pair, as ``source>target``.
    language
        ``en`` or ``zh``, for labels and names of nodes.
    axes
        Draw here instead of in a new figure.
    """
    return _latency(
        results, target=target, year=year, pair=pair, language=language, axes=axes, tail=False
    )


def latency_ccdf(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    pair: str | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw the share of packets that take longer than a delay, on a logarithmic scale.

    Parameters are those of `latency_cdf`.
    """
    return _latency(
        results, target=target, year=year, pair=pair, language=language, axes=axes, tail=True
    )


@styled()
def _latency(
    results: Results,
    *,
    target: str | None,
    year: int | None,
    pair: str | None,
    language: str,
    axes: Axes | None,
    tail: bool,
) -> Figure:
    subject = choose(results, target, year, language, pair=pair)
    pairs = subject.worst_first() if pair is None else [find_pair(subject.verdict, pair)]
    drawable = [pair for pair in pairs if pair.estimate is not None]
    named = drawable[: len(LINE_STYLES)]
    title, below = subject.facts, axes is None
    if axes is None:
        axes = new_figure(7.5, 5.2 + 0.19 * len(named), subject.name).subplots()
    else:
        title = f"{subject.name}\n{title}"
    left_out = len(pairs) - len(drawable)
    if left_out:
        key = "not_drawn_one" if left_out == 1 else "not_drawn"
        title += "\n" + subject.texts.say(key, count=left_out)
    axes.set_title(title)
    others = drawable[len(named) :]
    _frame(axes, subject, drawable[: len(named) + MOST_GREY])
    for found, style in zip(named, LINE_STYLES, strict=False):
        _draw_named(axes, subject, found, style, tail=tail)
    _draw_others(axes, subject, others, tail=tail)
    _finish(axes, subject, tail=tail, below=below)
    return figure_of(axes)


def _curve(subject: Subject, pair: PairVerdict, *, tail: bool) -> tuple[Float64, Float64]:
    """Return delays [ms] and the share of packets within them, or above them for the tail.

    A pair that was judged without packets has one delay for all.
    """
    stream = subject.stream(pair)
    if stream is None:
        delay = (pair.estimate or 0.0) / MS
        return np.array([delay, delay]), np.array([1.0, 0.0] if tail else [0.0, 1.0])
    return _tail(stream) if tail else _distribution(stream)


def _distribution(stream: StreamSamples) -> tuple[Float64, Float64]:
    """Return the corners of the distribution function: linear in a bin, level between bins."""
    lower, upper, packets = _bins(stream)
    within = np.cumsum(packets) / packets.sum()
    before = np.concatenate([[0.0], within[:-1]])
    return np.column_stack([lower, upper]).ravel(), np.column_stack([before, within]).ravel()


def _tail(stream: StreamSamples) -> tuple[Float64, Float64]:
    """Return the corners of the share above; it ends at the one packet with the longest delay."""
    delays, within = _distribution(stream)
    above = 1.0 - within
    above[-1] = min(above[-2], 1.0 / stream.delivered)
    return delays, above


def _bins(stream: StreamSamples) -> tuple[Float64, Float64, Float64]:
    """Return lower and upper edge [ms] and packets of the bins in use."""
    batches = stream.batches()
    upper = np.minimum(batches.upper, batches.maximum)
    lower = np.minimum(batches.lower, upper)
    return lower / MS, upper / MS, stream.counts.sum(axis=0).astype(np.float64)


def _draw_others(axes: Axes, subject: Subject, pairs: Sequence[PairVerdict], *, tail: bool) -> None:
    count = len(pairs)
    key = "next_pairs" if count > MOST_GREY else "other_pairs" if count != 1 else "other_pair"
    label = subject.texts.say(key, count=count, most=MOST_GREY)
    for number, pair in enumerate(pairs[:MOST_GREY]):
        delays, share = _curve(subject, pair, tail=tail)
        first = label if number == 0 else None
        axes.plot(delays, share, color="0.72", linewidth=0.5, label=first, zorder=1)


def _draw_named(
    axes: Axes, subject: Subject, pair: PairVerdict, style: LineStyle, *, tail: bool
) -> None:
    delays, share = _curve(subject, pair, tail=tail)
    axes.plot(delays, share, color=style.colour, linestyle=style.dashes, linewidth=1.5, zorder=3)
    estimate = cast(float, pair.estimate) / MS
    low, high = _interval(pair)
    height = _height(subject, delays, share, estimate, tail=tail)
    look = OUTCOME_STYLES[pair.outcome]
    # An interval without an upper bound runs out of the picture.
    axes.errorbar(
        estimate,
        height,
        xerr=[[estimate - low], [min(high, 2 * axes.get_xlim()[1]) - estimate]],
        marker=look.marker,
        color=style.colour,
        markersize=7,
        markeredgecolor=LIMIT_COLOUR,
        markeredgewidth=0.6,
        capsize=4,
        linewidth=1.2,
        linestyle=style.dashes,
        zorder=4,
        label=subject.texts.say(
            "curve",
            pair=subject.names.pair(pair),
            value=_value(estimate, low, high),
            outcome=subject.texts.of("outcome", pair.outcome),
        ),
    )


def _interval(pair: PairVerdict) -> tuple[float, float]:
    """Return the confidence interval [ms]; infinite where nothing bounds it from above."""
    low = pair.low if pair.low is not None else cast(float, pair.estimate)
    return low / MS, np.inf if pair.high is None else pair.high / MS


def _value(estimate: float, low: float, high: float) -> str:
    if low == high:
        return f"{estimate:.3f}"
    return f"{estimate:.3f} [{low:.3f}, {high:.3f}]".replace("inf", "∞")


def _height(
    subject: Subject, delays: Float64, share: Float64, estimate: float, *, tail: bool
) -> float:
    """Return where on the vertical axis the judged statistic stands."""
    statistic = subject.verdict.statistic
    if statistic.startswith("p"):
        level = float(statistic.removeprefix("p")) / 100
        return 1 - level if tail else level
    return float(np.interp(estimate, delays, share))


def _frame(axes: Axes, subject: Subject, pairs: Sequence[PairVerdict]) -> None:
    """Show all curves, and the limit if that does not squeeze them to a line."""
    if not pairs:
        axes.text(0.5, 0.5, subject.texts["not_measured"], ha="center", transform=axes.transAxes)
        return
    limit = subject.verdict.limit / MS
    curves = [_curve(subject, pair, tail=False)[0] for pair in pairs]
    least, most = min(curve[0] for curve in curves), max(curve[-1] for curve in curves)
    span = max(most - least, 1e-3 * most)
    label = subject.texts.say("limit", limit=limit)
    if least - 2 * span < limit < most + 2 * span:
        least, most = min(least, limit), max(most, limit)
    else:
        label += subject.texts["beyond_right" if limit > most else "beyond_left"]
    span = max(most - least, 1e-3 * most)
    axes.axvline(limit, color=LIMIT_COLOUR, linestyle="--", linewidth=1.2, zorder=2, label=label)
    axes.set_xlim(least - 0.04 * span, most + 0.06 * span)


def _finish(axes: Axes, subject: Subject, *, tail: bool, below: bool) -> None:
    axes.grid(visible=True)
    axes.set_xlabel(subject.texts.say("latency", way=subject.way))
    if tail:
        axes.set_yscale("log")
        axes.set_ylabel(subject.texts["above"])
    else:
        axes.set_ylim(0, 1.02)
        axes.set_ylabel(subject.texts["within"])
    add_legend(axes, axes.get_legend_handles_labels()[0], below=below)
