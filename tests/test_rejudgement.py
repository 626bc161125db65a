"""Saved samples against other targets: the verdicts of a run, without running."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.decide.rejudgement import rejudge
from netplan.ground.errors import InputError
from netplan.input.loader.saved import load_saved, saved_text
from netplan.judge.evaluation import evaluate
from netplan.judge.results import save_results
from netplan.judge.verdict import Basis, Outcome, Reason

TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}}
      links: {capacity_gbps: 0.1, buffer: {packets: 30}}
    nodes: {a: {role: core, city: x}, b: {role: core, city: y}, c: {role: core, city: z}}
    links: {a--b: {ends: [a, b], length_km: 40}, b--c: {ends: [b, c], length_km: 60}}
"""
TARGET = """
      - {name: t, between: {from: a, to: [b, c]}, layer: network, direction: one_way,
         statistic: p90, below_ms: 2}
"""
SCENARIO = f"""
    years: [2024, 2025]
    traffic:
      classes: {{best: {{arrivals: poisson, sizes: imix}}}}
      demands: [{{class: best, from: a, to: c, rate_gbps: 0.03}}]
      growth_per_year: {{best: 0.4}}
    targets: {TARGET}
    failures: {{each: span}}
    simulation: {{seed: 5, packets: {{at_least: 300000, at_most: 900000}}}}
"""


@pytest.fixture
def evaluation(write):
    return evaluate(write(TOPOLOGY, SCENARIO), engine="fast")


@pytest.fixture
def judged(evaluation, tmp_path, monkeypatch):
    """Judge the results by targets in YAML; nothing may be simulated."""
    save_results(evaluation, tmp_path / "out")

    def simulated(job):
        raise AssertionError("simulated")

    monkeypatch.setattr("netplan.measure.replication.simulate", simulated)
    monkeypatch.setattr("netplan.judge.evaluation.simulate", simulated)

    def judge(targets):
        (tmp_path / "targets.yaml").write_text(targets, encoding="utf-8")
        return rejudge(tmp_path / "out", tmp_path / "targets.yaml")

    return judge


def one(text):
    return f"targets:\n  - {{name: u, {text}}}\n"


def test_the_same_targets_give_the_same_verdicts(evaluation, judged):
    again = judged(f"targets: {TARGET}")
    assert again.verdicts == evaluation.verdicts
    assert again.links == evaluation.links
    assert again.notes == evaluation.notes


def test_a_scenario_lends_its_targets(evaluation, tmp_path):
    save_results(evaluation, tmp_path / "out")
    assert rejudge(tmp_path / "out", tmp_path / "scenario.yaml").verdicts == evaluation.verdicts


@pytest.mark.parametrize(
    ("below_ms", "outcome", "reason"),
    [(0.7, Outcome.MISSED, Reason.LATENCY), (0.4, Outcome.MISSED, Reason.IMPOSSIBLE),
     (9, Outcome.MET, Reason.NONE)],
)  # fmt: skip
def test_another_limit_gives_another_verdict(judged, below_ms, outcome, reason):
    """The floor from a to c is 0.49 ms."""
    found = judged(
        one(
            "between: {pairs: [[a, c]]}, layer: network, direction: one_way, statistic: p90, "
            f"below_ms: {below_ms}"
        )
    )
    assert [(v.outcome, v.reason) for v in found.verdicts] == [(outcome, reason)] * 2


def test_another_statistic_is_read_from_the_same_packets(evaluation, judged):
    found = judged(
        one(
            "between: {pairs: [[a, c]]}, layer: network, direction: one_way, statistic: p50, "
            "below_ms: 2, coverage: {share: 0.5, of: sites}"
        )
    )
    before = {(p.source, p.target): p for p in evaluation.verdicts[0].pairs}["a", "c"]
    [pair] = found.verdicts[0].pairs
    assert pair.packets == before.packets
    assert pair.floor < pair.estimate < before.estimate
    assert (found.verdicts[0].needed, found.verdicts[0].of) == (0.5, "sites")


@pytest.mark.parametrize(
    "different",
    ["between: {pairs: [[a, c]]}, direction: round_trip", "between: {pairs: [[c, a]]}, "
     "direction: one_way", "between: {pairs: [[a, c]]}, direction: one_way, class: best"],
)  # fmt: skip
def test_what_was_not_measured_is_undecided_and_named(judged, different):
    found = judged(one(f"{different}, layer: network, statistic: p90, below_ms: 5"))
    assert found.outcome is Outcome.UNDECIDED
    assert [v.reason for v in found.verdicts] == [Reason.NOT_MEASURED] * 2
    assert "2024: u: 1 of 1 pairs were not measured this way" in found.notes[0]
    assert "run the scenario with this target" in found.notes[0]


def test_what_needs_no_samples_is_judged_all_the_same(judged):
    found = judged(
        one(
            "between: {pairs: [[c, a]]}, layer: optical, direction: round_trip, statistic: max, "
            "below_ms: 1"
        )
    )
    assert [v.outcome for v in found.verdicts] == [Outcome.MET] * 2
    assert found.verdicts[0].pairs[0].basis is Basis.ROUTES


def test_failure_states_are_said_to_be_left_out(judged):
    both = TARGET.replace("below_ms: 2", "below_ms: 2, holds_in: [normal, failure]")
    found = judged(f"targets: {both}")
    assert found.failures == ()
    assert "failure states are not judged" in found.notes[0]


def test_a_target_that_names_an_unknown_node_is_an_error_in_its_line(judged):
    with pytest.raises(InputError, match=r"targets\.yaml:2:.*nowhere"):
        judged(
            one(
                "between: {pairs: [[a, nowhere]]}, layer: network, direction: one_way, "
                "statistic: p90, below_ms: 1"
            )
        )


def test_a_file_without_targets_is_an_error(judged):
    with pytest.raises(InputError, match="targets: missing; give a list of targets"):
        judged("limits: []")


def test_results_without_their_inputs_are_refused(evaluation, judged, tmp_path):
    (tmp_path / "out" / "inputs.json").unlink()
    with pytest.raises(InputError, match=r"inputs\.json: is not there; run the scenario again"):
        judged(f"targets: {TARGET}")


def test_a_saved_scenario_is_the_scenario(evaluation, tmp_path):
    scenario = evaluation.scenario.replace(years=(2024, 2025, 2030))
    (tmp_path / "inputs.json").write_text(saved_text(scenario), encoding="utf-8")
    assert load_saved(tmp_path / "inputs.json") == scenario


@pytest.mark.parametrize(("below_ms", "code"), [(9, 0), (0.5, 1)])
def test_the_command_exits_as_a_gate(evaluation, tmp_path, below_ms, code):
    save_results(evaluation, tmp_path / "out")
    (tmp_path / "targets.yaml").write_text(
        f"targets: {TARGET.replace('below_ms: 2', f'below_ms: {below_ms}')}", encoding="utf-8"
    )
    command = ["judge", str(tmp_path / "out"), str(tmp_path / "targets.yaml"), "--json"]
    found = CliRunner().invoke(app, [*command, str(tmp_path / "judged.json")])
    assert found.exit_code == code, found.output
    assert "Result:" in found.output
    assert (tmp_path / "judged.json").exists()
