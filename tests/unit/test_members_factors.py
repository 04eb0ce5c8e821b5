"""A lost second factor: two people, neither of them the person, within three days."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from cast import SECRET, actor, make_person, make_programme, person
from django.db import IntegrityError, transaction
from django.utils import timezone

from convive.domain.programme import queries, queries_access
from convive.domain.programme.actions_factors import (
    approve_new_factor,
    ask_for_new_factor,
    expire_factor_requests,
    refuse_new_factor,
)
from convive.domain.programme.actions_members import (
    add_member,
    end_membership,
    make_password_link,
    restore_user,
    suspend_user,
)
from convive.domain.programme.models_access import FactorRequest
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme():
    return make_programme()


@pytest.fixture
def lost():
    return person("analyst")


@pytest.fixture
def request_(lost):
    return ask_for_new_factor(by=actor("analyst"), account=lost.pk)


def other_staff():
    return queries.actor_of(make_person("system_staff", "segunda@example.org"))


def factors(user) -> int:
    return Authenticator.objects.filter(user=user).count()


def test_two_people_take_the_factor_away_and_make_one_link(lost, request_):
    assert approve_new_factor(by=actor("system_staff"), request=request_.pk) == ""
    assert factors(lost) == 2
    path = approve_new_factor(by=actor("coordinator"), request=request_.pk)
    lost.refresh_from_db()
    assert "/password/reset/key/" in path
    assert factors(lost) == 0 and not lost.has_usable_password()
    deeds = list(JournalEntry.objects.order_by("seq").values_list("did", flat=True))
    assert deeds == ["factor_request.asked", "factor_request.approved", "second_factor.reissued"]
    assert queries_access.factor_requests().get().state == "done"


def test_two_of_the_system_staff_may_approve_too(lost, request_):
    approve_new_factor(by=actor("system_staff"), request=request_.pk)
    assert approve_new_factor(by=other_staff(), request=request_.pk)


def test_whoever_asked_for_somebody_else_may_be_one_of_the_two(lost):
    staff = actor("system_staff")
    request = ask_for_new_factor(by=staff, account=lost.pk)
    approve_new_factor(by=staff, request=request.pk)
    assert factors(lost) == 2  # asking and approving is one person
    assert approve_new_factor(by=actor("coordinator"), request=request.pk)


def test_nobody_approves_twice(lost, request_):
    staff = actor("system_staff")
    approve_new_factor(by=staff, request=request_.pk)
    with pytest.raises(NotAllowed):
        approve_new_factor(by=staff, request=request_.pk)
    assert factors(lost) == 2


def test_the_database_too_wants_two_people(request_):
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorRequest.objects.filter(pk=request_.pk).update(first_by="user:1", second_by="user:1")


def test_two_coordinators_are_not_enough(lost, request_):
    approve_new_factor(by=actor("coordinator"), request=request_.pk)
    second = queries.actor_of(make_person("coordinator", "otra.coordinacion@example.org"))
    with pytest.raises(NotAllowed):
        approve_new_factor(by=second, request=request_.pk)
    assert approve_new_factor(by=actor("system_staff"), request=request_.pk)


@pytest.mark.parametrize("key", ["system_staff", "coordinator"])
def test_nobody_approves_their_own(key):
    mine = person(key)
    request = ask_for_new_factor(by=actor(key), account=mine.pk)
    with pytest.raises(NotAllowed):
        approve_new_factor(by=actor(key), request=request.pk)


@pytest.mark.parametrize("key", ["municipal_officer", "auditor", "agency_officer", "funder"])
def test_nobody_else_approves(key, request_):
    with pytest.raises(NotAllowed):
        approve_new_factor(by=actor(key), request=request_.pk)


def test_the_system_itself_is_no_person(request_):
    with pytest.raises(NotAllowed):
        approve_new_factor(by=queries.SYSTEM, request=request_.pk)


def test_only_the_person_or_who_manages_accounts_asks(lost):
    with pytest.raises(NotAllowed):
        ask_for_new_factor(by=actor("coordinator"), account=lost.pk)


def test_asking_twice_is_one_request(lost, request_):
    assert ask_for_new_factor(by=actor("system_staff"), account=lost.pk) == request_
    assert FactorRequest.objects.count() == 1


def test_without_a_factor_there_is_none_to_lose():
    newcomer = make_person("auditor", "nueva@example.org", second_factor=False)
    with pytest.raises(BadInput):
        ask_for_new_factor(by=actor("system_staff"), account=newcomer.pk)


def test_after_three_days_the_request_is_over_and_another_can_be_made(lost, request_):
    late = timezone.now() - timedelta(seconds=1)
    FactorRequest.objects.filter(pk=request_.pk).update(until=late)
    with pytest.raises(BadInput):
        approve_new_factor(by=actor("system_staff"), request=request_.pk)
    again = ask_for_new_factor(by=actor("analyst"), account=lost.pk)
    assert again != request_
    assert [row.state for row in FactorRequest.objects.order_by("pk")] == ["expired", "open"]


def test_the_worker_closes_what_nobody_answered(request_):
    assert expire_factor_requests(by=queries.SYSTEM) == 0
    FactorRequest.objects.update(until=timezone.now())
    assert expire_factor_requests(by=queries.SYSTEM) == 1
    with pytest.raises(NotAllowed):
        expire_factor_requests(by=actor("system_staff"))


def test_a_refusal_closes_the_request(lost, request_):
    refuse_new_factor(by=actor("coordinator"), request=request_.pk)
    with pytest.raises(BadInput):
        approve_new_factor(by=actor("system_staff"), request=request_.pk)
    assert factors(lost) == 2


def test_whoever_approved_first_may_think_better_of_it(request_):
    staff = actor("system_staff")
    approve_new_factor(by=staff, request=request_.pk)
    assert refuse_new_factor(by=staff, request=request_.pk).state == "refused"


def test_an_approval_ends_with_the_right_to_give_it(lost, request_):
    first = other_staff()
    approve_new_factor(by=first, request=request_.pk)
    suspend_user(by=actor("system_staff"), email="segunda@example.org")
    assert approve_new_factor(by=actor("coordinator"), request=request_.pk) == ""  # now the first
    assert factors(lost) == 2
    assert approve_new_factor(by=actor("system_staff"), request=request_.pk)


def test_the_account_of_a_suspended_person_is_not_opened_this_way(lost, request_):
    suspend_user(by=actor("system_staff"), email=lost.email)
    with pytest.raises(BadInput):
        approve_new_factor(by=actor("system_staff"), request=request_.pk)
    restore_user(by=actor("system_staff"), email=lost.email)
    assert approve_new_factor(by=actor("system_staff"), request=request_.pk) == ""


# Who let whom in: one person must not be both of the two


def puppet(role: str, email: str = "titere@example.org", *, by=None, days: int = 0):
    """Somebody whom the system staff let in so many days ago, as they act."""
    with freeze(days):
        made = add_member(by=by or actor("system_staff"), email=email, name="Títere", role=role)
    return queries.actor_of(made.user)


@contextmanager
def freeze(days: int):
    """As if it were so many days ago; the journal is written with that time, and stays whole."""
    then = timezone.now() - timedelta(days=days)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: then)
        yield


@pytest.mark.parametrize("role", ["system_staff", "coordinator"])
@pytest.mark.parametrize("puppet_first", [True, False])
def test_nobody_is_the_second_person_beside_somebody_they_let_in(
    lost, request_, role, puppet_first
):
    pair = [puppet(role, days=400), actor("system_staff")]
    first, second = pair if puppet_first else pair[::-1]
    approve_new_factor(by=first, request=request_.pk)
    with pytest.raises(NotAllowed):
        approve_new_factor(by=second, request=request_.pk)
    assert factors(lost) == 2
    assert approve_new_factor(by=other_staff(), request=request_.pk)


def test_a_role_given_by_the_other_does_not_count_on_an_old_account_either(lost, request_):
    make_person("auditor")
    puppet("coordinator", "auditor@example.org", days=30)
    approve_new_factor(by=actor("auditor"), request=request_.pk)
    with pytest.raises(NotAllowed):
        approve_new_factor(by=actor("system_staff"), request=request_.pk)


def test_a_role_whose_end_the_other_moved_does_not_count(request_):
    staff = actor("system_staff")
    role = person("coordinator").memberships.get()
    with freeze(30):
        end_membership(by=staff, membership=role.pk, on=queries.today() + timedelta(days=90))
    approve_new_factor(by=actor("coordinator"), request=request_.pk)
    with pytest.raises(NotAllowed):
        approve_new_factor(by=staff, request=request_.pk)


def test_an_account_that_the_other_opened_before_it_had_a_factor_does_not_count(request_):
    sleeper = make_person("coordinator", "dormida@example.org", second_factor=False)
    with freeze(30):
        make_password_link(by=actor("system_staff"), email=sleeper.email)
    approve_new_factor(by=queries.actor_of(sleeper), request=request_.pk)
    with pytest.raises(NotAllowed):
        approve_new_factor(by=actor("system_staff"), request=request_.pk)


def test_a_new_link_for_a_password_alone_takes_nothing_from_the_say(request_):
    make_password_link(by=actor("system_staff"), email=person("coordinator").email)
    approve_new_factor(by=actor("coordinator"), request=request_.pk)
    assert approve_new_factor(by=actor("system_staff"), request=request_.pk)


@pytest.mark.parametrize(("days", "counts"), [(0, False), (6, False), (8, True)])
def test_a_role_that_an_account_gave_has_a_say_after_seven_days(request_, days, counts):
    new = puppet("coordinator", by=other_staff(), days=days)
    assert queries_access.may_approve(new, request_) is counts


# Nobody gives themselves a right through somebody whom they let in


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
def test_nobody_gets_a_role_from_somebody_they_let_in(role):
    mine = person("system_staff")
    new = puppet("system_staff", days=400)
    with pytest.raises(BadInput):
        add_member(by=new, email=mine.email, name="", role=role)
    assert mine.memberships.count() == 1
    assert add_member(by=other_staff(), email=mine.email, name="", role=role)


def test_nor_from_somebody_whom_these_let_in():
    mine = person("system_staff")
    first = puppet("system_staff", days=400)
    second = puppet("system_staff", "otra@example.org", by=first, days=300)
    with pytest.raises(BadInput):
        add_member(by=second, email=mine.email, name="", role="auditor")


def test_whoever_has_the_right_from_another_too_may_give_them_a_role():
    mine = person("system_staff")
    new = puppet("system_staff", days=400)
    add_member(by=queries.SYSTEM, email="auditor@example.org", name="Otra", role="auditor")
    made = add_member(by=other_staff(), email="auditor@example.org", name="", role="system_staff")
    assert add_member(
        by=queries.actor_of(made.user), email=mine.email, name="", role="auditor"
    )  # let in by others
    with pytest.raises(BadInput):
        add_member(by=new, email=mine.email, name="", role="funder")


@pytest.mark.parametrize("role", ["system_staff", "coordinator"])
@pytest.mark.parametrize(("days", "may"), [(0, False), (6, False), (8, True)])
def test_a_new_role_gives_nobody_a_say_for_seven_days(role, days, may):
    new = puppet("system_staff", by=other_staff(), days=days)
    given = {"email": "tercera@example.org", "name": "Tercera", "role": role}
    if may:
        assert add_member(by=new, **given)
        return
    with pytest.raises(BadInput, match="7"):
        add_member(by=new, **given)
    assert add_member(by=new, **{**given, "role": "auditor"})  # no say in the rights of others


def test_whoever_keeps_the_server_makes_the_first_accounts_of_a_home():
    for role in ("system_staff", "coordinator"):
        made = add_member(by=queries.SYSTEM, email=f"{role}@example.org", name="Primera", role=role)
    staff = queries.actor_by_email("system_staff@example.org")
    assert add_member(by=staff, email="otra@example.org", name="Otra", role="coordinator")
    assert made.role == "coordinator"


def test_what_the_shell_made_has_a_say_at_once(lost, request_):
    new = puppet("system_staff", by=queries.SYSTEM)
    approve_new_factor(by=new, request=request_.pk)
    assert approve_new_factor(by=actor("system_staff"), request=request_.pk)


# A link alone must not open an account whose factor was taken away


@pytest.fixture
def reissued(lost, request_):
    approve_new_factor(by=actor("coordinator"), request=request_.pk)
    approve_new_factor(by=actor("system_staff"), request=request_.pk)
    return lost


def test_after_a_reissue_nobody_makes_a_link_that_they_would_see(reissued, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with pytest.raises(BadInput, match="convive member link"):
        make_password_link(by=actor("system_staff"), email=reissued.email)
    assert make_password_link(by=queries.SYSTEM, email=reissued.email)


def test_once_there_is_a_new_factor_a_link_may_be_made_again(reissued, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    TOTP.activate(reissued, SECRET)
    assert make_password_link(by=actor("system_staff"), email=reissued.email)


def test_a_puppet_does_not_open_again_the_account_of_whoever_let_it_in():
    mine, others = person("system_staff"), other_staff()
    new = puppet("system_staff", days=400)
    suspend_user(by=others, email=mine.email)
    with pytest.raises(BadInput):
        restore_user(by=new, email=mine.email)
    mine.refresh_from_db()
    assert not mine.is_active
    assert restore_user(by=others, email=mine.email).is_active
