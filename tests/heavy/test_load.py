"""The served demo under more readers than a programme has, and two who import at once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import numpy as np
import pytest
from browser.house import Site, built, convive, served

pytestmark = pytest.mark.heavy

SLOWEST = 20.0  # seconds for one page at the 95th percentile: a machine so slow is broken
ROWS = 100_000


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(built(tmp_path_factory), tmp_path_factory.mktemp("load") / "home") as running:
        yield running


def signed_in(site: Site, role: str) -> OpenerDirector:
    """A browser without eyes, signed in as a person is: password, then a code."""
    web = build_opener(HTTPCookieProcessor())
    login = "/en/accounts/login/"
    person = {"login": site.emails[role], "password": site.password}
    asked_for_code = send(web, site.url + login, site.url + login, **person)
    answer = send(web, asked_for_code, asked_for_code, code=site.code(role))
    assert answer.endswith("/workspace/"), answer
    return web


def send(web: OpenerDirector, page: str, to: str, **fields: str) -> str:
    """Fill in the form of a page; the address of the page that answers."""
    with web.open(page, timeout=60) as answer:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())
    assert found, page
    data = urlencode({**fields, "csrfmiddlewaretoken": found[1]}).encode()
    with web.open(to, data, timeout=60) as answer:
        return str(answer.url)


def seconds(act: Callable[[], str], times: int, threads: int, must_say: str) -> None:
    """Do this so often from so many threads: every page says what it must; tell how long."""

    def once(_number: int) -> float:
        began = time.monotonic()
        assert must_say in act()
        return time.monotonic() - began

    with ThreadPoolExecutor(threads) as pool:
        took = list(pool.map(once, range(times)))
    half, most = np.percentile(took, (50, 95))
    print(f"\n{times} pages from {threads} threads: p50 {half:.3f} s, p95 {most:.3f} s")
    assert most < SLOWEST


def reader(web: OpenerDirector, address: str) -> Callable[[], str]:
    def read() -> str:
        with web.open(address, timeout=60) as answer:  # any status of an error raises
            assert answer.url == address
            return str(answer.read().decode())

    return read


def test_the_front_page_holds_under_many_readers(site):
    seconds(reader(build_opener(), site.url + "/en/"), 400, 4, "</html>")


def test_the_page_of_a_place_holds_under_a_team_at_work(site):
    page = site.url + "/en/places/PE-INEI:130105/"
    seconds(reader(signed_in(site, "analyst"), page), 60, 4, "La Esperanza")


def test_one_file_imported_twice_at_once_is_one_batch(site, tmp_path):
    file = tmp_path / "counts.csv"
    lines = [f"{100_000 + i},2023,1,HURTO,{i % 5}" for i in range(ROWS)]
    file.write_text("\n".join(("UBIGEO_HECHO,AÑO,MES,MODALIDAD,CANTIDAD", *lines, "")))

    def send_in(_who: int) -> dict[str, object]:
        words = ("evidence", "import", str(file), "--source", "sidpol-counts")
        return convive(site.home, *words)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(send_in, range(2))
    assert one["batch"] == other["batch"]
    assert one["read"] == one["accepted"] == other["accepted"] == ROWS
    assert sorted((one["already_imported"], other["already_imported"])) == [False, True]
    assert convive(site.home, "journal", "verify")["whole"] is True
    assert len(list((site.home / "evidence").glob(f"{one['batch']}*"))) == 1
