from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest

from netplan.ground.texts import preferred_language
from netplan.ground.texts.sentences import in_language, is_translated
from netplan.judge.document import to_document
from netplan.judge.evaluation import evaluate
from netplan.judge.results import Results
from netplan.measure.histogram import bin_of
from netplan.measure.samples import COMPONENTS, VARIABLE, StreamSamples
from netplan.show.boundaries import boundaries
from netplan.show.html import payload as payload_module
from netplan.show.html.catalogue import CATALOGUE
from netplan.show.html.causes import PAIRS_SHOWN, blame_of, causes, worst_first
from netplan.show.html.channels import busiest, channels
from netplan.show.html.circles import circle_section
from netplan.show.html.curves import LEVELS, curve
from netplan.show.html.failures import failure_section, links_down, why_none
from netplan.show.html.ground import ground
from netplan.show.html.lengths import turning_error
from netplan.show.html.payload import payload, to_script
from netplan.show.html.places import Places
from netplan.show.html.servers import pools
from netplan.show.html.texts import Texts

PS_PER_MS = 10**9


def pair(source="a", target="b", outcome="met", estimate=4.0, **more):
    """Return a pair as `results.json` holds it: 800 km, 200 of them estimated, 4 ms of fibre."""
    known = {
        "source": source,
        "target": target,
        "outcome": outcome,
        "reason": {"met": "", "missed": "latency", "undecided": "budget"}[outcome],
        "estimate_ms": estimate,
        "low_ms": estimate and estimate - 0.1,
        "high_ms": estimate and estimate + 0.1,
        "floor_ms": 3.0,
        "limit_ms": 5.0,
        "loss": 0.0,
        "stream": None,
        "packets": 100,
        "components_ms": {"propagation": 4.0, "queueing": 0.5},
        "length_km": 800.0,
        "estimated_km": 200.0,
        "hops": [],
        "remedies": [],
    }
    return known | more


def target(*pairs, name="5 ms", year=2026, outcome="missed", **more):
    known = {"name": name, "year": year, "state": "normal", "outcome": outcome}
    return known | {"pairs": list(pairs)} | more


def hop(link, cost, load=0.5, source="a"):
    return {
        "link": link,
        "from": source,
        "to": "b",
        "utilisation": load,
        "components_ms": {"propagation": cost},
    }


def node(identifier, lat, lon, role="core", city=None, **more):
    known = {"id": identifier, "name": identifier.title(), "name_zh": None, "role": role}
    return known | {"city": city, "lat": lat, "lon": lon, "population": 0} | more


def use(source, to, load=0.5, year=2026):
    ends = {"link": f"{source}--{to}", "from": source, "to": to, "year": year}
    return ends | {"busiest_member": load}


def stream(delays_ms, base_ms=1.0):
    """Return samples of packets with these delays, one for each."""
    delays = np.round(np.array(delays_ms) * PS_PER_MS).astype(np.int64)
    base = round(base_ms * PS_PER_MS)
    bins, counts = np.unique(bin_of(delays - base), return_counts=True)
    empty = np.empty(0, dtype=np.int64)
    return StreamSamples(
        name="probe/a>b/one_way/any",
        base=base,
        bins=bins,
        counts=counts[None, :],
        sums=np.array([(delays - base).sum()]),
        squares=0.0,
        maximum=int(delays.max()),
        dropped=np.zeros(1, dtype=np.int64),
        in_flight=0,
        component_sums=np.zeros(len(COMPONENTS)),
        component_bins=(empty,) * len(VARIABLE),
        component_counts=(empty,) * len(VARIABLE),
    )


# --- texts ----------------------------------------------------------------------------------------


def test_both_languages_fill_the_same_places():
    for english, chinese in CATALOGUE.values():
        assert english.strip()
        assert chinese.strip()
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese))


def sources(*endings):
    files = resources.files("netplan.show.html").iterdir()
    texts = [f.read_text(encoding="utf-8") for f in files if f.name.endswith(endings)]
    return "".join(texts)


def test_every_text_is_used():
    """Groups are looked up by value: outcomes, reasons, layers and so on."""
    groups = ("outcome", "reason", "layer", "direction", "of", "component", "role", "column",
              "basis", "centre", "hop")  # fmt: skip
    by_value = (*(f"{group}." for group in (*groups, "section", "method")), "js.load_")
    written = sources("page.py", "texts.py", "failures.py", ".js", ".j2")
    alone = [key for key in CATALOGUE if not key.startswith(by_value)]
    assert [key for key in alone if f'"{key}"' not in written] == []


def test_every_text_that_scripts_say_exists():
    said = re.findall(r'say\("([\w.]+)"', sources(".js"))
    assert len(said) > 20
    assert set(said) <= set(CATALOGUE)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, "zh"),
        ({"LC_MESSAGES": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_first_locale_variable_that_is_set_decides_the_language(environment, language):
    assert preferred_language(environment) == language


def test_every_sentence_that_an_evaluation_makes_has_a_chinese_form(write):
    """One target is too far, one on a full link, one just too slow."""
    evaluation = evaluate(
        write(
            """
            defaults: {links: {capacity_gbps: 0.1, buffer: {packets: 30}}}
            nodes:
              a: {role: core, city: x, processing_us: 20}
              b: {role: core, city: y, processing_us: 20}
              c: {role: core, city: y, processing_us: 20}
            links:
              a--b: {ends: [a, b], length_km: 40}
              b--c: {ends: [b, c], length_km: 60}
            """,
            """
            traffic:
              classes: {best: {arrivals: poisson, sizes: {fixed: 1500}}}
              demands: [{class: best, from: a, to: b, rate_gbps: 0.12}]
            targets:
              - {name: far, between: {pairs: [[a, c]]}, layer: network, direction: one_way,
                 statistic: p50, below_ms: 0.3}
              - {name: slow, between: {pairs: [[a, b]]}, layer: network, direction: one_way,
                 statistic: p50, below_ms: 1}
              - {name: late, between: {pairs: [[b, c]]}, layer: network, direction: one_way,
                 statistic: p50, below_ms: 0.4}
            simulation: {seed: 5, packets: {at_least: 1000, at_most: 40000}}
            """,
        ),
        engine="simpy",
    )
    document = to_document(evaluation)
    sentences = [*document["notes"]]
    sentences += [r for t in document["targets"] for p in t["pairs"] for r in p["remedies"]]
    assert len(document["notes"]) > 1
    assert len(sentences) > len(document["notes"]) + 3
    assert [text for text in sentences if not is_translated(text)] == []
    assert all(re.search(r"[\u4e00-\u9fff]", in_language(text, "zh")) for text in sentences)


def test_a_sentence_that_is_not_known_stays_as_it_is():
    assert in_language("2026: ask a friend; compute nearer to the source", "zh") == (
        "2026 年：ask a friend；在更靠近源的位置部署算力"
    )
    assert in_language("compute nearer to the source", "en") == "compute nearer to the source"


def test_a_break_inside_brackets_parts_no_sentence():
    text = "a--b (a>b): offered 21 of 20 Gbit/s (105%; busiest member 124%); largest demands: x 1"
    assert is_translated(text)
    assert "最忙成员 124 %" in in_language(text, "zh")


# --- places ---------------------------------------------------------------------------------------


def test_a_city_is_called_what_the_names_of_its_core_sites_begin_with():
    nodes = [
        node("dalian-a", 38.9, 121.6, city="dalian", name="Dalian A", name_zh="大连A"),
        node("dalian-b", 39.0, 121.5, city="dalian", name="Dalian B", name_zh="大连B"),
        node("lvshun", 38.8, 121.2, role="access", city="dalian"),
    ]
    assert Places(nodes, "en").city("dalian") == "Dalian"
    assert Places(nodes, "zh").city("dalian") == "大连"
    assert Places(nodes, "zh").pair("dalian-a", "lvshun") == "大连A → Lvshun"
    assert Places(nodes, "en").pair("elsewhere", None) == "elsewhere → –"


# --- causes ---------------------------------------------------------------------------------------


def test_a_cause_shows_the_last_year_in_which_a_target_is_not_met():
    found = causes(
        [
            target(pair(outcome="missed"), year=2024),
            target(pair(outcome="undecided"), year=2025, outcome="undecided"),
            target(pair(), year=2026, outcome="met"),
            target(pair(), name="other", outcome="met"),
        ]
    )
    assert [(cause.target["year"], cause.years) for cause in found] == [(2025, (2024, 2025))]


def test_missed_pairs_come_first_and_slow_before_fast():
    pairs = [
        pair("fast", outcome="missed", estimate=6.0),
        pair("open", outcome="undecided", estimate=9.0),
        pair("slow", outcome="missed", estimate=8.0),
        pair("far", outcome="missed", estimate=None, floor_ms=7.0),
        pair("alone", outcome="missed", estimate=None, floor_ms=None, reason="no_compute"),
        pair("good"),
    ]
    order = [found["source"] for found in worst_first(pairs)]
    assert order == ["alone", "slow", "far", "fast", "open", "good"]


def test_the_costliest_hop_is_to_blame_but_the_fullest_where_packets_are_lost():
    hops = [hop("long", 3.0, load=0.2), hop("full", 1.0, load=1.2)]
    assert blame_of(pair(outcome="missed", hops=hops))["link"] == "long"
    assert blame_of(pair(outcome="missed", hops=hops, reason="loss"))["link"] == "full"
    assert blame_of(pair(outcome="missed")) is None


def test_links_to_blame_come_by_the_number_of_pairs():
    pairs = [
        pair("p", outcome="missed", hops=[hop("rare", 9.0)]),
        *(pair(f"q{n}", outcome="missed", hops=[hop("often", 1.0 + n)]) for n in range(3)),
    ]
    [cause] = causes([target(*pairs)])
    assert [(b.hop["link"], b.pairs, b.total_ms) for b in cause.blames] == [
        ("often", 3, 3.0),
        ("rare", 1, 9.0),
    ]


def test_a_link_to_blame_for_a_miss_comes_before_those_of_many_undecided_pairs():
    pairs = [
        pair("p", outcome="missed", hops=[hop("sure", 1.0)]),
        *(pair(f"q{n}", outcome="undecided", hops=[hop("perhaps", 9.0)]) for n in range(3)),
    ]
    [cause] = causes([target(*pairs)])
    assert [blame.hop["link"] for blame in cause.blames] == ["sure", "perhaps"]


def test_a_cause_shows_the_worst_pairs_only():
    pairs = [pair(f"s{n}", outcome="missed", estimate=6.0 + n) for n in range(PAIRS_SHOWN + 5)]
    [cause] = causes([target(*pairs)])
    assert len(cause.shown) == PAIRS_SHOWN
    assert cause.shown[0]["estimate_ms"] == 6.0 + PAIRS_SHOWN + 4
    assert cause.count("missed") == PAIRS_SHOWN + 5


# --- lengths --------------------------------------------------------------------------------------


def test_the_error_that_turns_a_met_pair_makes_its_interval_touch_the_limit():
    """A quarter of the route is estimated, 1 ms of its fibre; 0.9 ms are left: 90 % more."""
    turn = turning_error(target(pair(high_ms=4.1)))
    assert turn.error == pytest.approx(0.9)


def test_the_error_that_turns_a_missed_pair_is_negative():
    turn = turning_error(target(pair(outcome="missed", low_ms=5.4)))
    assert turn.error == pytest.approx(-0.4)


@pytest.mark.parametrize(
    "untouched",
    [
        pair(outcome="missed", low_ms=6.5),  # even without the estimated part it is too slow
        pair(high_ms=2.0),  # three times as long would do
        pair(outcome="missed", low_ms=5.4, reason="loss"),
        pair(outcome="undecided"),
        pair(high_ms=4.1, estimated_km=0.0),
        pair(high_ms=None),
    ],
)
def test_no_error_of_lengths_turns_what_does_not_hang_on_them(untouched):
    assert turning_error(target(untouched)) is None


def test_the_most_sensitive_pair_of_a_target_is_named():
    turn = turning_error(target(pair("far", high_ms=4.1), pair("near", high_ms=4.8)))
    assert (turn.pair["source"], turn.error) == ("near", pytest.approx(0.2))


# --- links ----------------------------------------------------------------------------------------


def test_links_are_ranked_by_the_last_year_and_gone_ones_left_out():
    uses = [
        use("a", "b", 0.9, 2024), use("a", "b", 0.3, 2026), use("b", "a", 0.4, 2026),
        use("a", "gone", 2.0, 2024),
    ]  # fmt: skip
    found = channels(uses)
    assert [c.load for c in found] == [{2024: 0.9, 2026: 0.3}, {2026: 0.4}, {2024: 2.0}]
    assert [c.source for c in busiest(found, 5)] == ["b", "a"]
    assert len(busiest(found, 1)) == 1


# --- distributions --------------------------------------------------------------------------------


def test_a_curve_gives_the_delay_within_which_a_share_of_packets_arrives():
    delays = 1.0 + np.arange(1, 10_001) / 10_000
    found = dict(zip(LEVELS, curve(stream(delays)), strict=True))
    assert found[0.5] == pytest.approx(1.5, abs=0.005)
    assert found[0.99] == pytest.approx(1.99, abs=0.01)
    assert found[1.0] == 2.0
    known = [delay for delay in found.values() if delay is not None]
    assert known == sorted(known)


def test_a_share_that_no_packet_is_above_has_no_delay():
    found = dict(zip(LEVELS, curve(stream([1.1, 1.2, 1.3, 1.4])), strict=True))
    assert found[0.75] is not None
    assert found[0.8] is None
    assert found[1.0] == 1.4


# --- map ------------------------------------------------------------------------------------------

SHENYANG = node("shenyang", 41.8, 123.4, city="shenyang")
DALIAN = node("dalian", 38.9, 121.6, city="dalian")
BEIJING = node("beijing", 39.9, 116.4, role="hub")


def test_boundaries_hold_every_prefecture_of_the_province():
    points = [point for ring in boundaries() for point in ring]
    longitudes, latitudes = zip(*points, strict=True)
    assert len(boundaries()) >= 14
    assert [round(min(longitudes)), round(max(longitudes))] == [119, 126]
    assert [round(min(latitudes)), round(max(latitudes))] == [39, 43]


def test_a_network_of_the_province_is_drawn_in_it_and_another_without():
    inside = ground(Places([SHENYANG, DALIAN, BEIJING], "en"), [])
    assert inside["rings"] is not None
    assert inside["cities"] == [[123.4, 41.8, "Shenyang"], [121.6, 38.9, "Dalian"]]
    outside = ground(Places([node("paris", 48.9, 2.4), node("lyon", 45.8, 4.8)], "en"), [])
    assert outside["rings"] is None
    west, south, east, north = outside["frame"]
    assert west < 2.4
    assert east > 4.8
    assert south < 45.8
    assert north > 48.9


def test_a_link_that_leaves_the_map_is_named_at_its_edge():
    places = Places([SHENYANG, DALIAN, BEIJING], "en")
    found = ground(places, [use("shenyang", "beijing"), use("shenyang", "dalian")])
    [[x, y, names]] = found["exits"]
    west, south, _, north = found["frame"]
    assert (x, names) == (west, ["Beijing"])
    assert south < y < north


def test_without_coordinates_there_is_no_map():
    assert ground(Places([node("a", None, None)], "en"), []) is None


# --- what the scripts get -------------------------------------------------------------------------


def results(*pairs):
    known = {
        "statistic": "p99", "direction": "one_way", "layer": "network", "limit_ms": 5.0,
        "coverage": 0.5, "coverage_needed": 1.0,
    }  # fmt: skip
    document = {
        "nodes": [SHENYANG, DALIAN],
        "targets": [target(*pairs, **known)],
        "links": [use("shenyang", "dalian")],
    }
    return Results(document=document, streams=((2026, stream([1.5, 2.5])),))


def packed(found):
    places = Places(found.document["nodes"], "en")
    return payload(found, places, Texts("en"), COMPONENTS[:5], {}, {})


def test_a_pair_gets_the_curve_of_its_stream_and_none_without_one():
    measured = pair("shenyang", "dalian", stream="probe/a>b/one_way/any")
    found = packed(results(measured, pair("dalian", "shenyang")))
    assert [detail[3] is None for detail in found["details"]] == [False, True]
    assert found["left_out"] == 0


def test_a_pair_that_was_not_simulated_has_no_measured_loss():
    far = pair("dalian", "shenyang", "missed", None, reason="impossible", packets=0, loss=None)
    full = far | {"reason": "loss", "loss": 0.05}  # by what a port is offered
    found = packed(results(pair("shenyang", "dalian"), far, full))
    assert {(row[4], row[9]) for row in found["pairs"]} == {
        ("", 0.0), ("impossible", None), ("loss", 0.05)
    }  # fmt: skip


def test_fast_pairs_give_way_where_the_page_would_grow_too_large(monkeypatch):
    pairs = [pair("shenyang", "dalian", "missed", 6.0 + n) for n in range(20)]
    whole = packed(results(*pairs))
    size = len(to_script(whole["pairs"])) // 2
    monkeypatch.setattr(payload_module, "ROW_BYTES", size)
    monkeypatch.setattr(payload_module, "DETAIL_BYTES", len(to_script(whole["details"])) // 4)
    found = packed(results(*pairs))
    kept = len(found["pairs"])
    assert 0 < kept < 20
    assert found["left_out"] == 20 - kept
    assert found["pairs"] == whole["pairs"][:kept]
    assert found["details"][0] is not None
    assert found["details"][-1] is None


# --- circles, failure states, servers -------------------------------------------------------------

RING = """
    defaults:
      nodes: {access: {processing_us: 0}, core: {processing_us: 20}, compute: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 10}
    nodes:
      x: {role: core, city: x}
      y: {role: core, city: y}
      ax: {role: access, city: x, population: 30}
      ay: {role: access, city: y, population: 60}
      by: {role: access, city: y, population: 10}
      cx: {role: compute, city: x}
    links:
      x--y: {ends: [x, y], length_km: 100}
      ax--x: {ends: [ax, x], length_km: 10}
      ay--y: {ends: [ay, y], length_km: 50}
      by--y: {ends: [by, y], length_km: 300}
      cx--x: {ends: [cx, x], length_km: 10}
"""


def places_of(scenario):
    known = [
        {"id": name, "name": name.upper(), "city": of.city, "role": of.role}
        for name, of in scenario.topology.nodes.items()
    ]
    return Places(known, "en")


def test_circles_name_whole_cities_and_counties_of_the_others(write):
    scenario = write(RING)
    section = circle_section(scenario, places_of(scenario))
    [centre] = section.centres
    close, near, far = centre.near
    assert (centre.name, section.population) == ("CX", 100)
    assert (close.cities, close.counties, close.population) == (("X",), ("AY",), 90)
    assert (near.cities, near.counties, near.share_of_sites) == (("X", "Y"), (), 1.0)
    assert far.share_of_population == 1.0


def test_circles_tell_each_kind_of_nearest_on_both_layers(write):
    scenario = write(RING)
    section = circle_section(scenario, places_of(scenario))
    assert [(reach.layer, reach.kind) for reach in section.reaches] == [
        (layer, kind)
        for layer in ("optical", "network")
        for kind in ("compute in the own city", "any compute node")
    ]


def test_a_network_without_compute_and_hubs_has_no_circles(write):
    scenario = write(RING.replace("role: compute", "role: core"))
    assert circle_section(scenario, places_of(scenario)) is None


def in_state(state, outcome, coverage, *pairs, name="5 ms", bases=None):
    known = {"name": name, "year": 2026, "state": state, "outcome": outcome, "coverage": coverage}
    counted = {} if bases is None else {"pairs_by_basis": bases}
    return known | counted | {"pairs": list(pairs), "pairs_judged": 9}


def document_of(*failures, **more):
    targets = [target(name="5 ms"), target(name="20 ms")]
    return {"targets": targets, "failures": list(failures), **more}


def test_the_worst_state_of_a_target_is_missed_and_covers_least():
    section = failure_section(
        document_of(
            in_state("span a", "met", 1.0),
            in_state("span b", "missed", 0.8, pair(outcome="missed", estimate=9.0)),
            in_state("span c", "missed", 0.6, pair(outcome="missed", estimate=7.0)),
            in_state("span d", "undecided", 0.1, pair(outcome="undecided")),
        )
    )
    [found] = section.targets
    assert found.worst["state"] == "span c"
    assert found.counts == {"met": 1, "missed": 2, "undecided": 1}
    assert found.pair["estimate_ms"] == 7.0
    assert section.normal_only == ("20 ms",)


def test_pairs_are_counted_by_what_decided_them_over_all_states():
    section = failure_section(
        document_of(
            in_state("span a", "met", 1.0, bases={"routes": 4, "simulation": 5}),
            in_state("span b", "met", 1.0, bases={"routes": 9}),
        )
    )
    [(name, counts)] = section.bases
    assert (name, counts["routes"], counts["simulation"], counts["closed_form"]) == (
        "5 ms", 13, 5, 0,
    )  # fmt: skip
    assert failure_section(document_of(in_state("span a", "met", 1.0))).bases == ()


def test_results_count_what_decided_the_pairs_of_every_failure_state(write):
    scenario = write(
        RING,
        """
        failures: {each: link}
        targets:
          - {name: t, between: {from: access, to: compute}, layer: optical, direction: one_way,
             statistic: max, below_ms: 5, holds_in: [normal, failure]}
        """,
    )
    found = to_document(evaluate(scenario))["failures"]
    assert len(found) == 5
    assert {sum(one["pairs_by_basis"].values()) for one in found} == {3}


def test_links_that_are_down_are_named_by_year_and_state(write):
    scenario = write(RING, "failures: {sets: {flood: [x--y, ax--x]}}")
    assert links_down(scenario) == {(2024, "flood"): ("ax--x", "x--y")}
    assert links_down(None) == {}


def test_why_there_are_no_failure_states_is_told_apart(write):
    assert why_none(None) == why_none(write(RING)) == "failures.no_states"
    assert why_none(write(RING, "failures: {each: span}")) == "failures.no_target"


def serving(node, year, requests, utilisation):
    return {"node": node, "year": year, "requests_per_s": requests, "utilisation": utilisation}


def test_pools_that_nobody_asks_are_left_out_and_the_busiest_comes_first():
    found = pools(
        [serving("a", 2025, 5.0, 0.9), serving("a", 2026, 6.0, 0.3), serving("b", 2026, 1.0, 0.5),
         serving("c", 2026, 0.0, 0.0)]
    )  # fmt: skip
    assert [pool.node for pool in found] == ["b", "a"]
    assert found[1].load == {2025: 0.9, 2026: 0.3}


def test_pairs_in_failure_states_have_no_curve_and_give_way_to_the_normal_state(monkeypatch):
    """A probe in a failure state has the name of the one whose samples were kept."""
    probe = stream([2.0, 3.0])
    ends = {"stream": probe.name}
    promise = {"limit_ms": 5.0, "statistic": "p99", "direction": "one_way", "layer": "network"}
    covered = {"coverage": 1.0, "coverage_needed": 1.0, "outcome": "met"}
    normal = target(pair(**ends), **promise, **covered)
    failed = {**normal, **in_state("span a", "missed", 0.5, pair(outcome="missed", **ends))}
    nodes = [node("a", 41.0, 120.0), node("b", 40.0, 121.0)]
    known = {"targets": [normal], "failures": [failed], "links": [use("a", "b")], "nodes": nodes}
    found = Results(document=known, streams=((2026, probe),))
    down = {(2026, "span a"): ("a--b",)}

    def drawn():
        return payload(
            found, Places(nodes, "zh"), Texts("zh"), COMPONENTS[:5], {"5 ms": "web"}, down
        )

    data = drawn()
    assert [verdict["state"] for verdict in data["verdicts"]] == ["", "光缆段 a"]
    assert [detail[3] is not None for detail in data["details"]] == [True, False]
    assert data["states"] == [[2026, "光缆段 a", [data["links"].index("a--b")]]]
    assert {verdict["class"] for verdict in data["verdicts"]} == {"web"}
    monkeypatch.setattr(payload_module, "ROW_BYTES", len(to_script(data["pairs"][0])))
    assert [row[0] for row in drawn()["pairs"]] == [0]
