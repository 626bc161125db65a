from __future__ import annotations

import pytest

from netplan.ground.errors import InputError
from netplan.network.failure import state_called, states_of
from netplan.network.topology import build_topology

# A triangle a-b-c; the direct link a--c runs over both cables by b and passes b without a router.
TRIANGLE = """
    defaults: {nodes: {core: {processing_us: 20}}, links: {buffer: unlimited}}
    nodes:
      a: {role: core, risk_groups: [flood]}
      b: {role: core}
      c: {role: core}
    spans:
      a~b: {ends: [a, b], length_km: 10, risk_groups: [duct]}
      b~c: {ends: [b, c], length_km: 10}
      a~c: {ends: [a, c], length_km: 30, risk_groups: [duct]}
      idle: {ends: [a, c], length_km: 50}
    links:
      a--b: {ends: [a, b], over: [a~b], capacity_gbps: 1}
      b--c: {ends: [b, c], over: [b~c], capacity_gbps: 1}
      a--c: {ends: [a, c], over: [a~b, b~c], capacity_gbps: 1, risk_groups: [software]}
      far: {ends: [a, c], over: [a~c], capacity_gbps: 1}
"""


@pytest.fixture
def states(write):
    def of(failures):
        scenario = write(TRIANGLE, f"failures: {failures}")
        return {s.name: s for s in states_of(scenario, build_topology(scenario, 2024).spec)}

    return of


def down(states):
    return {name: set(state.links) for name, state in states.items()}


def test_a_cut_takes_every_link_over_the_cable_and_an_idle_cable_makes_no_state(states):
    assert down(states("{each: span}")) == {
        "span a~b": {"a--b", "a--c"},
        "span b~c": {"b--c", "a--c"},
        "span a~c": {"far"},
    }


def test_a_failed_link_takes_no_other(states):
    assert down(states("{each: link}")) == {
        f"link {name}": {name} for name in ("a--b", "b--c", "a--c", "far")
    }


def test_a_failed_site_takes_the_links_that_pass_it_without_a_router(states):
    failed = states("{each: node}")
    assert down(failed)["node b"] == {"a--b", "b--c", "a--c"}
    assert failed["node b"].nodes == {"b"}


def test_a_risk_group_takes_its_cables_links_and_sites(states):
    failed = states("{each: risk_group}")
    assert down(failed) == {
        "risk group duct": {"a--b", "a--c", "far"},
        "risk group software": {"a--c"},
        "risk group flood": {"a--b", "a--c", "far"},
    }
    assert [set(state.nodes) for state in failed.values()] == [set(), set(), {"a"}]


def test_a_named_set_fails_as_one_whatever_its_members_are(states):
    quake = states("{sets: {quake: [b~c, far, flood]}}")["quake"]
    assert quake.links == {"a--b", "b--c", "a--c", "far"}
    assert quake.nodes == {"a"}


def test_two_simultaneous_cuts_are_every_pair_of_single_ones(states):
    found = states("{each: span, simultaneous: 2}")
    assert list(found)[3:] == [
        "span a~b + span b~c", "span a~b + span a~c", "span b~c + span a~c",
    ]  # fmt: skip
    assert found["span b~c + span a~c"].links == {"b--c", "a--c", "far"}


def test_more_states_than_allowed_are_an_error_that_counts_them(states):
    assert len(states("{each: span, simultaneous: 2, at_most: 6}")) == 6
    with pytest.raises(InputError, match="6 states, but at most 5; raise it or name fewer"):
        states("{each: span, simultaneous: 2, at_most: 5}")


@pytest.mark.parametrize(
    ("name", "links"),
    [("span a~c", {"far"}), ("span b~c + link far", {"b--c", "a--c", "far"}), ("both", {"far"})],
)
def test_a_state_is_found_by_its_name_though_the_scenario_lets_nothing_else_fail(
    write, name, links
):
    scenario = write(TRIANGLE, "failures: {sets: {both: [far]}}")
    state = state_called(scenario, build_topology(scenario, 2024).spec, name)
    assert (state.name, state.links) == (name, links)


def test_an_unknown_state_is_an_error_that_suggests_the_closest(write):
    scenario = write(TRIANGLE)
    with pytest.raises(InputError, match="is called 'span a~d'; did you mean 'span a~"):
        state_called(scenario, build_topology(scenario, 2024).spec, "span a~d")
