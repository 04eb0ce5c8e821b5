"""What waits for somebody in committees: sessions to hold and to close, decisions to answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.committees import queries
from convive.domain.committees.actions import hand_over_seats
from convive.domain.committees.actions_sessions import asked_scope
from convive.domain.committees.models import Decision, Seat, Session
from convive.domain.programme import queries as programme


class Committees:
    """Whoever keeps a committee closes its sessions; whoever sits in it comes to the next one;
    whoever promises for a body answers what a committee asks of it."""

    name = "committees"

    @property
    def title(self) -> str:
        return _("Committees")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        account = programme.account_of(who)
        seats = queries.seats_held_by(account.pk, today) if account else ()
        sits = {seat.committee_id for seat in seats}
        for session in queries.unclosed_sessions():
            keeps = may(who, Permission.KEEP_COMMITTEE, queries.scope_of(session.committee))
            if keeps or (session.committee_id in sits and session.day >= today):
                yield _of_session(session, today)
        for decision in queries.unanswered_decisions():
            if may(who, Permission.MAKE_COMMITMENT, asked_scope(decision)):
                yield _of_decision(decision)

    def held_by(self, account: int) -> Iterator[Duty]:
        yield from map(_of_seat, queries.seats_held_by(account, programme.today()))

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return hand_over_seats(by=by, leaver=leaver, successor=successor)


def register() -> None:
    duties.register(Committees())


def _of_session(session: Session, today: date) -> Duty:
    passed = session.day < today
    words = _("Close the session: %(name)s") if passed else _("Next session: %(name)s")
    return Duty(
        part=Committees.name,
        id=f"session-{session.pk}",
        title=words % {"name": session.committee.name},
        url=reverse("committees:session", args=[session.pk]),
        due=session.day,
        detail=session.place,
        action=_("Close it") if passed else _("See the agenda"),
    )


def _of_decision(decision: Decision) -> Duty:
    asked = decision.organisation
    return Duty(
        part=Committees.name,
        id=f"decision-{decision.pk}",
        title=_("Promise or decline: %(what)s") % {"what": decision.text},
        url=reverse("committees:session", args=[decision.session_id]) + f"#decision-{decision.pk}",
        due=decision.due,
        detail=f"{decision.session.committee.name} · {asked.name if asked else ''}",
        action=_("Answer it"),
    )


def _of_seat(seat: Seat) -> Duty:
    return Duty(
        part=Committees.name,
        id=f"seat-{seat.pk}",
        title=f"{seat.committee.name}: {seat.name}",
        url=reverse("committees:committee", args=[seat.committee.code]),
        detail=seat.committee.organisation.name,
        action=_("See the committee"),
    )
