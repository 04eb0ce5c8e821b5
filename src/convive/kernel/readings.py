"""What one answer reads again and again is asked of the database once.

A profile asks for its source, its places and its programme a hundred times. While `one_reading()`
lasts, a function marked `@once` answers the same question from memory. Nothing is written within
one, nothing is kept after it, and no caller changes what such a function returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_held: ContextVar[dict[Any, Any] | None] = ContextVar("convive_reading", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Within another one it is part of that."""
    if _held.get() is not None:
        yield
        return
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def once(ask: Callable[P, T]) -> Callable[P, T]:
    """For a function whose arguments can be hashed. What it raises is not kept."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        held = _held.get()
        if held is None:
            return ask(*args, **kwargs)
        key = (ask, args, tuple(sorted(kwargs.items())))
        if key not in held:
            held[key] = ask(*args, **kwargs)
        found: T = held[key]
        return found

    return asked
