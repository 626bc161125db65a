"""Every file that is shipped works: topologies, scenarios, notebooks."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.input.loader import load
from netplan.input.scenario.failures import Failures
from netplan.input.scenario.targets import Layer
from netplan.judge.evaluation import evaluate

ROOT = Path(__file__).parent.parent
TOPOLOGIES = sorted((ROOT / "topologies").glob("*.yaml"))
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FEW = "simulation.packets={at_least: 1000, at_most: 2000}"
SECONDS = 30
"""Most that a notebook may take; allowed here is more, for machines that do other things too."""


def name_of(path):
    return path.stem


@pytest.mark.parametrize("file", [*TOPOLOGIES, *SCENARIOS], ids=name_of)
def test_a_shipped_file_is_sound(file, monkeypatch):
    monkeypatch.chdir(ROOT)
    shown = file.relative_to(ROOT)
    done = CliRunner().invoke(app, ["validate", str(shown), "--lang", "en"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{shown}: sound\n", "")


@pytest.mark.parametrize("file", SCENARIOS, ids=name_of)
def test_a_shipped_scenario_runs_on_the_optical_layer(file):
    """Its last year with at most one failure: every target and pair, though no packet."""
    scenario = load(file)
    targets = [t.replace(layer=Layer.OPTICAL, without=None) for t in scenario.targets]
    base = scenario.traffic.base_year or scenario.years[0]
    one_cut = {"one cut": (next(iter(scenario.topology.spans)),)}
    evaluation = evaluate(
        scenario.replace(
            targets=tuple(targets),
            years=scenario.years[-1:],
            traffic=scenario.traffic.replace(base_year=base),
            failures=Failures(sets=one_cut),
        )
    )
    assert len(evaluation.verdicts) == len(targets)
    assert all(verdict.pairs for verdict in evaluation.verdicts)
    assert {verdict.state for verdict in evaluation.failures} <= {"one cut"}
    assert not evaluation.samples


def test_the_smallest_scenario_runs_with_packets_in_every_year():
    scenario = load(ROOT / "scenarios" / "two-cities.yaml", overrides=[FEW])
    evaluation = evaluate(scenario, engine="fast")
    assert set(evaluation.samples) == set(scenario.years)
    assert all(samples.packets for samples in evaluation.samples.values())


@pytest.mark.parametrize("file", NOTEBOOKS, ids=name_of)
def test_a_notebook_runs_to_its_end(file):
    book = nbformat.read(file, as_version=4)
    client = NotebookClient(
        book, timeout=10 * SECONDS, resources={"metadata": {"path": str(file.parent)}}
    )
    client.execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    assert len(outputs) > 3
    assert not [text for text in outputs if text.get("name") == "stderr"]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=name_of)
def test_a_notebook_is_kept_without_outputs_and_uses_public_names_only(file):
    book = nbformat.read(file, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(cell.execution_count is None and not cell.outputs for cell in code)
    imports = [
        line for cell in code for line in cell.source.splitlines() if "netplan" in line.split()[:2]
    ]
    assert set(imports) <= {"import netplan", "from netplan import plots"}
    assert not [cell.source for cell in code if "netplan._" in cell.source]


def test_there_are_examples_of_each_kind():
    assert len(TOPOLOGIES) >= 3
    assert len(SCENARIOS) >= 5
    assert len(NOTEBOOKS) >= 3
