"""The quarterly review: every role is kept or removed, by somebody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cast import actor, make_person, make_programme, person
from django.utils import translation

from convive.domain.programme import queries, queries_access, rules
from convive.domain.programme.actions_members import add_member, suspend_user
from convive.domain.programme.actions_review import keep_role, remove_role
from convive.domain.programme.duties import Accounts
from convive.domain.programme.models import Membership
from convive.domain.programme.models_access import AccessReview, ReviewDecision
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme():
    make_programme()
    for key in ("coordinator", "system_staff", "municipal_officer"):
        person(key)


def role_of(key: str) -> int:
    return person(key).memberships.get().pk


def waits_for(key: str) -> list[str]:
    return [duty.id for duty in Accounts().waiting(actor(key), queries.today())]


@pytest.mark.parametrize(
    ("day", "first", "name"),
    [
        (date(2016, 1, 1), date(2016, 1, 1), "2016-Q1"),
        (date(2016, 3, 31), date(2016, 1, 1), "2016-Q1"),
        (date(2016, 4, 1), date(2016, 4, 1), "2016-Q2"),
        (date(2016, 12, 31), date(2016, 10, 1), "2016-Q4"),
    ],
)
def test_a_day_falls_in_its_quarter(day, first, name):
    assert rules.quarter_of(day) == first
    assert rules.quarter_name(first) == name


def test_a_quarter_is_said_by_its_months():
    with translation.override("es"):
        assert rules.quarter_said(date(2016, 7, 1)) == "jul–set 2016"


def test_a_review_is_due_within_thirty_days_and_a_new_programme_has_as_long():
    quarter = rules.quarter_of(queries.today())
    assert queries_access.review_due(quarter) == quarter + timedelta(days=29)
    Membership.objects.update(valid_from=queries.today())
    assert queries_access.review_due(quarter) == queries.today() + timedelta(days=29)


def test_kept_stays_and_removed_ends_today_with_its_reason():
    keep_role(by=actor("coordinator"), membership=role_of("system_staff"))
    done = remove_role(
        by=actor("coordinator"),
        membership=role_of("municipal_officer"),
        reason="Ya no trabaja aquí",
    )
    assert person("system_staff").memberships.get().valid_to is None
    assert person("municipal_officer").memberships.get().valid_to == queries.today()
    assert done.reason and done.by == actor("coordinator").id
    removed = JournalEntry.objects.get(did="access_review.removed")
    assert removed.data["role"] == "municipal_officer" and "Ya no" not in str(removed.data)


def test_a_removal_says_why():
    with pytest.raises(BadInput):
        remove_role(by=actor("coordinator"), membership=role_of("municipal_officer"), reason=" ")


def test_nobody_reviews_their_own_role():
    with pytest.raises(NotAllowed):
        keep_role(by=actor("coordinator"), membership=role_of("coordinator"))
    with pytest.raises(NotAllowed):
        keep_role(by=actor("system_staff"), membership=role_of("system_staff"))


def test_a_reviewers_role_is_decided_by_another_reviewer_or_by_system_staff():
    second = make_person("coordinator", "segunda@example.org")
    keep_role(by=queries.actor_of(second), membership=role_of("coordinator"))
    keep_role(by=actor("system_staff"), membership=second.memberships.get().pk)
    with pytest.raises(NotAllowed):  # of others, system staff decide nothing
        keep_role(by=actor("system_staff"), membership=role_of("municipal_officer"))


@pytest.mark.parametrize("key", ["municipal_officer", "auditor", "funder", "analyst"])
def test_nobody_else_reviews(key):
    with pytest.raises(NotAllowed):
        keep_role(by=actor(key), membership=role_of("system_staff"))


def test_a_role_is_decided_once_in_a_quarter():
    role = role_of("municipal_officer")
    keep_role(by=actor("coordinator"), membership=role)
    with pytest.raises(BadInput):
        remove_role(by=actor("coordinator"), membership=role, reason="Mejor no")
    assert ReviewDecision.objects.count() == 1


def test_a_role_that_is_not_in_force_is_not_reviewed():
    role = person("municipal_officer").memberships.get()
    role.valid_to = queries.today() - timedelta(days=1)
    role.save()
    with pytest.raises(BadInput):
        keep_role(by=actor("coordinator"), membership=role.pk)


def test_the_review_closes_with_the_last_decision_and_waits_for_nobody_any_more():
    assert "review" in "".join(waits_for("coordinator") + waits_for("system_staff"))
    for key in ("system_staff", "municipal_officer"):
        keep_role(by=actor("coordinator"), membership=role_of(key))
    assert waits_for("coordinator") == []  # what is left is their own
    assert AccessReview.objects.get().closed_at is None
    keep_role(by=actor("system_staff"), membership=role_of("coordinator"))
    assert AccessReview.objects.get().closed_at is not None
    assert waits_for("system_staff") == []
    closed = JournalEntry.objects.get(did="access_review.closed")
    assert closed.data == {"decisions": 3}


def test_a_role_given_after_the_review_waits_for_the_next_one():
    for key in ("system_staff", "municipal_officer"):
        keep_role(by=actor("coordinator"), membership=role_of(key))
    keep_role(by=actor("system_staff"), membership=role_of("coordinator"))
    person("analyst")
    assert waits_for("coordinator") == []
    next_quarter = rules.quarter_of(queries.today() + timedelta(days=92))
    assert len(queries_access.undecided(actor("coordinator"), next_quarter)) == 3


def closed_review() -> AccessReview:
    for key in ("system_staff", "municipal_officer"):
        keep_role(by=actor("coordinator"), membership=role_of(key))
    keep_role(by=actor("system_staff"), membership=role_of("coordinator"))
    return AccessReview.objects.exclude(closed_at=None).get()


@pytest.mark.parametrize("role", ["system_staff", "coordinator"])
def test_a_role_with_a_say_given_after_the_review_opens_it_again(role):
    review = closed_review()
    given = give(role)
    review.refresh_from_db()
    assert review.closed_at is None
    assert JournalEntry.objects.get(did="access_review.reopened").data["role"] == role
    (duty,) = Accounts().waiting(actor("coordinator"), queries.today())
    assert duty.due >= queries.today() + timedelta(days=7)  # not late on its first day
    keep_role(by=actor("coordinator"), membership=given.pk)
    review.refresh_from_db()
    assert review.closed_at is not None and waits_for("coordinator") == []


def test_a_role_with_a_say_that_begins_after_the_review_is_asked_for_then_too():
    closed_review()
    make_person("system_staff", "segunda@example.org")
    assert len(waits_for("coordinator")) == 1


def test_a_role_of_a_later_quarter_leaves_the_review_closed():
    review = closed_review()
    give("system_staff", valid_from=queries.today() + timedelta(days=92))
    review.refresh_from_db()
    assert review.closed_at is not None


def test_whoever_gave_a_role_does_not_decide_it_while_another_reviewer_can():
    given = give("coordinator")
    with pytest.raises(NotAllowed):
        keep_role(by=actor("system_staff"), membership=given.pk)
    alone = actor("coordinator").id
    keep_role(by=actor("coordinator"), membership=given.pk)
    assert ReviewDecision.objects.get().by == alone


def test_a_new_role_decides_nothing_in_its_first_days():
    new = queries.actor_of(give("coordinator").user)
    with pytest.raises(NotAllowed):
        keep_role(by=new, membership=role_of("system_staff"))
    by_shell = give("coordinator", email="otra@example.org", by=queries.SYSTEM).user
    keep_role(by=queries.actor_of(by_shell), membership=role_of("system_staff"))


def give(role: str, email: str = "nueva@example.org", *, by=None, **dates) -> Membership:
    return add_member(by=by or actor("system_staff"), email=email, name="Nueva", role=role, **dates)


def test_suspended_accounts_need_no_decision():
    suspend_user(by=actor("system_staff"), email="municipal_officer@example.org")
    keep_role(by=actor("coordinator"), membership=role_of("system_staff"))
    keep_role(by=actor("system_staff"), membership=role_of("coordinator"))
    assert AccessReview.objects.get().closed_at is not None


def test_an_overdue_review_stands_among_what_is_late():
    (duty,) = Accounts().waiting(actor("coordinator"), queries.today())
    assert duty.due == rules.quarter_of(queries.today()) + timedelta(days=29)
    assert duty.detail == "quedan 2 roles"
