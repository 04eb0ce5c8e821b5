"""What waits for somebody in referrals: to answer, to attend by the promised day, to ask again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.referrals import queries, rules
from convive.domain.referrals.models import Referral
from convive.domain.referrals.vocabulary import Status


class Referrals:
    """Whoever receives answers and attends; whoever sent asks again where nothing comes back."""

    name = "referrals"

    @property
    def title(self) -> str:
        return _("Referrals")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        if not may(who, Permission.ANSWER_REFERRAL):
            return
        for row in queries.waiting(queries.received_by(who)):
            if row.status == Status.IN_PROGRESS:
                yield _duty(row, "received", _("Answer a referral"), _("Answer"), _answer_by(row))
            elif rules.is_near(row.status, row.promised_on, today):
                yield _duty(row, "received", _promised(row, today), _("See it"), row.promised_on)
        for row in queries.waiting(queries.sent_by(who)):
            if rules.is_late(row.status, _sent_on(row), row.promised_on, today):
                title = (
                    _("Ask for an answer to a referral")
                    if row.status == Status.IN_PROGRESS
                    else _("Ask whether somebody was attended: the promised day has passed")
                )
                due = row.promised_on or _answer_by(row)
                yield _duty(row, "sent", title, _("See it"), due)

    def held_by(self, account: int) -> tuple[Duty, ...]:
        return ()  # they are of the organisation, not of one account

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


def register() -> None:
    duties.register(Referrals())


def _promised(row: Referral, today: date) -> str:
    if row.promised_on is not None and row.promised_on < today:
        return _("Attend somebody who was referred: the promised day has passed")
    return _("Attend somebody who was referred: the promised day is near")


def _duty(row: Referral, page: str, title: str, action: str, due: date | None) -> Duty:
    other = row.sender if page == "received" else row.receiver
    return Duty(
        "referrals", f"{page}-{row.code}", title,
        reverse(f"referrals:{page}", kwargs={"code": row.code}),
        due=due, detail=f"{other.name} · {row.code}", action=action,
    )  # fmt: skip


def _sent_on(row: Referral) -> date:
    return timezone.localdate(row.sent_at)


def _answer_by(row: Referral) -> date:
    return rules.answer_by(_sent_on(row))
