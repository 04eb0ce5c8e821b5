"""Brings a home's database up to date, once per version of the models."""

from __future__ import annotations

import fcntl
import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from convive.kernel.home import Home, replace_file


def bring_up_to_date() -> None:
    """Run the migrations, unless this home has already had exactly these."""
    home: Home = settings.HOME
    mark = home.root / "schema"
    wanted = _fingerprint()
    if _is_done(mark, wanted):
        return
    # One command at a time: two first commands at once would leave half a schema
    with (home.root / "schema.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_done(mark, wanted):
            return
        _keep_private(home)
        call_command("migrate", interactive=False, verbosity=0)
        replace_file(mark, wanted.encode())


def _is_done(mark: Path, wanted: str) -> bool:
    return mark.exists() and mark.read_text() == wanted


def _keep_private(home: Home) -> None:
    """Names and sessions are for nobody else, also where the home is a directory made by others.

    SQLite gives the rights of the database to the files that it makes beside it.
    """
    if settings.DATABASES["default"]["NAME"] == home.database:
        home.database.touch(mode=0o600)
        home.database.chmod(0o600)


def _fingerprint() -> str:
    names = [settings.DATABASES["default"]["ENGINE"], str(settings.DATABASES["default"]["NAME"])]
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        folder = Path(config.path) / "migrations"
        names += [f"{config.label}.{file.stem}" for file in sorted(folder.glob("[0-9]*.py"))]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
