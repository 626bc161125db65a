"""Whether a topology makes sense: names that exist, spans that connect, nothing missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.ground.errors import Path, Problem
from netplan.input.loader.mending import NOTHING_LOST, Lost
from netplan.input.loader.wording import did_you_mean
from netplan.input.scenario.build import explicit_spans, gaps
from netplan.input.scenario.network import Link, Role, Span, TopologySpec
from netplan.input.scenario.traffic import AVAILABLE_COMPUTE, NEAREST_COMPUTE, SOME_COMPUTE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = [
    "check_link",
    "check_node_name",
    "check_span",
    "no_servers",
    "topology_problems",
    "unknown",
    "where_it_breaks",
]


def topology_problems(spec: TopologySpec, lost: Lost = NOTHING_LOST) -> Iterator[Problem]:
    """Find everything that makes no sense in a topology; paths begin at its root."""
    for name, node in spec.nodes.items():
        yield from check_node_name(("nodes", name), name)
        if node.compute is not None and node.role is not Role.COMPUTE:
            yield Problem(("nodes", name, "compute"), no_servers(node.role))
    for role, default in spec.defaults.nodes.items():
        if default.compute is not None and role is not Role.COMPUTE:
            yield Problem(("defaults", "nodes", role, "compute"), no_servers(role))
    for name, span in spec.spans.items():
        yield from check_span(("spans", name), span, spec, lost)
    for name, link in spec.links.items():
        yield from check_link(("links", name), name, link, spec, lost)
    yield from (gap for gap in gaps(explicit_spans(spec)) if not _follows(gap, lost))


def _follows(gap: Problem, lost: Lost) -> bool:
    """Tell whether a gap may come from something that was left out."""
    if any(part in lost.parts for part in (gap.path[:2], ("topology", *gap.path[:2]))):
        return True
    if lost.any_of("defaults") or lost.any_of("topology", "defaults"):
        return True
    spans_lost = lost.any_of("spans") or lost.any_of("topology", "spans")
    return gap.path[-1] == "over" and spans_lost


def check_node_name(path: Path, name: str) -> Iterator[Problem]:
    """Keep a node from being called like something that stands for several nodes."""
    if name in [*Role, *SOME_COMPUTE]:
        what = f"all nodes of role {name}" if name in [*Role] else _COMPUTE_IN_WORDS[name]
        yield Problem(path, f"a node may not have this name, which stands for {what}; rename it")


_COMPUTE_IN_WORDS = {
    NEAREST_COMPUTE: "the nearest compute node",
    AVAILABLE_COMPUTE: "compute nodes with servers left",
}


def no_servers(role: Role) -> str:
    """Say that servers stand at compute nodes only."""
    return (
        f"servers stand at nodes of role compute, and this is {role}; add a compute node for them"
    )


def check_span(path: Path, span: Span, spec: TopologySpec, lost: Lost) -> Iterator[Problem]:
    """Check that a span joins two different sites that exist."""
    yield from _check_ends((*path, "ends"), span.ends, spec, lost)


def check_link(
    path: Path, name: str, link: Link, spec: TopologySpec, lost: Lost
) -> Iterator[Problem]:
    """Check that a link joins two different routers over spans that lead from one to the other."""
    ends = (*path, "ends")
    yield from _check_ends(ends, link.ends, spec, lost)
    for index, end in enumerate(link.ends):
        if end in spec.nodes and spec.nodes[end].role is Role.TRANSIT:
            message = f"{end!r} is a transit site, without a router; end the link at a router"
            yield Problem((*ends, index), message)
    if link.length_km is not None and name in spec.spans:
        message = "a span of its own would be called like the span of that name; rename one"
        yield Problem((*path, "length_km"), message)
    over = link.over or ()
    for index, span in enumerate(over):
        yield from unknown((*path, "over", index), "span", span, spec.spans, lost)
    if over and link.ends[0] != link.ends[1] and _are_sound(over, spec):
        steps = [(f"span {span}", spec.spans[span].ends) for span in over]
        if why := where_it_breaks(steps, link.ends):
            yield Problem((*path, "over"), why)


def _are_sound(over: Iterable[str], spec: TopologySpec) -> bool:
    """Tell whether spans and their ends exist, so that it makes sense to follow them."""
    return all(name in spec.spans and {*spec.spans[name].ends} <= {*spec.nodes} for name in over)


def _check_ends(
    path: Path, ends: tuple[str, str], spec: TopologySpec, lost: Lost
) -> Iterator[Problem]:
    for index, end in enumerate(ends):
        yield from unknown((*path, index), "node", end, spec.nodes, lost)
    if ends[0] == ends[1]:
        yield Problem(path, f"both ends are {ends[0]!r}; name two different nodes")


def where_it_breaks(
    steps: Iterable[tuple[str, tuple[str, str]]], ends: tuple[str, str]
) -> str | None:
    """Say where a chain of spans or links does not lead from one end to the other, or None.

    Examples
    --------
    >>> where_it_breaks([("span a~b", ("a", "b")), ("span c~d", ("c", "d"))], ("a", "d"))
    'breaks at b: span c~d joins c and d; name them in order from a to d'
    """
    here = ends[0]
    remedy = f"name them in order from {ends[0]} to {ends[1]}"
    for name, (a, b) in steps:
        if here not in {a, b}:
            return f"breaks at {here}: {name} joins {a} and {b}; {remedy}"
        here = b if here == a else a
    return None if here == ends[1] else f"ends at {here}, not at {ends[1]}; {remedy}"


def unknown(
    path: Path, what: str, name: str, known: Collection[str], lost: Lost
) -> Iterator[Problem]:
    """Complain about a name that nothing has."""
    if name not in known and name not in lost:
        suggestion = did_you_mean(name, known)
        if not suggestion and 0 < len(known) <= 8:
            suggestion = f"; there are {', '.join(known)}"
        yield Problem(path, f"unknown {what} {name!r}{suggestion}")
