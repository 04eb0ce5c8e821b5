"""Which sessions a person has open, so that they can see and end them.

The session of a browser holds the number of its row; a row that is ended closes the session at its
next page. Nothing is kept of the device but the kind of its browser and system.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from convive.domain.programme.devices import device
from convive.domain.programme.models import User
from convive.domain.programme.models_access import OpenSession

_NUMBER = "open_session"
_NOTED_EVERY = timedelta(minutes=5)  # how fresh "last seen" is: not every page is a write


def open_sessions(account: int) -> QuerySet[OpenSession]:
    """The sessions of an account that are neither ended nor out of time, the latest seen first."""
    oldest = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return OpenSession.objects.filter(user=account, ended_at=None, seen_at__gte=oldest)


def number_of(request: HttpRequest) -> int | None:
    """The number of the session behind a request."""
    return request.session.get(_NUMBER)


def follow(request: HttpRequest) -> bool:
    """Note that the session of this request is in use; False where somebody has ended it."""
    number = number_of(request)
    if number is None:  # opened before sessions were followed
        begin(request)
        return True
    row = OpenSession.objects.filter(pk=number, user=_user(request), ended_at=None).first()
    if row is None:
        return False
    now = timezone.now()
    if now - row.seen_at >= _NOTED_EVERY:
        OpenSession.objects.filter(pk=row.pk).update(seen_at=now)
    return True


def begin(request: HttpRequest) -> None:
    """Give the session of this request its row."""
    browser, system = device(request.headers.get("User-Agent", ""))
    now = timezone.now()
    row = OpenSession.objects.create(
        user=_user(request), opened_at=now, seen_at=now, browser=browser, system=system
    )
    request.session[_NUMBER] = row.pk


def end(row: OpenSession) -> None:
    """End one session. The caller journals why."""
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])


def end_all(user: User, *, but: int | None = None) -> int:
    """End every open session of an account; return how many. The caller journals why."""
    rows = OpenSession.objects.filter(user=user, ended_at=None)
    if but is not None:
        rows = rows.exclude(pk=but)
    return rows.update(ended_at=timezone.now())


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # only ever asked about somebody who is signed in


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    request.user = user  # Django sets it before; a test's client does not
    begin(request)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    if user is not None and (number := number_of(request)) is not None:
        OpenSession.objects.filter(pk=number, ended_at=None).update(ended_at=timezone.now())
