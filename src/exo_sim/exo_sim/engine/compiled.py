"""How every kernel of the engine is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit, typeof

F = TypeVar("F", bound=Callable[..., Any])

# Reassociation is left out: it would let the compiler change sums between builds. nnan and ninf are left out too,
# since a non-finite state has to stay visible to the callers that check for it.
FASTMATH = {"contract", "nsz", "arcp"}


def kernel(function: F) -> F:
    """Compile a function to nopython, nogil machine code, cached on disk."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)(function))


def inlined(function: F) -> F:
    """Compile a helper into each of its callers, so that their loops can be vectorised."""
    return cast(F, njit(nogil=True, error_model="numpy", fastmath=FASTMATH, inline="always")(function))


def specialised(function: Any, *arguments: Any) -> Callable[..., Any]:
    """Return the machine code of a kernel for arguments of these types; call it with no others.

    Calling a kernel makes Numba find out the types of all arguments, which takes longer (10 us for the seventy fields
    of a model and its reflexes) than a policy period of simulation.
    """
    signature = tuple(typeof(argument) for argument in arguments)
    function.compile(signature)
    return function.overloads[signature].entry_point
