import pytest

import netplan
from netplan.decide.load_curve import load_curve
from netplan.show.plots import latency_load

LINE = """
nodes:
  a: {role: core, name: {en: A-town, zh: 甲}, at: [41, 123], processing_us: 0}
  b: {role: core, name: {en: B-town, zh: 乙}, at: [42, 123], processing_us: 0}
links: {a--b: {ends: [a, b], capacity_gbps: 0.01, length_km: 100, buffer: {ms: 500}}}
"""
SCENARIO = """
years: [2024, 2025]
traffic:
  classes: {best: {arrivals: poisson, sizes: {fixed: 1500}}}
  demands: [{class: best, from: a, to: b, rate_gbps: 0.004}]
  growth_per_year: {best: 0.5}
targets:
  - {name: fast, between: {pairs: [[a, b], [b, a]]}, layer: network, direction: one_way,
     statistic: p99, below_ms: 20}
  - {name: light, between: {pairs: [[a, b]]}, layer: optical, direction: one_way,
     statistic: mean, below_ms: 20}
simulation: {packets: {at_least: 5000, at_most: 200000}}
"""


@pytest.fixture
def results(write):
    return netplan.evaluate(write(LINE, SCENARIO)).plot.results


def lines_of(figure):
    return {str(line.get_label()): line for line in figure.axes[0].lines}


def mark(figure, start):
    """Return where a single symbol stands, by the beginning of its label."""
    (found,) = [line for label, line in lines_of(figure).items() if label.startswith(start)]
    return float(found.get_xdata()[0]), float(found.get_ydata()[0])


def test_knee_and_break_stand_where_the_curve_has_them(results):
    curve = load_curve(results.scenario, "fast", 2025, "a", "b")
    figure = latency_load(results, target="fast")
    knee, broken = mark(figure, "knee"), mark(figure, "limit reached")
    assert knee == pytest.approx((curve.knee, 1e3 * curve.delay(curve.knee)))
    assert broken == pytest.approx((curve.breaks, 20))


def test_what_was_simulated_in_each_year_stands_at_its_demand(results):
    axes = latency_load(results, target="fast", pair="a>b").axes[0]
    points = [container.lines[0].get_xydata()[0] for container in axes.containers]
    estimates = {
        verdict["year"]: verdict["pairs"][0]["estimate_ms"]
        for verdict in results.document["targets"]
        if verdict["name"] == "fast"
    }
    assert [tuple(point) for point in points] == [
        pytest.approx((1 / 1.5, estimates[2024])),
        pytest.approx((1.0, estimates[2025])),
    ]
    assert {text.get_text() for text in axes.texts} >= {"2024", "2025"}


def test_the_upper_axis_is_the_load_of_the_busiest_port(results):
    figure = latency_load(results, target="fast", pair="a>b")
    (upper,) = figure.axes[0].child_axes
    figure.draw_without_rendering()
    assert upper.get_xlim()[1] == pytest.approx(0.6 * figure.axes[0].get_xlim()[1])
    assert "A-town → B-town" in upper.get_xlabel()


def test_the_worst_pair_is_drawn_and_the_one_asked_for(results):
    assert "A-town → B-town" in latency_load(results, target="fast").axes[0].get_title("left")
    asked = latency_load(results, target="fast", pair="b>a").axes[0].get_title("left")
    assert "B-town → A-town" in asked


def test_a_way_without_load_has_neither_knee_nor_upper_axis(results):
    figure = latency_load(results, target="fast", pair="b>a")
    assert not any(label.startswith("knee") for label in lines_of(figure))
    assert figure.axes[0].child_axes == []


def test_the_curve_of_the_year_stands_out_from_those_of_others(results):
    drawn = lines_of(latency_load(results, target="fast", pair="a>b"))
    main, other = (drawn[f"closed forms, network of {year}"] for year in (2025, 2024))
    assert main.get_linewidth() > other.get_linewidth()
    assert main.get_color() != other.get_color()


def test_every_year_has_a_curve_however_many_there_are(write):
    years = "years=[2024, 2025, 2026, 2027, 2028, 2029]"
    scenario = write(LINE, SCENARIO, overrides=[years, "traffic.growth_per_year.best=0.05"])
    drawn = lines_of(netplan.evaluate(scenario).plot.load(target="fast", pair="a>b"))
    assert sum(label.startswith("closed forms, network of") for label in drawn) == 6


def test_little_load_makes_a_logarithmic_axis(results, write):
    scenario = write(LINE, SCENARIO, overrides=["traffic.demands[0].rate_gbps=0.0001"])
    found = netplan.evaluate(scenario).plot.load(target="fast", pair="a>b")
    assert found.axes[0].get_xscale() == "log"
    assert latency_load(results, target="fast", pair="a>b").axes[0].get_xscale() == "linear"


def test_a_pair_that_closed_forms_say_nothing_of_says_so(results):
    axes = latency_load(results, target="light").axes[0]
    assert [text.get_text()[:8] for text in axes.texts] == ["no curve"]
    assert not axes.axison


def test_an_overload_stands_beyond_what_the_port_carries(write):
    scenario = write(LINE, SCENARIO, overrides=["traffic.demands[0].rate_gbps=0.008"])
    axes = netplan.evaluate(scenario).plot.load(target="fast", pair="a>b").axes[0]
    assert mark(axes.figure, "limit reached")[0] < 1 / 1.2
    assert any("2025: " in text.get_text() for text in axes.texts), "above the upper edge"


def test_a_limit_below_the_empty_network_is_named_as_such(write):
    scenario = write(LINE, SCENARIO, overrides=["targets[0].below_ms=1"])
    found = netplan.evaluate(scenario).plot.load(target="fast", pair="a>b")
    assert mark(found, "beyond the limit even without load")[0] == 0
