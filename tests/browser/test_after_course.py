"""After a course: its certificate, who checks it, what people thought, what somebody was given."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser
from test_accounts import Walk
from test_course import enrol, open_activity, today, write_down
from usable import LANGUAGES

pytestmark = pytest.mark.browser

# Another in each language: whoever is alike would be shown as a likely double
NAMES = {"es": ("Wilma", "Chávez"), "en": ("Gladys", "Paredes")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_completing_to_the_certificate_and_the_question(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    given, paternal = NAMES[language]
    anybody = Walk(site, browser.new_context().new_page(), language, shots)
    with site.open(browser, "municipal_officer") as window:
        walk = Walk(site, window.new_page(), language, shots)
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
        with walk.tab.expect_navigation():
            walk.tab.locator("button[name=rest]").press("Enter")
        with walk.tab.expect_navigation():
            walk.tab.locator("form[action*='/complete/'] button").press("Enter")
        walk.follow("/certificates/")
        walk.look("certificates-to-issue")
        walk.tab.locator("[name=hours]").fill("24")
        walk.send()
        walk.look("certificates")
        code = walk.tab.locator("main .meta .mono").first.inner_text()
        paper = walk.tab.locator("main a[href$='.pdf']").first.get_attribute("href")
        assert window.request.get(site.url + str(paper)).body()[:5] == b"%PDF-"

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
    anybody.tab.context.close()
