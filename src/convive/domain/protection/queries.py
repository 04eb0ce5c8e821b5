"""Every read of the wall. A unit opens for its own members; who leads the programme sees which
units there are and who is in them, and nothing that they keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place, User
from convive.domain.protection.models import KeyCopy, Record, Unit, UnitKey, UnitMember


def units() -> QuerySet[Unit]:
    return Unit.objects.select_related("organisation")


def unit(code: str) -> Unit | None:
    return units().filter(code=code).first()


def scope_of(found: Unit) -> Scope:
    """A unit belongs to its organisation, and to no district."""
    return Scope(found.organisation.code)


def own_units(who: Actor) -> QuerySet[Unit]:
    """Those of which this person is a member now, while they work for that organisation."""
    account = programme.account_of(who)
    if account is None:
        return units().none()
    own = units().filter(members__user=account, members__left_on=None)
    bodies: set[str] = set()
    for grant in who.grants_with(Permission.WORK_IN_UNIT):
        bodies.update(grant.organisations or ())
    return own.filter(organisation__code__in=bodies)


def member(who: Actor, found: Unit) -> UnitMember | None:
    """This person as a member; None for everybody else, whatever rights they have."""
    account = programme.account_of(who)
    if account is None or not may(who, Permission.WORK_IN_UNIT, scope_of(found)):
        return None
    return members(found).filter(user=account).first()


def members(found: Unit) -> QuerySet[UnitMember]:
    """Those who are in it now."""
    return found.members.filter(left_on=None).select_related("user")


def candidates(found: Unit) -> list[User]:
    """Who may be made a member: whoever works in units of that organisation, and is not in it."""
    inside = set(members(found).values_list("user", flat=True))
    rows = programme.members().filter(organisation=found.organisation, user__is_active=True)
    people = {row.user_id: row.user for row in rows if row.user_id not in inside}
    return [
        user
        for user in people.values()
        if may(programme.actor_of(user), Permission.WORK_IN_UNIT, scope_of(found))
    ]


def keys(found: Unit) -> list[UnitKey]:
    """Every key that the unit ever had, the newest last: that one seals."""
    return list(found.keys.all())


def newest_key(found: Unit) -> UnitKey | None:
    return found.keys.order_by("-number").first()


def without_copy(found: Unit) -> QuerySet[UnitMember]:
    """Members who made their own key and wait for that of the unit."""
    newest = newest_key(found)
    if newest is None:
        return members(found).none()
    return members(found).exclude(public_key="").exclude(copies__key=newest)


def copies_of(one: UnitMember) -> dict[int, str]:
    """The keys of the unit as they were sealed to this member, by number."""
    rows = KeyCopy.objects.filter(member=one).select_related("key")
    return {row.key.number: row.sealed for row in rows}


def records(found: Unit) -> QuerySet[Record]:
    return found.records.select_related("district")


def record(found: Unit, code: str) -> Record | None:
    return records(found).filter(code=code).first()


def narrowed(
    rows: QuerySet[Record], *, text: str = "", first: str = "", last: str = "", district: str = ""
) -> QuerySet[Record]:
    """Those of a code, of months between two, of a district; all that is said in clear."""
    if text:
        rows = rows.filter(Q(code=text) | Q(survivor=text))
    if first:
        rows = rows.filter(month__gte=first)
    if last:
        rows = rows.filter(month__lte=last)
    if district:
        scheme, _colon, code = district.partition(":")
        rows = rows.filter(district__scheme=scheme, district__code=code)
    return rows


def sealed(rows: Iterable[Record]) -> list[dict[str, Any]]:
    """Records as a browser of the unit opens them."""
    return [
        {
            "code": row.code,
            "survivor": row.survivor,
            "month": row.month,
            "district": row.district.ref if row.district else "",
            "versions": [
                {"number": one.number, "key": one.key.number, "sealed": one.sealed}
                for one in row.versions.all()
            ],
        }
        for row in rows
    ]


def districts() -> QuerySet[Place]:
    return programme.districts()
