"""A deed that names what is another organisation's ends as one that names nothing: refused alike,
for the same work, on a page, by command or sent from a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from accompanied import make_case, make_screening
from accompanied import somebody as make_agreed
from cast import EL_PORVENIR, actor, make_programme
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from offered import make_activity, make_attended, make_catalogue, make_completed
from referred import make_services, sent, tomorrow

from convive.access.rules import Actor
from convive.domain.cases import actions as cases
from convive.domain.cases import actions_review
from convive.domain.offline.answers import answers
from convive.domain.offline.kinds import Entry
from convive.domain.people import actions as people
from convive.domain.people import actions_scans
from convive.domain.programme import queries as programme
from convive.domain.referrals import actions as referrals
from convive.domain.services import (
    actions,
    actions_activities,
    actions_certificates,
    actions_received,
)
from convive.kernel.errors import BadInput, NotAllowed

pytestmark = pytest.mark.django_db

NOBODY = "bcdfghjkmnpq"
Deed = Callable[[Actor, str], object]
own: dict[str, str] = {}  # what the other officer has, by kind


def sent_from_a_phone(kind: str, **data: object) -> Callable[[Actor], object]:
    def deed(by: Actor) -> object:
        (said,) = answers(by, [Entry(uuid4(), kind, timezone.now(), data)])
        return said | {"mark": ""}

    return deed


DEEDS: dict[str, tuple[str, Deed]] = {  # of which kind the thing is, and what is done
    "part": ("person", lambda by, code: people.part(by=by, person=code)),
    "erase": ("person", lambda by, code: people.erase(by=by, person=code, reason="asked")),
    "hand over": ("person", lambda by, code: people.hand_over(by=by, people=[code], worker=1)),
    "join": ("person", lambda by, code: people.join(by=by, person=own["person"], same_as=code)),
    "words": ("person", lambda by, code: people.record_words(by=by, person=code, words=[])),
    "open scan": ("person", lambda by, code: actions_scans.open_scan(by=by, scan=code)),
    "enrol": (
        "person",
        lambda by, code: actions.enrol(by=by, activity=own["activity"], person=code),
    ),
    "enrol there": (
        "activity",
        lambda by, code: actions.enrol(by=by, activity=code, person=own["person"]),
    ),
    "close": ("activity", lambda by, code: actions_activities.close(by=by, activity=code)),
    "close sensitive": (
        "sensitive",
        lambda by, code: actions_activities.close(by=by, activity=code),
    ),
    "complete": ("enrolment", lambda by, code: actions.complete(by=by, enrolment=code)),
    "revoke": (
        "certificate",
        lambda by, code: actions_certificates.revoke(by=by, certificate=code),
    ),
    "give": (
        "person",
        lambda by, code: actions_received.give(
            by=by, person=code, resource="x", on=programme.today()
        ),
    ),
    "open case": (
        "person",
        lambda by, code: cases.open_case(by=by, person=code, worker=1, supervisor=2, reason="x"),
    ),
    "note": ("case", lambda by, code: cases.write_note(by=by, case=code, words="x")),
    "ask": ("case", lambda by, code: actions_review.ask_review(by=by, case=code)),
    "reopen": ("case", lambda by, code: actions_review.reopen(by=by, case=code, words="x")),
    "refer": (
        "person",
        lambda by, code: referrals.send(by=by, person=code, receiver="unfpa", service="mentoring"),
    ),
    "accept": (
        "referral",
        lambda by, code: referrals.accept(by=by, referral=code, promised_on=tomorrow()),
    ),
    "phone attendance": (
        "activity",
        lambda by, code: sent_from_a_phone("services.attendance", activity=code, session=1)(by),
    ),
    "phone enrol": (
        "person",
        lambda by, code: sent_from_a_phone(
            "services.enrol",
            activity=own["activity"],
            fields={"person": [code], "on": [programme.today().isoformat()]},
        )(by),
    ),
}


@pytest.fixture
def theirs() -> dict[str, str]:
    """What is of UNFPA, by kind; `own` holds what is of UNODC."""
    make_programme()
    make_services()
    make_catalogue()
    make_screening()
    person, activity = make_attended(), make_activity(sessions=1, places=9)
    row = make_completed(activity, 1)
    (paper,) = actions_certificates.issue(
        by=actor("case_worker"), activity=activity.code, enrolments=[row.code], hours=20
    )
    there = {"who": "other_agency_officer", "organisation": "unodc", "district": EL_PORVENIR}
    own.update(person=make_attended(3, **there).code, activity=make_activity(**there).code)
    return {
        "person": person.code,
        "activity": activity.code,
        "sensitive": make_activity(service="legal-aid").code,
        "enrolment": row.code,
        "certificate": paper.code,
        "case": make_case(make_agreed()).code,
        "referral": sent().code,
    }


def ended(deed: Deed, code: str, who: str) -> tuple[str, str, list[str]]:
    """How a deed ends, what is said, and what the database was asked, without codes and values."""
    by = actor(who)
    with CaptureQueriesContext(connection) as work, transaction.atomic():
        try:
            told = ("done", str(deed(by, code)))
        except (BadInput, NotAllowed) as error:
            told = (type(error).__name__, str(error))
        transaction.set_rollback(True)
    values = r"'[^']*'|\b\d+\b|\"s\d+_x\d+\""
    asked = [re.sub(values, "?", one["sql"]) for one in work.captured_queries]
    return told[0], told[1].replace(code, "…"), asked


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_on_what_is_anothers_ends_as_one_on_nothing(theirs: dict[str, str], name: str):
    kind, deed = DEEDS[name]
    who = "agency_officer" if kind == "sensitive" else "other_municipal_officer"
    who = "other_agency_officer" if kind in {"person", "activity"} else who
    here, nowhere = (ended(deed, code, who) for code in (theirs[kind], NOBODY))
    assert here == nowhere
    assert here[0] in {"BadInput", "NotAllowed"} or "refused" in here[1]
