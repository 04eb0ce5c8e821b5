"""What other parts of the house keep of somebody, and pass on when another worker attends them."""

from __future__ import annotations

from collections.abc import Callable

from convive.access.rules import Actor
from convive.domain.people.models import Person

Pass = Callable[[Person, int, int, Actor], None]
_parts: list[Pass] = []


def register(part: Pass) -> None:
    """Add a part; once, from `AppConfig.ready`. It is called with whom, the accounts of who
    attended and who attends them now, and who passes them on."""
    _parts.append(part)


def pass_on(person: Person, leaver: int, successor: int, by: Actor) -> None:
    """Everything that the parts keep of somebody, inside the caller's transaction."""
    for part in _parts:
        part(person, leaver, successor, by)
