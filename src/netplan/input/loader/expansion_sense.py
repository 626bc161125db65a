"""Whether the expansion makes sense: it touches what exists by then, and adds what does not."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from netplan.ground.errors import Path, Problem
from netplan.input.loader.topology_sense import (
    check_link,
    check_node_name,
    check_span,
    no_servers,
    unknown,
)
from netplan.input.scenario.build import apply_step, due, explicit_spans, gaps
from netplan.input.scenario.fields import LONGEST_NAME
from netplan.input.scenario.network import Node, Role, TopologySpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netplan.input.loader.mending import Lost
    from netplan.input.scenario.expansion import AddCompute, Change, Step
    from netplan.input.scenario.scenario import Scenario

__all__ = ["expansion_problems", "years_of_additions"]

_LAST_YEAR = 9999


def expansion_problems(scenario: Scenario, lost: Lost) -> tuple[TopologySpec, list[Problem]]:
    """Build step by step.

    Returns
    -------
    tuple
        The topology with all steps that make sense, and the problems of the others.
    """
    spec = explicit_spans(scenario.topology)
    problems: list[Problem] = []
    homes: dict[Path, Path] = {}
    for _, steps in groupby(due(scenario.expansion, _LAST_YEAR), key=lambda item: item[1].by):
        for index, step in steps:
            path = ("expansion", index)
            found = list(_check_step(path, step, spec, scenario, lost))
            problems += found
            if not found and _is_possible(step, spec):
                spec = apply_step(spec, step)
                homes |= _homes(path, step)
        if not lost.any_of("topology", "defaults"):
            problems += [
                Problem((*homes[gap.path[:2]], *gap.path[2:]), gap.message)
                for gap in gaps(spec)
                if gap.path[:2] in homes
            ]
    return spec, list(dict.fromkeys(problems))


def _homes(path: Path, step: Step) -> dict[Path, Path]:
    """Where the things that a step adds are written."""
    if step.add_node is not None:
        return {("nodes", step.add_node.id): (*path, "add_node")}
    if step.add_span is not None:
        return {("spans", step.add_span.id): (*path, "add_span")}
    if step.add_link is not None:
        return {(kind, step.add_link.id): (*path, "add_link") for kind in ("links", "spans")}
    if step.add_compute is not None:
        new, home = step.add_compute, (*path, "add_compute")
        names = [f"{new.id}--{other}" for other in new.connect]
        return {("nodes", new.id): home, **{("links", name): home for name in names}}
    return {}


def _is_possible(step: Step, spec: TopologySpec) -> bool:
    """Tell whether a change has something to change; it may have been left out."""
    return step.set is None or step.set.subject in _existing(spec, step.set.kind)


def _existing(spec: TopologySpec, kind: str) -> Mapping[str, object]:
    kinds: dict[str, Mapping[str, object]] = {
        "node": spec.nodes,
        "span": spec.spans,
        "link": spec.links,
    }
    return kinds[kind]


def _check_step(
    path: Path, step: Step, spec: TopologySpec, scenario: Scenario, lost: Lost
) -> Iterator[Problem]:
    if step.set is not None:
        later = years_of_additions(scenario).get((step.set.kind, step.set.subject))
        yield from _check_change((*path, "set"), step.set, spec, lost, later)
    if step.add_node is not None:
        below = (*path, "add_node", "id")
        yield from _check_new(below, "node", step.add_node.id, spec)
        yield from check_node_name(below, step.add_node.id)
        yield from _check_servers((*path, "add_node"), step.add_node)
    if step.add_span is not None:
        below = (*path, "add_span")
        yield from _check_new((*below, "id"), "span", step.add_span.id, spec)
        yield from check_span(below, step.add_span, spec, lost)
    if step.add_link is not None:
        below = (*path, "add_link")
        yield from _check_new((*below, "id"), "link", step.add_link.id, spec)
        yield from check_link(below, step.add_link.id, step.add_link, spec, lost)
    if step.add_compute is not None:
        yield from _check_compute((*path, "add_compute"), step.add_compute, spec, lost)


def _check_servers(path: Path, node: Node) -> Iterator[Problem]:
    if node.compute is not None and node.role is not Role.COMPUTE:
        yield Problem((*path, "compute"), no_servers(node.role))


def _check_new(path: Path, kind: str, name: str, spec: TopologySpec) -> Iterator[Problem]:
    if name in _existing(spec, kind):
        yield Problem(path, f"there is a {kind} {name!r} already; change it with set, or rename it")


def _check_compute(
    path: Path, new: AddCompute, spec: TopologySpec, lost: Lost
) -> Iterator[Problem]:
    yield from _check_new((*path, "id"), "node", new.id, spec)
    yield from check_node_name((*path, "id"), new.id)
    longest = max((f"{new.id}--{other}" for other in new.connect), key=len)
    if len(longest) > LONGEST_NAME:
        text = (
            f"its link {longest!r} has {len(longest)} characters, over {LONGEST_NAME}; shorten it"
        )
        yield Problem((*path, "id"), text)
    for index, other in enumerate(new.connect):
        below = (*path, "connect", index)
        yield from unknown(below, "node", other, spec.nodes, lost)
        if other in spec.nodes and spec.nodes[other].role is Role.TRANSIT:
            yield Problem(below, f"{other!r} is a transit site, without a router; connect a router")
        if other in new.connect[:index]:
            yield Problem(below, f"{other!r} stands twice; keep one")
        for kind in ("link", "span"):
            yield from _check_new(below, kind, f"{new.id}--{other}", spec)


def _check_change(
    path: Path, change: Change, spec: TopologySpec, lost: Lost, later: int | None
) -> Iterator[Problem]:
    kind, name = change.kind, change.subject
    below = (*path, kind)
    if name not in _existing(spec, kind) and later is not None:
        yield Problem(below, f"{kind} {name!r} exists only from {later} on")
        return
    yield from unknown(below, kind, name, _existing(spec, kind), lost)
    if change.compute is not None and name in spec.nodes:
        changed_node = spec.nodes[name].replace(compute=change.compute)
        yield from _check_servers(path, changed_node)
    if change.over is not None and name in spec.links:
        changed = spec.links[name].replace(over=change.over, length_km=None)
        found = check_link(path, name, changed, spec, lost)
        yield from (problem for problem in found if "over" in problem.path)


def years_of_additions(scenario: Scenario) -> dict[tuple[str, str], int]:
    """Year from which there is what the expansion adds, by kind and name."""
    years: dict[tuple[str, str], int] = {}
    for step in sorted(scenario.expansion, key=lambda step: step.by):
        for key in _homes((), step):
            kind, name = str(key[0]).removesuffix("s"), str(key[1])
            if name not in _existing(scenario.topology, kind):
                years.setdefault((kind, name), step.by)
    return years
