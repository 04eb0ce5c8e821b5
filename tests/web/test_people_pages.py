"""Pages of the register: what somebody of the organisation does, and what nobody else learns."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from cast import LA_ESPERANZA, client_as, make_programme
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from shown import addresses_of, text

from convive.domain.people import queries
from convive.domain.people.models import Consent, Person
from convive.domain.programme.models import User

pytestmark = pytest.mark.django_db

url = addresses_of("people")


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()


def form(**changes: object) -> dict[str, object]:
    return {
        "given": "Yomira",
        "paternal": "Quispe",
        "maternal": "Huamán",
        "dni": "70123456",
        "born": "2001-07-30",
        "sex": "F",
        "district": LA_ESPERANZA,
        "phone": "944123456",
        "calls": "yes",
        "language": "es",
        "seeing": "3",
        "purposes": ["services", "linkage"],
        "voice": "self",
        "way": "signed",
        "given_on": "2024-01-02",
        **changes,
    }


def written_down(who: str = "case_worker", **changes: object) -> Person:
    answer = client_as(who).post(url("new"), form(**changes))
    assert answer.status_code == 302, text(answer)
    return Person.objects.latest("pk")


def test_somebody_is_written_down_found_and_read_again() -> None:
    found = written_down()
    worker = client_as("case_worker")
    assert found.worker is not None and found.has_disability is True
    assert Consent.objects.filter(person=found, agrees=True).count() == 2
    page = text(worker.get(url("person", code=found.code)))
    for said in ("Yomira Quispe Huamán", "70123456", "944123456", "a lot of difficulty"):
        assert said in page
    searched = worker.post(url("list"), {"text": "jomira kispe guaman"})
    assert "Yomira Quispe Huamán" in text(searched)
    assert "Nobody of a name like this" in text(worker.post(url("list"), {"text": "Rosa Vega"}))
    assert "Yomira" in text(worker.get(url("list") + "?of=mine"))
    assert "Yomira" not in text(client_as("agency_officer").get(url("list") + "?of=mine"))


def test_a_name_stands_in_no_address() -> None:
    written_down()
    page = client_as("case_worker").get(url("list"), {"text": "Yomira"})
    assert "<h2>Found</h2>" not in text(page)
    assert not re.search(r'<form[^>]*method="get"[^>]*>.*name="text"', text(page))


def test_whoever_may_be_the_same_person_is_shown_first() -> None:
    first = written_down()
    worker = client_as("case_worker")
    answer = worker.post(url("new"), form(given="Jomira", dni=""))
    assert answer.status_code == 422
    page = text(answer)
    assert "Is it one of these people?" in page and url("person", code=first.code) in page
    assert 'value="Jomira"' in page  # nothing has to be written again
    assert Person.objects.count() == 1
    written_down(given="Jomira", dni="", is_another="on")
    assert Person.objects.count() == 2


def test_faults_stand_beside_their_fields() -> None:
    answer = client_as("case_worker").post(url("new"), form(dni="123", born="", phone="x"))
    assert answer.status_code == 422
    for said in ("it has eight digits", "Neither a birth date", "no telephone number"):
        assert said in text(answer)
    assert not Person.objects.exists()


def test_data_are_corrected() -> None:
    found = written_down()
    worker = client_as("case_worker")
    page = text(worker.get(url("correct", code=found.code)))
    assert 'value="Yomira"' in page and 'value="2001-07-30"' in page
    answer = worker.post(url("correct", code=found.code), form(phone="955000111"))
    assert answer.status_code == 302
    assert Person.objects.get().phone == "955000111"


def test_what_is_no_longer_ticked_is_withdrawn() -> None:
    found = written_down()
    worker = client_as("case_worker")
    page = text(worker.get(url("consent", code=found.code)))
    assert page.count("checked") >= 2
    sent = {"purposes": ["services"], "voice": "self", "way": "spoken", "given_on": "2024-03-01"}
    assert worker.post(url("consent", code=found.code), sent).status_code == 302
    assert queries.agrees(found, "services") and not queries.agrees(found, "linkage")
    page = text(worker.get(url("person", code=found.code)))
    assert "does not agree" in page


def test_the_sheet_tells_all_that_is_held() -> None:
    found = written_down()
    page = text(client_as("case_worker").get(url("sheet", code=found.code)))
    for said in ("Yomira Quispe Huamán", "70123456", "30 Jul 2001", "To be forgotten", found.code):
        assert said in page


def test_doubles_are_joined_and_parted_by_whoever_leads() -> None:
    kept = written_down()
    other = written_down(given="Jomira", dni="", is_another="on")
    lead = client_as("agency_officer")
    page = text(lead.get(url("person", code=kept.code)))
    assert "Perhaps entered twice" in page
    sent = {"same_as": kept.code}
    assert client_as("case_worker").post(url("join", code=other.code), sent).status_code == 403
    assert lead.post(url("join", code=other.code), sent).url == url("person", code=kept.code)
    assert lead.get(url("person", code=other.code)).url == url("person", code=kept.code)
    assert "Joined to this person" in text(lead.get(url("person", code=kept.code)))
    lead.post(url("part", code=other.code))
    assert lead.get(url("person", code=other.code)).status_code == 200
    answer = lead.post(url("join", code=other.code), {"same_as": "nobody"}, follow=True)
    assert "nobody of this code" in text(answer)


def test_people_pass_to_another_worker() -> None:
    found = written_down()
    lead = client_as("agency_officer")
    page = text(lead.get(url("hand_over")))
    workers = re.findall(r'<option value="(\d+)">', page)
    leaver = str(found.worker_id)
    other = next(pk for pk in workers if pk != leaver)
    answer = lead.post(url("hand_over"), {"leaver": leaver, "successor": other}, follow=True)
    assert "Passed on: 1 person." in text(answer)
    assert str(Person.objects.get().worker_id) == other


def test_where_one_works_alone_there_is_nobody_to_pass_people_to() -> None:
    lead = client_as("agency_officer")
    User.objects.exclude(email="agency_officer@example.org").update(is_active=False)
    page = text(lead.get(url("hand_over")))
    assert "There is nobody else to pass them to." in page
    assert 'name="successor"' not in page


def test_somebody_is_forgotten_and_still_counts() -> None:
    found = written_down()
    lead = client_as("agency_officer")
    assert lead.post(url("erase", code=found.code), {}).status_code == 422
    answer = lead.post(url("erase", code=found.code), {"reason": "asked"})
    assert answer.status_code == 302
    row = Person.objects.get()
    assert row.name == "" and row.sex == "F" and row.is_erased
    assert client_as("case_worker").get(url("person", code=found.code)).status_code == 403
    assert "Yomira" not in text(client_as("case_worker").get(url("list")))


def test_another_organisation_learns_nothing_whatever_it_asks() -> None:
    found = written_down()
    for who in ("other_agency_officer", "municipal_officer"):
        other = client_as(who)
        assert "Yomira" not in text(other.get(url("list")))
        assert "Huamán" not in text(other.post(url("list"), {"text": "Yomira Quispe"}))
        for view in ("person", "correct", "consent", "sheet", "erase"):
            real = other.get(url(view, code=found.code))
            made_up = other.get(url(view, code="zzzzzzzzzzzz"))
            assert real.status_code == made_up.status_code == 403
            assert real.content.replace(found.code.encode(), b"zzzzzzzzzzzz") == made_up.content
        # The same person on its own register is no double of ours
        district = {"other_agency_officer": "PE-INEI:130102"}.get(who, LA_ESPERANZA)
        answer = other.post(url("new"), form(district=district))
        assert answer.status_code == 302


SOMEBODY_ELSE = {
    "given": "Ana",
    "paternal": "Castillo",
    "maternal": "Vega",
    "dni": "",
    "district": "PE-INEI:130102",
}


def asked_of_the_database(work: Callable[[], HttpResponse]) -> list[str]:
    """The statements behind an answer, without what they ask for."""
    with CaptureQueriesContext(connection) as found:
        work()
    plain = [re.sub(r"'[^']*'|-?\d+", "?", each["sql"]) for each in found.captured_queries]
    return [re.sub(r"\?(, \?)+", "?", each) for each in plain]


def test_nor_does_it_learn_from_how_long_an_answer_takes() -> None:
    """The same work is done for a person of another register as for one who does not exist."""
    found, other = written_down(), client_as("other_agency_officer")
    written_down("other_agency_officer", **SOMEBODY_ELSE)
    other.get(url("list"))  # what is read once a session is read

    def of(code: str, view: str) -> list[str]:
        return asked_of_the_database(lambda: other.get(url(view, code=code)))

    for view in ("person", "correct", "consent", "sheet", "erase"):
        assert of(found.code, view) == of("zzzzzzzzzzzz", view)

    def search(text: str) -> list[str]:
        return asked_of_the_database(lambda: other.post(url("list"), {"text": text}))

    assert search("Yomira Quispe Huaman") == search("Wilfredo Oblitas Nureña")
    assert search("70123456") == search("70999999")
