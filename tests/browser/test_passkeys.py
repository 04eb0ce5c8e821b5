"""Passkeys in a real browser, with Chromium's virtual authenticator in place of a finger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from house import Site
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab
from usable import RULES, faults, show, sideways

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        yield context


def with_device(window: BrowserContext, *, verified: bool = True) -> Tab:
    """A tab on a device that keeps passkeys; `verified`: its owner passes PIN, finger or face."""
    tab = window.new_page()
    line = window.new_cdp_session(tab)
    line.send("WebAuthn.enable")
    options = {**AUTHENTICATOR, "isUserVerified": verified}
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tab


def first_sign_in(site: Site, tab: Tab, email: str) -> None:
    """Set the first password and give it: what comes next is a second factor."""
    tab.goto(site.url + site.invitation(email))
    for name in ("password1", "password2"):
        tab.locator(f"input[name={name}]").fill(site.password)
    tab.locator("main button[type=submit]").click()
    tab.wait_for_url("**/key/done/")
    give_password(site, tab, email)
    tab.wait_for_url("**/2fa/**")


def give_password(site: Site, tab: Tab, email: str) -> None:
    tab.goto(site.url + "/en/accounts/login/")
    tab.get_by_label("E-mail address").fill(email)
    tab.get_by_label("Password").fill(site.password)
    tab.get_by_role("button", name="Go on").click()


def sign_out(site: Site, tab: Tab) -> None:
    tab.goto(site.url + "/en/accounts/logout/")
    tab.get_by_role("button", name="Sign out").click()
    tab.wait_for_url(lambda url: "logout" not in url)


def test_a_passkey_is_made_used_alone_used_as_second_step_renamed_and_removed(
    site: Site, window: BrowserContext
) -> None:
    email, tab = "passkey@demo.convive.example", with_device(window)
    complaints: list[str] = []
    tab.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    first_sign_in(site, tab, email)

    # In place of an app, by keyboard, on a phone
    with tab.expect_navigation():
        tab.get_by_role("link", name="Make a passkey on this device instead").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("A passkey")
    assert faults(tab, "tag", RULES) == "" and sideways(tab) <= 0
    tab.get_by_label("Name of the device").fill("Phone")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/recovery-codes/")
    tab.goto(site.url + "/en/workspace/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("What waits for you")

    # Alone: it is the device and whoever holds it, so both steps
    sign_out(site, tab)
    tab.goto(site.url + "/en/accounts/login/")
    tab.get_by_role("button", name="Sign in with a passkey").press("Enter")
    tab.wait_for_url("**/workspace/")

    # After the password, in place of the code
    sign_out(site, tab)
    give_password(site, tab, email)
    tab.wait_for_url("**/2fa/**")
    assert faults(tab, "tag", RULES) == ""
    tab.get_by_role("button", name="Use a passkey").press("Enter")
    tab.wait_for_url("**/workspace/")

    tab.goto(site.url + "/en/accounts/2fa/webauthn/")
    expect(tab.get_by_role("heading", name="Phone")).to_be_visible()
    for width in (360, 1280):
        show(tab, "light", width)
        assert faults(tab, "tag", RULES) == "" and sideways(tab) <= 0
    with tab.expect_navigation():
        tab.get_by_role("link", name="Rename").click()
    tab.get_by_label("Name of the device").fill("Old phone")
    assert faults(tab, "tag", RULES) == ""
    with tab.expect_navigation():
        tab.get_by_role("button", name="Save").click()
    with tab.expect_navigation():
        tab.get_by_role("link", name="Remove").click()
    assert faults(tab, "tag", RULES) == ""
    tab.get_by_role("button", name="Remove").click()
    # It was the only second factor: nothing opens until there is another
    tab.wait_for_url("**/2fa/totp/activate/")
    assert complaints == []


def test_the_passkey_itself_answers_who_is_there(site: Site, window: BrowserContext) -> None:
    email, tab = "passkey.again@demo.convive.example", with_device(window)
    first_sign_in(site, tab, email)
    tab.goto(site.url + "/en/accounts/2fa/webauthn/add/")
    tab.get_by_role("button", name="Make the passkey").click()
    tab.wait_for_url("**/recovery-codes/")
    tab.goto(site.url + "/en/accounts/2fa/webauthn/reauthenticate/?next=/en/me/")
    assert faults(tab, "tag", RULES) == ""
    tab.get_by_role("button", name="Use a passkey").click()
    tab.wait_for_url("**/en/me/")


def test_a_device_that_does_not_know_its_owner_makes_no_passkey(
    site: Site, window: BrowserContext
) -> None:
    tab = with_device(window, verified=False)
    first_sign_in(site, tab, "passkey.shared@demo.convive.example")
    tab.goto(site.url + "/en/accounts/2fa/webauthn/add/")
    tab.get_by_role("button", name="Make the passkey").click()
    expect(tab.get_by_role("alert")).to_contain_text("The device gave no passkey")
    tab.goto(site.url + "/en/workspace/")
    tab.wait_for_url("**/2fa/totp/activate/")


def test_without_scripts_the_other_ways_are_shown(site: Site, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as window:
        tab = window.new_page()
        tab.goto(site.url + "/en/accounts/login/")
        expect(tab.get_by_label("Password")).to_be_visible()
        expect(tab.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
        first_sign_in(site, tab, "no.scripts@demo.convive.example")
        tab.goto(site.url + "/en/accounts/2fa/webauthn/add/")
        expect(tab.get_by_text("This browser offers no passkeys")).to_be_visible()
        expect(tab.get_by_role("button", name="Make the passkey")).to_be_hidden()
