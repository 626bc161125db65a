"""The commands that judge again: saved samples by other targets, a scenario by another one."""

from pathlib import Path
from typing import Annotated

import typer

from netplan.cli.options import (
    Engine,
    Jobs,
    Lang,
    Overrides,
    Quiet,
    Seed,
    Simulating,
    spoken,
)
from netplan.cli.output import Exit, guarded, say

__all__ = ["judging"]

judging = typer.Typer()

JsonFile = Annotated[Path | None, typer.Option("--json", help="Write it to this JSON file.")]


@judging.command()
def judge(
    results: Annotated[Path, typer.Argument(help="Results folder.", show_default=False)],
    targets: Annotated[
        Path,
        typer.Argument(help="YAML file with targets, or a scenario.", show_default=False),
    ],
    json_file: JsonFile = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Judge saved samples against other targets, without simulating.

    TARGETS is a file with a list of targets, or a scenario, of which only the targets count.
    Network and traffic are those of the results. What was not measured is undecided, and named.

    Exit: 0 all met, 1 some missed, 2 input error, 3 undecided, none missed.
    """
    with guarded(spoken(lang)):
        from netplan.cli.work import results_folder, writable
        from netplan.decide.rejudgement import rejudge
        from netplan.judge.document import to_document, to_json
        from netplan.judge.results import write_text
        from netplan.show.report import verdict_report

        writable(json_file)
        evaluation = rejudge(results_folder(results), targets)
        if json_file is not None:
            write_text(json_file, to_json(to_document(evaluation)))
        say(verdict_report(evaluation, spoken(lang)), quiet=quiet)
    outcome = evaluation.outcome
    raise typer.Exit({"met": Exit.MET, "missed": Exit.MISSED}.get(outcome, Exit.UNDECIDED))


@judging.command()
def compare(
    first: Annotated[
        Path, typer.Argument(metavar="A", help="Scenario or results folder.", show_default=False)
    ],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another one.", show_default=False)],
    json_file: JsonFile = None,
    runs: Annotated[
        Path | None, typer.Option(help="Folder to keep finished runs in, for the next time.")
    ] = None,
    seed: Seed = None,
    engine: Engine = None,
    jobs: Jobs = None,
    overrides: Overrides = None,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Show how two scenarios differ, and which verdicts flip.

    Two scenario files are evaluated, and simulated in step: both networks meet the same packets,
    so small differences show. Two results folders are compared by what they hold.

    Exit: 0 done, 2 input error.
    """
    with guarded(spoken(lang)):
        from netplan.cli.judges import compared
        from netplan.cli.work import writable
        from netplan.judge.document import to_json
        from netplan.judge.results import write_text
        from netplan.show.tables.comparison import comparison_document, comparison_table

        writable(json_file)
        how = Simulating.by_options(
            overrides=overrides, seed=seed, engine=engine, jobs=jobs, lang=lang, quiet=quiet
        )
        found = compared((first, second), runs, how)
        if json_file is not None:
            write_text(json_file, to_json(comparison_document(found)))
        say(comparison_table(found, spoken(lang)), quiet=quiet)
