"""What an act was done on the occasion of: a page, a command, a pack, a task.

The journal keeps it as the act's "why" where the act itself says nothing more exact. It is a code,
never free text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_why: ContextVar[str] = ContextVar("convive_occasion", default="")


@contextmanager
def because(reason: str) -> Iterator[None]:
    """While this lasts, acts happen for `reason`: `page reports:new`, `pack trujillo`."""
    token = _why.set(reason)
    try:
        yield
    finally:
        _why.reset(token)


def why() -> str:
    """The occasion of whatever happens now, or an empty text."""
    return _why.get()
