"""What is kept only for a while is there on the last day and gone after it, shown for every class.

The clock is moved, not waited for: `apply_retention` is told the moment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from cast import LA_ESPERANZA, START, make_programme, person
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from recorded import receive, source, table

from convive.access.rules import Actor
from convive.domain.offline.models import Receipt
from convive.domain.people.models import Import
from convive.domain.privacy.models import DataRequest
from convive.domain.privacy.vocabulary import Ask
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation, Programme, User
from convive.domain.programme.models_access import (
    AccessReview,
    BreakGlass,
    OpenSession,
    ReviewDecision,
)
from convive.domain.programme.queries import SYSTEM
from convive.domain.reach.models import Run, RunList
from convive.evidence.models import Batch, KeyedTable, Source, Upload
from convive.kernel import retention
from convive.kernel.errors import NotAllowed
from convive.kernel.home import Home
from convive.kernel.journal import verify
from convive.kernel.models import Job, JournalEntry
from convive.pack.apply import apply as apply_pack
from convive.pack.check import check
from convive.reports.models import Report
from convive.upkeep import actions, kept
from convive.upkeep.models import Cleared
from packs import PACK, Break, told_in_place

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Left = Callable[[], object]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def home(tmp_path, settings) -> Home:
    settings.HOME = Home(tmp_path / "home")
    settings.HOME.make()
    return settings.HOME


# For each class: make one thing that is `now`, and say how to see what is left of it


def uploads(now: datetime, home: Home, _folder: Path) -> Left:
    (home.uploads / "a.csv").write_text("Rosalía Quispe")
    Upload.objects.create(
        token="a.csv", file_name="a.csv", file_hash="0" * 64, size=1, uploaded_by="user:1",
        uploaded_at=now, moved_at=now,
    )  # fmt: skip
    return lambda: (Upload.objects.count(), (home.uploads / "a.csv").exists())


def coded_lists(now: datetime, home: Home, _folder: Path) -> Left:
    run = Run.objects.create(
        start=date(2016, 1, 1), end=date(2016, 12, 31), due=now.date(), state="lists",
        key_id="a" * 16, opened_by="user:1", opened_at=now, moved_at=now,
    )  # fmt: skip
    made = RunList.objects.create(
        run=run, organisation=Organisation.objects.first(), token="coded", sent_at=now
    )
    made.path.write_bytes(b"sealed")
    return lambda: (RunList.objects.exclude(token="").count(), (home.lists / "coded").exists())


def rejects(now: datetime, home: Home, folder: Path) -> Left:
    source(folder)
    rows = ["place,year,month,offence,n", "130105,2020,1,robo,4", "130105,2020,13,robo,4"]
    receipt = receive(table(folder, rows))
    assert receipt.rejected == 1
    Batch.objects.update(imported_at=now)
    return lambda: len(list(home.rejects.iterdir()))


def scans(now: datetime, home: Home, folder: Path) -> Left:
    source(folder)
    made = KeyedTable.objects.create(
        source=Source.objects.get(), document_number="1", document_date=date(2024, 1, 1),
        scan_token="b", state="confirmed", entered_by="user:1", decided_by="user:2",
        entered_at=now, moved_at=now,
    )  # fmt: skip
    made.scan_path.write_bytes(b"sealed")
    return lambda: (
        KeyedTable.objects.exclude(scan_token="").count(),
        (home.scans / "b").exists(),
    )


def documents(now: datetime, home: Home, _folder: Path) -> Left:
    made = Report.objects.create(
        kind="diagnosis", place=programme.place(LA_ESPERANZA), start=date(2018, 1, 1),
        end=date(2018, 12, 31), language="es", file_hash="a" * 64, requested_by="user:1",
        requested_at=now, moved_at=now,
    )  # fmt: skip
    Path(made.path).write_bytes(b"%PDF")
    return lambda: (Report.objects.count(), len(list(home.documents.iterdir())))


def sessions(now: datetime, _home: Home, _folder: Path) -> Left:
    Session.objects.create(session_key="a", session_data="", expire_date=now)
    return Session.objects.count


def jobs(now: datetime, _home: Home, _folder: Path) -> Left:
    Job.objects.create(
        kind="proof", state="done", ordered_by="user:1", ordered_at=now, finished_at=now
    )
    DBTaskResult.objects.create(
        args_kwargs={}, task_path="a.b", backend_name="default", run_after=now, finished_at=now,
        status="FAILED", traceback="María", exception_class_path="",
    )  # fmt: skip
    return lambda: (Job.objects.count(), DBTaskResult.objects.count())


def leftovers(now: datetime, home: Home, _folder: Path) -> Left:
    spill = home.evidence / "duckdb_temp_storage_DEFAULT-0.tmp"
    spill.write_text("rows")
    half = home.work / "tmp1"
    half.mkdir()
    (half / "rows.csv").write_text("rows")
    for path in (spill, half / "rows.csv", half):
        os.utime(path, (now.timestamp(), now.timestamp()))
    return lambda: (spill.exists(), half.exists())


def data_requests(now: datetime, _home: Home, _folder: Path) -> Left:
    DataRequest.objects.create(
        ask=next(iter(Ask)).value, organisation=Organisation.objects.first(), language="es",
        asked_at=now, due=now.date(), code_hash="a" * 64, text="sealed", state="granted",
        answer="sealed", answered_at=now, answered_by="user:1",
    )  # fmt: skip
    return lambda: (DataRequest.objects.exclude(text="").count(), DataRequest.objects.count() - 1)


def sign_ins(now: datetime, _home: Home, _folder: Path) -> Left:
    OpenSession.objects.create(
        user=person("coordinator"), opened_at=now, seen_at=now, browser="Firefox", system="Linux"
    )
    return OpenSession.objects.count


def accounts(now: datetime, _home: Home, _folder: Path) -> Left:
    leaver = person("agency_officer")
    leaver.memberships.update(valid_from=START, valid_to=now.date())
    User.objects.filter(pk=leaver.pk).update(is_active=False, date_joined=now - 2 * DAY)
    BreakGlass.objects.create(
        user=leaver, reason="a reason of twenty letters", opened_at=now, until=now + DAY,
        district=programme.place(LA_ESPERANZA),
    )  # fmt: skip
    ReviewDecision.objects.create(
        review=AccessReview.objects.create(quarter=date(2024, 1, 1)), by="user:1", at=now,
        membership=leaver.memberships.get(), verdict="remove", reason="Rosa left in a quarrel",
    )  # fmt: skip
    return lambda: (
        User.objects.filter(pk=leaver.pk).exclude(name="—").count(),
        BreakGlass.objects.exclude(reason="—").exists()
        or ReviewDecision.objects.exclude(reason="—").exists()
        or Authenticator.objects.filter(user=leaver).exists()
        or User.objects.filter(email=leaver.email).exists(),
    )


def people_files(now: datetime, _home: Home, _folder: Path) -> Left:
    for done_at in (None, now):
        Import.objects.create(
            organisation=Organisation.objects.first(), file_hash="a" * 64, table="{}",
            rejects="row", read=2, accepted=1, doubles=0, made_at=now, made_by="user:1",
            done_at=done_at,
        )  # fmt: skip
    return lambda: (
        Import.objects.exclude(table=b"").count(),
        Import.objects.exclude(rejects=b"").count() + Import.objects.filter(done_at=None).count(),
    )


def offline_marks(now: datetime, _home: Home, _folder: Path) -> Left:
    Receipt.objects.create(mark=uuid4(), kind="x", kept_at=now, kept_by="user:1")
    return Receipt.objects.count


MADE = {
    "sign-ins": sign_ins,
    "accounts": accounts,
    "uploads": uploads,
    "rejects": rejects,
    "scans": scans,
    "documents": documents,
    "sessions": sessions,
    "jobs": jobs,
    "leftovers": leftovers,
    "data-requests": data_requests,
    "coded-lists": coded_lists,
    "people-files": people_files,
    "offline-marks": offline_marks,
}


def test_every_class_is_shown_here():
    assert {each.name for each in retention.classes()} == set(MADE)


@pytest.fixture
def apply(django_capture_on_commit_callbacks):
    def applied(at: datetime) -> dict[str, int]:
        with django_capture_on_commit_callbacks(execute=True):
            return actions.apply_retention(by=SYSTEM, now=at)

    return applied


@pytest.mark.parametrize("name", MADE)
def test_it_is_there_on_its_last_day_and_gone_after_it(name, now, home, tmp_path, apply):
    make_programme()
    person("coordinator")
    days = {each.name: each for each in retention.classes()}[name].days
    left = MADE[name](now, home, tmp_path / "files")
    before = left()
    deleted = apply(now + (days - 1) * DAY)
    assert deleted[name] == 0
    assert left() == before

    deleted = apply(now + (days + 1) * DAY)
    assert deleted[name] > 0
    assert left() in (0, (0, 0), (0, False), (False, False))
    entry = JournalEntry.objects.get(did="retention.applied", subject=name)
    assert entry.data == {"deleted": deleted[name], "days": days}
    seen = Cleared.objects.get(name=name)
    assert (seen.deleted, seen.total, seen.days) == (deleted[name], deleted[name], days)
    assert apply(now + (days + 2) * DAY)[name] == 0  # nothing twice
    assert verify().whole


def test_an_account_that_is_open_or_has_a_role_keeps_its_name(now, home, apply):
    make_programme()
    officer = person("agency_officer")
    User.objects.filter(pk=officer.pk).update(date_joined=now - 9000 * DAY, is_active=False)
    assert apply(now + 4000 * DAY)["accounts"] == 0  # suspended, but its role has no end
    officer.memberships.update(valid_from=START, valid_to=now.date())
    User.objects.filter(pk=officer.pk).update(is_active=True)
    assert apply(now + 4000 * DAY)["accounts"] == 0
    assert User.objects.get(pk=officer.pk).name == officer.name


def test_the_pack_says_for_how_long_but_never_less_than_the_least(now, home, tmp_path, apply):
    make_programme()
    Programme.objects.update(retention={"sessions": 40, "scans": 1})
    left = sessions(now, home, tmp_path)
    apply(now + 39 * DAY)
    assert left() == 1
    apply(now + 41 * DAY)
    assert left() == 0
    kept = {each.name: each.kept({"scans": 1}) for each in retention.classes()}
    assert kept["scans"] == 365


@pytest.mark.parametrize(
    "slip",
    [
        Break("programme.toml", 'what = "rejects"', 'what = "reject"', "rejects"),
        Break("programme.toml", "days = 90", "days = 13", "14"),
        Break(
            "programme.toml",
            'what = "documents"',
            'what = "rejects"',
            "twice",
            '[[retention]]\nwhat = "rejects"\ndays = 730',
        ),
    ],
)
def test_a_pack_that_asks_for_what_cannot_be_is_told_so(tmp_path, slip):
    assert told_in_place(slip, tmp_path)


def test_the_days_of_a_pack_hold_once_it_is_applied():
    apply_pack(check(PACK), by=SYSTEM)
    found = Programme.objects.get().retention
    assert found == {"rejects": 90, "documents": 730}
    assert {each.name: each.kept(found) for each in retention.classes()}["rejects"] == 90


def test_a_job_at_work_and_a_report_that_is_waited_for_are_never_cleared(now, home, apply):
    make_programme()
    job = Job.objects.create(
        kind="proof", ordered_by="user:1", ordered_at=now - 1000 * DAY, state="queued"
    )
    Report.objects.create(
        kind="diagnosis", place=programme.place(LA_ESPERANZA), start=date(2018, 1, 1),
        end=date(2018, 12, 31), language="es", job=job, requested_by="user:1",
        requested_at=now - 1000 * DAY, moved_at=now - 1000 * DAY,
    )  # fmt: skip
    deleted = apply(now)
    assert deleted["jobs"] == deleted["documents"] == 0


def test_a_file_that_another_report_shares_stays(now, home, apply):
    make_programme()
    documents(now, home, Path())
    documents(now, home, Path())
    first = Report.objects.earliest("pk")
    Report.objects.filter(pk=first.pk).update(moved_at=now - 400 * DAY)
    assert apply(now)["documents"] == 1
    assert Path(Report.objects.get().path).exists()


def test_a_class_that_fails_takes_nothing_with_it_and_stops_no_other(now, home, monkeypatch):
    sessions(now, home, Path())
    jobs(now, home, Path())
    left = uploads(now, home, Path())
    wrong = {"sessions": models.ProtectedError("no", set()), "scans": ValueError("later")}

    for name, error in wrong.items():

        def fail(_now: datetime, _days: int, error: Exception = error) -> int:
            Session.objects.all().delete()
            raise error

        broken = retention.Class(name, "", 1, fail)
        monkeypatch.setitem(retention._classes, name, broken)
    with pytest.raises(ValueError, match="later"):  # the first of them
        actions.apply_retention(by=SYSTEM, now=now + 100 * DAY)
    assert Session.objects.count() == 1
    assert Job.objects.count() == 0  # the class before it had been cleared
    assert left() == (0, False)  # and those after it too
    cleared = set(Cleared.objects.values_list("name", flat=True))
    assert cleared == set(MADE) - set(wrong)


def test_a_file_that_vanishes_meanwhile_stops_nothing(now, home, monkeypatch):
    half = home.work / "tmp1"
    half.mkdir()
    real = os.walk

    def walk(top: Path):
        for folder, folders, names in real(top):
            yield folder, folders, [*names, "gone.csv"]

    monkeypatch.setattr(os, "walk", walk)
    gone = [home.work / "tmp2"]
    monkeypatch.setattr(kept, "_leftovers", lambda _home: [*gone, half])
    assert kept.clear_leftovers(now + 3 * DAY, 1) == 1
    assert not half.exists()


def test_only_those_who_keep_the_system_clear_anything(now):
    with pytest.raises(NotAllowed):
        actions.apply_retention(by=Actor(id="user:1", label=""), now=now)


def test_a_name_is_given_to_one_class():
    with pytest.raises(ValueError, match="two classes"):
        retention.register(retention.Class("jobs", "", 1, lambda now, days: 0))
