"""convive evidence: what other systems recorded."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from convive.cli.common import Session, command
from convive.cli.evidence_quality import COMMANDS as ON_WHAT_CAME
from convive.cli.evidence_suggest import COMMANDS as BEFORE_IT_COMES


@click.group()
def evidence() -> None:
    """Records of other systems: import them, see what came and from where.

    Example: convive evidence import denuncias.csv --source mininter-vaw
    """


for _each in (*BEFORE_IT_COMES, *ON_WHAT_CAME):
    evidence.add_command(_each)


@command(evidence, name="import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--source", required=True, metavar="NAME", help="The source that recorded it.")
@click.option(
    "--dry-run", is_flag=True, help="Show how the first rows would be understood; write nothing."
)
@click.option(
    "--vintage",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day of the release that the files are, as year-month-day.",
)
@click.option("--corrects", default="", metavar="BATCH", help="The batch that the file mends.")
@click.option(
    "--correction",
    type=click.Choice(["adds", "replaces"]),
    help="What it does to that batch: add records, or take its place.",
)
def import_(
    session: Session,
    files: tuple[Path, ...],
    source: str,
    dry_run: bool,
    vintage: datetime | None,
    corrects: str,
    correction: str | None,
) -> None:
    """Import FILES of a source, plain or gzip: CSV, workbook, JSON, GeoJSON or Parquet.

    Ends with a receipt.

    The same file again changes nothing and gives the same receipt. Rows that cannot be taken lie
    in a CSV with row, column, value, reason and remedy.

    Example: convive evidence import denuncias.csv.gz --source mininter-vaw --json
    """
    session.open()
    from convive.evidence import actions

    progress = _Progress()
    said: dict[str, Any] = {
        "vintage": vintage.date() if vintage else None,
        "corrects": corrects,
        "correction": correction or "",
    }
    answers: list[dict[str, Any]] = []
    for file in files:
        common: dict[str, Any] = {
            "by": session.actor,
            "source": source,
            "path": file,
            "on_progress": progress,
        }
        found = actions.dry_run(**common) if dry_run else actions.import_file(**common, **said)
        progress.end()
        answer = found if isinstance(found, dict) else found.as_json()
        answers.append(answer)
        session.say(_trial(answer) if dry_run else _receipt(answer))
    session.answer(answers[0] if len(answers) == 1 else _together(answers))


@command(evidence)
def sources(session: Session) -> None:
    """List the sources of the pack, what each covers, and what it cannot support.

    Example: convive evidence sources --json
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.evidence import queries, support

    require(session.actor, Permission.SEE_EVIDENCE)
    answer = []
    for view in queries.sources():
        if not _may_see(session, view.owner):
            continue
        lacks = {need.value: str(reason) for need, reason in support.lacks(view.spec).items()}
        coverage = view.coverage
        answer.append(
            {
                "code": view.code,
                "name": view.name,
                "shape": view.shape,
                "first_day": coverage.start if coverage else None,
                "last_day": coverage.end if coverage else None,
                "as_of": view.as_of,
                "lacks": lacks,
                "cautions": support.cautions(view.spec),
            }
        )
        when = f"{coverage.start} – {coverage.end}" if coverage else _("nothing imported yet")
        session.say(f"{view.code}  {view.shape}  {when}\n  {view.name}")
        for text in dict.fromkeys([*lacks.values(), *support.cautions(view.spec)]):
            session.say(f"  · {text}")
    session.answer({"sources": answer})


@command(evidence, name="list")
@click.option("--source", metavar="NAME", help="Only batches of this source.")
def list_(session: Session, source: str | None) -> None:
    """List the batches that were imported, the latest first.

    Example: convive evidence list --source mininter-vaw
    """
    session.open()
    from django.conf import settings
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.evidence import queries, receipts

    require(session.actor, Permission.SEE_EVIDENCE)
    answer = []
    for batch in queries.batches(source):
        owner = batch.source.owner
        if not _may_see(session, owner.code if owner else None):
            continue
        receipt = receipts.of_batch(batch, settings.HOME, already_imported=True)
        answer.append(
            {
                **receipt.as_json(),
                "imported_at": batch.imported_at.isoformat(),
                "is_withdrawn": not batch.visible,
            }
        )
        state = "" if batch.visible else "  " + _("withdrawn")
        session.say(
            f"{batch.id[:12]}  {batch.source.code}  {batch.first_day} – {batch.last_day}  "
            f"{batch.accepted} + {batch.rejected} = {batch.read}{state}"
        )
    session.answer({"batches": answer})


def _may_see(session: Session, owner: str | None) -> bool:
    """Whether whoever acts may see the evidence of this organisation, as on the page of it."""
    from convive.access.permissions import Permission
    from convive.access.rules import Scope, may

    return may(session.actor, Permission.SEE_EVIDENCE, Scope(organisation=owner))


class _Progress:
    """Says on stderr how far an import is: in place on a terminal, line by line elsewhere."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, phase: str, done: int) -> None:
        from django.utils.translation import gettext as _

        texts = {
            "hash": _("reading the file"),
            "decode": _("finding its encoding and header"),
            "check": _("checking every row"),
            "write": _("writing"),
            "done": _("done"),
        }
        text = texts[phase]
        if sys.stderr.isatty():
            size = f" · {done / 1e6:.0f} MB" if phase in ("hash", "decode") else ""
            click.echo(f"\r\x1b[K… {text}{size}", err=True, nl=False)
        elif text != self._last:
            click.echo(f"… {text}", err=True)
        self._last = text

    def end(self) -> None:
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", err=True, nl=False)
        self._last = ""


def _receipt(answer: dict[str, Any]) -> str:
    from django.utils.translation import gettext as _

    lines = [
        _("Already imported: batch %(batch)s.")
        if answer["already_imported"]
        else _("Imported: batch %(batch)s."),
        _("Read %(read)s = accepted %(accepted)s + rejected %(rejected)s."),
        _("It covers %(first_day)s to %(last_day)s; received up to %(cut_off)s."),
    ]
    if answer["codes_outside_pack"]:
        lines.append(
            _(
                "Rows under codes that the pack does not know: %(rows_outside_pack)s, of "
                "%(codes_outside_pack)s codes. They were kept."
            )
        )
    if answer.get("without_position") and answer["without_position"] < answer["accepted"]:
        lines.append(_("Incidents without a position: %(without_position)s. They were kept."))
    if answer.get("positions_outside_pack"):
        lines.append(
            _("Positions outside the programme's area: %(positions_outside_pack)s. They were kept.")
        )
    if answer["rejects_file"]:
        lines.append(_("Rejected rows, with reasons: %(rejects_file)s"))
    if answer.get("unmapped_categories"):
        lines.append(_("Not yet in offences.csv: %(names)s."))
    names = ", ".join(answer.get("unmapped_categories", [])[:10])
    told = {**answer, "batch": answer["batch"][:12], "names": names}
    return "\n".join(line % told for line in lines)


def _trial(answer: dict[str, Any]) -> str:
    from django.utils.translation import gettext as _

    lines = [
        _("Trial: nothing was written."),
        _("Read %(read)s = accepted %(accepted)s + rejected %(rejected)s.") % answer,
        _("The first rows, as they would be understood:"),
    ]
    lines += [
        "  " + " · ".join(f"{key} {value}" for key, value in row.items()) for row in answer["rows"]
    ]
    if answer["rejects"]:
        lines.append(_("The first rows that would be rejected:"))
    for row in answer["rejects"]:
        where = _("row %(row)s, column %(column)s") % row
        lines.append(f"  {where}: “{row['value'] or ''}” {row['reason']} {row['remedy']}")
    return "\n".join(lines)


def _together(answers: list[dict[str, Any]]) -> dict[str, Any]:
    totals = {name: sum(a[name] for a in answers) for name in ("read", "accepted", "rejected")}
    return {**totals, "receipts": answers}
