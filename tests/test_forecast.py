"""The work ahead: what is planned is what is run, and nothing runs to find it out."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from netplan.cli import work
from netplan.cli.app import app
from netplan.judge.evaluation import evaluate, plan
from netplan.judge.forecast import LONG_RUN, RATES
from netplan.show.tables.forecast import forecast_table

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
    simulation: {seed: 5, packets: {at_least: 300000, at_most: 900000}}
"""


def test_the_first_round_is_forecast_to_a_few_per_cent(write):
    scenario = write(TOPOLOGY, SCENARIO)
    ahead = plan(scenario, engine="fast", jobs=2)
    samples = evaluate(scenario, engine="fast").samples
    assert [load.name for load in ahead.loads] == ["2024", "2025"]
    for load, found in zip(ahead.loads, samples.values(), strict=True):
        assert load.packets == pytest.approx(found.packets, rel=0.05)
        assert load.packet_hops == pytest.approx(found.packet_hops, rel=0.05)
        assert load.streams == len(found.streams)


def test_time_is_work_over_rate_and_workers(write):
    scenario = write(TOPOLOGY, SCENARIO)
    one, two, many = (plan(scenario, engine="fast", jobs=jobs) for jobs in (1, 2, 100))
    hops = sum(load.packet_hops for load in one.loads)
    assert one.seconds == pytest.approx(hops / RATES["fast"])
    assert two.seconds == pytest.approx(one.seconds / 2)
    assert many.seconds == pytest.approx(one.seconds / 4)  # two runs for each of two years
    slow = plan(scenario, engine="simpy", jobs=1)
    assert slow.seconds == pytest.approx(one.seconds * RATES["fast"] / RATES["simpy"])
    assert one.most_seconds > one.seconds
    assert many.memory > one.memory


def test_what_routes_decide_costs_nothing(write):
    optical = SCENARIO.replace("layer: network", "layer: optical")
    ahead = plan(write(TOPOLOGY, optical), engine="fast")
    assert (ahead.loads, ahead.decided, ahead.seconds, ahead.most_seconds) == ((), 2, 0.0, 0.0)
    assert forecast_table(ahead) == "2 of the years need no simulation\n"


def test_failure_states_are_counted_in_every_year(write):
    cuts = SCENARIO.replace("below_ms: 2", "below_ms: 2, holds_in: [normal, failure]")
    scenario = write(TOPOLOGY, f"{cuts}    failures: {{each: span}}\n")
    ahead = plan(scenario, engine="fast")
    assert ahead.states == 4
    assert "4 failure states" in forecast_table(ahead)
    assert plan(write(TOPOLOGY, SCENARIO), engine="fast").states == 0


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_dry_run_simulates_nothing(write, tmp_path, monkeypatch, command):
    write(TOPOLOGY, SCENARIO)

    def simulated(job):
        raise AssertionError("simulated")

    monkeypatch.setattr("netplan.judge.evaluation.simulate", simulated)
    found = CliRunner().invoke(app, [command, str(tmp_path / "scenario.yaml"), "--dry-run"])
    assert found.exit_code == 0, found.output
    assert "packet-hops a second and core" in found.output
    assert max(map(len, found.output.splitlines()[-6:])) <= 80


def test_a_long_run_is_announced_on_stderr_and_a_short_one_is_not(write, capsys):
    ahead = plan(write(TOPOLOGY, SCENARIO), engine="fast")
    assert ahead.seconds < LONG_RUN
    work._warn_if_long(ahead)
    assert capsys.readouterr().err == ""
    slow = plan(write(TOPOLOGY, SCENARIO), engine="simpy")
    long = type(slow)(**{name: getattr(slow, name) for name in slow.__slots__} | {
        "loads": slow.loads * 200})  # fmt: skip
    work._warn_if_long(long)
    captured = capsys.readouterr()
    assert "for the first round" in captured.err
    assert captured.out == ""
