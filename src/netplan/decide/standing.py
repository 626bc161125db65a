"""Where the targets of one year stand, and why, at the least cost: the normal state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netplan.decide.trial import Means, Screened, looked_at_closely, screened, simulated
from netplan.ground.units import MS
from netplan.judge.verdict import Outcome, PairVerdict, Reason, judge_coverage
from netplan.network.failure import NORMAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.case import Case, Question
    from netplan.judge.verdict import Verdict

__all__ = ["Judged", "Standing", "judged", "standings", "standings_of"]

FULL = 0.9
"""Offered load of a member beyond which a link is named as the reason."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One target in one year."""

    target: str
    year: int
    outcome: Outcome
    coverage: float
    """Share that surely meets the limit."""
    pairs: int
    missed: int
    """Pairs that are missed."""
    why: str
    """What makes it miss, in a few words; empty if it does not."""
    simulated: bool
    """Whether a simulation was needed to tell."""
    state: str = NORMAL


@dataclass(frozen=True, slots=True)
class Judged:
    """The targets of one year in one state, pair by pair."""

    case: Case
    pairs: tuple[tuple[PairVerdict, ...], ...]
    """Of each question; a pair that nothing decided is undecided."""
    standings: tuple[Standing, ...]
    """Of each question."""


def standings(scenario: Scenario, means: Means | None) -> list[Standing]:
    """Return where the targets of a scenario of one year stand, as `judged` judges them."""
    return list(judged(scenario, means).standings)


def judged(scenario: Scenario, means: Means | None) -> Judged:
    """Judge the targets of a scenario of one year in the normal state.

    Parameters
    ----------
    scenario
        Of one year, as `netplan.decide.trial.of_year` returns it.
    means
        What a simulation may cost; none to simulate nothing.

    Raises
    ------
    InputError
        If the scenario makes no sense on its network.
    """
    return standings_of(screened(scenario, closely=False), means)


def standings_of(found: Screened, means: Means | None) -> Judged:
    """Judge the targets of a case in its state, beginning with what is known without simulation.

    Closed forms come first. A target that they leave open is simulated, the others are not, even
    where some of their pairs are open.
    """
    outcomes = _outcomes(found)
    if any(outcome is Outcome.UNDECIDED for outcome, _ in outcomes):
        found = looked_at_closely(found)
        outcomes = _outcomes(found)
    questions, pairs = found.case.questions, _pairs(found)
    open_ = [i for i, (outcome, _) in enumerate(outcomes) if outcome is Outcome.UNDECIDED]
    simulate = open_ if means is not None else []
    if means is not None and simulate:
        for index, verdict in zip(simulate, _simulated(found, simulate, means), strict=True):
            outcomes[index] = verdict.outcome, verdict.coverage
            pairs[index] = verdict.pairs
    return Judged(
        case=found.case,
        pairs=tuple(pairs),
        standings=tuple(
            _standing(found.case, question, outcomes[i], pairs[i], by_simulation=i in simulate)
            for i, question in enumerate(questions)
        ),
    )


def _outcomes(found: Screened) -> list[tuple[Outcome, float]]:
    """Judge each target by what is decided."""
    people = {name: node.population for name, node in found.case.topology.spec.nodes.items()}
    return [
        judge_coverage(pairs, question.target.coverage, people)
        for question, pairs in zip(found.case.questions, _pairs(found), strict=True)
    ]


def _pairs(found: Screened) -> list[tuple[PairVerdict, ...]]:
    """Return the verdicts of all pairs; open ones are undecided."""
    both = zip(found.case.questions, found.found, strict=True)
    return [
        tuple(decided.get(i) or _open_pair(question, i) for i in range(len(question.pairs)))
        for question, decided in both
    ]


def _open_pair(question: Question, index: int) -> PairVerdict:
    pair = question.pairs[index]
    return PairVerdict(
        source=pair.source,
        target=pair.target,
        outcome=Outcome.UNDECIDED,
        reason=Reason.BUDGET,
        limit=question.limit,
    )


def _simulated(found: Screened, at: Sequence[int], means: Means) -> list[Verdict]:
    less = replace(found.case, questions=tuple(found.case.questions[i] for i in at))
    return simulated(less, means, [found.found[i] for i in at])


def _standing(
    case: Case,
    question: Question,
    outcome: tuple[Outcome, float],
    pairs: Sequence[PairVerdict],
    *,
    by_simulation: bool,
) -> Standing:
    missed = [pair for pair in pairs if pair.outcome is Outcome.MISSED]
    return Standing(
        target=question.target.name,
        year=case.year,
        outcome=outcome[0],
        coverage=outcome[1],
        pairs=len(question.pairs),
        missed=len(missed),
        why=_why(case, question, missed) if outcome[0] is Outcome.MISSED else "",
        simulated=by_simulation,
        state=case.state,
    )


def _why(case: Case, question: Question, missed: Sequence[PairVerdict]) -> str:
    """Say what most of the missed pairs suffer from."""
    reasons = Counter(pair.reason for pair in missed)
    parts = []
    for reason, count in reasons.most_common():
        own = [pair for pair in missed if pair.reason is reason]
        number = f"{count} pair{'s' if count != 1 else ''}"
        if reason is Reason.IMPOSSIBLE:
            worst = max(own, key=lambda pair: pair.floor or 0.0)
            light = f"{(worst.floor or 0.0) / MS:.3f} ms"
            parts.append(f"{number} too far ({worst.source} > {worst.target}: light alone {light})")
        elif reason is Reason.NO_COMPUTE:
            parts.append(f"{number} without compute ({own[0].source})")
        elif reason is Reason.DISCONNECTED:
            parts.append(f"{number} cut off ({own[0].source} > {own[0].target})")
        elif reason is Reason.OVERLOAD:
            parts.append(f"{number} overload the servers ({own[0].target})")
        else:
            lose = "loses packets" if count == 1 else "lose packets"
            what = lose if reason is Reason.LOSS else "too slow"
            parts.append(f"{number} {what}{_fullest(case, question, own)}")
    return "; ".join(parts)


def _fullest(case: Case, question: Question, missed: Sequence[PairVerdict]) -> str:
    """Name the link that most of the missed pairs go over at 90 % or more."""
    wanted = {(pair.source, pair.target) for pair in missed}
    counts: Counter[str] = Counter()
    loads: dict[str, float] = {}
    for pair, stream in zip(question.pairs, question.streams, strict=True):
        if stream is None or (pair.source, pair.target) not in wanted:
            continue
        on_way = {channel for route in stream.routes for channel in route.channels}
        full = [channel for channel in on_way if case.load.busiest_port(channel) > FULL]
        counts.update({channel.link for channel in full})
        for channel in full:
            load = case.load.busiest_port(channel)
            loads[channel.link] = max(load, loads.get(channel.link, 0.0))
    if not counts:
        return f" ({missed[0].source} > {missed[0].target})"
    link = max(sorted(counts), key=lambda name: (counts[name], loads[name]))
    return f" on {link} ({loads[link]:.0%} offered)"
