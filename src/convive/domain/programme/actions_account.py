"""What people do with their own account, and whoever manages accounts with that of another."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.programme import queries_access, sessions
from convive.domain.programme.models import User
from convive.domain.programme.models_access import DigestChoice
from convive.domain.programme.rules import account_of, is_self
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.texts import LANGUAGES


@transaction.atomic
def end_session(*, by: Actor, number: int) -> None:
    """End one of one's own sessions: it is out at its next page."""
    require(by, Permission.SEE_WORKSPACE)
    user = _oneself(by)
    row = sessions.open_sessions(user.pk).filter(pk=number).first()
    if row is None:
        raise BadInput.at(number, _("This session is over already."), "")
    sessions.end(row)
    journal.write(
        who=by.id, did="session.ended", kind="account", subject=user.pk, data={"sessions": 1}
    )


@transaction.atomic
def end_sessions(*, by: Actor, account: int, but: int | None = None) -> int:
    """End the open sessions of an account, one's own or, for whoever manages accounts, another's.

    but : the number of one that stays open. Returns how many were ended.
    """
    require(by, Permission.SEE_WORKSPACE if is_self(by, account) else Permission.MANAGE_MEMBERS)
    user = queries_access.account_or_bad_input(account)
    ended = sessions.end_all(user, but=but)
    journal.write(
        who=by.id, did="session.ended", kind="account", subject=user.pk, data={"sessions": ended}
    )
    return ended


@transaction.atomic
def choose_digest(*, by: Actor, every: str, language: str) -> None:
    """Ask for the letter that tells how much waits for one, each `day` or `week`."""
    require(by, Permission.SEE_WORKSPACE)
    user = _oneself(by)
    if every not in DigestChoice.Every.values or language not in LANGUAGES:
        raise BadInput.at(every, _("There is no such choice."), _("Choose one from the list."))
    choice = {"every": every, "language": language}
    DigestChoice.objects.update_or_create(user=user, defaults=choice)
    journal.write(
        who=by.id, did="digest.chosen", kind="account", subject=user.pk, data={"every": every}
    )


@transaction.atomic
def stop_digest(*, by: Actor, account: int) -> None:
    """Send that letter no more. Whoever has no role left may still say so, for themselves."""
    if not (by.is_system or is_self(by, account)):
        raise NotAllowed("stop the letters of somebody else")
    stopped, _rows = DigestChoice.objects.filter(user=account).delete()
    if stopped:
        journal.write(who=by.id, did="digest.stopped", kind="account", subject=account)


@transaction.atomic
def note_digest_sent(*, by: Actor, account: int, on: date) -> None:
    """Note that the letter of a day was ordered, so that no other follows. Of the worker alone."""
    if not by.is_system:
        raise NotAllowed("order the letters of somebody else")
    DigestChoice.objects.filter(user=account).update(sent_on=on)
    journal.write(who=by.id, did="digest.ordered", kind="account", subject=account)


def _oneself(by: Actor) -> User:
    number = account_of(by.id)
    if number is None:
        raise NotAllowed("the system has no account of its own")
    return queries_access.account_or_bad_input(number)
