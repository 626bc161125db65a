from __future__ import annotations

import pytest

from netplan.ground.errors import InputError
from netplan.judge.case import FLOWS_PER_PROBE, prepare, prepare_all
from netplan.network.segments import LARGEST

# Two cities with a core each; x has an access node and compute, y an access node only.
TOPOLOGY = """
    defaults:
      nodes:
        access: {processing_us: 0}
        core: {processing_us: 0}
        compute: {processing_us: 0}
      links: {capacity_gbps: 10, buffer: {packets: 100}}
    nodes:
      x: {role: core, city: x}
      y: {role: core, city: y}
      ax: {role: access, city: x, population: 10}
      ay: {role: access, city: y}
      cx: {role: compute, city: x}
    links:
      x--y: {ends: [x, y], length_km: 100, igp_metric: 1}
      ax--x: {ends: [ax, x], length_km: 5, igp_metric: 1}
      ay--y: {ends: [ay, y], length_km: 5, igp_metric: 1}
      cx--x: {ends: [cx, x], length_km: 5, igp_metric: 1}
"""
CLASSES = """
traffic:
  classes:
    urgent: {arrivals: poisson, sizes: {fixed: 100}, priority: 0}
    bulk: {arrivals: poisson, sizes: {fixed: 1500}, priority: 3, segment_bytes: auto}
"""


def target(between="{from: core, to: core}", name="t", more=""):
    return (
        f"  - {{name: {name}, between: {between}, layer: network, direction: one_way, "
        f"statistic: p99, below_ms: 1{more}}}\n"
    )


def scenario_text(*targets, traffic=CLASSES, more=""):
    return f"{traffic}\n{more}\ntargets:\n" + "".join(targets or [target()])


def problems(scenario):
    with pytest.raises(InputError) as caught:
        prepare_all(scenario)
    return [str(problem) for problem in caught.value.problems]


def test_a_target_that_selects_no_pair_is_an_input_error_with_its_place(write):
    [problem] = problems(write(TOPOLOGY, scenario_text(target("{from: hub, to: core}"))))
    assert "scenario.yaml:" in problem
    assert "targets[0].between: selects no pair" in problem


def test_a_pair_without_a_route_is_named(write):
    cut = TOPOLOGY.replace("      x--y: {ends: [x, y], length_km: 100, igp_metric: 1}\n", "")
    [problem] = problems(write(cut, scenario_text()))
    assert "no route for 2 of 2 pairs: x>y, y>x; add links" in problem


def test_a_demand_without_a_route_is_named(write):
    cut = TOPOLOGY.replace("      x--y: {ends: [x, y], length_km: 100, igp_metric: 1}\n", "")
    traffic = CLASSES + "  demands: [{class: bulk, from: ax, to: ay, rate_gbps: 1}]\n"
    [problem] = problems(write(cut, scenario_text(target("{from: ax, to: x}"), traffic=traffic)))
    assert "demand ax>ay/bulk: no route from ax to ay" in problem


def test_all_problems_are_reported_at_once(write):
    found = problems(
        write(
            TOPOLOGY,
            scenario_text(
                target("{from: hub, to: core}"),
                target(name="u").replace("network", "service"),
                target("{from: access, to: core}", "v", ", measure: carried, class: bulk"),
            ),
        )
    )
    assert len(found) == 4
    assert "service counts the last mile" in found[1]
    assert "service counts compute" in found[2]
    assert "no selected pair carries class bulk" in found[3]


def test_a_problem_of_one_of_several_years_says_which(write):
    more = "years: [2024, 2025]\nexpansion: [{by: 2025, set: {link: x--y, buffer: unlimited}}]"
    traffic = CLASSES + (
        "  growth_per_year: {bulk: 0.5}\n  demands: [{class: bulk, from: x, to: y, rate_gbps: 9}]\n"
    )
    [problem] = problems(write(TOPOLOGY, scenario_text(traffic=traffic, more=more)))
    assert "offered 13.5 Gbit/s from x to y" in problem
    assert problem.endswith("(in 2025)")


def test_overload_of_a_limited_buffer_is_named_with_load_capacity_and_demands(write):
    traffic = CLASSES + (
        "  demands:\n"
        "    - {class: bulk, from: x, to: y, rate_gbps: 8}\n"
        "    - {class: urgent, from: ax, to: y, rate_gbps: 4}\n"
    )
    [warning] = prepare(write(TOPOLOGY, scenario_text(traffic=traffic)), 2024).warnings
    assert warning.startswith("x--y (x>y): offered 12 of 10 Gbit/s (120%")
    assert warning.endswith("largest demands: x>y/bulk 8, ax>y/urgent 4")


def test_coverage_of_a_population_of_nobody_is_an_input_error(write):
    cover = ", coverage: {share: 0.9, of: population}"
    [problem] = problems(write(TOPOLOGY, scenario_text(target("{from: ay, to: core}", "t", cover))))
    assert "targets[0].coverage.of: nobody lives at the selected sources" in problem
    assert prepare(write(TOPOLOGY, scenario_text(target("{from: ax, to: core}", "t", cover))), 2024)


def test_routing_by_igp_metric_needs_one_on_every_link(write):
    bare = TOPOLOGY.replace("length_km: 100, igp_metric: 1", "length_km: 100")
    routing = "routing: {metric: igp_metric}"
    [problem] = problems(write(bare, scenario_text(more=routing)))
    assert "links.x--y.igp_metric: missing" in problem
    assert prepare(write(TOPOLOGY, scenario_text(more=routing)), 2024)


def test_traffic_to_the_nearest_compute_that_reaches_none_is_an_input_error(write):
    cut = TOPOLOGY.replace("      ay--y: {ends: [ay, y], length_km: 5, igp_metric: 1}\n", "")
    traffic = CLASSES + (
        "  demands: [{class: bulk, gravity: {from: access, to: nearest_compute, total_gbps: 1}}]\n"
    )
    [problem] = problems(write(cut, scenario_text(traffic=traffic)))
    assert "no compute node can be reached from ay" in problem


def test_targets_on_the_same_pairs_share_their_probes(write):
    case = prepare(write(TOPOLOGY, scenario_text(target(), target(name="u"))), 2024)
    assert len(case.streams) == 2
    assert case.questions[0].streams == case.questions[1].streams


def test_probes_are_full_frames_of_the_lowest_priority_unless_a_class_is_named(write):
    case = prepare(
        write(TOPOLOGY, scenario_text(target(), target(name="u", more=", class: urgent"))), 2024
    )
    plain, urgent = (question.streams[0] for question in case.questions)
    assert (plain.sizes.mean, plain.priority) == (12_000, 3)
    assert (urgent.sizes.mean, urgent.priority) == (800, 0)


def test_a_round_trip_goes_there_and_back(write):
    text = scenario_text(target("{from: ax, to: y}")).replace("one_way", "round_trip")
    [question] = prepare(write(TOPOLOGY, text), 2024).questions
    [stream], [floor] = question.streams, question.floors
    assert {route.nodes for route in stream.routes} == {("ax", "x", "y", "x", "ax")}
    assert floor.nodes == ("ax", "x", "y", "x", "ax")
    assert len(stream.routes) == FLOWS_PER_PROBE


def test_a_source_without_compute_in_its_city_has_no_stream(write):
    text = scenario_text(target("{from: access, to: nearest_compute, within: city}"))
    [question] = prepare(write(TOPOLOGY, text), 2024).questions
    assert [str(pair) for pair in question.pairs] == ["ax>cx", "ay>?"]
    assert question.streams[1] is None
    assert question.floors[1] is None


def test_carried_packets_take_the_routes_of_their_demand(write):
    traffic = CLASSES + "  demands: [{class: urgent, from: ax, to: y, rate_gbps: 3}]\n"
    carried = target("{from: access, to: core}", "t", ", measure: carried, class: urgent")
    case = prepare(write(TOPOLOGY, scenario_text(carried, traffic=traffic)), 2024)
    [question], [demand] = case.questions, case.carried
    assert [str(pair) for pair in question.pairs] == ["ax>y"]
    assert question.streams[0].ports == tuple(flow.ports for flow in demand.flows)
    assert question.streams[0].name == "demand/ax>y/urgent"


def test_automatic_segments_cost_one_percent_of_the_limit_over_the_hops(write):
    """Three hops at 10 Gbit/s; 1 % of 1 ms is 10 us, so a segment may take 10/3 us: 33 333 bit."""
    traffic = CLASSES + "  demands: [{class: bulk, from: ax, to: ay, rate_gbps: 1}]\n"
    case = prepare(
        write(TOPOLOGY, scenario_text(target("{from: ax, to: ay}"), traffic=traffic)), 2024
    )
    [demand] = case.carried
    assert demand.sizes.mean == pytest.approx(33_333, abs=1)
    assert case.segment_error.delay == pytest.approx(10e-6, rel=1e-4)


def test_automatic_segments_are_never_larger_than_cards_send_nor_smaller_than_packets(write):
    traffic = CLASSES + "  demands: [{class: bulk, from: ax, to: ay, rate_gbps: 1}]\n"
    loose, tight = (
        scenario_text(target("{from: ax, to: ay}"), traffic=traffic).replace(
            "_ms: 1}", f"_ms: {ms}}}"
        )
        for ms in (50, 0.001)
    )
    assert prepare(write(TOPOLOGY, loose), 2024).carried[0].sizes.mean == LARGEST
    assert prepare(write(TOPOLOGY, tight), 2024).carried[0].sizes.mean == 12_000


def test_without_segments_there_is_no_segment_error(write):
    traffic = CLASSES + "  demands: [{class: urgent, from: ax, to: ay, rate_gbps: 1}]\n"
    case = prepare(write(TOPOLOGY, scenario_text(traffic=traffic)), 2024)
    assert case.segment_error.delay == 0
    assert case.carried[0].sizes.mean == 800


def test_every_year_is_made_ready_with_its_own_growth(write):
    traffic = CLASSES + (
        "  growth_per_year: {bulk: 1.0}\n  demands: [{class: bulk, from: x, to: y, rate_gbps: 1}]\n"
    )
    cases = prepare_all(
        write(TOPOLOGY, scenario_text(traffic=traffic, more="years: [2024, 2025, 2026]"))
    )
    assert [case.load.offered.max() for case in cases] == [1e9, 2e9, 4e9]


def test_a_slow_access_link_does_not_make_the_segments_of_the_core_small(write):
    """From ax to y: two hops, 5 us each; 5000 bits at 1 Gbit/s, 50 000 at 10."""
    slow = TOPOLOGY.replace("length_km: 5, igp", "length_km: 5, capacity_gbps: 1, igp", 1)
    traffic = CLASSES + (
        "  demands:\n"
        "    - {class: bulk, from: ax, to: y, rate_gbps: 0.1}\n"
        "    - {class: bulk, from: x, to: y, rate_gbps: 0.1}\n"
    )
    case = prepare(write(slow, scenario_text(target("{from: ax, to: y}"), traffic=traffic)), 2024)
    assert [item.sizes.mean for item in case.carried] == [12_000, 50_000]
