"""What waits for somebody in the register: people who were not asked yet. And whose people pass to
whom when somebody leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.access import duties
from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.people import actions, queries
from convive.domain.programme import queries as programme


class People:
    """Whoever attends people asks each whether they agree to it."""

    name = "people"

    @property
    def title(self) -> str:
        return _("People attended")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        account = programme.account_of(who)
        if account is None or not may(who, Permission.KEEP_PEOPLE):
            return
        if count := queries.unasked(account.pk, today):
            said = ngettext(
                "Ask %(count)d person whether they agree to be attended",
                "Ask %(count)d people whether they agree to be attended",
                count,
            )
            yield Duty(
                self.name, "unasked", said % {"count": count},
                reverse("people:list") + "?of=mine", action=_("Ask them"),
            )  # fmt: skip

    def held_by(self, account: int) -> Iterator[Duty]:
        for one in queries.caseload(account):
            yield Duty(
                self.name, one.code, _("Somebody whom they attend: %s") % one.code,
                reverse("people:person", kwargs={"code": one.code}),
            )  # fmt: skip

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return actions.pass_on(by=by, leaver=leaver, worker=successor)


def register() -> None:
    duties.register(People())
