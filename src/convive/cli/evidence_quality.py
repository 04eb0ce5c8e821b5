"""convive evidence quality, releases, withdraw, restore: what came, how good it is, what counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.evidence.quality.report import Report


@command(name="quality")
@click.argument("what", metavar="SOURCE|BATCH")
def quality(session: Session, what: str) -> None:
    """Say what is good and what is not about a SOURCE, or about one BATCH.

    Each check has a figure, a verdict, one sentence, and what to do.

    Example: convive evidence quality mininter-vaw --json
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import Scope, require
    from convive.evidence import queries
    from convive.evidence.quality import report as reports

    require(session.actor, Permission.SEE_EVIDENCE)
    is_source = queries.source_rows().filter(code=what).exists()
    batch = None if is_source else queries.batch(what)
    row = batch.source if batch else queries.source_row(what)
    scope = Scope(organisation=row.owner.code if row.owner else None)
    require(session.actor, Permission.SEE_EVIDENCE, scope)
    report = reports.of_batch(batch) if batch else reports.of_source(what)
    for line in _lines(report):
        session.say(line)
    if not (report.faults or report.good):
        session.say(_("Nothing to be judged yet."))
    session.answer(report.as_json())


@command(name="releases")
@click.argument("source", metavar="SOURCE")
def releases(session: Session, source: str) -> None:
    """List the releases of a SOURCE, the oldest first: what it said on which day.

    Example: convive evidence releases mininter-vaw
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import Scope, require
    from convive.evidence import queries

    require(session.actor, Permission.SEE_EVIDENCE)
    owner = queries.source_row(source).owner
    require(
        session.actor,
        Permission.SEE_EVIDENCE,
        Scope(organisation=owner.code if owner else None),
    )
    found = queries.releases(source)
    for one in found:
        note = "" if one.is_stated else "  " + _("(day of the import)")
        session.say(f"{one.vintage}  {one.first} – {one.last}  {one.rows}{note}")
    session.answer(
        {
            "releases": [
                {
                    "vintage": one.vintage,
                    "is_stated": one.is_stated,
                    "received": one.received.isoformat(),
                    "first_day": one.first,
                    "last_day": one.last,
                    "rows": one.rows,
                    "batches": list(one.batches),
                }
                for one in found
            ]
        }
    )


@command(name="withdraw")
@click.argument("batch", metavar="BATCH")
@click.option("--why", required=True, help="The reason; shown wherever the batch was used.")
def withdraw(session: Session, batch: str, why: str) -> None:
    """Take a BATCH out of every figure, with the reason. Its file and its receipt stay.

    Example: convive evidence withdraw 3f6c2a9b01d4 --why "the police sent the wrong year"
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.evidence.actions_withdraw import withdraw_batch

    made = withdraw_batch(by=session.actor, batch=batch, why=why)
    session.say(_("Withdrawn: no figure reads it any more."))
    session.answer({"batch": made.batch_id, "withdrawn_at": made.at.isoformat(), "why": made.why})


@command(name="restore")
@click.argument("batch", metavar="BATCH")
@click.option("--why", required=True, help="The reason.")
def restore(session: Session, batch: str, why: str) -> None:
    """Put a withdrawn BATCH back, with the reason: figures read it again.

    Example: convive evidence restore 3f6c2a9b01d4 --why "the police confirm the year"
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.evidence.actions_withdraw import restore_batch

    made = restore_batch(by=session.actor, batch=batch, why=why)
    at = made.restored_at.isoformat() if made.restored_at else None
    session.say(_("Put back: figures read it again."))
    session.answer({"batch": made.batch_id, "restored_at": at, "why": made.restored_why})


COMMANDS = (quality, releases, withdraw, restore)


def _lines(report: Report) -> list[str]:
    lines = []
    for check in [*report.faults, *report.good]:
        figure = f": {check.figure}" if check.figure else ""
        lines.append(f"[{check.verdict_name}] {check.title}{figure}\n  {check.says}")
        if check.remedy:
            lines.append(f"  → {check.remedy}")
    lines += [f"[{check.verdict_name}] {check.title}: {check.says}" for check in report.others]
    return lines
