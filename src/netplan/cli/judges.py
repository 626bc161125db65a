"""What the judging commands do, apart from printing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netplan.cli.output import progress_of, told_by
from netplan.ground.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from netplan.cli.options import Simulating
    from netplan.decide.comparison import Comparison

__all__ = ["compared"]


def compared(both: tuple[Path, Path], runs: Path | None, how: Simulating) -> Comparison:
    """Compare two scenario files, whose finished runs are kept, or two results folders."""
    from netplan.decide.comparison import compare, compare_results
    from netplan.input.loader import load

    are_folders = [path.is_dir() for path in both]
    if all(are_folders):
        return compare_results(*both)
    if any(are_folders):
        what = "is a results folder, the other is a scenario; give two of a kind"
        raise InputError([Problem((), what, Place(str(both[are_folders.index(True)])))])
    first, second = (load(path, overrides=how.overrides) for path in both)
    with told_by(progress_of(how.quiet)) as progress:
        return compare(
            first,
            second,
            engine=how.engine,
            seed=how.seed,
            jobs=how.jobs,
            runs=runs,
            progress=progress,
        )
