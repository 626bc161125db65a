"""Two scenarios side by side: what differs in them, which verdicts flip, and by how much.

Verdicts are those of `evaluate`. Differences of delays come from runs made for the purpose: both
scenarios are simulated in step, with the same seed, timing and probes, so they meet the same
packets (common random numbers) and what differs is the networks' doing. Results folders are
compared by their saved samples, packet by packet where they happen to hold the same ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from netplan.decide.changes import changes
from netplan.ground.units import PS_PER_S
from netplan.input.scenario.targets import quantile_level
from netplan.judge.case import prepare_all
from netplan.judge.document import to_document
from netplan.judge.evaluation import choose_engine, evaluate, runners
from netplan.judge.judgement import screen
from netplan.judge.results import load_results
from netplan.judge.round import design_rounds, in_step, jobs_of_round, plan_round
from netplan.judge.verdict import Outcome, Reason
from netplan.measure.samples import merge_samples
from netplan.measure.statistics import Batches, Difference, difference
from netplan.measure.store import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from netplan.decide.changes import Change
    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.case import Case, Question, Stream
    from netplan.judge.evaluation import Progress
    from netplan.judge.results import Results
    from netplan.judge.verdict import PairVerdict
    from netplan.measure.replication import Job, Workers
    from netplan.measure.samples import Samples, StreamSamples

__all__ = [
    "Comparison",
    "Flip",
    "PairDifference",
    "compare",
    "compare_results",
    "measured_differences",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a pair is missed in the scenario in which it is."""

    side: Literal["A", "B"]
    reason: str
    link: str | None
    """Where packets are lost, the fullest on the way; where time is, the hop that costs most."""
    load: float
    """Offered there, over capacity."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A verdict that is another one in the second scenario; of a target or of one pair."""

    target: str
    year: int
    state: str
    pair: tuple[str, str | None] | None
    before: str
    after: str
    cause: Cause | None = None
    """Of a pair: why it is missed in one of the two."""


@dataclass(frozen=True, slots=True)
class PairDifference:
    """How much later packets of a pair arrive in the second scenario."""

    target: str
    year: int
    source: str
    sink: str
    statistic: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs."""

    scenarios: tuple[Scenario, Scenario]
    confidence: float
    """Of each interval by itself."""
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]
    same_verdicts: int
    """Targets by year and state that both judge alike."""
    differences: tuple[PairDifference, ...]

    @property
    def names(self) -> tuple[str, str]:
        """What the scenarios are called."""
        first, second = self.scenarios
        return first.name.en, second.name.en


def compare(
    first: Scenario,
    second: Scenario,
    *,
    engine: str | None = None,
    seed: int | None = None,
    jobs: int = 1,
    runs: Path | None = None,
    progress: Progress = lambda *_: None,
) -> Comparison:
    """Evaluate two scenarios, simulate them in step, and compare.

    Parameters
    ----------
    first, second
        As `netplan.load` returns them.
    engine, seed
        Left out: as the first scenario says.
    jobs
        Runs at a time. Results do not depend on it.
    runs
        Folder that finished runs are kept in.
    progress
        Told of every finished run.
    """
    documents = []
    for scenario in (first, second):
        found = evaluate(
            scenario, engine=engine, seed=seed, jobs=jobs, runs=runs, progress=progress
        )
        in_failure = to_document(replace(found, verdicts=found.failures))["targets"]
        documents.append([*to_document(found)["targets"], *in_failure])
    name = choose_engine(engine or first.simulation.engine)
    root = first.simulation.seed if seed is None else seed
    with runners(jobs, name, runs) as run:
        measured = list(_measured_in_step((first, second), run, name, root, progress))
    flips, same = _flips(*documents)
    return Comparison(
        scenarios=(first, second),
        confidence=first.simulation.confidence,
        changes=tuple(changes(first, second)),
        flips=tuple(flips),
        same_verdicts=same,
        differences=tuple(measured),
    )


def _measured_in_step(
    scenarios: tuple[Scenario, Scenario], run: Workers, engine: str, seed: int, progress: Progress
) -> Iterator[PairDifference]:
    """Simulate the years that both have in step, and yield the difference of each pair."""
    confidence = scenarios[0].simulation.confidence
    first, second = ({case.year: case for case in prepare_all(s)} for s in scenarios)
    for year, case in first.items():
        if year not in second:
            continue
        matches = _matches(case, second[year])
        jobs = _in_step(matches, (case, second[year]), engine, seed)
        # Where nothing differs in a year, both have the same jobs.
        distinct = {key_of(job): job for job in jobs}
        what, found = f"{year}, in step", {}
        progress(what, 0, len(distinct))
        for key, samples in zip(distinct, run(list(distinct.values())), strict=True):
            found[key] = samples
            progress(what, len(found), len(distinct))
        parts = [found[key_of(job)] for job in jobs]
        half = len(parts) // 2
        both = [merge_samples(own) for own in (parts[:half], parts[half:]) if own]
        for match in matches:
            differs = _difference(match, both, confidence)
            if differs is not None:
                pair, target = match.question.pairs[match.index], match.question.target
                ends = pair.source, str(pair.target)
                yield PairDifference(target.name, year, *ends, target.statistic, differs)


def _difference(match: _Match, samples: Sequence[Samples], confidence: float) -> Difference | None:
    """Return the difference of a pair; none if neither scenario has a delay to speak of."""
    if match.is_open:
        one, two = (found.streams[match.stream.name] for found in samples)
        return difference_of(one, two, match.question.target.statistic, confidence)
    values = [v.estimate for v in match.known if v is not None and v.estimate is not None]
    if len(values) < 2:
        return None
    exact = values[1] - values[0]
    return Difference(exact, exact, exact, paired=True, trusted=True)


@dataclass(frozen=True, slots=True)
class _Match:
    """A pair that the same target selects in both scenarios."""

    question: Question
    index: int
    stream: Stream
    known: tuple[PairVerdict | None, PairVerdict | None]
    """Verdicts that need no simulation."""

    @property
    def is_open(self) -> bool:
        """Whether simulation tells something."""
        return None in self.known


def _matches(first: Case, second: Case) -> list[_Match]:
    others = {question.target.name: question for question in second.questions}
    found = []
    for question in first.questions:
        other = others.get(question.target.name)
        if other is None or other.target.statistic != question.target.statistic:
            continue
        known, known_there = screen(first, question), screen(second, other)
        places = {pair: index for index, pair in enumerate(other.pairs)}
        for index, (pair, stream) in enumerate(zip(question.pairs, question.streams, strict=True)):
            there = places.get(pair)
            same = other.streams[there] if there is not None else None
            if there is None or stream is None or same is None or stream.name != same.name:
                continue
            if (stream.sizes, stream.priority) == (same.sizes, same.priority):
                verdicts = known.get(index), known_there.get(there)
                found.append(_Match(question, index, stream, verdicts))
    return found


def _in_step(
    matches: Sequence[_Match], cases: tuple[Case, Case], engine: str, seed: int
) -> list[Job]:
    """Return the jobs of both cases for the streams to compare: all of the first, then the rest."""
    names = list(dict.fromkeys(match.stream.name for match in matches if match.is_open))
    if not names:
        return []
    designs = [design_rounds(case, names, engine, seed) for case in cases]
    planned = [
        plan_round(case, design, 0, names) for case, design in zip(cases, designs, strict=True)
    ]
    first, second = planned
    assert first is not None, "a first round is always planned"
    assert second is not None, "a first round is always planned"
    rounds = in_step(first, second)
    return [
        job
        for design, one in zip(designs, rounds, strict=True)
        for job in jobs_of_round(design, one)
    ]


def difference_of(
    first: StreamSamples, second: StreamSamples, statistic: str, confidence: float
) -> Difference:
    """Return by how much a statistic of a stream differs, paired where the packets are the same.

    They are if every batch of both holds the same number of packets that entered: other draws
    would hardly agree in one batch, let alone in twenty.
    """
    shared = min(len(first.counts), len(second.counts))
    entered = [s.counts.sum(axis=1) + s.dropped for s in (first, second)]
    paired = bool((entered[0][:shared] == entered[1][:shared]).all())
    runs = [_first_batches(s.batches(), shared if paired else None) for s in (first, second)]
    if statistic == "max":
        seen = (second.maximum - first.maximum) / PS_PER_S
        return Difference(seen, -math.inf, math.inf, paired, trusted=False)
    level = None if statistic == "mean" else quantile_level(statistic)
    return difference(runs[0], runs[1], level, confidence, paired=paired)


def _first_batches(run: Batches, number: int | None) -> Batches:
    return replace(run, counts=run.counts[:number], sums=run.sums[:number])


def _flips(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]
) -> tuple[list[Flip], int]:
    """Return the verdicts that differ, of targets and of their pairs, and how many agree."""
    after = {(t["name"], t["year"], t["state"]): t for t in second}
    flips, same = [], 0
    for target in first:
        key = (target["name"], target["year"], target["state"])
        if key not in after:
            continue
        outcomes = target["outcome"], after[key]["outcome"]
        same += outcomes[0] == outcomes[1]
        if outcomes[0] != outcomes[1]:
            flips.append(Flip(*key, None, *outcomes))
        there = {(p["source"], p["target"]): p for p in after[key]["pairs"]}
        for pair in target["pairs"]:
            ends = pair["source"], pair["target"]
            if ends in there and (outcome := there[ends]["outcome"]) != pair["outcome"]:
                cause = _cause("A", pair) or _cause("B", there[ends])
                flips.append(Flip(*key, ends, pair["outcome"], outcome, cause))
    return flips, same


def _cause(side: Literal["A", "B"], pair: Mapping[str, Any]) -> Cause | None:
    """Return why a pair is missed; none if it is not."""
    if pair["outcome"] != Outcome.MISSED:
        return None
    hops, reason = pair["hops"], pair["reason"]
    if not hops or reason not in (Reason.LOSS, Reason.LATENCY):
        return Cause(side, reason, None, 0.0)

    def costs(hop: Mapping[str, Any]) -> float:
        if reason == Reason.LOSS:
            return float(hop["utilisation"])
        return sum(map(float, hop["components_ms"].values()))

    worst = max(hops, key=costs)
    return Cause(side, reason, worst["link"], worst["utilisation"])


def compare_results(first: Path, second: Path) -> Comparison:
    """Compare two results folders by what they hold.

    Raises
    ------
    InputError
        If one of them is no results folder, or is of an older version.
    """
    one, two = load_results(first), load_results(second)
    scenarios = one.scenario, two.scenario
    flips, same = _flips(one.document["targets"], two.document["targets"])
    return Comparison(
        scenarios=scenarios,
        confidence=scenarios[0].simulation.confidence,
        changes=tuple(changes(*scenarios)),
        flips=tuple(flips),
        same_verdicts=same,
        differences=tuple(measured_differences(one, two)),
    )


def measured_differences(one: Results, two: Results) -> Iterator[PairDifference]:
    """Yield the difference of every pair that both results hold samples of, for one statistic."""
    confidence = one.scenario.simulation.confidence
    streams = {
        (t["name"], t["year"], p["source"], p["target"]): (t["statistic"], p["stream"])
        for t in two.document["targets"]
        for p in t["pairs"]
    }
    for target in one.document["targets"]:
        name, year, statistic = target["name"], target["year"], target["statistic"]
        for pair in target["pairs"]:
            key = (name, year, pair["source"], pair["target"])
            if pair["stream"] is None or streams.get(key) != (statistic, pair["stream"]):
                continue
            found = difference_of(
                one.samples[year].streams[pair["stream"]],
                two.samples[year].streams[pair["stream"]],
                statistic,
                confidence,
            )
            yield PairDifference(name, year, pair["source"], pair["target"], statistic, found)
