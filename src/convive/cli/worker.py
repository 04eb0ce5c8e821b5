"""convive worker: does what people ordered and did not wait for, and what is due by the clock."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from types import FrameType

import click

from convive.cli.common import Session, command

log = logging.getLogger(__name__)


@command(name="worker")
@click.option("--once", is_flag=True, help="Do what waits and what is due, then stop.")
def worker(session: Session, once: bool) -> None:
    """Do the work that people ordered, and what is due by the clock: backups, retention.

    Ctrl-C or SIGTERM stops it: what may be begun again waits for the next worker, anything else is
    ended first. Work whose worker was killed is taken back after a minute.

    Example: convive worker
    """
    session.open()
    from django.utils import timezone

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.kernel import jobs

    require(session.actor, Permission.KEEP_SYSTEM)
    if once:
        jobs.tick(timezone.now())
    with contextlib.nullcontext() if once else _clock():
        _do_what_waits(once)
    session.answer({"stopped": True})


def _do_what_waits(once: bool) -> None:
    """The worker of django-tasks, which also tells a job at work that it should stop."""
    from django.utils.crypto import get_random_string
    from django_tasks_db.management.commands.db_worker import Command, Worker

    from convive.kernel.jobs.running import worker_stops

    class StoppingWorker(Worker):
        def shutdown(self, signum: int, frame: FrameType | None) -> None:
            worker_stops.set()
            super().shutdown(signum, frame)

    made = StoppingWorker(
        queue_names=["*"],
        interval=1,
        batch=once,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    Command().configure_logging(verbosity=1)
    made.configure_signals()
    try:
        made.run()
    except SystemExit as ended:  # a signal stops it between two tasks; a second one at once
        if ended.code:
            raise


@contextlib.contextmanager
def _clock() -> Iterator[None]:
    """Tick from a thread of its own, which a long job does not hold up."""
    ended = threading.Event()
    thread = threading.Thread(target=_tick_until, args=[ended], name="convive-tick", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(5)


def _tick_until(ended: threading.Event) -> None:
    from django.db import close_old_connections, connection
    from django.utils import timezone

    from convive.kernel import jobs
    from convive.kernel.jobs.clock import TICK_SECONDS

    try:
        while not ended.is_set():
            close_old_connections()
            try:
                jobs.tick(timezone.now())
            except Exception:  # a database away for a while must not end the clock
                log.exception("the tick failed")
            ended.wait(TICK_SECONDS)
    finally:
        connection.close()
