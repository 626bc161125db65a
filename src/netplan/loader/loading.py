"""From files to typed scenarios and topologies, with everything that is wrong said at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from netplan.errors import Problem
from netplan.loader.combining import read_document, with_base, with_topology
from netplan.loader.files import Reading, shown_name
from netplan.loader.written import Written, find, places, plain
from netplan.scenario.network import TopologySpec
from netplan.scenario.scenario import Origin, Scenario

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

__all__ = ["load", "load_topology"]


def load(path: str | os.PathLike[str], *, overrides: Sequence[str] = ()) -> Scenario:
    file, reading = shown_name(path), Reading()
    root = read_document(file, "scenario", reading)
    if root is not None:
        root = with_topology(with_base(root, reading), reading)
    reading.raise_problems()
    assert root is not None
    try:
        s = TypeAdapter(Scenario).validate_python(plain(root), by_alias=True, by_name=False)
    except ValidationError as e:
        for err in e.errors():
            f = find(root, tuple(err["loc"]))
            reading.complain(f.place, f.path, err["msg"])
        reading.raise_problems()
    return replace(s, origin=Origin(file, reading.digest, places(root)))


def load_topology(path: str | os.PathLike[str]) -> tuple[TopologySpec, Origin]:
    file, reading = shown_name(path), Reading()
    root = read_document(file, "topology", reading)
    reading.raise_problems()
    assert root is not None
    try:
        s = TypeAdapter(TopologySpec).validate_python(plain(root), by_alias=True, by_name=False)
    except ValidationError as e:
        for err in e.errors():
            f = find(root, tuple(err["loc"]))
            reading.complain(f.place, f.path, err["msg"])
        reading.raise_problems()
    return s, Origin(file, reading.digest, places(root))
