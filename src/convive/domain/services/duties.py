"""What waits for somebody who runs activities: sessions of which nobody wrote who came, and people
who completed and are asked how they do."""

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
from convive.domain.programme import queries as programme
from convive.domain.services import actions_activities, opinions, outcomes, queries
from convive.kernel import words

_MOST = 10  # of the sessions that wait, the oldest


class Activities:
    """Whoever runs an activity writes down who came."""

    name = "activities"

    @property
    def title(self) -> str:
        return _("Activities")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        account = programme.account_of(who)
        if account is None or not may(who, Permission.KEEP_SERVICES):
            return
        visible = queries.activities_visible_to(who, Permission.KEEP_SERVICES)
        own = visible.filter(team=account)
        for one in queries.unwritten(own, today)[:_MOST]:
            yield Duty(
                self.name,
                str(one.pk),
                _("Write down who came to “%(title)s”") % {"title": one.activity.title},
                reverse(
                    "services:attendance", kwargs={"code": one.activity.code, "number": one.pk}
                ),
                due=one.day,
                detail=f"{words.day(one.day)} · {one.hour:%H:%M}",
                action=_("Write it down"),
            )

        for due in outcomes.due(own, today)[:_MOST]:
            yield Duty(
                self.name,
                f"{due.enrolment.code}-{due.months}",
                _("Ask how somebody does, %(months)d months after they completed")
                % {"months": due.months},
                reverse(
                    "services:outcome",
                    kwargs={"code": due.enrolment.code, "months": due.months},
                ),
                due=due.on,
                detail=f"{due.enrolment.activity.title} · {due.enrolment.code}",
                action=_("Ask"),
            )

        for found, count in opinions.waiting(account.pk, today):
            if not queries.sees(who, found, Permission.KEEP_SERVICES):
                continue
            said = ngettext(
                "Answer what %(count)d person thought of “%(title)s”",
                "Answer what %(count)d people thought of “%(title)s”",
                count,
            )
            yield Duty(
                self.name,
                f"opinions-{found.code}",
                said % {"count": count, "title": found.title},
                reverse("services:opinions", kwargs={"code": found.code}),
                action=_("Answer"),
            )

    def held_by(self, account: int) -> Iterator[Duty]:
        for one in queries.run_by(account):
            yield Duty(
                self.name,
                one.code,
                _("An activity that they run: %s") % one.code,
                reverse("services:activity", kwargs={"code": one.code}),
            )

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return actions_activities.pass_on(by=by, leaver=leaver, successor=successor)


def register() -> None:
    duties.register(Activities())
