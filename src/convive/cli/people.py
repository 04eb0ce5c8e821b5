"""convive people: files of people in and out of the register, and the form to enrol them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.kernel.downloads import File

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def people() -> None:
    """The register of people: files in, files out, and the form for telephones.

    Example: convive people import list.xlsx --organisation unfpa --dry-run
    """


@command(people, name="import")
@click.argument("file", type=_FILE)
@click.option("--organisation", required=True, metavar="CODE", help="On whose register: unfpa, …")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nobody down.")
@click.option("--rejects", type=_OUT, help="Write the rows not taken here, with reasons.")
def import_(
    session: Session, file: Path, organisation: str, dry_run: bool, rejects: Path | None
) -> None:
    """Write down the people of a CSV, XLSX or ODS file, or of submissions of KoboToolbox or ODK.

    Columns are known by their names in Spanish or English. Every row is taken or told why not; who
    may be on the register already is not written down. The same file twice writes nobody twice.

    Example: convive people import list.xlsx --organisation unfpa --dry-run
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.domain.people import actions_import, importing

    rows, file_hash = importing.read(file)
    made = actions_import.import_now(
        by=session.actor, organisation=organisation, rows=rows, file_hash=file_hash, dry_run=dry_run
    )
    if rejects is not None and made.rejects:
        _write(rejects, made.rejects.encode("utf-8-sig"))
    counts = {name: getattr(made, name) for name in ("read", "accepted", "rejected", "doubles")}
    lines = importing.lines(made.rejects, made.rejected)
    session.answer({**counts, "dry_run": dry_run, "file": file_hash, "rows_not_taken": lines})
    if session.as_json:
        return
    for line in lines:
        session.say(_("row %(row)s, %(column)s: %(reason)s %(remedy)s") % line)
    said = (
        _("%(accepted)d people would be written down, %(rejected)d rows would not be taken.")
        if dry_run
        else _("%(accepted)d people written down, %(rejected)d rows not taken.")
    )
    session.say(said % counts)


@command(people)
@click.option("--organisation", required=True, metavar="CODE", help="Whose people: unfpa, …")
@click.option("--out", required=True, type=_OUT, help="The file to make: .csv, .xlsx or .ods.")
def export(session: Session, organisation: str, out: Path) -> None:
    """Write the people of an organisation to a file that an import reads again.

    Names, numbers and health stand in it in clear: keep it where only you read it, and delete it.
    The journal says who took how many.

    Example: convive people export --organisation unfpa --out people.xlsx
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.domain.people import actions_export, files
    from convive.kernel.errors import BadInput

    if out.suffix not in (".csv", ".xlsx", ".ods"):
        raise BadInput.at(
            out.name,
            _("This is neither CSV nor XLSX nor ODS."),
            _("End it in .csv, .xlsx or .ods."),
        )
    rows = actions_export.export(by=session.actor, organisation=organisation)
    _write(out, files.table(rows, out.suffix[1:]).content)
    session.answer({"people": len(rows) - 1, "out": str(out)})
    session.say(_("%(count)d people in %(file)s.") % {"count": len(rows) - 1, "file": out})


@command(people)
@click.option("--out", required=True, type=_OUT, help="The file to make, such as enrolment.xlsx.")
def form(session: Session, out: Path) -> None:
    """Make the form of enrolment (XLSForm) with the districts of the pack, in Spanish and English.

    KoboToolbox and ODK read it; what comes back is read by `convive people import`.

    Example: convive people form --out enrolment.xlsx
    """
    session.open()
    from convive.domain.people import files

    made: File = files.form()
    out.write_bytes(made.content)
    session.answer({"out": str(out)})
    session.say(str(out))


def _write(path: Path, content: bytes) -> None:
    """A file that its owner alone reads."""
    from convive.kernel.home import replace_file

    replace_file(path, content)
    path.chmod(0o600)
