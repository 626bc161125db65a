"""What makes no sense about servers, requests and last miles, and what is said of it."""

from __future__ import annotations

import pytest

from netplan.ground.errors import InputError
from netplan.ground.texts.problems import is_translated
from netplan.input.loader.schema import schema
from netplan.input.scenario.service import ACCESS_TECHNOLOGIES, STORAGE_MEDIA

TOPOLOGY = """
defaults:
  nodes: {access: {processing_us: 20}, core: {processing_us: 20}, compute: {processing_us: 10}}
nodes:
  a: {role: access, access: gpon, population: 5}
  b: {role: core}
  dc: {role: compute, compute: {servers: 4, service: {exponential_ms: 2}, storage: flash}}
links:
  a--b: {ends: [a, b], length_km: 100, capacity_gbps: 10}
  b--dc: {ends: [b, dc], length_km: 1, capacity_gbps: 10}
"""
SCENARIO = """
traffic:
  classes:
    ask: {arrivals: poisson, sizes: {fixed: 1500}, requests: true}
    best: {arrivals: poisson, sizes: imix}
  demands:
    - {class: ask, gravity: {from: access, to: available_compute, total_gbps: 0.01}}
    - {class: best, from: a, to: b, rate_gbps: 1}
targets:
  - {name: t, between: {from: a, to: available_compute}, class: ask, layer: service,
     direction: round_trip, statistic: p99, below_ms: 50, measure: carried}
"""

SERVED = "compute: {servers: 1, service: {fixed_ms: 1}}"
IN_TOPOLOGY = [
    (
        "b: {role: core}",
        f"b: {{role: core, {SERVED}}}",
        "nodes.b.compute: servers stand at nodes of role compute, and this is core; add a compute "
        "node for them",
    ),
    (
        "core: {processing_us: 20}",
        f"core: {{processing_us: 20, {SERVED}}}",
        "defaults.nodes.core.compute: servers stand at nodes of role compute, and this is core; "
        "add a compute node for them",
    ),
    (
        "  b: {role: core}",
        "  b: {role: core}\n  available_compute: {role: core}",
        "nodes.available_compute: a node may not have this name, which stands for compute nodes "
        "with servers left; rename it",
    ),
    ("servers: 4", "servers: 0", "nodes.dc.compute.servers: must be at least 1, got 0"),
    ("storage: flash", "storage: tape", "nodes.dc.compute.storage"),
    ("access: gpon", "access: {}", "nodes.a.access: give exactly one of technology, fixed_us"),
    (
        "exponential_ms: 2",
        "exponential_ms: 2, fixed_ms: 3",
        "nodes.dc.compute.service: give exactly one of fixed_us",
    ),
    ("access: gpon", "access: {uniform_ms: [2, 1]}", "uniform_ms: give the least first"),
]
IN_SCENARIO = [
    (
        "class: ask, gravity",
        "class: best, gravity",
        "traffic.demands[0].gravity.to: class best needs no servers; give it requests: true",
    ),
    (
        "to: available_compute, total",
        "to: nearest_compute, total",
        "targets[0].between.to: no demand sends requests to available_compute; name compute "
        "nodes, or add one",
    ),
    (
        "direction: round_trip",
        "direction: one_way",
        "targets[0].direction: must be round_trip with measure: carried; requests come back",
    ),
    (
        "layer: service",
        "layer: network",
        "targets[0].layer: must be service with measure: carried; requests pass servers",
    ),
    (
        "class: ask, layer",
        "class: best, layer",
        "targets[0].layer: class best is not served; give it requests: true, or probe",
    ),
    (
        "measure: carried",
        "measure: carried, without: compute",
        "targets[0]: without: compute needs measure: probes; requests are served",
    ),
    (
        "layer: service",
        "layer: network, without: compute",
        "targets[0]: without: compute needs layer: service; network has no compute",
    ),
    (
        "requests: true",
        "requests: true, segment_bytes: 9000",
        "traffic.classes.ask: a request is one packet: leave segment_bytes out, or requests",
    ),
    (
        "from: access, to: available",
        "from: available_compute, to: available",
        "available_compute may only stand in to; it is found from the source",
    ),
]


def problems(write, topology=TOPOLOGY, scenario=SCENARIO):
    with pytest.raises(InputError) as caught:
        write(topology, scenario)
    return caught.value.problems


def test_the_good_files_are_good(write):
    assert write(TOPOLOGY, SCENARIO).targets


@pytest.mark.parametrize(("old", "new", "expected"), IN_TOPOLOGY)
def test_a_mistake_about_servers_in_a_topology_is_named(write, old, new, expected):
    assert TOPOLOGY.count(old) == 1
    found = problems(write, topology=TOPOLOGY.replace(old, new))
    assert any(expected in str(problem) for problem in found)


@pytest.mark.parametrize(("old", "new", "expected"), IN_SCENARIO)
def test_a_mistake_about_requests_in_a_scenario_is_named(write, old, new, expected):
    assert SCENARIO.count(old) == 1
    found = problems(write, scenario=SCENARIO.replace(old, new))
    assert any(expected in str(problem) for problem in found)


def test_servers_cannot_be_set_at_a_node_that_is_no_compute_node(write):
    step = f"expansion: [{{by: 2024, set: {{node: b, {SERVED}}}}}]\n"
    [problem] = problems(write, scenario=step + SCENARIO)
    assert "expansion[0].set.compute: servers stand at nodes of role compute" in str(problem)


@pytest.mark.parametrize(("old", "new", "expected"), IN_SCENARIO[:6])
def test_a_mistake_about_requests_can_be_said_in_chinese(write, old, new, expected):
    found = problems(write, scenario=SCENARIO.replace(old, new))
    assert [p.message for p in found if not is_translated(p.message)] == []


def test_the_schema_lists_the_named_technologies_and_media():
    text = str(schema("topology"))
    assert all(name in text for name in [*ACCESS_TECHNOLOGIES, *STORAGE_MEDIA])
