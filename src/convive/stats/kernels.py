"""Small loops that are compiled once, kept on disk, and run outside Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(f: F) -> F:
    """Compile `f` at its first call; several threads may run it at once."""
    return cast("F", numba.njit(cache=True, nogil=True)(f))
