"""Shared ground of all tests: a home of their own, no network, and no silent skips in CI."""

from __future__ import annotations

import atexit
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from convive.kernel.home import Home

_home = tempfile.mkdtemp(prefix="convive-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["CONVIVE_HOME"] = _home
os.environ["DJANGO_SETTINGS_MODULE"] = "convive.settings"
for _name in ("CONVIVE_DATABASE", "CONVIVE_LANG", "CONVIVE_ZONE", "CONVIVE_HTTPS"):
    os.environ.pop(_name, None)  # a person's own settings decide no test, nor is their data touched
# `tools/check.py` runs the tests of the record once more on a server of its own
_database = os.environ.get("CONVIVE_TEST_DATABASE", "")
if _database:
    os.environ["CONVIVE_DATABASE"] = _database
# Here and not by pytest-django, which would read the settings before this home is set. In a worker
# of xdist it has done so all the same, with the home of the process that started it.
django.setup()
from django_tasks_db.management.commands import db_worker  # noqa: E402

settings.HOME = Home.from_environment()
settings.HOME.make()
settings.HOME.secret_key()

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the project, for reading only: they are no part of it."""
    if not SHARED.is_dir():
        pytest.skip("the real data are not beside this checkout")
    return SHARED


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home with nothing in it, spoken to in English."""
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own), translation.override("en"):
        yield own


@pytest.fixture(autouse=True, scope="session")
def own_database() -> None:
    """What a test starts has a home with a database of its own, not that of the tests."""
    os.environ.pop("CONVIVE_DATABASE", None)


@pytest.fixture(autouse=True, scope="module")
def empty_journal() -> Iterator[None]:
    """Between two files of tests the database is empty, and so the kept head of its journal."""
    yield
    settings.HOME.journal_head.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that runs inside the transaction of a test leaves its connection open."""
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test talks to this machine alone."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
            raise RuntimeError(f"a test wants the network: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test asks as often as it likes, but for those of the limits themselves."""
    monkeypatch.setattr(settings, "RATE_LIMITS", {})


@pytest.fixture(autouse=True)
def spanish() -> None:
    """A test begins in the language of the house, whatever page the one before it asked for."""
    translation.deactivate()


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"localhost", ""}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--failed-habits", default="", help="checks that failed before the tests; told at the end"
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if failed := config.getoption("--failed-habits"):
        terminalreporter.section("failed before the tests", red=True)
        terminalreporter.line(failed, red=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    return _no_skip_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    return _no_skip_in_ci((yield))


def _no_skip_in_ci(report: Any) -> Any:
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where everything must run: {report.longrepr}"
    return report
