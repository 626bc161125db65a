"""Named random streams, so that a change in one place does not disturb the draws of another."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Streams"]


class Streams:
    """Random generators by purpose: one seed, one replication, many names.

    A stream depends on the seed, the replication and its own name only: not on which other streams
    exist, nor on the order in which they are asked for. Two scenarios with the same seed therefore
    draw the same numbers for everything that has the same name (common random numbers).

    Parameters
    ----------
    seed
        The scenario's seed, not negative.
    replication
        Number of the independent repetition, from 0.

    Examples
    --------
    >>> a, b = Streams(2026, 0), Streams(2026, 0)
    >>> a.stream("demand/dalian>shenyang/arrivals").random() == b.stream(
    ...     "demand/dalian>shenyang/arrivals"
    ... ).random()
    True
    >>> a.stream("demand/dalian>shenyang/arrivals")
    Traceback (most recent call last):
    ValueError: random stream 'demand/dalian>shenyang/arrivals' is already in use; use another name
    """

    def __init__(self, seed: int, replication: int = 0) -> None:
        self._root = [_words(seed), _words(replication)]
        self._taken: set[str] = set()

    def stream(self, name: str) -> np.random.Generator:
        """Return the generator called `name`.

        Raises
        ------
        ValueError
            If the name was asked for before.
        """
        if name in self._taken:
            raise ValueError(f"random stream {name!r} is already in use; use another name")
        self._taken.add(name)
        # SHA-256 rather than hash(), which Python salts anew in every process.
        digest = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype="<u4")
        entropy = np.concatenate([*self._root, digest])
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def _words(number: int) -> NDArray[np.uint32]:
    """Return a whole number as `SeedSequence` takes it apart, only faster: low words first."""
    words = max(1, -(-number.bit_length() // 32))
    return np.array([number >> 32 * place & 0xFFFFFFFF for place in range(words)], dtype=np.uint32)
