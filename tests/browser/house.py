"""The running demo, as the browser tests see it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import demos
import pytest
from cast import code_now
from demos import convive, environment
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab
from ports import free_port

from convive.demo.home import totp_secret
from convive.kernel.home import Home

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# For so many seconds a session is used: five minutes after signing in, some pages ask again
FRESH_SECONDS, HALF_SIGNED_IN = 3000, {"newcomer": 200, "password_given": 200}
# Sessions as signing in opens them, for accounts by their address. Signing in through the pages,
# with its waits for the next code, has tests of its own
ENTER = """
import json, sys, time, types, django
django.setup()
from allauth.account.internal.flows.login import record_authentication
from django.test import Client
from convive.domain.programme.models import User
from convive.domain.programme.signin import note_second_factor
def entered(email):
    user = User.objects.get(email=email)
    client = Client()
    client.force_login(user)
    request = types.SimpleNamespace(session=client.session, user=user)
    late = time.time() + 7200  # whoever is behind it is not asked again who they are
    record_authentication(request, user, "password", reauthenticated=True, at=late)
    note_second_factor(request, user)
    request.session.save()
    return request.session.session_key
json.dump({email: [entered(email) for _ in range(3)] for email in sys.argv[1:]}, sys.stdout)
"""


@dataclass
class Server:
    """The command that people run, on a home of its own. It can die and come back."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server is stopped"
        return self.process.pid

    def start(self) -> None:
        """Returns once it answers."""
        log = self.home.with_name("server.log")
        words = ("demo", "--home", str(self.home), "--port", str(self.port))
        with log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "convive", *words],
                stdout=out,
                stderr=out,
                env=environment(),
            )
        wait_for(self.url + "/health", self.process, log)

    def stop(self) -> None:
        """Returns once nothing answers any more."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None


@dataclass
class Site:
    """The running demo: its address, and whom its accounts play."""

    url: str
    home: Path
    password: str
    emails: dict[str, str]
    server: Server
    _sessions: Sessions = field(default_factory=lambda: Sessions({}))
    _states: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _used: dict[str, str] = field(default_factory=dict)
    _windows: dict[str | None, tuple[float, BrowserContext]] = field(default_factory=dict)

    def window(self, browser: Browser, role: str | None) -> BrowserContext:
        """The window of `role`, kept open: what it has fetched once it need not fetch again."""
        now = time.monotonic()
        if role in self._windows and role and now - self._windows[role][0] > _fresh(role):
            self._windows.pop(role)[1].close()
        if role not in self._windows:
            opened = self.open(browser, role)
            self._windows[role] = (self._states[role][0] if role else now, opened)
        return self._windows[role][1]

    def open(self, browser: Browser, role: str | None, **options: Any) -> BrowserContext:
        """A fresh window, signed in as `role` where one is named. A role signs in once in a while.

        Besides the roles: `newcomer`, who has a password and no second factor yet, and
        `password_given`, who stands between the password and the code.
        """
        if role is None:
            return browser.new_context(**options)
        now = time.monotonic()
        if role not in self._states or now - self._states[role][0] > _fresh(role):
            with browser.new_context() as context:
                if role == "newcomer":
                    self.sign_in_first(context, f"newcomer.{now:.0f}@demo.convive.example")
                elif role == "password_given":
                    self.give_password(context.new_page(), self.emails["auditor"])
                else:
                    self.enter(context, role)
                self._states[role] = (now, context.storage_state())
        return browser.new_context(storage_state=self._states[role][1], **options)

    def enter(self, context: BrowserContext, role: str) -> None:
        """Give this window a session of `role`, opened a moment ago and used by no other window."""
        email = self.emails[role]
        if not self._sessions.keys.get(email) or self._sessions.age > FRESH_SECONDS:
            self._sessions = entered(self.home, self.emails.values())
        key = self._sessions.keys[email].pop()
        cookie = {"name": "session", "value": key, "url": self.url, "httpOnly": True}
        context.add_cookies([cookie])  # type: ignore[list-item]

    def sign_in(self, context: BrowserContext, role: str) -> None:
        """Through the pages, as a person does: password, then the code of the second factor."""
        page = context.new_page()
        self.give_password(page, self.emails[role])
        page.get_by_label("Code of six digits").fill(self.code(role))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/workspace/")

    def give_password(self, page: Tab, email: str) -> None:
        """The first step of signing in; the second factor comes next."""
        page.goto(self.url + "/en/accounts/login/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Go on").click()
        page.wait_for_url("**/2fa/**")

    def sign_in_first(self, context: BrowserContext, email: str) -> None:
        """As somebody new does: a password by the link they were given, then the first sign-in."""
        page = context.new_page()
        page.goto(self.url + self.invitation(email))
        for name in ("password1", "password2"):
            page.locator(f"input[name={name}]").fill(self.password)
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/key/done/")
        self.give_password(page, email)

    def invitation(self, email: str) -> str:
        """Make an account; the path of the page where its owner sets a password."""
        words = ("member", "add", email, "--name", "New (sample)", "--role", "auditor")
        return str(convive(self.home, *words)["password_link"])

    def code(self, role: str) -> str:
        """What the authenticator app of this account shows now, or next: each is taken once."""
        secret = totp_secret(Home(self.home), self.emails[role])
        self._used[role] = code_that_lasts(secret, self._used.get(role, ""))
        return self._used[role]


def code_that_lasts(secret: str, used: str = "") -> str:
    """What an authenticator app shows now, or next where this one soon lapses or was used: a busy
    machine may take seconds to send it."""
    while time.time() % 30 > 20 or code_now(secret) == used:
        time.sleep(0.2)
    return code_now(secret)


def _fresh(role: str) -> int:
    return HALF_SIGNED_IN.get(role, FRESH_SECONDS)


@dataclass(frozen=True)
class Sessions:
    """Sessions that were opened and that no window has used yet, by the address of an account."""

    keys: dict[str, list[str]]
    made: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        """In seconds."""
        return time.monotonic() - self.made


def entered(home: Path, emails: Iterable[str]) -> Sessions:
    """Some for each account, opened at once: the process that opens them takes long to start."""
    line = [sys.executable, "-c", ENTER, *emails]
    inside = environment() | {"CONVIVE_HOME": str(home)}
    done = subprocess.run(line, capture_output=True, text=True, env=inside, check=True)
    return Sessions(json.loads(done.stdout))


@dataclass(frozen=True)
class Demo:
    """A demo that was built and that nobody has used yet; its sessions are those of every copy."""

    home: Path
    password: str
    emails: dict[str, str]
    sessions: Sessions


def built(folders: pytest.TempPathFactory) -> Demo:
    """The demo of this run, with the first tick of its worker: every copy would have to do it."""
    first, said = demos.built(folders)
    emails: dict[str, str] = {}
    for row in said["accounts"]:
        emails.setdefault(row["role"], row["email"])

    def prepare(home: Path) -> dict[str, Any]:
        shutil.copytree(first, home)
        convive(home, "worker", "--once")
        return asdict(entered(home, emails.values()))

    home = demos.common(folders) / "demo"
    sessions = Sessions(**demos.once(home, prepare))
    return Demo(home, said["password"], emails, sessions)


@contextmanager
def served(demo: Demo, home: Path) -> Iterator[Site]:
    """A copy of the demo in `home`, served by the command that people run."""
    shutil.copytree(demo.home, home)
    server = Server(home, free_port())
    try:
        server.start()
        unused = replace(demo.sessions, keys=deepcopy(demo.sessions.keys))
        yield Site(server.url, home, demo.password, dict(demo.emails), server, unused)
    finally:
        server.stop()


def chromium() -> str | None:
    """The path of the browser of this machine; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180  # until a slow machine is taken for a broken one
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not answer in time: {log.read_text()}")
