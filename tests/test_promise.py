"""What an evaluation promises as a whole: its intervals cover the truth as often as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from netplan.ground.units import MS
from netplan.judge.evaluation import evaluate
from netplan.judge.verdict import Outcome
from netplan.measure.queueing import mm1_sojourn_quantile
from netplan.measure.statistics import spend

# One link of 100 Mbit/s without length, routers or limits, packets of 1500 bytes on average with
# exponential sizes: the time from end to end is that of an M/M/1 queue.
TOPOLOGY = """
    defaults: {nodes: {core: {processing_us: 0}}, spans: {fibre: {us_per_km: 5.0}}}
    nodes: {a: {role: core}, b: {role: core}}
    links: {a--b: {ends: [a, b], length_km: 0.001, capacity_gbps: 0.1, buffer: unlimited}}
"""
FIBRE = 5e-9
SERVICE_RATE = 100e6 / 12_000
SEEDS = 30
CONFIDENCE = 0.9


def scenario_text(below_ms: float, load: float) -> str:
    return f"""
        traffic:
          classes: {{one: {{arrivals: poisson, sizes: {{exponential: 1500}}}}}}
          demands: [{{class: one, from: a, to: b, rate_gbps: {0.1 * load}}}]
        targets:
          - {{name: t, between: {{pairs: [[a, b]]}}, class: one, measure: carried,
             layer: network, direction: one_way, statistic: p99, below_ms: {below_ms}}}
        simulation: {{confidence: {CONFIDENCE}, packets: {{at_least: 20000, at_most: 80000}}}}
    """


@pytest.mark.parametrize("load", [0.3, 0.5])
def test_intervals_cover_the_true_p99_as_often_as_they_say(write, load):
    """The limit is far away, so that the first look decides, with its share of the error.

    A right procedure misses more often than allowed here once in a thousand such tests; intervals
    that take packets as independent miss 9 and 10 times.
    """
    truth = mm1_sojourn_quantile(load * SERVICE_RATE, SERVICE_RATE, 0.99) + FIBRE
    scenario = write(TOPOLOGY, scenario_text(10 * truth / MS, load))
    runs = [evaluate(scenario, engine="fast", seed=seed) for seed in range(SEEDS)]
    pairs = [found.verdicts[0].pairs[0] for found in runs]
    assert sum(pair.outcome is Outcome.MET for pair in pairs) >= 0.9 * SEEDS
    error = spend(1 - CONFIDENCE, look=0)
    missed = sum(not pair.low <= truth <= (pair.high or math.inf) for pair in pairs)
    assert missed <= binom.ppf(0.999, SEEDS, error)
    assert np.median([(pair.high or math.inf) - pair.low for pair in pairs]) < 0.4 * truth
