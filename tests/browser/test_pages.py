"""What every page shares in a real browser: keyboard, thumbs, scripts, signing in."""

from __future__ import annotations

import pytest
from house import Site
from pages import Page
from playwright.sync_api import Browser, expect
from usable import RULES, faults, opened, show, sideways

pytestmark = pytest.mark.browser


def test_the_keyboard_first_meets_the_way_to_the_content(browser: Browser, site: Site) -> None:
    with opened(browser, site, Page("portal:front")) as (tab, _):
        tab.goto(site.url)
        tab.keyboard.press("Tab")
        expect(tab.locator(".skip")).to_be_focused()
        tab.keyboard.press("Enter")
        expect(tab.locator("#content")).to_be_focused()


def test_targets_are_large_enough_for_a_thumb(browser: Browser, site: Site) -> None:
    with opened(browser, site, Page("account_login"), viewport={"width": 360, "height": 800}) as (
        tab,
        _,
    ):
        tab.goto(site.url + "/accounts/login/")
        for control in tab.locator(".btn, form input:not([type=hidden])").all():
            box = control.bounding_box()
            assert box is not None
            assert box["height"] >= 48


def test_signing_in_works_without_scripts(browser: Browser, site: Site) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        site.sign_in(context, "analyst")
        assert context.pages[0].locator("h1").inner_text() == "What waits for you"


def test_a_newcomer_can_use_the_page_of_the_first_password(browser: Browser, site: Site) -> None:
    with opened(browser, site, Page("account_login")) as (tab, complaints):
        tab.goto(site.url + site.invitation("first.password@demo.convive.example"))
        show(tab, "light", 360)
        expect(tab.locator("input[name=password1]")).to_be_visible()
        assert faults(tab, "tag", RULES) == ""
        assert sideways(tab) <= 0
        assert complaints == []


def test_a_wrong_password_comes_back_with_what_to_do(browser: Browser, site: Site) -> None:
    with opened(browser, site, Page("account_login")) as (tab, _complaints):
        tab.goto(site.url + "/accounts/login/")
        tab.get_by_label("Correo electrónico").fill("nadie@example.org")
        tab.get_by_label("Contraseña").fill("equivocada del todo")
        tab.get_by_role("button", name="Continuar").click()
        alert = tab.get_by_role("alert")
        expect(alert).to_be_visible()  # by the answer to the form: a click does not wait for it
        expect(alert).to_be_focused()
        assert faults(tab, "tag", RULES) == ""
