"""What the worker does for people: it links coded lists and counts."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.domain.reach import actions
from convive.kernel import jobs
from convive.kernel.errors import BadInput, NotAllowed, Problem

WORKER = Actor(id="worker", label="worker", is_system=True)


def _ended(job: jobs.Job) -> None:
    """The job ended without its function: stopped before it began, or its worker died twice."""
    problems = [Problem(**problem) for problem in job.problems]
    actions.stopped(by=WORKER, run=int(job.arguments["run"]), problems=problems)


@jobs.kind(
    actions.LINK, title=gettext_lazy("A count of different people"), idempotent=True, ended=_ended
)
def link(running: jobs.Running, *, run: int) -> dict[str, str]:
    """Count, with the rights that whoever started it has today."""

    def progress(share: float) -> None:
        running.progress("link", round(100 * share), 100)

    try:
        found = actions.count_people(by=_actor(running.by), run=run, progress=progress)
    except jobs.Cancelled as asked:
        if type(asked) is jobs.Cancelled:  # not where the worker stops: the next one goes on
            actions.stopped(by=WORKER, run=run)
        raise
    except BadInput as error:
        actions.stopped(by=WORKER, run=run, problems=error.problems)
        raise
    except NotAllowed:
        actions.stopped(by=WORKER, run=run, problems=[_not_allowed()])
        raise
    except Exception:
        actions.stopped(by=WORKER, run=run, problems=[_broken()])
        raise
    return {"state": str(found.state)}


def _actor(ordered_by: str) -> Actor:
    if not ordered_by.startswith("user:"):
        return WORKER
    user = programme.account_of(Actor(id=ordered_by, label=""))
    if user is None or not user.is_active:
        raise NotAllowed("the account is no longer in use")
    return programme.actor_of(user)


def _not_allowed() -> Problem:
    return Problem(
        _("the count"),
        _("None of the roles of whoever started it permits it any more."),
        _("Ask whoever coordinates the programme."),
    )


def _broken() -> Problem:
    return Problem(
        _("the count"),
        _("Something in Convive failed. The log of the worker says what."),
        _("Start it again; if it fails again, tell whoever keeps the system."),
    )
