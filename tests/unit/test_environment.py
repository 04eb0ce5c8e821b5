"""The address of the database, as the settings take it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import homes
import pytest

from convive.kernel.environment import database_from_url, without_password
from convive.kernel.errors import BadSetting

FILE = Path("/nowhere/convive.sqlite3")
PLACE = "postgresql://convive@db.example.org:5433/house"


def test_what_follows_the_question_mark_reaches_the_driver():
    address = f"{PLACE}?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=5"
    assert database_from_url(address, FILE)["OPTIONS"] == {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca.pem",
        "connect_timeout": "5",
    }
    assert database_from_url(PLACE, FILE)["OPTIONS"] == {}


def test_names_and_passwords_are_taken_as_they_were_written():
    found = database_from_url("postgresql://an%40a:a%23b%2Fc@h:5/a%20b", FILE)
    told = [found[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert told == ["an@a", "a#b/c", "h", "5", "a b"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("?sslmod=verify-full", "sslmod"),
        ("?password=hush", "password"),
        ("?sslmode=verify_full", "sslmode"),
        ("?sslmode=", "sslmode"),
        ("?sslmode=require&sslmode=disable", "sslmode"),
        ("?sslrootcert=ca.pem", "sslrootcert"),
        ("?connect_timeout=soon", "connect_timeout"),
        ("?verify-full", "sslmode"),
        ("#house", "address"),
        ("/more", "address"),
    ],
)
def test_what_is_not_known_or_makes_no_sense_is_refused(said, named):
    with pytest.raises(BadSetting, match=named) as refused:
        database_from_url(PLACE + said, FILE)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "mysql://convive@h/house",
        "postgresql://convive@h",
        "postgresql://convive:hu#sh@h/house",
        "postgresql://convive:hu/sh@h/house",
        "postgresql://convive:hu[sh@h/house",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(address):
    with pytest.raises(BadSetting, match="CONVIVE_DATABASE") as refused:
        database_from_url(address, FILE)
    assert "hu" not in str(refused.value).replace("house", "")


def test_an_address_is_shown_without_its_password():
    assert without_password("postgresql://an%40a:b@h:5/n?sslmode=require") == (
        "postgresql://an%40a@h:5/n?sslmode=require"
    )
    assert without_password(PLACE) == PLACE
    assert without_password("sqlite:") == "sqlite:"


def test_a_command_says_in_words_what_is_wrong_with_the_setting(tmp_path):
    wrong = {"CONVIVE_DATABASE": f"{PLACE}?sslmode=verify"}
    refused = homes.convive(tmp_path / "home", "journal", "verify", **wrong)
    assert refused.returncode == 1
    assert "CONVIVE_DATABASE: sslmode" in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.sqlite
def test_what_is_deleted_does_not_stand_in_the_copy_that_a_backup_takes(tmp_path):
    home, word = tmp_path / "home", os.urandom(16).hex()
    homes.run(
        home,
        "from convive.domain.programme.models import User;"
        f"User.objects.bulk_create(User(email=f'{{n}}@x.example', name='{word}' + str(n) * 20)"
        " for n in range(300)); User.objects.all().delete();"
        "from convive.upkeep.backup.sqlite_copy import copy;"
        "copy(settings.HOME.database, Path(settings.HOME.root, 'copy'))",
    )
    copied = home / "copy"
    with sqlite3.connect(copied) as database:
        (free,) = database.execute("PRAGMA freelist_count").fetchone()
    assert free > 0
    assert word.encode() not in copied.read_bytes()
