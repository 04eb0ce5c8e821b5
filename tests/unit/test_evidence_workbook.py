"""Workbooks that ask for more than a machine holds: refused in words, and nobody else stops."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import zipfile

import pytest
from django.conf import settings
from recorded import receive, source

from convive.evidence.desk.first_part import first_part
from convive.evidence.desk.look import look
from convive.evidence.queries import source_row
from convive.evidence.reading import bounds, files, workbook_child, workbook_rows
from convive.evidence.reading.workbook_rows import TooMuch, open_sheet
from convive.evidence.spec import from_json
from convive.kernel.errors import BadInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
VALUE = "<v>1</v></c>"
CORNER = f'<row r="1"><c r="A1">{VALUE}</row><row r="1048576"><c r="XFD1048576">{VALUE}</row>'


def workbook(folder, rows, sheet="xl/worksheets/sheet1.xml", more=()):
    """An XLSX of one sheet, which lies where `sheet` says."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
        parts.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="Hoja1" sheetId="1" r:id="b"/></sheets></workbook>',
        )
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="b" '
            f'Type="{OFFICE}/worksheet" Target="/{sheet}"/></Relationships>',
        )
        parts.writestr(
            sheet, f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
        for name, content in more:
            parts.writestr(name, content)
    file = folder / "small.xlsx"
    file.write_bytes(made.getvalue())
    assert file.stat().st_size < 10_000
    return file


@pytest.mark.parametrize(
    ("rows", "sheet"),
    [
        (CORNER, "xl/worksheets/sheet1.xml"),
        (CORNER.replace("XFD1", "xfd1"), "xl/worksheets/sheet1.xml"),
        (CORNER, "data/one.xml"),
        (CORNER.replace("<c ", "<a:c ").replace("<row ", "<a:row "), "xl/worksheets/sheet1.xml"),
        (
            f'<row r="1"><c>{VALUE}</row><row r="1048576">' + f"<c>{VALUE}" * 100 + "</row>",
            "xl/worksheets/sheet1.xml",
        ),
    ],
)
def test_a_sheet_is_measured_however_its_cells_are_addressed_and_wherever_it_lies(
    tmp_path, rows, sheet
):
    with pytest.raises(BadInput, match="more than can be held"):
        bounds.measured(workbook(tmp_path, rows, sheet), "x.xlsx", tmp_path)


def test_what_no_measure_foresaw_ends_the_reader_and_not_this_process(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_CELLS", 1 << 60)
    source(tmp_path)
    with pytest.raises(TooMuch, match="asks for more than 2 GiB of memory or 5 minutes"):
        receive(workbook(tmp_path, CORNER))


def test_a_reader_that_does_not_come_to_an_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_rows, "MOST_SECONDS", 1)
    endless = tmp_path / "x.xlsx"
    os.mkfifo(endless)  # nobody ever writes into it
    with pytest.raises(TooMuch), open_sheet(endless, "x.xlsx"):
        pass


def test_time_is_limited_also_where_the_system_limits_no_memory(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    workbook_child._limit(1, 1)  # would end this process if it held


def test_a_reader_is_left_where_its_rows_are_not_read_to_the_end(tmp_path):
    rows = "".join(f'<row r="{n}"><c r="A{n}">{VALUE}</row>' for n in range(1, 1000))
    with open_sheet(workbook(tmp_path, rows), "x.xlsx") as sheet:
        assert sheet.names == ("Hoja1",) and next(sheet.rows) == "1,1\n"
    with open_sheet(workbook(tmp_path, rows), "x.xlsx", "Hoja2") as sheet:
        assert sheet.names == ("Hoja1",) and list(sheet.rows) == []


def test_a_damaged_workbook_is_told_in_the_words_of_its_reader(tmp_path):
    file = tmp_path / "old.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with (
        pytest.raises(BadInput, match="neither a workbook nor a text") as told,
        open_sheet(file, "old.xls"),
    ):
        pass
    assert not isinstance(told.value, TooMuch)


def test_a_workbook_without_sheets_is_none(tmp_path):
    source(tmp_path)
    whole = workbook(tmp_path, "")
    file = tmp_path / "none.xlsx"
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(file, "w") as made:
        for name in parts.namelist():
            made.writestr(name, parts.read(name).replace(b"<sheet ", b"<other "))
    with pytest.raises(BadInput, match="it has no sheets"):
        receive(file)


def test_a_part_without_cells_is_not_unpacked_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_PART", 1 << 20)
    row = f'<row r="1"><c r="A1">{VALUE}</row>'
    for content in (b"<sst><si><t>" + b" " * (2 << 20), bytes(2 << 20)):
        file = workbook(tmp_path, row, more=[("xl/sharedStrings.xml", content)])
        with pytest.raises(BadInput, match="more than can be held"):
            bounds.measured(file, "x.xlsx", tmp_path)
    long = workbook(tmp_path, row + " " * (2 << 20))
    assert bounds.measured(long, "x.xlsx", tmp_path) == long


def test_an_open_document_of_one_endless_tag_is_not_held_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "_LONGEST", 1 << 20)
    file = tmp_path / "x.ods"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("content.xml", b'<office a="' + b"x" * (4 << 20))
    with pytest.raises(BadInput, match="more than can be held"):
        bounds.measured(file, "x.ods", tmp_path)


def test_a_page_does_not_unpack_what_the_command_would(tmp_path, monkeypatch):
    source(tmp_path)
    spec = from_json(source_row("proof").spec)
    row = {"place": "130105", "year": 2023, "month": 1, "offence": "robo", "n": 7}
    file = tmp_path / "rows.json.gz"
    file.write_bytes(gzip.compress(json.dumps([row] * 2000).encode()))
    assert look(file, spec, "rows.json.gz")["read"] == 2000
    monkeypatch.setattr(files.check_unpacked, "__defaults__", (50_000,))
    with pytest.raises(BadInput), first_part(file, settings.HOME, most=1000):
        pass
    assert receive(file).read == 2000
