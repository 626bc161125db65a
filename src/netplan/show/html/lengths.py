"""How many kilometres behind a verdict are estimates, and how much hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Turn", "turning_error"]

MOST_ERROR = 2.0
"""Errors of estimates beyond this share are not worth a mention."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The error of the estimated lengths of a route that changes a pair's outcome."""

    pair: Mapping[str, Any]
    error: float
    """Share of the estimated length; positive if the cable is longer than estimated."""


def turning_error(target: Mapping[str, Any]) -> Turn | None:
    """Return the smallest error of estimated lengths that changes the outcome of a pair.

    Propagation is proportional to length, so an error e of the estimated part x of a route of
    length l changes the latency by e x / l times the propagation. Where packets are lost, where no
    compute is allowed or nothing is decided, no length changes the outcome.
    """
    turns = [turn for pair in target["pairs"] if (turn := _turn(pair)) is not None]
    return min(turns, key=lambda turn: abs(turn.error), default=None)


def _turn(pair: Mapping[str, Any]) -> Turn | None:
    bound = _bound(pair)
    propagation = pair["components_ms"].get("propagation", 0.0)
    if bound is None or not (pair["estimated_km"] and propagation):
        return None
    error = (pair["limit_ms"] - bound) / (propagation * pair["estimated_km"] / pair["length_km"])
    # A cable cannot be shorter than nothing.
    return Turn(pair, error) if -1 < error < MOST_ERROR else None


def _bound(pair: Mapping[str, Any]) -> float | None:
    """Return the end of the interval [ms] that must cross the limit for another outcome."""
    bound: float | None = None
    if pair["outcome"] == "met":
        bound = pair["high_ms"]
    elif pair["reason"] in ("latency", "impossible"):
        bound = pair["low_ms"]
    return bound
