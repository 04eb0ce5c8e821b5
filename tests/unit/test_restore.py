"""The commands of backup and restore, as whoever keeps the system uses them."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import homes
import pytest

PREPARE = """
act(1, 50)
settings.HOME.evidence.joinpath("a.parquet").write_bytes(os.urandom(6_000_000))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with a home, a pair of keys, and one backup."""
    folder = tmp_path_factory.mktemp("made")
    homes.run(folder / "home", PREPARE)
    key = homes.answered(
        homes.convive(folder / "home", "backup", "key", "--out", f"{folder}/k", "--json")
    )
    assert Path(key["public"]).read_text().startswith("-----BEGIN PUBLIC KEY")
    backup = homes.answered(back_up(folder, "--json"))
    assert backup["recipient"] == key["fingerprint"]
    return folder


def back_up(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = ("backup", "--to", f"{folder}/backups", "--recipient", f"{folder}/k.pub", *more)
    return homes.convive(folder / "home", *words)


def restored(folder: Path, to: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = ("restore", f"{folder}/backups", "--key", f"{folder}/k", "--home", str(to), *more)
    return homes.convive(folder / "home", *words)


def test_a_home_comes_back_with_its_journal(made, tmp_path):
    answer = homes.answered(restored(made, tmp_path / "new", "--json"))
    assert answer["journal"]["whole"] and answer["journal"]["entries"] == 50
    assert (tmp_path / "new" / "secret.key").read_text() == (
        made / "home" / "secret.key"
    ).read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]


def test_only_an_empty_home_is_filled(made, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "note.txt").touch()
    refused = restored(made, tmp_path / "new")
    assert refused.returncode == 1 and "not empty" in refused.stderr
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["note.txt"]
    (tmp_path / "new" / "note.txt").unlink()
    assert restored(made, tmp_path / "new").returncode == 0


def test_a_wrong_key_a_wrong_signer_and_a_wrong_name_restore_nothing(made, tmp_path):
    homes.convive(made / "home", "backup", "key", "--out", f"{tmp_path}/other")
    words = ("restore", f"{made}/backups", "--key", f"{tmp_path}/other", "--home")
    refused = homes.convive(made / "home", *words, f"{tmp_path}/new")
    assert refused.returncode == 1 and "sealed to the key" in refused.stderr
    for more in (("--signer", "0" * 16), ("--at", "20000101T000000Z"), ("--as", "a@b.example")):
        refused = restored(made, tmp_path / "new", *more)
        assert refused.returncode == 1, more
    assert not (tmp_path / "new").exists()


def from_elsewhere(folder: Path, to: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Restored on a machine that has no home of its own."""
    words = ("restore", f"{folder}/backups", "--key", f"{folder}/k", "--home", str(to), *more)
    return homes.convive(to.parent / "none", *words)


def test_where_no_home_is_known_somebody_must_say_who_made_the_backup(made, tmp_path):
    refused = from_elsewhere(made, tmp_path / "new")
    assert refused.returncode == 1 and "--any-signer" in refused.stderr
    assert not (tmp_path / "new").exists()
    signer = homes.answered(from_elsewhere(made, tmp_path / "new", "--any-signer", "--json"))[
        "signer"
    ]
    named = from_elsewhere(made, tmp_path / "named", "--signer", signer)
    assert named.returncode == 0, named.stderr
    both = from_elsewhere(made, tmp_path / "both", "--signer", signer, "--any-signer")
    assert both.returncode == 2


def test_on_a_terminal_the_person_is_asked(made, tmp_path):
    words = ("restore", f"{made}/backups", "--key", f"{made}/k", "--home", f"{tmp_path}/new")
    for answer, status in (("n", 1), ("y", 0)):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "convive", *words],
            env=homes.environment(tmp_path / "none", CONVIVE_LANG="en"),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.write(ours, f"{answer}\n".encode())
        out, err = process.communicate(timeout=180)
        os.close(ours)
        os.close(theirs)
        assert process.returncode == status, err
        assert "notes have these sixteen digits?" in out
        assert (tmp_path / "new").exists() == (status == 0)


def test_a_machine_that_has_a_home_takes_no_backup_of_another_for_its_own(made, tmp_path):
    homes.run(tmp_path / "other", "act(1)")
    words = ("restore", f"{made}/backups", "--key", f"{made}/k", "--home", f"{tmp_path}/new")
    refused = homes.convive(tmp_path / "other", *words)
    assert refused.returncode == 1 and "the home of this machine signs as" in refused.stderr
    assert not (tmp_path / "new").exists()
    words = ("backup", "verify", f"{made}/backups", "--key", f"{made}/k")
    refused = homes.convive(tmp_path / "other", *words)
    assert refused.returncode == 1 and "the home of this machine signs as" in refused.stderr


def test_a_backup_tried_in_a_scratch_home_is_noted_in_the_home_that_made_it(made):
    words = ("backup", "verify", f"{made}/backups", "--key", f"{made}/k", "--json")
    tried = homes.convive(made / "home", *words)
    answer = homes.answered(tried)
    assert "Restored to" not in tried.stderr and ".verify-" not in tried.stderr
    assert answer["whole"] and answer["noted"]
    assert answer["rows"]["kernel_journalentry"] == 50
    seen = homes.run(
        made / "home",
        "from convive.upkeep import queries; tell(at=queries.last_verified().verified_at)",
    )
    assert seen["at"]
    assert not list((made / "home").glob(".verify-*"))


def test_on_another_machine_a_backup_is_tried_without_making_a_home(made, tmp_path):
    words = ("backup", "verify", f"{made}/backups", "--key", f"{made}/k", "--json")
    answer = homes.answered(homes.convive(tmp_path / "none", *words))
    assert answer["whole"] and not answer["noted"]
    assert not (tmp_path / "none").exists()


def test_a_backup_that_lost_a_piece_is_found_by_the_trial_with_the_name_of_the_piece(
    made, tmp_path
):
    shutil.copytree(made / "backups", tmp_path / "backups")
    largest = max(
        (tmp_path / "backups" / "pieces").rglob("*"), key=lambda each: each.stat().st_size
    )
    largest.write_bytes(b"spoilt")
    words = ("backup", "verify", f"{tmp_path}/backups", "--key", f"{made}/k", "--json")
    refused = homes.convive(made / "home", *words)
    (problem,) = json.loads(refused.stdout)["problems"]
    assert refused.returncode == 1 and largest.name in problem["where"]


def test_the_list_needs_no_key_and_tells_what_is_missing(made, tmp_path):
    words = ("backup", "list", f"{made}/backups", "--json")
    (backup, *_others) = homes.answered(homes.convive(tmp_path / "none", *words))["backups"]
    assert backup["missing"] == 0 and backup["pieces"] > 2


def test_a_backup_is_refused_without_a_key_and_inside_the_home(made):
    refused = homes.convive(made / "home", "backup", "--to", f"{made}/backups")
    assert refused.returncode == 1 and "backup key" in refused.stderr
    words = ("backup", "--to", f"{made}/home/backups", "--recipient", f"{made}/k.pub")
    refused = homes.convive(made / "home", *words)
    assert refused.returncode == 1 and "lost with it" in refused.stderr
    refused = homes.convive(made / "home", "backup", "key", "--out", f"{made}/home/k")
    assert refused.returncode == 1


def test_only_those_who_keep_the_system_back_it_up(made):
    refused = back_up(made, "--as", "nobody@convive.example")
    assert refused.returncode == 1


def test_old_backups_are_dropped_by_the_rule(made, tmp_path):
    answer = homes.answered(
        homes.convive(made / "home", "backup", "prune", f"{made}/backups", "--json")
    )
    assert answer["dropped"] == []


def test_a_restore_that_is_killed_leaves_no_home_and_the_next_one_succeeds(made, tmp_path):
    target = tmp_path / "new"
    command = [
        *(sys.executable, "-m", "convive", "restore", f"{made}/backups"),
        *("--key", f"{made}/k", "--home", str(target), "--any-signer"),
    ]
    killed = 0
    for seconds in (0.3, 0.6, 0.9, 1.2):  # how far it comes by then depends on the machine
        process = subprocess.Popen(command, env=homes.environment(target), stdout=subprocess.PIPE)
        time.sleep(seconds)
        before = target.exists()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if target.exists():
            break
        assert not before
        killed += 1
    assert killed
    if not target.exists():
        homes.answered(restored(made, target, "--json"))
    seen = homes.answered(homes.convive(target, "journal", "verify", "--json"))
    assert seen["whole"] and seen["entries"] == 50
    assert (target / "evidence" / "a.parquet").stat().st_size == 6_000_000


def test_the_worker_makes_a_backup_a_day_where_the_settings_say_so(made):
    more = {
        "CONVIVE_BACKUP_DIR": str(made / "backups"),
        "CONVIVE_BACKUP_RECIPIENT": str(made / "k.pub"),
    }
    before = len(list((made / "backups" / "backups").iterdir()))
    for _start in range(2):
        done = homes.convive(made / "home", "worker", "--once", "--json", **more)
        assert done.returncode == 0, done.stderr
    assert len(list((made / "backups" / "backups").iterdir())) == before + 1
    job = homes.run(
        made / "home",
        "job = __import__('convive.upkeep.queries').upkeep.queries.work_of('upkeep.backup');"
        "tell(state=job.state, result=job.result)",
    )
    assert job["state"] == "done" and job["result"]["backup"]


def test_a_disk_that_is_not_attached_fails_the_scheduled_backup_in_words(made, tmp_path):
    (tmp_path / "mount").mkdir()
    more = {
        "CONVIVE_BACKUP_DIR": str(tmp_path / "mount"),
        "CONVIVE_BACKUP_RECIPIENT": str(made / "k.pub"),
    }
    said = homes.run(
        made / "home",
        "from convive.kernel.jobs.work import run_job; from convive.upkeep import actions;"
        "from convive.upkeep.jobs import WORKER; job = actions.order_backup(by=WORKER);"
        "run_job.call(job.pk); job.refresh_from_db();"
        "tell(state=job.state, problems=job.problems)",
        **more,
    )
    assert said["state"] == "failed" and "disco" in json.dumps(said["problems"])
    assert list((tmp_path / "mount").iterdir()) == []
