"""The whole way from a scenario to its verdicts, on one page.

scenario -> `case.prepare` (topology, routes, offered load, questions) -> `screen` (what needs no
simulation) -> rounds of replications -> samples -> `judge_pairs` -> verdicts. A round doubles what
has been measured; a year leaves when all its pairs are decided or its packet budget is spent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import netplan
from netplan import __version__
from netplan.ground.notebook import Row, counted, verdict_table
from netplan.ground.units import MS
from netplan.input.scenario.lengths import length_doubts
from netplan.judge.case import prepare_all
from netplan.judge.detour import Detours
from netplan.judge.forecast import Forecast, forecast
from netplan.judge.hops import link_uses, pool_uses
from netplan.judge.resilience import DetourScreen
from netplan.judge.study import Study
from netplan.judge.verdict import LinkUse, Outcome, PoolUse, Verdict, combined
from netplan.measure.cluster import cluster_workers
from netplan.measure.replication import Workers, simulate, workers
from netplan.measure.store import Store
from netplan.network.failure import states_of

if TYPE_CHECKING:
    from pathlib import Path

    from netplan.input.scenario.network import Node
    from netplan.input.scenario.scenario import Scenario
    from netplan.measure.samples import Samples
    from netplan.show.plots import Pictures

__all__ = ["Evaluation", "Progress", "evaluate", "evaluation_of", "plan", "runners"]

STUDIES_AT_A_TIME = 16
"""Years and failure states that are simulated side by side: many, to keep many workers busy; few,
for their networks to fit in memory. Results do not depend on it."""

Progress = Callable[[str, int, int], None]
"""Called with what goes on, how many runs are done, and how many there are so far."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything found out about a scenario."""

    scenario: Scenario
    engine: str
    seed: int
    verdicts: tuple[Verdict, ...]
    """One for each target and year in the normal state, in the order of the scenario."""
    failures: tuple[Verdict, ...] = ()
    """One for each failure state of every target that must hold there, year by year."""
    links: tuple[LinkUse, ...]
    pools: tuple[PoolUse, ...] = ()
    """Servers of every compute node, year by year."""
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
        return combined(verdict.outcome for verdict in (*self.verdicts, *self.failures))

    @cached_property
    def plot(self) -> Pictures:
        """Pictures: ``evaluation.plot.cdf()``, ``evaluation.plot.map()``, and so on."""
        return netplan.plots.pictures_of(self)

    def __repr__(self) -> str:
        outcomes = (verdict.outcome for verdict in (*self.verdicts, *self.failures))
        return f"<Evaluation of {self.scenario.name.en!r}: {self.outcome} ({counted(outcomes)})>"

    def _repr_html_(self) -> str:
        rows = [_row(verdict) for verdict in (*self.verdicts, *self.failures)]
        return verdict_table(f"{self.scenario.name.en}: {self.outcome}", rows)


def _row(verdict: Verdict) -> Row:
    worst = verdict.worst
    known = None if worst is None else worst.estimate if worst.estimate is not None else worst.floor
    return Row(
        target=verdict.name,
        year=verdict.year,
        state=verdict.state,
        outcome=verdict.outcome,
        covered=verdict.coverage,
        worst="" if worst is None else f"{worst.source} > {worst.target or '?'}",
        worst_ms=None if known is None else known / MS,
        limit_ms=verdict.limit / MS,
    )


def evaluate(
    scenario: Scenario,
    *,
    engine: str | None = None,
    seed: int | None = None,
    jobs: int = 1,
    runs: Path | None = None,
    scheduler: str | None = None,
    progress: Progress = lambda *_: None,
    planned: Callable[[Forecast], None] = lambda _: None,
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
    runs
        Folder that finished runs are kept in, so that none is ever run twice; left out: none are
        kept. Results do not depend on it.
    scheduler
        Address of a Dask scheduler whose workers run the jobs; left out: this machine does.
    progress
        Told of every finished run.
    planned
        Told what lies ahead before the first run.

    Raises
    ------
    InputError
        If the scenario makes no sense on its network.
    """
    chosen = scenario.simulation
    name = choose_engine(engine or chosen.engine)
    root = chosen.seed if seed is None else seed
    studies = [Study(case, name, root) for case in prepare_all(scenario)]
    planned(_ahead(studies, jobs))
    with runners(jobs, name, runs, scheduler) as run:
        told = _Counter(progress)
        for study in _simulate(studies, run, told):
            study.notes()  # while the runs of others go on
        failures = _judge_failures(studies, run, told)
    return evaluation_of(scenario, studies, name, root, failures=failures)


def plan(
    scenario: Scenario, *, engine: str | None = None, seed: int | None = None, jobs: int = 1
) -> Forecast:
    """Say what `evaluate` would cost, without simulating; options as there."""
    chosen = scenario.simulation
    name = choose_engine(engine or chosen.engine)
    root = chosen.seed if seed is None else seed
    return _ahead([Study(case, name, root) for case in prepare_all(scenario)], jobs)


def _ahead(studies: Sequence[Study], jobs: int) -> Forecast:
    cases = [study.case for study in studies]
    states = sum(
        len(states_of(case.scenario, case.topology.spec))
        for case in cases
        if any("failure" in question.target.holds_in for question in case.questions)
    )
    return forecast(studies, jobs, states)


@contextmanager
def runners(
    jobs: int, engine: str, runs: Path | None = None, scheduler: str | None = None
) -> Iterator[Workers]:
    """Provide workers, here or on a cluster, that keep what they finish if there is a folder."""
    if scheduler is None:
        with workers(jobs, engine, simulate if runs is None else Store(runs).run) as run:
            yield run
        return
    with cluster_workers(scheduler) as run:
        yield run if runs is None else Store(runs).around(run)


def evaluation_of(
    scenario: Scenario,
    studies: Sequence[Study],
    engine: str,
    seed: int,
    notes: Sequence[str] = (),
    failures: Sequence[Verdict] = (),
) -> Evaluation:
    """Gather what the studies of all years have found; more notes go first."""
    verdicts = [study.verdicts() for study in studies]
    doubts = length_doubts(study.case.topology.spec for study in studies)
    return Evaluation(
        scenario=scenario,
        engine=engine,
        seed=seed,
        verdicts=tuple(v for by_target in zip(*verdicts, strict=True) for v in by_target),
        failures=tuple(failures),
        nodes=studies[-1].case.topology.spec.nodes,
        pools=tuple(use for s in studies for use in pool_uses(s.case, s.samples)),
        links=tuple(use for s in studies for use in link_uses(s.prediction, s.samples)),
        notes=(*notes, *doubts, *(note for study in studies for note in study.notes())),
        samples={s.case.year: s.samples for s in studies if s.samples is not None},
    )


def choose_engine(wanted: str) -> str:
    """Return the engine to use: ``auto`` is the compiled one."""
    return "fast" if wanted == "auto" else wanted


class _Counter:
    """Runs that were begun and done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begun = self._done = 0

    def begin(self, jobs: int) -> None:
        """Note that so many more are on their way."""
        self._begun += jobs
        self._progress("runs", self._done, self._begun)

    def counted(self, results: Iterator[Samples]) -> Iterator[Samples]:
        """Yield results and note that they are done."""
        for samples in results:
            self._done += 1
            self._progress("runs", self._done, self._begun)
            yield samples


def _simulate(studies: Iterable[Study], run: Workers, told: _Counter) -> Iterator[Study]:
    """Simulate studies side by side, and yield each when it has its verdicts.

    The next round of a study begins when its last one is judged, whatever the others do: so the
    workers are busy while one study is judged or the next is made ready.
    """
    open_: deque[tuple[Study, Iterator[Samples]]] = deque()

    def begin(study: Study) -> None:
        jobs = study.next_jobs()
        told.begin(len(jobs))
        open_.append((study, told.counted(run(jobs))))

    def go_on() -> Iterator[Study]:
        study, results = open_.popleft()
        study.take(list(results))
        if study.wants_more:
            begin(study)
        else:
            yield study

    for study in studies:
        if study.wants_more:
            begin(study)
        else:
            yield study
        if len(open_) == STUDIES_AT_A_TIME:
            yield from go_on()
    while open_:
        yield from go_on()


def _judge_failures(normal: Sequence[Study], run: Workers, told: _Counter) -> list[Verdict]:
    """Judge the targets that must hold in failure states, year by year and state by state."""
    order: list[str] = []

    def studies() -> Iterator[Study]:
        for year in normal:
            for study in _failure_studies(year):
                order.append(study.name)
                yield study

    found = {study.name: study.verdicts() for study in _simulate(studies(), run, told)}
    return [verdict for name in order for verdict in found[name]]


def _failure_studies(normal: Study) -> Iterator[Study]:
    """Yield a study of every failure state, state by state, with what needs no simulation."""
    case = normal.case
    wanted = [i for i, q in enumerate(case.questions) if "failure" in q.target.holds_in]
    if not wanted:
        return
    case = replace(case, questions=tuple(case.questions[i] for i in wanted))
    verdicts = [normal.found[i] for i in wanted]
    detours, screen = Detours(case), DetourScreen(case, verdicts)
    for state in states_of(case.scenario, case.topology.spec):
        detour = detours.in_state(state)
        yield Study(detour.case, normal.engine, normal.seed, screen.decide(detour))
