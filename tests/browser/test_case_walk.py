"""A case by keyboard: opened, planned, reviewed, screened, closed by two people."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site, convive
from playwright.sync_api import Browser
from test_accounts import Walk
from test_referral_walk import written_down
from usable import LANGUAGES

pytestmark = pytest.mark.browser
EL_PORVENIR = "PE-INEI:130102"
CLOSED = {"es": "cerrado", "en": "closed"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_is_accompanied_from_opening_to_closing(
    language: str, browser: Browser, site: Site, shots: Path | None
) -> None:
    supervise = (
        "--role",
        "agency_officer",
        "--organisation",
        "mimp-cem",
        "--district",
        EL_PORVENIR,
    )
    convive(site.home, "member", "add", site.emails["agency_officer"], *supervise)
    with (
        site.open(browser, "case_worker") as here,
        site.open(browser, "agency_officer") as there,
    ):
        worker = Walk(site, here.new_page(), language, shots)
        supervisor = Walk(site, there.new_page(), language, shots)
        written_down(worker, EL_PORVENIR)
        worker.follow("/cases/of/")
        worker.look("case-new")
        worker.send()
        worker.look("case-refused")
        worker.tab.locator("[name=reason]").fill("Muestra: quiere volver a la escuela")
        worker.tab.locator("[name=needs][value=school]").check()
        worker.tab.locator("[name=supervisor]").select_option(index=0)
        worker.send()
        worker.tab.wait_for_url("**/cases/*/")
        case = worker.path
        worker.follow("/goal/")
        worker.look("case-goal")
        _fill(worker, words="Muestra: terminar la secundaria")
        worker.follow("/step/")
        worker.look("case-step")
        worker.tab.locator("[name=words]").fill("Muestra: ir a la UGEL")
        worker.tab.locator("[name=who][value=team]").check()
        worker.tab.locator("[name=due]").fill("2099-01-02")
        worker.tab.locator("[name=service]").select_option("school-return")
        worker.send()
        worker.follow("/note/")
        worker.look("case-note")
        _fill(worker, words="Muestra: conversamos en su casa")
        worker.follow("/screen/")
        worker.look("case-screen")
        worker.tab.locator("[name=a-good-friends][value=yes]").check()
        worker.tab.locator("[name=v-good-friends]").fill("Muestra: sus primos")
        worker.tab.locator("[name=tier][value=secondary]").check()
        worker.tab.locator("[name=why]").fill("Muestra: lo acordamos")
        worker.send()
        worker.look("case-screening")
        worker.to(case)
        worker.press("form[action$='/ask/'] button")
        worker.look("case")
        worker.follow("/team/")
        worker.look("case-team")

        supervisor.to("/workspace/")
        supervisor.follow(case.removeprefix("/en"))
        supervisor.follow("/review/")
        supervisor.look("case-review")
        supervisor.tab.locator("[name=verdict][value=agrees]").check()
        supervisor.send()
        worker.to(case)
        worker.follow("/close/")
        worker.look("case-close")
        worker.tab.locator("[name=reason][value=met]").check()
        worker.send()
        supervisor.to(case)
        supervisor.follow("/decide/")
        supervisor.look("case-decide")
        supervisor.tab.locator("[name=verdict][value=agrees]").check()
        supervisor.send()
        supervisor.look("case-closed")
        assert CLOSED[language] in supervisor.tab.locator(".work-head").inner_text()
        worker.to("/cases/?all=1")
        worker.look("cases")


def _fill(walk: Walk, **fields: str) -> None:
    for name, text in fields.items():
        walk.tab.locator(f"[name={name}]").fill(text)
    walk.send()
