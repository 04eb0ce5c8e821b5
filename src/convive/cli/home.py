"""convive home: the place where everything of one programme lies."""

from __future__ import annotations

import click

from convive.cli.common import Session, command


@click.group()
def home() -> None:
    """The home: where the records lie.

    Example: convive home move --to postgresql://convive@localhost/convive
    """


@command(home)
@click.option(
    "--to",
    "address",
    required=True,
    help="postgresql://user:password@host:port/name, or sqlite: for the file in the home.",
)
def move(session: Session, address: str) -> None:
    """Copy every record into an empty database of another kind; then say how to use it.

    Stop the server first. Nothing in the old database is changed. Both are compared, table by
    table; a target that is not the same in the end is left empty. Files stay in the home.

    Example: convive home move --to postgresql://convive@localhost/convive
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.upkeep.move import move as move_records

    def tell(table: str, number: int, count: int) -> None:
        if not session.as_json:
            session.say(f"{number + 1:4}/{count}  {table}")

    moved = move_records(by=session.actor, to=address, progress=tell)
    session.say(
        _("Moved: %(rows)s rows in %(tables)s tables, the same on both sides.")
        % {"rows": moved.total, "tables": len(moved.rows)}
    )
    if address.startswith("sqlite:"):
        session.say(_("Take CONVIVE_DATABASE away before you serve this home again."))
    else:
        session.say(
            _("Set this before you serve this home again: %(setting)s")
            % {"setting": f"CONVIVE_DATABASE={address}"}
        )
    session.say(_("The old database is as it was. Delete it when you are sure."))
    session.answer({"rows": moved.rows, "hashes": moved.hashes, "total": moved.total})
