"""A backup is whole, sealed, small where little changed, and tells when it was touched.

Every part backs up the home that is filled at its head; so it stays whole.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import homes
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite, rust_openssl
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from convive.kernel.errors import BadInput
from convive.kernel.home import Home
from convive.kernel.recipients import (
    Unreadable,
    fingerprint,
    make_pair,
    open_with,
    read_private,
    read_public,
    seal_to,
)
from convive.upkeep.backup import restore as bringing_back
from convive.upkeep.backup.make import Made, make, pages
from convive.upkeep.backup.pruning import superfluous
from convive.upkeep.backup.store import Store

NOW = datetime(2026, 3, 2, 5, 15, tzinfo=UTC)
# A person's name in the records and in a file: neither may be read in the backup
SECRET = "Rosalía Quispe Huamán"
PREPARE = f"""
act(1, 300)
from convive.upkeep.models import Cleared
Cleared.objects.create(name="{SECRET}", ran_at=timezone.now(), days=1, deleted=0)
home = settings.HOME
for number in range(3):
    home.evidence.joinpath(f"{{number:064x}}.parquet").write_bytes(os.urandom(700_000))
home.evidence.joinpath("big.parquet").write_bytes(os.urandom(9_000_000))
home.rejects.joinpath("a.csv").write_text("{SECRET}\\n" * 1000)
home.documents.joinpath("empty.pdf").write_bytes(b"")
home.root.joinpath("evidence", ".work-1").mkdir()
home.root.joinpath("evidence", ".work-1", "half").write_text("half")
home.evidence.joinpath("duckdb_temp_storage-0.tmp").write_text("spilled")
home.work.joinpath("rows.csv").write_text("half")
"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("origin") / "home"
    homes.run(home, PREPARE)
    return home


@pytest.fixture
def home(origin, tmp_path, settings) -> Home:
    shutil.copytree(origin, tmp_path / "home")
    settings.HOME = Home(tmp_path / "home")
    return settings.HOME


@pytest.fixture
def pair(tmp_path) -> tuple[Path, Path]:
    private, public = tmp_path / "backup.key", tmp_path / "backup.key.pub"
    make_pair(private, public)
    return private, public


@pytest.fixture
def store(tmp_path) -> Store:
    return Store.create(tmp_path / "backups")


def back_up(home: Home, store: Store, pair, *, now: datetime = NOW) -> Made:
    return make(home, store, read_public(pair[1]), now=now, progress=lambda *_words: None)


def bring_back(store: Store, pair, target: Path, name: str = "") -> None:
    key = read_private(pair[0])
    found = bringing_back.find(store, key, name)
    bringing_back.restore(
        store, key, found, target, with_database=False, progress=lambda *_words: None
    )
    assert bringing_back.differences(target, found.manifest) == []


def contents(root: Path) -> dict[str, bytes]:
    """The files that a backup promises, by path; the database by its rows."""
    left_out = {"schema", "convive.sqlite3"}
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and path.name not in left_out
        and not path.name.endswith((".lock", "-wal", "-shm", ".tmp"))
        and path.parent.name != "work"
        and not any(part[0] == "." for part in path.relative_to(root).parts)
    }


def rows(root: Path) -> list[str]:
    with sqlite3.connect(root / "convive.sqlite3") as database:
        return list(database.iterdump())


# What a backup holds


def test_a_restored_home_has_every_file_and_every_row(home, store, pair, tmp_path):
    made = back_up(home, store, pair)
    bring_back(store, pair, tmp_path / "new")
    before, after = contents(home.root), contents(tmp_path / "new")
    heads = before.pop("journal.head"), after.pop("journal.head")
    assert after == before
    assert heads[0].split()[:2] == heads[1].split()[:2]
    assert rows(tmp_path / "new") == rows(home.root)
    assert made.files == len(before) + 2
    assert made.journal[0] == 300
    verdict = homes.answered(homes.convive(tmp_path / "new", "journal", "verify", "--json"))
    assert verdict["whole"] and verdict["entries"] == 300


def test_files_of_a_restored_home_are_private(home, store, pair, tmp_path):
    back_up(home, store, pair)
    bring_back(store, pair, tmp_path / "new")
    found = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in found} == {0}


def test_nothing_in_the_folder_of_backups_can_be_read_without_the_key(home, store, pair):
    back_up(home, store, pair)
    plain = home.secret_key().encode()
    names = [path.name for path in home.evidence.glob("*.parquet")]
    for path in store.root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert SECRET.encode() not in content
        assert plain not in content
        assert not any(name.encode() in content for name in names)
        assert path.name not in names


def test_half_made_files_and_the_wal_are_left_out(home, store, pair, tmp_path):
    back_up(home, store, pair)
    bring_back(store, pair, tmp_path / "new")
    new = Home(tmp_path / "new")
    assert not list(new.evidence.glob(".work-*")) and not list(new.work.iterdir())
    assert not list(new.evidence.glob("duckdb_temp*"))
    assert not list(home.root.glob(".backup-*"))


def test_a_second_backup_of_an_unchanged_home_writes_almost_nothing(home, store, pair):
    first = back_up(home, store, pair)
    second = back_up(home, store, pair, now=NOW + timedelta(days=1))
    assert second.size == first.size and second.pieces == first.pieces
    assert second.new_pieces == 0
    assert second.new_bytes < first.new_bytes / 1000


def test_after_a_few_acts_only_the_pages_that_changed_are_written(home, store, pair, tmp_path):
    first = back_up(home, store, pair)
    homes.run(home.root, "act(301, 5)")
    (home.evidence / "new.parquet").write_bytes(os.urandom(1000))
    second = back_up(home, store, pair, now=NOW + timedelta(days=1))
    assert second.new_pieces < first.new_pieces / 2
    bring_back(store, pair, tmp_path / "old", first.id)
    bring_back(store, pair, tmp_path / "new", second.id)
    assert not (tmp_path / "old" / "evidence" / "new.parquet").exists()
    assert rows(tmp_path / "new") == rows(home.root)


def test_backups_of_one_second_get_names_of_their_own(home, store, pair):
    assert back_up(home, store, pair).id != back_up(home, store, pair).id
    assert store.ids() == ["20260302T051500Z", "20260302T051500Z-2"]


def test_a_backup_made_while_people_write_holds_one_moment_and_its_journal_is_whole(
    home, store, pair, tmp_path
):
    writer = homes.start(home.root, "tell(ready=1)\nact(301, 100000)")
    try:
        assert writer.stdout is not None
        writer.stdout.readline()
        made = [back_up(home, store, pair) for _round in range(4)]
    finally:
        writer.kill()
        writer.communicate()
    counts = [each.journal[0] for each in made]
    assert counts == sorted(set(counts)), "nobody wrote meanwhile: the test has shown nothing"
    for number, each in enumerate(made[::3]):
        target = tmp_path / f"new{number}"
        bring_back(store, pair, target, each.id)
        verdict = homes.answered(homes.convive(target, "journal", "verify", "--json"))
        assert verdict["whole"] and verdict["entries"] == each.journal[0]
        assert (target / "journal.head").read_text().split()[0] == str(each.journal[0])


def test_a_head_that_does_not_belong_to_the_journal_is_kept_as_evidence(
    home, store, pair, tmp_path
):
    home.journal_head.write_text(f"300 {'a' * 64} 2026-01-01T00:00:00+00:00\n")
    back_up(home, store, pair)
    bring_back(store, pair, tmp_path / "new")
    assert (tmp_path / "new" / "journal.head").read_text().startswith(f"300 {'a' * 64}")


def test_a_file_whose_time_was_over_meanwhile_is_left_out(home, store, pair, tmp_path):
    reject = home.rejects / "a.csv"

    def removed(phase: str, _done: int, _total: int | None) -> None:
        if phase == "files":
            reject.unlink(missing_ok=True)

    make(home, store, read_public(pair[1]), now=NOW, progress=removed)
    bring_back(store, pair, tmp_path / "new")
    assert not (tmp_path / "new" / "rejects" / "a.csv").exists()


def test_a_backup_that_is_stopped_is_none_and_the_next_uses_its_pieces(home, store, pair):
    class Stop(Exception):
        pass

    def stop(phase: str, done: int, _total: int | None) -> None:
        if phase == "files" and done == 4:
            raise Stop

    with pytest.raises(Stop):
        make(home, store, read_public(pair[1]), now=NOW, progress=stop)
    assert store.ids() == []
    there = len(list(store.root.glob("pieces/*/*")))
    assert there
    made = back_up(home, store, pair)
    assert made.new_pieces == made.pieces - there


def test_another_recipient_shares_nothing_with_the_first(home, store, pair, tmp_path):
    back_up(home, store, pair)
    other = tmp_path / "other.key", tmp_path / "other.key.pub"
    make_pair(*other)
    made = back_up(home, store, other)
    assert made.new_pieces == made.pieces
    bring_back(store, other, tmp_path / "new", made.id)
    with pytest.raises(BadInput, match="sellad"):
        bring_back(store, pair, tmp_path / "never", made.id)


def test_one_backup_at_a_time(home, store, pair):
    with store.one_writer(), pytest.raises(BadInput):
        back_up(home, store, pair)


def test_a_large_database_is_cut_into_larger_pieces():
    assert pages(1) == pages(64 << 20) == 16 << 10
    assert pages((64 << 20) + 1) == 32 << 10
    assert (3 << 30) / pages(3 << 30) <= 4096


# What was touched


def touched(store: Store, pair, target: Path) -> str:
    with pytest.raises(BadInput) as refused:
        bring_back(store, pair, target)
    assert not target.exists()
    assert not [path for path in target.parent.iterdir() if target.name in path.name]
    return str(refused.value)


def largest(store: Store) -> list[Path]:
    return sorted(store.root.glob("pieces/*/*"), key=lambda path: path.stat().st_size)[-2:]


@pytest.mark.parametrize("at", [0, 70, -1])
def test_a_changed_piece_is_found_and_nothing_is_restored(home, store, pair, tmp_path, at):
    back_up(home, store, pair)
    piece = largest(store)[0]
    content = bytearray(piece.read_bytes())
    content[at] ^= 1
    piece.write_bytes(bytes(content))
    assert piece.name in touched(store, pair, tmp_path / "new")


def test_a_missing_and_a_shortened_piece_are_found(home, store, pair, tmp_path):
    back_up(home, store, pair)
    piece = largest(store)[0]
    kept = piece.read_bytes()
    piece.write_bytes(kept[:-20])
    assert piece.name in touched(store, pair, tmp_path / "new")
    piece.unlink()
    assert piece.name in touched(store, pair, tmp_path / "new")


def test_two_pieces_that_changed_places_are_found(home, store, pair, tmp_path):
    back_up(home, store, pair)
    one, other = largest(store)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    touched(store, pair, tmp_path / "new")


def test_a_piece_that_somebody_else_sealed_is_found(home, store, pair, tmp_path):
    back_up(home, store, pair)
    piece = largest(store)[0]
    purpose = f"convive backup 1 piece {piece.name}".encode()
    piece.write_bytes(seal_to(read_public(pair[1]), b"\0" + b"false", purpose=purpose))
    touched(store, pair, tmp_path / "new")


@pytest.mark.parametrize("at", [10, -10])
def test_a_changed_manifest_is_found(home, store, pair, tmp_path, at):
    made = back_up(home, store, pair)
    path = store.root / "backups" / f"{made.id}.backup"
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))
    touched(store, pair, tmp_path / "new")


def test_a_manifest_under_the_name_of_another_is_found(home, store, pair, tmp_path):
    back_up(home, store, pair)
    homes.run(home.root, "act(301, 1)")
    second = back_up(home, store, pair, now=NOW + timedelta(days=1))
    folder = store.root / "backups"
    older = next(path for path in folder.iterdir() if path.stem != second.id)
    (folder / f"{second.id}.backup").write_bytes(older.read_bytes())
    touched(store, pair, tmp_path / "new")


def test_who_made_a_backup_is_known_by_their_signature(home, store, pair, settings, tmp_path):
    back_up(home, store, pair)
    key = read_private(pair[0])
    mine = bringing_back.find(store, key).signer
    settings.SECRET_KEY = "another home"
    made = back_up(home, store, pair, now=NOW + timedelta(days=1))
    assert made.signer != mine
    assert bringing_back.find(store, key).signer == made.signer


# Folders and keys


def test_a_folder_without_backups_is_not_taken_for_one(tmp_path, home, pair):
    (tmp_path / "mount").mkdir()
    with pytest.raises(BadInput, match="disco"):
        Store.at(tmp_path / "mount")
    assert list((tmp_path / "mount").iterdir()) == []


def test_a_folder_with_other_files_does_not_become_one(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").touch()
    with pytest.raises(BadInput, match=r"one\.jpg"):
        Store.create(tmp_path / "photos")


def test_a_key_is_never_replaced_and_a_wrong_file_is_no_key(pair, tmp_path):
    with pytest.raises(BadInput):
        make_pair(pair[0], tmp_path / "x.pub")
    with pytest.raises(BadInput):
        read_public(pair[0])
    with pytest.raises(BadInput):
        read_private(pair[1])
    with pytest.raises(BadInput):
        read_public(tmp_path / "none")
    assert pair[0].stat().st_mode & 0o077 == 0
    assert fingerprint(read_public(pair[1])) == fingerprint(read_private(pair[0]).public_key())


@given(content=st.binary(max_size=200), other=st.binary(min_size=1, max_size=20))
def test_what_is_sealed_opens_for_its_key_and_purpose_alone(content, other):
    key, stranger = (ec.generate_private_key(ec.SECP256R1()) for _each in range(2))
    sealed = seal_to(key.public_key(), content, purpose=b"one")
    assert open_with(key, sealed, purpose=b"one") == content
    for who, box, purpose in (
        (stranger, sealed, b"one"),
        (key, sealed, b"one" + other),
        (key, sealed + other, b"one"),
        (key, sealed[: len(sealed) // 2], b"one"),
    ):
        with pytest.raises(Unreadable):
            open_with(who, box, purpose=purpose)


def test_the_sealing_is_that_of_rfc_9180():
    """Appendix A.3.1.1, the first encryption: P-256 with the 128-bit cipher of its examples."""
    suite = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    number = 0xF3CE7FDAE57E1A310D87F1EBBDE6F328BE0A99CDBCADF4D6589CF29DE4B8FFD2
    key = ec.derive_private_key(number, ec.SECP256R1())
    enc = bytes.fromhex(
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
        "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
    )
    ct = bytes.fromhex(
        "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"
    )
    opened = rust_openssl.hpke._decrypt_with_aad(
        suite, enc + ct, key, b"Ode on a Grecian Urn", b"Count-0"
    )
    assert opened == b"Beauty is truth, truth beauty"


# Which are kept


def test_of_daily_backups_two_weeks_stay_then_weeks_then_months():
    made = {f"{day:03}": NOW - timedelta(days=day) for day in range(500)}
    kept = sorted(set(made) - set(superfluous(made, NOW)))
    ages = [int(name) for name in kept]
    assert ages[:15] == list(range(15))
    weekly = [age for age in ages if 14 < age <= 70]
    assert len(weekly) in (8, 9)
    assert max(later - age for age, later in pairwise(weekly)) <= 7
    monthly = [age for age in ages if age > 70]
    assert len(monthly) in (11, 12) and max(monthly) <= 400


def test_the_newest_is_kept_whatever_its_age():
    made = {"old": NOW - timedelta(days=5000), "older": NOW - timedelta(days=5001)}
    assert superfluous(made, NOW) == ["older"]
    assert superfluous({}, NOW) == []


def test_dropping_a_backup_frees_only_what_no_other_needs(home, store, pair, tmp_path):
    first = back_up(home, store, pair)
    homes.run(home.root, "act(301, 200)")
    second = back_up(home, store, pair, now=NOW + timedelta(days=1))
    assert store.drop([first.id]) > 0
    assert store.ids() == [second.id]
    bring_back(store, pair, tmp_path / "new")
    needed = set(store.heading(second.id).pieces)
    assert {path.name for path in store.root.glob("pieces/*/*")} == needed
    assert home == settings.HOME
