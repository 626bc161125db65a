"""Failure states as text: those that break most, and what needed no simulation."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from netplan.judge.states import rank_states
from netplan.judge.verdict import Basis
from netplan.show.tables.columns import padded, right, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.judge.evaluation import Evaluation
    from netplan.show.tables.reader import Reader

__all__ = ["failure_states"]

STATES_SHOWN = 8


def failure_states(reader: Reader, evaluation: Evaluation) -> Iterator[str]:
    """Rank the states by the pairs that they break, and say what all verdicts there rest on."""
    failures = evaluation.failures
    if not failures:
        return
    ranked = rank_states(evaluation.verdicts, failures, evaluation.nodes)
    judged = {(verdict.year, verdict.state) for verdict in failures}
    yield from wrapped(reader.say("ranked", count=len(ranked), of=len(judged)), indent=0)
    if ranked:
        yield _row(*(reader.texts[f"head.{head}"] for head in ("year", "state", "pairs", "people")))
    for one in ranked[:STATES_SHOWN]:
        people = f"{one.population:,}"
        yield _row(str(one.year), reader.state(one.state), str(one.broken), people)
    if len(ranked) > STATES_SHOWN:
        yield "  " + reader.say("more_ranked", count=len(ranked) - STATES_SHOWN)
    bases = Counter(pair.basis for verdict in failures for pair in verdict.pairs)
    counts = reader.listed(
        [reader.say(f"basis.{basis}", count=bases[basis]) for basis in Basis if bases[basis]]
    )
    yield from wrapped(reader.say("bases", count=bases.total(), counts=counts), indent=2)


def _row(year: str, state: str, pairs: str, people: str) -> str:
    return f"  {padded(year, 6)}{padded(state, 48)}{right(pairs, 8)}{right(people, 14)}"
