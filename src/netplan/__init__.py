"""Tells whether a network keeps its latency promise, until when, and which hop is to blame.

Examples
--------
>>> import netplan
>>> scenario = netplan.load("scenarios/two-cities.yaml")
>>> evaluation = netplan.evaluate(scenario)  # doctest: +SKIP
>>> evaluation.outcome  # doctest: +SKIP
<Outcome.MET: 'met'>
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netplan.errors import NetplanError
    from netplan.evaluation import Evaluation, evaluate
    from netplan.loader import load
    from netplan.results import load_results, save_results
    from netplan.scenario.scenario import Scenario
    from netplan.scenario.targets import Target
    from netplan.topology import Topology
    from netplan.verdict import Outcome, Verdict

__all__ = [
    "Evaluation",
    "NetplanError",
    "Outcome",
    "Scenario",
    "Target",
    "Topology",
    "Verdict",
    "evaluate",
    "load",
    "load_results",
    "save_results",
]

__version__ = "0.1.0"

_HOMES = {
    "Evaluation": "netplan.evaluation",
    "NetplanError": "netplan.errors",
    "Outcome": "netplan.verdict",
    "Scenario": "netplan.scenario.scenario",
    "Target": "netplan.scenario.targets",
    "Topology": "netplan.topology",
    "Verdict": "netplan.verdict",
    "evaluate": "netplan.evaluation",
    "load": "netplan.loader",
    "load_results": "netplan.results",
    "save_results": "netplan.results",
}
"""Where each public name lives; it is imported when it is first used, so `--help` stays quick."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'netplan' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
