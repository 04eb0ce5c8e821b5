"""What services forget with somebody: the detail of their work, and their place on a list."""

from __future__ import annotations

from convive.domain.people import forgetting
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.services.keeping import move_up
from convive.domain.services.models import Enrolment
from convive.domain.services.models_outcomes import Outcome
from convive.domain.services.models_received import Received
from convive.domain.services.vocabulary import Reason, Standing
from convive.kernel import journal


def forget_with_the_person() -> None:
    """When somebody is erased, so is what would tell of them; counts stay right."""
    forgetting.register(_forget)


def _forget(person: Person, by: str) -> None:
    """Inside the transaction of the erasure, whose right was asked.

    Nobody is asked any more, and no place is kept: whoever had one is lost from sight, not known
    to have left. What they earned and how many hours goes; whether they worked stays, as a count.
    Sensitive resources go whole: few were given them, and a row may be recognised.
    """
    today = programme.today()
    open_ = [Standing.ENROLLED, Standing.WAITING]
    for row in Enrolment.objects.filter(person=person, state__in=open_).select_related("activity"):
        row.state, row.reason, row.ended_on = Standing.LEFT, Reason.LOST, today
        row.save()
        move_up(by, row.activity, today)
    Outcome.objects.filter(enrolment__person=person).update(income=None, hours=None)
    Received.objects.filter(person=person, resource__data__sensitive=True).delete()
    journal.write(who=by, did="services.forgotten", kind="person", subject=person.code, data={})
