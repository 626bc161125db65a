"""A comparison of two scenarios as text of 80 columns and as a JSON document."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.ground.units import MS, US
from netplan.network.failure import NORMAL
from netplan.show.tables.columns import padded, wrapped
from netplan.show.tables.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.changes import Change
    from netplan.decide.comparison import Comparison, Flip, PairDifference
    from netplan.ground.texts import Language
    from netplan.input.scenario.scenario import Scenario

__all__ = ["comparison_document", "comparison_table"]

CHANGES_SHOWN = 40
PAIRS_SHOWN = 5
_PLACES = 9


def comparison_table(comparison: Comparison, language: Language = "en") -> str:
    """Return what differs in the inputs, which verdicts flip, and how much later packets are."""
    reader = _reader(comparison.scenarios, language)
    blocks = [
        _heading(reader, comparison),
        _inputs(reader, comparison.changes),
        _verdicts(reader, comparison),
    ]
    targets = dict.fromkeys((d.target, d.year) for d in comparison.differences)
    for target in targets:
        of_target = [d for d in comparison.differences if (d.target, d.year) == target]
        blocks.append(_differences(reader, of_target, comparison.confidence))
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _reader(scenarios: tuple[Scenario, Scenario], language: Language) -> Reader:
    """Return a reader who knows the names of both scenarios."""
    first, second = (Reader.of(scenario, language) for scenario in scenarios)
    return replace(
        first, nodes={**second.nodes, **first.nodes}, targets={**second.targets, **first.targets}
    )


def _heading(reader: Reader, comparison: Comparison) -> Iterator[str]:
    for letter, scenario in zip("AB", comparison.scenarios, strict=True):
        yield from wrapped(f"{letter}: {scenario.name.of(reader.texts.language)}", indent=0)


def _inputs(reader: Reader, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        yield reader.texts["comparison.same_inputs"]
        return
    yield reader.texts["comparison.inputs"]
    single = [change for change in changes if change.kind != "demand"]
    for change in single[:CHANGES_SHOWN]:
        yield from wrapped(_sentence(reader, change), indent=2)
    if len(single) > CHANGES_SHOWN:
        yield "  " + reader.say("comparison.more", count=len(single) - CHANGES_SHOWN)
    yield from _demands(reader, [change for change in changes if change.kind == "demand"])


def _sentence(reader: Reader, change: Change) -> str:
    """Say one change, as ``link a--b (2025, 2026): members 2 -> 4``."""
    years = ""
    if change.years:
        years = reader.say("comparison.years", years=", ".join(map(str, change.years)))
    name = reader.target(change.name) if change.kind == "target" else change.name
    kind = reader.texts.of("kind", change.kind)
    what = reader.texts.of("comparison", change.what)
    if change.what == "changed":
        none = reader.texts["comparison.none"]
        parts = [
            f"{key} {change.before.get(key, none)} -> {change.after.get(key, none)}".strip()
            for key in dict.fromkeys([*change.before, *change.after])
        ]
        what = reader.listed(parts)
    subject = " ".join(filter(None, (kind, name)))
    return reader.say("comparison.change", subject=subject, years=years, what=what)


def _demands(reader: Reader, changes: Sequence[Change]) -> Iterator[str]:
    """Add up the demands that differ, by year and class."""
    totals: dict[tuple[int, str], list[float]] = {}
    for change in changes:
        rates = [float(side.get("rate_gbps") or 0.0) for side in (change.before, change.after)]
        traffic_class = change.name.split("/")[1]
        for year in change.years:
            total = totals.setdefault((year, traffic_class), [0.0, 0.0, 0.0])
            for place, value in enumerate((*rates, 1.0)):
                total[place] += value
    for (year, name), (before, after, count) in totals.items():
        moved = math.isclose(before, after)
        key = "comparison.demands_moved" if moved else "comparison.demands"
        yield from wrapped(
            reader.say(
                key,
                count=count,
                name=name,
                year=year,
                before=before,
                after=after,
            ),
            indent=2,
        )


def _verdicts(reader: Reader, comparison: Comparison) -> Iterator[str]:
    targets = [flip for flip in comparison.flips if flip.pair is None]
    yield reader.say("comparison.verdicts", count=len(targets), same=comparison.same_verdicts)
    for flip in targets:
        before, after = _outcomes(reader, flip.before, flip.after)
        where = _where(reader, flip)
        told = reader.say("comparison.flip", where=where, before=before, after=after)
        yield from wrapped(told, indent=2)
    pairs: dict[tuple[str, str], list[Flip]] = {}
    for flip in comparison.flips:
        if flip.pair is not None:
            pairs.setdefault((_where(reader, flip), _change_of(reader, flip)), []).append(flip)
    for (where, outcomes), flips in pairs.items():
        names = [">".join(reader.node(end or "?") for end in flip.pair or ()) for flip in flips]
        yield from wrapped(
            reader.say(
                "comparison.flips",
                where=where,
                pairs=reader.count("pairs", len(names)),
                outcomes=outcomes,
                named=reader.listed(names, PAIRS_SHOWN),
            ),
            indent=2,
        )


def _outcomes(reader: Reader, before: str, after: str) -> tuple[str, str]:
    return reader.texts.of("outcome", before), reader.texts.of("outcome", after)


def _change_of(reader: Reader, flip: Flip) -> str:
    """Say from what to what a pair changes, and why it is missed in one of the two."""
    before, after = _outcomes(reader, flip.before, flip.after)
    outcomes = reader.say("comparison.outcomes", before=before, after=after)
    if (cause := flip.cause) is None:
        return outcomes
    key = "comparison.cause" if cause.link is None else "comparison.cause_on"
    reason = reader.texts[f"short.{cause.reason}"]
    return reader.say(
        key, outcomes=outcomes, side=cause.side, reason=reason, link=cause.link, load=cause.load
    )


def _where(reader: Reader, flip: Flip) -> str:
    target = reader.target(flip.target)
    if flip.state == NORMAL:
        return reader.say("comparison.where", target=target, year=flip.year)
    state = reader.state(flip.state)
    return reader.say("comparison.where_failed", target=target, year=flip.year, state=state)


def _differences(
    reader: Reader, found: Sequence[PairDifference], confidence: float
) -> Iterator[str]:
    first = found[0]
    slower = [d for d in found if d.difference.significant and d.difference.estimate > 0]
    faster = [d for d in found if d.difference.significant and d.difference.estimate < 0]
    counts = {"faster": len(faster), "slower": len(slower)}
    yield from wrapped(
        reader.say(
            "comparison.differences",
            target=reader.target(first.target),
            year=first.year,
            statistic=first.statistic,
            confidence=confidence,
        ),
        indent=0,
    )
    rest = len(found) - sum(counts.values())
    yield "  " + reader.say("comparison.faster", rest=rest, **counts)
    shown = sorted([*slower, *faster], key=lambda d: -abs(d.difference.estimate))[:PAIRS_SHOWN]
    for one in shown:
        d = one.difference
        apart = "" if d.paired else f"  {reader.texts['comparison.unpaired']}"
        yield (
            f"  {padded(reader.pair(one.source, one.sink, ''), 34)}{d.estimate / US:>+11.2f} µs "
            f"[{d.low / US:+.2f}, {d.high / US:+.2f}]{apart}"
        )
    if not all(one.difference.paired for one in found):
        yield from wrapped(reader.texts["comparison.unpaired_why"])


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as a JSON document."""
    return {
        "netplan": "comparison/1",
        "version": __version__,
        "scenarios": list(comparison.names),
        "confidence": comparison.confidence,
        "inputs": [
            {
                "kind": change.kind,
                "name": change.name,
                "what": change.what,
                "years": list(change.years),
                "before": dict(change.before),
                "after": dict(change.after),
            }
            for change in comparison.changes
        ],
        "same_verdicts": comparison.same_verdicts,
        "flips": [
            {
                "target": flip.target,
                "year": flip.year,
                "state": flip.state,
                "pair": None if flip.pair is None else list(flip.pair),
                "before": flip.before,
                "after": flip.after,
                "cause": None if flip.cause is None else asdict(flip.cause),
            }
            for flip in comparison.flips
        ],
        "differences": [_pair(one) for one in comparison.differences],
    }


def _pair(one: PairDifference) -> dict[str, Any]:
    d = one.difference
    return {
        "target": one.target,
        "year": one.year,
        "source": one.source,
        "sink": one.sink,
        "statistic": one.statistic,
        "estimate_ms": _ms(d.estimate),
        "low_ms": _ms(d.low),
        "high_ms": _ms(d.high),
        "paired": d.paired,
        "trusted": d.trusted,
        "significant": d.significant,
    }


def _ms(seconds: float) -> float | None:
    return round(seconds / MS, _PLACES) if math.isfinite(seconds) else None
