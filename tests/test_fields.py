"""What all parts of an input file have in common."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netplan.input.loader import schema
from netplan.input.scenario.expansion import AddCompute, Change
from netplan.input.scenario.network import Link, LocalName, Node, Span
from netplan.input.scenario.scenario import Origin
from netplan.input.scenario.targets import Between

SPAN = Span(ends=("a", "b"), length_km=10)


def test_no_attribute_is_set_anew():
    with pytest.raises(ValidationError, match="frozen"):
        SPAN.length_km = 20.0


def test_a_field_is_set_by_its_key_or_by_its_name():
    assert Between(**{"from": ["a"], "to": ["b"]}) == Between(source=("a",), target=("b",))


@pytest.mark.parametrize("changes", [
    {"length_km": -1.0}, {"length_km": "10"}, {"route_factor": 1.2}, {"lenght_km": 20.0},
])  # fmt: skip
@pytest.mark.parametrize("replace", [Span.replace, Span.__replace__])
def test_what_is_replaced_is_checked_like_any_other_value(replace, changes):
    with pytest.raises(ValidationError):
        replace(SPAN, **changes)
    assert replace(SPAN, length_km=20.0) == Span(ends=("a", "b"), length_km=20)
    assert SPAN.length_km == 10


def test_a_text_of_it_is_what_it_shows_of_itself(write):
    scenario = write("nodes: {a: {role: core, processing_us: 0}}")
    assert str(scenario) == repr(scenario) == f"{scenario}"
    assert str(LocalName(en="Dalian")) == "LocalName(en='Dalian', zh=None)"


def test_scenarios_are_equal_wherever_they_stand(write):
    scenario = write("nodes: {a: {role: core, processing_us: 0}}")
    assert scenario.replace(origin=Origin("elsewhere.yaml")) == scenario
    assert scenario.replace(years=(2030,)) != scenario


@pytest.mark.parametrize("kind", [Change, AddCompute])
@pytest.mark.parametrize("other", [Link, Span, Node])
def test_what_an_expansion_may_set_is_bounded_as_in_a_topology(kind, other):
    ours, theirs = kind.model_json_schema(), other.model_json_schema()
    shared = ours["properties"].keys() & theirs["properties"].keys()
    assert shared
    assert {name: bounds(ours, name) for name in shared} == {
        name: bounds(theirs, name) for name in shared
    }


def bounds(schema, name):
    """Return what a schema allows for one of its properties where it is not left out."""
    found = schema["properties"][name]
    kinds = [one for one in found.get("anyOf", [found]) if one.get("type") != "null"]
    told = ("default", "description", "title", "anyOf")
    return [{k: v for k, v in one.items() if k not in told} for one in kinds]


def test_inherited_fields_keep_their_descriptions():
    kinds = schema("scenario")["$defs"]
    texts = [kinds["AddLink"], schema("topology")["$defs"]["Link"]]
    [added, link] = [kind["properties"]["over"]["description"] for kind in texts]
    assert added == link
