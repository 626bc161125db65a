"""How scenarios, evaluations and results show themselves, on one line and in a notebook."""

from __future__ import annotations

import re
from html import unescape

import pytest

from netplan.ground.notebook import ROWS_SHOWN, Row, counted, verdict_table
from netplan.judge.evaluation import evaluate
from netplan.judge.results import load_results, save_results

TOPOLOGY = """
    nodes:
      a: {role: core, city: x, processing_us: 20}
      b: {role: core, city: y, processing_us: 20}
    links:
      a--b: {ends: [a, b], length_km: 100, capacity_gbps: 1}
"""
SCENARIO = """
    targets:
      - {name: "<easy> & met", between: {from: core, to: core}, layer: optical,
         direction: one_way, statistic: max, below_ms: 5}
      - {name: far, between: {pairs: [[a, b]]}, layer: optical, direction: round_trip,
         statistic: max, below_ms: 0.2}
"""


def cells(table):
    """Return the text of the cells of a table, row by row."""
    return [
        [unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall("<t[dh].*?</t[dh]>", row)]
        for row in re.findall("<tr>(.*?)</tr>", table)
    ]


@pytest.fixture
def scenario(write):
    return write(TOPOLOGY, SCENARIO)


def test_a_scenario_says_in_a_line_what_is_in_it(scenario):
    facts = "2 nodes, 1 link, 0 spans; 1 class, 0 demands; 2024; 0 steps; 2 targets"
    assert repr(scenario) == f"<Scenario 'test': {facts}>"


def test_a_scenario_lists_its_promises(scenario):
    rows = dict(cells(scenario._repr_html_()))
    assert rows["target 2"] == "far: max round trip, optical layer, < 0.2 ms"


def test_an_evaluation_and_its_saved_results_show_the_same(scenario, tmp_path):
    evaluation = evaluate(scenario)
    save_results(evaluation, str(tmp_path / "out"))
    results = load_results(tmp_path / "out")
    assert repr(evaluation) == "<Evaluation of 'test': missed (1 met, 1 missed)>"
    assert repr(results) == "<Results of 'test': missed (1 met, 1 missed)>"
    assert results._repr_html_() == evaluation._repr_html_()
    head, easy, far = cells(results._repr_html_())
    assert head[0] == "target"
    assert easy == ["<easy> & met", "2024", "✓ met", "100.0%", "a > b", "0.490", "< 5"]
    assert far == ["far", "2024", "✗ missed", "0.0%", "a > b", "0.979", "< 0.2"]


def test_of_many_verdicts_those_that_are_not_met_are_shown():
    def row(number):
        return Row(
            target=str(number),
            year=2024,
            state="span a~b",
            covered=0.0,
            worst="",
            worst_ms=None,
            limit_ms=1.0,
            outcome="missed" if number > 90 else "met",
        )

    rows = cells(verdict_table("many", [row(number) for number in range(100)]))
    assert [found[0] for found in rows[1:10]] == [str(number) for number in range(91, 100)]
    assert rows[1][1] == "2024, span a~b"
    assert rows[-1] == [f"and {100 - ROWS_SHOWN} more"]


def test_no_verdict_is_said_as_such():
    assert counted([]) == "no target"
