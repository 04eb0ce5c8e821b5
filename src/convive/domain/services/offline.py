"""What is written down of activities without a line: who came, who is enrolled."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.offline import kinds
from convive.domain.offline.kinds import Conflict, Entry, Way, filled_in
from convive.domain.people import offline as people
from convive.domain.people.actions import LikelyDouble
from convive.domain.people.forms import ConsentForm
from convive.domain.programme import queries as programme
from convive.domain.services import actions, pages, queries
from convive.domain.services.actions import Word
from convive.domain.services.actions_newcomer import enrol_newcomer
from convive.domain.services.forms import EnrolForm, NewcomerForm
from convive.domain.services.vocabulary import CAME_NAMES
from convive.kernel import words
from convive.kernel.errors import Problem


def attendance(by: Actor, entry: Entry) -> None:
    """Whether one person came. data : activity, session, field (the enrolment), value.

    Raises Conflict where somebody said something else later: their word holds, as on the page.
    """
    activity, number, code = entry.text("activity"), entry.number("session"), entry.text("field")
    word = Word(code, entry.text("value"), entry.mark, entry.taken_at)
    written = actions.record_attendance(by=by, activity=activity, session=number, words=[word])
    if written or queries.by_mark([entry.mark]):
        return
    holds = queries.word_of(number, code)
    if holds is None or holds.state == entry.text("value"):
        return
    raise Conflict(
        Problem(
            code,
            _("Somebody wrote down later that %(name)s: %(state)s (%(when)s). That holds.")
            % {
                "name": pages.name_of(holds.enrolment.whom),
                "state": CAME_NAMES[holds.state],
                "when": words.moment(holds.taken_at),
            },
            _("If it is wrong, correct it on the page of the session."),
        )
    )


def enrol(by: Actor, entry: Entry) -> None:
    """Enrol somebody of the register. data : activity, and the fields of the form."""
    form = EnrolForm(entry.fields())
    filled_in(form)
    data = form.cleaned_data
    actions.enrol(by=by, activity=entry.text("activity"), person=data["person"], on=data["on"])


def newcomer(by: Actor, entry: Entry) -> None:
    """Write somebody down and enrol them. data : activity, and the fields of the form.

    Raises Conflict where they may be on the register already: whoever wrote it says who it is.
    """
    sent, account = entry.fields(), programme.account_of(by)
    form, consent = NewcomerForm(sent, who=by), ConsentForm(sent)
    filled_in(form, consent)
    try:
        enrol_newcomer(
            by=by,
            activity=entry.text("activity"),
            facts=form.facts(),
            words=consent.words(),
            worker=account.pk if account else None,
            is_another=people.is_another(entry),
            on=form.cleaned_data["on"],
        )
    except LikelyDouble as error:
        since = [form.cleaned_data["on"].isoformat()]
        same = [
            Way(label, "services.enrol", {"fields": {"person": [code], "on": since}})
            for code, label in people.same_as(error.doubles)
        ]
        raise Conflict(error.problems[0], [*same, people.another(entry)]) from None


def register() -> None:
    kinds.register("services.attendance", attendance)
    kinds.register("services.enrol", enrol)
    kinds.register("services.newcomer", newcomer)
