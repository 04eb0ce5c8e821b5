"""A home moved to the other kind of database, and back: the same counts, hashes and journal."""

from __future__ import annotations

import shutil
from pathlib import Path

import homes
import pytest

pytestmark = pytest.mark.postgres
PACK = Path(__file__).resolve().parents[2] / "packs" / "trujillo"

# Records of many kinds, with what databases write in different ways: dates, JSON, floats, texts
PREPARE = """
act(1, 120)
from django.contrib.auth import get_user_model
from django_tasks_db.models import DBTaskResult
from convive.kernel.models import Job
for name in ("ñandú", "Ávila", "aguirre", "Zoe"):
    get_user_model().objects.create(email=f"{name}@convive.example", name=name)
now = timezone.now()
Job.objects.create(kind="proof", ordered_by="user:1", ordered_at=now, state="done",
                   finished_at=now, result={"b": 1e16, "a": [1.5, None, "é"], "n": 2.0})
DBTaskResult.objects.create(args_kwargs={"args": [1], "kwargs": {}}, task_path="a.b",
                            backend_name="default", run_after=now)
"""
LOOK = """
from convive.upkeep.move import content
found = content("default")
tell(rows=found.rows, hashes=found.hashes, head=journal.verify().head)
"""

LAST = """
from convive.kernel.models import JournalEntry
tell(**JournalEntry.objects.values("did", "subject", "data", "hash").latest("seq"))
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("move") / "home"
    homes.answered(homes.convive(home, "pack", "apply", str(PACK), "--yes", "--json"))
    homes.run(home, PREPARE)
    return home


@pytest.fixture
def home(prepared, tmp_path) -> Path:
    shutil.copytree(prepared, tmp_path / "home")
    return tmp_path / "home"


def moved(home: Path, to: str, **more: str):
    return homes.convive(home, "home", "move", "--to", to, "--json", **more)


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def test_there_and_back_every_table_is_the_same_and_the_journal_is_whole(home, database):
    before = homes.run(home, LOOK)
    answer = homes.answered(moved(home, database))
    assert answer["rows"] == before["rows"] and answer["hashes"] == before["hashes"]
    assert answer["rows"]["kernel_journalentry"] > 120

    # The old one is as it was, but for the entry that both have
    after = homes.run(home, LOOK)
    assert changed(before["hashes"], after["hashes"]) == ["kernel_journalentry"]
    there = {"CONVIVE_DATABASE": database}
    last = homes.run(home, LAST, **there)
    assert last == homes.run(home, LAST)
    assert (last["did"], last["subject"]) == ("home.moved", "postgresql")
    assert last["data"]["rows"] == answer["total"]
    verdict = homes.answered(homes.convive(home, "journal", "verify", "--json", **there))
    assert verdict["whole"] and verdict["head"] == after["head"]
    assert verdict["entries"] == before["rows"]["kernel_journalentry"] + 1
    # Both go on: numbers that are given next do not meet those that came
    homes.run(
        home,
        "act(200, 3)\n"
        + PREPARE.partition("Job.obj")[0].partition("for name")[0]
        + "get_user_model().objects.create(email='n@convive.example', name='n')",
        **there,
    )
    now = homes.run(home, LOOK, **there)
    assert now["rows"]["programme_user"] == before["rows"]["programme_user"] + 1

    (home / "convive.sqlite3").rename(home / "old.sqlite3")
    back = homes.answered(moved(home, "sqlite:", **there))
    assert back["hashes"] == now["hashes"]
    verdict = homes.answered(homes.convive(home, "journal", "verify", "--json"))
    assert verdict["whole"] and verdict["entries"] == now["rows"]["kernel_journalentry"] + 1
    assert homes.run(home, LAST)["subject"] == "sqlite"
    assert homes.run(home, LAST, **there) == homes.run(home, LAST)
    assert not list(home.glob(".moving*"))


def test_only_an_empty_database_is_filled(home, database):
    homes.answered(moved(home, database))
    refused = moved(home, database)
    assert refused.returncode == 1 and "not empty" in refused.stderr
    refused = moved(home, "sqlite:", CONVIVE_DATABASE=database)
    assert refused.returncode == 1 and "there already" in refused.stderr
    refused = moved(home, "sqlite:")
    assert refused.returncode == 1 and "in SQLite already" in refused.stderr


def test_a_row_that_postgresql_cannot_take_leaves_the_target_empty(home, database):
    homes.run(
        home,
        "from convive.upkeep.models import Cleared;"
        "Cleared.objects.create(name='a' + chr(0), ran_at=timezone.now(), days=1, deleted=0)",
    )
    refused = moved(home, database)
    assert refused.returncode == 1 and "upkeep_cleared" in refused.stderr, refused.stderr
    homes.run(home, "from convive.upkeep.models import Cleared; Cleared.objects.all().delete()")
    homes.answered(moved(home, database))


def test_only_those_who_keep_the_system_move_it(home, database):
    refused = homes.convive(home, "home", "move", "--to", database, "--as", "ñandú@convive.example")
    assert refused.returncode == 1 and "permits" in refused.stderr
