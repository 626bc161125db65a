from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.ground.errors import InputError
from netplan.ground.texts.problems import is_translated
from netplan.ground.units import MS
from netplan.judge.document import to_document
from netplan.judge.evaluation import Evaluation
from netplan.judge.results import Results
from netplan.judge.verdict import Hop, LinkUse, Outcome, PairVerdict, Reason, Verdict
from netplan.measure.histogram import bin_of
from netplan.measure.samples import StreamSamples
from netplan.show.plots import (
    KINDS,
    draw,
    latency_budget,
    latency_ccdf,
    latency_cdf,
    latency_heatmap,
    latency_hops,
    latency_load,
    network_map,
    save,
    style,
    target_timeline,
)
from netplan.show.plots.style import LINE_STYLES, OUTCOME_STYLES, legible
from netplan.show.plots.subject import choose, target_of, verdicts_of

MET, MISSED, UNDECIDED = Outcome.MET, Outcome.MISSED, Outcome.UNDECIDED
NODES = [
    # The second site of Dalian stands after Anshan: the order of the file is not that of cities.
    ("shenyang", "Shenyang", "沈阳", "core", "shenyang", 41.8, 123.4),
    ("dalian-a", "Dalian A", "大连A", "core", "dalian", 38.9, 121.6),
    ("anshan", "Anshan", "鞍山", "core", "anshan", 41.1, 123.0),
    ("dalian-b", "Dalian B", "大连B", "core", "dalian", 39.0, 121.5),
    ("guangzhou", "Guangzhou", "广州", "hub", "guangzhou", 23.1, 113.3),
]
KEYS = ("id", "name", "name_zh", "role", "city", "lat", "lon")


def components(propagation, queueing=0.0):
    names = ("propagation", "equipment", "processing", "transmission", "queueing")
    return dict(zip(names, np.array([propagation, 0.1, 0.04, 0.01, queueing]) * MS, strict=True))


def pair(source, target, estimate=2.0, outcome=MET, **more):
    """Return a pair judged by its p99; durations in milliseconds."""
    reason = {MET: Reason.NONE, MISSED: Reason.LATENCY, UNDECIDED: Reason.BUDGET}[outcome]
    known = {
        "estimate": estimate * MS,
        "low": (estimate - 0.1) * MS,
        "high": (estimate + 0.2) * MS,
        "floor": 1.0 * MS,
        "packets": 100,
        "stream": f"probe/{source}>{target}/one_way/any",
        "components": components(1.0, 0.3),
        "reason": reason,
    }
    return PairVerdict(source=source, target=target, outcome=outcome, limit=5 * MS, **known | more)


def verdict(*pairs, name="5 ms", year=2026, outcome=None, statistic="p99", **more):
    found = {pair.outcome for pair in pairs}
    worst = next(o for o in (MISSED, UNDECIDED, MET) if o in found)
    known = {
        "state": "normal",
        "reason": Reason.NONE,
        "limit": 5 * MS,
        "layer": "network",
        "direction": "one_way",
        "coverage": sum(pair.outcome is MET for pair in pairs) / len(pairs),
        "needed": 1.0,
        "of": "pairs",
    }
    return Verdict(
        name=name,
        year=year,
        outcome=outcome or worst,
        statistic=statistic,
        pairs=pairs,
        **known | more,
    )


def stream(name, delays_ms, base_ms=1.0):
    """Return samples of packets with these delays, one for each."""
    delays = np.round(np.array(delays_ms) * 1e9).astype(np.int64)
    base = round(base_ms * 1e9)
    bins, counts = np.unique(bin_of(delays - base), return_counts=True)
    empty = np.empty(0, dtype=np.int64)
    return StreamSamples(
        name=name,
        base=base,
        bins=bins,
        counts=counts[None, :],
        sums=np.array([(delays - base).sum()]),
        squares=0.0,
        maximum=int(delays.max()),
        dropped=np.zeros(1, dtype=np.int64),
        in_flight=0,
        component_sums=np.zeros(5),
        component_bins=(empty, empty),
        component_counts=(empty, empty),
    )


def link(source, target, utilisation, year=2026):
    return LinkUse(
        year=year,
        link=f"{source}--{target}",
        source=source,
        target=target,
        utilisation=utilisation,
        busiest_member=utilisation,
        loss=0.0,
        mean_queueing=0.0,
        max_queueing=0.0,
    )


@pytest.fixture
def results(write):
    """Return results as a folder would give them back."""
    scenario = write(
        """
        nodes:
          shenyang: {role: core, at: [41.8, 123.4], processing_us: 0}
          anshan: {role: core, at: [41.1, 123.0], processing_us: 0}
        links:
          shenyang--anshan:
            {ends: [shenyang, anshan], length_km: 100, capacity_gbps: 1, buffer: {ms: 1}}
        """,
        """
        years: [2026]
        traffic:
          classes: {best: {arrivals: poisson, sizes: {fixed: 1500}}}
          demands: [{class: best, from: anshan, to: shenyang, rate_gbps: 0.5}]
        targets:
          - {name: 5 ms, between: {from: core, to: core}, layer: network, direction: one_way,
             statistic: p99, below_ms: 5}
        """,
    )

    def build(*verdicts, streams=(), links=(), nodes=NODES):
        evaluation = Evaluation(
            scenario=scenario,
            nodes={},
            engine="fast",
            seed=1,
            verdicts=verdicts,
            links=links,
            notes=(),
            samples={},
        )
        rows = [dict(zip(KEYS, node, strict=True)) for node in nodes]
        measured = tuple((2026, found) for found in streams)
        return Results(
            document=to_document(evaluation) | {"nodes": rows},
            streams=measured,
            samples={2026: SimpleNamespace(streams={found.name: found for found in streams})},
            inputs=scenario,
        )

    return build


@pytest.fixture
def two(results):
    """One met and one missed pair with known delays."""
    ninety_nine = [*np.linspace(1.2, 2.0, 99), 4.0]
    return results(
        verdict(
            pair("shenyang", "anshan", 2.0),
            pair("anshan", "shenyang", 7.0, MISSED),
            pair("shenyang", "dalian-a", 3.0, UNDECIDED),
        ),
        streams=[
            stream("probe/shenyang>anshan/one_way/any", ninety_nine),
            stream("probe/anshan>shenyang/one_way/any", np.array(ninety_nine) + 5),
            stream("probe/shenyang>dalian-a/one_way/any", np.array(ninety_nine) + 1),
        ],
        links=[link("shenyang", "anshan", 0.3), link("anshan", "shenyang", 0.9)],
    )


def axes_of(figure):
    return figure.axes[0]


def line(axes, label):
    return next(found for found in axes.lines if str(found.get_label()).startswith(label))


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


def markers_at(axes, marker):
    """Return where single symbols of a kind stand."""
    return {
        (round(float(x), 6), round(float(y), 6))
        for found in axes.lines
        if found.get_marker() == marker and found.get_linestyle() == "None"
        for x, y in zip(found.get_xdata(), found.get_ydata(), strict=True)
    }


# ------------------------------------------------------------------------------ distributions


def curve_of(figure, colour):
    curves = [
        found
        for found in axes_of(figure).lines
        if to_hex(found.get_color()) == to_hex(colour) and len(found.get_xdata()) > 2
    ]
    return curves[0].get_xdata(), curves[0].get_ydata()


def test_a_cdf_passes_through_the_measured_shares(two):
    delays, share = curve_of(latency_cdf(two, pair="shenyang>anshan"), LINE_STYLES[0].colour)
    assert np.interp(2.5, delays, share) == pytest.approx(0.99)
    assert np.interp(1.6, delays, share) == pytest.approx(0.5, abs=0.02)
    assert (share[0], share[-1]) == (0, 1)
    assert delays[-1] == pytest.approx(4.0)


def test_a_ccdf_ends_at_the_one_slowest_packet_on_a_logarithmic_scale(two):
    figure = latency_ccdf(two, pair="shenyang>anshan")
    delays, share = curve_of(figure, LINE_STYLES[0].colour)
    assert axes_of(figure).get_yscale() == "log"
    assert (delays[-1], share[-1]) == (pytest.approx(4.0), pytest.approx(0.01))
    assert np.all(np.diff(share) <= 0)


@pytest.mark.parametrize(
    ("drawing", "statistic", "height"),
    [(latency_cdf, "p99", 0.99), (latency_ccdf, "p99", 0.01), (latency_cdf, "p50", 0.5)],
)
def test_the_statistic_stands_at_its_level_with_its_interval(results, drawing, statistic, height):
    found = results(
        verdict(pair("shenyang", "anshan", 2.0), statistic=statistic),
        streams=[stream("probe/shenyang>anshan/one_way/any", [1.5, 1.9, 2.0, 4.0])],
    )
    bar = next(c for c in axes_of(drawing(found)).containers if isinstance(c, ErrorbarContainer))
    assert bar.lines[0].get_xydata()[0] == pytest.approx([2.0, height])
    (segment,) = bar.lines[2][0].get_segments()
    assert segment[:, 0] == pytest.approx([1.9, 2.2])


def test_an_interval_without_upper_end_runs_out_of_the_picture(results):
    found = results(
        verdict(pair("shenyang", "anshan", 2.0, high=None)),
        streams=[stream("probe/shenyang>anshan/one_way/any", [1.5, 2.0, 6.0])],
    )
    axes = axes_of(latency_cdf(found))
    bar = next(c for c in axes.containers if isinstance(c, ErrorbarContainer))
    (segment,) = bar.lines[2][0].get_segments()
    assert segment[1, 0] > axes.get_xlim()[1]
    assert "∞" in bar.get_label()


def test_the_limit_is_drawn_where_it_is_and_in_its_unit(two):
    figure = latency_cdf(two)
    limit = line(axes_of(figure), "limit")
    assert limit.get_xdata()[0] == pytest.approx(5.0)
    assert "limit 5 ms" in legend_of(figure)


def test_a_limit_far_from_all_curves_does_not_squeeze_them(results):
    found = results(
        verdict(pair("shenyang", "anshan", 2.0)),
        streams=[stream("probe/shenyang>anshan/one_way/any", np.linspace(2.0, 2.01, 50))],
    )
    figure = latency_cdf(found)
    assert axes_of(figure).get_xlim()[1] < 2.1
    assert "limit 5 ms, beyond the right edge" in legend_of(figure)


def test_pairs_missed_without_simulation_are_counted_as_not_drawn(results):
    far = pair("anshan", "shenyang", outcome=MISSED, estimate=9, reason=Reason.IMPOSSIBLE)
    impossible = PairVerdict(
        source="anshan", target="shenyang", outcome=MISSED, reason=Reason.IMPOSSIBLE,
        limit=far.limit, floor=6 * MS,
    )  # fmt: skip
    found = results(
        verdict(pair("shenyang", "anshan"), impossible),
        streams=[stream("probe/shenyang>anshan/one_way/any", [1.5, 2.0])],
    )
    title = axes_of(latency_cdf(found)).get_title(loc="left")
    assert "not drawn: 1 pair that was missed without simulation" in title


def test_a_target_without_any_curve_says_so(results):
    nothing = PairVerdict(
        source="anshan", target=None, outcome=MISSED, reason=Reason.NO_COMPUTE, limit=5 * MS
    )
    assert "no pair was measured" in texts_of(axes_of(latency_cdf(results(verdict(nothing)))))


def test_a_pair_is_drawn_with_the_stream_that_judged_it_not_with_another_of_its_ends(results):
    judged = pair("shenyang", "anshan", 2.0, stream="probe/shenyang>anshan/one_way/video")
    found = results(
        verdict(judged),
        streams=[
            stream("probe/shenyang>anshan/one_way/any", [9.0, 9.5]),
            stream("probe/shenyang>anshan/one_way/video", [1.5, 2.0]),
        ],
    )
    assert choose(found).stream(judged).maximum == 2.0e9


def test_an_optical_target_is_not_drawn_with_packets_of_the_network_layer(results):
    optical = pair("shenyang", "anshan", 2.0, packets=0, stream=None, low=2.0 * MS, high=2.0 * MS)
    found = results(
        verdict(optical, layer="optical"),
        streams=[stream("probe/shenyang>anshan/one_way/any", [3.0, 4.0])],
    )
    steps = [c for c in axes_of(latency_cdf(found)).lines if c.get_color() == LINE_STYLES[0].colour]
    assert steps[0].get_xdata() == pytest.approx([2.0, 2.0])


def test_the_worst_pairs_are_named_and_the_others_counted(results):
    pairs = [pair(f"n{i}", "anshan", 1.5 + i / 10) for i in range(9)]
    streams = [stream(f"probe/n{i}>anshan/one_way/any", [1.5, 2.0]) for i in range(9)]
    entries = legend_of(latency_cdf(results(verdict(*pairs), streams=streams)))
    named = [entry for entry in entries if "→" in entry]
    assert named[0].startswith("n8 → Anshan: 2.300 [2.200, 2.500] ms, met")
    assert len(named) == len(LINE_STYLES)
    assert "3 other pairs" in entries


def test_of_very_many_pairs_the_worst_are_drawn_and_the_rest_counted(results):
    pairs = [pair(f"n{i}", "anshan", 1.5 + i / 1000, packets=0) for i in range(400)]
    figure = latency_cdf(results(verdict(*pairs)))
    assert "the next 300 of 394 other pairs" in legend_of(figure)
    assert sum(found.get_color() == "0.72" for found in axes_of(figure).lines) == 300


# ------------------------------------------------------------------------------------ heatmap


def test_cells_of_a_heatmap_hold_the_statistic_in_milliseconds(two):
    axes = axes_of(latency_heatmap(two))
    rows = [label.get_text() for label in axes.get_yticklabels()]
    columns = [label.get_text() for label in axes.get_xticklabels()]
    cells = axes.images[0].get_array()
    assert cells[rows.index("Shenyang"), columns.index("Anshan")] == pytest.approx(2.0)
    assert cells[rows.index("Anshan"), columns.index("Shenyang")] == pytest.approx(7.0)
    assert np.ma.is_masked(cells[rows.index("Anshan"), columns.index("Anshan")])
    assert {"2.00", "7.00", "3.00"} <= set(texts_of(axes))


def test_missed_and_undecided_cells_carry_different_symbols_and_met_ones_none(two):
    axes = axes_of(latency_heatmap(two))
    rows = [label.get_text() for label in axes.get_yticklabels()]
    columns = [label.get_text() for label in axes.get_xticklabels()]
    missed = markers_at(axes, OUTCOME_STYLES[MISSED].marker)
    undecided = markers_at(axes, OUTCOME_STYLES[UNDECIDED].marker)
    assert {x for x, _ in missed} == {columns.index("Shenyang")}
    assert {round(y) for _, y in missed} == {rows.index("Anshan")}
    assert {x for x, _ in undecided} == {columns.index("Dalian A")}
    assert len(missed) == len(undecided) == 1


def test_sites_stand_together_by_city_in_the_order_of_the_file(results):
    ids = [node[0] for node in NODES[:4]]
    pairs = [pair(a, b) for a in reversed(ids) for b in ids if a != b]
    axes = axes_of(latency_heatmap(results(verdict(*pairs))))
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Shenyang", "Dalian A", "Dalian B", "Anshan"]


def test_many_sites_are_labelled_by_city(results):
    nodes = [(f"n{i}", f"N{i}", None, "core", f"city-{i // 25}", 40, 120 + i) for i in range(100)]
    pairs = [pair(f"n{i}", f"n{j}") for i in range(0, 100) for j in (0, 99) if i != j]
    axes = axes_of(latency_heatmap(results(verdict(*pairs), nodes=nodes)))
    assert len(axes.get_yticklabels()) == 4


def test_one_destination_for_each_source_makes_bars(results):
    pairs = [pair("shenyang", "anshan", 2.0), pair("dalian-a", "anshan", 4.0)]
    figure = latency_heatmap(results(verdict(*pairs)))
    widths = [bar.get_width() for bar in axes_of(figure).patches]
    assert sorted(widths) == pytest.approx([2.0, 4.0])
    assert axes_of(figure).get_xlabel() == "p99 one way, network layer [ms]"
    assert any(found.get_xdata()[0] == pytest.approx(5.0) for found in axes_of(figure).lines)


def test_many_bars_stand_in_two_columns_under_the_names_of_their_cities(results):
    nodes = [
        (f"n{i}", f"County {i}, City {i // 10}", None, "access", f"city-{i // 10}", 40, 120)
        for i in range(100)
    ]
    pairs = [pair(f"n{i}", "x", 1 + i / 100) for i in range(100)]
    figure = latency_heatmap(results(verdict(*pairs), nodes=nodes))
    labels = [[label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes]
    assert len(labels) == 2
    assert labels[0][:3] == ["City 0", "County 9", "County 8"]
    assert sum(len(column) for column in labels) == 110


def test_a_bar_that_would_dwarf_the_others_is_cut_and_says_how_long_it_is(results):
    pairs = [pair("shenyang", "anshan", 2.0), pair("dalian-a", "anshan", 80.0, MISSED)]
    axes = axes_of(latency_heatmap(results(verdict(*pairs))))
    assert axes.get_xlim()[1] == pytest.approx(12.5)
    assert "80.00 ms → ×" in texts_of(axes)


# --------------------------------------------------------------------------- budget and hops


def test_the_parts_of_a_budget_bar_add_up_to_the_mean(two):
    axes = axes_of(latency_budget(two))
    top = [bar for bar in axes.patches if bar.get_y() < 0]
    assert [bar.get_width() for bar in top] == pytest.approx([1.0, 0.1, 0.04, 0.01, 0.3, 0.0, 0.0])
    assert max(bar.get_x() + bar.get_width() for bar in top) == pytest.approx(1.45)
    assert "[ms]" in axes.get_xlabel()


def test_a_budget_names_the_worst_pair_first_and_marks_its_statistic(two):
    axes = axes_of(latency_budget(two))
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Anshan → Shenyang", "Shenyang → Dalian A", "Shenyang → Anshan"]
    assert texts_of(axes) == ["× 7.000 ms", "? 3.000 ms", "2.000 ms"]
    assert markers_at(axes, OUTCOME_STYLES[MISSED].marker) == {(7.0, 0.0)}


def test_a_budget_of_many_pairs_says_that_it_shows_the_worst(results):
    pairs = [pair(f"n{i}", "anshan", 1 + i / 10) for i in range(60)]
    axes = axes_of(latency_budget(results(verdict(*pairs))))
    assert len(axes.get_yticklabels()) == 25
    assert "the 25 worst pairs" in axes.get_title(loc="left")


def route(*queueing):
    return tuple(
        Hop(
            link=f"l{number}",
            source="shenyang",
            target="anshan",
            components=components(1.0, wait),
            utilisation=0.5,
            length=1000.0,
            estimated_length=500.0,
        )
        for number, wait in enumerate(queueing)
    )


def test_each_hop_begins_where_the_one_before_ended(results):
    found = results(verdict(pair("shenyang", "anshan", hops=route(0.0, 0.5, 0.0))))
    bars = axes_of(latency_hops(found)).patches
    starts = [min(b.get_x() for b in bars if round(b.get_y() + 0.35) == row) for row in range(3)]
    assert starts == pytest.approx([0.0, 1.15, 2.8])


def test_a_hop_says_its_mean_its_queueing_and_how_busy_its_link_is(results):
    found = results(verdict(pair("shenyang", "anshan", hops=route(0.5, 0.002))))
    assert texts_of(axes_of(latency_hops(found))) == [
        "1.650 ms, 0.500 ms of it queueing; 50 % used",
        "1.152 ms, 2 µs of it queueing; 50 % used",
    ]


def test_hops_show_the_three_worst_routes(results):
    pairs = [pair(f"n{i}", "anshan", 1 + i, hops=route(0.0)) for i in range(5)]
    titles = [a.get_title(loc="left") for a in latency_hops(results(verdict(*pairs))).axes]
    assert [title.split(" · ")[1] for title in titles] == [f"n{i} → Anshan" for i in (4, 3, 2)]


# ----------------------------------------------------------------------------------- timeline


@pytest.fixture
def three_years(results):
    return results(
        verdict(pair("shenyang", "anshan", 2.0), year=2024),
        verdict(pair("shenyang", "anshan", 4.9, UNDECIDED), year=2025),
        verdict(pair("shenyang", "anshan", 7.0, MISSED), year=2026),
        verdict(pair("anshan", "shenyang", 2.0), year=2024, name="other"),
    )


def test_a_timeline_shows_every_outcome_by_symbol_and_in_words(three_years):
    axes = axes_of(target_timeline(three_years))
    symbols = [found.get_marker() for found in axes.lines]
    assert symbols == [OUTCOME_STYLES[o].marker for o in (MET, UNDECIDED, MISSED, MET)]
    assert texts_of(axes)[2] == "missed\n0 % of pairs met\nworst 7 ms"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2024", "2025", "2026"]
    assert axes.get_yticklabels()[0].get_text() == "5 ms\np99 one way, network layer, below 5 ms"


def test_a_timeline_ends_at_the_year_and_holds_the_target_asked_for(three_years):
    axes = axes_of(target_timeline(three_years, target="5 ms", year=2025))
    assert [found.get_marker() for found in axes.lines] == ["o", "$?$"]


# ---------------------------------------------------------------------------------------- map


def test_a_link_is_drawn_as_its_busier_direction(two):
    figure = network_map(two)
    drawn = [found for found in axes_of(figure).lines if list(found.get_xdata()) == [123.0, 123.4]]
    assert [found.get_linewidth() for found in drawn] == [2.4]
    assert "link used 80 to 100 %" in legend_of(figure)


def test_sources_of_missed_pairs_are_crossed_on_the_map(two):
    axes = axes_of(network_map(two))
    assert markers_at(axes, "X") == {(123.0, 41.1)}


def test_far_hubs_stay_beyond_the_edge_and_their_links_say_where_they_lead(results):
    found = results(
        verdict(pair("shenyang", "anshan")),
        links=[link("dalian-a", "guangzhou", 0.1), link("shenyang", "anshan", 0.1)],
    )
    axes = axes_of(network_map(found))
    assert axes.get_ylim()[0] > 38
    assert "to Guangzhou" in texts_of(axes)


def test_a_map_names_each_city_once(two):
    names = texts_of(axes_of(network_map(two)))
    assert sorted(names)[:3] == ["Anshan", "Dalian", "Shenyang"]
    assert len(names) == 4, "and the source of the boundaries"


def test_results_without_coordinates_make_no_map(results):
    found = results(verdict(pair("a", "b")), nodes=[])
    with pytest.raises(InputError, match="no node of these results has coordinates"):
        network_map(found)


# ---------------------------------------------------------------------------- what is common


def drawn(results, kind, **options):
    """Draw a kind; differences are those from the same results."""
    against = {"against": results} if kind == "difference" else {}
    return draw(results, kind, **against, **options)


def test_every_kind_can_be_drawn_of_every_size(two, results):
    single = results(verdict(pair("shenyang", "anshan", hops=route(0.1), stream=None)))
    for kind in KINDS:
        assert isinstance(drawn(two, kind), Figure)
        assert isinstance(drawn(single, kind, target="5 ms", year=2026), Figure)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_method_of_what_it_shows(two, kind):
    against = [two] if kind == "difference" else []
    figure = getattr(two.plot, kind)(*against, language="en")
    assert words_of(figure) == words_of(drawn(two, kind))


@pytest.mark.parametrize("kind", ["cdf", "ccdf", "budget", "hops"])
def test_delay_axes_say_direction_layer_and_unit(two, kind):
    assert "one way, network layer [ms]" in draw(two, kind).axes[-1].get_xlabel()


@pytest.mark.parametrize(
    ("drawing", "options"),
    [
        (latency_cdf, {}),
        (latency_ccdf, {}),
        (latency_heatmap, {}),
        (latency_budget, {}),
        (latency_hops, {"pair": "shenyang>anshan"}),
        (target_timeline, {}),
        (network_map, {}),
        (latency_load, {}),
    ],
)
def test_given_axes_are_drawn_on_and_no_other_figure_is_made(two, drawing, options):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert drawing(two, axes=right, **options) is figure
    assert right.has_data() or right.texts
    assert not left.has_data()


def test_without_a_target_the_first_missed_one_of_the_last_year_is_drawn(results):
    found = results(
        verdict(pair("a", "b", 2.0, MISSED), name="gone", year=2025),
        verdict(pair("a", "b", 2.0), name="good"),
        verdict(pair("a", "b", 2.0, UNDECIDED), name="open"),
        verdict(pair("a", "b", 9.0, MISSED), name="bad"),
        verdict(pair("a", "b", 9.0, MISSED), name="worse"),
    )
    assert choose(found).verdict.name == "bad"
    assert choose(found, year=2025).verdict.name == "gone"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "heatmpa"}, "no kind 'heatmpa'; did you mean 'heatmap'"),
        ({"kind": "cdf", "target": "6 ms"}, "did you mean '5 ms'"),
        ({"kind": "cdf", "year": 1999}, "no year '1999'; there is 2026"),
        ({"kind": "timeline", "target": "zzz"}, "no target 'zzz'; there is 5 ms"),
        ({"kind": "timeline", "year": 1999}, "no year '1999'"),
        ({"kind": "map", "pair": "a>b"}, "pair: a picture of kind map has no such option"),
        ({"kind": "cdf", "state": "normal"}, "only map"),
        ({"kind": "difference"}, "against: no other results"),
    ],
)
def test_what_the_results_do_not_have_is_an_input_error_with_a_remedy(two, options, message):
    with pytest.raises(InputError, match=message) as caught:
        draw(two, **options)
    assert all(is_translated(problem.message) for problem in caught.value.problems)


def test_an_unknown_pair_is_an_input_error(two):
    with pytest.raises(InputError, match=r"did you mean 'shenyang>anshan'"):
        latency_hops(two, pair="shenyang>anshn")


def test_a_pair_is_drawn_of_the_target_that_has_it(results):
    both = results(
        verdict(pair("shenyang", "anshan", 7.0, MISSED), name="first"),
        verdict(pair("anshan", "shenyang", 2.0), name="second"),
        streams=[
            stream("probe/shenyang>anshan/one_way/any", [7.0, 7.1]),
            stream("probe/anshan>shenyang/one_way/any", [2.0, 2.1]),
        ],
    )
    assert target_of(both, "anshan>shenyang") == "second"
    for kind in ("hops", "cdf"):
        assert draw(both, kind, pair="anshan>shenyang").axes
        assert getattr(both.plot, kind)(pair="anshan>shenyang").axes


def test_verdicts_come_back_from_a_document_as_they_were(results):
    known = verdict(
        pair("shenyang", "anshan", 2.5, MISSED, hops=route(0.5), route=("shenyang", "anshan")),
        coverage=0.25,
    )
    (found,) = verdicts_of(results(known))
    assert (found.name, found.outcome, found.coverage) == ("5 ms", MISSED, 0.25)
    assert found.limit == pytest.approx(known.limit)
    assert found.pairs[0].estimate == pytest.approx(known.pairs[0].estimate)
    assert found.pairs[0].route == ("shenyang", "anshan")
    assert found.pairs[0].hops[0].total == pytest.approx(known.pairs[0].hops[0].total)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_results_give_the_same_bytes(two, tmp_path, suffix):
    files = [tmp_path / f"{number}.{suffix}" for number in range(2)]
    for file in files:
        save(draw(two, "cdf"), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_bytes()) > 1000


def test_a_file_name_of_another_type_is_an_input_error(two, tmp_path):
    with pytest.raises(InputError, match=r"ends in \.png, \.svg, \.pdf"):
        save(draw(two, "cdf"), tmp_path / "picture.docx")


def test_chinese_names_fall_back_to_english_where_no_font_has_them(two, monkeypatch):
    monkeypatch.setattr(style, "cjk_font", lambda: None)
    labels = axes_of(latency_budget(two, language="zh")).get_yticklabels()
    assert labels[0].get_text() == "Anshan → Shenyang"
    assert legible("沈阳", "target 1") == "target 1"


def test_a_font_that_was_installed_after_matplotlib_made_its_list_is_found(monkeypatch):
    fonts = style.font_manager.fontManager
    chinese = [font for font in fonts.ttflist if font.name in style._CJK_FONTS]
    if not chinese and style.cjk_font() is None:
        pytest.skip("no Chinese font is installed; install Debian's package fonts-noto-cjk")
    style.cjk_font.cache_clear()
    old = [font for font in fonts.ttflist if "CJK" not in font.name and font not in chinese]
    monkeypatch.setattr(fonts, "ttflist", old)
    assert style.cjk_font() is not None


def test_the_command_says_why_a_picture_is_in_english_though_chinese_is_asked_for(
    two, tmp_path, monkeypatch
):
    monkeypatch.setattr("netplan.judge.results.load_results", lambda folder: two)
    monkeypatch.setattr("netplan.show.plots.cjk_font", lambda: None)
    monkeypatch.setattr(style, "cjk_font", lambda: None)
    arguments = ["plot", "here", "--kind", "cdf", "-o", str(tmp_path / "p.png"), "--lang"]
    told = CliRunner().invoke(app, [*arguments, "zh"])
    assert told.exit_code == 0, told.output
    assert "未找到中文字体，图片为英文；请安装 fonts-noto-cjk 等中文字体" in told.stdout
    assert "font" not in CliRunner().invoke(app, [*arguments, "en"]).output


def test_chinese_names_are_used_where_a_font_has_them(two, monkeypatch):
    monkeypatch.setattr("netplan.show.plots.style.cjk_font", lambda: "DejaVu Sans")
    labels = axes_of(latency_budget(two, language="zh")).get_yticklabels()
    assert labels[0].get_text() == "鞍山 → 沈阳"


def words_of(figure):
    """Return all text of a figure."""
    return " ".join(
        text.get_text() for text in figure.findobj(Text) if text.get_text() and text.get_visible()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_chinese_picture_has_no_english_but_names_and_units(kind, two, monkeypatch):
    monkeypatch.setattr("netplan.show.plots.style.cjk_font", lambda: "DejaVu Sans")
    words = words_of(drawn(two, kind, language="zh")).replace("Apache ECharts", "")
    left = set(re.findall(r"[a-z]{3,}", words)) - {"target", "test"}
    assert left == set()
    assert re.search("[一-鿿]", words)


@pytest.mark.parametrize("kind", KINDS)
def test_a_chinese_picture_calls_a_target_by_its_chinese_name(kind, two, monkeypatch):
    monkeypatch.setattr("netplan.show.plots.style.cjk_font", lambda: "DejaVu Sans")
    targets = [target | {"name_zh": "省内五毫秒"} for target in two.document["targets"]]
    named = replace(two, document=two.document | {"targets": targets})
    assert "省内五毫秒" in words_of(drawn(named, kind, language="zh"))
    assert "省内五毫秒" not in words_of(drawn(named, kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_english_where_no_font_has_chinese(kind, two, monkeypatch):
    monkeypatch.setattr("netplan.show.plots.style.cjk_font", lambda: None)
    assert not re.search("[一-鿿]", words_of(drawn(two, kind, language="zh")))
