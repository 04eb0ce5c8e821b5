"""convive restore: a home out of a backup, whole or not at all."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from convive.cli.common import Session, command, early_words, language
from convive.kernel.errors import BadInput, BadSetting, Problem
from convive.kernel.home import Home

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    from convive.upkeep.backup.restore import Found
    from convive.upkeep.backup.store import Store

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_DATABASE = "CONVIVE_RESTORE_DATABASE"  # an address in it stands on no command line

with_database = click.option(
    "--database",
    envvar=_DATABASE,
    default="",
    help="Address of an empty PostgreSQL database, for the backup of one. Leave the password out:"
    " PGPASSFILE or PGPASSWORD is read. Default: $CONVIVE_RESTORE_DATABASE.",
)


@command()
@click.argument("folder", type=_FOLDER)
@click.option("--key", "key_file", type=_FILE, required=True, help="File of the private key.")
@click.option("--at", "name", default="", help="The backup. Default: the newest.")
@with_database
@click.option("--signer", default="", help="The home that must have made it, by sixteen digits.")
@click.option("--any-signer", is_flag=True, help="Whichever home made it.")
def restore(
    session: Session,
    folder: Path,
    key_file: Path,
    name: str,
    database: str,
    signer: str,
    any_signer: bool,
) -> None:
    """Restore a backup into the home that --home names, which must be empty or not exist.

    The home appears in one step when every file has been compared with its hash; then its journal
    is walked. Killed before that, nothing is there. Without --signer it must be made by the home
    that this machine has, $CONVIVE_HOME, else ./.convive; where there is none, a question is asked.

    Example: convive restore /mnt/backups --key backup.key --home /srv/convive
    """
    if signer and any_signer:
        raise click.UsageError("Give --signer or --any-signer, not both.")
    target = session.home.root
    _ = early_words()
    if session.names_somebody:
        raise BadInput.at(
            "--as",
            _("There is no home yet that knows this person."),
            _("Leave --as away: whoever holds the key may restore."),
        )
    own = _secret_here(session.usual_home)
    without_a_home(database)
    from django.utils.translation import gettext as _

    from convive.upkeep.backup.restore import restore as bring_back

    store, private, found = open_backup(folder, key_file, name, signer)
    tell_backup(session, found)
    if not (signer or any_signer):
        _check_signer(session, found, own)
    bring_back(store, private, found, target, with_database=bool(database), progress=_silent)
    verdict = _journal(target, database)
    session.answer(
        {
            "home": str(target),
            "backup": found.heading.id,
            "files": len(found.manifest.files),
            "rows": sum(found.manifest.rows.values()),
            "journal": verdict,
            "signer": found.signer,
        }
    )
    session.say(
        _("Restored to %(home)s: %(files)s files, %(rows)s rows.")
        % {
            "home": target,
            "files": len(found.manifest.files),
            "rows": sum(found.manifest.rows.values()),
        }
    )
    if database:
        session.say(_("Set CONVIVE_DATABASE to this database before you serve it."))
    if not found.manifest.own_key:
        session.say(_("Set CONVIVE_SECRET_KEY as it was: this home was sealed with it."))
    if not verdict["whole"]:
        for problem in verdict["problems"]:
            click.echo(f"{problem['where']}: {problem['why']} {problem['remedy']}", err=True)
        sys.exit(1)
    session.say(
        _("The journal is whole: %(count)s entries, head %(head)s.")
        % {"count": verdict["entries"], "head": str(verdict["head"])[:12]}
    )


def open_backup(
    folder: Path, key_file: Path, name: str, signer: str
) -> tuple[Store, EllipticCurvePrivateKey, Found]:
    """The store, the key and the opened manifest. Raises BadInput where another home made it."""
    from django.utils.translation import gettext as _

    from convive.kernel.recipients import read_private
    from convive.upkeep.backup.restore import find
    from convive.upkeep.backup.store import Store

    store, private = Store.at(folder), read_private(key_file)
    found = find(store, private, name)
    if signer and signer != found.signer:
        raise BadInput.at(
            found.heading.id,
            _("It was made by the home %(signer)s.") % {"signer": found.signer},
            _("Do not restore it before you know whose it is."),
        )
    return store, private, found


def tell_backup(session: Session, found: Found) -> None:
    from django.utils.translation import gettext as _

    session.say(
        _("Backup %(name)s, made by the home %(signer)s: compare these digits with your notes.")
        % {"name": found.heading.id, "signer": found.signer}
    )


def refuse_stranger(found: Found, own: str) -> None:
    """Raise BadInput where a home other than `own`, this machine's, made the backup."""
    from django.utils.translation import gettext as _

    if found.signer != own:
        raise BadInput.at(
            found.heading.id,
            _("It was made by the home %(signer)s; the home of this machine signs as %(own)s.")
            % {"signer": found.signer, "own": own},
            _("If your notes say that it is right, name it: --signer and its sixteen digits."),
        )


def _secret_here(home: Home) -> str:
    """The key of the home that this machine has; empty where it has none. Makes nothing."""
    kept = home.root / "secret.key"
    try:
        return os.environ.get("CONVIVE_SECRET_KEY") or kept.read_text().strip()
    except OSError:
        return ""


def _check_signer(session: Session, found: Found, secret: str) -> None:
    """Nobody named the maker: compare it with this machine's own home, else ask."""
    from django.utils.translation import gettext as _

    from convive.upkeep.backup.make import signer_by

    if secret:
        refuse_stranger(found, signer_by(secret))
        return
    if session.as_json or not sys.stdin.isatty():
        raise BadInput.at(
            "--signer",
            _("Nobody has said which home must have made it: anybody could have sealed it."),
            _("Give the sixteen digits of your notes, or --any-signer."),
        )
    if not click.confirm(_("Do your notes have these sixteen digits?")):
        raise BadInput.at(
            found.heading.id,
            _("It may be another home's. Nothing was restored."),
            _("Do not restore it before you know whose it is."),
        )


def try_backup(folder: Path, key_file: Path, found: Found, database: str) -> dict[str, Any]:
    """Restore into a home that is thrown away. Returns what walking its journal found.

    Raises BadInput where anything is not as the backup says.
    """
    from django.conf import settings
    from django.utils.translation import gettext as _

    from convive.upkeep.backup.restore import differences

    manifest = found.manifest
    home: Home = settings.HOME
    with contextlib.ExitStack() as until:
        scratch = Path(tempfile.mkdtemp(prefix=".verify-", dir=home.root))
        until.callback(shutil.rmtree, scratch, ignore_errors=True)
        if manifest.engine == "postgresql" and not database:
            database = until.enter_context(_scratch_database())
        target = scratch / "home"
        words = ["restore", str(folder), "--key", str(key_file), "--at", manifest.id]
        words += ["--signer", found.signer]
        # In a process of its own: that of a restore has the restored database as its own
        answer = _answer(target, {_DATABASE: database}, *words)
        if problems := answer.get("problems"):
            raise BadInput([Problem(**each) for each in problems])
        verdict = answer.get("journal", {})
        different = []
        if verdict and not database:
            different = differences(target, manifest)
        if (verdict.get("entries"), verdict.get("head")) != manifest.journal:
            different.append("journal")
    if different or not verdict["whole"]:
        raise BadInput.at(
            found.heading.id,
            _("Restored, it is not what was backed up: %(what)s.")
            % {"what": ", ".join(different) or "journal"},
            _("Use another backup, and look at the home that made this one."),
        )
    return dict(verdict)


def without_a_home(database: str = "") -> None:
    """Load the words and rules of Convive with an empty home that goes when this process ends.

    database : address of the one to work with, if any.
    """
    if database:
        os.environ["CONVIVE_DATABASE"] = database
    empty = tempfile.mkdtemp(prefix="convive-")
    atexit.register(shutil.rmtree, empty, ignore_errors=True)
    os.environ["CONVIVE_HOME"] = empty
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "convive.settings")
    import django
    from django.utils import translation

    try:
        django.setup()
    except BadSetting as error:
        raise error.told(early_words(), "--database" if database else "") from None
    translation.activate(language())


def _journal(target: Path, database: str) -> dict[str, Any]:
    """Walk the journal of another home, in a process of its own."""
    verdict = _answer(target, {"CONVIVE_DATABASE": database}, "journal", "verify")
    if "whole" not in verdict:
        _ = early_words()
        raise BadInput.at(
            target, _("Its journal could not be walked."), _("Look at the messages above.")
        )
    return verdict


def _answer(home: Path, databases: dict[str, str], *words: str) -> dict[str, Any]:
    """What a command in another home answers, in a process of its own.

    databases : addresses by their settings; one that is not named is none. What the command says
    to people is about a home that they do not know, so it is shown only where it has no answer.
    """
    environment = {**os.environ, "CONVIVE_DATABASE": "", _DATABASE: "", **databases}
    environment["CONVIVE_HOME"] = str(home)
    command = [sys.executable, "-m", "convive", *words, "--json"]
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False
    )
    if not done.stdout.strip():
        click.echo(done.stderr, err=True)
    found: dict[str, Any] = json.loads(done.stdout or "{}")
    return found


@contextlib.contextmanager
def _scratch_database() -> Iterator[str]:
    """A database of its own on the server of CONVIVE_DATABASE, gone afterwards."""
    import psycopg
    from django.utils.translation import gettext as _
    from psycopg import sql

    address = os.environ.get("CONVIVE_DATABASE", "")
    name = f"convive_verify_{secrets.token_hex(4)}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    try:
        if not address:
            raise psycopg.OperationalError
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error:
        raise BadInput.at(
            "--database",
            _("This backup holds a PostgreSQL database, and none can be made to try it in."),
            _("Make an empty database and give its address with --database."),
        ) from None
    try:
        yield urlsplit(address)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(drop)


def _silent(_phase: str, _done: int, _total: int | None) -> None:
    return None
