"""Accounts and rights in a real browser: on a phone, by keyboard, in both languages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import signing
from house import Site
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab
from usable import COLOURS, LANGUAGES, RULES, drawn, faults, show, sideways

from convive.kernel.home import Home

pytestmark = pytest.mark.browser
REASON = "Muestra: deja el programa a fin de mes."


class Walk:
    """A walk through pages in one language; each is looked at before the next step."""

    def __init__(self, site: Site, tab: Tab, language: str, shots: Path | None) -> None:
        self.tab, self.shots, self.language = tab, shots, language
        self.root = site.url + ("/en" if language == "en" else "")

    def to(self, path: str) -> None:
        answer = self.tab.goto(self.root + path)
        assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"

    def follow(self, part: str) -> None:
        """Open the first link of the page whose address ends in `part`, else holds it, by key."""
        ends = self.tab.locator(f"main a[href$='{part}']")
        holds = self.tab.locator(f"main a[href*='{part}']")
        with self.tab.expect_navigation(url=f"**{part}**"):
            (ends if ends.count() else holds).first.press("Enter")

    def send(self, name: str = "") -> None:
        """Press the button of the page's form, by keyboard; wait for the page that follows."""
        which = f"[name={name}]" if name else ".btn:not(.quiet, .slim)"
        self.press(self.tab.locator(f"main button[type=submit]{which}").last)

    def press(self, what: str | Locator) -> None:
        """Press what leads to another page, by keyboard; wait for that page."""
        found = self.tab.locator(what) if isinstance(what, str) else what
        with self.tab.expect_navigation():
            found.press("Enter")

    def is_told_why_not(self) -> None:
        """What was sent came back: the focus goes to what says why, once the page is there."""
        expect(self.tab.locator("[role=alert]:focus")).to_have_count(1)

    def look(self, name: str) -> None:
        """Everybody can use this page, on a phone and on a desk, by day and by night."""
        drawn(self.tab)
        for width in (1280, 360):
            show(self.tab, "light", width)
            if width == 360 or self.language == "en":  # the desk too where a run takes its time
                assert faults(self.tab, "tag", RULES) == "", f"{name}, {width} px"
            assert sideways(self.tab) <= 0, f"{name} scrolls sideways at {width} px"
            if self.shots:
                file = f"accounts-{name}-{self.language}-{width}.png"
                self.tab.screenshot(path=self.shots / file, full_page=True)
        show(self.tab, "light", 320)
        assert sideways(self.tab) <= 0, f"{name} scrolls sideways at 320 px"
        show(self.tab, "dark", 360)
        assert faults(self.tab, "rule", COLOURS) == "", f"{name}, dark"
        show(self.tab, "light", 360)
        assert self.tab.locator("h1").count() == 1

    @property
    def path(self) -> str:
        return urlsplit(self.tab.url).path.removeprefix("/en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_system_staff_invite_change_close_and_hand_over(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "system_staff") as window:
        walk = Walk(site, window.new_page(), language, shots)
        tab = walk.tab
        walk.to("/members/")
        walk.follow("/members/invite/")
        walk.send()
        walk.look("invite-refused")
        walk.is_told_why_not()
        tab.locator("[name=name]").fill("Muestra de Persona")
        tab.locator("[name=email]").fill(f"invited.{language}@demo.convive.example")
        tab.locator("[name=role]").select_option("auditor")
        walk.send()
        walk.look("member-invited")
        assert "/password/reset/key/" in tab.locator("main .notice .mono").inner_text()
        walk.follow("/role/")
        walk.look("add-role")
        tab.locator("[name=role]").select_option("municipal_officer")
        tab.locator("[name=organisation]").select_option("md-la-esperanza")
        tab.locator("[name=districts]").nth(1).check()
        walk.send()
        walk.follow("/end/")
        walk.look("end-role")
        walk.send()
        walk.follow("/suspend/")
        walk.look("suspend")
        walk.send()
        walk.follow("/restore/")
        walk.send()
        walk.follow("/hand-over/")
        walk.look("hand-over")
        tab.locator("[name=successor]").select_option(index=1)
        tab.locator("[name=why]").fill(REASON)
        walk.send()
        walk.look("member-gone")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_second_factor_is_asked_for_and_answered(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with browser.new_context() as window:
        walk = Walk(site, window.new_page(), language, shots)
        site.give_password(walk.tab, site.emails["funder"])
        walk.to("/accounts/lost/")
        walk.look("lost-factor")
        walk.send()
        assert walk.path == "/accounts/login/"
        walk.look("asked")
    for role, button in (("coordinator", "approve"), ("system_staff", "refuse")):
        with site.open(browser, role) as window:
            walk = Walk(site, window.new_page(), language, shots)
            walk.to("/workspace/")
            walk.follow("/access/second-factors/")
            walk.look(f"factor-request-{role}")
            walk.send(button)
            walk.look(f"factor-request-{button}d")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_opened_is_seen_by_whoever_opened_it_and_by_the_coordinator(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "municipal_officer") as window:
        walk = Walk(site, window.new_page(), language, shots)
        walk.to("/me/")
        walk.look("me")
        walk.follow("/me/open/")
        walk.tab.locator("[name=district]").select_option("PE-INEI:130102")
        walk.tab.locator("[name=reason]").fill(REASON)
        walk.send()
        walk.look("open-closed")
        walk.to("/places/PE-INEI:130102/")
        walk.look("opened-place")
        walk.to("/me/sessions/")
        walk.look("sessions")
        walk.press("aside.glass button")
        assert walk.tab.locator("aside.glass").count() == 0
    with site.open(browser, "coordinator") as window:
        walk = Walk(site, window.new_page(), language, shots)
        walk.to("/workspace/")
        walk.look("waiting")
        walk.follow("/access/opened/")
        walk.look("glass")
        walk.send()
        walk.look("glasses")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_role_is_kept_and_another_removed_in_the_review(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "coordinator") as window:
        walk = Walk(site, window.new_page(), language, shots)
        walk.to("/access/review/")
        walk.press(walk.tab.locator("main form[action*='/keep/'] button").first)
        walk.look("review")
        walk.follow("/remove/")
        walk.look("remove-role")


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_end_with_one_press_and_no_sign_in(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    key = signing.dumps(1, key=Home(site.home).secret_key(), salt="convive.digest")
    with browser.new_context() as window:
        walk = Walk(site, window.new_page(), language, shots)
        walk.to(f"/workspace/letters/stop/{key}/")
        walk.look("stop-letters")
        walk.send()
        assert walk.path == "/workspace/letters/stopped/"
        walk.to("/accounts/login/")
        walk.look("login")
