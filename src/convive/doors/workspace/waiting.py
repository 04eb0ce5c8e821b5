"""What waits for somebody, by when it is due. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar


class Due(Protocol):
    """Anything that may have a day by which it is due."""

    @property
    def due(self) -> date | None: ...


Thing = TypeVar("Thing", bound=Due)


@dataclass(frozen=True)
class Waiting(Generic[Thing]):
    """Things in four groups: past their day, due within seven days, later, and without a day."""

    late: tuple[Thing, ...]
    this_week: tuple[Thing, ...]
    later: tuple[Thing, ...]
    undated: tuple[Thing, ...] = ()
    due_today: int = 0  # how many of this week's are due today

    @property
    def total(self) -> int:
        return len(self.late) + len(self.this_week) + len(self.later) + len(self.undated)


def waiting(things: Iterable[Thing], today: date) -> Waiting[Thing]:
    """Group things by their day, the next due first. What is due today is not late."""
    everything = list(things)
    dated = sorted(
        ((thing.due, number) for number, thing in enumerate(everything) if thing.due is not None)
    )
    ordered = [(day, everything[number]) for day, number in dated]
    week_ends = today + timedelta(days=7)
    return Waiting(
        late=tuple(thing for day, thing in ordered if day < today),
        this_week=tuple(thing for day, thing in ordered if today <= day < week_ends),
        later=tuple(thing for day, thing in ordered if day >= week_ends),
        undated=tuple(thing for thing in everything if thing.due is None),
        due_today=sum(1 for day, _thing in ordered if day == today),
    )
