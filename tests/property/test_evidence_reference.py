"""The set-based reading against a slow, obvious one that takes a file row by row."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from calendar import monthrange
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import COUNTS, INCIDENTS, spec_of

from convive.evidence.reading.files import open_table
from convive.evidence.reading.staging import Staged, stage, write_parquet, write_rejects
from convive.evidence.spec import SourceSpec
from convive.kernel.errors import BadInput

TODAY = date(2024, 6, 30)
MONTHS = (
    *("ENERO", "FEBRERO", "MARZO", "ABRIL", "MAYO", "JUNIO"),
    *("JULIO", "AGOSTO", "SETIEMBRE", "OCTUBRE", "NOVIEMBRE", "DICIEMBRE"),
)


class Rejected(Exception):
    """A row is not taken, for the value of this column."""


# The slow reader: one value at a time, as one would explain it to a person


def text(value: str) -> str | None:
    return value.replace("\u00a0", " ").strip(" ") or None


def slow_place(value: str) -> str:
    said = text(value)
    if said and said.endswith(".0"):
        said = said[:-2]
    if said is None or not re.fullmatch("[0-9]+", said) or len(said) not in (5, 6):
        raise Rejected("place")
    return said.zfill(6)


def slow_span(year: str, month: str) -> tuple[date, date]:
    y, m = text(year), text(month)
    if y is None or not re.fullmatch(r"[0-9]{4}(\.0)?", y) or not 1900 <= int(y[:4]) <= 2100:
        raise Rejected("year")
    if m is not None and m.upper() in MONTHS:
        number = MONTHS.index(m.upper()) + 1
    elif m is not None and re.fullmatch(r"[0-9]{1,2}(\.0)?", m) and 1 <= float(m) <= 12:
        number = int(float(m))
    else:
        raise Rejected("month")
    first = date(int(y[:4]), number, 1)
    if first > TODAY:
        raise Rejected("month")
    return first, first.replace(day=monthrange(first.year, number)[1])


def slow_category(value: str) -> str:
    said = text(value)
    if said is None:
        raise Rejected("offence")
    return re.sub("  +", " ", said)


def slow_whole(value: str) -> int:
    said = text(value)
    if said is None or not re.fullmatch(r"-?[0-9]+([.,]0+)?", said):
        raise Rejected("n")
    number = int(re.split("[.,]", said)[0])
    if number < 0:
        raise Rejected("n")
    return number


def slow_counts(rows):
    """(accepted rows, rejected (row, column)) of a file of counts."""
    accepted, rejected, seen = [], [], set()
    for number, row in enumerate(rows, 2):
        try:
            place = slow_place(row[0])
            first, last = slow_span(row[1], row[2])
            category, n = slow_category(row[3]), slow_whole(row[4])
            if (place, first, category) in seen:
                raise Rejected("place")
        except Rejected as error:
            rejected.append((number, str(error)))
            continue
        seen.add((place, first, category))
        accepted.append((number, place, first, last, category, n))
    return accepted, rejected


def slow_day(value: str, order: str) -> date:
    said = text(value)
    if said is None:
        raise Rejected("d")
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", said) and 20_000 <= float(said) <= 73_415:
        moment = datetime(1899, 12, 30) + timedelta(seconds=round(float(said) * 86_400))  # noqa: DTZ001
        return in_time(moment.date())
    head = said.replace("T", " ").split(" ")[0]
    found = re.fullmatch(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})", head)
    if found:
        return in_time(day_of(found[1], found[3], found[4]))
    found = re.fullmatch("([0-9]{4})([0-9]{2})([0-9]{2})", head)
    if found:
        return in_time(day_of(*found.groups()))
    found = re.fullmatch(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", head)
    if found and order != "ymd":
        day, month = (found[1], found[3]) if order == "dmy" else (found[3], found[1])
        return in_time(day_of(found[4], month, day))
    raise Rejected("d")


def day_of(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Rejected("d") from None


def in_time(day: date) -> date:
    if not date(1900, 1, 1) <= day <= TODAY:
        raise Rejected("d")
    return day


def slow_number(value: str, column: str) -> float | None:
    said = text(value)
    if said is None:
        return None
    if not re.fullmatch(r"[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]+)?", said):
        raise Rejected(column)
    return float(said.replace(",", "."))


def slow_incidents(rows, order):
    accepted, rejected, seen = [], [], set()
    for number, row in enumerate(rows, 2):
        try:
            if text(row[0]) is None:
                raise Rejected("id")
            x, y = slow_number(row[2], "x"), slow_number(row[3], "y")
            if x is None and y is not None:
                raise Rejected("x")
            if y is None and x is not None:
                raise Rejected("y")
            if x == 0 and y == 0:
                x = y = None
            if x is not None and (abs(x) > 180 or abs(y) > 90):
                raise Rejected("x" if abs(x) > 180 else "y")
            day = slow_day(row[1], order)
            if text(row[0]) in seen:
                raise Rejected("id")
        except Rejected as error:
            rejected.append((number, str(error)))
            continue
        seen.add(text(row[0]))
        accepted.append((number, text(row[0]), day, x, y))
    return accepted, rejected


# Messy files


def padded(values):
    return st.tuples(st.sampled_from(["", " ", "\u00a0"]), values, st.sampled_from(["", " "])).map(
        "".join
    )


whole = st.integers(-2, 99).map(str)
places = padded(
    st.sampled_from(
        [
            "130105",
            "60101",
            "130102.0",
            "60101.0",
            "1301",
            "1301055",
            "13O105",
            "",
            "-30105",
            "²30105",
        ]
    )
)
years = padded(
    st.sampled_from(["2023", "2024", "2023.0", "23", "1899", "2101", "20 23", "", "año"])
)
months = padded(
    st.one_of(whole, st.sampled_from(["01", "1.0", "Enero", "SETIEMBRE", "1.5", "", "13", "mes"]))
)
categories = padded(
    st.sampled_from(["robo", "Robo", "niñez", "a  b", "a, b; c|d", 'q"q', "", "ro\nbo"])
)
counts = padded(
    st.one_of(
        whole, st.sampled_from(["7.0", "7,0", "7,5", "1,234", "1e3", "0x1", "nan", "", "1_0", "٣"])
    )
)
days = padded(
    st.one_of(
        st.dates(date(2020, 1, 1), date(2024, 12, 31)).map(date.isoformat),
        st.dates(date(2020, 1, 1), date(2024, 12, 31)).map(lambda d: f"{d:%d/%m/%Y}"),
        st.dates(date(2020, 1, 1), date(2024, 12, 31)).map(lambda d: f"{d.day}-{d.month}-{d.year}"),
        st.dates(date(2020, 1, 1), date(2024, 12, 31)).map(lambda d: f"{d:%Y%m%d}"),
        st.integers(15_000, 80_000).map(str),
        st.sampled_from(
            ["44927.5", "2023-02-30", "2023-1-5", "2023/1/5", "2023-01-05T10:00", "5.1.2023",
             "1.13.2023", "", "hoy", "epoch", "infinity", "05/01/23", "2023-01-05 10:00:00Z"]
        ),
    )
)  # fmt: skip
coordinates = padded(
    st.one_of(
        st.floats(-200, 200, width=32).map(lambda f: f"{f:.4f}"),
        st.sampled_from(
            ["", "0", "-79,03", "1e1", ".5", "5.", "1.2.3", "oeste", "inf", "--1", "+7"]
        ),
    )
)
identifiers = padded(st.sampled_from(["a", "b", "c", "d", "e", "f", "ñ", ""]))


def files(row):
    return st.tuples(
        st.lists(row, min_size=1, max_size=25),
        st.sampled_from([",", ";", "\t", "|"]),
        st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
        st.sampled_from(["\n", "\r\n"]),
        st.booleans(),
    )


def written(folder: Path, header, rows, separator, encoding, end, quoted) -> Path:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([header, *rows])
    file = folder / "file.csv"
    file.write_bytes(out.getvalue().encode(encoding, "replace"))
    return file


def fast(file: Path, spec: SourceSpec, columns: str):
    """What the set-based reading makes of the file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = open_table(file, spec, folder, lambda _phase, _done: None)
        with stage(table, spec, folder, TODAY) as staged:
            return outcome(staged, folder, columns)


def outcome(staged: Staged, folder: Path, columns: str):
    accepted, rejects = folder / "accepted.parquet", folder / "rejects.csv"
    write_parquet(staged, accepted)
    write_rejects(staged, rejects)
    query = f"SELECT row, {columns} FROM read_parquet('{accepted}') ORDER BY row"
    rows = staged.connection.execute(query).fetchall()
    with rejects.open(encoding="utf-8", newline="") as file:
        told = [(int(r["row"]), r["column"]) for r in csv.DictReader(file)]
    assert staged.read == staged.accepted + staged.rejected == len(rows) + len(told)
    return rows, told


def readable(rows, encoding):
    """The rows as they stand in the file, which has lost what its encoding cannot write."""
    return [[value.encode(encoding, "replace").decode(encoding) for value in row] for row in rows]


def compare(spec, header, columns, slow, made):
    rows, separator, encoding, end, quoted = made
    with tempfile.TemporaryDirectory() as name:
        file = written(Path(name), header, rows, separator, encoding, end, quoted)
        accepted, rejected = slow(
            # A line end within a value comes out as the one of this house
            [[v.replace("\r\n", "\n") for v in row] for row in readable(rows, encoding)]
        )
        try:
            found = fast(file, spec, columns)
        except BadInput as error:
            # Refused whole: the slow reader must have found hardly anything either
            assert len(accepted) <= (0 if len(rows) < 20 else len(rows) / 10), str(error)
            return
    assert found == (accepted, rejected)


def in_form(folder: Path, form: str, header, rows) -> Path:
    """The same rows as text of another form."""
    file = folder / f"rows.{form}"
    records = [dict(zip(header, row, strict=True)) for row in rows]
    if form == "json":
        file.write_text(json.dumps(records), encoding="utf-8")
    elif form == "jsonl":
        lines = (json.dumps(record, ensure_ascii=False) for record in records)
        file.write_text("\n".join(lines), encoding="utf-8")
    else:
        columns = ", ".join(f'? AS "{name}"' for name in header)
        selects = " UNION ALL ".join([f"SELECT {columns}"] * len(rows))
        values = [value.replace("\r\n", "\n") for row in rows for value in row]
        duckdb.execute(f"COPY ({selects}) TO '{file}' (FORMAT parquet)", values)
    return file


@pytest.fixture(scope="module")
def specs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("specs")
    incidents = INCIDENTS + '    id = "id"\n    date = "d"\n    x = "x"\n    y = "y"\n'
    return {
        "counts": spec_of(folder, COUNTS),
        **{
            order: spec_of(folder, incidents + f'    [file]\n    date_order = "{order}"\n')
            for order in ("ymd", "dmy", "mdy")
        },
    }


@settings(max_examples=40, deadline=None)
@given(made=files(st.tuples(places, years, months, categories, counts)))
def test_counts_are_read_as_the_slow_reader_reads_them(specs, made):
    header = ("place", "year", "month", "offence", "n")
    compare(specs["counts"], header, "place, day, last_day, category, n", slow_counts, made)


@settings(max_examples=40, deadline=None)
@given(
    made=files(st.tuples(identifiers, days, coordinates, coordinates)),
    order=st.sampled_from(["ymd", "dmy", "mdy"]),
)
def test_incidents_are_read_as_the_slow_reader_reads_them(specs, made, order):
    compare(
        specs[order],
        ("id", "d", "x", "y"),
        "id, day, lon, lat",
        lambda rows: slow_incidents(rows, order),
        made,
    )


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.tuples(places, years, months, categories, counts), min_size=1, max_size=25),
    form=st.sampled_from(["json", "jsonl", "parquet"]),
)
def test_the_form_in_which_rows_come_changes_nothing_but_how_they_are_numbered(specs, rows, form):
    header = ("place", "year", "month", "offence", "n")
    accepted, rejected = slow_counts(rows)
    with tempfile.TemporaryDirectory() as name:
        file = in_form(Path(name), form, header, rows)
        try:
            found = fast(file, specs["counts"], "place, day, last_day, category, n")
        except BadInput as error:
            assert len(accepted) <= (0 if len(rows) < 20 else len(rows) / 10), str(error)
            return
    # The slow reader counts the header as row 1; a list of records has none
    assert found == (
        [(number - 1, *row) for number, *row in accepted],
        [(number - 1, column) for number, column in rejected],
    )
