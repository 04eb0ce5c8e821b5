"""One question after a service: without a name, shown in groups, answered by the team."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from cast import actor, make_programme, person
from django.db import connection
from django.utils import translation
from offered import make_activity, make_catalogue, make_completed

from convive.domain.programme import queries as programme
from convive.domain.services import actions_activities as activities
from convive.domain.services import actions_opinions as actions
from convive.domain.services import opinions
from convive.domain.services.duties import Activities
from convive.domain.services.models import Activity
from convive.domain.services.models_opinions import Opinion
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

SAID = "El profesor llega tarde los lunes."


@pytest.fixture
def found(db: None) -> Iterator[Activity]:
    with translation.override("en"):
        make_programme()
        make_catalogue()
        made = make_activity(sessions=1)
        make_completed(made)
        yield made


def say(found: Activity, rating: int = 4, text: str = SAID) -> str:
    return actions.say(activity=found.code, rating=rating, text=text)


def shown(found: Activity, later: int = 0) -> int:
    return len(opinions.shown(found, programme.today() + timedelta(days=later)))


def test_it_is_shown_in_whole_groups_of_five_or_after_two_weeks(found: Activity):
    counts = []
    for _n in range(6):
        say(found)
        counts.append(shown(found))
    assert counts == [0, 0, 0, 0, 5, 5]
    assert (shown(found, 13), shown(found, 14)) == (5, 6)


def test_nothing_says_who_wrote_it_and_the_text_is_sealed(found: Activity):
    code = say(found)
    one = Opinion.objects.get()
    assert one.text == SAID and opinions.by_code(code) == one and code not in one.code_hash
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM services_opinion")
        row = repr([bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()])
    assert "profesor" not in row
    fields = {field.name for field in Opinion._meta.concrete_fields}
    assert not fields & {"person", "enrolment", "said_at", "address", "user"}
    entry = JournalEntry.objects.get(did="services.opinion-said")
    assert entry.who == "anonymous" and entry.data == {} and entry.subject == found.code


def test_only_the_team_reads_and_answers(found: Activity):
    code = say(found)
    one = Opinion.objects.get()
    with pytest.raises(NotAllowed):  # not shown yet
        actions.answer(by=actor("case_worker"), opinion=one.code, text="Gracias")
    Opinion.objects.update(said_on=programme.today() - timedelta(days=14))
    assert opinions.reads(actor("case_worker"), found)
    for who in ("agency_officer", "other_agency_officer", "coordinator"):
        assert not opinions.reads(actor(who), found)
        with pytest.raises(NotAllowed):
            actions.answer(by=actor(who), opinion=one.code, text="Gracias")
    with pytest.raises(BadInput, match="no answer"):
        actions.answer(by=actor("case_worker"), opinion=one.code, text=" ")
    waits = [each.title for each in Activities().waiting(actor("case_worker"), programme.today())]
    assert "Answer what 1 person thought of “Bakery”" in waits
    actions.answer(by=actor("case_worker"), opinion=one.code, text="Ahora empieza a las 5.")
    read = opinions.by_code(code)
    assert read is not None and read.is_answered and read.answer == "Ahora empieza a las 5."
    waits = [each.title for each in Activities().waiting(actor("case_worker"), programme.today())]
    assert not [title for title in waits if "thought" in title]


def test_it_is_asked_from_the_first_session_until_a_while_after_the_last(found: Activity):
    today = programme.today()
    assert opinions.is_open(found, found.last_day + timedelta(days=60))
    assert not opinions.is_open(found, found.last_day + timedelta(days=61))
    empty = make_activity(sessions=1)
    assert not opinions.is_open(empty, today)
    for wrong in (empty.code, "none"):
        with pytest.raises(NotAllowed):
            actions.say(activity=wrong, rating=3, text="")
    for facts in ({"rating": 0, "text": ""}, {"rating": 3, "text": "x" * 1001}):
        with pytest.raises(BadInput):
            actions.say(activity=found.code, **facts)


def test_who_leaves_the_team_reads_no_more(found: Activity):
    officer = person("agency_officer").pk
    activities.set_team(by=actor("case_worker"), activity=found.code, team=[officer])
    assert not opinions.reads(actor("case_worker"), found)
    assert opinions.reads(actor("agency_officer"), found)
