from __future__ import annotations

import pytest

from netplan.input.scenario.network import Node, Role
from netplan.judge.document import to_document
from netplan.judge.evaluation import evaluate
from netplan.judge.states import rank_states
from netplan.judge.verdict import Outcome, PairVerdict, Reason, Verdict
from netplan.network.failure import NORMAL
from netplan.show.report import verdict_report

MET, MISSED, UNDECIDED = Outcome.MET, Outcome.MISSED, Outcome.UNDECIDED
NODES = {
    "core-x": Node(role=Role.CORE, city="x"),
    "near": Node(role=Role.COMPUTE, city="x"),
    "p": Node(role=Role.ACCESS, city="x", population=300),
    "q": Node(role=Role.ACCESS, city="x", population=500),
    "r": Node(role=Role.ACCESS, city="y", population=7),
}


def verdict(state, outcomes, name="t", year=2026):
    pairs = tuple(
        PairVerdict(source=a, target=b, outcome=outcome, reason=Reason.LATENCY, limit=1e-3)
        for (a, b), outcome in outcomes.items()
    )
    return Verdict(
        name=name, year=year, state=state, outcome=MISSED, reason=Reason.LATENCY, limit=1e-3,
        layer="network", direction="one_way", statistic="p99", coverage=0.0, needed=1.0,
        of="pairs", pairs=pairs,
    )  # fmt: skip


def test_states_that_break_more_pairs_come_first_whatever_the_people():
    failures = [
        verdict("few pairs, many people", {("q", "near"): MISSED, ("r", "near"): MET}),
        verdict("many pairs, few people", {("r", "near"): MISSED, ("r", "core-r"): MISSED}),
    ]
    by_pairs = rank_states([], failures, NODES)
    by_people = rank_states([], failures, NODES, by="population")
    assert [(one.broken, one.population) for one in by_pairs] == [(2, 7), (1, 500)]
    assert by_people == by_pairs[::-1]


def test_a_pair_that_is_missed_in_the_normal_state_is_not_broken_by_a_cut():
    normal = [verdict(NORMAL, {("p", "near"): MISSED, ("q", "near"): MET})]
    failures = [
        verdict("cut", {("p", "near"): MISSED, ("q", "near"): MISSED}),
        verdict("idle", {("p", "near"): MISSED, ("q", "near"): MET}),
    ]
    [only] = rank_states(normal, failures, NODES)
    assert (only.state, only.broken, only.population) == ("cut", 1, 500)


def test_a_miss_in_another_year_excuses_nothing():
    normal = [verdict(NORMAL, {("p", "near"): MISSED}, year=2025)]
    [only] = rank_states(normal, [verdict("cut", {("p", "near"): MISSED})], NODES)
    assert (only.year, only.broken) == (2026, 1)


def test_each_place_counts_once_however_many_targets_and_pairs_break():
    failures = [
        verdict("cut", {("p", "near"): MISSED, ("p", "q"): MISSED}),
        verdict("cut", {("p", "near"): MISSED}, name="u"),
    ]
    [only] = rank_states([], failures, NODES)
    assert (only.broken, only.population, only.targets) == (3, 800, {"t": 2, "u": 1})


def test_a_core_site_stands_for_the_people_of_its_city_and_a_compute_node_for_nobody():
    [core] = rank_states([], [verdict("cut", {("core-x", "near"): MISSED})], NODES)
    [access] = rank_states([], [verdict("cut", {("r", "near"): MISSED})], NODES)
    assert (core.population, access.population) == (800, 7)


def test_undecided_pairs_are_told_apart_and_break_nothing():
    assert rank_states([], [verdict("cut", {("p", "q"): UNDECIDED})], NODES) == []
    [only] = rank_states([], [verdict("cut", {("p", "q"): UNDECIDED, ("q", None): MISSED})], NODES)
    assert (only.broken, only.undecided, only.population) == (1, 1, 500)


TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}, access: {processing_us: 20}}
      links: {capacity_gbps: 1, buffer: {packets: 1000}}
    nodes:
      a: {role: core, city: x}
      b: {role: core, city: y}
      c: {role: access, city: y, population: 90}
    links:
      a--b: {ends: [a, b], length_km: 40}
      a--b-2: {ends: [a, b], length_km: 50}
      b--c: {ends: [b, c], length_km: 1}
"""
SCENARIO = """
    years: [2024]
    failures: {each: [link]}
    traffic:
      classes: {best: {arrivals: poisson, sizes: imix}}
      demands: [{class: best, from: a, to: b, rate_gbps: 0.01}]
    targets:
      - {name: t, between: {pairs: [[a, c], [a, b]]}, layer: optical, direction: one_way,
         statistic: max, below_ms: 2, holds_in: [normal, failure]}
"""


@pytest.mark.parametrize("holds_in", ["[normal, failure]", "[normal]"])
def test_the_document_ranks_the_states_of_targets_that_must_hold_in_them(write, holds_in):
    text = SCENARIO.replace("[normal, failure]", holds_in)
    document = to_document(evaluate(write(TOPOLOGY, text), engine="fast"))
    worst = {
        "year": 2024, "state": "link b--c", "pairs_broken": 1, "pairs_undecided": 0,
        "population": 90, "targets": {"t": 1},
    }  # fmt: skip
    assert document["worst_states"] == ([worst] if "failure" in holds_in else [])


def test_a_failed_site_that_ends_every_pair_of_a_target_breaks_none(write):
    text = SCENARIO.replace("{each: [link]}", "{each: [node]}")
    gone = next(v for v in evaluate(write(TOPOLOGY, text)).failures if v.state == "node a")
    assert (gone.pairs, gone.coverage, gone.outcome) == ((), 1.0, Outcome.MET)


def test_the_report_ranks_states_by_broken_pairs_and_says_what_decided_them(write):
    report = verdict_report(evaluate(write(TOPOLOGY, SCENARIO)))
    block = next(part for part in report.split("\n\n") if part.startswith("Failure states"))
    head, _, *rows = [" ".join(line.split()) for line in block.splitlines()]
    assert head == "Failure states that break pairs: 1 of 3, by pairs that are met without them"
    assert rows == [
        "2024 link b--c 1 90",
        "what decided the 6 pairs of all failure states: their routes 6",
    ]
