"""Decisions over several looks at a growing run, and over many pairs at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from netplan.measure.statistics.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["decide", "spend"]


def spend(alpha: float, look: int) -> float:
    """Error allowed at one look of a sequential test, half of what is left each time.

    The sum over all looks, numbered from 0, stays below `alpha`, so by Boole's inequality the
    whole sequence errs with at most that probability, however many looks there are.

    Examples
    --------
    >>> [spend(0.05, look) for look in range(3)]
    [0.025, 0.0125, 0.00625]
    """
    return float(alpha / 2 ** (look + 1))


def decide(
    interval_at: Callable[[int, float], Interval], n: int, alpha: float, limit: float
) -> list[Interval]:
    """Judge n pairs against one limit so that at most `alpha` is the chance of any error.

    Holm's step-down test as repeated Bonferroni: all open pairs are tested at alpha / (number of
    open pairs), the decided ones leave, and the rest are tested again at the larger share, until
    nothing more is decided.

    Parameters
    ----------
    interval_at
        Interval of a pair (0 to n - 1) at a confidence, e.g. `ExceedanceCurve.interval`.
    n
        Number of pairs.
    alpha
        Chance of one or more wrong decisions, e.g. ``spend(0.05, look)``.
    limit
        Limit of the statistic [s].

    Returns
    -------
    list of Interval
        Of each pair, at the confidence of its last test. The pair is decided if this interval is
        `Interval.below` the limit or `Interval.reaches` it.

    References
    ----------
    Holm, *A simple sequentially rejective multiple test procedure*, Scand. J. Statist. 6 (1979)
    65-70.
    """
    intervals = [Interval(math.nan, 0.0, math.inf, 0.0, trusted=False, effective=0.0)] * n
    undecided = list(range(n))
    decided = n
    while undecided and decided:
        confidence = 1 - alpha / len(undecided)
        for pair in undecided:
            intervals[pair] = interval_at(pair, confidence)
        before = len(undecided)
        undecided = [
            pair
            for pair in undecided
            if not (intervals[pair].below(limit) or intervals[pair].reaches(limit))
        ]
        decided = before - len(undecided)
    return intervals
