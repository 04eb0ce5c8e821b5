"""Requests about personal data wait for whoever answers them, by the day that the law sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.privacy import queries
from convive.domain.privacy.vocabulary import ASK_TITLES, Ask


class DataRequests:
    """The part of the house that answers people about their own data."""

    name = "privacy"

    @property
    def title(self) -> str:
        return _("Requests about personal data")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        if who.is_system or not may(who, Permission.ANSWER_DATA_REQUESTS):
            return
        for row in queries.open_requests():
            if may(who, Permission.ANSWER_DATA_REQUESTS, queries.scope_of(row)):
                yield Duty(
                    part=self.name,
                    id=str(row.pk),
                    title=str(ASK_TITLES[Ask(row.ask)]),
                    url=reverse("privacy:request", kwargs={"number": row.pk}),
                    due=row.due,
                    detail=row.organisation.name,
                    action=_("Answer"),
                )

    def held_by(self, account: int) -> Iterable[Duty]:
        """Nobody holds a request alone: whoever has the right answers it."""
        return ()

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0
