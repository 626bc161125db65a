from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from netplan.ground.rng import Streams
from netplan.ground.units import MS, PS_PER_S
from netplan.judge import round as judge_round
from netplan.judge.case import prepare
from netplan.judge.round import (
    LEAST_CYCLES,
    REPLICATIONS,
    begin_with_all,
    design_rounds,
    jobs_of_round,
    plan_round,
)
from netplan.measure.engine.arrivals import OnOff, Periodic, Poisson, Trace
from netplan.measure.engine.workload import Workload
from netplan.measure.replication import simulate
from netplan.measure.samples import merge_samples

TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}}
      links: {capacity_gbps: 1, buffer: {packets: 100}}
    nodes: {a: {role: core}, b: {role: core}, c: {role: core}}
    links:
      a--b: {ends: [a, b], length_km: 40}
      b--c: {ends: [b, c], length_km: 60}
"""


def case_of(
    write,
    arrivals="poisson",
    budget="{at_least: 1000}",
    topology=TOPOLOGY,
    demands="[{class: best, from: a, to: c, rate_gbps: 0.5}]",
    pairs="[[a, c], [c, a]]",
):
    return prepare(
        write(
            topology,
            f"""
            traffic:
              classes: {{best: {{arrivals: {arrivals}, sizes: {{fixed: 1250}}}}}}
              demands: {demands}
            targets:
              - {{name: t, between: {{pairs: {pairs}}}, layer: network,
                 direction: one_way, statistic: p99, below_ms: 5}}
            simulation: {{packets: {budget}}}
            """,
        ),
        2024,
    )


def design_of(case):
    return design_rounds(case, case.streams, "fast", 7)


def first_round(case):
    return plan_round(case, design_of(case), 0, case.streams)


@pytest.mark.parametrize(
    ("arrivals", "law", "sources"),
    [
        ("poisson", Poisson, 1),
        ("periodic", Periodic, 1),
        ("{on_off: {peak_gbps: 0.5, on_ms: 1, off_ms: 4}}", OnOff, 5),
    ],
)
def test_a_class_sends_by_its_own_law_at_the_rate_of_the_demand(write, arrivals, law, sources):
    """0.5 Gbit/s in packets of 10 000 bits are 50 000 a second."""
    carried = design_of(case_of(write, arrivals)).carried
    assert [type(source.arrivals) for source in carried] == [law] * sources
    assert sum(source.packet_rate for source in carried) == pytest.approx(50_000)


def test_a_trace_sends_its_own_packets_at_the_rate_of_the_demand(write, tmp_path):
    (tmp_path / "trace.csv").write_text(" time_s,bytes\n0.0,500\n\n0.5,1500\n2.0, 1000\n")
    [source] = design_of(case_of(write, "{trace: {file: trace.csv}}")).carried
    assert isinstance(source.arrivals, Trace)
    assert source.arrivals.bits == (4000, 12_000, 8000)
    assert source.packet_rate == pytest.approx(0.5e9 / 8000)


def test_probes_take_at_most_one_percent_of_any_port(write):
    for source in first_round(case_of(write)).probes:
        assert 0 < source.packet_rate * source.sizes.mean <= 0.01 * 1e9 * (1 + 1e-9)


def test_the_first_round_fits_the_packets_of_the_scenario(write):
    case = case_of(write, budget="{at_least: 1000, at_most: 300000}")
    planned = first_round(case)
    rate = sum(s.packet_rate for s in (*design_of(case).carried, *planned.probes))
    seconds = REPLICATIONS * (planned.timing.warm_up + planned.timing.measure) / PS_PER_S
    assert rate * seconds <= 300_000 * 1.01


def test_a_run_has_at_least_the_packets_that_the_scenario_asks_for(write):
    case = case_of(write, budget="{at_least: 5000000}")
    planned = first_round(case)
    rate = sum(s.packet_rate for s in (*design_of(case).carried, *planned.probes))
    assert rate * REPLICATIONS * planned.timing.measure / PS_PER_S >= 0.999 * 5e6


def test_warm_up_covers_the_longest_route(write):
    assert first_round(case_of(write)).timing.warm_up >= 100 * 4.897e-6 * PS_PER_S


def test_a_run_covers_twenty_of_the_longest_burst_cycles(write):
    case = case_of(write, "{on_off: {peak_gbps: 0.5, on_ms: 10, off_ms: 40}}")
    design = design_of(case)
    assert design.longest_cycle == pytest.approx(50 * MS)
    measured = REPLICATIONS * first_round(case).timing.measure / PS_PER_S
    assert measured >= LEAST_CYCLES * 50 * MS


def test_a_run_that_covers_too_few_burst_cycles_says_so(write):
    budget = "{at_least: 1000, at_most: 20000}"
    case = case_of(write, "{on_off: {peak_gbps: 0.5, on_ms: 100, off_ms: 400}}", budget=budget)
    design = design_of(case)
    samples = simulate(jobs_of_round(design, first_round(case))[0])
    assert "burst cycles" in design.describe(case, samples)


def test_every_round_has_new_replications_and_as_many_packets_again(write):
    case = case_of(write)
    design = design_of(case)
    before, numbers, probes = None, [], []
    for number in range(4):
        planned = plan_round(case, design, number, case.streams, before)
        jobs = jobs_of_round(design, planned)
        numbers.append([job.replication for job in jobs])
        probes.append(planned.probes[0].packet_rate * planned.timing.measure)
        before = merge_samples([*([before] if before else []), *map(simulate, jobs)])
    assert numbers == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert [probe / probes[0] for probe in probes] == pytest.approx([1, 1, 2, 4], rel=0.1)


def test_a_round_that_the_budget_cuts_short_is_not_begun(write):
    case = case_of(write, budget="{at_least: 1000, at_most: 300000}")
    design = design_of(case)
    spent = simulate(jobs_of_round(design, first_round(case))[0])
    assert plan_round(case, design, 1, case.streams, replace(spent, packets=150_000)) is not None
    assert plan_round(case, design, 1, case.streams, replace(spent, packets=299_000)) is None


def test_a_later_round_measures_only_what_is_still_open(write):
    case = case_of(write)
    design = design_of(case)
    first, second = case.streams
    [job, _] = jobs_of_round(design, plan_round(case, design, 1, [second]))
    assert job.streams == (second,)
    assert {source.name: source.stream for source in job.sources} == {
        "demand/a>c/best": -1,
        second: 0,
    }
    assert first not in {source.name for source in job.sources}


BOTH_WAYS = (
    "[{class: best, from: a, to: c, rate_gbps: 0.5}, {class: best, from: c, to: a, rate_gbps: 0.5}]"
)


def test_only_the_begin_of_a_long_round_is_on_the_whole_network(write, monkeypatch):
    monkeypatch.setattr(judge_round, "ALL_LINKS", 2000)
    case = case_of(write, demands=BOTH_WAYS, pairs="[[a, c]]")
    planned, design = first_round(case), design_of(case)
    (whole, begin), (less, rest) = begin_with_all(design, planned)
    assert [source.name for source in whole.carried] == ["demand/a>c/best", "demand/c>a/best"]
    assert [source.name for source in less.carried] == ["demand/a>c/best"]
    assert begin.timing.measure + rest.timing.measure == planned.timing.measure
    assert begin.timing.warm_up == rest.timing.warm_up == planned.timing.warm_up
    rate = sum(source.packet_rate for source in (*whole.carried, *begin.probes))
    assert rate * REPLICATIONS * begin.timing.measure / PS_PER_S == pytest.approx(2000)
    of_both = [jobs_of_round(*part) for part in ((whole, begin), (less, rest))]
    assert [job.replication for jobs in of_both for job in jobs] == [0, 1, 2, 3]
    samples = merge_samples([simulate(job) for jobs in of_both for job in jobs])
    [stream] = samples.streams.values()
    probes = planned.probes[0].packet_rate * samples.duration
    assert stream.delivered == pytest.approx(probes, rel=0.05)


@pytest.mark.parametrize(
    ("all_links", "demands"),
    [(10_000_000, BOTH_WAYS), (2000, "[{class: best, from: a, to: c, rate_gbps: 0.5}]")],
    ids=["short", "all of the network matters"],
)
def test_a_round_is_not_divided_for_nothing(write, monkeypatch, all_links, demands):
    monkeypatch.setattr(judge_round, "ALL_LINKS", all_links)
    case = case_of(write, demands=demands, pairs="[[a, c]]")
    planned, design = first_round(case), design_of(case)
    assert begin_with_all(design, planned) == ((design, planned),)


def test_adding_a_link_elsewhere_does_not_change_the_packets_of_a_demand(write):
    """Common random numbers by name: what a>c sends is the same on the larger network."""
    more = TOPOLOGY.replace("c: {role: core}}", "c: {role: core}, d: {role: core}}")
    more += "      c--d: {ends: [c, d], length_km: 5, members: 3}\n"
    blocks = [
        next(Workload(design_of(case).carried, Streams(7)).blocks([PS_PER_S // 100]))
        for case in (case_of(write), case_of(write, topology=more))
    ]
    assert np.array_equal(blocks[0].entry, blocks[1].entry)
    assert np.array_equal(blocks[0].bits, blocks[1].bits)
