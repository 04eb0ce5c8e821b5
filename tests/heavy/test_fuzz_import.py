"""Whatever bytes are sent: a file is refused with a reason, or its rows add up; nothing else."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutation import mutated
from recorded import INCIDENTS, receive, source

from convive.evidence.models import Batch
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

pytestmark = [pytest.mark.heavy, pytest.mark.django_db]

fuzz = settings(
    max_examples=800,
    deadline=None,
    print_blob=True,
    # The home is the same for all examples on purpose: what one leaves behind, the next one finds
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

HEADER = "place,year,month,offence,n"
ROWS = (
    HEADER,
    "130105,2023,1,extorsión,7",
    '"130102",2023,2,"robo, de noche",5',
    "130103,2022,12,robo,0",
)
DATED = INCIDENTS.replace(
    'category = {{ value = "robo" }}',
    'category = "offence"\n    date = "date"\n    y = "lat"\n    x = "lon"',
)
KINDS = ("counts", "incidents")


def csv_file(separator: str = ",", encoding: str = "utf-8") -> bytes:
    return "".join(f"{row.replace(',', separator)}\n" for row in ROWS).encode(encoding)


def workbook() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row.split(","))
    return made.getvalue()


VALID = (
    csv_file(),
    csv_file(";", "cp1252"),
    csv_file("\t", "utf-16"),
    csv_file("|", "utf-8-sig"),
    workbook(),
)
PACKED = st.sampled_from((gzip.compress(csv_file()), gzip.compress(workbook())))
STARTS = (
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b\x08\x00",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"PAR1",
)
CELL = st.one_of(
    st.sampled_from(("130105", "2023", "1", "robo", "", '"', "=1+1", "1e309", "-0", "٣", "\x00")),
    st.text(max_size=8),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)
EOLS = st.sampled_from(("\n", "\r\n", "\r"))


@pytest.fixture(autouse=True)
def sources(home, tmp_path):
    source(tmp_path, code="counts")
    source(tmp_path, DATED, code="incidents")


def adds_up(home: Home, folder: Path, content: bytes, name: str, kind: str) -> bool:
    """Import the bytes: are they refused for a reason, or are all of their rows accounted for?

    Raises whatever the import raises beside BadInput. Fails where half-made files remain.
    """
    file = folder / name
    file.write_bytes(content)
    try:
        receipt = receive(file, kind)
    except BadInput as refusal:
        told = all(problem.why for problem in refusal.problems)
    else:
        told = receipt.read == receipt.accepted + receipt.rejected
        assert (receipt.rejects_file is not None) == (receipt.rejected > 0)
    batches = {str(pk): rejected for pk, rejected in Batch.objects.values_list("pk", "rejected")}
    kept = {entry.name for entry in home.evidence.iterdir()} - {".lock"}
    assert kept == {f"{batch}.parquet" for batch in batches}
    listed = {entry.name for entry in home.rejects.iterdir()}
    assert listed == {f"{batch}.csv" for batch, rejected in batches.items() if rejected}
    return told


@given(content=st.binary(max_size=400), start=st.sampled_from(STARTS), kind=st.sampled_from(KINDS))
@fuzz
def test_random_bytes_are_refused_or_add_up(home, tmp_path, content, start, kind):
    assert adds_up(home, tmp_path, start + content, "sent.csv", kind)


@given(content=mutated(st.sampled_from(VALID)), packed=st.booleans(), kind=st.sampled_from(KINDS))
@fuzz
def test_damaged_tables_and_workbooks_are_refused_or_add_up(home, tmp_path, content, packed, kind):
    sent = gzip.compress(content) if packed else content
    assert adds_up(home, tmp_path, sent, "sent.xlsx", kind)


@given(content=mutated(PACKED, most=3), kind=st.sampled_from(KINDS))
@fuzz
def test_damaged_gzip_files_are_refused_or_add_up(home, tmp_path, content, kind):
    assert adds_up(home, tmp_path, content, "sent.csv.gz", kind)


@given(
    rows=st.lists(st.lists(CELL, min_size=4, max_size=6), max_size=8),
    end=EOLS,
    quoted=st.booleans(),
    kind=st.sampled_from(KINDS),
)
@fuzz
def test_tables_of_odd_values_are_refused_or_add_up(home, tmp_path, rows, end, quoted, kind):
    header = HEADER if kind == "counts" else "date,offence,lat,lon,more"
    lines = [",".join(_written(cell, quoted) for cell in row) for row in rows]
    content = end.join((header, *lines, "")).encode("utf-8", "surrogatepass")
    assert adds_up(home, tmp_path, content, "sent.csv", kind)


def _written(cell: str, quoted: bool) -> str:
    return '"' + cell.replace('"', '""') + '"' if quoted else cell
