"""Numba: the options of compiled functions, and whether they have been compiled before."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["compiled", "inlined", "is_stored", "outlined"]

# Threads run compiled code side by side (`nogil`). It allocates nothing and so needs no reference
# counts, which would take most of the time (`_nrt=False`). Numba's store of compiled code does not
# notice when these options change: delete the *.nbi files then.
_jit = functools.partial(numba.njit, nogil=True, _nrt=False)

inlined = _jit(forceinline=True)
"""Decorator of a function that only compiled functions call; it becomes a part of its caller."""

outlined = _jit()
"""The same, for what happens rarely: it stays apart."""


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, once and for all.

    Numba stores what it compiles beside the module or, where that cannot be written, in the user's
    cache folder; ``NUMBA_CACHE_DIR`` names another place. Where nothing can be written, every
    process compiles anew.
    """
    try:
        return _jit(cache=True)(function)
    except RuntimeError:  # Numba found no folder to write to
        return _jit()(function)


def is_stored(function: Any) -> bool:
    """Tell whether a function was compiled before, so that its first call will be quick."""
    if function.signatures:
        return True
    if not function.stats.cache_path:
        return False
    source = Path(function.py_func.__code__.co_filename)
    entries = Path(function.stats.cache_path).glob(f"{source.stem}.{function.__name__}-*.nbi")
    return any(entry.stat().st_mtime >= source.stat().st_mtime for entry in entries)
