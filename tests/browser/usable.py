"""What a page must be in a real browser: both languages, light and dark, phone and desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.urls import resolve
from django.utils import translation
from house import Site
from pages import PAGES, Page
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

SCHEMES = ("light", "dark")
WIDTHS = (360, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # all that light and dark can change
# A language changes words, not colours, and the desk has the same parts as the phone: those looks
# are for the runs that take their time
LOOKS = {"es": (("light", 360), ("dark", 1280)), "en": ()}
MORE_LOOKS = {"es": (("light", 1280),), "en": (("light", 360),)}
# Of a walk over several pages. Every page alone is visited in both languages in any case
LANGUAGES = ("es", pytest.param("en", marks=pytest.mark.heavy))
# Two files of them, that run side by side. Those of one role follow each other: it signs in once
BY_ROLE = sorted(PAGES, key=lambda page: page.role or "")
LOCAL = [page for page in BY_ROLE if page.role in ("municipal_officer", "coordinator")]
OTHERS = [page for page in BY_ROLE if page not in LOCAL]
Looks = Mapping[str, Sequence[tuple[str, int]]]


@contextmanager
def opened(
    browser: Browser, site: Site, page: Page, **options: Any
) -> Iterator[tuple[Tab, list[str]]]:
    """A tab for a page, and what it complains about: errors, and what the policy refused."""
    with site.open(browser, page.role, **options) as context, listened(context) as found:
        yield found


@contextmanager
def listened(context: BrowserContext) -> Iterator[tuple[Tab, list[str]]]:
    """A new tab of a window, and what it complains about."""
    tab, complaints = context.new_page(), list[str]()
    tab.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab, complaints
    tab.close()


def sideways(tab: Tab) -> int:
    """By how many pixels the page is wider than its window."""
    return int(tab.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def drawn(tab: Tab) -> None:
    """Wait until scripts have drawn what they draw: the map, the lists of the phone."""
    expect(tab.locator("[aria-busy=true]")).to_have_count(0)


def visit(page: Page, browser: Browser, site: Site, looks: Looks, shots: Path | None) -> None:
    """Open it in both languages, and ask axe, the widths and the console what they have against
    it. looks : those that axe is asked about."""
    with listened(site.window(browser, page.role)) as (tab, complaints):
        for language, asked in looks.items():
            arrive(tab, page, language, site)
            drawn(tab)
            if shots:
                take(tab, page, language, shots)
            tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            for scheme, width in asked:
                show(tab, scheme, width)
                kind, names = ("tag", RULES) if scheme == "light" else ("rule", COLOURS)
                left_out = COLOURS if language == "en" else []
                assert faults(tab, kind, names, left_out) == "", f"{scheme}, {width} px"
            for width in (320, 360):
                show(tab, "light", width)
                assert sideways(tab) <= 0, f"scrolls sideways at {width} px"
            show(tab, "light", 1280)
            tab.evaluate("document.documentElement.style.fontSize = '200%'")
            assert sideways(tab) <= 0, "scrolls sideways with text at 200 %"
        if page.status != 200:
            complaints = [said for said in complaints if f"status of {page.status}" not in said]
        assert complaints == []


def arrive(tab: Tab, page: Page, language: str, site: Site) -> None:
    """Go to the page, and see that it is the one that was asked for."""
    answer = tab.goto(site.url + page.path(language))
    assert answer is not None
    assert answer.status == page.status
    assert tab.url.endswith(page.path(language)), f"led to {tab.url}"
    if page.follow:
        tab.locator(page.follow).first.click()
        tab.wait_for_url(lambda url: not url.endswith(page.path(language)))
        with translation.override(language):
            assert resolve(urlsplit(tab.url).path).view_name == page.view
    assert tab.locator("html").get_attribute("lang") == language
    assert tab.locator("h1").count() == 1


def take(tab: Tab, page: Page, language: str, shots: Path) -> None:
    for scheme in SCHEMES:
        for width in WIDTHS:
            show(tab, scheme, width)
            name = f"{page.name}-{language}-{width}-{scheme}.png"
            tab.screenshot(path=shots / name, full_page=True)


def faults(tab: Tab, kind: str, names: list[str], left_out: Sequence[str] = ()) -> str:
    """What axe has to say against the page as it is shown now; nothing if all is well."""
    if not tab.evaluate("'axe' in window"):  # once for each page, as it takes longer than asking
        tab.evaluate(AXE_SCRIPT)
    options = {
        "runOnly": {"type": kind, "values": names},
        "rules": {name: {"enabled": False} for name in left_out},
        "resultTypes": ["violations"],
        "preload": False,  # of what is elsewhere: everything is here
    }
    found = AxeResults(tab.evaluate("options => axe.run(document, options)", options))
    return found.generate_report() if found.violations_count else ""


def show(tab: Tab, scheme: str, width: int) -> None:
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    tab.set_viewport_size({"width": width, "height": 900})
