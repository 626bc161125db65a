"""Compute servers: how much each pool has to do, and how long requests wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Pool", "pools"]


@dataclass(frozen=True, slots=True)
class Pool:
    """The servers of one compute node."""

    node: str
    load: Mapping[int, float]
    """Requests offered over those that can be served, by year."""
    last: Mapping[str, Any]
    """The last year in which it serves, as in ``results.json``."""


def pools(uses: Iterable[Mapping[str, Any]]) -> list[Pool]:
    """Return every pool that is asked for anything, the busiest of its last year first."""
    found: dict[str, dict[int, Mapping[str, Any]]] = {}
    for use in uses:
        if use["requests_per_s"]:
            found.setdefault(use["node"], {})[use["year"]] = use
    pools = [
        Pool(
            node=node,
            load={year: use["utilisation"] for year, use in by_year.items()},
            last=by_year[max(by_year)],
        )
        for node, by_year in found.items()
    ]
    return sorted(pools, key=lambda pool: -pool.last["utilisation"])
