"""What may be written down without a line and sent later: each app registers its own kinds.

A kind is a name and a function that keeps one entry through the actions of its app, with the rights
that whoever sends it has now. It says no by the errors of every action: BadInput and NotAllowed
(refused), or `Conflict`, where somebody has to choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.kernel.errors import BadInput, Problem


@dataclass(frozen=True)
class Entry:
    """Something that was written down on a phone.

    mark : of this entry alone; sent twice, it is kept once.
    taken_at : when it was written down, by the clock of this server.
    """

    mark: UUID
    kind: str
    taken_at: datetime
    data: Mapping[str, Any]

    def text(self, name: str) -> str:
        """One text of the data; empty where there is none."""
        found = self.data.get(name, "")
        return found if isinstance(found, str) else ""

    def number(self, name: str) -> int:
        """A whole number of the data; -1, which nothing is called, where there is none."""
        found = self.data.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else -1

    def fields(self) -> QueryDict:
        """What was filled in, as a form of the page would receive it."""
        sent = QueryDict(mutable=True)
        given = self.data.get("fields")
        for name, values in given.items() if isinstance(given, dict) else ():
            if isinstance(values, list) and all(isinstance(value, str) for value in values):
                sent.setlist(str(name), values)
        return sent


@dataclass(frozen=True)
class Way:
    """Something that can be done about a conflict.

    kind : what is sent then instead, with `data`; empty where it is enough to drop the entry.
    """

    label: str
    kind: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Conflict(BadInput):
    """Somebody else wrote something that stands against it. Nothing was written.

    ways : what whoever took the entry can do now. None: it is told, and nothing is to be done.
    """

    def __init__(self, problem: Problem, ways: Iterable[Way] = ()) -> None:
        self.ways = list(ways)
        super().__init__(problem)


Keep = Callable[[Actor, Entry], None]
_kinds: dict[str, Keep] = {}


def register(name: str, keep: Keep) -> None:
    """Add a kind, from `AppConfig.ready`: `services.attendance`. A name is given once.

    keep : called inside a transaction that also notes the mark of the entry.
    """
    if name in _kinds:
        raise ValueError(f"two kinds of entries are called {name}")
    _kinds[name] = keep


def keeper(name: str) -> Keep:
    """What keeps entries of a kind. Raises BadInput where this house has no such kind."""
    if name not in _kinds:
        raise BadInput.at(
            "kind",
            _("This version of the programme does not know what this is."),
            _("Write it down on its page, and delete it here."),
        )
    return _kinds[name]


def filled_in(*given: forms.Form) -> None:
    """Raises BadInput with every fault of these forms, each told with the label of its field."""
    faults = [
        Problem(name, f"{label}: {text}" if label else str(text), "")
        for form in given
        if not form.is_valid()
        for name, texts in form.errors.items()
        for label in [form.fields[name].label if name in form.fields else ""]
        for text in texts
    ]
    if faults:
        raise BadInput(faults)
