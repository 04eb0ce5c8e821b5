"""A committee's sessions: planned, attended, closed, and what they decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may, require
from convive.domain.committees import queries
from convive.domain.committees.models import Attendance, Decision, Seat, Session
from convive.domain.committees.rules import is_carried
from convive.domain.committees.vocabulary import How, Presence, SessionState
from convive.domain.plans import actions as plans
from convive.domain.plans import queries as plan_queries
from convive.domain.programme import queries as programme
from convive.kernel import journal, words
from convive.kernel.errors import BadInput, Refused


@transaction.atomic
def plan_session(
    *,
    by: Actor,
    committee: str,
    day: date,
    place: str,
    agenda: str,
    hour: time | None = None,
    is_sample: bool = False,
) -> Session:
    """Call a session. Raises BadInput where the committee does not exist on that day."""
    found = queries.committee(committee)
    require(by, Permission.KEEP_COMMITTEE, queries.scope_of(found))
    _check_day(found.valid_from, found.valid_to, day)
    session = Session.objects.create(
        committee=found, day=day, hour=hour, place=place, agenda=agenda, is_sample=is_sample
    )
    _journal(by, "session.planned", session, {"day": day.isoformat()})
    return session


@transaction.atomic
def change_session(
    *, by: Actor, session: int, day: date, place: str, agenda: str, hour: time | None = None
) -> Session:
    """Move a session or mend what was written of it, before it is closed."""
    found = _unclosed(by, session)
    _check_day(found.committee.valid_from, found.committee.valid_to, day)
    if day != found.day and found.attendance.exists():
        raise BadInput.at(
            "day",
            _("It is recorded who was there: the day stands."),
            _("Call another session for another day."),
        )
    found.day, found.hour, found.place, found.agenda = day, hour, place, agenda
    found.save(update_fields=["day", "hour", "place", "agenda"])
    _journal(by, "session.changed", found, {"day": day.isoformat()})
    return found


@transaction.atomic
def record_presence(*, by: Actor, session: int, present: Mapping[int, str]) -> Session:
    """Say who is there: seat -> `titular` or `alternate`. Seats left out are empty.

    Raises BadInput before the day of the session, for a seat not in force on it, for an account
    that would stand for two seats, or where decisions stand that those who are left could not have
    taken.
    """
    found = _unclosed(by, session)
    _check_begun(found)
    in_force = {seat.pk: seat for seat in queries.seats_on(found.committee, found.day)}
    if not set(present) <= set(in_force) or not set(present.values()) <= set(Presence.values):
        raise BadInput.at(
            _("presence"), _("This seat is not one of that day."), _("Open the session again.")
        )
    _check_nobody_twice([(in_force[seat], how) for seat, how in present.items()])
    found.attendance.all().delete()
    Attendance.objects.bulk_create(
        Attendance(session=found, seat_id=seat, presence=how) for seat, how in present.items()
    )
    count = queries.count(found)
    if found.decisions.exists() and not count.is_reached:
        raise Refused.at(_("presence"), _no_quorum(count), _("What was decided needs them."))
    _journal(by, "session.attended", found, _counted(count))
    return found


@transaction.atomic
def decide(
    *,
    by: Actor,
    session: int,
    text: str,
    how: str,
    votes_for: int | None = None,
    votes_against: int | None = None,
    abstained: int | None = None,
    organisation: str = "",
    due: date | None = None,
    objective: int | None = None,
    is_public: bool = False,
    reason: str = "",
) -> Decision:
    """Write down what was decided.

    organisation, due : who is asked to do it, by when. Where the actor may promise for that body
    the commitment is made at once; else it waits for the body. Without an organisation: `reason`.
    votes_... : of a vote. objective : number of the objective it serves.

    Raises Refused without quorum, BadInput for a vote that is not carried or does not add up.
    """
    found = _unclosed(by, session)
    _check_begun(found)
    count = queries.count(found)
    if not count.is_reached:
        raise Refused.at(_("quorum"), _no_quorum(count), _("Record who is there first."))
    votes = {"votes_for": votes_for, "votes_against": votes_against, "abstained": abstained}
    if how == How.VOTE:
        votes = _voted(votes, count.present)
    elif any(number is not None for number in votes.values()):
        raise BadInput.at("how", _("A consensus has no votes."), _("Choose: by vote."))
    if bool(organisation) != (due is not None):
        raise BadInput.at("due", _("Who does it, and by when, belong together."), _("Give both."))
    if due is not None and due < found.day:
        raise BadInput.at(
            "due", _("It would be due before it was decided."), _("Give a later day.")
        )
    if not organisation and not reason.strip():
        raise BadInput.at(
            "reason",
            _("A decision is done by somebody, or says why nobody has to."),
            _("Name an organisation and a day, or give the reason."),
        )
    decision = Decision.objects.create(
        session=found,
        number=found.decisions.count() + 1,
        text=text,
        how=how,
        **votes,
        organisation=programme.organisation(organisation) if organisation else None,
        due=due,
        objective_id=objective if organisation else None,
        is_public=is_public and bool(organisation),
        reason="" if organisation else reason.strip(),
    )
    _journal(
        by,
        "decision.taken",
        found,
        {**_counted(count), "decision": decision.pk, "how": how, "asks": organisation or None},
    )
    if decision.waits and may(by, Permission.MAKE_COMMITMENT, asked_scope(decision)):
        _promise(by, decision)
    return decision


@transaction.atomic
def promise(*, by: Actor, decision: int) -> Decision:
    """The body that a decision asks promises it: the decision becomes its commitment."""
    found = _waiting(by, decision)
    _promise(by, found)
    return found


@transaction.atomic
def decline(*, by: Actor, decision: int, reason: str) -> Decision:
    """The body that a decision asks does not promise it, and says why."""
    found = _waiting(by, decision)
    if not reason.strip():
        raise BadInput.at("reason", _("The committee is owed the reason."), _("Say why."))
    found.reason = reason.strip()
    found.save(update_fields=["reason"])
    _journal(by, "decision.declined", found.session, {"decision": found.pk})
    return found


@transaction.atomic
def close_session(*, by: Actor, session: int, minutes: str) -> Session:
    """It was held: who was there, and whether they were enough, is frozen.

    minutes : number of the acta. Raises BadInput where nobody was there.
    """
    found = _unclosed(by, session)
    _check_begun(found)
    if not found.attendance.exists():
        raise BadInput.at(
            _("presence"),
            _("It is not recorded who was there."),
            _("Record it, or say that the session was not held."),
        )
    return _close(by, found, SessionState.HELD, minutes=minutes)


@transaction.atomic
def call_off_session(*, by: Actor, session: int, reason: str) -> Session:
    """It was not held, and why. Raises BadInput where it decided something."""
    found = _unclosed(by, session)
    if found.decisions.exists():
        raise BadInput.at(
            "reason", _("It decided something: so it was held."), _("Close it as held.")
        )
    if not reason.strip():
        raise BadInput.at("reason", _("It is kept with its reason."), _("Say why."))
    return _close(by, found, SessionState.NOT_HELD, reason=reason.strip())


def asked_scope(decision: Decision) -> Scope:
    """Where the commitment of a decision would stand."""
    district = decision.session.committee.district
    asked = decision.organisation
    return Scope(asked.code if asked else None, district.ref if district else None)


def _close(by: Actor, session: Session, state: SessionState, **facts: Any) -> Session:
    count = queries.count(session)
    facts |= {
        "state": state,
        "seats": count.seats,
        "present": count.present,
        "needed": count.needed,
        "closed_on": programme.today(),
        "closed_by": by.id,
    }
    for name, value in facts.items():
        setattr(session, name, value)
    session.save(update_fields=list(facts))
    _journal(by, f"session.{state.value}", session, _counted(count))
    return session


def _promise(by: Actor, decision: Decision) -> None:
    committee = decision.session.committee
    assert decision.organisation is not None and decision.due is not None
    plan = decision.objective.plan if decision.objective else _plan_of(committee.district)
    decision.commitment = plans.make_commitment(
        by=by,
        plan=plan.code if plan else "",
        what=decision.text,
        organisation=decision.organisation.code,
        due=decision.due,
        made_on=min(decision.session.day, programme.today()),
        objective=decision.objective.code if decision.objective else "",
        district=committee.district.ref if committee.district else "",
        is_public=decision.is_public,
        raised_by=("decision", str(decision.pk)),
    )
    decision.save(update_fields=["commitment"])


def _plan_of(district: Any) -> Any:
    """The plan of the district where it has one, else that of the programme."""
    own = plan_queries.plans().filter(district=district).first() if district else None
    return own or plan_queries.plan()


def _voted(votes: Mapping[str, int | None], present: int) -> dict[str, int | None]:
    full = {name: number or 0 for name, number in votes.items()}
    if sum(full.values()) > present:
        raise BadInput.at(
            "votes_for",
            _("There are more votes than members present (%(present)s).") % {"present": present},
            _("Count again."),
        )
    if not is_carried(votes_for=full["votes_for"], votes_against=full["votes_against"]):
        raise BadInput.at(
            "votes_for",
            _("It was not carried: it has no more votes for than against."),
            _("Write down what was decided; what was rejected stands in the minutes."),
        )
    return dict(full)


def _unclosed(by: Actor, pk: int) -> Session:
    found = queries.session(pk, to_change=True)
    if found is None:
        raise BadInput.at(pk, _("There is no such session."), _("See the committee."))
    require(by, Permission.KEEP_COMMITTEE, queries.scope_of(found.committee))
    if found.state != SessionState.PLANNED:
        raise BadInput.at(
            _("session"),
            _("It was closed on %(day)s: nothing of it changes any more.")
            % {"day": words.day(found.closed_on)},
            _("Call a new session."),
        )
    return found


def _waiting(by: Actor, pk: int) -> Decision:
    found = queries.decision(pk)
    if found is None:
        raise BadInput.at(pk, _("There is no such decision."), _("See the committee."))
    require(by, Permission.MAKE_COMMITMENT, asked_scope(found))
    if not found.waits:
        raise BadInput.at(pk, _("It was answered before."), _("See the decision."))
    return found


def _check_day(first: date, last: date | None, day: date) -> None:
    if day < first or (last is not None and day > last):
        raise BadInput.at(
            "day", _("The committee does not exist on that day."), _("Choose another day.")
        )


def _check_begun(session: Session) -> None:
    if session.day > programme.today():
        raise BadInput.at(
            _("session"),
            _("It is on %(day)s: nobody was there yet.") % {"day": words.day(session.day)},
            _("Come back on that day, or move it."),
        )


def _check_nobody_twice(present: Iterable[tuple[Seat, str]]) -> None:
    """One person is one member: with two seats they would count twice in the quorum."""
    stand: dict[int, Seat] = {}
    for seat, how in present:
        account = seat.titular_id if how == Presence.TITULAR else seat.alternate_id
        other = stand.setdefault(account, seat) if account is not None else seat
        if other != seat:
            raise BadInput.at(
                _("presence"),
                _("One person cannot stand for two seats: %(one)s, %(other)s.")
                % {"one": other.name, "other": seat.name},
                _("Leave one of the two empty, or let its other person stand for it."),
            )


def _no_quorum(count: queries.Count) -> str:
    return _(
        "There is no quorum: %(present)s of %(seats)s members with a vote are there, "
        "%(needed)s must be. Without it nothing can be decided."
    ) % {"present": count.present, "seats": count.seats, "needed": count.needed}


def _counted(count: queries.Count) -> dict[str, int]:
    return {"present": count.present, "seats": count.seats, "needed": count.needed}


def _journal(by: Actor, did: str, session: Session, data: dict[str, Any]) -> None:
    journal.write(
        who=by.id,
        did=did,
        kind="session",
        subject=session.pk,
        data={"committee": session.committee.code, **data},
    )
