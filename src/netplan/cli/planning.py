"""The commands that plan: circles, cures, dates."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from netplan.cli.options import Jobs, Lang, Overrides, Quiet, cores, spoken
from netplan.cli.output import guarded, progress_of, say

__all__ = ["planning"]

planning = typer.Typer()


class LayerName(StrEnum):
    """Layers whose delays are constants of the routes, or nearly so."""

    OPTICAL = "optical"
    NETWORK = "network"


class DirectionName(StrEnum):
    """There, or there and back."""

    ONE_WAY = "one_way"
    ROUND_TRIP = "round_trip"


class FailureName(StrEnum):
    """What may fail one at a time; `scenario` takes what the scenario says."""

    SCENARIO = "scenario"
    SPAN = "span"
    LINK = "link"
    NODE = "node"
    RISK_GROUP = "risk_group"


JsonFile = Annotated[Path | None, typer.Option("--json", help="Write them to this JSON file.")]


@planning.command()
def circles(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    limit_ms: Annotated[
        list[float] | None,
        typer.Option(help="Limit [ms]; may be repeated. Default: 1, 5 and 20.", min=0.0),
    ] = None,
    layer: Annotated[LayerName, typer.Option(help="Layer.")] = LayerName.OPTICAL,
    direction: Annotated[DirectionName, typer.Option(help="Direction.")] = DirectionName.ONE_WAY,
    year: Annotated[
        list[int] | None,
        typer.Option(help="Year; may be repeated. Default: the scenario's.", min=1990, max=2100),
    ] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option("--from", help="Role or name of sites; may be repeated. Default: access."),
    ] = None,
    centres: Annotated[
        list[str] | None,
        typer.Option("--to", help="Role or name of centres. Default: compute and hub."),
    ] = None,
    failures: Annotated[
        FailureName | None, typer.Option(help="Also show the worst over these failures.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(help="Also show a failure state, e.g. 'span a~b'.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="Results folder: show what was measured there instead.")
    ] = None,
    json_file: JsonFile = None,
    overrides: Overrides = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Show who lies within 1, 5, 20 ms of each compute node and hub.

    These latency circles come from the routes of the empty network, without simulation.

    Exit: 0 done, 2 input error.
    """
    with guarded(spoken(lang)):
        from netplan.cli.plans import draw_circles
        from netplan.cli.work import writable

        writable(json_file)
        text = draw_circles(
            scenario,
            overrides or [],
            limits_ms=limit_ms or [],
            layer=layer.value,
            direction=direction.value,
            years=year,
            sources=sources,
            centres=centres,
            failures=None if failures is None else failures.value,
            state=state,
            results=results,
            json_file=json_file,
            language=spoken(lang),
        )
        say(text, quiet=quiet)


@planning.command()
def cure(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    target: Annotated[
        list[str] | None, typer.Option(help="Name of a target; may be repeated. Default: all.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="One of its years; default: the last.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Failure state, e.g. 'span a~b'. Default: none.")
    ] = None,
    confirm: Annotated[bool, typer.Option(help="Simulate every cure before it is shown.")] = True,
    packets: Annotated[
        int, typer.Option(help="Most packets of one simulation.", min=1)
    ] = 20_000_000,
    json_file: JsonFile = None,
    jobs: Jobs = None,
    overrides: Overrides = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Find the smallest single changes that cure what is missed.

    They are printed as steps of an expansion, to paste. Tried in this order, and within a kind by
    what cures most for its size: members on one link, servers at one node, a link over existing
    cable, compute at one site, hollow-core fibre on one span, a new cable.
    Found by floors and closed forms, side effects included, and confirmed by simulation.

    Exit: 0 done, 2 input error.
    """
    with guarded(spoken(lang)):
        from netplan.cli.plans import find_changes, means_of
        from netplan.cli.work import writable

        writable(json_file)
        text = find_changes(
            scenario,
            overrides or [],
            targets=target,
            year=year,
            state=state,
            means=means_of(packets, jobs or cores()),
            confirm=confirm,
            json_file=json_file,
            reporter=progress_of(quiet),
            language=spoken(lang),
        )
        say(text, quiet=quiet)


@planning.command()
def dates(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    packets: Annotated[
        int, typer.Option(help="Most packets of one simulation.", min=1)
    ] = 20_000_000,
    json_file: JsonFile = None,
    jobs: Jobs = None,
    overrides: Overrides = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Show when targets break, and by when each step must be built.

    Each step is left out, with all that builds on it, year by year, until a target breaks. Decided
    by floors, offered load and closed forms; simulated where these do not decide.

    Exit: 0 done, 2 input error.
    """
    with guarded(spoken(lang)):
        from netplan.cli.plans import find_dates, means_of
        from netplan.cli.work import writable

        writable(json_file)
        text = find_dates(
            scenario,
            overrides or [],
            means=means_of(packets, jobs or cores()),
            json_file=json_file,
            reporter=progress_of(quiet),
            language=spoken(lang),
        )
        say(text, quiet=quiet)
