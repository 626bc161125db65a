"""Whether a scenario makes sense: traffic, years, targets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.ground.errors import Path, Problem
from netplan.input.loader.expansion_sense import expansion_problems, years_of_additions
from netplan.input.loader.mending import NOTHING_LOST, Lost
from netplan.input.loader.topology_sense import topology_problems, unknown, where_it_breaks
from netplan.input.scenario.network import Role
from netplan.input.scenario.targets import Direction, Layer
from netplan.input.scenario.traffic import AVAILABLE_COMPUTE, SOME_COMPUTE, Demand, Gravity, Growth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netplan.input.scenario.network import Link, Node, TopologySpec
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.targets import Between, Target

__all__ = ["scenario_problems"]

MOST_FLOWS = 1_000_000
"""Of one line of demands; the largest shipped one has some ten thousand."""


@dataclass(frozen=True, slots=True)
class _Built:
    """What there is once everything is built."""

    nodes: Mapping[str, Node]
    links: Mapping[str, Link]
    late: Mapping[tuple[str, str], int]
    """By kind and name: the year from which there is what the first year has not."""
    first: int
    """The first year to be simulated."""
    lost: Lost


def _built(scenario: Scenario, spec: TopologySpec, lost: Lost) -> _Built:
    first = min(scenario.years)
    late = {key: year for key, year in years_of_additions(scenario).items() if year > first}
    return _Built(spec.nodes, spec.links, late, first, lost)


def scenario_problems(scenario: Scenario, lost: Lost = NOTHING_LOST) -> Iterator[Problem]:
    """Find everything that makes no sense in a scenario and its topology."""
    for problem in topology_problems(scenario.topology, lost):
        yield Problem(("topology", *problem.path), problem.message)
    spec, problems = expansion_problems(scenario, lost)
    yield from problems
    built = _built(scenario, spec, lost)
    yield from _check_years(scenario)
    yield from _check_growth(scenario, lost)
    yield from _check_city_growth(scenario, lost)
    for index, demand in enumerate(scenario.traffic.demands):
        path = ("traffic", "demands", index)
        classes = scenario.traffic.classes
        yield from unknown((*path, "class"), "class", demand.traffic_class, classes, lost)
        yield from _check_demand(path, demand, built)
        yield from _check_available(path, demand, scenario)
        yield from _check_flows(demand, scenario)
    yield from _check_targets(scenario, built)
    yield from _check_failures(scenario, spec, lost)
    packets = scenario.simulation.packets
    if packets.at_least > packets.at_most:
        message = f"must be at most at_most, {packets.at_most}, got {packets.at_least}"
        yield Problem(("simulation", "packets", "at_least"), message)


def _check_failures(scenario: Scenario, spec: TopologySpec, lost: Lost) -> Iterator[Problem]:
    groups = [
        *(group for node in spec.nodes.values() for group in node.risk_groups),
        *(group for span in spec.spans.values() for group in span.risk_groups),
        *(group for link in spec.links.values() for group in link.risk_groups),
    ]
    known = dict.fromkeys([*spec.nodes, *spec.spans, *spec.links, *groups])
    for name, members in scenario.failures.sets.items():
        for index, member in enumerate(members):
            path = ("failures", "sets", name, index)
            yield from unknown(path, "node, span, link or risk group", member, known, lost)
    if scenario.failures.simultaneous > 1 and not scenario.failures.each:
        message = "makes pairs of the states of each, which is left out; say each: span, or drop it"
        yield Problem(("failures", "simultaneous"), message)
    nothing_fails = not scenario.failures.each and not scenario.failures.sets
    for index, target in enumerate(scenario.targets):
        if nothing_fails and "failure" in target.holds_in:
            message = "nothing fails in this scenario; say what under failures, or leave it out"
            yield Problem(("targets", index, "holds_in"), message)


def _check_years(scenario: Scenario) -> Iterator[Problem]:
    years = scenario.years
    for index in range(1, len(years)):
        if years[index] in years[:index]:
            yield Problem(("years", index), f"{years[index]} stands twice; keep one")
        elif years[index] < years[index - 1]:
            message = f"{years[index]} stands after {years[index - 1]}; put the years in order"
            yield Problem(("years", index), message)
    base = scenario.traffic.base_year
    if base is not None and base > min(years):
        message = f"must not be after the first of the years, {min(years)}, got {base}"
        yield Problem(("traffic", "base_year"), message)


def _check_growth(scenario: Scenario, lost: Lost) -> Iterator[Problem]:
    traffic = scenario.traffic
    base = min(scenario.years) if traffic.base_year is None else traffic.base_year
    last = max(scenario.years)
    growing = {demand.traffic_class for demand in traffic.demands}
    for name in traffic.growth_per_year:
        path = ("traffic", "growth_per_year", name)
        yield from unknown(path, "class", name, traffic.classes, lost)
    for name in traffic.classes:
        if name not in growing or last <= base or name in lost:
            continue
        path = ("traffic", "growth_per_year", name)
        growth = traffic.growth_per_year.get(name)
        without = _years_without(growth, base, last)
        if growth is None and not lost.any_of("traffic", "growth_per_year"):
            message = f"missing; rates are for {base} and {last} is asked for; give a rate, or 0"
            yield Problem(path, message)
        elif growth is not None and without:
            message = f"no growth for {', '.join(map(str, without))}; give every year up to {last}"
            yield Problem(path, message)


def _check_city_growth(scenario: Scenario, lost: Lost) -> Iterator[Problem]:
    traffic = scenario.traffic
    base = min(scenario.years) if traffic.base_year is None else traffic.base_year
    last = max(scenario.years)
    steps = [step.add_node or step.add_compute for step in scenario.expansion]
    sites = [*scenario.topology.nodes.values(), *(new for new in steps if new is not None)]
    cities = dict.fromkeys(site.city for site in sites if site.city is not None)
    for name, growths in traffic.city_growth_per_year.items():
        path = ("traffic", "city_growth_per_year", name)
        yield from unknown(path, "class", name, traffic.classes, lost)
        for city, growth in growths.items():
            if not lost.any_of("topology"):
                yield from unknown((*path, city), "city", city, cities, lost)
            if without := _years_without(growth, base, last):
                message = f"no growth for {', '.join(map(str, without))}; give all up to {last}"
                yield Problem((*path, city), message)


def _years_without(growth: Growth | None, base: int, last: int) -> list[int]:
    """Years that a table of growth leaves out."""
    if growth is None or isinstance(growth, float | int):
        return []
    return [year for year in range(base + 1, last + 1) if year not in growth]


# --- demands --------------------------------------------------------------------------------


def _check_demand(path: Path, demand: Demand, built: _Built) -> Iterator[Problem]:
    if demand.gravity is not None:
        yield from _check_gravity((*path, "gravity"), demand.gravity, built)
    if demand.source is None or demand.target is None:
        return
    for key, name in (("from", demand.source), ("to", demand.target)):
        yield from _check_site((*path, key), name, built)
    if demand.source == demand.target:
        yield Problem((*path, "to"), f"must differ from the source, {demand.source!r}")
    yield from _check_route((*path, "route"), demand, built)


def _check_flows(demand: Demand, scenario: Scenario) -> Iterator[Problem]:
    """Every flow is hashed on its own, so a wrong unit would take hours."""
    traffic_class = scenario.traffic.classes.get(demand.traffic_class)
    rate = demand.rate_gbps if demand.gravity is None else demand.gravity.total_gbps
    if traffic_class is None or rate is None or rate <= MOST_FLOWS * traffic_class.flow_gbps:
        return
    path = ("traffic", "classes", demand.traffic_class, "flow_gbps")
    least = rate / MOST_FLOWS
    yield Problem(path, f"must be at least {least:g} for a demand of {rate:g} Gbit/s")


def _check_available(path: Path, demand: Demand, scenario: Scenario) -> Iterator[Problem]:
    """Only requests need servers."""
    traffic_class = scenario.traffic.classes.get(demand.traffic_class)
    if demand.gravity is None or AVAILABLE_COMPUTE not in demand.gravity.target:
        return
    if traffic_class is not None and not traffic_class.requests:
        message = f"class {demand.traffic_class} needs no servers; give it requests: true"
        yield Problem((*path, "gravity", "to"), message)


def _check_site(path: Path, name: str, built: _Built) -> Iterator[Problem]:
    """One node with a router is wanted."""
    if name in [*Role, *SOME_COMPUTE]:
        message = f"name one node here; {name!r} stands for several, which a gravity demand takes"
        yield Problem(path, message)
    elif name in built.nodes and built.nodes[name].role is Role.TRANSIT:
        yield Problem(path, f"{name!r} is a transit site, without a router; name another node")
    else:
        yield from unknown(path, "node", name, built.nodes, built.lost)
        yield from _check_time(path, "node", name, built)


def _check_time(path: Path, kind: str, name: str, built: _Built) -> Iterator[Problem]:
    """Traffic and pairs are the same in all years, so what they name must be there in all."""
    if (year := built.late.get((kind, name))) is not None:
        message = f"{kind} {name!r} exists only from {year} on, and {built.first} is asked for too"
        yield Problem(path, message)


def _check_route(path: Path, demand: Demand, built: _Built) -> Iterator[Problem]:
    route = demand.route or ()
    for index, link in enumerate(route):
        yield from unknown((*path, index), "link", link, built.links, built.lost)
        yield from _check_time((*path, index), "link", link, built)
    ends = (demand.source or "", demand.target or "")
    is_known = all(link in built.links for link in route) and all(
        end in built.nodes for end in ends
    )
    if route and is_known and ends[0] != ends[1]:
        steps = [(f"link {link}", built.links[link].ends) for link in route]
        if why := where_it_breaks(steps, ends):
            yield Problem(path, why)


def _check_gravity(path: Path, gravity: Gravity, built: _Built) -> Iterator[Problem]:
    yield from _check_sites((*path, "from"), gravity.source, built, nearest=False)
    yield from _check_sites((*path, "to"), gravity.target, built, nearest=True)
    sides = [("weight", gravity.weight, gravity.source)]
    if gravity.target_weight is not None:
        sides.append(("target_weight", gravity.target_weight, gravity.target))
    elif not {*SOME_COMPUTE} & {*gravity.target}:
        sides.append(("weight", gravity.weight, gravity.target))
    for key, weight, sites in sides:
        if why := _no_weight(weight, sites, built):
            yield Problem((*path, key), why)


def _no_weight(weight: str, sites: Sequence[str], built: _Built) -> str | None:
    chosen = [node for name, node in built.nodes.items() if {name, node.role.value} & set(sites)]
    if (
        not chosen
        or built.lost.any_of("topology", "nodes")
        or any(_weight(n, weight) for n in chosen)
    ):
        return None
    kinds = {"population", *(key for node in built.nodes.values() for key in node.weights)}
    if weight not in kinds:
        return f"no node has a weight {weight!r}; there are {', '.join(sorted(kinds))}"
    return f"the {weight} of {' and '.join(sites)} adds up to zero; nothing to spread traffic by"


def _weight(node: Node, key: str) -> float:
    return node.population if key == "population" else node.weights.get(key, 0.0)


def _check_sites(
    path: Path, sites: Sequence[str], built: _Built, *, nearest: bool
) -> Iterator[Problem]:
    """Names of nodes and roles are wanted, and `nearest_compute` where that makes sense."""
    for index, site in enumerate(sites):
        below = (*path, index)
        if site in SOME_COMPUTE:
            has_compute = any(node.role is Role.COMPUTE for node in built.nodes.values())
            if not nearest:
                yield Problem(below, f"{site} may only stand in to; it is found from the source")
            elif len(sites) > 1:
                yield Problem(below, f"{site} stands alone; leave the others out")
            elif not has_compute and not built.lost.any_of("topology", "nodes"):
                yield Problem(below, "there is no compute node; give a node the role compute")
        elif site not in list(Role):
            names = [*built.nodes, *(role.value for role in Role)]
            yield from unknown(below, "node or role", site, names, built.lost)


# --- targets --------------------------------------------------------------------------------


def _check_targets(scenario: Scenario, built: _Built) -> Iterator[Problem]:
    counts = Counter(target.name for target in scenario.targets)
    seen: set[str] = set()
    for index, target in enumerate(scenario.targets):
        path = ("targets", index)
        if counts[target.name] > 1 and target.name in seen:
            yield Problem((*path, "name"), f"another target is called {target.name!r}; rename one")
        seen.add(target.name)
        yield from _check_target(path, target, scenario, built)


def _check_target(
    path: Path, target: Target, scenario: Scenario, built: _Built
) -> Iterator[Problem]:
    if target.traffic_class is not None:
        classes = scenario.traffic.classes
        yield from unknown((*path, "class"), "class", target.traffic_class, classes, built.lost)
    yield from _check_between((*path, "between"), target.between, built)
    if target.measure == "carried" and target.traffic_class in scenario.traffic.classes:
        yield from _check_carried(path, target, scenario)
    if AVAILABLE_COMPUTE in (target.between.target or ()) and not _sends_to_available(
        target, scenario
    ):
        message = f"no demand sends requests to {AVAILABLE_COMPUTE}; name compute nodes, or add one"
        yield Problem((*path, "between", "to"), message)


def _sends_to_available(target: Target, scenario: Scenario) -> bool:
    return any(
        demand.gravity is not None
        and AVAILABLE_COMPUTE in demand.gravity.target
        and target.traffic_class in (None, demand.traffic_class)
        for demand in scenario.traffic.demands
    )


def _check_carried(path: Path, target: Target, scenario: Scenario) -> Iterator[Problem]:
    """Carried packets go one way and end; requests are served and come back."""
    requests = scenario.traffic.classes[target.traffic_class or ""].requests
    wanted = Direction.ROUND_TRIP if requests else Direction.ONE_WAY
    if target.direction is not wanted:
        why = "requests come back" if requests else "carried packets have no reply"
        yield Problem((*path, "direction"), f"must be {wanted} with measure: carried; {why}")
    if requests and target.layer is Layer.NETWORK:
        message = "must be service with measure: carried; requests pass servers"
        yield Problem((*path, "layer"), message)
    if not requests and target.layer is Layer.SERVICE:
        message = f"class {target.traffic_class} is not served; give it requests: true, or probe"
        yield Problem((*path, "layer"), message)


def _check_between(path: Path, between: Between, built: _Built) -> Iterator[Problem]:
    yield from _check_sites((*path, "from"), between.source or (), built, nearest=False)
    yield from _check_sites((*path, "to"), between.target or (), built, nearest=True)
    for index, pair in enumerate(between.pairs or ()):
        for side, name in enumerate(pair):
            yield from _check_site((*path, "pairs", index, side), name, built)
        if pair[0] == pair[1]:
            yield Problem((*path, "pairs", index), f"both are {pair[0]!r}; a pair has two nodes")
