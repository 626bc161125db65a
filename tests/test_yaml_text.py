"""YAML 1.2 core schema, with places."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netplan.ground.errors import Place
from netplan.input.loader import yaml_text
from netplan.input.loader.written import Places, find, number, plain
from netplan.input.loader.yaml_text import parse, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-0", 0), ("+7", 7), ("007", 7), ("0o17", 15), ("0xfF", 255), ("1.", 1.0),
        (".5", 0.5), ("-1.5e-3", -0.0015), ("1e3", 1000.0), (".inf", math.inf),
        ("-.INF", -math.inf), ("true", True), ("False", False), ("null", None), ("~", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_scalar_of_the_core_schema_has_its_type(text, value):
    result = scalar(text)
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "y", "1_000", "12:30", "190:20:30", "2026-01-01", "0b1", "0o8",
     "1e", ".", "-", "+.e3", "nan", "inf", "tRue", "0x", "=", "<<", "1.2.3"],
)  # fmt: skip
def test_what_yaml_1_2_does_not_know_is_a_text(text):
    assert scalar(text) == text


def test_nan_is_a_number():
    assert math.isnan(scalar(".nan"))


def test_quotes_and_the_str_tag_make_texts():
    root, problems = parse("a: ['1', \"true\", !!str 3]\nb: |-\n  null\n", "f")
    assert (plain(root), problems) == ({"a": ["1", "true", "3"], "b": "null"}, [])


def test_keys_are_texts_as_written():
    root, _ = parse("1: a\n0x1: b\ntrue: c\n~: d\n'': e\n", "f")
    assert plain(root) == {"1": "a", "0x1": "b", "true": "c", "~": "d", "": "e"}


def test_places_count_lines_and_columns_from_one():
    root, _ = parse("a:\n  - b: 辽宁\n    c: {d: 1}\n", "f")
    assert find(root, ("a", 0, "b")).place == Place("f", 2, 8)
    assert find(root, ("a", 0, "b"), at_key=True).place == Place("f", 2, 5)
    assert find(root, ("a", 0)).place == Place("f", 2, 5)
    assert find(root, ("a", 0, "c")).place == Place("f", 3, 5)
    assert find(root, ("a", 0, "c", "d")).place == Place("f", 3, 12)


@pytest.mark.parametrize(
    "text",
    ["a: [b:,]",
     "a: {b: 1", "a: [1, }", "a: {b}}", "a: |x\n", "a: `b", "a: 'x' y", "a:\n  - b\n c: d",
     "- a\n-b\n", "a: 1\n\tb: 2", 'a: "\\q"', "a: - b", "a: &", "a: * x", "a: !<x", "%x\na: 1",
     "a: b\n...\nx", "a: ?"],
)  # fmt: skip
def test_every_syntax_error_has_a_wording_of_ours(text):
    root, problems = parse(text, "f")
    assert root is None
    assert len(problems) == 1
    assert "not valid YAML" not in problems[0].message
    assert "did not find" not in problems[0].message


def test_the_parser_in_python_finds_the_same(monkeypatch):
    text = "a: &x [1, no, 'q']\nb: {c: *x}\nd: |\n  t\ne: !!str 5\n"
    compiled = parse(text, "f")
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert parse(text, "f") == compiled


_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(st.characters(codec="utf-8"), max_size=9)
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc<~1:#é", max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(tree=st.dictionaries(st.text("abcdef", min_size=1, max_size=4), _TREES, min_size=1))
def test_what_is_written_as_yaml_is_read_back(tree):
    text = yaml.safe_dump(tree, allow_unicode=True, default_style='"', width=10_000)
    root, problems = parse(text, "f")
    assert problems == []
    assert plain(root) == tree


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_has_a_problem_with_a_place(text):
    root, problems = parse(text, "f")
    assert root is not None or problems
    assert all(problem.place is not None and problem.place.line > 0 for problem in problems)


def test_numbers_are_spelled_as_a_person_would():
    assert [number(n) for n in (5, 0.1, 1e6, 3.0)] == ["5", "0.1", "1000000", "3"]


def test_places_hold_every_value_and_nothing_else():
    root, _ = parse("a: [1, {b: 2}]\n", "f")
    found = Places(root)
    paths = {(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b")}
    assert (set(found), len(found)) == (paths, len(paths))
    assert found.get(("a", 2)) is None
