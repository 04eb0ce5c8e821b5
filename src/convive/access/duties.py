"""What waits for somebody, and how it passes to somebody else: one small interface for every part.

A part of the house (commitments, sources, committees; later cases and concerns) registers one
`Part` when its app is ready. "What waits for me", the mail digest and the hand-over of a leaver
ask every part in turn and know none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from convive.access.rules import Actor
from convive.kernel.readings import one_reading


@dataclass(frozen=True)
class Duty:
    """One thing that waits for somebody.

    part, id : which part of the house it belongs to, and its key there.
    title : what is to be done, in the language of the reader.
    url : the page on which it is done.
    due : the day by which, or None where there is no such day.
    detail : whose it is, where it stands: one short line.
    action : the words of the button, such as “Confirm”.
    """

    part: str
    id: str
    title: str
    url: str
    due: date | None = None
    detail: str = ""
    action: str = ""


class Part(Protocol):
    """One part of the house that gives people things to do."""

    @property
    def name(self) -> str:
        """Its name in the code, such as `commitments`."""
        ...

    @property
    def title(self) -> str:
        """Its name for a reader, such as “Commitments”."""
        ...

    def waiting(self, who: Actor, today: date) -> Iterable[Duty]:
        """What waits for this person now."""
        ...

    def held_by(self, account: int) -> Iterable[Duty]:
        """What stands under this person's own name, and must pass on when they leave."""
        ...

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        """Pass on all of `held_by(leaver)`, inside the caller's transaction; return how many.

        Raises BadInput where the successor may not hold one of them.
        """
        ...


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part; once for each name, from `AppConfig.ready`."""
    _parts[part.name] = part


def parts() -> tuple[Part, ...]:
    """Every registered part, in the order of their names."""
    return tuple(_parts[name] for name in sorted(_parts))


@one_reading()
def waiting(who: Actor, today: date) -> list[Duty]:
    """What waits for this person in the whole house: the next due first, the undated last."""
    found = [duty for part in parts() for duty in part.waiting(who, today)]
    return sorted(found, key=lambda duty: (duty.due is None, duty.due or today, duty.part, duty.id))
