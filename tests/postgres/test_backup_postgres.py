"""Backup and restore of a home whose records are in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import homes
import pytest

pytestmark = pytest.mark.postgres
LOOK = """
from convive.upkeep.move import content
found = content("default")
tell(rows=found.rows, hashes=found.hashes)
"""


@pytest.fixture
def house(tmp_path, database) -> Path:
    """A home in PostgreSQL, and a pair of keys beside it."""
    homes.run(tmp_path / "home", "act(1, 400)", CONVIVE_DATABASE=database)
    homes.convive(tmp_path / "none", "backup", "key", "--out", f"{tmp_path}/k")
    return tmp_path


def back_up(house: Path, database: str):
    words = ("backup", "--to", f"{house}/backups", "--recipient", f"{house}/k.pub", "--json")
    return homes.answered(homes.convive(house / "home", *words, CONVIVE_DATABASE=database))


def test_it_is_backed_up_restored_and_the_same(house, database, new_database):
    before = homes.run(house / "home", LOOK, CONVIVE_DATABASE=database)
    first = back_up(house, database)
    second = back_up(house, database)
    assert second["new_pieces"] < first["new_pieces"]  # but for the note of the first
    other = new_database()
    words = ("restore", f"{house}/backups", "--key", f"{house}/k", "--at", first["backup"])
    words = (*words, "--signer", first["signer"], "--home", f"{house}/new", "--json")
    refused = homes.convive(house / "none", *words)
    assert refused.returncode == 1 and "--database" in refused.stderr
    answer = homes.answered(homes.convive(house / "none", *words, "--database", other))
    assert answer["journal"]["whole"] and answer["journal"]["entries"] == 400
    after = homes.run(house / "new", LOOK, CONVIVE_DATABASE=other)
    assert after == before
    homes.run(house / "new", "act(401, 1)", CONVIVE_DATABASE=other)
    again = homes.convive(house / "none", *words[:-2], f"{house}/third", "--database", other)
    assert again.returncode == 1 and "not empty" in again.stderr
    assert not (house / "third").exists()


def test_it_is_tried_in_a_database_of_its_own_that_goes_again(house, database):
    back_up(house, database)
    words = ("backup", "verify", f"{house}/backups", "--key", f"{house}/k", "--json")
    answer = homes.answered(homes.convive(house / "home", *words, CONVIVE_DATABASE=database))
    assert answer["whole"] and answer["noted"]
    left = homes.run(
        house / "home",
        "cursor = connection.cursor(); cursor.execute('SELECT datname FROM pg_database');"
        "tell(names=[name for (name,) in cursor.fetchall() if 'verify' in name])",
        CONVIVE_DATABASE=database,
    )
    assert left["names"] == []


def test_a_backup_made_while_people_write_holds_one_moment(house, database, new_database):
    writer = homes.start(
        house / "home", "tell(ready=1)\nact(401, 100000)", CONVIVE_DATABASE=database
    )
    try:
        assert writer.stdout is not None
        writer.stdout.readline()
        made = [back_up(house, database) for _round in range(2)]
    finally:
        writer.kill()
        writer.communicate()
    assert 400 < made[0]["journal"][0] < made[1]["journal"][0]
    words = ("backup", "verify", f"{house}/backups", "--key", f"{house}/k", "--json")
    answer = homes.answered(homes.convive(house / "home", *words, CONVIVE_DATABASE=database))
    assert answer["journal"]["entries"] == made[1]["journal"][0]
