"""How much of each target is missing, and what each missed promise counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from netplan.decide.trial import key_of
from netplan.judge.verdict import Outcome, PairVerdict, judge_coverage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from netplan.decide.trial import Key
    from netplan.judge.case import Case
    from netplan.judge.verdict import Verdict

__all__ = ["Need"]


@dataclass(frozen=True)
class Need:
    """The targets of a case with their verdicts before any cure."""

    case: Case
    verdicts: Sequence[Verdict]

    @cached_property
    def _pairs(self) -> dict[str, list[tuple[Key, PairVerdict]]]:
        """Promises with their verdicts by target; one that several pairs keep stands for each."""
        return {
            question.target.name: [
                (key_of(question, pair), found)
                for pair, found in zip(question.pairs, verdict.pairs, strict=True)
            ]
            for question, verdict in zip(self.case.questions, self.verdicts, strict=True)
        }

    @cached_property
    def _population(self) -> Mapping[str, int]:
        return {name: node.population for name, node in self.case.topology.spec.nodes.items()}

    @property
    def undecided(self) -> tuple[Key, ...]:
        """Promises that nothing is known of."""
        return tuple(
            key
            for pairs in self._pairs.values()
            for key, found in pairs
            if found.outcome is Outcome.UNDECIDED
        )

    @property
    def met(self) -> frozenset[Key]:
        """Promises that are kept."""
        pairs = [one for of_target in self._pairs.values() for one in of_target]
        open_ones = {key for key, found in pairs if found.outcome is not Outcome.MET}
        return frozenset(key for key, _ in pairs) - open_ones

    def fulfilled(self, kept: Collection[Key]) -> frozenset[str]:
        """Return the targets that are met when these promises are kept as well."""
        met = set()
        for question in self.case.questions:
            target = question.target
            pairs = [
                replace(found, outcome=Outcome.MET) if key in kept else found
                for key, found in self._pairs[target.name]
            ]
            outcome, _ = judge_coverage(pairs, target.coverage, self._population)
            if outcome is Outcome.MET:
                met.add(target.name)
        return frozenset(met)

    @cached_property
    def weights(self) -> dict[Key, float]:
        """What each promise counts: 1, or by its people where these are counted; 1 on average."""
        weights = {}
        for question in self.case.questions:
            pairs = self._pairs[question.target.name]
            people = sum(self._population[source] for (_, source, _), _ in pairs)
            by_people = question.target.coverage.of == "population" and people > 0
            for key, _ in pairs:
                share = self._population[key[1]] / people if by_people else 1 / len(pairs)
                weights[key] = share * len(pairs)
        return weights
