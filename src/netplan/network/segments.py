"""Segments: simulating bulk traffic in larger units than its packets, within a stated error.

Network cards and routers move bulk data in units of tens of kilobytes, and a province's terabits
cannot be simulated packet by packet. A packet may wait for one segment more or less at every port,
so on a route the error is at most the transmission time of the largest segment at each port, added
up. Every hop of a route with a limit may cost an equal part of 1 % of that limit; a demand takes
the largest segment that all ports on its way allow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.ground.distributions import MixedSize, SizeDistribution
from netplan.ground.units import BITS_PER_BYTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netplan.network.routing import Route
    from netplan.network.topology import Channel

__all__ = ["SegmentError", "allowed_segments", "largest_segment", "segment_error"]

LARGEST = 65536 * BITS_PER_BYTE
"""Largest unit of generic segmentation offload in Linux [bit] (GSO_MAX_SIZE, 64 KiB)."""
ERROR_SHARE = 0.01
"""Share of a limit that automatic segments may cost at most, by contract."""


def allowed_segments(limited: Iterable[tuple[Route, float]]) -> dict[Channel, float]:
    """Return the largest automatic segment at every channel of the given routes [bit].

    Parameters
    ----------
    limited
        Routes, each with the limit that its delay is held against [s].
    """
    allowed: dict[Channel, float] = {}
    for route, limit in limited:
        per_hop = ERROR_SHARE * limit / len(route.channels)
        for channel in route.channels:
            bits = per_hop * channel.capacity
            allowed[channel] = min(allowed.get(channel, LARGEST), bits)
    return allowed


def largest_segment(
    routes: Iterable[Route], allowed: Mapping[Channel, float], packets: SizeDistribution
) -> SizeDistribution:
    """Return what a demand is simulated in: segments that all its ports allow, or whole packets.

    Parameters
    ----------
    routes
        Of the demand's flows.
    allowed
        As `allowed_segments` returns it.
    packets
        Sizes of the real packets.
    """
    bits = min(
        (allowed.get(channel, LARGEST) for route in routes for channel in route.channels),
        default=LARGEST,
    )
    return packets if bits <= packets.mean else MixedSize((math.floor(bits),), (1.0,))


@dataclass(frozen=True, slots=True)
class SegmentError:
    """The most that segments can add to or take from a delay, over all limited routes."""

    delay: float = 0.0
    """[s]."""
    share: float = 0.0
    """Of the limit of the route where it counts most."""


def segment_error(
    limited: Iterable[tuple[Route, float]],
    segments: Iterable[tuple[Route, float]],
) -> SegmentError:
    """Return the error that the segments of carried traffic bring to limited routes.

    Parameters
    ----------
    limited
        Routes with limits, as for `allowed_segments`.
    segments
        Routes of carried flows, each with its segment [bit]; 0 for traffic in real packets.
    """
    largest: dict[Channel, float] = {}
    for route, bits in segments:
        for channel in route.channels:
            largest[channel] = max(largest.get(channel, 0.0), bits)
    errors = [
        (math.fsum(largest.get(c, 0.0) / c.capacity for c in route.channels), limit)
        for route, limit in limited
    ]
    return SegmentError(
        delay=max((error for error, _ in errors), default=0.0),
        share=max((error / limit for error, limit in errors), default=0.0),
    )
