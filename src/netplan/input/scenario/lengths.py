"""Lengths on the ground: great circles, and cables that are shorter than theirs."""

from __future__ import annotations

from math import asin, cos, hypot, radians, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.input.scenario.network import Span, TopologySpec

__all__ = [
    "LONGEST_SPAN_KM",
    "MEAN_EARTH_RADIUS_KM",
    "great_circle_km",
    "length_doubts",
    "straight_km",
]

MEAN_EARTH_RADIUS_KM = 6371.0088
"""R1 of the Geodetic Reference System 1980 [km] (Moritz, Journal of Geodesy 74, 2000, p. 131)."""
LONGEST_SPAN_KM = 20_000.0
SITE_ERROR_KM = 5.0
"""How far a site may stand from its coordinates, often those of its town [km]; assumed."""
DOUBTS_SHOWN = 3
"""Cables named in a note."""


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


def length_doubts(spec: TopologySpec) -> Iterator[str]:
    """Say what a resolved topology can hardly mean: cables shorter than a straight line.

    A digit less makes a promise easy to keep. Sites need not stand quite where their coordinates
    say, so this is no error.
    """
    short = [
        f"{name} {span.length_km:.4g} km < {straight:.4g} km"
        for name, span in spec.spans.items()
        if span.length_km is not None
        and (straight := straight_km(span, spec)) > span.length_km + SITE_ERROR_KM
    ]
    if short:
        more = f" and {len(short) - DOUBTS_SHOWN} more" if len(short) > DOUBTS_SHOWN else ""
        yield (
            "cables shorter than the great circle between their ends: "
            f"{', '.join(short[:DOUBTS_SHOWN])}{more}; check length_km and at"
        )


def straight_km(span: Span, spec: TopologySpec) -> float:
    """Great circle between the ends of a span [km]; 0 where coordinates are missing."""
    a, b = (spec.nodes[end].at for end in span.ends)
    return great_circle_km(a, b) if a and b else 0.0
