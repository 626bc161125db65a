from __future__ import annotations

import json

from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.decide.standing import standings
from netplan.decide.timeline import dates, dependants
from netplan.decide.trial import Means, of_year
from netplan.input.loader import load
from netplan.judge.verdict import Outcome
from netplan.show.tables.dates import dates_document, dates_table

# a to b is 100 km at 5 us/km; a member of 0.1 Gbit/s carries 20 flows of 5 Mbit/s.
TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}, compute: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 0.1, buffer: {packets: 1000}}
    nodes: {a: {role: core, city: x}, b: {role: core, city: y}, c: {role: core, city: y}}
    spans:
      a~b: {ends: [a, b], length_km: 100}
      b~c: {ends: [b, c], length_km: 100}
    links:
      a--b: {ends: [a, b]}
      b--c: {ends: [b, c]}
"""


def scenario_text(expansion, growth=1.0, rate=0.03, between="{pairs: [[a, b]]}", below_ms=10):
    return f"""
        years: [2024, 2025, 2026, 2027]
        traffic:
          classes: {{one: {{arrivals: poisson, sizes: {{fixed: 1500}}, flow_gbps: 0.001}}}}
          demands: [{{class: one, from: a, to: b, rate_gbps: {rate}}}]
          growth_per_year: {{one: {growth}}}
        expansion: {" ".join(expansion.split())}
        targets:
          - {{name: t, between: {between}, layer: network, direction: one_way,
             statistic: p99, below_ms: {below_ms}}}
    """


def found(scenario, **options):
    return dates(scenario, means=Means(packets=200_000), **options)


def test_a_target_breaks_in_the_year_in_which_its_link_overflows(write):
    """0.03, 0.06, 0.12, 0.24 Gbit/s on 0.1."""
    line = found(write(TOPOLOGY, scenario_text("[]")))
    assert [one.outcome for one in line.standings] == [
        Outcome.MET, Outcome.MET, Outcome.MISSED, Outcome.MISSED,
    ]  # fmt: skip
    first = line.first_missed("t")
    assert first.year == 2026
    assert first.why == "1 pair loses packets on a--b (120% offered)"
    assert line.without == line.steps == ()


def test_a_step_is_needed_in_the_first_year_that_misses_without_it(write):
    expansion = "[{by: 2025, set: {link: a--b, members: 8}}]"
    line = found(write(TOPOLOGY, scenario_text(expansion)))
    [step] = line.steps
    assert line.first_missed("t") is None
    assert line.first_missed_without("t").year == 2026
    assert (step.step.by, step.needed_by, step.targets) == (2025, 2026, ("t",))
    assert "a--b" in step.why


def test_a_step_that_no_target_depends_on_is_needed_by_none(write):
    expansion = """[{by: 2025, set: {link: a--b, members: 8}},
                    {by: 2025, set: {link: b--c, members: 8}}]"""
    line = found(write(TOPOLOGY, scenario_text(expansion)))
    assert [step.needed_by for step in line.steps] == [2026, None]


def test_steps_that_stand_in_for_each_other_cannot_both_be_left_out(write):
    """0.12 Gbit/s in 2027: too much for one member, easy for two links."""
    expansion = """
        [{by: 2024, add_link: {id: second, ends: [a, b], over: [a~b], members: 1}},
         {by: 2024, add_link: {id: third, ends: [a, b], over: [a~b], members: 1}}]"""
    scenario = write(TOPOLOGY, scenario_text(expansion, growth=0.6))
    line = found(scenario)
    assert [step.needed_by for step in line.steps] == [None, None]
    assert {one.year for one in line.spare_together} == {2027}
    assert line.spare == (0,)
    text = dates_table(scenario, line)
    assert "Of the 2 steps marked -, 1 can be left out all at once" in text


def test_what_builds_on_a_step_is_left_out_with_it(write):
    expansion = """
        [{by: 2025, add_node: {id: n, role: core, processing_us: 20}},
         {by: 2025, add_span: {id: a~n, ends: [a, n], length_km: 10}},
         {by: 2025, add_link: {id: a--n, ends: [a, n]}},
         {by: 2026, set: {link: a--n, members: 2}},
         {by: 2026, add_compute: {id: k, connect: n}},
         {by: 2026, set: {link: k--n, members: 3}},
         {by: 2026, set: {link: a--b, members: 4}}]"""
    steps = write(TOPOLOGY, scenario_text(expansion)).expansion
    assert dependants(steps, 0) == (1, 2, 3, 4, 5)
    assert dependants(steps, 1) == (2, 3)
    assert dependants(steps, 4) == (5,)
    assert dependants(steps, 6) == ()


def test_what_the_scenario_names_is_needed_as_soon_as_it_is_built(write):
    expansion = """
        [{by: 2024, add_node: {id: n, role: core, processing_us: 20}},
         {by: 2024, add_span: {id: a~n, ends: [a, n], length_km: 10}},
         {by: 2024, add_link: {id: a--n, ends: [a, n]}}]"""
    line = found(write(TOPOLOGY, scenario_text(expansion, between="{pairs: [[a, n]]}")))
    assert line.steps[0].needed_by == 2024
    assert line.steps[0].why == "the scenario names n"


def test_a_target_that_closed_forms_leave_open_is_simulated(write):
    bursts = "{on_off: {peak_gbps: 0.1, on_ms: 1, off_ms: 9}}"
    text = scenario_text("[]", growth=0.0, below_ms=500).replace("poisson", bursts)
    scenario = write(TOPOLOGY, text.replace(", flow_gbps: 0.001", ""))
    [standing] = standings(of_year(scenario, 2024), Means(packets=3_000_000))
    assert standing.simulated
    assert standing.outcome is Outcome.MET


def test_a_target_without_compute_says_so(write):
    network = TOPOLOGY.replace("nodes: {a:", "nodes: {n: {role: compute, city: y}, a:")
    network += "      b--n: {ends: [b, n], length_km: 1}\n"
    between = "{from: core, to: nearest_compute, within: city}"
    scenario = write(network, scenario_text("[]", between=between))
    [standing] = standings(of_year(scenario, 2024), Means(packets=10_000))
    assert standing.why == "1 pair without compute (a)"


def test_a_target_too_far_for_light_says_so(write):
    [standing] = standings(
        of_year(write(TOPOLOGY, scenario_text("[]", below_ms=0.4)), 2024), Means(packets=10_000)
    )
    assert standing.why == "1 pair too far (a > b: light alone 0.500 ms)"


EXPANSION = """[{by: 2025, name: ports, set: {link: a--b, members: 8}},
                {by: 2025, set: {link: b--c, members: 8}}]"""


def test_every_line_fits_a_terminal_and_every_step_has_a_row(write):
    scenario = write(TOPOLOGY, scenario_text(EXPANSION))
    text = dates_table(scenario, found(scenario))
    assert max(map(len, text.splitlines())) <= 80
    assert "ports: a--b: members 8" in text
    assert "2025   -        b--c: members 8" in text


def test_the_command_prints_dates_and_writes_the_document(write, tmp_path):
    write(TOPOLOGY, scenario_text(EXPANSION))
    out, file = tmp_path / "dates.json", tmp_path / "scenario.yaml"
    shown = CliRunner().invoke(app, ["dates", str(file), "--json", str(out)])
    assert shown.exit_code == 0
    assert "By when the steps are needed" in shown.stdout
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["targets"][0]["first_missed_without_building"] == 2026
    assert document == dates_document(load(file), found(load(file)))


def test_without_targets_there_is_nothing_to_date(write, tmp_path):
    write(TOPOLOGY)
    shown = CliRunner().invoke(app, ["dates", str(tmp_path / "scenario.yaml")])
    assert shown.exit_code == 2


def test_failure_states_that_are_not_looked_at_are_mentioned(write):
    text = scenario_text("[]").replace("below_ms: 10", "below_ms: 10, holds_in: [normal, failure]")
    scenario = write(TOPOLOGY, text.rstrip() + "\n        failures: {each: link}\n")
    line = found(scenario)
    assert line.failures_left_out
    assert "Failure states are not looked at here" in dates_table(scenario, line)
