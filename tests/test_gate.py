"""What pipelines read: annotations on the right lines, SARIF, Markdown."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlparse

import jsonschema
import pytest
from sarif_pydantic import Level, Sarif

from netplan.judge.evaluation import evaluate
from netplan.show.gate import GateFiles, annotate, workflow_commands
from netplan.show.gate.sarif import sarif_log

TOPOLOGY = """
    nodes:
      a: {role: core, city: x, processing_us: 20}
      b: {role: core, city: y, processing_us: 20}
    links:
      a--b: {ends: [a, b], length_km: 100, capacity_gbps: 1}
"""
SCENARIO = """
    targets:
      - {name: easy, between: {from: core, to: core}, layer: optical, direction: one_way,
         statistic: max, below_ms: 5}
      - name: "100 %: too far, | far"
        between: {from: core, to: core}
        layer: optical
        direction: one_way
        statistic: max
        below_ms: 0.2
    expansion:
      - {by: 2024, add_node: {id: c, role: core, city: z, processing_us: 1}}
      - {by: 2024, add_link: {id: b--c, ends: [b, c], length_km: 500, capacity_gbps: 1}}
"""
UNDECIDED = """
    traffic:
      classes: {best: {arrivals: poisson, sizes: imix}}
      demands: [{class: best, from: a, to: b, rate_gbps: 0.5}]
    targets:
      - {name: close, between: {pairs: [[a, b]]}, layer: network, direction: one_way,
         statistic: p99.9, below_ms: 0.54}
    simulation: {engine: simpy, packets: {at_least: 100, at_most: 200}}
"""


def _object(required=(), **properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items):
    return {"type": "array", "items": items}


TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 1}
SARIF = _object(
    ("version", "runs"),
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs=_list(
        _object(
            ("tool",),
            tool=_object(
                ("driver",),
                driver=_object(
                    ("name",),
                    name=TEXT,
                    version=TEXT,
                    rules=_list(
                        _object(("id",), id=TEXT, shortDescription=_object(("text",), text=TEXT))
                    ),
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results=_list(
                _object(
                    ("message",),
                    ruleId=TEXT,
                    ruleIndex={"type": "integer", "minimum": -1},
                    level={"enum": ["none", "note", "warning", "error"]},
                    message=_object(("text",), text=TEXT),
                    partialFingerprints={"type": "object", "additionalProperties": TEXT},
                    locations=_list(
                        _object(
                            physicalLocation=_object(
                                artifactLocation=_object(uri=TEXT),
                                region=_object(startLine=COUNT, startColumn=COUNT),
                            )
                        )
                    ),
                )
            ),
        )
    ),
)
"""The part of the schema of SARIF 2.1.0 (OASIS, 2020, appendix) that netplan uses."""


@pytest.fixture
def missed(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return evaluate(write(TOPOLOGY, SCENARIO))


@pytest.fixture
def undecided(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return evaluate(write(TOPOLOGY, UNDECIDED))


def line_of(place):
    return Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]


def test_a_missed_target_is_an_error_on_its_line_and_a_met_one_is_nothing(missed):
    [found] = [one for one in annotate(missed) if one.rule == "target-missed"]
    assert found.level == "error"
    assert line_of(found.place).strip().startswith('- name: "100 %')
    assert "missed: a > c above 2.938 ms (too far)" in found.message
    assert "and 3 more" in found.message


def test_the_link_to_blame_is_marked_where_it_is_written(missed):
    """One link stands in the topology, the other in the expansion of the scenario."""
    links = {one.subject: one for one in annotate(missed) if one.rule == "link-to-blame"}
    assert set(links) == {"a--b", "b--c"}
    assert links["a--b"].place.file == "topology.yaml"
    assert line_of(links["a--b"].place).strip().startswith("a--b:")
    assert links["b--c"].place.file == "scenario.yaml"
    assert "add_link: {id: b--c" in line_of(links["b--c"].place)


def test_an_undecided_target_is_a_warning_and_blames_no_link(undecided):
    [found] = annotate(undecided)
    assert (found.level, found.rule) == ("warning", "target-undecided")


def test_a_workflow_command_is_one_line_with_what_github_would_misread_escaped(missed):
    first = workflow_commands(annotate(missed)).splitlines()[0]
    command, properties, message = (
        first.removeprefix("::").partition(" ")[0],
        *(first.split(" ", 1)[1].split("::", 1)),
    )
    assert command == "error"
    named = dict(part.split("=", 1) for part in properties.split(","))
    assert named["file"] == "scenario.yaml"
    assert named["line"].isdecimal()
    assert named["title"] == "100 %25%3A too far%2C | far%3A missed"
    assert "0.0%25 of pairs" in message


def test_every_annotation_is_one_workflow_command(missed):
    found = annotate(missed)
    assert len(workflow_commands(found).splitlines()) == len(found) == 3


def test_the_sarif_log_keeps_to_the_standard(missed, undecided):
    for evaluation in (missed, undecided):
        log = sarif_log(annotate(evaluation))
        jsonschema.Draft7Validator(SARIF).validate(log)
        for result in log["runs"][0]["results"]:
            rule = log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]
            assert rule["id"] == result["ruleId"]


def test_a_parser_of_sarif_finds_every_finding_where_it_is(missed):
    log = sarif_log(annotate(missed))
    [run] = Sarif.model_validate_json(json.dumps(log)).runs
    written = log["runs"][0]["results"]
    assert [found.message.text for found in run.results] == [r["message"]["text"] for r in written]
    assert [found.level for found in run.results] == [Level(r["level"]) for r in written]
    lines = [r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in written]
    assert [r.locations[0].physical_location.region.start_line for r in run.results] == lines
    assert run.tool.driver.name == log["runs"][0]["tool"]["driver"]["name"]


def test_an_absolute_path_becomes_a_uri_that_leads_to_the_file(write, tmp_path):
    log = sarif_log(annotate(evaluate(write(TOPOLOGY, SCENARIO))))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    uri = urlparse(location["artifactLocation"]["uri"])
    assert uri.scheme == "file"
    assert Path(uri.path) == tmp_path / "scenario.yaml"


def test_the_same_finding_keeps_its_fingerprint_when_its_numbers_change(write, tmp_path):
    logs = [
        sarif_log(annotate(evaluate(write(TOPOLOGY, SCENARIO, overrides=[setting]))))
        for setting in ("targets[1].below_ms=0.2", "targets[1].below_ms=0.3")
    ]
    first, second = ([r["partialFingerprints"] for r in log["runs"][0]["results"]] for log in logs)
    assert first == second
    assert logs[0] != logs[1]


def test_the_markdown_table_has_a_row_for_each_verdict_and_its_cells_stay_apart(missed, tmp_path):
    GateFiles(markdown=tmp_path / "summary.md").write([missed])
    lines = (tmp_path / "summary.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")][2:]
    assert len(rows) == len(missed.verdicts) == 2
    cells = [row.replace("\\|", "").count("|") for row in rows]
    assert cells == [9, 9]
    assert "❌ missed" in rows[1]
    assert any(line.startswith("- would cure ") for line in lines)


def test_all_files_of_a_check_are_written_and_none_that_nobody_asked_for(missed, tmp_path):
    names = ("json", "junit", "sarif", "markdown")
    files = GateFiles(**{name: tmp_path / f"gate.{name}" for name in names})
    files.write([missed, missed])
    assert {path.name for path in tmp_path.glob("gate.*")} == {f"gate.{name}" for name in names}
    assert len(json.loads((tmp_path / "gate.json").read_text())) == 2
    assert len(json.loads((tmp_path / "gate.sarif").read_text())["runs"][0]["results"]) == 6
    GateFiles().write([missed])
    assert len(list(tmp_path.glob("gate.*"))) == 4
