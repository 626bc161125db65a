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
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import netplan
from netplan.ground.errors import InputError, Place, Problem
from netplan.ground.notebook import Row, counted, verdict_table
from netplan.ground.units import KM, MS, PS_PER_S
from netplan.input.loader.saved import load_saved, saved_text
from netplan.input.scenario.scenario import Scenario
from netplan.judge.states import rank_states
from netplan.judge.verdict import Outcome
from netplan.measure.archive import DAMAGE, compressed, pack, unpack
from netplan.measure.histogram import bin_edges
from netplan.measure.samples import FIXED, VARIABLE, Samples, StreamSamples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from netplan.input.scenario.network import Node
    from netplan.judge.evaluation import Evaluation
    from netplan.judge.states import RankedState
    from netplan.judge.verdict import Hop, LinkUse, PairVerdict, PoolUse, Verdict
    from netplan.show.plots import Pictures

__all__ = [
    "INPUTS",
    "Results",
    "load_results",
    "results_of",
    "save_results",
    "to_document",
    "to_json",
    "write_bytes",
    "write_text",
]

RESULTS_FORMAT = "results/1"
INPUTS = "inputs.json"
_PLACES = 9
"""Decimal places of a millisecond in files: one picosecond."""


def to_document(evaluation: Evaluation) -> dict[str, Any]:
    """Return the evaluation as the JSON document that `results.json` holds."""
    scenario = evaluation.scenario
    chinese = {target.name: target.label.zh for target in scenario.targets}
    return {
        "netplan": RESULTS_FORMAT,
        "scenario": scenario.name.en,
        "scenario_zh": scenario.name.zh,
        "version": evaluation.version,
        "seed": evaluation.seed,
        "engine": evaluation.engine,
        "inputs_sha256": scenario.origin.digest,
        "outcome": str(evaluation.outcome),
        "nodes": [_node(name, node) for name, node in evaluation.nodes.items()],
        "targets": [_target(verdict, chinese) for verdict in evaluation.verdicts],
        "failures": [_in_failure(verdict, chinese) for verdict in evaluation.failures],
        "worst_states": [
            _ranked_state(ranked)
            for ranked in rank_states(evaluation.verdicts, evaluation.failures, evaluation.nodes)
        ],
        "links": [_link(use) for use in evaluation.links],
        "servers": [_pool(use) for use in evaluation.pools],
        "notes": list(evaluation.notes),
    }


def _node(name: str, node: Node) -> dict[str, Any]:
    lat, lon = node.at or (None, None)
    label = node.name
    return {
        "id": name,
        "name": name if label is None else label.en,
        "name_zh": None if label is None else label.zh,
        "role": str(node.role),
        "city": node.city,
        "lat": lat,
        "lon": lon,
        "population": node.population,
    }


def _target(verdict: Verdict, chinese: Mapping[str, str | None]) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "name_zh": chinese.get(verdict.name),
        "year": verdict.year,
        "state": verdict.state,
        "outcome": str(verdict.outcome),
        "reason": str(verdict.reason),
        "layer": verdict.layer,
        "without": verdict.without,
        "direction": verdict.direction,
        "statistic": verdict.statistic,
        "limit_ms": _ms(verdict.limit),
        "coverage": round(verdict.coverage, _PLACES),
        "coverage_needed": verdict.needed,
        "coverage_of": verdict.of,
        "cable_km": round(verdict.cable[0] / KM, 3),
        "estimated_cable_km": round(verdict.cable[1] / KM, 3),
        "pairs": [_pair(pair) for pair in verdict.pairs],
    }


def _in_failure(verdict: Verdict, chinese: Mapping[str, str | None]) -> dict[str, Any]:
    """Return a target in a failure state: only the pairs that are not met, of how many.

    What the outcomes rest on is counted over all pairs.
    """
    document = _target(verdict, chinese)
    pairs = [pair for pair in document["pairs"] if pair["outcome"] != Outcome.MET]
    bases = Counter(str(pair.basis) for pair in verdict.pairs)
    return document | {
        "pairs_judged": len(verdict.pairs),
        "pairs_by_basis": dict(sorted(bases.items())),
        "pairs": pairs,
    }


def _ranked_state(ranked: RankedState) -> dict[str, Any]:
    return {
        "year": ranked.year,
        "state": ranked.state,
        "pairs_broken": ranked.broken,
        "pairs_undecided": ranked.undecided,
        "population": ranked.population,
        "targets": dict(ranked.targets),
    }


def _pair(pair: PairVerdict) -> dict[str, Any]:
    return {
        "source": pair.source,
        "target": pair.target,
        "outcome": str(pair.outcome),
        "reason": str(pair.reason),
        "basis": str(pair.basis),
        "estimate_ms": _ms(pair.estimate),
        "predicted_ms": _ms(pair.predicted),
        "low_ms": _ms(pair.low),
        "high_ms": _ms(pair.high),
        "floor_ms": _ms(pair.floor),
        "limit_ms": _ms(pair.limit),
        "loss": round(pair.loss, _PLACES),
        "loss_low": _share(pair.loss_low),
        "loss_high": _share(pair.loss_high),
        "stream": pair.stream,
        "packets": pair.packets,
        "in_flight": pair.in_flight,
        "components_ms": _components(pair.components),
        "route": list(pair.route),
        "length_km": round(pair.length / KM, 3),
        "estimated_km": round(pair.estimated_length / KM, 3),
        "hops": [_hop(hop) for hop in pair.hops],
        "remedies": list(pair.remedies),
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "link": hop.link,
        "from": hop.source,
        "to": hop.target,
        "utilisation": round(hop.utilisation, _PLACES),
        "length_km": round(hop.length / KM, 3),
        "estimated_km": round(hop.estimated_length / KM, 3),
        "components_ms": _components(hop.components),
    }


def _link(use: LinkUse) -> dict[str, Any]:
    return {
        "year": use.year,
        "link": use.link,
        "from": use.source,
        "to": use.target,
        "utilisation": round(use.utilisation, _PLACES),
        "busiest_member": round(use.busiest_member, _PLACES),
        "loss": round(use.loss, _PLACES),
        "mean_queueing_ms": _ms(use.mean_queueing),
        "max_queueing_ms": _ms(use.max_queueing),
        "predicted_queueing_ms": _ms(use.predicted_queueing),
    }


def _pool(use: PoolUse) -> dict[str, Any]:
    return {
        "year": use.year,
        "node": use.node,
        "servers": use.servers,
        "requests_per_s": round(use.requests, 3),
        "utilisation": round(use.utilisation, _PLACES),
        "mean_wait_ms": _ms(use.mean_wait),
        "max_wait_ms": _ms(use.max_wait),
        "predicted_wait_ms": _ms(use.predicted_wait),
    }


def _components(components: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _ms(value) for name, value in components.items()}


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, _PLACES)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / MS, _PLACES)


def to_json(document: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """Return a document as the text of a JSON file."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


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
