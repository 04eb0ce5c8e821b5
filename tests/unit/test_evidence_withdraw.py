"""A batch is taken out of every figure with the reason, and put back; nothing is deleted."""

from __future__ import annotations

import json

import pytest
from cast import actor, make_programme
from click.testing import CliRunner
from django.db import IntegrityError, transaction
from django.utils import timezone
from recorded import BETWEEN, receive, source, table

from convive.cli.evidence import evidence
from convive.domain.programme.queries import SYSTEM
from convive.evidence import queries, store
from convive.evidence.actions import import_file
from convive.evidence.actions_withdraw import restore_batch, withdraw_batch
from convive.evidence.models import Withdrawal
from convive.evidence.queries import Selection
from convive.evidence.standing import standing
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "place,year,month,offence,n"
ALL = Selection("proof", BETWEEN("2023", "2023"))
WHY = "The police sent the year before."


@pytest.fixture
def batch(tmp_path):
    make_programme()
    source(tmp_path, more='owner = "muni-la-esperanza"')
    return receive(table(tmp_path, (HEADER, "130105,2023,1,robo,7"), "first.csv")).batch


def test_a_withdrawn_batch_no_longer_counts_and_a_restored_one_does(batch):
    withdraw_batch(by=SYSTEM, batch=batch, why=WHY)
    assert queries.count(ALL) == 0 and queries.batch_ids("proof") == []
    assert queries.source("proof").coverage is None and queries.releases("proof") == []
    restore_batch(by=SYSTEM, batch=batch, why="The police confirm the year.")
    assert queries.count(ALL) == 7


def test_who_when_and_why_stay_with_the_batch_after_it_was_put_back(batch):
    withdraw_batch(by=actor("coordinator"), batch=batch[:12], why=f"  {WHY} ")
    withdrawal = queries.batch(batch).withdrawal
    assert (withdrawal.by, withdrawal.why) == (actor("coordinator").id, WHY)
    restore_batch(by=SYSTEM, batch=batch, why="The police confirm the year.")
    assert queries.batch(batch).withdrawal is None
    (past,) = Withdrawal.objects.all()
    assert past.restored_by == SYSTEM.id and past.restored_at >= past.at


def test_the_file_stays_and_what_it_replaced_counts_again(tmp_path, batch, home):
    later = receive(table(tmp_path, (HEADER, "130105,2023,1,robo,9"), "later.csv")).batch
    assert queries.count(ALL) == 9
    withdraw_batch(by=SYSTEM, batch=later, why=WHY)
    assert queries.count(ALL) == 7
    assert store.parquet_path(home, later).exists()


def test_a_withdrawn_correction_gives_its_place_back(tmp_path, batch):
    file = table(tmp_path, (HEADER, "130105,2023,1,robo,9"), "mended.csv")
    mended = receive(file, corrects=batch, correction="replaces").batch
    assert queries.count(ALL) == 9
    withdraw_batch(by=SYSTEM, batch=mended, why=WHY)
    assert queries.count(ALL) == 7


def test_the_journal_keeps_that_it_was_withdrawn_and_a_hash_of_the_reason_alone(batch):
    withdraw_batch(by=SYSTEM, batch=batch, why=WHY)
    restore_batch(by=SYSTEM, batch=batch, why="The police confirm the year.")
    entries = JournalEntry.objects.filter(kind="batch").exclude(did="batch.imported")
    assert [entry.did for entry in entries.order_by("seq")] == ["batch.withdrawn", "batch.restored"]
    for entry in entries:
        assert entry.subject == batch and len(entry.data["why_sha256"]) == 64
        assert "police" not in json.dumps(entry.data) + entry.why


def test_the_same_file_sent_again_is_refused_with_the_reason_of_its_withdrawal(tmp_path, batch):
    withdraw_batch(by=SYSTEM, batch=batch, why=WHY)
    with pytest.raises(BadInput, match="sent the year before"):
        receive(tmp_path / "first.csv")
    assert queries.count(ALL) == 0


@pytest.mark.parametrize("why", ["", "wrong", " " * 40, "x" * 1001])
def test_a_reason_that_says_nothing_or_too_much_is_refused(batch, why):
    with pytest.raises(BadInput, match="A reason has"):
        withdraw_batch(by=SYSTEM, batch=batch, why=why)
    assert queries.count(ALL) == 7


def test_nothing_is_withdrawn_twice_nor_put_back_unasked(batch):
    with pytest.raises(BadInput, match="not withdrawn"):
        restore_batch(by=SYSTEM, batch=batch, why=WHY)
    withdraw_batch(by=SYSTEM, batch=batch, why=WHY)
    with pytest.raises(BadInput, match="withdrawn already"):
        withdraw_batch(by=SYSTEM, batch=batch, why=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Withdrawal.objects.create(batch_id=batch, at=timezone.now(), by="cli", why=WHY)


def test_only_officers_of_the_owner_and_the_coordinator_withdraw(batch):
    for key in ("other_municipal_officer", "agency_officer", "analyst", "auditor", "funder"):
        with pytest.raises(NotAllowed):
            withdraw_batch(by=actor(key), batch=batch, why=WHY)
    for key in ("municipal_officer", "coordinator"):
        withdraw_batch(by=actor(key), batch=batch, why=WHY)
        restore_batch(by=actor(key), batch=batch, why=WHY)


def test_of_a_source_of_every_partner_only_the_coordinator_or_its_sender_decides(tmp_path):
    make_programme()
    source(tmp_path)
    own = actor("municipal_officer")
    file = table(tmp_path, (HEADER, "130105,2023,1,robo,7"), "first.csv")
    batch = import_file(by=own, source="proof", path=file).batch
    mended = table(tmp_path, (HEADER, "130105,2023,1,robo,9"), "mended.csv")
    for key in ("other_municipal_officer", "agency_officer"):
        with pytest.raises(NotAllowed):
            withdraw_batch(by=actor(key), batch=batch, why=WHY)
        for how in ("replaces", "adds"):
            with pytest.raises(NotAllowed):
                import_file(
                    by=actor(key), source="proof", path=mended, corrects=batch, correction=how
                )
        assert not standing(queries.batch(batch), actor(key)).may_withdraw
    withdraw_batch(by=actor("coordinator"), batch=batch, why=WHY)
    for key in ("other_municipal_officer", "agency_officer"):
        with pytest.raises(NotAllowed):
            restore_batch(by=actor(key), batch=batch, why=WHY)
    restore_batch(by=own, batch=batch, why=WHY)
    assert standing(queries.batch(batch), own).may_withdraw
    import_file(by=own, source="proof", path=mended, corrects=batch, correction="replaces")
    assert queries.count(ALL) == 9


def test_what_was_made_from_a_batch_learns_of_its_withdrawal(batch):
    assert queries.withdrawals([batch]) == []
    withdraw_batch(by=SYSTEM, batch=batch, why=WHY)
    assert [row.why for row in queries.withdrawals([batch, "f" * 64])] == [WHY]


def test_it_is_done_in_the_terminal_too(monkeypatch, batch):
    monkeypatch.setenv("CONVIVE_LANG", "en")

    def run(*words):
        return CliRunner().invoke(evidence, list(words))

    done = run("withdraw", batch[:12], "--why", WHY, "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["why"] == WHY
    assert "withdrawn" in run("list").stdout and queries.count(ALL) == 0
    assert run("withdraw", batch[:12], "--why", "no").exit_code == 1
    assert run("restore", batch[:12], "--why", "The police confirm.").exit_code == 0
    assert queries.count(ALL) == 7
