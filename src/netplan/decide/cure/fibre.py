"""Hollow-core fibre in the cable of one span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.decide.cure.candidate import Candidate, Kind
from netplan.decide.cure.distances import span_delay
from netplan.ground.units import KM
from netplan.input.scenario.expansion import Change, Step
from netplan.input.scenario.network import FibreType
from netplan.network.topology import FIBRE_DELAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.cure.candidate import Missed
    from netplan.input.scenario.network import TopologySpec

__all__ = ["fibre_candidates"]


def fibre_candidates(
    spec: TopologySpec, missed: Sequence[Missed], year: int
) -> Iterator[Candidate]:
    """Yield a candidate for each span whose faster fibre alone would keep a promise."""
    crossings = {one.key: _crossings(spec, one) for one in missed if one.is_slow}
    for name in sorted({span for found in crossings.values() for span in found}):
        span = spec.spans[name]
        length = span.length_km or 0.0
        saved = span_delay(span) - length * KM * FIBRE_DELAY["hollow_core"]
        cures = frozenset(
            one.key
            for one in missed
            if one.is_slow
            and saved * crossings[one.key].get(name, 0) > one.fixed + one.slack - one.limit
        )
        if cures:
            change = Change(span=name, fibre=FibreType(kind="hollow_core"))
            yield Candidate(
                kind=Kind.HOLLOW_CORE,
                subject=name,
                amount=round(length, 1),
                cures=cures,
                steps=(Step(by=year, set=change),),
            )


def _crossings(spec: TopologySpec, one: Missed) -> dict[str, int]:
    """Count how often the slowest route of a promise crosses each span, there and back."""
    counts: dict[str, int] = {}
    if one.stream is None:
        return counts
    slowest = max(one.stream.routes, key=lambda route: route.propagation)
    for channel in slowest.channels:
        for span in spec.links[channel.link].over or ():
            counts[span] = counts.get(span, 0) + 1
    return counts
