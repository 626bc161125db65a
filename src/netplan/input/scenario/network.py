"""What a topology file says: sites, cables in the ground, and the links that routers see."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from netplan.input.scenario.fields import (
    Capacity,
    Count,
    Identifier,
    Kilometres,
    Members,
    Microseconds,
    Milliseconds,
    Population,
    RouteFactor,
    Spec,
    Weight,
    check_exactly_one,
    shorthand,
)
from netplan.input.scenario.service import Access, Servers

__all__ = [
    "Buffer",
    "BufferSize",
    "Confidence",
    "Defaults",
    "DirectedCapacity",
    "Equipment",
    "Fibre",
    "FibreType",
    "Label",
    "LineRate",
    "Link",
    "LinkDefaults",
    "LocalName",
    "Metric",
    "Node",
    "NodeDefaults",
    "Position",
    "Provenance",
    "Role",
    "Span",
    "SpanDefaults",
    "Spans",
    "Tables",
    "TopologySpec",
]


class Role(StrEnum):
    """What a site is for. A `transit` site has no router: cables meet there, links do not end."""

    ACCESS = "access"
    AGGREGATION = "aggregation"
    CORE = "core"
    COMPUTE = "compute"
    HUB = "hub"
    TRANSIT = "transit"


class Confidence(StrEnum):
    """How far a figure can be trusted; `low` and `assumed` ones count as estimates in reports."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    ASSUMED = "assumed"


class LocalName(Spec):
    """A name for people, in English and Chinese."""

    en: Annotated[str, Field(min_length=1, max_length=200)]
    zh: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    def of(self, language: Literal["en", "zh"]) -> str:
        """Return the name in a language; the English one where there is no other.

        Examples
        --------
        >>> LocalName(en="Dalian", zh="大连").of("zh"), LocalName(en="Dalian").of("zh")
        ('大连', 'Dalian')
        """
        return (self.zh if language == "zh" else None) or self.en


Label: TypeAlias = Annotated[LocalName, shorthand(str, LocalName, "en")]


class Provenance(Spec):
    """Where a figure comes from."""

    basis: Annotated[str, Field(min_length=1, max_length=1000)]
    """The source, or how the figure was estimated."""
    confidence: Confidence
    note: Annotated[str, Field(max_length=2000)] | None = None


Latitude: TypeAlias = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)]
Longitude: TypeAlias = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
Position: TypeAlias = tuple[Latitude, Longitude]
"""Latitude and longitude [degrees, WGS84]."""
Spans: TypeAlias = Annotated[tuple[Identifier, ...], Field(min_length=1)]
"""Names of spans, from one end of a link to the other."""
Metric: TypeAlias = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False, strict=True)]
"""Cost of a link for routing."""


class Node(Spec):
    """A site."""

    role: Role
    name: Label | None = None
    city: Identifier | None = None
    at: Position | None = None
    """Latitude and longitude [degrees, WGS84]."""
    processing_us: Microseconds | None = None
    """Delay each time this node forwards a packet; left out: the default of its role."""
    access: Access | None = None
    """Last mile between the users here and this node, each way; counts in the service layer."""
    compute: Servers | None = None
    """Servers of a compute node; they count in the service layer."""
    population: Population = 0
    weights: Mapping[Identifier, Weight] = Field(default_factory=dict)
    """Further sizes that gravity demands may weigh by, e.g. ``{compute_pflops: 100}``."""
    risk_groups: tuple[Identifier, ...] = ()
    source: Provenance | None = None


class FibreType(Spec):
    """A fibre, by its kind or by its group delay."""

    kind: Literal["g652", "g654", "hollow_core"] | None = None
    us_per_km: (
        Annotated[float, Field(ge=3.3356, le=10, allow_inf_nan=False, strict=True)] | None
    ) = None
    """One-way delay [µs/km]; light in vacuum needs 3.3356."""

    _one = model_validator(mode="after")(check_exactly_one("kind", "us_per_km"))


Fibre: TypeAlias = Annotated[FibreType, shorthand(str, FibreType, "kind")]


class Span(Spec):
    """A cable section in the ground between two sites: what a digger cuts.

    Without `length_km` its length is the great circle between its ends times `route_factor`
    (here or in the defaults), which counts as an estimate.
    """

    ends: tuple[Identifier, Identifier]
    length_km: Kilometres | None = None
    route_factor: RouteFactor | None = None
    fibre: Fibre | None = None
    risk_groups: tuple[Identifier, ...] = ()
    source: Provenance | None = None

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.length_km is not None and self.route_factor is not None:
            raise ValueError("give length_km or route_factor, not both")
        return self


class DirectedCapacity(Spec):
    """Capacity of one member in each direction [Gbit/s]; forward is from ends[0] to ends[1]."""

    forward: Capacity
    reverse: Capacity


LineRate: TypeAlias = Annotated[
    DirectedCapacity, shorthand(int | float, DirectedCapacity, "forward", "reverse")
]


class BufferSize(Spec):
    """Drop-tail buffer of one port, by one measure, the packet in service included."""

    limit: Literal["unlimited"] | None = None
    packets: Count | None = None
    bytes: Count | None = None
    ms: Milliseconds | None = None
    """Time that the port needs to send a full buffer."""

    _one = model_validator(mode="after")(check_exactly_one("limit", "packets", "bytes", "ms"))


Buffer: TypeAlias = Annotated[BufferSize, shorthand(str, BufferSize, "limit")]


class Equipment(Spec):
    """Optical equipment on a link. What is left out comes from the defaults, else it is none."""

    amplifier_every_km: Kilometres | None = None
    amplifier_us: Microseconds | None = None
    regenerator_every_km: Kilometres | None = None
    regenerator_us: Microseconds | None = None
    oxc_us: Microseconds | None = None
    """At each site that the light passes without a router (optical bypass)."""
    terminals_us: Microseconds | None = None
    """Both transponders together, forward error correction included."""


class Link(Spec):
    """An adjacency of two routers: two directed channels over one or more spans."""

    ends: tuple[Identifier, Identifier]
    over: Spans | None = None
    """Spans in order from ends[0] to ends[1]; left out: the one span between the ends."""
    length_km: Kilometres | None = None
    """Instead of `over`: a span of its own, named like the link."""
    capacity_gbps: LineRate | None = None
    """Of one member."""
    members: Members | None = None
    buffer: Buffer | None = None
    equipment: Equipment | None = None
    igp_metric: Metric | None = None
    risk_groups: tuple[Identifier, ...] = ()
    source: Provenance | None = None

    @model_validator(mode="after")
    def _one_path(self) -> Self:
        if self.over is not None and self.length_km is not None:
            raise ValueError("give over or length_km, not both")
        return self


class NodeDefaults(Spec):
    """What holds for every node of a role that says nothing else."""

    processing_us: Microseconds | None = None
    access: Access | None = None
    compute: Servers | None = None


class SpanDefaults(Spec):
    """What holds for every span that says nothing else."""

    fibre: Fibre | None = None
    route_factor: RouteFactor | None = None
    source: Provenance | None = None


class LinkDefaults(Spec):
    """What holds for every link that says nothing else; equipment is merged key by key."""

    capacity_gbps: LineRate | None = None
    members: Members | None = None
    buffer: Buffer | None = None
    equipment: Equipment | None = None
    source: Provenance | None = None


class Defaults(Spec):
    """Said once, overridden where it differs."""

    nodes: Mapping[Role, NodeDefaults] = Field(default_factory=dict)
    spans: SpanDefaults = Field(default_factory=SpanDefaults)
    links: LinkDefaults = Field(default_factory=LinkDefaults)


class Tables(Spec):
    """CSV files whose rows add to `nodes`, `spans` and `links`.

    The first column is ``id``; the others are the keys above, nested ones with a dot
    (``name.zh``, ``buffer.ms``, ``source.basis``), lists separated by ``;``. The coordinates of a
    node may stand in two columns, ``latitude`` and ``longitude``. Empty cells are left out.
    """

    nodes: str | None = None
    spans: str | None = None
    links: str | None = None


class TopologySpec(Spec):
    """A topology file (``netplan: topology/1``)."""

    netplan: Literal["topology/1"]
    name: Label
    description: str | None = None
    nodes: Annotated[Mapping[Identifier, Node], Field(min_length=1)]
    spans: Mapping[Identifier, Span] = Field(default_factory=dict)
    links: Mapping[Identifier, Link] = Field(default_factory=dict)
    defaults: Defaults = Field(default_factory=Defaults)
    tables: Tables | None = None
