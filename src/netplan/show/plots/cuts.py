"""Failures on a map: what is down in one state, or which cuts break a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from netplan.judge.verdict import Outcome
from netplan.network.failure import state_called, states_of
from netplan.network.topology import build_topology
from netplan.show.plots.style import BLACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.results import Results
    from netplan.network.failure import State
    from netplan.show.plots.frame import Frame
    from netplan.show.plots.links import Line
    from netplan.show.plots.subject import Subject

__all__ = ["breaking_links", "cut_legend", "draw_down", "find_state", "mark_cuts"]

_SCISSORS = "\u2702"
_DOWN = (0, (1, 1.6))


def find_state(scenario: Scenario, year: int, name: str) -> State:
    """Return a failure state: one of the scenario, or any single thing, e.g. ``link a--b``.

    Raises
    ------
    InputError
        If there is no such state.
    """
    return state_called(scenario, build_topology(scenario, year).spec, name)


def breaking_links(results: Results, subject: Subject) -> tuple[frozenset[str], int, int]:
    """Return the links that are down in states that break the target, and how many states do.

    Returns
    -------
    tuple
        Links; states in which the target is missed; states in which it was judged.
    """
    verdict = subject.verdict
    judged = {
        entry["state"]: entry["outcome"]
        for entry in results.document.get("failures", ())
        if (entry["name"], entry["year"]) == (verdict.name, verdict.year)
    }
    broken = {state for state, outcome in judged.items() if outcome == Outcome.MISSED}
    if not broken:
        return frozenset(), 0, len(judged)
    spec = build_topology(results.scenario, verdict.year).spec
    states = states_of(results.scenario, spec)
    down = (state.links for state in states if state.name in broken)
    return frozenset[str]().union(*down), len(broken), len(judged)


def draw_down(
    axes: Axes,
    subject: Subject,
    state: State,
    lines: Sequence[Line],
    nodes: Mapping[str, Mapping[str, Any]],
    frame: Frame,
) -> list[Artist]:
    """Draw links that are down as dots with scissors, and nodes that are gone as boxes."""
    texts = subject.texts
    for line in lines:
        a, b = (nodes[end] for end in line.ends)
        axes.plot(
            [a["lon"], b["lon"]],
            [a["lat"], b["lat"]],
            color=BLACK,
            linewidth=1.8,
            linestyle=_DOWN,
            zorder=2,
        )
    mark_cuts(axes, lines, nodes, frame)
    handles: list[Artist] = []
    if lines:
        label = texts["link_down"]
        handles.append(Line2D([], [], color=BLACK, linewidth=1.8, linestyle=_DOWN, label=label))
    gone = [nodes[name] for name in state.nodes if name in nodes]
    if gone:
        handles += axes.plot(
            [node["lon"] for node in gone],
            [node["lat"] for node in gone],
            linestyle="none",
            marker="s",
            markersize=13,
            markerfacecolor="none",
            markeredgecolor=BLACK,
            markeredgewidth=1.6,
            zorder=6,
            label=texts["node_down"],
        )
    return handles


def mark_cuts(
    axes: Axes, lines: Iterable[Line], nodes: Mapping[str, Mapping[str, Any]], frame: Frame
) -> None:
    """Put scissors on the middle of lines, of what is seen of them."""
    for line in lines:
        axes.text(
            *_middle(nodes[line.ends[0]], nodes[line.ends[1]], frame),
            _SCISSORS,
            ha="center",
            va="center",
            fontsize=11,
            clip_on=True,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            zorder=5.5,
        )


def _middle(one: Mapping[str, Any], other: Mapping[str, Any], frame: Frame) -> tuple[float, float]:
    a, b = ((node["lon"], node["lat"]) for node in (one, other))
    if frame.holds(one) and not frame.holds(other):
        b = frame.exit(one, other)
    elif frame.holds(other) and not frame.holds(one):
        a = frame.exit(other, one)
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def cut_legend(label: str) -> Artist:
    """Return the legend entry of the scissors."""
    return Line2D(
        [], [], linestyle="none", marker=f"${_SCISSORS}$", markersize=9, color=BLACK, label=label
    )
