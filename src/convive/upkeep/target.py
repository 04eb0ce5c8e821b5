"""A second database for a while: the one into which a home is moved."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.utils.translation import gettext as _

from convive.kernel.environment import database_from_url
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

TARGET = "target"  # its alias


@contextmanager
def target_database(address: str, home: Path) -> Iterator[None]:
    """Django's connection `target` to the database at this address, or to the one in a home."""
    both = {
        "default": connections.settings["default"],
        TARGET: database_from_url(address, Home(home).database),
    }
    connections.settings[TARGET] = connections.configure_settings(both)[TARGET]
    try:
        yield
    finally:
        connections[TARGET].close()
        del connections[TARGET]
        del connections.settings[TARGET]


def make_schema(address: str, home: Path) -> None:
    """Make all tables in the database at this address, or in the one of a home.

    In a process of its own: migrations of others write to the database of their process, whatever
    database they are told to migrate.
    """
    environment = {**os.environ, "CONVIVE_DATABASE": address, "CONVIVE_HOME": str(home)}
    environment["DJANGO_SETTINGS_MODULE"] = "convive.settings"
    command = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0"]
    if subprocess.run(command, env=environment, check=False).returncode:  # noqa: S603
        raise BadInput.at(
            "--to",
            _("Its tables could not be made."),
            _("Look at the messages above: address, password, rights."),
        )
