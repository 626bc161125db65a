"""CSV (RFC 4180) with the place of every cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.ground.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Cell", "Row", "read_rows"]

_CELL = re.compile(r'[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^",\n]*))(,|\n|\Z)')


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, without quotes and without white space around it."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row that are not empty, by column."""

    cells: dict[str, Cell]
    place: Place


def read_rows(
    text: str, file: str, required: Sequence[str]
) -> tuple[dict[str, Place], list[Row], list[Problem]]:
    """Read a table whose first row names its columns.

    Parameters
    ----------
    text
        Content of the file, lines ended by newlines.
    file
        Its name, as messages shall call it.
    required
        Columns that there must be.

    Returns
    -------
    tuple
        The columns and where they are named; the rows; and all problems.
    """
    lines, problems = _lines(text, file)
    header = next(lines, None)
    if header is None:
        message = f"empty; the first row must name the columns: {', '.join(required)}"
        return {}, [], [Problem((), message, Place(file, 1, 1))]
    columns: dict[str, Place] = {}
    for cell in header:
        if cell.text in columns or not cell.text:
            message = f"column {cell.text!r} stands twice" if cell.text else "a column has no name"
            problems.append(Problem((), message, cell.place))
        columns[cell.text] = cell.place
    if absent := [name for name in required if name not in columns]:
        message = f"no column {' and no column '.join(absent)}; found {', '.join(columns)}"
        if len(columns) == 1 and re.search(r"[;\t|]", header[0].text):
            message = "only one column; separate the cells with commas"
        problems.append(Problem((), message, header[0].place))
    if problems:
        return columns, [], problems
    return columns, list(_rows(lines, list(columns), problems)), problems


def _rows(
    lines: Iterator[list[Cell]], columns: list[str], problems: list[Problem]
) -> Iterator[Row]:
    for cells in lines:
        if len(cells) == 1 and not cells[0].text:
            continue
        if len(cells) != len(columns):
            message = f"{len(cells)} cells, but {len(columns)} columns"
            problems.append(Problem((), message, cells[0].place))
            continue
        named = zip(columns, cells, strict=True)
        yield Row({name: cell for name, cell in named if cell.text}, cells[0].place)


def _lines(text: str, file: str) -> tuple[Iterator[list[Cell]], list[Problem]]:
    problems: list[Problem] = []

    def read() -> Iterator[list[Cell]]:
        position, line, line_start = 0, 1, 0
        cells: list[Cell] = []
        while position < len(text):
            place = Place(file, line, position - line_start + 1)
            match = _CELL.match(text, position)
            if match is None:
                message = 'a quote in the middle of a cell, or one that never ends; write it as ""'
                problems.append(Problem((), message, place))
                return
            quoted, bare, end = match.groups()
            cells.append(
                Cell((bare if quoted is None else quoted.replace('""', '"')).strip(), place)
            )
            position = match.end()
            if newlines := match.group().count("\n"):
                line += newlines
                line_start = text.rfind("\n", 0, position) + 1
            if end != ",":
                yield cells
                cells = []
        if cells:
            yield [*cells, Cell("", Place(file, line, position - line_start + 1))]

    return read(), problems
