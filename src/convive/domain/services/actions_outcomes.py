"""The write of outcomes: what became of somebody who completed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.domain.services import outcomes, rules
from convive.domain.services.keeping import require_enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.vocabulary import MONTHS, Answer, Formality, Reply, Standing
from convive.kernel import journal
from convive.kernel.errors import BadInput, Problem

MOST_HOURS = 112  # a week, sleep left out


@dataclass(frozen=True)
class Said:
    """What somebody said. income : the code of a band of the pack. hours : a week."""

    reply: str
    work: str = ""
    formality: str = ""
    hours: int | None = None
    income: str = ""
    school: str = ""
    business: str = ""


@transaction.atomic
def record(*, by: Actor, enrolment: str, months: int, said: Said) -> Outcome:
    """Write down what somebody said, or that they could not be reached. Later words replace it.

    Nobody calls who did not agree to it: without that consent nothing is written.
    """
    row = require_enrolment(by, enrolment)
    if row.state != Standing.COMPLETED or row.ended_on is None:
        raise BadInput.at(enrolment, _("They did not complete it."), _("Reload the page."))
    today = programme.today()
    if months not in MONTHS or rules.after_months(row.ended_on, months) > today:
        raise BadInput.at("months", _("It is too early to ask."), _("See when it is due."))
    if not outcomes.may_be_called(row.whom):
        raise BadInput.at(
            enrolment,
            _("They do not agree that somebody calls or writes to them."),
            _("Do not call. Where they come by themselves, ask them again on their page."),
        )
    if problems := _problems(said):
        raise BadInput(problems)
    one = row.outcomes.filter(months=months).first() or Outcome(enrolment=row, months=months)
    has_work = said.work == Answer.YES
    one.reply, one.work, one.school, one.business = (
        said.reply, said.work, said.school, said.business
    )  # fmt: skip
    one.formality = said.formality if has_work else ""
    one.hours = said.hours if has_work else None
    one.income = outcomes.bands().filter(code=said.income).first() if has_work else None
    one.asked_on, one.asked_by = today, by.id
    one.save()
    journal.write(
        who=by.id,
        did="services.outcome-written",
        kind="enrolment",
        subject=row.code,
        data={"months": months},
    )
    return one


def _problems(said: Said) -> list[Problem]:
    """Nothing is taken for said that was not: who was not reached, said nothing."""
    remedy = _("Choose one that is.")
    unknown = _("This is not in the list.")
    if said.reply not in Reply.values:
        return [Problem("reply", unknown, remedy)]
    if said.reply != Reply.REACHED:
        spoke = said.work or said.school or said.business
        why = _("Who did not answer said nothing of work or school.")
        return [Problem("reply", why, _("Leave the rest empty."))] if spoke else []
    found = []
    if said.work not in Answer.values:
        found.append(Problem("work", _("It is missing whether they work."), _("Say yes or no.")))
    lists = {"school": Answer, "business": Answer, "formality": Formality}
    found += [
        Problem(name, unknown, remedy)
        for name, choices in lists.items()
        if getattr(said, name) not in ("", *choices.values)
    ]
    if said.hours is not None and not 1 <= said.hours <= MOST_HOURS:
        most = _("Write one from 1 to %(most)d.") % {"most": MOST_HOURS}
        found.append(Problem("hours", _("This is no number of hours."), most))
    if said.income and not outcomes.bands().filter(code=said.income).exists():
        found.append(Problem("income", unknown, remedy))
    return found
