"""A lost second factor is issued anew by two people, neither of whom has lost it."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.programme import queries_access, sessions, signin
from convive.domain.programme.models import User
from convive.domain.programme.models_access import FactorRequest
from convive.domain.programme.rules import FACTOR_REQUEST_LASTS, account_id, is_self
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed


@transaction.atomic
def ask_for_new_factor(*, by: Actor, account: int) -> FactorRequest:
    """Record that somebody lost their second factor; an open request is not doubled.

    by : the person, once their password was right, or whoever manages accounts.
    """
    user = queries_access.account_or_bad_input(account)
    require(by, Permission.SEE_WORKSPACE if is_self(by, account) else Permission.MANAGE_MEMBERS)
    now = timezone.now()
    for late in FactorRequest.objects.filter(user=user, closed_at=None, until__lte=now):
        _expire(by, late)
    waiting = queries_access.open_factor_requests(now).filter(user=user).first()
    if waiting is not None:
        return waiting
    if not user.is_active or not signin.has_second_factor(user):
        raise BadInput.at(
            user.name,
            _("This account has no second factor to lose, or it is suspended."),
            _("Give the person a link that sets a password."),
        )
    row = FactorRequest.objects.create(
        user=user, asked_by=by.id, asked_at=now, until=now + FACTOR_REQUEST_LASTS
    )
    _write(by, "factor_request.asked", row)
    return row


@transaction.atomic
def approve_new_factor(*, by: Actor, request: int) -> str:
    """Say that it is truly the person. The first time nothing else happens.

    The second time, by somebody else, app, passkeys, recovery codes and password go, every session
    ends, and the path is returned on which the person begins anew; before that an empty text.
    """
    row = _open_request(request)
    _require_approver(by, row)
    if queries_access.standing_approver(row) is None:
        row.first_by, row.first_at = by.id, timezone.now()
        row.save(update_fields=["first_by", "first_at"])
        _write(by, "factor_request.approved", row)
        return ""
    row.second_by, row.closed_at = by.id, timezone.now()
    row.save(update_fields=["second_by", "closed_at"])
    _take_away(row.user)
    _write(by, "second_factor.reissued", row, first=row.first_by)
    return signin.password_path(row.user)


@transaction.atomic
def refuse_new_factor(*, by: Actor, request: int) -> FactorRequest:
    """Say that it is not the person, or cannot be told: the request is closed."""
    row = _open_request(request)
    if by.id != row.first_by:  # whoever approved first may think better of it
        _require_approver(by, row)
    row.refused_by, row.closed_at = by.id, timezone.now()
    row.save(update_fields=["refused_by", "closed_at"])
    _write(by, "factor_request.refused", row)
    return row


@transaction.atomic
def expire_factor_requests(*, by: Actor) -> int:
    """Close the requests that nobody answered in three days; return how many. Of the worker."""
    if not by.is_system:
        raise NotAllowed("expire the requests of others")
    late = FactorRequest.objects.filter(closed_at=None, until__lte=timezone.now())
    for row in late:
        _expire(by, row)
    return len(late)


@transaction.atomic
def pass_on_factor_requests(*, by: Actor, leaver: int, successor: int) -> int:
    """Give the open requests that a leaver made to a successor, who must manage accounts too."""
    require(by, Permission.MANAGE_MEMBERS)
    asked = queries_access.open_factor_requests().filter(asked_by=account_id(leaver))
    rows = asked.exclude(user=leaver)  # their own lapses with their account
    if not rows:
        return 0
    comes = queries_access.active_actor(successor)
    if comes is None or not comes.grants_with(Permission.MANAGE_MEMBERS):
        raise BadInput.at(
            "successor",
            _("Requests for a new second factor pass only to somebody who manages accounts."),
            _("Choose somebody of the system staff."),
        )
    for row in rows:
        row.asked_by = comes.id
        row.save(update_fields=["asked_by"])
        _write(by, "factor_request.passed-on", row, to=comes.id)
    return len(rows)


def _require_approver(by: Actor, row: FactorRequest) -> None:
    if not queries_access.may_approve(by, row):
        # Said as a permission where there is none at all, else as what stands in the way
        require(by, Permission.SEE_WORKSPACE)
        raise NotAllowed("approve a second factor: two others must, one of the system staff")


def _open_request(number: int) -> FactorRequest:
    row = (
        queries_access.open_factor_requests()
        .select_for_update(of=("self",))
        .filter(pk=number)
        .first()
    )
    if row is None:
        raise BadInput.at(
            number,
            _("This request was answered already, or its three days are over."),
            _("Make another one, if it is still needed."),
        )
    return row


def _take_away(user: User) -> None:
    """Close every way in but the link that is made next.

    The password goes too: until the person has set up a new factor it would open the account alone.
    """
    Authenticator.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    sessions.end_all(user)


def _expire(by: Actor, row: FactorRequest) -> None:
    row.closed_at = timezone.now()
    row.save(update_fields=["closed_at"])
    _write(by, "factor_request.expired", row)


def _write(by: Actor, did: str, row: FactorRequest, **data: str) -> None:
    journal.write(
        who=by.id,
        did=did,
        kind="account",
        subject=row.user_id,
        data={"request": row.pk, **data},
    )
