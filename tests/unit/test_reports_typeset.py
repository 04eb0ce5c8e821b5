"""The PDF itself: accessible, reproducible, and with nothing of the machine in it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from convive.kernel.paper import NotAccessible
from convive.reports import typeset as setter
from convive.reports.document import (
    Card,
    Cards,
    Cell,
    Column,
    Document,
    Frame,
    Heading,
    Notice,
    Pair,
    Paragraph,
    Picture,
    Points,
    Table,
    Tone,
)
from convive.reports.orders import Made
from convive.reports.typeset import typeset

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 60"><path d="M0 50H340" '
    'stroke="#14262b"/><text x="4" y="20" font-size="13">42</text></svg>'
)
FRAME = Frame(
    brand="Convive",
    running="De qué trata",
    foot="Recibido hasta hoy",
    page="Página {page} de {pages}",
    marks=("MUESTRA", "USO INTERNO"),
    motto="Toda preocupación recibe respuesta.",
    table="Cuadro",
    picture="Gráfico",
)
PICTURE = Picture(SVG, "Una línea llana", "Robos por mes", "Fuente: Policía", "Línea: robos")
TABLE = Table(
    "Robos",
    (Column("Mes", share=1), Column("Robos", is_number=True)),
    (("enero", "42"), (Cell("febrero", is_strong=True), Cell("1 a 4", is_hidden=True))),
    "Fuente: Policía",
)
BLOCKS = (
    Paragraph("Hubo 42 robos.", tone=Tone.LEAD),
    Cards((Card("Robos", "42", "entre 30 y 57", "enero"),)),
    Heading("Los robos"),
    Paragraph("En enero.", term="Cuándo."),
    Points((("Uno.", "primero"), ("", "segundo"))),
    Notice("Ojo", is_warning=True),
    Heading("Por mes", 2),
    PICTURE,
    TABLE,
    Pair(PICTURE, TABLE),
    Table("Meses", (Column("Año"), Column("ene", True, 1)), (("2020", Cell("7", 5)),), "", True),
)


def document(*blocks: object, language: str = "es") -> Document:
    return Document(
        title="Diagnóstico de prueba",
        subtitle="Primer capítulo",
        language=language,
        made_on=date(2024, 12, 31),
        meta=("2018 a 2024",),
        frame=FRAME,
        blocks=blocks or BLOCKS,  # type: ignore[arg-type]
    )


def text_of(pdf: bytes) -> list[str]:
    """The text of each page, its no-break spaces written as spaces."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [page.extract_text().replace("\N{NO-BREAK SPACE}", " ") for page in pages]


def test_every_kind_of_block_reaches_the_page():
    text = " ".join(text_of(typeset(document())))
    for words in ("Hubo 42 robos", "entre 30 y 57", "Los robos", "Cuándo.", "segundo", "Ojo",
                  "Gráfico 1. Robos por mes", "Cuadro 1. Robos", "febrero", "1 a 4",
                  "Línea: robos", "Toda preocupación"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_file_says_its_title_its_language_and_that_it_is_tagged_for_screen_readers(language):
    root = PdfReader(io.BytesIO(typeset(document(language=language)))).trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_the_words_of_a_chart_and_the_heads_of_a_table_are_in_the_tags():
    reader = PdfReader(io.BytesIO(typeset(document(PICTURE, TABLE))))
    tags = list(_tags(reader.trailer["/Root"]["/StructTreeRoot"]))
    assert "Una línea llana" in [tag.get("/Alt") for tag in tags if tag.get("/S") == "/Figure"]
    assert [tag.get("/S") for tag in tags].count("/TH") == len(TABLE.columns)


def _tags(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if hasattr(found, "get"):
            yield found
            yield from _tags(found)


def test_a_chart_without_alternative_text_makes_no_file(tmp_path: Path):
    template = tmp_path / "report.typ"
    whole = (setter.PAPER / "report.typ").read_text()
    assert ", alt: b.alt" in whole
    template.write_text(whole.replace(", alt: b.alt", ""))
    with pytest.raises(NotAccessible, match="alt"):
        typeset(document(PICTURE), template)


def test_a_heading_out_of_order_makes_no_file():
    with pytest.raises(NotAccessible, match="heading"):
        typeset(document(Heading("Uno"), Heading("Tres", 3)))


def test_the_same_document_gives_the_same_bytes():
    assert typeset(document()) == typeset(document())


def test_another_day_of_the_data_gives_other_bytes():
    assert typeset(document()) != typeset(replace(document(), made_on=date(2024, 1, 1)))


def test_the_date_in_the_file_is_that_of_the_data_and_not_of_today():
    meta = PdfReader(io.BytesIO(typeset(document()))).metadata
    assert meta.creation_date.date() == date(2024, 12, 31)


def test_every_page_carries_its_marks_its_number_and_its_foot():
    pages = text_of(typeset(document(*[Paragraph("palabra " * 400)] * 4)))
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert "MUESTRA" in text
        assert "USO INTERNO" in text
        assert "Recibido hasta hoy" in text
        assert f"Página {number} de {len(pages)}" in text


def test_only_the_fonts_that_come_with_typst_are_used():
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in PdfReader(io.BytesIO(typeset(document()))).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(name.startswith(("LibertinusSerif", "NewCM")) for name in fonts)


def test_pages_are_counted_as_a_reader_counts_them():
    pdf = typeset(document(*[Paragraph("palabra " * 400)] * 30))
    assert Made(pdf, is_sample=False).pages == len(PdfReader(io.BytesIO(pdf)).pages) > 8
