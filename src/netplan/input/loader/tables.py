"""CSV files that a topology or a scenario names: nodes, spans and links, demands, packet traces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from netplan.ground.errors import Path, Place
from netplan.input.loader.csv_text import Cell, Row, read_rows
from netplan.input.loader.files import Reading, named_from
from netplan.input.loader.schema import known_keys, shapes
from netplan.input.loader.traces import check_trace
from netplan.input.loader.wording import unknown_key
from netplan.input.loader.written import Written, find
from netplan.input.loader.yaml_text import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DEMAND_COLUMNS",
    "demand_of",
    "with_demand_tables",
    "with_rows",
    "with_settings",
    "with_tables",
    "with_traces",
]

DEMAND_COLUMNS = {"source": "from", "target": "to", "rate_gbps": "rate_gbps", "route": "route"}
"""Columns of a table of demands, and the keys of a demand that they fill."""
_COORDINATES = ("latitude", "longitude")
"""Columns of a table of nodes that stand for the two parts of `at`."""


# --- nodes, spans and links of a topology ---------------------------------------------------


def with_tables(topology: Written, reading: Reading) -> Written:
    """Add the rows of the tables that a topology names to its nodes, spans and links."""
    named = find(topology, ("tables",)).written.mapping if "tables" in topology.mapping else {}
    for kind in ("nodes", "spans", "links"):
        if kind in named and isinstance(named[kind].value, str):
            topology = _with_table(topology, kind, named[kind], reading)
    return topology


def _with_table(topology: Written, kind: str, said: Written, reading: Reading) -> Written:
    file = named_from(said.place, str(said.value))
    text = reading.text(file, said.place, ("tables", kind))
    if text is None:
        reading.is_partial = True
        return topology
    columns, rows, problems = read_rows(text, file, ("id",))
    reading.problems.extend(problems)
    reading.is_partial |= bool(problems) and not rows
    return with_rows(topology, kind, columns, rows, reading)


def with_rows(
    topology: Written, kind: str, columns: dict[str, Place], rows: list[Row], reading: Reading
) -> Written:
    """Add the rows of a table to the nodes, spans or links of a topology.

    Parameters
    ----------
    topology
        The topology so far.
    kind
        ``nodes``, ``spans`` or ``links``.
    columns
        The columns of the table, and where they are named.
    rows
        Its rows.
    reading
        Takes the problems.
    """
    readers = _readers((kind, ""), {k: v for k, v in columns.items() if k != "id"}, reading)
    at = next((row.place for row in rows), topology.place)
    whole = topology.mapping.get(kind, Written({}, at))
    if not isinstance(whole.value, dict):
        return topology
    entries, keys = dict(whole.value), dict(whole.keys)
    for row in rows:
        identifier = row.cells.get("id")
        if identifier is None:
            reading.complain(row.place, (kind, "id"), "missing; every row needs an id")
        elif identifier.text in entries:
            first = keys[identifier.text]
            message = f"written twice; first at {first}; keep one"
            reading.complain(identifier.place, (kind, identifier.text), message)
        else:
            entries[identifier.text] = _entry(row, readers)
            keys[identifier.text] = identifier.place
    whole = Written(entries, whole.place, keys)
    return topology.with_entry(kind, whole, topology.keys.get(kind, at))


def with_settings(topology: Written, settings: dict[str, Cell], reading: Reading) -> Written:
    """Set values of a topology by their dotted keys, e.g. ``defaults.links.buffer.ms``."""
    places = {name: cell.place for name, cell in settings.items()}
    for name, (keys, read) in _readers((), places, reading).items():
        topology = _put(topology, keys, read(settings[name]), places[name])
    return topology


_Reader = tuple[tuple[str, ...], Callable[[Cell], Written]]


def _readers(start: Path, columns: dict[str, Place], reading: Reading) -> dict[str, _Reader]:
    """Find out how the cells of each column are read; unknown columns are problems."""
    found = {name: _column(start, name, place, reading) for name, place in columns.items() if name}
    return {name: reader for name, reader in found.items() if reader is not None}


def _column(start: Path, name: str, place: Place, reading: Reading) -> _Reader | None:
    """Find out from the schema how the cells of a column are read."""
    if start == ("nodes", "") and name in _COORDINATES:
        return (name,), lambda cell: Written(scalar(cell.text), cell.place)
    keys = tuple(name.split("."))
    path = start
    for key in keys:
        known = known_keys("topology", path)
        if key not in known and not any(map(_is_open, shapes("topology", path))):
            reading.complain(place, (name,), unknown_key(key, known))
            return None
        path = (*path, key)
    return keys, _cell_reader(shapes("topology", path))


def _is_open(shape: dict[str, object]) -> bool:
    """Tell whether a mapping may have keys that the schema does not list."""
    return bool(shape.get("patternProperties") or shape.get("additionalProperties"))


def _cell_reader(found: list[dict[str, object]]) -> Callable[[Cell], Written]:
    types = {shape.get("type") for shape in found}
    if "array" in types:
        shape = next(shape for shape in found if shape.get("type") == "array")
        is_number = "'number'" in str(shape)
        return lambda cell: _list_of(cell, is_number=is_number)
    if types & {"number", "integer", "boolean"}:
        return lambda cell: Written(scalar(cell.text), cell.place)
    return lambda cell: Written(cell.text, cell.place)


def _list_of(cell: Cell, *, is_number: bool) -> Written:
    parts = [part.strip() for part in cell.text.split(";") if part.strip()]
    entries = [Written(scalar(part) if is_number else part, cell.place) for part in parts]
    return Written(entries, cell.place)


def _entry(row: Row, readers: dict[str, _Reader]) -> Written:
    entry = Written({}, row.place)
    for name, (keys, read) in readers.items():
        if name in row.cells:
            cell = row.cells[name]
            entry = _put(entry, keys, read(cell), cell.place)
    return _with_point(entry)


def _with_point(entry: Written) -> Written:
    """Put latitude and longitude together; one without the other stays too short a list."""
    parts = [entry.mapping[name] for name in _COORDINATES if name in entry.mapping]
    if not parts:
        return entry
    for name in _COORDINATES:
        entry = entry.without(name)
    return entry.with_entry("at", Written(parts, parts[0].place), parts[0].place)


def _put(mapping: Written, keys: tuple[str, ...], value: Written, place: Place) -> Written:
    key, *rest = keys
    if rest:
        inner = mapping.mapping.get(key, Written({}, place))
        value = _put(inner, tuple(rest), value, place)
    return mapping.with_entry(key, value, place)


# --- demands --------------------------------------------------------------------------------


def with_demand_tables(root: Written, reading: Reading) -> Written:
    """Put the rows of demand files where the scenario names the files."""
    path = ("traffic", "demands")
    found = find(root, path)
    if found.depth < len(path) or not any("file" in item.mapping for item in found.written.items):
        return root
    entries = [
        entry
        for index, item in enumerate(found.written.items)
        for entry in _demands(replace(item, spelled=(*path, index)), reading)
    ]
    traffic = root.mapping["traffic"]
    demands = replace(found.written, value=entries)
    traffic = traffic.with_entry("demands", demands, traffic.keys["demands"])
    return root.with_entry("traffic", traffic, root.keys["traffic"])


def _demands(item: Written, reading: Reading) -> Iterator[Written]:
    said = item.mapping.get("file")
    if said is None or not isinstance(said.value, str) or set(item.mapping) != {"class", "file"}:
        yield item
        return
    file = named_from(said.place, said.value)
    text = reading.text(file, said.place, (*(item.spelled or ()), "file"))
    if text is None:
        return
    columns, rows, problems = read_rows(text, file, ("source", "target", "rate_gbps"))
    reading.problems.extend(problems)
    for name in () if problems else columns.keys() - DEMAND_COLUMNS.keys():
        reading.complain(columns[name], (name,), unknown_key(name, list(DEMAND_COLUMNS)))
    if not rows and not problems:
        reading.complain(Place(file, 1, 1), (), "no demands; give one row for each pair")
    traffic_class = replace(item.mapping["class"], spelled=(*(item.spelled or ()), "class"))
    for row in rows:
        yield demand_of(row, traffic_class, item.keys["class"])


def demand_of(row: Row, traffic_class: Written, class_place: Place) -> Written:
    """Make a demand of a row of a table."""
    entries = {"class": traffic_class}
    keys = {"class": class_place}
    for column, key in DEMAND_COLUMNS.items():
        if (cell := row.cells.get(column)) is None:
            continue
        value = Written(scalar(cell.text) if column == "rate_gbps" else cell.text, cell.place)
        if column == "route":
            value = _list_of(cell, is_number=False)
        entries[key], keys[key] = replace(value, spelled=(column,)), cell.place
    return Written(entries, row.place, keys, spelled=())


# --- packet traces --------------------------------------------------------------------------


def with_traces(root: Written, reading: Reading) -> Written:
    """Check the packet traces, and name them relative to the working directory."""
    classes = find(root, ("traffic", "classes"))
    if classes.depth < 2:
        return root
    for name in classes.written.mapping:
        path = ("traffic", "classes", name, "arrivals", "trace", "file")
        found = find(root, path)
        if found.depth == len(path) and isinstance(found.written.value, str):
            file = named_from(found.place, found.written.value)
            check_trace(file, found.place, found.path, reading)
            root = replaced(root, path, replace(found.written, value=file))
    return root


def replaced(root: Written, path: tuple[str, ...], value: Written) -> Written:
    """Put another value at a path of keys that is there."""
    key, *rest = path
    if rest:
        value = replaced(root.mapping[key], tuple(rest), value)
    return root.with_entry(key, value, root.keys[key])
