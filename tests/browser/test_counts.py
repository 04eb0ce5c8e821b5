"""A whole count by keyboard: three agencies, a key made offline, three coded lists, one answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from coded import people, write_list
from house import Site, convive
from playwright.sync_api import Browser, Request
from test_accounts import Walk
from usable import LANGUAGES, RULES, faults

from convive.domain.reach.coded import keys

pytestmark = pytest.mark.browser
# Whose lists, and the account of the demo that sends each
AGENCIES = {
    "unfpa": ("agency_officer", range(400)),
    "md-la-esperanza": ("municipal_officer", range(200, 600)),
    "unodc": ("analyst", range(300, 700)),
}


@dataclass
class Posted:
    """Everything that browsers sent to the house."""

    bodies: list[bytes] = field(default_factory=list)

    def note(self, request: Request) -> None:
        if request.method != "GET":
            self.bodies.append(request.post_data_buffer or b"")


@pytest.fixture(scope="module")
def third_agency(site: Site) -> None:
    """The analyst of the demo works for a third agency too."""
    role = ("--role", "agency_officer", "--organisation", "unodc", "--district", "all")
    convive(site.home, "member", "add", site.emails["analyst"], "--name", "Observatorio", *role)


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_agencies_count_their_people_once(
    language: str,
    browser: Browser,
    site: Site,
    third_agency: None,
    shots: Path | None,
    tmp_path: Path,
) -> None:
    posted = Posted()

    def as_role(role: str, act: Callable[[Walk], None]) -> None:
        with site.open(browser, role, accept_downloads=True) as window:
            window.on("request", posted.note)
            walk = Walk(site, window.new_page(), language, shots)
            act(walk)

    run = {}

    def open_count(walk: Walk) -> None:
        walk.to("/counts/")
        walk.look("counts")
        walk.follow("/counts/new/")
        walk.send()  # nothing is filled in
        walk.is_told_why_not()
        walk.tab.locator("[name=first]").fill("2016")
        walk.tab.locator("[name=last]").fill("2016")
        for agency in AGENCIES:
            walk.tab.locator(f"[name=organisations][value={agency}]").press("Space")
        walk.tab.locator("[name=is_sample]").press("Space")
        walk.tab.locator("[name=everybody]").select_option("people-reached")
        walk.look("count-new")
        walk.send()
        walk.look("count-opened")
        run["path"] = re.sub(r"^/en", "", walk.path)

    as_role("coordinator", open_count)

    def take_encoder(walk: Walk) -> None:
        walk.to("/workspace/")
        walk.follow(run["path"])
        walk.follow("/lists/unfpa/key/")
        walk.look("count-key")
        with walk.tab.expect_download() as taken:
            walk.tab.locator("main a[download]").first.press("Enter")
        taken.value.save_as(tmp_path / "encoder.html")

    as_role("agency_officer", take_encoder)
    name = make_key(browser, tmp_path)

    def name_key(walk: Walk) -> None:
        walk.to(run["path"] + "lists/unfpa/key/")
        field = walk.tab.locator("[name=key_id]")
        field.fill((tmp_path / "1.key").read_text().split('"secret": "')[1][:64])
        before = len(posted.bodies)
        walk.tab.locator("main form button.btn").last.press("Enter")
        assert field.evaluate("one => one.matches(':focus:invalid')"), "it is no name"
        field.fill(name)
        walk.send()
        assert len(posted.bodies) == before + 1, "the browser sends nothing that is no name"
        assert walk.path.endswith(run["path"])

    as_role("agency_officer", name_key)
    for agency, (role, numbers) in AGENCIES.items():
        coded = code_list(browser, tmp_path, agency, numbers)

        def send(walk: Walk, agency: str = agency, coded: Path = coded) -> None:
            walk.to(run["path"])
            walk.follow(f"/lists/{agency}/")
            if agency == "unfpa":
                walk.look("count-send")
                walk.send()  # nothing is chosen
                walk.is_told_why_not()
            walk.tab.locator("[name=file]").set_input_files(coded)
            walk.send()
            walk.look(f"count-sent-{agency}")

        as_role(role, send)

    def start(walk: Walk) -> None:
        walk.to("/workspace/")
        walk.follow(run["path"])
        walk.look("count-ready")
        walk.press("form[action$='/start/'] button")
        walk.tab.locator("#answer").wait_for(timeout=120_000)  # comes by itself
        walk.look("count-answer")
        said = walk.tab.locator("h1 + .lead").inner_text()
        estimate, lower, upper = (int(n) for n in re.findall(r"\d+", said)[:3])
        assert lower <= 700 <= upper and 0.97 < estimate / 700 < 1.03, said
        walk.tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        walk.look("count-answer-open")
        assert faults(walk.tab, "tag", RULES) == ""
        with walk.tab.expect_download() as taken:
            walk.tab.locator("main a[download]").first.press("Enter")
        text = taken.value.path().read_text(encoding="utf-8-sig")
        assert ("muestra" if language == "es" else "sample") in text.lower()
        walk.press("form[action$='/pdf'] button")
        walk.tab.locator("a[href$='/file']").wait_for(timeout=120_000)

    as_role("coordinator", start)
    assert list((site.home / "lists").iterdir()) == []

    def say_deleted(walk: Walk) -> None:
        walk.to("/workspace/")
        walk.follow(run["path"])
        walk.press("form[action$='/key-deleted/'] button")
        assert walk.tab.locator("form[action$='/key-deleted/']").count() == 0
        walk.look("count-key-deleted")

    as_role("agency_officer", say_deleted)
    nobody_sent_the_key(posted, tmp_path)


def make_key(browser: Browser, folder: Path) -> str:
    """The agencies, around one computer without a network: each takes its part."""
    with browser.new_context(accept_downloads=True, locale="en") as window:
        window.set_offline(True)
        tab = window.new_page()
        tab.goto((folder / "encoder.html").as_uri())
        tab.locator("#make summary").press("Enter")
        tab.locator("#make-it").press("Enter")
        for part in (1, 2, 3):
            with tab.expect_download() as taken:
                tab.locator(f"a[download$='-{part}.key']").press("Enter")
            taken.value.save_as(folder / f"{part}.key")
        name = tab.locator("#made-name").inner_text()
        tab.get_by_role("button", name="Forget the key").press("Enter")
        return name


def code_list(browser: Browser, folder: Path, agency: str, numbers: range) -> Path:
    """An officer's own computer, without a network: the list is coded, names stay here."""
    path = write_list(folder / f"{agency}.csv", people(numbers))
    coded = folder / f"{agency}.tokens"
    with browser.new_context(accept_downloads=True, locale="en") as window:
        window.set_offline(True)
        tab = window.new_page()
        tab.goto((folder / "encoder.html").as_uri())
        tab.locator("#key").set_input_files([folder / "1.key", folder / "3.key"])
        tab.locator("#key-told:not(:empty)").wait_for()
        tab.locator("#list").set_input_files(path)
        tab.locator("#fields select").first.wait_for()
        tab.locator("#agency").fill(agency)
        tab.locator("#practice").press("Space")
        tab.locator("#go").press("Enter")
        with tab.expect_download() as taken:
            tab.locator("#done a[download$='.tokens']").press("Enter")
        taken.value.save_as(coded)
    return coded


def nobody_sent_the_key(posted: Posted, folder: Path) -> None:
    """Nothing that any browser sent holds the key, a part of it, or a name of a person."""
    parts = [keys.read([folder / "1.key", folder / "2.key"])]
    parts += [keys._read(folder / f"{part}.key") for part in (1, 2, 3)]
    sent = b"\n".join(posted.bodies)
    assert parts[0].name.encode() in sent
    for part in parts:
        assert part.secret.hex().encode() not in sent and part.secret not in sent
    assert b"QUISPE" not in sent and b"40000097" not in sent
