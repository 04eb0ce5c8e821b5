"""What accounts do by the clock."""

from __future__ import annotations

from datetime import datetime

from convive.access.rules import Actor
from convive.domain.programme.actions_factors import expire_factor_requests
from convive.kernel import jobs

WORKER = Actor(id="worker", label="worker", is_system=True)


@jobs.every("accounts.clear", seconds=3600)
def clear(_now: datetime) -> None:
    """Close the requests that are out of time."""
    expire_factor_requests(by=WORKER)
