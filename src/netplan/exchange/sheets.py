"""A topology and its demands as tables, which Excel workbooks and CSV folders share.

Four tables, ``nodes``, ``spans``, ``links`` and ``demands``, have one row for each thing and one
column for each key, nested ones with a dot. A fifth, ``topology``, has a row for each key that is
said once: the name and the defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netplan.exchange.draft import Draft
from netplan.exchange.words import flat, topology_in_words
from netplan.ground.errors import Place
from netplan.input.loader.csv_text import Cell, Row
from netplan.input.loader.tables import DEMAND_COLUMNS, demand_of, with_rows, with_settings
from netplan.input.loader.wording import unknown_key
from netplan.input.loader.written import Scalar, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netplan.exchange.traffic import DemandRow
    from netplan.input.loader.files import Reading
    from netplan.input.scenario.network import TopologySpec

__all__ = ["DEFAULT_CLASS", "SHEETS", "Sheet", "draft_of_sheets", "losses", "rows_of"]

SHEETS = ("topology", "nodes", "spans", "links", "demands")
DEFAULT_CLASS = "traffic"
"""Class of demands whose table does not say one."""
_FIRST = {
    "nodes": ("id", "name.en", "name.zh", "role", "city", "latitude", "longitude"),
    "spans": ("id", "ends", "length_km", "route_factor", "fibre"),
    "links": ("id", "ends", "over", "length_km", "capacity_gbps", "members"),
    "demands": ("class", *DEMAND_COLUMNS),
    "topology": ("key", "value"),
}
"""Columns that a table always has, in this order; others follow."""
_DEMANDS = ("class", *DEMAND_COLUMNS)

Record = dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was read."""

    columns: dict[str, Place] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


# --- in -------------------------------------------------------------------------------------


def draft_of_sheets(sheets: Mapping[str, Sheet], file: str, reading: Reading) -> Draft:
    """Make a draft of tables; what is wrong with their columns goes to `reading`."""
    place = Place(file)
    topology = Written({"netplan": Written("topology/1", place)}, place, {"netplan": place})
    topology = with_settings(topology, _settings(sheets.get("topology", Sheet())), reading)
    for kind in ("nodes", "spans", "links"):
        if kind in sheets:
            topology = with_rows(topology, kind, sheets[kind].columns, sheets[kind].rows, reading)
    return Draft(topology, tuple(_demands(sheets.get("demands", Sheet()), reading)))


def _settings(sheet: Sheet) -> dict[str, Cell]:
    rows = (row.cells for row in sheet.rows)
    return {cells["key"].text: cells["value"] for cells in rows if {"key", "value"} <= {*cells}}


def _demands(sheet: Sheet, reading: Reading) -> list[Written]:
    for name, place in sheet.columns.items():
        if name not in _DEMANDS:
            reading.complain(place, (name,), unknown_key(name, list(_DEMANDS)))
    found = []
    for row in sheet.rows:
        cell = row.cells.get("class", Cell(DEFAULT_CLASS, row.place))
        traffic_class = Written(cell.text, cell.place, spelled=("class",))
        found.append(demand_of(row, traffic_class, cell.place))
    return found


# --- out ------------------------------------------------------------------------------------


def rows_of(
    spec: TopologySpec, demands: Sequence[DemandRow] | None = None
) -> dict[str, tuple[list[str], list[Record]]]:
    """Return the columns and the rows of each table.

    Without `demands` (None) there is no table of them.
    """
    words = topology_in_words(spec)
    tables: dict[str, list[Record]] = {"topology": _said_once(words)}
    for kind in ("nodes", "spans", "links"):
        entries = words.get(kind, {})
        if isinstance(entries, dict):
            tables[kind] = [_record(name, entry) for name, entry in entries.items()]
    if demands is not None:
        tables["demands"] = [demand.record() for demand in demands]
    return {kind: (_columns(kind, rows), rows) for kind, rows in tables.items()}


def _said_once(words: Mapping[str, object]) -> list[Record]:
    kept = {key: words[key] for key in ("name", "description", "defaults") if key in words}
    values = flat(kept)  # type: ignore[arg-type]  # words are plain values
    return [{"key": key, "value": value} for key, value in _named_in_full(values).items()]


def _record(name: str, entry: object) -> Record:
    values = dict(entry) if isinstance(entry, dict) else {}
    at = values.pop("at", None)
    point = dict(zip(("latitude", "longitude"), at, strict=True)) if at else {}
    return {"id": name, **point, **_named_in_full(flat(values))}


def _named_in_full(values: Record) -> Record:
    """Put names without a translation into the column of those that have one."""
    return {"name.en" if key == "name" else key: value for key, value in values.items()}


def _columns(kind: str, rows: Sequence[Record]) -> list[str]:
    first = dict.fromkeys(_FIRST[kind])
    return list(first | dict.fromkeys(sorted({key for row in rows for key in row} - {*first})))


def losses(spec: TopologySpec) -> list[str]:
    """Say what tables cannot hold of a topology."""
    dotted = dict.fromkeys(key for n in spec.nodes.values() for key in n.weights if "." in key)
    found = [f"nodes: the weight {key}, for the dot in its name" for key in dotted]
    for kind, (_, rows) in rows_of(spec).items():
        bare = dict.fromkeys(key for row in rows for key, value in row.items() if _is_bare(value))
        found += [f"{kind}: white space around a text in {key}" for key in bare]
    return found


def _is_bare(value: Scalar) -> bool:
    """Tell whether reading a cell back would change it."""
    return isinstance(value, str) and (value != value.strip() or "\r" in value)
