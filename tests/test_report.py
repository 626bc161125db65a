"""The verdict report: what it says, in both languages, and that it fits a terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netplan.input.loader import load
from netplan.judge.evaluation import Evaluation
from netplan.judge.verdict import Basis, Hop, LinkUse, Outcome, PairVerdict, Reason, Verdict
from netplan.show.report import summary, verdict_report
from netplan.show.tables.columns import WIDTH, columns

FOLDER = Path(__file__).parent.parent / "scenarios"
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.yaml"))
LANGUAGES = ("en", "zh")
COMPONENTS = ("propagation", "equipment", "processing", "transmission", "queueing")
REASONS = {
    Outcome.MET: [Reason.NONE],
    Outcome.MISSED: [
        Reason.IMPOSSIBLE,
        Reason.LATENCY,
        Reason.LOSS,
        Reason.NO_COMPUTE,
        Reason.DISCONNECTED,
        Reason.OVERLOAD,
    ],
    Outcome.UNDECIDED: [Reason.BUDGET, Reason.NOT_MEASURED],
}


def pair(source, target, outcome, reason, link, link_ends):
    hop = Hop(
        link=link, source=link_ends[0], target=link_ends[1], utilisation=1.234, length=1e6,
        estimated_length=5e5, components=dict.fromkeys(COMPONENTS, 1.234567),
    )  # fmt: skip
    known = reason not in (Reason.NO_COMPUTE, Reason.DISCONNECTED, Reason.IMPOSSIBLE)
    return PairVerdict(
        source=source,
        target=None if reason is Reason.NO_COMPUTE else target,
        outcome=outcome,
        reason=reason,
        limit=0.02,
        estimate=1.234567 if known else None,
        low=1.1 if known else None,
        floor=1.2,
        loss=0.1234 if reason is Reason.LOSS else 0.0,
        components=dict.fromkeys(COMPONENTS, 1.234567),
        hops=(hop, hop),
        basis=Basis.SIMULATION,
        remedies=(f"more capacity on {link} (123% offered)", "compute nearer to the source"),
    )


def imagined(name, outcomes=tuple(Outcome)):
    """Return an evaluation of a shipped scenario with the longest names in every place."""
    scenario = load(FOLDER / f"{name}.yaml")
    nodes = sorted(scenario.topology.nodes, key=len)[-2:]
    link = max(scenario.topology.links, key=len)
    verdicts = [
        Verdict(
            name=target.name, year=year, state="normal", outcome=outcome, reason=reason,
            limit=target.below_ms / 1e3, layer=str(target.layer), direction=str(target.direction),
            statistic=target.statistic, coverage=0.1234, needed=target.coverage.share,
            of=target.coverage.of, pairs=(pair(*nodes, outcome, reason, link, nodes),) * 5,
        )
        for target in scenario.targets
        for outcome in outcomes
        for year, reason in enumerate(REASONS[outcome], start=2024)
    ]  # fmt: skip
    use = LinkUse(
        year=2026, link=link, source=nodes[0], target=nodes[1], utilisation=12.34,
        busiest_member=12.34, loss=0.9999, mean_queueing=0.123456, max_queueing=1.0,
    )  # fmt: skip
    return Evaluation(
        scenario=scenario, engine="simpy", seed=2**63 - 1, verdicts=tuple(verdicts),
        failures=tuple(verdicts), links=(use,), nodes=scenario.topology.nodes,
        notes=(f"2026: {link} ({nodes[0]}>{nodes[1]}): offered 1 of 2 Gbit/s (50%; busiest "
               "member 60%); largest demands: a>b 1, c>d 2 and 12 more",), samples={},
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHIPPED)
def test_no_line_is_wider_than_80_columns_with_the_names_of_any_shipped_scenario(name, language):
    lines = verdict_report(imagined(name), language).splitlines()
    assert [line for line in lines if columns(line) > WIDTH] == []


def test_the_chinese_report_calls_nodes_by_their_chinese_names():
    found = verdict_report(imagined("two-cities"), "zh")
    assert found.startswith("两座城市")
    assert "沈阳人工智能计算中心" in found
    for english in ("verdict", "missed", "worst pair", "would cure", "more capacity", "layer"):
        assert english not in found, english


def test_targets_are_called_by_their_name_in_the_readers_language():
    english, chinese = (verdict_report(imagined("two-cities"), language) for language in LANGUAGES)
    assert english.count("1 ms in the city: p99") == 1
    assert "市内 1 ms：网络层单向时延 p99" in chinese
    assert "“市内 1 ms”未满足的原因" in chinese
    assert "in the city" not in chinese


def test_notes_and_failure_states_are_told_in_chinese():
    found = imagined("two-cities")
    note = "2026: 1 ms in the city: closed forms predict p99 within 5% of 1 ms for a>b 0.98 ms"
    cut = replace(found.verdicts[-1], state="span shenyang~yingkou")
    text = verdict_report(replace(found, notes=(note,), failures=(cut,)), "zh")
    assert "2026 年：“市内 1 ms”：解析公式预测 p99" in text
    assert "光缆段 shenyang~yingkou" in text


def test_the_english_report_calls_nodes_as_the_files_do():
    assert "shenyang-ai" in verdict_report(imagined("two-cities"))


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "Result: UNDECIDED (4 met, 8 undecided)"),
     ("zh", "总体结论：未判定（满足 4 项，未判定 8 项）")],
)  # fmt: skip
def test_the_result_counts_verdicts_of_the_normal_state_and_of_failures(language, expected):
    found = imagined("two-cities", (Outcome.MET, Outcome.UNDECIDED))
    assert summary(found, language) == expected


def test_failure_states_are_counted_and_those_that_miss_are_named_first():
    text = verdict_report(imagined("two-cities"))
    assert "in 9 failure states: 1 met, 6 missed, 2 undecided" in text
    assert "2024, normal: MISSED, 12.3% covered" in text
    assert "and 3 more not met" in text


FULL = "full (a>b) with 1.000 ms, offered 110%"


@pytest.mark.parametrize(("reason", "cost", "load", "told"), [
    (Reason.LOSS, 5e-3, 0.5, [f"fullest of 2 hops: {FULL}",
                              "costs most of 2 hops: far (a>b) with 5.000 ms, offered 50%"]),
    (Reason.LOSS, 5e-4, 0.5, [f"fullest of 2 hops, and costs most: {FULL}"]),
    (Reason.LOSS, 5e-4, 1.1, [f"fullest of 2 hops, and costs most: {FULL}"]),
    (Reason.LATENCY, 5e-3, 0.5, ["costs most of 2 hops: far (a>b) with 5.000 ms, offered 50%"]),
])  # fmt: skip
def test_the_fullest_hop_is_named_beside_the_slowest_where_packets_are_lost(
    reason, cost, load, told
):
    evaluation = imagined("two-cities", (Outcome.MISSED,))
    missed = evaluation.verdicts[-1]
    hop = replace(missed.pairs[0].hops[0], source="a", target="b")
    hops = (
        replace(hop, link="far", utilisation=load, components={"propagation": cost}),
        replace(hop, link="full", utilisation=1.1, components={"queueing": 1e-3}),
    )
    pairs = (replace(missed.pairs[0], hops=hops, reason=reason),)
    report = verdict_report(replace(evaluation, verdicts=(replace(missed, pairs=pairs),)), "en")
    lines = [line.strip() for line in report.splitlines()]
    assert [line for line in lines if "of 2 hops" in line] == told


@pytest.mark.parametrize(("reason", "load", "told"), [
    (Reason.BUDGET, 0.9, ["packets.at_most"]),
    (Reason.BUDGET, 1.1, ["packets.at_most", "Relieve the full links"]),
    (Reason.NOT_MEASURED, 1.1, []),
])  # fmt: skip
def test_who_reads_that_a_pair_is_open_reads_once_what_may_decide_it(reason, load, told):
    found = imagined("two-cities", (Outcome.UNDECIDED,))
    verdicts = tuple(
        replace(one, pairs=tuple(replace(pair, reason=reason) for pair in one.pairs))
        for one in found.verdicts
    )
    links = tuple(replace(use, busiest_member=load) for use in found.links)
    text = " ".join(verdict_report(replace(found, verdicts=verdicts, links=links)).split())
    assert "is undecided (" in text
    assert "is not met" not in text
    assert text.count("More packets may decide what is open") == (reason is Reason.BUDGET)
    assert [word for word in ("packets.at_most", "Relieve the full links") if word in text] == told


def test_no_reason_is_left_out_here():
    assert {reason for reasons in REASONS.values() for reason in reasons} == set(Reason)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_own_words(language):
    lines = verdict_report(imagined("two-cities", (Outcome.MISSED,)), language).splitlines()
    rows = [line for line in lines if line.startswith("  20")][: len(REASONS[Outcome.MISSED])]
    assert len({row.split()[-1] for row in rows}) == len(REASONS[Outcome.MISSED])
