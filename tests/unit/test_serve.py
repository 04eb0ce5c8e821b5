"""What `convive serve` starts does not outlive it, even where nobody could say goodbye."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import homes
import pytest
from ports import free_port

SECONDS = 180  # until a slow machine is taken for a broken one


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "home"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(home: Path, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    words = ["serve", "--port", str(port), "--json"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "convive", *words],
            env=homes.environment(home),
            stdout=log,
            stderr=log,
        )
    try:
        wait(lambda: listens(port) and len(started_by(process.pid)) == 2)
        yield process
    finally:
        process.kill()
        process.wait()
        wait(lambda: not listens(port))


def wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not until():
        assert time.monotonic() < end
        time.sleep(0.1)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def started_by(pid: int) -> list[int]:
    """The processes whose command line says that this one started them."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"convive.cli.together" in words and str(pid).encode() in words:
            parent = line.with_name("stat").read_text().rpartition(")")[2].split()[1]
            found += [int(line.parent.name)] if int(parent) == pid else []
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found by Linux's /proc")
def test_after_kill_9_nothing_of_it_runs_and_the_port_is_free(server, port):
    children = started_by(server.pid)
    server.kill()
    server.wait()
    wait(lambda: not listens(port))
    wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found by Linux's /proc")
def test_where_one_of_its_processes_is_killed_everything_stops(server, port):
    for pid in started_by(server.pid):
        if b"web" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
            os.kill(pid, signal.SIGKILL)
    assert server.wait(SECONDS) == 1
    wait(lambda: not listens(port))
