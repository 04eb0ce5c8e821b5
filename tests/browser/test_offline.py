"""Without a line: the server stopped, the browser killed, back; nothing lost, nothing doubled."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from phones import Phone, all_is_sent, bar, is_on_the_disk, keep, rows
from playwright.sync_api import Route, expect
from test_accounts import Walk
from test_course import enrol, open_activity, write_down
from usable import LANGUAGES, drawn

pytestmark = pytest.mark.browser

NAMES = {"Zoila": "Chavarri", "Fortunata": "Ulloque"}
ANOTHER = {"es": "No: es otra persona", "en": "No: this is another person"}
OTHERS = {"Pascuala": "Ibáñez", "Hermelinda": "Oyarce"}
# As on an old telephone: what is sealed takes long to open
SLOW = """
    const opened = SubtleCrypto.prototype.decrypt;
    SubtleCrypto.prototype.decrypt = async function (...given) {
        await new Promise((done) => setTimeout(done, 300));
        return opened.apply(this, given);
    };
"""


def course(walk: Walk, language: str, names: dict[str, str]) -> str:
    """A course with these people, and the address of its first session."""
    for given, paternal in names.items():
        write_down(walk, given, f"{paternal} {language}")
    walk.to("/activities/")
    walk.follow("/activities/new/")
    open_activity(walk)
    for number in range(7):
        walk.tab.locator(f"[name=weekdays][value='{number}']").press("Space")
    walk.tab.locator("[name=hour]").fill("16:00")
    walk.send()
    home = walk.path
    for given, paternal in names.items():
        enrol(walk, home, f"{given} {paternal}")
    walk.to(home)
    walk.tab.locator("main a[href*='/sessions/']:not([href$='/sessions/'])").first.click()
    walk.tab.wait_for_url("**/sessions/*/")
    return walk.path


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_came_and_somebody_new_without_a_line(
    language: str, site: Site, phone: Phone, shots: Path | None
) -> None:
    tab = phone.on()
    phone.sign_in()
    walk = Walk(site, tab, language, shots)
    session = course(walk, language, NAMES)
    expect(tab.locator("[data-keep-on]")).to_be_visible()
    walk.look("offline-offer")
    keep(tab)
    walk.look("offline-kept")
    home = session.partition("sessions/")[0]
    walk.to(home + "enrol/new/")
    keep(tab)

    site.server.stop()
    tab.goto(walk.root + session)
    expect(tab.locator(".roll")).to_contain_text("Zoila")
    walk.look("offline-roll")
    tab.locator("input[type=radio][value=present]").first.check()
    tab.locator("input[type=radio][value=absent]").last.check()
    is_on_the_disk(tab)
    phone.kill()

    tab = phone.on()
    walk.tab = tab
    tab.goto(walk.root + session)
    expect(tab.locator("input[type=radio]:checked")).to_have_count(2)
    tab.locator("main .roll button[type=submit]").first.click()
    expect(bar(tab)).to_contain_text("2")
    walk.look("offline-written")
    tab.goto(walk.root + home + "enrol/new/")
    tab.locator("[name=given]").fill("Melchora")
    tab.locator("[name=paternal]").fill("Benavente")
    tab.locator("[name=born]").fill({"es": "2001-02-03", "en": "1980-11-12"}[language])
    tab.locator("[name=purposes][value=services]").check()
    tab.locator("main form button[type=submit]").click()
    expect(bar(tab)).to_contain_text("3")
    walk.look("offline-newcomer")
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-list=waiting] > li")).to_have_count(3)
    walk.look("offline-waits")
    phone.kill()
    disk = phone.on_the_disk()
    for name in (*NAMES, *NAMES.values(), "Melchora", "Benavente"):
        for coded in (name.encode(), name.encode("utf-16-le")):
            assert coded not in disk, f"{name} lies on the disk in clear"

    site.server.start()
    before = rows(site, "SELECT count(*) FROM services_enrolment")[0][0]
    tab = phone.on()
    walk.tab = tab
    tab.context.clear_cookies()  # the session is over
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-phone-enter]")).to_be_visible()
    expect(tab.locator("[data-list=waiting] > li")).to_have_count(3)
    walk.look("offline-sign-in")
    phone.sign_in()
    tab.add_init_script(SLOW)  # it is sent before the page has looked what waits
    tab.goto(walk.root + "/phone/")
    all_is_sent(tab)
    walk.look("offline-sent")
    number = int(session.rstrip("/").rpartition("/")[2])
    came = rows(site, "SELECT state FROM services_attendance WHERE session_id = ?", number)
    assert sorted(came) == [("absent",), ("present",)]
    assert rows(site, "SELECT count(*) FROM services_enrolment")[0][0] == before + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_phones_about_one_person_and_signing_out(
    language: str, site: Site, phones: tuple[Phone, Phone], shots: Path | None
) -> None:
    mine, theirs = phones
    tab, other = mine.on(), theirs.on()
    mine.sign_in()
    theirs.sign_in()
    walk = Walk(site, tab, language, shots)
    session = course(walk, language, OTHERS)
    number = int(session.rstrip("/").rpartition("/")[2])
    keep(tab)
    other.goto(walk.root + session)
    keep(other)
    home = session.partition("sessions/")[0]
    walk.to(home + "enrol/new/")
    keep(tab)

    site.server.stop()
    for where, value in ((tab, "present"), (other, "absent")):  # the later word is the other's
        where.goto(walk.root + session)
        where.locator(f"input[type=radio][value={value}]").first.check()
        where.locator(".roll button[type=submit]").first.click()
        expect(bar(where)).to_contain_text("1")
    tab.goto(walk.root + home + "enrol/new/")
    for name, text in (("given", "Pascuala"), ("paternal", f"Ibáñez {language}")):
        tab.locator(f"[name={name}]").fill(text)
    tab.locator("[name=born]").fill("1999-07-30")  # as somebody of the course
    tab.locator("[name=purposes][value=services]").check()
    tab.locator("main form button[type=submit]").click()
    expect(bar(tab)).to_contain_text("2")
    tab.goto("about:blank")  # an open page sends once a minute, and this one is to come later

    # The server keeps it, and the answer is lost on its way back: sent again, it is kept once
    answers = "**/phone/send/"
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    other.route(answers, lose)
    site.server.start()
    other.goto(walk.root + "/phone/")
    expect(other.locator("[data-list=waiting] > li")).to_have_count(1)
    expect(other.locator("[data-phone-now]")).to_be_visible()
    assert "kept" in lost[0]
    other.unroute(answers)
    with (
        other.expect_response(answers) as _first,
        other.expect_response(lambda said: said.request.method == "POST") as again,
    ):
        other.locator("[data-phone-now]").click()
    assert again.value.json()["answers"][0]["answer"] == "already"
    all_is_sent(other)

    # The earlier word comes later: the other holds, and whoever wrote it is told
    tab.goto(walk.root + "/phone/")
    expect(tab.locator("[data-list=waiting] .warn")).to_have_count(2)
    came = "SELECT state FROM services_attendance WHERE session_id = ?"
    assert rows(site, came, number) == [("absent",)]
    walk.look("offline-conflicts")
    before = rows(site, "SELECT count(*) FROM services_enrolment")[0][0]
    tab.locator("[data-list=waiting] > li").last.get_by_text(ANOTHER[language]).click()
    expect(tab.locator("[data-list=waiting] > li")).to_have_count(1)
    assert rows(site, "SELECT count(*) FROM services_enrolment")[0][0] == before + 1

    # Signing out says what is not settled, and leaves nothing
    walk.to("/accounts/logout/")
    expect(tab.locator("[data-phone-loses]")).to_be_visible()
    walk.look("offline-signing-out")
    with tab.expect_navigation():
        tab.locator("form[data-phone-leave] button").click()
    tab.goto(walk.root + "/phone/")
    drawn(tab)
    expect(tab.locator("[data-when='mine none']")).to_be_visible()
    walk.look("offline-empty")
    left = """async () => [
        localStorage.length,
        (await indexedDB.databases()).length,
        (await caches.keys()).length,
        (await navigator.serviceWorker.getRegistrations()).length,
    ]"""
    assert tab.evaluate(left) == [0, 0, 0, 0]
