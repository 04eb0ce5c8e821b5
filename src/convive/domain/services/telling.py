"""What all figures of services share: of whom, what hides them, whence they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from convive.domain.people.queries import those_counted
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Organisation
from convive.domain.services import counting, queries
from convive.domain.services.counting import Unit
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.queries import Whose
from convive.domain.services.rules import Time
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


@dataclass(frozen=True)
class Part:
    """Of what a share is told: a service, a district by its number, an organisation, or all."""

    service: str | None = None
    district: int | None = None
    organisation: str | None = None

    def holds(self, unit: Unit) -> bool:
        return (
            self.service in (None, unit.service)
            and self.district in (None, unit.district)
            and self.organisation in (None, unit.organisation)
        )


def part_of(question: Question) -> Part:
    """What is asked for. Two of them at once would tell too few: raises BadInput."""
    part = Part(service_of(question), district_of(question), organisation_of(question))
    if [part.service, part.district, part.organisation].count(None) < 2:
        raise BadInput.at(
            "--place" if part.district is not None else "--where organisation",
            _("Ask for a service, for a district or for an organisation, not for two at once."),
            _("Give one of them."),
        )
    return part


def organisation_of(question: Question) -> str | None:
    """The organisation that is asked for. Raises BadInput for one that the programme has not."""
    code = question.where.get("organisation")
    return programme.organisation(code).code if code else None


def district_of(question: Question) -> int | None:
    """The number of the district asked for; None for the whole programme."""
    if not question.place or programme.place(question.place) == programme.programme_place():
        return None
    return programme.place(question.place).pk


class Share:
    """People in activities, each once in each, some of whom did what is asked of.

    of : whether they did, by activity and person, of the whole programme: what may be told of a
    part depends on what is told of the rest.
    """

    def __init__(self, of: Mapping[Whose, bool], asked: Part) -> None:
        places = Activity.objects.filter(pk__in={activity for activity, _person in of})
        where = {
            pk: (service, district, body)
            for pk, service, district, body in places.values_list(
                "pk", "service__code", "district", "organisation__code"
            )
        }
        self._asked = asked
        self._units = {}
        for whose, part in of.items():
            service, district, body = where[whose[0]]
            self._units[whose] = Unit(service, district, part, body)

    @cached_property
    def inside(self) -> list[Whose]:
        """Those of the part that is asked for."""
        return [whose for whose, unit in self._units.items() if self._asked.holds(unit)]

    @property
    def n(self) -> int:
        return len(self.inside)

    @property
    def did(self) -> int:
        return sum(self._units[whose].part for whose in self.inside)

    @property
    def activities(self) -> QuerySet[Activity]:
        return Activity.objects.filter(pk__in={activity for activity, _person in self.inside})

    @property
    def is_told(self) -> bool:
        """Whether neither those who did nor the others are few, or told by what is beside."""
        return self._tells(list(self._units.values()))

    @property
    def is_count_told(self) -> bool:
        """The same of how many there are in all."""
        return self._tells([replace(unit, part=True) for unit in self._units.values()])

    def _tells(self, units: list[Unit]) -> bool:
        asked = self._asked
        return counting.tells(units, asked.service, asked.district, asked.organisation)


def times(rows: QuerySet[Enrolment]) -> dict[Whose, list[Time]]:
    """Every time that the people of these enrolments had in the same activities, of those who are
    counted, the first first."""
    whose = Coalesce("person__same_as", "person")
    asked = set(rows.order_by().annotate(whose=whose).values_list("activity", "whose"))
    kept = {one.pk for one in those_counted(person for _activity, person in asked)}
    beside = Enrolment.objects.filter(activity__in=rows.order_by().values("activity"))
    return {
        each: every
        for each, every in queries.times(beside).items()
        if each in asked and each[1] in kept
    }


def sources(activities: QuerySet[Activity]) -> str:
    """The organisations that recorded it."""
    return named(bodies_of(activities))


def bodies_of(activities: QuerySet[Activity]) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=activities.order_by().values("organisation"))


def named(bodies: Iterable[Organisation]) -> str:
    return ", ".join(body.name for body in bodies) or _("Activities")


def marks(is_sample: bool) -> tuple[Mark, ...]:
    """What is said of a figure of made-up people."""
    return (Mark(MarkKind.SAMPLE, _("Sample: these people are made up.")),) * is_sample


def several(bodies: QuerySet[Organisation]) -> tuple[Mark, ...]:
    """What is said of people counted within each of several organisations."""
    is_several = bodies.count() > 1
    text = _("Whoever came to two organisations counts twice: ask `reach.people` instead.")
    return (Mark(MarkKind.NOTE, text),) * is_several


def missing(unit: str, method: str) -> Figure:
    """A figure of which nothing is known."""
    said = _("Nobody wrote down who came within this period.")
    return Figure(None, unit, method, _("Activities"), status=Status.MISSING, words=said)


def hidden(method: str, share: Share, is_sample: bool) -> Figure:
    """A share of too few people to be told."""
    return Figure(
        None,
        "%",
        method,
        sources(share.activities),
        status=Status.SUPPRESSED,
        marks=marks(is_sample),
        words=too_few(),
    )


def too_few() -> str:
    """Said in place of a number."""
    return _("Too few people to be told.")
