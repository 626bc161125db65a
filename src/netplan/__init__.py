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
    from netplan.ground.errors import NetplanError
    from netplan.input.loader import load
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.targets import Target
    from netplan.judge.evaluation import Evaluation, evaluate
    from netplan.judge.results import load_results, save_results
    from netplan.judge.verdict import Outcome, Verdict
    from netplan.network.topology import Topology
    from netplan.show import plots

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
    "plots",
    "save_results",
]

__version__ = "0.1.0"

_HOMES = {
    "Evaluation": "netplan.judge.evaluation",
    "NetplanError": "netplan.ground.errors",
    "Outcome": "netplan.judge.verdict",
    "Scenario": "netplan.input.scenario.scenario",
    "Target": "netplan.input.scenario.targets",
    "Topology": "netplan.network.topology",
    "Verdict": "netplan.judge.verdict",
    "evaluate": "netplan.judge.evaluation",
    "load": "netplan.input.loader",
    "load_results": "netplan.judge.results",
    "save_results": "netplan.judge.results",
}
"""Where each public name lives; it is imported when it is first used, so `--help` stays quick."""


def __getattr__(name: str) -> Any:
    if name == "plots":
        return importlib.import_module("netplan.show.plots")
    if name not in _HOMES:
        raise AttributeError(f"module 'netplan' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
