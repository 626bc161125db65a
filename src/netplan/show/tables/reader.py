"""Who reads a table: their language, and what they call sites, targets and failure states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netplan.ground.texts import Texts
from netplan.ground.texts.problems import message_in_language
from netplan.ground.texts.sentences import in_language, state_in_language
from netplan.ground.texts.tables import TABLES
from netplan.network.failure import NORMAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netplan.ground.texts import Language
    from netplan.input.scenario.network import LocalName
    from netplan.input.scenario.scenario import Scenario

__all__ = ["Reader"]


@dataclass(frozen=True, slots=True)
class Reader:
    """The texts in the reader's language, and the names that they know.

    Examples
    --------
    >>> Reader(Texts("zh", TABLES)).count("pairs", 2), Reader(Texts("en", TABLES)).count("pairs", 1)
    ('2 个节点对', '1 pair')
    """

    texts: Texts
    nodes: Mapping[str, LocalName] = field(default_factory=dict)
    """Of sites that have names for people."""
    targets: Mapping[str, LocalName] = field(default_factory=dict)
    """By their English name."""

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        language: Language,
        catalogue: Mapping[str, tuple[str, str]] = TABLES,
    ) -> Reader:
        """Return a reader of tables about a scenario."""
        known = {
            **{name: node.name for name, node in scenario.topology.nodes.items()},
            **{
                new.id: new.name
                for step in scenario.expansion
                if (new := step.add_node or step.add_compute) is not None
            },
        }
        return cls(
            Texts(language, catalogue),
            {name: label for name, label in known.items() if label is not None},
            {target.name: target.label for target in scenario.targets},
        )

    def say(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        return self.texts.say(key, **values)

    def count(self, key: str, count: float, **values: object) -> str:
        """Return a text that counts something."""
        return self.say(f"{key}.{'one' if count == 1 else 'many'}", count=count, **values)

    def listed(self, parts: Sequence[str], most: int | None = None) -> str:
        """Return parts of a sentence one after the other; of many the first, and how many more."""
        named = self.texts["comma"].join(parts[:most])
        more = len(parts) - len(parts[:most])
        return self.say("and_more", named=named, count=more) if more else named

    def title(self, name: LocalName) -> str:
        """Return a name in both languages, the reader's first."""
        both = (name.en, name.zh) if self.texts.language == "en" else (name.zh, name.en)
        return "  ".join(filter(None, both))

    def node(self, name: str) -> str:
        """Return the Chinese name in Chinese; in English the one that the files use."""
        label = None if self.texts.language == "en" else self.nodes.get(name)
        return (label.zh if label is not None else None) or name

    def pair(self, source: str, target: str | None, nothing: str) -> str:
        """Return the ends of a pair; `nothing` stands where it has no target."""
        return f"{self.node(source)} > {nothing if target is None else self.node(target)}"

    def target(self, name: str) -> str:
        """Return what a target is called in the reader's language."""
        label = self.targets.get(name)
        return name if label is None else label.of(self.texts.language)

    def state(self, name: str) -> str:
        """Return what a failure state is called in the reader's language."""
        return state_in_language(name, self.texts.language)

    def when(self, year: int, state: str = NORMAL) -> str:
        """Return a year and, if something failed, what."""
        parts = [self.say("year", year=year)]
        return self.listed(parts if state == NORMAL else [*parts, self.state(state)])

    def outcome(self, outcome: str) -> str:
        """Return the word for an outcome; what is not met stands out."""
        word = self.texts.of("outcome", outcome)
        return word if outcome == "met" else word.upper()

    def sentence(self, text: str) -> str:
        """Return a sentence that results carry in English, with the names of targets in it."""
        language = self.texts.language
        told = in_language(text, language)
        if told == text:
            # Some say what would be wrong with the input.
            told = message_in_language(text, language)
        for name in self.targets:
            told = told.replace(f"“{name}”", f"“{self.target(name)}”")
        return told
