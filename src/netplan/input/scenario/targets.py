"""What a scenario promises: latency targets."""

import re
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from netplan.input.scenario.fields import Identifier, Milliseconds, Share, Spec, one_or_more
from netplan.input.scenario.network import Label
from netplan.input.scenario.traffic import SiteList

__all__ = ["Between", "Coverage", "Direction", "Layer", "Target", "quantile_level"]


StateKind: TypeAlias = Literal["normal", "failure"]


class Layer(StrEnum):
    """Which delay components count."""

    OPTICAL = "optical"
    """Propagation and equipment."""
    NETWORK = "network"
    """Optical, plus processing, transmission and queueing."""
    SERVICE = "service"
    """Network, plus access and compute."""


class Direction(StrEnum):
    """One way (RFC 7679) or there and back (RFC 2681)."""

    ONE_WAY = "one_way"
    ROUND_TRIP = "round_trip"


def _check_statistic(value: str) -> str:
    if value in {"mean", "max"} or re.fullmatch(r"p(?!0+(\.0*)?$)\d{1,2}(\.\d{1,3})?", value):
        return value
    raise ValueError(f"must be mean, max or a percentile such as p50, p99, p99.9, got {value!r}")


class Between(Spec):
    """Which pairs: all from `from` to `to`, or listed ones. A node is never paired with itself."""

    source: Annotated[SiteList | None, Field(alias="from")] = None
    target: Annotated[SiteList | None, Field(alias="to")] = None
    """As `from`; ``nearest_compute``; or ``available_compute``, wherever demands to it are sent."""
    within: Literal["city"] | None = None
    """Only pairs of one city."""
    across: Literal["city"] | None = None
    """Only pairs of different cities."""
    pairs: Annotated[tuple[tuple[Identifier, Identifier], ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.pairs is None) == (self.source is None and self.target is None):
            raise ValueError("give either from and to, or pairs")
        if self.pairs is None and (self.source is None or self.target is None):
            raise ValueError("from and to go together")
        if self.within is not None and self.across is not None:
            raise ValueError("give within or across, not both")
        return self


class Coverage(Spec):
    """The share that must meet the limit.

    A source site counts as covered when all its selected pairs meet the limit: `sites` counts
    covered sites, `population` their people, `pairs` single pairs.
    """

    share: Share = 1.0
    of: Literal["pairs", "sites", "population"] = "pairs"


class Target(Spec):
    """A promise: this statistic of this delay stays strictly below a limit."""

    label: Annotated[Label, Field(alias="name")]
    """Its name for people. Files, gates and options call a target by the English one."""
    between: Between
    layer: Layer
    direction: Direction
    statistic: Annotated[str, AfterValidator(_check_statistic)]
    """``mean``, ``max``, or a percentile such as ``p50``, ``p99``, ``p99.9``."""
    below_ms: Milliseconds
    coverage: Coverage = Coverage()
    holds_in: Annotated[tuple[StateKind, ...], Field(min_length=1), one_or_more(StateKind)] = (
        "normal",
    )
    """Where the promise holds: always in the normal state, with `failure` in those as well."""
    below_ms_in_failure: Milliseconds | None = None
    """Limit in failure states; left out: `below_ms`."""
    traffic_class: Annotated[Identifier | None, Field(alias="class")] = None
    """Probes take its sizes and priority; left out: 1500 bytes in the lowest priority in use."""
    measure: Literal["probes", "carried"] = "probes"
    """`carried` judges the carried packets of the class themselves: one way, requests there and
    back."""
    without: Literal["compute"] | None = None
    """In the service layer: count the last mile but not the servers, from terminal to application
    and no further."""
    loss_limit: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)] = 0.001

    @property
    def name(self) -> str:
        """The English name, by which all else knows the target."""
        return self.label.en

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        if "normal" not in self.holds_in:
            raise ValueError("holds_in must name normal; failure comes on top")
        if self.below_ms_in_failure is not None and "failure" not in self.holds_in:
            raise ValueError("below_ms_in_failure needs holds_in: failure")
        if self.below_ms_in_failure is not None and self.below_ms_in_failure < self.below_ms:
            raise ValueError("below_ms_in_failure must not be tighter than below_ms")
        return self

    @model_validator(mode="after")
    def _carried_has_class(self) -> Self:
        if self.measure == "carried" and self.traffic_class is None:
            raise ValueError("measure: carried needs a class")
        if self.without is not None and self.layer is not Layer.SERVICE:
            raise ValueError(f"without: compute needs layer: service; {self.layer} has no compute")
        if self.without is not None and self.measure == "carried":
            raise ValueError("without: compute needs measure: probes; requests are served")
        return self


def quantile_level(statistic: str) -> float:
    """Return the level of a percentile.

    Examples
    --------
    >>> quantile_level("p99.9")
    0.999
    """
    return round(float(statistic.removeprefix("p")) / 100, 9)
