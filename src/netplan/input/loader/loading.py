"""From files to typed scenarios and topologies, with everything that is wrong said at once.

The way of a scenario, one step each: read - extend - override - put in its topology - put in its
tables - check every value - check the sense of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import ValidationError

from netplan.ground.errors import Place, Problem
from netplan.input.loader.combining import kind_of, read_document, with_base, with_topology
from netplan.input.loader.files import Reading, shown_name
from netplan.input.loader.mending import NOTHING_LOST, Lost, part_of, without_parts
from netplan.input.loader.overrides import read_overrides, with_overrides
from netplan.input.loader.scenario_sense import scenario_problems
from netplan.input.loader.tables import with_demand_tables, with_tables, with_traces
from netplan.input.loader.topology_sense import topology_problems
from netplan.input.loader.wording import problems_of, true_path, unknown_key
from netplan.input.loader.written import Places, Written, find, plain
from netplan.input.scenario.fields import Spec
from netplan.input.scenario.network import TopologySpec
from netplan.input.scenario.scenario import Origin, Scenario

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from netplan.input.loader.schema import Kind

__all__ = ["checked_scenario", "checked_topology", "load", "load_any", "load_topology"]

_T = TypeVar("_T", bound=Spec)

_NAMELESS = Written("nameless", Place(""))
_MOST_ROUNDS = 5
"""How often more is left out before the rest goes unchecked."""


def load(path: str | os.PathLike[str], *, overrides: Sequence[str] = ()) -> Scenario:
    """Load a scenario with all that it names: what it extends, its topology, its tables.

    Parameters
    ----------
    path
        Scenario file.
    overrides
        Values to set instead of what the files say, as ``path=value``, e.g. ``simulation.seed=7``,
        ``targets[0].below_ms=2`` or ``topology.links.a--b.members=8``.

    Returns
    -------
    Scenario
        Its `origin` knows where each value stands, and the digest of everything read.

    Raises
    ------
    InputError
        If anything is wrong, with every problem found in any of the files.
    """
    file, reading = shown_name(path), Reading()
    root = _read(file, "scenario", reading)
    return checked_scenario(_assembled(root, overrides, reading), file, reading)


def load_topology(path: str | os.PathLike[str]) -> tuple[TopologySpec, Origin]:
    """Load a topology with its tables.

    Raises
    ------
    InputError
        If anything is wrong, with every problem found in any of the files.
    """
    file, reading = shown_name(path), Reading()
    return checked_topology(_read(file, "topology", reading), file, reading)


def load_any(
    path: str | os.PathLike[str], *, overrides: Sequence[str] = ()
) -> Scenario | TopologySpec:
    """Load what a file is by its ``netplan`` key; `overrides` are for scenarios only.

    Raises
    ------
    InputError
        If it is neither, or if anything is wrong in it.
    """
    file, reading = shown_name(path), Reading()
    root = _read(file, None, reading)
    if kind_of(root) == "topology":
        return checked_topology(root, file, reading)[0]
    return checked_scenario(_assembled(root, overrides, reading), file, reading)


def _read(file: str, kind: Kind | None, reading: Reading) -> Written:
    root = read_document(file, kind, reading)
    if root is None:
        raise reading.error()
    return root


def checked_topology(root: Written, file: str, reading: Reading) -> tuple[TopologySpec, Origin]:
    """Make a topology of what was written, with its tables; raise everything that is wrong."""
    root = with_tables(root, reading)
    typed = _typed(TopologySpec, root, "topology", reading)
    if typed is None or reading.is_partial:
        raise reading.error()
    _locate(topology_problems(typed.value, typed.lost), typed.root, reading)
    if reading.problems:
        raise reading.error()
    return typed.value, Origin(file, reading.digest, Places(root))


def _assembled(root: Written, overrides: Sequence[str], reading: Reading) -> Written:
    """Make one tree of all files and options."""
    settings = read_overrides(overrides, reading)
    inside = [one for one in settings if one.path.startswith("topology.")]
    below = [one for one in settings if one.path == "extends"]
    root = with_base(with_overrides(root, below, reading), reading)
    others = [one for one in settings if one not in inside and one not in below]
    root = with_overrides(root, others, reading)
    root = with_topology(root, reading)
    root = with_overrides(root, inside, reading)
    return with_traces(with_demand_tables(root, reading), reading)


def checked_scenario(root: Written, file: str, reading: Reading) -> Scenario:
    """Make a scenario of what was written, all files put together; raise all that is wrong."""
    typed = _typed(Scenario, root, "scenario", reading)
    if typed is None or reading.is_partial:
        raise reading.error()
    _locate(scenario_problems(typed.value, typed.lost), typed.root, reading)
    if reading.problems:
        raise reading.error()
    return typed.value.replace(origin=Origin(file, reading.digest, Places(root)))


@dataclass(frozen=True, slots=True)
class _Typed(Generic[_T]):
    """Typed values, what they were made of, and what was left out because it was wrong."""

    value: _T
    root: Written
    lost: Lost


def _typed(wanted: type[_T], root: Written, kind: Kind, reading: Reading) -> _Typed[_T] | None:
    """Make typed values of a tree; where that fails, of what is left without the wrong parts."""
    root, lost = _without_origin(root, reading), NOTHING_LOST
    for round_ in range(_MOST_ROUNDS):
        try:
            value = wanted.model_validate(plain(root), by_alias=True, by_name=False)
            return _Typed(value, root, lost)
        except ValidationError as error:
            errors = error.errors()
        if round_ == 0:
            may_be_there = {"missing", "too_short"} if reading.is_partial else set()
            said = [error for error in errors if error["type"] not in may_be_there]
            found = problems_of(said, root, kind)
            # with_topology has said already what is wrong with that.
            reading.problems += [one for one in found if one.path != ("topology",)]
        parts = {part_of(true_path(root, error["loc"])[0]) for error in errors}
        root, more = without_parts(root, parts)
        root = root if "name" in root.mapping else root.with_entry("name", _NAMELESS, root.place)
        lost |= more
    return None


def _without_origin(root: Written, reading: Reading) -> Written:
    """`Scenario.origin` is no key of a file."""
    if "origin" not in root.mapping:
        return root
    reading.complain(root.keys["origin"], ("origin",), unknown_key("origin", []))
    return root.without("origin")


def _locate(problems: Iterable[Problem], root: Written, reading: Reading) -> None:
    """Add the places to problems that carry only their paths."""
    for problem in problems:
        found = find(root, problem.path)
        path = (*found.path, *problem.path[found.depth :])
        reading.problems.append(Problem(path, problem.message, found.place))
