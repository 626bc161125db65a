"""Differences by meaning: every field of an input file is looked at, or known to say nothing."""

from __future__ import annotations

from itertools import chain
from typing import get_args

import pytest

from netplan.decide.changes import changes, facts_of
from netplan.input.scenario.expansion import Step
from netplan.input.scenario.failures import Failures
from netplan.input.scenario.fields import Spec
from netplan.input.scenario.network import (
    Defaults,
    Link,
    LinkDefaults,
    Node,
    NodeDefaults,
    Span,
    SpanDefaults,
    TopologySpec,
)
from netplan.input.scenario.scenario import Scenario, Simulation
from netplan.input.scenario.targets import Target
from netplan.input.scenario.traffic import Demand, Gravity, Routing, Trace, Traffic, TrafficClass

TOPOLOGY = """
    description: as surveyed
    defaults:
      nodes:
        core: {processing_us: 20}
        access: {processing_us: 20, access: {fixed_ms: 1}}
        compute: {processing_us: 9, compute: {servers: 4, service: {fixed_ms: 1}}}
      spans: {fibre: g652, route_factor: 1.3, source: {basis: map, confidence: medium}}
      links: {capacity_gbps: 10, members: 1, buffer: {packets: 60}, equipment: {terminals_us: 20},
              source: {basis: guess, confidence: assumed}}
    nodes:
      a: {role: core, city: x, at: [41.0, 123.0], population: 3}
      b: {role: core, city: y, at: [42.0, 123.0], population: 5, weights: {firms: 2}}
      u: {role: access, city: x, population: 7, weights: {firms: 1}}
      k: {role: compute, city: y, population: 11, weights: {firms: 5}}
      l: {role: compute, city: x, population: 13, weights: {firms: 1}}
    spans: {a~b: {ends: [a, b]}}
    links:
      a--b: {ends: [a, b]}
      a--b-2: {ends: [a, b], length_km: 300}
      u--a: {ends: [u, a], length_km: 5}
      k--b: {ends: [k, b], length_km: 5}
      l--a: {ends: [l, a], length_km: 5}
"""
SCENARIO = """
    description: to be discussed
    years: [2024, 2026]
    traffic:
      classes:
        best: {arrivals: poisson, sizes: imix, description: whatever}
        ask: {arrivals: poisson, sizes: imix, requests: true}
      demands:
        - {class: best, from: a, to: b, rate_gbps: 0.05, route: [a--b]}
        - {class: best, gravity: {from: [u, a], to: [k, l], total_gbps: 1, weight: population,
           target_weight: population}}
        - {class: ask, gravity: {from: u, to: available_compute, total_gbps: 0.001}}
      base_year: 2024
      growth_per_year: {best: 0.3, ask: 0.1}
      city_growth_per_year: {best: {x: 0.5}}
    routing: {metric: delay}
    expansion: [{by: 2026, name: ports, set: {link: a--b, members: 2}}]
    failures: {each: link}
    targets:
      - {name: t, between: {pairs: [[a, b]]}, layer: network, direction: one_way,
         statistic: p90, below_ms: 5, holds_in: [normal, failure]}
    simulation: {seed: 5}
"""
NOTHING = {
    "Scenario.netplan": "the format",
    "Scenario.name": "for people",
    "Scenario.extends": "resolved when it is read",
    "Scenario.origin": "where it was written",
    "Scenario.topology": "see TopologySpec",
    "Scenario.traffic": "see Traffic",
    "TopologySpec.netplan": "the format",
    "TopologySpec.name": "for people",
    "TopologySpec.tables": "rows are objects as others, once they are read",
    "Demand.file": "rows are demands as others, once they are read",
}
"""Fields that no change can be seen in, and why."""
SAYS_NOTHING = {
    "Scenario.description": ("to be discussed", "settled"),
    "TopologySpec.description": ("as surveyed", "as told"),
    "Step.name": ("name: ports", "name: more ports"),
}
MEANS = {
    "Scenario.years": ("[2024, 2026]", "[2024, 2025, 2026]"),
    "Scenario.targets": ("below_ms: 5", "below_ms: 6"),
    "Scenario.routing": ("metric: delay", "metric: hops"),
    "Scenario.expansion": ("link: a--b, members: 2", "link: a--b-2, members: 2"),
    "Scenario.failures": ("each: link", "each: span"),
    "Scenario.simulation": ("seed: 5", "seed: 6"),
    "Traffic.classes": ("sizes: imix, description", "sizes: {fixed: 500}, description"),
    "Traffic.demands": ("rate_gbps: 0.05", "rate_gbps: 0.06"),
    "Traffic.base_year": ("base_year: 2024", "base_year: 2023"),
    "Traffic.growth_per_year": ("best: 0.3", "best: {2025: 0.3, 2026: 0.4}"),
    "Traffic.city_growth_per_year": ("{x: 0.5}", "{x: 0.6}"),
    "Demand.traffic_class": ("{class: best, from: a", "{class: ask, from: a"),
    "Demand.source": ("from: a, to: b, rate_gbps: 0.05, route: [a--b]",
                      "from: u, to: b, rate_gbps: 0.05, route: [u--a, a--b]"),
    "Demand.target": ("to: b, rate_gbps: 0.05, route: [a--b]",
                      "to: k, rate_gbps: 0.05, route: [a--b, k--b]"),
    "Demand.rate_gbps": ("rate_gbps: 0.05", "rate_gbps: 0.06"),
    "Demand.route": ("route: [a--b]", "route: [a--b-2]"),
    "Demand.gravity": ("total_gbps: 0.001", "total_gbps: 0.002"),
    "Gravity.source": ("from: [u, a]", "from: u"),
    "Gravity.target": ("to: available_compute", "to: nearest_compute"),
    "Gravity.total_gbps": ("total_gbps: 1,", "total_gbps: 2,"),
    "Gravity.weight": ("from: [u, a], to: [k, l], total_gbps: 1, weight: population",
                       "from: [u, b], to: [k, l], total_gbps: 1, weight: firms"),
    "Gravity.target_weight": ("target_weight: population", "target_weight: firms"),
    "TopologySpec.nodes": ("b: {role: core, city: y", "b: {role: core, city: z"),
    "TopologySpec.spans": ("a~b: {ends: [a, b]}", "a~b: {ends: [a, b], length_km: 400}"),
    "TopologySpec.links": ("a--b: {ends: [a, b]}", "a--b: {ends: [a, b], igp_metric: 3}"),
    "TopologySpec.defaults": ("members: 1", "members: 3"),
    "Defaults.nodes": ("core: {processing_us: 20", "core: {processing_us: 21"),
    "Defaults.spans": ("fibre: g652", "fibre: g654"),
    "Defaults.links": ("packets: 60", "packets: 61"),
    "NodeDefaults.processing_us": ("core: {processing_us: 20", "core: {processing_us: 21"),
    "NodeDefaults.access": ("access: {fixed_ms: 1}", "access: {fixed_ms: 2}"),
    "NodeDefaults.compute": ("servers: 4", "servers: 5"),
    "SpanDefaults.fibre": ("fibre: g652", "fibre: g654"),
    "SpanDefaults.route_factor": ("route_factor: 1.3", "route_factor: 1.4"),
    "SpanDefaults.source": ("confidence: medium", "confidence: low"),
    "LinkDefaults.capacity_gbps": ("capacity_gbps: 10", "capacity_gbps: 11"),
    "LinkDefaults.members": ("members: 1", "members: 3"),
    "LinkDefaults.buffer": ("packets: 60", "packets: 61"),
    "LinkDefaults.equipment": ("terminals_us: 20", "terminals_us: 21"),
    "LinkDefaults.source": ("basis: guess", "basis: order"),
    "Step.by": ("{by: 2026", "{by: 2024"),
    "Step.set": ("a--b, members: 2", "a--b, members: 3"),
    "Step.add_node": ("set: {link: a--b, members: 2}", "add_node: {id: n, role: transit}"),
    "Step.add_span": ("set: {link: a--b, members: 2}",
                      "add_span: {id: s, ends: [a, b], length_km: 9}"),
    "Step.add_link": ("set: {link: a--b, members: 2}",
                      "add_link: {id: s, ends: [u, b], length_km: 900}"),
    "Step.add_compute": ("set: {link: a--b, members: 2}", "add_compute: {id: n, connect: a}"),
}  # fmt: skip
"""For each field a change of the files above that shows as a difference."""

READ_ONE_BY_ONE = (
    Scenario, Traffic, Demand, Gravity, TopologySpec, Defaults, NodeDefaults, SpanDefaults,
    LinkDefaults, Step,
)  # fmt: skip
"""What differences know by name; all else is laid out field by field, whatever it has."""
LAID_OUT = (Node, Span, Link, TrafficClass, Target, Routing, Failures, Simulation)


def differences(write, old, new):
    assert (TOPOLOGY + SCENARIO).count(old) == 1, "a test changes one place"
    return changes(
        write(TOPOLOGY, SCENARIO), write(TOPOLOGY.replace(old, new), SCENARIO.replace(old, new))
    )


def specs_of(annotation):
    """Yield a type of the input files and all that its fields hold."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
        for info in annotation.model_fields.values():
            yield from specs_of(info.annotation)
    for part in get_args(annotation):
        yield from specs_of(part)


def test_no_field_is_forgotten():
    asked = {f"{kind.__name__}.{field}" for kind in READ_ONE_BY_ONE for field in kind.model_fields}
    assert asked == {*NOTHING, *SAYS_NOTHING, *MEANS}


@pytest.mark.parametrize(("old", "new"), MEANS.values(), ids=MEANS)
def test_a_field_that_means_something_makes_a_difference(write, old, new):
    assert differences(write, old, new)


@pytest.mark.parametrize(("old", "new"), SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_text_for_people_makes_none(write, old, new):
    assert differences(write, old, new) == []


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in dict.fromkeys(chain.from_iterable(map(specs_of, LAID_OUT)))
        if kind is not Trace
    ],
)
def test_what_is_laid_out_has_a_fact_for_every_field(kind):
    for field in kind.model_fields:
        nothing = dict.fromkeys(kind.model_fields)
        value = kind.model_construct(**nothing | {field: "said"})
        wanted = {} if field == "description" else {("x", field): "said"}
        assert facts_of(("x",), value) == wanted


def test_growth_in_a_city_is_one_difference_and_named(write):
    found = differences(write, "{x: 0.5}", "{x: 0.6}")
    [change] = [one for one in found if one.kind == "growth"]
    assert (change.name, change.before, change.after) == (
        "best from x", {"per_year": 0.5}, {"per_year": 0.6},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("best: 0.3", "best: {2025: 0.3, 2026: 0.3, 2031: 0.9}"),
        ("{x: 0.5}", "{x: 0.5, y: 0.3}"),
        ("[normal, failure]", "[failure, normal]"),
        ("from: [u, a]", "from: [a, u]"),
    ],
)
def test_what_means_the_same_is_no_difference(write, old, new):
    assert differences(write, old, new) == []


def test_a_trace_is_known_by_its_packets_not_by_its_name(write, tmp_path):
    def loaded(name, packets):
        (tmp_path / name).write_text(f"time_s,bytes\n{packets}\n", encoding="utf-8")
        return write(
            TOPOLOGY,
            SCENARIO.replace(
                "best: {arrivals: poisson", f"best: {{arrivals: {{trace: {{file: {name}}}}}"
            ),
        )

    one, copy, other = loaded("one", "0,1500"), loaded("copy", "0,1500"), loaded("other", "0,40")
    assert changes(one, copy) == []
    [change] = changes(one, other)
    assert (change.kind, change.name) == ("class", "best")
