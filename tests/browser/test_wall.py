"""The wall for survivors, walked on the running demo. Keys are made, handed over and rebuilt from
paper; an intake is sealed, read by another member, exported. And a sentence stays unknown to the
server: not in its files, its log, its backups or its memory."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from house import Site, convive, environment
from playwright.sync_api import Browser, Page, expect
from test_accounts import Walk

from convive.demo.wall import PASSPHRASE

pytestmark = pytest.mark.browser

SENTENCE = "la perla negra del pozo tercero canta a medianoche"
OTHER = "casos.dos@demo.convive.example"
WORDS = {"first": "cinco palabras que nadie junta", "other": "otras cinco palabras muy lejos"}
SET_UP = """
import django, sys; django.setup()
from django.conf import settings
from convive.demo.home import password, totp_secret
from convive.domain.programme import queries
from convive.domain.programme.actions_members import set_up_sign_in
home, email = settings.HOME, sys.argv[1]
set_up_sign_in(by=queries.SYSTEM, email=email, password=password(home),
               secret=totp_secret(home, email))
"""


def add_colleague(site: Site) -> None:
    """A second case worker of the same organisation, who can sign in."""
    words = ("--name", "Colega (muestra)", "--role", "case_worker", "--organisation", "mimp-cem")
    convive(site.home, "member", "add", OTHER, *words, "--district", "all")
    line = [sys.executable, "-c", SET_UP, OTHER]
    env = environment() | {"CONVIVE_HOME": str(site.home)}
    done = subprocess.run(line, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    site.emails["colleague"] = OTHER


def test_a_unit_keeps_reads_exports_and_recovers_and_the_server_never_knows(
    browser: Browser, site: Site, shots: Path | None, tmp_path: Path
) -> None:
    add_colleague(site)
    lang = "en"
    with (
        site.open(browser, "coordinator") as leads,
        site.open(browser, "case_worker") as window,
        site.open(browser, "colleague") as other_window,
    ):
        unit = unit_opened(Walk(site, leads.new_page(), lang, shots))
        first = Walk(site, window.new_page(), lang, shots)
        other = Walk(site, other_window.new_page(), lang, shots)
        keys = f"/protection/{unit}/keys/"

        # The first member makes her own key and that of the unit; its parts are on paper
        first.to(keys)
        first.look("wall-keys-none")
        make_own(first, keys, WORDS["first"])
        first.tab.locator("#make-unit").click()
        expect(first.tab.locator("#parts-box")).to_be_visible()
        first.look("wall-parts")
        parts = first.tab.locator("#parts-shown .secret").all_inner_texts()
        assert len(parts) == 3

        # A colleague makes hers, and is handed that of the unit after a telephone call
        other.to(keys)
        make_own(other, keys, WORDS["other"])
        print_of_own = other.tab.locator("main section p .mono").last.inner_text()
        first.to(keys)
        unlock(first.tab, WORDS["first"])
        first.look("wall-keys-hand")
        box = first.tab.locator("[data-hand]")
        first.tab.locator("[id^=sure-]").check()
        assert print_of_own in first.tab.locator("main").inner_text()
        box.click()
        expect(first.tab.locator("[data-said=hand]")).to_contain_text("Handed over")

        # The intake
        first.to(f"/protection/{unit}/intake/")
        record = taken_in(first)
        assert record

        # Another member reads it, and takes the file away
        other.to(f"/protection/{unit}/")
        assert SENTENCE not in other.tab.content()
        unlock(other.tab, WORDS["other"])
        other.tab.locator(f"[data-record='{record}']").click()
        expect(other.tab.locator("#answers")).to_contain_text(SENTENCE)
        other.look("wall-record")
        printed_for_the_cem(other, shots)
        row = exported(other.tab)
        assert row["incident_id"] == record and row["gbv_type"] == "physical_assault"
        assert row["perpetrator.relationship"] == "partner" and row["district"] == "El Porvenir"
        assert SENTENCE not in str(row)
        other.tab.locator("[data-lock]").first.click()
        assert SENTENCE not in other.tab.content()
        stored = "[localStorage.length, sessionStorage.length, document.cookie]"
        assert other.tab.evaluate(stored) == [0, 0, ""]

        # Her passphrase is lost: a new key of her own, and that of the unit from two parts
        other.to(keys)
        other.tab.locator("details:has(#make-own) summary").click()
        make_own(other, keys, "ahora recuerda esta frase larga")
        other.tab.locator("details:has(#rebuild) summary").click()
        other.tab.locator("#typed-parts").fill(f"{parts[0]}\n")
        other.tab.locator("#rebuild").click()
        expect(other.tab.locator("[data-said=rebuild]")).to_contain_text("it takes 2")
        other.tab.locator("#typed-parts").fill(f"{parts[2].upper()}\n{parts[0]}")
        other.tab.locator("#rebuild").click()
        expect(other.tab.locator("[data-said=rebuild]")).to_contain_text("Rebuilt")
        other.to(f"/protection/{unit}/")
        unlock(other.tab, "ahora recuerda esta frase larga")
        other.tab.locator(f"[data-record='{record}']").click()
        expect(other.tab.locator("#answers")).to_contain_text(SENTENCE)

        # A correction is a new version beside the old one
        other.tab.locator("#correct").click()
        other.tab.wait_for_url("**/correct/**")
        corrected(other, "ahora recuerda esta frase larga")

    assert nowhere_on_the_server(site, tmp_path, seen=record)


def test_the_sample_unit_opens_with_its_passphrase_and_locks_by_itself(
    browser: Browser, site: Site, shots: Path | None
) -> None:
    with site.open(browser, "case_worker") as window:
        walk = Walk(site, window.new_page(), "es", shots)
        tab = walk.tab
        tab.clock.install()
        walk.to("/protection/")
        walk.look("wall-own-units")
        tab.get_by_role("link", name="Unidad de muestra").first.click()
        tab.wait_for_url("**/protection/*/")
        unit = walk.path
        unlock(tab, PASSPHRASE, "no es tu frase")
        assert tab.locator("[data-record]").count() == 12
        tab.locator("[data-record]").first.click()
        expect(tab.locator("#answers")).to_contain_text("este relato es inventado")
        walk.look("wall-sample")
        tab.clock.pause_at(tab.evaluate("Date.now()") / 1000 + 1)  # however long looking took
        tab.keyboard.press("Shift")
        tab.clock.fast_forward("04:50")
        assert tab.locator("#record").is_visible()
        tab.clock.fast_forward("00:20")
        expect(tab.locator("#record")).to_be_hidden()
        expect(tab.locator("#unlock")).to_be_visible()
        tab.clock.resume()
        assert "este relato es inventado" not in tab.content()
        assert tab.evaluate("state.keys === null && shown.answers === null")
        walk.to(unit + "keys/")
        unlock(tab, PASSPHRASE, "no es tu frase")
        tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        walk.look("wall-sample-keys")
        walk.to(unit + "intake/")
        tab.locator("[data-who][value=survivor]").check()
        for each in tab.locator("#limits input").all():
            each.check()
        walk.look("wall-sample-limits")
        tab.locator("#limits-said").click()
        walk.look("wall-sample-form")


def unit_opened(walk: Walk) -> str:
    walk.to("/protection/")
    walk.look("wall-units")
    walk.to("/protection/new/")
    walk.look("wall-new")
    walk.tab.locator("[name=name]").fill("Equipo del segundo piso")
    walk.tab.locator("[name=organisation]").select_option("mimp-cem")
    walk.send()
    walk.look("wall-members")
    unit = walk.path.split("/")[2]
    for name in ("Atención de casos en El Porvenir (muestra)", "Colega (muestra)"):
        walk.tab.locator("[name=account]").select_option(label=name)
        walk.send()
    assert walk.tab.locator("[name=remove]").count() == 2
    answer = walk.tab.goto(f"{walk.root}/protection/{unit}/")
    assert answer is not None and answer.status == 403  # leading the programme opens no record
    return unit


def make_own(walk: Walk, page: str, words: str) -> None:
    tab = walk.tab
    tab.locator("#own-first").fill("corta")
    tab.locator("#own-again").fill("corta")
    tab.locator("#make-own").click()
    expect(tab.locator("[data-said=own]")).to_contain_text("Too short")
    tab.locator("#own-first").fill(words)
    tab.locator("#own-again").fill(words)
    with tab.expect_navigation():
        tab.locator("#make-own").click()
    expect(tab.locator("#own-first")).to_be_attached()


def unlock(tab: Page, words: str, wrong: str = "not your passphrase") -> None:
    tab.locator("#passphrase").fill("no es esta frase larga")
    tab.locator("#unlock-it").click()
    expect(tab.locator("[data-said=unlock]")).to_contain_text(wrong)
    tab.locator("#passphrase").fill(words)
    tab.locator("#passphrase").press("Enter")
    expect(tab.locator("[data-open]").first).to_be_visible()


def answer(tab: Page, key: str, value: str) -> None:
    field = tab.locator(f"[data-key='{key}']")
    if field.evaluate("one => one.tagName") == "DIV":
        field.locator(f"input[value='{value}']").check()
    elif field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def taken_in(walk: Walk) -> str:
    tab = walk.tab
    walk.look("wall-who")
    tab.locator("[data-who][value=third]").check()
    expect(tab.locator("#third")).to_be_visible()
    walk.look("wall-third")
    assert tab.locator("#form").is_hidden()
    tab.locator("[data-who][value=survivor]").check()
    expect(tab.locator("#third")).to_be_hidden()
    tab.locator("#limits-said").click()
    expect(tab.locator("[data-said=limits]")).to_contain_text("Say each point")
    for each in tab.locator("#limits input").all():
        each.check()
    walk.look("wall-limits")
    tab.locator("#limits-said").click()
    expect(tab.locator("#form")).to_be_visible()
    tab.locator("#district").select_option("PE-INEI:130102")
    for key, value in (
        ("date_of_interview", "2024-05-07"),
        ("age_group", "12-17"),
        ("sex", "F"),
        ("date_of_incident", "2024-05-08"),
        ("gbv_type", "physical_assault"),
        ("law_kinds", "physical"),
        ("narrative", SENTENCE),
        ("perpetrator_relationship", "partner"),
        ("risk_level", "severe"),
        ("imminent_danger", "no"),
        ("report_made", "not_due"),
        ("consent", "yes"),
        ("consent_reporting", "yes"),
        ("consent_contact", "no"),
        ("cem_referral", "yes"),
        ("cem_note", "Prefiere las mañanas"),
    ):
        answer(tab, key, value)
    tab.locator("#keep").click()
    expect(tab.locator("#faults")).to_be_visible()
    wrong = tab.locator("#faults li").all_inner_texts()
    assert len(wrong) == 4, wrong  # before the interview; a minor: reported, to whom, when
    walk.look("wall-faults")
    for key, value in (
        ("date_of_incident", "2024-05-06"),
        ("report_made", "made"),
        ("report_to", "prosecutor"),
        ("report_on", "2024-05-07"),
    ):
        answer(tab, key, value)
    with tab.expect_request("**/keep/") as sent:
        tab.locator("#keep").click()
    assert SENTENCE not in (sent.value.post_data or "")
    expect(tab.locator("#kept")).to_be_visible()
    walk.look("wall-kept")
    assert SENTENCE not in tab.content()
    return tab.locator("#kept-code").inner_text()


def printed_for_the_cem(walk: Walk, shots: Path | None) -> None:
    """The sheet holds what was written for it, and on paper there is nothing else."""
    tab = walk.tab
    tab.locator("#sheet").click()
    expect(tab.locator("#paper")).to_contain_text("Prefiere las mañanas")
    tab.emulate_media(media="print")
    assert tab.locator("#answers").is_hidden() and tab.locator("table").is_hidden()
    assert SENTENCE not in tab.locator("body").inner_text()
    if shots:
        tab.screenshot(path=shots / "wall-sheet.png", full_page=True)
    tab.emulate_media(media="screen")


def exported(tab: Page) -> dict[str, str]:
    tab.locator("#export-first").fill("2024-05")
    tab.locator("#export-last").fill("2024-05")
    tab.locator("#export").click()
    with tab.expect_download() as taken:
        tab.locator("#file a").click()
    content = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == 1
    return rows[0]


def corrected(walk: Walk, words: str) -> None:
    tab = walk.tab
    unlock(tab, words)
    tab.locator("#show-it").click()
    expect(tab.locator("#form")).to_be_visible()
    assert tab.locator("[data-key=narrative]").input_value() == SENTENCE
    walk.look("wall-correct")
    answer(tab, "narrative", f"{SENTENCE}, corregido")
    tab.locator("#keep").click()
    expect(tab.locator("#kept")).to_be_visible()


def nowhere_on_the_server(site: Site, folder: Path, seen: str) -> bool:
    """The sentence is in no file of the home, no log, no backup, and no memory of the server.

    seen : what the server did see, so that the search of files is known to find.
    """
    needles = forms_of(SENTENCE)
    backup = folder / "backup"
    backup.mkdir()
    convive(site.home, "backup", "key", "--out", str(folder / "key"))
    convive(site.home, "backup", "--to", str(backup), "--recipient", str(folder / "key.pub"))
    files = [*site.home.rglob("*"), *backup.rglob("*"), site.home.with_name("server.log")]
    assert any(path.name == "convive.sqlite3" for path in files)
    found = False
    for path in filter(Path.is_file, files):
        with suppress(FileNotFoundError):  # what is gone by now is nowhere
            content = path.read_bytes()
            assert not any(needle in content for needle in needles), path
            found |= seen.encode() in content
    assert found, "the files were not searched"
    size = 0
    for process in family(site.server.pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            for piece in memory(process):
                size += len(piece)
                assert not any(needle in piece for needle in needles), f"memory of {process}"
    assert size > 10_000_000, "the memory of the server was not read"
    return True


def forms_of(text: str) -> list[bytes]:
    """As it may stand in memory: of one byte a letter, of two, of four."""
    return [text.encode(kind) for kind in ("utf-8", "utf-16-le", "utf-32-le")]


def family(process: int) -> list[int]:
    """A process and all that it started."""
    found = [process]
    for parent in found:
        with suppress(FileNotFoundError, ProcessLookupError):  # of a job that is done by now
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def memory(process: int) -> Iterator[bytes]:
    """What a process can read of its own memory, piece by piece."""
    with open(f"/proc/{process}/mem", "rb", 0) as file:  # noqa: PTH123
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if found is None or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(each, 16) for each in found.groups())
            if "w" not in line.split()[1] and ".so" in line:
                continue
            try:
                file.seek(start)
                yield file.read(min(end - start, 1 << 30))
            except (OSError, OverflowError):
                continue


def test_the_search_of_memory_finds_what_is_there() -> None:
    """Else the test above could not fail."""
    there = bytearray(b"esto si esta en la memoria del ") + str(os.getpid()).encode()
    assert any(bytes(there) in piece for piece in memory(os.getpid()))
