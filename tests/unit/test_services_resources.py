"""Places that help: opening hours, what somebody was given, girls and young women reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme, person
from django.utils import translation
from hypothesis import given as drawn
from hypothesis import strategies as st
from offered import make_activity, make_attended, make_catalogue, make_completed

from convive.domain.people import actions as people
from convive.domain.people import beside
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Programme
from convive.domain.services import actions, opening, received, resources, rules
from convive.domain.services import actions_received as giving
from convive.domain.services.models import Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.models_received import Received
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.figures import Question, Status, figure
from convive.kernel.periods import Period

NEUTRAL = "A place or line that helps"
FEAST = {"12-25", "2026-04-03", "02-29"}


# Opening hours: no database


def spans(*texts: str) -> list[opening.Span]:
    return [opening.span(text) for text in texts]


@pytest.mark.parametrize(
    ("hours", "at", "is_open"),
    [
        (("mon-fri 08:00-13:00",), "2026-11-30T08:00", True),  # a Monday
        (("mon-fri 08:00-13:00",), "2026-11-30T13:00", False),
        (("mon-fri 08:00-13:00",), "2026-11-29T09:00", False),
        (("fri-sat 20:00-02:00",), "2026-11-28T01:59", True),  # the night of Friday
        (("fri-sat 20:00-02:00",), "2026-11-29T01:59", True),
        (("fri-sat 20:00-02:00",), "2026-11-29T02:00", False),
        (("fri-sat 20:00-02:00",), "2026-11-30T01:00", False),
        (("sat-mon 10:00-12:00",), "2026-11-29T11:00", True),  # over the end of the week
        (("mon-sun 00:00-24:00",), "2026-11-30T23:59", True),
        (("mon-sun 00:00-24:00",), "2026-12-25T12:00", False),  # a holiday
        (("thu 20:00-02:00",), "2026-12-25T01:00", True),  # it began the evening before
        (("fri 20:00-02:00",), "2026-12-26T01:00", False),  # it would begin on the holiday
        (("mon-sun 08:00-20:00", "holidays 09:00-12:00"), "2026-12-25T10:00", True),
        (("mon-sun 08:00-20:00", "holidays 09:00-12:00"), "2026-12-25T13:00", False),
        (("holidays 09:00-12:00",), "2026-11-30T10:00", False),
        (("mon-sun 08:00-20:00",), "2026-04-03T10:00", False),  # a day that moves
        (("mon-sun 08:00-20:00",), "2027-04-03T10:00", True),
        (("mon-sun 08:00-20:00",), "2028-02-29T10:00", False),
        (("mon-sun 08:00-20:00",), "2027-03-01T10:00", True),
    ],
)
def test_whether_a_place_is_open(hours: tuple[str, ...], at: str, is_open: bool):
    assert opening.is_open(spans(*hours), datetime.fromisoformat(at), FEAST) is is_open


@pytest.mark.parametrize(
    "text",
    ["", "mon 8:00-9:00", "lun 08:00-09:00", "mon 08:00-08:00", "mon 25:00-26:00",
     "mon 08:60-09:00", "mon 24:00-25:00", "holidays-mon 08:00-09:00", "mon 08:00-24:01"],
)  # fmt: skip
def test_what_is_no_span_is_refused(text: str):
    with pytest.raises(ValueError):
        opening.span(text)


@pytest.mark.parametrize("text", ["12-32", "02-30", "2027-02-29", "x", "1-1"])
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(ValueError):
        opening.holiday(text)


@drawn(
    day=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    start=st.integers(0, 1439),
    long=st.integers(1, 1439),
    since=st.integers(0, 2879),
)
def test_a_span_is_open_for_exactly_its_minutes(day: date, start: int, long: int, since: int):
    end = (start + long) % 1440
    times = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    one = spans(f"{opening.DAYS[day.weekday()]} {times}")
    at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=since)
    assert opening.is_open(one, at) is (start <= since < start + long)


# What is listed


def make_resource(code: str, kind: str = "health", **data: object) -> CatalogueEntry:
    facts = {"offers_es": "Da", "offers_en": "Gives", "source": "x", "phone": "1", **data}
    return CatalogueEntry.objects.create(
        kind="resource", code=code, name_es=code, name_en=code, data={"kind": kind, **facts}
    )


@pytest.fixture
def ground(db: None) -> Iterator[None]:
    with translation.override("en"):
        make_programme()
        make_catalogue()
        make_resource("clinic", hours=["mon-fri 08:00-13:00"], district=LA_ESPERANZA, age_from=12)
        make_resource("shelter", "protection", sensitive=True)
        make_resource("library", "education", district=EL_PORVENIR, age_to=17, sample=True)
        CatalogueEntry.objects.create(
            kind="holiday", code="x", name_es="x", name_en="x", data={"day": "12-25"}
        )
        yield


def names(**where: str) -> list[str]:
    monday = datetime.fromisoformat("2026-11-30T09:00")
    return [row.code for row in resources.shown(monday, **where)]


@pytest.mark.usefixtures("ground")
def test_what_is_open_comes_first_and_what_serves_all_serves_each():
    assert names() == ["clinic", "library", "shelter"]
    assert names(district=LA_ESPERANZA) == ["clinic", "shelter"]
    assert names(kind="education") == ["library"]
    assert names(kind="education", district=LA_ESPERANZA) == []
    clinic, library, _shelter = resources.shown(datetime.fromisoformat("2026-11-30T09:00"))
    assert (clinic.is_open, clinic.ages, clinic.hours) == (
        True, "from 12 years", ("Mon–Fri 08:00–13:00",)
    )  # fmt: skip
    assert (library.is_open, library.ages, library.is_sample) == (None, "up to 17 years", True)
    assert not resources.shown(datetime.fromisoformat("2026-12-25T09:00"))[0].is_open
    assert resources.hours_said("mon-sun 00:00-24:00") == "every day, all day"
    assert resources.hours_said("holidays 09:00-12:00") == "holidays 09:00–12:00"


# What somebody was given


def give(code: str, number: int = 0, who: str = "case_worker", **more: object) -> Received:
    on = more.pop("on", programme.today())
    somebody = more.pop("person", None) or make_attended(number, **more)
    return giving.give(by=actor(who), person=somebody.code, resource=code, on=on)


def lines(row: Received, who: str) -> list[str]:
    found = beside.sections(row.person, actor(who))
    return [line.text for part in found for line in part.lines]


@pytest.mark.usefixtures("ground")
def test_it_stands_on_the_page_of_the_person_and_what_is_sensitive_for_its_own_alone():
    plain = give("clinic")
    secret = give("shelter", person=plain.person)
    assert lines(plain, "case_worker") == [NEUTRAL, "clinic"]
    assert lines(plain, "agency_officer") == ["clinic"]
    assert beside.sections(plain.person, actor("analyst")) == []
    people.hand_over(
        by=actor("agency_officer"), people=[plain.person.code], worker=person("agency_officer").pk
    )
    secret.refresh_from_db()
    assert lines(secret, "agency_officer") == [NEUTRAL, "clinic"]
    assert received.given_to([plain.person.pk], actor("other_agency_officer")) == []
    give("clinic", person=plain.person)
    assert Received.objects.count() == 2  # twice on a day is once


@pytest.mark.usefixtures("ground")
def test_services_of_sensitive_activities_are_seen_by_their_team_alone():
    row = make_completed(make_activity(service="legal-aid", sessions=1))
    found = beside.sections(row.person, actor("case_worker"))
    assert [line.text for part in found for line in part.lines] == ["Guidance service A"]
    assert "Bakery" not in repr(found)
    (hidden,) = beside.sections(row.person, actor("agency_officer"))
    assert hidden.lines == ()


@pytest.mark.usefixtures("ground")
def test_nobody_gives_what_is_not_listed_or_without_consent_or_to_others():
    with pytest.raises(BadInput, match="not in the list"):
        give("none")
    with pytest.raises(BadInput, match="agree to be attended"):
        give("clinic", 1, agrees=())
    with pytest.raises(BadInput, match="still to come"):
        give("clinic", 2, on=programme.today() + timedelta(days=1))
    for who in ("other_agency_officer", "analyst"):
        with pytest.raises(NotAllowed):
            give("clinic", 3, who)
    secret = give("shelter", 4)
    with pytest.raises(NotAllowed):
        giving.take_back(by=actor("agency_officer"), received_code=secret.code)
    giving.take_back(by=actor("case_worker"), received_code=secret.code)
    assert not Received.objects.exists()


@pytest.mark.usefixtures("ground")
def test_who_is_forgotten_keeps_no_place_and_counts_as_before():
    found = make_activity(sessions=1, places=1)
    somebody, waits = make_attended(0), make_attended(1)
    for one in (somebody, waits):
        actions.enrol(
            by=actor("case_worker"), activity=found.code, person=one.code, on=found.first_day
        )
    give("clinic", person=somebody)
    give("shelter", person=somebody)
    done = make_completed(make_activity(sessions=1), 2)
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.filter(pk=done.pk).update(from_day=day, ended_on=day)
    Outcome.objects.create(
        enrolment=done, months=3, reply="reached", work="yes", hours=40,
        asked_on=programme.today(), asked_by="x",
    )  # fmt: skip
    for one in (somebody, done.person):
        people.erase(by=actor("agency_officer"), person=one.code, reason="asked")
    states = {row.person_id: (row.state, row.reason) for row in found.enrolments.all()}
    assert states == {somebody.pk: ("left", "lost"), waits.pk: ("enrolled", "")}
    assert [row.resource.code for row in Received.objects.all()] == ["clinic"]
    outcome = Outcome.objects.get()
    assert (outcome.work, outcome.hours) == ("yes", None)


# Girls and young women


def reached(**where: str):
    today = programme.today()
    first = today.replace(day=1)
    period = Period(first, rules.after_months(first, 1) - timedelta(days=1))
    return figure("services.girls_reached", Question(period, where=where))


@pytest.mark.usefixtures("ground")
def test_girls_and_young_women_are_counted_once_and_by_kind():
    assert reached().status is Status.MISSING
    Programme.objects.update(thresholds={"girls_from": 10, "girls_to": 45})
    girls = [give("clinic", number).person for number in range(12)]
    for one in girls[:11]:
        give("library", person=one)
    give("clinic", 12, sex="M")
    give("clinic", 13, agrees=("services",))
    assert (reached().value, reached(kind="health").value) == (12, 12)
    assert reached(kind="education").value == 11
    assert reached(kind="legal").value == 0
    Programme.objects.update(thresholds={"girls_from": 10, "girls_to": 20})
    assert reached().value == 0


@pytest.mark.usefixtures("ground")
def test_few_girls_are_not_told_and_a_service_that_is_a_resource_counts():
    Programme.objects.update(thresholds={"girls_from": 10, "girls_to": 45})
    CatalogueEntry.objects.filter(code="mentoring").update(data={"resource": "education"})
    found = make_activity(service="mentoring", sessions=1, places=20)
    rows = [make_completed(found, number) for number in range(9)]
    assert reached().status is Status.SUPPRESSED and "9" not in reached().words
    rows.append(make_completed(found, 9))
    assert (reached().value, reached(kind="education").value) == (10, 10)
    for row in rows[:4]:
        give("clinic", person=row.person)
    assert reached(kind="health").status is Status.SUPPRESSED
    with pytest.raises(BadInput, match="no resource of this kind"):
        reached(kind="x")
