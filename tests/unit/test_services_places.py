"""Who is full, as their activities tell it to whoever refers somebody; and what is never told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme
from django.utils import translation
from offered import make_activity, make_attended, make_catalogue

from convive.domain.people import openings
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.referrals import actions as referrals
from convive.domain.referrals import queries
from convive.domain.referrals.forms import SendForm
from convive.domain.services import actions, actions_activities
from convive.domain.services.models import Activity

pytestmark = pytest.mark.django_db

BODY, OFFICER = "unodc", "other_agency_officer"


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def service(code: str = "vocational-training") -> CatalogueEntry:
    return CatalogueEntry.objects.get(code=code)


def course(taken: int, **more: object) -> Activity:
    """Of two places in El Porvenir, so many taken."""
    more = {"service": "vocational-training", "district": EL_PORVENIR, **more}
    found = make_activity(OFFICER, organisation=BODY, **more)
    for number in range(taken):
        one = make_attended(number, organisation=BODY, district=EL_PORVENIR, who=OFFICER)
        actions.enrol(by=actor(OFFICER), activity=found.code, person=one.code)
    return found


def full(district: str = EL_PORVENIR, code: str = "vocational-training") -> set[str]:
    return openings.full(service(code), district)


@pytest.mark.parametrize(("taken", "told"), [(1, set()), (2, {BODY}), (3, {BODY})])
def test_it_is_full_when_no_place_is_free(taken, told):
    course(taken)
    assert full() == told
    assert full(code="mentoring") == set()


def test_one_free_place_within_reach_is_enough():
    course(2)
    course(0)
    assert full() == set()


def test_the_district_of_the_person_counts_and_all_where_nothing_is_given_there():
    course(2)
    assert full(LA_ESPERANZA) == full("") == {BODY}
    there = course(0)
    Activity.objects.filter(pk=there.pk).update(district=programme.place(LA_ESPERANZA))
    assert (full(EL_PORVENIR), full(LA_ESPERANZA), full("")) == ({BODY}, set(), set())


def test_what_is_over_closed_or_not_given_tells_nothing():
    assert full() == set()
    found = course(2)
    yesterday = programme.today() - timedelta(days=1)
    Activity.objects.filter(pk=found.pk).update(last_day=yesterday)
    assert full() == set()
    empty = course(0)
    actions_activities.close(by=actor(OFFICER), activity=empty.code)
    assert full() == set()


def test_of_a_sensitive_service_nothing_is_told():
    course(2, service="legal-aid")
    assert full(code="legal-aid") == set()


# Where one refers


def choices(person: Person) -> dict[str, str]:
    form = SendForm(None, person=person, service=service(), may_override=False)
    return dict(form.fields["receiver"].choices)


def said(room: str) -> None:
    referrals.say_room(
        by=actor(OFFICER), organisation=BODY, service="vocational-training", room=room
    )


def test_a_full_organisation_that_said_nothing_is_marked_where_one_chooses():
    person = make_attended()
    assert "full" not in choices(person)[BODY]
    course(2)
    assert choices(person)[BODY].endswith("– full: no free place in its activities within reach")
    assert [code for code, name in choices(person).items() if "full" in name] == [BODY]


def test_what_an_organisation_says_goes_before_what_its_places_tell():
    person = make_attended()
    course(2)
    said("open")
    assert queries.narrowed(service(), person) == {}
    said("closed")
    assert queries.narrowed(service(), person)[BODY].room == "closed"
