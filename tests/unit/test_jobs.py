"""Jobs: ordered, followed, stopped, taken back from dead workers; and work done by the clock.

Every part orders the jobs that are registered at its head; so it stays whole.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from convive.kernel import jobs
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.jobs import clock, registry
from convive.kernel.jobs.work import run_job
from convive.kernel.journal import verify
from convive.kernel.models import Job, JournalEntry, Schedule

pytestmark = pytest.mark.django_db
SRC = Path(__file__).resolve().parents[2] / "src"
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
State = Job.State


@pytest.fixture(autouse=True)
def own_kinds():
    """What a test registers is gone after it; nothing but its own work is done by the clock."""
    registry.load()
    kinds, schedule = dict(registry.kinds), dict(registry.schedule)
    registry.schedule.clear()
    yield
    for kept, now in ((kinds, registry.kinds), (schedule, registry.schedule)):
        now.clear()
        now.update(kept)


def work() -> None:
    call_command(
        "db_worker", queue_name="*", interval=0, batch=True, startup_delay=False, reload=False,
        worker_id="test", verbosity=0,
    )  # fmt: skip


def again(job: Job) -> Job:
    job.refresh_from_db()
    return job


def test_a_job_is_ordered_done_by_the_worker_and_keeps_its_result():
    @jobs.kind("proof.count")
    def count(running: jobs.Running, *, upto: int) -> dict[str, int]:
        for number in range(upto):
            running.progress("count", number + 1, upto)
        return {"counted": upto, "attempt": running.attempt}

    job = jobs.order("proof.count", by="user:1", subject="upload:7", upto=3)
    assert job.state == State.QUEUED and job.is_waited_for
    work()
    assert again(job).state == State.DONE
    assert job.result == {"counted": 3, "attempt": 1}
    assert (job.phase, job.done, job.total) == ("count", 3, 3)
    assert job.started_at and job.finished_at and not job.run
    assert jobs.latest("proof.count", "upload:7") == job
    assert jobs.get(job.pk) == job and jobs.get(0) is None


def test_an_order_falls_with_the_transaction_in_which_it_was_given():
    jobs.kind("proof.none")(lambda running: {})

    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        jobs.order("proof.none", by="user:1")
        raise Stop
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_only_registered_kinds_can_be_ordered_and_each_name_is_given_once():
    with pytest.raises(ValueError, match="proof"):
        jobs.order("proof.unknown", by="user:1")
    jobs.kind("proof.once")(lambda running: {})
    with pytest.raises(ValueError, match="two kinds"):
        jobs.kind("proof.once")(lambda running: {})


def test_input_that_cannot_be_used_fails_the_job_with_its_problems_and_not_the_worker():
    @jobs.kind("proof.bad")
    def bad(running: jobs.Running) -> dict[str, str]:
        raise BadInput.at("row 3", "It has no date.", "Write one.")

    job = jobs.order("proof.bad", by="user:1")
    work()
    assert again(job).state == State.FAILED
    assert job.problems == [
        {"where": "row 3", "why": "It has no date.", "remedy": "Write one."},
    ]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_a_right_that_was_taken_away_meanwhile_fails_the_job_in_words():
    @jobs.kind("proof.closed")
    def closed(running: jobs.Running) -> dict[str, str]:
        raise NotAllowed("see_evidence at * *")

    job = jobs.order("proof.closed", by="user:1")
    work()
    assert "roles" in again(job).problems[0]["why"]


def test_a_fault_of_ours_is_told_without_its_details_and_fails_the_task():
    @jobs.kind("proof.fault")
    def fault(running: jobs.Running) -> dict[str, str]:
        raise RuntimeError("María Pérez")

    job = jobs.order("proof.fault", by="user:1")
    work()
    assert again(job).state == State.FAILED
    assert "Algo falló" in job.problems[0]["why"]
    assert "María" not in json.dumps(job.problems)
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_result_that_cannot_be_kept_is_a_fault_too():
    jobs.kind("proof.thing")(lambda running: {"thing": object()})
    job = jobs.order("proof.thing", by="user:1")
    work()
    assert again(job).state == State.FAILED


def test_a_kind_that_this_version_does_not_know_fails_in_words():
    jobs.kind("proof.gone")(lambda running: {})
    job = jobs.order("proof.gone", by="user:1")
    del registry.kinds["proof.gone"]
    work()
    assert again(job).state == State.FAILED and job.problems


# Stopping


def test_a_job_that_waits_is_cancelled_at_once_and_its_kind_is_told():
    told = []
    jobs.kind("proof.wait", ended=lambda job: told.append(job.state))(lambda running: {})
    job = jobs.order("proof.wait", by="user:1")
    jobs.cancel(job.pk, by="user:2")
    assert again(job).state == State.CANCELLED
    assert told == [State.CANCELLED]
    work()
    assert again(job).state == State.CANCELLED and job.attempts == 0
    assert JournalEntry.objects.get(did="job.cancelled").who == "user:2"


def test_a_running_job_stops_at_its_next_sign():
    steps = []

    @jobs.kind("proof.long")
    def long(running: jobs.Running) -> dict[str, str]:
        jobs.cancel(running.job, by="user:2")
        for number in range(3):
            steps.append(number)
            running.progress("long", number)
        return {"reached": "the end"}

    job = jobs.order("proof.long", by="user:1")
    work()
    assert again(job).state == State.CANCELLED
    assert steps == [0] and job.result == {}
    jobs.cancel(job.pk, by="user:3")  # once it has ended, nothing happens
    assert JournalEntry.objects.filter(did="job.cancelled").count() == 1


def test_a_job_that_was_done_before_it_heard_is_done():
    @jobs.kind("proof.quick")
    def quick(running: jobs.Running) -> dict[str, int]:
        jobs.cancel(running.job, by="user:2")
        return {"done": 1}

    job = jobs.order("proof.quick", by="user:1")
    work()
    assert again(job).state == State.DONE


# Workers that die


def abandoned(kind: str, **changes: object) -> Job:
    """A job whose worker fell silent two minutes ago."""
    job = jobs.order(kind, by="user:1")
    ago = timezone.now() - timedelta(minutes=2)
    DBTaskResult.objects.filter(pk=job.task).update(status="RUNNING", started_at=ago)
    values = {"state": State.RUNNING, "run": "dead", "attempts": 1, "beat_at": ago}
    Job.objects.filter(pk=job.pk).update(**values | {"ordered_at": ago} | changes)
    return again(job)


def test_a_job_that_may_be_begun_again_is_begun_once_more_and_no_more():
    @jobs.kind("proof.safe", idempotent=True)
    def safe(running: jobs.Running) -> dict[str, int]:
        return {"attempt": running.attempt}

    job = abandoned("proof.safe")
    assert job.is_stuck
    assert clock.reclaim(timezone.now()) == 1
    assert again(job).state == State.QUEUED
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "READY"]
    work()
    assert again(job).result == {"attempt": 2}

    job = abandoned("proof.safe", attempts=2)
    clock.reclaim(timezone.now())
    assert again(job).state == State.FAILED
    assert JournalEntry.objects.filter(did="job.reclaimed").count() == 2
    assert verify().whole


def test_any_other_job_fails_in_the_language_of_whoever_ordered_it():
    told = []
    jobs.kind("proof.once", ended=lambda job: told.append(job.state))(lambda running: {})
    job = abandoned("proof.once", language="en")
    clock.reclaim(timezone.now())
    assert again(job).state == State.FAILED
    assert job.problems[0]["why"] == "The worker stopped in the middle of it."
    assert told == [State.FAILED]


def test_one_that_was_asked_to_stop_is_not_begun_again():
    jobs.kind("proof.safe", idempotent=True)(lambda running: {})
    job = abandoned("proof.safe", cancel_asked=True)
    clock.reclaim(timezone.now())
    assert again(job).state == State.CANCELLED


def test_whoever_waits_may_end_a_job_that_nobody_is_at():
    jobs.kind("proof.safe", idempotent=True)(lambda running: {})
    job = abandoned("proof.safe")
    assert jobs.cancel(job.pk, by="user:1").state == State.CANCELLED


def test_a_living_job_and_a_waiting_job_are_left_alone():
    jobs.kind("proof.safe", idempotent=True)(lambda running: {})
    abandoned("proof.safe", beat_at=timezone.now())
    waiting = jobs.order("proof.safe", by="user:1")
    Job.objects.filter(pk=waiting.pk).update(ordered_at=timezone.now() - timedelta(hours=1))
    assert clock.reclaim(timezone.now()) == 0


@pytest.mark.parametrize("loss", ["taken up", "gone"])
def test_a_waiting_job_whose_task_was_lost_gets_another(loss):
    jobs.kind("proof.none")(lambda running: {})
    job = abandoned("proof.none", state=State.QUEUED, run="", attempts=0, beat_at=None)
    if loss == "gone":
        DBTaskResult.objects.all().delete()
    assert clock.reclaim(timezone.now()) == 1
    work()
    assert again(job).state == State.DONE


def test_what_a_worker_ends_after_its_job_was_taken_back_is_not_kept():
    @jobs.kind("proof.late", idempotent=True)
    def late(running: jobs.Running) -> dict[str, int]:
        Job.objects.filter(pk=running.job).update(run="another")
        return {"by": running.attempt}

    job = jobs.order("proof.late", by="user:1")
    assert run_job.call(job.pk) == "taken back"
    assert again(job).state == State.RUNNING and job.result == {}


def test_a_job_that_was_taken_back_hears_it_as_an_order_to_stop():
    @jobs.kind("proof.late")
    def late(running: jobs.Running) -> dict[str, int]:
        Job.objects.filter(pk=running.job).update(run="another")
        running.progress("late", 1)
        raise AssertionError("it went on")

    assert run_job.call(jobs.order("proof.late", by="user:1").pk) == "taken back"


def test_a_job_waits_in_vain_only_where_no_worker_lives():
    jobs.kind("proof.none")(lambda running: {})
    job = jobs.order("proof.none", by="user:1")
    assert not job.is_stuck
    job.ordered_at -= timedelta(minutes=5)
    assert job.is_stuck
    jobs.tick(timezone.now())
    assert not job.is_stuck
    assert jobs.worker_seen_at()


# By the clock


def ticks(*moments: datetime) -> list[list[str]]:
    return [jobs.tick(moment) for moment in moments]


def test_scheduled_work_is_done_at_the_first_tick_then_once_each_period():
    seen = []
    jobs.every("proof.hourly", seconds=3600)(seen.append)
    minute = timedelta(minutes=1)
    done = ticks(NOW, NOW + minute, NOW + 59 * minute, NOW + 60 * minute, NOW + 61 * minute)
    assert done == [["proof.hourly"], [], [], ["proof.hourly"], []]
    assert seen == [NOW, NOW + 60 * minute]


def test_what_a_worker_slept_through_is_done_once_and_the_cadence_is_kept():
    seen = []
    jobs.every("proof.hourly", seconds=3600)(seen.append)
    later = NOW + timedelta(hours=7, minutes=20)
    ticks(NOW, later, later + timedelta(minutes=1), NOW + timedelta(hours=8))
    assert seen == [NOW, later, NOW + timedelta(hours=8)]


def test_a_failing_work_leaves_nothing_is_tried_again_and_stops_no_other(caplog):
    seen = []

    @jobs.every("proof.a-failing", seconds=3600)
    def failing(now: datetime) -> None:
        Job.objects.create(kind="proof", ordered_by="worker", ordered_at=now)
        if now < NOW + timedelta(minutes=5):
            raise RuntimeError("no disk")

    jobs.every("proof.b-other", seconds=3600)(seen.append)
    assert ticks(NOW) == [["proof.b-other"]]
    assert not Job.objects.exists()
    assert Schedule.objects.get(name="proof.a-failing").failed_at == NOW
    assert "proof.a-failing" in caplog.text
    assert ticks(NOW + timedelta(minutes=1)) == [[]]
    assert ticks(NOW + timedelta(minutes=6)) == [["proof.a-failing"]]
    assert Schedule.objects.get(name="proof.a-failing").failed_at is None
    assert Job.objects.count() == 1


def test_each_name_is_scheduled_once():
    jobs.every("proof.daily", seconds=86400)(lambda now: None)
    with pytest.raises(ValueError, match="two scheduled"):
        jobs.every("proof.daily", seconds=60)(lambda now: None)


# With a database on the disk and a process of its own, as in a running house

HOUSE = """
import json, os, sys, time
import django; django.setup()
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from convive.cli.schema import bring_up_to_date
bring_up_to_date()
from convive.kernel import jobs
from convive.kernel.jobs import clock
from convive.kernel.models import Job

@jobs.kind("proof.slow", idempotent=True)
def slow(running, *, seconds, hold):
    until = time.monotonic() + seconds
    with transaction.atomic() if hold else open(os.devnull):
        if hold:
            Job.objects.filter(pk=0).delete()
        while time.monotonic() < until:
            running.progress("slow", int(seconds - until + time.monotonic()), 100)
            time.sleep(0.02)
    return {"attempt": running.attempt}

def work():
    print("ready", flush=True)
    call_command("db_worker", queue_name="*", interval=0, batch=True, startup_delay=False,
                 reload=False, worker_id="test", verbosity=0)

def tell(**what):
    print(json.dumps(what), flush=True)
"""


@pytest.fixture
def house(tmp_path):
    environment = {
        **os.environ,
        "CONVIVE_HOME": str(tmp_path / "home"),
        "DJANGO_SETTINGS_MODULE": "convive.settings",
        "PYTHONPATH": str(SRC),
    }

    def start(text: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", HOUSE + text], env=environment, stdout=subprocess.PIPE, text=True
        )

    return start


def told(process: subprocess.Popen[str]) -> dict[str, object]:
    out, _err = process.communicate(timeout=180)
    assert process.returncode == 0, out
    return json.loads(out.splitlines()[-1])


def test_a_job_is_followed_stopped_and_taken_back_from_a_killed_worker(house):
    ordered = told(house("tell(job=jobs.order('proof.slow', by='user:1', seconds=300, hold=0).pk)"))
    job = ordered["job"]
    worker = house("work()")
    look = f"""
for _ in range(1200):
    job = Job.objects.get(pk={job})
    if job.state == "running" and job.done:
        break
    time.sleep(0.05)
tell(state=job.state, phase=job.phase, done=job.done)
"""
    seen = told(house(look))
    assert (seen["state"], seen["phase"]) == ("running", "slow") and seen["done"]
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    back = told(house("later = timezone.now() + 2 * Job.PATIENCE; tell(n=clock.reclaim(later))"))
    assert back["n"] == 1

    worker = house("work()")
    told(house(look))
    told(house(f"tell(asked=jobs.cancel({job}, by='user:2').cancel_asked)"))
    asked = time.monotonic()  # it is asked: how long the asking process took to start says nothing
    assert worker.wait(60) == 0
    assert time.monotonic() - asked < 15
    worker.communicate()
    end = told(house(f"job = jobs.get({job}); tell(state=job.state, attempts=job.attempts)"))
    assert end == {"state": "cancelled", "attempts": 2}


def test_a_job_inside_its_own_transaction_is_not_held_up_by_telling_how_far_it_is(house):
    said = told(
        house("""
job = jobs.order("proof.slow", by="user:1", seconds=3, hold=1)
began = time.monotonic()
from convive.kernel.jobs.work import run_job
state = run_job.call(job.pk)
tell(state=state, seconds=time.monotonic() - began)
""")
    )
    assert said["state"] == "done"
    assert said["seconds"] < 8
