"""One case on its way to a verdict."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from netplan.judge.agreement import compare
from netplan.judge.judgement import judge_pairs, not_measured, screen
from netplan.judge.prediction import Prediction, close_calls, nearly_full, predict
from netplan.judge.round import (
    Design,
    Round,
    begin_with_all,
    design_rounds,
    jobs_of_round,
    plan_round,
)
from netplan.judge.verdict import Outcome, PairVerdict, Reason, Verdict, judge_coverage
from netplan.measure.samples import Samples, merge_samples
from netplan.network.failure import NORMAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from netplan.judge.case import Case, Question, Stream
    from netplan.measure.replication import Job

__all__ = ["Study"]


class Study:
    """One case on its way to a verdict: what is measured so far and which pairs are open."""

    def __init__(
        self,
        case: Case,
        engine: str,
        seed: int,
        found: Sequence[Mapping[int, PairVerdict]] | None = None,
    ) -> None:
        self.case = case
        self.engine = engine
        self.seed = seed
        self.samples: Samples | None = None
        screened = [screen(case, q) for q in case.questions] if found is None else found
        self._found = [dict(decided) for decided in screened]
        self._notes: list[str] = []
        self._looks = self._rounds = 0
        self._planned: tuple[tuple[Design, Round], ...] = ()
        needed = self._open_streams()
        self._design: Design | None = design_rounds(case, needed, engine, seed) if needed else None

    @cached_property
    def prediction(self) -> Prediction:
        """What closed forms say of the case."""
        return predict(self.case)

    def _open_pairs(self, index: int) -> list[int]:
        """Positions of the pairs of a question that are not decided yet."""
        found = self._found[index]
        return [
            position
            for position in range(len(self.case.questions[index].pairs))
            if position not in found or found[position].outcome is Outcome.UNDECIDED
        ]

    def _open_streams(self) -> dict[str, None]:
        """Names of the streams that open pairs need, in the order of the scenario."""
        return {
            stream.name: None
            for index, question in enumerate(self.case.questions)
            for position in self._open_pairs(index)
            if (stream := question.streams[position]) is not None
        }

    @property
    def name(self) -> str:
        """Year and, if something failed, what."""
        state = "" if self.case.state == NORMAL else f" {self.case.state}"
        return f"{self.case.year}{state}"

    @property
    def found(self) -> Sequence[Mapping[int, PairVerdict]]:
        """For each question the verdicts so far, by position of the pair."""
        return self._found

    @property
    def wants_more(self) -> bool:
        """Whether a pair is open and there is budget for another round."""
        if not self._planned and self._design is not None and (streams := self._open_streams()):
            self._planned = self._plan(self._design, streams)
        return bool(self._planned)

    def _plan(self, design: Design, streams: Iterable[str]) -> tuple[tuple[Design, Round], ...]:
        # The first round in the normal state tells of all links, the others of open pairs.
        tells_all = not self._looks and self.case.state == NORMAL
        if not tells_all:
            self._design = design = design.upstream_of(streams)
        planned = plan_round(self.case, design, self._rounds, streams, self.samples)
        if planned is None:
            return ()
        return begin_with_all(design, planned) if tells_all else ((design, planned),)

    def next_jobs(self) -> list[Job]:
        """Return the replications of the next round."""
        return [job for design, planned in self._planned for job in jobs_of_round(design, planned)]

    def take(self, parts: list[Samples]) -> None:
        """Add the samples of a round and judge the open pairs anew."""
        before = [self.samples] if self.samples is not None else []
        self.samples = merge_samples([*before, *parts])
        for index, question in enumerate(self.case.questions):
            open_pairs = self._open_pairs(index)
            if open_pairs:
                self._found[index] |= judge_pairs(
                    self.prediction, question, open_pairs, self.samples, self._looks
                )
        self._looks += 1
        self._rounds += len(self._planned)
        self._planned = ()

    def judge(self, samples: Samples | None) -> None:
        """Judge the open pairs by saved samples alone; what these do not hold stays undecided."""
        known = {}
        if samples is not None:
            asked = self.case.streams
            known = {name: found for name, found in samples.streams.items() if name in asked}
            samples = replace(samples, streams=known)
        self.samples = samples
        for index, question in enumerate(self.case.questions):
            streams = {i: question.streams[i] for i in self._open_pairs(index)}
            held = [i for i, stream in streams.items() if stream and stream.name in known]
            missing = [i for i in streams if i not in held]
            if samples is not None and held:
                self._found[index] |= judge_pairs(self.prediction, question, held, samples, 0)
            self._found[index] |= {i: not_measured(question, i) for i in missing}

    def verdicts(self) -> list[Verdict]:
        """Return one verdict for each target."""
        return [
            self._verdict(question, [self._found[index][i] for i in range(len(question.pairs))])
            for index, question in enumerate(self.case.questions)
        ]

    def _verdict(self, question: Question, pairs: list[PairVerdict]) -> Verdict:
        target = question.target
        people = {name: node.population for name, node in self.case.topology.spec.nodes.items()}
        outcome, share = judge_coverage(pairs, target.coverage, people)
        return Verdict(
            name=target.name,
            year=self.case.year,
            state=self.case.state,
            outcome=outcome,
            reason=_main_reason(outcome, pairs),
            limit=question.limit,
            layer=str(target.layer),
            direction=str(target.direction),
            statistic=target.statistic,
            coverage=share,
            needed=target.coverage.share,
            of=target.coverage.of,
            pairs=tuple(pairs),
            without=target.without,
        )

    def notes(self) -> list[str]:
        """Return what a reader must know about this year; made once all is measured."""
        if not self._notes:
            self._notes = [f"{self.case.year}: {note}" for note in self._found_out()]
        return self._notes

    def _found_out(self) -> list[str]:
        found = [*self.case.warnings, *nearly_full(self.case)]
        for question, verdicts in zip(self.case.questions, self._found, strict=True):
            predicted = {i: v.predicted for i, v in verdicts.items() if v.predicted is not None}
            found += close_calls(question, predicted)
        if self.samples is not None and self._design is not None:
            found.append(self._design.describe(self.case, self.samples))
            found.append(compare(self.prediction, self.samples, self._simulated()).describe())
        return found

    def _simulated(self) -> Iterator[tuple[Stream, str, PairVerdict]]:
        """Yield stream, statistic and verdict of every pair that was simulated."""
        for question, found in zip(self.case.questions, self._found, strict=True):
            for position, verdict in found.items():
                stream = question.streams[position]
                if stream is not None and verdict.stream is not None:
                    yield stream, question.target.statistic, verdict


def _main_reason(outcome: Outcome, pairs: list[PairVerdict]) -> Reason:
    """Return the reason that most of the pairs give that are not met."""
    if outcome is Outcome.MET:
        return Reason.NONE
    reasons = [pair.reason for pair in pairs if pair.outcome is outcome]
    return max(sorted(set(reasons)), key=reasons.count, default=Reason.NONE)
