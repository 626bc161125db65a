"""What a picture is about: one verdict of a results folder, and how its places are called."""

from __future__ import annotations

import difflib
import itertools
import textwrap
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from netplan.ground.errors import InputError, Problem
from netplan.ground.texts import Texts
from netplan.ground.texts.plots import PLOTS
from netplan.ground.texts.sentences import state_in_language
from netplan.ground.units import KM, MS
from netplan.judge.verdict import Basis, Hop, Outcome, PairVerdict, Reason, Verdict
from netplan.show.plots.style import legible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netplan.judge.results import Results
    from netplan.measure.samples import StreamSamples

__all__ = [
    "Names",
    "Subject",
    "choose",
    "find_pair",
    "label_of",
    "percent",
    "target_of",
    "texts_of",
    "unknown",
    "verdicts_of",
]

_SEVERITY = (Outcome.MET, Outcome.UNDECIDED, Outcome.MISSED)


@dataclass(frozen=True)
class Names:
    """What nodes and cities are called, in English or, where a font allows, in Chinese."""

    nodes: Sequence[Mapping[str, Any]]
    """As ``results.json`` lists them; may be empty."""
    language: str

    @cached_property
    def texts(self) -> Texts:
        """What else a picture says, in Chinese where a font allows."""
        return texts_of(self.language)

    @cached_property
    def _by_id(self) -> dict[str, Mapping[str, Any]]:
        return {node["id"]: node for node in self.nodes}

    def node(self, identifier: str) -> str:
        """Return the name of a node."""
        node = self._by_id.get(identifier)
        return identifier if node is None else self._spell(node)

    def _spell(self, node: Mapping[str, Any]) -> str:
        english = node.get("name") or node["id"]
        chinese = node.get("name_zh") if self.language == "zh" else None
        return legible(chinese or english, english)

    def pair(self, pair: PairVerdict) -> str:
        """Return a pair as ``source → target``."""
        target = self.texts["no_compute_node"] if pair.target is None else self.node(pair.target)
        return f"{self.node(pair.source)} → {target}"

    def city_of(self, identifier: str) -> str:
        """Return the identifier of a node's city; a node without one stands for itself."""
        node = self._by_id.get(identifier)
        return identifier if node is None else node.get("city") or identifier

    def city(self, identifier: str) -> str:
        """Return the name of a city: what the names of its core nodes begin with."""
        core = [n for n in self.nodes if n.get("city") == identifier and n["role"] == "core"]
        shared = _common_start([self._spell(node) for node in core])
        return shared or identifier.replace("-", " ").title()

    def in_order(self, identifiers: Iterable[str]) -> list[str]:
        """Sort nodes by city; cities, and nodes of a city, in the order of the file."""
        found = list(dict.fromkeys(identifiers))
        place = {node["id"]: position for position, node in enumerate(self.nodes)}
        found.sort(key=lambda node: place.get(node, len(place)))
        cities = list(dict.fromkeys(self.city_of(node["id"]) for node in self.nodes))
        cities += dict.fromkeys(self.city_of(node) for node in found)
        rank: dict[str, int] = {}
        for city in cities:
            rank.setdefault(city, len(rank))
        return sorted(found, key=lambda node: rank[self.city_of(node)])


def _common_start(names: Sequence[str]) -> str:
    """Return what all names begin with.

    Examples
    --------
    >>> _common_start(["Shenyang A", "Shenyang B"])
    'Shenyang'
    """
    columns = itertools.takewhile(lambda chars: len(set(chars)) == 1, zip(*names, strict=False))
    return "".join(chars[0] for chars in columns).strip()


@dataclass(frozen=True)
class Subject:
    """One target in one year."""

    verdict: Verdict
    number: int
    """Position of the target in the scenario, from 1."""
    names: Names
    streams: tuple[StreamSamples, ...]
    """Measured in that year."""
    label: str
    """The target's name in the picture's language."""
    judged: int
    """Pairs that were judged; of a failure state the verdict holds only those that are not met."""

    @property
    def name(self) -> str:
        """The target's name, broken into lines that fit a picture."""
        fallback = self.texts.say("target", number=self.number)
        return textwrap.fill(legible(self.label, fallback), 80)

    @property
    def texts(self) -> Texts:
        """The texts of the picture's language."""
        return self.names.texts

    @property
    def facts(self) -> str:
        """What was promised and found, in two lines."""
        verdict = self.verdict
        outcomes = [pair.outcome for pair in verdict.pairs]
        texts = self.texts
        name = state_in_language(verdict.state, texts.language)
        state = "" if verdict.state == "normal" else texts.say("state", state=name)
        return texts.say(
            "facts",
            year=verdict.year,
            state=state,
            outcome=texts.of("outcome", verdict.outcome).upper(),
            quantity=self.quantity,
            limit=verdict.limit / MS,
            missed=outcomes.count(Outcome.MISSED),
            count=self.judged,
            undecided=outcomes.count(Outcome.UNDECIDED),
            covered=percent(verdict.coverage),
            of=texts.of("of", verdict.of),
            needed=percent(verdict.needed),
        )

    @property
    def quantity(self) -> str:
        """What is judged, e.g. ``p99 one way, network layer``."""
        return self.texts.say("quantity", statistic=self.verdict.statistic, way=self.way)

    @property
    def way(self) -> str:
        """Direction and layer, e.g. ``one way, network layer``."""
        texts = self.texts
        return texts.say(
            "way",
            direction=texts.of("direction", self.verdict.direction),
            layer=texts.of("layer", self.verdict.layer),
        )

    def worst_first(self) -> list[PairVerdict]:
        """Return the pairs, missed before undecided before met, slow before fast."""
        return sorted(self.verdict.pairs, key=_severity, reverse=True)

    def stream(self, pair: PairVerdict) -> StreamSamples | None:
        """Return what was measured of a pair, if anything was."""
        return next((found for found in self.streams if found.name == pair.stream), None)


def texts_of(language: str) -> Texts:
    """Return what pictures say in a language; English where no font can draw it."""
    return Texts("zh" if language == "zh" and legible("中", "") else "en", PLOTS)


def percent(share: float) -> str:
    """Write a share as a percentage; what falls short of everything never reads 100 %.

    Examples
    --------
    >>> percent(0.99996), percent(0.95), percent(1.0), percent(1.073)
    ('99.9 %', '95 %', '100 %', '107.3 %')
    """
    rounded = round(100 * share, 1)
    return f"{min(rounded, 99.9) if share < 1 - 1e-9 else rounded:g} %"


def _severity(pair: PairVerdict) -> tuple[int, bool, float]:
    known = pair.estimate if pair.estimate is not None else pair.floor
    return _SEVERITY.index(pair.outcome), pair.reason is Reason.NO_COMPUTE, known or 0.0


def choose(
    results: Results,
    target: str | None = None,
    year: int | None = None,
    language: str = "en",
    *,
    state: str | None = None,
    pair: str | None = None,
) -> Subject:
    """Find what a picture is about.

    Parameters
    ----------
    results
        A results folder.
    target
        Name of a target; left out: the first that has the pair or, without a pair, the first that
        is missed, else undecided, else the first.
    year
        Left out: the last.
    language
        ``en`` or ``zh``: what the picture says, and which names nodes get.
    state
        A failure state: targets that were judged in it count as they were there; if none was, the
        normal state does.
    pair
        What the picture is to show, as ``source>target``.

    Raises
    ------
    InputError
        If there is no such target or year.
    """
    if pair is not None and target is None:
        target = target_of(results, pair)
    entries: Sequence[Mapping[str, Any]] = results.document["targets"]
    years = sorted({entry["year"] for entry in entries})
    if year is not None and year not in years:
        raise unknown("year", str(year), [str(known) for known in years])
    wanted = years[-1] if year is None else year
    targets = list(dict.fromkeys(entry["name"] for entry in entries))
    if target is not None and target not in targets:
        raise unknown("target", target, targets)
    in_state = [e for e in results.document.get("failures", ()) if e["state"] == state]
    found = _of(in_state, target, wanted) or _of(entries, target, wanted)
    chosen = max(found, key=lambda entry: _SEVERITY.index(Outcome(entry["outcome"])))
    names = Names(results.document.get("nodes", ()), language)
    return Subject(
        verdict=_verdict(chosen),
        number=targets.index(chosen["name"]) + 1,
        names=names,
        streams=tuple(stream for of_year, stream in results.streams if of_year == wanted),
        label=label_of(chosen, names.texts.language),
        judged=chosen.get("pairs_judged", len(chosen["pairs"])),
    )


def label_of(entry: Mapping[str, Any], language: str) -> str:
    """Return what a target of ``results.json`` is called in a language."""
    chinese = entry.get("name_zh") if language == "zh" else None
    return str(chinese or entry["name"])


def _of(
    entries: Iterable[Mapping[str, Any]], target: str | None, year: int
) -> list[Mapping[str, Any]]:
    return [e for e in entries if e["year"] == year and target in (None, e["name"])]


def target_of(results: Results, pair: str) -> str | None:
    """Return the first target that has a pair called ``source>target``, none if no target has."""
    for entry in results.document["targets"]:
        if any(f"{one['source']}>{one['target']}" == pair for one in entry["pairs"]):
            return str(entry["name"])
    return None


def find_pair(verdict: Verdict, pair: str) -> PairVerdict:
    """Return the pair of a verdict that is called ``source>target``.

    Raises
    ------
    InputError
        If the target has no such pair.
    """
    by_name = {f"{found.source}>{found.target}": found for found in verdict.pairs}
    if pair not in by_name:
        raise unknown("pair", pair, list(by_name))
    return by_name[pair]


def unknown(what: str, got: str, known: Sequence[str]) -> InputError:
    """Return the error for a name that there is not."""
    near = difflib.get_close_matches(got, known, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else f"there is {_listed(known)}"
    return InputError([Problem((what,), f"no {what} {got!r}; {remedy}")])


def _listed(known: Sequence[str], most: int = 9) -> str:
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more if known else "none"


def verdicts_of(results: Results) -> list[Verdict]:
    """Return the verdicts that a results folder holds, in SI units again."""
    return [_verdict(entry) for entry in results.document["targets"]]


def _verdict(entry: Mapping[str, Any]) -> Verdict:
    return Verdict(
        name=entry["name"],
        year=entry["year"],
        state=entry["state"],
        outcome=Outcome(entry["outcome"]),
        reason=Reason(entry["reason"]),
        limit=entry["limit_ms"] * MS,
        layer=entry["layer"],
        direction=entry["direction"],
        statistic=entry["statistic"],
        coverage=entry["coverage"],
        needed=entry["coverage_needed"],
        of=entry["coverage_of"],
        pairs=tuple(_pair(pair) for pair in entry["pairs"]),
    )


def _pair(entry: Mapping[str, Any]) -> PairVerdict:
    return PairVerdict(
        source=entry["source"],
        target=entry["target"],
        outcome=Outcome(entry["outcome"]),
        reason=Reason(entry["reason"]),
        limit=entry["limit_ms"] * MS,
        estimate=_seconds(entry["estimate_ms"]),
        low=_seconds(entry["low_ms"]),
        high=_seconds(entry["high_ms"]),
        floor=_seconds(entry["floor_ms"]),
        loss=entry["loss"] or 0.0,
        basis=Basis(entry["basis"]),
        stream=entry["stream"],
        predicted=_seconds(entry["predicted_ms"]),
        packets=entry["packets"],
        in_flight=entry["in_flight"],
        components=_components(entry["components_ms"]),
        route=tuple(entry["route"]),
        hops=tuple(_hop(hop) for hop in entry["hops"]),
        length=entry["length_km"] * KM,
        estimated_length=entry["estimated_km"] * KM,
        remedies=tuple(entry["remedies"]),
    )


def _hop(entry: Mapping[str, Any]) -> Hop:
    return Hop(
        link=entry["link"],
        source=entry["from"],
        target=entry["to"],
        components=_components(entry["components_ms"]),
        utilisation=entry["utilisation"],
        length=entry["length_km"] * KM,
        estimated_length=entry["estimated_km"] * KM,
    )


def _components(entry: Mapping[str, float]) -> dict[str, float]:
    return {name: value * MS for name, value in entry.items()}


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds * MS
