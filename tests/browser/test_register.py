"""Somebody is written down, found though misspelt, corrected, asked again and forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser, expect
from test_accounts import Walk
from test_course import today
from usable import LANGUAGES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_is_written_down_found_corrected_and_forgotten(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "agency_officer") as window:
        walk = Walk(site, window.new_page(), language, shots)
        tab = walk.tab

        def write_down(given: str, paternal: str) -> None:
            walk.to("/people/new/")
            tab.locator("[name=given]").fill(given)
            tab.locator("[name=paternal]").fill(paternal)
            tab.locator("[name=maternal]").fill("Huamán")
            tab.locator("[name=born]").fill(f"{today().year - 16}-07-30")
            tab.locator("[name=sex]").select_option("F")
            tab.locator("details:has([name=guardian]) > summary").press("Enter")
            tab.locator("[name=guardian]").fill("Aurelia Huamán")
            tab.locator("[name=purposes][value=services]").press("Space")
            tab.locator("[name=voice]").select_option("both")
            walk.send()

        write_down("Yomira", "Quispe")
        first = walk.path
        walk.look("register-person")
        write_down("Jomira", "Kispe")
        expect(tab.locator(".notice.warn a")).to_have_attribute("href", tab_path(walk, first))
        walk.look("register-double")
        walk.to("/people/")
        tab.locator("[name=text]").fill("jomira kispe guaman")
        walk.send()
        walk.look("register-found")
        assert "Yomira Quispe Huamán" in tab.locator("main .rows").inner_text()
        for part in ("correct", "consent", "sheet", "erase"):
            walk.to(first + part + "/")
            walk.look(f"register-{part}")
        walk.to(first + "correct/")
        tab.locator("[name=phone]").fill("944 123 456")
        tab.locator("[name=calls][value=yes]").press("Space")
        walk.send()
        assert "944123456" in tab.locator("main").inner_text()
        walk.to(first + "erase/")
        tab.locator("[name=reason][value=asked]").press("Space")
        walk.send()
        assert walk.path == "/people/"
        assert "Yomira" not in tab.locator("main .rows").inner_text()


def tab_path(walk: Walk, path: str) -> str:
    return ("/en" if walk.language == "en" else "") + path
