"""Who is asked what became of them: who completed, agrees to be called, and is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import IntegerField, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.queries import Agreed
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import rules
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.queries import Whose
from convive.domain.services.vocabulary import MONTHS, Standing


@dataclass(frozen=True)
class Due:
    """Somebody who is asked now. months : after how many; on : since which day it is due."""

    enrolment: Enrolment
    months: int
    on: date


def bands() -> QuerySet[CatalogueEntry]:
    """The bands of income of the pack, the lowest first."""
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.INCOME, retired_on=None)
    return rows.order_by(Cast(KT("data__least"), IntegerField()))


def due(activities: QuerySet[Activity], today: date) -> list[Due]:
    """Who of these activities is asked now, who waits longest first."""
    far = rules.after_months(today, -MONTHS[-1] - rules.GRACE)
    near = rules.after_months(today, -MONTHS[0])
    rows = list(
        Enrolment.objects.filter(
            activity__in=activities, state=Standing.COMPLETED, ended_on__range=(far, near)
        )
        .select_related("person__same_as", "activity__service", "activity__organisation")
        .order_by("ended_on", "pk")
    )
    said = _said(rows)
    agreed = Agreed([row.whom for row in rows], today)
    return sorted(_asked(rows, said, agreed, today), key=lambda one: one.on)


def may_be_called(person: Person) -> bool:
    """Whether somebody agrees to be attended and to be called, now."""
    return all(people.agrees(person, one) for one in (Purpose.SERVICES, Purpose.CONTACT))


def written(row: Enrolment, months: int) -> Outcome | None:
    return row.outcomes.select_related("income").filter(months=months).first()


def _asked(
    rows: Iterable[Enrolment], said: dict[Whose, set[int]], agreed: Agreed, today: date
) -> Iterator[Due]:
    asked: set[Whose] = set()
    for row in rows:
        assert row.ended_on is not None
        if _whose(row) in asked:
            continue
        asked.add(_whose(row))
        months = rules.asked_now(row.ended_on, said.get(_whose(row), set()), today)
        may_be_called = all(agreed.to(one, row.whom) for one in (Purpose.SERVICES, Purpose.CONTACT))
        if months is not None and may_be_called and not row.whom.is_erased:
            yield Due(row, months, rules.after_months(row.ended_on, months))


def _said(rows: Iterable[Enrolment]) -> dict[Whose, set[int]]:
    found: dict[Whose, set[int]] = {}
    whose = {row.pk: _whose(row) for row in rows}
    written = Outcome.objects.filter(enrolment__in=list(whose))
    for pk, months in written.values_list("enrolment", "months"):
        found.setdefault(whose[pk], set()).add(months)
    return found


def _whose(row: Enrolment) -> Whose:
    """Somebody entered twice, and joined, is asked once."""
    return row.activity_id, row.whom.pk
