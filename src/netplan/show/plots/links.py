"""Links on a map: how busy they are, and where they leave it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from netplan.show.plots.style import BLUE, NOTE_BOX, ORANGE, VERMILION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from netplan.ground.texts import Texts
    from netplan.judge.results import Results
    from netplan.show.plots.frame import Frame
    from netplan.show.plots.subject import Subject

__all__ = ["Line", "draw_links", "lines_of"]


@dataclass(frozen=True, slots=True)
class _LoadStyle:
    """How a link is drawn whose busier direction is used at most so far."""

    most: float
    name: str
    """Of its label among the texts."""
    colour: str
    width: float
    dashes: tuple[float, tuple[float, ...]]


_LOADS = (
    _LoadStyle(0.5, "load.0", "0.72", 0.8, (0, ())),
    _LoadStyle(0.8, "load.1", BLUE, 1.5, (0, ())),
    _LoadStyle(1.0, "load.2", ORANGE, 2.4, (0, ())),
    _LoadStyle(math.inf, "load.3", VERMILION, 3.2, (0, (2, 0.8))),
)
_QUIET = _LOADS[0]


@dataclass(frozen=True, slots=True)
class Line:
    """All links between two sites that are drawn."""

    ends: tuple[str, str]
    links: frozenset[str]
    load: float
    """Offered to the busiest member of the busiest direction, over its capacity."""


def lines_of(results: Results, year: int, nodes: Mapping[str, Mapping[str, Any]]) -> list[Line]:
    """Return what stands between each two sites in a year, the busiest last."""
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for use in results.document["links"]:
        if use["year"] == year and use["from"] in nodes and use["to"] in nodes:
            ends = (min(use["from"], use["to"]), max(use["from"], use["to"]))
            found.setdefault(ends, []).append((use["link"], use["busiest_member"]))
    lines = [
        Line(ends, frozenset(link for link, _ in uses), max(load for _, load in uses))
        for ends, uses in found.items()
    ]
    return sorted(lines, key=lambda line: line.load)


def draw_links(
    axes: Axes,
    lines: Sequence[Line],
    subject: Subject,
    nodes: Mapping[str, Mapping[str, Any]],
    frame: Frame,
    *,
    quiet: bool = False,
) -> list[Artist]:
    """Draw lines by their load, or all alike if `quiet`; return the legend."""
    leaving: list[tuple[tuple[float, float], str]] = []
    for line in lines:
        a, b = (nodes[end] for end in line.ends)
        _draw_line(axes, a, b, _QUIET if quiet else _load_style(line.load))
        if frame.holds(a) != frame.holds(b):
            inside, outside = (a, b) if frame.holds(a) else (b, a)
            leaving.append((frame.exit(inside, outside), subject.names.node(outside["id"])))
    _name_exits(axes, subject.texts, leaving, frame)
    found = set() if quiet else {_load_style(line.load) for line in lines}
    return [
        Line2D(
            [],
            [],
            color=style.colour,
            linewidth=style.width,
            linestyle=style.dashes,
            label=subject.texts.say("link_used", load=subject.texts[style.name]),
        )
        for style in _LOADS
        if style in found
    ]


def _load_style(load: float) -> _LoadStyle:
    return next(style for style in _LOADS if load < style.most)


def _draw_line(axes: Axes, a: Mapping[str, Any], b: Mapping[str, Any], style: _LoadStyle) -> None:
    axes.plot(
        [a["lon"], b["lon"]],
        [a["lat"], b["lat"]],
        color=style.colour,
        linewidth=style.width,
        linestyle=style.dashes,
        zorder=1 + style.width / 10,
    )


def _name_exits(
    axes: Axes,
    texts: Texts,
    leaving: Sequence[tuple[tuple[float, float], str]],
    frame: Frame,
) -> None:
    """Write at the edge where links lead that leave the picture; near ones share a label."""
    groups: list[tuple[tuple[float, float], list[str]]] = []
    reach = 0.05 * (frame.east - frame.west)
    for place, name in sorted(leaving):
        near = next((names for at, names in groups if math.dist(at, place) < reach), None)
        if near is None:
            groups.append((place, [name]))
        elif name not in near:
            near.append(name)
    for (x, y), names in groups:
        left, low = x < (frame.west + frame.east) / 2, y < (frame.south + frame.north) / 2
        axes.annotate(
            texts.say("leads_to", names=",\n".join(names)),
            (x, y),
            xytext=(4 if left else -4, 4 if low else -4),
            textcoords="offset points",
            ha="left" if left else "right",
            va="bottom" if low else "top",
            fontsize=7,
            fontstyle="italic",
            bbox=NOTE_BOX,
            zorder=6,
        )
