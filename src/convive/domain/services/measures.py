"""The measures of services: how many people came, how many complete, how many stay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.people.vocabulary import AGE_BANDS, Sex
from convive.domain.programme import queries as programme
from convive.domain.services import queries, telling
from convive.domain.services.counting import WAYS, Reached
from convive.domain.services.models import Activity, Enrolment, Session
from convive.domain.services.vocabulary import Standing
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Question, Status, measure
from convive.kernel.words import between, number, percent, percent_interval
from convive.stats.rates import proportion
from convive.stats.retention import kaplan_meier

_DAYS = "90"


@measure("services.people", filters=("service", *WAYS))
def people(question: Question) -> Figure:
    """People who came to a service at least once, each once within an organisation."""
    telling.whole_months(question)
    service = telling.service_of(question)
    way, level = _way(question)
    reached = Reached(question.period, way)
    activities = Activity.objects.filter(sessions__attendance__in=reached.rows).distinct()
    unit = _("people")
    method = _(
        "People who came to at least one session within the period and agree to be counted, each "
        "once within an organisation. Small counts are hidden, and what would tell them."
    )
    if not _was_written(question):
        return telling.missing(unit, method)
    value = reached.told(service, level)
    figure = Figure(
        value,
        unit,
        method,
        telling.sources(activities),
        n=value,
        as_of=programme.today(),
        status=Status.SUPPRESSED if value is None else Status.OK,
        marks=telling.marks(activities),
        words=telling.too_few()
        if value is None
        else _("%(people)s people.") % {"people": number(value)},
    )
    if activities.values("organisation").distinct().count() > 1:
        several = _("Whoever came to two organisations counts twice: ask `reach.people` instead.")
        figure = figure.with_marks(Mark(MarkKind.NOTE, several))
    return figure


@measure("services.completion", filters=("service",))
def completion(question: Question) -> Figure:
    """The share of those who completed, of those whose time in an activity ended."""
    telling.whole_months(question)
    rows = queries.ended_in(question.period.start, question.period.end)
    rows = telling.narrowed(question, rows)
    found = telling.counted(rows)
    done = sum(row.state == Standing.COMPLETED for row in found)
    least = telling.least(rows)
    method = _(
        "Completed ÷ (completed + left), of people who had a place and agree to be counted; who is "
        "lost from sight did not complete. Clopper–Pearson."
    )
    if not found:
        return telling.missing("%", method)
    if 0 < done < least or 0 < len(found) - done < least:
        return telling.hidden("%", method, telling.activities_of(rows))
    share, lower, upper = (float(each) for each in proportion(done, len(found)))
    return Figure(
        100 * share,
        "%",
        method,
        telling.sources(telling.activities_of(rows)),
        lower=100 * lower,
        upper=100 * upper,
        n=len(found),
        as_of=programme.today(),
        marks=telling.marks(telling.activities_of(rows)),
        words=_("%(share)s completed (%(interval)s).")
        % {"share": percent(share), "interval": percent_interval(lower, upper)},
    )


@measure("services.retention", filters=("service", "days"))
def retention(question: Question) -> Figure:
    """The share of those who began within the period and were still there after some days."""
    telling.whole_months(question)
    days = _days(question)
    begun = Enrolment.objects.filter(from_day__range=(question.period.start, question.period.end))
    rows = telling.narrowed(question, begun)
    kept = {row.pk for row in telling.counted(rows)}
    spells = queries.spells(rows, programme.today(), kept)
    method = _(
        "Kaplan–Meier from the day somebody has a place; who completes or is lost from sight is "
        "censored. Greenwood's variance, interval by log(−log)."
    )
    if not spells:
        return telling.missing("%", method)
    found = kaplan_meier([each.days for each in spells], [each.left for each in spells])
    gone = sum(each.left and each.days <= days for each in spells)
    told, least = found.at(days), telling.least(rows)
    activities = telling.activities_of(rows)
    if len(spells) < least or 0 < gone < least:
        return telling.hidden("%", method, activities)
    if told is None:
        early = _("Nobody was seen for %(days)d days yet.") % {"days": days}
        return Figure(
            None, "%", method, telling.sources(activities), status=Status.UNDEFINED, words=early
        )
    share, lower, upper = told
    said = _("%(share)s were still there after %(days)d days, %(between)s %%.") % {
        "share": percent(share),
        "days": days,
        "between": between(100 * lower, 100 * upper),
    }
    return Figure(
        100 * share,
        "%",
        method,
        telling.sources(activities),
        lower=100 * lower,
        upper=100 * upper,
        n=len(spells),
        as_of=programme.today(),
        marks=telling.marks(activities),
        words=said,
    )


def _way(question: Question) -> tuple[str, str | None]:
    """In which way people are divided, and which level is asked for."""
    asked = {name: question.where[name] for name in WAYS if question.where.get(name)}
    if question.place:
        place = programme.place(question.place)
        if place != programme.programme_place():
            asked["district"] = place.code
    if len(asked) > 1:
        raise BadInput.at(
            "--where",
            _("People are divided in one way at a time, besides by service."),
            _("Give one of them."),
        )
    for name, level in asked.items():
        known = {
            "sex": [one for one in Sex.values if one],
            "age_band": [band for _least, band in AGE_BANDS],
            "district": list(programme.districts().values_list("code", flat=True)),
        }[name]
        if level not in known:
            raise BadInput.at(
                f"--where {name}={level}",
                _("People are not divided so."),
                _("It takes: %(levels)s.") % {"levels": ", ".join(known)},
            )
        return name, level
    return "", None


def _days(question: Question) -> int:
    text = question.where.get("days") or _DAYS
    if not text.isdigit() or not 1 <= int(text) <= 3650:
        raise BadInput.at(
            f"--where days={text}", _("This is no number of days."), _("Write one from 1 to 3650.")
        )
    return int(text)


def _was_written(question: Question) -> bool:
    """Whether anybody wrote down who came within the period: else nothing is known, not nobody."""
    days = (question.period.start, question.period.end)
    return Session.objects.filter(day__range=days, recorded_at__isnull=False).exists()
