"""Work that people order and do not wait for, and work that is done by the clock.

A job is a row that the worker takes up: it says how far it is, may be asked to stop, and is taken
back where its worker died. It runs over django-tasks; the order, its task and whatever the caller
writes stand or fall together.

    @jobs.kind("evidence.import")
    def run(running: Running, *, upload: int) -> dict[str, Any]: ...

    jobs.order("evidence.import", by=actor.id, subject="upload:7", upload=7)

Kinds and scheduled work stand in the `jobs.py` of an app, which is loaded when work is first
ordered or done.
"""

from convive.kernel.jobs.clock import tick, worker_seen_at
from convive.kernel.jobs.orders import cancel, get, latest, order
from convive.kernel.jobs.registry import Cancelled, every, kind, title_of
from convive.kernel.jobs.running import Running
from convive.kernel.models import Job

__all__ = [
    "Cancelled",
    "Job",
    "Running",
    "cancel",
    "every",
    "get",
    "kind",
    "latest",
    "order",
    "tick",
    "title_of",
    "worker_seen_at",
]
