"""What waits for those who keep the system: a backup, its trial, data that were not cleared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, allows
from convive.kernel import words
from convive.upkeep import queries
from convive.upkeep.actions import RETAIN


class Upkeep:
    """Backups, and what is cleared. Nobody holds them: whoever keeps the system sees to them."""

    name = "upkeep"

    @property
    def title(self) -> str:
        return _("Upkeep")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        if not allows(who.grants, Permission.KEEP_SYSTEM) or settings.HOME.demo_mark.is_file():
            return
        last, verified = queries.last_backup(), queries.last_verified()
        if queries.is_backup_overdue():
            yield Duty(
                part=self.name,
                id="backup",
                title=_("There is no backup of the last two days"),
                url=reverse("upkeep:home"),
                detail=_("The last: %(when)s.") % {"when": words.moment(last.made_at)}
                if last
                else _("None has been made yet."),
                action=_("Look at it"),
            )
        if queries.is_trial_due():
            yield Duty(
                part=self.name,
                id="trial",
                title=_("Try whether a backup can be restored"),
                url=reverse("upkeep:home"),
                detail=_("The last trial: %(when)s.") % {"when": words.moment(verified.verified_at)}
                if verified and verified.verified_at
                else _("None has been tried yet."),
                action=_("Look at it"),
            )
        if failed := queries.failed_work(RETAIN):
            yield Duty(
                part=self.name,
                id="retention",
                title=_("Not all was cleared that is kept only for a while"),
                url=reverse("upkeep:home"),
                detail=_("The last attempt: %(when)s.")
                % {"when": words.moment(failed.finished_at or failed.ordered_at)},
                action=_("Look at it"),
            )

    def held_by(self, account: int) -> Iterator[Duty]:
        yield from ()

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0
