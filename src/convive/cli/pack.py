"""convive pack: a programme as a folder of files, checked and applied."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.pack.diff import Change

_SIGNS = {"add": "+", "change": "~", "retire": "-", "restore": "^"}
_MANY = 12  # of one kind and sort: more are told as a number
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

    Example: convive pack check packs/trujillo
    """
    session.open()
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    from convive.pack.check import check as check_pack

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

    from convive.kernel.errors import BadInput
    from convive.pack.apply import apply as apply_pack
    from convive.pack.check import check as check_pack
    from convive.pack.diff import diff

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
