"""Latency circles: which cities, counties and people lie within how long of what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.decide.circles import LIMITS_MS, NEAREST, circles
from netplan.ground.errors import InputError
from netplan.ground.units import MS
from netplan.input.scenario.targets import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netplan.decide.circles import Circle, CircleMap
    from netplan.input.scenario.scenario import Scenario
    from netplan.show.html.places import Places

__all__ = ["Centre", "Near", "Reach", "circle_section"]

LAYERS = (Layer.OPTICAL, Layer.NETWORK)


@dataclass(frozen=True, slots=True)
class Near:
    """What lies within one limit of a centre."""

    limit_ms: float
    cities: tuple[str, ...]
    """Names of the cities all of whose sites lie within."""
    counties: tuple[str, ...]
    """Names of the sites within, of other cities."""
    sites: int
    population: int
    share_of_sites: float
    share_of_population: float


@dataclass(frozen=True, slots=True)
class Centre:
    """A compute node or hub, and what lies near it."""

    name: str
    role: str
    near: tuple[Near, ...]
    """By limit, the tightest first."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What share has something of a kind near, in one year and layer."""

    year: int
    layer: str
    kind: str
    near: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says about latency circles."""

    year: int
    """Of the centres: the last."""
    sites: int
    population: int
    reaches: tuple[Reach, ...]
    centres: tuple[Centre, ...]
    """On the optical layer, those that most people live near first."""


def circle_section(scenario: Scenario, places: Places) -> Section | None:
    """Return the circles of all years; None if the network has nothing to draw them round."""
    try:
        found = [found for layer in LAYERS for found in circles(scenario, layer=layer)]
    except InputError:
        return None
    last = [one for one in found if one.layer == Layer.OPTICAL][-1]
    return Section(
        year=last.year,
        sites=len(last.sites),
        population=sum(site.population for site in last.sites),
        reaches=tuple(reach for one in found for reach in _reaches(one, places)),
        centres=tuple(_centres(last, places)),
    )


def _reaches(found: CircleMap, places: Places) -> Iterator[Reach]:
    for circle in found.circles:
        if circle.role == NEAREST:
            near = _near(found, circle, places)
            yield Reach(found.year, found.layer, circle.centre, near)


def _centres(found: CircleMap, places: Places) -> Sequence[Centre]:
    centres = [
        Centre(places.node(circle.centre), circle.role, _near(found, circle, places))
        for circle in found.circles
        if circle.role != NEAREST
    ]
    return sorted(
        centres, key=lambda one: [(-near.share_of_population, -near.sites) for near in one.near]
    )


def _near(found: CircleMap, circle: Circle, places: Places) -> tuple[Near, ...]:
    city_of = {site.name: site.city for site in found.sites}
    rings = []
    for limit in LIMITS_MS:
        covered = found.covered(circle.centre, limit * MS)
        others = [name for name in covered.sites if city_of[name] not in covered.cities]
        rings.append(
            Near(
                limit_ms=limit,
                cities=tuple(places.city(city) for city in covered.cities),
                counties=tuple(places.node(name) for name in others),
                sites=len(covered.sites),
                population=covered.population,
                share_of_sites=covered.share_of_sites,
                share_of_population=covered.share_of_population,
            )
        )
    return tuple(rings)
