"""What sites, cities and links are called in the reader's language."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netplan.ground.texts import Language

__all__ = ["Places"]


@dataclass(frozen=True)
class Places:
    """The sites of a results document."""

    nodes: Sequence[Mapping[str, Any]]
    """As ``results.json`` lists them."""
    language: Language

    @cached_property
    def _by_id(self) -> dict[str, Mapping[str, Any]]:
        return {node["id"]: node for node in self.nodes}

    def details(self, identifier: str) -> Mapping[str, Any]:
        """Return what the results say about a site; nothing if they do not list it."""
        return self._by_id.get(identifier, {})

    def node(self, identifier: str | None) -> str:
        """Return the name of a site; one that the results do not list stands for itself."""
        if identifier is None:
            return "–"
        node = self._by_id.get(identifier)
        return identifier if node is None else self._spell(node)

    def _spell(self, node: Mapping[str, Any]) -> str:
        chinese = node.get("name_zh") if self.language == "zh" else None
        return str(chinese or node.get("name") or node["id"])

    def pair(self, source: str, target: str | None) -> str:
        """Return the ends of a pair or a channel as ``source → target``."""
        return f"{self.node(source)} → {self.node(target)}"

    def city_of(self, identifier: str) -> str:
        """Return the identifier of a site's city; a site without one stands for itself."""
        node = self._by_id.get(identifier)
        return identifier if node is None else node.get("city") or identifier

    def city(self, identifier: str) -> str:
        """Return the name of a city: what the names of its core sites, or all, begin with."""
        of_city = [node for node in self.nodes if node.get("city") == identifier]
        core = [node for node in of_city if node["role"] == "core"] or of_city
        names = [self._spell(node) for node in core]
        columns = itertools.takewhile(lambda c: len(set(c)) == 1, zip(*names, strict=False))
        shared = "".join(characters[0] for characters in columns).strip()
        return shared or identifier.replace("-", " ").title()
