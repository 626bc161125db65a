"""Latency circles as tables of 80 columns and as a JSON document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.decide.circles import ANYWHERE, LIMITS_MS, NEAREST, OWN_CITY
from netplan.ground.units import MS
from netplan.show.tables.columns import padded, right, wrapped
from netplan.show.tables.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netplan.decide.circles import Circle, CircleMap
    from netplan.ground.texts import Language
    from netplan.input.scenario.scenario import Scenario

__all__ = ["circles_document", "circles_table"]

LIMITS_ABREAST = 3
"""Limits that fit beside each other."""
SITES_SHOWN = 12


def circles_table(
    scenario: Scenario,
    maps: Sequence[CircleMap],
    limits_ms: Sequence[float] = LIMITS_MS,
    language: Language = "en",
) -> str:
    """Return the coverage of every map, then the circles of the last one and who is outside."""
    reader = Reader.of(scenario, language)
    blocks = [iter([reader.title(scenario.name)])]
    for start in range(0, len(limits_ms), LIMITS_ABREAST):
        abreast = limits_ms[start : start + LIMITS_ABREAST]
        blocks += [_coverage(reader, maps, abreast), _circles(reader, maps[-1], abreast)]
    blocks.append(_outside(reader, maps[-1], limits_ms))
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _coverage(
    reader: Reader, maps: Sequence[CircleMap], limits_ms: Sequence[float]
) -> Iterator[str]:
    """Show what share of sites and people has something near, map by map."""
    what = reader.listed(
        [
            reader.texts.of("layer", maps[-1].layer),
            reader.texts.of("direction", maps[-1].direction),
        ]
    )
    count = len(maps[-1].sites)
    yield from wrapped(reader.say("circles.coverage", count=count, what=what), indent=0)
    yield from _heads(reader, limits_ms, ("nearest", 30), (("sites", 8), ("people", 8)))
    for found in maps:
        basis = "" if found.basis == "empty network" else reader.sentence(found.basis)
        when = reader.texts["colon"].join(
            filter(None, (reader.when(found.year, found.state), basis))
        )
        yield from wrapped(when, indent=2)
        for circle in found.circles:
            if circle.role == NEAREST:
                shares = ""
                for limit in limits_ms:
                    covered = found.covered(circle.centre, limit * MS)
                    shares += f"{covered.share_of_sites:>8.1%}{covered.share_of_population:>8.1%}"
                yield f"    {padded(_centre(reader, circle.centre), 28)}{shares}"


def _heads(
    reader: Reader,
    limits_ms: Sequence[float],
    first: tuple[str, int],
    others: Sequence[tuple[str, int]],
) -> Iterator[str]:
    """Head a table: the limits, and below each the same columns."""
    name, width = first
    abreast = sum(columns for _, columns in others)
    limits = (reader.say("circles.below", limit=limit) for limit in limits_ms)
    yield f"  {'':<{width}}" + "".join(right(limit, abreast) for limit in limits)
    heads = "".join(right(reader.texts[f"head.{head}"], columns) for head, columns in others)
    yield f"  {padded(reader.texts[f'head.{name}'], width)}" + heads * len(limits_ms)


def _centre(reader: Reader, name: str) -> str:
    """Return what a centre is called: a site, or the nearest of a kind."""
    return reader.texts.of("centre", reader.node(name))


def _circles(reader: Reader, found: CircleMap, limits_ms: Sequence[float]) -> Iterator[str]:
    """Show what lies within each circle of one map."""
    yield from wrapped(
        reader.say("circles.within", when=reader.when(found.year, found.state)), indent=0
    )
    heads = (("city", 6), ("sites", 6), ("people", 7))
    yield from _heads(reader, limits_ms, ("centre", 21), heads)
    for circle in found.circles:
        if circle.role != NEAREST:
            yield f"  {padded(reader.node(circle.centre), 21)}" + "".join(
                _cells(found, circle, limit * MS) for limit in limits_ms
            )


def _cells(found: CircleMap, circle: Circle, limit: float) -> str:
    covered = found.covered(circle.centre, limit)
    if not covered.sites:
        return f"{'-':>6}{'-':>6}{'-':>7}"
    return f"{len(covered.cities):>6}{len(covered.sites):>6}{covered.share_of_population:>7.1%}"


def _outside(reader: Reader, found: CircleMap, limits_ms: Sequence[float]) -> Iterator[str]:
    """Name the sites that have no compute node near."""
    for limit in limits_ms:
        told: tuple[tuple[str, float], ...] = ()
        for centre in (ANYWHERE, OWN_CITY):
            known = any(circle.centre == centre for circle in found.circles)
            far = found.outside(centre, limit * MS) if known else ()
            if far != told:
                named = [f"{reader.node(name)} {_ms(reader, delay)}" for name, delay in far]
                yield from wrapped(
                    reader.say(
                        "circles.outside",
                        limit=limit,
                        centre=_centre(reader, centre),
                        year=found.year,
                        named=reader.listed(named, SITES_SHOWN),
                    ),
                    indent=0,
                )
            told = far


def _ms(reader: Reader, delay: float) -> str:
    return f"{delay / MS:.3f}" if math.isfinite(delay) else reader.texts["circles.no_way"]


def circles_document(
    scenario: Scenario, maps: Iterable[CircleMap], limits_ms: Sequence[float] = LIMITS_MS
) -> dict[str, Any]:
    """Return circle maps as a JSON document."""
    return {
        "netplan": "circles/1",
        "scenario": scenario.name.en,
        "version": __version__,
        "inputs_sha256": scenario.origin.digest,
        "maps": [_map_document(found, limits_ms) for found in maps],
    }


def _map_document(found: CircleMap, limits_ms: Sequence[float]) -> dict[str, Any]:
    return {
        "year": found.year,
        "state": found.state,
        "layer": found.layer,
        "direction": found.direction,
        "basis": found.basis,
        "sites": [
            {"id": site.name, "city": site.city, "population": site.population}
            for site in found.sites
        ],
        "circles": [_circle_document(found, circle, limits_ms) for circle in found.circles],
    }


def _circle_document(
    found: CircleMap, circle: Circle, limits_ms: Sequence[float]
) -> dict[str, Any]:
    within = []
    for limit in limits_ms:
        covered = found.covered(circle.centre, limit * MS)
        within.append(
            {
                "below_ms": limit,
                "cities": list(covered.cities),
                "sites": list(covered.sites),
                "population": covered.population,
                "share_of_cities": round(covered.share_of_cities, 9),
                "share_of_sites": round(covered.share_of_sites, 9),
                "share_of_population": round(covered.share_of_population, 9),
            }
        )
    return {
        "centre": circle.centre,
        "role": circle.role,
        "within": within,
        "delays_ms": {
            site.name: round(float(delay) / MS, 9) if math.isfinite(delay) else None
            for site, delay in zip(found.sites, circle.delays, strict=True)
        },
    }
