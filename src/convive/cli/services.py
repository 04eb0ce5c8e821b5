"""convive services: what belongs to activities, by command."""

from __future__ import annotations

from pathlib import Path

import click

from convive.cli.common import Session, command

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def services() -> None:
    """Activities of the organisations: sheets of sessions read back.

    Example: convive services read-sheet photo.jpg
    """


@command(services)
@click.argument("files", type=_FILE, nargs=-1, required=True)
def read_sheet(session: Session, files: tuple[Path, ...]) -> None:
    """Read who came from photos or scans (JPEG, PNG, PDF) of the printed sheets of sessions.

    Nothing is written down: it says what each sheet proposes, what is not sure, and the page of the
    session on which you look at it and save. Names are printed.

    Example: convive services read-sheet photo1.jpg photo2.jpg --as rosa@example.org
    """
    session.open()
    from django.conf import settings
    from django.urls import reverse
    from django.utils.translation import gettext as _

    from convive.domain.services import readback

    found = readback.read(session.actor, ((path.name, path.read_bytes()) for path in files))
    told = []
    for each in found:
        activity = each.session.activity.code
        address = reverse("services:read_sheet", args=[activity, each.session.pk])
        page = settings.SITE_URL.rstrip("/") + address
        told.append(
            {
                "activity": activity,
                "session": each.session.pk,
                "day": each.session.day,
                "marks": each.chosen,
                "unsure": sorted(each.unsure),
                "blank": sorted(each.blank),
                "gone": len(each.gone),
                "page": page,
            }
        )
        if session.as_json:
            continue
        for name, what in readback.rows(each):
            session.say(f"{name}: {what}")
        for line in each.said():
            session.say(line)
        where = _("Nothing is written down. Read it and save it on this page: %(page)s")
        session.say(where % {"page": page})
    session.answer({"sheets": told})
