"""The map: what part of the earth it shows, boundaries, and where links leave it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netplan.show.boundaries import Ring, boundaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netplan.show.html.places import Places

__all__ = ["Frame", "ground"]

_NEAR_EXITS = 0.05
"""Exits nearer to each other than this share of the width have one label."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the earth [degrees]."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, node: Mapping[str, Any]) -> bool:
        """Whether a site lies inside."""
        return bool(
            self.west <= node["lon"] <= self.east and self.south <= node["lat"] <= self.north
        )

    def exit(self, inside: Mapping[str, Any], outside: Mapping[str, Any]) -> tuple[float, float]:
        """Return where the line from a site inside to one outside crosses the edge."""
        x, y = inside["lon"], inside["lat"]
        dx, dy = outside["lon"] - x, outside["lat"] - y
        part = min(
            ((self.east if dx > 0 else self.west) - x) / dx if dx else math.inf,
            ((self.north if dy > 0 else self.south) - y) / dy if dy else math.inf,
        )
        return round(x + part * dx, 4), round(y + part * dy, 4)


def _around(points: Iterable[tuple[float, float]], margin: float) -> Frame:
    longitudes, latitudes = zip(*points, strict=True)
    spread = max(max(longitudes) - min(longitudes), max(latitudes) - min(latitudes), 0.1)
    return Frame(
        round(min(longitudes) - margin * spread, 4),
        round(min(latitudes) - margin * spread, 4),
        round(max(longitudes) + margin * spread, 4),
        round(max(latitudes) + margin * spread, 4),
    )


def ground(places: Places, uses: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what the map shows beside sites and links; None if no site has coordinates.

    The province is drawn where most of the network, without far hubs, lies in it.
    """
    nodes = {n["id"]: n for n in places.nodes if n.get("lat") is not None and n["lon"] is not None}
    if not nodes:
        return None
    home = [n for n in nodes.values() if n["role"] not in ("hub", "transit")] or [*nodes.values()]
    rings = boundaries()
    frame = _around((point for ring in rings for point in ring), 0.04)
    in_province = 2 * sum(map(frame.holds, home)) > len(home)
    if not in_province:
        frame = _around(((n["lon"], n["lat"]) for n in home), 0.08)
    return {
        "frame": [frame.west, frame.south, frame.east, frame.north],
        "rings": _flat(rings) if in_province else None,
        "cities": _city_labels(places, frame),
        "exits": _exits(places, nodes, frame, uses),
    }


def _flat(rings: Iterable[Ring]) -> list[list[float | None]]:
    """Return longitudes and latitudes of all rings, with a gap after each."""
    longitudes: list[float | None] = []
    latitudes: list[float | None] = []
    for ring in rings:
        longitudes += [*(round(lon, 3) for lon, _ in ring), None]
        latitudes += [*(round(lat, 3) for _, lat in ring), None]
    return [longitudes, latitudes]


def _city_labels(places: Places, frame: Frame) -> list[list[Any]]:
    """Return place and name of every city with a core site, at its first one."""
    found: dict[str, list[Any]] = {}
    for node in places.nodes:
        if node["role"] == "core" and node.get("lat") is not None and frame.holds(node):
            city = places.city_of(node["id"])
            found.setdefault(city, [node["lon"], node["lat"], places.city(city)])
    return list(found.values())


def _exits(
    places: Places,
    nodes: Mapping[str, Mapping[str, Any]],
    frame: Frame,
    uses: Sequence[Mapping[str, Any]],
) -> list[list[Any]]:
    """Return where links leave the frame, and the names of the sites they lead to."""
    leaving = {
        (frame.exit(nodes[use["from"]], nodes[use["to"]]), use["to"])
        for use in uses
        if use["from"] in nodes
        and use["to"] in nodes
        and frame.holds(nodes[use["from"]])
        and not frame.holds(nodes[use["to"]])
    }
    reach = _NEAR_EXITS * (frame.east - frame.west)
    groups: list[tuple[tuple[float, float], list[str]]] = []
    for at, node in sorted(leaving):
        name = places.node(node)
        near = next((names for place, names in groups if math.dist(at, place) < reach), None)
        if near is None:
            groups.append((at, [name]))
        elif name not in near:
            near.append(name)
    return [[*at, names] for at, names in groups]
