"""The answer of a run, kept in its results folder: an unchanged run need not be judged again.

A *key* says which answer it is: of all files that the scenario read, the options, the engine, the
seed and the code. It counts only while the files of the folder are as they were written.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from netplan.ground.texts import Language
    from netplan.input.scenario.scenario import Scenario

__all__ = ["answer_key", "find_answer", "keep_answer"]

LIBRARIES = ("numpy", "scipy", "numba", "simpy", "networkx")
"""Those that numbers depend on."""
_PLACE = "runs/answer.json"


def answer_key(scenario: Scenario, engine: str | None, seed: int | None) -> str:
    """Return the key of what evaluating a scenario with these options would give."""
    chosen = (scenario.origin.digest, engine, seed, [(name, version(name)) for name in LIBRARIES])
    digest = hashlib.sha256(repr(chosen).encode())
    for module in _modules(files("netplan")):
        digest.update(hashlib.sha256(module.read_bytes()).digest())
    return digest.hexdigest()


def _modules(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _modules(entry)
        elif entry.name.endswith(".py"):
            yield entry


def find_answer(folder: Path, key: str) -> Mapping[Language, str] | None:
    """Return the report in each language; none if it is another one's or a file has changed."""
    try:
        kept: dict[str, Any] = json.loads((folder / _PLACE).read_text(encoding="utf-8"))
        whole = kept["key"] == key and all(
            _digest(folder / name) == digest for name, digest in kept["files"].items()
        )
        return dict(kept["report"]) if whole else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not there, or damaged: it is made anew


def keep_answer(
    folder: Path, key: str, names: tuple[str, ...], report: Mapping[Language, str]
) -> None:
    """Keep the report in each language of an evaluation whose files have been written."""
    from netplan.judge.document import to_json
    from netplan.judge.results import write_text

    digests = {name: _digest(folder / name) for name in names}
    kept = {"key": key, "files": digests, "report": dict(report)}
    write_text(folder / _PLACE, to_json(kept))


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
