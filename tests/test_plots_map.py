import pytest
from matplotlib.patches import FancyArrowPatch

import netplan
from netplan.decide.circles import circles
from netplan.ground.errors import InputError
from netplan.ground.texts.problems import is_translated
from netplan.show.plots import network_map

HOME = """
defaults:
  nodes: {core: {processing_us: 0}, access: {processing_us: 0}, compute: {processing_us: 0}}
  links: {capacity_gbps: 1, buffer: {ms: 1}}
nodes:
  shenyang: {role: core, city: shenyang, at: [41.8, 123.4]}
  anshan: {role: core, city: anshan, at: [41.1, 123.0]}
  dalian: {role: core, city: dalian, at: [38.9, 121.6]}
  county: {role: access, city: anshan, at: [40.6, 122.9], population: 300}
  coast: {role: access, city: dalian, at: [39.4, 122.0], population: 100}
  ai: {role: compute, city: shenyang, at: [41.7, 123.5]}
links:
  shenyang--anshan: {ends: [shenyang, anshan], length_km: 100}
  anshan--dalian: {ends: [anshan, dalian], length_km: 300}
  shenyang--dalian: {ends: [shenyang, dalian], length_km: 900}
  county--anshan: {ends: [county, anshan], length_km: 50}
  coast--dalian: {ends: [coast, dalian], length_km: 80}
  ai--shenyang: {ends: [ai, shenyang], length_km: 10}
"""
TARGETS = """
failures: {each: [link]}
targets:
  - {name: cities, between: {pairs: [[anshan, dalian], [shenyang, anshan]]}, layer: optical,
     direction: one_way, statistic: mean, below_ms: 3, holds_in: [normal, failure]}
  - {name: tight, between: {pairs: [[dalian, shenyang], [shenyang, anshan]]}, layer: optical,
     direction: one_way, statistic: mean, below_ms: 1}
"""


@pytest.fixture
def results(write):
    return netplan.evaluate(write(HOME, TARGETS)).plot.results


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def texts_of(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def title_of(figure):
    return figure.axes[0].get_title("left")


def places_of(figure, start):
    """Return where the symbols with a label stand."""
    lines = [line for line in figure.axes[0].lines if str(line.get_label()).startswith(start)]
    return {tuple(map(float, place)) for line in lines for place in line.get_xydata()}


def scissors(figure):
    return [
        tuple(round(value, 3) for value in text.get_position())
        for text in figure.axes[0].texts
        if text.get_text() == "✂"
    ]


def middle(one, other):
    return round((one[0] + other[0]) / 2, 3), round((one[1] + other[1]) / 2, 3)


SHENYANG, ANSHAN, DALIAN = (123.4, 41.8), (123.0, 41.1), (121.6, 38.9)


def test_links_whose_failure_breaks_the_target_carry_scissors(results):
    """Either cut leaves a detour of more than 1000 km, which takes longer than 3 ms."""
    figure = network_map(results, target="cities")
    assert set(scissors(figure)) == {middle(ANSHAN, DALIAN), middle(SHENYANG, ANSHAN)}
    assert "down in a failure that breaks the target (2 of 6 failures)" in legend_of(figure)


def test_a_target_that_need_not_hold_in_failures_has_no_scissors(results):
    assert scissors(network_map(results, target="tight")) == []


def test_a_state_shows_what_is_down_and_what_is_missed_there(results):
    figure = network_map(results, target="cities", state="link anshan--dalian")
    assert scissors(figure) == [middle(ANSHAN, DALIAN)]
    assert "link down" in legend_of(figure)
    assert "link anshan--dalian: MISSED" in title_of(figure)
    assert "1 of 2 pairs missed" in title_of(figure)
    assert places_of(figure, "source of a missed pair") == {ANSHAN}


def test_a_state_that_was_not_judged_is_drawn_and_said_to_be_so(results):
    figure = network_map(results, target="tight", state="node anshan")
    assert set(scissors(figure)) == {
        middle(ANSHAN, DALIAN),
        middle(SHENYANG, ANSHAN),
        middle((122.9, 40.6), ANSHAN),
    }
    assert places_of(figure, "node down") == {ANSHAN}
    assert "not judged in this one" in title_of(figure)


def test_an_unknown_state_is_an_input_error(results):
    with pytest.raises(InputError, match="did you mean 'link anshan--dalian'"):
        network_map(results, state="link anshan--dalien")


def test_missed_pairs_are_arrows_and_counted(results):
    figure = network_map(results, target="tight")
    arrows = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 1
    assert "missed pair (1)" in legend_of(figure)
    assert places_of(figure, "source of a missed pair") == {DALIAN}


def test_circles_mark_each_site_by_its_delay_along_the_routes(results):
    figure = network_map(results, target="tight", circles="ai")
    (known,) = circles(results.scenario, centres=["ai"])
    delays = dict(zip([site.name for site in known.sites], known.circle("ai").delays, strict=True))
    assert delays["county"] < 1e-3 < delays["coast"] < 5e-3
    assert places_of(figure, "sites below 1 ms: 1") == {(122.9, 40.6)}
    assert places_of(figure, "sites at 1 to 5 ms: 1") == {(122.0, 39.4)}
    assert "below 1 ms 75 %, below 5 ms 100 %" in title_of(figure)


def test_circles_of_a_node_that_there_is_not_are_an_input_error(results):
    with pytest.raises(InputError, match="did you mean 'coast'"):
        network_map(results, circles="coasts")


def test_circles_are_those_of_the_normal_state(results):
    with pytest.raises(InputError, match="leave the state or the circles out") as caught:
        network_map(results, circles="ai", state="link anshan--dalian")
    assert is_translated(caught.value.problems[0].message)


def test_prefectures_stand_behind_a_network_that_lies_there_and_name_their_source(results):
    figure = network_map(results)
    grey = [line for line in figure.axes[0].lines if line.get_color() == "0.82"]
    assert len(grey) >= 14
    assert any("no review number" in text for text in texts_of(figure))


def test_a_network_elsewhere_has_no_prefectures_behind_it(write):
    south = HOME.replace("at: [4", "at: [2").replace("at: [38", "at: [28").replace("[39", "[29")
    figure = netplan.evaluate(write(south, TARGETS)).plot.map()
    assert not [line for line in figure.axes[0].lines if line.get_color() == "0.82"]
    assert not any("review" in text for text in texts_of(figure))


def test_boundaries_do_not_widen_the_picture(results):
    axes = network_map(results).axes[0]
    assert 120 < axes.get_xlim()[0] < 121.6
    assert 38 < axes.get_ylim()[0] < 38.9
