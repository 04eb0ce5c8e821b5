"""What is written as ODS is read back as it was, by a reader that is not ours."""

from __future__ import annotations

import io
import zipfile

import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.kernel import ods

texts = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufffe\uffff"),
    max_size=20,
)
rows = st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=8)


def read(content: bytes, sheet: int = 0) -> list[list[str]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


@given(rows)
@settings(max_examples=80, deadline=None)
def test_every_cell_comes_back(given_rows):
    head = ["a", "b", "c"]
    found = read(ods.workbook({"Personas": [head, *given_rows, head]}))
    assert found == [head, *given_rows, head]


def test_no_text_is_a_number_a_formula_or_a_control_character():
    texts = ["00123", "=1+1", "2001-07-30", 'a < b & "c"', "1\x002", "una línea\notra"]
    (found,) = read(ods.workbook({"Hoja": [texts]}))
    assert found == [*texts[:4], "1\ufffd2", "una línea\notra"]


def test_blanks_are_kept_and_sheets_have_their_names():
    content = ods.workbook({"Uno & dos": [["  a   b ", "c\td"]], "Tres": [["x"]]})
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Uno & dos", "Tres"]
    assert read(content)[0][0] == "  a   b "


def test_the_same_rows_give_the_same_bytes_and_the_kind_stands_first():
    content = ods.workbook({"Hoja": [["x"]]})
    assert content == ods.workbook({"Hoja": [["x"]]})
    first = zipfile.ZipFile(io.BytesIO(content)).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
