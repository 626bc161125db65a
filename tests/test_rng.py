from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from netplan.ground.rng import Streams


def test_a_stream_does_not_depend_on_the_streams_asked_for_before():
    alone, after = Streams(7), Streams(7)
    after.stream("demand/a>b/arrivals").random(100)
    assert np.array_equal(
        alone.stream("demand/c>d/arrivals").random(8), after.stream("demand/c>d/arrivals").random(8)
    )


def test_asking_twice_for_one_name_is_an_error():
    streams = Streams(7)
    streams.stream("demand/a>b/sizes")
    with pytest.raises(ValueError, match="demand/a>b/sizes"):
        streams.stream("demand/a>b/sizes")


@pytest.mark.parametrize(
    "other",
    [(Streams(8), "x"), (Streams(7, 1), "x"), (Streams(7), "y")],
    ids=["seed", "replication", "name"],
)
def test_seed_replication_and_name_each_make_another_stream(other):
    streams, name = other
    assert not np.any(Streams(7).stream("x").random(8) == streams.stream(name).random(8))


def test_streams_are_the_same_in_another_process():
    code = "from netplan.ground.rng import Streams; print(Streams(7).stream('x').integers(10**9))"
    environment = {"PYTHONHASHSEED": "1"}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert int(told.stdout) == Streams(7).stream("x").integers(10**9)


def test_two_streams_are_not_correlated():
    a, b = (Streams(7).stream(name).standard_normal(10_000) for name in ("a", "b"))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.04  # four standard errors


@pytest.mark.parametrize("seed", [0, 2026, 2**32, 2**80 + 7])
def test_seeds_of_any_size_are_those_of_numpy(seed):
    words = np.frombuffer(hashlib.sha256(b"x").digest()[:16], dtype="<u4")
    sequence = np.random.SeedSequence([seed, 3, *words.tolist()])
    expected = np.random.Generator(np.random.PCG64(sequence)).random(4)
    assert np.array_equal(Streams(seed, 3).stream("x").random(4), expected)
