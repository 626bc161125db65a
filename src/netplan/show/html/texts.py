"""What the page says, in English and Chinese, and how numbers are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netplan.ground.texts import Texts as Catalogue
from netplan.show.html.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Texts",
    "kilometres",
    "milliseconds",
    "percent",
]

_TAGS = {"en": "en", "zh": "zh-CN"}


@dataclass(frozen=True, slots=True)
class Texts(Catalogue):
    """The catalogue in one language.

    Examples
    --------
    >>> Texts("en")["outcome.met"], Texts("zh")["outcome.met"]
    ('met', '满足')
    >>> Texts("en").say("promise.share", share="95 %", of="people")
    'for 95 % of people'
    """

    catalogue: Mapping[str, tuple[str, str]] = field(default_factory=lambda: CATALOGUE)

    @property
    def tag(self) -> str:
        """The language as HTML wants it (BCP 47)."""
        return _TAGS[self.language]

    @property
    def gap(self) -> str:
        """What stands between two sentences."""
        return "" if self.language == "zh" else " "

    @property
    def scripts(self) -> dict[str, str]:
        """The texts that the page's scripts need, by key."""
        groups = ("js.", "outcome.", "reason.", "component.", "role.", "column.", "hop.")
        return {key: self[key] for key in sorted(self.catalogue) if key.startswith(groups)}

    def listed(self, parts: list[str]) -> str:
        """Join parts of a sentence.

        Examples
        --------
        >>> Texts("en").listed(["one", "two", "three"]), Texts("zh").listed(["一", "二"])
        ('one, two and three', '一、二')
        """
        if self.language == "zh" or len(parts) < 2:
            return "、".join(parts)
        return f"{', '.join(parts[:-1])} and {parts[-1]}"

    def people(self, number: int) -> str:
        """Write a number of people; Chinese counts in tens of thousands.

        Examples
        --------
        >>> Texts("en").people(4182000), Texts("zh").people(4182000), Texts("zh").people(900)
        ('4,182,000', '418.2 万', '900')
        """
        if self.language == "zh" and number >= 10_000:
            return f"{number / 10_000:,.1f} 万"
        return f"{number:,}"


def percent(share: float, places: int = 1) -> str:
    """Write a share as a percentage; what falls short of everything never reads 100 %.

    Examples
    --------
    >>> percent(0.99996), percent(0.95), percent(1.0), percent(1.0734, 0)
    ('99.9\u202f%', '95\u202f%', '100\u202f%', '107\u202f%')
    """
    rounded = round(100 * share, places)
    if share < 1 - 1e-9:
        rounded = min(rounded, 100 - 10**-places)
    return f"{rounded:.{places}f}".removesuffix(".0") + "\u202f%"


def milliseconds(value: float | None) -> str:
    """Write a duration [ms]; a dash where there is none.

    Examples
    --------
    >>> milliseconds(0.16809), milliseconds(18.1634), milliseconds(None)
    ('0.168', '18.163', '–')
    """
    return "–" if value is None else f"{value:.3f}"


def kilometres(value: float) -> str:
    """Write a length [km].

    Examples
    --------
    >>> kilometres(20757.3), kilometres(11.93)
    ('20,757', '11.9')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
