"""An import as a whole: its receipt, once and again, who may, what is left on disk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from recorded import (
    BETWEEN,
    COUNTS,
    pack_source,
    receive,
    source,
    table,
)

from convive.access.permissions import Role
from convive.access.rules import Actor, Grant
from convive.domain.programme.queries import SYSTEM
from convive.evidence import queries, store
from convive.evidence.actions import (
    dry_run,
    import_file,
    put_offence,
    put_source,
    retire_offence,
    retire_source,
)
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.models import Batch, Offence, Source
from convive.evidence.queries import Selection
from convive.kernel import journal
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "place,year,month,offence,n"
ROWS = (HEADER, "130105,2023,1,robo,7", "130105,2023,2,robo,5", "130102,2023,13,robo,3")
ALL = BETWEEN("1900", "2100")


def test_a_receipt_says_what_came_and_the_journal_keeps_it(tmp_path, home):
    source(tmp_path)
    receipt = receive(table(tmp_path, ROWS))
    said = receipt.as_json()
    assert (said["read"], said["accepted"], said["rejected"]) == (3, 2, 1)
    assert said["already_imported"] is False and said["reasons"] == {"bad_month": 1}
    assert (said["first_day"], said["last_day"]) == ("2023-01-01", "2023-02-28")
    entry = JournalEntry.objects.get(did="batch.imported")
    assert entry.subject == receipt.batch
    assert (entry.data["read"], entry.data["accepted"], entry.data["rejected"]) == (3, 2, 1)
    assert store.parquet_path(home, receipt.batch).exists()


def test_the_same_file_again_gives_the_same_batch_and_changes_nothing(tmp_path):
    source(tmp_path)
    first = receive(table(tmp_path, ROWS))
    entries = JournalEntry.objects.count()
    again = receive(table(tmp_path, ROWS, "under-another-name.csv"))
    assert again.already_imported and not first.already_imported
    assert replace(again, already_imported=False) == first
    assert JournalEntry.objects.count() == entries and Batch.objects.count() == 1


def test_one_file_read_anew_after_its_mapping_changed_counts_once(tmp_path):
    source(tmp_path, more='releases = "add"')
    first = receive(table(tmp_path, ROWS))
    source(tmp_path, COUNTS.replace("PE-INEI", "PE-RENIEC"), more='releases = "add"')
    # Until it is read anew, it stays as it was read
    assert queries.count(Selection("proof", ALL, ("PE-INEI:130105",))) == 12
    second = receive(table(tmp_path, ROWS))
    assert first.batch != second.batch and not second.already_imported
    assert queries.count(Selection("proof", ALL, ("PE-INEI:130105",))) == 0
    assert queries.count(Selection("proof", ALL, ("PE-RENIEC:130105",))) == 12
    assert queries.batch_ids("proof") == [second.batch]


def test_a_lost_file_of_a_batch_comes_back_with_its_source_file(tmp_path, home):
    source(tmp_path)
    receipt = receive(table(tmp_path, ROWS))
    store.parquet_path(home, receipt.batch).unlink()
    with pytest.raises(BadInput, match="Import its source file again"):
        queries.count(Selection("proof", ALL))
    assert receive(table(tmp_path, ROWS)).already_imported
    assert queries.count(Selection("proof", ALL)) == 12


def test_when_the_transaction_fails_nothing_is_visible_and_sending_it_again_takes_over(
    tmp_path, home, monkeypatch
):
    source(tmp_path)
    receive(table(tmp_path, ROWS))

    def full_disk(**_facts):
        raise DatabaseError("disk full")

    other = table(tmp_path, (HEADER, "130102,2023,1,robo,70"), "other.csv")
    with monkeypatch.context() as patch:
        patch.setattr(journal, "write", full_disk)
        with pytest.raises(DatabaseError):
            receive(other)
    assert queries.count(Selection("proof", ALL)) == 12
    assert len(list(home.evidence.glob("*.parquet"))) == 2  # the orphan counts for nothing
    assert not receive(other).already_imported
    names = {file.stem for file in home.evidence.glob("*.parquet")}
    assert names == set(Batch.objects.values_list("pk", flat=True))


def test_nothing_but_finished_files_stays_in_the_home(tmp_path, home):
    source(tmp_path)
    (home.evidence / ".work-of-a-killed-import").mkdir()
    receipt = receive(table(tmp_path, ROWS))
    with pytest.raises(BadInput):
        receive(table(tmp_path, (*ROWS, "too,few"), "broken.csv"))
    assert sorted(f.name for f in home.evidence.iterdir()) == [".lock", f"{receipt.batch}.parquet"]
    rejects = [f"{receipt.batch}.csv", f"{receipt.batch}.rows.csv"]
    assert sorted(f.name for f in home.rejects.iterdir()) == rejects


def test_every_phase_is_told_while_it_works(tmp_path):
    source(tmp_path)
    told = []
    import_file(
        by=SYSTEM,
        source="proof",
        path=table(tmp_path, ROWS),
        on_progress=lambda phase, done: told.append((phase, done)),
    )
    assert list(dict(told)) == ["hash", "decode", "check", "write", "done"]
    assert dict(told)["hash"] == len("\n".join(ROWS)) + 1 and dict(told)["done"] == 3


def test_an_unknown_source_is_answered_with_the_known_ones(tmp_path):
    source(tmp_path, code="proof-b")
    with pytest.raises(BadInput, match="proof-b"):
        receive(table(tmp_path, ROWS), "proof")


def test_a_retired_source_takes_nothing_in_but_keeps_what_it_has(tmp_path):
    source(tmp_path)
    receive(table(tmp_path, ROWS))
    retire_source(by=SYSTEM, code="proof")
    with pytest.raises(BadInput, match="no longer"):
        receive(table(tmp_path, (HEADER, "130105,2023,1,robo,1"), "more.csv"))
    assert queries.count(Selection("proof", ALL)) == 12
    assert "proof" not in queries.source_codes() and queries.source("proof").is_retired
    source(tmp_path)
    assert "proof" in queries.source_codes()


def test_who_may_not_import_does_not(tmp_path):
    pack_source("mininter-vaw")
    file = table(tmp_path, ROWS)
    stranger = Actor("user:7", "", (Grant(Role.AGENCY_OFFICER, frozenset({"undp"})),))
    reader = Actor("user:8", "", (Grant(Role.AUDITOR),))
    for actor in (stranger, reader):
        for act in (import_file, dry_run):
            with pytest.raises(NotAllowed):
                act(by=actor, source="mininter-vaw", path=file)
    for act in (
        lambda: put_source(by=stranger, spec=queries.source("mininter-vaw").spec),
        lambda: retire_source(by=stranger, code="mininter-vaw"),
        lambda: put_offence(by=stranger, row=OffenceRow("*", "robo", "Robo", "Robbery")),
        lambda: retire_offence(by=stranger, source="*", category="robo"),
    ):
        with pytest.raises(NotAllowed):
            act()
    own = Actor("user:9", "", (Grant(Role.AGENCY_OFFICER, frozenset({"mininter"})),))
    good = (
        "PROV_HECHO,DIST_HECHO,UBIGEO_HECHO,AÑO,MES,DPTO_HECHO,CANTIDAD",
        "TRUJILLO,LA ESPERANZA,130105,2023,1,LA LIBERTAD,2",
    )
    receipt = import_file(by=own, source="mininter-vaw", path=table(tmp_path, good, "g.csv"))
    assert Batch.objects.get(pk=receipt.batch).imported_by == "user:9"


def test_putting_the_same_source_or_offence_twice_writes_once(tmp_path):
    spec = source(tmp_path)
    row = OffenceRow("proof", "robo", "Robo", "Robbery", "0401", ("no_small_area",))
    put_offence(by=SYSTEM, row=row)
    entries = JournalEntry.objects.count()
    put_source(by=SYSTEM, spec=spec)
    put_offence(by=SYSTEM, row=row)
    assert JournalEntry.objects.count() == entries
    put_source(by=SYSTEM, spec=replace(spec, name_en="Other"))
    put_offence(by=SYSTEM, row=replace(row, iccs="04"))
    retire_offence(by=SYSTEM, source="proof", category="robo")
    retire_offence(by=SYSTEM, source="proof", category="robo")
    deeds = JournalEntry.objects.order_by("seq").values_list("did", flat=True)[entries:]
    assert list(deeds) == ["source.changed", "offence.changed", "offence.retired"]
    assert Source.objects.get().name_en == "Other" and Offence.objects.get().retired_on


def test_a_source_of_an_unknown_organisation_is_refused(tmp_path):
    with pytest.raises(BadInput, match="organisations"):
        source(tmp_path, more='owner = "nobody"')


def test_a_batch_that_does_not_add_up_is_impossible(tmp_path):
    source(tmp_path)
    receive(table(tmp_path, ROWS))
    with pytest.raises(DatabaseError), transaction.atomic():
        Batch.objects.update(rejected=5)
