"""Import: a file of another format becomes a topology file, and its demands a scenario."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from netplan.exchange.assumptions import STRICT, Assumptions, with_assumptions
from netplan.exchange.draft import written
from netplan.exchange.formats import Format, read_draft
from netplan.exchange.sndlib import MBPS
from netplan.exchange.traffic import ASSUMED_YEAR, DemandRow, by_class, demand_csv, scenario_yaml
from netplan.exchange.yaml_file import topology_yaml
from netplan.ground.errors import Place
from netplan.input.loader.combining import with_base
from netplan.input.loader.files import Reading
from netplan.input.loader.loading import checked_scenario, checked_topology
from netplan.input.loader.written import Plain, Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netplan.exchange.draft import Draft
    from netplan.input.scenario.network import TopologySpec

__all__ = ["Imported", "import_file"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import comes to; nothing of it is written yet."""

    files: Mapping[Path, bytes]
    """Content by path: the topology, and of demands their CSV files and a scenario."""
    notes: tuple[str, ...]
    """What was assumed, changed or not used."""


def import_file(
    path: Path,
    out: Path,
    *,
    wanted: Format | None = None,
    scenario: Path | None = None,
    extends: Path | None = None,
    given: Assumptions = STRICT,
    unit_gbps: float = MBPS,
) -> Imported:
    """Make a topology file of a file of another format.

    Parameters
    ----------
    path
        The file, or a folder of CSV files.
    out
        The topology file to be; names in the result are beside it.
    wanted
        The format; None: by name and content.
    scenario
        The scenario file to be, if there are demands; None: ``STEM-scenario.yaml`` beside `out`.
    extends
        A scenario whose traffic classes, years and targets shall hold.
    given
        What to assume where the file says nothing.
    unit_gbps
        One unit of capacities and demands, in formats that do not say their unit [Gbit/s].

    Raises
    ------
    InputError
        With everything that is wrong, as for a topology file.
    """
    reading = Reading()
    draft = read_draft(path, wanted, unit_gbps, reading)
    if "name" not in draft.topology.mapping:
        place = Place(str(path))
        draft = replace(
            draft, topology=draft.topology.with_entry("name", Written(path.stem, place), place)
        )
    draft = with_assumptions(draft, given, path.name)
    scenario = scenario or out.with_name(f"{out.stem}-scenario.yaml")
    if not draft.demands and extends is None:
        spec, _ = checked_topology(draft.topology, str(path), reading)
        return Imported({out: _topology(spec, draft, path)}, draft.notes)
    spec, rows = _with_traffic(draft, scenario, extends, reading)
    files, notes = _scenario_files(spec, rows, path, out, scenario, extends)
    return Imported({out: _topology(spec, draft, path), **files}, (*draft.notes, *notes))


def _topology(spec: TopologySpec, draft: Draft, path: Path) -> bytes:
    notes = [f"- {note}" for note in draft.notes]
    header = [f"{spec.name.en}, imported from {path.name} by netplan-sim."]
    header += ["", "Assumed, changed or not used:", *notes] if notes else []
    return topology_yaml(spec, [*header, ""]).encode()


def _with_traffic(
    draft: Draft, scenario: Path, extends: Path | None, reading: Reading
) -> tuple[TopologySpec, list[DemandRow]]:
    """Check topology and demands together, as a scenario."""
    place = Place(str(scenario), 1, 1)
    said = [one.mapping["class"].value for one in draft.demands if "class" in one.mapping]
    classes = dict.fromkeys(map(str, said))
    words: dict[str, Plain] = {"netplan": "scenario/1", "name": scenario.stem}
    if extends is None:
        law: dict[str, Plain] = {"arrivals": "poisson", "sizes": "imix"}
        words |= {"years": [ASSUMED_YEAR], "traffic": {"classes": dict.fromkeys(classes, law)}}
    else:
        words["extends"] = _from_folder(extends, scenario)
    root = with_base(written(words, place), reading)
    traffic = root.mapping.get("traffic", Written({}, place))
    demands = Written(list(draft.demands), place)
    traffic = traffic.with_entry("demands", demands, place)
    root = root.with_entry("traffic", traffic, place)
    topology = replace(draft.topology, spelled=())
    loaded = checked_scenario(root.with_entry("topology", topology, place), str(scenario), reading)
    rows = [
        DemandRow(d.traffic_class, d.source, d.target, d.rate_gbps, d.route)
        for d in loaded.traffic.demands
        if d.source is not None and d.target is not None and d.rate_gbps is not None
    ]
    return loaded.topology, rows


def _scenario_files(
    spec: TopologySpec,
    rows: list[DemandRow],
    path: Path,
    out: Path,
    scenario: Path,
    extends: Path | None,
) -> tuple[dict[Path, bytes], list[str]]:
    """Return a CSV file for each class, and a scenario unless there is one already."""
    groups = by_class(rows)
    stem = scenario.stem.removesuffix("-scenario")
    names = {
        kind: f"{stem}-demands.csv" if len(groups) == 1 else f"{stem}-demands-{kind}.csv"
        for kind in groups
    }
    files = {scenario.with_name(names[kind]): demand_csv(group) for kind, group in groups.items()}
    if scenario.exists():
        return files, [f"{scenario} is there already and was left as it is"]
    header = [f"{spec.name.en}: the demands of {path.name} on the network of {out.name}.", ""]
    text = scenario_yaml(
        spec.name.en,
        _from_folder(out, scenario),
        names,
        header,
        None if extends is None else _from_folder(extends, scenario),
    )
    files[scenario] = text.encode()
    assumed = (
        []
        if extends
        else [
            f"traffic classes assumed: {', '.join(groups)} of mixed packet sizes at random times",
            f"year assumed: {ASSUMED_YEAR}",
        ]
    )
    return files, assumed


def _from_folder(file: Path, scenario: Path) -> str:
    """Name a file from the folder of the scenario."""
    return Path(os.path.relpath(file, scenario.parent)).as_posix()
