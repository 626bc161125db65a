from __future__ import annotations

import json
import textwrap

import pytest
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.decide.cure import Kind, find_cures
from netplan.decide.cure.capacity import fitting_members
from netplan.decide.cure.distances import Cables, Distances
from netplan.decide.cure.search import Confirmed
from netplan.decide.trial import Means
from netplan.ground.errors import InputError
from netplan.ground.units import MS, US
from netplan.input.loader import load
from netplan.input.scenario.targets import Layer
from netplan.judge.case import prepare
from netplan.judge.verdict import Outcome
from netplan.network.topology import build_topology
from netplan.show.tables.cure import cures_document, cures_table, expansion_yaml

# A line a-b-c-d of cores, 100 km apart and 5 us/km: 0.5 ms a span, 20 us a router.
LINE = """
    defaults:
      nodes: {core: {processing_us: 20}, access: {processing_us: 0}, compute: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 0.1, buffer: {packets: 1000}}
    nodes:
      a: {role: core, city: x, at: [40.0, 120.0]}
      b: {role: core, city: x, at: [40.0, 121.0]}
      c: {role: core, city: y, at: [40.0, 122.0]}
      d: {role: core, city: y, at: [40.5, 120.5]}
    spans:
      a~b: {ends: [a, b], length_km: 100}
      b~c: {ends: [b, c], length_km: 100}
      c~d: {ends: [c, d], length_km: 100}
    links:
      a--b: {ends: [a, b], members: 2}
      b--c: {ends: [b, c]}
      c--d: {ends: [c, d]}
"""


def scenario_text(below_ms, between="{pairs: [[a, c]]}", demands="[]", more="", layer="network"):
    return f"""
        traffic:
          classes: {{one: {{arrivals: poisson, sizes: {{fixed: 1500}}, flow_gbps: 0.005}}}}
          demands: {demands}
        targets:
          - {{name: t, between: {between}, layer: {layer}, direction: one_way,
             statistic: p99, below_ms: {below_ms}{more}}}
    """


def cures(scenario, **options):
    return find_cures(scenario, confirm=False, means=Means(packets=100_000), **options)


def test_where_nothing_is_missed_nothing_is_changed(write):
    scenario = write(LINE, scenario_text(5))
    found = cures(scenario)
    assert (found.missed, found.cures, found.together) == ((), (), {})
    assert "Nothing is missed in 2024." in cures_table(scenario, found)


def test_an_overloaded_link_gets_as_many_members_as_its_flows_need(write):
    demands = "[{class: one, from: b, to: c, rate_gbps: 0.25}]"
    scenario = write(LINE, scenario_text(5, "{from: core, to: core}", demands))
    found = cures(scenario)
    [cure] = found.cures
    assert (cure.kind, cure.subject) == (Kind.CAPACITY, "b--c")
    # The way back from c is as empty as before.
    assert set(cure.keys) == {("t", s, d) for s in "ab" for d in "cd"}
    needed = fitting_members(prepare(scenario, 2024), "b--c")
    assert needed is not None
    assert needed >= 3
    assert cure.steps[0].set.members == needed
    assert cure.amount == needed - 1
    assert found.together == {"t": (Outcome.MET, 1.0)}


def test_two_overloaded_links_on_one_way_are_no_single_change(write):
    demands = """[{class: one, from: b, to: c, rate_gbps: 0.25},
                  {class: one, from: c, to: d, rate_gbps: 0.15}]"""
    found = cures(write(LINE, scenario_text(5, "{pairs: [[b, d]]}", demands)))
    assert [cure.kind for cure in found.cures] == []
    assert {step.set.link for step in found.several} == {"b--c", "c--d"}
    assert found.several_keys == (("t", "b", "d"),)
    assert found.left == ()


def test_routers_that_take_too_long_are_bypassed_over_the_same_cable(write):
    """Three routers and frames: 1.5 ms of fibre + 0.42 ms; a bypass saves two of them."""
    found = cures(write(LINE, scenario_text(1.7, "{pairs: [[a, d]]}")))
    [cure] = found.cures
    assert cure.kind is Kind.BYPASS
    assert cure.steps[0].add_link.over == ("a~b", "b~c", "c~d")
    assert found.together == {"t": (Outcome.MET, 1.0)}


def test_too_long_a_way_gets_the_shortest_new_cable(write):
    """From a to d is 300 km of cable; a to d straight 70 km times 1.17, the median of the rest."""
    found = cures(write(LINE, scenario_text(1.0, "{pairs: [[a, d]]}")))
    [cure] = found.cures
    assert cure.kind is Kind.CABLE
    span = cure.steps[0].add_span
    assert set(span.ends) == {"a", "d"}
    assert span.length_km == pytest.approx(70.1 * 100 / 85.2, rel=0.01)
    assert "median of the topology's cables" in span.source.basis


def test_hollow_core_comes_before_a_new_cable_where_it_suffices(write):
    """100 km of hollow core save 0.166 ms on the optical layer."""
    found = cures(write(LINE, scenario_text(1.4, "{pairs: [[a, d]]}", layer="optical")))
    [cure] = found.cures
    assert cure.kind is Kind.HOLLOW_CORE
    assert cure.amount == 100
    assert cure.steps[0].set.fibre.kind == "hollow_core"


CITY = """
    defaults:
      nodes: {core: {processing_us: 20}, access: {processing_us: 20}, compute: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 1, buffer: {packets: 1000}}
    nodes:
      x: {role: core, city: x}
      near: {role: access, city: x, population: 50}
      far: {role: access, city: x, population: 45}
      farther: {role: access, city: x, population: 5}
      n: {role: compute, city: x}
    links:
      near--x: {ends: [near, x], length_km: 10}
      far--x: {ends: [far, x], length_km: 300}
      farther--far: {ends: [farther, far], length_km: 100}
      n--x: {ends: [n, x], length_km: 10}
"""
PLACED = CITY.replace("{role: core, city: x}", "{role: core, city: x, at: [40.0, 120.0]}").replace(
    "{role: compute, city: x}", "{role: compute, city: x, at: [40.0, 120.1]}"
)
NEAREST = "{from: access, to: nearest_compute, within: city}"


def test_one_compute_node_cures_all_who_live_near_it(write):
    found = cures(write(CITY, scenario_text(1.0, NEAREST)))
    [cure] = found.cures
    assert cure.kind is Kind.COMPUTE
    assert cure.steps[0].add_compute.connect[0] in ("far", "farther")
    assert [key[1] for key in cure.keys] == ["far", "farther"]


def test_what_the_coverage_does_not_need_is_left_missed(write):
    more = ", coverage: {share: 0.95, of: population}"
    found = cures(write(CITY, scenario_text(0.3, NEAREST, more=more)))
    [cure] = found.cures
    assert [key[1] for key in cure.keys] == ["far"]
    assert [one.source for one in found.spared] == ["farther"]
    assert found.together["t"][0] is Outcome.MET


def test_a_city_without_compute_gets_some(write):
    lonely = CITY.replace("n: {role: compute, city: x}", "n: {role: compute, city: z}")
    found = cures(write(lonely, scenario_text(1.0, "{pairs: [[near, far]]}")))
    assert found.missed[0].destination == "far"
    found = cures(write(lonely, scenario_text(2.0, NEAREST)))
    [cure] = found.cures
    assert cure.kind is Kind.COMPUTE
    assert len(cure.keys) == 3


def test_what_no_change_cures_is_said_to_be_left(write):
    """Even straight and in vacuum 170 km take 0.57 ms."""
    scenario = write(LINE, scenario_text(0.1))
    found = cures(scenario)
    assert found.cures == ()
    assert [one.key for one in found.left] == [("t", "a", "c")]
    assert "No single change cures 1 pair:" in cures_table(scenario, found)


def test_full_links_that_no_missed_pair_goes_over_are_named_all_the_same(write):
    demands = "[{class: one, from: c, to: d, rate_gbps: 0.25}]"
    scenario = write(LINE, scenario_text(5, "{pairs: [[a, b]]}", demands))
    found = cures(scenario)
    assert list(found.also_full) == ["c--d"]
    assert "no missed pair goes over them: c--d" in cures_table(scenario, found)


def test_a_cure_is_simulated_before_it_is_called_confirmed(write):
    demands = "[{class: one, from: b, to: c, rate_gbps: 0.11}]"
    scenario = write(LINE, scenario_text(8, "{pairs: [[a, c]]}", demands))
    found = find_cures(scenario, means=Means(packets=1_000_000))
    [cure] = found.cures
    assert (cure.confirmed.met, cure.confirmed.missed) == (1, 0)
    assert "simulated, the slowest of them: 1 met" in cures_table(scenario, found)


def test_a_change_that_the_simulation_denies_is_no_cure(write, monkeypatch):
    demands = "[{class: one, from: b, to: c, rate_gbps: 0.11}]"
    scenario = write(LINE, scenario_text(8, "{pairs: [[a, c]]}", demands))
    monkeypatch.setattr(
        "netplan.decide.cure.search._Search._confirmed", lambda *_: Confirmed(0, 1, 0)
    )
    found = find_cures(scenario, means=Means(packets=100_000))
    assert (found.cures, [one.key for one in found.left]) == ((), [("t", "a", "c")])


def test_what_was_not_simulated_says_so(write):
    demands = "[{class: one, from: b, to: c, rate_gbps: 0.11}]"
    scenario = write(LINE, scenario_text(8, "{pairs: [[a, c]]}", demands))
    assert "\n    not simulated\n" in cures_table(scenario, cures(scenario))


def held(between):
    """Return a promise that must hold whatever cable is cut."""
    text = scenario_text(5, between, more=", holds_in: [normal, failure]")
    return f"{text.rstrip()}\n        failures: {{each: span}}\n"


def test_what_a_cut_breaks_is_cured_in_that_state(write):
    """Without b~c no way leads on; a cable from a or b does, and none of it can be the cut one."""
    scenario = write(LINE, held("{pairs: [[a, c]]}"))
    assert cures(scenario).missed == ()
    found = cures(scenario, state="span b~c")
    [cure] = found.cures
    assert (cure.kind, cure.keys) == (Kind.CABLE, (("t", "a", "c"),))
    assert cure.steps[1].add_link.over == (cure.subject,)
    assert found.together == {"t": (Outcome.MET, 1.0)}
    text = with_steps(held("{pairs: [[a, c]]}"), found)
    assert cures(write(LINE, text), state="span b~c").missed == ()


def test_a_compute_node_on_one_cable_gets_a_second_one(write):
    asked = held("{pairs: [[near, n]]}")
    [cure] = cures(write(PLACED, asked), state="span n--x").cures
    assert cure.kind is Kind.CABLE
    assert "n" in cure.steps[1].add_link.ends


def test_a_pair_that_no_single_cable_joins_again_is_said_to_be_cut_off(write):
    scenario = write(CITY, held("{pairs: [[near, n]]}"))
    found = cures(scenario, state="span n--x")
    assert (found.cures, [one.is_cut_off for one in found.left]) == ((), [True])
    assert "t (1), no way is left: near > n" in cures_table(scenario, found)


def test_failure_states_that_were_not_looked_at_are_mentioned(write):
    scenario = write(LINE, held("{pairs: [[a, c]]}"))
    assert "--state looks at one" in cures_table(scenario, cures(scenario))
    assert "--state" not in cures_table(scenario, cures(scenario, state="link c--d"))


def test_a_state_in_which_nothing_need_hold_is_an_error(write):
    with pytest.raises(InputError, match="no target must hold in failure states; say so with"):
        cures(write(LINE, scenario_text(5)), state="link c--d")


def with_steps(text, found):
    """Paste the steps of cures below a scenario."""
    steps = [step for cure in found.cures for step in cure.steps]
    return f"{textwrap.dedent(text).rstrip()}\n{expansion_yaml(steps)}\n"


@pytest.mark.parametrize(
    ("below_ms", "pair", "gbps"),
    [(5, "[a, c]", 0.25), (1.7, "[a, d]", 0.01), (1.0, "[a, d]", 0.01)],
)
def test_the_steps_can_be_pasted_into_the_scenario_and_cure_it(write, below_ms, pair, gbps):
    demands = f"[{{class: one, from: b, to: c, rate_gbps: {gbps}}}]"
    text = scenario_text(below_ms, f"{{pairs: [{pair}]}}", demands)
    found = cures(write(LINE, text))
    assert found.missed
    assert cures(write(LINE, with_steps(text, found))).missed == ()


def test_steps_for_a_scenario_with_an_expansion_are_to_be_appended_to_it(write):
    """A second key `expansion` would be an error, and one that extends a file replaces it."""
    demands = "[{class: one, from: b, to: c, rate_gbps: 0.25}]"
    text = scenario_text(5, "{pairs: [[a, c]]}", demands)
    planned = (
        f"{textwrap.dedent(text)}expansion:\n- {{by: 2024, set: {{link: a--b, members: 3}}}}\n"
    )
    scenario = write(LINE, planned)
    found = cures(scenario)
    head, steps = (
        cures_table(scenario, found).split("To append to the expansion in ")[1].split("\n\n")
    )
    assert head.endswith("scenario.yaml, line 12:")
    assert cures(write(LINE, planned + textwrap.dedent(steps))).missed == ()


def test_every_line_but_the_steps_fits_a_terminal(write):
    demands = "[{class: one, from: b, to: c, rate_gbps: 0.25}]"
    scenario = write(LINE, scenario_text(5, "{from: core, to: core}", demands))
    text = cures_table(scenario, cures(scenario)).split("To paste")[0]
    assert max(map(len, text.splitlines())) <= 80


def test_the_command_prints_cures_and_writes_the_document(write, tmp_path):
    demands = "[{class: one, from: b, to: c, rate_gbps: 0.25}]"
    write(LINE, scenario_text(5, "{from: core, to: core}", demands))
    out, file = tmp_path / "cures.json", str(tmp_path / "scenario.yaml")
    found = CliRunner().invoke(app, ["cure", file, "--no-confirm", "--json", str(out)])
    assert found.exit_code == 0
    assert "1. capacity on b--c:" in found.stdout
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["cures"][0]["unit"] == "members"
    assert document == cures_document(load(file), cures(load(file)))
    unknown = CliRunner().invoke(app, ["cure", file, "--target", "nothing"])
    assert unknown.exit_code == 2


def test_a_year_that_the_scenario_has_not_is_an_input_error(write, tmp_path):
    write(LINE, scenario_text(5))
    file = str(tmp_path / "scenario.yaml")
    done = CliRunner().invoke(app, ["cure", file, "--year", "1900"])
    assert done.exit_code == 2
    assert "years: no year 1900; there are: 20" in done.stderr


def test_distances_pass_through_routers_but_not_through_compute_nodes(write):
    ring = CITY + "      n--far: {ends: [n, far], length_km: 1}\n"
    topology = build_topology(write(ring), 2024)
    found = Distances(topology, Layer.OPTICAL)
    at = found.number
    assert found.delays[at["near"], at["far"]] == pytest.approx(1550 * US)
    assert found.delays[at["near"], at["n"]] == pytest.approx(100 * US)
    assert found.delays[at["farther"], at["n"]] == pytest.approx(505 * US)


def test_cable_leads_over_sites_without_routers(write):
    sites = """
        nodes:
          a: {role: core, processing_us: 0}
          t: {role: transit}
          b: {role: core, processing_us: 0}
        defaults: {spans: {fibre: {us_per_km: 5.0}}}
        spans:
          a~t: {ends: [a, t], length_km: 10}
          t~b: {ends: [t, b], length_km: 20}
          long: {ends: [a, b], length_km: 50}
    """
    cables = Cables(build_topology(write(sites), 2024))
    assert cables.spans("a", "b") == ("a~t", "t~b")
    assert cables.delays(("a", "b"))[0, 1] == pytest.approx(0.15 * MS)
    assert cables.km(("a~t", "t~b")) == 30


SERVED = """
    defaults:
      nodes: {access: {processing_us: 20}, core: {processing_us: 20}, compute: {processing_us: 10}}
      links: {capacity_gbps: 10}
    nodes:
      a: {role: access, access: {fixed_us: 500}}
      b: {role: core}
      dc: {role: compute, compute: {servers: SERVERS, service: {exponential_ms: 2}}}
    links:
      a--b: {ends: [a, b], length_km: 100}
      b--dc: {ends: [b, dc], length_km: 1}
"""
ASKED = """
    traffic:
      classes: {ask: {arrivals: poisson, sizes: {fixed: 1500}, requests: true}}
      demands: [{class: ask, from: a, to: dc, rate_gbps: 0.0192}]
    targets:
      - {name: t, between: {pairs: [[a, dc]]}, layer: service, direction: round_trip,
         statistic: mean, below_ms: BELOW, class: ask}
    simulation: {seed: 7, packets: {at_least: 20000, at_most: 1000000}}
"""


@pytest.mark.parametrize(("servers", "below", "amount"), [(3, 6, 1), (4, 5, 1), (4, 4.55, 1)])
def test_more_servers_are_found_where_waiting_for_them_costs_most(write, servers, below, amount):
    """1600 requests/s at 500/s each: three never keep up, four make them wait for 1.5 ms.

    A fifth server leaves 0.26 ms (Erlang C) on top of 4.04 ms that no server changes.
    """
    scenario = write(SERVED.replace("SERVERS", str(servers)), ASKED.replace("BELOW", str(below)))
    found = find_cures(scenario, means=Means(packets=1_000_000))
    cure = found.cures[0]
    assert (cure.kind, cure.subject) == (Kind.SERVERS, "dc")
    assert cure.amount >= amount
    assert cure.steps[0].set.compute.servers == servers + cure.amount
    assert cure.confirmed.met == 1
    text = cures_table(scenario, found)
    assert f"more servers at dc: {cure.amount:g} more" in text
    assert "servers: " in text


def test_no_number_of_servers_cures_a_service_that_is_too_slow_itself(write):
    scenario = write(SERVED.replace("SERVERS", "4"), ASKED.replace("BELOW", "3"))
    found = find_cures(scenario, means=Means(packets=500_000), confirm=False)
    assert Kind.SERVERS not in {cure.kind for cure in found.cures}
    assert len(found.left) == 1


def test_what_only_the_simulation_of_all_steps_shows_as_kept_is_not_called_incurable(write):
    """No closed form tells how long requests take that an overloaded link throws away."""
    topology = """
        defaults:
          nodes: {access: {processing_us: 20}, compute: {processing_us: 10}}
          links: {capacity_gbps: 1, buffer: {ms: 5}}
        nodes:
          here: {role: access, city: x, at: [40.0, 120.0], population: 1, access: gpon}
          ai: {role: compute, city: x, at: [40.0, 120.5],
               compute: {servers: 40, service: {exponential_ms: 2}}}
        spans: {here~ai: {ends: [here, ai], length_km: 50}}
        links: {here--ai: {ends: [here, ai]}}
    """
    scenario = write(
        topology,
        """
        traffic:
          classes:
            ask: {arrivals: poisson, sizes: {fixed: 3000}, requests: true}
            bulk: {arrivals: poisson, sizes: {fixed: 1500}}
          demands:
            - {class: ask, from: here, to: ai, rate_gbps: 0.1}
            - {class: bulk, from: here, to: ai, rate_gbps: 1.1}
        targets:
          - {name: near, between: {pairs: [[here, ai]]}, layer: network, direction: one_way,
             statistic: p99, below_ms: 1}
          - {name: answered, between: {pairs: [[here, ai]]}, class: ask, layer: service,
             direction: round_trip, statistic: p95, below_ms: 20}
        """,
    )
    found = find_cures(scenario, confirm=False, means=Means(packets=5_000_000))
    assert [cure.subject for cure in found.cures] == ["here--ai"]
    assert [one.key[0] for one in found.kept_together] == ["answered"]
    assert found.left == ()
    assert found.together["answered"][0] is Outcome.MET
    told = cures_table(scenario, found)
    assert "All of this together, as simulated, also cures 1 pair:\n    answered (1)" in told
    assert "No single change" not in told
    [kept] = cures_document(scenario, found)["kept_together"]
    assert (kept["target"], kept["source"]) == ("answered", "here")
