"""Lengths on the ground: great circles, and spans that are shorter than theirs."""

from __future__ import annotations

from math import asin, cos, hypot, radians, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netplan.input.scenario.network import Span, TopologySpec

__all__ = [
    "MEAN_EARTH_RADIUS_KM",
    "great_circle_km",
    "length_doubts",
    "straight_km",
]

MEAN_EARTH_RADIUS_KM = 6371.0088
"""R1 of the Geodetic Reference System 1980 [km] (Moritz, Journal of Geodesy 74, 2000, p. 131)."""
SITE_ERROR_KM = 5.0
"""How much shorter a span may be because sites are not quite where their coordinates, often those
of a town, say [km]; assumed."""
DOUBTS_SHOWN = 3
"""Spans named in a note."""


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Shortest way over a spherical Earth.

    Parameters
    ----------
    a, b
        Latitude and longitude [degrees].

    Returns
    -------
    float
        Length [km].

    References
    ----------
    R. W. Sinnott, "Virtues of the Haversine", *Sky and Telescope* 68(2), 1984, p. 159.

    Examples
    --------
    >>> round(great_circle_km((41.792, 123.433), (38.912, 121.602)), 1)
    355.8
    """
    (lat_a, lon_a), (lat_b, lon_b) = (map(radians, point) for point in (a, b))
    across = sqrt(cos(lat_a) * cos(lat_b)) * sin((lon_b - lon_a) / 2)
    haversine = hypot(sin((lat_b - lat_a) / 2), across)
    return 2 * MEAN_EARTH_RADIUS_KM * asin(min(1.0, haversine))


def length_doubts(specs: Iterable[TopologySpec]) -> list[str]:
    """Name the spans that are shorter than the great circle between their ends.

    A length that lacks a digit makes a promise look easy to keep. Sites need not stand quite where
    their coordinates say, so this is no error.

    Parameters
    ----------
    specs
        Resolved topologies, e.g. one for each year; what holds of several is said once.
    """
    return list(dict.fromkeys(filter(None, map(_length_doubt, specs))))


def _length_doubt(spec: TopologySpec) -> str | None:
    short = [
        f"{name} {span.length_km:.4g} km < {straight:.4g} km"
        for name, span in spec.spans.items()
        if span.length_km is not None
        and (straight := straight_km(span, spec)) > span.length_km + SITE_ERROR_KM
    ]
    if not short:
        return None
    more = f" and {len(short) - DOUBTS_SHOWN} more" if len(short) > DOUBTS_SHOWN else ""
    return (
        "spans shorter than the great circle between their ends: "
        f"{', '.join(short[:DOUBTS_SHOWN])}{more}; check length_km and at"
    )


def straight_km(span: Span, spec: TopologySpec) -> float:
    """Great circle between the ends of a span [km]; 0 where coordinates are missing."""
    a, b = (spec.nodes[end].at for end in span.ends)
    return great_circle_km(a, b) if a and b else 0.0
