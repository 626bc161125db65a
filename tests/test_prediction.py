from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

import netplan.measure.replication
from netplan.ground.texts.sentences import is_translated
from netplan.ground.units import MS
from netplan.input.loader import load
from netplan.judge import round as judge_round
from netplan.judge.agreement import Agreement
from netplan.judge.case import prepare
from netplan.judge.evaluation import evaluate
from netplan.judge.prediction import close_calls, nearly_full, predict

# One link of 100 Mbit/s, 100 km at 5 us/km, a router of 20 us: a frame of 1500 bytes takes 120 us.
TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 0.1, buffer: {packets: 10000}}
    nodes: {a: {role: core}, b: {role: core}, c: {role: core}}
    links:
      a--b: {ends: [a, b], length_km: 100}
      b--c: {ends: [b, c], length_km: 100}
"""
FIXED = 0.52 * MS
FRAME = 0.12 * MS


def scenario_text(
    demands="[{class: one, from: a, to: b, rate_gbps: 0.05}]", below_ms=2.0, pair="[a, b]",
    statistic="p99", sizes="{fixed: 1500}", arrivals="poisson", more="",
):  # fmt: skip
    return f"""
        traffic:
          classes:
            one: {{arrivals: {arrivals}, sizes: {sizes}, priority: 0}}
            two: {{arrivals: poisson, sizes: {{fixed: 1500}}, priority: 3}}
          demands: {demands}
        targets:
          - {{name: t, between: {{pairs: [{pair}]}}, class: one, layer: network,
             direction: one_way, statistic: {statistic}, below_ms: {below_ms}{more}}}
    """


def predicted(write, **text):
    case = prepare(write(TOPOLOGY, scenario_text(**text)), 2024)
    return predict(case), case.questions[0]


def port(prediction, source, target):
    channels = prediction.case.topology.channels
    return next(c for c in channels if (c.source, c.target) == (source, target)).first_port


def statistic(write, name, **text):
    prediction, question = predicted(write, statistic=name, **text)
    return prediction.statistic(question.streams[0], name)


# --- ports ----------------------------------------------------------------------------------


def test_a_port_with_packets_of_one_size_waits_as_md1(write):
    """Half full: E[W] = rho S / (2 (1 - rho)) = S / 2."""
    prediction, _ = predicted(write)
    assert prediction.mean_wait(port(prediction, "a", "b")) == pytest.approx(FRAME / 2)
    assert prediction.mean_wait(port(prediction, "b", "a")) == 0


def test_priorities_wait_as_cobham_says_and_the_mean_is_weighted_by_their_packets(write):
    """Loads 0.2 and 0.4: residual 0.3 S, so 0.3 S / 0.8 and 0.3 S / (0.8 * 0.4); mean 0.75 S."""
    prediction, _ = predicted(
        write,
        demands="[{class: one, from: a, to: b, rate_gbps: 0.02},"
        " {class: two, from: a, to: b, rate_gbps: 0.04}]",
    )
    number = port(prediction, "a", "b")
    assert prediction.wait(number, 0).mean == pytest.approx(0.375 * FRAME)
    assert prediction.wait(number, 3).mean == pytest.approx(0.9375 * FRAME)
    assert prediction.mean_wait(number) == pytest.approx(0.75 * FRAME)
    channel = prediction.case.topology.channel_of_port[number]
    assert prediction.queueing(channel) == pytest.approx(0.75 * FRAME)


def test_a_priority_without_packets_of_its_own_still_has_a_wait(write):
    """Probes of class one find the port filled to 0.4 by class two: W = 0.2 S, the residual."""
    prediction, _ = predicted(write, demands="[{class: two, from: a, to: b, rate_gbps: 0.04}]")
    assert prediction.wait(port(prediction, "a", "b"), 0).mean == pytest.approx(0.2 * FRAME)


@pytest.mark.parametrize(
    "text",
    [
        {"demands": "[{class: one, from: a, to: b, rate_gbps: 0.1}]"},
        {"arrivals": "periodic"},
        {"arrivals": "{on_off: {peak_gbps: 0.09, on_ms: 1, off_ms: 2}}"},
    ],
)
def test_nothing_is_predicted_for_a_full_port_nor_for_bursts(write, text):
    prediction, question = predicted(write, **text)
    number = port(prediction, "a", "b")
    assert prediction.wait(number, 0) is None
    assert prediction.mean_wait(number) is None
    assert prediction.queueing(prediction.case.topology.channel_of_port[number]) is None
    assert prediction.statistic(question.streams[0], "p99") is None


def test_probes_count_as_load_where_they_are_named(write):
    """1000 frames a second make 0.5 to 0.62: W = 0.62 / (2 * 0.38) S."""
    prediction, question = predicted(write)
    name = question.streams[0].name
    loaded = prediction.with_probes({name: 1000.0})
    expected = 0.62 / (2 * 0.38) * FRAME
    assert loaded.mean_wait(port(prediction, "a", "b")) == pytest.approx(expected)


def test_traffic_on_its_second_hop_does_not_count_as_entering(write):
    prediction, _ = predicted(write, demands="[{class: one, from: a, to: c, rate_gbps: 0.05}]")
    entering = prediction.entering_only()
    first, second = port(prediction, "a", "b"), port(prediction, "b", "c")
    assert prediction.mean_wait(first) == prediction.mean_wait(second) > 0
    assert entering.mean_wait(first) == prediction.mean_wait(first)
    assert entering.mean_wait(second) == 0


# --- streams --------------------------------------------------------------------------------


def test_the_mean_is_fibre_router_frame_and_wait(write):
    assert statistic(write, "mean") == pytest.approx(FIXED + FRAME + FRAME / 2)


def test_on_an_empty_network_every_percentile_is_the_fixed_delay(write):
    for name in ("p1", "p50", "p99.9"):
        assert statistic(write, name, demands="[]") == pytest.approx(FIXED + FRAME)


@pytest.mark.parametrize("level", [50, 90, 99])
def test_exponential_packets_stay_as_long_as_in_mm1(write, level):
    """Half full, service 120 us: the time in the system is exponential with mean 240 us."""
    found = statistic(write, f"p{level}", sizes="{exponential: 1500}")
    assert found == pytest.approx(FIXED - 2 * FRAME * math.log(1 - level / 100), rel=1e-6)


def test_two_hops_wait_twice(write):
    text = {"demands": "[{class: one, from: a, to: c, rate_gbps: 0.05}]", "pair": "[a, c]"}
    assert statistic(write, "mean", **text) == pytest.approx(2 * (FIXED + FRAME + FRAME / 2))


def test_a_mix_of_sizes_has_a_percentile_for_each_size(write):
    """One frame in four has 1500 bytes, the others 150: on an empty network p70 and p80 differ."""
    sizes = "{mix: [{bytes: 150, weight: 3}, {bytes: 1500, weight: 1}]}"
    found = [statistic(write, name, sizes=sizes, demands="[]") for name in ("p70", "p80")]
    assert found == pytest.approx([FIXED + FRAME / 10, FIXED + FRAME])


def test_no_maximum_is_predicted(write):
    assert statistic(write, "max") is None


# --- warnings -------------------------------------------------------------------------------


def test_ports_above_nine_tenths_are_named_and_full_ones_are_not(write):
    def named(rate):
        demand = f"[{{class: one, from: a, to: b, rate_gbps: {rate}}}]"
        return list(nearly_full(prepare(write(TOPOLOGY, scenario_text(demands=demand)), 2024)))

    [warning] = named(0.095)
    assert "offered more than 90%: a--b (a>b) 95.0%" in warning
    assert named(0.089) == named(0.1) == []


@pytest.mark.parametrize(("share", "close"), [(0.94, False), (0.96, True), (1.04, True)])
def test_a_prediction_within_five_percent_of_the_limit_is_a_close_call(write, share, close):
    _, question = predicted(write)
    warnings = list(close_calls(question, {0: share * 2.0 * MS}))
    assert bool(warnings) is close
    assert all("t: closed forms predict p99 within 5% of 2 ms for a>b" in w for w in warnings)


# --- the simulation agrees, unless it is wrong -------------------------------------------------


@pytest.mark.parametrize(("ports", "pairs", "told"), [
    (3, 2, "at 2 of 3 ports and for 2 of 2 pairs, as"),
    (3, 0, "at 2 of 3 ports, as"),
    (0, 2, "for 2 of 2 pairs, as"),
    (0, 0, "nothing to compare with"),
])  # fmt: skip
def test_what_could_not_be_compared_is_not_counted(ports, pairs, told):
    misfits = ("a--b waits 2 µs, not 1",) if ports else ()
    said = Agreement(ports, pairs, misfits, ()).describe()
    assert told in said
    assert "0 of 0" not in said
    assert is_translated(said)


def agreement(found):
    [note] = [note for note in found.notes if "closed forms agree" in note]
    return note


def test_the_simulation_of_two_cities_agrees_with_the_closed_forms():
    scenario = load("scenarios/two-cities.yaml", overrides=["years=[2024]"])
    note = agreement(evaluate(scenario, engine="fast"))
    ports, of_ports, pairs, of_pairs = map(int, re.findall(r"\d+", note)[1:])
    assert ports == of_ports > 10
    assert pairs == of_pairs == 4


def test_links_that_delay_nobody_are_measured_in_the_begin_of_a_long_round(write, monkeypatch):
    """Their waits are known less well, which is no disagreement with the closed forms."""
    text = scenario_text(statistic="p90") + "\n        simulation: {seed: 3}"
    both = text.replace("demands: [", "demands: [{class: one, from: b, to: a, rate_gbps: 0.05}, ")
    whole = evaluate(write(TOPOLOGY, both), engine="fast")
    monkeypatch.setattr(judge_round, "ALL_LINKS", 3000)
    parted = evaluate(write(TOPOLOGY, both), engine="fast")
    [before], [after] = whole.samples.values(), parted.samples.values()
    assert after.packets < 0.7 * before.packets
    back, back_before = (
        next(use for use in found.links if (use.source, use.target) == ("b", "a"))
        for found in (parted, whole)
    )
    assert back.mean_queueing == pytest.approx(back_before.mean_queueing, rel=0.2)
    assert back.mean_queueing != back_before.mean_queueing
    assert "2 of 2 ports and for 1 of 1 pairs" in agreement(parted)


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_an_engine_whose_ports_are_a_fifth_too_fast_or_slow_is_found_out(monkeypatch, factor):
    right = netplan.measure.replication.make_engine

    def wrong(job):
        ports = job.network.ports
        network = replace(job.network, ports=replace(ports, ps_per_bit=ports.ps_per_bit * factor))
        return right(replace(job, network=network))

    monkeypatch.setattr(netplan.measure.replication, "make_engine", wrong)
    scenario = load("scenarios/two-cities.yaml", overrides=["years=[2024]"])
    note = agreement(evaluate(scenario, engine="fast"))
    assert "ports that do not: " in note


def test_what_is_measured_beside_what_is_predicted_stands_in_pairs_and_links(write):
    budget = "\n        simulation: {seed: 3, packets: {at_least: 1000, at_most: 400000}}"
    found = evaluate(write(TOPOLOGY, scenario_text(statistic="mean") + budget), engine="fast")
    [pair] = found.verdicts[0].pairs
    assert pair.stream == "probe/a>b/one_way/one"
    assert pair.predicted == pytest.approx(FIXED + 1.5 * FRAME)
    assert pair.estimate == pytest.approx(pair.predicted, rel=0.05)
    use = next(use for use in found.links if (use.source, use.target) == ("a", "b"))
    assert use.predicted_queueing == pytest.approx(FRAME / 2)
    assert np.isclose(use.mean_queueing, use.predicted_queueing, rtol=0.2)
