"""Who has a say in the rights of others: nobody at once, nor beside whoever let them in."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from convive.access.permissions import ROLE_PERMISSIONS, Permission, Role
from convive.access.rules import Actor
from convive.domain.programme import queries, rules
from convive.domain.programme.models import Membership, User
from convive.kernel.models import JournalEntry

POWERS = (Permission.MANAGE_MEMBERS, Permission.REVIEW_ACCESS)
POWERFUL_ROLES = frozenset(
    role.value for role in Role if any(power in ROLE_PERMISSIONS[role] for power in POWERS)
)


def has_say(by: Actor, right: Permission, *, beside: Actor | None = None) -> bool:
    """Whether a role in force gives this person the right to speak on the rights of others.

    It does not for seven days after an account gave it, moved its end, made the person's account,
    or made a link that opened it before it had a second factor; and never beside whoever did one
    of these. What the system did, from the shell, counts at once.

    beside : the other of two people who decide together.
    """
    number = rules.account_of(by.id)
    if number is None:
        return False
    user = User.objects.filter(pk=number, is_active=True).first()
    return user is not None and any(
        right in ROLE_PERMISSIONS[Role(row.role)] and _gives_say(row, beside)
        for row in queries.memberships_of(user)
    )


def given_by(by: Actor) -> frozenset[int]:
    """The numbers of the roles that this person gave."""
    acts = JournalEntry.objects.filter(did="member.added", kind="membership", who=by.id)
    return frozenset(int(number) for number in acts.values_list("subject", flat=True))


def came_from(by: Actor, right: Permission, other: Actor) -> bool:
    """Whether this person has a right from the other alone: in person, or through others of theirs.

    It is so where each of their roles with it has the other behind it, or somebody with the right
    who has it from the other.
    """
    number = rules.account_of(by.id)
    user = User.objects.filter(pk=number).first() if number is not None else None
    if user is None:
        return False
    carrying = [role.value for role in Role if right in ROLE_PERMISSIONS[role]]
    rows = queries.memberships_of(user).filter(role__in=carrying)
    return all(_leads_to(row, other.id, carrying, {by.id}) for row in rows)


def _leads_to(row: Membership, other: str, carrying: list[str], seen: set[str]) -> bool:
    for who, _at in _acts_behind(row):
        if who == other:
            return True
        number = rules.account_of(who)
        if number is None or who in seen:
            continue
        seen.add(who)
        before = Membership.objects.filter(user=number, role__in=carrying)
        if any(_leads_to(role, other, carrying, seen) for role in before):
            return True
    return False


def _gives_say(row: Membership, beside: Actor | None) -> bool:
    young = timezone.now() - rules.SAY_BEGINS_AFTER
    return not any(
        (beside is not None and who == beside.id)
        or (rules.account_of(who) is not None and at > young)
        for who, at in _acts_behind(row)
    )


def _acts_behind(row: Membership) -> list[tuple[str, datetime]]:
    """Who let this person have this role, and when."""
    role = Q(kind="membership", subject=str(row.pk), did__in=("member.added", "member.ended"))
    opened = Q(did="account.made") | Q(did="password_link.made", data__second_factor=False)
    account = Q(kind="account", subject=str(row.user_id)) & opened
    return list(JournalEntry.objects.filter(role | account).values_list("who", "at"))
