"""A letter is typed in by keyboard and confirmed by somebody else, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from test_accounts import Walk
from usable import LANGUAGES

pytestmark = pytest.mark.browser


def choose(tab: Tab, name: str, value: str) -> None:
    """Choose in a list, open its fold first where it lies in one."""
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    tab.locator(f"[name={name}]").select_option(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_typed_in_by_one_and_confirmed_by_another(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "municipal_officer") as window:
        walk = Walk(site, window.new_page(), language, shots)
        tab = walk.tab
        walk.to("/evidence/tables/new/")
        walk.look("keyin-new")
        choose(tab, "source", "-new-")
        tab.locator("[name=name_es]").fill(f"Serenazgo {language}")
        tab.locator("[name=places][value='PE-INEI:130105']").press("Space")
        tab.locator("[name=first]").fill("2024-01")
        tab.locator("[name=last]").fill("2024-02")
        tab.locator("[name=categories]").fill("Robo\nHurto")
        tab.locator("[name=document_number]").fill("Oficio 12-2024 (muestra)")
        tab.locator("[name=document_date]").fill("2024-03-02")
        walk.send()
        walk.look("keyin")
        for cell, n in zip(
            tab.locator("main td input").all(), ("12", "3", "9", "uno"), strict=True
        ):
            cell.fill(n)
        walk.press("button[value=pass-on]")
        walk.is_told_why_not()
        tab.locator("main td input").last.fill("1")
        walk.press("button[value=pass-on]")
        walk.look("keyin-waiting")
        path = walk.path
    with site.open(browser, "coordinator") as window:
        walk = Walk(site, window.new_page(), language, shots)
        walk.to("/workspace/")
        walk.follow("/evidence/tables/")
        assert walk.path == path
        walk.look("keyin-deciding")
        walk.tab.locator("[name=compared]").press("Space")
        walk.press("form[action$='/confirm'] button")
        walk.tab.wait_for_url("**/batches/*/", timeout=60_000)
        assert "12-2024" in walk.tab.locator("main").inner_text()
