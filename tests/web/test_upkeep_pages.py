"""The pages of upkeep: the last backup, what is kept how long, the work that runs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cast import actor, client_as, make_programme
from django.utils import timezone

from convive.access import duties
from convive.domain.programme.models import Programme
from convive.domain.programme.queries import SYSTEM
from convive.kernel import jobs
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.home import Home
from convive.kernel.models import Job, JournalEntry
from convive.upkeep import actions
from convive.upkeep.models import Backup

pytestmark = pytest.mark.django_db
HOME, JOBS = "/upkeep/", "/upkeep/jobs/"


@pytest.fixture(autouse=True)
def programme(tmp_path, settings) -> None:
    settings.HOME = Home(tmp_path / "home")  # not the demo's: a demo is never backed up
    settings.HOME.make()
    make_programme()


@pytest.fixture
def set_up(settings, tmp_path) -> Path:
    """Where the settings say that backups go."""
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENT = str(tmp_path / "backups"), "/etc/backup.pub"
    (tmp_path / "backups" / "backups").mkdir(parents=True)
    return tmp_path / "backups"


def made(hours_ago: float, **changes: object) -> Backup:
    at = timezone.now() - timedelta(hours=hours_ago)
    facts = {
        "name": f"{at:%Y%m%dT%H%M%SZ}", "store": "a", "folder": "/mnt/backups", "made_at": at,
        "made_by": "worker", "seconds": 3, "size": 5_000_000, "new_bytes": 40_000, "pieces": 9,
        "new_pieces": 2, "rows": 5180, "journal_seq": 300, "journal_hash": "b" * 64,
        "recipient": "a8b85cc1b32aea56",
    }  # fmt: skip
    return Backup.objects.create(**facts | changes)


def lies_there(folder: Path, backup: Backup) -> Path:
    file = folder / "backups" / f"{backup.name}.backup"
    file.touch()
    return file


def page(role: str, path: str = HOME) -> str:
    answer = client_as(role).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_any_backup_the_page_says_so_and_how_to_begin():
    shown = page("system_staff")
    assert "No hay copia de seguridad de los últimos dos días" in shown
    assert "Todavía no se ha hecho ninguna" in shown
    assert "docs/upkeep.md" in shown
    assert "Hacer una copia ahora" not in shown


def test_a_backup_is_shown_with_its_age_its_key_and_its_trial(set_up):
    lies_there(set_up, made(5, verified_at=timezone.now()))
    shown = page("system_staff")
    assert "Hay una copia de seguridad buena" in shown
    assert "a8b85cc1b32aea56" in shown
    assert "se restauró a prueba" in shown
    assert "Hacer una copia ahora" in shown


def test_only_a_backup_that_was_tried_is_called_good(set_up):
    lies_there(set_up, made(5))
    shown = page("system_staff")
    assert "Hay una copia de seguridad reciente" in shown
    assert "convive backup verify" in shown
    made(2500, verified_at=timezone.now() - timedelta(days=101))
    assert "Hay una copia de seguridad reciente" in page("system_staff")
    made(2400, verified_at=timezone.now() - timedelta(days=99))
    shown = page("system_staff")
    assert "Hay una copia de seguridad buena" in shown and "backup verify" not in shown


def test_a_backup_that_is_no_longer_in_its_folder_does_not_count(set_up):
    file = lies_there(set_up, made(5))
    title = "No hay copia de seguridad de los últimos dos días"
    assert title not in waiting("system_staff")
    file.unlink()
    assert title in waiting("system_staff")
    shown = page("system_staff")
    assert title in shown and "mira si su disco está conectado" in shown
    lies_there(set_up, made(30))  # one of the last two days is there
    assert title not in waiting("system_staff")


def test_an_auditor_sees_it_all_and_can_order_nothing(set_up):
    made(5)
    assert "Hacer una copia ahora" not in page("auditor")
    assert client_as("auditor").post("/upkeep/backup").status_code == 403
    assert client_as("municipal_officer").get(HOME).status_code == 403


def test_a_backup_is_ordered_once_followed_and_made_by_the_worker(set_up):
    client = client_as("system_staff")
    for _click in range(2):
        assert client.post("/upkeep/backup").status_code == 302
    job = Job.objects.get(kind=actions.BACKUP)
    assert job.is_waited_for
    shown = client.get(HOME).content.decode()
    assert "Haciendo una copia" in shown and 'hx-trigger="every 3s"' in shown
    Job.objects.update(
        state="failed", finished_at=timezone.now(),
        problems=[{"where": "x", "why": "Falta el disco.", "remedy": "Conéctalo."}],
    )  # fmt: skip
    shown = client.get(HOME).content.decode()
    assert "La última no se pudo hacer" in shown and "Falta el disco. Conéctalo." in shown


def test_a_backup_that_nobody_set_up_is_refused_in_words():
    answer = client_as("system_staff").post("/upkeep/backup", follow=True)
    assert "Nadie ha dicho adónde van las copias" in answer.content.decode()
    assert not Job.objects.exists()


def test_what_is_kept_only_for_a_while_is_shown_with_its_days_and_its_last_run():
    Programme.objects.update(retention={"uploads": 33})
    actions.apply_retention(by=SYSTEM, now=timezone.now())
    shown = page("auditor")
    assert "<code>uploads</code>" in shown and ">33<" in shown
    assert "todavía no" not in shown.partition('id="kept"')[2]


def test_whether_a_worker_lives_is_said():
    assert "No hay ningún proceso de trabajo en marcha" in page("system_staff")
    jobs.tick(timezone.now())
    assert "No hay ningún proceso de trabajo en marcha" not in page("system_staff")


def test_all_work_is_listed_and_whoever_keeps_the_system_may_stop_it():
    job = Job.objects.create(kind="proof", ordered_by="user:9", ordered_at=timezone.now())
    assert "proof" in page("auditor", JOBS) and "Detener" not in page("auditor", JOBS)
    assert client_as("auditor").post(f"/upkeep/jobs/{job.pk}/stop").status_code == 403
    client = client_as("system_staff")
    assert "Detener" in client.get(JOBS).content.decode()
    client.post(f"/upkeep/jobs/{job.pk}/stop")
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert JournalEntry.objects.get(did="job.cancelled").who == actor("system_staff").id
    assert client.post("/upkeep/jobs/0/stop").status_code == 404


def test_an_empty_list_says_what_would_stand_there():
    assert "No se ha pedido nada" in page("system_staff", JOBS)


def waiting(role: str) -> list[str]:
    return [duty.title for duty in duties.waiting(actor(role), timezone.localdate())]


def test_those_who_keep_the_system_are_told_of_an_old_backup_and_nobody_else():
    title = "No hay copia de seguridad de los últimos dos días"
    made(49)
    assert title in waiting("system_staff")
    assert title not in waiting("coordinator")
    made(47)
    assert title not in waiting("system_staff")


def test_those_who_keep_the_system_are_told_to_try_a_backup():
    title = "Prueba si una copia se puede restaurar"
    assert title not in waiting("system_staff")  # there is none to try
    made(47)
    assert title in waiting("system_staff") and title not in waiting("coordinator")
    made(2500, verified_at=timezone.now() - timedelta(days=101))
    assert title in waiting("system_staff")
    made(2400, verified_at=timezone.now() - timedelta(days=99))
    assert title not in waiting("system_staff")


def test_those_who_keep_the_system_are_told_that_not_all_was_cleared():
    title = "No se borró todo lo que se conserva solo un tiempo"
    now = timezone.now()
    facts = {"kind": actions.RETAIN, "ordered_by": "worker", "ordered_at": now}
    Job.objects.create(**facts, state="failed", finished_at=now)
    Job.objects.create(**facts)  # the next one waits
    assert title in waiting("system_staff") and title not in waiting("coordinator")
    Job.objects.create(**facts, state="done", finished_at=now)
    assert title not in waiting("system_staff")


def test_a_demo_is_not_asked_for_backups(settings):
    settings.HOME.demo_mark.touch()
    assert waiting("system_staff") == []


def test_actions_check_the_permission_themselves(set_up):
    by = actor("coordinator")
    with pytest.raises(NotAllowed):
        actions.order_backup(by=by)
    with pytest.raises(NotAllowed):
        actions.stop_job(by=by, job=1)
    with pytest.raises(NotAllowed):
        actions.note_verified(by=by, store="a", name="b")
    with pytest.raises(BadInput):
        actions.prune(by=SYSTEM, folder=Path("/nowhere"))
