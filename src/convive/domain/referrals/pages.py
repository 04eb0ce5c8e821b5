"""What the pages of referrals show, each side its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.people.vocabulary import CALLS_NAMES, LANGUAGE_NAMES, SEX_NAMES
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals import queries, rules
from convive.domain.referrals.copies import Copy
from convive.domain.referrals.models import Referral
from convive.domain.referrals.vocabulary import (
    OVERRIDE_NAMES,
    REASON_NAMES,
    ROOM_NAMES,
    STATUS_NAMES,
    Side,
    Status,
)
from convive.kernel.errors import BadInput
from convive.kernel.texts import LANGUAGES, in_language
from convive.look.drawings import qr

_STEPS = {
    Status.IN_PROGRESS: 2,
    Status.ACCEPTED: 3,
    Status.REJECTED: 5,
    Status.DONE: 5,
    Status.REVOKED: 1,
}


@dataclass(frozen=True)
class State:
    """Where a referral stands, in words and adobes."""

    step: int
    word: str
    is_no: bool
    is_late: bool
    sent_on: date
    answer_by: date


@dataclass(frozen=True)
class Row:
    """A referral in a list. name : "" where it may not be read."""

    referral: Referral
    name: str
    service: str
    state: State


def state(found: Referral) -> State:
    sent_on = timezone.localdate(found.sent_at)
    return State(
        _STEPS[Status(found.status)],
        str(STATUS_NAMES[found.status]),
        found.status == Status.REJECTED,
        rules.is_late(found.status, sent_on, found.promised_on, programme.today()),
        sent_on,
        rules.answer_by(sent_on),
    )


def sent_rows(found: Iterable[Referral]) -> list[Row]:
    """For whoever sent them: the names of their own register."""
    return [Row(row, row.person.name, service_name(row.service), state(row)) for row in found]


def received_rows(found: Iterable[Referral]) -> list[Row]:
    """For whoever received them: the names of the copies that may be read now."""
    rows = list(found)
    told = queries.told(rows)
    return [
        Row(row, copy.name if (copy := told.of(row)) else "", service_name(row.service), state(row))
        for row in rows
    ]


def service_name(service: CatalogueEntry) -> str:
    """The neutral name of a sensitive service: lists and sheets lie about, and screens are seen."""
    if not _is_sensitive(service):
        return service.name
    own = {f"neutral_name_{language}": "" for language in LANGUAGES} | service.data
    return in_language(SimpleNamespace(**own), "neutral_name") or _("Service")


def one(found: Referral) -> dict[str, Any]:
    """What both sides read."""
    names = queries.names([found])
    return {
        "referral": found,
        "service": service_name(found.service),
        "state": state(found),
        "reason": REASON_NAMES.get(found.rejected_reason, ""),
        "overridden": OVERRIDE_NAMES.get(found.override_reason, ""),
        "sent_by": names.get(found.sent_by, ""),
        "responded_by": names.get(found.responded_by, ""),
        "ended_by": names.get(found.ended_by, ""),
    }


def sent(found: Referral, who: Actor) -> dict[str, Any]:
    """As the sender's side sees it. Whoever sent it reads what a sensitive service is; their
    colleagues its neutral name.

    again : the service, for the link that asks another organisation; "" where it may not be read.
    by_voice : whether the printed sheet does not say what the service is, and this reader can.
    """
    moves = rules.moves(found.status, Side.SENDER, on_paper=found.on_paper)
    is_sensitive = _is_sensitive(found.service)
    reads = not is_sensitive or found.sent_by == who.id
    return one(found) | {
        "service": found.service.name if reads else service_name(found.service),
        "again": found.service.code if reads else "",
        "by_voice": is_sensitive and reads,
        "moves": moves,
        "told": queries.told([found]).may(found),
        "is_open": found.status in (Status.IN_PROGRESS, Status.ACCEPTED),
    }


def received(found: Referral) -> dict[str, Any]:
    """As whoever may answer it at the receiver sees it: what the service is as long as they may
    read whom to attend. copy : None where they may not."""
    copy = queries.told([found]).of(found)
    return one(found) | {
        "service": found.service.name if copy else service_name(found.service),
        "moves": rules.moves(found.status, Side.RECEIVER),
        "copy": written(copy),
        "is_open": found.status in (Status.IN_PROGRESS, Status.ACCEPTED),
    }


def sheet(found: Referral) -> dict[str, Any]:
    """The printed sheet for a receiver without an account. It never says what a sensitive service
    is: whoever sent it tells that by voice."""
    return one(found) | {
        "by_voice": _is_sensitive(found.service),
        "copy": written(queries.told([found]).of(found)),
        "qr": qr(found.code),
        "reasons": list(REASON_NAMES.values()),
    }


def written(copy: Copy | None) -> dict[str, Any] | None:
    """A copy in the words of the reader."""
    if copy is None:
        return None
    return {
        "name": copy.name,
        "age": copy.age_band,
        "sex": SEX_NAMES[copy.sex],
        "district": _district(copy.district),
        "phone": copy.phone,
        "calls": CALLS_NAMES[copy.calls],
        "call_hours": copy.call_hours,
        "language": LANGUAGE_NAMES[copy.language],
        "note": copy.note,
    }


def rooms() -> list[dict[str, Any]]:
    """What the organisations say of their services."""
    return [
        {
            "body": row.organisation.name,
            "service": row.service.name,
            "room": ROOM_NAMES[row.room],
            "is_narrow": row.room != "open",
            "since": row.since,
            "note": row.note,
        }
        for row in queries.states()
    ]


def _is_sensitive(service: CatalogueEntry) -> bool:
    return bool(service.data.get("sensitive"))


def _district(ref: str) -> str:
    if not ref:
        return ""
    try:
        return programme.place(ref).name
    except BadInput:  # dropped by a later pack
        return ref
