"""The languages there are, and which one a user wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES", "Language", "preferred_language"]

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def preferred_language(environment: Mapping[str, str]) -> Language:
    """Return the language that a user's locale asks for; English if it is another.

    The first of the variables that is set decides (POSIX.1-2017, Base Definitions, 8.2).

    Examples
    --------
    >>> preferred_language({"LANG": "zh_CN.UTF-8"}), preferred_language({"LANG": "de_DE.UTF-8"})
    ('zh', 'en')
    """
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next(filter(None, names), "")
    return "zh" if chosen.lower().startswith("zh") else "en"
