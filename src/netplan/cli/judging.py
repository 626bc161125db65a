"""The commands that judge again: saved samples by other targets, a scenario by another one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from netplan.cli.options import Lang, Quiet, spoken
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
    from netplan.rejudgement import rejudge
    from netplan.report import verdict_report
    from netplan.results import to_document, to_json, write_text

    with guarded(spoken(lang)):
        evaluation = rejudge(results, targets)
        if json_file is not None:
            write_text(json_file, to_json(to_document(evaluation)))
        say(verdict_report(evaluation, spoken(lang)), quiet=quiet)
    outcome = evaluation.outcome
    raise typer.Exit({"met": Exit.MET, "missed": Exit.MISSED}.get(outcome, Exit.UNDECIDED))
