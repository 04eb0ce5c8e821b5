"""Without a line: the real server stopped, the browser killed, back; nothing lost, nothing doubled.

Helpers that other walks may borrow: `Phone`, a browser with a profile that survives its death.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from house import CHROMIUM, Site, chromium
from playwright.sync_api import Browser, BrowserContext, Route, expect
from playwright.sync_api import Page as Tab
from test_accounts import Walk
from test_course import enrol, open_activity, write_down
from usable import LANGUAGES

from convive.kernel.home import Home

pytestmark = pytest.mark.browser

ROLE = "municipal_officer"
NAMES = {"Zoila": "Chavarri", "Fortunata": "Ulloque"}
ANOTHER = {"es": "No: es otra persona", "en": "No: this is another person"}
OTHERS = {"Pascuala": "Ibáñez", "Hermelinda": "Oyarce"}


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
        self._site.sign_in(self._window, role)
        self._window.pages[-1].close()

    def kill(self) -> None:
        """As when the battery dies: nothing is asked, nothing is told."""
        mine = f"--user-data-dir={self._profile}"
        for one in Path("/proc").iterdir():
            if one.name.isdecimal() and mine in _line(one):
                os.kill(int(one.name), signal.SIGKILL)
        self._window = None

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


@pytest.fixture
def phones(browser: Browser, site: Site, tmp_path: Path) -> Iterator[tuple[Phone, Phone]]:
    found = Phone(browser, site, tmp_path / "one"), Phone(browser, site, tmp_path / "two")
    yield found
    for phone in found:
        phone.off()
    if site.server.process is None:  # a test failed while it was stopped; the others need it
        site.server.start()


@pytest.fixture
def phone(phones: tuple[Phone, Phone]) -> Phone:
    return phones[0]


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


def bar(tab: Tab) -> Any:
    return tab.locator("[data-phone-text]")


def course(walk: Walk, language: str, names: dict[str, str]) -> str:
    """A course with these people, and the address of its first session."""
    for given, paternal in names.items():
        write_down(walk, given, f"{paternal} {language}")
    walk.to("/activities/")
    walk.follow("/activities/new/")
    open_activity(walk)
    for number in range(7):
        walk.tab.locator(f"[name=weekdays][value='{number}']").press("Space")
    walk.tab.locator("[name=hour]").fill("16:00")
    walk.send()
    home = walk.path
    for given, paternal in names.items():
        enrol(walk, home, f"{given} {paternal}")
    walk.to(home)
    walk.tab.locator("main a[href*='/sessions/']:not([href$='/sessions/'])").first.click()
    walk.tab.wait_for_url("**/sessions/*/")
    return walk.path


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_came_and_somebody_new_without_a_line(
    language: str, site: Site, phone: Phone, shots: Path | None
) -> None:
    tab = phone.on()
    phone.sign_in()
    walk = Walk(site, tab, language, shots)
    session = course(walk, language, NAMES)
    walk.look("offline-offer")
    keep(tab)
    walk.look("offline-kept")
    home = session.partition("sessions/")[0]
    walk.to(home + "enrol/new/")
    keep(tab)

    site.server.stop()
    tab.goto(walk.root + session)
    expect(tab.locator(".roll")).to_contain_text("Zoila")
    walk.look("offline-roll")
    tab.locator("input[type=radio][value=present]").first.check()
    tab.locator("input[type=radio][value=absent]").last.check()
    is_on_the_disk(tab)
    phone.kill()

    tab = phone.on()
    walk.tab = tab
    tab.goto(walk.root + session)
    expect(tab.locator("input[type=radio]:checked")).to_have_count(2)
    tab.locator("main .roll button[type=submit]").first.click()
    expect(bar(tab)).to_contain_text("2")
    walk.look("offline-written")
    tab.goto(walk.root + home + "enrol/new/")
    tab.locator("[name=given]").fill("Melchora")
    tab.locator("[name=paternal]").fill("Benavente")
    tab.locator("[name=born]").fill({"es": "2001-02-03", "en": "1980-11-12"}[language])
    tab.locator("[name=purposes][value=services]").check()
    tab.locator("main form button[type=submit]").click()
    expect(bar(tab)).to_contain_text("3")
    walk.look("offline-newcomer")
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-list=waiting] > li")).to_have_count(3)
    walk.look("offline-waits")
    phone.kill()
    disk = phone.on_the_disk()
    for name in (*NAMES, *NAMES.values(), "Melchora", "Benavente"):
        for coded in (name.encode(), name.encode("utf-16-le")):
            assert coded not in disk, f"{name} lies on the disk in clear"

    site.server.start()
    before = rows(site, "SELECT count(*) FROM services_enrolment")[0][0]
    tab = phone.on()
    walk.tab = tab
    tab.context.clear_cookies()  # the session is over
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-phone-enter]")).to_be_visible()
    expect(tab.locator("[data-list=waiting] > li")).to_have_count(3)
    walk.look("offline-sign-in")
    phone.sign_in()
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-list=waiting] > li")).to_have_count(0)
    walk.look("offline-sent")
    number = int(session.rstrip("/").rpartition("/")[2])
    came = rows(site, "SELECT state FROM services_attendance WHERE session_id = ?", number)
    assert sorted(came) == [("absent",), ("present",)]
    assert rows(site, "SELECT count(*) FROM services_enrolment")[0][0] == before + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_phones_about_one_person_and_signing_out(
    language: str, site: Site, phones: tuple[Phone, Phone], shots: Path | None
) -> None:
    mine, theirs = phones
    tab, other = mine.on(), theirs.on()
    mine.sign_in()
    theirs.sign_in()
    walk = Walk(site, tab, language, shots)
    session = course(walk, language, OTHERS)
    number = int(session.rstrip("/").rpartition("/")[2])
    keep(tab)
    other.goto(walk.root + session)
    keep(other)
    home = session.partition("sessions/")[0]
    walk.to(home + "enrol/new/")
    keep(tab)

    site.server.stop()
    for where, value in ((tab, "present"), (other, "absent")):  # the later word is the other's
        where.goto(walk.root + session)
        where.locator(f"input[type=radio][value={value}]").first.check()
        where.locator(".roll button[type=submit]").first.click()
        expect(bar(where)).to_contain_text("1")
    tab.goto(walk.root + home + "enrol/new/")
    for name, text in (("given", "Pascuala"), ("paternal", f"Ibáñez {language}")):
        tab.locator(f"[name={name}]").fill(text)
    tab.locator("[name=born]").fill("1999-07-30")  # as somebody of the course
    tab.locator("[name=purposes][value=services]").check()
    tab.locator("main form button[type=submit]").click()
    expect(bar(tab)).to_contain_text("2")
    site.server.start()

    # The server keeps it, and the answer is lost on its way back: sent again, it is kept once
    answers = "**/phone/send/"
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    other.route(answers, lose)
    other.goto(walk.root + "/phone/")
    expect(other.locator("[data-list=waiting] > li")).to_have_count(1)
    expect(other.locator("[data-phone-now]")).to_be_visible()
    assert "kept" in lost[0]
    other.unroute(answers)
    with (
        other.expect_response(answers) as _first,
        other.expect_response(lambda said: said.request.method == "POST") as again,
    ):
        other.locator("[data-phone-now]").click()
    assert again.value.json()["answers"][0]["answer"] == "already"
    expect(other.locator("[data-list=waiting] > li")).to_have_count(0)

    # The earlier word comes later: the other holds, and whoever wrote it is told
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-list=waiting] .warn")).to_have_count(2)
    came = "SELECT state FROM services_attendance WHERE session_id = ?"
    assert rows(site, came, number) == [("absent",)]
    walk.look("offline-conflicts")
    before = rows(site, "SELECT count(*) FROM services_enrolment")[0][0]
    tab.locator("[data-list=waiting] > li").last.get_by_text(ANOTHER[language]).click()
    expect(tab.locator("[data-list=waiting] > li")).to_have_count(1)
    assert rows(site, "SELECT count(*) FROM services_enrolment")[0][0] == before + 1

    # Signing out says what is not settled, and leaves nothing
    walk.to("/accounts/logout/")
    expect(tab.locator("[data-phone-loses]")).to_be_visible()
    walk.look("offline-signing-out")
    with tab.expect_navigation():
        tab.locator("form[data-phone-leave] button").click()
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-when='mine none']")).to_be_visible()
    walk.look("offline-empty")
    left = """async () => [
        localStorage.length,
        (await indexedDB.databases()).length,
        (await caches.keys()).length,
        (await navigator.serviceWorker.getRegistrations()).length,
    ]"""
    assert tab.evaluate(left) == [0, 0, 0, 0]
