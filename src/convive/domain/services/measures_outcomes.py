"""The measure of what became of those who completed: how many work."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.services import rules, telling
from convive.domain.services.models import Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.vocabulary import MONTHS, Answer, Reply, Standing
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Question, Status, measure
from convive.kernel.periods import Period
from convive.kernel.words import number, percent, percent_interval
from convive.stats.rates import proportion

_MONTHS = "6"


@measure("services.placement", filters=("service", "months"))
def placement(question: Question) -> Figure:
    """The share of those in work, of who was reached so many months after completing."""
    telling.whole_months(question)
    months = _months(question)
    rows = telling.narrowed(question, Enrolment.objects.filter(state=Standing.COMPLETED))
    asked = _asked(rows, months, question.period)
    method = _(
        "In work ÷ reached, of people who completed, agree to be counted and were due after "
        "%(months)d months within the period; of several answers of one person the newest. "
        "Clopper–Pearson. Who was not reached is told beside, not taken for out of work."
    ) % {"months": months}
    if not asked:
        early = _("Nobody who completed was due within this period.")
        return Figure(None, "%", method, _("Activities"), status=Status.MISSING, words=early)
    due = Enrolment.objects.filter(pk__in=[row.pk for row in asked.values()])
    least, activities = telling.least(due), telling.activities_of(due)
    reached = _reached(asked, months)
    n, working = len(reached), sum(one.work == Answer.YES for one in reached)
    not_reached = len(asked) - n
    if n < least or 0 < working < least or 0 < n - working < least:
        return telling.hidden("%", method, activities)
    share, lower, upper = (float(each) for each in proportion(working, n))
    beside = (
        _("Fewer than %(least)s were not reached.") % {"least": number(least)}
        if 0 < not_reached < least
        else _("Not reached: %(count)s.") % {"count": number(not_reached)}
    )
    said = _("%(share)s were in work after %(months)d months (%(interval)s).") % {
        "share": percent(share),
        "months": months,
        "interval": percent_interval(lower, upper),
    }
    return Figure(
        100 * share,
        "%",
        method,
        telling.sources(activities),
        lower=100 * lower,
        upper=100 * upper,
        n=n,
        as_of=programme.today(),
        marks=(*telling.marks(activities), Mark(MarkKind.NOTE, beside)),
        words=said,
    )


def _asked(rows: QuerySet[Enrolment], months: int, period: Period) -> dict[int, Enrolment]:
    """Who was due within the period and is counted, each once: the completion that came last."""
    today = programme.today()
    first, last = (rules.after_months(day, -months - 1) for day in (period.start, period.end))
    near = rows.filter(ended_on__range=(first, rules.after_months(last, 2)))
    found: dict[int, Enrolment] = {}
    for row in telling.counted(near.select_related("person").order_by("ended_on", "pk")):
        due = rules.after_months(row.ended_on, months) if row.ended_on else None
        if due is not None and period.start <= due <= min(period.end, today):
            found[row.person.same_as_id or row.person_id] = row
    return found


def _reached(asked: dict[int, Enrolment], months: int) -> list[Outcome]:
    rows = Outcome.objects.filter(enrolment__in=[row.pk for row in asked.values()])
    return list(rows.filter(months=months, reply=Reply.REACHED))


def _months(question: Question) -> int:
    text = question.where.get("months") or _MONTHS
    if text not in map(str, MONTHS):
        raise BadInput.at(
            f"--where months={text}",
            _("Nobody is asked after so many months."),
            _("It takes: %(levels)s.") % {"levels": ", ".join(map(str, MONTHS))},
        )
    return int(text)
