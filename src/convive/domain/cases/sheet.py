"""That somebody is accompanied, and their own goals: on the sheet that is printed for them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.cases import queries
from convive.domain.cases.models import Case
from convive.domain.cases.vocabulary import AIM_NAMES, STATE_NAMES
from convive.domain.people import beside
from convive.domain.people.beside import Line, Section
from convive.domain.people.models import Person
from convive.kernel import words


def register() -> None:
    """Once, when the app is ready."""
    beside.register(section, on_sheet_alone=True)


def section(person: Person, who: Actor) -> Section | None:
    """The cases of somebody, where their own team or supervisor prints it. Notes, screenings and
    what a supervisor said are told to be kept, and stay where they are: a sheet lies about."""
    rows = list(queries.of_person(who, person))
    if not rows:
        return None
    agreeing = queries.still_agreeing(rows)
    lines = [line for row in rows for line in _lines(row, row.pk in agreeing)]
    return Section(_("How we accompany you"), tuple(lines))


def _lines(row: Case, agrees: bool) -> Iterator[Line]:
    since = _("since %s") % words.day(row.opened_on)
    kept = _("what your team and its supervisor write down is kept sealed; ask them about it")
    yield Line(_("Case"), f"{since} · {STATE_NAMES[row.state]} · {kept}")
    if agrees:
        for goal in row.goals.all():
            yield Line(goal.words, _("your goal, %s") % AIM_NAMES[goal.state])
