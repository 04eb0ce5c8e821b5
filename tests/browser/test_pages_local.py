"""Every page of the coordinator and of municipal officers, in a real browser and both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from pages import Page
from playwright.sync_api import Browser
from usable import LOCAL, LOOKS, MORE_LOOKS, visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", LOCAL, ids=lambda page: page.name)
def test_everybody_can_use_the_page(
    page: Page, browser: Browser, site: Site, shots: Path | None
) -> None:
    visit(page, browser, site, LOOKS, shots)


@pytest.mark.heavy
@pytest.mark.parametrize("page", LOCAL, ids=lambda page: page.name)
def test_nor_has_axe_anything_against_its_other_looks(
    page: Page, browser: Browser, site: Site
) -> None:
    visit(page, browser, site, MORE_LOOKS, None)
