"""What waits for somebody in the plan: commitments to keep, values to accept or to mend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.rules import Actor
from convive.domain.plans import queries
from convive.domain.plans.actions import hand_over_commitments
from convive.domain.plans.models import Commitment, Value
from convive.domain.plans.vocabulary import ValueState
from convive.kernel import words
from convive.kernel.periods import Period


class Commitments:
    """What an organisation promised and somebody, or nobody yet, sees to."""

    name = "commitments"

    @property
    def title(self) -> str:
        return _("Commitments")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        yield from map(_of_commitment, queries.open_commitments_for(who))

    def held_by(self, account: int) -> Iterator[Duty]:
        yield from map(_of_commitment, queries.held_by(account))

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return hand_over_commitments(by=by, leaver=leaver, successor=successor)


class Values:
    """What was recorded: it waits to be accepted, or, returned, to be mended by its organisation.

    Nobody holds a value: whoever records for the organisation can mend it.
    """

    name = "values"

    @property
    def title(self) -> str:
        return _("Values")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        for value in queries.values_waiting_for(who):
            yield _of_value(value)

    def held_by(self, account: int) -> Iterator[Duty]:
        yield from ()

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


def register() -> None:
    duties.register(Commitments())
    duties.register(Values())


def _of_commitment(commitment: Commitment) -> Duty:
    where = [commitment.organisation.name]
    if commitment.district:
        where.append(commitment.district.name)
    if commitment.holder is None:
        where.append(_("nobody sees to it yet"))
    return Duty(
        part=Commitments.name,
        id=str(commitment.pk),
        title=commitment.what,
        url=reverse("plans:commitment", args=[commitment.pk]),
        due=commitment.due,
        detail=" · ".join(where),
        action=_("See it"),
    )


def _of_value(value: Value) -> Duty:
    returned = value.state == ValueState.RETURNED
    title = _("Mend what was returned: %(what)s") if returned else _("Accept: %(what)s")
    where = (value.organisation.name, value.place.name)
    return Duty(
        part=Values.name,
        id=str(value.pk),
        title=title
        % {"what": f"{value.version.name}, {words.period(Period(value.start, value.end))}"},
        url=reverse("plans:value", args=[value.pk]),
        detail=" · ".join(where),
        action=_("Mend it") if returned else _("Look at it"),
    )
