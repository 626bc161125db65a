"""What the commands do, apart from printing."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from netplan.cli.output import fail, progress_of, told_by
from netplan.ground.errors import InputError, Place, Problem
from netplan.ground.texts import LANGUAGES
from netplan.ground.texts.problems import message_in_language
from netplan.ground.texts.sentences import in_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from netplan.cli.options import Simulating
    from netplan.ground.texts import Language
    from netplan.input.scenario.scenario import Scenario
    from netplan.judge.evaluation import Evaluation
    from netplan.judge.forecast import Forecast

__all__ = [
    "check_file",
    "check_inputs",
    "draw_picture",
    "export_topology",
    "import_topology",
    "load_all",
    "plan_file",
    "results_folder",
    "run_file",
    "writable",
    "write_page",
]


def check_inputs(
    files: Sequence[Path], overrides: Sequence[str], language: Language
) -> Iterator[str]:
    """Load every file and yield a line for each sound one, and what is doubtful in it.

    Raises
    ------
    InputError
        At the end, with the problems of all files.
    """
    from netplan.input.loader import load_any
    from netplan.input.scenario.build import resolved
    from netplan.input.scenario.lengths import length_doubts
    from netplan.input.scenario.scenario import Scenario
    from netplan.show.tables.columns import wrapped

    problems: list[Problem] = []
    for file in files:
        try:
            loaded = load_any(file, overrides=overrides)
            if isinstance(loaded, Scenario):
                from netplan.judge.case import prepare_all

                topologies = [case.topology.spec for case in prepare_all(loaded)]
            else:
                topologies = [resolved(loaded)]
        except InputError as error:
            problems += error.problems
        else:
            doubts = length_doubts(topologies)
            sound = f"{file}: sound, but doubtful" if doubts else f"{file}: sound"
            yield message_in_language(sound, language)
            for doubt in doubts:
                yield from wrapped(in_language(doubt, language), indent=2)
    if problems:
        raise InputError(problems)


def load_all(files: Sequence[Path], overrides: Sequence[str]) -> None:
    """Load several scenarios to find all their problems before the first is simulated."""
    problems: list[Problem] = []
    for file in files:
        try:
            _load(file, overrides, gate=True)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _load(file: Path, overrides: Sequence[str], *, gate: bool) -> Scenario:
    from netplan.input.loader import load

    scenario = load(file, overrides=overrides)
    if gate and not scenario.targets:
        place = scenario.origin.place(()) or Place(str(file))
        raise InputError([Problem(("targets",), "no target to check; add one", place)])
    return scenario


def check_file(file: Path, how: Simulating) -> Evaluation:
    """Load and evaluate one scenario, which must have targets."""
    return _evaluated(_load(file, how.overrides, gate=True), how)


def run_file(file: Path, out: Path | None, how: Simulating) -> str:
    """Evaluate one scenario, write its results if there is a folder, and return the report."""
    from netplan.cli.answer import answer_key, find_answer, keep_answer

    scenario = _load(file, how.overrides, gate=False)
    key = "" if out is None else answer_key(scenario, how.engine, how.seed)
    if out is not None and (kept := find_answer(out, key)) is not None:
        if not how.quiet:
            fail(message_in_language("nothing has changed since these results", how.language))
        return kept[how.language]
    evaluation = _evaluated(scenario, how, runs=out and out / "runs")
    from netplan.show.report import verdict_report

    if out is None:
        return verdict_report(evaluation, how.language)
    from netplan.judge.results import save_results

    report = {spoken: verdict_report(evaluation, spoken) for spoken in LANGUAGES}
    keep_answer(out, key, save_results(evaluation, out), report)
    return report[how.language]


def _evaluated(scenario: Scenario, how: Simulating, runs: Path | None = None) -> Evaluation:
    """Evaluate a scenario; say how long it takes if that is long."""
    from netplan.judge.evaluation import evaluate
    from netplan.measure.compilation import compile_apart, is_compiled

    if not is_compiled():
        told = "first run on this machine: compiling, about 10 seconds"
        fail(message_in_language(told, how.language))
        compile_apart()
    with told_by(progress_of(how.quiet)) as progress:
        return evaluate(
            scenario,
            engine=how.engine,
            seed=how.seed,
            jobs=how.jobs,
            runs=runs,
            scheduler=how.scheduler,
            progress=progress,
            planned=lambda plan: None if how.quiet else _warn_if_long(plan, how.language),
        )


def _warn_if_long(plan: Forecast, language: Language = "en") -> None:
    from netplan.judge.forecast import LONG_RUN

    if plan.seconds > LONG_RUN:
        from netplan.show.tables.forecast import forecast_line

        fail(forecast_line(plan, language))


def plan_file(file: Path, how: Simulating, *, gate: bool = False) -> str:
    """Load one scenario and return what simulating it would cost."""
    from netplan.judge.evaluation import plan
    from netplan.show.tables.forecast import forecast_table

    scenario = _load(file, how.overrides, gate=gate)
    found = plan(scenario, engine=how.engine, seed=how.seed, jobs=how.jobs)
    return forecast_table(found, how.language)


def results_folder(path: Path) -> Path:
    """Return the path of a results folder; a scenario is an easy slip."""
    if path.is_file():
        what = (
            f"is a file, not a results folder; write results with netplan-sim run {path} --out DIR"
        )
        raise InputError([Problem((), what, Place(str(path)))])
    return path


def writable(*files: Path | None) -> None:
    """Raise, before anything long begins, where a file could not be written."""
    for file in files:
        if file is not None and (code := _hindrance(file)):
            raise OSError(code, os.strerror(code), str(file))


def _hindrance(file: Path) -> int:
    if file.is_dir():
        return errno.EISDIR
    above = next(folder for folder in file.absolute().parents if folder.exists())
    if not above.is_dir():
        return errno.ENOTDIR
    return 0 if os.access(above, os.W_OK) else errno.EACCES


def draw_picture(
    folder: Path,
    kind: str,
    out: Path | None,
    against: Path | None,
    options: Mapping[str, str | int | None],
) -> Iterator[str]:
    """Draw one kind of picture of a results folder and say where; options as `draw`'s."""
    from netplan.judge.results import load_results
    from netplan.show.plots import cjk_font, draw, save

    path = out or Path(f"{kind}.png")
    writable(path)
    other = None if against is None else load_results(results_folder(against))
    figure = draw(
        load_results(results_folder(folder)), kind, against=other, **cast("dict[str, Any]", options)
    )
    save(figure, path)
    yield f"Picture is in {path}"
    if options["language"] == "zh" and cjk_font() is None:
        yield (
            "no font has Chinese characters, so it is in English; install fonts-noto-cjk or another"
        )


def write_page(folder: Path, out: Path, language: Language) -> None:
    """Write the HTML report of a results folder."""
    from netplan.show.html import write_report

    writable(out)
    write_report(results_folder(folder), out, language)


def import_topology(
    file: Path,
    out: Path,
    *,
    form: str | None,
    scenario: Path | None,
    extends: Path | None,
    assumed: tuple[float | None, float | None, float | None, float | None],
    unit_gbps: float,
    quiet: bool,
) -> Iterator[str]:
    """Write the files of an import, and yield a line for each; notes go to stderr."""
    from netplan.exchange import Assumptions, Format, import_file

    imported = import_file(
        file,
        out,
        wanted=None if form is None else Format(form),
        scenario=scenario,
        extends=extends,
        given=Assumptions(*assumed),
        unit_gbps=unit_gbps,
    )
    yield from _written(imported.files)
    if not quiet:
        for note in imported.notes:
            fail(f"note: {note}")


def export_topology(file: Path, out: Path, *, form: str | None, quiet: bool) -> Iterator[str]:
    """Write the files of an export, and yield a line for each; what is lost goes to stderr."""
    from netplan.exchange import Format, export
    from netplan.input.loader import load_any

    exported = export(load_any(file), out, None if form is None else Format(form))
    yield from _written(exported.files)
    if not quiet:
        for loss in exported.losses:
            fail(f"not held: {loss}")


def _written(files: Mapping[Path, bytes]) -> Iterator[str]:
    from netplan.judge.results import write_bytes

    for path, content in files.items():
        write_bytes(path, content)
        yield f"{path}: written"
