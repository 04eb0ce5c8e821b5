"""Somebody entered twice: found by either row, shown once, taken apart whole."""

from __future__ import annotations

import dataclasses
from datetime import date
from importlib import import_module

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme
from django.apps import apps
from django.utils import translation

from convive.domain.people import actions, queries
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed

pytestmark = pytest.mark.django_db

ROSA = Facts(
    given="Rosa", paternal="Quispe", maternal="Huamán", dni="70123456", born=date(2001, 7, 30),
    district=LA_ESPERANZA,
)  # fmt: skip


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_programme()


def registered(**changes: object) -> Person:
    facts = dataclasses.replace(ROSA, **changes)
    return actions.register(by=programme.SYSTEM, organisation="unfpa", facts=facts, is_another=True)


def lead():
    return actor("agency_officer")


def join(row: Person, kept: Person) -> None:
    actions.join(by=lead(), person=row.code, same_as=kept.code)


def part(row: Person) -> None:
    actions.part(by=lead(), person=row.code)


def under() -> dict[str, str]:
    """Code of each row -> that under which it stands."""
    return {row.code: row.same_as.code if row.same_as else "" for row in Person.objects.all()}


# Found


def test_whoever_was_entered_twice_is_found_by_either_row():
    kept = registered()
    other = registered(given="Micaela", paternal="Ortiz", maternal="Ríos", dni="70999999")
    join(other, kept)
    for said in ("Micaela Ortiz Rios", "70999999", "Rosa Quispe Huaman", "70123456"):
        assert queries.find(lead(), said) == [kept], said
    part(other)
    assert queries.find(lead(), "Micaela Ortiz Rios") == [other]


def test_the_likest_by_either_row_comes_first():
    kept = registered(given="Zoila")
    registered(given="Rosita", dni="")
    join(registered(dni=""), kept)
    assert queries.find(lead(), "Rosa Quispe Huaman")[0] == kept


def test_whoever_may_not_be_seen_hides_nobody():
    near = registered(given="Rosaura", dni="")
    registered(given="Rosa", dni="70999999", district=EL_PORVENIR)
    assert queries.find(lead(), "Rosa Quispe Huaman") == [near]
    away, here = registered(dni="70888888", district=EL_PORVENIR), registered(dni="70777777")
    actions.join(by=programme.SYSTEM, person=away.code, same_as=here.code)
    assert queries.find(programme.SYSTEM, "70888888") == [here]
    assert queries.find(lead(), "70888888") == [here]


def test_the_number_of_a_joined_row_is_that_of_the_person():
    kept = registered()
    other = registered(given="Micaela", paternal="Ortiz", maternal="", dni="70999999")
    join(other, kept)
    (double,) = queries.likely_doubles("unfpa", Facts("Eva", "Soto", dni="70999999"))
    assert (double.person, double.row, double.same_dni) == (kept, other, True)
    (double,) = queries.likely_doubles("unfpa", Facts("Micaela", "Ortiz", age_band="18–24"))
    assert (double.person, double.same_dni) == (kept, False)
    assert queries.likely_doubles("unfpa", Facts("Micaela", "Ortiz", dni="70555555")) == []
    assert queries.likely_doubles("unfpa", ROSA, apart=kept) == []


# Taken apart


def test_a_wrong_joining_is_undone_whole():
    kept, other, third = registered(), registered(dni=""), registered(dni="", given="Rosita")
    join(third, other)
    with pytest.raises(BadInput, match="under another already"):
        join(other, third)
    join(other, kept)
    assert list(queries.people_visible_to(lead())) == [kept]
    assert list(queries.doubles_of(kept)) == [other, third]
    part(other)
    part(third)
    assert queries.people_visible_to(lead()).count() == 3
    with pytest.raises(NotAllowed):
        actions.join(by=actor("case_worker"), person=other.code, same_as=kept.code)
    with pytest.raises(BadInput, match="not two people"):
        join(kept, kept)


def test_what_was_joined_before_comes_back_with_the_row_that_is_taken_apart():
    one, two, three, four = (registered(dni="", given=f"Rosa{name}") for name in "abcd")
    join(two, one)
    before = under()
    join(one, three)
    assert under()[two.code] == three.code
    part(one)
    assert under() == before
    join(one, three)
    whole = under()
    join(three, four)
    assert set(under().values()) == {"", four.code}
    part(three)
    assert under() == whole
    part(two)  # the first joining was wrong, the second was not
    assert under() == {one.code: three.code, two.code: "", three.code: "", four.code: ""}
    part(one)
    assert set(under().values()) == {""}


def test_rows_that_were_joined_before_this_was_kept_stand_as_they_did():
    kept, other = registered(), registered(dni="")
    join(other, kept)
    Person.objects.update(joined_to=None)
    import_module("convive.domain.people.migrations.0006_joined_so_far").as_they_stand(apps, None)
    other.refresh_from_db()
    assert other.joined_to == kept and Person.objects.filter(joined_to=None).get() == kept
