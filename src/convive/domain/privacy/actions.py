"""Every write of privacy: notices from the pack, requests from people, their answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import ANYBODY, Actor, require
from convive.domain.privacy import queries
from convive.domain.privacy.models import DataRequest, Notice
from convive.domain.privacy.vocabulary import Ask, State
from convive.domain.programme import queries as programme
from convive.domain.programme.actions import put_record, retire_record
from convive.kernel import codes, journal, sealing
from convive.kernel.errors import BadInput

_LONGEST = {"text": 3000, "contact": 200, "answer": 5000}


@transaction.atomic
def put_notice(*, by: Actor, organisation: str, **facts: Any) -> Notice:
    """Add or change what an organisation says of the personal data it holds."""
    require(by, Permission.CHANGE_PROGRAMME)
    body = programme.organisation(organisation)
    return put_record(
        Notice,
        by=by,
        noun="notice",
        subject=organisation,
        key={"organisation": body},
        facts=facts,
    )


@transaction.atomic
def retire_notice(*, by: Actor, organisation: str) -> None:
    require(by, Permission.CHANGE_PROGRAMME)
    retire_record(
        Notice,
        by=by,
        noun="notice",
        subject=organisation,
        key={"organisation__code": organisation},
    )


@transaction.atomic
def ask(
    *, by: Actor = ANYBODY, ask: Ask, organisation: str, text: str, contact: str, language: str
) -> str:
    """Keep what somebody asks about their own data. Returns the code, which is told once.

    Anybody may: no permission is asked. `text` and `contact` are sealed before they are stored.
    """
    _check("text", text)
    if not text.strip():
        raise BadInput.at("text", _("Nothing was written."), _("Say in a few words what you ask."))
    _check("contact", contact)
    code, now = codes.new_code(), timezone.now()
    request = DataRequest.objects.create(
        ask=ask,
        organisation=programme.organisation(organisation),
        language=language,
        asked_at=now,
        due=timezone.localdate(now) + timedelta(days=queries.days_to_answer(ask)),
        code_hash=codes.code_hash(code, purpose=queries.PURPOSE),
        text=sealing.seal(text.strip(), purpose=queries.PURPOSE),
        contact=sealing.seal(contact.strip(), purpose=queries.PURPOSE) if contact.strip() else "",
    )
    _journal(by, "data-request.received", request)
    return code


@transaction.atomic
def read(*, by: Actor, request: DataRequest) -> queries.Opened:
    """Open the sealed texts of a request for whoever answers it: a reading is an act too."""
    require(by, Permission.ANSWER_DATA_REQUESTS, queries.scope_of(request))
    _journal(by, "data-request.read", request)
    return queries.opened(request)


@transaction.atomic
def answer(*, by: Actor, request: DataRequest, state: State, text: str) -> None:
    """Close a request with its answer; how to reach the person is deleted with it.

    Raises BadInput where it is answered already, or nothing is said.
    """
    locked = DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    require(by, Permission.ANSWER_DATA_REQUESTS, queries.scope_of(locked))
    if not locked.is_open:
        raise BadInput.at("state", _("It is answered already."), _("Reload the page."))
    if state is State.OPEN:
        raise BadInput.at("state", _("This is no answer."), _("Choose how it ended."))
    if not text.strip():
        raise BadInput.at("text", _("No answer was written."), _("Say what was done, or why not."))
    _check("answer", text, "text")
    locked.state = state
    locked.answer = sealing.seal(text.strip(), purpose=queries.PURPOSE)
    locked.answered_at, locked.answered_by = timezone.now(), by.id
    locked.contact = ""
    locked.save()
    _journal(by, "data-request.answered", locked)


def _check(name: str, text: str, field: str = "") -> None:
    if len(text) > _LONGEST[name]:
        raise BadInput.at(
            field or name,
            _("The text has %(count)s letters, of which %(most)s can be kept.")
            % {"count": len(text), "most": _LONGEST[name]},
            _("Write it shorter."),
        )


def _journal(by: Actor, did: str, request: DataRequest) -> None:
    journal.write(
        who=by.id,
        did=did,
        kind="data_request",
        subject=request.pk,
        data={
            "ask": request.ask,
            "organisation": request.organisation.code,
            "state": request.state,
        },
    )
