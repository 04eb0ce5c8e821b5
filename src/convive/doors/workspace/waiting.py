"""What waits for somebody, by when it is due. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol


class Due(Protocol):
    """Anything with a day by which it is due."""

    @property
    def due(self) -> date: ...


@dataclass(frozen=True)
class Waiting:
    """Things in three groups: past their day, due within seven days, and later."""

    late: tuple[Due, ...]
    this_week: tuple[Due, ...]
    later: tuple[Due, ...]

    @property
    def total(self) -> int:
        return len(self.late) + len(self.this_week) + len(self.later)


def waiting(things: Iterable[Due], today: date) -> Waiting:
    """Group things by their day, the next due first. What is due today is not late."""
    ordered = sorted(things, key=lambda thing: thing.due)
    week_ends = today + timedelta(days=7)
    return Waiting(
        late=tuple(thing for thing in ordered if thing.due < today),
        this_week=tuple(thing for thing in ordered if today <= thing.due < week_ends),
        later=tuple(thing for thing in ordered if thing.due >= week_ends),
    )
