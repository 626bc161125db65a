"""The service layer from YAML to verdicts: last mile, servers, storage, replies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from netplan.ground.errors import InputError
from netplan.ground.texts.sentences import is_translated
from netplan.ground.units import MS
from netplan.judge.case import prepare
from netplan.judge.evaluation import evaluate
from netplan.judge.results import load_results, save_results
from netplan.judge.round import design_rounds, plan_round
from netplan.judge.verdict import Outcome, Reason
from netplan.measure.queueing import mmc_mean_waiting_time
from netplan.show.report import verdict_report

TOPOLOGY = """
    defaults:
      nodes: {access: {processing_us: 20}, core: {processing_us: 20}, compute: {processing_us: 10}}
      links: {capacity_gbps: 10}
    nodes:
      a: {role: access, access: {fixed_us: 500}}
      b: {role: core}
      dc: {role: compute, compute: {servers: 4, service: {exponential_ms: 2}}}
    links:
      a--b: {ends: [a, b], length_km: 100}
      b--dc: {ends: [b, dc], length_km: 1}
"""
ONE_WAY = 0.101 * 4.897 + 0.020 + 0.020
"""Fibre and routers from a to dc [ms]."""
BACK = 0.101 * 4.897 + 0.020 + 0.010
SENDING = 4 * 0.0012
"""1500 bytes over four ports of 10 Gbit/s, there and back [ms]."""


def scenario_text(*targets, rate=0.0192, engine="fast", at_least=20_000, more="", law="poisson"):
    lines = "\n".join(f"  - {target}" for target in targets)
    return f"""
traffic:
  classes:
    ask: {{arrivals: {law}, sizes: {{fixed: 1500}}, requests: true{more}}}
  demands:
    - {{class: ask, from: a, to: dc, rate_gbps: {rate}}}
targets:
{lines}
simulation: {{seed: 7, engine: {engine}, packets: {{at_least: {at_least}, at_most: 4000000}}}}
"""


def target(name="t", statistic="mean", below=50, direction="round_trip", more=""):
    return (
        f"{{name: {name}, between: {{pairs: [[a, dc]]}}, layer: service, direction: {direction}, "
        f"statistic: {statistic}, below_ms: {below}, class: ask{more}}}"
    )


CARRIED = ", measure: carried"


@pytest.mark.parametrize("engine", ["simpy", "fast"])
def test_the_mean_of_carried_requests_covers_mmc_theory(write, engine):
    """1600 requests/s at four servers of 500/s each: Erlang C says 1.4911 ms of waiting."""
    text = scenario_text(target(more=CARRIED), engine=engine, at_least=300_000)
    [verdict] = evaluate(write(TOPOLOGY, text)).verdicts
    [pair] = verdict.pairs
    waiting = mmc_mean_waiting_time(1600, 500, servers=4) / MS
    expected = 2 * 0.5 + ONE_WAY + BACK + SENDING + 2 + waiting
    assert pair.low / MS <= expected <= pair.high / MS
    assert pair.components["compute"] / MS == pytest.approx(2 + waiting, rel=0.05)


@pytest.mark.parametrize("more", ["", CARRIED])
def test_components_add_up_to_the_mean_and_those_of_the_service_are_as_said(write, more):
    topology = TOPOLOGY.replace("exponential_ms: 2", "fixed_ms: 2")
    text = scenario_text(target(more=more), rate=0.00012)
    [verdict] = evaluate(write(topology, text)).verdicts
    [pair] = verdict.pairs
    parts = {name: value / MS for name, value in pair.components.items()}
    assert parts["access"] == pytest.approx(1.0, abs=1e-9)
    assert parts["compute"] == pytest.approx(2.0, abs=0.01)
    assert sum(parts.values()) == pytest.approx(pair.estimate / MS, abs=1e-9)
    assert sum(hop.total for hop in pair.hops) == pytest.approx(pair.estimate, rel=1e-9)
    there = ["last mile", "a--b", "b--dc", "servers"]
    assert [hop.link for hop in pair.hops] == [*there, "b--dc", "a--b"]


def test_one_way_ends_when_the_answer_is_ready(write):
    topology = TOPOLOGY.replace("exponential_ms: 2", "fixed_ms: 2")
    text = scenario_text(target(direction="one_way"), rate=0.000012)
    [verdict] = evaluate(write(topology, text)).verdicts
    [pair] = verdict.pairs
    assert pair.estimate / MS == pytest.approx(0.5 + ONE_WAY + SENDING / 2 + 2, abs=2e-3)
    assert pair.hops[-1].link == "servers"


def test_without_compute_the_last_mile_counts_and_the_servers_do_not(write):
    text = scenario_text(target(more=", without: compute"), rate=0.0239)  # 99.6 %
    [verdict] = evaluate(write(TOPOLOGY, text)).verdicts
    [pair] = verdict.pairs
    assert pair.outcome is Outcome.MET
    assert pair.estimate / MS == pytest.approx(1 + ONE_WAY + BACK + SENDING, abs=1e-3)
    assert "compute" not in pair.components
    assert pair.components["access"] / MS == pytest.approx(1.0)


def test_probes_only_observe_the_servers_that_carried_requests_keep_busy(write):
    case = prepare(write(TOPOLOGY, scenario_text(target())), 2024)
    design = design_rounds(case, case.streams, "fast", seed=1)
    planned = plan_round(case, design, 0, case.streams)
    assert [source.observes for source in design.carried] == [False]
    assert [source.observes for source in planned.probes] == [True]


def test_the_quantile_of_an_idle_pool_is_that_of_its_service(write):
    """p99 of an exponential law of 2 ms is 2 ln 100 = 9.21 ms."""
    text = scenario_text(target(statistic="p99"), rate=0.00012)
    [verdict] = evaluate(write(TOPOLOGY, text)).verdicts
    [pair] = verdict.pairs
    fixed = 1 + ONE_WAY + BACK + SENDING
    assert pair.low / MS <= fixed + 2 * math.log(100) <= pair.high / MS


def test_storage_adds_to_compute_and_keeps_no_server_busy(write):
    """3 ms of reading at four servers that are busy for 2 ms: 1600 requests/s are 80 %, not 200."""
    topology = TOPOLOGY.replace("exponential_ms: 2}", "fixed_ms: 2}, storage: {fixed_ms: 3}")
    case = prepare(write(topology, scenario_text(target())), 2024)
    assert case.requests["dc"] / case.topology.pools["dc"].capacity == pytest.approx(0.8)
    text = scenario_text(target(more=CARRIED), rate=0.00012)
    [verdict] = evaluate(write(topology, text)).verdicts
    [pair] = verdict.pairs
    assert pair.components["compute"] / MS == pytest.approx(5, abs=0.01)


def test_overloaded_servers_are_named_and_miss_before_any_simulation(write):
    found = evaluate(write(TOPOLOGY, scenario_text(target(), rate=0.03)))
    [pair] = found.verdicts[0].pairs
    assert (pair.outcome, pair.reason) == (Outcome.MISSED, Reason.OVERLOAD)
    assert pair.remedies[0] == "more than 6 servers at dc (now 4), or faster ones"
    assert found.samples == {}
    assert any("servers at dc: offered 2500 of 2000 requests/s (125%)" in n for n in found.notes)


def test_a_slow_server_is_to_blame_and_faster_ones_cure_it(write):
    topology = TOPOLOGY.replace("exponential_ms: 2", "fixed_ms: 20")
    text = scenario_text(target(below=10, statistic="p99"), rate=0.000012)
    [verdict] = evaluate(write(topology, text)).verdicts
    [pair] = verdict.pairs
    assert (pair.outcome, pair.reason) == (Outcome.MISSED, Reason.LATENCY)
    assert pair.blame.link == "servers"
    assert "faster servers at dc (now 4)" in pair.remedies


def test_what_the_servers_had_to_do_is_told(write):
    found = evaluate(write(TOPOLOGY, scenario_text(target(more=CARRIED), at_least=100_000)))
    [use] = found.pools
    assert (use.node, use.servers, use.requests) == ("dc", 4, pytest.approx(1600))
    assert use.utilisation == pytest.approx(0.8)
    assert use.predicted_wait == pytest.approx(mmc_mean_waiting_time(1600, 500, servers=4))
    assert use.mean_wait == pytest.approx(use.predicted_wait, rel=0.1)
    assert use.max_wait > use.mean_wait


def test_requests_load_the_way_there_and_the_way_back(write):
    case = prepare(write(TOPOLOGY, scenario_text(target())), 2024)
    loads = {channel.name: case.load.of_channel(channel) for channel in case.topology.channels}
    assert loads == pytest.approx(dict.fromkeys(loads, 0.0192e9))


def test_the_class_says_the_last_mile_before_the_node_does(write):
    text = scenario_text(target(), more=", access: 5g_embb")
    [stream] = prepare(write(TOPOLOGY, text), 2024).questions[0].streams
    assert [law.mean for law in stream.service.access] == [0.004] * 2


def test_both_ends_of_a_pair_have_their_last_mile(write):
    topology = TOPOLOGY.replace("b: {role: core}", "b: {role: core, access: {fixed_ms: 3}}")
    wanted = (
        "{name: t, between: {pairs: [[a, b]]}, layer: service, without: compute, "
        "direction: round_trip, statistic: mean, below_ms: 50}"
    )
    [stream] = prepare(write(topology, scenario_text(wanted)), 2024).questions[0].streams
    assert sum(law.mean for law in stream.service.access) == pytest.approx(2 * (0.0005 + 0.003))


def problems(scenario):
    with pytest.raises(InputError) as caught:
        prepare(scenario, 2024)
    return [str(problem) for problem in caught.value.problems]


def test_a_pair_without_a_last_mile_is_refused(write):
    topology = TOPOLOGY.replace(", access: {fixed_us: 500}", "")
    [problem] = problems(write(topology, scenario_text(target())))
    assert "service counts the last mile, which a lacks" in problem


def test_requests_to_a_node_without_servers_are_refused(write):
    topology = TOPOLOGY.replace(", compute: {servers: 4, service: {exponential_ms: 2}}", "")
    found = problems(write(topology, scenario_text(target())))
    assert len(found) == 2
    assert "its requests find no servers at dc" in found[0]
    assert "no servers at dc" in found[1]


def test_servers_added_later_are_there_later(write):
    more = "years: [2024, 2025]\nexpansion:\n  - by: 2025\n    set:\n      node: dc\n"
    more += "      compute: {servers: 8, service: {exponential_ms: 2}}\n"
    text = scenario_text(target()).replace("  demands:", "  growth_per_year: {ask: 0}\n  demands:")
    scenario = write(TOPOLOGY, text + more)
    servers = [prepare(scenario, year).topology.pools["dc"].servers for year in (2024, 2025)]
    assert servers == [4, 8]


def test_draws_of_access_do_not_disturb_those_of_the_requests(write):
    """Common random numbers: another last mile moves every delay by the same time."""
    texts = [
        scenario_text(target(more=CARRIED), more=f", access: {{fixed_ms: {ms}}}") for ms in (1, 4)
    ]
    delays = []
    for text in texts:
        [samples] = evaluate(write(TOPOLOGY, text)).samples.values()
        [stream] = samples.streams.values()
        delays.append((stream.base, stream.sums))
    assert delays[1][0] - delays[0][0] == 6 * 10**9
    assert np.array_equal(delays[0][1], delays[1][1])


TWO_WAYS = """
    defaults:
      nodes: {access: {processing_us: 20}, core: {processing_us: 20}, compute: {processing_us: 10}}
      links: {capacity_gbps: 10}
    nodes:
      a: {role: access, access: {fixed_us: 500}}
      b: {role: core}
      c: {role: core}
      dc: {role: compute, compute: {servers: 4, service: {fixed_ms: 2}}}
    links:
      a--b: {ends: [a, b], length_km: 100}
      a--c: {ends: [a, c], length_km: 200}
      b--dc: {ends: [b, dc], length_km: 1}
      c--dc: {ends: [c, dc], length_km: 1}
"""


@pytest.mark.parametrize("more", ["", CARRIED])
def test_after_a_cut_requests_and_replies_take_the_other_way(write, more):
    wanted = target(more=f"{more}, holds_in: [normal, failure], below_ms_in_failure: 50")
    text = scenario_text(wanted, rate=0.00012) + "failures: {sets: {cut: [a--b]}}\n"
    found = evaluate(write(TWO_WAYS, text))
    [normal], [cut] = found.verdicts[0].pairs, found.failures[0].pairs
    assert cut.route == ("a", "c", "dc", "c", "a")
    assert cut.estimate - normal.estimate == pytest.approx(2 * 100 * 4.897e-6, abs=1e-6)
    assert cut.components["compute"] / MS == pytest.approx(2, abs=0.01)


def test_the_report_names_the_busiest_servers_and_those_to_blame(write):
    topology = TOPOLOGY.replace("exponential_ms: 2", "fixed_ms: 2")
    text = scenario_text(
        target(below=3, statistic="p99"),
        target(name="u", more=", without: compute"),
        rate=0.0012,
    )
    found = evaluate(write(topology, text))
    report, chinese = verdict_report(found, "en"), verdict_report(found, "zh")
    assert "p99 round trip, service layer, < 3 ms" in report
    assert "service layer without compute" in report
    assert "servers at dc with 2.000 ms, offered 5%" in report
    assert "Busiest servers in 2024" in report
    [row] = [line.split() for line in report.splitlines() if line.startswith("  dc ")]
    assert row[:4] == ["dc", "4", "100", "5%"]
    assert "业务层（不含算力处理）" in chinese
    assert "dc 的服务器" in chinese


def test_what_is_said_of_servers_can_be_said_in_chinese(write):
    overloaded = evaluate(write(TOPOLOGY, scenario_text(target(), rate=0.03)))
    slow = TOPOLOGY.replace("exponential_ms: 2", "fixed_ms: 20")
    missed = evaluate(write(slow, scenario_text(target(below=1.5), rate=0.000012)))
    full = evaluate(write(TOPOLOGY, scenario_text(target(), rate=0.0228)))
    sentences = [
        *(text for found in (overloaded, missed, full) for text in found.notes),
        *(cure for found in (overloaded, missed) for cure in found.verdicts[0].pairs[0].remedies),
    ]
    assert any("more than max_utilisation, 80%" in text for text in sentences)
    assert [text for text in sentences if not is_translated(text)] == []


def test_results_hold_what_the_servers_had_to_do(write, tmp_path):
    found = evaluate(write(TOPOLOGY, scenario_text(target(more=CARRIED), rate=0.012)))
    save_results(found, tmp_path / "out")
    results = load_results(tmp_path / "out")
    [row] = results.servers.to_dict("records")
    assert (row["node"], row["servers"], row["utilisation"]) == ("dc", 4, pytest.approx(0.5))
    [pair] = results.pairs.to_dict("records")
    assert pair["access_ms"] == pytest.approx(1.0)
    assert pair["compute_ms"] > 2
    assert set(results.histograms["component"]) >= {"access", "compute"}
