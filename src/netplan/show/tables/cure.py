"""Cures as text of 80 columns with steps to paste, and as a JSON document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.decide.cure import UNITS, Kind
from netplan.exchange.words import in_words
from netplan.exchange.yaml_file import spell
from netplan.ground.units import MS
from netplan.show.tables.columns import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netplan.decide.cure import Cure, Cures
    from netplan.decide.cure.candidate import Missed
    from netplan.decide.trial import Key
    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario

__all__ = ["cures_document", "cures_table", "expansion_yaml"]

PAIRS_SHOWN = 3
_WHAT = {
    Kind.CAPACITY: "capacity on {subject}",
    Kind.BYPASS: "a link over existing cable, {subject}",
    Kind.COMPUTE: "a compute node, {subject}",
    Kind.HOLLOW_CORE: "hollow-core fibre on {subject}, {amount:g} km",
    Kind.CABLE: "a new cable, {subject}, {amount:g} km",
}


def cures_table(scenario: Scenario, found: Cures) -> str:
    """Return what is missed, every cure with what it keeps, what is left, and the steps."""
    name = scenario.name
    blocks: list[Iterator[str]] = [
        _heading(name.en if name.zh is None else f"{name.en}  {name.zh}", found),
        *(_cure(number, cure) for number, cure in enumerate(found.cures, start=1)),
        _several(found),
        _left(found.left),
        _spared(found.spared),
        _also_full(found),
        _together(found),
        _steps(found),
    ]
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _heading(name: str, found: Cures) -> Iterator[str]:
    yield name
    if not found.missed:
        yield f"Nothing is missed in {found.year}."
        return
    counts = Counter(one.key[0] for one in found.missed)
    yield f"Missed in {found.year}: {_pairs(len(found.missed))}"
    for target, count in counts.items():
        yield from wrapped(f"{target}: {count}", indent=2)
    if found.undecided:
        yield f"{_pairs(len(found.undecided))} undecided; not looked at (raise --packets)"


def _pairs(count: int) -> str:
    return f"{count} pair{'s' if count != 1 else ''}"


def _cure(number: int, cure: Cure) -> Iterator[str]:
    yield from wrapped(f"{number}. {_what(cure)}: cures {_pairs(len(cure.keys))}", indent=0)
    yield from _by_target(cure.keys)
    if cure.breaks:
        yield from wrapped(f"but breaks {_pairs(len(cure.breaks))}: {_named(cure.breaks)}")
    if (seen := cure.confirmed) is not None:
        counts = [(seen.met, "met"), (seen.missed, "missed"), (seen.undecided, "undecided")]
        said = ", ".join(f"{count} {word}" for count, word in counts if count)
        yield from wrapped(f"simulated, the slowest of them: {said}")


def _what(cure: Cure) -> str:
    what = _WHAT[cure.kind].format(subject=cure.subject, amount=cure.amount)
    if cure.kind is Kind.CAPACITY and (change := cure.steps[0].set) is not None:
        plural = "s" if cure.amount != 1 else ""
        what += f": {cure.amount:g} more member{plural}, {change.members} in all"
    return what


def _by_target(keys: Sequence[Key]) -> Iterator[str]:
    for target in dict.fromkeys(key[0] for key in keys):
        own = [key for key in keys if key[0] == target]
        yield from wrapped(f"{target} ({len(own)}): {_named(own)}")


def _named(keys: Sequence[Key]) -> str:
    named = ", ".join(
        f"{source} > {target or 'compute'}" for _, source, target in keys[:PAIRS_SHOWN]
    )
    return named + (f" and {len(keys) - PAIRS_SHOWN} more" if len(keys) > PAIRS_SHOWN else "")


def _several(found: Cures) -> Iterator[str]:
    if found.several:
        links = ", ".join(
            f"{step.set.link} ({step.set.members} members)"
            for step in found.several
            if step.set is not None
        )
        yield from wrapped(
            f"No single change cures {_pairs(len(found.several_keys))} more, but capacity on "
            f"several links together does: {links}",
            indent=0,
        )
        yield from _by_target(found.several_keys)


def _left(left: Sequence[Missed]) -> Iterator[str]:
    if left:
        yield f"No single change cures {_pairs(len(left))}:"
        groups: dict[tuple[str, str], list[Key]] = {}
        for one in left:
            groups.setdefault((one.key[0], _why(one)), []).append(one.key)
        for (target, why), keys in groups.items():
            yield from wrapped(f"{target} ({len(keys)}), {why}: {_named(keys)}")


def _spared(spared: Sequence[Missed]) -> Iterator[str]:
    if spared:
        keys = [one.key for one in spared]
        yield f"Left missed, since the coverage of their target is reached: {_pairs(len(keys))}"
        yield from _by_target(keys)


def _also_full(found: Cures) -> Iterator[str]:
    if found.also_full:
        links = ", ".join(f"{link} ({load:.0%})" for link, load in found.also_full.items())
        yield from wrapped(
            f"Offered more than they carry, though no missed pair goes over them: {links}", indent=0
        )


def _why(one: Missed) -> str:
    if one.destination is None:
        return "no compute node that the target allows"
    if len(one.full) > 1:
        return f"too full: {', '.join(sorted(one.full))}"
    if one.full:
        return f"{next(iter(one.full))} is too full, or its flows are too large"
    return "too far"


def _together(found: Cures) -> Iterator[str]:
    if found.together:
        yield "With everything above built:"
        for target, (outcome, coverage) in found.together.items():
            shown = str(outcome) if outcome == "met" else str(outcome).upper()
            yield from wrapped(f"{shown:<10} {coverage:>6.1%}  {target}", indent=2)


def _steps(found: Cures) -> Iterator[str]:
    steps = [*(step for cure in found.cures for step in cure.steps), *found.several]
    if steps:
        yield "To paste into the scenario:"
        yield ""
        yield expansion_yaml(steps)


def expansion_yaml(steps: Iterable[Step]) -> str:
    """Spell steps as the `expansion` of a scenario, a line each."""
    return "\n".join(["expansion:", *(f"  - {spell(_step_words(step))}" for step in steps)])


def _step_words(step: Step) -> dict[str, Any]:
    """Return a step as a file says it, names first."""
    words: dict[str, Any] = in_words(step)  # type: ignore[assignment]  # a step is a mapping
    return {
        key: {"id": value["id"], **value} if isinstance(value, dict) and "id" in value else value
        for key, value in words.items()
    }


def cures_document(scenario: Scenario, found: Cures) -> dict[str, Any]:
    """Return cures as a JSON document."""
    return {
        "netplan": "cures/1",
        "scenario": scenario.name.en,
        "version": __version__,
        "inputs_sha256": scenario.origin.digest,
        "year": found.year,
        "missed": [_missed(one) for one in found.missed],
        "undecided": [_key(key) for key in found.undecided],
        "cures": [_cure_document(cure) for cure in found.cures],
        "several": {
            "steps": [_step_words(step) for step in found.several],
            "pairs": [_key(key) for key in found.several_keys],
        },
        "left": [{**_missed(one), "why": _why(one)} for one in found.left],
        "spared": [_missed(one) for one in found.spared],
        "also_full": {link: round(load, 9) for link, load in found.also_full.items()},
        "together": [
            {"target": target, "outcome": str(outcome), "coverage": round(coverage, 9)}
            for target, (outcome, coverage) in found.together.items()
        ],
    }


def _key(key: Key) -> dict[str, str | None]:
    target, source, destination = key
    return {"target": target, "source": source, "destination": destination}


def _missed(one: Missed) -> dict[str, Any]:
    return {
        "target": one.key[0],
        "source": one.source,
        "destination": one.destination,
        "reason": str(one.reason),
        "limit_ms": round(one.limit / MS, 9),
        "fixed_ms": round(one.fixed / MS, 9),
        "full_links": sorted(one.full),
    }


def _cure_document(cure: Cure) -> dict[str, Any]:
    seen = cure.confirmed
    return {
        "kind": str(cure.kind),
        "subject": cure.subject,
        "amount": cure.amount,
        "unit": UNITS[cure.kind],
        "steps": [_step_words(step) for step in cure.steps],
        "pairs": [_key(key) for key in cure.keys],
        "breaks": [_key(key) for key in cure.breaks],
        "simulated": None
        if seen is None
        else {"met": seen.met, "missed": seen.missed, "undecided": seen.undecided},
    }
