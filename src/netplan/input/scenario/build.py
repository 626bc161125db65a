"""What stands in a given year: expansion steps applied, then every default spelled out.

Both are pure: they take a `TopologySpec` and give back another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from netplan.ground.errors import InputError, Path, Problem
from netplan.input.scenario.fields import LONGEST_KM
from netplan.input.scenario.lengths import straight_km
from netplan.input.scenario.network import (
    BufferSize,
    Confidence,
    Equipment,
    FibreType,
    Link,
    LinkDefaults,
    Node,
    NodeDefaults,
    Provenance,
    Role,
    Span,
    TopologySpec,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netplan.input.scenario.expansion import AddCompute, Change, Step

__all__ = [
    "apply_step",
    "apply_steps",
    "due",
    "explicit_spans",
    "gaps",
    "resolved",
    "spans_between",
]

_T = TypeVar("_T")
_Item = TypeVar("_Item", Node, Span, Link)

# --- expansion ------------------------------------------------------------------------------


def apply_steps(spec: TopologySpec, steps: Sequence[Step], year: int) -> TopologySpec:
    """Build everything that is in service in a year.

    Parameters
    ----------
    spec
        The topology as its file says it.
    steps
        The scenario's `expansion`.
    year
        Calendar year; steps with ``by <= year`` are applied.

    Returns
    -------
    TopologySpec
        With new nodes, spans and links; every link that can has its spans in `over`.

    Raises
    ------
    InputError
        If a step touches what does not exist, or adds what does. (A loaded scenario was checked.)
    """
    spec = explicit_spans(spec)
    for _, step in due(steps, year):
        spec = apply_step(spec, step)
    return spec


def due(steps: Sequence[Step], year: int) -> list[tuple[int, Step]]:
    """Return the steps in service in a year, with their indices, in the order of building.

    Year by year, and within a year: nodes, spans, compute, links, changes. So a change may touch
    what is added in the same year, whichever is written first.
    """
    ready = [(index, step) for index, step in enumerate(steps) if step.by <= year]
    return sorted(ready, key=lambda item: (item[1].by, _rank(item[1])))


def _rank(step: Step) -> int:
    kinds = (step.add_node, step.add_span, step.add_compute, step.add_link, step.set)
    return next(rank for rank, kind in enumerate(kinds) if kind is not None)


def apply_step(spec: TopologySpec, step: Step) -> TopologySpec:
    """Apply one step to a topology whose links name their spans (see `explicit_spans`)."""
    if step.set is not None:
        return _change(spec, step.set)
    if step.add_compute is not None:
        return _add_compute(spec, step.add_compute)
    if step.add_node is not None:
        return spec.replace(nodes=_with_new(spec.nodes, step.add_node.id, step.add_node))
    if step.add_span is not None:
        return spec.replace(spans=_with_new(spec.spans, step.add_span.id, step.add_span))
    if step.add_link is not None:
        links = _with_new(spec.links, step.add_link.id, step.add_link)
        return explicit_spans(spec.replace(links=links))
    return spec


def explicit_spans(spec: TopologySpec) -> TopologySpec:
    """Name the spans of every link.

    A link with `length_km` gets a span of its own, named like the link. A link without either runs
    over the one span between its ends; where there are none or several, it stays as it is.
    """
    own = {
        name: Span(ends=link.ends, length_km=link.length_km, source=link.source)
        for name, link in spec.links.items()
        if link.length_km is not None
    }
    spans = {**spec.spans, **own} if own else spec.spans
    by_ends = spans_between(spec)
    links = {name: _over_named(name, link, by_ends) for name, link in spec.links.items()}
    return spec.replace(spans=spans, links=links)


def spans_between(spec: TopologySpec) -> dict[frozenset[str], list[str]]:
    """Names of the spans by the two sites that they join, spans of a link's own left out."""
    found: dict[frozenset[str], list[str]] = {}
    for name, span in spec.spans.items():
        if name not in spec.links:
            found.setdefault(frozenset(span.ends), []).append(name)
    return found


def _over_named(name: str, link: Link, by_ends: Mapping[frozenset[str], list[str]]) -> Link:
    if link.over is not None:
        return link
    if link.length_km is not None:
        return link.replace(over=(name,), length_km=None)
    between = by_ends.get(frozenset(link.ends), [])
    return link.replace(over=(between[0],)) if len(between) == 1 else link


def _with_new(items: Mapping[str, _Item], name: str, item: _Item) -> dict[str, _Item]:
    if name in items:
        raise InputError([Problem(("expansion",), f"adds {name!r}, which exists already")])
    return {**items, name: item}


def _change(spec: TopologySpec, change: Change) -> TopologySpec:
    name, values = change.subject, dict(change.changes)
    if name not in {"link": spec.links, "span": spec.spans, "node": spec.nodes}[change.kind]:
        raise InputError(
            [Problem(("expansion",), f"changes {change.kind} {name!r}: no such thing")]
        )
    if change.kind == "node":
        return spec.replace(nodes={**spec.nodes, name: spec.nodes[name].replace(**values)})
    if change.kind == "span":
        if "length_km" in values or "route_factor" in values:
            values = {"length_km": None, "route_factor": None, **values}
        return spec.replace(spans={**spec.spans, name: spec.spans[name].replace(**values)})
    link = spec.links[name]
    if change.equipment is not None:
        values["equipment"] = _merged(change.equipment, link.equipment)
    return spec.replace(links={**spec.links, name: link.replace(**values)})


def _add_compute(spec: TopologySpec, new: AddCompute) -> TopologySpec:
    first = spec.nodes.get(new.connect[0])
    node = Node(
        role=Role.COMPUTE,
        name=new.name,
        city=new.city or (first.city if first else None),
        at=new.at or (first.at if first else None),
        processing_us=new.processing_us,
        compute=new.compute,
        weights=new.weights,
        source=new.source,
    )
    spans, links = spec.spans, spec.links
    for other in new.connect:
        name, ends = f"{new.id}--{other}", (new.id, other)
        span = Span(ends=ends, length_km=new.length_km, fibre=new.fibre, source=new.source)
        link = Link(
            ends=ends,
            over=(name,),
            capacity_gbps=new.capacity_gbps,
            members=new.members,
            buffer=new.buffer,
            equipment=new.equipment,
            source=new.source,
        )
        spans, links = _with_new(spans, name, span), _with_new(links, name, link)
    return spec.replace(nodes=_with_new(spec.nodes, new.id, node), spans=spans, links=links)


# --- defaults -------------------------------------------------------------------------------


def resolved(spec: TopologySpec) -> TopologySpec:
    """Spell out everything that a topology leaves to its defaults.

    Returns
    -------
    TopologySpec
        Every link has `over`, `capacity_gbps`, `members` (1), `buffer` (unlimited) and `equipment`
        (merged with the defaults key by key); every span `length_km` and `fibre` (g652); every node
        `processing_us` (0 at a transit site). A span whose length is the great circle times a route
        factor has a `source` that says so, with confidence `assumed`.

    Raises
    ------
    InputError
        If something is missing and has no default. (A loaded topology was checked.)
    """
    spec = explicit_spans(spec)
    if problems := list(gaps(spec)):
        raise InputError(problems)
    return spec.replace(
        nodes={name: _full_node(node, spec) for name, node in spec.nodes.items()},
        spans={name: _full_span(span, spec) for name, span in spec.spans.items()},
        links={name: _full_link(link, spec.defaults.links) for name, link in spec.links.items()},
    )


def gaps(spec: TopologySpec) -> Iterator[Problem]:
    """Find what is missing and has no default, in a spec after `explicit_spans`.

    Yields
    ------
    Problem
        With its path inside the topology. Unknown names are not looked at here.
    """
    for name, node in spec.nodes.items():
        if _processing(node, spec) is None:
            yield Problem(
                ("nodes", name, "processing_us"),
                f"missing; give the delay of this {node.role} node in µs, or for the role "
                f"in defaults.nodes.{node.role}.processing_us",
            )
    for name, span in spec.spans.items():
        if span.length_km is None and (why := _no_length(span, spec)):
            yield Problem(("spans", name, "length_km"), why)
    by_ends = spans_between(spec)
    for name, link in spec.links.items():
        yield from _link_gaps(("links", name), link, spec, by_ends)


def _link_gaps(
    path: Path, link: Link, spec: TopologySpec, by_ends: Mapping[frozenset[str], list[str]]
) -> Iterator[Problem]:
    if _first(link.capacity_gbps, spec.defaults.links.capacity_gbps) is None:
        yield Problem(
            (*path, "capacity_gbps"), "missing; give the capacity of one member in Gbit/s"
        )
    if link.over is None and link.ends[0] != link.ends[1]:
        a, b = link.ends
        between = by_ends.get(frozenset(link.ends), [])
        if between:
            why = f"{len(between)} spans join {a} and {b}; name one of {', '.join(between)} in over"
        else:
            why = f"no span joins {a} and {b}; name the spans between them, or give length_km"
        yield Problem((*path, "over"), why)


def _no_length(span: Span, spec: TopologySpec) -> str | None:
    """Say why the length of a span cannot be estimated, or None."""
    factor = _first(span.route_factor, spec.defaults.spans.route_factor)
    if factor is None:
        return "missing; give the length of the cable in km, or a route_factor"
    known = [end for end in span.ends if end in spec.nodes]
    bare = [end for end in known if spec.nodes[end].at is None]
    if bare:
        return f"missing; give it in km, or coordinates (at) to {' and '.join(dict.fromkeys(bare))}"
    if len(known) < len(span.ends) or span.ends[0] == span.ends[1]:
        return None
    straight = straight_km(span, spec)
    if straight == 0:
        return "missing; both ends have the same coordinates, so give the length in km"
    if straight * factor > LONGEST_KM:
        return f"great circle {straight:.0f} km x {factor:g} is over {LONGEST_KM:.0f} km"
    return None


def _processing(node: Node, spec: TopologySpec) -> float | None:
    fallback = 0.0 if node.role is Role.TRANSIT else None
    default = spec.defaults.nodes.get(node.role, NodeDefaults())
    return _first(node.processing_us, default.processing_us, fallback)


def _full_node(node: Node, spec: TopologySpec) -> Node:
    default = spec.defaults.nodes.get(node.role, NodeDefaults())
    return node.replace(
        processing_us=_processing(node, spec),
        access=_first(node.access, default.access),
        compute=_first(node.compute, default.compute),
    )


def _full_span(span: Span, spec: TopologySpec) -> Span:
    defaults = spec.defaults.spans
    span = span.replace(
        fibre=_first(span.fibre, defaults.fibre, FibreType(kind="g652")),
        source=_first(span.source, defaults.source),
    )
    if span.length_km is not None:
        return span
    factor = _first(span.route_factor, defaults.route_factor) or 1.0
    straight = straight_km(span, spec)
    return span.replace(
        length_km=straight * factor,
        route_factor=None,
        source=_estimate(straight, factor, span.source),
    )


def _estimate(straight_km: float, factor: float, said: Provenance | None) -> Provenance:
    basis = f"great circle {straight_km:.1f} km x route factor {factor:g}"
    if said is not None:
        basis = f"{basis}; {said.basis}"[:1000]
    return Provenance(
        basis=basis, confidence=Confidence.ASSUMED, note=said.note if said is not None else None
    )


def _full_link(link: Link, defaults: LinkDefaults) -> Link:
    return link.replace(
        capacity_gbps=_first(link.capacity_gbps, defaults.capacity_gbps),
        members=_first(link.members, defaults.members, 1),
        buffer=_first(link.buffer, defaults.buffer, BufferSize(limit="unlimited")),
        equipment=_merged(link.equipment, defaults.equipment),
        source=_first(link.source, defaults.source),
    )


def _merged(first: Equipment | None, then: Equipment | None) -> Equipment:
    """Take each key from the first that has it."""
    keys = Equipment.model_fields
    both = {key: (getattr(first, key, None), getattr(then, key, None)) for key in keys}
    return Equipment(**{key: _first(*values) for key, values in both.items()})


def _first(*values: _T | None) -> _T | None:
    return next((value for value in values if value is not None), None)
