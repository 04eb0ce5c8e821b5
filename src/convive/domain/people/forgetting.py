"""What other parts of the house keep of somebody, and forget with them."""

from __future__ import annotations

from collections.abc import Callable

from convive.domain.people.models import Person

Forget = Callable[[Person, str], None]
_parts: list[Forget] = []


def register(part: Forget) -> None:
    """Add a part; once, from `AppConfig.ready`. It is called with whom, and by which actor id."""
    _parts.append(part)


def forget(person: Person, by: str) -> None:
    """Everything that the parts keep of somebody, inside the caller's transaction, while the row
    still tells who it is."""
    for part in _parts:
        part(person, by)
