"""What a scenario builds, and by when."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from netplan.input.scenario.fields import (
    Identifier,
    Kilometres,
    Members,
    Microseconds,
    Population,
    RouteFactor,
    Spec,
    Weight,
    Year,
    check_exactly_one,
    one_or_more,
)
from netplan.input.scenario.network import (
    Buffer,
    Equipment,
    Fibre,
    Label,
    LineRate,
    Link,
    Metric,
    Node,
    Position,
    Provenance,
    Span,
    Spans,
)
from netplan.input.scenario.service import Access, Servers

__all__ = ["AddCompute", "AddLink", "AddNode", "AddSpan", "Change", "Step"]


class AddNode(Node):
    """A new site."""

    id: Identifier


class AddSpan(Span):
    """A new cable section."""

    id: Identifier


class AddLink(Link):
    """A new adjacency."""

    id: Identifier


class AddCompute(Spec):
    """A new compute node, and one link (``ID--NODE``) to each node it connects to."""

    id: Identifier
    connect: Annotated[tuple[Identifier, ...], Field(min_length=1), one_or_more(Identifier)]
    city: Identifier | None = None
    """Left out: the city of the first node in `connect`."""
    name: Label | None = None
    at: Position | None = None
    """Left out: where the first node in `connect` stands."""
    processing_us: Microseconds | None = None
    compute: Servers | None = None
    weights: Mapping[Identifier, Weight] = Field(default_factory=dict)
    length_km: Kilometres = 1.0
    """Of each connecting link."""
    fibre: Fibre | None = None
    capacity_gbps: LineRate | None = None
    members: Members | None = None
    buffer: Buffer | None = None
    equipment: Equipment | None = None
    source: Provenance | None = None


class Change(Spec):
    """New values for one existing link, span or node; what is left out stays."""

    link: Identifier | None = None
    span: Identifier | None = None
    node: Identifier | None = None
    capacity_gbps: LineRate | None = None
    members: Members | None = None
    buffer: Buffer | None = None
    equipment: Equipment | None = None
    over: Spans | None = None
    igp_metric: Metric | None = None
    length_km: Kilometres | None = None
    route_factor: RouteFactor | None = None
    fibre: Fibre | None = None
    processing_us: Microseconds | None = None
    access: Access | None = None
    compute: Servers | None = None
    population: Population | None = None
    source: Provenance | None = None

    _one = model_validator(mode="after")(check_exactly_one("link", "span", "node"))

    @model_validator(mode="after")
    def _fits_its_subject(self) -> Self:
        kind = self.kind
        wrong = [key for key in self.changes if key not in _CHANGEABLE[kind]]
        if wrong:
            raise ValueError(
                f"a {kind} has no {' or '.join(wrong)} to set; "
                f"it has {', '.join(_CHANGEABLE[kind])}"
            )
        if not self.changes:
            raise ValueError(f"nothing to set; give one of {', '.join(_CHANGEABLE[kind])}")
        return self

    @property
    def kind(self) -> str:
        """Which of ``link``, ``span``, ``node`` is changed."""
        return next(kind for kind in _CHANGEABLE if getattr(self, kind) is not None)

    @property
    def subject(self) -> str:
        """Name of the link, span or node that is changed."""
        return str(getattr(self, self.kind))

    @property
    def changes(self) -> dict[str, object]:
        """The new values by attribute."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {k: v for k, v in values.items() if v is not None and k not in _CHANGEABLE}


_CHANGEABLE = {
    "link": ("capacity_gbps", "members", "buffer", "equipment", "over", "igp_metric", "source"),
    "span": ("length_km", "route_factor", "fibre", "source"),
    "node": ("processing_us", "access", "compute", "population", "source"),
}


class Step(Spec):
    """One measure of the expansion, in service from the start of the year `by`."""

    by: Year
    name: Label | None = None
    set: Change | None = None
    add_node: AddNode | None = None
    add_span: AddSpan | None = None
    add_link: AddLink | None = None
    add_compute: AddCompute | None = None

    _one = model_validator(mode="after")(
        check_exactly_one("set", "add_node", "add_span", "add_link", "add_compute")
    )
