from __future__ import annotations

import hashlib
import struct
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


def test_seeds_of_any_size_differ():
    seeds = [0, 1, 2026, 2**32, 2**32 + 1, 2**80 + 7]
    firsts = {Streams(seed).stream("x").random() for seed in seeds}
    assert len(firsts) == len(seeds)


def test_seed_and_replication_are_told_apart():
    assert Streams(1, 12).stream("x").random() != Streams(11, 2).stream("x").random()


def test_a_stream_begins_with_the_digest_of_its_name():
    """PCG64 makes its state and its increment of four words, as `pcg_setseq_128_srandom` does."""
    high, low, *sequence = struct.unpack("<4Q", hashlib.sha256(b"7/3/x").digest())
    state = Streams(7, 3).stream("x").bit_generator.state["state"]
    increment = ((sequence[0] << 64 | sequence[1]) << 1 | 1) % 2**128
    multiplier = 0x2360ED051FC65DA44385DF649FCCF645
    begin = ((increment + (high << 64 | low)) * multiplier + increment) % 2**128
    assert (state["state"], state["inc"]) == (begin, increment)
