"""Errors in Chinese: everything that the golden list of errors shows, and nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netplan.ground.errors import Place, Problem
from netplan.ground.texts.problems import is_translated, message_in_language, problem_in_language

GOLDEN = Path(__file__).parent / "golden" / "bad-scenario.txt"
LINE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<path>[^:]+): (?P<said>.*)")
MESSAGES = [LINE.fullmatch(line)["said"] for line in GOLDEN.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("message", MESSAGES)
def test_every_error_of_the_golden_list_has_a_chinese_form(message):
    assert is_translated(message)


@pytest.mark.parametrize(
    "message",
    [
        "no target is called 'x'; there are: '1 ms, and back', '5 ms'",
        "no target is called ''; there are: none",
        "no target to date; add one",
        "sources of the circles: no node or role is called 'x'",
        "centres of the circles: no node is selected; name roles or nodes of the topology",
        "circles know the layers optical and network, not service",
        "nothing fails; name kinds in failures.each",
        "6 states, but at most 5; raise it or name fewer",
        "no failure state is called 'span a~d'; did you mean 'span a~b'?",
        "no target must hold in failure states; say so with holds_in: [normal, failure]",
        "no target of the network layer, one_way, was judged there",
        "is a results folder, the other is a scenario; give two of a kind",
        "is a file, not a results folder; write results with netplan-sim run a.yaml --out DIR",
        "only one column; separate the cells with commas",
        "no demands; give one row for each pair",
        "must be at least 0.1 for a demand of 100000 Gbit/s",
        "is not there; run the scenario again with netplan-sim run SCENARIO --out DIR",
    ],
)
def test_errors_of_the_planning_commands_have_a_chinese_form(message):
    assert is_translated(message)
    assert not re.search(r"\b(no|there|name|give|the|is)\b", message_in_language(message, "zh"))


@pytest.mark.parametrize("message", MESSAGES)
def test_what_the_user_wrote_stays_as_it_is(message):
    for quoted in re.findall(r"'[^']*'", message):
        assert quoted in message_in_language(message, "zh")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("unknown key; did you mean 'below_ms'?", "未知的键；是否应为 'below_ms'？"),
        ("missing; give a number in km (Length of the cable)", "缺少此键；请给出以 km 为单位的数"),
        ("must be at least 1, got 0", "应不小于 1，实为 0"),
        ("unknown node 'a; b'; there are x, y", "未知的节点 'a; b'；现有：x, y"),
        ("selects no pair; name roles or nodes that the topology has (in 2026)",
         "未选中任何节点对；请使用拓扑中已有的类型或节点名称（2026 年）"),
        ("no route for 2 of 3 pairs: a>b, b>a; add links",
         "3 个节点对中 2 个无路由：a>b, b>a；请增加链路"),
        ("table.csv: no such file; did you mean 'tables.csv'?",
         "table.csv：没有此文件；是否应为 'tables.csv'？"),
    ],
)  # fmt: skip
def test_common_errors_read_well(english, chinese):
    assert message_in_language(english, "zh") == chinese
    assert message_in_language(english, "en") == english


def test_a_message_of_unknown_shape_stays_in_english():
    message = "the moon is in the way; wait"
    assert not is_translated(message)
    assert message_in_language(message, "zh") == message


def test_place_and_path_stay_in_front():
    problem = Problem(("links", "a--b"), "must not be empty", Place("t.yaml", 3, 5))
    assert problem_in_language(problem, "zh") == "t.yaml:3:5: links.a--b: 不得为空"
    assert problem_in_language(problem, "en") == str(problem)
