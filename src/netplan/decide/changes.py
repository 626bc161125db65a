"""What differs between two scenarios by meaning: not lines of text, but what each year has.

A scenario is laid out as facts, a path and a plain value each, with defaults spelled out and
expansion steps built. However it was written, what means the same has the same facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from netplan.ground.units import GBPS
from netplan.input.scenario.fields import Spec
from netplan.input.scenario.traffic import AVAILABLE_COMPUTE, Trace
from netplan.network.demand import pair_demands
from netplan.network.routing import Router
from netplan.network.topology import build_topology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.traffic import Growth

__all__ = ["Change", "Fact", "changes", "facts_of"]

SAYS_NOTHING = "description"
"""A key that is for people only."""
IN_ORDER = ("ends", "over")
"""Lists of names whose order has a meaning; all others are sets."""

Fact: TypeAlias = str | int | float | bool | None
"""A plain value."""
Facts: TypeAlias = dict[tuple[str, ...], Fact]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, in the years where it holds."""

    kind: str
    """``node``, ``span``, ``link``, ``demand``, ``class``, ``growth``, ``target`` and so on."""
    name: str
    """Of what differs; empty where there is only one."""
    what: str
    """``added``, ``removed`` or ``changed``."""
    before: Mapping[str, Fact]
    """What the first scenario says, by key; only what differs."""
    after: Mapping[str, Fact]
    years: tuple[int, ...]
    """Empty for what holds in all years."""


def changes(first: Scenario, second: Scenario) -> list[Change]:
    """Return all differences, those of the network year by year.

    Only years that both have are compared; a difference in the years themselves comes first.
    """
    found = list(_differences(_whole(first), _whole(second), ()))
    shared = [year for year in first.years if year in second.years]
    yearly = [
        change
        for year in shared
        for change in _differences(_of_year(first, year), _of_year(second, year), (year,))
    ]
    return [*found, *_joined(yearly)]


def _joined(yearly: list[Change]) -> Iterator[Change]:
    """Say once what holds in several years."""
    years: dict[str, tuple[int, ...]] = {}
    kept: dict[str, Change] = {}
    for change in yearly:
        key = repr(replace(change, years=()))
        kept.setdefault(key, change)
        years[key] = (*years.get(key, ()), *change.years)
    for key, change in kept.items():
        yield replace(change, years=years[key])


def _differences(before: Facts, after: Facts, years: tuple[int, ...]) -> Iterator[Change]:
    """Compare facts object by object: the first two parts of a path are kind and name."""
    one, two = _by_object(before), _by_object(after)
    for kind, name in dict.fromkeys([*one, *two]):
        old, new = one.get((kind, name)), two.get((kind, name))
        if old is None or new is None:
            what = "added" if old is None else "removed"
            yield Change(kind, name, what, old or {}, new or {}, years)
            continue
        keys = [k for k in dict.fromkeys([*old, *new]) if old.get(k) != new.get(k)]
        if keys:
            yield Change(
                kind,
                name,
                "changed",
                {k: old[k] for k in keys if k in old},
                {k: new[k] for k in keys if k in new},
                years,
            )


def _by_object(facts: Facts) -> dict[tuple[str, str], dict[str, Fact]]:
    objects: dict[tuple[str, str], dict[str, Fact]] = {}
    for (kind, name, *rest), value in facts.items():
        objects.setdefault((kind, name), {})[".".join(rest)] = value
    return objects


def _whole(scenario: Scenario) -> Facts:
    """Return the facts that hold in all years."""
    facts: Facts = {("years", "", "years"): ", ".join(map(str, scenario.years))}
    traffic = scenario.traffic
    for name, known in traffic.classes.items():
        facts |= facts_of(("class", name), known)
    for demand in traffic.demands:
        if demand.gravity is not None and demand.gravity.target == (AVAILABLE_COMPUTE,):
            facts["class", demand.traffic_class, "sent_to"] = AVAILABLE_COMPUTE
    for target in scenario.targets:
        facts |= facts_of(("target", target.name), target)
    for kind in ("routing", "failures", "simulation"):
        facts |= facts_of((kind, ""), getattr(scenario, kind))
    return facts | _growth(scenario)


def _growth(scenario: Scenario) -> Facts:
    """Return how traffic grows, in the years in which it does; of cities only where it differs."""
    traffic = scenario.traffic
    base = scenario.years[0] if traffic.base_year is None else traffic.base_year
    years = range(base + 1, max(scenario.years) + 1)
    facts: Facts = {}
    for name, growth in traffic.growth_per_year.items():
        facts |= _rates(name, growth, years)
    for name, cities in traffic.city_growth_per_year.items():
        elsewhere = _rates("", traffic.growth_per_year.get(name, 0.0), years)
        for city, growth in cities.items():
            if _rates("", growth, years) != elsewhere:
                facts |= _rates(f"{name} from {city}", growth, years)
    if facts:
        facts["growth", "", "base_year"] = base
    return facts


def _rates(name: str, growth: Growth, years: range) -> Facts:
    """Return growth by the year that it leads to, once if it is always the same."""
    if isinstance(growth, Mapping):
        by_year = [growth.get(year) for year in years]
    else:
        by_year = [growth for _ in years]
    if len(set(by_year)) == 1:
        return facts_of(("growth", name, "per_year"), by_year[0])
    per_year = {str(year): rate for year, rate in zip(years, by_year, strict=True)}
    return facts_of(("growth", name, "per_year"), per_year)


def _of_year(scenario: Scenario, year: int) -> Facts:
    """Return the facts of one year's network and traffic."""
    topology = build_topology(scenario, year)
    spec = topology.spec
    facts: Facts = {}
    for kind, objects in (("node", spec.nodes), ("span", spec.spans), ("link", spec.links)):
        for name, found in objects.items():
            # Every object has a fact, even where all its values are left out.
            facts |= {(kind, name, "exists"): True} | facts_of((kind, name), found)
    for demand in pair_demands(scenario, Router(topology, scenario.routing), year):
        facts["demand", demand.name, "rate_gbps"] = round(demand.rate / GBPS, 9)
        if demand.links is not None:
            facts["demand", demand.name, "route"] = ", ".join(demand.links)
    return facts


def facts_of(path: tuple[str, ...], value: object) -> Facts:
    """Lay out a typed value as plain values by path; what is left out has none."""
    if value is None:
        return {}
    if isinstance(value, str | int | float):
        return {path: value.value if isinstance(value, Enum) else value}
    if isinstance(value, tuple) and all(isinstance(item, str | int | float) for item in value):
        return {path: ", ".join(_names(path, value))} if value else {}
    parts = _parts(value)
    return {k: v for name, part in parts.items() for k, v in facts_of((*path, name), part).items()}


def _names(path: tuple[str, ...], value: tuple[object, ...]) -> list[str]:
    is_set = all(isinstance(item, str) for item in value) and path[-1] not in IN_ORDER
    found = [str(item) for item in value]
    return sorted(found) if is_set else found


def _parts(value: object) -> dict[str, object]:
    """Return the parts of a typed value by name."""
    if isinstance(value, Trace):
        return {"content": _digest(value.file)}
    if isinstance(value, Spec):
        return {name: part for name, part in value if name != SAYS_NOTHING}
    if isinstance(value, Mapping):
        return {str(name): part for name, part in value.items()}
    if isinstance(value, tuple):
        return {str(number): part for number, part in enumerate(value)}
    raise TypeError(f"no facts can be made of a {type(value).__name__}")


def _digest(file: str) -> str:
    """Return what a trace holds in a few letters; its name if the file is gone."""
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]
    except OSError:
        return file
