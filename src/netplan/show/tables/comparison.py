"""A comparison of two scenarios as text of 80 columns and as a JSON document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.ground.units import MS, US
from netplan.show.tables.columns import padded, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.changes import Change
    from netplan.decide.comparison import Comparison, Flip, PairDifference

__all__ = ["comparison_document", "comparison_table"]

CHANGES_SHOWN = 40
PAIRS_SHOWN = 5
_PLACES = 9


def comparison_table(comparison: Comparison) -> str:
    """Return what differs in the inputs, which verdicts flip, and how much later packets are."""
    blocks = [_heading(comparison), _inputs(comparison.changes), _verdicts(comparison)]
    targets = dict.fromkeys((d.target, d.year) for d in comparison.differences)
    for target in targets:
        of_target = [d for d in comparison.differences if (d.target, d.year) == target]
        blocks.append(_differences(of_target, comparison.confidence))
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _heading(comparison: Comparison) -> Iterator[str]:
    yield from wrapped(f"A: {comparison.names[0]}", indent=0)
    yield from wrapped(f"B: {comparison.names[1]}", indent=0)


def _inputs(changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        yield "Inputs: the same"
        return
    yield "Inputs"
    single = [change for change in changes if change.kind != "demand"]
    for change in single[:CHANGES_SHOWN]:
        yield from wrapped(_sentence(change), indent=2)
    if len(single) > CHANGES_SHOWN:
        yield f"  and {len(single) - CHANGES_SHOWN} more (--json FILE writes them all)"
    yield from _demands([change for change in changes if change.kind == "demand"])


def _sentence(change: Change) -> str:
    """Say one change, as ``link a--b (2025, 2026): members 2 -> 4``."""
    years = f" ({', '.join(map(str, change.years))})" if change.years else ""
    subject = " ".join(part for part in (change.kind, change.name) if part)
    if change.what != "changed":
        return f"{subject}{years}: {'only in B' if change.what == 'added' else 'only in A'}"
    keys = dict.fromkeys([*change.before, *change.after])
    parts = [
        f"{key} {change.before.get(key, 'none')} -> {change.after.get(key, 'none')}".strip()
        for key in keys
    ]
    return f"{subject}{years}: {', '.join(parts)}"


def _demands(changes: Sequence[Change]) -> Iterator[str]:
    """Add up the demands that differ, by year and class."""
    totals: dict[tuple[int, str], list[float]] = {}
    for change in changes:
        rates = [float(side.get("rate_gbps") or 0.0) for side in (change.before, change.after)]
        traffic_class = change.name.split("/")[1]
        for year in change.years:
            total = totals.setdefault((year, traffic_class), [0.0, 0.0, 0.0])
            for place, value in enumerate((*rates, 1.0)):
                total[place] += value
    for (year, traffic_class), (before, after, number) in totals.items():
        yield from wrapped(
            f"{number:.0f} demands of class {traffic_class} ({year}): "
            f"{before:,.6g} -> {after:,.6g} Gbit/s in all",
            indent=2,
        )


def _verdicts(comparison: Comparison) -> Iterator[str]:
    targets = [flip for flip in comparison.flips if flip.pair is None]
    yield f"Verdicts: {len(targets)} differ, {comparison.same_verdicts} are the same"
    for flip in targets:
        yield from wrapped(f"{_where(flip)}: {flip.before} -> {flip.after}", indent=2)
    pairs: dict[tuple[str, str, str], list[Flip]] = {}
    for flip in comparison.flips:
        if flip.pair is not None:
            pairs.setdefault((_where(flip), flip.before, flip.after), []).append(flip)
    for (where, before, after), flips in pairs.items():
        names = [">".join(part or "?" for part in flip.pair or ()) for flip in flips]
        more = f" and {len(names) - PAIRS_SHOWN} more" if len(names) > PAIRS_SHOWN else ""
        yield from wrapped(
            f"{where}: {len(names)} pairs {before} -> {after}: "
            f"{', '.join(names[:PAIRS_SHOWN])}{more}",
            indent=2,
        )


def _where(flip: Flip) -> str:
    state = "" if flip.state == "normal" else f" {flip.state}"
    return f"{flip.target}, {flip.year}{state}"


def _differences(found: Sequence[PairDifference], confidence: float) -> Iterator[str]:
    first = found[0]
    slower = [d for d in found if d.difference.significant and d.difference.estimate > 0]
    faster = [d for d in found if d.difference.significant and d.difference.estimate < 0]
    rest = len(found) - len(slower) - len(faster)
    yield from wrapped(
        f"{first.target}, {first.year}: {first.statistic} of B less that of A, with intervals of "
        f"{confidence:.0%} for each pair",
        indent=0,
    )
    yield f"  {len(faster)} pairs faster in B, {len(slower)} slower, {rest} not surely different"
    shown = sorted([*slower, *faster], key=lambda d: -abs(d.difference.estimate))[:PAIRS_SHOWN]
    for one in shown:
        d = one.difference
        apart = "" if d.paired else "  unpaired"
        yield (
            f"  {padded(f'{one.source} > {one.sink}', 34)}{d.estimate / US:>+11.2f} µs "
            f"[{d.low / US:+.2f}, {d.high / US:+.2f}]{apart}"
        )
    if not all(one.difference.paired for one in found):
        yield from wrapped(
            "unpaired: the saved runs did not meet the same packets; compare the scenario files "
            "for narrower intervals"
        )


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
