"""A second database for a while: the one into which a home is moved."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import InterfaceError, OperationalError, connections
from django.utils.translation import gettext as _

from convive.kernel.environment import database_from_url
from convive.kernel.errors import BadInput, BadSetting
from convive.kernel.home import Home

TARGET = "target"  # its alias
_PATIENCE = "10"  # seconds for a server that does not answer at all


@contextmanager
def target_database(address: str, home: Path) -> Iterator[None]:
    """Django's connection `target` to the database at this address, or to the one in a home.

    Raises BadInput where the address is none, or the server is away or lets nobody in; also where
    that happens only later.
    """
    try:
        target = database_from_url(address, Home(home).database)
    except BadSetting as error:
        raise error.told(_, "--to") from None
    if address:
        target["OPTIONS"] = {"connect_timeout": _PATIENCE} | target["OPTIONS"]
    both = {"default": connections.settings["default"], TARGET: target}
    connections.settings[TARGET] = connections.configure_settings(both)[TARGET]
    try:
        check_reached(TARGET, "--to")
        yield
    except (OperationalError, InterfaceError) as error:
        if connections[TARGET].is_usable():
            raise
        raise _unreached("--to", error) from None
    finally:
        connections[TARGET].close()
        del connections[TARGET]
        del connections.settings[TARGET]


def check_reached(alias: str, where: str) -> None:
    """Raise BadInput at `where` if no connection to this database can be made."""
    try:
        connections[alias].ensure_connection()
    except (OperationalError, InterfaceError) as error:
        raise _unreached(where, error) from None


def _unreached(where: str, error: Exception) -> BadInput:
    said = str(error).strip() or type(error).__name__
    return BadInput.at(
        where,
        _("The database cannot be reached: %(why)s") % {"why": " ".join(said.split())},
        _("Look at the server, the user and the password: PGPASSFILE or PGPASSWORD is read."),
    )


def make_schema(address: str, home: Path) -> None:
    """Make all tables in the database at this address, or in the one of a home.

    In a process of its own: migrations of others write to the database of their process, whatever
    database they are told to migrate.
    """
    environment = {**os.environ, "CONVIVE_DATABASE": address, "CONVIVE_HOME": str(home)}
    environment["DJANGO_SETTINGS_MODULE"] = "convive.settings"
    command = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0"]
    done = subprocess.run(  # noqa: S603
        command, env=environment, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip() or "—").splitlines()[-1]
        raise BadInput.at(
            "--to",
            _("Its tables could not be made: %(why)s") % {"why": last},
            _("Let its user make tables in this database, and move again."),
        )
