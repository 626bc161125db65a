from __future__ import annotations

import pytest

from netplan.decide.trial import (
    Means,
    key_of,
    looked_at_closely,
    of_year,
    only,
    screened,
    simulated,
)
from netplan.judge.verdict import Outcome

# 5 us/km: a to b 0.5 ms, b to c 0.5 ms; 0.1 Gbit/s links.
TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}, compute: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 0.1, buffer: {packets: 1000}}
    nodes: {a: {role: core}, b: {role: core}, c: {role: core}, n: {role: compute}}
    links:
      a--b: {ends: [a, b], length_km: 100}
      b--c: {ends: [b, c], length_km: 100}
      b--n: {ends: [b, n], length_km: 10}
"""


BURSTS = "{on_off: {peak_gbps: 0.1, on_ms: 1, off_ms: 9}}"


def scenario_text(rate=0.03, below_ms=5.0, between="{pairs: [[a, c]]}", growth=""):
    return f"""
        years: [2024, 2026]
        traffic:
          classes: {{one: {{arrivals: poisson, sizes: {{fixed: 1500}}}}}}
          demands: [{{class: one, from: a, to: c, rate_gbps: {rate}}}]
          {growth or "growth_per_year: {one: 0.0}"}
        targets:
          - {{name: t, between: {between}, layer: network, direction: one_way,
             statistic: p99, below_ms: {below_ms}}}
    """


def test_one_year_of_a_scenario_keeps_its_traffic_of_that_year(write):
    scenario = write(TOPOLOGY, scenario_text(growth="growth_per_year: {one: 0.5}"))
    case = screened(of_year(scenario, 2026)).case
    assert case.carried[0].demand.rate == 0.03e9 * 1.5**2


def test_light_load_is_decided_without_simulation(write):
    assert screened(of_year(write(TOPOLOGY, scenario_text()), 2024)).outcomes == {
        ("t", "a", "c"): Outcome.MET
    }


def test_bursts_are_decided_by_no_closed_form_but_by_simulation(write):
    text = scenario_text(below_ms=500).replace("poisson", BURSTS)
    scenario = of_year(write(TOPOLOGY, text), 2024)
    found = screened(scenario)
    assert found.outcomes == {("t", "a", "c"): Outcome.UNDECIDED}
    [verdict] = simulated(found.case, Means(packets=3_000_000), found.found)
    assert verdict.outcome is Outcome.MET


def test_a_nearly_full_link_is_looked_at_closely(write):
    """Of 92 % only the closer closed form knows how long the waits are."""
    scenario = of_year(write(TOPOLOGY, scenario_text(rate=0.092, below_ms=50)), 2024)
    found = screened(scenario, closely=False)
    assert found.outcomes == {("t", "a", "c"): Outcome.UNDECIDED}
    assert looked_at_closely(found).outcomes == {("t", "a", "c"): Outcome.MET}


@pytest.mark.parametrize("buffer", [5, 10])
def test_a_small_buffer_drops_too_much_to_be_decided_by_a_closed_form(write, buffer):
    """At 80 % of M/D/1 the buffer of ten packets is full more often than one time in a thousand."""
    small = TOPOLOGY.replace("packets: 1000", f"packets: {buffer}")
    scenario = of_year(write(small, scenario_text(rate=0.08, below_ms=50)), 2024)
    assert screened(scenario).outcomes == {("t", "a", "c"): Outcome.UNDECIDED}


def test_a_promise_of_the_nearest_compute_is_known_without_its_server(write):
    scenario = write(TOPOLOGY, scenario_text(between="{from: core, to: nearest_compute}"))
    [question] = screened(of_year(scenario, 2024)).case.questions
    assert [key_of(question, pair) for pair in question.pairs] == [
        ("t", "a", None), ("t", "b", None), ("t", "c", None),
    ]  # fmt: skip


def test_a_case_can_be_cut_down_to_some_promises(write):
    scenario = of_year(write(TOPOLOGY, scenario_text(between="{from: core, to: core}")), 2024)
    case = screened(scenario).case
    [question] = only(case, frozenset({("t", "a", "c"), ("t", "c", "b")})).questions
    assert [str(pair) for pair in question.pairs] == ["a>c", "c>b"]
    assert len(question.streams) == len(question.floors) == 2
    assert only(case, frozenset()).questions == ()


def test_more_steps_change_the_trial_but_not_the_scenario(write):
    scenario = of_year(write(TOPOLOGY, scenario_text()), 2024)
    assert of_year(scenario, 2024, expansion=[]) == scenario
    assert scenario.replace(expansion=()).expansion == ()
