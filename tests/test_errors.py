from __future__ import annotations

import pytest

from netplan.ground.errors import InputError, NetplanError, Place, Problem, UnstableError


def test_a_problem_says_where_then_what():
    problem = Problem(("targets", 0, "below_ms"), "must be greater than 0", Place("s.yaml", 10, 7))
    assert str(problem) == "s.yaml:10:7: targets[0].below_ms: must be greater than 0"


def test_a_problem_of_a_whole_file_has_no_line():
    assert str(Problem((), "is not there", Place("s.yaml"))) == "s.yaml: is not there"


def test_a_problem_without_a_place_still_names_the_path():
    assert str(Problem(("links", "a--b"), "missing")) == "links.a--b: missing"


def test_an_input_error_has_one_line_for_each_problem_in_order():
    problems = [Problem(("b",), "second file"), Problem(("a",), "first")]
    assert str(InputError(problems)) == "b: second file\na: first"


def test_the_same_problem_is_said_once():
    problem = Problem(("years",), "twice")
    assert InputError([problem, Problem(("years",), "twice")]).problems == (problem,)


@pytest.mark.parametrize("kind", [InputError, UnstableError])
def test_every_error_raised_on_purpose_is_a_netplan_error(kind):
    assert issubclass(kind, NetplanError)
