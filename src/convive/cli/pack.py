"""convive pack: a programme as a folder of files: checked, applied, written, begun anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.pack.diff import Change

_SIGNS = {"add": "+", "change": "~", "retire": "-", "restore": "^"}
_MANY = 12  # of one kind and sort: more are told as a number
_DAY = click.DateTime(["%Y-%m-%d"])
_FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.group()
def pack() -> None:
    """The pack: the programme as a folder of plain files.

    Example: convive pack check packs/trujillo
    """


@command(pack)
@_FOLDER
def check(session: Session, folder: Path) -> None:
    """List every fault of the pack in DIR with file, line, reason and remedy.

    Reads the files alone: it needs no home and makes none.

    Example: convive pack check packs/trujillo
    """
    session.load()
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.pack.check import check as check_pack

    require(session.actor, Permission.CHANGE_PROGRAMME)
    problems = check_pack(folder).problems
    for problem in problems:
        session.say(str(problem))
    session.answer({"problems": [problem.as_json() for problem in problems]})
    if problems:
        many = ngettext("%(count)s fault.", "%(count)s faults.", len(problems))
        session.say(many % {"count": len(problems)})
        sys.exit(1)
    session.say(_("The pack has no fault."))


@command(pack)
@_FOLDER
@click.option("--yes", is_flag=True, help="Apply without asking.")
def apply(session: Session, folder: Path, yes: bool) -> None:
    """Show what the pack in DIR would add, change, retire and restore; ask; do it.

    Records are never deleted: what the pack no longer names is retired with today's date.

    Example: convive pack apply packs/trujillo --yes
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.kernel.errors import BadInput
    from convive.pack.apply import apply as apply_pack
    from convive.pack.check import check as check_pack
    from convive.pack.diff import diff

    # Before anything of the programme is shown
    require(session.actor, Permission.CHANGE_PROGRAMME)
    require(session.actor, Permission.CHANGE_PLAN)
    found = check_pack(folder)
    if found.problems:
        raise BadInput(found.problems)
    changes = diff(found)
    for line in described(changes):
        session.say(line)
    agreed = yes or not changes or click.confirm(_("Apply this?"), err=session.as_json)
    if agreed:
        changes = apply_pack(found, by=session.actor)
    session.answer(
        {
            "applied": agreed,
            **{
                name: [change.as_json() for change in changes if change.what == what]
                for name, what in (
                    ("added", "add"),
                    ("changed", "change"),
                    ("retired", "retire"),
                    ("restored", "restore"),
                )
            },
        }
    )
    if not agreed:
        session.say(_("Nothing was changed."))
    elif changes:
        session.say(_("Done: %(count)s records.") % {"count": len(changes)})
    else:
        session.say(_("Everything is as the pack says: nothing to change."))


@command(pack)
@_FOLDER
@click.option("--yes", is_flag=True, help="Write without asking.")
def export(session: Session, folder: Path, yes: bool) -> None:
    """Write the programme as it stands now to the pack in DIR.

    Shows what would change and asks where DIR exists. Files that say the same already stay as they
    are; of the others the comments are not kept. Applying what was exported changes nothing.

    Example: convive pack export packs/trujillo
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.pack.export import export as export_pack
    from convive.pack.export import save

    found = export_pack(folder, by=session.actor)
    is_new = not folder.exists()
    for line in described(found.changes):
        session.say(line)
    for name in found.files:
        session.say(f"  {name}")
    if found.files and not is_new:
        session.say(_("These files are written anew; their comments are not kept."))
    agreed = yes or is_new or not found.files or click.confirm(_("Write it?"), err=session.as_json)
    if agreed and found.files:
        save(found)
    session.answer(
        {
            "written": found.files if agreed else [],
            "changes": [{"what": c.what, **c.as_json()} for c in found.changes],
        }
    )
    if not agreed:
        session.say(_("Nothing was written."))
    elif found.files:
        session.say(_("Done: %(count)s files.") % {"count": len(found.files)})
    else:
        session.say(_("The pack says already what stands: nothing to write."))


@command(pack)
@_FOLDER
@click.option(
    "--from",
    "template",
    required=True,
    metavar="PACK",
    type=click.Path(path_type=Path),
    help="The pack to begin with.",
)
@click.option("--code", prompt=True, help="Code of the programme, such as callao.")
@click.option("--title-es", prompt=True, help="Title in Spanish.")
@click.option("--title-en", prompt=True, help="Title in English.")
@click.option("--start", prompt=True, type=_DAY, help="First day, such as 2027-01-01.")
@click.option("--end", prompt=True, type=_DAY, help="Last day.")
@click.option("--zone", prompt=True, help="Time zone, such as America/Lima.")
@click.option("--country", prompt=True, help="Two letters of ISO 3166-1, such as PE.")
def new(session: Session, folder: Path, template: Path, **given: Any) -> None:
    """Write the frame of a programme for another city to DIR, and list what is to be filled in.

    Objectives, indicators, services, categories, thresholds and offences carry over; places,
    people, bodies, targets and dates do not. What stands as ??? is to be filled in.

    Example: convive pack new packs/callao --from packs/trujillo
    """
    session.load()
    from django.utils.translation import ngettext

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.pack.new import About
    from convive.pack.new import new as new_pack

    require(session.actor, Permission.CHANGE_PROGRAMME)
    days = {name: given.pop(name).date() for name in ("start", "end")}
    made = new_pack(folder, template, About(**given, **days))
    for problem in made.unfilled:
        session.say(str(problem))
    for hint in made.hints:
        session.say(hint)
    session.answer(
        {"unfilled": [problem.as_json() for problem in made.unfilled], "also": made.hints}
    )
    many = ngettext(
        "%(count)s thing is to be filled in; “convive pack check %(folder)s” names what is left.",
        "%(count)s things are to be filled in; “convive pack check %(folder)s” names what is left.",
        len(made.unfilled),
    )
    session.say(many % {"count": len(made.unfilled), "folder": folder})


def described(changes: list[Change]) -> list[str]:
    """The difference as lines: `~ place PE-INEI:130105`, below it each field, old → new."""
    lines: list[str] = []
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.what), []).append(change)
    for (kind, what), group in groups.items():
        if what == "add" and len(group) > _MANY:
            lines.append(f"{_SIGNS[what]} {kind}: {len(group)}")
            continue
        for change in group:
            lines.append(f"{_SIGNS[what]} {kind} {change.title}")
            lines += [
                f"    {name}: {_short(old)} → {_short(new)}"
                for name, (old, new) in change.fields.items()
            ]
    return lines


def _short(value: object) -> str:
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= 80 else text[:79] + "…"
