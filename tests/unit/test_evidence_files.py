"""Files as people send them: encodings, separators, headers, workbooks; what is refused whole."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from recorded import BETWEEN, COUNTS, receive, source, table

from convive.evidence import queries
from convive.evidence.queries import Selection
from convive.evidence.reading.bounds import measured
from convive.evidence.reading.header import guess_header
from convive.kernel.errors import BadInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "place,year,month,offence,n"
ROWS = ("130105,2023,1,extorsión,7", "130105,2023,2,niñez,5", "130102,2023,1,robo,3")


def total(code="proof"):
    return queries.count(Selection(code, BETWEEN("2000", "2030")))


def categories(code="proof"):
    return {c for c, _iccs, _n in queries.by_offence(Selection(code, BETWEEN("2000", "2030")))}


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
        ("utf-16", "utf-16-le"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_file_is_read_alike_in_every_encoding_and_with_every_separator(
    tmp_path, encoding, said, separator
):
    source(tmp_path)
    rows = [line.replace(",", separator) for line in (HEADER, *ROWS)]
    receipt = receive(table(tmp_path, rows, encoding=encoding))
    assert (receipt.read, receipt.accepted, receipt.rejected) == (3, 3, 0)
    assert receipt.notes["encoding"] == said and receipt.notes["separator"] == separator
    assert total() == 15
    assert categories() == {"extorsión", "niñez", "robo"}


def test_latin_1_where_cp1252_has_no_letter(tmp_path):
    source(tmp_path)
    file = table(tmp_path, (HEADER, "130105,2023,1,a\x81ñ,7"), encoding="latin-1")
    assert receive(file).notes["encoding"] == "latin-1"


def test_a_header_in_another_encoding_than_its_rows(tmp_path):
    source(tmp_path, COUNTS.replace('year = "year"', 'year = "AÑO"'))
    file = tmp_path / "mixed.csv"
    file.write_bytes(
        "place;AÑO;month;offence;n\n".encode("latin-1") + "130105;2023;1;Extorsión;7\n".encode()
    )
    assert receive(file).notes["encoding"] == "utf-8 (header cp1252)"
    assert categories() == {"Extorsión"}


def test_carriage_returns_blank_lines_quotes_and_gzip_change_nothing(tmp_path):
    source(tmp_path)
    text = (
        f'{HEADER}\r\n"130105",2023,1,"robo, hurto ""y otros""",7\r\n\r\n 130102 ,2023,1, robo ,3'
    )
    file = tmp_path / "file.csv.gz"
    file.write_bytes(gzip.compress(text.encode()))
    receipt = receive(file)
    assert (receipt.read, receipt.accepted) == (2, 2)
    assert categories() == {'robo, hurto "y otros"', "robo"}


def test_old_macintosh_line_ends_are_read(tmp_path):
    source(tmp_path)
    file = tmp_path / "mac.csv"
    file.write_bytes("\r".join((HEADER, *ROWS)).encode())
    assert receive(file).accepted == 3


def test_titles_above_the_header_and_columns_in_another_order_do_not_matter(tmp_path):
    source(tmp_path)
    lines = ("Cuadro 1: denuncias,,,,,", "", "N,offence,Month,YEAR,region, place ")
    receipt = receive(table(tmp_path, (*lines, "7,robo,1,2023,LA LIBERTAD,130105")))
    assert receipt.accepted == 1 and total() == 7


def test_a_column_may_go_by_several_names(tmp_path):
    source(tmp_path, COUNTS.replace('n = "n"', 'n = ["cantidad", "n"]'))
    assert receive(table(tmp_path, (HEADER.replace(",n", ",CANTIDAD"), *ROWS))).accepted == 3


def test_what_is_missing_from_the_header_is_told_beside_the_header(tmp_path):
    source(tmp_path)
    file = table(tmp_path, ("lugar;year;month;offence;cantidad", "130105;2023;1;robo;7"))
    with pytest.raises(BadInput) as refused:
        receive(file)
    said = str(refused.value)
    assert "place, n" in said and "lugar, year, month" in said and "proof" in said


def test_a_mapped_column_that_stands_twice_is_refused(tmp_path):
    source(tmp_path)
    with pytest.raises(BadInput, match="twice"):
        receive(table(tmp_path, (f"{HEADER},N", "130105,2023,1,robo,7,8")))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("130105,2023,2,robo", "It has 4 fields, the header has 5"),
        ("130105,2023,2,robo,7,8", "It has 6 fields, the header has 5"),
        ('130105,2023,2,"robo" con arma,7', "quotation mark"),
    ],
)
def test_a_line_of_another_structure_refuses_the_file_and_is_named(tmp_path, home, broken, says):
    source(tmp_path)
    # The line break within quotation marks makes the line differ from the record
    file = table(tmp_path, (HEADER, '130105,2023,1,"ro\nbo",7', ROWS[2], broken))
    with pytest.raises(BadInput) as refused:
        receive(file)
    assert refused.value.problems[0].where == "line 5"
    assert says in refused.value.problems[0].why
    assert list(home.evidence.glob("*.parquet")) == []


def test_a_workbook_that_cannot_be_measured_is_not_handed_on(tmp_path):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as parts:
        parts.writestr("xl/worksheets/sheet1.xml", '<c r="A1"/>')
    with zipfile.ZipFile(box) as parts:
        central = parts.start_dir
    raw = bytearray(box.getvalue())
    for place in (8, central + 10):  # the packing method, in both headers: one that nobody knows
        raw[place : place + 2] = (99).to_bytes(2, "little")
    file = tmp_path / "x.xlsx"
    file.write_bytes(raw)
    with pytest.raises(BadInput, match="neither a workbook"):
        measured(file, "x.xlsx", tmp_path)


def test_a_row_whose_quotes_mean_nothing_any_more_is_refused_in_words(tmp_path):
    source(tmp_path)
    rows = (HEADER, "130105,2023,1,ex", "", "torsión,7", '"""""130102",2023,2,"robo, de noche",5')
    with pytest.raises(BadInput) as refused:
        receive(table(tmp_path, rows))
    assert refused.value.problems[0].where.startswith("line ")


def test_a_file_without_rows_or_without_content_is_refused(tmp_path):
    source(tmp_path)
    for rows in ((HEADER,), ()):
        with pytest.raises(BadInput):
            receive(table(tmp_path, rows))


def test_a_cut_gzip_a_parquet_and_an_absent_file_are_told(tmp_path):
    source(tmp_path)
    whole = gzip.compress("\n".join((HEADER, *ROWS)).encode())
    for name, content, says in (
        ("cut.csv.gz", whole[:-12], "cut off"),
        ("p.parquet", b"PAR1....PAR1", "Parquet"),
        ("z.zip", b"PK\x03\x04nothing", "neither a workbook"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=says):
            receive(tmp_path / name)
    with pytest.raises(BadInput, match="cannot be read"):
        receive(tmp_path / "absent.csv")


def test_an_encoding_that_the_source_declares_is_believed_and_checked(tmp_path):
    source(tmp_path, COUNTS + '    [file]\n    encoding = "utf-8"\n')
    assert receive(table(tmp_path, (HEADER, *ROWS))).accepted == 3
    with pytest.raises(BadInput, match="utf-8"):
        receive(table(tmp_path, (HEADER, *ROWS), "latin.csv", "latin-1"))


# Workbooks


def test_a_workbook_is_read_with_its_dates_numbers_and_row_numbers(tmp_path):
    dated = COUNTS.replace('year = "year"\n    month = "month"', 'date = "day"')
    source(tmp_path, dated)
    file = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("Notas").write(0, 0, "Publicado en 2024")
        sheet = book.add_worksheet("Datos")
        sheet.merge_range(1, 0, 1, 3, "Cuadro 1: denuncias")
        sheet.write_row(3, 0, ("place", "day", "offence", "n"))
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(4, 0, (130105,))
        sheet.write_datetime(4, 1, datetime(2023, 1, 15), day)  # noqa: DTZ001 - a workbook knows no zone
        sheet.write_row(4, 2, ("robo", 7))
        # A row left empty, a text date, a day number without its format, a code as text
        sheet.write_row(6, 0, ("130102", "2023-01-16", "hurto\nsimple", 3.0))
        sheet.write_row(7, 0, ("130103", 44943, "hurto", 2))
        sheet.write_row(8, 0, ("130103", "2023-01-18", "hurto", 2.5))
    receipt = receive(file)
    assert (receipt.read, receipt.accepted, receipt.rejected) == (4, 3, 1)
    assert receipt.notes["encoding"] == "xlsx (Datos)"
    assert queries.by_day(Selection("proof", BETWEEN("2023", "2023"))) == {
        date(2023, 1, 15): 7,
        date(2023, 1, 16): 3,
        date(2023, 1, 17): 2,
    }
    assert categories() == {"robo", "hurto simple", "hurto"}
    assert receipt.rejects_file.read_text().splitlines()[1].startswith("9,n,2.5,")


def test_a_lost_leading_zero_comes_back_from_a_number_cell(tmp_path):
    source(tmp_path)
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    book.active.append([60101, 2023, 1, "robo", 4])
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "book.xlsx").write_bytes(stream.getvalue())
    assert receive(tmp_path / "book.xlsx").accepted == 1
    assert queries.count(Selection("proof", BETWEEN("2023", "2023"), ("PE-INEI:060101",))) == 4


def test_a_workbook_without_the_sheet_or_the_columns_is_refused(tmp_path):
    source(tmp_path, COUNTS + '    [file]\n    sheet = "2023"\n')
    book = openpyxl.Workbook()
    book.active.append(["lugar"])
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(BadInput, match="no sheet"):
        receive(tmp_path / "book.xlsx")
    source(tmp_path, COUNTS)
    with pytest.raises(BadInput, match="lacks the columns"):
        receive(tmp_path / "book.xlsx")


def test_a_header_row_that_the_source_declares_is_the_header(tmp_path):
    source(tmp_path, COUNTS + "    [file]\n    header_row = 3\n")
    file = table(tmp_path, ("titulo,,,,", HEADER, HEADER, *ROWS))
    assert receive(file).read == 3


def test_a_source_is_told_that_months_stand_as_columns_and_not_what_its_header_lacks(tmp_path):
    source(tmp_path)
    with pytest.raises(BadInput, match="Months stand in its columns"):
        receive(table(tmp_path, ("place,offence,ENERO,FEBRERO,MARZO", "130105,robo,1,2,3")))


# Heads over several columns


TWO_ROWS = (
    "Denuncias del distrito,,,,,",
    "N°,UBICACIÓN,,PERIODO,,DELITO,CASOS",
    ",DISTRITO,UBIGEO,AÑO,MES,,",
)
VALUES = ("1,La Esperanza,130105,2023,1,robo,7", "2,La Esperanza,130105,2023,2,hurto,5")


def merged(folder):
    """A workbook whose heads stand over several columns, as people merge them."""
    book = openpyxl.Workbook()
    for line in (*TWO_ROWS, *VALUES):
        book.active.append([cell or None for cell in line.split(",")])
    for cells in ("B2:C2", "D2:E2", "A2:A3", "F2:F3", "G2:G3"):
        book.active.merge_cells(cells)
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def test_a_head_over_two_columns_is_joined_with_the_names_below_it(tmp_path):
    text = COUNTS.replace('place = "place"', 'place = "UBICACIÓN UBIGEO"')
    text = text.replace('year = "year"', 'year = "PERIODO AÑO"')
    text = text.replace('month = "month"', 'month = "PERIODO MES"')
    text = text.replace('category = "offence"', 'category = "DELITO"')
    source(tmp_path, text.replace('n = "n"', 'n = "CASOS"'))
    for file in (table(tmp_path, (*TWO_ROWS, *VALUES)), merged(tmp_path)):
        receipt = receive(file)
        assert (receipt.read, receipt.accepted) == (2, 2)
    assert total() == 12


def guessed(*rows):
    lines = [line.split(",") for line in rows]
    header = guess_header(iter(enumerate(lines, 1)), "file.csv")
    return list(header.names), header.lines


def test_the_header_of_two_rows_is_known_by_its_blanks():
    names = ["N°", "UBICACIÓN DISTRITO", "UBICACIÓN UBIGEO", "PERIODO AÑO", "PERIODO MES"]
    assert guessed(*TWO_ROWS, *VALUES) == ([*names, "DELITO", "CASOS"], 3)
    assert guessed("N°,HECHO,,DELITO", ",FECHA,HORA,", "1,2023-01-02,10:00,robo")[0] == [
        "N°", "HECHO FECHA", "HECHO HORA", "DELITO"
    ]  # fmt: skip


def test_names_that_stand_twice_below_are_told_apart_by_their_heads():
    rows = ("HECHO,,DENUNCIA,", "FECHA,HORA,FECHA,HORA", "2023-01-02,10:00,2023-01-03,11:00")
    names = ["HECHO FECHA", "HECHO HORA", "DENUNCIA FECHA", "DENUNCIA HORA"]
    assert guessed(*rows) == (names, 2)


@pytest.mark.parametrize(
    "rows",
    [
        ("DISTRITO,DELITO,,OBS", "La Esperanza,robo,alto,", "El Porvenir,hurto,bajo,"),
        ("DISTRITO,,OBS,DELITO", "La Esperanza,alto,,", "La Esperanza,bajo,,robo"),
        ("DISTRITO,,OBS,DELITO", "La Esperanza,alto,,", "El Porvenir,bajo,,"),
        ("DISTRITO,,OBS,DELITO", "La Esperanza,2023,,", "El Porvenir,2024,nada,robo"),
    ],
)
def test_a_row_of_values_is_never_taken_into_the_header(rows):
    names, lines = guessed(*rows)
    assert lines == 1 and "La Esperanza" not in " ".join(names)


def test_a_column_without_a_name_is_bound_by_its_letter(tmp_path):
    assert guessed("DISTRITO,,DELITO,N", "La Esperanza,x1,robo,3")[0][1] == "column B"
    source(tmp_path, COUNTS.replace('n = "n"', 'n = "column E"'))
    assert receive(table(tmp_path, (HEADER.removesuffix("n"), *ROWS))).accepted == 3
    assert total() == 15


# Real files


def test_the_official_workbook_of_the_census_is_no_source_of_counts(tmp_path, shared):
    source(tmp_path)
    file = shared / "population" / "census_2025_demographics_official_workbook.xlsx"
    with pytest.raises(BadInput, match="lacks the columns"):
        receive(file)


BROKEN = """
    code = "{code}"
    name_es = "Comisarías"
    name_en = "Police stations"
    kind = "police"
    shape = "incidents"
    {more}
    [place]
    scheme = "PE-INEI"
    digits = 6
    [columns]
    id = "ID_N"
    place = "UBIGEO"
    year = {{ value = "2017" }}
    x = "GPSLONGITUD_INF"
    y = "GPSLATITUD_INF"
    category = {{ value = "comisaría" }}
"""


def test_the_structurally_broken_file_is_refused_where_it_breaks(tmp_path, home, shared):
    """Its longitudes are cut in two, one part in each of the first two columns of the next line."""
    source(tmp_path, BROKEN)
    file = shared / "peru_violence/police_stations_2017_broken/Cap_100_Infraestructura_2017.csv"
    with pytest.raises(BadInput) as refused:
        receive(file)
    told = {problem.where: problem.why for problem in refused.value.problems}
    assert "null bytes" in told["line 2"]
    assert any("row 3, column UBIGEO" in where and "“0836”" in why for where, why in told.items())
    assert list(home.evidence.glob("*.parquet")) == [] and queries.batch_ids("proof") == []


def test_hardly_a_row_of_the_broken_file_is_what_its_header_says(tmp_path, shared):
    """Even without its null bytes the file is refused, for what stands under its columns."""
    source(tmp_path, BROKEN)
    broken = shared / "peru_violence/police_stations_2017_broken/Cap_100_Infraestructura_2017.csv"
    file = tmp_path / "cleaned.csv"
    file.write_bytes(broken.read_bytes().replace(b"\0", b""))
    with pytest.raises(BadInput) as refused:
        receive(file)
    told = {problem.where: problem for problem in refused.value.problems}
    assert "quotation mark" in told["line 60"].why
    assert "rows" in told["row 3, column UBIGEO"].why
    assert "header" in told["row 3, column UBIGEO"].remedy


def test_the_broken_file_of_complaints_is_refused_too(tmp_path, shared):
    spec = BROKEN.replace('x = "GPSLONGITUD_INF"', "").replace('y = "GPSLATITUD_INF"', "")
    source(tmp_path, spec)
    name = "peru_violence/police_stations_2017_broken/Capitulo_100_Denuncia_de_Delitos_2017.csv"
    with pytest.raises(BadInput) as refused:
        receive(shared / name)
    # Already the second line holds them
    assert refused.value.problems[0].where == "line 2"


def test_a_workbook_that_would_unpack_to_more_than_a_machine_holds_is_refused(tmp_path):
    source(tmp_path)
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write(1_048_575, 16_383, "far away")
    assert path.stat().st_size < 10_000
    with pytest.raises(BadInput, match="more than can be held"):
        receive(path)


@pytest.mark.parametrize("cell", ["=1+1", "far"])
def test_a_long_narrow_sheet_is_read(tmp_path, cell):
    source(tmp_path)
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write_row(200_000, 0, ["130105", 2023, 1, cell, 7])
    assert receive(path).accepted == 1
