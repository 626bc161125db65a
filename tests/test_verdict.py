from __future__ import annotations

import itertools

import pytest

from netplan.input.scenario.targets import Coverage
from netplan.judge.verdict import (
    Hop,
    Outcome,
    PairVerdict,
    Reason,
    Verdict,
    combined,
    covered_share,
    judge_coverage,
)

MET, MISSED, UNDECIDED = Outcome.MET, Outcome.MISSED, Outcome.UNDECIDED
PEOPLE = {"a": 700, "b": 200, "c": 100, "ghost": 0}


def pair(source, outcome, target="z", reason=Reason.NONE, **more):
    return PairVerdict(
        source=source, target=target, outcome=outcome, reason=reason, limit=1e-3, **more
    )


def share(pairs, of, *outcomes):
    return covered_share(pairs, Coverage(of=of), PEOPLE, outcomes or [MET])


def test_pairs_count_one_by_one():
    pairs = [pair("a", MET), pair("a", MISSED, "y"), pair("b", MET), pair("c", UNDECIDED)]
    assert share(pairs, "pairs") == 0.5
    assert share(pairs, "pairs", MET, UNDECIDED) == 0.75


def test_a_site_is_covered_only_if_all_its_pairs_are():
    pairs = [pair("a", MET), pair("a", MISSED, "y"), pair("b", MET), pair("c", MET)]
    assert share(pairs, "sites") == pytest.approx(2 / 3)


def test_population_is_that_of_the_covered_sites():
    pairs = [pair("a", MET), pair("b", MISSED), pair("c", MET)]
    assert share(pairs, "population") == pytest.approx(0.8)


def test_people_of_a_site_with_many_pairs_count_once():
    pairs = [pair("a", MET), pair("a", MET, "y"), pair("b", MISSED)]
    assert share(pairs, "population") == pytest.approx(700 / 900)


def test_sites_without_people_do_not_change_the_population_covered():
    pairs = [pair("a", MET), pair("b", MISSED), pair("ghost", MISSED)]
    assert share(pairs, "population") == pytest.approx(700 / 900)


def test_nineteen_of_twenty_are_95_percent():
    pairs = [pair(str(n), MET) for n in range(19)] + [pair("last", MISSED)]
    outcome, surely = judge_coverage(pairs, Coverage(share=0.95, of="sites"), {})
    assert (outcome, surely) == (MET, pytest.approx(0.95))


@pytest.mark.parametrize(
    ("outcomes", "needed", "expected"),
    [
        ([MET, MET], 1.0, MET),
        ([MET, UNDECIDED], 1.0, UNDECIDED),
        ([MET, MISSED], 1.0, MISSED),
        ([UNDECIDED, MISSED], 1.0, MISSED),
        ([MET, MISSED], 0.5, MET),
        ([UNDECIDED, MISSED], 0.5, UNDECIDED),
        ([MISSED, MISSED], 0.5, MISSED),
    ],
)
def test_a_target_is_decided_once_the_undecided_pairs_cannot_change_it(outcomes, needed, expected):
    pairs = [pair(str(n), outcome) for n, outcome in enumerate(outcomes)]
    assert judge_coverage(pairs, Coverage(share=needed), {})[0] is expected


@pytest.mark.parametrize("outcomes", [*itertools.product([MET, MISSED, UNDECIDED], repeat=2)])
def test_one_miss_misses_and_one_doubt_doubts(outcomes):
    expected = MISSED if MISSED in outcomes else UNDECIDED if UNDECIDED in outcomes else MET
    assert combined(outcomes) is expected


def hop(link, utilisation=0.5, **ms):
    return Hop(
        link=link, source="a", target="b", components=ms, utilisation=utilisation,
        length=1e3, estimated_length=0.0,
    )  # fmt: skip


def test_the_hop_to_blame_costs_most_in_all():
    hops = (hop("near", queueing=3.0, propagation=1.0), hop("far", propagation=5.0))
    assert pair("a", MISSED, hops=hops).blame.link == "far"
    assert pair("a", MISSED).blame is None


def test_the_hop_to_blame_for_loss_is_the_fullest():
    hops = (hop("full", utilisation=1.1, queueing=1.0), hop("far", propagation=5.0))
    assert pair("a", MISSED, hops=hops, reason=Reason.LOSS).blame.link == "full"


def verdict(*pairs):
    return Verdict(
        name="t", year=2024, state="normal", outcome=MISSED, reason=Reason.LATENCY, limit=1e-3,
        layer="network", direction="one_way", statistic="p99", coverage=0, needed=1, of="pairs",
        pairs=pairs,
    )  # fmt: skip


def test_the_worst_pair_is_a_missed_one_however_slow_the_met_ones_are():
    slow, missed = pair("a", MET, estimate=9.0), pair("b", MISSED, estimate=2.0)
    assert verdict(slow, missed, pair("c", MISSED, estimate=1.0)).worst is missed
    assert [found.source for found in verdict(slow, missed).missed] == ["b"]


def test_an_impossible_pair_is_as_bad_as_its_floor():
    impossible = pair("a", MISSED, floor=5.0)
    assert verdict(impossible, pair("b", MISSED, estimate=2.0, floor=1.0)).worst is impossible
