"""Named random streams, so that a change in one place does not disturb the draws of another."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

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
        self._root = f"{seed}/{replication}/".encode()
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
        seed: Any = _Digest(
            self._root + name.encode()
        )  # NumPy's types know no `ISeedSequence` here
        return np.random.Generator(np.random.PCG64(seed))


class _Digest(ISeedSequence):
    """The SHA-256 digest of a text as the seed of a generator.

    NumPy's `SeedSequence` would mix what the hash has mixed already, and takes most of the time
    that thousands of streams take to begin. Not `hash()`, which Python salts in every process.
    """

    def __init__(self, text: bytes) -> None:
        self._digest = hashlib.sha256(text).digest()

    def generate_state(
        self, n_words: int, dtype: DTypeLike = np.uint32
    ) -> NDArray[np.uint32 | np.uint64]:
        """Return words of the digest; there are 256 bits, all that PCG64 asks for."""
        words = np.frombuffer(self._digest, np.dtype(dtype).newbyteorder("<"), n_words)
        return words.astype(dtype, copy=False)
