"""Writes of what the pack declares of committees: the bodies and their seats, never persons."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.committees import queries
from convive.domain.committees.models import Committee, Origin, Seat
from convive.domain.programme import queries as programme
from convive.domain.programme.actions import put_record, retire_record


@transaction.atomic
def put_committee(
    *, by: Actor, code: str, organisation: str, district: str = "", **facts: Any
) -> Committee:
    """organisation : code of the body that keeps it. district : `SCHEME:CODE`, or empty.

    `facts` are the other fields of `Committee`.
    """
    require(by, Permission.CHANGE_PROGRAMME)
    facts["organisation"] = programme.organisation(organisation)
    facts["district"] = programme.place(district) if district else None
    facts["origin"] = Origin.PACK
    return put_record(
        Committee, by=by, noun="committee", subject=code, key={"code": code}, facts=facts
    )


@transaction.atomic
def retire_committee(*, by: Actor, code: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    retire_record(Committee, by=by, noun="committee", subject=code, key={"code": code})


@transaction.atomic
def put_seat(*, by: Actor, committee: str, code: str, organisation: str, **facts: Any) -> Seat:
    """organisation : code of the body whose seat it is. `facts`: the other fields of `Seat`."""
    require(by, Permission.CHANGE_PROGRAMME)
    facts |= {"organisation": programme.organisation(organisation), "origin": Origin.PACK}
    return put_record(
        Seat,
        by=by,
        noun="seat",
        subject=f"{committee} {code}",
        key={"committee": queries.committee(committee), "code": code},
        facts=facts,
    )


@transaction.atomic
def retire_seat(*, by: Actor, committee: str, code: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    retire_record(
        Seat,
        by=by,
        noun="seat",
        subject=f"{committee} {code}",
        key={"committee__code": committee, "code": code},
    )
