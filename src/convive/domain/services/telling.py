"""What all figures of services share: of whom, what hides them, whence they come."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Organisation
from convive.domain.services import counting
from convive.domain.services.models import Activity, Enrolment
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Question, Status


def service_of(question: Question) -> str | None:
    """The service that is asked for. Raises BadInput for one that the catalogue does not know."""
    code = question.where.get("service")
    known = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.SERVICE, code=code or "")
    if code and not known.exists():
        raise BadInput.at(
            f"--where service={code}",
            _("The catalogue offers no such service."),
            _("Choose a service of the list."),
        )
    return code or None


def whole_months(question: Question) -> None:
    """Two periods that differ by a day would tell who came on it."""
    if not question.period.is_whole_months:
        raise BadInput.at(
            "--from",
            _("People are counted by whole months."),
            _("Write months, quarters or years."),
        )


def narrowed(question: Question, rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those of one service or of one district, or all: both at once would tell too few."""
    service = service_of(question)
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


def counted(rows: QuerySet[Enrolment]) -> list[Enrolment]:
    """Of these, those of people who are counted."""
    found = list(rows.only("pk", "state", "ended_on", "person__same_as"))
    kept = {one.pk for one in counting.those_counted(row.person_id for row in found)}
    return [row for row in found if row.person_id in kept]


def least(rows: QuerySet[Enrolment]) -> int:
    """The smallest count that may be told of these."""
    services = set(rows.order_by().values_list("activity__service__code", flat=True))
    return max(counting.limits(services).values(), default=programme.threshold(sensitive=False))


def activities_of(rows: QuerySet[Enrolment]) -> QuerySet[Activity]:
    """Whence these are."""
    return Activity.objects.filter(enrolments__in=rows).distinct()


def sources(activities: QuerySet[Activity]) -> str:
    """The organisations that recorded it."""
    rows: Iterable[Organisation] = Organisation.objects.filter(
        pk__in=activities.order_by().values("organisation")
    )
    return ", ".join(row.name for row in rows) or _("Activities")


def marks(activities: QuerySet[Activity]) -> tuple[Mark, ...]:
    """Whether what it says is made up."""
    made_up = activities.filter(is_sample=True).exists()
    return (Mark(MarkKind.SAMPLE, _("Sample: these people are made up.")),) * made_up


def missing(unit: str, method: str) -> Figure:
    """A figure of which nothing is known."""
    said = _("Nobody wrote down who came within this period.")
    return Figure(None, unit, method, _("Activities"), status=Status.MISSING, words=said)


def hidden(unit: str, method: str, activities: QuerySet[Activity]) -> Figure:
    """A figure of too few people to be told."""
    return Figure(
        None,
        unit,
        method,
        sources(activities),
        status=Status.SUPPRESSED,
        marks=marks(activities),
        words=too_few(),
    )


def too_few() -> str:
    """Said in place of a number."""
    return _("Too few people to be told.")
