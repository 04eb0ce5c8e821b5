"""An evaluation by keyboard: its design is set down, its result opened, and a change stays seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser
from test_accounts import Walk
from usable import LANGUAGES

pytestmark = pytest.mark.browser
CHANGED = {"es": "Diseño cambiado después de ver el resultado", "en": "Design changed after"}
SAMPLE = {"es": "muestra", "en": "sample"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_design_is_set_down_opened_and_changed(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "coordinator") as window:
        walk = Walk(site, window.new_page(), language, shots)
        tab = walk.tab
        walk.to("/analyses/")
        walk.follow("/evaluations/")
        walk.look("evaluations-before")
        walk.follow("/evaluations/new/")
        walk.look("design")
        walk.send()  # nothing is filled in
        walk.look("design-refused")
        walk.is_told_why_not()
        for name, text in (
            ("title", "Muestra: ¿bajaron los robos con el alumbrado?"),
            ("what", "Muestra: alumbrar tres cuadras."),
            ("first", "2023-07"),
            ("before", "2022-01"),
            ("until", "2024-06"),
            ("why", "Muestra: dieciocho meses antes, un año después."),
        ):
            tab.locator(f"[name={name}]").fill(text)
        tab.locator("[name=treated][value='PE-INEI:130105']").check()
        tab.locator("[name=buffer][value='PE-INEI:130103']").check()
        tab.locator("[name=rule][value=province]").check()
        tab.locator("[name=source]").select_option("sample-complaints")
        walk.send()
        walk.look("evaluation")
        path = walk.path
        walk.send()  # open the result
        tab.locator("#told").wait_for(timeout=300_000)
        walk.look("effect")
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        walk.look("effect-open")
        walk.to(path)
        walk.follow("/design/")
        walk.look("design-change")
        tab.locator("[name=first]").fill("2023-08")
        tab.locator("[name=reason]").fill("Muestra: empezó en agosto.")
        walk.send()
        walk.look("evaluation-changed")
        assert CHANGED[language] in tab.locator("main").inner_text()
        walk.send()
        tab.locator("#told").wait_for(timeout=300_000)
        walk.look("effect-changed")
        assert CHANGED[language] in tab.locator("main").inner_text()
        with tab.expect_download() as taken:
            tab.locator("main a[download]").first.press("Enter")
        text = taken.value.path().read_text(encoding="utf-8-sig")
        assert CHANGED[language] in text
        assert SAMPLE[language] in text.lower()
        walk.to("/evaluations/")
        walk.look("evaluations")
