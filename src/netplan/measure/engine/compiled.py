"""Numba: the options of compiled functions, and whether they have been compiled before."""

from __future__ import annotations

import functools
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.caching import FunctionCache
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["compiled", "inlined", "is_stored", "outlined", "prefetch"]

# Threads run compiled code side by side (`nogil`). It allocates nothing and so needs no reference
# counts, which would take most of the time (`_nrt=False`).
_jit = functools.partial(numba.njit, nogil=True, _nrt=False)

# What Python and C would call a function by takes as long to compile as the function.
_inner = functools.partial(_jit, no_cpython_wrapper=True, no_cfunc_wrapper=True)

inlined = _inner(forceinline=True)
"""Decorator of a function that only compiled functions call; it becomes a part of its caller."""

outlined = _inner()
"""The same, for what happens rarely: it stays apart."""


class _Store(FunctionCache):
    """Numba's store of compiled functions, which is read without making ready to compile.

    Numba loads all that it can compile (0.3 s) before it looks whether there is anything to.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, once and for all.

    Numba stores what it compiles beside the module or, where that cannot be written, in the user's
    cache folder; ``NUMBA_CACHE_DIR`` names another place. Where nothing can be written, every
    process compiles anew.
    """
    dispatcher: Any = _jit()(function)
    try:
        dispatcher._cache = _Store(function)  # type: ignore[no-untyped-call]
    except RuntimeError:  # Numba found no folder to write to
        return dispatcher
    _forget_other_sources(_store(dispatcher), _source(function))
    return dispatcher


def is_stored(dispatcher: Any) -> bool:
    """Tell whether a function was compiled before, so that its first call will be quick."""
    if dispatcher.signatures:
        return True
    if not dispatcher.stats.cache_path:
        return False
    function, (major, minor, *_) = dispatcher.py_func, sys.version_info
    name = f"{function.__name__}-{function.__code__.co_firstlineno}.py{major}{minor}"
    pattern = f"{_source(function).stem}.{name}*.nbi"
    return any(_store(dispatcher).glob(pattern))


def _store(dispatcher: Any) -> Path:
    return Path(dispatcher.stats.cache_path)


def _source(function: Callable[..., Any]) -> Path:
    return Path(function.__code__.co_filename)


def _forget_other_sources(store: Path, source: Path) -> None:
    """Delete what was compiled from other sources.

    Numba looks at the file of the function alone, but what it calls stands in other modules of the
    folder, and the options stand here.
    """
    digest = _digest(source.parent)
    marker = store / f"{source.stem}.sources"
    if marker.exists() and marker.read_text(encoding="utf-8") == digest:
        return
    for entry in store.glob(f"{source.stem}.*.nb[ci]"):
        entry.unlink(missing_ok=True)
    marker.write_text(digest, encoding="utf-8")


@functools.cache
def _digest(folder: Path) -> str:
    """Name what compiled code depends on besides its own file."""
    texts = [path.read_bytes() for path in (Path(__file__), *sorted(folder.glob("*.py")))]
    return hashlib.sha256(b"".join([numba.__version__.encode(), *texts])).hexdigest()


_codegen: Any = cgutils  # untyped


def _prefetch(typing: Any, array: Any, at: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        struct = context.make_array(kind)(context, builder, arguments[0])
        item = _codegen.get_item_pointer(
            context, builder, kind, struct, [arguments[1]], wraparound=False
        )
        address = builder.bitcast(item, ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        called = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        function = _codegen.get_or_insert_function(builder.module, called, "llvm.prefetch.p0i8")
        builder.call(function, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, at), generate


prefetch: Any = intrinsic(_prefetch)
"""``prefetch(array, at)`` has the processor fetch an element before it is needed: tables are larger
than its caches, and it does not guess which of thousands of queues comes next."""
