"""Pages of services: a course from its opening to its end, and what nobody else learns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from cast import LA_ESPERANZA, actor, client_as, make_programme, person
from django.urls import reverse
from django.utils.translation import override
from offered import make_activity, make_attended, make_catalogue
from shown import addresses_of, text

from convive.domain.people import actions as people
from convive.domain.programme import queries as programme
from convive.domain.services import actions
from convive.domain.services.models import Activity, Attendance, Enrolment

pytestmark = pytest.mark.django_db

url = addresses_of("services")


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    make_catalogue()


def form(**changes: object) -> dict[str, object]:
    today = programme.today()
    return {
        "service": "vocational-training",
        "title_es": "Panadería",
        "title_en": "Bakery",
        "district": LA_ESPERANZA,
        "first_day": (today - timedelta(days=28)).isoformat(),
        "last_day": (today + timedelta(days=28)).isoformat(),
        "places": "2",
        "completes_at": "80",
        **changes,
    }


def enrolled(found: Activity, number: int = 0) -> Enrolment:
    code = make_attended(number).code
    return actions.enrol(
        by=actor("case_worker"), activity=found.code, person=code, on=found.first_day
    )


def test_a_course_from_its_opening_to_its_end() -> None:
    worker = client_as("case_worker")
    today = programme.today()
    answer = worker.post(url("new"), form(last_day=today.isoformat()))
    found = Activity.objects.get()
    assert answer.status_code == 302 and answer.url == url("sessions", code=found.code)
    page = text(worker.get(answer.url))
    assert f'value="{found.first_day.isoformat()}"' in page
    days = {"first": found.first_day.isoformat(), "last": found.last_day.isoformat()}
    every = {**days, "weekdays": ["0", "3"], "hour": "16:00", "place": "Local comunal"}
    assert worker.post(url("sessions", code=found.code), every).status_code == 302
    assert found.sessions.count() in (8, 9)  # where today is a Monday or Thursday, nine

    for number, name in ((0, "ana kispe"), (1, "roza quispe")):
        somebody = make_attended(number)
        searched = text(worker.post(url("enrol", code=found.code), {"text": name}))
        assert somebody.name in searched and f'value="{somebody.code}"' in searched
        since = {"person": somebody.code, "on": found.first_day.isoformat()}
        assert worker.post(url("enrol", code=found.code), since).status_code == 302
    late = make_attended(2)
    since = {"person": late.code, "on": programme.today().isoformat()}
    answer = worker.post(url("enrol", code=found.code), since, follow=True)
    assert "they are on the waiting list" in text(answer)

    one, two, waits = found.enrolments.order_by("pk")
    held = [each for each in found.sessions.all() if each.day < programme.today()]
    for session in held:
        address = url("attendance", code=found.code, number=session.pk)
        sheet = re.search(r'name="sheet" value="([^"]+)"', text(worker.get(address)))
        assert sheet
        sent = {"sheet": sheet[1], one.code: "present", two.code: "absent"}
        assert worker.post(address, sent).status_code == 302
    assert Attendance.objects.filter(state="present").count() == len(held)

    page = text(worker.get(url("activity", code=found.code)))
    assert f"came to {len(held)} of {len(held)}" in page
    assert url("complete", code=one.code) in page and url("complete", code=two.code) not in page
    assert worker.post(url("complete", code=one.code)).status_code == 302
    refused = text(worker.post(url("complete", code=two.code), follow=True))
    assert f"They came to 0 of {len(held)} sessions" in refused

    answer = text(worker.post(url("close", code=found.code), follow=True))
    assert "1 of those enrolled have neither completed nor left" in answer
    gone = {"reason": "work", "on": programme.today().isoformat()}
    assert worker.post(url("leave", code=two.code), gone).status_code == 302
    waits.refresh_from_db()
    assert waits.state == "enrolled"
    assert "Found work" in text(worker.get(url("activity", code=found.code)))
    worker.post(url("leave", code=waits.code), {**gone, "reason": "mistake"})
    assert "Closed." in text(worker.post(url("close", code=found.code), follow=True))
    assert "Bakery" not in text(worker.get(url("list")))
    assert "Bakery" in text(worker.get(url("list") + "?of=closed"))


def test_faults_stand_beside_their_fields() -> None:
    worker = client_as("case_worker")
    answer = worker.post(url("new"), form(places="0", last_day="2001-01-01"))
    assert answer.status_code == 422 and not Activity.objects.exists()
    answer = worker.post(url("new"), form(last_day="2001-01-01"))
    assert answer.status_code == 422 and "It ends before it begins." in text(answer)
    found = make_activity()
    answer = worker.post(
        url("sessions", code=found.code),
        {"first": "2001-01-01", "last": "2001-01-31", "weekdays": ["0"], "hour": "16:00"},
    )
    assert answer.status_code == 422 and "outside the days" in text(answer)
    row = enrolled(found)
    answer = worker.post(url("leave", code=row.code), {"reason": "work", "on": "2001-01-01"})
    assert answer.status_code == 422 and "On this day they were not" in text(answer)


def test_whoever_was_not_asked_is_not_enrolled() -> None:
    found, worker = make_activity(), client_as("case_worker")
    silent = make_attended(1, agrees=())
    page = text(worker.post(url("enrol", code=found.code), {"text": "rosa quispe"}))
    assert "not written down that they agree" in page and f'value="{silent.code}"' not in page
    since = {"person": silent.code, "on": programme.today().isoformat()}
    answer = worker.post(url("enrol", code=found.code), since)
    assert answer.status_code == 422 and "not written down that they agree" in text(answer)
    assert not Enrolment.objects.exists()


def test_a_name_stands_in_no_address() -> None:
    found = make_activity()
    make_attended()
    page = client_as("case_worker").get(url("enrol", code=found.code), {"text": "Ana"})
    assert "<h2>Found</h2>" not in text(page)


def test_a_page_that_is_sent_twice_is_written_once_and_can_be_corrected() -> None:
    found = make_activity(sessions=1)
    row, worker = enrolled(found), client_as("case_worker")
    address = url("attendance", code=found.code, number=found.sessions.get().pk)
    sheet = re.search(r'name="sheet" value="([^"]+)"', text(worker.get(address)))
    assert sheet
    sent = {"sheet": sheet[1], row.code: "absent"}
    for _time in range(2):
        assert worker.post(address, sent).status_code == 302
    assert Attendance.objects.get().state == "absent"
    worker.post(address, {**sent, row.code: "present"})  # back in the browser, and another answer
    assert Attendance.objects.get().state == "present"


def test_the_others_came() -> None:
    found = make_activity(sessions=1)
    one, two = enrolled(found), enrolled(found, 1)
    worker = client_as("case_worker")
    address = url("attendance", code=found.code, number=found.sessions.get().pk)
    page = text(worker.get(address))
    assert "checked" not in page and one.person.name in page  # nothing is chosen for anybody
    sheet = re.search(r'name="sheet" value="([^"]+)"', page)
    assert sheet
    sent = {"sheet": sheet[1], one.code: "excused", "rest": "present"}
    answer = text(worker.post(address, sent, follow=True))
    assert "1 came, of 2" in answer
    states = dict(Attendance.objects.values_list("enrolment", "state"))
    assert states == {one.pk: "excused", two.pk: "present"}


def test_a_sensitive_service_is_shown_to_its_team_alone_under_its_neutral_name() -> None:
    found = make_activity(service="legal-aid", title_es="Martes", title_en="Tuesdays", sessions=1)
    row = enrolled(found)
    session = found.sessions.get().pk
    worker, officer = client_as("case_worker"), client_as("agency_officer")
    pages = [
        url("list"),
        url("activity", code=found.code),
        url("sheet", code=found.code),
        url("attendance", code=found.code, number=session),
    ]
    for page in pages:
        shown = text(worker.get(page))
        assert ("Tuesdays" in shown) is ("/sheet/" not in page) and "Legal aid" not in shown
    assert "Guidance service A" in text(worker.get(pages[1]))
    assert "Tuesdays" not in text(officer.get(url("list")))
    for page in (*pages[1:], url("enrol", code=found.code), url("leave", code=row.code)):
        assert officer.get(page).status_code == 403
    assert officer.post(url("complete", code=row.code)).status_code == 403
    both = {"team": [person("case_worker").pk, person("agency_officer").pk]}
    assert officer.post(url("team", code=found.code), both).status_code == 403
    assert worker.post(url("team", code=found.code), both).status_code == 302
    assert officer.get(pages[1]).status_code == 200
    alone = worker.post(url("team", code=found.code), {"team": [person("agency_officer").pk]})
    assert alone.url == url("list")
    assert worker.get(pages[1]).status_code == 403


def test_the_sheet_has_names_and_sessions_to_sign() -> None:
    found = make_activity(sessions=2)
    row = enrolled(found)
    page = text(client_as("case_worker").get(url("sheet", code=found.code)))
    assert row.person.name in page and page.count("<br>16:00") == 2


def test_whoever_was_forgotten_stays_without_a_name() -> None:
    found = make_activity(sessions=1)
    row = enrolled(found)
    name = row.person.name
    people.erase(by=actor("agency_officer"), person=row.person.code, reason="asked")
    page = text(client_as("case_worker").get(url("activity", code=found.code)))
    assert name not in page and "forgotten" in page
    with override("en"):
        assert reverse("people:person", kwargs={"code": row.person.code}) not in page


def test_the_sheet_to_sign_of_a_sensitive_service_carries_its_neutral_name_alone() -> None:
    found = make_activity(service="legal-aid", sessions=1)
    row = enrolled(found)
    shown = text(client_as("case_worker").get(url("sheet", code=found.code)))
    assert "Guidance service A" in shown and row.person.name in shown
    assert "Bakery" not in shown and "Legal aid" not in shown
    plain = make_activity()
    shown = text(client_as("case_worker").get(url("sheet", code=plain.code)))
    assert "Bakery" in shown and "Vocational training" in shown
