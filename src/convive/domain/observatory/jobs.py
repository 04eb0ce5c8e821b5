"""What the worker does for the observatory: it works out questions, and keeps watch."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from convive.access.rules import Actor
from convive.domain.observatory import actions, actions_evaluations
from convive.domain.programme import queries as programme
from convive.kernel import jobs
from convive.kernel.errors import NotAllowed

WORKER = Actor(id="worker", label="worker", is_system=True)
WATCH = "observatory.watch"
_WEEK = 7 * 86_400


@jobs.kind(actions.ANALYSE, title=_("A question of place and time"), idempotent=True)
def analyse(running: jobs.Running, *, analysis: int) -> dict[str, str]:
    """Work out what was asked, with the rights that whoever asked has today."""

    def progress(share: float) -> None:
        running.progress("analyse", round(100 * share), 100)

    found = actions.work_out(by=_actor(running.by), number=analysis, progress=progress)
    return {"evidence": found.version}


@jobs.kind(actions_evaluations.EVALUATE, title=_("Whether what was done worked"), idempotent=True)
def evaluate(running: jobs.Running, *, opening: int) -> dict[str, str]:
    """Work out a result that was opened, with the rights that whoever opened it has today."""

    def progress(share: float) -> None:
        running.progress("evaluate", round(100 * share), 100)

    found = actions_evaluations.work_out_result(
        by=_actor(running.by), number=opening, progress=progress
    )
    return {"evidence": found.version}


@jobs.every(WATCH, seconds=_WEEK)
def order_watch(_now: datetime) -> None:
    """Order the watch of this week: it may take minutes, and the clock must not wait."""
    jobs.order(WATCH, by=WORKER.id, subject="watch")


@jobs.kind(WATCH, title=_("The weekly watch over the evidence"), idempotent=True)
def keep_watch(running: jobs.Running) -> dict[str, int]:
    """Look at everything, keep what stands."""
    from convive.domain.observatory.watch import watch

    def progress(share: float) -> None:
        running.progress("watch", round(100 * share), 100)

    found = watch(by=WORKER, progress=progress)
    return {"looks": found.looks, "findings": len(found.findings)}


def _actor(ordered_by: str) -> Actor:
    user = programme.account_of(Actor(id=ordered_by, label=""))
    if user is None or not user.is_active:
        raise NotAllowed("the account is no longer in use")
    return programme.actor_of(user)
