"""What the worker does for reports."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.kernel import jobs
from convive.kernel.errors import NotAllowed
from convive.reports import actions

WORKER = Actor(id="worker", label="worker", is_system=True)
_DAY = 86_400


@jobs.every("reports.briefs", seconds=_DAY)
def order_briefs(_now: datetime) -> None:
    """Order the brief of each district once its sources know another month."""
    actions.ask_briefs(by=WORKER)


@jobs.kind(actions.KIND, title=_("A report"), idempotent=True)
def make_report(running: jobs.Running, *, report: int) -> dict[str, str]:
    """Make a report that was asked for, with the rights that whoever asked has today."""
    running.progress("make", 0, 1)
    return {"sha256": actions.make(by=_actor(running.by), number=report).file_hash}


def _actor(ordered_by: str) -> Actor:
    """Whoever ordered it; the system where no person did."""
    if not ordered_by.startswith("user:"):
        return WORKER
    user = programme.account_of(Actor(id=ordered_by, label=""))
    if user is None or not user.is_active:
        raise NotAllowed("the account is no longer in use")
    return programme.actor_of(user)
