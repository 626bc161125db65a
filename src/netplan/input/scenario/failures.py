"""What a scenario lets fail."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from netplan.input.scenario.fields import Count, Identifier, Spec, one_or_more

__all__ = ["FailureKind", "Failures"]

FailureKind: TypeAlias = Literal["span", "link", "risk_group", "node"]

StateName: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]


class Failures(Spec):
    """Which failure states are judged besides the normal one."""

    each: Annotated[tuple[FailureKind, ...], one_or_more(FailureKind)] = ()
    """A state for every one of this kind that carries a link."""
    sets: Mapping[StateName, Annotated[tuple[Identifier, ...], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    """Named states: the spans, links, nodes and risk groups that fail together."""
    simultaneous: Annotated[int, Field(ge=1, le=2, strict=True)] = 1
    """2 adds a state for every pair of the states of `each`."""
    at_most: Count = 1000
    """Most states of a year; more are an error, not cut off in silence."""
