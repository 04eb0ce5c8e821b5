"""Whom somebody may write on, and which papers they may open: asked of by every write of people.

It takes the same work to find nobody as to find somebody of another organisation.
"""

from __future__ import annotations

from django.db.models import QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.people.models import ConsentScan, Person
from convive.domain.programme import queries as programme


def locked(who: Actor, code: str) -> Person | None:
    """By its code, of those within this actor's reach; nobody who was forgotten."""
    return to_write_on().filter(programme.reached(who, Permission.SEE_PEOPLE), code=code).first()


def to_write_on() -> QuerySet[Person]:
    """Everybody of every register who was not forgotten: locked, once read."""
    rows = Person.objects.select_related("organisation", "district", "same_as")
    return rows.select_for_update(of=("self",)).filter(erased_on=None)


def scan(who: Actor, code: str) -> ConsentScan | None:
    """A paper by its code, of somebody within this actor's reach."""
    own = Person.objects.filter(programme.reached(who, Permission.SEE_PEOPLE)).order_by()
    rows = ConsentScan.objects.select_related("person__organisation", "person__district")
    return rows.filter(code=code, person__in=own.values("pk")).first()
