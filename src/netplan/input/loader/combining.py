"""Puts together what several files say: the scenario, what it extends, and its topology."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netplan.ground.errors import Path, Place
from netplan.input.loader.files import Reading, named_from
from netplan.input.loader.tables import with_tables
from netplan.input.loader.written import Written, kind_in_words
from netplan.input.loader.yaml_text import parse

if TYPE_CHECKING:
    from netplan.input.loader.schema import Kind

__all__ = ["HEADERS", "kind_of", "merged", "read_document", "with_base", "with_topology"]

HEADERS = {"topology": "topology/1", "scenario": "scenario/1"}


def read_document(
    file: str,
    kind: Kind | None,
    reading: Reading,
    said_at: Place | None = None,
    path: Path = (),
) -> Written | None:
    """Read one YAML file and check that it is of a kind (None: of either)."""
    text = reading.text(file, said_at, path)
    if text is None:
        return None
    root, problems = parse(text, file)
    reading.problems.extend(problems)
    if root is None:
        return None
    if not isinstance(root.value, dict):
        message = f"must be a mapping of keys to values, got {kind_in_words(root.value)}"
        reading.complain(root.place, (), message)
        return None
    return _with_header(root, file, kind, reading)


def _with_header(root: Written, file: str, kind: str | None, reading: Reading) -> Written | None:
    wanted = [HEADERS[kind]] if kind else list(HEADERS.values())
    header = root.mapping.get("netplan")
    if header is None:
        place = Place(file, 1, 1)
        spelled = " or ".join(f"netplan: {word}" for word in wanted)
        reading.complain(place, ("netplan",), f"missing; begin the file with {spelled}")
        return root.with_entry("netplan", Written(wanted[0], place), place) if kind else None
    if header.value in wanted:
        return root
    message = f"must be {' or '.join(wanted)}, got {kind_in_words(header.value)}"
    if header.value in HEADERS.values():
        other = str(header.value).partition("/")[0]
        message = f"this is a {other} file; a {kind} file (netplan: {wanted[0]}) is needed here"
    reading.complain(header.place, ("netplan",), message)
    return None


def kind_of(root: Written) -> Kind:
    """Tell a topology from a scenario by its header."""
    is_topology = root.mapping["netplan"].value == HEADERS["topology"]
    return "topology" if is_topology else "scenario"


def with_base(root: Written, reading: Reading) -> Written:
    """Follow `extends` to its end: what a file leaves out comes from the file that it extends."""
    chain = [root.place.file]
    layers = [root]
    while (layer := _base(layers[-1], chain, reading)) is not None:
        layers.append(layer)
    whole = layers.pop()
    while layers:
        whole = merged(whole, layers.pop())
    return whole


def _base(root: Written, chain: list[str], reading: Reading) -> Written | None:
    said = root.mapping.get("extends")
    if said is None or not isinstance(said.value, str):
        return None
    file = named_from(said.place, said.value)
    chain.append(file)
    if file in chain[:-1]:
        reading.complain(said.place, ("extends",), f"goes round in a circle: {' -> '.join(chain)}")
        reading.is_partial = True
        return None
    known = len(reading.problems)
    base = read_document(file, "scenario", reading, said.place, ("extends",))
    reading.is_partial = base is None
    if base is None and len(chain) > 2 and len(reading.problems) > known:
        first = reading.problems[known]
        message = f"{first.message} (extended by way of {' -> '.join(chain)})"
        reading.problems[known] = replace(first, message=message)
    return base


def merged(base: Written, over: Written, path: Path = ()) -> Written:
    """Lay one value over another: mappings merge deep, everything else is replaced whole."""
    both = isinstance(base.value, dict) and isinstance(over.value, dict)
    if not both or _is_one_of(path):
        return over
    entries = dict(base.mapping)
    for key, entry in over.mapping.items():
        below = (*path, key)
        entries[key] = merged(entries[key], entry, below) if key in entries else entry
    keys = {**base.keys, **over.keys}
    return Written(entries, over.place, keys, over.spelled)


def _is_one_of(path: Path) -> bool:
    """Tell mappings that say one of several things, so that two of them make no sense merged.

    The others of that sort, such as `between`, stand in lists, which are replaced anyway.
    """
    return (
        len(path) == 4
        and path[:2] == ("traffic", "classes")
        and path[3]
        in {
            "arrivals",
            "sizes",
        }
    )


def with_topology(root: Written, reading: Reading) -> Written:
    """Put the topology itself where the scenario names its file; leave it out if that fails."""
    said = root.mapping.get("topology")
    if said is None:
        if not reading.is_partial:
            reading.complain(root.place, ("topology",), "missing; give the path of a topology file")
        return root
    if not isinstance(said.value, str):
        message = f"must be the path of a topology file, got {kind_in_words(said.value)}"
        reading.complain(said.place, ("topology",), message)
        return root.without("topology")
    file = named_from(said.place, said.value)
    topology = read_document(file, "topology", reading, said.place, ("topology",))
    if topology is None:
        return root.without("topology")
    topology = replace(with_tables(topology, reading), spelled=())
    return root.with_entry("topology", topology, root.keys["topology"])
