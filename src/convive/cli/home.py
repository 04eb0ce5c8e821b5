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
    help="postgresql://user@host:port/name, or sqlite: for the file in the home. Leave the password"
    " out: PGPASSFILE or PGPASSWORD is read.",
)
def move(session: Session, address: str) -> None:
    """Copy every record into an empty database of another kind; then say how to use it.

    Stop the server first. The old database is only read; in the end one entry, the same in both,
    goes into the journal. Both are compared before, table by table; a target that is not the same
    is left empty. Files stay in the home.

    Example: convive home move --to postgresql://convive@localhost/convive
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.kernel.environment import without_password
    from convive.upkeep.move import move as move_records

    def tell(table: str, number: int, count: int) -> None:
        if not session.as_json:
            session.say(f"{number + 1:4}/{count}  {table}")

    moved = move_records(by=session.actor, to=address, progress=tell)
    session.say(
        _("Moved: %(rows)s rows in %(tables)s tables, the same on both sides.")
        % {"rows": moved.total, "tables": len(moved.rows)}
    )
    shown = without_password(address)
    if address.startswith("sqlite:"):
        session.say(_("Take CONVIVE_DATABASE away before you serve this home again."))
    else:
        session.say(
            _("Set this before you serve this home again: %(setting)s")
            % {"setting": f"CONVIVE_DATABASE={shown}"}
        )
        if shown != address:
            session.say(_("Its password is not shown: add it, or keep it in a file (PGPASSFILE)."))
    session.say(_("The old database is as it was. Delete it when you are sure."))
    session.answer({"rows": moved.rows, "hashes": moved.hashes, "total": moved.total})


@command(home)
def turn_key(session: Session) -> None:
    """Make a new key for sealed columns, seal every row under it, and forget the old one.

    People may work meanwhile. Names and contacts of people lie sealed; whoever stole a copy of the
    database and the old key reads nothing of what is written from now on. Make a backup afterwards.

    Example: convive home turn-key
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.upkeep.keys import turn

    def tell(table: str, rows: int) -> None:
        if not session.as_json:
            session.say(f"{table}  {rows}")

    turned = turn(by=session.actor, progress=tell)
    session.answer({"rows": turned.rows, "dropped": turned.dropped})
    session.say(
        _("Sealed anew: %(rows)d rows. Forgotten: %(keys)d old keys.")
        % {"rows": turned.rows, "keys": turned.dropped}
    )
