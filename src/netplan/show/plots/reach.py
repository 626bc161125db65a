"""Latency circles on a map: the sites that lie within so many milliseconds of a node.

They are marked site by site. Latency follows routes, so what lies within is no circle on the map.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netplan.decide.circles import LIMITS_MS, circles
from netplan.ground.units import MS
from netplan.input.scenario.targets import Direction, Layer
from netplan.show.plots.style import BLACK, BLUE, ORANGE, SKY, VERMILION, YELLOW
from netplan.show.plots.subject import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from netplan.decide.circles import CircleMap
    from netplan.judge.results import Results
    from netplan.show.plots.subject import Subject

__all__ = ["RINGS", "draw_reach", "reach_facts", "reach_of"]


@dataclass(frozen=True, slots=True)
class _Ring:
    """How sites between two limits are drawn."""

    marker: str
    size: float
    colour: str


RINGS = (
    _Ring("o", 7.5, BLUE),
    _Ring("s", 6.5, SKY),
    _Ring("^", 6.5, YELLOW),
    _Ring("X", 7.5, VERMILION),
)
"""Below 1, 5 and 20 ms, and beyond."""


def reach_of(results: Results, subject: Subject, centre: str) -> CircleMap:
    """Return how far every site is from a node, on the layer and the way of a target.

    Without waits: the routes of the empty network.
    """
    verdict = subject.verdict
    optical = verdict.layer == str(Layer.OPTICAL)
    (found,) = circles(
        results.scenario,
        layer=Layer.OPTICAL if optical else Layer.NETWORK,
        direction=Direction(verdict.direction),
        years=[verdict.year],
        centres=[centre],
    )
    return found


def reach_facts(subject: Subject, found: CircleMap, centre: str) -> str:
    """Return what the marks say, and what share of the people lies within each limit."""
    texts = subject.texts
    shares = texts["list"].join(
        texts.say(
            "reach_share",
            limit=limit,
            share=percent(found.covered(centre, limit * MS).share_of_population),
        )
        for limit in LIMITS_MS
    )
    return texts.say(
        "reach_facts",
        year=found.year,
        direction=texts.of("direction", found.direction),
        layer=texts.of("layer", found.layer),
        shares=shares,
    )


def draw_reach(
    axes: Axes,
    subject: Subject,
    found: CircleMap,
    centre: str,
    nodes: Mapping[str, Mapping[str, Any]],
) -> list[Artist]:
    """Mark every site by how far it is from the centre; return the legend."""
    edges = [0.0, *(limit * MS for limit in LIMITS_MS), math.inf]
    delays = found.circle(centre).delays
    handles: list[Artist] = []
    handles += axes.plot(
        nodes[centre]["lon"],
        nodes[centre]["lat"],
        linestyle="none",
        marker="*",
        markersize=17,
        markerfacecolor=ORANGE,
        markeredgecolor=BLACK,
        zorder=6,
        label=subject.names.node(centre),
    )
    for ring, (low, high) in zip(RINGS, itertools.pairwise(edges), strict=True):
        inside = [
            nodes[site.name]
            for site, delay in zip(found.sites, delays, strict=True)
            if (low <= delay < high or delay == high == math.inf) and site.name in nodes
        ]
        if inside:
            handles += axes.plot(
                [node["lon"] for node in inside],
                [node["lat"] for node in inside],
                linestyle="none",
                marker=ring.marker,
                markersize=ring.size,
                markerfacecolor=ring.colour,
                markeredgecolor=BLACK,
                markeredgewidth=0.6,
                zorder=5,
                label=_label(subject, low, high, len(inside)),
            )
    return handles


def _label(subject: Subject, low: float, high: float, count: int) -> str:
    key = "reach_below" if not low else "reach_beyond" if math.isinf(high) else "reach_between"
    return subject.texts.say(key, low=low / MS, high=high / MS, count=count)
