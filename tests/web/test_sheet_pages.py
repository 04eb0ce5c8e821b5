"""The sheet of a session by its pages: printed, ticked, read back, and only then saved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cast import actor, client_as, make_programme
from click.testing import CliRunner
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from filled import photographed, printed, ticked
from offered import make_activity, make_attended, make_catalogue
from shown import text

from convive.cli.services import services
from convive.domain.services import actions, pages, sheets
from convive.domain.services.models import Attendance, Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def session() -> Session:
    make_programme()
    make_catalogue()
    found = make_activity(sessions=2, places=9)
    for number in range(4):
        code = make_attended(number).code
        actions.enrol(by=actor("case_worker"), activity=found.code, person=code, on=found.first_day)
    return found.sessions.earliest("pk")


def url(view: str, one: Session) -> str:
    return reverse(f"services:{view}", kwargs={"code": one.activity.code, "number": one.pk})


def photo(one: Session, words: list[str]) -> bytes:
    rng = np.random.default_rng(4)
    (page,) = printed(sheets.document(one))
    return photographed(ticked(page, words, rng), rng, turn=-3, noise=6, blur=0.7, skew=0.01)


def sent(content: bytes, name: str = "hoja.jpg") -> dict[str, object]:
    return {"photos": [SimpleUploadedFile(name, content, "image/jpeg")]}


def test_a_sheet_is_proposed_and_written_once_somebody_saved_it(session: Session) -> None:
    worker = client_as("case_worker")
    paper = worker.get(url("session_sheet", session))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert "Read a sheet" in text(worker.get(url("attendance", session)))

    listed = [row for row, _name in pages.roll(session)]
    taken = photo(session, ["present", "absent", "both", ""])
    page = text(answer := worker.post(url("read_sheet", session), sent(taken)))
    assert answer.status_code == 200 and not Attendance.objects.exists()
    chosen = re.findall(r'name="(\w+)" value="(\w+)"[^>]*checked', page)
    assert chosen == [(listed[0].code, "present"), (listed[1].code, "absent")]
    assert page.count("Not sure: look at the sheet.") == 1
    assert "1 row is not sure" in page and "1 row has no mark" in page
    assert f'action="{url("attendance", session)}"' in page

    mark = re.search(r'name="sheet" value="([^"]+)"', page)
    assert mark
    choice = {**dict(chosen), listed[2].code: "present", "sheet": mark[1]}
    answer = worker.post(url("attendance", session), choice)
    assert answer.status_code == 302
    kept = dict(Attendance.objects.values_list("enrolment__code", "state"))
    assert kept == {listed[0].code: "present", listed[1].code: "absent", listed[2].code: "present"}

    again = text(worker.post(url("read_sheet", session), sent(photo(session, ["absent"]))))
    assert "Written down before: Came." in again
    assert not list(settings.HOME.uploads.iterdir())  # no photo is kept


def test_a_wrong_file_is_told_beside_its_field_and_writes_nothing(session: Session) -> None:
    worker = client_as("case_worker")
    address = url("read_sheet", session)
    assert "Choose the photo or scan." in text(worker.post(address))
    assert "The file is empty." in text(worker.post(address, sent(b"")))
    answer = worker.post(address, sent(b"no picture"))
    assert answer.status_code == 422 and "hoja.jpg: This is no photo or scan" in text(answer)
    other = session.activity.sessions.latest("pk")
    answer = worker.post(address, sent(photo(other, ["present"])))
    assert answer.status_code == 422 and "This is a sheet of another session" in text(answer)
    assert not Attendance.objects.exists()


def test_where_nobody_is_on_the_list_there_is_no_sheet(session: Session) -> None:
    empty = make_activity(sessions=1).sessions.get()
    answer = client_as("case_worker").get(url("session_sheet", empty), follow=True)
    assert "Nobody had a place on this day." in text(answer)


def test_nobody_else_prints_or_reads_the_sheet_of_a_sensitive_service(session: Session) -> None:
    hidden = make_activity(service="legal-aid", sessions=1).sessions.get()
    officer = client_as("municipal_officer")  # of the same organisation or not: not of its team
    for view in ("session_sheet", "read_sheet"):
        none = url(view, hidden).replace(hidden.activity.code, "nothere23456")
        told = officer.get(url(view, hidden))
        assert told.status_code == officer.get(none).status_code == 403
        assert "Guidance service" not in text(told) and "Bakery" not in text(told)


def test_the_command_tells_what_a_sheet_says_and_writes_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    file = tmp_path / "hoja.jpg"
    file.write_bytes(photo(session, ["present", "absent", "both", ""]))
    names = [name for _row, name in pages.roll(session)]
    done = CliRunner().invoke(services, ["read-sheet", str(file)])
    assert done.exit_code == 0, done.output
    assert f"{names[0]}: Came" in done.output and f"{names[2]}: not sure" in done.output
    assert url("read_sheet", session) in done.output
    done = CliRunner().invoke(services, ["read-sheet", str(file), "--json"])
    (said,) = json.loads(done.stdout)["sheets"]
    assert said["session"] == session.pk and sorted(said["marks"].values()) == ["absent", "present"]
    file.write_bytes(b"nothing")
    done = CliRunner().invoke(services, ["read-sheet", str(file)])
    assert done.exit_code == 1 and "hoja.jpg" in done.output
    assert not Attendance.objects.exists()
