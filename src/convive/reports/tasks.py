"""What the worker does for reports."""

from __future__ import annotations

from django_tasks import task

from convive.access.rules import Actor
from convive.kernel.occasion import because
from convive.reports import actions

WORKER = Actor(id="worker", label="worker", is_system=True)


@task()
def make_report(number: int) -> str:
    """Make a report that was asked for. Returns the state it ended in."""
    with because("task make_report"):
        return actions.make(by=WORKER, number=number).state
