"""What a scenario says about traffic: classes, demands, growth, and how it is routed."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from netplan.input.scenario.fields import (
    Bytes,
    Capacity,
    Flag,
    Identifier,
    Milliseconds,
    Priority,
    RatePerYear,
    Spec,
    Year,
    check_exactly_one,
    one_or_more,
    shorthand,
)
from netplan.input.scenario.service import Access

__all__ = [
    "AVAILABLE_COMPUTE",
    "NEAREST_COMPUTE",
    "SOME_COMPUTE",
    "ArrivalLaw",
    "Arrivals",
    "Demand",
    "Gravity",
    "Growth",
    "MixPart",
    "OnOff",
    "Routing",
    "SiteList",
    "SizeLaw",
    "Sizes",
    "Trace",
    "Traffic",
    "TrafficClass",
]

NEAREST_COMPUTE = "nearest_compute"
"""Stands for the compute node that the routing metric finds closest to each source."""
AVAILABLE_COMPUTE = "available_compute"
"""Stands for the compute nodes with servers left, by least total latency of all requests."""
SOME_COMPUTE = (NEAREST_COMPUTE, AVAILABLE_COMPUTE)


class OnOff(Spec):
    """Sources that send at a peak rate while on and nothing while off."""

    peak_gbps: Capacity
    on_ms: Milliseconds
    """Mean length of an on period."""
    off_ms: Milliseconds
    """Mean length of an off period."""
    law: Literal["exponential", "pareto"] = "exponential"
    shape: Annotated[float, Field(gt=1, le=10, allow_inf_nan=False, strict=True)] = 1.5
    """Tail index of the Pareto law; 2 or less means infinite variance."""


class Trace(Spec):
    """Packets from a CSV file with the columns ``time_s`` and ``bytes``, repeated end to end."""

    file: str


class ArrivalLaw(Spec):
    """When packets enter: exactly one law. ``periodic`` means equal gaps and a random phase."""

    law: Literal["poisson", "periodic"] | None = None
    on_off: OnOff | None = None
    trace: Trace | None = None

    _one = model_validator(mode="after")(check_exactly_one("law", "on_off", "trace"))


Arrivals: TypeAlias = Annotated[ArrivalLaw, shorthand(str, ArrivalLaw, "law")]


class MixPart(Spec):
    """One packet size of a mix, and how often it comes relative to the others."""

    bytes: Bytes
    weight: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False, strict=True)]


class SizeLaw(Spec):
    """How large packets are: exactly one law. ``imix`` is 7:4:1 of 40, 576 and 1500 bytes."""

    law: Literal["imix"] | None = None
    fixed: Bytes | None = None
    exponential: Bytes | None = None
    """Mean size."""
    mix: Annotated[tuple[MixPart, ...], Field(min_length=1)] | None = None

    _one = model_validator(mode="after")(check_exactly_one("law", "fixed", "exponential", "mix"))


Sizes: TypeAlias = Annotated[SizeLaw, shorthand(str, SizeLaw, "law")]


class TrafficClass(Spec):
    """Traffic of one behaviour."""

    arrivals: Arrivals
    sizes: Sizes
    priority: Priority = 0
    """0 is served first; a port serves the lowest number that waits, without interrupting."""
    segment_bytes: Bytes | Literal["auto"] | None = None
    """Simulate the carried traffic in segments of this size instead of packets of `sizes`."""
    flow_gbps: Capacity = 1.0
    """A demand is a bundle of equal flows of at most this rate; each is hashed to one path."""
    requests: Flag = False
    """Every packet is a request: it keeps a server at its target busy and comes back as a reply of
    its size. So the rate of a demand over the mean size is its number of requests per second."""
    access: Access | None = None
    """Last mile of the users of this class; left out: that of the node where they are."""
    description: str | None = None

    @model_validator(mode="after")
    def _request_is_one_packet(self) -> Self:
        if self.requests and self.segment_bytes is not None:
            raise ValueError("a request is one packet: leave segment_bytes out, or requests")
        return self


SiteList: TypeAlias = Annotated[
    tuple[Identifier, ...], Field(min_length=1), one_or_more(Identifier)
]
"""Names of roles (all nodes of that role) and of nodes; a single one needs no list."""


class Gravity(Spec):
    """A total spread over pairs in proportion to the product of their weights.

    With ``to: nearest_compute`` each source sends its share to its own nearest compute node; with
    ``to: available_compute`` no pool of servers is given more than its `max_utilisation`, and what
    does not fit goes on to another, a source split if need be, so that the latency of all requests
    together is least.
    """

    source: Annotated[SiteList, Field(alias="from")]
    target: Annotated[SiteList, Field(alias="to")]
    total_gbps: Capacity
    weight: Identifier = "population"
    """``population``, or a key of the nodes' `weights`; of the sources."""
    target_weight: Identifier | None = None
    """The same for the targets; left out: as `weight`, and no weight where compute is chosen."""


class Demand(Spec):
    """Traffic of one class: one pair (`from`, `to`, `rate_gbps`), a gravity model, or a CSV file.

    The CSV file has the columns ``source,target,rate_gbps`` and, if wanted, ``route`` (links,
    separated by ``;``).
    """

    traffic_class: Annotated[Identifier, Field(alias="class")]
    source: Annotated[Identifier | None, Field(alias="from")] = None
    target: Annotated[Identifier | None, Field(alias="to")] = None
    rate_gbps: Capacity | None = None
    route: tuple[Identifier, ...] | None = None
    """Links in order; left out: the routing decides."""
    gravity: Gravity | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        pair = {"from": self.source, "to": self.target, "rate_gbps": self.rate_gbps}
        missing = [key for key, value in pair.items() if value is None]
        is_pair = len(missing) < len(pair)
        if is_pair + (self.gravity is not None) + (self.file is not None) != 1:
            raise ValueError("give exactly one of: from, to and rate_gbps; gravity; file")
        if is_pair and missing:
            raise ValueError(f"missing {' and '.join(missing)}")
        if self.route is not None and not is_pair:
            raise ValueError("route goes with from, to and rate_gbps only")
        return self


def _year_of_key(key: object) -> object:
    """Read a year that is the key of a mapping; keys of a YAML file are texts."""
    return int(key) if isinstance(key, str) and key.isdecimal() and len(key) == 4 else key


YearKey: TypeAlias = Annotated[Year, BeforeValidator(_year_of_key)]
Growth: TypeAlias = RatePerYear | Mapping[YearKey, RatePerYear]
"""The same every year, or by the year that it leads to."""


class Traffic(Spec):
    """All traffic of a scenario."""

    classes: Annotated[Mapping[Identifier, TrafficClass], Field(min_length=1)]
    demands: tuple[Demand, ...] = ()
    base_year: Year | None = None
    """The year that the rates are given for; left out: the first of the scenario's `years`."""
    growth_per_year: Mapping[Identifier, Growth] = Field(default_factory=dict)
    """By class; needed for every class with demands when a year differs from the base year."""
    city_growth_per_year: Mapping[Identifier, Mapping[Identifier, Growth]] = Field(
        default_factory=dict
    )
    """By class and the city where demands begin, instead of `growth_per_year` there."""


class Routing(Spec):
    """How routes are found; a demand's explicit `route` wins."""

    metric: Literal["delay", "hops", "length", "igp_metric"] = "delay"
    """`delay`: propagation, equipment and processing of an empty network."""
    ecmp: Flag = True
    """Spread flows over all shortest routes of equal cost."""
