"""Closing a period of a plan when its account is made up, and opening it again with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Actor, Scope, require
from convive.domain.plans import queries
from convive.domain.plans.models import PeriodLock, Plan, Value
from convive.domain.plans.vocabulary import ValueState
from convive.domain.programme import queries as programme
from convive.kernel import journal, words
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period


@transaction.atomic
def lock_period(*, by: Actor, plan: str, period: Period, reason: str) -> PeriodLock:
    """Close a period: its accepted values are locked, and nothing more is recorded in it.

    Raises BadInput where values still wait to be accepted, or it touches a lock in force.
    """
    found = _plan(by, plan)
    _check_reason(reason)
    clash = queries.lock_over(found, period)
    if clash is not None:
        raise BadInput.at(
            words.period(period),
            _("It touches %(period)s, which is locked already.")
            % {"period": words.period(Period(clash.start, clash.end))},
            _("Lock the days before or after it."),
        )
    of_plan = Value.objects.filter(version__indicator__objective__plan=found)
    touched = of_plan.filter(start__lte=period.end, end__gte=period.start)
    if waiting := touched.filter(state=ValueState.SUBMITTED).count():
        said = ngettext(
            "%(count)s value of these days waits to be accepted.",
            "%(count)s values of these days wait to be accepted.",
            waiting,
        )
        raise BadInput.at(
            words.period(period), said % {"count": waiting}, _("Accept or return them first.")
        )
    locked = touched.filter(
        state=ValueState.ACCEPTED, start__gte=period.start, end__lte=period.end
    ).update(state=ValueState.LOCKED)
    lock = PeriodLock.objects.create(
        plan=found,
        start=period.start,
        end=period.end,
        reason=reason.strip(),
        locked_on=programme.today(),
        locked_by=by.id,
    )
    _journal(by, "period.locked", lock, locked)
    return lock


@transaction.atomic
def open_period(*, by: Actor, lock: int, reason: str) -> PeriodLock:
    """Take a lock away, with the reason: its values are accepted ones again."""
    found = PeriodLock.objects.select_for_update().filter(pk=lock, opened_on=None).first()
    if found is None:
        raise BadInput.at(lock, _("No such lock is in force."), _("See the locked periods."))
    _plan(by, found.plan.code)
    _check_reason(reason)
    opened = Value.objects.filter(
        version__indicator__objective__plan=found.plan,
        state=ValueState.LOCKED,
        start__gte=found.start,
        end__lte=found.end,
    ).update(state=ValueState.ACCEPTED)
    found.opened_on, found.opened_by = programme.today(), by.id
    found.opened_because = reason.strip()
    found.save(update_fields=["opened_on", "opened_by", "opened_because"])
    _journal(by, "period.opened", found, opened)
    return found


def _plan(by: Actor, code: str) -> Plan:
    found = queries.plan(code) if code else None
    if found is None:
        raise BadInput.at(code, _("There is no plan of this code."), _("See the plans."))
    where = Scope(district=found.district.ref) if found.district else EVERYWHERE
    require(by, Permission.ACCEPT_VALUE, where)
    return found


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput.at(_("reason"), _("It is kept with its reason."), _("Say why."))


def _journal(by: Actor, did: str, lock: PeriodLock, values: int) -> None:
    journal.write(
        who=by.id,
        did=did,
        kind="period",
        subject=lock.pk,
        data={
            "plan": lock.plan.code,
            "period": str(Period(lock.start, lock.end)),
            "values": values,
        },
    )
