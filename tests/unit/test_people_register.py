"""The register of people: sealed, found though misspelt, joined and parted, withdrawn, erased.

Every part writes down the person at its head; so it stays whole.
"""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme
from django.conf import settings
from django.db import connection
from django.utils import translation

from convive.domain.people import actions, queries, rules, search
from convive.domain.people.actions import LikelyDouble, Word
from convive.domain.people.duties import People
from convive.domain.people.facts import Facts
from convive.domain.people.models import Consent, Person, PersonToken
from convive.domain.programme import queries as programme
from convive.kernel import keyring, sealed
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry
from convive.upkeep import keys

pytestmark = pytest.mark.django_db

YOMIRA = Facts(
    given="Yomira",
    paternal="Quispe",
    maternal="Huamán",
    dni="70123456",
    born=date(2001, 7, 30),
    sex="F",
    district=LA_ESPERANZA,
    neighbourhood="Manuel Arévalo",
    phone="944 123 456",
    calls="hours",
    call_hours="after six",
    functioning="112111",
)


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


def registered(facts: Facts = YOMIRA, who: str = "case_worker", **more: object) -> Person:
    return actions.register(by=actor(who), organisation="unfpa", facts=facts, **more)


def like(**changes: object) -> Facts:
    return dataclasses.replace(YOMIRA, **changes)


def names(found: list[Person]) -> list[str]:
    return [person.name for person in found]


def word(purpose: str, agrees: bool = True, voice: str = "self") -> Word:
    return Word(purpose, voice, agrees, "signed", programme.today())


# Written down


def test_the_database_holds_no_name_number_or_contact():
    registered()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_person")
        row = b"|".join(
            bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
            for value in cursor.fetchone()
        )
    said = b"Yomira Quispe Huam Manuel Ar 70123456 944123456 after six 2001-07-30 112111"
    for text in said.split():
        assert text not in row
    found = Person.objects.get()
    assert found.name == "Yomira Quispe Huamán"
    assert (found.dni, found.phone, found.call_hours) == ("70123456", "944123456", "after six")
    assert found.birth_month == date(2001, 7, 1)
    assert found.has_disability is False


def test_a_value_moved_to_another_row_does_not_open():
    one = registered()
    two = registered(like(given="Rosa", dni="70999999", born=date(1990, 1, 2)))
    Person.objects.filter(pk=two.pk).update(given=_raw(one, "given"))
    with pytest.raises(ValueError, match="another row"):
        assert Person.objects.get(pk=two.pk).given
    Person.objects.filter(pk=two.pk).update(given=_raw(two, "paternal"))
    with pytest.raises(ValueError, match="another row"):
        assert Person.objects.get(pk=two.pk).given


def test_names_of_any_length_up_to_a_block_look_alike():
    short, long = registered(), registered(like(given="Ana Lucía del Carmen", dni=""), is_another=1)
    assert len(_raw(short, "given")) == len(_raw(long, "given"))
    assert _raw(short, "guardian") == b""


def test_a_sealed_text_is_written_with_its_row_alone():
    found = registered()
    with pytest.raises(TypeError, match="sealed for its row"):
        Person.objects.filter(pk=found.pk).update(given="Rosa")


def test_the_key_is_turned_and_the_old_one_forgotten():
    found = registered()
    old = keyring.current().name
    assert sealed.key_names(Person) == {old}
    with pytest.raises(NotAllowed):
        keys.turn(by=actor("case_worker"))
    told: list[tuple[str, int]] = []
    turned = keys.turn(by=actor("system_staff"), progress=lambda *said: told.append(said))
    assert (turned.rows, turned.dropped) == (1, 1)
    assert told == [("people.Person", 1)]
    assert sealed.key_names(Person) == {keyring.current().name} != {old}
    assert old not in {key.name for key in keyring.every()}
    assert Person.objects.get().name == found.name
    assert settings.HOME.column_keys.stat().st_mode & 0o077 == 0


def test_a_turn_that_was_cut_short_is_finished_by_the_next():
    one = registered()
    two = registered(like(given="Rosa", dni="70999999", born=date(1990, 1, 2)))
    keyring.add()
    sealed.reseal([Person.objects.get(pk=one.pk)])
    assert len(sealed.key_names(Person)) == 2
    assert names(list(Person.objects.order_by("pk"))) == [one.name, two.name]
    assert keys.turn(by=programme.SYSTEM).dropped == 2
    assert names(list(Person.objects.order_by("pk"))) == [one.name, two.name]
    assert len(keyring.every()) == 1


def test_nothing_opens_without_its_key():
    registered()
    settings.HOME.column_keys.rename(settings.HOME.root / "away")
    try:
        with pytest.raises(ValueError, match="does not have"):
            assert Person.objects.get().given
    finally:
        (settings.HOME.root / "away").rename(settings.HOME.column_keys)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given": "", "paternal": " "}, "given"),
        ({"given": "a" * 121}, "given"),
        ({"dni": "1234567"}, "dni"),
        ({"dni": "11111111"}, "dni"),
        ({"born": None}, "born"),
        ({"born": date(2101, 1, 1)}, "born"),
        ({"born": date(1850, 1, 1)}, "born"),
        ({"born": None, "age_band": "18-24"}, "age_band"),
        ({"phone": "none"}, "phone"),
        ({"guardian_phone": "1"}, "guardian_phone"),
        ({"call_hours": ""}, "call_hours"),
        ({"sex": "W"}, "sex"),
        ({"language": "fr"}, "language"),
        ({"functioning": "5"}, "functioning"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(changes: dict, field: str):
    with pytest.raises(BadInput) as caught:
        registered(like(**changes))
    assert [problem.where for problem in caught.value.problems] == [field]
    assert not Person.objects.exists()


def test_the_journal_names_fields_and_codes_never_what_they_say():
    found = registered(words=[word("services")])
    actions.correct(by=actor("case_worker"), person=found.code, facts=like(phone="955000111"))
    entries = list(JournalEntry.objects.filter(kind="person"))
    assert [entry.did for entry in entries] == [
        "people.registered",
        "people.consent-written",
        "people.corrected",
    ]
    told = repr([(entry.data, entry.subject, entry.why) for entry in entries])
    assert entries[2].data == {"fields": ["phone"]}
    for text in ("Yomira", "Quispe", "70123456", "955000111", "Arévalo"):
        assert text not in told


# Seen by whom


def test_nobody_of_another_organisation_or_district_sees_or_writes():
    found = registered()
    for who in ("case_worker", "agency_officer"):
        assert list(queries.people_visible_to(actor(who))) == [found]
    for who in (
        *("other_agency_officer", "municipal_officer", "other_municipal_officer", "coordinator"),
        *("analyst", "auditor", "funder", "system_staff"),
    ):
        assert not queries.people_visible_to(actor(who)).exists()
        assert queries.find(actor(who), "Yomira Quispe") == []
        with pytest.raises(NotAllowed):
            actions.correct(by=actor(who), person=found.code, facts=like(given="Rosa"))
        with pytest.raises(NotAllowed):
            registered(who=who)
    with pytest.raises(NotAllowed):
        registered(like(district=EL_PORVENIR))
    with pytest.raises(NotAllowed):
        actions.correct(
            by=actor("case_worker"), person=found.code, facts=like(district=EL_PORVENIR)
        )


# Found again


@pytest.mark.parametrize(
    "written",
    [
        "Jomira Kispe Guaman",
        "yomira quispe",
        "QUISPE HUAMAN YOMIRA",
        "Yomira Quizpe",
        "Yomria Quispe",  # two letters swapped
        "Huamani Yomira Quispe",
        "70123456",
        "70-123-456",
    ],
)
def test_a_misspelt_name_finds_the_person(written: str):
    registered()
    registered(
        like(given="Rosa", paternal="Flores", maternal="Vega", dni="", born=date(1999, 1, 1))
    )
    assert names(queries.find(actor("case_worker"), written)) == ["Yomira Quispe Huamán"]


@pytest.mark.parametrize("written", ["Flores Ramos", "70123457", "", "de la", "Yomira Paz Soto"])
def test_another_name_does_not(written: str):
    registered()
    assert queries.find(actor("case_worker"), written) == []


def test_the_likest_comes_first_and_old_names_are_forgotten():
    quispe = registered()
    guispe = registered(like(paternal="Guispe", dni="", born=date(1980, 5, 5)), is_another=True)
    assert queries.find(actor("case_worker"), "Yomira Quispe") == [quispe, guispe]
    actions.correct(by=actor("case_worker"), person=quispe.code, facts=like(paternal="Torres"))
    assert queries.find(actor("case_worker"), "Yomira Quispe") == [guispe]


def test_tokens_of_two_organisations_have_nothing_in_common():
    word = search.words("Quispe")
    assert not search.Tokens("unfpa").of_words(word) & search.Tokens("unodc").of_words(word)


def test_short_words_are_found_as_they_are():
    assert search.forms("PAZ") == {"PAZ"}
    assert "UAMAN" in search.forms("GUAMAN")


# Entered twice


@pytest.mark.parametrize(
    "again",
    [
        YOMIRA,
        like(dni="", phone=""),
        like(dni="", given="Jomira", paternal="Kispe"),
        like(dni="", born=date(2001, 7, 30), paternal="Huamán", maternal="Quispe"),
        like(dni="", born=None, age_band="18–24"),
        like(given="Rosa", paternal="Flores", maternal="", born=date(1990, 1, 1)),  # one DNI
    ],
)
def test_somebody_who_may_be_on_the_register_is_shown_before_saving(again: Facts):
    first = registered()
    with pytest.raises(LikelyDouble) as caught:
        registered(again)
    assert [each.person for each in caught.value.doubles] == [first]
    assert Person.objects.count() == 1
    registered(again, is_another=True)
    assert Person.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        like(dni="70123457"),  # the DNI says that it is another
        like(dni="", born=date(1999, 1, 1)),
        like(dni="", given="Rosa", paternal="Flores"),
    ],
)
def test_somebody_else_is_not(other: Facts):
    registered()
    registered(other)
    assert Person.objects.count() == 2


# Consent


def test_a_withdrawal_holds_at_once():
    found = registered(words=[word("services"), word("linkage")])
    assert queries.agrees(found, "services") and queries.agrees(found, "linkage")
    assert not queries.agrees(found, "contact")
    actions.record_words(
        by=actor("case_worker"), person=found.code, words=[word("linkage", agrees=False)]
    )
    assert queries.agrees(found, "services") and not queries.agrees(found, "linkage")
    assert Consent.objects.count() == 3


# Passed on, forgotten


def test_a_caseload_passes_to_somebody_who_may_have_it():
    own = _account("case_worker")
    found = registered(worker=own)
    lead = _account("agency_officer")
    with pytest.raises(BadInput, match="does not attend"):
        actions.hand_over(by=actor("case_worker"), people=[found.code], worker=_account("analyst"))
    assert actions.hand_over(by=actor("case_worker"), people=[found.code], worker=lead) == 1
    assert list(queries.caseload(lead)) == [found] and not queries.caseload(own)
    with pytest.raises(NotAllowed):  # no longer theirs to give away
        actions.hand_over(by=actor("case_worker"), people=[found.code], worker=own)
    assert actions.hand_over(by=actor("agency_officer"), people=[found.code], worker=lead) == 0


def test_people_of_a_leaver_pass_on_without_being_seen():
    own, lead = _account("case_worker"), _account("agency_officer")
    found = registered(worker=own)
    part = People()
    assert [duty.title for duty in part.waiting(actor("case_worker"), programme.today())] == [
        "Ask 1 person whether they agree to be attended"
    ]
    assert not list(part.waiting(actor("auditor"), programme.today()))
    (held,) = part.held_by(own)
    assert "Yomira" not in held.title and found.code in held.title
    with pytest.raises(NotAllowed):
        part.hand_over(by=actor("case_worker"), leaver=own, successor=lead)
    with pytest.raises(BadInput, match="does not attend"):
        part.hand_over(by=actor("system_staff"), leaver=own, successor=_account("analyst"))
    assert part.hand_over(by=actor("system_staff"), leaver=own, successor=lead) == 1
    assert not list(part.held_by(own))


def test_erasing_leaves_what_is_counted_and_nothing_else():
    found = registered(words=[word("services")], worker=_account("case_worker"))
    other = registered(like(dni=""), is_another=True)
    lead = actor("agency_officer")
    actions.join(by=lead, person=other.code, same_as=found.code)
    band = queries.age_band(found, programme.today())
    with pytest.raises(NotAllowed):
        actions.erase(by=actor("case_worker"), person=found.code, reason="asked")
    actions.erase(by=lead, person=found.code, reason="asked")
    for row in Person.objects.all():
        assert row.name == row.dni == row.phone == row.born == row.functioning == ""
        assert (row.sex, row.age_band, row.birth_month) == ("F", band, None)
        assert row.district.ref == LA_ESPERANZA
        assert row.worker is None
    assert not PersonToken.objects.exists() and not Consent.objects.exists()
    assert not queries.people_visible_to(lead).exists()
    with pytest.raises(NotAllowed):  # as for somebody of others
        actions.correct(by=lead, person=found.code, facts=YOMIRA)


# Ages


@pytest.mark.parametrize(
    ("birth", "band", "told", "day", "expected"),
    [
        (date(2001, 7, 1), "", None, date(2019, 6, 30), "15–17"),
        (date(2001, 7, 1), "", None, date(2019, 7, 1), "18–24"),
        (None, "15–17", date(2016, 5, 1), date(2016, 6, 1), "15–17"),
        (None, "15–17", date(2016, 5, 1), date(2019, 4, 30), "15–17"),
        (None, "15–17", date(2016, 5, 1), date(2019, 5, 1), "18–24"),
        (None, "12–14", date(2016, 12, 31), date(2017, 1, 1), "12–14"),
        (None, "", None, date(2019, 1, 1), ""),
        (date(2030, 1, 1), "", None, date(2019, 1, 1), "0–11"),
    ],
)
def test_people_grow_older(birth, band, told, day, expected):
    assert rules.band_on(birth, band, told, day) == expected


def test_disability_is_told_by_the_recommended_cut_off():
    assert rules.has_disability("") is None
    assert rules.has_disability("121212") is False
    assert rules.has_disability("100300") is True
    assert rules.washington({"seeing": "4"}) == "400000"
    assert rules.washington({"seeing": ""}) == ""


def _raw(found: Person, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM people_person WHERE id = %s", [found.pk])
        return bytes(cursor.fetchone()[0])


def _account(key: str) -> int:
    return int(actor(key).id.partition(":")[2])
