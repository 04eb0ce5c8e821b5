"""Who bears the words of a name, who may be the same person, who was not asked yet: each beside a
plain walk over everybody."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from cast import LA_ESPERANZA, actor, make_programme
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
            assert double.same_dni or queries.births(double.person.born, asked) is not False

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
