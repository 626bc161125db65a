"""Great circles, and cables that are shorter than theirs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netplan.ground.texts.sentences import in_language, is_translated
from netplan.input.scenario.build import resolved
from netplan.input.scenario.lengths import MEAN_EARTH_RADIUS_KM, great_circle_km, length_doubts

TOPOLOGY = """
defaults:
  nodes: {{core: {{processing_us: 0}}}}
  links: {{capacity_gbps: 10}}
nodes:
  a: {{role: core, city: x, at: [41.792, 123.433]}}
  b: {{role: core, city: y, at: [38.912, 121.602]}}
  c: {{role: core, city: y}}
spans:
  a~b: {{ends: [a, b], {length}}}
  b~c: {{ends: [b, c], length_km: 1}}
links: {{a--b: {{ends: [a, b]}}, b--c: {{ends: [b, c]}}}}
"""


def test_a_quarter_of_the_equator_is_a_quarter_of_the_circumference():
    quarter = math.pi / 2 * MEAN_EARTH_RADIUS_KM
    assert great_circle_km((0, 0), (0, 90)) == pytest.approx(quarter, rel=1e-12)
    assert great_circle_km((90, 17), (0, 55)) == pytest.approx(quarter, rel=1e-12)


_POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(a=_POINTS, b=_POINTS)
def test_great_circles_agree_with_the_angle_between_vectors(a, b):
    """The angle between unit vectors by atan2 of cross and dot product, good at any distance."""
    (x1, y1, z1), (x2, y2, z2) = map(_unit, (a, b))
    cross = math.hypot(y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2)
    angle = math.atan2(cross, x1 * x2 + y1 * y2 + z1 * z2)
    # Haversines lose half their digits near antipodes: 1e-8 rad is 60 m.
    assert great_circle_km(a, b) == pytest.approx(MEAN_EARTH_RADIUS_KM * angle, abs=0.5)


def _unit(point):
    lat, lon = map(math.radians, point)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


@pytest.mark.parametrize(("length", "found"), [
    ("length_km: 419", []),
    ("length_km: 351", []),  # within what coordinates of towns may be off
    ("route_factor: 1.0", []),
    ("length_km: 41.9", ["a~b 41.9 km < 355.8 km"]),
])  # fmt: skip
def test_a_cable_shorter_than_the_great_circle_is_doubtful(write, length, found):
    scenario = write(TOPOLOGY.format(length=length))
    said = length_doubts([resolved(scenario.topology)] * 2)  # said once
    assert len(said) == len(found)
    assert all(name in text for name, text in zip(found, said, strict=True))
    assert all(map(is_translated, said))
    assert all("请核对" in in_language(text, "zh") for text in said)


def test_of_many_doubtful_cables_a_few_are_named(write):
    spans = "\n".join(f"  s{i}: {{ends: [a, b], length_km: {i + 1}}}" for i in range(5))
    text = TOPOLOGY.format(length="length_km: 4").replace("  b~c", f"{spans}\n  b~c")
    text = text.replace("{ends: [a, b]},", "{ends: [a, b], over: [a~b]},")
    [said] = length_doubts([resolved(write(text).topology)])
    assert said.endswith("s1 2 km < 355.8 km and 3 more; check length_km and at")
    assert is_translated(said)
