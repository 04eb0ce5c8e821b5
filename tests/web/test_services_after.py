"""Pages of what comes after: how somebody does, what they were given, where anybody finds help."""

from __future__ import annotations

import pytest
from cast import LA_ESPERANZA, client_as, make_programme, person
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from offered import make_activity, make_attended, make_catalogue, make_completed
from shown import text

from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import rules
from convive.domain.services.models import Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.models_received import Received

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    make_catalogue()
    for code, kind, more in (
        ("clinic", "health", {"district": LA_ESPERANZA, "hours": ["mon-sun 00:00-24:00"]}),
        ("shelter", "protection", {"sensitive": True}),
    ):
        data = {"kind": kind, "offers_es": "Da", "offers_en": "Gives", "source": "x", **more}
        CatalogueEntry.objects.create(
            kind="resource", code=code, name_es=code, name_en=code.title(), data=data
        )


def url(view: str, **kwargs: object) -> str:
    with override("en"):
        return reverse(view, kwargs=kwargs)


def test_somebody_who_completed_is_asked_how_they_do() -> None:
    worker = client_as("case_worker")
    row = make_completed(make_activity(sessions=1), agrees=("services", "reporting", "contact"))
    page = url("services:outcome", code=row.code, months=3)
    early = worker.post(page, {"reply": "reached", "work": "yes"})
    assert early.status_code == 422 and "too early" in text(early)
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.update(from_day=day, ended_on=day)
    assert page in text(worker.get(url("workspace:home")))
    shown = text(worker.get(page))
    assert row.person.name in shown and "checked" not in shown.split("<main", 1)[1]
    assert worker.post(page, {"reply": "reached"}).status_code == 422
    said = {"reply": "reached", "work": "yes", "formality": "formal", "hours": "40"}
    assert worker.post(page, said).status_code == 302
    assert Outcome.objects.get().hours == 40
    assert page not in text(worker.get(url("workspace:home")))
    assert worker.get(url("services:outcome", code=row.code, months=4)).status_code == 404
    other = make_completed(make_activity(sessions=1), 1)
    shown = text(worker.get(url("services:outcome", code=other.code, months=3)))
    assert "do not agree that somebody calls" in shown and "<form" not in shown.split("<main", 1)[1]


def test_what_somebody_was_given_stands_on_their_page_for_whom_it_may() -> None:
    worker, officer = client_as("case_worker"), client_as("agency_officer")
    somebody = make_attended()
    page = url("people:person", code=somebody.code)
    form = url("services:received", code=somebody.code)
    assert form in text(worker.get(page))
    assert worker.post(form, {"resource": "none"}).status_code == 422
    for resource in ("clinic", "shelter"):
        sent = {"resource": resource, "on": programme.today().isoformat()}
        assert worker.post(form, sent).status_code == 302
    sheet = url("people:sheet", code=somebody.code)
    for address in (page, sheet):
        told = text(worker.get(address))  # others find the sheet at home
        assert "A place or line that helps" in told and "Clinic" in told
        assert "Shelter" not in told and "Protection from violence" not in told
        seen = text(officer.get(address))
        assert "A place or line that helps" not in seen and "Clinic" in seen
    assert form not in text(worker.get(sheet)).split("<main", 1)[1]
    secret = Received.objects.get(resource__code="shelter")
    back = url("services:take_back", code=secret.code)
    assert officer.post(back).status_code == 403 and worker.post(back).status_code == 302
    assert Received.objects.count() == 1
    assert person("case_worker")


def test_anybody_finds_help_without_script_or_account() -> None:
    anybody = Client()
    page = url("services:resources")
    answer = anybody.get(page)
    assert "Clinic" in text(answer) and "Shelter" in text(answer) and "open now" in text(answer)
    assert len(answer.content) < 60_000 and "ask for the hours" in text(answer)
    assert "Clinic" not in text(anybody.get(page, {"kind": "protection"}))
    assert "Nothing is listed" in text(anybody.get(page, {"kind": "legal"}))
    wrong = anybody.get(page, {"kind": "x", "district": "x"})
    assert wrong.status_code == 200 and "Clinic" in text(wrong)
