"""What the journal keeps of sign-in: who came and went, and how often somebody was turned away.

No address is written: a failed sign-in names the account where there is one, else `unknown`.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from convive.domain.programme import queries, sessions, signin
from convive.domain.programme.models import User
from convive.kernel import journal


def _write(user: User, did: str, **data: Any) -> None:
    with transaction.atomic():
        journal.write(who=f"user:{user.pk}", did=did, kind="account", subject=user.pk, data=data)


def _write_refused(did: str, account: str) -> None:
    with transaction.atomic():
        count = queries.refusals_today(did, account) + 1
        journal.write(
            who="anonymous", did=did, kind="account", subject=account, data={"today": count}
        )


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    _write(user, "session.opened", second_factor=signin.gave_second_factor(request))


@receiver(user_logged_out)
def signed_out(user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        _write(user, "session.closed")


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_kwargs: Any) -> None:
    user = queries.user_by_email(str(credentials.get("email", "")))
    _write_refused("session.refused", str(user.pk) if user else "unknown")


@receiver(authentication_failed)
def second_factor_failed(user: User, **_kwargs: Any) -> None:
    _write_refused("second_factor.refused", str(user.pk))


@receiver(authenticator_used)
def second_factor_used(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    signin.note_second_factor(request, user)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        now = Authenticator.objects.get(pk=authenticator.pk)  # the code was struck out in a copy
        left = len(now.wrap().get_unused_codes())
        _write(user, "recovery_code.used", left=left)


@receiver(authenticator_added)
def second_factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    if signin.is_first_factor(user, authenticator):
        # Whoever has just typed a code of the new app has given the second factor of this session;
        # every other was opened by password alone
        signin.note_second_factor(request, user)
        sessions.end_all(user, but=sessions.number_of(request))
    _write(user, "second_factor.added", type=str(authenticator.type))


@receiver(authenticator_removed)
def second_factor_removed(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    _write(user, "second_factor.removed", type=str(authenticator.type))


@receiver(authenticator_reset)
def recovery_codes_renewed(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    _write(user, "recovery_codes.renewed", type=str(authenticator.type))


@receiver(password_changed)
def password_was_changed(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    sessions.end_all(user, but=sessions.number_of(request))  # Django has closed them already
    _write(user, "password.changed")


@receiver(password_reset)
def password_was_set(user: User, **_kwargs: Any) -> None:
    sessions.end_all(user)
    _write(user, "password.set")
