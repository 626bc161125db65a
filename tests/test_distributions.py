from __future__ import annotations

import numpy as np
import pytest

from netplan.ground.distributions import (
    IMIX,
    ConstantDuration,
    ExponentialDuration,
    ExponentialSize,
    LognormalDuration,
    MixedSize,
    UniformDuration,
    draw_sum,
    fixed_size,
)

RNG_SEED = 5


def rng():
    return np.random.default_rng(RNG_SEED)


def test_fixed_sizes_are_all_the_same_number_of_bits():
    assert fixed_size(1500).draw(None, 3).tolist() == [12_000]


def test_a_fixed_size_is_rounded_to_whole_bits_and_is_never_nothing():
    assert fixed_size(37.5).mean == 300
    assert fixed_size(0.01).mean == 1


def test_imix_is_seven_four_one_of_40_576_and_1500_bytes():
    assert IMIX.mean == pytest.approx(8 * (7 * 40 + 4 * 576 + 1500) / 12)


def test_a_mix_draws_only_its_sizes_and_in_their_proportion():
    bits = MixedSize(bits=(300, 1700), weights=(1.0, 3.0)).draw(rng(), 100_000)
    assert set(bits.tolist()) == {300, 1700}
    assert (bits == 1700).mean() == pytest.approx(0.75, abs=0.005)


@pytest.mark.parametrize("law", [IMIX, ExponentialSize(mean=8000), fixed_size(576)])
def test_the_mean_of_many_draws_is_the_mean_of_the_law(law):
    assert law.draw(rng(), 200_000).mean() == pytest.approx(law.mean, rel=0.01)


def test_exponential_sizes_are_whole_bits_and_at_least_one():
    bits = ExponentialSize(mean=2.0).draw(rng(), 10_000)
    assert bits.dtype == np.int64
    assert bits.min() == 1


def test_drawing_in_two_blocks_gives_the_sizes_of_one_block():
    for law in (IMIX, ExponentialSize(mean=8000)):
        one, two = rng(), rng()
        assert np.array_equal(
            law.draw(one, 100), np.concatenate([law.draw(two, 60), law.draw(two, 40)])
        )


DURATIONS = [
    ConstantDuration(0.002),
    UniformDuration(0.001, 0.004),
    ExponentialDuration(0.002),
    LognormalDuration(0.002, cv=0.5),
]


@pytest.mark.parametrize("law", DURATIONS)
def test_many_durations_have_the_mean_the_variance_and_the_least_of_their_law(law):
    drawn = law.draw(rng(), 400_000) / 1e12
    assert drawn.mean() == pytest.approx(law.mean, rel=0.005)
    assert drawn.var() == pytest.approx(law.variance, rel=0.02, abs=1e-18)
    assert drawn.min() >= law.least - 1e-12


def test_durations_are_whole_picoseconds():
    assert ConstantDuration(0.5e-6).draw(rng(), 2).tolist() == [500_000] * 2
    assert all(law.draw(rng(), 2).dtype == np.int64 for law in DURATIONS)


def test_a_sum_draws_every_law_for_itself():
    laws = [ExponentialDuration(0.002)] * 2
    drawn = draw_sum(laws, rng(), 200_000) / 1e12
    assert drawn.mean() == pytest.approx(0.004, rel=0.01)
    assert drawn.var() == pytest.approx(2 * 0.002**2, rel=0.03)
