"""convive worker: makes what people asked for and did not wait for."""

from __future__ import annotations

import click

from convive.cli.common import Session, command


@command(name="worker")
@click.option("--once", is_flag=True, help="Do what waits, then stop.")
def worker(session: Session, once: bool) -> None:
    """Make the reports that people asked for. Ctrl-C or SIGTERM stops it after the one at hand.

    A worker that is killed leaves its report unfinished: the page of the report says so after a
    minute, and lets it be asked for again.

    Example: convive worker
    """
    session.open()
    from django.core.management import call_command
    from django.utils.crypto import get_random_string

    try:
        call_command(
            "db_worker",
            queue_name="*",
            interval=1,
            batch=once,
            reload=False,
            startup_delay=False,
            worker_id=get_random_string(32),
            verbosity=1,
        )
    except SystemExit as stop:  # a signal stops it between two tasks; a second one at once
        if stop.code:
            raise
    session.answer({"stopped": True})
