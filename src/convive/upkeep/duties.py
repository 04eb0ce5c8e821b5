"""What waits for those who keep the system: a backup, where the last is too old."""

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


class Upkeep:
    """Backups. Nobody holds them: whoever keeps the system sees to them."""

    name = "upkeep"

    @property
    def title(self) -> str:
        return _("Upkeep")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        if not allows(who.grants, Permission.KEEP_SYSTEM) or settings.HOME.demo_mark.is_file():
            return
        if queries.is_backup_overdue():
            last = queries.last_backup()
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

    def held_by(self, account: int) -> Iterator[Duty]:
        yield from ()

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0
