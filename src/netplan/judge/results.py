"""Results: the evaluation as files, and back as tables.

A results folder holds ``results.json`` (the verdicts), ``pairs.csv``, ``links.csv``,
``samples.npz`` (the histograms of every measured stream) and ``inputs.json`` (the scenario and all
that it names, so that the samples can be judged again). No file says when or where it was
written: the same input gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import netplan
from netplan.ground.errors import InputError, Place, Problem
from netplan.ground.notebook import Row, counted, verdict_table
from netplan.ground.units import MS, PS_PER_S
from netplan.input.loader.saved import load_saved, saved_text
from netplan.input.scenario.scenario import Scenario
from netplan.judge.document import RESULTS_FORMAT, is_document, to_document, to_json
from netplan.measure.archive import DAMAGE, compressed, pack, unpack
from netplan.measure.histogram import bin_edges
from netplan.measure.samples import FIXED, VARIABLE, Samples, StreamSamples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from netplan.judge.evaluation import Evaluation
    from netplan.show.plots import Pictures

__all__ = [
    "INPUTS",
    "Results",
    "load_results",
    "results_of",
    "save_results",
    "write_bytes",
    "write_text",
]

INPUTS = "inputs.json"


def write_text(path: Path, text: str) -> None:
    """Write a text as `write_bytes` does, in UTF-8."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside it first, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def save_results(evaluation: Evaluation, folder: str | Path) -> tuple[str, ...]:
    """Write the results folder; `results.json` last, so that where it stands all is there.

    Returns
    -------
    tuple of str
        Names of the files.
    """
    document = to_document(evaluation)
    files = {
        "samples.npz": compressed(pack(evaluation.samples)),
        INPUTS: saved_text(evaluation.scenario).encode(),
        "pairs.csv": _csv(_pair_rows(document)).encode(),
        "links.csv": _csv(document["links"]).encode(),
        "results.json": to_json(document).encode(),
    }
    for name, content in files.items():
        write_bytes(Path(folder) / name, content)
    return tuple(files)


def _pair_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one flat row for each pair of each target and year."""
    return [
        {
            "target_name": target["name"],
            "year": target["year"],
            "state": target["state"],
            **{k: v for k, v in pair.items() if not isinstance(v, dict | list)},
            **{f"{name}_ms": pair["components_ms"].get(name) for name in (*FIXED, *VARIABLE)},
            "route": " ".join(pair["route"]),
        }
        for target in document["targets"]
        for pair in target["pairs"]
    ]


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass(frozen=True)
class Results:
    """A results folder, read back.

    Examples
    --------
    >>> results = load_results("results/liaoning-2026")  # doctest: +SKIP
    >>> results.pairs.query("outcome == 'missed'")  # doctest: +SKIP
    """

    document: Mapping[str, Any]
    """What ``results.json`` holds."""
    streams: tuple[tuple[int, StreamSamples], ...]
    """Year and measured stream."""
    samples: Mapping[int, Samples] = field(default_factory=dict)
    """All that was measured, by year; years without simulation are missing."""
    inputs: Scenario | Path = Path(INPUTS)
    """What was judged, or the file that holds it."""

    def __repr__(self) -> str:
        outcomes = (target["outcome"] for target in self._targets)
        name, outcome = self.document["scenario"], self.document["outcome"]
        return f"<Results of {name!r}: {outcome} ({counted(outcomes)})>"

    def _repr_html_(self) -> str:
        title = f"{self.document['scenario']}: {self.document['outcome']}"
        return verdict_table(title, [_row(target) for target in self._targets])

    @cached_property
    def scenario(self) -> Scenario:
        """What was judged.

        Raises
        ------
        InputError
            If the folder does not hold it.
        """
        return self.inputs if isinstance(self.inputs, Scenario) else load_saved(self.inputs)

    @cached_property
    def plot(self) -> Pictures:
        """Pictures: ``results.plot.cdf()``, ``results.plot.map(language="zh")``, and so on."""
        return netplan.plots.pictures_of(self)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """One row for each target and year."""
        return _frame({k: v for k, v in t.items() if k != "pairs"} for t in self._targets)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """One row for each pair of each target and year, all durations in milliseconds."""
        return _frame(_pair_rows(self.document))

    @cached_property
    def hops(self) -> pd.DataFrame:
        """One row for each hop of each pair."""
        return _frame(
            {
                "target_name": target["name"],
                "year": target["year"],
                "source": pair["source"],
                "target": pair["target"],
                "hop": number,
                **{k: v for k, v in hop.items() if k != "components_ms"},
                **{f"{k}_ms": v for k, v in hop["components_ms"].items()},
            }
            for target in self._targets
            for pair in target["pairs"]
            for number, hop in enumerate(pair["hops"])
        )

    @cached_property
    def links(self) -> pd.DataFrame:
        """One row for each channel and year."""
        return _frame(self.document["links"])

    @cached_property
    def servers(self) -> pd.DataFrame:
        """One row for each pool of servers and year."""
        return _frame(self.document.get("servers", []))

    @cached_property
    def histograms(self) -> pd.DataFrame:
        """One row for each bin in use: year, stream, component, lower_ms, upper_ms, packets.

        The component ``delay`` is the whole delay.
        """
        import pandas as pd

        return pd.concat(
            [_histogram(year, stream) for year, stream in self.streams] or [pd.DataFrame()],
            ignore_index=True,
        )

    @property
    def _targets(self) -> list[dict[str, Any]]:
        targets: list[dict[str, Any]] = self.document["targets"]
        return targets


def _row(target: Mapping[str, Any]) -> Row:
    """Return what a notebook shows of a verdict, with its slowest pair."""
    order = ("met", "undecided", "missed")

    def size(pair: Mapping[str, Any]) -> tuple[int, float]:
        return order.index(pair["outcome"]), pair["estimate_ms"] or pair["floor_ms"] or 0.0

    worst = max(target["pairs"], key=size, default=None)
    return Row(
        target=target["name"],
        year=target["year"],
        state=target["state"],
        outcome=target["outcome"],
        covered=target["coverage"],
        worst="" if worst is None else f"{worst['source']} > {worst['target'] or '?'}",
        worst_ms=None if worst is None else size(worst)[1] or None,
        limit_ms=target["limit_ms"],
    )


def _histogram(year: int, stream: StreamSamples) -> pd.DataFrame:
    import pandas as pd

    tables = []
    parts = {
        "delay": (stream.bins, stream.counts.sum(axis=0), stream.base),
        **{
            name: (stream.component_bins[i], stream.component_counts[i], 0)
            for i, name in enumerate(VARIABLE)
        },
    }
    for component, (bins, packets, base) in parts.items():
        lower, upper = bin_edges(bins)
        tables.append(
            pd.DataFrame(
                {
                    "year": year,
                    "stream": stream.name,
                    "component": component,
                    "lower_ms": (lower + base) / PS_PER_S / MS,
                    "upper_ms": np.minimum(upper + base, stream.maximum + 1) / PS_PER_S / MS,
                    "packets": packets,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows))


def load_results(folder: str | Path) -> Results:
    """Read a results folder that ``netplan-sim run --out`` wrote.

    Raises
    ------
    InputError
        If the folder holds no results, or ones of another format.
    """
    folder = Path(folder)
    document = _read_document(folder / "results.json")
    samples = _read_samples(folder / "samples.npz")
    return Results(
        document=document,
        streams=tuple((year, s) for year, of in samples.items() for s in of.streams.values()),
        samples=samples,
        inputs=folder / INPUTS,
    )


def results_of(evaluation: Evaluation) -> Results:
    """Return what `load_results` gives back once `save_results` has written it, without files."""
    samples = evaluation.samples
    return Results(
        document=to_document(evaluation),
        streams=tuple((year, s) for year, of in samples.items() for s in of.streams.values()),
        samples=samples,
        inputs=evaluation.scenario,
    )


def _read_document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        what = "is not there" if isinstance(error, OSError) else "is not JSON"
        raise _unreadable(file, what) from error
    if not isinstance(document, dict) or document.get("netplan") != RESULTS_FORMAT:
        raise _unreadable(file, f"is not of the format {RESULTS_FORMAT}")
    if not is_document(document):
        raise _unreadable(file, "is damaged")
    return document


def _read_samples(file: Path) -> dict[int, Samples]:
    try:
        # Opened here, because NumPy leaves a damaged archive open.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as archive:
            return unpack({name: archive[name] for name in archive.files})
    except DAMAGE as error:
        what = "is not there" if isinstance(error, FileNotFoundError) else "is damaged"
        raise _unreadable(file, what) from error


def _unreadable(file: Path, what: str) -> InputError:
    remedy = "write results with netplan-sim run SCENARIO --out DIR"
    return InputError([Problem((), f"{what}; {remedy}", Place(str(file)))])
