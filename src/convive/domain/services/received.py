"""What somebody received, as the page of that person shows it to whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.people import beside
from convive.domain.people import queries as people
from convive.domain.people.beside import Line, Section
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.services import queries
from convive.domain.services.models import Enrolment
from convive.domain.services.models_received import Received
from convive.domain.services.vocabulary import RESOURCE_NAMES, STANDING_NAMES
from convive.kernel import words


def register() -> None:
    """Once, when the app is ready."""
    beside.register(section)


def section(person: Person, who: Actor) -> Section | None:
    """The services of somebody. Of sensitive ones only their own team learns."""
    if not may(who, Permission.SEE_SERVICES, people.scope_of(person)):
        return None
    rows = [person.pk, *people.doubles_of(person).values_list("pk", flat=True)]
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
    rows = Received.objects.filter(person__in=list(people_))
    found: QuerySet[Received] = rows.select_related("resource", "person__organisation")
    return [row for row in found.select_related("person__district") if sees(who, row)]


def given(code: str) -> Received | None:
    rows = Received.objects.select_related("resource", "person__organisation", "person__district")
    return rows.filter(code=code).first()


def sees(who: Actor, row: Received, permission: Permission = Permission.SEE_SERVICES) -> bool:
    """Deny by default; a sensitive one is seen by who gave it and who attends the person."""
    if not may(who, permission, people.scope_of(row.person)):
        return False
    if who.is_system or not row.is_sensitive or row.given_by == who.id:
        return True
    account = programme.account_of(who)
    return account is not None and row.person.worker_id == account.pk


def _of_activities(rows: Iterable[Enrolment]) -> Iterator[Line]:
    for row in rows:
        found = row.activity
        days = row.ended_on or row.from_day or row.asked_on
        detail = f"{found.service_name} · {STANDING_NAMES[row.state]}, {words.day(days)}"
        yield Line(found.title, detail, reverse("services:activity", kwargs={"code": found.code}))


def _of_resources(rows: Iterable[Received]) -> Iterator[Line]:
    for row in rows:
        kind = RESOURCE_NAMES[row.resource.data["kind"]]
        yield Line(row.resource.name, f"{kind} · {words.day(row.given_on)}")
