"""What a check has to say about single lines of the input files, for reviews and editors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from netplan.ground.texts import Texts
from netplan.ground.texts.report import REPORT
from netplan.ground.units import MS
from netplan.judge.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.ground.errors import Path, Place
    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.evaluation import Evaluation
    from netplan.judge.verdict import PairVerdict, Verdict

__all__ = ["Annotation", "annotate"]

PAIRS_NAMED = 3
_TEXTS = Texts("en", REPORT)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One message about one line."""

    level: Literal["error", "warning"]
    rule: Literal["target-missed", "target-undecided", "link-to-blame"]
    subject: str
    """Name of the target or link."""
    place: Place | None
    title: str
    message: str


def annotate(evaluation: Evaluation) -> list[Annotation]:
    """Return a message for every target that is not met, then for every link to blame.

    A link is to blame if it is the hop that costs a missed pair most.
    """
    return [*_targets(evaluation), *_links(evaluation)]


def _targets(evaluation: Evaluation) -> Iterator[Annotation]:
    scenario = evaluation.scenario
    for index, target in enumerate(scenario.targets):
        found = [v for v in _verdicts(evaluation) if v.name == target.name]
        failing = [verdict for verdict in found if verdict.outcome is not Outcome.MET]
        if not failing:
            continue
        missed = [verdict for verdict in failing if verdict.outcome is Outcome.MISSED]
        yield Annotation(
            level="error" if missed else "warning",
            rule="target-missed" if missed else "target-undecided",
            subject=target.name,
            place=scenario.origin.place(("targets", index)),
            title=f"{target.name}: {'missed' if missed else 'undecided'}",
            message="\n".join(_told(verdict) for verdict in missed or failing),
        )


def _verdicts(evaluation: Evaluation) -> Sequence[Verdict]:
    return (*evaluation.verdicts, *evaluation.failures)


def _told(verdict: Verdict) -> str:
    """Say in a line what was found of a target in a year."""
    state = "" if verdict.state == "normal" else f" ({verdict.state})"
    pairs = sorted(verdict.pairs, key=lambda pair: -_size(pair))
    named = [pair for pair in pairs if pair.outcome is verdict.outcome]
    shown = ", ".join(_pair(pair) for pair in named[:PAIRS_NAMED])
    more = f" and {len(named) - PAIRS_NAMED} more" if len(named) > PAIRS_NAMED else ""
    return (
        f"{verdict.year}{state}: {verdict.coverage:.1%} of {verdict.of} surely below "
        f"{verdict.limit / MS:g} ms, needed {verdict.needed:.1%}; {verdict.outcome}: {shown}{more}"
    )


def _size(pair: PairVerdict) -> float:
    return pair.estimate or pair.floor or 0.0


def _pair(pair: PairVerdict) -> str:
    above = "" if pair.estimate is not None else "above "
    value = f" {above}{_size(pair) / MS:.3f} ms" if _size(pair) else ""
    because = f" ({_TEXTS[f'short.{pair.reason}']})" if pair.outcome is Outcome.MISSED else ""
    return f"{pair.source} > {pair.target or '?'}{value}{because}"


def _links(evaluation: Evaluation) -> Iterator[Annotation]:
    blamed: dict[str, list[tuple[Verdict, PairVerdict]]] = {}
    for verdict in _verdicts(evaluation):
        for pair in verdict.missed:
            if verdict.outcome is Outcome.MISSED and pair.blame is not None:
                blamed.setdefault(pair.blame.link, []).append((verdict, pair))
    # Those of most pairs first, since reviews show the first ten of a step.
    for link, cases in sorted(blamed.items(), key=lambda item: len(item[1]), reverse=True):
        yield _link(evaluation.scenario, link, cases)


def _link(
    scenario: Scenario, link: str, cases: Sequence[tuple[Verdict, PairVerdict]]
) -> Annotation:
    names = dict.fromkeys(verdict.name for verdict, _ in cases)
    years = sorted({verdict.year for verdict, _ in cases})
    pairs = {(pair.source, pair.target) for _, pair in cases}
    hops = [pair.blame for _, pair in cases if pair.blame is not None]
    worst = max(hops, key=lambda hop: hop.total)
    remedies = dict.fromkeys(
        remedy for _, pair in cases for remedy in pair.remedies if link in remedy
    )
    cure = f"; would cure it: {'; or '.join(remedies)}" if remedies else ""
    count = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
    return Annotation(
        level="warning",
        rule="link-to-blame",
        subject=link,
        place=scenario.origin.place(_path_of(scenario, link)),
        title=f"{link}: costs {count} most",
        message=(
            f"costs {count} of {', '.join(names)} most in {', '.join(map(str, years))}: up to "
            f"{worst.total / MS:.3f} ms, offered {max(hop.utilisation for hop in hops):.0%}{cure}"
        ),
    )


def _path_of(scenario: Scenario, link: str) -> Path:
    """Return where a link is written: in the topology, or in the expansion that adds it."""
    if link not in scenario.topology.links:
        for index, step in enumerate(scenario.expansion):
            if step.add_link is not None and step.add_link.id == link:
                return ("expansion", index, "add_link")
            if step.add_compute is not None and link.startswith(f"{step.add_compute.id}--"):
                return ("expansion", index, "add_compute")
    return ("topology", "links", link)
