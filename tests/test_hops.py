from __future__ import annotations

import math

import pytest

from netplan.judge.evaluation import evaluate

# Two hops of 100 Mbit/s. Best-effort traffic fills the first, urgent traffic the second, to 0.6.
TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 0.1, buffer: {packets: 500}}
    nodes: {a: {role: core}, b: {role: core}, c: {role: core}}
    links:
      a--b: {ends: [a, b], length_km: 10}
      b--c: {ends: [b, c], length_km: 10}
"""
SCENARIO = """
    traffic:
      classes:
        urgent: {arrivals: poisson, sizes: {fixed: 1500}, priority: 0}
        other: {arrivals: poisson, sizes: {fixed: 1500}, priority: 1}
      demands:
        - {class: other, from: a, to: b, rate_gbps: 0.06}
        - {class: urgent, from: b, to: c, rate_gbps: 0.06}
    targets:
      - {name: t, between: {pairs: [[a, c]]}, class: CLASS, layer: network, direction: one_way,
         statistic: mean, below_ms: 50}
    simulation: {seed: 3, packets: {at_least: 100000, at_most: 400000}}
"""


def queueing_by_hop(write, traffic_class):
    scenario = write(TOPOLOGY, SCENARIO.replace("CLASS", traffic_class))
    [pair] = evaluate(scenario, engine="fast").verdicts[0].pairs
    return pair, [hop.components["queueing"] for hop in pair.hops]


@pytest.mark.parametrize("traffic_class", ["urgent", "other"])
def test_the_queueing_of_the_hops_adds_up_to_what_the_pair_met(write, traffic_class):
    pair, waits = queueing_by_hop(write, traffic_class)
    assert math.fsum(waits) == pytest.approx(pair.components["queueing"])


def test_a_hop_costs_what_packets_of_the_probes_priority_wait_there(write):
    """Urgent probes wait 0.3 S at the first port and 0.3 S / 0.4 at the second, where all are.

    Other probes wait 0.3 S / 0.4 at the first and, behind all that is urgent, 0.3 S / 0.4² at the
    second. The shares are 2/7 and 5/7 both times; all packets together wait alike at both ports.
    """
    for traffic_class in ("urgent", "other"):
        _, (first, second) = queueing_by_hop(write, traffic_class)
        assert first / (first + second) == pytest.approx(2 / 7, abs=0.03)
