"""What is asked again on a page and not ticked is a no of that day, by the voice that speaks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from accompanied import somebody
from cast import LA_ESPERANZA, actor, client_as, make_programme
from django.utils import translation
from shown import addresses_of, text

from convive.domain.people import actions as people
from convive.domain.people import queries
from convive.domain.people.facts import Facts
from convive.domain.people.models import Consent, Person
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals import actions as referrals
from convive.domain.referrals import queries as sent
from convive.domain.referrals.models import Referral

pytestmark = pytest.mark.django_db

url = addresses_of("people")
TODAY = "2024-03-01"


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


def ask(person: Person, *purposes: str, voice: str = "self", way: str = "spoken") -> None:
    said = {"purposes": list(purposes), "voice": voice, "way": way, "given_on": TODAY}
    answer = client_as("case_worker").post(url("consent", person.code), said)
    assert answer.status_code == 302, text(answer)


def words(person: Person) -> dict[tuple[str, str], bool]:
    return {(row.purpose, row.voice): row.agrees for row in queries.newest_words([person.pk])}


def overridden(person: Person) -> Referral:
    CatalogueEntry.objects.get_or_create(
        kind="service", code="mentoring", defaults={"name_es": "M", "name_en": "M", "data": {}}
    )
    actor("other_agency_officer")
    return referrals.send(
        by=actor("agency_officer"), person=person.code, receiver="unodc", service="mentoring",
        override="danger",
    )  # fmt: skip


def is_told(found: Referral) -> bool:
    row = sent.received_by(actor("other_agency_officer")).get(pk=found.pk)
    return sent.told([row]).of(row) is not None


def child(guardian: str = "Aurelia") -> Person:
    born = date.fromisoformat(TODAY) - timedelta(days=3000)
    facts = Facts("Luz", "Vega", born=born, district=LA_ESPERANZA, guardian=guardian)
    return people.register(by=programme.SYSTEM, organisation="unfpa", facts=facts)


def test_a_refusal_is_written_down_and_ends_an_override():
    person = somebody(purposes=("services",))
    found = overridden(person)
    assert is_told(found)
    ask(person, "services")
    assert words(person)[Purpose.DISCLOSURE, "self"] is False
    assert not is_told(found) and queries.agrees(person, "services")


def test_a_refusal_that_is_said_again_ends_an_override_too():
    person = somebody(purposes=("services",))
    ask(person, "services")
    found = overridden(person)
    assert is_told(found)
    ask(person, "services")
    assert not is_told(found)


def test_a_guardians_no_is_kept_while_the_minors_word_is_missing():
    person = child()
    ask(person, "services", "contact", voice="guardian")
    ask(person, "services", voice="guardian")
    assert words(person)[Purpose.CONTACT, "guardian"] is False
    ask(person, "services", "contact", voice="assent")
    assert queries.agrees(person, "services") and not queries.agrees(person, "contact")


def test_every_purpose_is_answered_and_a_yes_is_not_written_twice():
    person = somebody(purposes=("services",))
    before = Consent.objects.count()
    ask(person, "services", way="signed")  # as it was said before
    assert set(words(person)) == {(purpose, "self") for purpose in Purpose.values}
    assert Consent.objects.count() == before + 4
    ask(person, *Purpose.values, way="signed")
    again = Consent.objects.count()
    ask(person, *Purpose.values, way="signed")
    assert Consent.objects.count() == again == before + 8


def test_the_page_says_what_no_tick_means_and_the_first_one_takes_yes_alone():
    person = somebody(purposes=())
    client = client_as("case_worker")
    assert "written down as a no of that day" in text(client.get(url("consent", person.code)))
    assert "Tick only what was asked" in text(client.get(url("new")))
    assert not Consent.objects.exists()


def test_the_page_says_that_a_guardian_without_a_name_cannot_agree():
    person = child(guardian="")
    said = {"purposes": ["services"], "voice": "both", "way": "spoken", "given_on": TODAY}
    answer = client_as("case_worker").post(url("consent", person.code), said)
    assert answer.status_code == 422 and "Nobody wrote who the guardian is" in text(answer)
    assert not Consent.objects.exists()
