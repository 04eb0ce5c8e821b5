"""Questions of place and time by keyboard: asked, worked out by the worker, read, taken away."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from pypdf import PdfReader
from test_accounts import Walk
from usable import LANGUAGES

pytestmark = pytest.mark.browser
KINDS = ("hotspots", "near-repeat", "clusters", "series", "compare")


FULL_SHEET = """() => {
    const rows = document.querySelector('main tbody');
    while (rows.rows.length < 15) rows.append(rows.rows[0].cloneNode(true));
    document.querySelector('#why + p').textContent = 'palabras '.repeat(66);
}"""


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_counted_by_keyboard(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "analyst") as window:
        walk = Walk(site, window.new_page(), language, shots)
        tab = walk.tab
        walk.to("/places/PE-INEI:130105/questions/")
        walk.follow("/questions/undercount/")
        for name in ("police", "health", "cem"):
            tab.locator(f"[name=lists][value={name}]").press("Space")
        walk.press("main form[method=get] button")
        for number, box in enumerate(tab.locator(".keyin input").all()):
            box.fill(str((90, 80, 70, 20, 18, 16, 6)[number]))
        tab.locator("[name=first]").fill("2023-01")
        tab.locator("[name=last]").fill("2023-12")
        tab.locator("[name=is_sample]").press("Space")
        walk.look("lists")
        walk.send()
        tab.locator("#answer").wait_for(timeout=120_000)
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        walk.look("answer-undercount")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_is_kept_printed_told_of_and_taken_up(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "coordinator") as window:
        walk = Walk(site, window.new_page(), language, shots)
        tab = walk.tab
        walk.to("/places/PE-INEI:130105/questions/hotspots/")
        walk.send()
        tab.locator("#answer").wait_for(timeout=120_000)
        walk.follow("/keep/")
        walk.look("keep")
        walk.send()  # nothing is filled in
        walk.is_told_why_not()
        tab.locator("[name=why]").fill("Muestra: cerca del mercado, al cierre.")
        tab.locator("[name=valid_until]").fill(f"{date.today() + timedelta(days=7)}")  # noqa: DTZ011
        walk.send()
        walk.look("finding")
        path = walk.path
        walk.follow("/sheet/")
        walk.look("sheet")
        tab.evaluate(FULL_SHEET)  # as much as a sheet ever holds
        paper = tab.pdf(prefer_css_page_size=True)
        if shots:
            (shots / f"sheet-{language}.pdf").write_bytes(paper)
        assert len(PdfReader(io.BytesIO(paper)).pages) == 1
        walk.to(path)
        walk.follow("/rounds/")
        walk.look("rounds")
        tab.locator("main select").first.select_option("no")
        walk.send()
        walk.look("finding-told")
        walk.follow("/take-up/")
        walk.look("take-up")
