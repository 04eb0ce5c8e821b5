"""Keeping a committee: the body itself, its seats, and who sits in them."""

from __future__ import annotations

import re
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may, require
from convive.domain.committees import queries
from convive.domain.committees.models import Committee, Origin, Seat
from convive.domain.programme import queries as programme
from convive.kernel import journal
from convive.kernel.errors import BadInput

_TAKEN = frozenset({"new"})  # words of the addresses


@transaction.atomic
def make_committee(*, by: Actor, organisation: str, district: str = "", **facts: Any) -> Committee:
    """Set up a committee that an organisation keeps.

    district : `SCHEME:CODE`, or empty. `facts` are the other fields of `Committee`.

    Raises BadInput for dates or a quorum out of order, NotAllowed outside the actor's scope.
    """
    body = programme.organisation(organisation)
    where = programme.place(district) if district else None
    require(by, Permission.KEEP_COMMITTEE, Scope(body.code, where.ref if where else None))
    _check(facts)
    code = _free_code(str(facts["name_es"]), set(Committee.objects.values_list("code", flat=True)))
    made = Committee.objects.create(
        code=code, organisation=body, district=where, origin=Origin.PAGE, **facts
    )
    journal.write(who=by.id, did="committee.added", kind="committee", subject=code)
    return made


@transaction.atomic
def change_committee(*, by: Actor, committee: str, **facts: Any) -> Committee:
    """Change its names, law, quorum and days. Who keeps it, and where, is changed in the pack."""
    found = _kept(by, committee)
    _check(facts)
    _change(found, facts, by, "committee", found.code)
    return found


@transaction.atomic
def add_seat(*, by: Actor, committee: str, organisation: str, **facts: Any) -> Seat:
    """Give a body a seat. `facts` are the other fields of `Seat`; accounts by their number."""
    found = _kept(by, committee)
    _check(facts)
    _check_people(found, facts)
    code = _free_code(str(facts["name_es"]), set(found.seats.values_list("code", flat=True)))
    made = Seat.objects.create(
        committee=found,
        code=code,
        organisation=programme.organisation(organisation),
        origin=Origin.PAGE,
        **facts,
    )
    journal.write(who=by.id, did="seat.added", kind="seat", subject=f"{found.code} {code}")
    return made


@transaction.atomic
def change_seat(*, by: Actor, seat: int, organisation: str, **facts: Any) -> Seat:
    """Change a seat, end it with a day, or say who sits in it.

    Raises BadInput where a day would fall out of it on which somebody sat there.
    """
    found = queries.seat(seat)
    if found is None:
        raise BadInput.at(seat, _("There is no such seat."), _("See the committee."))
    require(by, Permission.KEEP_COMMITTEE, queries.scope_of(found.committee))
    _check(facts)
    _check_people(found.committee, facts)
    days = [row.session.day for row in found.attendances.select_related("session")]
    last = facts.get("valid_to")
    if any(day < facts["valid_from"] or (last and last < day) for day in days):
        raise BadInput.at(
            "valid_to",
            _("Somebody sat there on a day that would fall out of it."),
            _("Let it begin before its first session and end after its last."),
        )
    subject = f"{found.committee.code} {found.code}"
    _change(
        found, {"organisation": programme.organisation(organisation), **facts}, by, "seat", subject
    )
    return found


@transaction.atomic
def hand_over_seats(*, by: Actor, leaver: int, successor: int) -> int:
    """The seats of one account pass to another; returns how many.

    Nobody is their own alternate: where the successor is the seat's other person they hold it as
    titular, and the place of the alternate is empty.

    Raises BadInput where the successor may not see one of the committees.
    """
    require(by, Permission.MANAGE_MEMBERS)
    held = list(queries.seats_held_by(leaver, programme.today()))
    account = programme.account(successor)
    who = programme.actor_of(account)
    for seat in held:
        if not may(who, Permission.SEE_PLAN, queries.scope_to_see(seat.committee)):
            raise BadInput.at(
                seat.committee.code,
                _("The successor may not see %(name)s.") % {"name": seat.committee.name},
                _("Give them a role there first, or name somebody else."),
            )
        titular, alternate = (
            account if person is not None and person.pk == leaver else person
            for person in (seat.titular, seat.alternate)
        )
        facts = {"titular": titular, "alternate": None if alternate == titular else alternate}
        _change(seat, facts, by, "seat", f"{seat.committee.code} {seat.code}")
    return len(held)


def _kept(by: Actor, code: str) -> Committee:
    found = queries.committee(code)
    require(by, Permission.KEEP_COMMITTEE, queries.scope_of(found))
    return found


def _change(row: models.Model, facts: dict[str, Any], by: Actor, noun: str, subject: str) -> None:
    """Bring a record to these facts; the journal tells which fields, and nothing where none."""
    moved = sorted(name for name, value in facts.items() if getattr(row, name) != value)
    if not moved:
        return
    for name in moved:
        setattr(row, name, facts[name])
    row.save(update_fields=moved)
    journal.write(
        who=by.id, did=f"{noun}.changed", kind=noun, subject=subject, data={"fields": moved}
    )


def _check(facts: dict[str, Any]) -> None:
    """The database refuses these too; here they are said in words, beside their field."""
    if facts.get("valid_to") and facts["valid_to"] < facts["valid_from"]:
        raise BadInput.at(
            "valid_to", _("It ends before it begins."), _("Swap the two dates, or correct one.")
        )
    if "quorum_number" in facts and (facts["quorum_number"] is None) == (
        facts["quorum_percent"] is None
    ):
        raise BadInput.at(
            "quorum_number",
            _("A quorum is a number of members or a part of them."),
            _("Give one of the two."),
        )


def _check_people(committee: Committee, facts: dict[str, Any]) -> None:
    """Whoever sits in a committee has an account that may see it."""
    for name in ("titular", "alternate"):
        account = facts.get(name)
        if account is None:
            continue
        who = programme.actor_of(account)
        if not may(who, Permission.SEE_PLAN, queries.scope_to_see(committee)):
            raise BadInput.at(
                name,
                _("This account may not see the committee."),
                _("Choose another, or give it a role there first."),
            )
    if facts.get("titular") and facts.get("titular") == facts.get("alternate"):
        raise BadInput.at(
            "alternate", _("Nobody is their own alternate."), _("Choose another person.")
        )


def _free_code(name: str, taken: set[str]) -> str:
    """A code made of a name that nothing else bears: `comite-tecnico`, `comite-tecnico-2`."""
    stem = re.sub("[-_]+", "-", slugify(name))[:40].strip("-") or "x"
    code, number = stem, 1
    while code in taken | _TAKEN:
        number += 1
        code = f"{stem}-{number}"
    return code
