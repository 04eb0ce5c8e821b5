"""The measure of people: how many different ones were reached, by the newest count."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.reach import queries
from convive.domain.reach.coded.figure import FILTERS, figure_of
from convive.kernel import words
from convive.kernel.figures import Figure, Mark, MarkKind, Question, Status, measure


@measure("reach.people", filters=FILTERS)
def people(question: Question) -> Figure:
    """How many different people several agencies reached, each counted once."""
    run = queries.newest_in(question.period)
    if run is None or run.finished_at is None:
        return Figure(
            None,
            _("people"),
            _("Coded lists of several agencies, linked without names."),
            _("Counts of people"),
            status=Status.MISSING,
            words=_("No count lies within this period."),
        )
    where = {name: value for name, value in question.where.items() if value}
    if question.place:
        place = programme.place(question.place)
        if place != programme.programme_place():
            where["district"] = place.code
    counted = timezone.localdate(run.finished_at)
    found = figure_of(run.answer, as_of=counted, where=where)
    bodies = {row.organisation.code: row.organisation.name for row in run.lists.all()}
    names = ", ".join(bodies.get(code, code) for code in run.answer["agencies"])
    found = replace(found, source=names)
    if run.period == question.period:
        return found
    text = _("Counted for %(period)s alone.") % {"period": words.period(run.period)}
    return found.with_marks(Mark(MarkKind.NOTE, text))
