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
    PeriodLock,
    Plan,
    Revision,
    Target,
    Value,
)
from convive.domain.plans.rules import Amount, Reported
from convive.domain.plans.vocabulary import CommitmentState, ValueState
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period


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


def recorded_by_hand() -> list[Indicator]:
    """The indicators whose values people record: no measure computes them."""
    return measured_by("")


def measured_by(*measures: str) -> list[Indicator]:
    """The indicators in use that one of these measures computes; "" for those recorded by hand."""
    rows = Indicator.objects.filter(retired_on=None, objective__plan__retired_on=None)
    rows = rows.select_related("objective__plan").prefetch_related("versions")
    return [
        row
        for row in rows.order_by("objective__code", "code")
        if row.versions.all() and latest_version(row).measure in measures
    ]


def version_on(indicator: Indicator, day: date) -> IndicatorVersion | None:
    """The definition in force on a day."""
    return (
        indicator.versions.filter(valid_from__lte=day).order_by("-valid_from", "-version").first()
    )


def latest_version(indicator: Indicator) -> IndicatorVersion:
    """The last definition, also where it holds only from a day to come."""
    return max(indicator.versions.all(), key=lambda version: version.version)


def objective(plan: Plan, code: str) -> Objective:
    """Raises BadInput where the plan has none of this code."""
    rows = plan.objectives.filter(code=code, retired_on=None)
    found = rows.select_related("plan__district", "parent", "lead").first()
    if found is None:
        raise BadInput.at(
            code, _("The plan has no objective of this code."), _("See the plan's objectives.")
        )
    return found


def targets(indicator: Indicator) -> QuerySet[Target]:
    """The targets in force of an indicator, by place, cell and day."""
    rows = indicator.targets.filter(retired_on=None)
    return rows.select_related("indicator", "place", "combination").order_by(
        "place__name_es", "combination__code", "due"
    )


def target(indicator: Indicator, pk: int) -> Target:
    """Raises BadInput where the indicator has no such target in force."""
    found = targets(indicator).filter(pk=pk).first()
    if found is None:
        raise BadInput.at(pk, _("There is no such target."), _("See the indicator's targets."))
    return found


def target_at(place: str, combination: str, due: date) -> Q:
    """The target of one place (`SCHEME:CODE`), cell and day."""
    scheme, _colon, code = place.partition(":")
    where = Q(place__scheme=scheme, place__code=code)
    return where & Q(combination__code=combination, due=due)


def revisions(plan: Plan) -> QuerySet[Revision]:
    """What was changed of a plan on its pages, the latest first."""
    return plan.revisions.order_by("-pk")


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


def values_visible_to(actor: Actor) -> QuerySet[Value]:
    """What a person may read of what was recorded.

    What counts (accepted or locked): whoever sees figures there. The rest: those who record or
    accept it.
    """
    if actor.is_system:
        return values()
    counts = Q(state__in=[ValueState.ACCEPTED, ValueState.LOCKED])
    seen = counts & _of_values(actor.grants_with(Permission.SEE_FIGURES), of_any_body=True)
    for permission in (Permission.RECORD_VALUE, Permission.ACCEPT_VALUE):
        seen |= _of_values(actor.grants_with(permission))
    return values().filter(seen)


def values_waiting_for(actor: Actor) -> QuerySet[Value]:
    """What somebody should accept, and what was returned to those for whom they record."""
    if actor.is_system:
        return values().none()
    submitted = Q(state=ValueState.SUBMITTED) & ~Q(recorded_by=actor.id)
    to_accept = submitted & _of_values(actor.grants_with(Permission.ACCEPT_VALUE))
    recorders = [g for g in actor.grants_with(Permission.RECORD_VALUE) if g.organisations]
    to_mend = Q(state=ValueState.RETURNED) & (
        _of_values(tuple(recorders)) | Q(recorded_by=actor.id)
    )
    return values().filter(to_accept | to_mend).order_by("end", "pk")


def _of_values(grants: tuple[Grant, ...], *, of_any_body: bool = False) -> Q:
    """The values that these memberships reach. `of_any_body`: whoever recorded them."""
    inner = (Place.Level.DISTRICT, Place.Level.SETTLEMENT)
    reach = Q(pk__in=())
    for grant in grants:
        here = ~Q(pk__in=())
        if grant.organisations is not None and not of_any_body:
            here &= Q(organisation__code__in=grant.organisations)
        if grant.districts is not None:
            inside = ~Q(place__level__in=inner)
            for ref in grant.districts:
                scheme, _colon, code = ref.partition(":")
                inside |= Q(place__scheme=scheme, place__code=code)
            here &= inside
        reach |= here
    return reach


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


def narrowed_values(
    rows: QuerySet[Value], *, indicator: str = "", state: str = ""
) -> QuerySet[Value]:
    """Only those of an indicator or a state; empty is any."""
    if indicator:
        rows = rows.filter(version__indicator__code=indicator)
    return rows.filter(state=state) if state else rows


def locks(*, also_opened: bool = False) -> QuerySet[PeriodLock]:
    """The closed periods, the latest first."""
    rows = PeriodLock.objects.select_related("plan").order_by("-start", "-pk")
    return rows if also_opened else rows.filter(opened_on=None)


def value_scope(organisation: str, where: Place) -> Scope:
    """Values of a district stand in it; those of a wider place are tied to no one district."""
    inside = where.level in (Place.Level.DISTRICT, Place.Level.SETTLEMENT)
    return Scope(organisation, where.ref if inside else None)


def scope_of_value(value: Value) -> Scope:
    return value_scope(value.organisation.code, value.place)


def lock_over(plan: Plan, period: Period) -> PeriodLock | None:
    """The lock in force that this period touches."""
    return (
        plan.locks.filter(opened_on=None, start__lte=period.end, end__gte=period.start)
        .order_by("start")
        .first()
    )


def reported(value: Value) -> Reported:
    """A stored value as the rules see it."""
    return Reported(
        Amount(value.numerator, value.denominator), value.start, value.end, value.place.ref
    )


def commitments() -> QuerySet[Commitment]:
    return Commitment.objects.select_related(
        "plan", "objective", "organisation", "district", "holder"
    )


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
    """What waits for a person, the next due first: the open commitments that they may close and
    that they, or nobody yet, see to."""
    still_open = commitments().filter(state=CommitmentState.OPEN).order_by("due", "pk")
    if actor.is_system:
        return still_open
    grants = actor.grants_with(Permission.MAKE_COMMITMENT)
    if not grants:
        return still_open.none()
    account = programme.account_of(actor)
    return still_open.filter(_within(grants), Q(holder=None) | Q(holder=account))


def held_by(account: int) -> QuerySet[Commitment]:
    """The open commitments that one account sees to, the next due first."""
    rows = commitments().filter(state=CommitmentState.OPEN, holder=account)
    return rows.order_by("due", "pk")


def commitment(pk: int) -> Commitment | None:
    """One commitment with the history of its day."""
    return commitments().prefetch_related("moves").filter(pk=pk).first()


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
