"""Referrals, counted: of whom, from how many on, and what nobody works out from what is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor
from django.utils import timezone, translation
from referred import AGREES, DEEDS, make_ground, receiver, sent, somebody, word

from convive.domain.people import actions as people
from convive.domain.people.models import Person
from convive.domain.referrals import actions, measures
from convive.domain.referrals.models import Referral
from convive.kernel.errors import BadInput
from convive.kernel.figures import Question, figure
from convive.kernel.figures import Status as Told
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
COUNTED = (*AGREES, word("reporting"))


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        yield make_ground()


def one(name: str, **changes: object) -> Person:
    return somebody(words=COUNTED, given=name, **changes)


def ask(name: str, *, place: str | None = None, **where: str):
    return figure(name, Question(Period.between("2020", "2100"), place=place, where=where))


def to(count: int, **changes: object) -> list[Referral]:
    """So many open referrals, of as many people."""
    return [sent(one(f"Ana{n}"), **changes) for n in range(count)]


def spread_out(count: int) -> list[Referral]:
    """Referrals sent 100 days ago, the nth answered after n days and done after 2n."""
    start = timezone.now() - timedelta(days=100)
    made = []
    for n in range(1, count + 1):
        found = sent(one(f"Rosa{n}"))
        DEEDS["accepted"](receiver(), found.code)
        DEEDS["done"](receiver(), found.code)
        Referral.objects.filter(pk=found.pk).update(
            sent_at=start,
            responded_at=start + timedelta(days=n),
            ended_at=start + timedelta(days=2 * n),
        )
        made.append(found)
    return made


def test_days_are_counted_with_their_interval():
    spread_out(10)
    found = ask("referrals.median_days")
    assert (found.value, found.lower, found.upper, found.n) == (5, 2, 9, 10)  # X(2) to X(9)
    assert ask("referrals.median_days", stage="done").value == 10
    assert ask("referrals.p90_days").value == 9
    assert ask("referrals.p90_days").upper == float("inf")
    for where in ({"receiver": "unodc"}, {"sender": "unfpa"}, {"sex": "F"}):
        assert ask("referrals.median_days", **where).n == 10
    assert ask("referrals.median_days", sex="M").status is Told.MISSING
    assert ask("referrals.open").value == 0


def test_whoever_still_waits_is_not_left_out():
    spread_out(5)
    for n in range(5):
        found = sent(one(f"Ana{n}"))
        Referral.objects.filter(pk=found.pk).update(sent_at=timezone.now() - timedelta(days=90))
    found = ask("referrals.median_days")
    assert found.value == 5 and found.n == 10 and found.upper == float("inf")
    assert "Kaplan" in found.method
    assert ask("referrals.p90_days").status is Told.UNDEFINED
    assert ask("referrals.open").value == 5


def test_few_are_not_told():
    spread_out(4)
    found = sent(one("Ana"))
    assert ask("referrals.open").status is Told.SUPPRESSED
    assert ask("referrals.median_days", stage="done").status is Told.OK
    actions.reject(by=receiver(), referral=found.code, reason="full")
    assert ask("referrals.median_days", stage="done").status is Told.SUPPRESSED
    assert ask("referrals.median_days").status is Told.OK
    with pytest.raises(BadInput, match="no stage"):
        ask("referrals.median_days", stage="dinner")
    assert ask("referrals.median_days", place=EL_PORVENIR).status is Told.MISSING
    assert measures.STAGES == ("response", "done")


def test_nobody_is_counted_who_does_not_agree_to_it():
    whom = [found.person for found in to(9)]
    assert ask("referrals.open").value == 9
    for person in whom[:3]:
        no = [word("reporting", False)]
        people.record_words(by=actor("case_worker"), person=person.code, words=no)
    assert ask("referrals.open").value == 6
    people.erase(by=actor("agency_officer"), person=whom[8].code, reason="asked")
    assert ask("referrals.open").value == 5  # what was asked for them is over
    for person in whom[3:8]:
        no = [word("reporting", False)]
        people.record_words(by=actor("case_worker"), person=person.code, words=no)
    assert ask("referrals.open").value == 0


def test_the_days_of_whoever_does_not_agree_to_be_counted_count_for_nothing():
    done = spread_out(12)
    assert ask("referrals.p90_days").value == 11
    for found in done[10:]:
        no = [word("reporting", False)]
        people.record_words(by=actor("case_worker"), person=found.person.code, words=no)
    found = ask("referrals.p90_days")
    assert found.value == 9 and found.n == 10
    done = ask("referrals.p90_days", stage="done")
    assert done.value == 18 and done.n is None  # else it would tell how many were rejected


def test_the_word_of_the_row_under_which_a_double_stands_counts():
    found = to(5)
    kept = somebody(given="Jomira")  # has not agreed to be counted
    people.join(by=actor("agency_officer"), person=found[0].person.code, same_as=kept.code)
    assert ask("referrals.open").status is Told.SUPPRESSED  # four are left
    people.record_words(by=actor("agency_officer"), person=kept.code, words=[word("reporting")])
    assert ask("referrals.open").value == 5


def test_what_is_hidden_cannot_be_taken_from_what_is_told():
    to(6, receiver="unodc")
    to(3, receiver="muni-el-porvenir")
    assert ask("referrals.open").value == 9
    told = [
        ask("referrals.open", receiver=body).value
        for body in ("unodc", "muni-el-porvenir", "muni-la-esperanza")
    ]
    assert told == [None, None, 0]
    assert ask("referrals.median_days", receiver="unodc").status is Told.SUPPRESSED
    assert ask("referrals.open", sender="unfpa").value == ask("referrals.open", sex="F").value == 9
    assert ask("referrals.open", place=LA_ESPERANZA).value == 9


def test_where_one_list_must_hide_the_sum_no_other_tells_it():
    to(4, receiver="unodc")
    to(1, receiver="muni-el-porvenir")
    assert ask("referrals.open").status is Told.SUPPRESSED  # 1 + 4: two numbers of too few ways
    assert ask("referrals.open", sender="unfpa").status is Told.SUPPRESSED


def test_several_referrals_of_few_people_are_few():
    for person in (one("Rosa"), one("Ana")):
        for body in ("unodc", "muni-el-porvenir", "muni-la-esperanza"):
            sent(person, receiver=body)
    assert ask("referrals.open").status is Told.SUPPRESSED


def test_referrals_are_divided_in_one_way_at_a_time_and_by_whole_months():
    for where in (
        {"service": "mentoring", "receiver": "unodc"},
        {"sex": "F", "place": EL_PORVENIR},
        {"sender": "unfpa", "receiver": "unodc"},
    ):
        for name in ("referrals.open", "referrals.median_days", "referrals.p90_days"):
            with pytest.raises(BadInput, match="one way at a time"):
                ask(name, **where)
    assert ask("referrals.open", sex="F", place="PE-INEI:1301").value == 0  # the whole programme
    with pytest.raises(BadInput, match="whole months"):
        figure("referrals.open", Question(Period.parse("2024-01-05")))
    with pytest.raises(BadInput, match="no such sex"):
        ask("referrals.open", sex="Z")
    with pytest.raises(BadInput, match="a district of the programme"):
        ask("referrals.open", place="PE-INEI:130101")


def test_made_up_referrals_are_counted_alone_and_marked():
    made_up = to(6)
    Referral.objects.update(is_sample=True)
    found = ask("referrals.open")
    assert found.value == 6 and found.is_sample
    for n in range(5):
        sent(one(f"Rosa{n}"))
    found = ask("referrals.open")
    assert found.value == 5 and not found.is_sample
    Referral.objects.exclude(pk__in=[row.pk for row in made_up]).delete()
    assert ask("referrals.open").value == 6


def test_a_sensitive_service_is_guarded_by_the_higher_threshold_wherever_it_is_inside():
    to(6, service="mental-health")
    for where in ({}, {"service": "mental-health"}, {"receiver": "unodc"}):
        assert ask("referrals.open", **where).status is Told.SUPPRESSED
    for n in range(6):
        sent(one(f"Luz{n}"))
    assert ask("referrals.open").value == 12
    for service in ("mental-health", "mentoring"):  # either would tell the other
        assert ask("referrals.open", service=service).status is Told.SUPPRESSED
    assert ask("referrals.open", receiver="unodc").value == 12
