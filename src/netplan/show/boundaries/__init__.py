"""Boundaries that maps draw behind a network: the prefectures of Liaoning.

From Apache ECharts 4.9.0 under the Apache License 2.0, simplified; see NOTICE. They are schematic:
a map for the public in China must be a reviewed one and show its review number (审图号), and this
one has none. Whatever draws it says so.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TypeAlias

__all__ = ["Ring", "boundaries"]

Ring: TypeAlias = list[tuple[float, float]]
"""Longitudes and latitudes [degrees]."""

_FILE = "liaoning_prefectures.geojson"


@cache
def boundaries() -> tuple[Ring, ...]:
    """Return the rings of Liaoning's 14 prefectures."""
    text = resources.files(__name__).joinpath(_FILE).read_text(encoding="utf-8")
    rings: list[Ring] = []
    for feature in json.loads(text)["features"]:
        shape = feature["geometry"]
        parts = shape["coordinates"]
        polygons = [parts] if shape["type"] == "Polygon" else parts
        rings += [[(lon, lat) for lon, lat in ring] for polygon in polygons for ring in polygon]
    return tuple(rings)
