"""Writes that take two people: the plan is reviewed, the case is closed, and opened again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.cases import held, queries, rules
from convive.domain.cases.models import Case, Closure, Review, Stay
from convive.domain.cases.vocabulary import Plan, Reason, State, Verdict
from convive.domain.programme import queries as programme
from convive.kernel import journal
from convive.kernel.errors import BadInput


@transaction.atomic
def ask_review(*, by: Actor, case: str) -> Case:
    """Ask the supervisor to look at the plan."""
    found = held.require_team(by, case)
    if not found.goals.exists():
        raise BadInput.at(case, _("The plan has no goal yet."), _("Write one first."))
    found.plan = Plan.ASKED.value
    found.save()
    _journal(by, "cases.review-asked", found)
    return found


@transaction.atomic
def review(
    *, by: Actor, case: str, verdict: str, words: str = "", next_on: date | None = None
) -> Review:
    """The supervisor agrees with the plan as it is, or asks for changes and says which.

    next_on : by when they look at it again.
    """
    found = held.require_supervisor(by, case)
    held.chosen("verdict", verdict, Verdict.values)
    agrees = verdict == Verdict.AGREES
    text = (held.short if agrees else held.filled)("words", words, held.NOTE)
    today = programme.today()
    until = next_on or today + timedelta(days=rules.NEXT_REVIEW)
    if not today < until <= today + timedelta(days=rules.MOST_REVIEW):
        raise BadInput.at(
            "next_on",
            _("This day is over, or too far away."),
            _("Write one within the next %(most)d days.") % {"most": rules.MOST_REVIEW},
        )
    made = Review.objects.create(
        case=found, verdict=verdict, words=text, said_at=timezone.now(), said_by=by.id
    )
    found.plan = (Plan.AGREED if agrees else Plan.CHANGES).value
    found.review_by = until
    found.save()
    _journal(by, "cases.reviewed", found, verdict=verdict, next=until.isoformat())
    return made


@transaction.atomic
def propose_closure(*, by: Actor, case: str, reason: str, words: str = "") -> Closure:
    """Propose that a case be closed. It goes on until the supervisor agrees."""
    found = held.require_team(by, case, leaving=True)
    held.chosen("reason", reason, Reason.values)
    text = (held.filled if reason == Reason.OTHER else held.short)("words", words, held.NOTE)
    if queries.open_closure(found) is not None:
        raise BadInput.at(
            case, _("This was proposed already."), _("The supervisor has to answer it.")
        )
    made = Closure.objects.create(
        case=found, reason=reason, words=text, proposed_at=timezone.now(), proposed_by=by.id
    )
    _journal(by, "cases.closure-proposed", found)
    return made


@transaction.atomic
def decide_closure(*, by: Actor, case: str, verdict: str, answer: str = "") -> Case:
    """The supervisor closes the case, or says what is still to do. Never whoever proposed it."""
    found = held.require_supervisor(by, case, leaving=True)
    held.chosen("verdict", verdict, Verdict.values)
    agrees = verdict == Verdict.AGREES
    proposed = queries.open_closure(found)
    if proposed is None:
        raise BadInput.at(case, _("Nobody proposes to close it."), _("Open the case again."))
    if proposed.proposed_by == by.id:
        raise BadInput.at(
            case,
            _("You proposed it yourself."),
            _("Pass the supervision on to somebody else, who decides."),
        )
    proposed.answer = (held.short if agrees else held.filled)("answer", answer, held.NOTE)
    proposed.verdict, proposed.decided_by = verdict, by.id
    proposed.decided_at = timezone.now()
    proposed.save()
    if agrees:
        found.state = State.CLOSED.value
        found.save()
        today = programme.today()
        found.stays.filter(ended_on=None).update(ended_on=today, reason=proposed.reason)
    _journal(by, "cases.closure-decided", found, verdict=verdict)
    return found


@transaction.atomic
def reopen(*, by: Actor, case: str, words: str) -> Case:
    """Somebody came back. words : why, kept as a note."""
    found = held.require_either(by, case)
    if found.is_open:
        raise BadInput.at(case, _("This case is open."), _("Work on it."))
    if not queries.agrees(found):
        raise BadInput.at(
            case,
            _("The person does not agree to be attended."),
            _("Ask them first, and write down what they say."),
        )
    today = programme.today()
    found.state, found.plan = State.OPEN.value, Plan.DRAFT.value
    found.review_by = today + timedelta(days=rules.FIRST_REVIEW)
    found.save()
    Stay.objects.create(case=found, began_on=today)
    text = held.filled("words", words, held.NOTE)
    found.notes.create(words=text, written_at=timezone.now(), written_by=by.id)
    _journal(by, "cases.reopened", found)
    return found


def _journal(by: Actor, did: str, found: Case, **data: Any) -> None:
    journal.write(who=by.id, did=did, kind="case", subject=found.code, data=data)
