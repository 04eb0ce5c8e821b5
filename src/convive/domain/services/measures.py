"""The measures of services: how many people came, how many complete, how many stay."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from convive.domain.people.vocabulary import AGE_BANDS, Sex
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Organisation
from convive.domain.services import counting, queries
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
    _whole_months(question)
    service = _service(question)
    way, level = _way(question)
    reached = Reached(question.period, way)
    activities = Activity.objects.filter(sessions__attendance__in=reached.rows).distinct()
    unit = _("people")
    method = _(
        "People who came to at least one session within the period and agree to be counted, each "
        "once within an organisation. Small counts are hidden, and what would tell them."
    )
    if not _was_written(question):
        return _missing(unit, method)
    value = reached.told(service, level)
    figure = Figure(
        value,
        unit,
        method,
        _sources(activities),
        n=value,
        as_of=programme.today(),
        status=Status.SUPPRESSED if value is None else Status.OK,
        marks=_marks(activities),
        words=_too_few() if value is None else _("%(people)s people.") % {"people": number(value)},
    )
    if activities.values("organisation").distinct().count() > 1:
        several = _("Whoever came to two organisations counts twice: ask `reach.people` instead.")
        figure = figure.with_marks(Mark(MarkKind.NOTE, several))
    return figure


@measure("services.completion", filters=("service",))
def completion(question: Question) -> Figure:
    """The share of those who completed, of those whose time in an activity ended."""
    _whole_months(question)
    rows = queries.ended_in(question.period.start, question.period.end)
    rows = _of(question, rows)
    found = _counted(rows)
    done = sum(row.state == Standing.COMPLETED for row in found)
    least = _least(rows)
    method = _(
        "Completed ÷ (completed + left), of people who had a place and agree to be counted; who is "
        "lost from sight did not complete. Clopper–Pearson."
    )
    if not found:
        return _missing("%", method)
    if 0 < done < least or 0 < len(found) - done < least:
        return _hidden("%", method, _activities(rows))
    share, lower, upper = (float(each) for each in proportion(done, len(found)))
    return Figure(
        100 * share,
        "%",
        method,
        _sources(_activities(rows)),
        lower=100 * lower,
        upper=100 * upper,
        n=len(found),
        as_of=programme.today(),
        marks=_marks(_activities(rows)),
        words=_("%(share)s completed (%(interval)s).")
        % {"share": percent(share), "interval": percent_interval(lower, upper)},
    )


@measure("services.retention", filters=("service", "days"))
def retention(question: Question) -> Figure:
    """The share of those who began within the period and were still there after some days."""
    _whole_months(question)
    days = _days(question)
    begun = Enrolment.objects.filter(from_day__range=(question.period.start, question.period.end))
    rows = _of(question, begun)
    kept = {row.pk for row in _counted(rows)}
    spells = queries.spells(rows, programme.today(), kept)
    method = _(
        "Kaplan–Meier from the day somebody has a place; who completes or is lost from sight is "
        "censored. Greenwood's variance, interval by log(−log)."
    )
    if not spells:
        return _missing("%", method)
    found = kaplan_meier([each.days for each in spells], [each.left for each in spells])
    gone = sum(each.left and each.days <= days for each in spells)
    told, least = found.at(days), _least(rows)
    activities = _activities(rows)
    if len(spells) < least or 0 < gone < least:
        return _hidden("%", method, activities)
    if told is None:
        early = _("Nobody was seen for %(days)d days yet.") % {"days": days}
        return Figure(None, "%", method, _sources(activities), status=Status.UNDEFINED, words=early)
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
        _sources(activities),
        lower=100 * lower,
        upper=100 * upper,
        n=len(spells),
        as_of=programme.today(),
        marks=_marks(activities),
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


def _service(question: Question) -> str | None:
    code = question.where.get("service")
    known = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.SERVICE, code=code or "")
    if code and not known.exists():
        raise BadInput.at(
            f"--where service={code}",
            _("The catalogue offers no such service."),
            _("Choose a service of the list."),
        )
    return code or None


def _days(question: Question) -> int:
    text = question.where.get("days") or _DAYS
    if not text.isdigit() or not 1 <= int(text) <= 3650:
        raise BadInput.at(
            f"--where days={text}", _("This is no number of days."), _("Write one from 1 to 3650.")
        )
    return int(text)


def _whole_months(question: Question) -> None:
    """Two periods that differ by a day would tell who came on it."""
    if not question.period.is_whole_months:
        raise BadInput.at(
            "--from",
            _("People are counted by whole months."),
            _("Write months, quarters or years."),
        )


def _of(question: Question, rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those of one service or of one district, or all: both at once would tell too few."""
    service = _service(question)
    if question.place:
        place = programme.place(question.place)
        if place != programme.programme_place():
            if service:
                raise BadInput.at(
                    "--place",
                    _("Ask for a service or for a district, not for both at once."),
                    _("Give one of them."),
                )
            return rows.filter(activity__district=place)
    return rows.filter(activity__service__code=service) if service else rows


def _counted(rows: QuerySet[Enrolment]) -> list[Enrolment]:
    found = list(rows.only("pk", "state", "person"))
    kept = {one.pk for one in counting.those_counted(row.person_id for row in found)}
    return [row for row in found if row.person_id in kept]


def _least(rows: QuerySet[Enrolment]) -> int:
    services = set(rows.order_by().values_list("activity__service__code", flat=True))
    return max(counting.limits(services).values(), default=programme.threshold(sensitive=False))


def _activities(rows: QuerySet[Enrolment]) -> QuerySet[Activity]:
    return Activity.objects.filter(enrolments__in=rows).distinct()


def _was_written(question: Question) -> bool:
    """Whether anybody wrote down who came within the period: else nothing is known, not nobody."""
    days = (question.period.start, question.period.end)
    return Session.objects.filter(day__range=days, recorded_at__isnull=False).exists()


def _sources(activities: QuerySet[Activity]) -> str:
    rows: Iterable[Organisation] = Organisation.objects.filter(
        pk__in=activities.order_by().values("organisation")
    )
    return ", ".join(row.name for row in rows) or _("Activities")


def _marks(activities: QuerySet[Activity]) -> tuple[Mark, ...]:
    made_up = activities.filter(is_sample=True).exists()
    return (Mark(MarkKind.SAMPLE, _("Sample: these people are made up.")),) * made_up


def _missing(unit: str, method: str) -> Figure:
    said = _("Nobody wrote down who came within this period.")
    return Figure(None, unit, method, _("Activities"), status=Status.MISSING, words=said)


def _hidden(unit: str, method: str, activities: QuerySet[Activity]) -> Figure:
    return Figure(
        None,
        unit,
        method,
        _sources(activities),
        status=Status.SUPPRESSED,
        marks=_marks(activities),
        words=_too_few(),
    )


def _too_few() -> str:
    return _("Too few people to be told.")
