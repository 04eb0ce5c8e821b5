"""Asking for a diagnosis on a page, following it, taking it away."""

from __future__ import annotations

import io
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, client_as, person
from diagnosed import WHOLE, make_diagnosed
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader

from convive.access.rules import Actor
from convive.domain.programme.models import Membership, User
from convive.domain.programme.queries import SYSTEM
from convive.evidence.actions_withdraw import restore_batch, withdraw_batch
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.journal import verify
from convive.kernel.models import Job, JournalEntry
from convive.reports import actions
from convive.reports.models import Report
from convive.reports.orders import Order

pytestmark = pytest.mark.django_db
SOURCE = "quejas"
NEW, LIST = f"/reports/new/{LA_ESPERANZA}/", "/reports/"
FORM = {"start": "2020-01", "end": "2022-12", "language": "es", "source": SOURCE}


@pytest.fixture(autouse=True)
def records(tmp_path: Path) -> None:
    make_diagnosed(tmp_path, SOURCE, only=("robo", "hurto"))


@pytest.fixture
def officer():
    return client_as("municipal_officer")


def ask(client, **changes: str) -> Report:
    answer = client.post(NEW, FORM | changes)
    assert answer.status_code == 302, answer.content.decode()
    return Report.objects.latest("pk")


def work() -> None:
    """The worker does what waits, and stops."""
    call_command(
        "db_worker", queue_name="*", interval=0, batch=True, startup_delay=False, reload=False,
        worker_id="test", verbosity=0,
    )  # fmt: skip


def page(client, report: Report) -> str:
    return client.get(f"/reports/{report.pk}/").content.decode()


def deeds() -> list[str]:
    return list(
        JournalEntry.objects.filter(kind="report").order_by("seq").values_list("did", flat=True)
    )


# From the form to the file


def test_the_form_opens_with_what_the_page_of_the_place_was_showing(officer):
    answer = officer.get(NEW, {"start": "2020-01", "end": "2022-12", "source": SOURCE})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="2020-01"' in body
    assert "La Esperanza" in body


def test_without_that_it_opens_with_the_years_that_the_records_cover(officer):
    body = officer.get(NEW).content.decode()
    assert 'value="2020-01"' in body
    assert 'value="2022-12"' in body


def test_a_diagnosis_is_asked_for_made_by_the_worker_and_downloaded(officer):
    report = ask(officer)
    assert report.state == Report.State.QUEUED
    work()
    report.refresh_from_db()
    assert report.state == Report.State.DONE
    assert report.pages > 2
    answer = officer.get(f"/reports/{report.pk}/file")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        'attachment; filename="diagnostico-130105-2020-01-2022-12.pdf"'
    )
    assert "La Esperanza" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == report.pages


def test_whoever_waits_sees_that_it_is_made_and_may_leave(officer):
    report = ask(officer)
    waiting = page(officer, report)
    assert "Puedes salir de esta página" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert f'href="/reports/{report.pk}/"' in waiting  # without htmx: look again
    work()
    done = page(officer, report)
    assert "hx-trigger" not in done
    assert f"/reports/{report.pk}/file" in done


def test_a_diagnosis_in_english_is_written_in_english(officer):
    report = ask(officer, language="en")
    work()
    pdf = officer.get(f"/reports/{report.pk}/file")
    assert "diagnosis-130105" in pdf["Content-Disposition"]
    assert "Diagnosis of La Esperanza" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()


def test_every_step_stands_in_the_journal_without_a_name(officer):
    report = ask(officer)
    work()
    assert deeds() == ["report.asked", "report.started", "report.made"]
    entry = JournalEntry.objects.get(did="report.made")
    report.refresh_from_db()
    assert entry.who == actor("municipal_officer").id  # with their rights, in the worker
    assert entry.data["sha256"] == report.file_hash
    assert verify().whole


def test_the_list_shows_the_reports_of_the_districts_one_works_in(officer):
    ask(officer)
    assert "La Esperanza, 2020 a 2022" in officer.get(LIST).content.decode()
    elsewhere = client_as("other_municipal_officer").get(LIST).content.decode()
    assert "La Esperanza, 2020 a 2022" not in elsewhere


def test_an_empty_list_says_what_would_appear():
    assert "Nadie ha pedido un informe" in client_as("analyst").get(LIST).content.decode()


# What goes wrong


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "enero"}, "2018-01"),
        ({"start": "2023-01", "end": "2020-12"}, ""),
        ({"language": "qu"}, ""),
        ({"start": "2020-01-15"}, "meses enteros"),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_orders_nothing(officer, changes, said):
    answer = officer.post(NEW, FORM | changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Report.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_period_without_records_fails_with_its_reason_and_can_be_asked_again(officer):
    report = ask(officer, start="2010", end="2011")
    work()
    report.refresh_from_db()
    assert report.state == Report.State.FAILED
    shown = page(officer, report)
    assert "2020 a 2022" in shown
    assert "Pedir otra vez" in shown
    assert officer.get(f"/reports/{report.pk}/file").status_code == 404
    officer.post(f"/reports/{report.pk}/again")
    report.refresh_from_db()
    assert report.state == Report.State.QUEUED
    assert report.reason == ""


def test_a_file_of_the_evidence_that_is_lost_is_told_to_whoever_asked(officer):
    report = ask(officer)
    for file in settings.HOME.evidence.glob("*.parquet"):
        file.unlink()
    work()
    report.refresh_from_db()
    assert report.state == Report.State.FAILED
    assert escape(report.reason) in page(officer, report)


def test_a_fault_of_ours_is_kept_with_the_report_and_fails_its_task(officer):
    report = ask(officer)
    folder = settings.HOME.documents
    aside = folder.rename(folder.with_name("aside"))
    folder.touch()  # where documents should go there is a file: nothing can be written
    try:
        work()
    finally:
        folder.unlink()
        aside.rename(folder)
    report.refresh_from_db()
    assert report.state == Report.State.FAILED
    assert "Algo falló" in report.reason
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_report_whose_worker_was_killed_can_be_asked_for_again(officer):
    report = ask(officer)
    DBTaskResult.objects.all().delete()  # the task died with its worker
    ago = timezone.now() - timedelta(minutes=5)
    Job.objects.update(state=Job.State.RUNNING, run="r", beat_at=ago, ordered_at=ago)
    shown = page(officer, report)
    assert "Nadie lo está haciendo" in shown
    assert "hx-trigger" not in shown
    officer.post(f"/reports/{report.pk}/again")
    work()
    report.refresh_from_db()
    assert report.state == Report.State.DONE


def test_one_that_is_being_made_is_not_asked_for_twice(officer):
    report = ask(officer)
    officer.post(f"/reports/{report.pk}/again")
    assert DBTaskResult.objects.count() == 1
    with pytest.raises(BadInput):
        actions.ask_again(by=SYSTEM, report=report)


def test_a_second_task_for_a_finished_report_changes_nothing(officer):
    report = ask(officer)
    work()
    before = Report.objects.values().get(pk=report.pk)
    actions.make(by=SYSTEM, number=report.pk)
    assert Report.objects.values().get(pk=report.pk) == before


def test_a_file_that_is_gone_is_said_to_be_gone(officer):
    report = ask(officer)
    work()
    report.refresh_from_db()
    Path(report.path).unlink()
    answer = officer.get(f"/reports/{report.pk}/file", follow=True)
    assert "ya no está" in answer.content.decode()


# Who may


def test_a_district_is_diagnosed_only_by_those_who_work_in_it():
    other = client_as("other_municipal_officer")
    assert other.get(NEW).status_code == 403
    assert other.post(NEW, FORM).status_code == 403
    assert not Report.objects.exists()


@pytest.mark.parametrize("key", ["agency_officer", "case_worker", "auditor", "funder"])
def test_roles_that_make_no_reports_are_refused(key):
    assert client_as(key).get(LIST).status_code == 403


def test_actions_check_the_permission_themselves():
    order = Order(EL_PORVENIR, WHOLE, "es", SOURCE)
    for by in (actor("municipal_officer"), Actor(id="nobody", label="")):
        with pytest.raises(NotAllowed):
            actions.ask(by=by, order=order)
        with pytest.raises(NotAllowed):
            actions.print_now(by=by, order=order, out=Path("/tmp/never.pdf"))


def suspended(user: User) -> None:
    user.is_active = False
    user.save()


def without_role(user: User) -> None:
    Membership.objects.filter(user=user).delete()


@pytest.mark.parametrize("lose", [suspended, without_role])
def test_a_report_is_not_made_for_somebody_who_lost_the_right_meanwhile(officer, lose):
    report = ask(officer)
    lose(person("municipal_officer"))
    work()
    report.refresh_from_db()
    assert report.state == Report.State.FAILED and not report.file_hash
    assert "rol" in report.reason and deeds() == ["report.asked"]


def test_a_report_that_the_system_ordered_is_made_by_the_worker():
    report = actions.ask(by=SYSTEM, order=Order(LA_ESPERANZA, WHOLE, "es", SOURCE))
    work()
    report.refresh_from_db()
    assert report.state == Report.State.DONE
    assert JournalEntry.objects.get(did="report.made").who == "worker"


def test_an_unknown_place_or_report_is_refused_alike(officer):
    assert client_as("coordinator").get("/reports/new/PE-INEI:999999/").status_code == 404
    assert officer.get("/reports/999/").status_code == 403


def test_the_journal_says_which_page_and_which_task_led_to_a_report(officer):
    ask(officer)
    work()
    reasons = JournalEntry.objects.filter(kind="report").values_list("did", "why")
    assert ("report.asked", "page reports:new") in reasons
    assert ("report.made", "job reports.make") in reasons


def test_a_report_says_when_an_import_that_it_read_was_withdrawn(officer) -> None:
    report = ask(officer)
    work()
    report.refresh_from_db()
    (number,) = report.batches
    assert "fue retirada" not in page(officer, report)
    withdraw_batch(by=SYSTEM, batch=number, why="La Policía envió el año anterior.")
    text = page(officer, report)
    assert "fue retirada" in text and "envió el año anterior" in text
    restore_batch(by=SYSTEM, batch=number, why="La Policía confirma el año.")
    assert "fue retirada" not in page(officer, report)


def test_a_brief_is_read_on_its_page_and_asked_for_as_a_pdf(officer):
    latest = officer.get(f"/reports/brief/{LA_ESPERANZA}/")
    assert latest.headers["Location"].endswith("/2022-12/")
    shown = officer.get(latest.headers["Location"]).content.decode()
    assert "Qué cambió" in shown and "puede ser azar" in shown
    asked = officer.post(f"/reports/brief/{LA_ESPERANZA}/2022-12/pdf")
    work()
    made = Report.objects.latest("pk")
    assert asked.headers["Location"] == f"/reports/{made.pk}/"
    assert (made.kind, made.pages) == ("brief", 1)
    assert "Informe del mes de La Esperanza" in page(officer, made)
    assert officer.get(f"/reports/{made.pk}/file").headers["Content-Type"] == "application/pdf"


def test_a_month_without_records_says_what_is_covered(officer):
    shown = officer.get(f"/reports/brief/{LA_ESPERANZA}/2025-05/").content.decode()
    assert "Qué cambió" not in shown
    assert "2020" in shown and "2022" in shown
    assert officer.get(f"/reports/brief/{LA_ESPERANZA}/2025/").status_code == 404
    assert officer.get(f"/reports/brief/{LA_ESPERANZA}/mayo/").status_code == 404
