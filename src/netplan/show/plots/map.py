"""The network on the ground: how busy its links are, and where targets are missed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from netplan.ground.errors import InputError, Problem
from netplan.judge.verdict import Outcome
from netplan.show.plots.style import (
    BLACK,
    BLUE,
    NOTE_BOX,
    ORANGE,
    VERMILION,
    add_legend,
    figure_of,
    new_figure,
    styled,
)
from netplan.show.plots.subject import Subject, choose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netplan.ground.texts import Texts
    from netplan.judge.results import Results

__all__ = ["network_map"]

_FAR = 2.5
"""Hubs are left beyond the edge where they would make the picture this many times as wide."""
_WIDTH = 8.5
"""Of the figure [inch]."""


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

_ROLES = {
    "access": (".", 4.0, "0.45"),
    "aggregation": ("^", 5, "0.35"),
    "core": ("s", 8.5, "white"),
    "compute": ("D", 4.5, "#CC79A7"),
    "hub": ("h", 8, "white"),
}
"""Marker, size and colour of each role; those that matter most come last and stand on top."""


@styled()
def network_map(
    results: Results,
    *,
    target: str | None = None,
    year: int | None = None,
    language: str = "en",
    axes: Axes | None = None,
) -> Figure:
    """Draw nodes and links by coordinates, links by load, sources of missed pairs crossed.

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

    Raises
    ------
    InputError
        If the results hold no coordinates.
    """
    subject = choose(results, target, year, language)
    nodes = {n["id"]: n for n in results.document.get("nodes", ()) if n.get("lat") is not None}
    if not nodes:
        message = "there is nothing to draw: no node of these results has coordinates (at)"
        raise InputError([Problem(("map",), message)])
    frame = _frame(nodes)
    below = axes is None
    title = f"{subject.facts}"
    if axes is None:
        height = _WIDTH / frame.aspect
        axes = new_figure(
            _WIDTH, min(max(height, 4.0), 11.0) + 1.6, subject.name, "compressed"
        ).subplots()
    else:
        title = f"{subject.name}\n{title}"
    axes.set_title(title)
    frame.apply(axes)
    axes.set_xlabel(subject.texts["longitude"])
    axes.set_ylabel(subject.texts["latitude"])
    used = _draw_links(axes, results, subject, nodes, frame)
    roles = _draw_nodes(axes, subject, list(nodes.values()), frame)
    marks = _mark_sources(axes, subject, nodes)
    add_legend(axes, [*used, *roles, *marks], below=below, columns=4)
    return figure_of(axes)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What part of the earth is drawn [degrees]."""

    west: float
    south: float
    east: float
    north: float

    @property
    def stretch(self) -> float:
        """How much longer a degree of latitude is than one of longitude, in the middle."""
        return 1 / math.cos(math.radians((self.south + self.north) / 2))

    @property
    def aspect(self) -> float:
        """Width over height on the ground."""
        return (self.east - self.west) / (self.north - self.south) / self.stretch

    def holds(self, node: Mapping[str, Any]) -> bool:
        """Whether a node lies inside."""
        return bool(
            self.west <= node["lon"] <= self.east and self.south <= node["lat"] <= self.north
        )

    def apply(self, axes: Axes) -> None:
        """Make axes show this part, degrees as long as on the ground."""
        axes.set_xlim(self.west, self.east)
        axes.set_ylim(self.south, self.north)
        axes.set_aspect(self.stretch)
        axes.grid(visible=True)

    def exit(self, inside: Mapping[str, Any], outside: Mapping[str, Any]) -> tuple[float, float]:
        """Return where the line from a node inside to one outside crosses the edge."""
        x, y = inside["lon"], inside["lat"]
        dx, dy = outside["lon"] - x, outside["lat"] - y
        edges = (
            ((self.east if dx > 0 else self.west) - x) / dx if dx else math.inf,
            ((self.north if dy > 0 else self.south) - y) / dy if dy else math.inf,
        )
        return x + min(edges) * dx, y + min(edges) * dy


def _frame(nodes: Mapping[str, Mapping[str, Any]]) -> _Frame:
    """Return a frame around all nodes; hubs and transit sites stay outside if they are far."""
    everything = _around(list(nodes.values()))
    near = [node for node in nodes.values() if node["role"] not in ("hub", "transit")]
    if not near:
        return everything
    home = _around(near)
    wider = (everything.east - everything.west) / (home.east - home.west)
    higher = (everything.north - everything.south) / (home.north - home.south)
    return everything if max(wider, higher) < _FAR else home


def _around(nodes: Sequence[Mapping[str, Any]]) -> _Frame:
    longitudes, latitudes = [n["lon"] for n in nodes], [n["lat"] for n in nodes]
    west, east = min(longitudes), max(longitudes)
    south, north = min(latitudes), max(latitudes)
    margin = max(0.08 * max(east - west, north - south), 0.05)
    return _Frame(west - 1.6 * margin, south - margin, east + 1.6 * margin, north + margin)


def _draw_links(
    axes: Axes,
    results: Results,
    subject: Subject,
    nodes: Mapping[str, Mapping[str, Any]],
    frame: _Frame,
) -> list[Artist]:
    """Draw each link once, as its busier direction; return the legend."""
    busiest: dict[tuple[str, str], float] = {}
    for use in results.document["links"]:
        if use["year"] == subject.verdict.year and use["from"] in nodes and use["to"] in nodes:
            ends = (min(use["from"], use["to"]), max(use["from"], use["to"]))
            busiest[ends] = max(busiest.get(ends, 0.0), use["utilisation"])
    leaving: list[tuple[tuple[float, float], str]] = []
    for (one, other), load in sorted(busiest.items(), key=lambda item: item[1]):
        a, b = nodes[one], nodes[other]
        _draw_link(axes, a, b, _load_style(load))
        if frame.holds(a) != frame.holds(b):
            inside, outside = (a, b) if frame.holds(a) else (b, a)
            leaving.append((frame.exit(inside, outside), subject.names.node(outside["id"])))
    _name_exits(axes, subject.texts, leaving, frame)
    found = {_load_style(load) for load in busiest.values()}
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


def _draw_link(axes: Axes, a: Mapping[str, Any], b: Mapping[str, Any], style: _LoadStyle) -> None:
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
    frame: _Frame,
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


def _draw_nodes(
    axes: Axes, subject: Subject, nodes: Sequence[Mapping[str, Any]], frame: _Frame
) -> list[Artist]:
    """Draw the nodes in the frame by role, and name those that a reader looks for.

    Transit sites are bends of cables, without a router: no link ends there.
    """
    shown = [node for node in nodes if frame.holds(node)]
    handles: list[Artist] = []
    for level, (role, (marker, size, colour)) in enumerate(_ROLES.items()):
        of_role = [node for node in shown if node["role"] == role]
        if of_role:
            handles += axes.plot(
                [node["lon"] for node in of_role],
                [node["lat"] for node in of_role],
                linestyle="none",
                marker=marker,
                markersize=size,
                markerfacecolor=colour,
                markeredgecolor=BLACK if role in ("core", "compute", "hub") else colour,
                zorder=3 + level / 10,
                label=subject.texts.say("node", role=subject.texts.of("role", role)),
            )
    _name_nodes(axes, subject, shown)
    return handles


def _name_nodes(axes: Axes, subject: Subject, shown: Sequence[Mapping[str, Any]]) -> None:
    """Write the name of each city with a core node once, and of hubs."""
    places: dict[str, tuple[float, float]] = {}
    for node in shown:
        if node["role"] == "core":
            city = subject.names.city_of(node["id"])
            places.setdefault(subject.names.city(city), (node["lon"], node["lat"]))
        elif node["role"] == "hub":
            places.setdefault(subject.names.node(node["id"]), (node["lon"], node["lat"]))
    for name, place in places.items():
        axes.annotate(
            name,
            place,
            xytext=(5, 5),
            textcoords="offset points",
            fontsize=8,
            fontweight="bold",
            path_effects=[withStroke(linewidth=2.2, foreground="white")],
            zorder=7,
        )


def _mark_sources(
    axes: Axes, subject: Subject, nodes: Mapping[str, Mapping[str, Any]]
) -> list[Artist]:
    """Cross the sources of missed pairs."""
    missed = dict.fromkeys(
        pair.source
        for pair in subject.verdict.pairs
        if pair.outcome is Outcome.MISSED and pair.source in nodes
    )
    if not missed:
        return []
    return list(
        axes.plot(
            [nodes[node]["lon"] for node in missed],
            [nodes[node]["lat"] for node in missed],
            linestyle="none",
            marker="X",
            markersize=8,
            markerfacecolor=VERMILION,
            markeredgecolor=BLACK,
            zorder=5,
            label=subject.texts["missed_source"],
        )
    )
