"""Says in our words what pydantic found, with what to do about it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from netplan.ground.errors import Path, Problem
from netplan.input.loader.schema import Kind, expected, known_keys, shapes, unit_of
from netplan.input.loader.written import Written, find, kind_in_words, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

__all__ = ["did_you_mean", "problems_of", "true_path", "unknown_key"]

_UNIT_ENDINGS: tuple[str, ...] = (
    "us_per_km",
    "tbps",
    "gbps",
    "mbps",
    "kbps",
    "bps",
    "km",
    "miles",
    "mi",
    "m",
)
_UNIT_ENDINGS += ("ns", "us", "ms", "seconds", "sec", "s", "bytes", "byte", "bits", "kb", "mb")
_SAID_UNITS = {"", *_UNIT_ENDINGS, "g", "gbit/s", "gb/s", "µs", "公里", "千米", "微秒", "毫秒"}
_NUMBER_AND_UNIT = r"\s*([-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,15})?)\s*([^\d\s.,]*)\s*"
_SYNONYMS = {"source": "from", "target": "to", "src": "from", "dst": "to", "traffic_class": "class"}
_UNKNOWN = "extra_forbidden"
_AT_KEY = {_UNKNOWN, "missing"}
_OUTER = {"too_short", "float_type", "int_type", "dict_type", "model_type", "literal_error"}
_FRACTIONS = ("share", "loss_limit", "max_utilisation", "confidence")
_GROWTH = (("traffic", "growth_per_year"), ("traffic", "city_growth_per_year"))
_BOUNDS = {"gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most"}
_NAME_RULE = "a name has 1 to 80 characters, no white space and none of > / , ;"


def true_path(root: Written, location: Path) -> tuple[Path, Path]:
    """Split pydantic's location into the path in the file, and what is left over.

    Left over are missing keys, parts of a shorthand, and the names of alternatives of a union.
    """
    path: Path = ()
    rest: Path = ()
    for key in location:
        if find(root, (*path, key)).depth == len(path) + 1:
            path = (*path, key)
        else:
            rest = (*rest, key)
    return path, rest


def problems_of(errors: list[ErrorDetails], root: Written, kind: Kind) -> list[Problem]:
    """Make problems of the errors that pydantic found in ``plain(root)``, one for each place."""
    located = [(error, *true_path(root, error["loc"])) for error in errors]
    inner = {path[:length] for _, path, rest in located for length in range(len(path))}
    misspelt = {
        (*path[:-1], _meant(str(path[-1]), known_keys(kind, path[:-1])))
        for error, path, _ in located
        if error["type"] == _UNKNOWN
    }
    problems = [
        _problem(error, path, rest, root, kind)
        for error, path, rest in located
        if (path not in inner or error["type"] not in _OUTER) and (*path, *rest) not in misspelt
    ]
    return list(
        {(problem.path, problem.place): problem for problem in reversed(problems)}.values()
    )[::-1]


def _problem(error: ErrorDetails, path: Path, rest: Path, root: Written, kind: Kind) -> Problem:
    is_key = error["type"] in _AT_KEY or "[key]" in rest
    found = find(root, path, at_key=is_key)
    if error["type"] == "missing" and isinstance(rest[-1], str):
        known = tuple(key for key in rest if isinstance(key, str))[-1:]
        message = (
            f"missing; give {expected(kind, (*path, *known))}{_described(kind, (*path, *known))}"
        )
        return Problem((*found.path, *known), message, found.place)
    if error["type"] == _UNKNOWN:
        message = unknown_key(str(path[-1]), known_keys(kind, path[:-1]))
    elif "[key]" in rest:
        message = _bad_key(error, str(path[-1]))
    else:
        message = _bad_value(error, found.written, kind, path)
    return Problem(found.path, message, found.place)


def _bad_value(error: ErrorDetails, written: Written, kind: Kind, path: Path) -> str:
    context: dict[str, Any] = error.get("ctx", {})
    got = kind_in_words(written.value)
    bounds = ((words, context[key]) for key, words in _BOUNDS.items() if key in context)
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "finite_number":
        return f"must be a finite number, got {got}"
    if (bound := next(bounds, None)) is not None:
        meant = _what_was_meant(written.value, path)
        return f"must be {bound[0]} {number(bound[1])}, got {got}{meant}"
    if error["type"] in {"too_short", "missing", "too_long"}:
        return _bad_length(written, expected(kind, path))
    if error["type"].startswith("string_"):
        return _bad_text(error["type"], context, got)
    allowed = shapes(kind, path)
    options = [word for shape in allowed for word in shape.get("enum", ())]
    suggestion = did_you_mean(str(written.value), options)
    if not suggestion and any(shape.get("type") in {"number", "integer"} for shape in allowed):
        suggestion = _number_meant(written.value)
    return f"must be {expected(kind, path)}, got {got}{suggestion}"


def _number_meant(value: object) -> str:
    """Guess from a text that stands for a number how that number is written."""
    if not isinstance(value, str):
        return ""
    if not {"，", "；", "、", "：", "。"}.isdisjoint(value):
        return "; the punctuation is full-width; write half-width"
    found = re.fullmatch(_NUMBER_AND_UNIT, value)
    if found is None:
        return ""
    meant = float(found[1].replace(",", ""))
    if found[2] == "%":
        return f"; write {number(meant / 100)}"
    if found[2].lower() not in _SAID_UNITS:
        return ""
    return f"; write the number alone, without quotes or unit, e.g. {number(meant)}"


def _what_was_meant(value: object, path: Path) -> str:
    """Guess from a number out of bounds what it was meant for."""
    if not isinstance(value, int | float) or abs(value) <= 1:
        return ""
    if path[-1] in _FRACTIONS or path[:2] in _GROWTH:
        return f"; it is a fraction: {number(value)} % is {number(value / 100)}"
    if path[-2:] == ("at", 0) and abs(value) <= 180:
        return "; latitude comes first, then longitude"
    unit = unit_of(path)
    return f"; the unit is {unit}" if unit and value > 0 else ""


def _bad_length(written: Written, words: str) -> str:
    count = len(written.items) or len(written.mapping)
    if not count:
        return "must not be empty; give at least one entry, or leave the key out"
    return f"must be {words}, got {count} {'entry' if count == 1 else 'entries'}"


def _bad_text(kind_of_error: str, context: dict[str, Any], got: str) -> str:
    if kind_of_error == "string_too_short":
        return "must not be empty"
    if kind_of_error == "string_too_long":
        return f"must have at most {context['max_length']} characters, got {got}"
    if kind_of_error == "string_pattern_mismatch":
        return f"{_NAME_RULE}, got {got}"
    return f"must be a text, got {got}; put it in quotes if it is a name"


def _bad_key(error: ErrorDetails, key: str) -> str:
    if error["type"] == "enum":
        options = re.findall(r"'([^']+)'", error.get("ctx", {}).get("expected", ""))
        return unknown_key(key, options)
    if error["type"].startswith("string_"):
        return f"{_NAME_RULE}, got {kind_in_words(key)}"
    return f"must be a year from 1990 to 2100, got {key!r}"


def unknown_key(key: str, known: list[str]) -> str:
    """Say what to write instead of a key that is not known.

    Examples
    --------
    >>> unknown_key("capacity_mbps", ["ends", "capacity_gbps"])
    "unknown key; the unit is part of the key; did you mean 'capacity_gbps' [Gbit/s]?"
    """
    meant = _meant(key, known)
    if meant is None:
        return f"unknown key; known here: {', '.join(known)}" if known else "unknown key"
    if _stem(meant) == _stem(key):
        unit = unit_of((meant,))
        return f"unknown key; the unit is part of the key; did you mean {meant!r} [{unit}]?"
    return f"unknown key; did you mean {meant!r}?"


def _meant(key: str, known: list[str]) -> str | None:
    """Guess which key was meant: the same with another unit, a word for it, or a like spelling."""
    stem = _stem(key)
    same = (other for other in known if _stem(other) == stem and unit_of((other,)) is not None)
    synonym = _SYNONYMS.get(key)
    if (found := next(same, None)) is not None:
        return found
    return synonym if synonym in known else next(iter(get_close_matches(key, known, n=1)), None)


@lru_cache(maxsize=1024)
def _stem(key: str) -> str:
    """Take the unit off a key."""
    ending = next((unit for unit in _UNIT_ENDINGS if key.endswith(f"_{unit}")), "")
    return key.removesuffix(f"_{ending}") if ending else key


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Suggest what is spelled most alike, as the end of a message.

    Examples
    --------
    >>> did_you_mean("capcity_gbps", ["ends", "capacity_gbps"])
    "; did you mean 'capacity_gbps'?"
    """
    close = get_close_matches(word, list(options), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _described(kind: Kind, path: Path) -> str:
    """Describe a key by the first sentence that its schema has about it."""
    texts = [shape["description"] for shape in shapes(kind, path) if "description" in shape]
    first = re.split(r"[;(\n]|\.(?!\d)", texts[0].replace("``", ""), maxsplit=1)[0] if texts else ""
    return f" ({first.strip()})" if first else ""
