"""Every read of accounts, their sessions, requests, reviews and broken glass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import ROLE_PERMISSIONS, Permission, Role
from convive.access.rules import Actor
from convive.domain.programme import queries, rules, signin, standing
from convive.domain.programme.models import Membership, User
from convive.domain.programme.models_access import (
    AccessReview,
    BreakGlass,
    FactorRequest,
    ReviewDecision,
)
from convive.kernel.errors import BadInput


def accounts() -> QuerySet[User]:
    """Everybody with an account, by name, each with `roles`: those in force today."""
    return User.objects.order_by("name", "pk").prefetch_related(
        Prefetch("memberships", _in_force_today(), to_attr="roles")
    )


def narrowed(rows: QuerySet[User], *, words: str = "", state: str = "") -> QuerySet[User]:
    """Only those whose name or address holds `words`, and in a state: active or suspended."""
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if state:
        rows = rows.filter(is_active=state == "active")
    return rows


def account(number: int) -> User | None:
    return User.objects.filter(pk=number).first()


def account_or_bad_input(number: int) -> User:
    """Raises BadInput where there is no such account."""
    found = account(number)
    if found is None:
        raise BadInput.at(number, _("There is no such account."), _("See the list of members."))
    return found


def account_by_email(email: str) -> User:
    """Raises BadInput where nobody has this address."""
    found = queries.user_by_email(email)
    if found is None:
        raise BadInput.at(
            email, _("Nobody has an account with this address."), _("See: convive member list.")
        )
    return found


def active_actor(number: int) -> Actor | None:
    """Whoever this account is, as access sees them; None where it is suspended or unknown."""
    found = account(number)
    return queries.actor_of(found) if found and found.is_active else None


def name_of(actor_id: str) -> str:
    """Who acted, for a reader: the name of the account, or the system."""
    return queries.names_of([actor_id]).get(actor_id) or _("the system")


def successors(leaver: User) -> QuerySet[User]:
    """To whom the things of somebody who leaves may pass: active accounts with a role today."""
    return (
        User.objects.filter(is_active=True, memberships__in=_in_force_today())
        .exclude(pk=leaver.pk)
        .distinct()
        .order_by("name", "pk")
    )


def people_with(permission: Permission) -> list[User]:
    """Everybody with an active account and a role today that carries this permission."""
    named = [role.value for role in Role if permission in ROLE_PERMISSIONS[role]]
    found = User.objects.filter(
        is_active=True, memberships__in=_in_force_today().filter(role__in=named)
    )
    return list(found.distinct().order_by("pk"))


# Second factors


def factor_requests() -> QuerySet[FactorRequest]:
    return FactorRequest.objects.select_related("user")


def open_factor_requests(now: datetime | None = None) -> QuerySet[FactorRequest]:
    """Those that two people may still answer; none of a suspended account."""
    return factor_requests().filter(
        closed_at=None, until__gt=now or timezone.now(), user__is_active=True
    )


def may_approve(by: Actor, request: FactorRequest) -> bool:
    """Whether this person may say that the request is truly theirs who lost the factor.

    System staff and coordinators may, never for themselves, and nobody twice; one of the two must
    be system staff. Neither may have let the other in, nor have come within the last days: see
    `standing.has_say`.
    """
    if by.is_system or rules.is_self(by, request.user_id) or by.id == request.first_by:
        return False
    first = standing_approver(request)
    manages = standing.has_say(by, Permission.MANAGE_MEMBERS, beside=first)
    if not (manages or standing.has_say(by, Permission.REVIEW_ACCESS, beside=first)):
        return False
    if first is None or standing.has_say(first, Permission.MANAGE_MEMBERS, beside=by):
        return True
    return manages and standing.has_say(first, Permission.REVIEW_ACCESS, beside=by)


def standing_approver(request: FactorRequest) -> Actor | None:
    """Who approved first, while they still may: an approval ends with the right to give it."""
    number = rules.account_of(request.first_by)
    first = active_actor(number) if number is not None else None
    if first is None:
        return None
    return first if any(standing.has_say(first, right) for right in standing.POWERS) else None


def waits_for_new_factor(user: User) -> bool:
    """Whether two people took the second factor of this account, and there is no new one yet."""
    answered = factor_requests().filter(user=user).exclude(second_by="")
    return answered.exists() and not signin.has_second_factor(user)


# Reviews


@dataclass(frozen=True)
class ToReview:
    """A role in force, and what this quarter's review said of it so far."""

    membership: Membership
    decision: ReviewDecision | None
    may_decide: bool


def review_of(quarter: date) -> AccessReview | None:
    return AccessReview.objects.filter(quarter=quarter).first()


def review_rows(by: Actor, quarter: date) -> list[ToReview]:
    """Every role in force today or decided in this quarter, as this person sees it."""
    decided = {
        row.membership_id: row for row in ReviewDecision.objects.filter(review__quarter=quarter)
    }
    rows = queries.members().filter(Q(pk__in=_in_force_today()) | Q(pk__in=decided))
    reviewer = Reviewer(by)
    return [
        ToReview(
            row,
            decided.get(row.pk),
            row.pk not in decided and reviewer.may_decide(row),
        )
        for row in rows
        if row.user.is_active or row.pk in decided
    ]


class Reviewer:
    """What somebody may decide in a review; read once, asked of many roles."""

    def __init__(self, by: Actor) -> None:
        self._by = by
        self._reviews, self._manages = (
            by.is_system or standing.has_say(by, right)
            for right in (Permission.REVIEW_ACCESS, Permission.MANAGE_MEMBERS)
        )
        self._reviewers = {user.pk for user in people_with(Permission.REVIEW_ACCESS)}
        self._gave = standing.given_by(by)

    def may_decide(self, role: Membership) -> bool:
        """Nobody reviews their own role, nor one that they gave while another reviewer can.

        A reviewer's is decided by another, or by system staff.
        """
        if rules.is_self(self._by, role.user_id):
            return False
        others = self._reviewers - {role.user_id, rules.account_of(self._by.id)}
        if role.pk in self._gave and others:
            return False
        return self._reviews or (self._manages and role.user_id in self._reviewers)


def undecided(by: Actor, quarter: date) -> list[Membership]:
    """The roles that this person is to keep or remove in the review of a quarter.

    After it was closed: those with a say in the rights of others that came since. The others wait
    for the next one.
    """
    review = review_of(quarter)
    closed = review is not None and review.closed_at is not None
    return [
        row.membership
        for row in review_rows(by, quarter)
        if row.may_decide and (not closed or row.membership.role in standing.POWERFUL_ROLES)
    ]


def review_due(quarter: date, left: Iterable[Membership] = ()) -> date:
    """The day by which a review is due; a programme that began since then has as long as any.

    left : what is still to decide: a role given late has some days of its own.
    """
    first = _in_force_today().aggregate(first=Min("valid_from"))["first"]
    usual = rules.review_due(max(quarter, first or quarter))
    earliest = min((row.valid_from for row in left), default=None)
    return max(usual, earliest + rules.REOPENED_LASTS) if earliest else usual


def reviews() -> QuerySet[AccessReview]:
    """Every review that was begun, the latest first, with how many roles were kept and removed."""
    return AccessReview.objects.annotate(
        kept=Count("decisions", filter=Q(decisions__verdict="keep")),
        removed=Count("decisions", filter=Q(decisions__verdict="remove")),
    )


def is_reviewed(quarter: date) -> bool:
    """Whether every role in force of an active account was decided in this quarter."""
    decided = ReviewDecision.objects.filter(review__quarter=quarter).values("membership")
    left = _in_force_today().filter(user__is_active=True).exclude(pk__in=decided)
    return not left.exists()


# Broken glass


def glasses() -> QuerySet[BreakGlass]:
    return BreakGlass.objects.select_related("user", "district", "organisation")


def glasses_to_look_at(by: Actor) -> QuerySet[BreakGlass]:
    """What was opened and nobody has looked at yet; of others."""
    return glasses().filter(seen_at=None).exclude(user=rules.account_of(by.id))


def glasses_since(user: User, start: datetime) -> int:
    return BreakGlass.objects.filter(user=user, opened_at__gt=start).count()


def left_to_open(user: User) -> int:
    """How many more times this person may break the glass within 24 hours."""
    day_ago = timezone.now() - timedelta(hours=24)
    return max(0, rules.GLASSES_A_DAY - glasses_since(user, day_ago))


def _in_force_today() -> QuerySet[Membership]:
    today = queries.today()
    return (
        Membership.objects.filter(valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today))
        .select_related("organisation")
        .prefetch_related("districts")
    )
