"""YAML 1.2 (core schema) with the place of every value.

PyYAML's parser, in C where it was built so, finds the structure. What plain scalars mean is decided
here: ``no``, ``on``, ``1_000``, ``12:30`` and ``2026-01-01`` are texts. Keys are texts as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import yaml

from netplan.ground.errors import Path, Place, Problem
from netplan.input.loader.written import Scalar, Written

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["parse", "scalar"]

Events = Iterator[yaml.Event]

DEEPEST = 50
"""Levels of nesting; netplan's own files need about ten."""
MOST_VALUES = 1_000_000
"""Values of a file with all its aliases written out."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], float]], ...] = (
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
)
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_LONGEST_NUMBER = 100
_CORE_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null")}
_CORE_TAGS |= {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!"}


def scalar(text: str) -> Scalar:
    """Value of an unquoted scalar (YAML 1.2.2, section 10.3.2).

    Examples
    --------
    >>> [scalar(text) for text in ("no", "1_000", "0x1F", "0o17", "1e3", "true", "~")]
    ['no', '1_000', 31, 15, 1000.0, True, None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS and len(text) <= _LONGEST_NUMBER:
        for pattern, read in _NUMBERS:
            if pattern.fullmatch(text):
                return read(text)
    return text


def parse(text: str, file: str) -> tuple[Written | None, list[Problem]]:
    """Parse one YAML document.

    Parameters
    ----------
    text
        Content of the file, without a byte order mark.
    file
        Its name, as messages shall call it.

    Returns
    -------
    tuple
        The document, or None where the syntax is wrong or there is nothing; and all problems.
    """
    builder = _Builder(file)
    try:
        root = builder.document(_events(text))
    except _UnusableError as error:
        return None, [*builder.problems, error.problem]
    except yaml.MarkedYAMLError as error:
        return None, [*builder.problems, _syntax_problem(error, text, file)]
    except yaml.reader.ReaderError as error:
        return None, [_character_problem(error.position, text, file)]
    return root, builder.problems


def _events(text: str) -> Iterator[yaml.Event]:
    loader = _LOADER(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


class _UnusableError(Exception):
    """The document cannot be read any further."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Builder:
    """Makes values of the parser's events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.anchors: dict[str, Written | None] = {}

    def document(self, events: Events) -> Written | None:
        root = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise self._unusable(
                        event, "a second document begins here; keep one document to a file"
                    )
                root = self.value(events, next(events), ())
        if root is None or (root.value is None and not root.keys):
            place = Place(self.file, 1, 1)
            raise _UnusableError(Problem((), "the file is empty", place))
        return root

    def value(self, events: Events, event: yaml.Event, path: Path) -> Written:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            raise self._unusable(event, "a value is missing here")
        if len(path) > DEEPEST:
            raise self._unusable(event, f"nested more than {DEEPEST} levels deep")
        if event.tag is not None and event.tag not in _CORE_TAGS:
            message = f"the tag {event.tag} means nothing here; leave it out"
            self.problems.append(Problem(path, message, self._place(event)))
        anchor = event.anchor
        if anchor is not None:
            self.anchors[anchor] = None
        written = self._make(events, event, path)
        if anchor is not None:
            self.anchors[anchor] = written
        return written

    def _make(
        self, events: Events, event: yaml.ScalarEvent | yaml.CollectionStartEvent, path: Path
    ) -> Written:
        if isinstance(event, yaml.ScalarEvent):
            value = scalar(event.value) if _is_plain(event) else event.value
            return Written(value, self._place(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, event, path)
        return self._sequence(events, event, path)

    def _sequence(self, events: Events, start: yaml.Event, path: Path) -> Written:
        entries: list[Written] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            entries.append(self.value(events, event, (*path, len(entries))))
        return Written(entries, self._place(start), size=self._size(entries, start))

    def _mapping(self, events: Events, start: yaml.Event, path: Path) -> Written:
        entries: dict[str, Written] = {}
        keys: dict[str, Place] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            place = self._place(event)
            key = self._key(events, event, path)
            value = self.value(events, next(events), (*path, key))
            if self._is_merge(event):
                message = "merge keys are not part of YAML 1.2; write the keys out, or use extends"
                self.problems.append(Problem(path, message, place))
            elif key in entries:
                message = f"written twice; first at {keys[key]}; keep one"
                self.problems.append(Problem((*path, key), message, place))
            else:
                entries[key], keys[key] = value, place
        size = self._size(entries.values(), start)
        return Written(entries, self._place(start), keys, size=size)

    def _key(self, events: Events, event: yaml.Event, path: Path) -> str:
        if isinstance(event, yaml.AliasEvent):
            written = self._alias(event)
            if isinstance(written.value, str):
                return written.value
        if not isinstance(event, yaml.ScalarEvent):
            raise self._unusable(event, "a key must be a plain text, not a mapping or list", path)
        return str(event.value)

    @staticmethod
    def _is_merge(key: yaml.Event) -> bool:
        return isinstance(key, yaml.ScalarEvent) and key.value == "<<" and _is_plain(key)

    def _alias(self, event: yaml.AliasEvent) -> Written:
        if event.anchor not in self.anchors:
            raise self._unusable(
                event, f"unknown alias *{event.anchor}; define &{event.anchor} first"
            )
        written = self.anchors[event.anchor]
        if written is None:
            raise self._unusable(event, f"the alias *{event.anchor} stands inside itself")
        return written

    def _size(self, entries: Iterable[Written], start: yaml.Event) -> int:
        size = 1 + sum(entry.size for entry in entries)
        if size > MOST_VALUES:
            raise self._unusable(
                start, f"more than {MOST_VALUES:,} values, aliases written out; use fewer aliases"
            )
        return size

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)

    def _unusable(self, event: yaml.Event, message: str, path: Path = ()) -> _UnusableError:
        return _UnusableError(Problem(path, message, self._place(event)))


def _is_plain(event: yaml.ScalarEvent) -> bool:
    """Tell whether the text decides the type: no quotes and no tag, or the tag of another type."""
    if event.tag is None:
        return bool(event.implicit[0])
    return event.tag not in {"tag:yaml.org,2002:str", "!"}


_SYNTAX = (
    ("tab character", "a tab where YAML wants spaces; indent with spaces"),
    ("full-width colon", "a full-width ： is no colon; write ': '"),
    ("cannot start any token", "a plain text may not begin with this character; put it in quotes"),
    (
        "mapping values are not allowed",
        "a second ': ' on one line, or wrong indentation; put texts that contain ': ' in quotes",
    ),
    (
        "mapping keys are not allowed",
        "a key may not stand here; put texts that begin with ? in quotes",
    ),
    ("unexpected ':'", "a colon inside a text; put the text in quotes, or a space after the colon"),
    ("node content", "a value is missing before this, or a comma or bracket is too many"),
    ("unexpected end of stream", "the quoted text that begins here never ends; add the quote"),
    ("expected ',' or ']'", "a comma or ] is missing in the list that begins here"),
    ("expected ',' or '}'", "a comma or } is missing in the mapping that begins here"),
    (
        "did not find expected key",
        "wrong indentation, or something stands after a quoted text or a closing bracket",
    ),
    ("expected '-' indicator", "wrong indentation; items of one list begin with - in one column"),
    ("could not find expected ':'", "a line without ': ' where a key and its value are wanted"),
    ("document start", "something stands after the end of the document; remove it"),
    ("escape", "unknown escape in double quotes; use single quotes, or write \\\\ for a backslash"),
    ("block scalar", "wrong indentation, or text after | or >"),
    ("block sequence", "a list item '- ' may not stand here; begin it on a line of its own"),
    ("tag", "a tag (!) may not stand here; put texts that begin with ! in quotes"),
    ("alias", "an alias (*) may not stand here; put texts that begin with * in quotes"),
    ("anchor", "an anchor (&) may not stand here; put texts that begin with & in quotes"),
    ("directive", "unknown directive; begin no line with %"),
)
"""Beginning of what libyaml says, and what we say."""
_OPENINGS = ("unexpected end of stream", "expected ',' or", "could not find expected ':'")


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and any(words in said for words in _OPENINGS):
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    lines = text.splitlines()
    if line < len(lines) and lines[line][column : column + 1] == "\t":
        said = "tab character"
    if "could not find expected ':'" in said and line < len(lines) and "：" in lines[line]:
        said = "full-width colon"
    wording = next((ours for theirs, ours in _SYNTAX if theirs in said), "this is not valid YAML")
    return Problem((), wording, Place(file, line + 1, column + 1))


def _character_problem(position: int, text: str, file: str) -> Problem:
    before = text[:position]
    place = Place(file, before.count("\n") + 1, position - before.rfind("\n"))
    shown = f"U+{ord(text[position]):04X}" if position < len(text) else "a control character"
    return Problem((), f"the character {shown} is not allowed in YAML; remove it", place)
