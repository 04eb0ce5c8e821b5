"""A server that asks for a password: it is found, told when it is wrong, and stands nowhere."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import homes
import psycopg
import pytest
from cluster import PASSWORD

pytestmark = pytest.mark.postgres
WRITTEN = quote(PASSWORD, safe="")

# Loaded by each Python that is started: writes down with which words
LISTEN = """
import os, sys
with open(os.environ["STARTED"], "a") as log:
    print(sys.orig_argv, file=log)
def heard(event, words):
    if event == "subprocess.Popen":
        with open(os.environ["STARTED"], "a") as log:
            print(words[1], file=log)
sys.addaudithook(heard)
"""


def with_password(address: str, password: str = WRITTEN) -> str:
    return address.replace("convive@", f"convive:{password}@")


@pytest.fixture
def started(tmp_path, monkeypatch) -> Path:
    """Gets one line for each program that is started from now on."""
    (tmp_path / "listen").mkdir()
    (tmp_path / "listen" / "sitecustomize.py").write_text(LISTEN)
    log = tmp_path / "started"
    monkeypatch.setenv("STARTED", str(log))
    ours = homes.environment(tmp_path)["PYTHONPATH"]
    heard = os.pathsep.join([str(tmp_path / "listen"), ours])
    monkeypatch.setattr(
        homes, "environment", lambda home, **more: _environment(home, PYTHONPATH=heard, **more)
    )
    return log


_environment = homes.environment


def test_a_password_stands_on_no_command_line_when_a_backup_is_tried_and_restored(
    guarded, tmp_path, started
):
    there = {"CONVIVE_DATABASE": with_password(guarded)}
    homes.run(tmp_path / "home", "act(1, 20)", **there)
    homes.answered(
        homes.convive(tmp_path / "none", "backup", "key", "--out", f"{tmp_path}/k", "--json")
    )
    words = ("backup", "--to", f"{tmp_path}/backups", "--recipient", f"{tmp_path}/k.pub", "--json")
    made = homes.answered(homes.convive(tmp_path / "home", *words, **there))

    words = ("backup", "verify", f"{tmp_path}/backups", "--key", f"{tmp_path}/k", "--json")
    tried = homes.convive(tmp_path / "home", *words, **there)
    assert homes.answered(tried)["noted"]
    assert "Restored to" not in tried.stderr

    with psycopg.connect(with_password(guarded), autocommit=True) as server:
        server.execute("CREATE DATABASE restored")
    other = guarded.rpartition("/")[0] + "/restored"
    words = ("restore", f"{tmp_path}/backups", "--key", f"{tmp_path}/k", "--json")
    words = (*words, "--signer", made["signer"], "--home", f"{tmp_path}/new")
    refused = homes.convive(tmp_path / "none", *words, "--database", other)
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert "--database" in refused.stderr and "PGPASSFILE" in refused.stderr
    by_file = {"PGPASSFILE": str(tmp_path / "pgpass")}
    Path(by_file["PGPASSFILE"]).write_text(f"*:*:*:convive:{PASSWORD}\n")
    Path(by_file["PGPASSFILE"]).chmod(0o600)
    named = {"CONVIVE_RESTORE_DATABASE": other, **by_file}
    answer = homes.answered(homes.convive(tmp_path / "none", *words, **named))
    assert answer["journal"]["whole"] and answer["journal"]["entries"] == 20

    told = started.read_text()
    assert "'restore'" in told and "'journal'" in told and "migrate" not in told
    assert PASSWORD not in told and WRITTEN not in told


def test_a_home_is_moved_only_where_the_password_is_right_and_it_is_never_shown(
    guarded, tmp_path, started
):
    home = tmp_path / "home"
    homes.run(home, "act(1, 3)")
    with psycopg.connect(with_password(guarded), autocommit=True) as server:
        server.execute("CREATE DATABASE moved")
    address = guarded.rpartition("/")[0] + "/moved"
    nobody = "postgresql://convive@127.0.0.1:1/moved"
    for wrong in (
        address,
        with_password(address, "guess"),
        nobody,
        f"{address}?sslmod=x",
        "mysql:",
    ):
        refused = homes.convive(home, "home", "move", "--to", wrong)
        assert refused.returncode == 1, wrong
        assert refused.stderr.startswith("--to: ") and refused.stderr.count("\n") == 1, (
            refused.stderr
        )
        assert "guess" not in refused.stdout + refused.stderr
    began = started.read_text().count("\n")
    done = homes.convive(home, "home", "move", "--to", with_password(address))
    assert done.returncode == 0, done.stderr
    assert f"CONVIVE_DATABASE={address}" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr and WRITTEN not in done.stdout + done.stderr
    children = started.read_text().splitlines()[began + 1 :]
    assert any("migrate" in line for line in children)
    assert not any(WRITTEN in line or PASSWORD in line for line in children)
