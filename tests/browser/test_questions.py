"""Questions of place and time by keyboard: asked, worked out by the worker, read, taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from test_accounts import Walk

pytestmark = pytest.mark.browser
LANGUAGES = ("es", "en")
KINDS = ("hotspots", "near-repeat", "clusters")


def choose_small(tab: Tab) -> None:
    """Smaller circles and shorter times, where they are asked for: such a scan is soon done."""
    for name, value in (("max_distance", "1"), ("max_time", "14")):
        if tab.locator(f"[name={name}]").count():
            tab.locator(f"[name={name}]").select_option(value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_asked_and_its_answer_read(
    kind: str, language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "analyst") as window:
        walk = Walk(site, window.new_page(), language, shots)
        tab = walk.tab
        walk.to("/analyses/")
        walk.follow("/places/PE-INEI:130105/questions/")
        walk.follow(f"/questions/{kind}/")
        choose_small(tab)
        walk.send()
        tab.locator("#answer").wait_for(timeout=120_000)  # comes by itself, or was asked before
        walk.look(f"answer-{kind}")
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        walk.look(f"answer-{kind}-open")
        with tab.expect_download() as taken:
            tab.locator("main a[download]").first.press("Enter")
        text = taken.value.path().read_text(encoding="utf-8-sig")
        assert ("muestra" if language == "es" else "sample") in text.lower()
        walk.to("/analyses/")
        walk.look(f"asked-{kind}")
