"""What was achieved: recorded by one person, accepted or returned by another."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.plans import queries
from convive.domain.plans.models import Combination, IndicatorVersion, Plan, Value
from convive.domain.plans.rules import FACTORS, against_total, dimensions
from convive.domain.plans.vocabulary import STATE_NAMES, Unit, ValueState
from convive.domain.programme import queries as programme
from convive.kernel import journal, words
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.periods import Period


@transaction.atomic
def record_value(
    *,
    by: Actor,
    indicator: str,
    place: str,
    period: Period,
    organisation: str,
    numerator: float,
    source: str,
    denominator: float | None = None,
    combination: str = Combination.TOTAL,
) -> Value:
    """Record what one organisation reached in one place and period, as a draft; or mend a draft.

    place : `SCHEME:CODE`. combination : `total`, or a cell such as `age_band=15-17;sex=female`.
    Never cumulative: the value is that of the period alone.

    Raises BadInput for what is unknown, overlaps another period, or was submitted already.
    """
    body, where = programme.organisation(organisation), programme.place(place)
    require(by, Permission.RECORD_VALUE, queries.value_scope(body.code, where))
    version = _version(indicator, period)
    check_open(version.indicator.objective.plan, period)
    _check_denominator(version, denominator)
    cell = _combination(version, combination)
    same = queries.values().filter(
        version=version, place=where, organisation=body, combination=cell
    )
    clash = (
        same.filter(start__lte=period.end, end__gte=period.start)
        .exclude(start=period.start, end=period.end)
        .first()
    )
    if clash is not None:
        raise BadInput.at(
            period,
            _("It overlaps what was recorded for %(period)s, and would be counted twice.")
            % {"period": words.period(Period(clash.start, clash.end))},
            _("Record periods that stand side by side."),
        )
    value = same.filter(start=period.start, end=period.end).first()
    if value is None:
        value = Value(
            version=version,
            place=where,
            organisation=body,
            combination=cell,
            start=period.start,
            end=period.end,
        )
    elif value.state not in (ValueState.DRAFT, ValueState.RETURNED):
        raise BadInput.at(
            period, _("It was submitted already."), _("Ask the reviewer to return it first.")
        )
    value.numerator, value.denominator, value.source = numerator, denominator, source
    value.state, value.recorded_by = ValueState.DRAFT, by.id
    value.reviewed_by = value.feedback = ""
    value.save()
    _journal(by, "value.recorded", value)
    return value


@transaction.atomic
def submit_value(*, by: Actor, value: int) -> Value:
    """Hand a draft to the reviewer. Raises BadInput where its parts exceed its total."""
    found = _value(value, ValueState.DRAFT)
    require(by, Permission.RECORD_VALUE, queries.scope_of_value(found))
    _check_parts(found)
    return _move(by, found, ValueState.SUBMITTED, "value.submitted")


@transaction.atomic
def accept_value(*, by: Actor, value: int) -> Value:
    """Take a submitted value into the account. Only accepted values count as achieved."""
    found = _value(value, ValueState.SUBMITTED)
    _require_review(by, found)
    _check_parts(found)
    return _move(by, found, ValueState.ACCEPTED, "value.accepted", reviewer=by.id)


@transaction.atomic
def return_value(*, by: Actor, value: int, feedback: str) -> Value:
    """Send a submitted value back with what is wrong with it."""
    found = _value(value, ValueState.SUBMITTED)
    _require_review(by, found)
    if not feedback.strip():
        raise BadInput.at(_("feedback"), _("Nobody can mend what is not named."), _("Say what."))
    found.feedback = feedback.strip()
    return _move(by, found, ValueState.RETURNED, "value.returned", reviewer=by.id)


def _require_review(by: Actor, value: Value) -> None:
    require(by, Permission.ACCEPT_VALUE, queries.scope_of_value(value))
    if by.id == value.recorded_by:
        raise NotAllowed("nobody reviews what they recorded")


def _version(code: str, period: Period) -> IndicatorVersion:
    """The definition in force through the whole period."""
    found = queries.indicator(code)
    first, last = queries.version_on(found, period.start), queries.version_on(found, period.end)
    if first is None or last is None:
        raise BadInput.at(
            period, _("The indicator was not defined yet."), _("Choose a later period.")
        )
    if first != last:
        raise BadInput.at(
            period,
            _("The definition changed on %(day)s, within this period.")
            % {"day": words.day(last.valid_from)},
            _("Record the days before and after it apart."),
        )
    return last


def _check_denominator(version: IndicatorVersion, denominator: float | None) -> None:
    needed = Unit(version.unit) in FACTORS
    if needed and not (denominator and denominator > 0):
        raise BadInput.at(
            _("denominator"),
            _("A percentage or a rate is kept as numerator and denominator."),
            _("Give the denominator: %(what)s.") % {"what": version.denominator},
        )
    if not needed and denominator is not None:
        raise BadInput.at(
            _("denominator"), _("This indicator is a plain number."), _("Leave it empty.")
        )


def _combination(version: IndicatorVersion, code: str) -> Combination:
    try:
        names = set(dimensions(code))
    except ValueError:
        raise BadInput.at(
            code,
            _("This is not a cell of a breakdown."),
            _("Write total, or such as age_band=15-17;sex=female."),
        ) from None
    unknown = sorted(names - set(version.categories))
    if unknown:
        raise BadInput.at(
            code,
            _("The indicator is not broken down by %(names)s.") % {"names": ", ".join(unknown)},
            _("It is by: %(names)s.") % {"names": ", ".join(version.categories) or "total"},
        )
    return Combination.objects.get_or_create(code=code)[0]


def _check_parts(value: Value) -> None:
    cells = queries.values().filter(
        version=value.version,
        place=value.place,
        organisation=value.organisation,
        start=value.start,
        end=value.end,
    )
    for names, parts, total in against_total(
        dict(cells.values_list("combination__code", "numerator"))
    ):
        raise BadInput.at(
            names,
            _("Its parts come to %(parts)s, more than the total of %(total)s.")
            % {"parts": _written(parts), "total": _written(total)},
            _("Mend the part or the total that is wrong."),
        )


def _written(number: float) -> str:
    return words.number(number, 0 if float(number).is_integer() else 2)


def check_open(plan: Plan, period: Period) -> None:
    """Raise BadInput where somebody closed a period of the plan that this one touches."""
    lock = queries.lock_over(plan, period)
    if lock is not None:
        raise BadInput.at(
            words.period(period),
            _("%(period)s is locked since %(day)s.")
            % {
                "period": words.period(Period(lock.start, lock.end)),
                "day": words.day(lock.locked_on),
            },
            _("Ask whoever coordinates the programme to open it, with the reason."),
        )


def _value(pk: int, state: ValueState) -> Value:
    found = queries.values().select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise BadInput.at(pk, _("There is no such value."), _("See the values recorded."))
    if found.state != state:
        raise BadInput.at(
            pk,
            _("It is %(state)s, not %(wanted)s.")
            % {"state": STATE_NAMES[found.state], "wanted": STATE_NAMES[state]},
            _("See how it stands now."),
        )
    check_open(found.version.indicator.objective.plan, Period(found.start, found.end))
    return found


def _move(by: Actor, value: Value, state: ValueState, did: str, reviewer: str = "") -> Value:
    value.state, value.reviewed_by = state, reviewer
    value.save(update_fields=["state", "reviewed_by", "feedback"])
    _journal(by, did, value)
    return value


def _journal(by: Actor, did: str, value: Value) -> None:
    journal.write(
        who=by.id,
        did=did,
        kind="value",
        subject=value.pk,
        data={
            "indicator": value.version.indicator.code,
            "version": value.version.version,
            "place": value.place.ref,
            "period": str(Period(value.start, value.end)),
            "combination": value.combination.code,
            "organisation": value.organisation.code,
            # As text: a journal holds no rounded numbers
            "numerator": repr(value.numerator),
            "denominator": repr(value.denominator),
        },
    )
