"""Every read of cases. A case is seen by its team and its supervisor; whoever else asks finds none,
and nothing at all that a person takes away as a file, a referral or a search reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.cases.models import Case, Closure, Screening, Stay, Step
from convive.domain.cases.vocabulary import Aim, State
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, User

KEEP, SUPERVISE = Permission.KEEP_CASES, Permission.SUPERVISE_CASES


def cases_visible_to(who: Actor) -> QuerySet[Case]:
    """The cases of whose team this actor is, or that they supervise."""
    return _cases_of(who, KEEP, SUPERVISE)


def case(who: Actor, code: str, *parts: Permission) -> Case | None:
    """By its code, of those in which this actor has one of these parts, or any where none is named:
    to work on it, or to supervise it. It takes the same work to find none as that of others."""
    return _cases_of(who, *(parts or (KEEP, SUPERVISE))).filter(code=code).first()


def scope_of(found: Case) -> Scope:
    return people.scope_of(found.whom)


def sees(who: Actor, found: Case) -> bool:
    return is_of_team(who, found) or is_supervisor(who, found)


def is_of_team(who: Actor, found: Case) -> bool:
    """Whether this actor works on a case now: of its team, and still with the right to."""
    if who.is_system:
        return True
    account = programme.account_of(who)
    mine = account is not None and found.team.filter(pk=account.pk).exists()
    return mine and may(who, KEEP, scope_of(found))


def is_supervisor(who: Actor, found: Case) -> bool:
    if who.is_system:
        return True
    account = programme.account_of(who)
    mine = account is not None and found.supervisor_id == account.pk
    return mine and may(who, SUPERVISE, scope_of(found))


def agrees(found: Case) -> bool:
    """Whether the person agrees to be attended now: else what it says is shown to nobody."""
    return bool(still_agreeing([found]))


def still_agreeing(found: Sequence[Case]) -> set[int]:
    """Those of a list whose person agrees to be attended now, read at once."""
    agreed = people.Agreed([one.whom for one in found], programme.today())
    return {
        one.pk for one in found if not one.whom.is_erased and agreed.to(Purpose.SERVICES, one.whom)
    }


def of_person(who: Actor, person: Person) -> QuerySet[Case]:
    """Of somebody, those that this actor sees, the newest first."""
    return cases_visible_to(who).filter(Q(person=person) | Q(person__same_as=person))


def accounts_with(permission: Permission, scope: Scope) -> list[User]:
    """Who may have this part in a case that stands there, by name."""
    found: dict[int, User] = {}
    for membership in programme.members():
        account = membership.user
        if account.pk in found or not account.is_active:
            continue
        if may(programme.actor_of(account), permission, scope):
            found[account.pk] = account
    return sorted(found.values(), key=lambda account: account.name)


def open_closure(found: Case) -> Closure | None:
    """That it be closed, proposed and not decided."""
    return found.closures.filter(decided_at=None).first()


def to_be_decided(rows: QuerySet[Case]) -> set[int]:
    """Those of which somebody proposes that they be closed."""
    found = Closure.objects.filter(case__in=rows, decided_at=None)
    return set(found.values_list("case", flat=True))


def steps_to_do(rows: QuerySet[Case], until: date) -> QuerySet[Step]:
    """Steps of open goals of these cases that are due by a day."""
    due = Step.objects.filter(goal__case__in=rows, goal__state=Aim.OPEN, done_on=None)
    return due.filter(due__lte=until).select_related("goal__case")


def held_by(account: int) -> QuerySet[Case]:
    """Open cases in which somebody has a part."""
    part = Q(worker=account) | Q(supervisor=account) | Q(team=account)
    return _cases().filter(part, state=State.OPEN).distinct()


def led_for(person: Person, account: int) -> QuerySet[Case]:
    """Open cases of somebody that an account leads."""
    rows = _cases().filter(Q(person=person) | Q(person__same_as=person))
    return rows.filter(worker=account, state=State.OPEN)


# Screening


def factors() -> list[CatalogueEntry]:
    """The factors of the pack in its own order. It never depends on what was answered."""
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.FACTOR, retired_on=None)
    return sorted(rows, key=lambda row: (row.data["order"], row.code))


def tiers() -> list[CatalogueEntry]:
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.TIER, retired_on=None)
    return sorted(rows, key=lambda row: (row.data["order"], row.code))


def screenings(found: Case) -> QuerySet[Screening]:
    """The newest first."""
    return found.screenings.all()


def service_names() -> dict[str, str]:
    """The services that a step may name; a retired one keeps its name."""
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.SERVICE)
    return {row.code: row.name for row in rows}


# Counted


def stays_within(start: date, end: date) -> QuerySet[Stay]:
    """Whoever was there on one of the days: to be counted, never to be shown."""
    rows = Stay.objects.filter(began_on__lte=end).filter(Q(ended_on=None) | Q(ended_on__gte=start))
    return rows.select_related("case__person__organisation", "case__person__same_as")


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related(
        "person__organisation", "person__district", "worker", "supervisor",
        "person__same_as__organisation", "person__same_as__district",
    )  # fmt: skip


def _cases_of(who: Actor, *parts: Permission) -> QuerySet[Case]:
    rows = _cases()
    if who.is_system:
        return rows
    account = programme.account_of(who)
    if account is None:
        return rows.none()
    of = {
        KEEP: Q(pk__in=Case.objects.filter(team=account.pk).values("pk")),
        SUPERVISE: Q(supervisor=account.pk),
    }
    mine = Q(pk__in=())
    for part in parts:
        mine |= of[part] & Q(person__in=people.within_reach(who, part).values("pk"))
    return rows.filter(mine)
