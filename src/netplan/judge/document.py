"""The document that holds an evaluation: what `results.json` says, and pipelines read."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from netplan.ground.units import KM, MS
from netplan.judge.states import rank_states
from netplan.judge.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netplan.input.scenario.network import Node
    from netplan.judge.evaluation import Evaluation
    from netplan.judge.states import RankedState
    from netplan.judge.verdict import Hop, LinkUse, PairVerdict, PoolUse, Verdict

__all__ = ["RESULTS_FORMAT", "is_document", "to_document", "to_json"]

RESULTS_FORMAT = "results/1"
_TABLES = ("nodes", "targets", "failures", "worst_states", "links", "servers")
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


def is_document(value: object) -> bool:
    """Tell whether a value is shaped like a document: its tables are there, row by row."""
    return isinstance(value, dict) and all(
        isinstance(value.get(table), list) and all(isinstance(row, dict) for row in value[table])
        for table in _TABLES
    )


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
        "loss": _share(pair.loss if pair.packets or pair.loss else None),
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
        "loss": _share(use.loss),
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
