"""Latency circles (时延圈): who lies within how long of a compute node or a hub.

Computed from the routes of the empty network, without simulation: propagation and equipment on the
optical layer; routers and the sending of one full frame on top on the network layer. Of several
routes of equal cost the slowest counts, since nobody chooses the path that a flow is hashed to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netplan.ground.errors import InputError, Path, Problem
from netplan.ground.units import BITS_PER_BYTE, MS, seconds_to_ps
from netplan.input.scenario.network import Role
from netplan.input.scenario.targets import Direction, Layer
from netplan.judge.case import FULL_FRAME
from netplan.network.failure import NORMAL, State, state_called, states_of
from netplan.network.routing import Router
from netplan.network.selection import select_nodes
from netplan.network.topology import build_topology

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netplan.input.scenario.failures import FailureKind
    from netplan.input.scenario.scenario import Scenario
    from netplan.network.topology import Channel, Topology

__all__ = [
    "ANYWHERE",
    "HUBS",
    "LIMITS_MS",
    "NEAREST",
    "OWN_CITY",
    "Circle",
    "CircleMap",
    "Covered",
    "Site",
    "circles",
    "measured_circles",
]

Float64 = NDArray[np.float64]

LIMITS_MS = (1.0, 5.0, 20.0)
"""Of the plan: in a city, among the cities, to the hubs [ms]."""
NEAREST = "nearest"
"""Role of a circle that is not round one node but round the nearest of several."""
OWN_CITY = "compute in the own city"
ANYWHERE = "any compute node"
HUBS = "any hub"
WORST = "worst of all failures"
CENTRES = (str(Role.COMPUTE), str(Role.HUB))


@dataclass(frozen=True, slots=True)
class Site:
    """Somewhere that people are served from: a county's access router."""

    name: str
    city: str | None
    population: int


@dataclass(frozen=True, slots=True)
class Covered:
    """What lies within a circle."""

    cities: tuple[str, ...]
    """Cities all of whose sites lie within."""
    sites: tuple[str, ...]
    population: int
    share_of_cities: float
    share_of_sites: float
    share_of_population: float
    """0 where nobody is known to live."""


@dataclass(frozen=True, slots=True)
class Circle:
    """How far every site is from a centre, or from the nearest of several."""

    centre: str
    """Name of a node, or of the kind of the nearest."""
    role: str
    """``compute`` or ``hub``; ``nearest`` for the nearest of several."""
    delays: Float64
    """Shape (S,) [s]; infinite where there is no way."""


@dataclass(frozen=True, slots=True)
class CircleMap:
    """All circles of one year, layer, direction and state."""

    year: int
    state: str
    layer: str
    direction: str
    basis: str
    """``empty network``, or the statistic whose upper bounds were measured."""
    sites: tuple[Site, ...]
    circles: tuple[Circle, ...]
    """The nearest of a kind first, then every centre."""

    def circle(self, centre: str) -> Circle:
        """Return the circle round a centre."""
        return next(circle for circle in self.circles if circle.centre == centre)

    def covered(self, centre: str, limit: float) -> Covered:
        """Return what lies strictly within `limit` [s] of a centre."""
        delays = self.circle(centre).delays
        near = [site for site, d in zip(self.sites, delays, strict=True) if _below(d, limit)]
        names = {site.name for site in near}
        far_cities = {site.city for site in self.sites if site.name not in names}
        cities = list(dict.fromkeys(site.city for site in self.sites if site.city is not None))
        whole = tuple(city for city in cities if city not in far_cities)
        people = sum(site.population for site in near)
        everybody = sum(site.population for site in self.sites)
        return Covered(
            cities=whole,
            sites=tuple(site.name for site in near),
            population=people,
            share_of_cities=len(whole) / max(1, len(cities)),
            share_of_sites=len(near) / max(1, len(self.sites)),
            share_of_population=people / everybody if everybody else 0.0,
        )

    def outside(self, centre: str, limit: float) -> tuple[tuple[str, float], ...]:
        """Return the sites that do not lie within, with their delays [s], the nearest first."""
        delays = self.circle(centre).delays
        far = [
            (site.name, float(delay))
            for site, delay in zip(self.sites, delays, strict=True)
            if not _below(delay, limit)
        ]
        return tuple(sorted(far, key=lambda item: (item[1], item[0])))


def _below(delay: float, limit: float) -> bool:
    # In picoseconds, as verdicts compare.
    return bool(np.isfinite(delay)) and seconds_to_ps(delay) < seconds_to_ps(limit)


def circles(
    scenario: Scenario,
    *,
    layer: Layer = Layer.OPTICAL,
    direction: Direction = Direction.ONE_WAY,
    years: Sequence[int] | None = None,
    sources: Sequence[str] | None = None,
    centres: Sequence[str] = CENTRES,
    each: Sequence[FailureKind] | None = None,
    state: str | None = None,
) -> list[CircleMap]:
    """Find the latency circles of the empty network.

    Parameters
    ----------
    scenario
        As `netplan.load` returns it. Its targets and its traffic do not matter.
    layer
        ``optical`` or ``network``.
    direction
        ``one_way`` or ``round_trip``.
    years
        Left out: those of the scenario.
    sources
        Roles or names of the sites; left out: ``access``, or ``core`` where there is none.
    centres
        Roles or names of the nodes in the middle.
    each
        Kinds of thing that fail one at a time; given, every year has a second map with the
        longest delay of every site over all failures. ``()`` takes the failures of the scenario.
    state
        Name of a failure state, e.g. ``span a~b``; given, every year has a map of it, too.

    Raises
    ------
    InputError
        If the layer is not known here, a name is unknown, or nothing is selected or fails.
    """
    if layer is Layer.SERVICE:
        raise _wrong(scenario, (), "circles know the layers optical and network, not service")
    if each:
        scenario = scenario.replace(failures=scenario.failures.replace(each=tuple(each)))
    found = []
    for year in scenario.years if years is None else years:
        topology = build_topology(scenario, year)
        survey = _Survey(scenario, topology, layer, direction, sources, centres)
        normal = survey.circles(topology)
        found.append(survey.map_of(NORMAL, normal))
        if each is not None:
            found.append(survey.map_of(WORST, survey.worst(normal)))
        if state is not None:
            failed = state_called(scenario, topology.spec, state)
            found.append(survey.map_of(state, survey.circles(topology.without(failed.links))))
    return found


def _wrong(scenario: Scenario, path: Path, message: str) -> InputError:
    return InputError([Problem(path, message, scenario.origin.place(path))])


class _Survey:
    """Measures the circles of one year in any state."""

    def __init__(
        self,
        scenario: Scenario,
        topology: Topology,
        layer: Layer,
        direction: Direction,
        sources: Sequence[str] | None,
        centres: Sequence[str],
    ) -> None:
        self._scenario, self._topology = scenario, topology
        self._layer, self._direction = layer, direction
        router = Router(topology, scenario.routing)
        nodes = topology.spec.nodes
        names = self._selected(router, tuple(sources) if sources else _usual(topology), "sources")
        self._sites = tuple(Site(n, nodes[n].city, nodes[n].population) for n in names)
        found = self._selected(router, tuple(centres), "centres")
        self._centres = sorted(found, key=lambda name: nodes[name].role is Role.HUB)

    def _selected(self, router: Router, wanted: tuple[str, ...], what: str) -> list[str]:
        """Return the nodes that roles and names stand for."""
        nodes = self._topology.spec.nodes
        unknown = [name for name in wanted if name not in nodes and name not in set(Role)]
        found = [n for n in select_nodes(router, wanted) if nodes[n].role is not Role.TRANSIT]
        if unknown or not found:
            why = f"no node or role is called {unknown[0]!r}" if unknown else "no node is selected"
            message = f"{what} of the circles: {why}; name roles or nodes of the topology"
            raise _wrong(self._scenario, ("topology",), message)
        return found

    def map_of(self, state: str, found: Sequence[Circle]) -> CircleMap:
        return CircleMap(
            year=self._topology.year,
            state=state,
            layer=str(self._layer),
            direction=str(self._direction),
            basis="empty network",
            sites=self._sites,
            circles=tuple(found),
        )

    def circles(self, topology: Topology) -> list[Circle]:
        """Return all circles of a state, the nearest of a kind first."""
        nodes = topology.spec.nodes
        delays = self._delays(Router(topology, self._scenario.routing))
        own = [
            Circle(name, str(nodes[name].role), column)
            for name, column in zip(self._centres, delays.T, strict=True)
        ]
        return [*_nearest(self._sites, own, {name: nodes[name].city for name in nodes}), *own]

    def worst(self, normal: Sequence[Circle]) -> list[Circle]:
        """Return every circle with the longest delay of each site over all failures."""
        longest = {circle.centre: circle.delays.copy() for circle in normal}
        states = states_of(self._scenario, self._topology.spec)
        if not states:
            raise _wrong(
                self._scenario, ("failures",), "nothing fails; name kinds in failures.each"
            )
        for state in states:
            for circle in self.circles(self._topology.without(state.links)):
                judged = self._judged(circle, state)
                known = longest[circle.centre]
                known[judged] = np.maximum(known[judged], circle.delays[judged])
        return [replace(circle, delays=longest[circle.centre]) for circle in normal]

    def _judged(self, circle: Circle, state: State) -> NDArray[np.bool_]:
        """Tell which sites a state says something about: not those that failed themselves."""
        here = circle.centre not in state.nodes
        return np.array([here and site.name not in state.nodes for site in self._sites])

    def _delays(self, router: Router) -> Float64:
        """Return the delay from every site to every centre, there and back if wanted.

        Shape (S, C) [s].
        """
        value = _optical if self._layer is Layer.OPTICAL else _network
        names = [site.name for site in self._sites]
        there = [_slowest(router, centre, value) for centre in self._centres]
        delays = np.array([[found.get(name, np.inf) for found in there] for name in names])
        if self._direction is Direction.ROUND_TRIP:
            back = [_slowest(router, name, value) for name in names]
            delays += np.array([[f.get(centre, np.inf) for centre in self._centres] for f in back])
        return delays


def _usual(topology: Topology) -> tuple[str, ...]:
    return (str(Role.ACCESS) if topology.nodes_with_role(Role.ACCESS) else str(Role.CORE),)


def _optical(channel: Channel) -> float:
    return channel.propagation + channel.equipment


def _network(channel: Channel) -> float:
    return channel.latency + FULL_FRAME * BITS_PER_BYTE / channel.capacity


def _slowest(router: Router, target: str, value: Callable[[Channel], float]) -> dict[str, float]:
    """Return the longest delay on a cheapest route from every node that reaches `target` [s]."""
    costs = router.distances_to(target)
    found = {target: 0.0}
    # Every channel costs something, so the next node of a route always comes before its own.
    for node in sorted(costs, key=lambda name: costs[name]):
        if node != target:
            ways = router.next_channels(node, target)
            ways = ways if router.ecmp else ways[:1]
            found[node] = max(value(channel) + found[channel.target] for channel in ways)
    return found


def _nearest(
    sites: Sequence[Site], own: Sequence[Circle], city_of: Mapping[str, str | None]
) -> list[Circle]:
    """Return the circles round the nearest of a kind, as far as there is one of the kind."""
    compute = [circle for circle in own if circle.role == str(Role.COMPUTE)]
    hubs = [circle for circle in own if circle.role == str(Role.HUB)]
    local = [_within_city(circle, sites, city_of[circle.centre]) for circle in compute]
    kinds = {OWN_CITY: local, ANYWHERE: compute, HUBS: hubs}
    return [
        Circle(name, NEAREST, np.min([circle.delays for circle in members], axis=0))
        for name, members in kinds.items()
        if members
    ]


def _within_city(circle: Circle, sites: Sequence[Site], city: str | None) -> Circle:
    """Return a circle that reaches the sites of one city only."""
    same = np.array([city is not None and site.city == city for site in sites])
    return replace(circle, delays=np.where(same, circle.delays, np.inf))


def measured_circles(
    document: Mapping[str, Any], *, direction: Direction = Direction.ONE_WAY
) -> list[CircleMap]:
    """Return the circles that a simulation has measured, as far as it had probes.

    Every target of the network layer gives a map for each year: its sources and its targets, with
    the upper end of each pair's interval. So a site within is so beyond doubt.

    Parameters
    ----------
    document
        What ``results.json`` holds.
    direction
        Targets of the other direction are left out.
    """
    nodes = {node["id"]: node for node in document["nodes"]}
    wanted = [
        target
        for target in document["targets"]
        if (target["layer"], target["direction"]) == (str(Layer.NETWORK), str(direction))
    ]
    return [found for target in wanted if (found := _measured(target, nodes)) is not None]


def _measured(target: Mapping[str, Any], nodes: Mapping[str, Any]) -> CircleMap | None:
    pairs = [pair for pair in target["pairs"] if pair["target"] is not None]
    names = dict.fromkeys(pair["source"] for pair in target["pairs"])
    if not pairs or any(name not in nodes for name in names):
        return None
    sites = tuple(Site(n, nodes[n]["city"], nodes[n]["population"]) for n in names)
    high = {(p["source"], p["target"]): p["high_ms"] for p in pairs if p["high_ms"] is not None}
    centres = dict.fromkeys(pair["target"] for pair in pairs)
    own = [
        Circle(
            centre,
            nodes[centre]["role"],
            np.array([high.get((name, centre), np.inf) for name in names]) * MS,
        )
        for centre in centres
    ]
    city_of = {name: node["city"] for name, node in nodes.items()}
    return CircleMap(
        year=target["year"],
        state=target["state"],
        layer=target["layer"],
        direction=target["direction"],
        basis=f"{target['statistic']} of “{target['name']}”, upper bounds",
        sites=sites,
        circles=(*_nearest(sites, own, city_of), *own),
    )
