"""The kinds of value that the input files are made of: bounded numbers, names, shorthand forms.

Bounds are wide enough for any real network and narrow enough to catch a wrong unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar, Union, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LONGEST_KM",
    "LONGEST_NAME",
    "Bytes",
    "Capacity",
    "Count",
    "Flag",
    "Identifier",
    "Kilometres",
    "Members",
    "Microseconds",
    "Milliseconds",
    "Population",
    "Priority",
    "RatePerYear",
    "RouteFactor",
    "Share",
    "Spec",
    "Weight",
    "Year",
    "check_exactly_one",
    "one_or_more",
    "shorthand",
]

_T = TypeVar("_T")


class Spec(BaseModel):
    """A part of an input file: no attribute can be set anew, and an unknown one is an error.

    Where the key of a field in YAML is a word of Python, such as ``from``, its name here is
    another; both are understood.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )

    def replace(self, **changes: object) -> Self:
        """Return a copy with other values by their names here, checked like any others.

        Pydantic's ``model_copy`` checks nothing.
        """
        return type(self)(**{**self.__dict__, **changes})

    __replace__ = replace  # for copy.replace()

    def __str__(self) -> str:
        return repr(self)


LONGEST_NAME = 80
"""Characters of an identifier."""
LONGEST_KM = 20_000.0
"""Half the Earth's circumference [km]."""

_Real = Annotated[float, Strict(), Field(allow_inf_nan=False)]
_Whole = Annotated[int, Strict()]

Flag = Annotated[bool, Strict()]
Kilometres = Annotated[_Real, Field(gt=0, le=LONGEST_KM)]
"""Length of a cable [km]."""
RouteFactor = Annotated[_Real, Field(ge=1, le=10)]
"""Cable length over great-circle distance."""
Capacity = Annotated[_Real, Field(gt=0, le=1e6)]
"""Line rate or traffic [Gbit/s]; a petabit a second is the upper bound."""
Microseconds = Annotated[_Real, Field(ge=0, le=1e6)]
Milliseconds = Annotated[_Real, Field(gt=0, le=1e5)]
Bytes = Annotated[_Real, Field(ge=1, le=1e6)]
"""Size of a packet or segment [byte]; rounded to whole bits, so 37.5 is allowed."""
Count = Annotated[_Whole, Field(ge=1, le=10**12)]
Members = Annotated[_Whole, Field(ge=1, le=10_000)]
"""Equal ports of one link; each is a queue of its own."""
Priority = Annotated[_Whole, Field(ge=0, le=7)]
Population = Annotated[_Whole, Field(ge=0, le=2_000_000_000)]
Weight = Annotated[_Real, Field(ge=0, le=1e15)]
Share = Annotated[_Real, Field(gt=0, le=1)]
RatePerYear = Annotated[_Real, Field(gt=-1, le=10)]
"""Growth as a fraction: 0.4 is 40 % more each year."""
Year = Annotated[_Whole, Field(ge=1990, le=2100)]
Identifier = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=r"^[^\s>/,;\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$",
    ),
]
"""Name of a node, span, link or class: no white space and none of ``> / , ;``.

Nor what a terminal would obey: control characters and marks of the direction of writing.
"""


def shorthand(kind: Any, full: Any, *keys: str) -> BeforeValidator:
    """Let a bare value of type `kind` stand for a `full` mapping that has it under `keys`."""

    def expand(value: object) -> object:
        if isinstance(value, kind) and not isinstance(value, bool):
            return dict.fromkeys(keys, value)
        return value

    return BeforeValidator(expand, json_schema_input_type=_type_of(full, keys[0]) | full)


def _type_of(full: Any, key: str) -> Any:
    """Type and bounds of a field, None left out."""
    info = full.model_fields[key]
    options = [one for one in get_args(info.annotation) if one is not type(None)]
    is_optional = len(options) < len(get_args(info.annotation))
    annotation = Union[tuple(options)] if is_optional else info.annotation  # noqa: UP007 - dynamic
    return Annotated[annotation, *info.metadata] if info.metadata else annotation


def one_or_more(kind: Any) -> BeforeValidator:
    """Let a bare string stand for a list of one."""

    def expand(value: object) -> object:
        return (value,) if isinstance(value, str) else value

    return BeforeValidator(expand, json_schema_input_type=kind | tuple[kind, ...])


def check_exactly_one(*names: str) -> Callable[[_T], _T]:
    """Return a validator: exactly one of the named attributes is given."""
    spelled = f"{', '.join(names[:-1])} or {names[-1]}"

    def check(value: _T) -> _T:
        given = sum(getattr(value, name) is not None for name in names)
        if given != 1:
            raise ValueError(f"give exactly one of {spelled}, not {given or 'none'}")
        return value

    return check
