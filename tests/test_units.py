from __future__ import annotations

import pytest

from netplan.ground.units import GBPS, KM, MS, PS_PER_S, US, seconds_to_ps


def test_a_millisecond_is_a_thousand_microseconds():
    assert pytest.approx(1000 * US) == MS


def test_a_kilometre_at_five_microseconds_is_five_million_picoseconds():
    assert seconds_to_ps(KM * 5e-9) == 5_000_000


def test_durations_are_rounded_to_the_nearest_picosecond_not_cut():
    assert seconds_to_ps(1.6e-12) == 2
    assert seconds_to_ps(1.4e-12) == 1


def test_a_frame_of_1500_bytes_takes_120_nanoseconds_at_100_gbps():
    assert seconds_to_ps(1500 * 8 / (100 * GBPS)) == 120_000


def test_a_second_has_a_million_million_picoseconds():
    assert seconds_to_ps(1.0) == PS_PER_S == 1_000_000_000_000
