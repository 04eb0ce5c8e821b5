"""A new municipal officer, from the invitation to the mended series, with the keyboard alone.

System staff invite them on a page and hand over the link. They set a password and a second factor,
bring in a workbook of 300 rows with 12 faults, mend what was sent back, and see the series of their
district change on its page and in the files that they take away.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cast import LA_ESPERANZA
from desk_files import FAULTS, HEADER, KINDS, MENDED, ROWS, as_csv, as_xlsx, complaints
from house import Site, code_that_lasts
from keys import Keys, at_keyboard
from playwright.sync_api import Browser, expect
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.browser
MUNICIPALITY = "md-la-esperanza"
SEND = "main form:has([name=csrfmiddlewaretoken]) button.btn:not(.quiet, .slim)"
KIND_OF = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
SERIES_TABLE = "figure:has(a[href*='/months.csv']) table"
# What each column is, as the officer chooses it from the list beside it
ROLES = dict.fromkeys(HEADER, "ignore") | {
    "N° DENUNCIA": "id",
    "FECHA DEL HECHO": "date",
    "HORA": "time",
    "UBIGEO": "place",
    "MODALIDAD": "category",
}


@pytest.mark.parametrize(
    ("language", "width"),
    [
        ("es", 360),
        pytest.param("en", 1280, marks=pytest.mark.heavy),
        pytest.param("es", 1280, marks=pytest.mark.heavy),
        pytest.param("en", 360, marks=pytest.mark.heavy),
    ],
)
def test_a_new_officer_brings_in_a_workbook_mends_it_and_sees_the_series_change(
    language: str, width: int, browser: Browser, site: Site, shots: Path | None
) -> None:
    email = f"officer.{language}.{width}@demo.convive.example"
    with at_keyboard(site, browser, language, width, shots, "system_staff") as staff:
        link = invited(staff, email)
    with at_keyboard(site, browser, language, width, shots, None) as officer:
        sign_in_first(officer, link, email, site.password)
        name = f"Denuncias del año ({language}, {width})"
        begin(officer, name)
        map_columns(officer)
        class_offences(officer)
        bring_in(officer, "send", "receipt", ROWS - len(FAULTS))
        receipt = urlsplit(officer.tab.url).path
        before = series(officer, name, "before")
        officer.go("nav a[href$='/evidence/']")
        officer.go(f"main table a[href$='{receipt}']")
        mend(officer)
        bring_in(officer, "send-mended", "receipt-mended", len(FAULTS))
        after = series(officer, name, "after")
        assert sum(before.values()) == ROWS - len(FAULTS)
        assert sum(after.values()) == ROWS
        assert after == months(complaints(MENDED))


def invited(staff: Keys, email: str) -> str:
    """Make the account of an officer of the municipality; the link that is shown once."""
    staff.tab.goto(staff.root + "/workspace/")
    staff.go("nav a[href$='/members/']")
    staff.go("main a[href$='/members/invite/']")
    staff.look("invite")
    staff.write("[name=name]", "Muñoz Agüero (muestra)")
    staff.write("[name=email]", email)
    staff.pick("[name=role]", "municipal_officer")
    staff.pick("[name=organisation]", MUNICIPALITY)
    staff.tick(f"[name=districts][value='{LA_ESPERANZA}']")
    staff.go(SEND)
    staff.look("invited")
    return staff.text("main .notice .mono")


def sign_in_first(officer: Keys, link: str, email: str, password: str) -> None:
    """Set a password, sign in with it, set up the second factor, and stand in the workspace."""
    officer.tab.goto(link)
    officer.look("password")
    officer.write("[name=password1]", password)
    officer.write("[name=password2]", password)
    officer.go(SEND, "*/key/done/")
    officer.look("password-set")
    officer.go("main a[href*='/accounts/login/']")
    officer.look("sign-in")
    officer.write("[name=login]", email)
    officer.write("[name=password]", password)
    officer.go(SEND, "*/2fa/**")
    officer.look("second-factor")
    officer.write("[name=code]", code_that_lasts(officer.text("main .secret")))
    officer.go(SEND, "*/recovery-codes/")
    officer.look("recovery-codes")
    assert len(officer.take("main a[href*='recovery-codes/download']").split()) >= 10
    officer.go("main a[href$='/workspace/']")
    officer.look("workspace")


def begin(officer: Keys, name: str) -> None:
    """Bring in a workbook of a series that nobody has described yet."""
    officer.go("nav a[href$='/evidence/']")
    officer.look("evidence")
    officer.go("main a[href$='/evidence/uploads/new/']")
    officer.go(SEND)
    expect(officer.tab.get_by_role("alert")).to_be_focused()
    officer.look("file-refused")
    officer.pick("[name=source]", "-new-")
    officer.unfold("[name=name_es]")
    officer.write("[name=name_es]", name)
    officer.attach("[name=file]", "denuncias.xlsx", KIND_OF["xlsx"], as_xlsx(complaints(FAULTS)))
    officer.look("file")
    officer.go(SEND, "*/reading/")


def map_columns(officer: Keys) -> None:
    """Say which column is what, see what would come in, and go on."""
    officer.look("columns")
    for at, header in enumerate(HEADER):
        officer.pick(f"[name=role-{at}]", ROLES[header])
    officer.go("button[value=look]")
    officer.look("columns-chosen")
    told = officer.text("#would + p")
    assert all(str(n) in told for n in (ROWS, ROWS - len(FAULTS), len(FAULTS))), told
    officer.go("button[value=go]", "*/offences/")


def class_offences(officer: Keys) -> None:
    """Confirm what each offence is, as it was suggested."""
    officer.look("offences")
    shown = officer.text()
    assert all(kind in shown for kind in KINDS)
    officer.tick("[name=checked]")
    officer.go(SEND)


def bring_in(officer: Keys, page: str, receipt: str, rows: int) -> None:
    """Hand the file to the worker and follow it, without a key, to its receipt."""
    officer.look(page)
    assert str(rows) in officer.text("#bring-in ~ form button")
    officer.go("#bring-in ~ form button.btn:not(.quiet, .slim)")
    officer.arrive("*/batches/*/")
    officer.look(receipt)
    told = officer.text("main .receipt")
    assert str(rows) in told, told


def mend(officer: Keys) -> None:
    """Take the rejected rows, correct them in a spreadsheet, and send them as it saves them."""
    lines = officer.take("main a[href$='/to-correct.csv']").decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(lines))
    assert len(rows) == len(FAULTS)
    for row in rows:
        for column, value in MENDED[int(row[0]) - 1].items():
            row[header.index(column)] = value
    mended = as_csv(rows, tuple(header), "cp1252")
    officer.attach("form[action*='/correct/'] [name=file]", "corregidas.csv", "text/csv", mended)
    officer.go("form[action*='/correct/'] button", "*/uploads/*/")


def series(officer: Keys, name: str, when: str) -> dict[str, int]:
    """Month -> records: as the page of the district shows them, and as both its files tell."""
    officer.go("nav a[href$='/places/']")
    officer.go(f"main a[href$='/places/{LA_ESPERANZA}/']")
    officer.unfold("[name=source]")
    listed = officer.tab.locator("[name=source] option", has_text=name).get_attribute("value")
    officer.pick("[name=source]", listed or "")
    officer.go("form.filters button")
    officer.look(f"series-{when}")
    officer.unfold(SERIES_TABLE)
    shown = officer.tab.locator(f"{SERIES_TABLE} tbody td:first-of-type").all_inner_texts()
    text = officer.take("main a[href*='/months.csv']").decode("utf-8-sig")
    book = officer.take("main a[href*='/months.xlsx']")
    found = {
        line[0]: int(line[1])
        for line in csv.reader(io.StringIO(text))
        if line and re.fullmatch(r"\d{4}-\d\d", line[0])
    }
    lines = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    in_book = {f"{line[0]:%Y-%m}": line[1] for line in lines if isinstance(line[0], date)}
    assert in_book == found
    assert [int(re.split(r"\D", cell)[0]) for cell in shown] == list(found.values())
    return found


def months(rows: list[list[str]]) -> dict[str, int]:
    """Month -> rows of a workbook without faults."""
    at = HEADER.index("FECHA DEL HECHO")
    return dict(Counter("-".join(reversed(row[at][3:].split("/"))) for row in rows))
