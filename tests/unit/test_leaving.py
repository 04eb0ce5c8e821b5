"""The one way out: what `leave` clears, what the writers take, and who else writes files."""

from __future__ import annotations

import ast
import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.kernel import downloads
from convive.kernel.downloads import File, as_csv, as_xlsx, inert
from convive.kernel.leaving import (
    Audience,
    Cell,
    Cleared,
    Column,
    Kind,
    Number,
    Row,
    Sum,
    Table,
    Told,
    leave,
)

SOURCE = Path(downloads.__file__).resolve().parents[1]
COLUMNS = (
    Column("Name", Kind.LABEL),
    Column("n", Kind.COUNT),
    Column("rate", Kind.DERIVED, 1),
    Column("elsewhere", Kind.APART),
)


def table(*values: int | None, name: str = "small", threshold: int = 5) -> Table:
    rows = tuple(
        Row(
            (
                Cell(f"row {i}"),
                Cell(n, Told.MISSING if n is None else Told.OK, key=f"{name}{i}"),
                Cell(None if n is None else n / 7),
                Cell(7.0),
            ),
            threshold,
        )
        for i, n in enumerate(values)
    )
    return Table(name, "Small", "What it is", COLUMNS, rows)


def with_total(*values: int) -> tuple[list[Table], list[Sum]]:
    total = table(sum(values), name="total")
    return [table(*values), total], [Sum("total0", tuple(f"small{i}" for i in range(len(values))))]


def hidden(cleared: Cleared, name: str = "small") -> list[bool]:
    return [row.cells[1].told is Told.SUPPRESSED for row in cleared.table(name).rows]


def test_a_small_count_is_hidden_with_all_that_is_computed_from_it_and_says_its_range():
    first = leave([table(3, 40, 50)], Audience.OUTSIDE).table("small").rows[0].cells
    assert [cell.told for cell in first] == [Told.OK, Told.SUPPRESSED, Told.SUPPRESSED, Told.OK]
    assert (first[1].value, first[2].value) == (None, None)
    assert (first[1].lower, first[1].upper) == (1, 4)


def test_what_another_table_tells_takes_a_second_count_with_it():
    tables, sums = with_total(3, 40, 50, 60)
    assert hidden(leave(tables, Audience.OUTSIDE, sums=sums)) == [True, True, False, False]
    assert hidden(leave(tables[:1], Audience.OUTSIDE)) == [True, False, False, False]


def test_the_same_number_in_two_tables_is_hidden_in_both():
    other = Table("other", "Other", "", COLUMNS, table(3, 40).rows)
    cleared = leave([table(3, 40), other], Audience.OUTSIDE)
    assert hidden(cleared) == hidden(cleared, "other") == [True, False]
    with pytest.raises(ValueError, match="told as"):
        leave([table(3), replace(table(4), name="other")], Audience.OUTSIDE)


def test_zero_is_told_and_what_was_not_recorded_is_not_hidden():
    cleared = leave([table(0, None, 40)], Audience.OUTSIDE)
    assert not cleared.hides
    assert [row.cells[1].value for row in cleared.table("small").rows] == [0, None, 40]


def test_the_higher_threshold_of_a_row_hides_more_and_none_goes_below_five():
    assert hidden(leave([table(7, 40, threshold=10)], Audience.OUTSIDE)) == [True, False]
    with pytest.raises(ValueError, match="never lowered"):
        leave([table(7, threshold=4)], Audience.OUTSIDE)


def test_inside_every_number_is_exact_and_marked_for_internal_use():
    cleared = leave([table(3, 40)], Audience.INSIDE)
    assert cleared.is_internal and not cleared.hides
    assert cleared.thresholds == ()


def test_whoever_sees_one_place_gets_its_neighbours_as_outside():
    tables, sums = with_total(3, 2, 50)
    cleared = leave(tables, Audience.INSIDE, sums=sums, knows={"small0"})
    assert cleared.is_internal
    assert cleared.table("small").rows[0].cells[1].value == 3
    assert hidden(cleared)[1] and (hidden(cleared)[2] or hidden(cleared, "total")[0])


def test_outside_nobody_is_shown_what_they_are_said_to_know():
    with pytest.raises(ValueError, match="outside"):
        leave([table(3)], Audience.OUTSIDE, knows={"small0"})


def test_a_number_told_by_a_drawing_hides_the_cell_that_was_made_from_it():
    drawn = Cell(1.5, of=("line",))
    rows = (Row((Cell("a"), Cell(40, key="a"), Cell(1.0), drawn)),)
    cleared = leave(
        [Table("t", "T", "", COLUMNS, rows)], Audience.OUTSIDE, beside=[Number("line", 3)]
    )
    assert cleared.table("t").rows[0].cells[3].told is Told.SUPPRESSED


def test_nothing_but_leave_clears_a_table_and_nothing_but_the_writers_makes_a_file():
    cleared = leave([table(40)], Audience.OUTSIDE)
    with pytest.raises(TypeError):
        Cleared((table(3),), Audience.OUTSIDE, {}, False, ())
    with pytest.raises((TypeError, ValueError)):
        replace(cleared, tables=(table(3),))
    with pytest.raises(TypeError):
        File("x.csv", b"", "text/csv")
    with pytest.raises(AttributeError):
        as_csv(table(3), "small", name="x")  # type: ignore[arg-type]


# No output holds what is hidden


def everything_in(file: File) -> str:
    """All that somebody can read in a file, unpacked."""
    if file.media_type != downloads.XLSX:
        return file.content.decode()
    with zipfile.ZipFile(io.BytesIO(file.content)) as book:
        return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.sampled_from([5, 10]))
@settings(max_examples=40, deadline=None)
def test_no_hidden_count_and_nothing_made_of_it_is_in_any_output(few, threshold):
    """Large odd counts stand beside small ones: a hidden one is looked for, and its seventh."""
    large = [70_001 + 7 * i for i in range(3)]
    values = [*few, *large]
    total = table(sum(values), name="total", threshold=threshold)
    sums = [Sum("total0", tuple(f"small{i}" for i in range(len(values))))]
    cleared = leave([table(*values, threshold=threshold), total], Audience.OUTSIDE, sums=sums)
    for write in (as_csv, as_xlsx):
        text = everything_in(write(cleared, "small", name="x"))
        for value, is_hidden in zip(values, hidden(cleared), strict=True):
            if value in large:
                assert (str(value / 7)[:8] in text) is not is_hidden
    _notes, (_heads, *lines) = read_csv(as_csv(cleared, "small", name="x"))
    for value, line, is_hidden in zip(values, lines, hidden(cleared), strict=True):
        assert line[1] == ("" if is_hidden else str(value))
        assert (line[5] == "") is is_hidden
    told = cleared.table("small").rows
    for value, row in zip(values, told, strict=True):
        cell = row.cells[1]
        if cell.told is Told.SUPPRESSED:
            assert cell.lower <= value and (cell.upper is None or value <= cell.upper)
            assert cell.upper is None or cell.upper - cell.lower + 1 >= min(threshold, 4)


# Files


def read_csv(file: File) -> tuple[dict[str, str], list[list[str]]]:
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    empty = lines.index([])
    return {line[0]: line[1] for line in lines[:empty]}, lines[empty + 1 :]


def test_a_csv_says_what_it_is_what_was_hidden_and_the_status_of_each_count():
    with translation.override("en"):
        file = as_csv(
            leave([table(3, 40)], Audience.OUTSIDE), "small", name="Some Name",
            about=[("Source", "Police")],
        )  # fmt: skip
    notes, rows = read_csv(file)
    assert file.name == "some-name.csv"
    assert notes["Source"] == "Police" and notes["Definition"] == "What it is"
    assert "below 5 are hidden" in notes["Hidden"] and "Internal use" not in notes
    assert rows[0] == ["Name", "n", "Status", "At least", "At most", "rate", "elsewhere"]
    assert rows[1] == ["row 0", "", "suppressed", "1", "4", "", "7.0"]


def test_a_file_of_exact_numbers_says_internal_use_in_its_name_and_its_notes():
    with translation.override("es"):
        file = as_csv(leave([table(3)], Audience.INSIDE), "small", name="cuentas")
    assert file.name == "cuentas-uso-interno.csv"
    assert "Uso interno" in read_csv(file)[0]


def test_a_workbook_holds_numbers_as_numbers_dates_as_dates_and_its_header_fixed():
    columns = (
        Column("Month", Kind.LABEL),
        Column("n", Kind.COUNT),
        Column("%", Kind.DERIVED, 1, True),
    )
    rows = (
        Row((Cell(date(2021, 3, 1)), Cell(40), Cell(-12.5))),
        Row((Cell(date(2021, 4, 1)), Cell(2), Cell(3.5))),
    )
    cleared = leave([Table("t", "Title", "Def.", columns, rows)], Audience.OUTSIDE)
    with translation.override("en"):
        book = openpyxl.load_workbook(
            io.BytesIO(as_xlsx(cleared, "t", name="x", about=[("Source", "Police")]).content)
        )
    sheet, notes = book["Table"], book["Notes"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet["A2"].value.date() == date(2021, 3, 1) and sheet["A2"].number_format == "yyyy-mm"
    assert sheet["B2"].value == 40 and sheet["B2"].data_type == "n"
    assert sheet["F2"].value == -12.5
    assert [sheet.cell(3, j).value for j in (2, 3, 4, 5, 6)] == [None, "suppressed", 1, 4, None]
    said = {row[0].value: row[1].value for row in notes.iter_rows()}
    assert said["Source"] == "Police" and "hidden" in said["Hidden"]


def test_the_same_table_gives_the_same_bytes():
    cleared = leave([table(3, 40)], Audience.OUTSIDE)
    for write in (as_csv, as_xlsx):
        assert write(cleared, "small", name="x") == write(cleared, "small", name="x")


# Formulas


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1",
     "-cmd", "=", "+51 999 888 777 x"],
)  # fmt: skip
def test_a_text_that_begins_like_a_formula_is_written_as_text(text):
    if len(text.strip()) > 1:
        assert inert(text) == f"'{text}"
    rows = (Row((Cell(text), Cell(40), Cell(1.0), Cell(text))),)
    cleared = leave([Table("t", text, text, COLUMNS, rows)], Audience.OUTSIDE)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(cleared, "t", name="x").content))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    for line in csv.reader(io.StringIO(as_csv(cleared, "t", name="x").content.decode("utf-8-sig"))):
        for field in line:
            assert not re.match(r"[ ]*[=+\-@\t\r\n＝](?=.)", field) or is_number(field), line


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("foo;=1+1", "foo;'=1+1"),
        ("a\n=1+1", "a\n'=1+1"),
        ("x; @SUM(A1);-2", "x; '@SUM(A1);-2"),
        ("\N{ZERO WIDTH SPACE}=1+1", "'\N{ZERO WIDTH SPACE}=1+1"),
        ("lunes; -", "lunes; -"),
        ("-8.07;-79.03", "'-8.07;-79.03"),
    ],
)
def test_a_cell_within_a_text_is_no_formula_either(text, written):
    assert inert(text) == written


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("text", ["-8.0716", "-79,0264", "+17", "-", "--", "−3", "3-4", "1e-5", ""])
def test_numbers_keep_their_sign_and_a_dash_for_none_stays_a_dash(text):
    assert inert(text) == text or text == "--"


def test_a_row_with_a_very_long_cell_comes_back_whole():
    cell = b"x" * 140_000
    assert cell in downloads.own_rows("mine", b"reason,text\nbad," + cell + b"\n").content


def test_own_rows_come_back_as_they_were_but_for_formulas():
    content = b"reason,x,y\nbad,-79.02,=HYPERLINK(1)\n"
    file = downloads.own_rows("mine", content)
    assert file.content.decode("utf-8-sig") == "reason,x,y\nbad,-79.02,'=HYPERLINK(1)\n"


# Who writes files

# What these modules write is read by the house itself, or was typed in by its owner
WRITERS = {
    "kernel/downloads.py": "the writers",
    "domain/observatory/map_views.py": "shapes of the map: their numbers went through leave()",
    "domain/protection/views_sealed.py": "what is sealed, back to the browser that opens it",
    "pack/written.py": "files of a pack: what its author wrote",
    "demo/sample.py": "the sample's source file, read by the import",
    "demo/lists.py": "sample lists of people who do not exist, as agencies would have them",
    "domain/offline/views.py": "what became of each entry, to the phone that sent it",
    "domain/people/files.py": "people of one organisation, for itself: see actions_export",
    "domain/people/importing.py": "rows that were not taken, back to whoever brought them",
    "domain/people/actions_forgetting.py": "the same rows, without whoever is forgotten",
    "cli/reach.py": "whose each random id is: the agency's own table, beside its own list",
    "domain/reach/coded/link.py": "pairs of a linkage, for tests and clerical checks, by command",
    "evidence/reading/json_rows.py": "records of JSON as CSV, read by the import",
    "evidence/keyin/tables.py": "a table that was typed in, as CSV, read by the import",
    "evidence/reading/sheets.py": "a sheet of a workbook as CSV, read by the import",
    "evidence/reading/workbook_child.py": "a sheet of a workbook as CSV, read by the import",
    "kernel/scans.py": "names of the media types that a scan may have",
    "domain/people/migrations/0003_consent_scan.py": "the same, as the database knows them",
}
SIGNS = re.compile(
    r"text/csv|spreadsheetml|application/pdf|application/json|csv\.writer|csv\.DictWriter|"
    r"xlsxwriter|openpyxl|FileResponse|JsonResponse|StreamingHttpResponse|Content-Disposition"
)


def test_no_other_module_writes_csv_xlsx_or_an_answer_to_keep():
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        code = ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
        name = path.relative_to(SOURCE).as_posix()
        if (signs := set(SIGNS.findall(code))) and name not in WRITERS:
            found[name] = signs
    assert not found, f"write it with convive.kernel.downloads, or say why not: {found}"
    assert all((SOURCE / name).is_file() for name in WRITERS)


def test_no_table_is_cleared_for_inside_by_a_module_that_writes_files():
    """What is exact stays on pages and in the diagnosis that is marked."""
    allowed = {
        "domain/observatory/analysis_page.py",
        "domain/observatory/evaluation_page.py",
        "domain/observatory/map_numbers.py",
        "domain/observatory/views.py",
        "evidence/register/pages.py",
        "reports/release.py",
    }
    used = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "Audience.INSIDE" in ast.unparse(ast.parse(path.read_text(encoding="utf-8")))
    }
    by_audience = {
        "kernel/leaving.py",
        "domain/observatory/analysis_tables.py",
        "domain/observatory/leaving.py",
    }
    assert used - allowed <= by_audience
