"""Saved samples judged against other targets: nothing is simulated.

A target asks for streams of packets: of a pair, in a direction, with the sizes and the priority of
a class. Those that the results hold are judged as if they had been measured for it, once, with the
confidence of the scenario. Those that they do not hold stay undecided, and are named.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netplan.ground.errors import InputError, Place, Problem
from netplan.input.loader.saved import load_saved
from netplan.judge.case import prepare_all
from netplan.judge.evaluation import evaluation_of
from netplan.judge.results import INPUTS, load_results
from netplan.judge.study import Study
from netplan.judge.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netplan.judge.evaluation import Evaluation

__all__ = ["rejudge"]

SHOWN = 3
"""Pairs in a note."""


def rejudge(folder: str | Path, targets: str | Path) -> Evaluation:
    """Judge the samples of a results folder against other targets.

    Parameters
    ----------
    folder
        As ``netplan-sim run --out`` wrote it.
    targets
        A YAML file with a list of `targets`, or a scenario, of which only its targets are taken.

    Raises
    ------
    InputError
        If something is wrong with either.
    """
    results = load_results(folder)
    inputs = Path(folder) / INPUTS
    if not inputs.exists():
        what = "is not there; run the scenario again with netplan-sim run SCENARIO --out DIR"
        raise InputError([Problem((), what, Place(str(inputs)))])
    scenario = load_saved(inputs, targets)
    engine, seed = results.document["engine"], results.document["seed"]
    studies = [Study(case, engine, seed) for case in prepare_all(scenario)]
    for study in studies:
        study.judge(results.samples.get(study.case.year))
    notes = [note for study in studies for note in _not_measured(study)]
    if any("failure" in target.holds_in for target in scenario.targets):
        notes.append("failure states are not judged: their samples are not kept")
    return evaluation_of(scenario, studies, engine, seed, notes)


def _not_measured(study: Study) -> Iterator[str]:
    """Say of every target which pairs the results hold no samples of."""
    for verdict in study.verdicts():
        missing = [p for p in verdict.pairs if p.reason is Reason.NOT_MEASURED]
        if missing:
            names = ", ".join(f"{pair.source}>{pair.target}" for pair in missing[:SHOWN])
            more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
            yield (
                f"{study.case.year}: {verdict.name}: {len(missing)} of {len(verdict.pairs)} pairs "
                f"were not measured this way ({names}{more}): run the scenario with this target"
            )
