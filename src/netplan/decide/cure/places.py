"""A compute node at one site, for promises that the nearest compute node serves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from netplan.decide.cure.candidate import PROPOSED, Candidate, Kind
from netplan.decide.cure.distances import Distances
from netplan.decide.cure.shortcuts import free_name, usual_rate
from netplan.ground.units import KM, US
from netplan.input.scenario.expansion import AddCompute, Step
from netplan.input.scenario.network import DirectedCapacity, NodeDefaults, Role
from netplan.input.scenario.targets import Layer
from netplan.network.routing import NoRouteError, Router
from netplan.network.topology import FIBRE_DELAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.decide.cure.candidate import Missed
    from netplan.judge.case import Case

__all__ = ["Places"]

SITES = (Role.ACCESS, Role.AGGREGATION, Role.CORE)


@dataclass(frozen=True)
class Places:
    """Finds the sites where a compute node would keep missed promises."""

    case: Case
    missed: tuple[Missed, ...]
    year: int

    @cached_property
    def _distances(self) -> dict[Layer, Distances]:
        topology = self.case.topology
        return {layer: Distances(topology, layer) for layer in {one.layer for one in self.missed}}

    @cached_property
    def _router(self) -> Router:
        return Router(self.case.topology, self.case.scenario.routing)

    def candidates(self) -> Iterator[Candidate]:
        """Yield a candidate for each site that would keep a promise."""
        wanting = [one for one in self.missed if one.is_nearest]
        nodes = self.case.topology.spec.nodes
        for site in nodes if wanting else ():
            if nodes[site].role in SITES:
                cures = frozenset(one.key for one in wanting if self._keeps(one, site))
                if cures:
                    yield self._candidate(site, cures)

    def _candidate(self, site: str, cures: frozenset[tuple[str, str, str | None]]) -> Candidate:
        name = free_name(self.case.topology.spec, f"{site}-edge")
        rate = usual_rate(self.case, site)
        nodes = self.case.topology.spec.nodes
        today = (
            nodes[one.destination] for one in self.missed if one.key in cures and one.destination
        )
        new = AddCompute(
            id=name,
            connect=(site,),
            # As many servers as where the requests go now.
            compute=next((node.compute for node in today), None),
            capacity_gbps=DirectedCapacity(forward=rate, reverse=rate),
            members=1,
            source=PROPOSED,
        )
        return Candidate(
            kind=Kind.COMPUTE,
            subject=name,
            amount=1,
            cures=cures,
            steps=(Step(by=self.year, add_compute=new),),
            new_link=f"{name}--{site}",
        )

    def _keeps(self, one: Missed, site: str) -> bool:
        """Tell whether compute at a site would keep a promise, by the delays of free links."""
        nodes = self.case.topology.spec.nodes
        if one.is_within_city and nodes[one.source].city != nodes[site].city:
            return False
        found = self._distances[one.layer]
        s, t = found.number[one.source], found.number[site]
        total = found.delays[s, t] + self._last_link(one.layer, found.processing(site))
        if one.is_round_trip:
            total += found.delays[t, s] + self._last_link(one.layer, self._compute_processing)
        return bool(total < one.limit) and not (one.full and self._meets_full(one, site))

    def _meets_full(self, one: Missed, site: str) -> bool:
        """Tell whether the way to a site leads over a link that is too full already."""
        if site == one.source:
            return False
        try:
            ways = [self._router.route(one.source, site)]
            ways += [self._router.route(site, one.source)] if one.is_round_trip else []
        except NoRouteError:
            return True
        return any(channel.link in one.full for way in ways for channel in way.channels)

    @property
    def _compute_processing(self) -> float:
        defaults = self.case.topology.spec.defaults.nodes.get(Role.COMPUTE, NodeDefaults())
        return (defaults.processing_us or 0.0) * US

    def _last_link(self, layer: Layer, processing: float) -> float:
        """Delay of the link between a site and its compute node [s]."""
        equipment = self.case.topology.spec.defaults.links.equipment
        ends = (equipment.terminals_us or 0.0) * US if equipment is not None else 0.0
        length = AddCompute.model_fields["length_km"].default
        forwarding = processing if layer is not Layer.OPTICAL else 0.0
        return float(length * KM * FIBRE_DELAY["g652"] + ends + forwarding)
