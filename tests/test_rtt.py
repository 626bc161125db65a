"""Our floor beside measured round-trip times between regions of a public cloud.

The measured medians are Microsoft's inter-region statistics. What light in standard fibre needs
along the great circle, there and back, nobody can beat; how far they stay behind it is the route
factor of real paths.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from netplan.ground.units import KM, MS
from netplan.input.scenario.lengths import great_circle_km
from netplan.network.topology import FIBRE_DELAY

MEASURED = Path(__file__).parents[1].parent / "shared" / "validation" / "rtt"
FAR = 100.0
"""Pairs nearer than this say more about buildings and rounding to whole milliseconds [km]."""

pytestmark = pytest.mark.skipif(
    not MEASURED.is_dir(), reason="the measured round-trip times are not beside the repository"
)


def floor_ms(km):
    """Round trip of light in G.652 along a straight cable."""
    return 2 * km * KM * FIBRE_DELAY["g652"] / MS


def pairs():
    """Distance [km] and smaller measured round-trip time [ms] of each unordered pair, (N, 2)."""
    found = {}
    with (MEASURED / "azure_interregion_p50.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            ends = [
                (float(row[f"{side}_lat"]), float(row[f"{side}_lon"])) for side in ("src", "dst")
            ]
            key, rtt = frozenset((row["src"], row["dst"])), float(row["rtt_ms"])
            if len(key) == 2:
                found.setdefault(key, (great_circle_km(*ends), []))[1].append(rtt)
    return np.array([(km, min(times)) for km, times in found.values()])


def test_our_great_circles_are_those_of_the_published_table():
    with (MEASURED / "azure_interregion_p50.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            a = (float(row["src_lat"]), float(row["src_lon"]))
            b = (float(row["dst_lat"]), float(row["dst_lon"]))
            assert great_circle_km(a, b) == pytest.approx(float(row["gc_km"]), abs=0.06)


def test_no_measured_pair_is_faster_than_the_floor():
    km, rtt = pairs().T
    far = km >= FAR
    factor = rtt[far] / floor_ms(km[far])
    low, quarter, median, three, high = np.quantile(factor, [0, 0.25, 0.5, 0.75, 1])
    sys.stdout.write(
        f"\n{far.sum()} pairs beyond {FAR:.0f} km: measured round trip over floor {median:.2f} in "
        f"the median, {quarter:.2f} to {three:.2f} in the middle half, {low:.2f} to {high:.2f} "
        "in all\n"
    )
    # The published times are whole milliseconds, so up to half a one may be missing.
    assert np.all(rtt + 0.5 >= floor_ms(km))


def test_half_of_the_measured_pairs_have_a_route_factor_between_1_and_2():
    """The factors that scenarios assume for cables, about 1.4, are of the right size."""
    km, rtt = pairs().T
    factor = (rtt / floor_ms(np.maximum(km, 1)))[km >= FAR]
    assert 1.2 < np.median(factor) < 2


def test_the_fastest_routes_ever_announced_do_not_beat_the_floor():
    """Great circles as far as the notes give them: New York - London, Chicago - New York."""
    points = {point["route"]: point["rtt_ms"] for point in _announced()}
    for route, km in [
        ("Hibernia Express New York - London", 5570),
        ("Spread Networks Chicago - New York/Carteret", 1145),
    ]:
        assert 1 < points[route] / floor_ms(km) < 1.25


def _announced():
    return json.loads((MEASURED / "cable_points.json").read_text(encoding="utf-8"))
