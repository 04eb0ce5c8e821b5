"""Who is a minor, whose word counts, and whose name stands beside a guardian's word."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from cast import LA_ESPERANZA, actor, make_programme
from django.utils import translation

from convive.domain.people import actions, queries, rules
from convive.domain.people.actions import Entry, Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Consent, Person
from convive.domain.people.rules import Said
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput

pytestmark = pytest.mark.django_db

CHILD = Facts(
    given="Luz",
    paternal="Quispe",
    born=date(2024, 1, 2),
    sex="F",
    district=LA_ESPERANZA,
    guardian="Aurelia Quispe",
)


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


def registered(words: tuple[Word, ...] = (), **changes: object) -> Person:
    facts = dataclasses.replace(CHILD, **changes)
    return actions.register(by=actor("case_worker"), organisation="unfpa", facts=facts, words=words)


def word(voice: str, agrees: bool = True, on: date | None = None) -> Word:
    return Word("services", voice, agrees, "signed", on or programme.today())


def write(person: Person, *words: Word) -> bool:
    actions.record_words(by=actor("case_worker"), person=person.code, words=words)
    return queries.agrees(person, "services")


def years_ago(years: int, day: date) -> date:
    return day.replace(year=day.year - years)


# Ages


@pytest.mark.parametrize(
    ("born", "band", "told", "day", "expected"),
    [
        (date(2001, 7, 30), "", None, date(2019, 7, 29), True),
        (date(2001, 7, 30), "", None, date(2019, 7, 30), False),
        (date(2004, 2, 29), "", None, date(2022, 2, 28), True),
        # somebody of 15 then is 17 now
        (None, "15–17", date(2024, 12, 20), date(2027, 1, 5), True),
        (None, "15–17", date(2024, 12, 20), date(2027, 12, 19), True),
        (None, "15–17", date(2024, 12, 20), date(2027, 12, 20), False),
        (None, "12–14", date(2024, 12, 31), date(2025, 1, 1), True),
        (None, "18–24", date(2024, 12, 31), date(2020, 1, 1), False),
        (None, "", None, date(2025, 1, 1), False),
    ],
)
def test_somebody_is_a_minor_as_long_as_they_may_be(born, band, told, day, expected):
    assert rules.is_minor(born, band, told, day) is expected


def test_of_age_is_who_had_the_birthday_not_whose_month_began():
    found = registered(born=date(2001, 7, 30))
    assert queries.is_minor(found, date(2019, 7, 29))
    assert not queries.is_minor(found, date(2019, 7, 30))
    assert not CHILD.is_minor(date(2042, 1, 2)) and CHILD.is_minor(date(2042, 1, 1))


# Whose word


def test_a_minor_needs_the_guardian_and_their_own_word():
    child = registered(born=years_ago(13, programme.today().replace(day=1)))
    assert not write(child, word("guardian"))
    assert write(child, word("assent"))
    assert not write(child, word("assent", agrees=False))
    assert write(child, word("assent"))
    assert not write(child, word("guardian", agrees=False))


def test_nobody_speaks_for_an_adult():
    found = registered(born=date(2001, 7, 30))
    with pytest.raises(BadInput, match="minor alone"):
        write(found, word("guardian"))
    day = date(2020, 1, 1)
    said = [Said("services", voice, True, day) for voice in ("guardian", "assent")]
    assert rules.agrees(said, "services", day, is_minor=lambda _day: True)
    assert not rules.agrees(said, "services", day, is_minor=lambda _day: False)


def test_a_minor_does_not_agree_alone():
    today = programme.today()
    child = registered(born=years_ago(16, today.replace(day=1)))
    with pytest.raises(BadInput, match="does not agree alone"):
        write(child, word("self"))
    assert not Consent.objects.exists()
    assert not write(child, word("self", agrees=False))  # anybody says no
    with pytest.raises(BadInput, match="does not agree alone"):
        registered(given="Ana", age_band="15–17", born=None, words=(word("self"),))


def test_what_somebody_said_alone_as_a_minor_does_not_hold_when_they_come_of_age():
    today = programme.today()
    found = registered(born=years_ago(18, today.replace(day=1)) - timedelta(days=1))
    as_minor = years_ago(2, today.replace(day=1))
    with pytest.raises(BadInput, match="ask anew"):
        write(found, word("self", on=as_minor))
    Consent.objects.create(
        person=found, purpose="services", voice="self", agrees=True, way="signed",
        given_on=as_minor, recorded_at="2020-01-01T00:00Z", recorded_by="user:1",
    )  # fmt: skip
    assert not queries.is_minor(found, today) and not queries.agrees(found, "services")
    assert write(found, word("self"))


def test_the_list_of_who_was_not_asked_says_the_same():
    """Without a birth date being opened, but in the month in which somebody comes of age."""
    worker = programme.account_of(actor("case_worker"))
    day = date(2026, 7, 15)
    births = [date(2008, 7, 1), date(2008, 7, 15), date(2008, 7, 16), date(2007, 7, 1)]
    for number, born in enumerate(births):
        person = registered(given=f"Ana{number}", paternal=f"Vega{number}", born=born)
        Person.objects.filter(pk=person.pk).update(worker=worker)
        Consent.objects.create(
            person=person, purpose="services", voice="self", agrees=True, way="signed",
            given_on=date(2026, 7, 15), recorded_at="2026-07-15T00:00Z", recorded_by="user:1",
        )  # fmt: skip
    assert queries.unasked(worker.pk, day) == 1


# The guardian


def test_a_guardian_who_agrees_has_a_name():
    nobody = registered(guardian=" ")
    with pytest.raises(BadInput) as caught:
        write(nobody, word("guardian"), word("assent"))
    assert [problem.where for problem in caught.value.problems] == ["guardian"]
    assert not Consent.objects.exists()
    assert not write(nobody, word("guardian", agrees=False))
    with pytest.raises(BadInput, match="guardian is"):
        registered(given="Ana", guardian="", words=(word("guardian"),))
    with pytest.raises(BadInput, match="guardian is"):
        actions.register_all(
            by=actor("agency_officer"),
            organisation="unfpa",
            entries=[
                Entry(dataclasses.replace(CHILD, given="Eva", guardian=""), [word("guardian")])
            ],
        )
    actions.correct(by=actor("case_worker"), person=nobody.code, facts=CHILD)
    assert write(nobody, word("guardian"), word("assent"))


def test_the_name_of_a_guardian_who_agreed_stays():
    child = registered((word("guardian"), word("assent")))
    who = actor("case_worker")
    with pytest.raises(BadInput, match="guardian is"):
        actions.correct(by=who, person=child.code, facts=dataclasses.replace(CHILD, guardian=""))
    grown = dataclasses.replace(CHILD, guardian="", born=date(2001, 7, 30))
    actions.correct(by=who, person=child.code, facts=grown)
