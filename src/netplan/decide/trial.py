"""A year of a changed scenario, judged quickly: closed forms first, simulation for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from netplan.input.scenario.targets import Layer
from netplan.input.scenario.traffic import SOME_COMPUTE
from netplan.judge.agreement import BUNCHING, GAMMA_ERROR
from netplan.judge.case import Case, Question, prepare
from netplan.judge.detour import Detours
from netplan.judge.prediction import Prediction, predict
from netplan.judge.resilience import CAUTION, screen_case
from netplan.judge.study import Study
from netplan.judge.verdict import Basis, Outcome, PairVerdict, Reason, combined
from netplan.measure.replication import workers
from netplan.network.failure import NORMAL, state_called

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.targets import Target
    from netplan.judge.verdict import Verdict
    from netplan.network.selection import Pair

__all__ = [
    "Key",
    "Means",
    "Screened",
    "key_of",
    "looked_at_closely",
    "of_year",
    "only",
    "prepared",
    "screened",
    "simulated",
]

Key = tuple[str, str, str | None]
"""Target, source and destination of a promise; no destination where compute is chosen, so that a
promise stays the same when another compute node keeps it."""

TRUSTED = 0.97
"""Offered load up to which the closer closed form is trusted; a cautious one stops earlier."""

Found = Sequence[Mapping[int, PairVerdict]]


@dataclass(frozen=True, slots=True)
class Means:
    """What a simulation may cost."""

    engine: str = "fast"
    seed: int = 0
    jobs: int = 1
    packets: int = 20_000_000
    """Most packets of one trial."""


@dataclass(frozen=True, slots=True)
class Screened:
    """A case and what can be said of it without simulation."""

    case: Case
    found: tuple[dict[int, PairVerdict], ...]
    """For each question the decided pairs, by position."""

    @property
    def outcomes(self) -> dict[Key, Outcome]:
        """Outcome of every promise; undecided where no closed form decides."""
        found: dict[Key, list[Outcome]] = {}
        for question, decided in zip(self.case.questions, self.found, strict=True):
            for index, pair in enumerate(question.pairs):
                known = decided[index].outcome if index in decided else Outcome.UNDECIDED
                found.setdefault(key_of(question, pair), []).append(known)
        return {key: combined(outcomes) for key, outcomes in found.items()}


def key_of(question: Question, pair: Pair) -> Key:
    """Return what a promise is known by in any version of the network."""
    is_chosen = question.target.between.target in [(name,) for name in SOME_COMPUTE]
    return (question.target.name, pair.source, None if is_chosen else pair.target)


def of_year(
    scenario: Scenario,
    year: int,
    *,
    targets: Sequence[Target] | None = None,
    expansion: Sequence[Step] | None = None,
) -> Scenario:
    """Return a scenario of one year only, with the traffic that it has in that year."""
    first = scenario.years[0]
    base = first if scenario.traffic.base_year is None else scenario.traffic.base_year
    return scenario.replace(
        years=(year,),
        traffic=scenario.traffic.replace(base_year=base),
        targets=scenario.targets if targets is None else tuple(targets),
        expansion=scenario.expansion if expansion is None else tuple(expansion),
    )


def only(case: Case, keys: frozenset[Key]) -> Case:
    """Return a case that asks for these promises only."""
    questions = []
    for question in case.questions:
        at = [i for i, pair in enumerate(question.pairs) if key_of(question, pair) in keys]
        if at:
            questions.append(
                replace(
                    question,
                    pairs=tuple(question.pairs[i] for i in at),
                    floors=tuple(question.floors[i] for i in at),
                    streams=tuple(question.streams[i] for i in at),
                )
            )
    return replace(case, questions=tuple(questions))


def prepared(scenario: Scenario, state: str = NORMAL) -> Case:
    """Make the one year of a scenario ready, in a failure state if one is named."""
    case = prepare(scenario, scenario.years[0])
    if state == NORMAL:
        return case
    failed = state_called(scenario, case.topology.spec, state)
    detour = Detours(case).in_state(failed).case
    return replace(detour, questions=tuple(one for one in detour.questions if one.pairs))


def screened(scenario: Scenario, *, closely: bool = True, state: str = NORMAL) -> Screened:
    """Make the one year of a scenario ready and decide what closed forms decide.

    Parameters
    ----------
    scenario
        Of one year, as `of_year` returns it.
    closely
        Whether what the cautious closed form leaves open is looked at by the closer one, too.
    state
        Name of a failure state.

    Raises
    ------
    InputError
        If the scenario makes no sense on its network, or has no state of that name.
    """
    case = prepared(scenario, state)
    found = Screened(case, tuple(screen_case(case)))
    return looked_at_closely(found) if closely else found


def looked_at_closely(found: Screened) -> Screened:
    """Decide more by the closed forms that take longer."""
    case = found.case
    if all(len(d) == len(q.pairs) for d, q in zip(found.found, case.questions, strict=True)):
        return found
    prediction = predict(case)
    both = zip(case.questions, found.found, strict=True)
    return Screened(case, tuple(d | _predicted(prediction, q, d) for q, d in both))


def _predicted(
    prediction: Prediction, question: Question, decided: Mapping[int, PairVerdict]
) -> dict[int, PairVerdict]:
    """Find further pairs that are met: twice the predicted waits still stay below the limit.

    That is how far simulations have been found from predictions (see `netplan.judge.agreement`).
    """
    target, found = question.target, {}
    if target.layer is not Layer.NETWORK:
        return {}
    load, drops = prediction.case.load.utilisation, _drops(prediction)
    for index, stream in enumerate(question.streams):
        if index in decided or stream is None:
            continue
        value = prediction.statistic(stream, target.statistic)
        empty = min(route.latency for route in stream.routes)
        ways = [list(way) for way in set(stream.ports)]
        lost = max(float(drops[way].sum()) for way in ways)
        if value is None or lost > target.loss_limit or max(load[w].max() for w in ways) > TRUSTED:
            continue
        high = value + (BUNCHING + GAMMA_ERROR) * (value - empty)
        if high < question.limit:
            found[index] = _met(question, index, empty, high)
    return found


def _drops(prediction: Prediction) -> NDArray[np.float64]:
    """Return a cautious share of packets that find the buffer of each port full, shape (P,).

    The work that waits at an M/G/1 port exceeds x with a probability of about exp(-x / s), with
    s = E[S²] / (2 E[S] (1 - ρ)), whatever the priorities (Kleinrock, *Queueing Systems, Vol. 2*,
    §2.2, heavy traffic).
    """
    ports = prediction.ports
    rho = np.minimum(ports.utilisation, 1 - 1e-9)
    busy = ports.packet_rate > 0
    service = np.divide(rho, ports.packet_rate, out=np.zeros_like(rho), where=busy)
    scale = service * ports.size_variation / 2 / (1 - rho)
    with np.errstate(divide="ignore"):
        drops: NDArray[np.float64] = np.exp(-ports.hold_time / (CAUTION * scale))
    return drops


def _met(question: Question, index: int, low: float, high: float) -> PairVerdict:
    pair, stream, floor = question.pairs[index], question.streams[index], question.floors[index]
    assert stream is not None, "only pairs with a stream are predicted"
    route = stream.routes[0]
    return PairVerdict(
        source=pair.source,
        target=pair.target,
        outcome=Outcome.MET,
        reason=Reason.NONE,
        basis=Basis.CLOSED_FORM,
        limit=question.limit,
        low=low,
        high=high,
        floor=floor.propagation if floor is not None else None,
        route=route.nodes,
        length=route.length,
        estimated_length=route.estimated_length,
    )


def simulated(case: Case, means: Means, found: Found | None = None) -> list[Verdict]:
    """Return the verdicts of a case; what `found` leaves open is simulated."""
    simulation = case.scenario.simulation
    budget = simulation.packets.replace(at_least=1, at_most=means.packets)
    scenario = case.scenario.replace(simulation=simulation.replace(packets=budget))
    study = Study(replace(case, scenario=scenario), means.engine, means.seed, found)
    with workers(means.jobs, means.engine) as run:
        while study.wants_more:
            study.take(list(run(study.next_jobs())))
    return study.verdicts()
