"""Two scenarios: what differs by meaning, what flips, and differences under common numbers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.decide.changes import changes
from netplan.decide.comparison import compare, compare_results, difference_of
from netplan.ground.units import US
from netplan.judge.evaluation import evaluate
from netplan.judge.results import save_results
from netplan.measure.statistics import Batches, difference
from netplan.show.tables.comparison import comparison_document, comparison_table

TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}}
      links: {capacity_gbps: 0.1, buffer: {packets: 60}}
    nodes: {a: {role: core, city: x}, b: {role: core, city: y}, c: {role: core, city: z}}
    links: {a--b: {ends: [a, b], length_km: 40}, b--c: {ends: [b, c], length_km: 60}}
"""
SCENARIO = """
    years: [2024, 2025]
    traffic:
      classes: {best: {arrivals: poisson, sizes: imix}}
      demands: [{class: best, from: a, to: c, rate_gbps: 0.05}]
      growth_per_year: {best: 0.3}
    targets:
      - {name: t, between: {pairs: [[a, c]]}, layer: network, direction: one_way,
         statistic: p90, below_ms: 0.92}
    simulation: {seed: 5, packets: {at_least: 50000, at_most: 400000}}
"""
FASTER = SCENARIO + "    expansion: [{by: 2025, set: {link: a--b, capacity_gbps: 0.3}}]\n"


@pytest.fixture
def both(write):
    return write(TOPOLOGY, SCENARIO), write(TOPOLOGY, FASTER)


@pytest.fixture
def compared(both):
    return compare(*both, engine="fast")


def widths(scenarios, statistic, seeds):
    """Return the width of the interval of the difference in 2025, by the seeds of both."""
    runs = [evaluate(s, engine="fast", seed=seed) for s, seed in zip(scenarios, seeds, strict=True)]
    one, two = (run.samples[2025].streams["probe/a>c/one_way/any"] for run in runs)
    found = difference_of(one, two, statistic, 0.95)
    return found.high - found.low


def test_a_scenario_differs_in_nothing_from_itself(both):
    found = compare(both[0], both[0], engine="fast")
    assert (found.changes, found.flips) == ((), ())
    assert [d.difference.estimate for d in found.differences] == [0.0, 0.0]
    assert comparison_table(found).splitlines()[3] == "Inputs: the same"


def test_the_same_thing_written_otherwise_is_no_difference(write):
    plain = write(TOPOLOGY, SCENARIO)
    spelled = write(
        TOPOLOGY.replace("{capacity_gbps: 0.1, buffer", "{members: 1, buffer").replace(
            "length_km: 40}", "length_km: 40, capacity_gbps: {forward: 0.1, reverse: 0.1}}"
        ).replace("length_km: 60}", "length_km: 60, capacity_gbps: 0.1}"),
        SCENARIO.replace("2025]", '"2025"]').replace('"2025"', "2025"),
    )  # fmt: skip
    assert changes(plain, spelled) == []


def test_a_change_is_named_by_what_it_means_and_when(compared):
    [change] = compared.changes
    assert (change.kind, change.name, change.what, change.years) == (
        "link", "a--b", "changed", (2025,),
    )  # fmt: skip
    assert change.before == {"capacity_gbps.forward": 0.1, "capacity_gbps.reverse": 0.1}
    assert change.after == {"capacity_gbps.forward": 0.3, "capacity_gbps.reverse": 0.3}


@pytest.mark.parametrize(
    ("old", "new", "kind", "name", "what"),
    [
        ("best: 0.3", "best: 0.4", "growth", "best", "changed"),
        ("sizes: imix", "sizes: {fixed: 500}", "class", "best", "changed"),
        ("below_ms: 0.92", "below_ms: 0.9", "target", "t", "changed"),
        ("name: t", "name: u", "target", "t", "removed"),
        ("rate_gbps: 0.05", "rate_gbps: 0.06", "demand", "a>c/best", "changed"),
        ("from: a, to: c", "from: a, to: b", "demand", "a>b/best", "added"),
        ("[2024, 2025]", "[2025]", "years", "", "changed"),
        ("seed: 5", "seed: 6", "simulation", "", "changed"),
    ],
)
def test_every_kind_of_input_is_compared(write, old, new, kind, name, what):
    found = changes(write(TOPOLOGY, SCENARIO), write(TOPOLOGY, SCENARIO.replace(old, new)))
    assert (kind, name, what) in {(c.kind, c.name, c.what) for c in found}


def test_a_new_link_is_one_difference_with_all_its_values(write):
    built = "    expansion: [{by: 2025, add_link: {id: a--c, ends: [a, c], length_km: 80}}]\n"
    found = changes(write(TOPOLOGY, SCENARIO), write(TOPOLOGY, SCENARIO + built))
    link = next(c for c in found if c.name == "a--c" and c.kind == "link")
    assert (link.what, link.years, link.before) == ("added", (2025,), {})
    assert link.after["ends"] == "a, c"
    assert link.after["members"] == 1


def test_a_verdict_that_flips_is_shown_with_its_pair(compared):
    assert [(f.year, f.pair, f.before, f.after) for f in compared.flips] == [
        (2025, None, "missed", "met"),
        (2025, ("a", "c"), "missed", "met"),
    ]
    assert compared.same_verdicts == 1


def test_a_pair_that_flips_says_why_it_is_missed_where_it_is(compared, both):
    cause = compared.flips[1].cause
    assert (cause.side, cause.reason) == ("A", "latency")
    assert cause.link in both[0].topology.links
    text = comparison_table(compared)
    assert f"1 pair missed -> met (A: too slow; {cause.link}, {cause.load:.0%} offered): a>c" in (
        " ".join(text.split())
    )


def test_what_changes_nothing_in_a_year_makes_no_difference_there(compared):
    year_2024, year_2025 = (d.difference for d in compared.differences)
    assert (year_2024.estimate, year_2024.low, year_2024.high) == (0.0, 0.0, 0.0)
    assert year_2025.significant
    assert year_2025.estimate < 0


def test_a_faster_fibre_saves_exactly_what_it_saves(write):
    """Nothing waits longer or shorter: 60 km less 50 km are 48.97 us, without any error."""
    shorter = SCENARIO + "    expansion: [{by: 2024, set: {span: b--c, length_km: 50}}]\n"
    found = compare(write(TOPOLOGY, SCENARIO), write(TOPOLOGY, shorter), engine="fast")
    for one in found.differences:
        assert one.difference.paired
        assert one.difference.estimate == pytest.approx(-48.97 * US, rel=1e-3)
        assert one.difference.high - one.difference.low < 0.1 * US


@pytest.mark.parametrize("statistic", ["mean", "p90"])
def test_common_random_numbers_make_the_interval_several_times_narrower(both, statistic):
    [_, paired] = compare(
        *(s.replace(targets=(s.targets[0].replace(statistic=statistic),)) for s in both),
        engine="fast",
    ).differences
    assert paired.difference.paired
    width = paired.difference.high - paired.difference.low
    independent = widths(both, statistic, seeds=(5, 6))
    assert independent > 3 * width


def test_independent_runs_are_not_taken_for_paired_ones(both):
    runs = [evaluate(s, engine="fast", seed=seed) for s, seed in zip(both, (5, 6), strict=True)]
    one, two = (run.samples[2024].streams["probe/a>c/one_way/any"] for run in runs)
    assert not difference_of(one, two, "p90", 0.95).paired
    assert difference_of(one, one, "p90", 0.95).paired


def batches(values):
    """Return batches of packets with these delays in microseconds, shape (B, N)."""
    values = np.array(values)
    edges, place = np.unique(values, return_inverse=True)
    row = np.arange(len(values))[:, None] * len(edges) + place.reshape(values.shape)
    counts = np.bincount(row.ravel(), minlength=len(values) * len(edges))
    counts = counts.reshape(len(values), len(edges))
    return Batches(edges, edges + 1e-9, counts, values.sum(axis=1), float(values.max()))


@pytest.mark.parametrize("level", [None, 0.8])
def test_the_interval_covers_the_true_difference_as_often_as_it_claims(level):
    """Batches of normal delays with a shared part; the second run is later by one."""
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        shared = rng.normal(size=(20, 1)) + rng.normal(size=(20, 60))
        own = [shared + 0.2 * rng.normal(size=(20, 1)) for _ in range(2)]
        found = difference(batches(own[0]), batches(own[1] + 1.0), level, 0.9, paired=True)
        covered += found.low <= 1.0 <= found.high
    assert 0.85 * 400 <= covered <= 0.95 * 400


def test_a_batch_without_packets_changes_nothing_but_the_number_of_batches():
    run = batches(np.arange(200.0).reshape(10, 20))
    more = replace(run, counts=np.vstack([run.counts, 0 * run.counts[:1]]), sums=[*run.sums, 0.0])
    ten, eleven = (difference(one, one, 0.8, 0.95, paired=False) for one in (run, more))
    assert ten.trusted
    assert eleven.trusted
    assert eleven.estimate == ten.estimate == 0.0
    assert eleven.high == pytest.approx(ten.high, rel=0.05)


def test_runs_without_packets_tell_nothing():
    run = batches([[1.0, 2.0], [1.0, 3.0]])
    found = difference(run, replace(run, counts=0 * run.counts), 0.5, 0.95, paired=True)
    assert not found.trusted
    assert not found.significant
    assert np.isnan(found.estimate)


def test_results_folders_are_compared_by_what_they_hold(both, tmp_path):
    for scenario, name in zip(both, ("a", "b"), strict=True):
        save_results(evaluate(scenario, engine="fast"), tmp_path / name)
    found = compare_results(tmp_path / "a", tmp_path / "b")
    assert [(c.kind, c.name) for c in found.changes] == [("link", "a--b")]
    assert [f.after for f in found.flips] == ["met", "met"]
    same, differs = (d.difference for d in found.differences)
    assert (same.paired, same.estimate, same.high) == (True, 0.0, 0.0)
    assert differs.estimate < 0


def test_the_command_writes_text_and_json(both, tmp_path, compared):
    for scenario, name in zip(both, ("a", "b"), strict=True):
        save_results(evaluate(scenario, engine="fast"), tmp_path / name)
    folders = [str(tmp_path / "a"), str(tmp_path / "b")]
    found = CliRunner().invoke(app, ["compare", *folders, "--json", str(tmp_path / "c.json")])
    assert found.exit_code == 0, found.output
    assert "link a--b (2025): capacity_gbps.forward 0.1 -> 0.3" in found.output
    assert "t, 2025: missed -> met" in found.output
    assert max(map(len, comparison_table(compared).splitlines())) <= 80
    document = json.loads((tmp_path / "c.json").read_text())
    assert document["netplan"] == "comparison/1"
    assert document.keys() == comparison_document(compared).keys()


def test_a_folder_and_a_file_cannot_be_compared(both, tmp_path):
    save_results(evaluate(both[0], engine="fast"), tmp_path / "a")
    command = ["compare", str(tmp_path / "a"), str(tmp_path / "scenario.yaml")]
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 2
    assert "give two of a kind" in found.output
