"""What a count waits for: a key, a list, a start, a key to be deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.reach import queries
from convive.domain.reach.models import Run, RunList
from convive.kernel import words


class Counts:
    """Agencies send their lists; whoever coordinates starts the count when all are there."""

    name = "reach"

    @property
    def title(self) -> str:
        return _("Counts of people")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        if who.is_system:
            return
        for run in queries.runs().exclude(state=Run.State.LINKING):
            for row in queries.lists_of(who, run):
                words_of = _asked_of_agency(run, row)
                if words_of:
                    yield _duty(run, f"{run.pk}-{row.organisation.code}", words_of, row)
            ready = run.state == Run.State.LISTS and not queries.missing(run)
            if ready and may(who, Permission.COUNT_PEOPLE):
                yield _duty(
                    run, str(run.pk), (_("Start the count: every list is here"), _("Start it"))
                )

    def held_by(self, account: int) -> Iterable[Duty]:
        """Nobody holds one alone: whoever has the right does it."""
        return ()

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


def register() -> None:
    duties.register(Counts())


def _asked_of_agency(run: Run, row: RunList) -> tuple[str, str] | None:
    """What an organisation is to do now, and the words of its button."""
    if run.state == Run.State.KEY:
        return _("Make the key of the count with the other agencies"), _("See how")
    if run.state == Run.State.LISTS and not row.is_here:
        return _("Send your coded list of people"), _("Send it")
    if run.is_over and row.sent_at and row.key_deleted_at is None:
        return _("Delete the key of the count, and say so"), _("Say it")
    return None


def _duty(run: Run, id: str, said: tuple[str, str], row: RunList | None = None) -> Duty:
    told = words.period(run.period)
    return Duty(
        part=Counts.name,
        id=f"run-{id}",
        title=said[0],
        url=reverse("reach:run", kwargs={"number": run.pk}),
        due=run.due if run.is_open else None,
        detail=f"{row.organisation.name} · {told}" if row else told,
        action=said[1],
    )
