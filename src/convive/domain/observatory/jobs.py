"""What the worker does for the observatory: it works out questions of place and time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from convive.access.rules import Actor
from convive.domain.observatory import actions
from convive.domain.programme import queries as programme
from convive.kernel import jobs
from convive.kernel.errors import NotAllowed


@jobs.kind(actions.ANALYSE, title=_("A question of place and time"), idempotent=True)
def analyse(running: jobs.Running, *, analysis: int) -> dict[str, str]:
    """Work out what was asked, with the rights that whoever asked has today."""

    def progress(share: float) -> None:
        running.progress("analyse", round(100 * share), 100)

    found = actions.work_out(by=_actor(running.by), number=analysis, progress=progress)
    return {"evidence": found.version}


def _actor(ordered_by: str) -> Actor:
    user = programme.account_of(Actor(id=ordered_by, label=""))
    if user is None or not user.is_active:
        raise NotAllowed("the account is no longer in use")
    return programme.actor_of(user)
