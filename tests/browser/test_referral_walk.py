"""A referral between two agencies, by keyboard: sent, answered, done; and one on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser
from test_accounts import Walk
from usable import LANGUAGES

pytestmark = pytest.mark.browser
LA_ESPERANZA = "PE-INEI:130105"
SHEET = {"es": "Su respuesta", "en": "Your answer"}
ATTENDED = {"es": "atendida", "en": "attended"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_is_referred_attended_and_the_sender_learns_it(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with (
        site.open(browser, "agency_officer") as here,
        site.open(browser, "municipal_officer") as to,
    ):
        sender = Walk(site, here.new_page(), language, shots)
        receiver = Walk(site, to.new_page(), language, shots)
        receiver.to("/referrals/services/")
        _say_full(receiver)
        person = written_down(sender)
        sender.follow("/referrals/new/")
        sender.look("referral-service")
        sender.tab.locator("[name=service]").select_option("mentoring")
        sender.send()
        sender.look("referral-whom")
        sender.send()  # nobody is chosen
        sender.look("referral-refused")
        _send_to(sender, "md-la-esperanza")
        sender.look("referral-sent")
        sent = sender.path
        code = sent.rstrip("/").split("/")[-1]

        receiver.to("/workspace/")
        receiver.follow(f"/referrals/received/{code}/")
        receiver.look("referral-received")
        main = receiver.tab.locator("main").inner_text()
        assert "Yomira Muestra" in main and "70123456" not in main
        receiver.follow("/answer/")
        receiver.look("referral-answer")
        receiver.tab.locator("[name=answer][value=accept]").check()
        receiver.send()  # no day
        receiver.look("referral-answer-refused")
        receiver.tab.locator("[name=promised_on]").fill("2099-01-02")
        receiver.send()
        receiver.look("referral-accepted")
        receiver.send()  # attended
        receiver.look("referral-done")
        assert "Yomira" not in receiver.tab.locator("main").inner_text()
        sender.to(sent)
        sender.look("referral-closed")
        assert ATTENDED[language] in sender.tab.locator("main, .work-head").first.inner_text()

        # Another body, which has no account: on paper
        sender.to(f"/people/{person}/")
        sender.follow("/referrals/new/")
        sender.look("referral-again")  # what was sent before stands there
        sender.tab.locator("[name=service]").select_option("mental-health")
        sender.send()
        _send_to(sender, "md-el-porvenir")
        sender.look("referral-paper")
        sender.follow("/sheet/")
        sender.look("referral-sheet")
        assert SHEET[language] in sender.tab.locator("main").inner_text()
        sender.tab.emulate_media(media="print")
        if shots:
            sender.tab.screenshot(path=shots / f"referral-print-{language}.png", full_page=True)
        assert sender.tab.locator("main svg").last.bounding_box() is not None
        sender.tab.emulate_media(media="screen")
        sender.to("/referrals/?of=sent")
        sender.look("referrals-sent")
        sender.to("/referrals/services/")
        sender.look("referral-rooms")


def _say_full(walk: Walk) -> None:
    walk.tab.locator("[name=service]").select_option("mentoring")
    walk.tab.locator("[name=room][value=full]").check()
    walk.tab.locator("[name=note]").fill("Muestra: hasta junio")
    walk.send()


def _send_to(walk: Walk, organisation: str) -> None:
    walk.tab.locator(f"[name=receiver][value={organisation}]").check()
    walk.tab.locator("[name=note]").fill("Muestra: quiere aprender a soldar")
    walk.send()
    walk.tab.wait_for_url("**/referrals/sent/**")


def written_down(walk: Walk, district: str = LA_ESPERANZA) -> str:
    """Somebody of the register, who agrees to be referred; the page of that person is open."""
    tab = walk.tab
    walk.to("/people/new/")
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for name, text in (
        ("given", "Yomira"),
        ("paternal", "Muestra"),
        ("dni", "70123456"),
        ("born", "2001-07-30"),
        ("phone", "944123456"),
    ):
        tab.locator(f"[name={name}]").fill(text)
    tab.locator("[name=district]").select_option(district)
    tab.locator("[name=calls][value=yes]").check()
    for purpose in ("services", "disclosure_other_orgs"):
        tab.locator(f"[name=purposes][value={purpose}]").check()
    walk.send()
    if tab.locator("[name=is_another]").count():  # the walk in the other language was here
        tab.locator("[name=is_another]").check()
        walk.send()
    assert tab.locator("main a[href*='/referrals/new/']").count() == 1
    walk.look("referral-person")
    return walk.path.rstrip("/").split("/")[-1]
