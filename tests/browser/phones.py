"""Telephones, as the tests have them: browsers whose profile survives their death."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from house import CHROMIUM, Site, chromium
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

from convive.kernel.home import Home

ROLE = "municipal_officer"


class Phone:
    """A browser whose profile lies on the disk, as that of a phone does."""

    def __init__(self, browser: Browser, site: Site, profile: Path) -> None:
        self._browser, self._site, self._profile = browser, site, profile
        self._window: BrowserContext | None = None

    def on(self) -> Tab:
        """Turn it on: a tab, with whatever the profile has kept."""
        self._window = self._browser.browser_type.launch_persistent_context(
            str(self._profile),
            executable_path=chromium(),
            args=CHROMIUM,
            viewport={"width": 360, "height": 760},
        )
        return self._window.pages[0]

    def sign_in(self, role: str = ROLE) -> None:
        assert self._window is not None
        self._site.enter(self._window, role)

    def kill(self) -> None:
        """As when the battery dies: nothing is asked, nothing is told. Returns once all is dead."""
        while alive := self._processes():
            for process in alive:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        self._window = None

    def _processes(self) -> list[int]:
        """Those of this browser: each names its profile until it has let go of it."""
        mine, every = f"--user-data-dir={self._profile}", Path("/proc").iterdir()
        return [int(one.name) for one in every if one.name.isdecimal() and mine in _line(one)]

    def off(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window = None

    def on_the_disk(self) -> bytes:
        """Everything that pages may have left there."""
        folders = ("IndexedDB", "Service Worker", "Local Storage", "Session Storage", "Cache")
        return b"".join(
            file.read_bytes()
            for folder in folders
            for file in (self._profile / "Default" / folder).rglob("*")
            if file.is_file()
        )


def _line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""  # it ended meanwhile


def rows(site: Site, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What stands in the database of the running demo."""
    with closing(sqlite3.connect(f"file:{Home(site.home).database}?mode=ro", uri=True)) as base:
        return base.execute(sql, values).fetchall()


def keep(tab: Tab) -> None:
    """Say that this page is kept on the phone."""
    tab.locator("[data-keep-on] button").click()
    expect(tab.locator("[data-keep-off]")).to_be_visible()


def is_on_the_disk(tab: Tab) -> None:
    """Wait until what was touched in the form is."""
    expect(tab.locator("form[data-phone]")).to_have_attribute("data-phone-draft", "kept")


def all_is_sent(tab: Tab) -> None:
    """Wait until the page of the phone has looked what waits, and nothing does."""
    waiting = tab.locator("[data-list=waiting]")
    expect(waiting).to_have_attribute("aria-busy", "false")
    expect(waiting.locator("> li")).to_have_count(0)


def bar(tab: Tab) -> Any:
    return tab.locator("[data-phone-text]")
