"""What other parts of the house show of somebody beside their data, each to whom it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convive.access.rules import Actor
from convive.domain.people.models import Person


@dataclass(frozen=True)
class Line:
    """One thing, in words. url : where it stands, or ""."""

    text: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Section:
    """action : words and address of what can be done here, or None."""

    title: str
    lines: tuple[Line, ...] = ()
    action: tuple[str, str] | None = None


Part = Callable[[Person, Actor], Section | None]
_parts: list[tuple[Part, bool]] = []


def register(part: Part, *, on_sheet_alone: bool = False) -> None:
    """Add a part; once, from `AppConfig.ready`. It is called with whom, and for whose eyes.

    on_sheet_alone : it stands on the sheet that is printed for the person, not on their page.
    """
    _parts.append((part, on_sheet_alone))


def sections(person: Person, who: Actor, *, on_sheet: bool = False) -> list[Section]:
    """What this reader may see of somebody, part by part: on their page, or on their sheet."""
    shown = (part for part, on_sheet_alone in _parts if on_sheet or not on_sheet_alone)
    return [found for part in shown if (found := part(person, who)) is not None]
