"""The tables of the planning commands: Chinese texts, and columns that stand below each other."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path

import pytest

from netplan.decide.changes import changes
from netplan.decide.circles import circles
from netplan.decide.comparison import Comparison, Flip, PairDifference
from netplan.decide.cure import find_cures
from netplan.decide.timeline import dates
from netplan.decide.trial import Means
from netplan.ground.texts.report import REPORT
from netplan.ground.texts.sentences import in_language, state_in_language
from netplan.ground.texts.tables import TABLES
from netplan.ground.units import US
from netplan.judge.forecast import Forecast, Load
from netplan.measure.statistics import Difference
from netplan.show.tables.circles import circles_table
from netplan.show.tables.columns import WIDTH, columns
from netplan.show.tables.comparison import comparison_table
from netplan.show.tables.cure import cures_table
from netplan.show.tables.dates import dates_table
from netplan.show.tables.forecast import forecast_table
from netplan.show.tables.reader import Reader

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("en", "zh")

# Dalian and Shenyang 400 km apart; a member of 0.1 Gbit/s, of which growth wants more.
TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}, access: {processing_us: 0}, compute: {processing_us: 0}}
      spans: {fibre: {us_per_km: 5.0}}
      links: {capacity_gbps: 0.1, buffer: {packets: 1000}}
    nodes:
      dl: {role: core, city: dl, name: {en: Dalian, zh: 大连}, at: [38.9, 121.6]}
      sy: {role: core, city: sy, name: {en: Shenyang, zh: 沈阳}, at: [41.8, 123.4]}
      gjz: {role: access, city: dl, name: {en: Ganjingzi, zh: 甘井子区}, population: 600}
      faku: {role: access, city: sy, population: 400}
      ai: {role: compute, city: sy, name: {en: AI centre, zh: 沈阳人工智能计算中心}}
    spans: {dl~sy: {ends: [dl, sy], length_km: 400}}
    links:
      dl--sy: {ends: [dl, sy]}
      gjz--dl: {ends: [gjz, dl], length_km: 20}
      faku--sy: {ends: [faku, sy], length_km: 90}
      ai--sy: {ends: [ai, sy], length_km: 5}
"""
SCENARIO = """
    years: [2025, 2026]
    traffic:
      classes: {best: {arrivals: poisson, sizes: {fixed: 1500}, flow_gbps: 0.001}}
      demands: [{class: best, from: dl, to: sy, rate_gbps: 0.06}]
      growth_per_year: {best: 1.0}
    expansion:
      - {by: 2026, name: ports, set: {link: ai--sy, members: 2}}
      - {by: 2026, add_compute: {id: edge, connect: dl, name: {en: Dalian edge, zh: 大连边缘算力}}}
    targets:
      - {name: {en: 5 ms among the cities, zh: 省内城市间 5 ms}, between: {from: core, to: core},
         layer: network, direction: one_way, statistic: p99, below_ms: 5}
      - {name: {en: 0.5 ms in the city, zh: 市内 0.5 ms}, layer: optical, direction: one_way,
         between: {from: access, to: nearest_compute, within: city}, statistic: max,
         below_ms: 0.45}
"""


@pytest.fixture
def scenario(write):
    return write(TOPOLOGY, SCENARIO)


def circles_text(scenario, language):
    maps = circles(scenario, years=[2025], each=["span"])
    return circles_table(scenario, maps, [1.0, 5.0], language)


def cures_text(scenario, language):
    found = find_cures(scenario, year=2026, means=Means(packets=50_000))
    return cures_table(scenario, found, language)


def dates_text(scenario, language):
    return dates_table(scenario, dates(scenario, means=Means(packets=50_000)), language)


def comparison_text(scenario, language, write=None):
    """Compare the scenario with one of more members on its long link."""
    name = scenario.targets[0].name
    pairs = [("dl", "sy"), ("sy", "dl")]
    found = [Difference(-12.345 * US, -13.0 * US, -11.0 * US, paired=True, trusted=True),
             Difference(2.0 * US, 1.0 * US, 3.0 * US, paired=False, trusted=True)]  # fmt: skip
    other = write(
        TOPOLOGY, SCENARIO.replace("link: ai--sy, members: 2", "link: dl--sy, members: 4")
    )
    comparison = Comparison(
        scenarios=(scenario, other),
        confidence=0.95,
        changes=tuple(changes(scenario, other)),
        flips=(
            Flip(name, 2026, "normal", None, "missed", "met"),
            Flip(name, 2026, "span dl~sy", None, "missed", "undecided"),
            *(Flip(name, 2026, "normal", ends, "missed", "met") for ends in pairs),
        ),
        same_verdicts=3,
        differences=tuple(
            PairDifference(name, 2026, *ends, "p99", one)
            for ends, one in zip(pairs, found, strict=True)
        ),
    )
    return comparison_table(comparison, language)


def forecast_text(_, language):
    plan = Forecast(
        engine="fast", workers=2, decided=1, most_packets=1e9, states=12, memory=3.5e8,
        loads=(Load("2026", 3, 7, 1.5e6, 9e6), Load("2027", 30, 70, 1.5e7, 9e7)),
    )  # fmt: skip
    return forecast_table(plan, language)


TEXTS = {
    "circles": circles_text,
    "cure": cures_text,
    "dates": dates_text,
    "compare": comparison_text,
    "forecast": forecast_text,
}


@pytest.fixture(params=TEXTS)
def table(request, scenario, write):
    """Return the name of a table, and what makes it in a language."""
    more = {"write": write} if request.param == "compare" else {}
    return request.param, lambda language: TEXTS[request.param](scenario, language, **more)


def test_chinese_tables_read_as_they_did(table):
    name, text_in = table
    golden, text = GOLDEN / f"{name}-zh.txt", text_in("zh")
    if "UPDATE_GOLDEN" in os.environ:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


ENGLISH = re.compile(
    r"\b(pairs?|site|people|nearest|coverage|circles?|missed|met|undecided|needed|built|verdicts?|"
    r"inputs?|faster|slower|first|round|years?|about|too|packets|lose|loses|city)\b",
    re.IGNORECASE,
)


def test_chinese_tables_have_no_english_words(table):
    _, text_in = table
    said = text_in("zh").split("expansion:")[0].replace("5 ms among the cities", "")
    assert ENGLISH.findall("\n".join(said.splitlines()[1:])) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_a_table_is_wider_than_a_terminal(table, language):
    name, text_in = table
    lines = [line for line in text_in(language).splitlines() if not line.startswith("  - {")]
    assert [line for line in lines if columns(line) > WIDTH] == [], name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["circles", "forecast"])
def test_numbers_stand_below_their_headings(scenario, name, language):
    """Every row of figures ends in the column in which the headings end."""
    blocks = TEXTS[name](scenario, language).split("\n\n")
    tables = [
        [columns(line) for line in block.splitlines() if line.count("  ") > 4] for block in blocks
    ]
    assert sum(map(len, tables)) > 2
    assert [ends for ends in tables if len(set(ends)) > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_outcomes_stand_below_their_years(scenario, language):
    lines = dates_text(scenario, language).splitlines()[2:]
    heading = next(line for line in lines if line.endswith("2026"))
    rows = [line for line in lines if line.endswith("%")][:4]
    assert len(rows) == 4
    assert {columns(row) for row in rows} == {columns(heading)}


@pytest.mark.parametrize("catalogue", [TABLES, REPORT], ids=["tables", "report"])
def test_both_languages_fill_the_same_places(catalogue):
    """A place is a name in braces, however its value is to be written."""
    for key, (english, chinese) in catalogue.items():
        assert sorted(re.findall(r"{(\w+)", english)) == sorted(re.findall(r"{(\w+)", chinese)), key


def test_every_text_of_the_tables_is_used():
    by_value = ("kind.", "centre.", "head.", "change.", "duration.", "outcome.", "layer.",
                "direction.", "of.", "component.", "short.")  # fmt: skip
    files = resources.files("netplan.show.tables").iterdir()
    written = "".join(f.read_text(encoding="utf-8") for f in files if f.name.endswith(".py"))
    alone = {key.removesuffix(".one").removesuffix(".many") for key in TABLES
             if not key.startswith(by_value)}  # fmt: skip
    computed = {"comparison.added", "comparison.removed"}
    assert [key for key in alone - computed if not re.search(rf"[\"']{key}[\"']", written)] == []


def test_a_sentence_names_a_target_in_the_readers_language(scenario):
    told = Reader.of(scenario, "zh").sentence("p99 of “5 ms among the cities”, upper bounds")
    assert told == "“省内城市间 5 ms”的 p99 上界"


@pytest.mark.parametrize(
    ("state", "chinese"),
    [
        ("span a~b", "光缆段 a~b"),
        ("risk group bridge + node n", "风险组 bridge + 节点 n"),
        ("worst of all failures", "各故障中最差"),
        ("the great flood", "the great flood"),
    ],
)
def test_failure_states_have_chinese_names_but_a_name_of_the_users_stays(state, chinese):
    assert state_in_language(state, "zh") == chinese
    assert state_in_language(state, "en") == state


@pytest.mark.parametrize(
    "why",
    [
        "2 pairs too far (a > b: light alone 0.500 ms); 1 pair without compute (c)",
        "1 pair loses packets on a--b (120% offered); 3 pairs lose packets (a > b)",
        "1 pair too slow (a > b); 9 pairs too slow on a--b (95% offered)",
        "the scenario names n",
    ],
)
def test_why_a_target_turns_is_said_in_chinese(why):
    assert not re.search(r"pair|slow|lose|offered|light|names", in_language(why, "zh"))
