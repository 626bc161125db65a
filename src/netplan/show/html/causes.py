"""Why targets are not met: the worst pairs, the links to blame, and what would cure them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Blame", "Cause", "blame_of", "causes", "worst_first"]

PAIRS_SHOWN = 8
LINKS_SHOWN = 6

_SEVERITY = ("met", "undecided", "missed")


@dataclass(frozen=True, slots=True)
class Blame:
    """A hop that costs pairs most."""

    hop: Mapping[str, Any]
    """As in ``results.json``, of the pair that it costs most."""
    pairs: int
    missed: int
    """How many of the pairs miss the limit; the others are undecided."""

    @property
    def total_ms(self) -> float:
        """Mean cost of the hop [ms]."""
        return cost(self.hop)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why one target is not met, shown for the last year in which it is not."""

    target: Mapping[str, Any]
    """Target and year, as in ``results.json``."""
    years: tuple[int, ...]
    """All years in which it is not met."""
    failing: tuple[Mapping[str, Any], ...]
    """Pairs that are not met, worst first."""

    @property
    def shown(self) -> tuple[Mapping[str, Any], ...]:
        """The worst of them."""
        return self.failing[:PAIRS_SHOWN]

    def count(self, outcome: str) -> int:
        """How many pairs have this outcome."""
        return sum(pair["outcome"] == outcome for pair in self.failing)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Reasons and how many pairs give them, most frequent first."""
        return Counter(pair["reason"] for pair in self.failing).most_common()

    @property
    def blames(self) -> list[Blame]:
        """The hops to blame, those of most missed pairs first, then of most undecided ones."""
        found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        missed: Counter[tuple[str, str]] = Counter()
        for pair in self.failing:
            hop = blame_of(pair)
            if hop is not None:
                channel = hop["link"], hop["from"]
                found.setdefault(channel, []).append(hop)
                missed[channel] += pair["outcome"] == "missed"
        blames = [
            Blame(hop=max(hops, key=cost), pairs=len(hops), missed=missed[channel])
            for channel, hops in found.items()
        ]
        return sorted(blames, key=_weight, reverse=True)[:LINKS_SHOWN]


def causes(targets: Iterable[Mapping[str, Any]]) -> list[Cause]:
    """Return a cause for every target that is not met in some year."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for target in targets:
        if target["outcome"] != "met":
            by_name.setdefault(target["name"], []).append(target)
    return [
        Cause(
            target=failing[-1],
            years=tuple(target["year"] for target in failing),
            failing=tuple(p for p in worst_first(failing[-1]["pairs"]) if p["outcome"] != "met"),
        )
        for failing in by_name.values()
    ]


def _weight(blame: Blame) -> tuple[int, int, float]:
    return blame.missed, blame.pairs, blame.total_ms


def worst_first(pairs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return pairs, missed before undecided before met, slow before fast."""
    return sorted(pairs, key=_severity, reverse=True)


def _severity(pair: Mapping[str, Any]) -> tuple[int, bool, float]:
    outcome = _SEVERITY.index(pair["outcome"])
    return outcome, pair["reason"] == "no_compute", latency(pair) or 0.0


def latency(pair: Mapping[str, Any]) -> float | None:
    """Return what is known of a pair's latency: the estimate, else the floor [ms]."""
    estimate: float | None = pair["estimate_ms"]
    floor: float | None = pair["floor_ms"]
    return floor if estimate is None else estimate


def blame_of(pair: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the hop that costs a pair most; where packets are lost, the most loaded one."""
    hops: Sequence[Mapping[str, Any]] = pair["hops"]
    if pair["reason"] == "loss":
        return max(hops, key=lambda hop: (hop["utilisation"], cost(hop)), default=None)
    return max(hops, key=cost, default=None)


def cost(hop: Mapping[str, Any]) -> float:
    """Return all components of a hop together [ms]."""
    return float(sum(hop["components_ms"].values()))
