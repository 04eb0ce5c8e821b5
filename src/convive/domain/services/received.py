"""What somebody received, as the page of that person shows it to whoever may see it.

The same lines stand on the sheet that is given to the person, which others find at home: of what is
sensitive they say neither title, name nor kind, also on the screen of those who know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.people import beside
from convive.domain.people import queries as people
from convive.domain.people.beside import Line, Section
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import queries
from convive.domain.services.models import Enrolment
from convive.domain.services.models_received import Received
from convive.domain.services.vocabulary import RESOURCE_NAMES, STANDING_NAMES, Standing
from convive.kernel import words


def register() -> None:
    """Once, when the app is ready."""
    beside.register(section)


def section(person: Person, who: Actor) -> Section | None:
    """The services of somebody. Of sensitive ones only their own team learns."""
    if not may(who, Permission.SEE_SERVICES, people.scope_of(person)):
        return None
    rows = rows_of(person)
    lines = [
        *_of_activities(queries.enrolments_of(rows, who)),
        *_of_resources(given_to(rows, who)),
    ]
    action = None
    if may(who, Permission.KEEP_SERVICES, people.scope_of(person)):
        where = reverse("services:received", kwargs={"code": person.code})
        action = (_("Write down a resource they were given"), where)
    return Section(_("What they received"), tuple(lines), action)


def given_to(people_: Iterable[int], who: Actor) -> list[Received]:
    """The resources given to these that this actor may see, the newest first."""
    return list(_open_to(who, Permission.SEE_SERVICES).filter(person__in=list(people_)))


def given(who: Actor, code: str) -> Received | None:
    """By its code, of those that this actor may take back: it takes the same work to find none."""
    return _open_to(who, Permission.KEEP_SERVICES).filter(code=code).first()


def rows_of(person: Person) -> list[int]:
    """The row of somebody, and those that were joined to it."""
    return [person.pk, *people.doubles_of(person).values_list("pk", flat=True)]


def _open_to(who: Actor, permission: Permission) -> QuerySet[Received]:
    """Deny by default; a sensitive one is seen by who gave it and who attends the person."""
    rows = Received.objects.select_related(
        "resource", "person__organisation", "person__district",
        "person__same_as__organisation", "person__same_as__district",
    )  # fmt: skip
    if who.is_system:
        return rows
    sensitive = CatalogueEntry.objects.filter(data__sensitive=True)
    mine = ~Q(resource__in=sensitive) | Q(given_by=who.id)
    if account := programme.account_of(who):
        mine |= Q(person__same_as=None, person__worker=account)
        mine |= Q(person__same_as__worker=account)
    return rows.filter(mine, person__in=people.within_reach(who, permission).values("pk"))


def _of_activities(rows: Iterable[Enrolment]) -> Iterator[Line]:
    for row in rows:
        found = row.activity
        where = reverse("services:activity", kwargs={"code": found.code})
        times = [(row.state, row.ended_on or row.from_day or row.asked_on)]
        times += [(Standing.LEFT, stay.ended_on) for stay in reversed(row.earlier.all())]
        for state, day in times:
            said = f"{STANDING_NAMES[state]}, {words.day(day)}"
            detail = said if found.is_sensitive else f"{found.service_name} · {said}"
            yield Line(found.title_on_paper, detail, where)


def _of_resources(rows: Iterable[Received]) -> Iterator[Line]:
    for row in rows:
        day = words.day(row.given_on)
        if row.is_sensitive:  # its kind tells what somebody suffers, as its name does
            yield Line(_("A place or line that helps"), day)
            continue
        kind = RESOURCE_NAMES[row.resource.data["kind"]]
        yield Line(row.resource.name, f"{kind} · {day}")
