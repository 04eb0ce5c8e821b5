"""A file of people by keyboard and on a telephone: what would happen, the receipt, rows back."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import Site
from playwright.sync_api import Browser
from test_accounts import LANGUAGES, Walk

pytestmark = pytest.mark.browser
HEAD = "nombres,apellido paterno,apellido materno,dni,fecha de nacimiento,sexo,distrito"
ROWS = (
    "Muestra{n},Primera,Persona,7{n}000001,30/07/200{n},F,El Porvenir",
    "Ejemplo,Segunda,Figura,7{n}000002,1/2/199{n},M,El Porvenir",
    "Errada,Tercera,Fila,12,31/02/1999,F,Ninguno",
)


LANGUAGE_DIGIT = {"es": 3, "en": 4}  # other people in each


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_is_brought_in_and_its_faulty_row_comes_back(
    language: str, browser: Browser, site: Site, shots: Path | None, tmp_path: Path
) -> None:
    path = tmp_path / "lista.csv"
    rows = [row.format(n=LANGUAGE_DIGIT[language]) for row in ROWS]
    path.write_text("\n".join((HEAD, *rows)), encoding="latin-1")
    with site.open(browser, "case_worker", accept_downloads=True) as window:
        walk = Walk(site, window.new_page(), language, shots)
        walk.to("/people/import/")
        walk.look("people-import")
        walk.send()
        walk.look("people-import-refused")
        walk.tab.locator("[name=file]").set_input_files(path)
        walk.send()
        walk.look("people-import-told")
        assert walk.tab.locator("main tbody tr").count() == 1
        walk.send("take")
        walk.look("people-import-receipt")
        with walk.tab.expect_download() as coming:
            walk.tab.locator("a[href*='rows-not-taken']").click()
        content = Path(coming.value.path()).read_text(encoding="utf-8-sig")
        assert "Errada,Tercera,Fila,12" in content and "Primera" not in content
        walk.send("close")
        assert walk.tab.locator("[name=file]").count() == 1
        walk.to("/people/export/")
        walk.look("people-export")
        with walk.tab.expect_download() as coming:
            walk.tab.locator("main form button").click()
        assert coming.value.suggested_filename.endswith(".xlsx")
