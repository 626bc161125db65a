"""What the planning commands do, apart from printing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from netplan.cli.output import Reporter, told_by
from netplan.ground.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from netplan.decide.circles import CircleMap
    from netplan.decide.trial import Means
    from netplan.ground.texts import Language
    from netplan.input.scenario.failures import FailureKind
    from netplan.input.scenario.scenario import Scenario
    from netplan.input.scenario.targets import Direction

__all__ = ["draw_circles", "find_changes", "find_dates", "means_of"]


def draw_circles(
    file: Path,
    overrides: Sequence[str],
    *,
    limits_ms: Sequence[float],
    layer: str,
    direction: str,
    years: Sequence[int] | None,
    sources: Sequence[str] | None,
    centres: Sequence[str] | None,
    failures: str | None,
    state: str | None,
    results: Path | None,
    json_file: Path | None,
    language: Language,
) -> str:
    """Find the latency circles of a scenario and return them as text."""
    from netplan.decide.circles import CENTRES, LIMITS_MS, circles
    from netplan.input.loader import load
    from netplan.input.scenario.targets import Direction, Layer
    from netplan.judge.document import to_json
    from netplan.judge.results import write_text
    from netplan.show.tables.circles import circles_document, circles_table

    scenario = load(file, overrides=overrides)
    limits = sorted(set(limits_ms)) or list(LIMITS_MS)
    if results is not None:
        maps = _measured(scenario, results, Direction(direction), years)
    else:
        each = {None: None, "scenario": ()}.get(failures, (cast("FailureKind", failures),))
        maps = circles(
            scenario,
            layer=Layer(layer),
            direction=Direction(direction),
            years=years,
            sources=sources,
            centres=centres or CENTRES,
            each=each,
            state=state,
        )
    if json_file is not None:
        write_text(json_file, to_json(circles_document(scenario, maps, limits)))
    return circles_table(scenario, maps, limits, language)


def _measured(
    scenario: Scenario, folder: Path, direction: Direction, years: Sequence[int] | None
) -> list[CircleMap]:
    from netplan.cli.work import results_folder
    from netplan.decide.circles import measured_circles
    from netplan.judge.results import load_results

    found = measured_circles(load_results(results_folder(folder)).document, direction=direction)
    maps = [one for one in found if years is None or one.year in years]
    if not maps:
        message = f"no target of the network layer, {direction}, was judged there"
        raise InputError([Problem((), message, Place(str(folder)))])
    return maps


def find_changes(
    file: Path,
    overrides: Sequence[str],
    *,
    targets: Sequence[str] | None,
    year: int | None,
    state: str | None,
    means: Means,
    confirm: bool,
    json_file: Path | None,
    reporter: Reporter | None,
    language: Language,
) -> str:
    """Find the cures of one year of a scenario and return them as text."""
    from netplan.decide.cure import find_cures
    from netplan.input.loader import load
    from netplan.judge.document import to_json
    from netplan.judge.results import write_text
    from netplan.network.failure import NORMAL
    from netplan.show.tables.cure import cures_document, cures_table

    scenario = load(file, overrides=overrides)
    if year is not None and year not in scenario.years:
        message = f"no year {year}; there are: {', '.join(map(str, scenario.years))}"
        raise InputError([Problem(("years",), message, scenario.origin.place(("years",)))])
    known = [target.name for target in scenario.targets]
    for name in targets or known or [""]:
        if name not in known:
            message = (
                f"no target is called {name!r}; there are: {', '.join(map(repr, known)) or 'none'}"
            )
            place = scenario.origin.place(("targets",))
            raise InputError([Problem(("targets",), message, place)])
    with told_by(reporter) as progress:
        found = find_cures(
            scenario,
            year=year,
            state=state or NORMAL,
            targets=targets,
            means=means,
            confirm=confirm,
            progress=progress,
        )
    if json_file is not None:
        write_text(json_file, to_json(cures_document(scenario, found)))
    return cures_table(scenario, found, language)


def find_dates(
    file: Path,
    overrides: Sequence[str],
    *,
    means: Means,
    json_file: Path | None,
    reporter: Reporter | None,
    language: Language,
) -> str:
    """Find the dates of a scenario and return them as text."""
    from netplan.decide.timeline import dates
    from netplan.input.loader import load
    from netplan.judge.document import to_json
    from netplan.judge.results import write_text
    from netplan.show.tables.dates import dates_document, dates_table

    scenario = load(file, overrides=overrides)
    if not scenario.targets:
        place = scenario.origin.place(()) or Place(str(file))
        raise InputError([Problem(("targets",), "no target to date; add one", place)])
    with told_by(reporter) as progress:
        found = dates(scenario, means=means, progress=progress)
    if json_file is not None:
        write_text(json_file, to_json(dates_document(scenario, found)))
    return dates_table(scenario, found, language)


def means_of(packets: int, jobs: int) -> Means:
    """Return what a simulation may cost."""
    from netplan.decide.trial import Means

    return Means(jobs=jobs, packets=packets)
