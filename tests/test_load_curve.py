import math

import pytest

from netplan.decide.load_curve import load_curve, load_curves
from netplan.ground.units import MS
from netplan.judge.case import prepare
from netplan.judge.prediction import predict

LINE = """
nodes:
  a: {role: core, at: [41, 123], processing_us: 0}
  b: {role: core, at: [42, 123], processing_us: 0}
links: {a--b: {ends: [a, b], capacity_gbps: 0.001, length_km: 0.001, buffer: {ms: 500}}}
"""
TRAFFIC = """
years: [2024, 2025]
traffic:
  classes: {best: {arrivals: poisson, sizes: {exponential: 1250}}}
  demands: [{class: best, from: a, to: b, rate_gbps: 0.00025}]
  growth_per_year: {best: 1.0}
"""
TARGET = """
targets:
  - {name: fast, between: {pairs: [[a, b]]}, layer: network, direction: one_way, class: best,
     statistic: mean, below_ms: 50}
"""


@pytest.fixture
def mm1(write):
    """Return the curve of an M/M/1 queue with 10 ms of service, a quarter full in 2024."""
    return load_curve(write(LINE, TRAFFIC + TARGET), "fast", 2024, "a", "b")


@pytest.mark.parametrize("utilisation", [0.25, 0.5, 0.9])
def test_the_curve_of_one_port_is_that_of_mm1(mm1, utilisation):
    found = mm1.delay(utilisation / mm1.utilisation)
    assert found == pytest.approx(10 * MS / (1 - utilisation), rel=1e-5)


def test_the_knee_of_mm1_is_at_half_its_capacity(mm1):
    """Load over delay, ρ(1 - ρ)μ, is greatest at ρ = 1/2."""
    assert mm1.knee * mm1.utilisation == pytest.approx(0.5, rel=1e-3)


def test_the_limit_breaks_where_the_formula_reaches_it(mm1):
    assert mm1.breaks * mm1.utilisation == pytest.approx(1 - 10 / 50, rel=1e-4)


def test_the_curve_ends_before_the_port_is_full(mm1):
    factors, delays = mm1.sampled()
    assert factors[0] == 0
    assert mm1.full == pytest.approx(4)
    assert 0.99 * mm1.full < factors[-1] < mm1.full
    assert list(delays) == sorted(delays)
    assert math.isinf(mm1.delay(1.01 * mm1.full))


def test_every_year_has_the_curve_of_its_own_demand(write):
    curves = load_curves(write(LINE, TRAFFIC + TARGET), "fast", "a", "b")
    assert [curve.year for curve in curves] == [2024, 2025]
    assert curves[1].demand == pytest.approx(2 * curves[0].demand)
    assert curves[1].utilisation == pytest.approx(2 * curves[0].utilisation)


def test_a_limit_below_the_empty_network_breaks_at_no_load(write):
    scenario = write(LINE, TRAFFIC + TARGET, overrides=["targets[0].below_ms=5"])
    assert load_curve(scenario, "fast", 2024, "a", "b").breaks == 0


def test_a_way_without_load_has_neither_knee_nor_end(write):
    reply = TARGET.replace("[[a, b]]", "[[b, a]]")
    curve = load_curve(write(LINE, TRAFFIC + reply), "fast", 2024, "b", "a")
    assert math.isinf(curve.full)
    assert math.isinf(curve.knee)
    assert math.isinf(curve.breaks)
    factors, delays = curve.sampled(3.0)
    assert list(factors) == [0, 3]
    assert delays[0] == pytest.approx(delays[1])


@pytest.mark.parametrize(
    "override",
    [
        "targets[0].statistic=max",
        "targets[0].layer=optical",
        "traffic.classes.best.arrivals={on_off: {peak_gbps: 0.001, on_ms: 5, off_ms: 20}}",
    ],
)
def test_there_is_no_curve_where_closed_forms_say_nothing(write, override):
    scenario = write(LINE, TRAFFIC + TARGET, overrides=[override])
    assert load_curve(scenario, "fast", 2024, "a", "b") is None


def test_a_year_without_the_pair_has_no_curve(write):
    assert load_curve(write(LINE, TRAFFIC + TARGET), "fast", 2024, "b", "a") is None


def test_a_prediction_scaled_by_one_is_itself(write):
    case = prepare(write(LINE, TRAFFIC + TARGET), 2024)
    prediction, (stream,) = predict(case), case.streams.values()
    ports = {port for ports in stream.ports for port in ports}
    again = prediction.scaled(1.0, ports)
    for statistic in ("mean", "p50", "p99"):
        assert again.statistic(stream, statistic) == prediction.statistic(stream, statistic)
