"""A catalogue in one language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netplan.ground.texts.language import LANGUAGES, Language
from netplan.ground.texts.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Texts"]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts by key in one language.

    Examples
    --------
    >>> Texts("en")["outcome.met"], Texts("zh")["outcome.met"]
    ('met', '满足')
    """

    language: Language
    catalogue: Mapping[str, tuple[str, str]] = field(default_factory=lambda: WORDS)
    """English and Chinese by key."""

    def __getitem__(self, key: str) -> str:
        """Return a text as it stands."""
        return self.catalogue[key][LANGUAGES.index(self.language)]

    def say(self, key: str, **values: object) -> str:
        """Return a text with its places filled."""
        return self[key].format(**values)

    def of(self, group: str, value: str) -> str:
        """Return the word for a value of results, e.g. ``of("outcome", "met")``.

        A value that the catalogue does not know stands for itself.
        """
        key = f"{group}.{value}"
        return self[key] if key in self.catalogue else value
