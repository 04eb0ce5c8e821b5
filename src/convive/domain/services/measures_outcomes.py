"""The measure of what became of those who completed: how many work."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.people.queries import those_counted
from convive.domain.programme import queries as programme
from convive.domain.services import counting, rules, telling
from convive.domain.services.models import Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.queries import Whose
from convive.domain.services.vocabulary import MONTHS, Answer, Reply, Standing
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Question, Status, measure
from convive.kernel.periods import Period
from convive.kernel.words import number, percent, percent_interval
from convive.stats.rates import proportion

_MONTHS = "6"


@measure("services.placement", filters=("service", "organisation", "months"))
def placement(question: Question) -> Figure:
    """The share of those in work, of who was reached so many months after completing."""
    telling.whole_months(question)
    asked, months = telling.part_of(question), _months(question)
    due, is_sample = _due(months, question.period)
    said = _said(due, months)
    reached = {whose: word.work == Answer.YES for whose, word in said.items() if word}
    others = {whose: False for whose, word in said.items() if not word}
    method = _(
        "In work ÷ reached, of people who completed, agree to be counted and were due after "
        "%(months)d months within the period; of several answers of one person the newest. "
        "Clopper–Pearson. Who was not reached is told beside, not taken for out of work."
    ) % {"months": months}
    share, not_reached = telling.Share(reached, asked), telling.Share(others, asked)
    if not (share.n or not_reached.n):
        early = _("Nobody who completed was due within this period.")
        return Figure(None, "%", method, _("Activities"), status=Status.MISSING, words=early)
    if not share.n or not share.is_told:
        return telling.hidden(method, telling.Share(reached | others, asked), is_sample)
    part, lower, upper = (float(each) for each in proportion(share.did, share.n))
    beside = (
        _("Not reached: %(count)s.") % {"count": number(not_reached.n)}
        if not not_reached.n or not_reached.is_count_told
        else _("How many were not reached is not told: it would tell of too few.")
    )
    words = _("%(share)s were in work after %(months)d months (%(interval)s).") % {
        "share": percent(part),
        "months": months,
        "interval": percent_interval(lower, upper),
    }
    return Figure(
        100 * part,
        "%",
        method,
        telling.sources(telling.Share(reached | others, asked).activities),
        lower=100 * lower,
        upper=100 * upper,
        n=share.n,
        as_of=programme.today(),
        marks=(*telling.marks(is_sample), Mark(MarkKind.NOTE, beside)),
        words=words,
    )


def _due(months: int, period: Period) -> tuple[dict[int, list[Enrolment]], bool]:
    """Who was due within the period and is counted: of each person, by number, the completions of
    the activity that they completed last. And whether these are made up."""
    first, last = (rules.after_months(day, -months - 1) for day in (period.start, period.end))
    near = Enrolment.objects.filter(
        state=Standing.COMPLETED, ended_on__range=(first, rules.after_months(last, 2))
    )
    end = min(period.end, programme.today())
    pks = [
        pk
        for pk, day in near.order_by().values_list("pk", "ended_on")
        if day and period.start <= rules.after_months(day, months) <= end
    ]
    (rows,), is_sample = counting.real((Enrolment.objects.filter(pk__in=pks), counting.made_up()))
    found: dict[int, list[Enrolment]] = {}
    for row in rows.select_related("person__same_as").order_by("ended_on", "pk"):
        before = found.get(row.whom.pk, [])
        found[row.whom.pk] = [one for one in before if one.activity_id == row.activity_id] + [row]
    kept = {one.pk for one in those_counted(found)}
    return {pk: every for pk, every in found.items() if pk in kept}, is_sample


def _said(due: dict[int, list[Enrolment]], months: int) -> dict[Whose, Outcome | None]:
    """What each of them answered, by activity and person; None for who was not reached.

    Somebody entered twice may have answered under either row.
    """
    rows = [row.pk for every in due.values() for row in every]
    words = Outcome.objects.filter(enrolment__in=rows, months=months, reply=Reply.REACHED)
    said = {word.enrolment_id: word for word in words.order_by("asked_on", "pk")}
    return {
        (every[-1].activity_id, pk): next(
            (said[row.pk] for row in reversed(every) if row.pk in said), None
        )
        for pk, every in due.items()
    }


def _months(question: Question) -> int:
    text = question.where.get("months") or _MONTHS
    if text not in map(str, MONTHS):
        raise BadInput.at(
            f"--where months={text}",
            _("Nobody is asked after so many months."),
            _("It takes: %(levels)s.") % {"levels": ", ".join(map(str, MONTHS))},
        )
    return int(text)
