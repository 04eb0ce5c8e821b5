"""The running demo, as the browser tests see it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from cast import code_now
from playwright.sync_api import Browser, BrowserContext

from convive.demo.home import totp_secret
from convive.kernel.home import Home


@dataclass
class Site:
    """The running demo: its address, and whom its accounts play."""

    url: str
    home: Path
    password: str
    emails: dict[str, str]
    _states: dict[str, Any] = field(default_factory=dict)

    def open(self, browser: Browser, role: str | None, **options: Any) -> BrowserContext:
        """A fresh window, signed in as `role` where one is named. Each role signs in once."""
        if role is None:
            return browser.new_context(**options)
        if role not in self._states:
            with browser.new_context() as context:
                self.sign_in(context, role)
                self._states[role] = context.storage_state()
        return browser.new_context(storage_state=self._states[role], **options)

    def sign_in(self, context: BrowserContext, role: str) -> None:
        """Through the pages, as a person does: password, then the code of the second factor."""
        page = context.new_page()
        page.goto(self.url + "/en/accounts/login/")
        page.get_by_label("E-mail address").fill(self.emails[role])
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("Code of six digits").fill(self.code(role))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/workspace/")

    def code(self, role: str) -> str:
        """What the authenticator app of this account shows now."""
        return code_now(totp_secret(Home(self.home), self.emails[role]))


def convive(home: Path, *words: str) -> dict[str, Any]:
    """Run a command of the demo and read its answer."""
    line = [sys.executable, "-m", "convive", *words, "--home", str(home), "--json"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def environment() -> dict[str, str]:
    """Ours without the home of the other tests, so that `--home` alone decides."""
    source = str(Path(__file__).resolve().parents[2] / "src")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONVIVE_")}
    return kept | {"PYTHONPATH": source, "DJANGO_SETTINGS_MODULE": "convive.settings"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(url, timeout=5):
                return
        except URLError:
            time.sleep(0.1)
    pytest.fail(f"the server did not answer in 60 s: {log.read_text()}")
