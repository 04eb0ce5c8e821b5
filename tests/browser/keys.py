"""Somebody who works with the keyboard alone, and sees at every stop where they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from house import Site
from playwright.sync_api import Browser, Download, Locator
from playwright.sync_api import Page as Tab
from usable import RULES, faults, sideways

STOPS = 150  # whoever is not there after as many presses is going round in circles

# Where the focus is, seen from the element that is wanted: there, or the key that leads nearer.
# What is wrong with the stop itself is said in words: lost, without a ring, out of sight, covered.
WAY = """wanted => {
  const here = document.activeElement, start = !here || here === document.body;
  const main = document.getElementById("content");
  if (here === wanted) return { there: true, wrong: wrong(here) };
  const same = here?.type === "radio" && wanted.type === "radio" && here.name === wanted.name;
  const after = start || here.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_FOLLOWING;
  const key = same ? (after ? "ArrowDown" : "ArrowUp")
    : here?.matches(".skip") && main.contains(wanted) ? "Enter" : after ? "Tab" : "Shift+Tab";
  return { there: false, key, wrong: start || here === main ? "" : wrong(here) };

  function wrong(stop) {
    const name = stop.outerHTML.slice(0, 120), style = getComputedStyle(stop);
    // The button of a calendar is a stop of its own inside its field
    if (!stop.matches(":focus-visible, input:focus-within")) return "no focus to be seen: " + name;
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)
      return "no ring: " + name;
    const box = stop.getClientRects()[0];
    if (!box) return "a stop that is not shown: " + name;
    const x = Math.min(Math.max((box.left + box.right) / 2, 0), innerWidth - 1);
    const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
      return "out of sight: " + name;
    const seen = document.elementFromPoint(x, y);
    return stop.contains(seen) || seen?.contains(stop) ? "" : "covered: " + name;
  }
}"""


class Keys:
    """A window of one language and width, in which everything is done by keys.

    Each page that is looked at has one heading, does not scroll sideways, and axe finds no fault.
    """

    def __init__(self, tab: Tab, root: str, pictures: Path | None, run: str) -> None:
        self.tab, self.root, self.pictures, self.run = tab, root, pictures, run

    def look(self, name: str) -> None:
        """Everybody can use this page, as wide as it is shown now."""
        assert sideways(self.tab) <= 0, f"{name} scrolls sideways"
        assert self.tab.locator("h1").count() == 1, name
        assert faults(self.tab, "tag", RULES) == "", name
        if self.pictures:
            picture = self.pictures / f"officer-{name}-{self.run}.png"
            self.tab.screenshot(path=picture, full_page=True)

    def reach(self, what: str | Locator) -> Locator:
        """Go there by Tab, back by Shift+Tab, among choices of one question by arrows."""
        found = self.tab.locator(what).first if isinstance(what, str) else what
        wanted = found.element_handle()
        for _stop in range(STOPS):
            way: dict[str, Any] = wanted.evaluate(WAY)
            assert not way["wrong"], way["wrong"]
            if way["there"]:
                return found
            self.tab.keyboard.press(way["key"])
        raise AssertionError(f"the keyboard does not reach {what}")

    def press(self, what: str, key: str = "Enter") -> None:
        """Go there and press a key that leads to no other page."""
        self.reach(what)
        self.tab.keyboard.press(key)

    def go(self, what: str, to: str = "*") -> None:
        """Follow a link or send a form, up to a path such as `*/batches/*/`."""
        self.reach(what)
        with self.tab.expect_navigation():
            self.tab.keyboard.press("Enter")
        self.arrive(to)

    def arrive(self, to: str) -> None:
        """Wait until the page is there. The skip link leaves its fragment behind the address."""
        self.tab.wait_for_url(lambda url: fnmatch(urlsplit(url).path, to), timeout=60_000)

    def write(self, what: str, text: str) -> None:
        field = self.reach(what)
        self.tab.keyboard.press("Control+a")
        self.tab.keyboard.type(text)
        assert field.input_value() == text

    def pick(self, what: str, value: str) -> None:
        """Choose in a list by the arrows, as a person does who counts the lines."""
        field = self.reach(what)
        lines: list[str] = field.evaluate("list => Array.from(list.options, line => line.value)")
        steps = lines.index(value) - lines.index(field.input_value())
        for _step in range(abs(steps)):
            self.tab.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        assert field.input_value() == value

    def tick(self, what: str) -> None:
        """A box to tick or one choice among several."""
        box = self.reach(what)
        if not box.is_checked():
            self.tab.keyboard.press("Space")
        assert box.is_checked()

    def unfold(self, what: str) -> None:
        """Open the fold in which this lies, if it is closed."""
        fold = self.tab.locator(what).first.locator("xpath=ancestor::details[1]")
        if fold.get_attribute("open") is None:
            self.reach(fold.locator("summary").first)
            self.tab.keyboard.press("Enter")
        assert fold.get_attribute("open") is not None

    def attach(self, what: str, name: str, kind: str, content: bytes) -> None:
        """Choose a file where the keyboard leads; the window that then opens is the system's."""
        self.reach(what).set_input_files({"name": name, "mimeType": kind, "buffer": content})

    def take(self, what: str) -> bytes:
        """Take a file away by its link; what is in it."""
        self.reach(what)
        with self.tab.expect_download() as caught:
            self.tab.keyboard.press("Enter")
        download: Download = caught.value
        return Path(download.path()).read_bytes()

    def text(self, what: str = "main") -> str:
        return self.tab.locator(what).first.inner_text()


@contextmanager
def at_keyboard(
    site: Site, browser: Browser, language: str, width: int, shots: Path | None, role: str | None
) -> Iterator[Keys]:
    """A fresh window of a language and a width; signed in where a role is named."""
    size = {"width": width, "height": 800}
    root = site.url + ("/en" if language == "en" else "")
    with site.open(browser, role, viewport=size, accept_downloads=True) as window:
        yield Keys(window.new_page(), root, shots, f"{language}-{width}")
