"""The whole page: its structure, and how it behaves in a browser without a network."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.ground.texts import LANGUAGES
from netplan.input.loader import load
from netplan.input.scenario.network import LocalName
from netplan.judge.results import Results
from netplan.measure.histogram import bin_of
from netplan.measure.samples import COMPONENTS, VARIABLE, StreamSamples
from netplan.show.html import html_report, write_report
from netplan.show.html.catalogue import CATALOGUE
from netplan.show.html.page import SECTIONS

MOST_BYTES = 8_000_000
NAMES = ("propagation", "equipment", "processing", "transmission", "queueing")
SITES = {
    "shenyang": ("Shenyang", "沈阳", "core", 41.8, 123.4),
    "dalian": ("Dalian", "大连", "core", 38.9, 121.6),
    "anshan": ("Anshan", "鞍山", "compute", 41.1, 123.0),
    "beijing": ("Beijing", "北京", "hub", 39.9, 116.4),
}


TWO_CITIES = Path(__file__).parent.parent / "scenarios/two-cities.yaml"
STATE = "span shenyang~yingkou"
"""It takes the link between Shenyang and Dalian down."""


def node(identifier):
    name, chinese, role, lat, lon = SITES[identifier]
    return {
        "id": identifier, "name": name, "name_zh": chinese, "role": role, "city": identifier,
        "lat": lat, "lon": lon, "population": 0,
    }  # fmt: skip


def hop(source, to):
    split = dict(zip(NAMES, (2.0, 0.1, 0.02, 0.001, 0.4), strict=True))
    return {
        "link": f"{source}--{to}", "from": source, "to": to, "utilisation": 0.9,
        "length_km": 400.0, "estimated_km": 100.0, "components_ms": split,
    }  # fmt: skip


def pair(source, to, outcome="met", estimate=3.0):
    return {
        "source": source, "target": to, "outcome": outcome,
        "reason": {"met": "", "missed": "latency", "undecided": "budget"}[outcome],
        "basis": "simulation", "estimate_ms": estimate, "predicted_ms": None,
        "low_ms": estimate - 0.1, "high_ms": estimate + 0.1, "floor_ms": 2.0, "limit_ms": 5.0,
        "loss": 0.0, "stream": f"probe/{source}>{to}/one_way/any", "packets": 100, "in_flight": 0,
        "components_ms": hop(source, to)["components_ms"], "route": [source, to],
        "length_km": 400.0, "estimated_km": 100.0, "hops": [hop(source, to)],
        "remedies": ["compute nearer to the source"] if outcome == "missed" else [],
    }  # fmt: skip


def target(name, year, outcome, *pairs, needed=1.0):
    return {
        "name": name, "year": year, "state": "normal", "outcome": outcome,
        "reason": "", "layer": "network", "direction": "one_way", "statistic": "p99",
        "limit_ms": 5.0, "coverage": 0.5, "coverage_needed": needed, "coverage_of": "pairs",
        "cable_km": 800.0, "estimated_cable_km": 200.0, "pairs": list(pairs),
    }  # fmt: skip


def use(source, to, year, load):
    return {
        "year": year, "link": f"{source}--{to}", "from": source, "to": to, "utilisation": load,
        "busiest_member": load, "loss": 0.001, "mean_queueing_ms": 0.01, "max_queueing_ms": 0.1,
    }  # fmt: skip


def document(**more):
    ways = [("shenyang", "dalian"), ("dalian", "anshan"), ("anshan", "beijing")]
    known = {
        "netplan": "results/1", "scenario": "Test & trial", "version": "0.1.0", "seed": 7,
        "engine": "fast", "inputs_sha256": "5f" * 32, "outcome": "missed",
        "nodes": [node(name) for name in SITES],
        "targets": [
            target("5 ms", 2025, "met", pair(*ways[0]), pair(*ways[1], "met", 4.5)),
            target("5 ms", 2026, "missed", pair(*ways[0], "missed", 6.5), pair(*ways[1]),
                   pair(*ways[2], "undecided", 4.9)),
            target("wide", 2025, "met", pair(*ways[0]), needed=0.9),
            target("wide", 2026, "undecided", pair(*ways[0], "undecided", 5.0), needed=0.9),
        ],
        "links": [use(*way, *at) for way in ways for at in ((2025, 0.5), (2026, 1.1))],
        "failures": [
            in_state("5 ms", pair(*ways[0], "missed", 9.5)), in_state("wide"),
        ],
        "worst_states": [
            {"year": 2026, "state": STATE, "pairs_broken": 1, "pairs_undecided": 0,
             "population": 5_000_000, "targets": {"5 ms": 1}},
        ],
        "servers": [
            {"year": 2026, "node": "anshan", "servers": 40, "requests_per_s": 1234.0,
             "utilisation": 0.7, "mean_wait_ms": 0.01234, "max_wait_ms": None,
             "predicted_wait_ms": 0.011},
        ],
        "notes": ["2026: waits there are long and vary much"],
    }  # fmt: skip
    return known | more


def in_state(name, *pairs):
    known = target(name, 2026, "missed" if pairs else "met", *pairs)
    return known | {
        "state": STATE, "pairs_judged": 3, "pairs_by_basis": {"routes": 2, "simulation": 1},
    }  # fmt: skip


@pytest.fixture(scope="module")
def scenario():
    """Return inputs that fit the results: their targets, and a cable that may fail."""
    found = load(TWO_CITIES, overrides=["failures.each=[span]", "years=[2025, 2026]"])
    one, two = found.targets
    return found.replace(targets=(
        one.replace(label=LocalName(en="5 ms"), traffic_class="web"),
        two.replace(label=LocalName(en="wide")),
    ))  # fmt: skip


def stream(name):
    delays = np.linspace(2.1, 7.0, 200) * 1e9
    bins, counts = np.unique(bin_of(delays.astype(np.int64) - 2 * 10**9), return_counts=True)
    empty = np.empty(0, dtype=np.int64)
    return StreamSamples(
        name=name, base=2 * 10**9, bins=bins, counts=counts[None, :], sums=np.array([0]),
        squares=0.0, maximum=7 * 10**9, dropped=np.zeros(1, dtype=np.int64), in_flight=0,
        component_sums=np.zeros(len(COMPONENTS)), component_bins=(empty,) * len(VARIABLE),
        component_counts=(empty,) * len(VARIABLE),
    )  # fmt: skip


def results(**more):
    found = document(**more)
    names = {(t["year"], p["stream"]) for t in found["targets"] for p in t["pairs"]}
    streams = tuple((year, stream(name)) for year, name in sorted(names))
    return Results(document=found, streams=streams)


class Page(HTMLParser):
    """Elements with attributes and the text in them; scripts and styles apart."""

    VOID = ("meta", "input", "br", "hr", "img", "link", "option")

    def __init__(self, source):
        super().__init__()
        self.elements, self.text, self.scripts, self._open = [], [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        """Note an element and what it stands in."""
        self.elements.append((tag, dict(attrs), [*self._open]))
        if tag not in self.VOID:
            self._open.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag):
        """Close the element that was opened last."""
        if tag not in self.VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data):
        """Note a text and the identifiers of what it stands in."""
        inside = self._open[-1][0] if self._open else ""
        if inside in ("script", "style"):
            self.scripts.append(data)
        elif data.strip():
            self.text.append(([i for _, i in self._open], data.strip()))

    def all(self, *tags):
        """Return the attributes of all elements of these kinds."""
        return [attributes for tag, attributes, _ in self.elements if tag in tags]

    def within(self, section):
        """Return the text of a section."""
        return " ".join(text for ids, text in self.text if section in ids)


@pytest.fixture(scope="module")
def pages(scenario):
    return {language: html_report(results(), language, {}, scenario) for language in LANGUAGES}


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request, pages):
    return Page(pages[request.param]), request.param


# --- structure ------------------------------------------------------------------------------------


def test_every_section_is_there_named_and_filled(page):
    page, language = page
    assert [a["id"] for a in page.all("section")] == list(SECTIONS)
    for section in SECTIONS:
        title = CATALOGUE[f"section.{section}"][LANGUAGES.index(language)]
        text = page.within(section)
        assert text.startswith(title)
        assert len(text) > len(title) + 8
    assert [a["href"] for a in page.all("a")][1:] == [f"#{section}" for section in SECTIONS]


def test_verdicts_stand_before_anything_else_for_every_target_and_year(pages):
    text = Page(pages["en"]).within("verdicts")
    found = re.findall(r"([✓✗?]) (met|missed|undecided)", text)
    assert [word for _, word in found] == ["met", "missed", "met", "undecided"]
    assert [sign for sign, _ in found] == ["✓", "✗", "✓", "?"]
    assert "p99 one way, network layer, below 5 ms, for 90\u202f% of pairs" in text


def test_causes_name_pair_budget_hop_and_remedy(pages):
    text = Page(pages["en"]).within("causes")
    for words in (
        "Shenyang → Dalian",
        "6.500",
        "6.400 – 6.600",
        "compute nearer",
        "0.400",
        "2.521",
    ):
        assert words in text
    assert "在更靠近源的位置部署算力" in Page(pages["zh"]).within("causes")


def test_lengths_say_how_much_is_estimated(pages):
    text = Page(pages["en"]).within("lengths")
    assert "800 200 25\u202f%" in text
    assert "80\u202f% longer: Dalian → Anshan" in text


def test_the_footer_says_whose_the_map_is_and_that_it_is_not_reviewed(page):
    page, _ = page
    text = " ".join(text for ids, text in page.text if not set(SECTIONS) & set(ids))
    for words in ("ECharts 4.9.0", "审图号", "GeoNames"):
        assert words in text


def test_inputs_carry_their_digests():
    digests = {"results.json": "ab" * 32}
    text = Page(html_report(results(), "en", digests)).within("inputs")
    assert "5f" * 32 in text
    assert f"SHA-256 of results.json {'ab' * 32}" in text


def test_nothing_is_loaded_from_anywhere(page):
    page, _ = page
    assert page.all("link", "img", "iframe", "object", "embed", "base") == []
    for attributes in (a for _, a, _ in page.elements):
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
    [policy] = [a["content"] for a in page.all("meta") if "http-equiv" in a]
    assert policy.startswith("default-src 'none'")
    assert "connect-src" not in policy
    assert "http" not in policy
    assert not any("http" in text for _, text in page.text)


def test_own_scripts_and_styles_name_no_address(page):
    page, _ = page
    style, _, data, own = [text for text in page.scripts if len(text.strip()) > 20]
    assert "plotly.js" not in style + data + own
    assert re.findall(r"https?:|@import|url\(", style + data + own) == []


def test_tables_are_captioned_and_their_headings_scoped(page):
    page, _ = page
    assert len(page.all("caption")) == len(page.all("table"))
    assert {a.get("scope") for a in page.all("th")} == {"col", "row"}
    labels = {a["aria-labelledby"] for _, a, _ in page.elements if "aria-labelledby" in a}
    identifiers = [a["id"] for _, a, _ in page.elements if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    assert labels <= set(identifiers)


def test_the_page_says_its_language(page):
    page, language = page
    assert page.all("html")[0]["lang"] == {"en": "en", "zh": "zh-CN"}[language]


def test_names_cannot_smuggle_markup_into_the_page():
    evil = "</script><script>alert(1)</script>"
    nodes = [node(name) | {"name": evil} for name in SITES]
    page = html_report(results(scenario=evil, nodes=nodes))
    assert evil not in page
    assert "&lt;/script&gt;" in page
    [data] = [text for text in Page(page).scripts if text.startswith('{"texts"')]
    assert json.loads(data)["nodes"][0][0] == evil


def test_sections_without_content_say_why():
    found = results(targets=[], failures=[], servers=[], links=[], nodes=[], outcome="met")
    page = Page(html_report(found))
    assert [a["id"] for a in page.all("section")] == list(SECTIONS)
    why = {
        "The scenario has no target.": ("verdicts", "years", "causes", "pairs", "lengths"),
        "The results folder has no inputs.json": ("circles",),
        "There are no failure states in this scenario.": ("failures",),
        "No site of these results has coordinates.": ("map",),
        "The results hold no link.": ("links",),
        "No request is served in this scenario": ("servers",),
    }
    assert [(s, w) for w, names in why.items() for s in names if w not in page.within(s)] == []


def test_failure_states_are_ranked_with_what_is_down_and_what_was_not_simulated(pages):
    english, chinese = (Page(pages[language]).within("failures") for language in LANGUAGES)
    for words in ("span shenyang~yingkou", "shenyang--dalian", "5,000,000", "9.500",
                  "counted: 1. Of these, 1 break"):  # fmt: skip
        assert words in english
    assert "光缆段 shenyang~yingkou" in chinese
    assert "500.0 万" in chinese
    assert "In failure states (1): 1 verdicts missed, 0 undecided." in " ".join(
        text for _, text in Page(pages["en"]).text
    )


def test_the_lead_tells_the_normal_state_from_failures_only_where_they_differ(pages):
    assert "In the normal state: In 2026" in pages["en"]
    assert "normal state: " not in html_report(results(failures=[in_state("5 ms")]))


def test_a_hop_that_stays_at_a_site_is_called_by_what_it_is():
    ends = pair("shenyang", "dalian", "missed", 6.5)
    hops = [hop("shenyang", "shenyang") | {"link": "last mile"},
            hop("dalian", "dalian") | {"link": "servers"}]  # fmt: skip
    found = results(targets=[target("5 ms", 2026, "missed", ends | {"hops": hops})])
    text = Page(html_report(found, "zh")).within("causes")
    assert "沈阳 接入段" in text
    assert "大连 的服务器" in text
    assert "last mile" not in text


def test_an_undecided_pair_says_how_much_it_may_lose_and_a_missed_one_what_it_lost():
    open_pair = pair("shenyang", "dalian", "undecided") | {"loss": 0.0028, "loss_high": 0.0764}
    lossy = pair("dalian", "anshan", "missed") | {"loss": 0.05, "loss_high": 0.07}
    found = results(targets=[target("5 ms", 2026, "missed", open_pair, lossy)])
    causes = Page(html_report(found, "en")).within("causes")
    assert "loss 0.28\u202f%, perhaps up to 7.64\u202f%" in causes
    assert "loss 5.00\u202f%" in causes
    assert "7.00\u202f%" not in causes


def test_servers_are_listed_with_utilisation_and_waits(pages):
    text = Page(pages["en"]).within("servers")
    for words in ("Anshan", "70\u202f%", "1,234", "0.0123", "0.0110", "–"):
        assert words in text


def test_circles_say_who_lies_within_each_limit(pages):
    text = Page(pages["en"]).within("circles")
    assert "compute in the own city" in text
    assert "below 1 ms:" in text
    assert "below 20 ms:" in text


def test_targets_are_called_by_their_chinese_names_in_chinese(scenario):
    targets = [t | {"name_zh": {"5 ms": "五毫秒", "wide": "宽"}[t["name"]]}
               for t in document()["targets"]]  # fmt: skip
    note = "2026: wide: closed forms predict p99 within 5% of 5 ms for a>b 4.9 ms"
    page = Page(html_report(results(targets=targets, notes=[note]), "zh", {}, scenario))
    assert "2026 年：“宽”：解析公式预测" in page.within("method")
    shown = " ".join(text for _, text in page.text)
    assert "五毫秒" in shown
    assert "wide" not in shown
    [data] = [json.loads(text) for text in page.scripts if text.startswith('{"texts"')]
    assert {(v["name"], v["class"]) for v in data["verdicts"]} == {("五毫秒", "web"), ("宽", "")}


def test_a_chinese_name_of_two_targets_names_neither():
    targets = [t | {"name_zh": "一样"} for t in document()["targets"]]
    assert "一样" not in html_report(results(targets=targets), "zh")


def test_the_same_results_give_the_same_bytes(pages, scenario):
    assert html_report(results(), "en", {}, scenario) == pages["en"]


def test_a_page_of_a_large_network_stays_small():
    pairs = [pair("shenyang", "dalian", "missed", 6.0) | {"hops": [hop("a", "b")] * 12}] * 20_000
    page = html_report(results(targets=[target("5 ms", 2026, "missed", *pairs)]))
    assert len(page.encode()) < MOST_BYTES


def test_the_command_writes_the_page_in_the_language_of_the_locale(tmp_path, monkeypatch):
    written = []

    def note(folder, out, language):
        written.append((folder.name, out.name, language))

    monkeypatch.setattr("netplan.show.html.write_report", note)
    for arguments in (["here"], ["here", "-o", "p.html", "--lang", "en"]):
        result = CliRunner().invoke(app, ["report", *arguments], env={"LC_ALL": "zh_CN.UTF-8"})
        assert result.exit_code == 0, result.output
    assert written == [("here", "report.html", "zh"), ("here", "p.html", "en")]


def test_a_folder_without_results_is_an_input_error(tmp_path):
    result = CliRunner().invoke(app, ["report", str(tmp_path), "-o", str(tmp_path / "p.html")])
    assert result.exit_code == 2
    assert "results.json: is not there" in result.stderr
    assert not (tmp_path / "p.html").exists()


# --- in a browser ---------------------------------------------------------------------------------

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no chromium; install Debian's package of that name")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, pages, tmp_path):
    """Open pages with the network off; afterwards none may have asked for or complained of any."""
    asked, complaints, expected = [], [], []

    def open_in(language):
        file = tmp_path / f"{language}.html"
        file.write_text(pages[language], encoding="utf-8")
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(file.as_uri())
        expected.append(file.as_uri())
        return tab

    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    yield open_in
    context.close()
    assert asked == expected
    assert complaints == []


@pytest.fixture
def opened(open_page):
    return open_page("en")


def rows(tab, table):
    return tab.locator(f"{table} tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_is_drawn_and_the_page_fits_wide_and_narrow_windows(open_page, language):
    from playwright.sync_api import expect

    tab = open_page(language)
    charts = tab.locator(".chart")
    assert charts.count() == 6
    for index in range(charts.count()):
        assert charts.nth(index).locator("svg.main-svg").count() > 0
    for width in (1280, 400):
        tab.set_viewport_size({"width": width, "height": 900})
        expect(tab.locator("html")).to_have_js_property("scrollWidth", width, timeout=30_000)
        heights = tab.locator(".chart svg.main-svg:first-of-type").evaluate_all(
            "all => all.map(chart => chart.getBoundingClientRect().height)"
        )
        assert min(heights) > 150


def test_filters_narrow_the_list_of_pairs(opened):
    assert len(rows(opened, "#pairs-table")) == 3
    opened.select_option("#f-outcome", "missed")
    assert [row[4] for row in rows(opened, "#pairs-table")] == ["6.500"]
    opened.select_option("#f-outcome", "")
    opened.select_option("#f-year", "2025")
    assert {row[4] for row in rows(opened, "#pairs-table")} == {"3.000", "4.500"}
    opened.select_option("#f-target", "wide")
    assert len(rows(opened, "#pairs-table")) == 1
    opened.fill("#f-text", "nowhere")
    assert rows(opened, "#pairs-table") == []
    assert opened.locator("#pairs-count").inner_text().count("0") == 3


def test_a_city_keeps_the_pairs_that_begin_or_end_there(opened):
    options = opened.locator("#f-city option").evaluate_all("all => all.map(o => o.value)")
    counts = []
    for value in options:
        opened.select_option("#f-city", value)
        counts.append(len(rows(opened, "#pairs-table")))
    assert counts == [3, 1, 2, 2, 1]


def test_the_list_of_pairs_sorts_by_keyboard(opened):
    heading = opened.locator('#pairs-table th[data-key="estimate"]')
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert [row[4] for row in rows(opened, "#pairs-table")] == ["6.500", "4.900", "3.000"]
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert [row[4] for row in rows(opened, "#pairs-table")] == ["3.000", "4.900", "6.500"]


def test_other_tables_sort_by_number_and_by_name(opened):
    table = "#lengths table"
    opened.click(f"{table} thead th:nth-child(2) button")
    assert [row[1] for row in rows(opened, table)] == ["2025", "2025", "2026", "2026"]
    opened.click(f"{table} thead th:nth-child(1) button")
    opened.click(f"{table} thead th:nth-child(1) button")
    assert [row[0] for row in rows(opened, table)] == ["wide", "wide", "5 ms", "5 ms"]
    assert opened.locator(f"{table} th[aria-sort]").count() == 1


def test_a_chosen_pair_shows_its_hops(opened):
    opened.locator("#pairs-table tbody button").first.click()
    detail = opened.locator("#pair-detail")
    assert "2.521" in detail.inner_text()
    assert "shenyang--dalian" in detail.inner_text()
    assert opened.locator("#pairs-table tr[aria-current]").count() == 1


def test_a_failure_state_lists_the_pairs_that_it_leaves_not_met(opened):
    opened.select_option("#f-state", STATE)
    assert [row[4] for row in rows(opened, "#pairs-table")] == ["9.500"]
    assert "1 of 3 pairs are not met" in opened.locator("#pairs-count").inner_text()
    opened.locator("#pairs-table tbody button").first.click()
    assert opened.locator("#pair-detail").inner_text().count("shenyang--dalian") == 1
    opened.select_option("#f-year", "2025")
    assert opened.locator("#f-state").input_value() == ""
    assert opened.locator("#f-state").is_disabled()
    assert len(rows(opened, "#pairs-table")) == 2


def test_a_class_keeps_its_own_targets(opened):
    targets = opened.locator("#f-target option")
    assert targets.all_inner_texts() == ["5 ms", "wide"]
    opened.select_option("#f-class", "web")
    assert targets.all_inner_texts() == ["5 ms"]
    opened.select_option("#f-class", "")
    assert targets.all_inner_texts() == ["wide"]
    assert len(rows(opened, "#pairs-table")) == 1


def test_the_map_shows_what_is_down_in_a_failure_state(opened):
    names = "() => document.getElementById('map-chart').data.map(trace => trace.name)"
    assert "down in this state" not in opened.evaluate(names)
    opened.select_option("#map-state", STATE)
    assert "down in this state" in opened.evaluate(names)
    opened.select_option("#map-year", "2025")
    assert "down in this state" not in opened.evaluate(names)


def test_circles_open_by_keyboard(opened):
    summary = opened.locator("#circles summary").first
    assert not opened.locator("#circles details li").first.is_visible()
    summary.press("Enter")
    assert opened.locator("#circles details li").first.is_visible()


def test_the_map_follows_its_year(opened):
    hover = "() => document.getElementById('map-chart').data.flatMap(t => t.text ?? []).join()"
    assert "110 %" in opened.evaluate(hover)
    opened.select_option("#map-year", "2025")
    assert "50 %" in opened.evaluate(hover)
    assert "110 %" not in opened.evaluate(hover)


def test_a_target_can_be_hidden_in_the_charts_by_year(opened):
    button = opened.locator("#years-legend button").first
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    shown = "() => document.getElementById('worst-chart').data.map(t => t.visible ?? true)"
    assert opened.evaluate(shown) == [False, True]


def test_it_prints(opened):
    assert opened.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_written_page_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("netplan.show.html.page.load_results", lambda folder: results())
    for name in ("results.json", "samples.npz"):
        (tmp_path / name).write_bytes(name.encode())
    write_report(tmp_path, tmp_path / "page.html", "en")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.endswith("</html>")
    assert str(tmp_path) not in text


def test_a_scenario_with_a_chinese_name_is_called_by_it_in_chinese_only():
    found = results()
    document = {**found.document, "scenario_zh": "方案甲"}
    named = Results(document, found.streams)
    assert "<h1>方案甲</h1>" in html_report(named, "zh")
    assert "方案甲" not in html_report(named, "en")
    assert "<h1>Test &amp; trial</h1>" in html_report(found, "zh")
