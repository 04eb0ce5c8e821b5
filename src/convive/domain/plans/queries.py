"""Every read of plans, indicators, values and commitments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Grant, Scope
from convive.domain.plans.models import (
    Commitment,
    Indicator,
    IndicatorVersion,
    Objective,
    Plan,
    Target,
    Value,
)
from convive.domain.plans.rules import Amount, Reported
from convive.domain.plans.vocabulary import CommitmentState, ValueState
from convive.domain.programme.models import Place
from convive.kernel.errors import BadInput


@dataclass(frozen=True)
class Branch:
    """An objective with its indicators and what stands below it."""

    objective: Objective
    indicators: tuple[Indicator, ...]
    below: tuple[Branch, ...]


def plans() -> QuerySet[Plan]:
    return Plan.objects.filter(retired_on=None).select_related("district")


def plan(code: str = "") -> Plan | None:
    """The plan of this code, or, without a code, of the whole programme; None if there is none."""
    return plans().filter(code=code).first() if code else plans().filter(district=None).first()


def plan_tree(plan: Plan) -> tuple[Branch, ...]:
    """The objectives of a plan from the top down, each with its indicators; nothing retired."""
    below: dict[int | None, list[Objective]] = {}
    rows = (
        Objective.objects.filter(plan=plan, retired_on=None)
        .select_related("lead")
        .prefetch_related(
            Prefetch("indicators", Indicator.objects.filter(retired_on=None).order_by("code"))
        )
        .order_by("code")
    )
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def grow(parent: int | None) -> tuple[Branch, ...]:
        return tuple(
            Branch(row, tuple(row.indicators.all()), grow(row.pk)) for row in below.get(parent, [])
        )

    return grow(None)


def indicator(code: str) -> Indicator:
    """Raises BadInput where the plans have none of this code."""
    found = (
        Indicator.objects.filter(code=code, retired_on=None)
        .select_related("objective__plan")
        .first()
    )
    if found is None:
        raise BadInput.at(
            code,
            _("The plans have no indicator of this code."),
            _("See the plan, or add it to indicators.csv."),
        )
    return found


def version_on(indicator: Indicator, day: date) -> IndicatorVersion | None:
    """The definition in force on a day."""
    return (
        indicator.versions.filter(valid_from__lte=day).order_by("-valid_from", "-version").first()
    )


def target_of(indicator: Indicator, place: Place) -> Target | None:
    """The last target for everybody in a place: the one to which progress is measured."""
    return (
        indicator.targets.filter(place=place, combination__code="total", retired_on=None)
        .select_related("place")
        .order_by("-due")
        .first()
    )


def values(state: ValueState | None = None) -> QuerySet[Value]:
    rows = Value.objects.select_related(
        "version__indicator__objective__plan", "place", "organisation", "combination"
    )
    return rows.filter(state=state) if state else rows


def accepted(
    version: IndicatorVersion, *, place: Place | None = None, until: date | None = None
) -> list[Value]:
    """What was accepted under one definition, for everybody; of one place, or of all.

    Sample values only where there are no others: no figure mixes the two.
    """
    rows = values().filter(
        version=version,
        combination__code="total",
        state__in=[ValueState.ACCEPTED, ValueState.LOCKED],
    )
    if place is not None:
        rows = rows.filter(place=place)
    if until is not None:
        rows = rows.filter(end__lte=until)
    found = list(rows.order_by("end", "start", "pk"))
    return [value for value in found if not value.is_sample] or found


def reported(value: Value) -> Reported:
    """A stored value as the rules see it."""
    return Reported(
        Amount(value.numerator, value.denominator), value.start, value.end, value.place.ref
    )


def commitments() -> QuerySet[Commitment]:
    return Commitment.objects.select_related("plan", "objective", "organisation", "district")


def commitments_visible_to(actor: Actor) -> QuerySet[Commitment]:
    """What a person may read of what was promised.

    Public ones: whoever may see the plan. The others: their own organisation, and whoever serves
    the whole programme, each within their districts.
    """
    if actor.is_system:
        return commitments()
    grants = actor.grants_with(Permission.SEE_PLAN)
    if not grants:
        return commitments().none()
    return commitments().filter(Q(is_public=True) | _within(grants))


def open_commitments_for(actor: Actor) -> QuerySet[Commitment]:
    """What waits for a person: the open commitments that they may close, the next due first."""
    still_open = commitments().filter(state=CommitmentState.OPEN).order_by("due", "pk")
    if actor.is_system:
        return still_open
    grants = actor.grants_with(Permission.MAKE_COMMITMENT)
    return still_open.filter(_within(grants)) if grants else still_open.none()


def narrowed(
    rows: QuerySet[Commitment], *, organisation: str = "", district: str = "", state: str = ""
) -> QuerySet[Commitment]:
    """Only those of an organisation, a district (`SCHEME:CODE`) or a state; empty is any."""
    if organisation:
        rows = rows.filter(organisation__code=organisation)
    if district:
        rows = rows.filter(_in_district(district))
    if state:
        rows = rows.filter(state=state)
    return rows


def scope_of(commitment: Commitment) -> Scope:
    """Where a commitment stands, as access asks."""
    district = commitment.district
    return Scope(commitment.organisation.code, district.ref if district else None)


def _within(grants: tuple[Grant, ...]) -> Q:
    """The commitments that these memberships reach: `Grant.covers`, said in the database."""
    reach = Q(pk__in=())
    for grant in grants:
        here = ~Q(pk__in=())
        if grant.organisations is not None:
            here &= Q(organisation__code__in=grant.organisations)
        if grant.districts is not None:
            inside = Q(district=None)
            for ref in grant.districts:
                inside |= _in_district(ref)
            here &= inside
        reach |= here
    return reach


def _in_district(ref: str) -> Q:
    scheme, _colon, code = ref.partition(":")
    return Q(district__scheme=scheme, district__code=code)
