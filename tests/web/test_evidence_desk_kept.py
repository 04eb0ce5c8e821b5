"""Files on the desk: followed, stopped, kept private, deleted; and who may open them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import actor, client_as, make_programme
from desk_files import FAULTS, HEADER, ROWS, as_xlsx, complaints
from desk_pages import ABOUT, NEW, bring_in, classed, read_as, sent, upload, work
from django.test import override_settings
from django.utils import timezone
from recorded import COUNTS, source, table

from convive.access import duties
from convive.domain.programme import queries as programme
from convive.evidence import queries
from convive.evidence.desk import clearing as desk
from convive.evidence.models import Batch, Source, Upload
from convive.kernel.home import Home
from convive.kernel.jobs.work import run_job
from convive.kernel.journal import verify
from convive.kernel.models import Job, JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
YEAR = Period.parse("2024")


@pytest.fixture(autouse=True)
def home(tmp_path):
    make_programme()
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


@pytest.fixture
def officer():
    return client_as("municipal_officer")


def first_import(client, content: bytes | None = None) -> Upload:
    found = upload(client, content or as_xlsx(complaints(FAULTS)))
    return bring_in(client, classed(client, read_as(client, found, **{"role-0": "id"})))


def recorded(code: str = "denuncias-de-la-municipalidad") -> int:
    return queries.count(queries.Selection(code, YEAR))


def page(client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


# Long work


def test_whoever_waits_sees_it_and_may_leave_or_stop_it(officer):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    officer.post(f"/evidence/uploads/{found.pk}/send")
    shown = page(officer, f"/evidence/uploads/{found.pk}/")
    assert "Puedes salir de esta página" in shown and 'hx-trigger="every 2s"' in shown
    assert f'href="/evidence/uploads/{found.pk}/"' in shown  # without htmx: look again
    officer.post(f"/evidence/uploads/{found.pk}/stop")
    found.refresh_from_db()
    assert found.state == Upload.State.DRAFT
    assert Job.objects.get(pk=found.job).state == "cancelled"
    work()
    assert not Batch.objects.exists()
    bring_in(officer, found)
    assert recorded() == ROWS


def test_the_page_that_follows_it_leads_to_the_receipt(officer):
    found = first_import(officer)
    receipt = f"/evidence/batches/{found.batch_id}/"
    assert officer.get(f"/evidence/uploads/{found.pk}/").url == receipt
    part = officer.get(f"/evidence/uploads/{found.pk}/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (200, receipt)


def test_a_file_that_the_worker_cannot_take_says_why_and_can_be_mended(officer, home):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    officer.post(f"/evidence/uploads/{found.pk}/send")
    found.refresh_from_db()
    content = found.path.read_bytes()
    found.path.write_bytes(content[:200])
    work()
    found.refresh_from_db()
    assert found.state == Upload.State.FAILED
    body = page(officer, f"/evidence/uploads/{found.pk}/")
    assert "no se puede cargar" in body.lower()
    listed = [duty.url for duty in duties.waiting(actor("municipal_officer"), programme.today())]
    assert f"/evidence/uploads/{found.pk}/" in listed
    found.path.write_bytes(content)
    bring_in(officer, found)
    assert recorded() == ROWS


def test_a_job_that_is_done_twice_makes_one_batch(officer):
    content = as_xlsx(complaints())
    found = read_as(officer, upload(officer, content), **{"role-0": "id"})
    bring_in(officer, found)
    batch = found.batch
    found.path.write_bytes(content)
    Upload.objects.filter(pk=found.pk).update(state="sent", batch=None)
    Job.objects.filter(pk=found.job).update(state="queued", finished_at=None)
    run_job.call(found.job)
    found.refresh_from_db()
    assert (found.state, found.batch) == ("done", batch)
    assert Batch.objects.count() == 1


# What stays, and what does not


def test_the_file_is_private_while_it_waits_and_gone_when_it_is_in(
    officer, home, django_capture_on_commit_callbacks
):
    found = upload(officer, as_xlsx(complaints()))
    assert [path.name for path in home.uploads.iterdir()] == [found.token]
    assert "María" not in found.token
    assert found.path.stat().st_mode & 0o077 == 0
    found = read_as(officer, found, **{"role-0": "id"})
    with django_capture_on_commit_callbacks(execute=True):
        bring_in(officer, found)
    assert not list(home.uploads.iterdir())
    assert found.suggestion == {} and found.look == {}


def test_a_file_that_is_given_up_is_deleted(officer, home, django_capture_on_commit_callbacks):
    found = upload(officer, as_xlsx(complaints()))
    with django_capture_on_commit_callbacks(execute=True):
        answer = officer.post(f"/evidence/uploads/{found.pk}/discard", follow=True)
    assert "se borró" in answer.content.decode()
    assert not Upload.objects.exists() and not list(home.uploads.iterdir())


def test_what_nobody_finishes_is_cleared_after_some_days(
    officer, home, django_capture_on_commit_callbacks
):
    found = upload(officer, as_xlsx(complaints()))
    stray = home.uploads / "stray.upload"
    stray.write_bytes(b"half a file")
    now = timezone.now()
    assert desk.clear_uploads(now) == 0
    assert stray.exists() and found.path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.clear_uploads(now + timedelta(days=13)) == 0
    assert found.path.exists() and not stray.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.clear_uploads(now + timedelta(days=15)) == 1
    assert not Upload.objects.exists() and not list(home.uploads.iterdir())


def test_no_name_of_a_file_or_person_stands_in_the_journal(officer):
    first_import(officer)
    entries = JournalEntry.objects.filter(kind="upload")
    assert [entry.did for entry in entries.order_by("seq")] == [
        "upload.received", "upload.read-as", "upload.offences-checked", "upload.sent",
        "upload.finished",
    ]  # fmt: skip
    assert "María" not in str(list(JournalEntry.objects.values()))
    assert verify().whole


@override_settings(UPLOAD_MB=1)
def test_a_file_that_is_too_large_is_refused_and_not_kept(officer, home):
    content = b"a;b\n" + b"1;2\n" * 300_000
    answer = officer.post(NEW, ABOUT | {"file": sent(content, "big.csv")})
    assert answer.status_code == 422
    assert "1 MB" in answer.content.decode()
    assert not list(home.uploads.iterdir()) and not Upload.objects.exists()


@pytest.mark.parametrize(
    ("changes", "content", "said"),
    [
        ({"source": ""}, b"a;b\n1;2\n", ""),
        ({"name_es": ""}, b"a;b\n1;2\n", "Una serie nueva lo necesita"),
        ({"owner": "unodc"}, b"a;b\n1;2\n", ""),
        ({"document_date": "2091-01-01"}, b"a;b\n1;2\n", "Ese día aún no llega"),
        ({}, b"", "vacío"),
        ({}, b"PK\x03\x04broken", ""),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_keeps_nothing(
    officer, home, changes, content, said
):
    answer = officer.post(NEW, ABOUT | changes | {"file": sent(content, "x.csv")})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Upload.objects.exists() and not list(home.uploads.iterdir())


# Who may


def test_a_colleague_may_go_on_and_another_organisation_may_not(officer):
    found = upload(officer, as_xlsx(complaints()))
    other, reader = client_as("other_municipal_officer"), client_as("auditor")
    for name in ("", "reading/", "offences/", "send", "stop", "discard"):
        url = f"/evidence/uploads/{found.pk}/{name}"
        for stranger in (other, reader):
            assert stranger.post(url).status_code == 403
            if name in ("", "reading/", "offences/"):
                assert stranger.get(url).status_code == 403
    assert page(client_as("coordinator"), f"/evidence/uploads/{found.pk}/reading/")
    assert str(found.pk) in page(officer, "/evidence/")
    assert "denuncias María" not in page(other, "/evidence/")


def test_a_file_of_nobodys_source_is_seen_by_whoever_sent_it_and_by_the_programme(tmp_path):
    source(tmp_path, COUNTS)
    analyst = client_as("analyst")
    rows = table(tmp_path, ("place,year,month,offence,n", "130105,2023,1,robo,4")).read_bytes()
    found = upload(analyst, rows, "c.csv", source="proof")
    url = f"/evidence/uploads/{found.pk}/"
    assert page(analyst, url) and page(client_as("coordinator"), url)
    page(client_as("municipal_officer"), url, status=403)


def test_how_a_source_of_every_partner_is_read_is_not_for_one_of_them_to_say(tmp_path, officer):
    source(tmp_path, COUNTS)
    rows = table(tmp_path, ("lugar,anio,mes,delito,n", "130105,2023,1,robo,4")).read_bytes()
    found = upload(officer, rows, "c.csv", source="proof")
    url = f"/evidence/uploads/{found.pk}/reading/"
    assert "su dueño" in page(officer, url)
    officer.post(url, {"role-0": "place", "do": "go"})
    assert Source.objects.get().spec["columns"]["place"] == {"columns": ["place"]}


def test_a_new_series_is_described_for_ones_own_organisation_alone(officer):
    body = page(officer, NEW)
    assert "muni-la-esperanza" in body and "muni-el-porvenir" not in body
    assert "muni-el-porvenir" in page(client_as("coordinator"), NEW)
    assert HEADER[0] not in body
