"""A topology back in the words of its file: the plain values that YAML, JSON and tables spell."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, cast

from netplan.input.scenario.fields import Spec
from netplan.input.scenario.network import (
    BufferSize,
    DirectedCapacity,
    FibreType,
    LocalName,
    TopologySpec,
)

if TYPE_CHECKING:
    from netplan.input.loader.written import Plain, Scalar

__all__ = ["flat", "in_words", "plain_number", "topology_in_words"]

_SHORT = {LocalName: "en", FibreType: "kind", BufferSize: "limit"}
"""Types that a bare value may stand for, and the key that it then gives."""


def topology_in_words(spec: TopologySpec) -> dict[str, Plain]:
    """Return what a topology file would say; what is left to its default is left out.

    Its tables are left out too: their rows are among the nodes, spans and links.
    """
    spoken = _spoken(spec.replace(tables=None))
    return cast("dict[str, Plain]", spoken)


def in_words(value: object) -> Plain:
    """Return what a file would say for a value of its types, e.g. one step of an expansion."""
    return _spoken(value)


def _spoken(value: object) -> Plain:
    if isinstance(value, DirectedCapacity) and value.forward == value.reverse:
        return plain_number(value.forward)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Spec):
        fields = type(value).model_fields
        said = {
            name: _spoken(part)
            for name, part in value
            if part != fields[name].get_default(call_default_factory=True)
        }
        short = _SHORT.get(type(value))
        return said[short] if short in said and len(said) == 1 else said
    if isinstance(value, Mapping):
        return {str(_spoken(key)): _spoken(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_spoken(entry) for entry in value]
    return plain_number(value) if isinstance(value, float) else cast("Scalar", value)


def plain_number(value: float) -> int | float:
    """Spell a whole number without a point.

    Examples
    --------
    >>> plain_number(100.0), plain_number(0.1)
    (100, 0.1)
    """
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value


def flat(values: Mapping[str, Plain], prefix: str = "") -> dict[str, Scalar]:
    """Spell nested mappings with dotted keys, and lists with semicolons.

    A key that has a dot of its own cannot be spelled so, and is left out.

    Examples
    --------
    >>> flat({"name": {"en": "Dalian"}, "ends": ["a", "b"], "members": 2})
    {'name.en': 'Dalian', 'ends': 'a;b', 'members': 2}
    """
    found: dict[str, Scalar] = {}
    for key, value in values.items():
        if "." in key:
            continue
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            found[f"{prefix}{key}"] = ";".join(map(str, value))
        else:
            found[f"{prefix}{key}"] = value
    return found
