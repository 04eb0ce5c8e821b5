"""Every page in a real browser, in Spanish. One file for each language: they run side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from pages import Page
from playwright.sync_api import Browser
from usable import IN_TURN, visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", IN_TURN, ids=lambda page: page.name)
def test_everybody_can_use_the_page(
    page: Page, browser: Browser, site: Site, shots: Path | None
) -> None:
    visit(page, "es", browser, site, shots)
