"""New links: over cable that is in the ground already, or over a new one."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from netplan.decide.cure.candidate import PROPOSED, Candidate, Kind
from netplan.decide.cure.distances import Cables, Distances
from netplan.ground.units import BITS_PER_BYTE, GBPS, KM, US
from netplan.input.scenario.expansion import AddLink, AddSpan, Step
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import Confidence, DirectedCapacity, Provenance, Role
from netplan.input.scenario.targets import Layer
from netplan.judge.case import FULL_FRAME
from netplan.network.topology import FIBRE_DELAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.decide.cure.candidate import Missed
    from netplan.decide.trial import Key
    from netplan.input.scenario.network import TopologySpec
    from netplan.judge.case import Case

__all__ = ["Shortcuts", "free_name", "usual_rate"]

Float64 = NDArray[np.float64]

ASSUMED_ROUTE_FACTOR = 1.3
"""Cable over great circle where the topology has nothing to learn it from (assumed)."""
SELDOM_ENDS = (Role.ACCESS, Role.COMPUTE)
SHORTEST_KM = 1.0
"""A new cable is no shorter [km]."""
BEST = 12
"""Shortcuts of a kind that are looked at in full."""


@dataclass(frozen=True)
class Shortcuts:
    """Finds the new links that would keep missed promises, by the delays of the empty network.

    A promise is kept if the way to one end of the new link, over it, and on from the other end
    stays below the limit, waits included that closed forms see today.
    """

    case: Case
    missed: tuple[Missed, ...]
    year: int
    cut: frozenset[str] = frozenset()
    """Spans that are down."""

    @cached_property
    def _slow(self) -> tuple[Missed, ...]:
        found = (one for one in self.missed if one.is_slow or one.is_cut_off)
        return tuple(one for one in found if one.destination is not None)

    @cached_property
    def _distances(self) -> dict[Layer, Distances]:
        topology = self.case.topology
        return {layer: Distances(topology, layer) for layer in {one.layer for one in self._slow}}

    @cached_property
    def _cables(self) -> Cables:
        return Cables(self.case.topology, self.cut)

    @cached_property
    def _sites(self) -> tuple[str, ...]:
        return Distances(self.case.topology, Layer.OPTICAL).names

    @cached_property
    def _ends(self) -> set[str]:
        """Where a new link may end: at access and compute nodes only where they miss."""
        nodes = self.case.topology.spec.nodes
        missing = {end for one in self._slow for end in (one.source, one.destination)}
        return {n for n in self._sites if nodes[n].role not in SELDOM_ENDS or n in missing}

    @cached_property
    def _sending(self) -> Float64:
        """Time to send a full frame over a new link that begins at each site [s]."""
        rates = [usual_rate(self.case, name) * GBPS for name in self._sites]
        return FULL_FRAME * BITS_PER_BYTE / np.array(rates)

    @cached_property
    def route_factor(self) -> float:
        """Median of cable over great circle in this topology."""
        spec = self.case.topology.spec
        factors = []
        for span in spec.spans.values():
            a, b = (spec.nodes[end].at for end in span.ends)
            straight = great_circle_km(a, b) if a and b else 0.0
            if straight > SHORTEST_KM and span.length_km is not None:
                factors.append(max(1.0, span.length_km / straight))
        return statistics.median(factors) if factors else ASSUMED_ROUTE_FACTOR

    def bypasses(self) -> Iterator[Candidate]:
        """Yield the best new links over existing cable."""
        if not self._slow:
            return
        propagation = self._cables.delays(self._sites)
        for a, b, cures in self._best(propagation, np.ones_like(propagation)):
            over = self._cables.spans(a, b)
            link = free_name(self.case.topology.spec, f"{a}--{b}")
            yield Candidate(
                kind=Kind.BYPASS,
                subject=link,
                amount=1,
                cures=cures,
                steps=(self._add_link(link, a, b, over),),
                new_link=link,
            )

    def cables(self) -> Iterator[Candidate]:
        """Yield the best new cables of standard fibre, with a link over each."""
        if not self._slow:
            return
        spec = self.case.topology.spec
        km = self._straight_km() * self.route_factor
        # Where cable is as short already, a new one gains nothing over a bypass.
        km[km * KM * FIBRE_DELAY["g652"] >= self._cables.delays(self._sites)] = np.inf
        km = np.maximum(km, SHORTEST_KM)
        for a, b, cures in self._best(km * KM * FIBRE_DELAY["g652"], km):
            length = float(km[self._sites.index(a), self._sites.index(b)])
            span = free_name(spec, f"{a}~{b}")
            link = free_name(spec, f"{a}--{b}")
            basis = f"great circle x {self.route_factor:.3g}, median of the topology's cables"
            source = Provenance(basis=basis, confidence=Confidence.ASSUMED)
            new = AddSpan(id=span, ends=(a, b), length_km=round(length, 1), source=source)
            yield Candidate(
                kind=Kind.CABLE,
                subject=span,
                amount=round(length, 1),
                cures=cures,
                steps=(Step(by=self.year, add_span=new), self._add_link(link, a, b, (span,))),
                new_link=link,
            )

    def _add_link(self, name: str, a: str, b: str, over: tuple[str, ...]) -> Step:
        rate = usual_rate(self.case, a)
        link = AddLink(
            id=name,
            ends=(a, b),
            over=over,
            capacity_gbps=DirectedCapacity(forward=rate, reverse=rate),
            members=1,
            source=PROPOSED,
        )
        return Step(by=self.year, add_link=link)

    def _straight_km(self) -> Float64:
        """Great circles between sites, shape (n, n) [km]; infinite without coordinates."""
        nodes = self.case.topology.spec.nodes
        places = [nodes[name].at for name in self._sites]
        return np.array(
            [[great_circle_km(a, b) if a and b else np.inf for b in places] for a in places]
        )

    def _best(
        self, propagation: Float64, size: Float64
    ) -> Iterator[tuple[str, str, frozenset[Key]]]:
        """Yield ends and cures of the new links that cure most for their size."""
        cured = np.array([self._cured(one, propagation) for one in self._slow])
        a, b = np.triu_indices(len(self._sites), 1)
        may_end = np.array([name in self._ends for name in self._sites])
        a, b = a[may_end[a] & may_end[b]], b[may_end[a] & may_end[b]]
        table, sizes, lengths = cured[:, a, b], size[a, b], propagation[a, b]
        for _ in range(BEST):
            score = table.sum(axis=0) / sizes
            # Among equals the shortest.
            best = int(np.lexsort((lengths, -score))[0])
            if not score[best] > 0:
                return
            rows = table[:, best].copy()
            cures = frozenset(self._slow[row].key for row in np.flatnonzero(rows))
            yield self._sites[a[best]], self._sites[b[best]], cures
            table[rows] = False

    def _cured(self, one: Missed, propagation: Float64) -> NDArray[np.bool_]:
        """Tell which new links keep a promise, shape (n, n)."""
        assert one.destination is not None, "slow promises have a destination"
        found = self._distances[one.layer]
        ends = [(found.number[one.source], found.number[one.destination])]
        if one.is_round_trip:
            ends.append((ends[0][1], ends[0][0]))
        after = np.sum([self._with_link(found, *pair, propagation) for pair in ends], axis=0)
        # Today's route may be slower than the quickest way, and wait: what is saved counts.
        today = sum(float(found.delays[pair]) for pair in ends)
        worse = 0.0 if one.is_cut_off else one.fixed + one.slack - today
        cured: NDArray[np.bool_] = (after < today) & (after + worse < one.limit)
        return cured

    def _with_link(self, found: Distances, s: int, t: int, propagation: Float64) -> Float64:
        """Return the delay from one site to another with each new link, shape (n, n) [s]."""
        delays = found.delays
        forwarding = np.array([found.processing(name) for name in found.names])
        terminals = self.case.topology.spec.defaults.links.equipment
        ends = (terminals.terminals_us or 0.0) * US if terminals is not None else 0.0
        if found.layer is not Layer.OPTICAL:
            forwarding += self._sending
        over = propagation + forwarding[:, None] + ends
        via = delays[s, :, None] + over + delays[None, :, t]
        # Nothing passes through a compute node.
        barred = np.array([i >= len(found.routers) and i not in (s, t) for i in range(len(delays))])
        via[barred, :] = via[:, barred] = np.inf
        quickest: Float64 = np.minimum(delays[s, t], np.minimum(via, via.T))
        return quickest


def usual_rate(case: Case, node: str) -> float:
    """Return the commonest rate of a member at a node [Gbit/s]."""
    rates = [channel.capacity / GBPS for channel in case.topology.out_channels[node]]
    return statistics.mode(sorted(rates, reverse=True)) if rates else 100.0


def free_name(spec: TopologySpec, name: str) -> str:
    """Return the name, or with a number if it is taken."""
    taken = {*spec.nodes, *spec.spans, *spec.links}
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(new for new in numbered if new not in taken)
