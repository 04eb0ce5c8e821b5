"""What a phone asks for: the service worker, its empty page, and the address that takes entries."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cast import actor, client_as, make_programme
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from offered import make_activity, make_attended, make_catalogue

from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.services import actions
from convive.domain.services.models import Activity, Attendance, Enrolment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    make_catalogue()


def course() -> tuple[Activity, Enrolment]:
    found = make_activity(sessions=1)
    row = actions.enrol(
        by=actor("case_worker"),
        activity=found.code,
        person=make_attended().code,
        on=found.first_day,
    )
    return found, row


def batch(row: Enrolment, state: str) -> dict[str, object]:
    now = timezone.now()
    session = row.activity.sessions.get().pk
    data = {"activity": row.activity.code, "session": session, "field": row.code, "value": state}
    entry = {
        "mark": str(uuid4()),
        "kind": "services.attendance",
        "taken_at": (now - timedelta(hours=2)).isoformat(),
        "data": data,
    }
    return {"sent_at": now.isoformat(), "entries": [entry]}


def send(client: Client, sent: object, path: str = "/en/phone/send/", **headers: str):
    return client.post(path, json.dumps(sent), content_type="application/json", headers=headers)


def test_the_service_worker_names_files_that_are_there_and_pages_of_nobody():
    answer = Client().get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    shells, files = (
        json.loads(re.search(rf"const {name} = (.*);", script)[1])  # type: ignore[index]
        for name in ("SHELLS", "FILES")
    )
    assert shells == ["/phone/", "/en/phone/"]
    for path in files:
        assert finders.find(path.removeprefix("/static/")), path
    for path in shells:  # as it is asked for: without a cookie
        page = Client().get(path)
        assert page.status_code == 200 and "data-phone-owner" not in page.content.decode()
        wanted = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.content.decode())
        assert set(wanted) <= set(files), "what the page is made of is kept too"


def test_every_script_of_the_phone_is_kept_with_the_page():
    script = Client().get("/sw.js").content.decode()
    folder = finders.find("look/phone")
    assert isinstance(folder, str)
    for path in Path(folder).glob("*.js"):
        assert f"look/phone/{path.name}" in script


def test_the_page_of_the_phone_is_the_same_whoever_asks_but_for_the_frame():
    course()
    page = client_as("case_worker").get("/en/phone/").content.decode()
    assert "Quispe" not in page and "Ana" not in page
    assert 'data-phone-owner="' in page


def test_entries_are_answered_in_the_language_of_the_address():
    _found, row = course()
    worker = client_as("case_worker")
    answer = send(worker, batch(row, "present")).json()
    assert [one["answer"] for one in answer["answers"]] == ["kept"]
    assert Attendance.objects.get().state == "present"
    for path, word in (("/en/phone/send/", "Somebody"), ("/phone/send/", "Alguien")):
        sent = batch(row, "absent")
        sent["entries"][0]["data"]["field"] = "nobody"  # type: ignore[index]
        (told,) = send(worker, sent, path).json()["answers"]
        assert told["answer"] == "refused" and told["problems"][0]["why"].startswith(word)


def test_a_batch_needs_a_session_and_its_token():
    _found, row = course()
    signed_in = client_as("case_worker")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    assert send(strict, batch(row, "present")).status_code == 403
    known = strict.get("/en/phone/send/").json()
    answer = send(strict, batch(row, "present"), **{"X-CSRFToken": known["token"]})
    assert answer.json()["answers"][0]["answer"] == "kept"
    strict.logout()
    assert strict.get("/en/phone/send/").status_code == 302
    assert "login" in strict.get("/en/phone/send/").url


def test_what_is_no_batch_is_told():
    answer = send(client_as("case_worker"), {"entries": 7})
    assert answer.status_code == 400 and answer.json()["problems"][0]["remedy"]


def test_the_list_of_a_session_can_be_kept_and_says_nothing_of_a_sensitive_service():
    made = make_activity(service="legal-aid", sessions=1)
    actions.enrol(
        by=actor("case_worker"), activity=made.code, person=make_attended().code, on=made.first_day
    )
    with override("en"):
        kwargs = {"code": made.code, "number": made.sessions.get().pk}
        path = reverse("services:attendance", kwargs=kwargs)
    page = client_as("case_worker").get(path).content.decode()
    assert "data-keep-on" in page and "data-phone-each" in page
    assert "Legal aid" not in page


def test_somebody_new_is_written_down_and_enrolled_on_one_page_without_scripts():
    found = make_activity()
    worker = client_as("case_worker")
    with override("en"):
        path = reverse("services:newcomer", kwargs={"code": found.code})
    today = programme.today().isoformat()
    form = {
        "given": "Melchora",
        "paternal": "Benavente",
        "born": "2001-02-03",
        "calls": "unasked",
        "language": "es",
        "purposes": ["services"],
        "voice": "self",
        "way": "spoken",
        "given_on": today,
        "on": today,
    }
    assert worker.post(path, form).status_code == 302
    assert Enrolment.objects.get().person.given == "Melchora"
    again = worker.post(path, form)
    assert again.status_code == 422 and "Nothing is saved yet" in again.content.decode()
    assert worker.post(path, {**form, "is_another": "on"}).status_code == 302
    assert Person.objects.count() == 2
    asked = worker.post(path, {**form, "given": "Zulema", "born": "1980-01-01", "purposes": []})
    assert asked.status_code == 422 and Person.objects.count() == 2
