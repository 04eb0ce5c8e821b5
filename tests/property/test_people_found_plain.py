"""Who bears the words of a name, who may be the same person, who was not asked yet: each beside a
plain walk over everybody."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convive.domain.people import actions, queries, search
from convive.domain.people.actions import Entry, Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.people.queries import Agreed, Alike
from convive.domain.programme import queries as programme

pytestmark = pytest.mark.django_db

ORGANISATION = "unfpa"
GIVEN = ("Rosa", "Yomira", "Ana", "Nélida", "Wilmer")
SURNAMES = ("Quispe", "Huamán", "Flores", "Chávez", "Ibáñez", "Rojas")
DAYS = (None, date(1999, 4, 3), date(1999, 3, 4), date(2001, 7, 30))
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def facts(given: str, paternal: str, maternal: str, born: date | None, dni: str = "") -> Facts:
    return Facts(
        given=given, paternal=paternal, maternal=maternal, born=born, dni=dni, sex="F",
        age_band="" if born else "18–24", district=LA_ESPERANZA,
    )  # fmt: skip


def entry(at: int) -> Entry:
    said = facts(
        GIVEN[at % 5], SURNAMES[at % 6], SURNAMES[at * 7 % 6], DAYS[at % 4],
        f"7012{at:04}" if at % 3 else "",
    )  # fmt: skip
    words = [Word("services", "self", at % 5 > 0, "signed", programme.today())] if at % 4 else []
    return Entry(said, words)


@pytest.fixture
def register(db: None) -> list[Person]:
    make_programme()
    worker = actor("agency_officer")
    made = actions.register_all(
        by=worker, organisation=ORGANISATION, entries=[entry(at) for at in range(60)]
    )
    account = programme.account_of(worker)
    Person.objects.filter(pk__in=[one.pk for one in made[:40]]).update(worker=account)
    return list(Person.objects.order_by("pk"))


@pytest.fixture
def joined(register: list[Person]) -> list[Person]:
    """Every third row stands under one before it; every fourth lives where the officer is not."""
    place = programme.place(EL_PORVENIR)
    Person.objects.filter(pk__in=[one.pk for one in register[::4]]).update(district=place)
    for row, kept in zip(register[2::3], register[::3], strict=False):
        actions.join(by=programme.SYSTEM, person=row.code, same_as=kept.code)
    return list(Person.objects.order_by("pk"))


def borne(row: Person, wanted: list[str]) -> int:
    """How many of these words the row bears one like."""
    own = search.words(row.given, row.paternal, row.maternal)
    return sum(any(search.forms(word) & search.forms(each) for each in own) for word in wanted)


def test_whoever_is_found_is_the_likest_of_those_who_may_be_seen(joined: list[Person]):
    rows: dict[int, list[Person]] = {}
    for row in joined:
        rows.setdefault(row.same_as_id or row.pk, []).append(row)
    officer = actor("agency_officer")
    seen = {row.pk for row in queries.people_visible_to(officer)}
    assert 0 < len(seen) < len(rows) < len(joined)
    known = st.sampled_from([*GIVEN, *SURNAMES, "Kispe", "Jomira", "Guaman", "Nadie"])

    @FEW
    @given(st.lists(known, min_size=1, max_size=4), st.sampled_from(["officer", "system"]))
    def check(said: list[str], who: str) -> None:
        wanted = search.words(*said)
        plain = {
            pk: max(borne(row, wanted) for row in own)
            for pk, own in rows.items()
            if who == "system" or pk in seen
        }
        best = max(plain.values())
        likest = {pk for pk, count in plain.items() if count == best}
        found = queries.find(officer if who == "officer" else programme.SYSTEM, " ".join(said))
        least = max(1, len(wanted) - 1)
        assert {row.pk for row in found} == (likest if best >= least else set())

    check()
    for row in joined:
        if row.dni:
            kept = row.same_as_id or row.pk
            told = [one.pk for one in queries.find(officer, row.dni)]
            assert told == ([kept] if kept in seen else [])


def test_whoever_may_be_the_same_is_met_by_each_of_their_rows(joined: list[Person]):
    for row in joined:
        kept = row.same_as or row
        own = facts(row.given, row.paternal, row.maternal, None, row.dni)
        for asked in (own, facts("Eva", "Ríos", "", None, row.dni)):
            alone = queries.likely_doubles(ORGANISATION, asked)
            assert alone == Alike(ORGANISATION, [asked]).to(asked)
            people = [double.person.pk for double in alone]
            assert len(people) == len(set(people)) and not any(d.person.same_as for d in alone)
            if row.dni:
                assert alone[0].person == kept and alone[0].same_dni and alone[0].row == row


def test_every_word_is_counted_once_for_each_who_bears_one_like_it(register: list[Person]):
    own = {one.pk: search.words(one.given, one.paternal, one.maternal) for one in register}
    tokens = search.Tokens(ORGANISATION)
    known = st.sampled_from([*GIVEN, *SURNAMES, "Kispe", "Jomira", "Flore", "Guaman", "Nadie"])

    @FEW
    @given(st.lists(known, min_size=1, max_size=4), st.integers(1, 3))
    def check(said: list[str], least: int) -> None:
        wanted = search.words(*said)
        plain = Counter(
            {
                pk: sum(
                    any(search.forms(word) & search.forms(other) for other in words)
                    for word in wanted
                )
                for pk, words in own.items()
            }
        )
        found = queries._sharing([tokens.of_word(word) for word in wanted], least)
        assert found == Counter({pk: count for pk, count in plain.items() if count >= least})

    check()


def test_one_alone_meets_the_same_as_one_of_many(register: list[Person]):
    @FEW
    @given(
        st.sampled_from(GIVEN), st.sampled_from(SURNAMES), st.sampled_from(("", *SURNAMES)),
        st.sampled_from((*DAYS, date(1999, 4, 20))), st.sampled_from(("", "70120004", "70129999")),
    )  # fmt: skip
    def check(given: str, paternal: str, maternal: str, born: date | None, dni: str) -> None:
        asked = facts(given, paternal, maternal, born, dni)
        alone = queries.likely_doubles(ORGANISATION, asked)
        assert alone == Alike(ORGANISATION, [asked, facts("Eva", "Ríos", "", None)]).to(asked)
        for double in alone:
            assert double.same_dni or queries.births(double.row.born, asked) is not False

    check()


def test_whoever_did_not_agree_is_counted_without_being_read(register: list[Person]):
    account = programme.account_of(actor("agency_officer"))
    assert account is not None
    for years in (0, 30):
        day = programme.today() + timedelta(days=365 * years)
        people = list(queries.caseload(account.pk))
        agreed = Agreed(people, day)
        plain = sum(not agreed.to("services", one) for one in people)
        assert 0 < plain < len(people) and queries.unasked(account.pk, day) == plain
