"""The whole way from a scenario to its verdicts, on one page.

scenario -> `case.prepare` (topology, routes, offered load, questions) -> `screen` (what needs no
simulation) -> rounds of replications -> samples -> `judge_pairs` -> verdicts. A round doubles what
has been measured; a year leaves when all its pairs are decided or its packet budget is spent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netplan import __version__
from netplan.case import Case, Question, prepare_all
from netplan.judgement import judge_pairs, link_uses, screen
from netplan.replication import Job, Workers, workers
from netplan.round import Design, Round, design_rounds, jobs_of_round, plan_round
from netplan.samples import Samples, merge_samples
from netplan.verdict import (
    LinkUse,
    Outcome,
    PairVerdict,
    Reason,
    Verdict,
    combined,
    judge_coverage,
)

if TYPE_CHECKING:
    from netplan.scenario.network import Node
    from netplan.scenario.scenario import Scenario

__all__ = ["Evaluation", "Progress", "evaluate"]

Progress = Callable[[str, int, int], None]
"""Called with what goes on, how many runs of this round are done, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything found out about a scenario."""

    scenario: Scenario
    engine: str
    seed: int
    verdicts: tuple[Verdict, ...]
    """One for each target and year, in the order of the scenario."""
    links: tuple[LinkUse, ...]
    nodes: Mapping[str, Node]
    """Sites of the last year, transit sites included."""
    notes: tuple[str, ...]
    """What a reader must know: overloads, segment error, warm-up, runs."""
    samples: dict[int, Samples] = field(repr=False)
    """By year; years without simulation are missing."""
    version: str = __version__

    @property
    def outcome(self) -> Outcome:
        """All verdicts together."""
        return combined(verdict.outcome for verdict in self.verdicts)


def evaluate(
    scenario: Scenario,
    *,
    engine: str | None = None,
    seed: int | None = None,
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Evaluation:
    """Judge every target of a scenario in every year.

    Parameters
    ----------
    scenario
        As `netplan.load` returns it.
    engine
        ``simpy``, ``fast`` or ``auto``; left out: as the scenario says.
    seed
        Left out: as the scenario says.
    jobs
        Runs at a time. Results do not depend on it.
    progress
        Told of every finished run.

    Raises
    ------
    InputError
        If the scenario makes no sense on its network.
    """
    chosen = scenario.simulation
    name = choose_engine(engine or chosen.engine)
    root = chosen.seed if seed is None else seed
    studies = [Study(case, name, root) for case in prepare_all(scenario)]
    with workers(jobs, name) as run:
        look = 0
        while open_studies := [study for study in studies if study.wants_more]:
            _one_round(open_studies, look, run, progress)
            look += 1
    verdicts = [study.verdicts() for study in studies]
    return Evaluation(
        scenario=scenario,
        engine=name,
        seed=root,
        verdicts=tuple(v for by_target in zip(*verdicts, strict=True) for v in by_target),
        nodes=studies[-1].case.topology.spec.nodes,
        links=tuple(use for s in studies for use in link_uses(s.case, s.samples)),
        notes=tuple(note for study in studies for note in study.notes()),
        samples={s.case.year: s.samples for s in studies if s.samples is not None},
    )


def choose_engine(wanted: str) -> str:
    """Return the engine to use: ``auto`` is the compiled one."""
    return "fast" if wanted == "auto" else wanted


def _one_round(studies: Sequence[Study], look: int, run: Workers, progress: Progress) -> None:
    planned = [(study, job) for study in studies for job in study.next_jobs()]
    what = ", ".join(str(study.case.year) for study in studies)
    progress(f"look {look + 1}: {what}", 0, len(planned))
    found: dict[int, list[Samples]] = {id(study): [] for study in studies}
    results = run([job for _, job in planned])
    for done, ((study, _), samples) in enumerate(zip(planned, results, strict=True), start=1):
        found[id(study)].append(samples)
        progress(f"look {look + 1}: {what}", done, len(planned))
    for study in studies:
        study.take(found[id(study)])


class Study:
    """One case on its way to a verdict: what is measured so far and which pairs are open."""

    def __init__(self, case: Case, engine: str, seed: int) -> None:
        self.case = case
        self.samples: Samples | None = None
        self._found = [screen(case, question) for question in case.questions]
        self._looks = 0
        self._planned: Round | None = None
        needed = self._open_streams()
        self._design: Design | None = design_rounds(case, needed, engine, seed) if needed else None

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
    def wants_more(self) -> bool:
        """Whether a pair is open and there is budget for another round."""
        if self._design is None:
            return False
        if self._planned is None and (streams := self._open_streams()):
            spent = self.samples.packets if self.samples is not None else 0
            self._planned = plan_round(self.case, self._design, self._looks, streams, spent)
        return self._planned is not None

    def next_jobs(self) -> list[Job]:
        """Return the replications of the next round."""
        if self._design is None or self._planned is None:
            return []
        return jobs_of_round(self._design, self._planned)

    def take(self, parts: list[Samples]) -> None:
        """Add the samples of a round and judge the open pairs anew."""
        before = [self.samples] if self.samples is not None else []
        self.samples = merge_samples([*before, *parts])
        for index, question in enumerate(self.case.questions):
            open_pairs = self._open_pairs(index)
            if open_pairs:
                self._found[index] |= judge_pairs(
                    self.case, question, open_pairs, self.samples, self._looks
                )
        self._looks += 1
        self._planned = None

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
            limit=pairs[0].limit,
            layer=str(target.layer),
            direction=str(target.direction),
            statistic=target.statistic,
            coverage=share,
            needed=target.coverage.share,
            of=target.coverage.of,
            pairs=tuple(pairs),
        )

    def notes(self) -> list[str]:
        """Return what a reader must know about this year."""
        year = self.case.year
        found = [f"{year}: {warning}" for warning in self.case.warnings]
        if self.samples is not None and self._design is not None:
            found.append(f"{year}: {self._design.describe(self.case, self.samples)}")
        return found


def _main_reason(outcome: Outcome, pairs: list[PairVerdict]) -> Reason:
    """Return the reason that most of the pairs give that are not met."""
    if outcome is Outcome.MET:
        return Reason.NONE
    reasons = [pair.reason for pair in pairs if pair.outcome is outcome]
    return max(sorted(set(reasons)), key=reasons.count, default=Reason.NONE)
