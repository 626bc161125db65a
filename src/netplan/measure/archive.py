"""Samples as plain arrays: what ``samples.npz`` and the store of finished runs hold.

Everything that `Samples` knows is kept to the last bit, so what is read back gives the very
verdicts that were reached before.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from tokenize import TokenError
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import numpy as np

from netplan.measure.engine.model import PortTotals
from netplan.measure.samples import COMPONENTS, VARIABLE, Samples, StreamSamples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["DAMAGE", "Columns", "compressed", "pack", "unpack"]

Columns = Mapping[str, np.ndarray[Any, Any]]
"""Arrays by name, as in a NumPy archive."""

DAMAGE = (
    OSError,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
    BadZipFile,
    TokenError,
    zlib.error,
)
"""What NumPy may raise when it reads an archive that was cut or changed."""

_KINDS: tuple[np.dtype[Any], ...] = (
    np.dtype(np.int8),
    np.dtype(np.int16),
    np.dtype(np.int32),
    np.dtype(np.int64),
)
_PER_YEAR = {"duration": float, "warm_up": float, "packets": np.int64, "packet_hops": np.int64}
"""Names and kinds of what is known of a whole year."""
_FASTEST = 1
"""Level of deflate: a fifth of the time of NumPy's `savez_compressed` for two fifths more bytes."""


def pack(samples: Mapping[int, Samples]) -> dict[str, np.ndarray[Any, Any]]:
    """Return the samples of several years as arrays.

    ``year``, ``name``, ``base``, ``maximum``, ``in_flight``, ``squares`` and ``component_sums``
    have an entry for each stream; what differs in length stands end to end, with the end of each
    stream in ``..._end``. ``years``, ``duration``, ``warm_up``, ``packets``, ``packet_hops`` and
    the totals of the ports, ``port_...``, have an entry for each year.
    """
    streams = [(year, s) for year, found in samples.items() for s in found.streams.values()]
    columns = {
        "year": np.array([year for year, _ in streams], dtype=np.int64),
        "name": np.array([s.name for _, s in streams], dtype=np.str_),
        "base": np.array([s.base for _, s in streams], dtype=np.int64),
        "maximum": np.array([s.maximum for _, s in streams], dtype=np.int64),
        "in_flight": np.array([s.in_flight for _, s in streams], dtype=np.int64),
        "squares": np.array([s.squares for _, s in streams], dtype=np.float64),
        "component_sums": np.array([s.component_sums for _, s in streams], dtype=np.int64).reshape(
            -1, len(COMPONENTS)
        ),
        "years": np.array(list(samples), dtype=np.int64),
    }
    for name in ("bins", "sums", "dropped"):
        columns |= _ragged(name, [getattr(s, name) for _, s in streams])
    columns |= _ragged("counts", [s.counts.ravel() for _, s in streams])
    for position, component in enumerate(VARIABLE):
        columns |= _ragged(f"{component}_bins", [s.component_bins[position] for _, s in streams])
        columns |= _ragged(
            f"{component}_counts", [s.component_counts[position] for _, s in streams]
        )
    for name, kind in _PER_YEAR.items():
        columns[name] = np.array([getattr(s, name) for s in samples.values()], dtype=kind)
    for field in fields(PortTotals):
        columns |= _ragged(
            f"port_{field.name}", [getattr(s.totals, field.name) for s in samples.values()]
        )
    return columns


def _ragged(name: str, rows: Sequence[np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    """Return rows of different lengths as one array and the end of each row in it."""
    joined = np.concatenate(rows, dtype=_narrowest(rows)) if rows else np.empty(0, dtype=np.int64)
    return {name: joined, f"{name}_end": np.cumsum([len(row) for row in rows], dtype=np.int64)}


def _narrowest(rows: Sequence[np.ndarray[Any, Any]]) -> np.dtype[Any]:
    """Return the smallest kind that holds whole numbers: small ones pack much faster."""
    kind: np.dtype[Any] = rows[0].dtype
    filled = [row for row in rows if len(row)]
    if kind not in _KINDS or not filled:
        return kind
    low, high = min(int(row.min()) for row in filled), max(int(row.max()) for row in filled)
    return next(k for k in _KINDS if np.iinfo(k).min <= low and high <= np.iinfo(k).max)


def compressed(columns: Columns) -> bytes:
    """Return arrays as an archive that `numpy.load` reads."""
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED, compresslevel=_FASTEST) as opened:
        for name, column in columns.items():
            with opened.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, column, allow_pickle=False)
    return archive.getvalue()


def unpack(columns: Columns) -> dict[int, Samples]:
    """Return the samples that `pack` made arrays of.

    Raises
    ------
    KeyError, ValueError
        If the arrays are not those of `pack`.
    """
    streams: dict[int, dict[str, StreamSamples]] = {int(year): {} for year in columns["years"]}
    for year, stream in zip(columns["year"].tolist(), _streams(columns), strict=True):
        streams[year][stream.name] = stream
    totals = {field.name: _rows(columns, f"port_{field.name}") for field in fields(PortTotals)}
    return {
        year: Samples(
            streams=found,
            totals=PortTotals(**{name: rows[index] for name, rows in totals.items()}),
            **{name: columns[name][index].item() for name in _PER_YEAR},
        )
        for index, (year, found) in enumerate(streams.items())
    }


def _rows(
    columns: Columns, name: str, kind: type[np.integer[Any]] = np.int64
) -> list[np.ndarray[Any, Any]]:
    """Return the rows that `_ragged` put end to end, whole numbers as one kind."""
    joined = columns[name]
    if joined.dtype in _KINDS:
        joined = joined.astype(kind, copy=False)
    return [joined[start:end] for start, end in pairwise([0, *columns[f"{name}_end"].tolist()])]


def _streams(columns: Columns) -> Iterator[StreamSamples]:
    bins, sums = _rows(columns, "bins"), _rows(columns, "sums")
    counts, dropped = _rows(columns, "counts", np.int32), _rows(columns, "dropped")
    part_bins = [_rows(columns, f"{name}_bins") for name in VARIABLE]
    part_counts = [_rows(columns, f"{name}_counts", np.int32) for name in VARIABLE]
    for index, name in enumerate(columns["name"].tolist()):
        yield StreamSamples(
            name=name,
            base=int(columns["base"][index]),
            bins=bins[index],
            counts=counts[index].reshape(len(sums[index]), len(bins[index])),
            sums=sums[index],
            squares=float(columns["squares"][index]),
            maximum=int(columns["maximum"][index]),
            dropped=dropped[index],
            in_flight=int(columns["in_flight"][index]),
            component_sums=columns["component_sums"][index],
            component_bins=tuple(rows[index] for rows in part_bins),
            component_counts=tuple(rows[index] for rows in part_counts),
        )
