"""What a person reads: the verdict table and the reasons, within 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.tables.columns import DIRECTION, padded, wrapped
from netplan.units import KM, MS
from netplan.verdict import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.evaluation import Evaluation
    from netplan.verdict import Hop, LinkUse, PairVerdict, Verdict

__all__ = ["summary", "verdict_report"]

PAIRS_SHOWN = 3
LINKS_SHOWN = 5

_WHY = {
    Reason.IMPOSSIBLE: "too far",
    Reason.LATENCY: "too slow",
    Reason.LOSS: "loss",
    Reason.NO_COMPUTE: "no compute",
    Reason.DISCONNECTED: "cut off",
    Reason.BUDGET: "undecided",
    Reason.NONE: "",
}
_BECAUSE = {
    Reason.IMPOSSIBLE: "too far: light alone needs",
    Reason.LATENCY: "too slow:",
    Reason.LOSS: "packets are lost:",
    Reason.NO_COMPUTE: "no compute node that the target allows",
    Reason.DISCONNECTED: "cut off, no route is left",
    Reason.BUDGET: "not decided within the packet budget:",
    Reason.NONE: "",
}


def verdict_report(evaluation: Evaluation) -> str:
    """Return the whole report as text: verdicts, reasons, busiest links, notes, result."""
    names = dict.fromkeys(verdict.name for verdict in evaluation.verdicts)
    by_target = [[v for v in evaluation.verdicts if v.name == name] for name in names]
    blocks = [
        _heading(evaluation),
        *(_verdict_table(verdicts) for verdicts in by_target),
        *(_why(verdicts) for verdicts in by_target),
        _busiest(evaluation.links),
        _notes(evaluation.notes),
        iter([summary(evaluation)]),
    ]
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def summary(evaluation: Evaluation) -> str:
    """Return the result in one line."""
    counts = {
        outcome: sum(verdict.outcome is outcome for verdict in evaluation.verdicts)
        for outcome in Outcome
    }
    parts = [f"{count} {outcome}" for outcome, count in counts.items() if count]
    return f"Result: {str(evaluation.outcome).upper()} ({', '.join(parts) or 'no target'})"


def _heading(evaluation: Evaluation) -> Iterator[str]:
    name = evaluation.scenario.name
    yield name.en if name.zh is None else f"{name.en}  {name.zh}"
    yield f"engine {evaluation.engine}, seed {evaluation.seed}, netplan {evaluation.version}"


def _verdict_table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Show one target: what is promised, and a row for each year."""
    first = verdicts[0]
    share = "all" if first.needed == 1 else f"{first.needed:.4g} of the"
    yield (
        f"{first.name}: {first.statistic} {DIRECTION[first.direction]}, {first.layer} layer, "
        f"< {first.limit / MS:g} ms, {share} {first.of}"
    )
    yield f"  {'year':<6}{'verdict':<11}{'covered':>8}  {'worst pair':<31}{'ms':>9}  why"
    for verdict in verdicts:
        worst = verdict.worst
        pair, value = ("", "") if worst is None else (_pair_name(worst), _value(worst))
        why = _WHY[worst.reason] if worst is not None else ""
        yield (
            f"  {verdict.year:<6}{_upper(verdict.outcome):<11}{verdict.coverage:>8.1%}  "
            f"{padded(pair, 31)}{value:>9}  {why}"
        )
    breach = next((v.year for v in verdicts if v.outcome is Outcome.MISSED), None)
    if breach is not None and len(verdicts) > 1:
        yield f"  first missed in {breach}"


def _upper(outcome: Outcome) -> str:
    return str(outcome) if outcome is Outcome.MET else str(outcome).upper()


def _pair_name(pair: PairVerdict) -> str:
    return f"{pair.source} > {pair.target or '(none)'}"


def _value(pair: PairVerdict) -> str:
    if pair.estimate is not None:
        return f"{pair.estimate / MS:.3f}"
    return f">{pair.floor / MS:.3f}" if pair.floor is not None else "-"


def _why(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Explain the pairs that are not met, in the last year of a target that is not met."""
    failing = [verdict for verdict in verdicts if verdict.outcome is not Outcome.MET]
    if not failing:
        return
    verdict = failing[-1]
    pairs = [pair for pair in verdict.pairs if pair.outcome is not Outcome.MET]
    pairs.sort(key=lambda pair: (pair.outcome is Outcome.MISSED, _size(pair)), reverse=True)
    years = ", ".join(str(verdict.year) for verdict in failing)
    yield from wrapped(
        f"Why “{verdict.name}” is not met ({years}). In {verdict.year}, {len(pairs)} of "
        f"{len(verdict.pairs)} pairs:",
        indent=0,
    )
    for pair in pairs[:PAIRS_SHOWN]:
        yield from _explain(pair)
    if len(pairs) > PAIRS_SHOWN:
        yield f"  and {len(pairs) - PAIRS_SHOWN} more (--out DIR writes them all)"
    cable, estimated = verdict.cable
    if cable:
        yield (
            f"  {cable / KM:,.0f} km of cable stand behind this verdict, "
            f"{estimated / cable:.0%} of them estimated"
        )


def _size(pair: PairVerdict) -> float:
    return pair.estimate or pair.floor or 0.0


def _explain(pair: PairVerdict) -> Iterator[str]:
    yield from wrapped(f"{_pair_name(pair)}: {_BECAUSE[pair.reason]}{_interval(pair)}", indent=2)
    if pair.loss:
        yield from wrapped(f"loss {pair.loss:.2%}")
    if pair.components:
        split = ", ".join(f"{name} {value / MS:.3f}" for name, value in pair.components.items())
        yield from wrapped(f"mean ms: {split}")
    if pair.blame is not None:
        yield from wrapped(f"costs most of {len(pair.hops)} hops: {_hop(pair.blame)}")
    if pair.remedies:
        yield from wrapped(f"would cure it: {'; or '.join(pair.remedies)}")


def _interval(pair: PairVerdict) -> str:
    if pair.estimate is None:
        return f" {pair.floor / MS:.3f} ms" if pair.floor is not None else ""
    low = f"{(pair.low or 0.0) / MS:.3f}"
    high = f"{pair.high / MS:.3f}" if pair.high is not None else "∞"
    return f" {pair.estimate / MS:.3f} ms [{low}, {high}]"


def _hop(hop: Hop) -> str:
    return f"{hop.link} with {hop.total / MS:.3f} ms, offered {hop.utilisation:.0%}"


def _busiest(links: Sequence[LinkUse]) -> Iterator[str]:
    """List the busiest channels of the last year."""
    if not links:
        return
    year = max(use.year for use in links)
    of_year = [use for use in links if use.year == year]
    busiest = sorted(of_year, key=lambda use: -use.utilisation)[:LINKS_SHOWN]
    yield f"Busiest links in {year}"
    yield f"  {'link':<32}{'from':<18}{'offered':>8}{'lost':>8}{'mean wait':>12}"
    for use in busiest:
        yield (
            f"  {padded(use.link, 32)}{padded(use.source, 18)}{use.utilisation:>8.0%}"
            f"{use.loss:>8.2%}{use.mean_queueing / MS:>9.4f} ms"
        )


def _notes(notes: Sequence[str]) -> Iterator[str]:
    if notes:
        yield "Notes"
        for note in notes:
            yield from wrapped(note, indent=2)
