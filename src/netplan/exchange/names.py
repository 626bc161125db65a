"""Names of another format made into names that a topology may use."""

from __future__ import annotations

import re

from netplan.exchange.draft import listed
from netplan.input.scenario.network import Role
from netplan.input.scenario.traffic import SOME_COMPUTE

__all__ = ["Names"]

_LONGEST = 80
_FORBIDDEN = re.compile(r"[\s>/,;]+")
_RESERVED = {*Role, *SOME_COMPUTE}


class Names:
    """Gives every foreign name one of ours: the same where that is possible."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, foreign: str, wish: str | None = None) -> str:
        """Return our name for a foreign one; `wish` is what it would like to be called."""
        if foreign not in self._given:
            name = self._free(_FORBIDDEN.sub("-", (wish or foreign).strip()).strip("-"))
            self._given[foreign] = name
            self._taken.add(name)
        return self._given[foreign]

    def __contains__(self, foreign: str) -> bool:
        return foreign in self._given

    def _free(self, wish: str) -> str:
        base = wish[:_LONGEST] or self._kind
        base = f"{base}-site" if base in _RESERVED else base
        name, number = base, 2
        while name in self._taken:
            name, number = f"{base[: _LONGEST - 6]}-{number}", number + 1
        return name

    @property
    def notes(self) -> tuple[str, ...]:
        """Say which names are not as they were."""
        changed = [f"{was} -> {now}" for was, now in self._given.items() if was != now]
        return (f"{self._kind} names changed: {listed(changed)}",) if changed else ()
