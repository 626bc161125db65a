"""What stands in a year, and what the defaults make of it."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from netplan.ground.errors import InputError
from netplan.input.scenario.build import (
    apply_steps,
    explicit_spans,
    resolved,
)
from netplan.input.scenario.expansion import Step
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import (
    BufferSize,
    Confidence,
    DirectedCapacity,
    FibreType,
    Role,
    TopologySpec,
)

SPEC = TypeAdapter(TopologySpec).validate_python(
    {
        "netplan": "topology/1",
        "name": "t",
        "nodes": {
            "a": {"role": "core", "at": [41.0, 123.0], "city": "x"},
            "b": {"role": "core", "at": [42.0, 123.0], "processing_us": 7},
            "t": {"role": "transit", "at": [41.5, 123.0]},
        },
        "spans": {
            "a~t": {"ends": ["a", "t"], "source": {"basis": "a map", "confidence": "low"}},
            "t~b": {"ends": ["t", "b"], "length_km": 60, "fibre": "g654"},
            "b~a": {"ends": ["b", "a"], "route_factor": 1.5},
        },
        "links": {
            "by-t": {"ends": ["a", "b"], "over": ["a~t", "t~b"], "equipment": {"oxc_us": 1}},
            "direct": {"ends": ["a", "b"], "capacity_gbps": 10, "members": 2},
            "own": {"ends": ["a", "b"], "length_km": 200, "buffer": {"ms": 5}},
        },
        "defaults": {
            "nodes": {"core": {"processing_us": 20}, "compute": {"processing_us": 1}},
            "spans": {"route_factor": 1.2},
            "links": {"capacity_gbps": 100, "equipment": {"oxc_us": 3, "terminals_us": 20}},
        },
    }
)


def steps(*written):
    return TypeAdapter(tuple[Step, ...]).validate_python(written)


def test_a_link_runs_over_its_spans_its_own_span_or_the_one_between_its_ends():
    spec = explicit_spans(SPEC)
    assert spec.links["by-t"].over == ("a~t", "t~b")
    assert spec.links["direct"].over == ("b~a",)
    assert spec.links["own"].over == ("own",)
    assert spec.spans["own"].length_km == 200
    assert explicit_spans(spec) == spec


def test_resolving_spells_out_all_defaults():
    spec = resolved(SPEC)
    assert [spec.nodes[name].processing_us for name in ("a", "b", "t")] == [20, 7, 0]
    assert spec.links["by-t"].capacity_gbps == DirectedCapacity(forward=100, reverse=100)
    assert spec.links["direct"].capacity_gbps == DirectedCapacity(forward=10, reverse=10)
    assert [spec.links[name].members for name in ("by-t", "direct")] == [1, 2]
    assert spec.links["direct"].buffer == BufferSize(limit="unlimited")
    assert spec.links["own"].buffer == BufferSize(ms=5)
    equipment = spec.links["by-t"].equipment
    assert (equipment.oxc_us, equipment.terminals_us, equipment.amplifier_us) == (1, 20, None)
    assert spec.spans["a~t"].fibre == FibreType(kind="g652")
    assert spec.spans["t~b"].fibre == FibreType(kind="g654")
    assert resolved(spec) == spec


def test_a_length_from_coordinates_is_marked_as_an_assumption():
    spec = resolved(SPEC)
    straight = great_circle_km((41.0, 123.0), (41.5, 123.0))
    estimated, given = spec.spans["a~t"], spec.spans["t~b"]
    assert estimated.length_km == pytest.approx(1.2 * straight)
    assert estimated.source.confidence is Confidence.ASSUMED
    assert estimated.source.basis == "great circle 55.6 km x route factor 1.2; a map"
    assert spec.spans["b~a"].length_km == pytest.approx(1.5 * 2 * straight)
    assert (given.length_km, given.source) == (60, None)


def test_resolving_what_has_gaps_names_them_all():
    bare = SPEC.replace(defaults=type(SPEC.defaults)())
    with pytest.raises(InputError) as caught:
        resolved(bare)
    paths = {problem.path for problem in caught.value.problems}
    assert paths == {
        ("nodes", "a", "processing_us"),
        ("spans", "a~t", "length_km"),
        ("links", "by-t", "capacity_gbps"),
        ("links", "own", "capacity_gbps"),
    }


def test_a_step_is_in_service_from_its_year_on():
    change = steps({"by": 2026, "set": {"link": "direct", "members": 8}})
    members = [apply_steps(SPEC, change, year).links["direct"].members for year in (2025, 2026)]
    assert members == [2, 8]


def test_a_change_leaves_what_it_does_not_name():
    change = steps(
        {"by": 2025, "set": {"link": "by-t", "equipment": {"terminals_us": 5}}},
        {"by": 2025, "set": {"span": "t~b", "route_factor": 2.0}},
        {"by": 2025, "set": {"node": "a", "population": 9}},
    )
    spec = apply_steps(SPEC, change, 2025)
    equipment = spec.links["by-t"].equipment
    assert (equipment.oxc_us, equipment.terminals_us) == (1, 5)
    assert (spec.spans["t~b"].length_km, spec.spans["t~b"].route_factor) == (None, 2.0)
    assert spec.spans["t~b"].fibre == FibreType(kind="g654")
    assert (spec.nodes["a"].population, spec.nodes["a"].city) == (9, "x")


def test_steps_of_one_year_may_be_written_in_any_order():
    written = [
        {"by": 2026, "set": {"link": "c--b", "members": 3}},
        {"by": 2026, "add_link": {"id": "c--b", "ends": ["c", "b"]}},
        {"by": 2026, "add_span": {"id": "c~b", "ends": ["c", "b"], "length_km": 5}},
        {"by": 2026, "add_node": {"id": "c", "role": "core"}},
    ]
    spec = apply_steps(SPEC, steps(*written), 2026)
    assert spec == apply_steps(SPEC, steps(*reversed(written)), 2026)
    assert (spec.links["c--b"].members, spec.links["c--b"].over) == (3, ("c~b",))


def test_the_later_of_two_changes_wins_whichever_is_written_first():
    late = {"by": 2027, "set": {"link": "direct", "members": 9}}
    early = {"by": 2026, "set": {"link": "direct", "members": 3}}
    for order in ((late, early), (early, late)):
        assert apply_steps(SPEC, steps(*order), 2030).links["direct"].members == 9


def test_a_second_span_between_its_ends_does_not_move_a_link():
    new = {"id": "new", "ends": ["a", "b"], "length_km": 90, "fibre": "hollow_core"}
    spec = apply_steps(SPEC, steps({"by": 2026, "add_span": new}), 2026)
    assert spec.links["direct"].over == ("b~a",)


def test_new_compute_stands_where_its_first_neighbour_does():
    new = {"id": "dc", "connect": ["a", "b"], "length_km": 2.5, "fibre": "g654", "members": 4}
    spec = resolved(apply_steps(SPEC, steps({"by": 2026, "add_compute": new}), 2026))
    node = spec.nodes["dc"]
    assert (node.role, node.city, node.at) == (Role.COMPUTE, "x", (41.0, 123.0))
    assert node.processing_us == 1
    for name, ends in (("dc--a", ("dc", "a")), ("dc--b", ("dc", "b"))):
        link = spec.links[name]
        assert (link.ends, link.over, link.members) == (ends, (name,), 4)
        assert spec.spans[name].length_km == 2.5
        assert spec.spans[name].fibre == FibreType(kind="g654")


@pytest.mark.parametrize(
    "step",
    [
        {"set": {"link": "none", "members": 2}},
        {"set": {"span": "none", "length_km": 2}},
        {"add_node": {"id": "a", "role": "core"}},
        {"add_span": {"id": "t~b", "ends": ["t", "b"]}},
        {"add_link": {"id": "own", "ends": ["a", "b"]}},
        {"add_compute": {"id": "a", "connect": ["b"]}},
    ],
)
def test_a_step_that_does_not_fit_is_an_input_error(step):
    with pytest.raises(InputError, match="expansion"):
        apply_steps(SPEC, steps({"by": 2026, **step}), 2026)


def test_building_changes_nothing_in_what_was_given():
    before = repr(SPEC)
    apply_steps(SPEC, steps({"by": 2026, "set": {"link": "direct", "members": 8}}), 2026)
    resolved(SPEC)
    assert repr(SPEC) == before
