"""Where something begins to hold: the one numerical search that the closed forms need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["least"]


def least(
    holds: Callable[[float], bool], low: float, high: float, precision: float = 4e-16
) -> float:
    """Return the least number at which a condition holds, by halving.

    Halving needs nothing but the condition, not even continuity: tails fall in steps.

    Parameters
    ----------
    holds
        Does not hold at `low`, holds at `high`, and from some number in between on.
    low, high
        Not negative.
    precision
        Relative width of the last interval.

    Examples
    --------
    >>> round(least(lambda x: x * x >= 2, 1.0, 2.0), 12)
    1.414213562373
    """
    while high - low > precision * high:
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
