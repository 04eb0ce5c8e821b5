"""Writes of the team: a case is opened, its needs, plan and notes are kept, its team changes.

The journal says who did what to which case. What somebody needs, plans or says is in none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.rules import Actor, Scope, require
from convive.domain.cases import held, queries, rules
from convive.domain.cases.models import Case, Goal, Note, Stay, Step
from convive.domain.cases.vocabulary import Aim, Doer, Need, Plan
from convive.domain.people import queries as people
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.kernel import journal
from convive.kernel.errors import BadInput


@transaction.atomic
def open_case(
    *,
    by: Actor,
    person: str,
    worker: int,
    supervisor: int,
    reason: str,
    needs: Iterable[str] = (),
) -> Case:
    """Begin to accompany somebody who agrees to be attended.

    worker : the account that leads the case. supervisor : another, who may supervise there.
    reason : why, sealed. needs : codes of `Need`.

    Raises BadInput where the person does not agree, or where this actor sees an open case already.
    """
    whom = people.person(by, person)
    if whom is None or whom.is_erased or whom.same_as is not None:
        require(by, queries.KEEP, Scope("-", "-"))  # as for somebody of others
        raise BadInput.at(person, _("There is nobody of this code."), _("Look for the person."))
    require(by, queries.KEEP, people.scope_of(whom))
    if not people.agrees(whom, Purpose.SERVICES):
        raise BadInput.at(
            person,
            _("The person does not agree to be attended."),
            _("Ask them first, and write down what they say."),
        )
    if queries.of_person(by, whom).filter(state="open").exists():
        raise BadInput.at(person, _("They have an open case already."), _("Work on that one."))
    today = programme.today()
    made = Case(
        person=whom,
        reason=held.filled("reason", reason, held.NOTE),
        needs=_needs(needs),
        review_by=today + timedelta(days=rules.FIRST_REVIEW),
        opened_on=today,
        opened_by=by.id,
        is_sample=whom.is_sample,
    )
    held.take_parts(made, worker, {worker}, supervisor)
    made.save()
    made.team.set([worker])
    Stay.objects.create(case=made, began_on=today)
    _journal(by, "cases.opened", made, organisation=whom.organisation.code)
    return made


@transaction.atomic
def say_needs(*, by: Actor, case: str, needs: Iterable[str]) -> Case:
    """What the person needs now, in place of what was written before."""
    found = held.require_team(by, case)
    found.needs = _needs(needs)
    found.save()
    _journal(by, "cases.needs-said", found)
    return found


@transaction.atomic
def set_goal(*, by: Actor, case: str, words: str) -> Goal:
    """One more goal. The plan is another now: the supervisor looks at it anew."""
    found = held.require_team(by, case)
    made = Goal.objects.create(case=found, words=held.filled("words", words, held.LINE))
    _changed(found)
    _journal(by, "cases.goal-set", found)
    return made


@transaction.atomic
def end_goal(*, by: Actor, case: str, goal: str, met: bool) -> Goal:
    """Say that a goal is reached, or given up: which changes the plan."""
    found = held.require_team(by, case)
    one = _goal(found, goal)
    one.state = (Aim.MET if met else Aim.DROPPED).value
    one.save()
    if not met:
        _changed(found)
    _journal(by, "cases.goal-ended", found, met=met)
    return one


@transaction.atomic
def add_step(
    *, by: Actor, case: str, goal: str, words: str, who: str, due: date, service: str = ""
) -> Step:
    """Who does what towards a goal, by when. service : of the catalogue, where one helps."""
    found = held.require_team(by, case)
    one = _goal(found, goal)
    if due < programme.today():
        raise BadInput.at("due", _("This day is over."), _("Write a day from today on."))
    if service:
        held.chosen("service", service, queries.service_names())
    made = Step.objects.create(
        goal=one,
        words=held.filled("words", words, held.LINE),
        service=service,
        who=held.chosen("who", who, Doer.values),
        due=due,
    )
    _journal(by, "cases.step-added", found, due=due.isoformat())
    return made


@transaction.atomic
def do_step(*, by: Actor, case: str, step: str) -> Step:
    """Say that a step was done."""
    found = held.require_team(by, case)
    one = Step.objects.filter(goal__case=found, code=step).first()
    if one is None or one.done_on is not None:
        raise BadInput.at(step, _("This step is not open."), _("Open the case again."))
    one.done_on = programme.today()
    one.save()
    _journal(by, "cases.step-done", found)
    return one


@transaction.atomic
def write_note(*, by: Actor, case: str, words: str) -> Note:
    """What happened, for the team and the supervisor alone."""
    found = held.require_team(by, case)
    text = held.filled("words", words, held.NOTE)
    made = Note.objects.create(case=found, words=text, written_at=timezone.now(), written_by=by.id)
    _journal(by, "cases.note-written", found)
    return made


@transaction.atomic
def set_team(*, by: Actor, case: str, worker: int, team: Collection[int], supervisor: int) -> Case:
    """Who leads a case, who works on it, who supervises it. The last is changed by the supervisor
    alone, so that nobody chooses who judges them."""
    found = held.require_either(by, case)
    if supervisor != found.supervisor_id and not queries.is_supervisor(by, found):
        raise BadInput.at(
            "supervisor",
            _("The supervisor passes a case on themselves."),
            _("Ask them to, or whoever manages accounts."),
        )
    everybody = {worker, *team}
    held.take_parts(found, worker, everybody, supervisor)
    found.save()
    found.team.set(everybody)
    ids = [f"user:{account}" for account in sorted(everybody)]
    _journal(by, "cases.team-set", found, team=ids, supervisor=f"user:{supervisor}")
    return found


def _changed(found: Case) -> None:
    found.plan = Plan.DRAFT.value
    found.save()


def _goal(found: Case, code: str) -> Goal:
    one = found.goals.filter(code=code, state=Aim.OPEN).first()
    if one is None:
        raise BadInput.at(code, _("This goal is not open."), _("Open the case again."))
    return one


def _needs(codes: Iterable[str]) -> str:
    return " ".join(held.chosen("needs", code, Need.values) for code in dict.fromkeys(codes))


def _journal(by: Actor, did: str, found: Case, **data: Any) -> None:
    journal.write(who=by.id, did=did, kind="case", subject=found.code, data=data)
