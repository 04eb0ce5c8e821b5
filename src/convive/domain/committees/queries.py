"""Every read of committees, their sessions and their decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Actor, Scope, may
from convive.domain.committees.models import Attendance, Committee, Decision, Seat, Session
from convive.domain.committees.vocabulary import SessionState
from convive.kernel.errors import BadInput


@dataclass(frozen=True)
class Count:
    """Who may vote in a session, who of them is there, and how many it takes."""

    seats: int
    present: int
    needed: int

    @property
    def is_reached(self) -> bool:
        return self.present >= self.needed


def committees() -> QuerySet[Committee]:
    return Committee.objects.filter(retired_on=None).select_related("organisation", "district")


def committees_visible_to(actor: Actor) -> list[Committee]:
    """Those whose district this person may see; those of no one district are everybody's."""
    return [row for row in committees() if may(actor, Permission.SEE_PLAN, scope_to_see(row))]


def committee(code: str) -> Committee:
    """Raises BadInput where there is none of this code."""
    found = committees().filter(code=code).first()
    if found is None:
        raise BadInput.at(code, _("There is no committee of this code."), _("See the committees."))
    return found


def scope_of(row: Committee) -> Scope:
    """Where a committee is kept, as access asks."""
    return Scope(row.organisation.code, row.district.ref if row.district else None)


def scope_to_see(row: Committee) -> Scope:
    """Where a committee is read: in its district, whoever keeps it."""
    return Scope(district=row.district.ref) if row.district else EVERYWHERE


def seats(row: Committee) -> QuerySet[Seat]:
    """The seats that were not retired, the chair first."""
    rows = row.seats.filter(retired_on=None)
    return rows.select_related("organisation", "titular", "alternate").order_by("post", "code")


def seats_on(row: Committee, day: date) -> list[Seat]:
    """The seats in force on a day."""
    return [
        seat
        for seat in seats(row)
        if seat.valid_from <= day and (seat.valid_to is None or day <= seat.valid_to)
    ]


def seat(pk: int) -> Seat | None:
    rows = Seat.objects.filter(retired_on=None, committee__retired_on=None)
    rows = rows.select_related("committee__organisation", "committee__district")
    return rows.filter(pk=pk).first()


def sessions(row: Committee) -> QuerySet[Session]:
    """The latest first."""
    return row.sessions.order_by("-day", "-pk")


def session(pk: int, *, to_change: bool = False) -> Session | None:
    """to_change : nobody else changes it until the transaction ends."""
    rows = _sessions().filter(pk=pk)
    return (rows.select_for_update(of=("self",)) if to_change else rows).first()


def decisions(row: Session) -> QuerySet[Decision]:
    return _decisions().filter(session=row).order_by("number")


def decision(pk: int) -> Decision | None:
    return _decisions().filter(pk=pk).first()


def attendance(row: Session) -> dict[int, str]:
    """Seat -> who sat in it."""
    return dict(Attendance.objects.filter(session=row).values_list("seat", "presence"))


def count(row: Session) -> Count:
    """The quorum of a session: as it was frozen, or, before it is closed, as it stands."""
    if row.seats is not None and row.present is not None and row.needed is not None:
        return Count(row.seats, row.present, row.needed)
    voting = {seat.pk for seat in seats_on(row.committee, row.day) if seat.votes}
    present = len(voting & attendance(row).keys())
    return Count(len(voting), present, row.committee.quorum.needed(len(voting)))


def unclosed_sessions() -> QuerySet[Session]:
    """Sessions that were neither held nor called off yet, the first to come first."""
    return _sessions().filter(state=SessionState.PLANNED).order_by("day", "pk")


def unanswered_decisions() -> QuerySet[Decision]:
    """Decisions that ask a body which has neither promised nor declined."""
    return _decisions().filter(commitment=None, reason="", organisation__isnull=False)


def seats_held_by(account: int, day: date) -> QuerySet[Seat]:
    """The seats in force in which somebody with this account sits."""
    rows = Seat.objects.filter(retired_on=None, committee__retired_on=None)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=day))
    return rows.filter(Q(titular=account) | Q(alternate=account)).select_related(
        "committee__organisation", "committee__district", "titular", "alternate"
    )


def _sessions() -> QuerySet[Session]:
    return Session.objects.filter(committee__retired_on=None).select_related(
        "committee__organisation", "committee__district"
    )


def _decisions() -> QuerySet[Decision]:
    return Decision.objects.select_related(
        "session__committee__organisation",
        "session__committee__district",
        "organisation",
        "objective__plan",
        "commitment",
    )
