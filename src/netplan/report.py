"""What a person reads: the verdict table and the reasons, within 80 columns."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING

from netplan.units import KM, MS
from netplan.verdict import Hop, LinkUse, Outcome, PairVerdict, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.evaluation import Evaluation

__all__ = ["summary", "verdict_report"]

WIDTH = 80
PAIRS_SHOWN = 4
LINKS_SHOWN = 5

_LAYER = {"optical": "optical layer", "network": "network layer", "service": "service layer"}
_DIRECTION = {"one_way": "one way", "round_trip": "round trip"}
_WHY = {
    Reason.IMPOSSIBLE: "too far for light",
    Reason.LATENCY: "too slow",
    Reason.LOSS: "packets lost",
    Reason.NO_COMPUTE: "no compute",
    Reason.BUDGET: "packet budget spent",
    Reason.NONE: "",
}


def verdict_report(evaluation: Evaluation) -> str:
    """Return the whole report as text: verdicts, reasons, busiest links, notes, result."""
    blocks = [
        "\n".join(_heading(evaluation)),
        "\n".join(_verdict_table(evaluation.verdicts)),
        "\n".join(_reasons(evaluation.verdicts)),
        "\n".join(_busiest(evaluation.links)),
        "\n".join(_notes(evaluation)),
        summary(evaluation),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def summary(evaluation: Evaluation) -> str:
    """Return the result in one line."""
    counts = {
        outcome: sum(verdict.outcome is outcome for verdict in evaluation.verdicts)
        for outcome in Outcome
    }
    parts = [f"{count} {outcome}" for outcome, count in counts.items() if count]
    return f"Result: {str(evaluation.outcome).upper()} ({', '.join(parts)})"


def _heading(evaluation: Evaluation) -> Iterator[str]:
    name = evaluation.scenario.name
    title = name.en if name.zh is None else f"{name.en}  {name.zh}"
    yield title
    yield f"engine {evaluation.engine}, seed {evaluation.seed}, netplan {evaluation.version}"


def _verdict_table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for name in dict.fromkeys(verdict.name for verdict in verdicts):
        of_target = [verdict for verdict in verdicts if verdict.name == name]
        first = of_target[0]
        yield name
        yield (
            f"  {first.statistic} {_DIRECTION[first.direction]}, {_LAYER[first.layer]}, "
            f"below {first.limit / MS:g} ms for {first.needed:.4g} of {first.of}".replace(
                "for 1 of pairs", "for all pairs"
            ).replace("for 1 of", "for all")
        )
        yield f"  {'year':<6}{'verdict':<11}{'covered':>8}  {'worst pair':<30}{'ms':>8}  "
        for verdict in of_target:
            yield _verdict_row(verdict)
        yield ""


def _verdict_row(verdict: Verdict) -> str:
    worst = verdict.worst
    pair, value = ("", "") if worst is None else (_pair_name(worst), _value(worst))
    why = _WHY[verdict.reason]
    row = (
        f"  {verdict.year:<6}{_upper(verdict.outcome):<11}{verdict.coverage:>8.1%}  "
        f"{_shorten(pair, 29):<30}{value:>8}"
    )
    return f"{row}  {why}".rstrip()[: WIDTH + 8]


def _upper(outcome: Outcome) -> str:
    return str(outcome) if outcome is Outcome.MET else str(outcome).upper()


def _pair_name(pair: PairVerdict) -> str:
    return f"{pair.source} > {pair.target or '(none)'}"


def _value(pair: PairVerdict) -> str:
    if pair.estimate is not None:
        return f"{pair.estimate / MS:.3f}"
    return f">{pair.floor / MS:.3f}" if pair.floor is not None else "-"


def _reasons(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Explain the missed and undecided pairs of every target, in the last year it is not met."""
    for name in dict.fromkeys(verdict.name for verdict in verdicts):
        failing = [v for v in verdicts if v.name == name and v.outcome is not Outcome.MET]
        if failing:
            yield from _why(failing[-1], [verdict.year for verdict in failing])
            yield ""


def _why(verdict: Verdict, years: list[int]) -> Iterator[str]:
    open_pairs = [pair for pair in verdict.pairs if pair.outcome is not Outcome.MET]
    listed = ", ".join(map(str, years))
    yield f"Why {verdict.name} is not met in {listed}: {len(open_pairs)} of "
    yield f"{len(verdict.pairs)} pairs in {verdict.year}"
    open_pairs.sort(key=lambda pair: -(pair.estimate or pair.floor or 0.0))
    for pair in open_pairs[:PAIRS_SHOWN]:
        yield from _explain(pair)
    if len(open_pairs) > PAIRS_SHOWN:
        yield f"  and {len(open_pairs) - PAIRS_SHOWN} more (--out DIR writes them all)"


def _explain(pair: PairVerdict) -> Iterator[str]:
    why = _WHY[pair.reason]
    yield f"  {_pair_name(pair)}: {_upper(pair.outcome)}, {why}, {_interval(pair)}"
    if pair.components:
        split = ", ".join(f"{name} {value / MS:.3f}" for name, value in pair.components.items())
        yield from _wrapped(f"mean ms: {split}")
    if pair.blame is not None:
        yield from _wrapped(f"costs most: {_hop(pair.blame)} of {len(pair.hops)} hops")
    if pair.length:
        share = pair.estimated_length / pair.length
        guess = f", {share:.0%} of it estimated" if pair.estimated_length else ""
        yield from _wrapped(f"route: {pair.length / KM:.0f} km{guess}")
    if pair.loss:
        yield from _wrapped(f"loss: {pair.loss:.2%}")
    if pair.remedies:
        yield from _wrapped(f"would cure it: {'; or '.join(pair.remedies)}")


def _interval(pair: PairVerdict) -> str:
    if pair.estimate is None:
        return f"floor {pair.floor / MS:.3f} ms" if pair.floor is not None else "no route to judge"
    low = f"{(pair.low or 0.0) / MS:.3f}"
    high = f"{pair.high / MS:.3f}" if pair.high is not None else "∞"
    return f"{pair.estimate / MS:.3f} ms [{low}, {high}]"


def _hop(hop: Hop) -> str:
    return f"{hop.link} {hop.total / MS:.3f} ms, {hop.utilisation:.0%} used,"


def _busiest(links: Sequence[LinkUse]) -> Iterator[str]:
    """List the busiest channels of the last year."""
    if not links:
        return
    year = max(use.year for use in links)
    busiest = sorted((use for use in links if use.year == year), key=lambda use: -use.utilisation)[
        :LINKS_SHOWN
    ]
    yield f"Busiest links in {year}"
    yield f"  {'link':<34}{'from':<18}{'used':>6}{'lost':>8}{'mean wait':>12}"
    for use in busiest:
        yield (
            f"  {_shorten(use.link, 33):<34}{_shorten(use.source, 17):<18}{use.utilisation:>6.0%}"
            f"{use.loss:>8.2%}{use.mean_queueing / MS:>9.4f} ms"
        )


def _notes(evaluation: Evaluation) -> Iterator[str]:
    if evaluation.notes:
        yield "Notes"
        for note in evaluation.notes:
            yield from textwrap.wrap(note, WIDTH - 2, initial_indent="  ", subsequent_indent="    ")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="      ")


def _shorten(text: str, width: int) -> str:
    return text if _columns(text) <= width else text[: width - 1] + "…"


def _columns(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
