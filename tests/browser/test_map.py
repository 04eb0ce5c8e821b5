"""The map under the hand: rows and shapes light up together, and nobody else's server is asked."""

from __future__ import annotations

import pytest
from house import Site
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.browser

CELLS = "/en/map/?source=sample-points&offence=robo"
DISTRICTS = "/en/map/?source=sample-complaints&layer=districts"


def drawn(tab: Tab, url: str) -> None:
    tab.goto(url)
    tab.locator("#map path.shape").first.wait_for(state="attached")


def focused(tab: Tab) -> str:
    return str(tab.evaluate("document.activeElement.dataset.key || ''"))


@pytest.mark.parametrize("page", [CELLS, DISTRICTS])
def test_the_row_with_focus_lights_its_shape_up(browser: Browser, site: Site, page: str) -> None:
    with site.open(browser, "coordinator") as context:
        tab = context.new_page()
        drawn(tab, site.url + page)
        lit = tab.locator("#map path.shape.lit")
        expect(lit).to_have_count(0)
        rows = tab.locator("#map-rows tr[data-key]")
        rows.nth(0).focus()
        expect(lit).to_have_count(1)
        first = lit.get_attribute("d")
        tab.keyboard.press("ArrowDown")
        assert focused(tab) == rows.nth(1).get_attribute("data-key")
        expect(lit).to_have_count(1)
        assert lit.get_attribute("d") != first
        tab.keyboard.press("ArrowUp")
        assert lit.get_attribute("d") == first
        tab.keyboard.press("End")
        assert focused(tab) == rows.last.get_attribute("data-key")
        tab.keyboard.press("Home")
        assert focused(tab) == rows.first.get_attribute("data-key")


def test_the_list_is_one_stop_of_the_keyboard_and_shapes_are_none(
    browser: Browser, site: Site
) -> None:
    with site.open(browser, "coordinator") as context:
        tab = context.new_page()
        drawn(tab, site.url + CELLS)
        assert tab.locator("#map-rows tr[tabindex='0']").count() == 1
        assert tab.locator("#map path[tabindex], #map svg[tabindex]").count() == 0
        tab.locator("#map-rows tr[data-key]").first.focus()
        tab.keyboard.press("Tab")
        assert tab.locator("#map-rows tr:focus").count() == 0
        assert tab.locator("#map path.shape.lit").count() == 0


def test_pointing_at_a_shape_or_row_lights_both_up(browser: Browser, site: Site) -> None:
    with site.open(browser, "coordinator") as context:
        tab = context.new_page()
        drawn(tab, site.url + DISTRICTS)
        row = tab.locator("#map-rows tr[data-key]").nth(0)
        row.hover()
        expect(tab.locator("#map path.shape.lit")).to_have_count(1)
        tab.locator("h1").hover()
        expect(tab.locator("#map path.shape.lit")).to_have_count(0)
        tab.locator("#map path.shape.hx5").first.hover()
        expect(tab.locator("#map-rows tr.lit")).to_have_count(1)
        tab.locator("#map path.shape.hx5").first.click()
        assert focused(tab) == tab.locator("#map-rows tr.lit").get_attribute("data-key")


def test_the_map_asks_nobody_else_and_breaks_no_policy(browser: Browser, site: Site) -> None:
    with site.open(browser, "analyst") as context:
        tab = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        drawn(tab, site.url + CELLS)
        shape = tab.locator("#map path.shape").first
        before = shape.get_attribute("d") or ""
        tab.get_by_role("button", name="Closer").click()
        expect(shape).not_to_have_attribute("d", before)  # drawn anew once it has come closer
        assert said == []
        assert asked
        assert all(url.startswith((site.url, "data:")) for url in asked)


def test_without_script_the_drawing_and_the_list_remain(browser: Browser, site: Site) -> None:
    with site.open(browser, "coordinator", java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(site.url + DISTRICTS)
        expect(tab.locator("#map")).to_be_hidden()
        expect(tab.locator("#map-drawing svg[role='img']")).to_be_visible()
        assert tab.locator("#map-rows tr[data-key]").count() == 12
        assert tab.locator("#map-rows [tabindex]").count() == 0
