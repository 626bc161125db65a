"""Export: a topology, or the topology and the demands of a scenario, in another format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.exchange import (
    csv_folder,
    geojson,
    graphml,
    node_link,
    sheets,
    sndlib_out,
    workbook,
)
from netplan.exchange.formats import Format, format_of
from netplan.exchange.traffic import DemandRow, demand_rows, not_held
from netplan.input.scenario.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from netplan.input.scenario.network import TopologySpec

__all__ = ["Exported", "export"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export comes to; nothing of it is written yet."""

    files: Mapping[Path, bytes]
    """Content by path."""
    losses: tuple[str, ...]
    """What the format cannot hold."""


def export(loaded: Scenario | TopologySpec, out: Path, wanted: Format | None = None) -> Exported:
    """Spell a topology, or a scenario's topology and demands, in another format.

    Parameters
    ----------
    loaded
        A topology, or a scenario: the network before its expansion, and the demands of its base
        year, pair by pair.
    out
        The file to be; for CSV the folder.
    wanted
        The format; None: by the extension of `out`.

    Raises
    ------
    InputError
        If the extension belongs to no format.
    """
    chosen = wanted or format_of(out)
    spec = loaded.topology if isinstance(loaded, Scenario) else loaded
    rows: list[DemandRow] | None = None
    lost: list[str] = []
    if isinstance(loaded, Scenario):
        rows, lost = demand_rows(loaded)
        lost = [*not_held(loaded), *lost]
    files, more = _spelled(spec, rows, out, chosen)
    return Exported(files, (*lost, *more))


def _spelled(
    spec: TopologySpec, rows: Sequence[DemandRow] | None, out: Path, chosen: Format
) -> tuple[dict[Path, bytes], list[str]]:
    if chosen is Format.CSV:
        tables = csv_folder.write(spec, rows)
        return {out / name: content for name, content in tables.items()}, sheets.losses(spec)
    if chosen is Format.XLSX:
        return {out: workbook.write(spec, rows)}, sheets.losses(spec)
    if chosen is Format.NODE_LINK:
        return {out: node_link.write(spec, rows)}, []
    if chosen in {Format.SNDLIB, Format.SNDLIB_XML}:
        spell = sndlib_out.write_native if chosen is Format.SNDLIB else sndlib_out.write_xml
        return {out: spell(spec, rows or ())}, sndlib_out.losses(spec, rows or ())
    lost = [f"demands: {len(rows)}"] if rows else []
    graph = graphml.write(spec) if chosen is Format.GRAPHML else geojson.write(spec)
    return {out: graph}, [*lost, *sheets.losses(spec)]
