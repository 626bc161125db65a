"""Laws as a scenario writes them, turned into distributions in SI units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.ground.distributions import (
    IMIX,
    ConstantDuration,
    DurationDistribution,
    ExponentialDuration,
    ExponentialSize,
    LognormalDuration,
    MixedSize,
    SizeDistribution,
    UniformDuration,
    fixed_size,
)
from netplan.ground.units import BITS_PER_BYTE, MS, US
from netplan.input.scenario.service import (
    ACCESS_TECHNOLOGIES,
    STORAGE_MEDIA,
    AccessLaw,
    DelayLaw,
    StorageLaw,
)

if TYPE_CHECKING:
    from netplan.input.scenario.traffic import SizeLaw

__all__ = ["duration_law", "size_law"]


def size_law(sizes: SizeLaw) -> SizeDistribution:
    """Return the law of packet sizes in bits."""
    if sizes.fixed is not None:
        return fixed_size(sizes.fixed)
    if sizes.exponential is not None:
        return ExponentialSize(mean=sizes.exponential * BITS_PER_BYTE)
    if sizes.mix is not None:
        return MixedSize(
            bits=tuple(max(1, round(part.bytes * BITS_PER_BYTE)) for part in sizes.mix),
            weights=tuple(part.weight for part in sizes.mix),
        )
    return IMIX


def duration_law(law: DelayLaw | AccessLaw | StorageLaw) -> DurationDistribution:
    """Return the law in SI units, named ones as their tables say."""
    if isinstance(law, AccessLaw) and law.technology is not None:
        return duration_law(ACCESS_TECHNOLOGIES[law.technology].law)
    if isinstance(law, StorageLaw) and law.medium is not None:
        return duration_law(STORAGE_MEDIA[law.medium].law)
    if law.uniform_ms is not None:
        least, most = law.uniform_ms
        return UniformDuration(least * MS, most * MS)
    if law.exponential_ms is not None:
        return ExponentialDuration(law.exponential_ms * MS)
    if law.lognormal is not None:
        return LognormalDuration(law.lognormal.mean_ms * MS, law.lognormal.cv)
    return ConstantDuration((law.fixed_us or 0.0) * US + (law.fixed_ms or 0.0) * MS)
