"""What became of those who completed: who is asked when, what is kept, and the share in work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from cast import actor, make_programme, person
from django.db import IntegrityError, transaction
from django.utils import translation
from offered import make_activity, make_catalogue, make_completed

from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import actions_outcomes as actions
from convive.domain.services import outcomes, rules
from convive.domain.services.actions_outcomes import Said
from convive.domain.services.duties import Activities
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.figures import Question, Status, figure
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

CALLED = ("services", "reporting", "contact")
WORKS = Said("reached", "yes", "formal", 40, "low", "no", "no")


@pytest.fixture(autouse=True)
def ground(db: None) -> Iterator[None]:
    with translation.override("en"):
        make_programme()
        make_catalogue()
        for code, least in (("high", 1000), ("low", 0)):
            CatalogueEntry.objects.create(
                kind="income", code=code, name_es=code, name_en=code, data={"least": least}
            )
        yield


def completed(number: int = 0, months: int = 3, found: Activity | None = None, **more: object):
    """Somebody who completed so many months ago."""
    more.setdefault("agrees", CALLED)
    row = make_completed(found or make_activity(sessions=1), number, **more)
    day = rules.after_months(programme.today(), -months)
    Enrolment.objects.filter(pk=row.pk).update(from_day=day, ended_on=day)
    row.refresh_from_db()
    return row


def record(row: Enrolment, said: Said = WORKS, months: int = 3, who: str = "case_worker"):
    return actions.record(by=actor(who), enrolment=row.code, months=months, said=said)


# Rules


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, then: date):
    assert rules.after_months(day, months) == then


@pytest.mark.parametrize(
    ("said", "today", "asked"),
    [
        ((), date(2024, 4, 14), None),
        ((), date(2024, 4, 15), 3),
        ((3,), date(2024, 4, 15), None),
        ((3,), date(2024, 7, 15), 6),
        ((), date(2024, 7, 15), 6),  # nobody is asked how it was three months ago
        ((6,), date(2025, 1, 15), 12),
        ((), date(2025, 3, 14), 12),
        ((), date(2025, 3, 15), None),
    ],
)
def test_when_somebody_is_asked(said: tuple[int, ...], today: date, asked: int | None):
    assert rules.asked_now(date(2024, 1, 15), said, today) == asked


# Writing


def test_what_somebody_says_is_kept_and_the_newest_word_holds():
    row = completed()
    one = record(row)
    assert (one.work, one.formality, one.hours, one.income.code) == ("yes", "formal", 40, "low")
    record(row, Said("reached", "no", "formal", 40, "low"))
    one.refresh_from_db()
    assert Outcome.objects.count() == 1
    assert (one.work, one.formality, one.hours, one.income) == ("no", "", None, None)
    record(row, Said("unreachable"))
    one.refresh_from_db()
    assert (one.reply, one.work) == ("unreachable", "")
    entries = JournalEntry.objects.filter(did="services.outcome-written")
    assert [entry.data for entry in entries] == [{"months": 3}] * 3


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said("perhaps"), "reply"),
        (Said("reached"), "work"),
        (Said("unreachable", work="yes"), "reply"),
        (Said("reached", "yes", formality="x"), "formality"),
        (Said("reached", "yes", hours=113), "hours"),
        (Said("reached", "yes", income="x"), "income"),
        (Said("reached", "no", school="x"), "school"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(said: Said, field: str):
    row = completed()
    with pytest.raises(BadInput) as caught:
        record(row, said)
    assert [each.where for each in caught.value.problems] == [field]
    assert not Outcome.objects.exists()


def test_nobody_writes_too_early_or_of_who_may_not_be_called_or_of_others():
    with pytest.raises(BadInput, match="too early"):
        record(completed(), months=6)
    with pytest.raises(BadInput, match="too early"):
        record(completed(1), months=4)
    with pytest.raises(BadInput, match="calls or writes"):
        record(completed(2, agrees=("services", "reporting")))
    with pytest.raises(NotAllowed):
        record(completed(3), who="other_agency_officer")
    row = completed(4)
    Enrolment.objects.filter(pk=row.pk).update(state="enrolled", ended_on=None)
    with pytest.raises(BadInput, match="did not complete"):
        record(row)


def test_the_database_keeps_what_was_said_and_nothing_else():
    row = completed()
    common = {"enrolment": row, "months": 3, "asked_on": programme.today(), "asked_by": "x"}
    for wrong in (
        {"reply": "reached"},
        {"reply": "unreachable", "work": "yes"},
        {"reply": "reached", "work": "no", "hours": 3},
        {"reply": "reached", "work": "no", "months": 5},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Outcome.objects.create(**{**common, **wrong})


def test_who_is_due_waits_for_whoever_runs_it():
    found = make_activity(sessions=1, places=9)
    row = completed(0, 3, found)
    completed(1, 3, found, agrees=("services",))  # may not be called
    completed(2, 2, found)
    old = completed(3, 13, found)
    today = programme.today()

    def waits() -> list[str]:
        mine = Activities().waiting(actor("case_worker"), today)
        return [each.id for each in mine if "Ask how" in each.title]

    assert waits() == [f"{old.code}-12", f"{row.code}-3"]
    assert [each.months for each in outcomes.due(Activity.objects.all(), today)] == [12, 3]
    record(row, Said("unreachable"))
    assert waits() == [f"{old.code}-12"]
    no = Word("contact", "self", False, "spoken", today)
    people.record_words(by=actor("case_worker"), person=old.person.code, words=[no])
    assert waits() == []
    assert not list(Activities().waiting(actor("agency_officer"), today))


# The figure


def asked(**where: str):
    last = programme.today()
    first = rules.after_months(last.replace(day=1), 0)
    end = rules.after_months(first, 1) - timedelta(days=1)
    return figure(
        "services.placement", Question(Period(first, end), where={"months": "3", **where})
    )


def test_the_share_in_work_is_of_those_reached():
    found = make_activity(sessions=1, places=30)
    rows = [completed(number, 3, found) for number in range(21)]
    for number, row in enumerate(rows[:15]):
        record(row, WORKS if number < 9 else Said("reached", "no"))
    for row in rows[15:20]:
        record(row, Said("unreachable"))
    told = asked()
    assert (told.value, told.n, told.status) == (pytest.approx(60.0), 15, Status.OK)
    # Clopper–Pearson of 9 of 15, as published tables have it
    assert (told.lower, told.upper) == (
        pytest.approx(32.29, abs=0.01),
        pytest.approx(83.66, abs=0.01),
    )
    assert "Not reached: 6." in [mark.text for mark in told.marks]
    assert asked(service="mentoring").status is Status.MISSING
    assert asked(months="12").status is Status.MISSING


def test_small_counts_are_hidden_and_who_says_no_is_not_counted():
    found = make_activity(sessions=1, places=30)
    rows = [completed(number, 3, found) for number in range(10)]
    for number, row in enumerate(rows):
        record(row, WORKS if number < 6 else Said("reached", "no"))
    assert asked().status is Status.SUPPRESSED and "6" not in asked().words
    no = Word("reporting", "self", False, "spoken", programme.today())
    for row in rows[6:]:
        people.record_words(by=actor("case_worker"), person=row.person.code, words=[no])
    told = asked()
    assert (told.value, told.n) == (100.0, 6)
    assert "Not reached: 0." in [mark.text for mark in told.marks]


def test_it_is_asked_by_whole_months_and_known_ones():
    with pytest.raises(BadInput, match="after so many months"):
        asked(months="4")
    day = programme.today()
    with pytest.raises(BadInput, match="whole months"):
        figure("services.placement", Question(Period(day, day + timedelta(days=2))))
    assert person("case_worker")
