"""Latency circles as tables of 80 columns and as a JSON document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.decide.circles import ANYWHERE, LIMITS_MS, NEAREST, OWN_CITY
from netplan.ground.units import MS
from netplan.network.failure import NORMAL
from netplan.show.tables.columns import DIRECTION, padded, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netplan.decide.circles import Circle, CircleMap
    from netplan.input.scenario.scenario import Scenario

__all__ = ["circles_document", "circles_table"]

LIMITS_ABREAST = 3
"""Limits that fit beside each other."""
SITES_SHOWN = 12


def circles_table(
    scenario: Scenario, maps: Sequence[CircleMap], limits_ms: Sequence[float] = LIMITS_MS
) -> str:
    """Return the coverage of every map, then the circles of the last one and who is outside."""
    name = scenario.name
    blocks = [iter([name.en if name.zh is None else f"{name.en}  {name.zh}"])]
    for start in range(0, len(limits_ms), LIMITS_ABREAST):
        abreast = limits_ms[start : start + LIMITS_ABREAST]
        blocks += [_coverage(maps, abreast), _circles(maps[-1], abreast)]
    blocks.append(_outside(maps[-1], limits_ms))
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _coverage(maps: Sequence[CircleMap], limits_ms: Sequence[float]) -> Iterator[str]:
    """Show what share of sites and people has something near, map by map."""
    yield from wrapped(
        f"Coverage: share of the {len(maps[-1].sites)} sites and of their people, "
        f"{_what(maps[-1])}",
        indent=0,
    )
    yield f"  {'':<30}" + "".join(f"{f'< {limit:g} ms':>16}" for limit in limits_ms)
    yield f"  {'nearest':<30}" + f"{'sites':>8}{'people':>8}" * len(limits_ms)
    for found in maps:
        state = "" if found.state == NORMAL else f", {found.state}"
        yield from wrapped(f"{found.year}{state}{_basis(found)}", indent=2)
        for circle in found.circles:
            if circle.role == NEAREST:
                shares = ""
                for limit in limits_ms:
                    covered = found.covered(circle.centre, limit * MS)
                    shares += f"{covered.share_of_sites:>8.1%}{covered.share_of_population:>8.1%}"
                yield f"    {padded(circle.centre, 28)}{shares}"


def _what(found: CircleMap) -> str:
    return f"{found.layer} layer, {DIRECTION[found.direction]}"


def _basis(found: CircleMap) -> str:
    return "" if found.basis == "empty network" else f": {found.basis}"


def _circles(found: CircleMap, limits_ms: Sequence[float]) -> Iterator[str]:
    """Show what lies within each circle of one map."""
    state = "" if found.state == NORMAL else f", {found.state}"
    yield from wrapped(
        f"Circles in {found.year}{state}: whole cities, sites and share of the people within",
        indent=0,
    )
    yield f"  {'':<21}" + "".join(f"{f'< {limit:g} ms':>19}" for limit in limits_ms)
    yield f"  {'centre':<21}" + f"{'city':>6}{'sites':>6}{'people':>7}" * len(limits_ms)
    for circle in found.circles:
        if circle.role != NEAREST:
            yield f"  {padded(circle.centre, 21)}" + "".join(
                _cells(found, circle, limit * MS) for limit in limits_ms
            )


def _cells(found: CircleMap, circle: Circle, limit: float) -> str:
    covered = found.covered(circle.centre, limit)
    if not covered.sites:
        return f"{'-':>6}{'-':>6}{'-':>7}"
    return f"{len(covered.cities):>6}{len(covered.sites):>6}{covered.share_of_population:>7.1%}"


def _outside(found: CircleMap, limits_ms: Sequence[float]) -> Iterator[str]:
    """Name the sites that have no compute node near."""
    for limit in limits_ms:
        told: tuple[tuple[str, float], ...] = ()
        for centre in (ANYWHERE, OWN_CITY):
            known = any(circle.centre == centre for circle in found.circles)
            far = found.outside(centre, limit * MS) if known else ()
            if far != told:
                named = ", ".join(f"{name} {_ms(delay)}" for name, delay in far[:SITES_SHOWN])
                more = f" and {len(far) - SITES_SHOWN} more" if len(far) > SITES_SHOWN else ""
                where = f"{limit:g} ms or farther from {centre} in {found.year} [ms]"
                yield from wrapped(f"{where}: {named}{more}", indent=0)
            told = far


def _ms(delay: float) -> str:
    return f"{delay / MS:.3f}" if math.isfinite(delay) else "(no way)"


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
