"""What part of the earth a map shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

__all__ = ["Frame", "around", "frame_of", "home_of"]

_FAR = 2.5
"""Hubs are left beyond the edge where they would make the picture this many times as wide."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the earth [degrees]."""

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


def frame_of(nodes: Mapping[str, Mapping[str, Any]]) -> Frame:
    """Return a frame around all nodes; hubs and transit sites stay outside if they are far."""
    everything = _with_margin(nodes.values())
    near = home_of(nodes)
    if not near:
        return everything
    home = _with_margin(near)
    wider = (everything.east - everything.west) / (home.east - home.west)
    higher = (everything.north - everything.south) / (home.north - home.south)
    return everything if max(wider, higher) < _FAR else home


def home_of(nodes: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the nodes that are neither hubs nor transit sites."""
    return [node for node in nodes.values() if node["role"] not in ("hub", "transit")]


def around(points: Iterable[tuple[float, float]]) -> Frame:
    """Return the frame of longitudes and latitudes, without a margin."""
    longitudes, latitudes = zip(*points, strict=True)
    return Frame(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def _with_margin(nodes: Iterable[Mapping[str, Any]]) -> Frame:
    tight = around((node["lon"], node["lat"]) for node in nodes)
    margin = max(0.08 * max(tight.east - tight.west, tight.north - tight.south), 0.05)
    return Frame(
        tight.west - 1.6 * margin,
        tight.south - margin,
        tight.east + 1.6 * margin,
        tight.north + margin,
    )
