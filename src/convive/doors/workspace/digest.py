"""The letter that says how much waits for somebody: counts and a link, no word of what it is.

Off until a person asks for it. The tick decides each morning who is due and orders one job for
each; the job counts and writes. A letter that did not leave is not tried again: the next one is.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.access import duties
from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import may
from convive.domain.programme import letters, queries_access
from convive.domain.programme.models import User
from convive.domain.programme.models_access import DigestChoice
from convive.doors.workspace.waiting import Waiting, waiting

_MORNING = time(7)  # in the programme's zone
_MONDAY = 0
_SALT = "convive.digest"


def is_due(choice: DigestChoice, now: datetime) -> bool:
    """Whether a letter is to be sent now: from seven in the morning of its day, once a day."""
    here = timezone.localtime(now)
    if here.time() < _MORNING or choice.sent_on == here.date():
        return False
    return choice.every == DigestChoice.Every.DAY or here.weekday() == _MONDAY


def due(now: datetime) -> list[DigestChoice]:
    """Whose letter is due, of active accounts."""
    if not letters.are_sent():
        return []
    choices = DigestChoice.objects.filter(user__is_active=True).order_by("pk")
    return [choice for choice in choices if is_due(choice, now)]


def send(account: int, today: date) -> dict[str, Any]:
    """Count what waits for a person and tell them, unless it is nothing; say what was done."""
    choice = DigestChoice.objects.filter(user=account, user__is_active=True).first()
    who = queries_access.active_actor(account)
    if choice is None or who is None or not may(who, Permission.SEE_WORKSPACE):
        return {"sent": False, "things": 0}
    found = waiting(duties.waiting(who, today), today)
    if not found.total:
        return {"sent": False, "things": 0}
    with translation.override(choice.language):
        sent = letters.send(choice.user, subject(found), text(found, choice.user), _headers(choice))
    return {"sent": sent, "things": found.total}


def subject(found: Waiting[Duty]) -> str:
    """`3 things wait for you, 1 is due today, 1 is late`."""
    parts = [
        ngettext("%(count)s thing waits for you", "%(count)s things wait for you", found.total)
        % {"count": found.total}
    ]
    if today := found.due_today:
        parts.append(
            ngettext("%(count)s is due today", "%(count)s are due today", today) % {"count": today}
        )
    if late := len(found.late):
        parts.append(ngettext("%(count)s is late", "%(count)s are late", late) % {"count": late})
    return ", ".join(parts)


def text(found: Waiting[Duty], user: User) -> str:
    """The letter itself, in the active language."""
    return _(
        "%(said)s.\n\nWhat it is stands behind your sign-in:\n%(home)s\n\n"
        "No such letter any more, with one press and no password:\n%(stop)s"
    ) % {
        "said": subject(found),
        "home": letters.address(reverse("workspace:home")),
        "stop": stop_address(user),
    }


def stop_address(user: User) -> str:
    """Where this person ends the letters; signed, and good for as long as letters come."""
    return letters.address(reverse("workspace:stop_letters", kwargs={"key": _key(user)}))


def account_of(key: str) -> User | None:
    """Whose letters a key ends; None where we did not sign it."""
    try:
        number = signing.loads(key, salt=_SALT)
    except signing.BadSignature:
        return None
    return queries_access.account(number)


def _key(user: User) -> str:
    return signing.dumps(user.pk, salt=_SALT)


def _headers(choice: DigestChoice) -> dict[str, str]:
    """RFC 8058: the reader's mail program may offer to end the letters, with one press."""
    return {
        "List-Unsubscribe": f"<{stop_address(choice.user)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
