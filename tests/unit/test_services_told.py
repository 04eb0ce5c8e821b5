"""Figures of services: no sum tells what is hidden; made-up people are never among real ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_programme
from django.utils import translation
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from offered import make_activity, make_attended, make_catalogue, make_completed

from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Programme
from convive.domain.services import actions_received, counting, rules
from convive.domain.services.counting import Unit
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.kernel.figures import Figure, Question, Status, figure
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

FLORENCIA = "PE-INEI:130103"
HERE = (LA_ESPERANZA, EL_PORVENIR, FLORENCIA)


@pytest.fixture(autouse=True)
def ground(db: None) -> Iterator[None]:
    with translation.override("en"):
        make_programme()
        make_catalogue()
        Programme.objects.update(thresholds={"girls_from": 10, "girls_to": 45})
        data = {"kind": "health", "source": "x", "phone": "1"}
        for code, kind in (("clinic", "health"), ("library", "education")):
            CatalogueEntry.objects.create(
                kind="resource", code=code, name_es=code, name_en=code, data={**data, "kind": kind}
            )
        yield


def ask(name: str, place: str | None = None, **where: str) -> Figure:
    """A figure of the two months that end with this one."""
    today = programme.today()
    first = rules.after_months(today.replace(day=1), -1)
    last = rules.after_months(today.replace(day=1), 1) - timedelta(days=1)
    return figure(f"services.{name}", Question(Period(first, last), place, where))


def girls(count: int, district: str = LA_ESPERANZA, first: int = 0, *codes: str) -> list[Person]:
    made = []
    for number in range(first, first + count):
        somebody = make_attended(number)
        for code in codes or ("clinic",):
            actions_received.give(
                by=actor("case_worker"), person=somebody.code, resource=code, on=programme.today()
            )
        made.append(somebody)
    Person.objects.filter(pk__in=[one.pk for one in made]).update(
        district=programme.place(district)
    )
    return made


def completed(
    count: int, left: int = 0, district: str = LA_ESPERANZA, service: str = "vocational-training",
    first: int = 0,
) -> list[Enrolment]:  # fmt: skip
    """So many who completed an activity, and of these so many who left it instead."""
    found = make_activity(service=service, sessions=1, places=99)
    rows = [make_completed(found, number) for number in range(first, first + count)]
    gone = [row.pk for row in rows[count - left :]]
    Enrolment.objects.filter(pk__in=gone).update(state="left", reason="work")
    Activity.objects.filter(pk=found.pk).update(district=programme.place(district))
    return rows


def values(name: str, **where: str) -> dict[str | None, int | None]:
    return {place: ask(name, place, **where).n for place in (None, *HERE)}


# What cannot be worked out


def test_girls_of_a_district_are_not_told_by_the_others_and_the_whole():
    girls(12, EL_PORVENIR)
    girls(14, LA_ESPERANZA, 12)
    girls(1, FLORENCIA, 26)
    told = values("girls_reached")
    assert told[FLORENCIA] is None and None in [told[None], told[EL_PORVENIR], told[LA_ESPERANZA]]
    girls(9, FLORENCIA, 27)
    assert values("girls_reached") == {
        None: 36, EL_PORVENIR: 12, LA_ESPERANZA: 14, FLORENCIA: 10
    }  # fmt: skip
    assert "where they live" in ask("girls_reached").method


def test_few_girls_who_received_several_kinds_are_not_told_by_the_others():
    girls(12, EL_PORVENIR)
    girls(14, LA_ESPERANZA, 12)
    girls(6, FLORENCIA, 26, "clinic", "library")  # 12 in two kinds, and 6 girls
    told = values("girls_reached")
    assert told[FLORENCIA] is None and None in [told[None], told[EL_PORVENIR], told[LA_ESPERANZA]]


def test_girls_of_several_organisations_are_said_to_count_twice():
    girls(10)
    assert not ask("girls_reached").marks
    for number in range(20, 30):
        other = make_attended(
            number, organisation="unodc", district=EL_PORVENIR, who="other_agency_officer"
        )
        actions_received.give(
            by=actor("other_agency_officer"), person=other.code, resource="clinic",
            on=programme.today(),
        )  # fmt: skip
    told = ask("girls_reached")
    assert told.value == 20 and "reach.people" in told.marks[0].text
    assert told.source == "UNFPA, UNODC"


@pytest.mark.parametrize("way", ["district", "service"])
def test_a_share_of_few_is_not_told_by_the_others_and_the_whole(way: str):
    service = "mentoring" if way == "service" else "vocational-training"
    far = EL_PORVENIR if way == "district" else LA_ESPERANZA
    completed(14, 6)
    completed(1, 0, far, service, 14)
    here = {"service": "vocational-training"} if way == "service" else {"place": LA_ESPERANZA}
    there = {"service": "mentoring"} if way == "service" else {"place": EL_PORVENIR}
    for name, more in (("completion", {}), ("retention", {"days": "5"})):
        assert ask(name, **there, **more).status is Status.SUPPRESSED
        told = [ask(name, **more).status, ask(name, **here, **more).status]
        assert Status.SUPPRESSED in told


def test_where_the_sums_of_one_table_are_hidden_the_other_does_not_add_up_to_them():
    units = [Unit("a", 1, True), Unit("a", 1, True), Unit("a", 2, True), *[Unit("b", 2, True)] * 2]
    CatalogueEntry.objects.create(kind="service", code="a", name_es="a", name_en="a")
    CatalogueEntry.objects.create(kind="service", code="b", name_es="b", name_en="b")
    assert not counting.tells(units)
    assert not any(counting.tells(units, service=each) for each in "ab")
    assert not any(counting.tells(units, district=each) for each in (1, 2))


@settings(max_examples=60, deadline=None)
@drawn(
    counts=st.lists(
        st.tuples(st.integers(0, 14), st.integers(0, 14)), min_size=2, max_size=4
    ).filter(lambda rows: any(map(any, rows)))
)
def test_no_difference_of_shares_that_are_told_is_small(counts: list[tuple[int, int]]):
    """Whoever takes districts that are told from the whole is left with nobody or with enough."""
    units = [
        Unit("vocational-training", at, part)
        for at, row in enumerate(counts)
        for part, count in zip((True, False), row, strict=True)
        for _each in range(count)
    ]
    there = [at for at, row in enumerate(counts) if any(row)]
    told = [at for at in there if counting.tells(units, district=at)]
    for row in (counts[at] for at in told):
        assert all(count == 0 or count >= 5 for count in row)
    if not counting.tells(units):
        return
    for part in (0, 1):
        whole = sum(row[part] for row in counts)
        for size in range(len(told) + 1):
            for some in combinations(told, size):
                rest = whole - sum(counts[at][part] for at in some)
                assert rest == 0 or rest >= 5


def test_placement_of_few_is_not_told_by_the_others_and_the_whole():
    rows = [*completed(16), *completed(7, 0, EL_PORVENIR, first=16)]
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.update(from_day=day, ended_on=day)
    for number, row in enumerate(rows):
        work = "yes" if number % 2 or number in (16, 18) else "no"
        Outcome.objects.create(
            enrolment=row, months=3, reply="reached", work=work,
            asked_on=programme.today(), asked_by="x",
        )  # fmt: skip
    here = ask("placement", LA_ESPERANZA, months="3")
    assert ask("placement", EL_PORVENIR, months="3").status is Status.SUPPRESSED
    assert Status.SUPPRESSED in [ask("placement", months="3").status, here.status]


# Made up or real


def test_people_made_up_in_an_activity_opened_by_hand_are_marked():
    completed(12, 6)
    girls(10, LA_ESPERANZA, 20)
    Person.objects.update(is_sample=True)
    assert (ask("completion").value, ask("people").value) == (50.0, 12)
    for told in (
        ask("people"), ask("completion"), ask("retention", days="5"), ask("girls_reached"),
        ask("retention", days="3650"),
    ):  # fmt: skip
        assert told.is_sample and told.status in (Status.OK, Status.UNDEFINED)


def test_no_figure_mixes_made_up_people_with_real_ones():
    real, sample = completed(12, 6), completed(10, 5, first=12)
    given, invented = girls(10, LA_ESPERANZA, 30), girls(11, LA_ESPERANZA, 40)
    made_up = [row.person_id for row in sample] + [one.pk for one in invented]
    Person.objects.filter(pk__in=made_up).update(is_sample=True)
    told = [ask("people"), ask("completion"), ask("retention", days="5"), ask("girls_reached")]
    assert [each.n for each in told] == [12, 12, 12, 10]
    assert not any(each.is_sample for each in told)
    assert ask("people", service="vocational-training").value == 12
    Person.objects.exclude(pk__in=made_up).update(is_sample=True)
    Activity.objects.filter(pk=real[0].activity_id).update(is_sample=True)
    told = [ask("people"), ask("completion"), ask("retention", days="5"), ask("girls_reached")]
    assert [each.n for each in told] == [22, 22, 22, 21]
    assert all(each.is_sample for each in told) and given


def test_what_is_hidden_of_made_up_people_is_marked_too():
    completed(3)
    Activity.objects.update(is_sample=True)
    told = ask("completion")
    assert told.status is Status.SUPPRESSED and told.is_sample


def test_a_double_of_somebody_made_up_is_made_up():
    rows = completed(6)
    kept = make_attended(20)
    Person.objects.filter(pk=rows[0].person_id).update(same_as=kept)
    Person.objects.filter(pk=kept.pk).update(is_sample=True)
    assert Enrolment.objects.get(pk=rows[0].pk).is_sample
    assert (ask("people").value, ask("completion").n) == (5, 5)


def test_made_up_outcomes_are_marked():
    completed(6)
    day = rules.after_months(programme.today(), -3)
    Enrolment.objects.update(from_day=day, ended_on=day)
    Person.objects.update(is_sample=True)
    told = ask("placement", months="3")
    assert told.status is Status.SUPPRESSED and told.is_sample
