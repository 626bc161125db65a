from __future__ import annotations

from xml.etree import ElementTree

import junitparser
import pytest

from netplan.show.gate.junit import junit_report

PAIR = {
    "source": "a",
    "target": "b",
    "outcome": "missed",
    "reason": "latency",
    "estimate_ms": 1.25,
    "floor_ms": 0.9,
    "remedies": ["a shorter route", "hollow-core fibre on the route"],
}


def document(*outcomes, name="plan"):
    return {
        "scenario": name,
        "failures": [],
        "targets": [
            {
                "name": f"target {outcome}",
                "year": 2024,
                "state": "normal",
                "outcome": outcome,
                "reason": "latency",
                "coverage": 0.5,
                "coverage_of": "population",
                "coverage_needed": 0.95,
                "limit_ms": 1.0,
                "pairs": [{**PAIR, "outcome": outcome}, {**PAIR, "outcome": "met", "source": "ok"}],
            }
            for outcome in outcomes
        ],
    }


def parsed(*documents):
    return ElementTree.fromstring(junit_report(documents).encode())


def test_a_missed_target_fails_and_an_undecided_one_is_an_error():
    suite = parsed(document("met", "missed", "undecided")).find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    children = [[child.tag for child in case] for case in suite.findall("testcase")]
    assert children == [[], ["failure"], ["error"]]


def test_a_junit_parser_of_others_reads_the_same(tmp_path):
    file = tmp_path / "junit.xml"
    file.write_text(junit_report([document("met", "missed", "undecided")]), encoding="utf-8")
    [suite] = junitparser.JUnitXml.fromfile(str(file))
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (3, 1, 1, 0)
    kinds = [[type(result).__name__ for result in case.result] for case in suite]
    assert kinds == [[], ["Failure"], ["Error"]]


def test_every_scenario_is_a_suite_of_its_own():
    root = parsed(document("met", name="one"), document("missed", name="two"))
    assert [suite.get("name") for suite in root] == ["one", "two"]


def test_a_case_names_target_year_and_state():
    case = parsed(document("met")).find(".//testcase")
    assert case.get("name") == "target met (2024, normal)"


def test_a_failure_says_how_much_is_covered_and_which_pairs_miss():
    failure = parsed(document("missed")).find(".//failure")
    assert failure.get("message") == "50.0% of population below 1 ms, needed 95.0%"
    [line] = failure.text.splitlines()
    assert line.startswith("a > b: 1.250 ms, too slow")
    assert "a shorter route; or hollow-core fibre" in line


def test_the_worst_pairs_of_a_failure_come_first():
    bad = document("missed")
    slow, far = {**PAIR, "estimate_ms": 3.0}, {**PAIR, "estimate_ms": None, "floor_ms": 2.0}
    bad["targets"][0]["pairs"] = [PAIR, far, slow]
    lines = parsed(bad).find(".//failure").text.splitlines()
    assert [line.split(" ms")[0] for line in lines] == [
        "a > b: 3.000", "a > b: above 2.000", "a > b: 1.250",
    ]  # fmt: skip


def test_failure_states_are_cases_as_well():
    found = document("met")
    [cut] = document("missed")["targets"]
    found["failures"] = [{**cut, "state": "span a~b"}]
    suite = parsed(found).find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite[1].get("name") == "target missed (2024, span a~b)"


def test_what_xml_cannot_hold_is_replaced():
    assert parsed(document("met", name="a\x01b")).find("testsuite").get("name") == "a\ufffdb"


@pytest.mark.parametrize("name", ["<1 ms & more>", '"quoted"', "沈阳"])
def test_any_name_survives_the_xml(name):
    assert parsed(document("met", name=name)).find("testsuite").get("name") == name


def test_a_pair_without_estimate_shows_its_floor_and_one_without_compute_nothing():
    bare = document("missed")
    bare["targets"][0]["pairs"] = [
        {**PAIR, "estimate_ms": None},
        {**PAIR, "estimate_ms": None, "floor_ms": None, "target": None, "reason": "no_compute"},
    ]
    first, second = parsed(bare).find(".//failure").text.splitlines()
    assert first.startswith("a > b: above 0.900 ms, too slow")
    assert second.startswith("a > ?: no compute")
    assert "None" not in second
