"""A folder of CSV files: nodes.csv, spans.csv, links.csv, demands.csv, topology.csv."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netplan.exchange.draft import Draft, unreadable
from netplan.exchange.sheets import SHEETS, Sheet, draft_of_sheets, rows_of
from netplan.exchange.traffic import csv_bytes
from netplan.input.loader.csv_text import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netplan.exchange.traffic import DemandRow
    from netplan.input.loader.files import Reading
    from netplan.input.scenario.network import TopologySpec

__all__ = ["read", "write"]

REQUIRED = {
    "topology": ("key", "value"),
    "nodes": ("id",),
    "spans": ("id",),
    "links": ("id",),
    "demands": ("source", "target", "rate_gbps"),
}
"""Columns that each table must have."""


def read(folder: str, reading: Reading) -> Draft:
    """Read the tables of a folder; those that are not there are empty."""
    names = [name for name in SHEETS if (Path(folder) / f"{name}.csv").exists()]
    if "nodes" not in names:
        raise unreadable(folder, "no nodes.csv in this folder; give at least the nodes")
    sheets = {}
    for name in names:
        file = str(Path(folder) / f"{name}.csv")
        text = reading.text(file)
        if text is not None:
            columns, rows, problems = read_rows(text, file, REQUIRED[name])
            reading.problems.extend(problems)
            sheets[name] = Sheet(columns, rows)
    return draft_of_sheets(sheets, folder, reading)


def write(spec: TopologySpec, demands: Sequence[DemandRow] | None) -> dict[str, bytes]:
    """Return the content of each file by its name."""
    tables = rows_of(spec, demands)
    return {f"{name}.csv": csv_bytes(columns, rows) for name, (columns, rows) in tables.items()}
