"""Excel workbooks: a sheet for each table."""

from __future__ import annotations

import datetime
import io
import re
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, ZipInfo

from netplan.exchange.csv_folder import REQUIRED
from netplan.exchange.draft import Draft, unreadable
from netplan.exchange.sheets import SHEETS, Sheet, draft_of_sheets, rows_of
from netplan.ground.errors import Place
from netplan.input.loader.csv_text import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.cell.cell import Cell as XlsxCell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from netplan.exchange.traffic import DemandRow
    from netplan.input.loader.files import Reading
    from netplan.input.loader.written import Scalar
    from netplan.input.scenario.network import TopologySpec

__all__ = ["read", "write"]

_NARROWEST, _WIDEST = 10, 60
"""Width of a column [characters]."""
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can say."""


# --- in -------------------------------------------------------------------------------------


def read(file: str, content: bytes, reading: Reading) -> Draft:
    """Read a workbook; its sheets go by their names, whatever their case."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # Once for the values, once for the formulas that have none.
        values = load_workbook(io.BytesIO(content), data_only=True)
        formulas = load_workbook(io.BytesIO(content))
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        message = "not an Excel workbook; save it as .xlsx, without a password"
        raise unreadable(file, message) from error
    names = {sheet.title.strip().lower(): sheet.title for sheet in values.worksheets}
    if "nodes" not in names:
        message = f"no sheet nodes; found {', '.join(names.values())}"
        raise unreadable(file, f"{message}; give the sheets nodes, spans, links, demands")
    sheets = {
        name: _sheet(name, values[names[name]], formulas[names[name]], file, reading)
        for name in SHEETS
        if name in names
    }
    draft = draft_of_sheets(sheets, file, reading)
    others = [title for name, title in names.items() if name not in SHEETS]
    notes = (f"sheets not used: {', '.join(others)}",) if others else ()
    return Draft(draft.topology, draft.demands, notes)


def _sheet(name: str, values: Worksheet, formulas: Worksheet, file: str, reading: Reading) -> Sheet:
    columns: dict[str, Place] = {}
    letters: dict[int, str] = {}
    rows: list[Row] = []
    for number, (cells, written) in enumerate(
        zip(values.iter_rows(), formulas.iter_rows(), strict=True)
    ):
        read_cells = [
            _cell(cell, formula, file, reading)
            for cell, formula in zip(cells, written, strict=True)
        ]
        if number == 0:
            columns, letters = _header(name, read_cells, file, reading)
        elif found := {
            letters[i]: cell for i, cell in enumerate(read_cells) if i in letters and cell.text
        }:
            rows.append(Row(found, read_cells[0].place))
    return Sheet(columns, rows)


def _header(
    name: str, cells: list[Cell], file: str, reading: Reading
) -> tuple[dict[str, Place], dict[int, str]]:
    """Return the columns and where they are named, and their names by position."""
    columns: dict[str, Place] = {}
    letters: dict[int, str] = {}
    for index, cell in enumerate(cells):
        if cell.text in columns:
            reading.complain(cell.place, (), f"column {cell.text!r} stands twice")
        elif cell.text:
            columns[cell.text], letters[index] = cell.place, cell.text
    if absent := [one for one in REQUIRED[name] if one not in columns]:
        place = cells[0].place if cells else Place(f"{file}:{name}!A1")
        found = ", ".join(columns) or "nothing"
        message = f"no column {' and no column '.join(absent)}; the first row has {found}"
        reading.complain(place, (), message)
    return columns, letters


def _cell(
    cell: XlsxCell | MergedCell, formula: XlsxCell | MergedCell, file: str, reading: Reading
) -> Cell:
    """Read a cell as the text that a person would type."""
    sheet = cell.parent.title if cell.parent is not None else ""
    place = Place(f"{file}:{sheet}!{cell.coordinate}")
    value = cell.value
    if formula.data_type == "f" and value is None:
        message = "a formula without a value; open the file in a spreadsheet program and save it"
        reading.complain(place, (), message)
    elif cell.data_type == "e":
        reading.complain(place, (), f"the formula gives {value}; correct it")
        return Cell("", place)
    elif isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        message = f"a date or time ({value}); format the cell as text or number and type it again"
        reading.complain(place, (), message)
        return Cell("", place)
    return Cell(_text(value), place)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    # A spreadsheet knows no whole numbers, only fractions that happen to be whole.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


# --- out ------------------------------------------------------------------------------------


def write(spec: TopologySpec, demands: Sequence[DemandRow] | None) -> bytes:
    """Return the workbook; the same topology gives the same bytes."""
    from openpyxl import Workbook
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook()
    book.remove(book.worksheets[0])
    tables = rows_of(spec, demands)
    for name in (*SHEETS[1:], SHEETS[0]):
        if name in tables:
            try:
                _fill(book.create_sheet(name), *tables[name])
            except IllegalCharacterError as error:
                message = f"sheet {name}: Excel cannot hold the control characters of a text"
                raise unreadable(spec.name.en, message) from error
    content = io.BytesIO()
    book.save(content)
    return _without_times(content.getvalue())


def _fill(sheet: Worksheet, columns: list[str], rows: list[dict[str, Scalar]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for index, column in enumerate(columns, start=1):
        head = sheet.cell(1, index, column)
        head.font = Font(bold=True)
        widest = max([len(column), *(_width(row.get(column)) for row in rows)])
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = min(max(widest + 2, _NARROWEST), _WIDEST)
    for number, row in enumerate(rows, start=2):
        for index, column in enumerate(columns, start=1):
            if (value := row.get(column)) is not None:
                cell = sheet.cell(number, index, value)
                # A text that begins with = is a text all the same.
                cell.data_type = "s" if isinstance(value, str) else "n"
    sheet.freeze_panes = "B2"
    if rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"


def _width(value: Scalar) -> int:
    """Width of a text; Chinese characters are twice as wide."""
    return sum(2 if ord(c) > 0x2E80 else 1 for c in str(value)) if value is not None else 0


def _without_times(content: bytes) -> bytes:
    """Pack the archive again without saying when it was written."""
    packed = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as source, ZipFile(packed, "w") as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _STAMP, part)
            clean = ZipInfo(info.filename, _NO_TIME)
            clean.compress_type = info.compress_type
            target.writestr(clean, part)
    return packed.getvalue()


_STAMP = b"1980-01-01T00:00:00Z"
