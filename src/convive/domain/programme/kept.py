"""How long the programme keeps who worked in it: accounts of leavers, and where they signed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from convive.kernel import retention

_GONE = "—"
_NOWHERE = "account.invalid"  # a name that by its standard (RFC 2606) is nobody's


def clear_sign_ins(now: datetime, days: int) -> int:
    """Delete what was noted of sessions that were last seen so long ago."""
    from convive.domain.programme.models_access import OpenSession  # not ready before the apps are

    before = now - timedelta(days=days)
    cleared, _rows = OpenSession.objects.filter(seen_at__lt=before).delete()
    return cleared


def empty_accounts(now: datetime, days: int) -> int:
    """Take name, address and texts from suspended accounts whose last role ended so long ago.

    The account itself and its number stay: the journal says by it who did what.
    """
    from allauth.mfa.models import Authenticator

    from convive.domain.programme.models import Membership, User
    from convive.domain.programme.models_access import BreakGlass, HandOver, ReviewDecision

    before = (now - timedelta(days=days)).date()
    lately = Membership.objects.filter(Q(valid_to=None) | Q(valid_to__gte=before))
    gone = (
        User.objects.filter(is_active=False, date_joined__date__lt=before)
        .exclude(pk__in=lately.values("user"))
        .exclude(email__endswith=f"@{_NOWHERE}")
    )
    found = list(gone)
    for user in found:
        user.name, user.email, user.last_login = _GONE, f"{user.pk}@{_NOWHERE}", None
        user.set_unusable_password()
        user.save()
    Authenticator.objects.filter(user__in=found).delete()
    BreakGlass.objects.filter(user__in=found).update(reason=_GONE)
    HandOver.objects.filter(leaver__in=found).update(reason=_GONE)
    of_theirs = ReviewDecision.objects.filter(membership__user__in=found)
    of_theirs.exclude(reason="").update(reason=_GONE)  # a removal keeps some reason
    return len(found)


def register() -> None:
    retention.register(
        retention.Class(
            "sign-ins",
            _("Where and when somebody was signed in: browser and system, no address."),
            90,
            clear_sign_ins,
        )
    )
    retention.register(
        retention.Class(
            "accounts",
            _(
                "Suspended accounts whose last role has ended. Name, address, second factor and "
                "reasons are emptied; the number by which the journal knows them stays."
            ),
            1825,
            empty_accounts,
            least=365,
        )
    )
