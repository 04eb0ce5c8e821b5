"""Every write of referrals: sent, answered, done, taken back; and what a service says of its room.

The journal says who did what to which referral, between which organisations. No name, no text and
no service is in it: a sensitive service tells what somebody suffers.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may, require
from convive.domain.people import forgetting
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.referrals import copies, queries, rules
from convive.domain.referrals.models import Referral, ServiceState
from convive.domain.referrals.vocabulary import OPEN, Override, Reason, Room, Side, Status
from convive.kernel import journal
from convive.kernel.errors import BadInput

NOTE = 300  # letters


@transaction.atomic
def send(
    *, by: Actor, person: str, receiver: str, service: str, note: str = "", override: str = ""
) -> Referral:
    """Ask another organisation to attend somebody.

    note : what it needs to know, sealed. override : why, where the person did not agree to it.

    Raises BadInput where consent is missing and nothing overrides it, where the service is closed
    there, or where the same was asked already.
    """
    found = _person(by, person)
    require(by, Permission.SEND_REFERRAL, people.scope_of(found))
    body, wanted = programme.organisation(receiver), queries.service(service)
    if not queries.receivers(found.organisation.code).filter(pk=body.pk).exists():
        raise BadInput.at(
            "receiver",
            _("Nobody can be referred to this organisation from here."),
            _("Choose another one."),
        )
    agrees = queries.consents(found)
    if not agrees:
        _overridden(by, found, override)
    told = queries.room(body, wanted)
    if told is not None and told.room == Room.CLOSED:
        raise BadInput.at(
            "receiver",
            _("This service is closed there."),
            _("Choose another organisation."),
        )
    _short("note", note)
    if queries.waiting(queries.of_person(found)).filter(receiver=body, service=wanted).exists():
        raise BadInput.at(
            "receiver",
            _("This organisation was already asked for this service, and it is still open."),
            _("Open that referral, or choose another organisation."),
        )
    made = Referral.objects.create(
        person=found,
        sender=found.organisation,
        receiver=body,
        service=wanted,
        copy=copies.copy_of(found, note).as_text(),
        on_paper=not queries.answers_here(body),
        is_override=not agrees,
        override_reason="" if agrees else override,
        sent_at=timezone.now(),
        sent_by=by.id,
        is_sample=found.is_sample,
    )
    way = {} if agrees else {"override": override}
    _journal(by, "referrals.sent", made, {"to": body.code, **way})
    return made


@transaction.atomic
def accept(*, by: Actor, referral: str, promised_on: date) -> Referral:
    """Say that the person will be attended, and by which day."""
    found = _moving(by, referral, Status.ACCEPTED)
    if promised_on < programme.today():
        raise BadInput.at("promised_on", _("This day is over."), _("Write a day from today on."))
    found.promised_on = promised_on
    _answered(by, found, Status.ACCEPTED)
    _journal(by, "referrals.accepted", found, {"by": promised_on.isoformat()})
    return found


@transaction.atomic
def reject(
    *, by: Actor, referral: str, reason: str, words: str = "", suggestion: str = ""
) -> Referral:
    """Say why the person is not attended, and where else they may be.

    suggestion : code of an organisation. What was accepted can still be rejected.
    """
    found = _moving(by, referral, Status.REJECTED)
    if reason not in Reason.values:
        raise BadInput.at("reason", _("The reason is missing."), _("Choose one in the list."))
    if reason == Reason.OTHER and not words.strip():
        raise BadInput.at("words", _("The reason is missing."), _("Write it in a few words."))
    _short("words", words)
    if suggestion:
        elsewhere = programme.organisation(suggestion)
        if elsewhere.pk in (found.receiver_id, found.sender_id):
            raise BadInput.at(
                "suggestion",
                _("It was sent by or to this organisation."),
                _("Choose another one, or none."),
            )
        found.suggestion = elsewhere
    found.rejected_reason, found.rejected_words = reason, words.strip()
    _answered(by, found, Status.REJECTED)
    told = {"reason": reason, **({"suggests": suggestion} if suggestion else {})}
    _journal(by, "referrals.rejected", found, told)
    return found


@transaction.atomic
def done(*, by: Actor, referral: str) -> Referral:
    """Say that the person was attended: whoever sent it learns so."""
    found = _moving(by, referral, Status.DONE)
    _end(by, found, Status.DONE)
    _journal(by, "referrals.done", found, {})
    return found


@transaction.atomic
def revoke(*, by: Actor, referral: str) -> Referral:
    """Take a referral back: the receiver reads no longer who it is."""
    found = _moving(by, referral, Status.REVOKED)
    _end(by, found, Status.REVOKED)
    _journal(by, "referrals.revoked", found, {})
    return found


@transaction.atomic
def say_room(
    *, by: Actor, organisation: str, service: str, room: str, note: str = ""
) -> ServiceState:
    """Say whether a service of one's own organisation takes people in. note : read by everybody
    who refers people."""
    body, found = programme.organisation(organisation), queries.service(service)
    require(by, Permission.ANSWER_REFERRAL, Scope(body.code))
    if room not in Room.values:
        raise BadInput.at("room", _("This is not in the list."), _("Choose one that is."))
    _short("note", note, 200)
    state = queries.room(body, found) or ServiceState(organisation=body, service=found)
    if state.room != room:
        state.room, state.since = room, programme.today()
    state.note = note.strip()
    state.save()
    journal.write(
        who=by.id, did="referrals.room-said", kind="organisation", subject=body.code,
        data={"service": found.code, "room": room},
    )  # fmt: skip
    return state


def forget_with_the_person() -> None:
    """When somebody is erased, so is what receivers were told of them."""
    forgetting.register(_forget)


def _forget(person: Person, by: str) -> None:
    for found in Referral.objects.filter(person=person).select_for_update():
        found.copy = found.rejected_words = ""
        if found.status in OPEN:
            found.status, found.ended_at, found.ended_by = Status.REVOKED, timezone.now(), by
        found.save()


def _moving(by: Actor, code: str, to: str) -> Referral:
    """The referral, locked, where this actor may move it there.

    Raises NotAllowed for whoever does not stand on the side that makes this move, and BadInput for
    a move that is not open now.
    """
    found = queries.locked(by, code)
    if found is None:
        require(by, Permission.ANSWER_REFERRAL, Scope("-", "-"))  # as for one of others
        raise BadInput.at(code, _("There is no referral of this code."), _("Look in the list."))
    side = Side.SENDER if to == Status.REVOKED else Side.RECEIVER
    _require_side(by, found, side)
    if to not in rules.moves(found.status, side):
        raise BadInput.at(
            code,
            _("This referral has moved on meanwhile."),
            _("Reload the page to see where it stands."),
        )
    return found


def _require_side(by: Actor, found: Referral, side: Side) -> None:
    """Whoever sent it speaks for a receiver that has no account."""
    sender = Permission.SEND_REFERRAL, queries.sender_scope(found)
    if side is Side.SENDER or (found.on_paper and may(by, *sender)):
        require(by, *sender)
    else:
        require(by, Permission.ANSWER_REFERRAL, queries.receiver_scope(found))


def _answered(by: Actor, found: Referral, status: Status) -> None:
    """The first answer counts: one that is rejected later was answered when it was accepted."""
    if found.responded_at is None:
        found.responded_at, found.responded_by = timezone.now(), by.id
    if status in OPEN:
        found.status = status.value
        found.save()
    else:
        _end(by, found, status)


def _end(by: Actor, found: Referral, status: Status) -> None:
    """Nobody needs the copy any more: it is deleted."""
    found.status, found.copy = status.value, ""
    found.ended_at, found.ended_by = timezone.now(), by.id
    found.save()


def _overridden(by: Actor, found: Person, reason: str) -> None:
    """Raises BadInput where nobody overrides a missing consent, NotAllowed where they may not."""
    if not reason:
        raise BadInput.at(
            "override",
            _("The person did not agree that another organisation is told of them."),
            _("Ask them first, and write down what they say."),
        )
    require(by, Permission.OVERRIDE_CONSENT, people.scope_of(found))
    if reason not in Override.values:
        raise BadInput.at("override", _("The reason is missing."), _("Choose one in the list."))


def _person(by: Actor, code: str) -> Person:
    found = people.person(by, code)
    if found is None or found.is_erased or found.same_as is not None:
        require(by, Permission.SEND_REFERRAL, Scope("-", "-"))  # as for somebody of others
        raise BadInput.at(code, _("There is nobody of this code."), _("Look for the person again."))
    return found


def _short(field: str, text: str, most: int = NOTE) -> None:
    if len(text) > most:
        raise BadInput.at(
            field, _("It is longer than %(most)d letters.") % {"most": most}, _("Write less.")
        )


def _journal(by: Actor, did: str, found: Referral, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="referral", subject=found.code, data=data)
