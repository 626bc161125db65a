"""Kept runs: the same bytes with and without, whole or not at all, and never stale."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import fields, replace
from zipfile import ZipFile

import numpy as np
import pytest

from netplan.ground.distributions import fixed_size
from netplan.ground.rng import Streams
from netplan.judge.evaluation import evaluate
from netplan.judge.results import save_results
from netplan.measure.engine.arrivals import Poisson
from netplan.measure.replication import Timing, simulate
from netplan.measure.store import SIMULATING, Store, key_of

TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}}
      links: {capacity_gbps: 0.1, buffer: {packets: 30}}
    nodes: {a: {role: core}, b: {role: core}, c: {role: core}}
    links: {a--b: {ends: [a, b], length_km: 40}, b--c: {ends: [b, c], length_km: 60}}
"""
SCENARIO = """
    years: [2024, 2025]
    traffic:
      classes: {best: {arrivals: poisson, sizes: imix}}
      demands: [{class: best, from: a, to: c, rate_gbps: 0.04}]
      growth_per_year: {best: 0.5}
    targets:
      - {name: t, between: {from: core, to: core}, layer: network, direction: one_way,
         statistic: p90, below_ms: 2}
    simulation: {seed: 5, packets: {at_least: 20000, at_most: 100000}}
"""
FILES = ("results.json", "pairs.csv", "links.csv", "samples.npz")


@pytest.fixture
def jobs(write, monkeypatch):
    """Return the first two jobs of a small scenario."""
    seen = []

    def watched(job):
        seen.append(job)
        return simulate(job)

    monkeypatch.setattr("netplan.judge.evaluation.simulate", watched)
    evaluate(write(TOPOLOGY, SCENARIO), engine="fast")
    return seen


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def never(job):
    raise AssertionError(f"run again: replication {job.replication}")


def test_kept_samples_come_back_to_the_last_bit(jobs, tmp_path):
    store, samples = Store(tmp_path / "runs"), simulate(jobs[0])
    store.keep("key", samples)
    found = store.find("key")
    for whole in (lambda s: s, lambda s: s.totals, *(
        lambda s, name=name: s.streams[name] for name in samples.streams
    )):  # fmt: skip
        for field in fields(whole(samples)):
            before, after = (getattr(whole(s), field.name) for s in (samples, found))
            if field.name in {"streams", "totals"}:
                continue
            if isinstance(before, tuple):
                assert all(map(np.array_equal, before, after)), field.name
            else:
                assert np.array_equal(before, after), field.name
            assert getattr(before, "dtype", None) == getattr(after, "dtype", None), field.name
    assert list(found.streams) == list(samples.streams)


def test_results_are_the_same_bytes_with_and_without_a_store(write, tmp_path):
    scenario = write(TOPOLOGY, SCENARIO)
    for name, runs in (
        ("without", None),
        ("with", tmp_path / "runs"),
        ("again", tmp_path / "runs"),
    ):
        save_results(evaluate(scenario, engine="fast", runs=runs), tmp_path / name)
    assert contents(tmp_path / "without") == contents(tmp_path / "with")
    assert contents(tmp_path / "without") == contents(tmp_path / "again")


def test_an_unchanged_job_is_never_run_again(write, tmp_path, monkeypatch):
    scenario = write(TOPOLOGY, SCENARIO)
    first = evaluate(scenario, engine="fast", runs=tmp_path)
    monkeypatch.setattr("netplan.measure.store.simulate", never)
    assert evaluate(scenario, engine="fast", runs=tmp_path).verdicts == first.verdicts


def test_a_change_in_one_year_leaves_the_runs_of_the_other_alone(write, tmp_path, monkeypatch):
    evaluate(write(TOPOLOGY, SCENARIO), engine="fast", runs=tmp_path)
    again = []

    def watched(job):
        again.append(job)
        return simulate(job)

    monkeypatch.setattr("netplan.measure.store.simulate", watched)
    built = SCENARIO + "    expansion: [{by: 2025, set: {link: a--b, capacity_gbps: 0.11}}]\n"
    evaluate(write(TOPOLOGY, built), engine="fast", runs=tmp_path)
    capacities = {round(1e3 / job.network.ports.ps_per_bit.min(), 6) for job in again}
    assert capacities == {0.11}


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 6},
        {"replication": 9},
        {"engine": "simpy"},
        {"timing": Timing(1, 2, 3, 4)},
        {"streams": ("another",)},
    ],
)
def test_whatever_determines_a_job_changes_its_key(jobs, change):
    assert key_of(replace(jobs[0], **change)) != key_of(jobs[0])


def test_the_last_bit_of_an_array_changes_the_key(jobs):
    network = jobs[0].network
    speeds = network.ports.ps_per_bit.copy()
    speeds[-1] = np.nextafter(speeds[-1], np.inf)
    ports = replace(network.ports, ps_per_bit=speeds)
    assert key_of(replace(jobs[0], network=replace(network, ports=ports))) != key_of(jobs[0])


def test_the_law_of_one_source_changes_the_key(jobs):
    first, *others = jobs[0].sources
    for changed in (
        replace(first, arrivals=Poisson(first.packet_rate * (1 + 1e-15))),
        replace(first, sizes=fixed_size(123)),
        replace(first, name="another"),
    ):
        assert key_of(replace(jobs[0], sources=(changed, *others))) != key_of(jobs[0])


def test_the_key_covers_all_the_code_that_a_job_runs_through():
    """What `netplan.measure.replication` imports, but for what samples are only judged with."""
    code = """
        import sys
        import netplan.measure.replication
        import netplan.measure.engine.fast, netplan.measure.engine.reference
        print(*sorted(name for name in sys.modules if name.startswith("netplan.")))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    rooms = {"/".join(name.split(".")[1:3]) for name in loaded if name.count(".") > 1}
    others = {"ground/errors", "measure/statistics"}
    assert rooms - others <= {*SIMULATING, "measure/engine"}


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "another's"])
def test_a_damaged_entry_is_run_again(write, tmp_path, damage):
    scenario = write(TOPOLOGY, SCENARIO)
    save_results(evaluate(scenario, engine="fast", runs=tmp_path / "runs"), tmp_path / "first")
    entries = sorted((tmp_path / "runs").iterdir())
    whole = entries[0].read_bytes()
    middle = len(whole) // 2
    with ZipFile(entries[0]) as archive:
        largest = max(archive.infolist(), key=lambda part: part.compress_size)
    inside = largest.header_offset + largest.compress_size // 2  # a header means nothing to us
    flipped = whole[:inside] + bytes([whole[inside] ^ 1]) + whole[inside + 1 :]
    broken = {"cut": whole[:middle], "empty": b"", "flipped": flipped}
    if damage == "another's":
        shutil.copy(entries[1], entries[0])
    else:
        entries[0].write_bytes(broken[damage])
    save_results(evaluate(scenario, engine="fast", runs=tmp_path / "runs"), tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert entries[0].read_bytes() == whole


def test_an_entry_with_one_flipped_bit_is_found_whole_or_not_at_all(jobs, tmp_path):
    """Whatever NumPy and zlib make of the damage, it never reaches the user."""
    store, samples = Store(tmp_path / "runs"), simulate(jobs[0])
    store.keep("key", samples)
    (entry,) = store.folder.iterdir()
    whole, lost = entry.read_bytes(), 0
    for place in range(0, len(whole), 29):
        entry.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        found = store.find("key")
        lost += found is None
        assert found is None or np.array_equal(found.totals.waits, samples.totals.waits)
    assert lost


def test_a_run_that_is_killed_ten_times_ends_with_the_same_bytes(write, tmp_path):
    """Killed without warning after random times, resumed each time from what was finished."""
    scenario = write(TOPOLOGY, SCENARIO)
    save_results(evaluate(scenario, engine="fast"), tmp_path / "whole")
    code = """
        import sys
        from pathlib import Path
        from netplan.input.loader import load
        from netplan.judge.evaluation import evaluate
        from netplan.judge.results import save_results
        scenario, out = load(sys.argv[1]), Path(sys.argv[2])
        print("begun", flush=True)
        save_results(evaluate(scenario, engine="fast", runs=out / "runs"), out)
    """
    out = tmp_path / "out"
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "scenario.yaml"), out]
    waits = Streams(1).stream("kills").uniform(0, 0.8, 10)
    for wait in waits:
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"begun\n"
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
    subprocess.run(command, check=True, capture_output=True)
    assert contents(out) == contents(tmp_path / "whole")
    store = Store(out / "runs")
    whole = [path for path in store.folder.iterdir() if path.suffix == ".npz"]
    assert all(store.find(path.stem) is not None for path in whole)


def test_an_entry_appears_under_its_name_only_when_it_is_whole(jobs, tmp_path, monkeypatch):
    """A disk that is full when the entry is forced to it leaves nothing behind."""

    def full(_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("netplan.measure.store.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        Store(tmp_path / "runs").run(jobs[0])
    assert list((tmp_path / "runs").iterdir()) == []
