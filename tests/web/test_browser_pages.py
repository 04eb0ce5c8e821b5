"""No page escapes the browser tests: tests/browser/pages.py against the addresses of the house."""

from __future__ import annotations

import runpy

from matrix import ROOT, names, reviewed

LISTED = runpy.run_path(str(ROOT / "tests" / "browser" / "pages.py"))
EXCUSED = set(LISTED["NOT_VISITED"])
# A refusal is no visit of the page that was asked for
VISITED = {page.view for page in LISTED["PAGES"] if page.status == 200}


def test_every_page_is_visited_in_a_browser_or_excused():
    missing = sorted(set(names()) - VISITED - EXCUSED)
    assert not missing, f"add to PAGES or NOT_VISITED of tests/browser/pages.py: {missing}"


def test_no_excuse_outlives_its_page_or_its_reason():
    assert EXCUSED - set(names()) == set()
    assert set() == EXCUSED & VISITED


def test_what_is_excused_as_closed_opens_for_nobody():
    closed = {name for name, why in LISTED["NOT_VISITED"].items() if "opens for nobody" in why}
    opened = {row.page for row, who in reviewed().items() if "200" in who.values()}
    assert closed
    assert not closed & opened
