"""Whatever quotation marks get lost in a list, each of its lines is in a row or in a problem."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convive.evidence.columns import columns_of, rows_of
from convive.evidence.reading.quotes import lone_marks
from convive.kernel.errors import BadInput

WIDTH = 4
with_home = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = "nombres;apellidos;sexo;distrito"
WORD = st.text("abc é-", max_size=6)
PLAIN = st.lists(st.tuples(WORD, WORD, WORD), min_size=2, max_size=12)
# A cell as a spreadsheet writes it: with separators, marks and lines of its own
RICH = st.text('ab ;"\n', max_size=12)


def written(rows: list[list[str]], **how: object) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\n", **how).writerows(rows)
    return out.getvalue()


def read(reader, text: str):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text(f"{HEADER}\n{text}", encoding="utf-8", newline="")
        return reader(path)


@with_home
@given(
    rows=PLAIN,
    quoted=st.booleans(),
    marks=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 40)), max_size=4),
)
def test_no_line_is_lost_to_lone_marks(rows, quoted, marks, home):
    how = {"quoting": csv.QUOTE_ALL} if quoted else {}
    cells = [[f"r{n}.", *row] for n, row in enumerate(rows)]
    lines = written(cells, **how).splitlines()
    for row, at in marks:
        line = lines[row % len(lines)]
        at %= len(line) + 1
        lines[row % len(lines)] = f'{line[:at]}"{line[at:]}'
    for reader in (rows_of, columns_of):
        try:
            found = read(reader, "\n".join(lines) + "\n")
        except BadInput as error:
            assert error.problems
            continue
        if reader is rows_of:
            texts = [" ".join(cells) for _number, cells in found.cells]
        else:
            texts = [" ".join(map(str, row)) for row in zip(*found.values(), strict=True)]
        # Every line is a row of its own: taken or, where it is ragged, refused by its number
        assert [re.findall(r"r(\d+)\.", text.replace('"', "")) for text in texts] == [
            [str(n)] for n in range(len(rows))
        ]


@given(rows=st.lists(st.lists(RICH, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=6))
def test_what_is_quoted_well_is_named_only_where_its_lines_are_whole_rows(rows):
    text = written([[f"r{n}", *row[1:]] for n, row in enumerate(rows)])
    for mark in lone_marks(io.StringIO(text, newline=""), ";", WIDTH):
        lines = text.splitlines()[mark.first - 1 : mark.last]
        whole = sum(line.count(";") >= WIDTH - 1 for line in lines)
        assert 2 * whole > sum(bool(line.strip()) for line in lines)


@with_home
@given(
    rows=st.lists(
        st.lists(st.text('ab "\n', max_size=12), min_size=WIDTH, max_size=WIDTH), min_size=1
    )
)
def test_cells_of_several_lines_without_separators_are_read_as_they_are(rows, home):
    rows = [[f"r{n}", *row[1:]] for n, row in enumerate(rows)]
    found = read(rows_of, written(rows))
    assert [cells for _number, cells in found.cells] == [
        [cell.strip() for cell in row] for row in rows
    ]
