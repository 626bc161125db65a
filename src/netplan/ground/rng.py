"""Named random streams, so that a change in one place does not disturb the draws of another."""

from __future__ import annotations

import hashlib

import numpy as np

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
        self._root = (seed, replication)
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
        words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype="<u4")
        entropy = [*self._root, *(int(word) for word in words)]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
