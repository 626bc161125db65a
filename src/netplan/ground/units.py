"""Units: netplan computes in SI; these are the factors at the border.

Multiply to come in (``5 * MS`` is 0.005 s), divide to go out (``delay / MS``). The engines count
time in integer picoseconds (`PS_PER_S`), which makes sums and ties exact over 107 days.
"""

from __future__ import annotations

__all__ = ["BITS_PER_BYTE", "GBPS", "KM", "MS", "PS_PER_S", "US", "seconds_to_ps"]

KM = 1e3
MS = 1e-3
US = 1e-6
GBPS = 1e9
BITS_PER_BYTE = 8
PS_PER_S = 10**12


def seconds_to_ps(duration: float) -> int:
    """Round a duration [s] to the engines' integer picoseconds.

    Examples
    --------
    >>> seconds_to_ps(4.897e-6)
    4897000
    """
    return round(duration * PS_PER_S)
