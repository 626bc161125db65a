"""The JSON Schemas of the two kinds of file, and what they say about one place in a file."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from pydantic.json_schema import GenerateJsonSchema

from netplan.input.scenario.fields import Spec
from netplan.input.scenario.network import TopologySpec
from netplan.input.scenario.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core.core_schema import ModelSchema

    from netplan.ground.errors import Path

__all__ = ["Kind", "expected", "known_keys", "schema", "shapes", "unit_of"]

Kind: TypeAlias = Literal["topology", "scenario"]
Shape: TypeAlias = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_UNITS = {
    "gbps": "Gbit/s",
    "km": "km",
    "us": "µs",
    "ms": "ms",
    "bytes": "byte",
    "us_per_km": "µs/km",
}
_TYPES = {
    "string": "a text",
    "boolean": "true or false",
    "object": "a mapping",
    "number": "a number",
    "integer": "a whole number",
}


def schema(kind: Kind) -> Shape:
    """JSON Schema (2020-12) of a kind of file, made of the types that check it."""
    types: dict[Kind, type[Spec]] = {"topology": TopologySpec, "scenario": Scenario}
    made = types[kind].model_json_schema(by_alias=True, schema_generator=_WithTexts)
    return {"$schema": _DIALECT, **made}


_schema = cache(schema)


class _WithTexts(GenerateJsonSchema):
    """Describes a field by the text below it.

    Pydantic's ``use_attribute_docstrings`` does the same, but reads the sources whenever the types
    are imported, which takes longer than to check a scenario.
    """

    def model_schema(self, schema: ModelSchema) -> Shape:
        shape = super().model_schema(schema)
        kind: Any = schema["cls"]
        for name, text in _texts_below_fields(kind):
            key = kind.model_fields[name].alias or name
            if key in shape["properties"]:
                shape["properties"][key]["description"] = text
        return shape


def _texts_below_fields(kind: type) -> Iterator[tuple[str, str]]:
    """Yield the name of each field with the text below it, inherited ones first."""
    for written in reversed(kind.mro()[: kind.mro().index(Spec)]):
        (parsed,) = ast.parse(inspect.getsource(written)).body
        for field, below in pairwise(cast(ast.ClassDef, parsed).body):
            match field, below:
                case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                    yield name, inspect.cleandoc(text)


def shapes(kind: Kind, path: Path) -> list[Shape]:
    """Collect what may stand at a path, one entry for each alternative.

    Parts of the path that the schema does not know are passed over. (They come from pydantic, which
    names the alternative of a union like a key.)
    """
    found = _alternatives(_schema(kind), kind)
    for index, key in enumerate(path):
        if kind == "scenario" and index == 0 and key == "topology":
            return shapes("topology", path[1:])
        below = [entry for shape in found for entry in _below(shape, key)]
        found = [one for entry in below for one in _alternatives(entry, kind)] or found
    return found


def _below(shape: Shape, key: str | int) -> list[Shape]:
    """Find the schemas of an entry."""
    if isinstance(key, int):
        first = shape.get("prefixItems", ())
        return [first[key]] if key < len(first) else [shape[k] for k in ("items",) if k in shape]
    if key in shape.get("properties", {}):
        return [shape["properties"][key]]
    if "properties" in shape:
        return []
    rest = shape.get("additionalProperties")
    return [*shape.get("patternProperties", {}).values(), *([rest] if rest else [])]


def _alternatives(shape: Shape, kind: Kind) -> list[Shape]:
    """Resolve references and unions; null is left out, since leaving out a key says the same."""
    if "$ref" in shape:
        target = _schema(kind)["$defs"][shape["$ref"].rpartition("/")[2]]
        return _alternatives({**target, **{k: v for k, v in shape.items() if k != "$ref"}}, kind)
    if "anyOf" in shape:
        return [one for entry in shape["anyOf"] for one in _alternatives(entry, kind)]
    return [] if shape.get("type") == "null" else [shape]


def known_keys(kind: Kind, path: Path) -> list[str]:
    """Keys that the mapping at a path may have; none if it is not a mapping of fixed keys."""
    found = (key for shape in shapes(kind, path) for key in shape.get("properties", ()))
    return list(dict.fromkeys(found))


def expected(kind: Kind, path: Path) -> str:
    """Say in words what may stand at a path, e.g. ``a number in Gbit/s``."""
    words = dict.fromkeys(_in_words(shape, path) for shape in shapes(kind, path))
    return " or ".join(words) or "something else"


def _in_words(shape: Shape, path: Path) -> str:
    name = shape.get("type", "object")
    if "const" in shape:
        words = repr(shape["const"])
    elif "enum" in shape:
        words = f"one of {', '.join(shape['enum'])}"
    elif name in {"number", "integer"}:
        unit = unit_of(path)
        words = f"{_TYPES[name]} in {unit}" if unit else _TYPES[name]
    elif name == "array":
        words = _list_in_words(shape)
    elif name == "object" and "properties" in shape:
        words = f"a mapping of {', '.join(shape['properties'])}"
    else:
        words = "a name" if "pattern" in shape else _TYPES[name]
    return words


def _list_in_words(shape: Shape) -> str:
    fixed = shape.get("prefixItems", [])
    first = [*fixed, shape.get("items", {})][0]
    if "enum" in first:
        return f"a list of {', '.join(first['enum'])}"
    words = _in_words(first, ()).removeprefix("a ") if "type" in first else "entry"
    plural = "entries" if words == "entry" else f"{words}s"
    return f"a list of {len(fixed)} {plural}" if fixed else f"a list of {plural}"


def unit_of(path: Path) -> str | None:
    """Find the unit in the name of a key, or of one around it.

    Examples
    --------
    >>> unit_of(("links", "a--b", "capacity_gbps", "forward"))
    'Gbit/s'
    """
    for key in reversed(path):
        for ending, unit in sorted(_UNITS.items(), key=lambda item: -len(item[0])):
            if isinstance(key, str) and (key == ending or key.endswith(f"_{ending}")):
                return unit
    return None
