"""The journal: a chain that shows every tampering, and a head outside the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings

from convive.kernel import journal, journal_head
from convive.kernel.home import Home
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(tmp_path):
    with override_settings(HOME=Home(tmp_path)):
        yield Home(tmp_path)


def act(**changes):
    facts = {"who": "user:1", "did": "value.accepted", "kind": "value", "subject": 7}
    with transaction.atomic():
        return journal.write(**{**facts, **changes})


def acts(number: int) -> None:
    for subject in range(1, number + 1):
        act(subject=subject, data={"code": "PE-INEI:130105", "n": subject, "parts": [1, 2]})


def sql(statement: str, *values: object) -> None:
    """Somebody with a hand in the database: past every model and action."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def faults() -> list[str]:
    return [f"{p.where}: {p.why}" for p in journal.verify().problems]


def test_an_untouched_journal_is_whole(home):
    acts(5)
    verdict = journal.verify()
    assert verdict.whole and verdict.entries == 5
    assert home.journal_head.read_text().split()[:2] == ["5", verdict.head]


def test_an_empty_journal_is_whole():
    verdict = journal.verify()
    assert verdict.whole and verdict.entries == 0


def test_an_entry_falls_with_the_act_that_it_records(home):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        journal.write(who="cli", did="value.accepted", kind="value", subject=1)
        1 / 0  # noqa: B018
    assert JournalEntry.objects.count() == 0
    assert journal.verify().whole
    acts(2)
    assert journal.verify().whole


def test_nothing_is_written_outside_a_transaction():
    with pytest.raises(RuntimeError):
        journal.write(who="cli", did="value.accepted", kind="value", subject=1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("who", "user:2"),
        ("did", "value.returned"),
        ("kind", "target"),
        ("subject", "8"),
        ("why", "because"),
        ("data", '{"n": 9}'),
        ("at", "2020-01-01 00:00:00"),
    ],
)
def test_a_changed_entry_is_found(column, value):
    acts(3)
    sql(f"UPDATE kernel_journalentry SET {column} = %s WHERE seq = 2", value)
    assert len(faults()) == 1
    assert "2" in journal.verify().problems[0].where


def test_a_changed_entry_is_found_though_its_hash_was_made_anew():
    acts(3)
    entry = JournalEntry.objects.get(seq=2)
    entry.who = "user:2"
    sql(
        "UPDATE kernel_journalentry SET who = %s, hash = %s WHERE seq = 2",
        entry.who,
        journal._hash(entry),
    )
    assert [problem.where for problem in journal.verify().problems] == [
        journal._problem(3, "").where
    ]


def test_a_missing_entry_is_found():
    acts(4)
    sql("DELETE FROM kernel_journalentry WHERE seq = 2")
    assert not journal.verify().whole
    assert "3" in journal.verify().problems[0].where


def test_a_missing_first_entry_is_found():
    acts(3)
    sql("DELETE FROM kernel_journalentry WHERE seq = 1")
    assert not journal.verify().whole


def test_an_inserted_entry_is_found():
    acts(3)
    sql("UPDATE kernel_journalentry SET seq = 4 WHERE seq = 3")
    sql(
        "INSERT INTO kernel_journalentry"
        " (seq, at, who, did, kind, subject, why, data, previous, hash)"
        " SELECT 3, at, who, did, kind, subject, why, data, previous, 'f00d'"
        " FROM kernel_journalentry WHERE seq = 2"
    )
    assert {where.split(":")[0] for where in faults()} >= {
        journal._problem(3, "").where,
        journal._problem(4, "").where,
    }


def test_entries_cut_off_at_the_end_are_found():
    acts(5)
    sql("DELETE FROM kernel_journalentry WHERE seq > 3")
    (problem,) = journal.verify().problems
    assert "5" in problem.why and "3" in problem.why


def test_a_journal_emptied_altogether_is_found():
    acts(2)
    sql("DELETE FROM kernel_journalentry")
    assert not journal.verify().whole


def test_cutting_off_and_going_on_does_not_hide_the_cut():
    acts(5)
    sql("DELETE FROM kernel_journalentry WHERE seq > 3")
    acts(6)
    verdict = journal.verify()
    assert verdict.entries == 9 and not verdict.whole


def test_a_chain_forged_from_end_to_end_is_found_by_the_kept_head():
    acts(3)
    previous = journal_head.GENESIS
    for entry in JournalEntry.objects.order_by("seq"):
        entry.who, entry.previous = "user:9", previous
        entry.hash = previous = journal._hash(entry)
        entry.save()
    assert len(faults()) == 1
    act()
    assert len(faults()) == 1  # and one more act does not lay a new head over it


@pytest.mark.sqlite  # PostgreSQL refuses it at once
@pytest.mark.parametrize("at", ["yesterday", "2020-13-45 00:00:00"])
def test_an_entry_that_cannot_be_read_is_found(at):
    acts(3)
    sql("UPDATE kernel_journalentry SET at = %s WHERE seq = 2", at)
    assert not journal.verify().whole


def test_a_head_that_lags_is_no_fault(home):
    acts(3)
    before = home.journal_head.read_bytes()
    act()
    home.journal_head.write_bytes(before)  # as a power cut between commit and head leaves it
    assert journal.verify().whole
    act()
    assert home.journal_head.read_text().startswith("5 ")


def test_a_lost_head_is_a_fault_and_stays_one(home):
    acts(3)
    home.journal_head.unlink()
    assert not journal.verify().whole
    act()
    assert not home.journal_head.exists()
    assert not journal.verify().whole


def test_a_spoilt_head_is_a_fault(home):
    acts(2)
    home.journal_head.write_text("not a head")
    assert not journal.verify().whole


def test_an_older_head_never_replaces_a_newer_one(home):
    acts(4)
    kept = home.journal_head.read_bytes()
    journal_head.advance(last=lambda: journal_head.Head(2, "0" * 64), hash_of=journal._hash_of)
    assert home.journal_head.read_bytes() == kept


def test_a_head_that_cannot_be_written_does_not_undo_the_act(home, caplog):
    acts(1)
    lock = home.journal_head.with_suffix(".lock")
    lock.unlink()
    lock.mkdir()  # nothing can be written there now, not even by root
    act()
    assert JournalEntry.objects.count() == 2
    assert "IsADirectoryError" in caplog.text
    assert journal.verify().whole


@pytest.mark.parametrize(
    "facts",
    [
        {"who": "rosa@example.org"},
        {"why": "rosa@example.org asked"},
        {"data": {"to": ["rosa@example.org"]}},
        {"data": {"share": 0.5}},
        {"data": {1: "a"}},
        {"data": {"raw": "a\x00b"}},
        {"did": "Accepted"},
        {"who": ""},
        {"subject": "x" * 129},
    ],
)
def test_what_a_journal_must_not_hold_is_refused(facts):
    with pytest.raises(ValueError):
        act(**facts)
    assert JournalEntry.objects.count() == 0


WRITER = """
import django, sys
django.setup()
from django.db import transaction
from convive.kernel import journal
for number in range(int(sys.argv[2])):
    with transaction.atomic():
        journal.write(who=sys.argv[1], did="value.recorded", kind="value", subject=number)
"""


@pytest.mark.sqlite  # tests/postgres has its own writers
def test_writers_side_by_side_keep_one_chain(tmp_path):
    environment = {**os.environ, "CONVIVE_HOME": str(tmp_path / "shared")}
    environment["PYTHONPATH"] = str(Path(journal.__file__).parents[2])

    def run(*words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *words], env=environment)

    assert run("-m", "convive", "journal", "verify").wait() == 0  # makes the home
    writers = [run("-c", WRITER, f"writer:{number}", "20") for number in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    done = subprocess.run(
        [sys.executable, "-m", "convive", "journal", "verify", "--json"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and '"entries": 60' in done.stdout
    assert (tmp_path / "shared" / "journal.head").read_text().startswith("60 ")
