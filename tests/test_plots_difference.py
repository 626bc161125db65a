import math

import pytest

import netplan
from netplan.decide.comparison import measured_differences
from netplan.ground.errors import InputError
from netplan.ground.texts.problems import is_translated
from netplan.show.plots import difference, latency_difference

LINE = """
nodes:
  a: {role: core, at: [41, 123], processing_us: 0}
  b: {role: core, at: [42, 123], processing_us: 0}
links: {a--b: {ends: [a, b], capacity_gbps: 0.01, length_km: 100, buffer: {ms: 500}}}
"""
SCENARIO = """
years: [2024]
traffic:
  classes: {best: {arrivals: poisson, sizes: {fixed: 1500}}}
  demands: [{class: best, from: a, to: b, rate_gbps: 0.004}]
targets:
  - {name: fast, between: {pairs: [[a, b], [b, a]]}, layer: network, direction: one_way,
     statistic: p99, below_ms: 8}
  - {name: light, between: {pairs: [[a, b]]}, layer: optical, direction: one_way,
     statistic: mean, below_ms: 20}
simulation: {packets: {at_least: 5000, at_most: 2000000}}
"""


@pytest.fixture
def judged(write):
    def build(*overrides):
        return netplan.evaluate(write(LINE, SCENARIO, overrides=overrides)).plot.results

    return build


@pytest.fixture
def both(judged):
    return judged(), judged("traffic.demands[0].rate_gbps=0.0085")


def names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def dots(axes):
    """Return where the dot of each row stands."""
    found = {}
    for line in axes.lines:
        if line.get_linestyle() == "None":
            found[round(float(line.get_ydata()[0]))] = float(line.get_xdata()[0])
    return [found[row] for row in sorted(found)]


def test_dots_stand_at_b_less_a_the_largest_first(both):
    known = {
        (found.source, found.sink): found.difference.estimate * 1e3
        for found in measured_differences(*both)
        if found.target == "fast"
    }
    axes = latency_difference(*both, target="fast").axes[0]
    assert names(axes) == ["a → b", "b → a"]
    assert dots(axes) == pytest.approx([known["a", "b"], known["b", "a"]])
    assert axes.get_xlabel() == "B − A of p99 one way, network layer [ms]"


def test_intervals_are_those_of_the_comparison(both):
    found = next(f for f in measured_differences(*both) if (f.target, f.source) == ("fast", "a"))
    axes = latency_difference(*both, target="fast").axes[0]
    bars = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "|"]
    assert [found.difference.low * 1e3, found.difference.high * 1e3] == pytest.approx(bars[0])


def test_a_pair_whose_outcome_changes_says_how(both):
    axes = latency_difference(*both, target="fast").axes[0]
    assert [text.get_text() for text in axes.texts] == ["met → missed"]


def test_the_title_says_what_the_intervals_rest_on(both):
    other = latency_difference(*both, target="fast").axes[0].get_title("left")
    assert "2 as from independent runs" in other.replace("\n", " ")
    same = latency_difference(both[0], both[0], target="fast").axes[0].get_title("left")
    assert "2 from the same packets in both" in same.replace("\n", " ")


def test_constants_of_the_routes_have_no_interval(judged):
    figure = latency_difference(judged(), judged(), target="light")
    assert "1 that are constants of the routes" in figure.axes[0].get_title("left")
    assert dots(figure.axes[0]) == [0]


def test_a_difference_that_might_be_none_is_hollow(judged):
    one, two = judged(), judged("simulation.seed=2")
    axes = latency_difference(one, two, target="fast").axes[0]
    unsure = {
        found.source: not found.difference.significant
        for found in measured_differences(one, two)
        if found.target == "fast"
    }
    hollow = [
        line.get_markerfacecolor() == "white" for line in axes.lines if line.get_marker() == "o"
    ]
    assert hollow == [unsure[name.split()[0]] for name in names(axes)]
    assert any(hollow)


def test_of_many_pairs_those_that_differ_most_are_drawn(both, monkeypatch):
    monkeypatch.setattr(difference, "PAIRS_SHOWN", 1)
    axes = latency_difference(*both, target="fast").axes[0]
    assert names(axes) == ["a → b"]
    assert "the 1 of 2 pairs" in axes.get_title("left")


def test_a_pair_without_latency_in_one_of_them_is_counted_and_not_drawn(judged):
    impossible = judged("targets[0].below_ms=0.1")
    axes = latency_difference(judged(), impossible, target="fast").axes[0]
    assert [text.get_text() for text in axes.texts] == ["no pair has a latency in both results"]
    assert "not drawn: 2 pairs" in axes.get_title("left")


def test_small_differences_are_drawn_in_microseconds(judged):
    little_more = judged("simulation.seed=3")
    axes = latency_difference(judged(), little_more, target="fast", year=2024)
    assert axes.axes[0].get_xlabel().endswith("[µs]")
    assert all(math.isfinite(dot) for dot in dots(axes.axes[0]))


def test_targets_that_ask_for_something_else_are_not_compared(judged):
    with pytest.raises(InputError, match="asks for p99 one_way network here and") as caught:
        latency_difference(judged(), judged("targets[0].statistic=mean"), target="fast")
    assert is_translated(caught.value.problems[0].message)


def test_results_of_one_scenario_are_called_by_their_folders(judged, tmp_path):
    for name in ("before", "after"):
        netplan.save_results(netplan.evaluate(judged().scenario), tmp_path / name)
    one, two = (netplan.load_results(tmp_path / name) for name in ("before", "after"))
    title = latency_difference(one, two, target="fast").axes[0].get_title("left")
    assert "A: test (before) · B: test (after)" in title
