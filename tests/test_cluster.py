"""Replications on a Dask cluster: the bytes of one machine."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.judge.document import to_document, to_json
from netplan.judge.evaluation import evaluate
from netplan.measure.cluster import ClusterError, cluster_workers
from netplan.measure.store import Store

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
      demands: [{class: best, from: a, to: c, rate_gbps: 0.03}]
      growth_per_year: {best: 0.2}
    targets:
      - {name: t, between: {from: core, to: core}, layer: network, direction: one_way,
         statistic: p90, below_ms: 2}
    simulation: {seed: 5, packets: {at_least: 20000, at_most: 60000}}
"""
NOBODY = "tcp://127.0.0.1:9"
"""A port that no scheduler listens at."""


@pytest.fixture(scope="module")
def address():
    """Start a cluster of two workers on this machine, and stop it."""
    distributed = pytest.importorskip(
        "distributed", reason="Dask is not installed: pip install 'netplan-sim[cluster]'"
    )
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    ) as cluster:
        yield cluster.scheduler_address


def document(scenario, **options):
    return to_json(to_document(evaluate(scenario, engine="fast", **options)))


def test_a_cluster_gives_the_bytes_of_one_machine(write, address):
    scenario = write(TOPOLOGY, SCENARIO)
    assert document(scenario, scheduler=address) == document(scenario, jobs=1)


def test_what_a_cluster_finishes_is_kept_here_and_not_run_again(
    write, address, tmp_path, monkeypatch
):
    scenario, runs = write(TOPOLOGY, SCENARIO), tmp_path / "runs"
    first = document(scenario, scheduler=address, runs=runs)
    kept = {path.stem for path in runs.iterdir()}
    assert len(kept) >= 4

    def simulated(job):
        raise AssertionError("run again")

    monkeypatch.setattr("netplan.measure.cluster.simulate", simulated)
    monkeypatch.setattr("netplan.measure.store.simulate", simulated)
    assert document(scenario, scheduler=address, runs=runs) == first
    assert document(scenario, jobs=1, runs=runs) == first
    assert all(Store(runs).find(key) is not None for key in kept)


def test_workers_with_other_code_are_refused(address, monkeypatch):
    monkeypatch.setattr("netplan.measure.cluster._mine", lambda: b"other")
    with (
        pytest.raises(ClusterError, match="run another version of netplan-sim"),
        cluster_workers(address),
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_an_error_with_a_remedy(write, tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed")
    monkeypatch.setattr("netplan.measure.cluster.PATIENCE", 1)
    write(TOPOLOGY, SCENARIO)
    command = ["check", str(tmp_path / "scenario.yaml"), "--scheduler", NOBODY]
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 2, found.output
    assert f"{NOBODY}: no Dask scheduler answers; start one with: dask scheduler" in found.output


def test_without_dask_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"netplan-sim\[cluster\]"), cluster_workers(NOBODY):
        pass
