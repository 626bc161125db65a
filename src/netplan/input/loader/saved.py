"""Scenarios as results folders keep them: one JSON document with everything that they name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from netplan.ground.errors import Place
from netplan.input.loader.combining import with_base
from netplan.input.loader.files import Reading, shown_name
from netplan.input.loader.loading import checked_scenario
from netplan.input.loader.written import kind_in_words
from netplan.input.loader.yaml_text import parse

if TYPE_CHECKING:
    import os

    from netplan.input.loader.written import Written
    from netplan.input.scenario.scenario import Scenario

__all__ = ["load_saved", "saved_text"]


def saved_text(scenario: Scenario) -> str:
    """Return a scenario, its topology and its demands as one JSON text."""
    document = scenario.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude={"origin"}
    )
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def load_saved(
    path: str | os.PathLike[str], targets: str | os.PathLike[str] | None = None
) -> Scenario:
    """Load what `saved_text` wrote, if wanted with the targets of another file.

    Parameters
    ----------
    path
        The saved scenario.
    targets
        A YAML file with a list of `targets`, or a scenario, of which only its targets are taken.

    Raises
    ------
    InputError
        If anything is wrong, e.g. a target names a node that the saved scenario does not have.
    """
    file, reading = shown_name(path), Reading()
    root = _read(file, reading)
    if root is None:
        raise reading.error()
    if targets is None:
        return checked_scenario(root, file, reading)
    file = shown_name(targets)
    other = _read(file, reading)
    if other is not None and "extends" in other.mapping:
        other = with_base(other, reading)
    if other is not None and not other.mapping.get("targets"):
        reading.complain(other.place, ("targets",), "missing; give a list of targets")
    if other is None or reading.problems:
        raise reading.error()
    place = other.keys.get("targets", Place(file))
    root = root.with_entry("targets", other.mapping["targets"], place)
    return checked_scenario(root, file, reading)


def _read(file: str, reading: Reading) -> Written | None:
    """Read a mapping, whatever its header says."""
    text = reading.text(file)
    if text is None:
        return None
    root, problems = parse(text, file)
    reading.problems.extend(problems)
    if root is not None and not isinstance(root.value, dict):
        message = f"must be a mapping of keys to values, got {kind_in_words(root.value)}"
        reading.complain(root.place, (), message)
        return None
    return root
