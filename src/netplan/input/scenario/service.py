"""What a service costs beyond the network: the last mile, servers, storage; laws of delay.

The named laws are constants with a source. Where a source gives only an end of a range, the law
between is an assumption and says so.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from netplan.input.scenario.fields import Microseconds, Share, Spec, check_exactly_one, shorthand

__all__ = [
    "ACCESS_TECHNOLOGIES",
    "STORAGE_MEDIA",
    "Access",
    "AccessLaw",
    "DelayLaw",
    "Lognormal",
    "NamedLaw",
    "Servers",
    "Storage",
    "StorageLaw",
]

Duration: TypeAlias = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False, strict=True)]
"""[ms], zero allowed."""
Mean: TypeAlias = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False, strict=True)]
Servable: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class Lognormal(Spec):
    """A lognormal law by its mean and its coefficient of variation."""

    mean_ms: Mean
    cv: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False, strict=True)]
    """Standard deviation over mean."""


class _Laws(Spec):
    fixed_us: Microseconds | None = None
    fixed_ms: Duration | None = None
    uniform_ms: tuple[Duration, Duration] | None = None
    """Least and most, equally likely between."""
    exponential_ms: Mean | None = None
    """Mean."""
    lognormal: Lognormal | None = None

    @model_validator(mode="after")
    def _range_ascends(self) -> Self:
        if self.uniform_ms is not None and self.uniform_ms[0] >= self.uniform_ms[1]:
            raise ValueError("uniform_ms: give the least first, then the most")
        return self


_LAWS = ("fixed_us", "fixed_ms", "uniform_ms", "exponential_ms", "lognormal")


class DelayLaw(_Laws):
    """How long something takes: exactly one law."""

    _one = model_validator(mode="after")(check_exactly_one(*_LAWS))


class AccessLaw(_Laws):
    """Delay of the last mile each way: a technology by name, or exactly one law."""

    technology: Literal["fibre", "otn", "gpon", "xgs_pon", "5g_embb", "5g_urllc"] | None = None

    _one = model_validator(mode="after")(check_exactly_one("technology", *_LAWS))


Access: TypeAlias = Annotated[AccessLaw, shorthand(str, AccessLaw, "technology")]


class StorageLaw(_Laws):
    """Delay of reading what a request needs: a medium by name, or exactly one law."""

    medium: Literal["flash", "blu_ray_library"] | None = None

    _one = model_validator(mode="after")(check_exactly_one("medium", *_LAWS))


Storage: TypeAlias = Annotated[StorageLaw, shorthand(str, StorageLaw, "medium")]


class Servers(Spec):
    """A pool of equal servers at a compute node: first come, first served, nobody turned away."""

    servers: Servable
    """Requests that are worked on at a time."""
    service: DelayLaw
    """How long one request keeps one server busy."""
    storage: Storage | None = None
    """Reading on top of the service; it keeps no server busy."""
    max_utilisation: Share = 0.8
    """Share of the servers' time that ``available_compute`` gives away at most."""


class NamedLaw(Spec):
    """A law with the source of its figures."""

    law: DelayLaw
    source: str
    confidence: Literal["high", "medium", "low", "assumed"]


def _fixed(ms: float, source: str, confidence: Literal["high", "medium", "low"]) -> NamedLaw:
    return NamedLaw(law=DelayLaw(fixed_ms=ms), source=source, confidence=confidence)


def _between(
    least: float, most: float, source: str, confidence: Literal["medium", "low", "assumed"]
) -> NamedLaw:
    law = DelayLaw(uniform_ms=(least, most))
    return NamedLaw(law=law, source=source, confidence=confidence)


ACCESS_TECHNOLOGIES: Final[Mapping[str, NamedLaw]] = MappingProxyType(
    {
        "fibre": NamedLaw(
            law=DelayLaw(fixed_us=24.5),
            source="assumed: 5 km of G.652 at 4.897 us/km, without devices",
            confidence="assumed",
        ),
        "otn": NamedLaw(
            law=DelayLaw(fixed_us=54.5),
            source="30 us of standard forward error correction at 40G "
            "(mapyourtech.com/fec-and-latency); assumed: 5 km of G.652",
            confidence="assumed",
        ),
        "gpon": _fixed(
            0.75,
            "half of 1.5 ms, the first hop's round trip measured on user lines in France and "
            "Germany (gist.github.com/kralo/811f6e427233bba71d0ce2487c64d905)",
            "medium",
        ),
        "xgs_pon": _between(
            0.1,
            2.0,
            "most: 2 ms, target of the assured bandwidth restoration time in ITU-T G.987.3, as "
            "cited by Alvarez et al., Maximum Balanced Load in Long-Reach PONs; assumed: least, "
            "the law between, XGS-PON like XG-PON, and downstream like upstream",
            "assumed",
        ),
        "5g_embb": _fixed(
            4.0, "3GPP target of the user plane each way, 4 ms; a target, not a measurement", "high"
        ),
        "5g_urllc": _fixed(
            0.5,
            "3GPP target of the user plane each way, 0.5 ms; a target, not a measurement",
            "high",
        ),
    }
)
"""Delay of the last mile each way, by technology."""

STORAGE_MEDIA: Final[Mapping[str, NamedLaw]] = MappingProxyType(
    {
        "flash": _between(
            0.02,
            0.1,
            "20 to 100 us for a read from an NVMe drive "
            "(purestorage.com/knowledge/what-is-nvme.html); assumed: one read, equally likely "
            "between",
            "low",
        ),
        "blu_ray_library": _between(
            4000.0,
            9000.0,
            "4 to 9 s to swap a disc in a small library (Wikipedia, Optical jukebox); assumed: "
            "equally likely between, reading itself and waiting for a drive left out",
            "low",
        ),
    }
)
"""Delay of one read, by storage medium."""
