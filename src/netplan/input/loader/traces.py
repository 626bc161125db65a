"""Packet traces: CSV files with a row for each packet, its time and its size."""

from __future__ import annotations

from math import isfinite

from netplan.ground.errors import Path, Place
from netplan.input.loader.csv_text import Row, read_rows
from netplan.input.loader.files import Reading
from netplan.input.loader.yaml_text import scalar

__all__ = ["check_trace", "read_trace"]

COLUMNS = TIME, SIZE = "time_s", "bytes"
_MOST_TRACE_PROBLEMS = 10


def check_trace(
    file: str, said_at: Place, path: Path, reading: Reading
) -> list[tuple[float, float]]:
    """Report all that is wrong with a trace file; return its packets as `read_trace` does."""
    text = reading.text(file, said_at, path)
    if text is None:
        return []
    _, rows, problems = read_rows(text, file, COLUMNS)
    reading.problems.extend(problems[:_MOST_TRACE_PROBLEMS])
    if not rows and not problems:
        reading.complain(Place(file, 1, 1), (), "no packets; give one row for each packet")
    packets: list[tuple[float, float]] = []
    latest, wrong = 0.0, 0
    for row in rows:
        if wrong >= _MOST_TRACE_PROBLEMS:
            reading.complain(row.place, (), "and so on; the rest of this file was not checked")
            break
        time = _number(row, TIME, latest, "must not be before the packet above", reading)
        size = _number(row, SIZE, 1.0, "must be at least 1", reading)
        if time is not None and size is not None:
            packets.append((time, size))
        wrong += (time is None) + (size is None)
        latest = latest if time is None else time
    return packets


def read_trace(file: str) -> list[tuple[float, float]]:
    """Return the time [s] and the size [byte] of every packet of a trace.

    Raises
    ------
    InputError
        If the file is not what it was when the scenario was loaded.
    """
    reading = Reading()
    packets = check_trace(file, Place(file), (), reading)
    if reading.problems:
        raise reading.error()
    return packets


def _number(row: Row, column: str, least: float, rule: str, reading: Reading) -> float | None:
    cell = row.cells.get(column)
    value = None if cell is None else scalar(cell.text)
    place = row.place if cell is None else cell.place
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        got = "an empty cell" if cell is None else f"the text {cell.text!r}"
        reading.complain(place, (column,), f"must be a number, got {got}")
        return None
    if value < least:
        reading.complain(place, (column,), f"{rule}, got {value:g}")
        return None
    return float(value)
