"""A quotation mark that stands alone takes in the rows below it: it is named, nothing is lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from cast import actor, make_programme
from django.utils import translation

from convive.domain.people import importing
from convive.evidence.columns import columns_of, rows_of
from convive.evidence.iccs.offences import read_offences
from convive.kernel.errors import BadInput

HEAD = "nombres;apellidos;sexo;distrito"
PEOPLE = [f"Rosa{n};Quispe;F;La Esperanza" for n in range(300)]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def file(tmp_path: Path, lines: list[str], head: str = HEAD, encoding: str = "latin-1") -> Path:
    path = tmp_path / "lista.csv"
    path.write_bytes("\r\n".join((head, *lines, "")).encode(encoding))
    return path


def told(path: Path, read=rows_of) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as refused:
        read(path)
    return [(each.where, each.why) for each in refused.value.problems]


def with_marks(*at: int, before: bool = True) -> list[str]:
    return [
        (f'"{line}' if before else f'{line}"') if n in at else line for n, line in enumerate(PEOPLE)
    ]


@pytest.mark.parametrize("read", [rows_of, columns_of])
def test_a_mark_that_is_never_closed_is_named_with_the_lines_it_takes_in(tmp_path, read):
    found = told(file(tmp_path, with_marks(79)), read)
    assert found[0] == (
        "line 81", "A quotation mark is not closed: it takes in lines 81 to 301.",
    )  # fmt: skip


@pytest.mark.parametrize("read", [rows_of, columns_of])
def test_two_marks_forty_lines_apart_lose_nobody(tmp_path, read):
    where, why = told(file(tmp_path, with_marks(79, 119)), read)[0]
    assert where == "line 81" and "takes in lines 81 to 121" in why
    # Closed where a cell ends: the row that they make has as many cells as the header
    lines = with_marks(79)
    lines[119] = lines[119].replace(";", '";', 1)
    where, why = told(file(tmp_path, lines), read)[0]
    assert where == "line 81" and "takes in lines 81 to 121" in why


def test_a_mark_at_the_end_of_two_neighbours_is_named(tmp_path):
    lines = list(PEOPLE)
    lines[4] = 'Rosa4;Quispe;F;"La Esperanza'
    lines[5] = 'Rosa5;Quispe;F;La Esperanza"'
    assert told(file(tmp_path, lines)) == [
        ("line 6", "A quotation mark is not closed: it takes in lines 6 to 7.")
    ]


def test_every_lone_mark_is_told_up_to_five(tmp_path):
    lines = list(PEOPLE)
    for at in range(0, 80, 10):
        lines[at], lines[at + 3] = f'"{lines[at]}', lines[at + 3].replace(";", '";', 1)
    assert [where for where, _why in told(file(tmp_path, lines))] == [
        f"line {at + 2}" for at in range(0, 50, 10)
    ]


def test_rows_that_a_mark_joined_are_not_taken_for_the_header(tmp_path):
    lines = list(PEOPLE[:12])
    lines[7], lines[9] = lines[7].replace("F;", 'F;"'), lines[9].replace(";", '";', 1)
    assert told(file(tmp_path, lines))[0][0] == "line 9"
    head = 'nombres;"apellidos\r\ny más";"sexo\r\nF o M";distrito'
    found = rows_of(file(tmp_path, lines[:5], head))
    assert found.headers[1:3] == ("apellidos\ny más", "sexo\nF o M") and len(found.cells) == 5


def test_a_cell_of_several_lines_is_read_as_it_was_written(tmp_path):
    lines = [
        'Rosa;"Quispe\r\nMamani";F;La Esperanza',
        '"Luz\r\n\r\nMaría";Quispe;F;"Mz. B; lote 3\r\nal fondo ""azul"""',
        *PEOPLE[:3],
    ]
    path = file(tmp_path, lines)
    found = rows_of(path)
    assert [number for number, _cells in found.cells] == [2, 3, 4, 5, 6]
    assert found.cells[0][1] == ["Rosa", "Quispe\nMamani", "F", "La Esperanza"]
    assert found.cells[1][1][3] == 'Mz. B; lote 3\nal fondo "azul"'
    assert columns_of(path)["apellidos"][0] == "Quispe\nMamani"


def test_a_mark_within_a_word_is_a_letter_as_before(tmp_path):
    found = rows_of(file(tmp_path, [PEOPLE[0], 'Luz "la Grande";Mamani;F;El Porvenir']))
    assert len(found.cells) == 2 and found.cells[1][1][0] == 'Luz "la Grande"'


@pytest.fixture
def short_cells():
    before = csv.field_size_limit(131_072)  # that of Python, which a download lifts
    yield
    csv.field_size_limit(before)


def test_a_cell_that_is_longer_than_any_is_told_in_words(tmp_path, short_cells):
    long = "x" * 200_000
    assert told(file(tmp_path, [PEOPLE[0], f"{long};Quispe;F;La Esperanza"])) == [
        ("line 3", "A cell is too long to be read.")
    ]
    # What a mark takes in may be as long
    many = [f'"{PEOPLE[0]}', *PEOPLE * 30]
    where, why = told(file(tmp_path, many))[0]
    assert where == "line 2" and f"takes in lines 2 to {len(many) + 1}" in why


@pytest.mark.parametrize("line", ["Rosa;Quispe;F", "Rosa;Quispe;F;La Esperanza;más"])
def test_a_line_of_another_width_is_not_passed_over_in_a_table(tmp_path, line):
    where, why = told(file(tmp_path, [PEOPLE[0], line, PEOPLE[1]]), columns_of)[0]
    assert where == "line 3" and "the header has 4" in why
    assert len(rows_of(file(tmp_path, [PEOPLE[0], line])).cells) == 2  # told row by row


@pytest.mark.django_db
def test_an_import_of_people_loses_nobody(tmp_path):
    make_programme()
    path = file(tmp_path, with_marks(79))
    with pytest.raises(BadInput, match="takes in lines 81 to 301"):
        importing.read(path)
    found = importing.plan(actor("case_worker"), "unfpa", importing.read(file(tmp_path, PEOPLE))[0])
    assert found.read == 300


def test_the_offences_of_a_pack_lose_no_row(tmp_path):
    rows = ['p,"robo,Robo,Robbery,0401,', "p,hurto,Hurto,Theft,0502,", 'p,lesiones",L,Injury,02,']
    path = file(tmp_path, rows, "source,category,name_es,name_en,iccs,flags", "utf-8")
    _rows, problems = read_offences(path)
    assert any("takes in lines 2 to 4" in each.why for each in problems)
    assert problems[-1].where == f"{path}:2"
