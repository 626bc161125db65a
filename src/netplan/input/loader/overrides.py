"""Values that the user sets for one run: ``--set simulation.seed=7``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netplan.ground.errors import Path, Place, Problem
from netplan.input.loader.written import Written, kind_in_words
from netplan.input.loader.yaml_text import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netplan.input.loader.files import Reading

__all__ = ["Override", "read_overrides", "with_overrides"]


_NOTHING = {"", "~", "null", "Null", "NULL"}
"""What YAML's core schema reads as null (YAML 1.2.2, 10.3.2): takes an optional value back."""


@dataclass(frozen=True, slots=True)
class Override:
    """A path, still as text, and the value to put there."""

    path: str
    value: Written
    place: Place


def read_overrides(texts: Sequence[str], reading: Reading) -> list[Override]:
    """Read ``path=value`` texts; the values are YAML."""
    return [override for text in texts if (override := _read(text, reading)) is not None]


def _read(text: str, reading: Reading) -> Override | None:
    place = Place(f"--set {text!r}")
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        reading.complain(place, (), "must be PATH=VALUE, such as simulation.seed=7")
        return None
    nothing = value.strip() in _NOTHING
    root, problems = (Written(None, place), []) if nothing else parse(value, place.file)
    reading.problems.extend(replace(problem, place=place, path=()) for problem in problems)
    reading.note(f"{text}\n".encode())
    return None if root is None else Override(path.strip(), _at(root, place), place)


def _at(written: Written, place: Place) -> Written:
    """Let everything stand at one place, that of the option."""
    keys = dict.fromkeys(written.keys, place)
    if isinstance(written.value, dict):
        entries = {key: _at(entry, place) for key, entry in written.value.items()}
        return Written(entries, place, keys)
    if isinstance(written.value, list):
        return Written([_at(entry, place) for entry in written.value], place)
    return Written(written.value, place)


def with_overrides(root: Written, overrides: Sequence[Override], reading: Reading) -> Written:
    """Put values into a tree, one after the other."""
    for override in overrides:
        try:
            root = _put(root, override.path, override, ())
        except _NoSuchPathError as error:
            reading.problems.append(error.problem)
    return root


class _NoSuchPathError(Exception):
    def __init__(self, override: Override, path: Path, message: str) -> None:
        self.problem = Problem(path, message, override.place)


def _put(written: Written, rest: str, override: Override, path: Path) -> Written:
    if not rest:
        return override.value
    if isinstance(written.value, list):
        return _put_into_list(written, rest, override, path)
    if not isinstance(written.value, dict):
        message = f"is {kind_in_words(written.value)}, with nothing in it; set it whole"
        raise _NoSuchPathError(override, path, message)
    key, rest = _next_key(rest, list(written.mapping))
    if not key:
        raise _NoSuchPathError(override, path, "a key is missing here, as in a..b or a[0]b")
    inner = written.mapping.get(key, Written({}, override.place))
    value = _put(inner, rest, override, (*path, key))
    return written.with_entry(
        key, value, override.place if not rest else written.keys.get(key, override.place)
    )


def _next_key(rest: str, known: list[str]) -> tuple[str, str]:
    """Split off the first key; known keys may contain the separators themselves."""
    for key in sorted(known, key=len, reverse=True):
        after = rest.removeprefix(key)
        if after != rest and (not after or after[0] in ".["):
            return key, after.removeprefix(".")
    match = re.match(r"([^.\[]*)\.?(.*)", rest)
    return (match[1], match[2]) if match else ("", "")


def _put_into_list(written: Written, rest: str, override: Override, path: Path) -> Written:
    match = re.match(r"\[?(\d+)\]?(?:\.|(?=\[)|$)(.*)", rest)
    count = len(written.items)
    if match is None or int(match[1]) >= count:
        span = f"0 to {count - 1}" if count else "none, it is empty"
        raise _NoSuchPathError(override, path, f"is a list; its indices are {span}")
    index, entries = int(match[1]), list(written.items)
    entries[index] = _put(entries[index], match[2], override, (*path, index))
    return replace(written, value=entries)
