"""A course by keyboard: opened, people written down and enrolled, who came, who left, the sheet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from filled import photographed, printed, ticked
from house import Site
from playwright.sync_api import Browser
from test_accounts import Walk
from usable import LANGUAGES

pytestmark = pytest.mark.browser

PEOPLE = (("Yomira", "Quispe"), ("Rosa", "Flores"), ("Nélida", "Huamán"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_course_from_its_opening_to_its_end(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "municipal_officer") as window:
        walk = Walk(site, window.new_page(), language, shots)
        for given, paternal in PEOPLE:
            write_down(walk, given, f"{paternal} {language}")
        walk.to("/activities/")
        walk.follow("/activities/new/")
        walk.send()  # nothing is filled in
        walk.look("activity-refused")
        walk.is_told_why_not()
        open_activity(walk)
        walk.look("activity-sessions")
        for number in range(7):
            walk.tab.locator(f"[name=weekdays][value='{number}']").press("Space")
        walk.tab.locator("[name=hour]").fill("16:00")
        walk.send()
        home = walk.path
        for given, paternal in PEOPLE:
            enrol(walk, home, f"{given} {paternal}")
        walk.to(home)
        walk.look("activity")
        assert walk.tab.locator("a[href*='/enrolments/']").count() == len(PEOPLE)

        take_attendance(walk)
        read_sheet(walk, site, home)
        walk.to(home)
        walk.tab.locator("a[href*='/enrolments/']").first.press("Enter")
        walk.tab.wait_for_url("**/leave/")
        walk.look("activity-leave")
        walk.tab.locator("[name=reason][value=work]").press("Space")
        walk.send()
        walk.look("activity-left")
        walk.follow("/team/")
        walk.look("activity-team")
        walk.to(home)
        walk.follow("/sheet/")
        walk.look("activity-sheet")
        assert walk.tab.locator(".to-sign tbody tr").count() == 2  # who waited has the place
        walk.to("/workspace/")
        assert walk.tab.locator(f"main a[href*='{home}sessions/']").count() > 0


def write_down(walk: Walk, given: str, paternal: str) -> None:
    walk.to("/people/new/")
    for name, text in (("given", given), ("paternal", paternal), ("born", "1999-07-30")):
        walk.tab.locator(f"[name={name}]").fill(text)
    walk.tab.locator("[name=purposes][value=services]").press("Space")
    walk.send()


def open_activity(walk: Walk) -> None:
    day = today()
    texts = {
        "title_es": "Panadería",
        "title_en": "Bakery",
        "first_day": (day - timedelta(days=3)).isoformat(),
        "last_day": (day + timedelta(days=3)).isoformat(),
        "places": "2",
    }
    for name, text in texts.items():
        walk.tab.locator(f"[name={name}]").fill(text)
    walk.tab.locator("[name=service]").select_option("vocational-training")
    walk.send()


def enrol(walk: Walk, home: str, name: str) -> None:
    """By a name, since the first day."""
    walk.to(home)
    walk.follow("/enrol/")
    walk.tab.locator("[name=text]").fill(name)
    walk.send()
    walk.look("activity-enrol")
    assert name.split()[0] not in walk.tab.url
    row = walk.tab.locator("li", has=walk.tab.locator("[name=person]")).first
    row.locator("[name=on]").fill((today() - timedelta(days=3)).isoformat())
    walk.press(row.locator("button"))


def take_attendance(walk: Walk) -> None:
    """Of the first session, without any script."""
    walk.tab.locator("main a[href*='/sessions/']:not([href$='/sessions/'])").first.press("Enter")
    walk.tab.wait_for_url("**/sessions/*/")
    walk.look("activity-attendance")
    assert walk.tab.locator("input[type=radio]:checked").count() == 0
    for target in walk.tab.locator(".roll .opt").all():
        box = target.bounding_box()
        assert box is not None and box["height"] >= 44, "a thumb finds it"
    walk.tab.locator("input[type=radio][value=absent]").first.press("Space")
    walk.press("button[name=rest]")
    assert walk.tab.locator("main a[href*='/enrolments/']").count() > 0


def read_sheet(walk: Walk, site: Site, home: str) -> None:
    """Of the second session: printed, ticked by hand, photographed, read, looked at and saved."""
    walk.to(home)
    walk.tab.locator("main a[href*='/sessions/']:not([href$='/sessions/'])").nth(1).press("Enter")
    walk.tab.wait_for_url("**/sessions/*/")
    paper = walk.tab.locator("a[href$='sheet.pdf']").get_attribute("href")
    answer = walk.tab.request.get(f"{site.url}{paper}")
    assert answer.ok and answer.body().startswith(b"%PDF")
    number = int(walk.path.strip("/").rsplit("/", 1)[-1])
    walk.follow("/scan/")
    for content, name in ((b"no picture", "refused"), (photograph(site, number), "proposal")):
        walk.tab.locator("[name=photos]").set_input_files(
            {"name": "hoja.jpg", "mimeType": "image/jpeg", "buffer": content}
        )
        walk.send()
        walk.look(f"sheet-{name}")
    assert walk.tab.locator("input[type=radio][value=present]:checked").count() == 1
    walk.send()
    assert walk.path == home


def photograph(site: Site, number: int) -> bytes:
    """The sheet of a session as the house prints it, its first row ticked, by a telephone."""
    code = (
        "import django, json, sys; django.setup();"
        "from convive.domain.services import queries, sheets;"
        "from convive.doors.workspace.jobs import WORKER;"
        "json.dump(sheets.document(queries.session_to_read(WORKER, int(sys.argv[1]))), sys.stdout)"
    )
    made = subprocess.run(
        [sys.executable, "-c", code, str(number)],
        env={
            **os.environ,
            "CONVIVE_HOME": str(site.home),
            "DJANGO_SETTINGS_MODULE": "convive.settings",
        },
        capture_output=True,
        check=True,
    )
    rng = np.random.default_rng(8)
    (page,) = printed(json.loads(made.stdout))
    return photographed(ticked(page, ["present"], rng), rng, turn=3, noise=5, blur=0.6, skew=0.01)


def today() -> date:
    """As the demo has it."""
    return datetime.now(ZoneInfo("America/Lima")).date()
