"""The commands. Whatever takes long to import is imported inside the command that needs it.

Annotations of commands are types, not strings, which typer would evaluate one by one each time.
"""

import atexit
import contextlib
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from netplan import __version__
from netplan.cli.judging import judging
from netplan.cli.options import (
    DryRun,
    Engine,
    Jobs,
    Lang,
    Overrides,
    Quiet,
    Scheduler,
    Seed,
    Simulating,
    spoken,
)
from netplan.cli.output import Exit, Interrupted, fail, guarded, say
from netplan.cli.planning import planning
from netplan.ground.texts.problems import message_in_language

__all__ = ["main"]

app = typer.Typer(
    name="netplan-sim",
    help="Does this network keep its latency promise, until when, and which hop is to blame?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Kind(StrEnum):
    """Kinds of input file."""

    TOPOLOGY = "topology"
    SCENARIO = "scenario"


class FormatName(StrEnum):
    """Formats that topologies and demands are exchanged in."""

    XLSX = "xlsx"
    CSV = "csv"
    GRAPHML = "graphml"
    GEOJSON = "geojson"
    NODE_LINK = "node-link"
    SNDLIB_XML = "sndlib-xml"
    SNDLIB = "sndlib"


Scenarios = Annotated[list[Path], typer.Argument(help="Scenario files.", show_default=False)]
FormatChoice = Annotated[
    FormatName | None,
    typer.Option("--format", help="Default: by the extension; a folder holds CSV files."),
]


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"netplan-sim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


@app.command()
def validate(
    files: Annotated[
        list[Path], typer.Argument(help="Topology and scenario files.", show_default=False)
    ],
    overrides: Overrides = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Check files for form and sense, without simulating. Exit: 0 sound, 2 input error."""
    with guarded(spoken(lang)):
        from netplan.cli.work import check_inputs

        for line in check_inputs(files, overrides or [], spoken(lang)):
            say(line, quiet=quiet)


@app.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write the results to; finished runs are kept in it."),
    ] = None,
    seed: Seed = None,
    engine: Engine = None,
    jobs: Jobs = None,
    overrides: Overrides = None,
    dry_run: DryRun = False,
    scheduler: Scheduler = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario and print the verdicts. Exit: 0 done, 2 input error."""
    with guarded(spoken(lang)):
        from netplan.cli.work import plan_file, run_file

        how = Simulating.by_options(
            overrides=overrides,
            seed=seed,
            engine=engine,
            jobs=jobs,
            scheduler=scheduler,
            lang=lang,
            quiet=quiet,
        )
        if dry_run:
            say(plan_file(scenario, how))
            return
        say(run_file(scenario, out, how), quiet=quiet)
        if out is not None:
            say(message_in_language(f"Results are in {out}", spoken(lang)), quiet=quiet)


@app.command()
def check(
    scenarios: Scenarios,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the verdicts to this JSON file.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report to this file.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write a SARIF log to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a summary to this file.")] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Print annotations for GitHub, also if quiet.")
    ] = False,
    seed: Seed = None,
    engine: Engine = None,
    jobs: Jobs = None,
    overrides: Overrides = None,
    dry_run: DryRun = False,
    scheduler: Scheduler = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Simulate scenarios as a gate, whose exit code is the verdict.

    Exit: 0 all met, 1 some missed, 2 input error, 3 undecided, none missed.
    """
    with guarded(spoken(lang)):
        from netplan.cli.work import check_file, load_all, plan_file, writable
        from netplan.judge.verdict import combined
        from netplan.show.gate import GateFiles, annotate, workflow_commands
        from netplan.show.report import verdict_report

        how = Simulating.by_options(
            overrides=overrides,
            seed=seed,
            engine=engine,
            jobs=jobs,
            scheduler=scheduler,
            lang=lang,
            quiet=quiet,
        )
        load_all(scenarios, how.overrides)
        writable(json_file, junit, sarif, markdown)
        if dry_run:
            for scenario in scenarios:
                say(f"{scenario}\n{plan_file(scenario, how, gate=True)}")
            return
        evaluations = []
        for scenario in scenarios:
            evaluation = check_file(scenario, how)
            say(verdict_report(evaluation, spoken(lang)), quiet=quiet)
            if github and (commands := workflow_commands(annotate(evaluation))):
                say(commands)
            evaluations.append(evaluation)
        files = GateFiles(json=json_file, junit=junit, sarif=sarif, markdown=markdown)
        files.write(evaluations)
        outcome = combined(evaluation.outcome for evaluation in evaluations)
    raise typer.Exit({"met": Exit.MET, "missed": Exit.MISSED}.get(outcome, Exit.UNDECIDED))


@app.command()
def plot(
    results: Annotated[Path, typer.Argument(help="Results folder.", show_default=False)],
    kind: Annotated[
        str,
        typer.Option(help="cdf, ccdf, heatmap, budget, hops, timeline, map, load or difference."),
    ],
    target: Annotated[
        str | None,
        typer.Option(help="Name of the target; default: the first that is not met."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="Year; default: the last.")] = None,
    pair: Annotated[
        str | None,
        typer.Option(help="SOURCE>TARGET, for cdf, ccdf, hops and load; default: the worst."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Other results folder, for difference: B of B - A.")
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(help="Failure state to draw on the map, e.g. 'span shenyang~yingkou'."),
    ] = None,
    circles: Annotated[
        str | None, typer.Option(help="Node whose latency circles to draw on the map.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="PNG, SVG or PDF file; default: KIND.png.")
    ] = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Draw a picture of results. Exit: 0 drawn, 2 input error."""
    with guarded(spoken(lang)):
        from netplan.cli.work import draw_picture

        options = {"target": target, "year": year, "pair": pair, "state": state}
        options |= {"circles": circles, "language": spoken(lang)}
        for line in draw_picture(results, kind, out, against, options):
            say(message_in_language(line, spoken(lang)), quiet=quiet)


@app.command()
def report(
    results: Annotated[Path, typer.Argument(help="Results folder.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="HTML file.")] = Path("report.html"),
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Write results as one HTML file that needs no network. Exit: 0 written, 2 input error."""
    with guarded(spoken(lang)):
        from netplan.cli.work import write_page

        write_page(results, out, spoken(lang))
        say(message_in_language(f"Report is in {out}", spoken(lang)), quiet=quiet)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="File, or folder of CSV files.", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Topology file to write.", show_default=False)
    ],
    form: FormatChoice = None,
    scenario: Annotated[
        Path | None,
        typer.Option(help="Scenario for the demands; default: OUT-scenario.yaml beside OUT."),
    ] = None,
    extends: Annotated[
        Path | None,
        typer.Option(help="Scenario whose classes, years and targets the new one takes over."),
    ] = None,
    capacity_gbps: Annotated[
        float | None, typer.Option(help="Assumed where a link says none.")
    ] = None,
    processing_us: Annotated[
        float | None, typer.Option(help="Assumed where a node says none.")
    ] = None,
    route_factor: Annotated[
        float | None, typer.Option(help="Cable over great circle, where no length is given.")
    ] = None,
    length_km: Annotated[
        float | None, typer.Option(help="Assumed where there are no coordinates either.")
    ] = None,
    unit_gbps: Annotated[
        float, typer.Option(help="One unit of SNDlib and TopoHub capacities and demands.")
    ] = 0.001,
    quiet: Quiet = False,
) -> None:
    """Make a topology of a spreadsheet, tables, a graph or a map.

    Spreadsheets and CSV folders have the tables nodes, spans, links and demands, one column for
    each key of a topology file (nested ones with a dot), as export writes them. What they leave
    out is an error, unless an option says what to assume. Files that were not laid out for netplan
    (GraphML, node-link JSON, SNDlib, GeoJSON) are filled up with 100 Gbit/s, 20 µs, great circle x
    1.3, or 100 km without coordinates. Whatever is assumed is listed and marked in the file.

    Demands become a CSV file for each class and a scenario that names them, beside the topology. A
    scenario that is there already is left as it is; only its demands are written anew.

    Exit: 0 written, 2 input error.
    """
    from netplan.cli.work import import_topology

    with guarded():
        lines = import_topology(
            file,
            out,
            form=form,
            scenario=scenario,
            extends=extends,
            assumed=(capacity_gbps, processing_us, route_factor, length_km),
            unit_gbps=unit_gbps,
            quiet=quiet,
        )
        for line in lines:
            say(line, quiet=quiet)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Topology or scenario file.", show_default=False)],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="File, or folder for CSV.", show_default=False),
    ],
    form: FormatChoice = None,
    quiet: Quiet = False,
) -> None:
    """Write a topology as a spreadsheet, tables, a graph or a map.

    Extensions: .xlsx, .graphml, .geojson, .json (node-link), .xml and .txt (SNDlib); a folder for
    CSV. Of a scenario: its network before any expansion, and its demands of the base year pair by
    pair. What the format cannot hold is listed.

    Exit: 0 written, 2 input error.
    """
    from netplan.cli.work import export_topology

    with guarded():
        for line in export_topology(file, out, form=form, quiet=quiet):
            say(line, quiet=quiet)


@app.command()
def schema(
    kind: Annotated[Kind, typer.Argument(help="Which kind of file.", show_default=False)],
) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    with guarded():
        import json

        from netplan.input.loader import schema as schema_of

        typer.echo(json.dumps(schema_of(kind.value), ensure_ascii=False, indent=2))


app.add_typer(judging)
app.add_typer(planning)


def main() -> None:
    """Run the command line and leave with its code.

    What was registered for the end is done, and no more: Python would take apart all that was ever
    loaded, and after Ctrl-C wait for runs in threads, which cannot be stopped from outside.
    """
    code = 0
    try:
        with guarded():  # what is printed before a command begins, such as help
            app(prog_name="netplan-sim")
    except SystemExit as end:
        code = int(end.code or 0)
    except typer.Exit as end:
        code = end.exit_code
    except Interrupted:
        from multiprocessing import active_children

        code = Exit.INTERRUPTED
        for worker in active_children():
            worker.terminate()
        with contextlib.suppress(OSError):
            fail("interrupted")
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.flush()
    os._exit(code)
