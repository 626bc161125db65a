"""Samples as plain arrays: what ``samples.npz`` and the store of finished runs hold.

Everything that `Samples` knows is kept to the last bit, so what is read back gives the very
verdicts that were reached before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from netplan.measure.engine.model import PortTotals
from netplan.measure.samples import COMPONENTS, VARIABLE, Samples, StreamSamples

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Columns", "pack", "unpack"]

Columns = Mapping[str, np.ndarray[Any, Any]]
"""Arrays by name, as in a NumPy archive."""

_KINDS = (np.dtype(np.int8), np.dtype(np.int16), np.dtype(np.int32), np.dtype(np.int64))
_PER_YEAR = {"duration": float, "warm_up": float, "packets": np.int64, "packet_hops": np.int64}
"""Names and kinds of what is known of a whole year."""


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
    return {
        name: _narrow(np.concatenate(rows)) if rows else np.empty(0, dtype=np.int64),
        f"{name}_end": np.cumsum([len(row) for row in rows], dtype=np.int64),
    }


def _narrow(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return whole numbers in the smallest kind that holds them: small ones pack much faster."""
    if numbers.dtype not in _KINDS or not len(numbers):
        return numbers
    low, high = int(numbers.min()), int(numbers.max())
    kinds = (kind for kind in _KINDS if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return numbers.astype(next(kinds))


def unpack(columns: Columns) -> dict[int, Samples]:
    """Return the samples that `pack` made arrays of.

    Raises
    ------
    KeyError, ValueError
        If the arrays are not those of `pack`.
    """
    streams: dict[int, dict[str, StreamSamples]] = {int(year): {} for year in columns["years"]}
    for index, year in enumerate(columns["year"]):
        stream = _stream(columns, index)
        streams[int(year)][stream.name] = stream
    return {
        year: Samples(
            streams=found,
            totals=PortTotals(
                **{f.name: _row(columns, f"port_{f.name}", index) for f in fields(PortTotals)}
            ),
            **{name: columns[name][index].item() for name in _PER_YEAR},
        )
        for index, (year, found) in enumerate(streams.items())
    }


def _row(columns: Columns, name: str, index: int) -> np.ndarray[Any, Any]:
    ends = columns[f"{name}_end"]
    row = columns[name][int(ends[index - 1]) if index else 0 : int(ends[index])]
    return row.astype(np.int64) if row.dtype in _KINDS else row


def _stream(columns: Columns, index: int) -> StreamSamples:
    bins, sums = _row(columns, "bins", index), _row(columns, "sums", index)
    return StreamSamples(
        name=str(columns["name"][index]),
        base=int(columns["base"][index]),
        bins=bins,
        counts=_row(columns, "counts", index).reshape(len(sums), len(bins)).astype(np.int32),
        sums=sums,
        squares=float(columns["squares"][index]),
        maximum=int(columns["maximum"][index]),
        dropped=_row(columns, "dropped", index),
        in_flight=int(columns["in_flight"][index]),
        component_sums=columns["component_sums"][index],
        component_bins=tuple(_row(columns, f"{name}_bins", index) for name in VARIABLE),
        component_counts=tuple(
            _row(columns, f"{name}_counts", index).astype(np.int32) for name in VARIABLE
        ),
    )
