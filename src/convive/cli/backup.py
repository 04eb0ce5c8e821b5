"""convive backup: copies of a home, sealed to a key that the home does not hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convive.cli.common import Session, command, early_words
from convive.cli.restore import (
    open_backup,
    refuse_stranger,
    tell_backup,
    try_backup,
    with_database,
    without_a_home,
)
from convive.kernel.errors import BadInput

if TYPE_CHECKING:
    from convive.upkeep.backup.restore import Found

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@command(cls=click.Group, invoke_without_command=True)
@click.option("--to", "folder", type=_FOLDER, help="The folder of backups: empty, or one already.")
@click.option(
    "--recipient",
    type=_FILE,
    help="File of the public key to seal to. Default: $CONVIVE_BACKUP_RECIPIENT.",
)
def backup(session: Session, folder: Path | None, recipient: Path | None) -> None:
    """Back the home up while people work in it: database, evidence, documents, keys.

    Everything is sealed to a public key; only the private key, which is kept elsewhere, opens it.
    What an earlier backup in the same folder holds is not written again.

    Example: convive backup --to /mnt/backups --recipient backup.key.pub
    """
    if click.get_current_context().invoked_subcommand:
        return
    if folder is None:
        raise click.UsageError("Name the folder of backups: --to DIR.")
    session.open()
    from django.conf import settings
    from django.utils.translation import gettext as _

    from convive.upkeep import actions

    named = recipient or (Path(settings.BACKUP_RECIPIENT) if settings.BACKUP_RECIPIENT else None)
    if named is None:
        raise BadInput.at(
            "--recipient",
            _("A backup is always sealed, and nobody has said to whom."),
            _("Make a pair of keys: convive backup key --out backup.key"),
        )
    made = actions.make_backup(by=session.actor, folder=folder, recipient=named, begin=True)
    session.say(
        _("Backup %(name)s: %(files)s files, %(rows)s rows. Written: %(pieces)s pieces, %(size)s.")
        % {
            "name": made.id,
            "files": made.files,
            "rows": made.rows,
            "pieces": made.new_pieces,
            "size": _size(made.new_bytes),
        }
    )
    session.say(
        _("It opens with the key %(key)s. This home signs as %(signer)s.")
        % {"key": made.recipient, "signer": made.signer}
    )
    session.answer(
        {
            "backup": made.id,
            "size": made.size,
            "files": made.files,
            "rows": made.rows,
            "pieces": made.pieces,
            "new_pieces": made.new_pieces,
            "new_bytes": made.new_bytes,
            "journal": list(made.journal),
            "recipient": made.recipient,
            "signer": made.signer,
        }
    )


@command(backup)
@click.option("--out", type=_FILE, required=True, help="The file of the private key.")
def key(session: Session, out: Path) -> None:
    """Make a pair of keys: the private one to FILE, the public one to FILE.pub.

    Keep the private key away from this machine, in two places. Without it no backup can be opened,
    and nobody can make it again.

    Example: convive backup key --out backup.key
    """
    _ = early_words()
    if out.resolve().is_relative_to(session.home.root):
        raise BadInput.at(
            out,
            _("The key would lie in the home that its backups are to save."),
            _("Name a file elsewhere."),
        )
    without_a_home()
    from convive.kernel.recipients import make_pair

    public = out.with_name(f"{out.name}.pub")
    fingerprint = make_pair(out, public)
    session.say(
        _("Private key: %(private)s. Put it away in two places, off this machine.")
        % {"private": out}
    )
    session.say(
        _("Public key: %(public)s, fingerprint %(key)s.") % {"public": public, "key": fingerprint}
    )
    session.answer({"private": str(out), "public": str(public), "fingerprint": fingerprint})


@command(backup, name="list")
@click.argument("folder", type=_FOLDER)
def list_backups(session: Session, folder: Path) -> None:
    """List the backups in a folder, the oldest first. Needs no key.

    Example: convive backup list /mnt/backups
    """
    without_a_home()
    from django.utils.translation import gettext as _

    from convive.upkeep.backup.store import Store

    store = Store.at(folder)
    found = []
    for heading in store.headings():
        missing = sum(not store.has(piece) for piece in heading.pieces)
        found.append(
            {
                "backup": heading.id,
                "made_at": heading.made_at.isoformat(),
                "size": heading.size,
                "pieces": len(heading.pieces),
                "missing": missing,
                "recipient": heading.recipient,
            }
        )
        line = _("%(name)s  %(size)s, sealed to %(key)s") % {
            "name": heading.id,
            "size": _size(heading.size),
            "key": heading.recipient,
        }
        session.say(
            line + (_("; %(count)s pieces are missing") % {"count": missing}) * bool(missing)
        )
    session.answer({"folder": str(folder), "backups": found})


@command(backup)
@click.argument("folder", type=_FOLDER)
@click.option("--key", "key_file", type=_FILE, required=True, help="File of the private key.")
@click.option("--at", "name", default="", help="The backup. Default: the newest.")
@with_database
@click.option("--signer", default="", help="The home that must have made it, by sixteen digits.")
def verify(
    session: Session, folder: Path, key_file: Path, name: str, database: str, signer: str
) -> None:
    """Restore a backup into a home that is thrown away, and see whether everything is there.

    Compares every file with its hash, counts the rows of every table and walks the journal. Where
    --home is the home that made it, its page says when this was done; a backup that another home
    made is then tried only with --signer.

    Example: convive backup verify /mnt/backups --key backup.key
    """
    _ = early_words()
    is_ours = (session.home.root / "secret.key").is_file()
    if is_ours:
        session.open()
    else:
        without_a_home()
    store, _private, found = open_backup(folder, key_file, name, signer)
    tell_backup(session, found)
    if is_ours and not signer:
        refuse_stranger(found, _own_signer())
    verdict = try_backup(folder, key_file, found, database)
    noted = is_ours and _note(session, store.name, found)
    session.say(
        _("Backup %(name)s is whole: %(files)s files, %(rows)s rows, %(entries)s journal entries.")
        % {
            "name": found.heading.id,
            "files": len(found.manifest.files),
            "rows": sum(found.manifest.rows.values()),
            "entries": verdict["entries"],
        }
    )
    session.answer(
        {
            "backup": found.heading.id,
            "whole": True,
            "files": len(found.manifest.files),
            "rows": found.manifest.rows,
            "journal": verdict,
            "signer": found.signer,
            "noted": noted,
        }
    )


@command(backup)
@click.argument("folder", type=_FOLDER)
def prune(session: Session, folder: Path) -> None:
    """Drop old backups: all of two weeks stay, then one a week for ten weeks, then one a month.

    Monthly ones stay for 400 days, and the newest always. The worker does this after each backup.

    Example: convive backup prune /mnt/backups
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.upkeep import actions

    names, freed = actions.prune(by=session.actor, folder=folder)
    session.say(
        _("Dropped %(count)s backups; %(size)s are free.")
        % {"count": len(names), "size": _size(freed)}
    )
    session.answer({"dropped": names, "freed": freed})


def _own_signer() -> str:
    from convive.upkeep.backup.make import signer

    return signer()


def _note(session: Session, store: str, found: Found) -> bool:
    """Tell this home that its backup was tried; false where another home made it."""
    from convive.upkeep import actions

    return actions.note_verified(by=session.actor, store=store, name=found.heading.id)


def _size(size: int) -> str:
    """`12.3 MB`."""
    amount: Any = size
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
