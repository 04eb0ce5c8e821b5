"""Papers on which people agreed: filed small and sealed, opened by few, gone with the person."""

from __future__ import annotations

import json

import pytest
from cast import actor, make_programme
from django.db import connection, transaction
from django.utils import translation
from offered import make_attended
from papers import PDF, bomb, clear_png, photo, picture, scanned

from convive.domain.people import actions, actions_scans, queries
from convive.domain.people.consent import Word
from convive.domain.people.models import Consent, ConsentScan, Person
from convive.domain.programme import queries as programme
from convive.kernel import keyring, scans, sealed
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry
from convive.upkeep import keys

pytestmark = pytest.mark.django_db

ALIENS = [
    b"", b"GIF89a", b"<svg onload=alert(1)>", b"PK\x03\x04", b"\xff\xd8\xff\xd9", photo()[:2000],
    bomb(), bomb(8000), b"%PDF-" + bytes(scans.FILED_BYTES), b"%PDF-" + bytes(scans.MOST_BYTES),
]  # fmt: skip


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


def word(way: str = "signed", agrees: bool = True) -> Word:
    return Word("contact", "self", agrees, way, programme.today())


def filed(
    person: Person, scan: bytes = PDF, *, who: str = "case_worker", words=None
) -> ConsentScan:
    words = [word()] if words is None else words
    return actions_scans.record_on_paper(by=actor(who), person=person.code, words=words, scan=scan)


def raw(found: ConsentScan) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM people_consentscan WHERE id = %s", [found.pk])
        return bytes(cursor.fetchone()[0])


# Filed


def test_a_photograph_is_filed_upright_and_small_and_tells_nothing_else():
    person = make_attended()
    found = ConsentScan.objects.get(pk=filed(person, photo(turned=True)).pk)
    assert (found.kind, found.given_on) == (scans.JPEG, programme.today())
    seen = picture(found.content)
    assert seen.size == (1333, 2000) and not seen.getexif()
    assert seen.getpixel((600, 100))[0] < 60 and seen.getpixel((600, 1900))[0] > 200
    for said in (b"Maria", b"Exif", b"Telephone"):
        assert said not in found.content
    assert queries.agrees(person, "contact")


def test_what_a_png_lets_through_is_paper():
    kind, content = scans.filed(clear_png())
    assert kind == scans.JPEG and picture(content).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "I;16"])
def test_a_sheet_is_read_however_deep_its_scanner_sees(mode):
    seen = picture(scans.filed(scanned(mode))[1])
    assert seen.size == (2000, 133)
    assert seen.getpixel((100, 60))[0] < 20 and seen.getpixel((1900, 60))[0] > 240


def test_a_small_picture_is_not_blown_up():
    assert picture(scans.filed(photo(300, 200))[1]).size == (300, 200)


def test_a_pdf_comes_out_as_it_came():
    assert scans.filed(PDF) == (scans.PDF, PDF)


@pytest.mark.parametrize("content", ALIENS, ids=range(len(ALIENS)))
def test_what_is_no_scan_is_refused_and_nothing_is_written(content):
    person = make_attended()
    before = Consent.objects.count()
    with pytest.raises(BadInput) as caught:
        filed(person, content)
    assert [problem.where for problem in caught.value.problems] == ["scan"]
    assert Consent.objects.count() == before and not ConsentScan.objects.exists()
    assert not JournalEntry.objects.filter(did="people.scan-filed").exists()


@pytest.mark.parametrize("words", [[], [word("spoken")]])
def test_what_was_not_said_on_paper_has_no_scan(words):
    person = make_attended()
    with pytest.raises(BadInput, match="no paper"):
        filed(person, words=words)
    assert not ConsentScan.objects.exists()


def test_a_paper_with_a_fingerprint_and_one_that_takes_back_are_filed():
    person = make_attended()
    filed(person, words=[word("fingerprint")])
    filed(person, words=[word(agrees=False)])
    assert queries.scans(person).count() == 2 and not queries.agrees(person, "contact")


# Sealed


def test_the_database_holds_nothing_of_what_a_paper_shows():
    found = filed(make_attended())
    assert PDF[:8] not in raw(found) and b"alert" not in raw(found)
    assert ConsentScan.objects.get().content == PDF


def test_a_paper_moved_to_another_row_does_not_open():
    one, two = filed(make_attended()), filed(make_attended(1))
    with pytest.raises(TypeError, match="sealed for its row"), transaction.atomic():
        ConsentScan.objects.filter(pk=two.pk).update(content=PDF)
    ConsentScan.objects.filter(pk=two.pk).update(content=sealed.Closed(raw(one)))
    with pytest.raises(ValueError, match="another row"):
        assert ConsentScan.objects.get(pk=two.pk).content


def test_the_key_of_papers_is_turned_as_any_other():
    for number in range(7):  # more than are turned at once
        filed(make_attended(number))
    old = keyring.current().name
    assert sealed.key_names(ConsentScan) == {old}
    told: list[tuple[str, int]] = []
    keys.turn(by=programme.SYSTEM, progress=lambda *said: told.append(said))
    assert [count for table, count in told if table == "people.ConsentScan"] == [5, 7]
    assert sealed.key_names(ConsentScan) == {keyring.current().name} != {old}
    assert old not in {key.name for key in keyring.every()}
    assert {row.content for row in ConsentScan.objects.all()} == {PDF}


def test_a_list_of_papers_opens_none(monkeypatch):
    person = make_attended()
    filed(person)
    monkeypatch.setattr(keyring, "named", lambda name: pytest.fail("a paper was opened"))
    assert [row.kind for row in queries.scans(person)] == [scans.PDF]


# Opened, taken out, forgotten


def test_whoever_opens_a_paper_stands_in_the_journal_with_codes_alone():
    person = make_attended()
    found = filed(person)
    opened = actions_scans.open_scan(by=actor("agency_officer"), scan=found.code)
    assert opened.content == PDF
    entry = JournalEntry.objects.get(did="people.scan-opened")
    assert entry.who == actor("agency_officer").id and entry.subject == person.code
    assert entry.data == {"scan": found.code}
    assert person.given not in json.dumps(list(JournalEntry.objects.values_list("data")))


def test_another_organisation_files_opens_and_takes_out_nothing():
    person = make_attended()
    found = filed(person)
    other = "other_agency_officer"
    for act in (actions_scans.open_scan, actions_scans.drop_scan):
        with pytest.raises(NotAllowed):
            act(by=actor(other), scan=found.code)
    with pytest.raises(NotAllowed):
        filed(person, who=other)
    assert ConsentScan.objects.count() == 1


def test_a_wrong_paper_is_taken_out_and_the_words_stay():
    person = make_attended()
    found = filed(person)
    actions_scans.drop_scan(by=actor("case_worker"), scan=found.code)
    assert not ConsentScan.objects.exists() and queries.agrees(person, "contact")
    assert JournalEntry.objects.get(did="people.scan-dropped").data == {"scan": found.code}
    with pytest.raises(NotAllowed):  # as for one of others
        actions_scans.open_scan(by=actor("case_worker"), scan=found.code)


def test_papers_go_with_the_person_those_of_a_joined_row_too():
    one, two = make_attended(), make_attended(1)
    filed(one), filed(two)
    by = actor("agency_officer")
    actions.join(by=by, person=two.code, same_as=one.code)
    assert queries.scans(one).count() == 2
    actions.erase(by=by, person=one.code, reason="asked")
    assert not ConsentScan.objects.exists()
