"""What the worker does for reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.kernel import jobs
from convive.kernel.errors import NotAllowed
from convive.reports import actions

WORKER = Actor(id="worker", label="worker", is_system=True)


@jobs.kind(actions.KIND, title=_("A diagnosis"), idempotent=True)
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
