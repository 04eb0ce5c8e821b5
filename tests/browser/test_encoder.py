"""The page that codes lists, opened from a file without a network: it codes as the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from coded import HEADERS, people
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab
from usable import COLOURS, LANGUAGES, RULES, SCHEMES, faults, show, sideways

from convive.domain.reach.coded import columns, encode, keys, tokens
from convive.domain.reach.coded.schema import USUAL, Schema
from convive.domain.reach.encoder import assemble

pytestmark = pytest.mark.browser
SCHEMA = Schema(USUAL.fields, USUAL.bits, {"LA ESPERANZA": "130105", "EL PORVENIR": "130102"})
# What agencies really write: each row is hard to read in its own way
ODD_HEADERS = (
    "N°", "Nombres ", "Segundo nombre", "Apellido Paterno", "Apellido Materno", "Fec. Nacimiento",
    "SEXO", "DNI", "Distrito", "Dirección", "Mz.", "Lote", "Sector", "Código postal", "Región",
    "Consentimiento", "Fecha de atención", "Observaciones",
)  # fmt: skip
ODD = [
    ["1", "José María", "del Carmen", "Quispe", "Vda. de Ñahui", "09/05/1990", "F", "12345679",
     "La Esperanza", "Jr. Túpac Amaru 123", "B lt 4", "4", "Wichanzao", "13005", "La Libertad",
     "Sí, enlace", "2016-03-04", "x"],
    ["2", "Yllanes", "", "Chávez", "de la Cruz", "1990-13-40", "M", "7654321", "El Porvenir", "",
     "", "", "", "", "", "no", "2016T2", ""],
    ["3", "Ma. Fco", "", "Ponce", "de Leon", "5.9.85", "H", "44556670", "Otro Lugar", "Av. 28", "",
     "", "", "", "", "SI", "3/12/15", ""],
    ["4", "Ğülşen ﬁ", "", "O'Higgins-Müller", "Pérez de García", "19851231", "Varón", "44556677.0",
     "LA ESPERANZA", "", "", "", "", "", "", "x", "", ""],
    ["5", "", "", "", "", "", "", "44556678", "", "", "", "", "", "", "", "1", "", ""],
    ["6", "Zoyla", "", "", "", "", "mujer", "", "", "Calle 5", "", "", "", "", "", "1", "", ""],
    ["7", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "1", "", ""],
    ["8", "Ángel", "", "Guevara Ccahuana", "Quiñones", "2.1.04 10:00", "niño", "00000000", "130105",
     "", "", "", "", "", "", "cruce; registro", "2016 - Q3", ""],
    ["9", "Ana", "", "del Castillo", "Llamoja de Shupingahua", "29/02/2003", "2", "10 20-30.45",
     "el  porvenir", "", "", "", "", "", "", "niega", "45/45/2016", ""],
]  # fmt: skip


@dataclass
class Encoder:
    """The page, opened from a file with the network off, and what it complained about."""

    tab: Tab
    folder: Path
    complaints: list[str] = field(default_factory=list)

    def open_key(self, key: keys.Key, need: int = 2) -> None:
        parts = keys.split(key, need, 3)[:need]
        files = [self.folder / f"{part.part}.key" for part in parts]
        for path, part in zip(files, parts, strict=True):
            path.write_text(part.text())
        self.tab.set_input_files("#key", [str(path) for path in files])
        self.tab.locator("#key-told", has_text=key.name).wait_for()

    def open_list(self, path: Path) -> None:
        self.tab.set_input_files("#list", str(path))
        self.tab.locator("#fields select").first.wait_for()

    def tokens(self) -> str:
        """The file of tokens with the list's own ids, so that it can be compared."""
        script = """async () => (await encodeList({
            rows: state.table.rows, roles: chosen(), idColumn: 0, key: state.key,
            agency: 'unfpa', isSample: true, keepIds: true})).tokens"""
        return str(self.tab.evaluate(script))

    def saved(self, name: str) -> Path:
        with self.tab.expect_download() as taken:
            self.tab.locator(f"a[download$='{name}']").press("Enter")
        return Path(taken.value.path())


@pytest.fixture
def encoder(browser: Browser, tmp_path: Path) -> Iterator[Encoder]:
    page = tmp_path / "encoder.html"
    page.write_bytes(assemble.page(SCHEMA).content)
    with browser.new_context(locale="en", accept_downloads=True) as context:
        context.set_offline(True)
        tab = context.new_page()
        found = Encoder(tab, tmp_path)
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda s: s.type == "error" and found.complaints.append(s.text))
        tab.on("pageerror", lambda error: found.complaints.append(str(error)))
        tab.goto(page.as_uri())
        yield found
        assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
        assert found.complaints == []


def by_command(path: Path, key: keys.Key) -> str:
    """What the command line makes of the same list."""
    made = encode.encode(
        columns.read(path), key, "unfpa", SCHEMA, keep_ids=True, is_sample=True
    ).tokens
    return tokens.to_bytes(made).decode()


def as_csv(path: Path, rows: list[list[str]], mark: str, encoding: str) -> Path:
    lines = [mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in rows]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def as_xlsx(path: Path, rows: list[list[str]]) -> Path:
    """A title first, as people do; a date and a DNI as the spreadsheet keeps them."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write(0, 0, "Lista de personas atendidas")
        for i, row in enumerate(rows, 2):
            for j, cell in enumerate(row):
                sheet.write_string(i, j, cell)
        sheet.write_datetime(3, 5, datetime(1990, 5, 9), day)  # noqa: DTZ001
        sheet.write_number(3, 7, 12345679)
    return path


@pytest.fixture(scope="module")
def key() -> keys.Key:
    return keys.make(date(2026, 11, 29))


def test_it_codes_what_agencies_write_byte_for_byte_as_the_command_line(encoder, key):
    rows = [list(ODD_HEADERS), *ODD]
    plain = [[c.encode("latin-1", "ignore").decode("latin-1") for c in row] for row in rows]
    encoder.open_key(key)
    for path in (
        as_csv(encoder.folder / "a.csv", rows, ";", "utf-8-sig"),
        as_csv(encoder.folder / "b.csv", plain, ",", "latin-1"),
        as_xlsx(encoder.folder / "c.xlsx", rows),
    ):
        encoder.open_list(path)
        assert encoder.tokens() == by_command(path, key), path.name


def test_it_codes_many_people_as_the_command_line(encoder, key):
    path = as_csv(
        encoder.folder / "many.csv", [list(HEADERS), *map(list, people(range(3000)))], ",", "utf-8"
    )
    encoder.open_key(key)
    encoder.open_list(path)
    assert encoder.tokens() == by_command(path, key)


def test_real_people_of_a_published_file_too(encoder, key, shared):
    path = shared / "linkage" / "febrl" / "dataset1.csv"
    encoder.open_key(key)
    encoder.open_list(path)
    assert encoder.tokens() == by_command(path, key)


def test_a_key_that_is_made_in_the_page_is_one_for_the_command_line(encoder):
    tab = encoder.tab
    tab.locator("#make summary").press("Enter")
    tab.locator("#parts").fill("3")
    tab.locator("#need").fill("2")
    tab.locator("#make-it").press("Enter")
    name = tab.locator("#made-name").inner_text()
    files = [encoder.folder / f"{part}.key" for part in (1, 3)]
    for path, part in zip(files, (1, 3), strict=True):
        path.write_bytes(encoder.saved(f"-{part}.key").read_bytes())
    found = keys.read(files)
    assert found.name == name and len(found.secret) == 32
    tab.get_by_role("button", name="Forget the key").press("Enter")
    assert tab.locator("#made a").count() == 0
    assert tab.evaluate("state.made === null")
    tab.set_input_files("#key", [str(path) for path in files])
    tab.locator("#key-told", has_text=name).wait_for()


def test_what_cannot_be_used_is_said_beside_it(encoder, key):
    tab = encoder.tab
    part = encoder.folder / "one.key"
    part.write_text(keys.split(key, 2, 3)[0].text())
    tab.set_input_files("#key", str(part))
    assert "1 of the 2 parts" in tab.locator("#key-fault [role=alert]").inner_text()
    other = encoder.folder / "other.key"
    other.write_text(keys.split(keys.make(date(2026, 1, 1)), 2, 3)[1].text())
    tab.set_input_files("#key", [str(part), str(other)])
    assert "not parts of one key" in tab.locator("#key-fault [role=alert]").inner_text()
    nothing = as_csv(encoder.folder / "n.csv", [["a", "b"]], ",", "utf-8")
    tab.set_input_files("#list", str(nothing))
    assert "no rows" in tab.locator("#list-fault [role=alert]").inner_text()
    for given, told in (
        (lambda: None, "files of the key first"),
        (lambda: encoder.open_key(key), "list first"),
        (lambda: encoder.open_list(nothing_named(encoder.folder)), "No column has names"),
        (lambda: tab.select_option("#column-1", "full"), "code of your organisation"),
        (lambda: tab.fill("#agency", "UNFPA!"), "code of your organisation"),
        (lambda: tab.select_option("#column-2", "full"), "full name"),
    ):
        given()
        tab.locator("#go").press("Enter")
        tab.locator("#go-fault [role=alert]", has_text=told).wait_for()


def nothing_named(folder: Path) -> Path:
    return as_csv(folder / "u.csv", [["a", "b", "c"], ["1", "Rosa Quispe", "x"]], ",", "utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_use_it(encoder, key, language, shots):
    tab = encoder.tab
    if language == "es":
        tab.locator("#language").press("Enter")
    assert tab.locator("html").get_attribute("lang") == language
    encoder.open_key(key)
    encoder.open_list(as_xlsx(encoder.folder / "c.xlsx", [list(ODD_HEADERS), *ODD]))
    tab.locator("#agency").fill("unfpa")
    tab.locator("#go").press("Enter")
    tab.locator("#done h3").wait_for()
    assert tab.evaluate("document.activeElement.id") == "done"
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    tab.locator("#make-it").press("Enter")
    tab.locator("#made a").first.wait_for()
    for scheme in SCHEMES:
        for width in (360, 1280):
            show(tab, scheme, width)
            if shots:
                tab.screenshot(
                    path=shots / f"encoder-{language}-{width}-{scheme}.png", full_page=True
                )
        kind, names = ("tag", RULES) if scheme == "light" else ("rule", COLOURS)
        assert faults(tab, kind, names) == "", scheme
    for width in (320, 360):
        show(tab, "light", width)
        assert sideways(tab) <= 0
    table = encoder.saved(".ids.csv").read_text()
    content = encoder.saved(".tokens").read_bytes()
    found = tokens.from_bytes(content, "unfpa.tokens")
    assert sorted(found.ids) == list(found.ids) and len(set(found.ids)) == len(found) == 6
    assert table.startswith("token_id,own_id\n") and table.count("\n") == 7
    assert b"Quispe" not in content and b"44556677" not in content
    assert found.agency == "unfpa" and found.schema == SCHEMA.name and not found.is_sample


def test_the_same_schema_gives_the_same_file():
    first = assemble.page(SCHEMA)
    assemble._made.clear()
    assert assemble.page(SCHEMA) == first
    assert assemble.page(USUAL).sha256 != first.sha256
