"""Cures as text of 80 columns with steps to paste, and as a JSON document."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from netplan import __version__
from netplan.decide.cure import UNITS, Kind
from netplan.exchange.words import in_words
from netplan.exchange.yaml_file import spell
from netplan.ground.units import MS
from netplan.network.failure import NORMAL
from netplan.show.tables.columns import padded, wrapped
from netplan.show.tables.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netplan.decide.cure import Cure, Cures
    from netplan.decide.cure.candidate import Missed
    from netplan.decide.trial import Key
    from netplan.ground.texts import Language
    from netplan.input.scenario.expansion import Step
    from netplan.input.scenario.scenario import Scenario

__all__ = ["cures_document", "cures_table", "expansion_yaml"]

PAIRS_SHOWN = 3


def cures_table(scenario: Scenario, found: Cures, language: Language = "en") -> str:
    """Return what is missed, every cure with what it keeps, what is left, and the steps."""
    reader = Reader.of(scenario, language)
    blocks: list[Iterator[str]] = [
        _heading(reader, reader.title(scenario.name), found),
        *(_cure(reader, number, cure) for number, cure in enumerate(found.cures, start=1)),
        _several(reader, found),
        _kept_together(reader, found.kept_together),
        _left(reader, found.left),
        _spared(reader, found.spared),
        _also_full(reader, found),
        _together(reader, found),
        _in_failures(reader, scenario, found),
        _steps(reader, scenario, found),
    ]
    texts = ["\n".join(line.rstrip() for line in block) for block in blocks]
    return "\n\n".join(text for text in texts if text) + "\n"


def _heading(reader: Reader, name: str, found: Cures) -> Iterator[str]:
    yield name
    if not found.missed:
        yield reader.say("cure.nothing", when=reader.when(found.year, found.state))
        return
    counts = Counter(one.key[0] for one in found.missed)
    pairs = reader.count("pairs", len(found.missed))
    yield reader.say("cure.missed", when=reader.when(found.year, found.state), pairs=pairs)
    for target, count in counts.items():
        told = reader.say("cure.missed_of", target=reader.target(target), count=count)
        yield from wrapped(told, indent=2)
    if found.undecided:
        yield reader.say("cure.undecided", pairs=reader.count("pairs", len(found.undecided)))


def _cure(reader: Reader, number: int, cure: Cure) -> Iterator[str]:
    pairs = reader.count("pairs", len(cure.keys))
    told = reader.say("cure.cures", number=number, what=_what(reader, cure), pairs=pairs)
    yield from wrapped(told, indent=0)
    yield from _by_target(reader, cure.keys)
    if cure.breaks:
        pairs = reader.count("pairs", len(cure.breaks))
        yield from wrapped(
            reader.say("cure.breaks", pairs=pairs, named=_named(reader, cure.breaks))
        )
    if (seen := cure.confirmed) is not None:
        counts = [(seen.met, "met"), (seen.missed, "missed"), (seen.undecided, "undecided")]
        said = [
            reader.say("cure.count", count=count, outcome=reader.texts.of("outcome", outcome))
            for count, outcome in counts
            if count
        ]
        yield from wrapped(reader.say("cure.simulated", counts=reader.listed(said)))
    else:
        yield from wrapped(reader.texts["cure.not_simulated"])


def _what(reader: Reader, cure: Cure) -> str:
    subject = cure.subject
    if cure.kind in (Kind.COMPUTE, Kind.SERVERS):
        subject = reader.node(subject)
    what = reader.say(f"change.{cure.kind}", subject=subject, amount=cure.amount)
    if cure.kind is Kind.CAPACITY and (change := cure.steps[0].set) is not None:
        return reader.count("members", cure.amount, what=what, all=change.members)
    return what


def _by_target(reader: Reader, keys: Sequence[Key]) -> Iterator[str]:
    for target in dict.fromkeys(key[0] for key in keys):
        own = [key for key in keys if key[0] == target]
        yield from wrapped(
            reader.say(
                "cure.of_target",
                target=reader.target(target),
                count=len(own),
                named=_named(reader, own),
            )
        )


def _named(reader: Reader, keys: Sequence[Key]) -> str:
    nothing = reader.texts["compute"]
    return reader.listed(
        [reader.pair(source, target, nothing) for _, source, target in keys], PAIRS_SHOWN
    )


def _several(reader: Reader, found: Cures) -> Iterator[str]:
    if found.several:
        links = [
            reader.say("cure.members", link=step.set.link, members=step.set.members)
            for step in found.several
            if step.set is not None
        ]
        pairs = reader.count("pairs", len(found.several_keys))
        yield from wrapped(
            reader.say("cure.several", pairs=pairs, links=reader.listed(links)), indent=0
        )
        yield from _by_target(reader, found.several_keys)


def _kept_together(reader: Reader, kept: Sequence[Missed]) -> Iterator[str]:
    if kept:
        yield reader.say("cure.kept_together", pairs=reader.count("pairs", len(kept)))
        yield from _by_target(reader, [one.key for one in kept])


def _left(reader: Reader, left: Sequence[Missed]) -> Iterator[str]:
    if left:
        yield reader.say("cure.left", pairs=reader.count("pairs", len(left)))
        groups: dict[tuple[str, str], list[Key]] = {}
        for one in left:
            groups.setdefault((one.key[0], _why(reader, one)), []).append(one.key)
        for (target, why), keys in groups.items():
            yield from wrapped(
                reader.say(
                    "cure.left_of",
                    target=reader.target(target),
                    count=len(keys),
                    why=why,
                    named=_named(reader, keys),
                )
            )


def _spared(reader: Reader, spared: Sequence[Missed]) -> Iterator[str]:
    if spared:
        keys = [one.key for one in spared]
        yield reader.say("cure.spared", pairs=reader.count("pairs", len(keys)))
        yield from _by_target(reader, keys)


def _also_full(reader: Reader, found: Cures) -> Iterator[str]:
    if found.also_full:
        links = [
            reader.say("cure.load", link=link, load=load) for link, load in found.also_full.items()
        ]
        yield from wrapped(reader.say("cure.also_full", links=reader.listed(links)), indent=0)


def _why(reader: Reader, one: Missed) -> str:
    if one.destination is None:
        return reader.texts["left.no_compute"]
    if one.is_cut_off:
        return reader.texts["left.cut_off"]
    if len(one.full) > 1:
        return reader.say("left.too_full", links=reader.listed(sorted(one.full)))
    if one.full:
        return reader.say("left.full", link=next(iter(one.full)))
    return reader.texts["left.far"]


def _together(reader: Reader, found: Cures) -> Iterator[str]:
    if found.together:
        yield reader.texts["cure.together"]
        for target, (outcome, coverage) in found.together.items():
            shown = padded(reader.outcome(outcome), 11)
            yield from wrapped(f"{shown}{coverage:>6.1%}  {reader.target(target)}", indent=2)


def _in_failures(reader: Reader, scenario: Scenario, found: Cures) -> Iterator[str]:
    """Say that failure states were not looked at, if anything must hold in them."""
    if found.state == NORMAL and any("failure" in one.holds_in for one in scenario.targets):
        yield from wrapped(reader.texts["cure.in_failures"], indent=0)


def _steps(reader: Reader, scenario: Scenario, found: Cures) -> Iterator[str]:
    """Spell the steps for the place where they belong: no file may have a key twice."""
    steps = [step for cure in found.cures for step in cure.steps]
    steps += [step for step in found.several if step not in steps]
    if not steps:
        return
    place = scenario.origin.place(("expansion",)) if scenario.expansion else None
    text = expansion_yaml(steps)
    if place is None:
        yield from (reader.texts["cure.paste"], "", text)
    else:
        file, line = PurePath(place.file).name, place.line
        yield from (reader.say("cure.append", file=file, line=line), "")
        yield text.removeprefix("expansion:\n")


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
    english = Reader.of(scenario, "en")
    return {
        "netplan": "cures/1",
        "scenario": scenario.name.en,
        "version": __version__,
        "inputs_sha256": scenario.origin.digest,
        "year": found.year,
        "state": found.state,
        "missed": [_missed(one) for one in found.missed],
        "undecided": [_key(key) for key in found.undecided],
        "cures": [_cure_document(cure) for cure in found.cures],
        "several": {
            "steps": [_step_words(step) for step in found.several],
            "pairs": [_key(key) for key in found.several_keys],
        },
        "kept_together": [_missed(one) for one in found.kept_together],
        "left": [{**_missed(one), "why": _why(english, one)} for one in found.left],
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
