"""What the worker does for the observatory: it works out questions, and keeps watch."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from convive.access.rules import Actor
from convive.domain.observatory import actions, actions_evaluations, desk, expected
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence
from convive.evidence.queries import SourceView
from convive.kernel import jobs
from convive.kernel.errors import NotAllowed

WORKER = Actor(id="worker", label="worker", is_system=True)
WATCH = "observatory.watch"
EXPECTED = "observatory.expected"
_WEEK, _MINUTES = 7 * 86_400, 120


@jobs.kind(actions.ANALYSE, title=_("A question of place and time"), idempotent=True)
def analyse(running: jobs.Running, *, analysis: int) -> dict[str, str]:
    """Work out what was asked, with the rights that whoever asked has today."""

    def progress(share: float) -> None:
        running.progress("analyse", round(100 * share), 100)

    found = actions.work_out(by=_actor(running.by), number=analysis, progress=progress)
    return {"evidence": found.version}


@jobs.every(EXPECTED, seconds=_MINUTES)
def order_expected(_now: datetime) -> None:
    """Order what is expected of every source whose evidence changed: pages then open at once."""
    for view in _foretellable():
        last = jobs.latest(EXPECTED, view.code)
        if not expected.is_made(view.code) and (last is None or not last.is_waited_for):
            jobs.order(EXPECTED, by=WORKER.id, subject=view.code, source=view.code)


@jobs.kind(EXPECTED, title=_("What the newest months will come to"), idempotent=True)
def expect(_running: jobs.Running, *, source: str) -> dict[str, str]:
    """Read all releases of a source and keep the estimate of every place."""
    expected.make(source)
    return {"source": source}


def _foretellable() -> list[SourceView]:
    """Sources of months of which there is a second release."""
    found = [view for view in evidence.sources() if view.coverage and desk.can_profile(view)]
    return [view for view in found if len(evidence.releases(view.code)) > 1]


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
