"""The writes of resources that somebody was given."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.people import queries as people
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.services import received, resources
from convive.domain.services.models_received import Received
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed


@transaction.atomic
def give(*, by: Actor, person: str, resource: str, on: date) -> Received:
    """Write down that somebody was given a resource of the pack. Twice on a day is once."""
    one = people.person(by, person)
    if one is None or one.is_erased or one.same_as is not None:
        require(by, Permission.KEEP_SERVICES, Scope("-", "-"))
        raise BadInput.at(person, _("There is nobody of this code."), _("Look for the person."))
    require(by, Permission.KEEP_SERVICES, people.scope_of(one))
    if not people.agrees(one, Purpose.SERVICES):
        raise BadInput.at(
            person,
            _("It is not written down that they agree to be attended."),
            _("Ask them, and write their answer on their page first."),
        )
    if on > programme.today():
        raise BadInput.at("on", _("This day is still to come."), _("Correct the day."))
    made, is_new = Received.objects.get_or_create(
        person=one,
        resource=resources.resource(resource),
        given_on=on,
        defaults={"given_by": by.id},
    )
    if is_new:
        _journal(by, "services.resource-given", made)
    return made


@transaction.atomic
def take_back(*, by: Actor, received_code: str) -> None:
    """Take back what was written down by mistake."""
    row = received.given(by, received_code)
    if row is None:
        raise NotAllowed("no such entry, or not theirs")
    _journal(by, "services.resource-taken-back", row)
    row.delete()


def _journal(by: Actor, did: str, row: Received) -> None:
    # Neither the person nor the resource: of whom it is told, the entry itself says
    journal.write(who=by.id, did=did, kind="received", subject=row.code, data={})
