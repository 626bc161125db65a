"""Which format a file is of: by what the user says, by its extension, by its content."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from netplan.exchange import csv_folder, geojson, graphml, node_link, sndlib, workbook
from netplan.exchange.draft import unreadable
from netplan.ground.errors import InputError, Problem
from netplan.input.loader.files import LARGEST_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from netplan.exchange.draft import Draft
    from netplan.input.loader.files import Reading

__all__ = ["Format", "format_of", "read_draft"]


class Format(StrEnum):
    """Formats that can be read and written."""

    XLSX = "xlsx"
    CSV = "csv"
    GRAPHML = "graphml"
    GEOJSON = "geojson"
    NODE_LINK = "node-link"
    SNDLIB_XML = "sndlib-xml"
    SNDLIB = "sndlib"


_BY_EXTENSION = {
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".graphml": Format.GRAPHML,
    ".geojson": Format.GEOJSON,
    ".json": Format.NODE_LINK,
    ".xml": Format.SNDLIB_XML,
    ".txt": Format.SNDLIB,
    "": Format.CSV,
}


def format_of(path: Path) -> Format:
    """Tell the format of a file by its name; a folder is one of CSV files.

    Raises
    ------
    InputError
        If the extension belongs to none.
    """
    if path.is_dir():
        return Format.CSV
    found = _BY_EXTENSION.get(path.suffix.lower())
    if found is None:
        known = ", ".join(extension for extension in _BY_EXTENSION if extension)
        message = f"{path}: unknown extension {path.suffix!r}; use {known}, a folder, or --format"
        raise InputError([Problem((), message)])
    return found


def read_draft(path: Path, wanted: Format | None, unit_gbps: float, reading: Reading) -> Draft:
    """Read a file or folder of any format.

    Parameters
    ----------
    path
        File, or folder of CSV files.
    wanted
        Its format; None: by its name and content.
    unit_gbps
        One unit of the capacities and demands of formats that have none of their own [Gbit/s].
    reading
        Takes the problems, and the content for the digest.

    Raises
    ------
    InputError
        If it is not of that format at all.
    """
    file = str(path)
    chosen = wanted or format_of(path)
    if chosen is Format.CSV:
        if not path.is_dir():
            raise unreadable(file, "not a folder; name the folder of nodes.csv, links.csv, ...")
        return csv_folder.read(file, reading)
    content = _content(path)
    reading.note(content)
    if chosen is Format.XLSX:
        return workbook.read(file, content, reading)
    if chosen in {Format.GEOJSON, Format.NODE_LINK}:
        return _read_json(content, path, wanted, unit_gbps, reading)
    return _read_text(content, path, chosen, unit_gbps, reading)


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise unreadable(str(path), "a folder; name a file in it, or use --format csv")
    if not path.exists():
        raise unreadable(str(path), "no such file")
    if path.stat().st_size > LARGEST_FILE:
        raise unreadable(str(path), f"larger than {LARGEST_FILE / 1e6:.0f} MB")
    return path.read_bytes()


def _read_json(
    content: bytes, path: Path, wanted: Format | None, unit_gbps: float, reading: Reading
) -> Draft:
    file = str(path)
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise unreadable(file, "not UTF-8; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise unreadable(file, f"not JSON: {error.msg}", error.lineno, error.colno) from error
    if not isinstance(document, dict):
        raise unreadable(file, "must be a JSON object")
    # Maps are often called .json.
    is_map = wanted is None and document.get("type") == "FeatureCollection"
    if is_map or (wanted or format_of(path)) is Format.GEOJSON:
        return geojson.read(document, path.stem, file, reading)
    return node_link.read(document, path.stem, file, unit_gbps)


def _read_text(
    content: bytes, path: Path, chosen: Format, unit_gbps: float, reading: Reading
) -> Draft:
    file = str(path)
    # GraphML files are often called .xml.
    if chosen is Format.GRAPHML or b"graphml" in content[:2000]:
        return graphml.read(content, path.stem, file, unit_gbps, reading)
    if chosen is Format.SNDLIB_XML:
        network = sndlib.parse_xml(content, file)
    else:
        network = sndlib.parse_native(content.decode("utf-8-sig", "replace"), file)
    return sndlib.draft_of_network(network, path.stem, file, unit_gbps)
