"""A course from writing people down to the certificate, on a telephone, who came without a line;
then who checks the certificate, what people thought, what somebody was given."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from house import Site
from phones import Phone, all_is_sent, bar, is_on_the_disk, keep, rows
from playwright.sync_api import Browser, expect
from test_accounts import Walk
from test_course import enrol, open_activity, today, write_down
from usable import LANGUAGES

pytestmark = pytest.mark.browser

# Another in each language: whoever is alike would be shown as a likely double
NAMES = {"es": ("Wilma", "Chávez"), "en": ("Gladys", "Paredes")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_first_day_to_the_certificate_and_the_question(
    language: str, browser: Browser, site: Site, phone: Phone, shots: Path | None
) -> None:
    given, paternal = NAMES[language]
    with browser.new_context() as window:
        anybody = Walk(site, window.new_page(), language, shots)
        walk = Walk(site, phone.on(), language, shots)
        phone.sign_in()
        write_down(walk, given, paternal)
        person = walk.path
        walk.to("/activities/new/")
        open_activity(walk)
        for number in range(7):
            walk.tab.locator(f"[name=weekdays][value='{number}']").press("Space")
        walk.tab.locator("[name=hour]").fill("16:00")
        walk.tab.locator("[name=last]").fill((today() - timedelta(days=1)).isoformat())
        walk.send()
        home = walk.path
        enrol(walk, home, f"{given} {paternal}")
        walk.to(home)
        walk.tab.locator("main a[href*='/sessions/']:not([href$='/sessions/'])").first.press(
            "Enter"
        )
        walk.tab.wait_for_url("**/sessions/*/")
        who_came_without_a_line(walk, site, phone)
        walk.to(home)
        walk.press("form[action*='/complete/'] button")
        walk.follow("/certificates/")
        walk.look("certificates-to-issue")
        walk.tab.locator("[name=hours]").fill("24")
        walk.send()
        walk.look("certificates")
        code = walk.tab.locator("main .meta .mono").first.inner_text()
        paper = walk.tab.locator("main a[href$='.pdf']").first.get_attribute("href")
        assert walk.tab.request.get(site.url + str(paper)).body()[:5] == b"%PDF-"

        anybody.to("/certificates/")
        anybody.tab.locator("[name=code]").fill(code.upper())
        anybody.send()
        anybody.look("certificate-valid")
        assert given not in anybody.tab.content()
        anybody.tab.locator("[name=name]").fill(f"{given} {paternal}".lower())
        anybody.send()
        anybody.look("certificate-name")
        assert anybody.tab.locator("main .notice").count() == 1

        walk.to(home)
        walk.follow("/opinions/")
        walk.look("opinions")
        anybody.to(f"/opinion/{home.rstrip('/').split('/')[-1]}/")
        anybody.look("opinion")
        anybody.tab.locator("[name=rating][value='4']").press("Space")
        anybody.send()
        anybody.look("opinion-said")

        walk.to(person)
        walk.look("person-received")
        walk.follow("/received/")
        walk.tab.locator("[name=resource]").first.press("Space")
        walk.send()
        walk.follow("/received/")
        walk.look("received")


def who_came_without_a_line(walk: Walk, site: Site, phone: Phone) -> None:
    """The server is stopped, the battery dies twice, and it is sent twice: it counts once."""
    session, number = walk.path, int(walk.path.rstrip("/").rpartition("/")[2])
    keep(walk.tab)
    site.server.stop()
    walk.tab.goto(walk.root + session)
    walk.tab.locator("input[type=radio][value=present]").first.check()
    is_on_the_disk(walk.tab)
    phone.kill()
    walk.tab = phone.on()
    walk.tab.goto(walk.root + session)
    expect(walk.tab.locator("input[type=radio]:checked")).to_have_count(1)
    walk.tab.locator("main .roll button[type=submit]").first.click()
    expect(bar(walk.tab)).to_contain_text("1")
    phone.kill()
    site.server.start()
    walk.tab = phone.on()
    walk.tab.context.clear_cookies()  # the session is over: what waits is sent once they sign in
    phone.sign_in()
    for _again in range(2):
        walk.to("/phone/")
        all_is_sent(walk.tab)
    came = rows(site, "SELECT state FROM services_attendance WHERE session_id = ?", number)
    assert came == [("present",)]
