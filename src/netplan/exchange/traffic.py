"""Demands of a scenario as a list of pairs, and a scenario around a list of pairs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netplan.exchange.draft import listed
from netplan.exchange.words import plain_number
from netplan.exchange.yaml_file import comment, spell
from netplan.ground.units import GBPS
from netplan.input.loader.tables import DEMAND_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netplan.input.loader.written import Plain, Scalar
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.traffic import Demand

__all__ = ["DemandRow", "by_class", "csv_bytes", "demand_rows", "not_held", "scenario_yaml"]

_DIGITS = 12
"""Significant digits of a rate; more would only show the rounding of powers of two."""


@dataclass(frozen=True, slots=True)
class DemandRow:
    """Traffic of one class from one node to another."""

    traffic_class: str
    source: str
    target: str
    rate_gbps: float
    route: tuple[str, ...] | None = None

    def record(self) -> dict[str, Scalar]:
        """Return the cells of its row."""
        rate = plain_number(float(f"{self.rate_gbps:.{_DIGITS}g}"))
        cells: dict[str, Scalar] = {
            "class": self.traffic_class,
            "source": self.source,
            "target": self.target,
            "rate_gbps": rate,
        }
        return cells | ({"route": ";".join(self.route)} if self.route else {})


def demand_rows(scenario: Scenario) -> tuple[list[DemandRow], list[str]]:
    """Spread the demands of the base year out into pairs, on the network before any expansion.

    Returns
    -------
    tuple
        The pairs, and what could not be kept.
    """
    from netplan.network.demand import pair_demands
    from netplan.network.routing import Router
    from netplan.network.topology import build_topology

    base = scenario.traffic.base_year or scenario.years[0]
    today = scenario.replace(expansion=())
    demands = [demand for demand in today.traffic.demands if _stands(demand, today)]
    late = len(today.traffic.demands) - len(demands)
    today = today.replace(traffic=today.traffic.replace(demands=tuple(demands)))
    router = Router(build_topology(today, base), today.routing)
    rows = [
        DemandRow(pair.traffic_class, pair.source, pair.target, pair.rate / GBPS, pair.links)
        for pair in pair_demands(today, router, base)
    ]
    return rows, [f"demands: {late} of sites or links that the expansion adds"] if late else []


def _stands(demand: Demand, scenario: Scenario) -> bool:
    """Tell whether the sites and links of a single pair are there before the expansion."""
    ends = {demand.source, demand.target} - {None}
    spec = scenario.topology
    return ends <= {*spec.nodes} and {*(demand.route or ())} <= {*spec.links}


def not_held(scenario: Scenario) -> list[str]:
    """Say what no format but a scenario file holds of a scenario."""
    lost = [
        f"traffic classes: how {listed(list(scenario.traffic.classes))} arrive, sizes, priority"
    ]
    if any(demand.gravity for demand in scenario.traffic.demands):
        lost.append("demands: the gravity models; their pairs of the base year stand instead")
    if scenario.traffic.growth_per_year:
        lost.append("growth: the rates are those of the base year")
    if scenario.expansion:
        lost.append(f"expansion: {len(scenario.expansion)} steps; the network is that before them")
    if scenario.targets:
        lost.append(f"targets: {len(scenario.targets)}")
    return [*lost, "years, routing and simulation settings"]


def by_class(rows: Iterable[DemandRow]) -> dict[str, list[DemandRow]]:
    """Sort demands by class; everything else stays in order."""
    groups: dict[str, list[DemandRow]] = {}
    for row in rows:
        groups.setdefault(row.traffic_class, []).append(row)
    return groups


def csv_bytes(columns: Sequence[str], rows: Iterable[dict[str, Scalar]]) -> bytes:
    """Spell a table as CSV; the byte order mark lets spreadsheets show Chinese."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def demand_csv(rows: Sequence[DemandRow]) -> bytes:
    """Spell the demands of one class as the CSV file that a scenario names."""
    columns = [name for name in DEMAND_COLUMNS if name != "route" or any(r.route for r in rows)]
    return csv_bytes(columns, [row.record() for row in rows])


_TARGET = """
# What must hold: take the marks off and write your own.
# targets:
#   - name: 20 ms among the core sites
#     between: {from: core, to: core}
#     layer: network              # optical, network or service
#     direction: one_way          # or round_trip
#     statistic: p99
#     below_ms: 20
"""


def scenario_yaml(
    name: Plain,
    topology: str,
    files: dict[str, str],
    header: Iterable[str],
    extends: str | None = None,
) -> str:
    """Spell a scenario around imported demands.

    Parameters
    ----------
    name
        Name of the scenario.
    topology
        Path of the topology file, from the folder of the scenario.
    files
        Path of the CSV file of each class's demands, likewise.
    header
        Lines of comment.
    extends
        A scenario whose classes, years and targets hold; left out: assumed ones.
    """
    demands = [spell({"class": kind, "file": file}) for kind, file in files.items()]
    lines = [*comment(header), "netplan: scenario/1", f"name: {spell(name)}"]
    if extends is not None:
        lines.append(f"extends: {spell(extends)}")
    lines.append(f"topology: {spell(topology)}")
    if extends is None:
        lines.append(f"years: [{ASSUMED_YEAR}]                # assumed")
    lines += ["", "traffic:"]
    if extends is None:
        lines += ["  classes:                    # assumed: packets of mixed sizes at random times"]
        lines += [f"    {spell(kind)}: {spell(_CLASS)}" for kind in files]
    lines += ["  demands:", *(f"    - {demand}" for demand in demands)]
    return "\n".join(lines) + "\n" + ("" if extends is not None else _TARGET)


ASSUMED_YEAR = 2024
"""First year of an imported scenario; demands rarely say theirs."""
_CLASS: dict[str, Plain] = {"arrivals": "poisson", "sizes": "imix"}
