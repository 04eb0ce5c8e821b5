"""What waits for somebody in the observatory: findings that a second person should look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.rules import Actor
from convive.domain.observatory import analysis_page, queries
from convive.domain.observatory.models import Finding


class Findings:
    """Whoever may accept what others recorded looks at what others found. Nobody holds one."""

    name = "observatory"

    @property
    def title(self) -> str:
        return _("Findings")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        yield from map(_of_finding, queries.findings_to_confirm(who, today))

    def held_by(self, account: int) -> Iterator[Duty]:
        return iter(())

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


def register() -> None:
    duties.register(Findings())


def _of_finding(found: Finding) -> Duty:
    return Duty(
        part=Findings.name,
        id=f"finding-{found.pk}",
        title=_("Confirm a finding, or set it aside"),
        url=reverse("observatory:finding", args=[found.pk]),
        due=found.valid_until,
        detail=analysis_page.subject(found.analysis),
        action=_("Look at it"),
    )
