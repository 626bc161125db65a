from __future__ import annotations

import pytest

from netplan.ground.units import MS
from netplan.judge.document import to_document, to_json
from netplan.judge.evaluation import choose_engine, evaluate
from netplan.judge.verdict import Outcome, Reason

ENGINES = ["simpy", "fast"]

# Fibre at 5 us/km, 20 us for each router; ports of 100 Mbit/s keep runs short.
TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}, compute: {processing_us: 10}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 0.1, buffer: {packets: 30}}
    nodes:
      a: {role: core, city: x, population: 100}
      b: {role: core, city: y, population: 300}
      c: {role: core, city: y}
    links:
      a--b: {ends: [a, b], length_km: 40}
      b--c: {ends: [b, c], length_km: 60}
"""


def scenario_text(
    rate=0.05, below_ms=2.0, between="{pairs: [[a, c]]}", direction="one_way", statistic="p90",
    demands="[a, c]", more="", budget="{at_least: 1000, at_most: 400000}", target="", priority=0,
):  # fmt: skip
    source, sink = demands.strip("[]").split(", ")
    return f"""
        traffic:
          classes:
            best: {{arrivals: poisson, sizes: {{fixed: 1500}}, priority: {priority}}}
            other: {{arrivals: poisson, sizes: {{fixed: 1500}}, priority: 1}}
          demands: [{{class: best, from: {source}, to: {sink}, rate_gbps: {rate}}}]
          growth_per_year: {{best: 1.0}}
        targets:
          - {{name: t, between: {between}, layer: network, direction: {direction},
             statistic: {statistic}, below_ms: {below_ms}{target}}}
        simulation: {{seed: 5, packets: {budget}}}
        {more}
    """


def verdicts(scenario, engine="fast", **options):
    return evaluate(scenario, engine=engine, **options).verdicts


def pair_of(scenario, engine="fast"):
    [verdict] = verdicts(scenario, engine)
    [pair] = verdict.pairs
    return pair


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rate", "below_ms", "outcome", "reason"),
    [
        (0.05, 2.0, Outcome.MET, Reason.NONE),
        (0.05, 0.75, Outcome.MISSED, Reason.LATENCY),
        (0.05, 0.45, Outcome.MISSED, Reason.IMPOSSIBLE),
        (0.12, 9.0, Outcome.MISSED, Reason.LOSS),
    ],
)
def test_a_target_is_judged_alike_by_both_engines(write, engine, rate, below_ms, outcome, reason):
    """The floor of 100 km is 0.5 ms; two routers and two frames take 0.28 ms more at least."""
    [verdict] = verdicts(write(TOPOLOGY, scenario_text(rate, below_ms)), engine)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_a_nearly_full_port_that_began_empty_is_not_called_quick(write):
    """At 99 % and more, with probes, it takes longer to settle than the run lasts."""
    topology = TOPOLOGY.replace("packets: 30", "packets: 2000")
    budget = "{at_least: 1000, at_most: 20000}"
    text = scenario_text(rate=0.099, below_ms=100, budget=budget, target=", class: best")
    evaluation = evaluate(write(topology, text))
    [verdict] = evaluation.verdicts
    assert verdict.pairs[0].estimate < 100 * MS
    assert (verdict.outcome, verdict.pairs[0].high) == (Outcome.UNDECIDED, None)
    assert any("remember longest need" in note for note in evaluation.notes)


def test_both_engines_give_the_same_document(write):
    scenario = write(TOPOLOGY, scenario_text(rate=0.08))
    documents = [to_document(evaluate(scenario, engine=engine)) for engine in ENGINES]
    assert [document.pop("engine") for document in documents] == ENGINES
    assert documents[0] == documents[1]


def test_what_is_impossible_is_never_simulated(write):
    found = evaluate(write(TOPOLOGY, scenario_text(below_ms=0.45)), engine="fast")
    assert found.samples == {}
    assert found.outcome is Outcome.MISSED


def test_an_overload_is_named_in_the_notes(write):
    found = evaluate(write(TOPOLOGY, scenario_text(rate=0.12, below_ms=9)), engine="fast")
    assert any("a--b (a>b): offered 0.12 of 0.1 Gbit/s (120%" in note for note in found.notes)
    use = next(u for u in found.links if (u.link, u.source) == ("a--b", "a"))
    # A fluid model of a sixth too much traffic.
    assert use.loss == pytest.approx(1 / 6, abs=0.03)
    assert use.utilisation == pytest.approx(1.2)


def test_a_spent_budget_leaves_a_pair_undecided(write):
    """The limit is where the median lies, so that no run is ever long enough."""
    long = scenario_text(statistic="p50", budget="{at_least: 2000000, at_most: 4000000}")
    median = pair_of(write(TOPOLOGY, long)).estimate
    text = scenario_text(statistic="p50", below_ms=median / MS)
    [verdict] = verdicts(write(TOPOLOGY, text))
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, Reason.BUDGET)


def test_components_of_an_idle_network_are_those_of_the_arithmetic(write):
    """100 km, two routers of 20 us, two frames of 120 us, next to no queueing."""
    text = scenario_text(rate=0.0001, statistic="mean", budget="{at_least: 1000, at_most: 20000}")
    pair = pair_of(write(TOPOLOGY, text))
    waited = pair.components["queueing"]
    assert pair.components == pytest.approx(
        {
            "propagation": 0.5 * MS,
            "equipment": 0.0,
            "processing": 0.04 * MS,
            "transmission": 0.24 * MS,
            "queueing": waited,
        }
    )
    assert waited < 0.01 * MS
    assert pair.estimate == pytest.approx(sum(pair.components.values()))


def test_a_round_trip_pays_for_the_return_route_and_its_load(write):
    """Only the way back is loaded, so only the round trip waits."""
    one_way, there_and_back = (
        pair_of(
            write(
                TOPOLOGY,
                scenario_text(
                    rate=0.08, demands="[c, a]", direction=direction, below_ms=9, statistic="mean"
                ),
            )
        )
        for direction in ("one_way", "round_trip")
    )
    there, both_ways = one_way.components["propagation"], there_and_back.components["propagation"]
    assert both_ways == pytest.approx(2 * there, rel=1e-12)  # means, each rounded by itself
    assert there_and_back.components["processing"] == pytest.approx(0.08 * MS)  # a, b; c, b
    assert there_and_back.components["queueing"] > 20 * one_way.components["queueing"]
    assert there_and_back.route == ("a", "b", "c", "b", "a")


def test_urgent_packets_wait_less_than_others_on_the_same_ports(write):
    """The load is half urgent, half not."""
    text = scenario_text(rate=0.045, below_ms=20, statistic="mean", target=", class: best")
    text = text.replace(
        "rate_gbps: 0.045}",
        "rate_gbps: 0.045}, {class: other, from: a, to: c, rate_gbps: 0.045}",
    ).replace("best: 1.0", "best: 1.0, other: 1.0")
    urgent = pair_of(write(TOPOLOGY, text))
    other = pair_of(write(TOPOLOGY, text.replace("class: best}", "class: other}")))
    assert urgent.components["queueing"] < 0.5 * other.components["queueing"]


def test_carried_packets_are_judged_themselves(write):
    text = scenario_text(below_ms=3, statistic="mean", target=", class: best, measure: carried")
    scenario = write(TOPOLOGY, text)
    pair = pair_of(scenario)
    assert pair.outcome is Outcome.MET
    assert pair.packets > 10_000  # every packet of the demand, not a sample of it
    assert pair.components["transmission"] == pytest.approx(0.24 * MS)


def test_growth_breaks_what_an_expansion_cures(write):
    more = """years: [2024, 2025, 2026]
        expansion: [{by: 2026, set: {link: a--b, capacity_gbps: 1}},
                    {by: 2026, set: {link: b--c, capacity_gbps: 1}}]"""
    found = verdicts(write(TOPOLOGY, scenario_text(rate=0.06, below_ms=5, more=more)))
    assert [verdict.year for verdict in found] == [2024, 2025, 2026]
    assert [verdict.outcome for verdict in found] == [Outcome.MET, Outcome.MISSED, Outcome.MET]
    assert found[1].reason is Reason.LOSS


def test_coverage_counts_the_people_of_the_sources(write):
    """From b it is 60 km to c, from a 100 km: a limit between them covers 300 of 400 people."""
    text = scenario_text(
        rate=0.001, below_ms=0.6, between="{from: [a, b], to: c}",
        target=", coverage: {share: 0.75, of: population}",
    )  # fmt: skip
    [verdict] = verdicts(write(TOPOLOGY, text))
    assert [pair.outcome for pair in verdict.pairs] == [Outcome.MISSED, Outcome.MET]
    assert (verdict.outcome, verdict.coverage) == (Outcome.MET, 0.75)


def test_verdicts_come_target_by_target_and_year_by_year(write):
    second = """
          - {name: u, between: {pairs: [[c, a]]}, layer: optical, direction: one_way,
             statistic: max, below_ms: 1}"""
    text = scenario_text(below_ms=0.1, target="}" + second[:-1], more="years: [2024, 2025]")
    names = [(v.name, v.year) for v in verdicts(write(TOPOLOGY, text))]
    assert names == [("t", 2024), ("t", 2025), ("u", 2024), ("u", 2025)]


@pytest.mark.parametrize("engine", ENGINES)
def test_two_jobs_at_a_time_give_the_bytes_of_one(write, engine):
    scenario = write(TOPOLOGY, scenario_text(budget="{at_least: 1000, at_most: 50000}"))
    one, two = (to_json(to_document(evaluate(scenario, engine=engine, jobs=n))) for n in (1, 2))
    assert one == two


def test_the_same_seed_gives_the_same_document_and_another_one_does_not(write):
    scenario = write(TOPOLOGY, scenario_text())
    first, again, other = (
        to_json(to_document(evaluate(scenario, engine="fast", seed=seed))) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.replace('"seed": 1', '"seed": 2') != other


def test_a_demand_elsewhere_does_not_change_what_is_measured_here(write):
    """Common random numbers: c to b shares no port with a to b."""
    text = scenario_text(between="{pairs: [[a, b]]}", demands="[a, b]", statistic="mean")
    alone = pair_of(write(TOPOLOGY, text))
    crowded = text.replace(
        "demands: [", "demands: [{class: other, from: c, to: b, rate_gbps: 0.000001}, "
    ).replace("best: 1.0", "best: 1.0, other: 1.0")
    among = pair_of(write(TOPOLOGY, crowded))
    # The run may be longer by a hair, since its length follows the whole traffic.
    assert among.estimate == pytest.approx(alone.estimate, rel=0.01)


def test_progress_is_told_of_every_run(write):
    told = []
    text = scenario_text(budget="{at_least: 1000, at_most: 50000}")
    evaluate(write(TOPOLOGY, text), engine="fast", progress=lambda *step: told.append(step))
    assert told[0] == ("runs", 0, 2)
    assert told[:3][-1][1:] == (2, 2)


def test_the_engine_of_the_scenario_holds_unless_another_is_asked_for(write):
    text = scenario_text(below_ms=0.1).replace("seed: 5", "engine: simpy, seed: 5")
    scenario = write(TOPOLOGY, text)
    assert evaluate(scenario).engine == "simpy"
    assert evaluate(scenario, engine="fast").engine == "fast"
    assert choose_engine("auto") == "fast"


RING = """
    defaults:
      nodes: {core: {processing_us: 20}}
      links: {capacity_gbps: 0.1, buffer: {packets: 30}}
    nodes: {a: {role: core}, b: {role: core}, c: {role: core}, d: {role: core}}
    links:
      a--b: {ends: [a, b], length_km: 40}
      b--c: {ends: [b, c], length_km: 40}
      c--d: {ends: [c, d], length_km: 40}
      d--a: {ends: [d, a], length_km: 40}
"""
CUTS = """
    traffic:
      classes: {best: {arrivals: poisson, sizes: {fixed: 1500}}}
      demands: [{class: best, from: a, to: b, rate_gbps: 0.05},
                {class: best, from: c, to: d, rate_gbps: 0.035}]
    targets:
      - {name: t, between: {from: core, to: core}, layer: network, direction: one_way,
         statistic: p90, below_ms: 1.6, holds_in: [normal, failure]}
    failures: {each: span}
    simulation: {seed: 5, packets: {at_least: 1000, at_most: 100000}}
"""


@pytest.mark.parametrize(("at_a_time", "jobs"), [(1, 1), (2, 2), (16, 3)])
def test_verdicts_in_failure_states_do_not_depend_on_how_many_are_simulated_at_a_time(
    write, monkeypatch, at_a_time, jobs
):
    scenario = write(RING, CUTS)
    expected = evaluate(scenario, engine="fast").failures
    monkeypatch.setattr("netplan.judge.evaluation.STUDIES_AT_A_TIME", at_a_time)
    assert evaluate(scenario, engine="fast", jobs=jobs).failures == expected
    assert [v.state for v in expected] == [f"span {span}" for span in scenario.topology.links]
    simulated = [any(p.basis == "simulation" for p in v.pairs) for v in expected]
    assert sum(simulated) > 2


def test_many_failure_states_are_simulated_side_by_side(write):
    """Runs of several states are under way before the first of them is done."""
    told = []
    evaluate(write(RING, CUTS), engine="fast", progress=lambda *step: told.append(step))
    assert max(of - done for _, done, of in told) > 4
    assert told[-1][1] == told[-1][2]


@pytest.mark.parametrize(
    ("pair", "direction", "below_ms", "has_router_between"),
    [
        ("a, c", "one_way", 0.775, True),
        ("a, b", "one_way", 0.335, False),
        ("a, b", "round_trip", 0.675, False),
    ],
)
def test_only_routers_between_the_ends_can_be_bypassed(
    write, pair, direction, below_ms, has_router_between
):
    """Empty: 0.78 ms from a to c, 0.34 ms from a to b; one router's 0.02 ms would suffice."""
    text = scenario_text(0.0001, below_ms, f"{{pairs: [[{pair}]]}}", direction, "mean")
    found = pair_of(write(TOPOLOGY, text))
    assert found.outcome is Outcome.MISSED
    assert ("an optical bypass of routers on the way" in found.remedies) is has_router_between
