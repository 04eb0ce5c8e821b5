"""The sheet that is printed for somebody: all that is held, and nothing that it must not tell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from accompanied import account, make_case, says, somebody
from cast import LA_ESPERANZA, actor, client_as, make_programme
from django.utils import translation
from offered import make_catalogue
from shown import addresses_of, text

from convive.access.permissions import Role
from convive.domain.cases import actions as cases
from convive.domain.people import actions as people
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.referrals import actions as referrals
from convive.domain.referrals.models import Referral

pytestmark = pytest.mark.django_db

url = addresses_of("people")


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_catalogue()
        actor("other_agency_officer")
        yield


def sheet(person: Person, who: str = "case_worker") -> str:
    answer = client_as(who).get(url("sheet", person.code))
    assert answer.status_code == 200
    return text(answer)


def page(person: Person, who: str = "case_worker") -> str:
    return text(client_as(who).get(url("person", person.code)))


def referred(person: Person, service: str = "mentoring", **more: str) -> Referral:
    return referrals.send(
        by=actor("agency_officer"), person=person.code, receiver="unodc", service=service,
        note="PLANTED note", **more,
    )  # fmt: skip


def test_it_tells_where_somebody_was_referred_when_and_what_became_of_it():
    person = somebody(purposes=("services", "disclosure_other_orgs"))
    found = referred(person)
    told = sheet(person)
    for said in ("Where we referred you", "Mentoring", "UNODC", "waits for an answer"):
        assert said in told
    day = programme.today() + timedelta(days=3)
    receiver = actor("other_agency_officer")
    referrals.accept(by=receiver, referral=found.code, promised_on=day)
    referrals.done(by=receiver, referral=found.code)
    assert "attended · ended on" in sheet(person) and "PLANTED" not in sheet(person)
    assert "Where we referred you" not in page(person)


def test_of_a_sensitive_service_it_tells_neither_name_nor_who_gives_it():
    person = somebody(purposes=("services",))
    referred(person, "legal-aid", override="danger")
    told = sheet(person)
    assert "Guidance service A" in told and "ask us to whom" in told
    assert "without your consent: Somebody&#x27;s life or health is in danger now" in told
    assert "Legal aid" not in told and "UNODC" not in told


def test_it_tells_that_somebody_is_accompanied_and_their_goals_and_no_word_of_others():
    person = somebody()
    case = make_case(person)
    cases.set_goal(by=actor("case_worker"), case=case.code, words="Finish school")
    cases.write_note(by=actor("case_worker"), case=case.code, words="PLANTED note")
    told = sheet(person)
    for said in ("How we accompany you", "Finish school", "your goal, under way", "kept sealed"):
        assert said in told
    assert "PLANTED" not in told and "Finish school" not in page(person)
    says(person, "services", False)
    assert "How we accompany you" in sheet(person) and "Finish school" not in sheet(person)


def test_who_is_not_of_the_team_prints_no_word_of_a_case():
    person, lead = somebody(), account("lead", Role.AGENCY_OFFICER, "unfpa")
    worker = account("worker", Role.CASE_WORKER, "unfpa")
    case = make_case(person)
    cases.set_team(
        by=actor("agency_officer"), case=case.code, worker=worker.pk, team=[worker.pk],
        supervisor=lead.pk,
    )  # fmt: skip
    assert "How we accompany you" not in sheet(person)
    assert "its own team gives you this sheet" in sheet(person)


def test_what_a_joined_row_holds_is_told():
    kept = somebody()
    facts = Facts(
        "Micaela", "Ortiz", dni="70999999", born=date(1999, 4, 3), phone="955000111",
        district=LA_ESPERANZA, functioning="400000",
    )  # fmt: skip
    other = people.register(by=programme.SYSTEM, organisation="unfpa", facts=facts)
    assert "70999999" not in sheet(kept)
    people.join(by=actor("agency_officer"), person=other.code, same_as=kept.code)
    told = sheet(kept)
    for said in ("Micaela Ortiz", "70999999", "3 Apr 1999", "955000111", "cannot do it at all"):
        assert said in told
    assert "Yomira 0 Quispe" in told and "70999999" not in page(kept)
