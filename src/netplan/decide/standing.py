"""Where the targets of one year stand, and why, at the least cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netplan.decide.trial import Means, Screened, looked_at_closely, screened, simulated
from netplan.ground.units import MS
from netplan.judge.verdict import Outcome, PairVerdict, Reason, judge_coverage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.case import Case, Question
    from netplan.judge.verdict import Verdict

__all__ = ["Standing", "standings"]

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


def standings(scenario: Scenario, means: Means | None) -> list[Standing]:
    """Judge the targets of a scenario of one year.

    Closed forms come first. A target that they leave open is simulated, the others are not, even
    where some of their pairs are open.

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
    found = screened(scenario, closely=False)
    judged = _all_judged(found)
    if any(outcome is Outcome.UNDECIDED for outcome, _ in judged.values()):
        found = looked_at_closely(found)
        judged = _all_judged(found)
    case = found.case
    open_ = [name for name, (outcome, _) in judged.items() if outcome is Outcome.UNDECIDED]
    pairs = {
        question.target.name: tuple(decided.values())
        for question, decided in zip(case.questions, found.found, strict=True)
    }
    if open_ and means is not None:
        for verdict in _simulated(found, open_, means):
            judged[verdict.name] = verdict.outcome, verdict.coverage
            pairs[verdict.name] = verdict.pairs
    return [
        _standing(case, question, judged[question.target.name], pairs[question.target.name], open_)
        for question in case.questions
    ]


def _all_judged(found: Screened) -> dict[str, tuple[Outcome, float]]:
    return {
        question.target.name: _judged(found.case, question, decided)
        for question, decided in zip(found.case.questions, found.found, strict=True)
    }


def _judged(
    case: Case, question: Question, decided: Mapping[int, PairVerdict]
) -> tuple[Outcome, float]:
    """Judge a target by what is decided; open pairs are undecided."""
    pairs = [
        decided.get(
            index,
            PairVerdict(
                source=pair.source,
                target=pair.target,
                outcome=Outcome.UNDECIDED,
                reason=Reason.BUDGET,
                limit=question.limit,
            ),
        )
        for index, pair in enumerate(question.pairs)
    ]
    people = {name: node.population for name, node in case.topology.spec.nodes.items()}
    return judge_coverage(pairs, question.target.coverage, people)


def _simulated(found: Screened, names: Sequence[str], means: Means) -> list[Verdict]:
    case = found.case
    at = [i for i, question in enumerate(case.questions) if question.target.name in names]
    less = replace(case, questions=tuple(case.questions[i] for i in at))
    return simulated(less, means, [found.found[i] for i in at])


def _standing(
    case: Case,
    question: Question,
    judged: tuple[Outcome, float],
    pairs: Sequence[PairVerdict],
    open_: Sequence[str],
) -> Standing:
    missed = [pair for pair in pairs if pair.outcome is Outcome.MISSED]
    return Standing(
        target=question.target.name,
        year=case.year,
        outcome=judged[0],
        coverage=judged[1],
        pairs=len(question.pairs),
        missed=len(missed),
        why=_why(case, question, missed) if judged[0] is Outcome.MISSED else "",
        simulated=question.target.name in open_,
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
