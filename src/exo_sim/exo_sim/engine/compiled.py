"""How every kernel of the engine is compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit, typeof
from numba.core.caching import FunctionCache

F = TypeVar("F", bound=Callable[..., Any])

# No fast-math anywhere. With strict IEEE arithmetic a walk is the same bit for bit however the compiler arranges the
# code; fused multiply-adds alone let two runs differ, as the vector and the scalar version of a loop fuse differently.
# It costs about 15 %.


@lru_cache(maxsize=1)
def _engine_version() -> str:
    """Return a hash of all source that ends up in the machine code of a kernel."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (*sorted(folder.glob("*.py")), folder.parent / "names.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _EngineCache(FunctionCache):
    """Numba's cache on disk. Numba's own goes stale: it does not notice a change of a kernel that a kernel calls."""

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), _engine_version())


def kernel(function: F) -> F:
    """Compile a function to nopython, nogil machine code, cached on disk."""
    dispatcher: Any = njit(nogil=True, error_model="numpy")(function)
    dispatcher._cache = _EngineCache(function)  # what njit(cache=True) does, with another cache
    return cast(F, dispatcher)


def inlined(function: F) -> F:
    """Compile a helper into each of its callers: for the few lines of a formula."""
    return cast(F, njit(nogil=True, error_model="numpy", inline="always")(function))


def specialised(function: Any, *arguments: Any) -> Callable[..., Any]:
    """Return the machine code of a kernel for arguments of these types; call it with no others.

    Calling a kernel makes Numba find out the types of all arguments, which takes longer (10 us for the seventy fields
    of a model and its reflexes) than a policy period of simulation.
    """
    signature = tuple(typeof(argument) for argument in arguments)
    function.compile(signature)
    return function.overloads[signature].entry_point
