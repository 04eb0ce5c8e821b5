"""Whatever days and positions a file holds, the same come out, as a table or as a workbook."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from convive.evidence.events import FileColumns, of_file
from convive.evidence.support import Need

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

Row = tuple[float, float, date]
COLUMNS = FileColumns(x="east", y="north", date="day", crs="EPSG:32717")
ROWS = st.lists(
    st.tuples(
        st.integers(200_000_00, 800_000_00).map(lambda n: n / 100),
        st.integers(8_000_000_00, 9_900_000_00).map(lambda n: n / 100),
        st.dates(date(1990, 1, 1), date(2025, 12, 31)),
    ),
    min_size=1,
    max_size=40,
)


def as_csv(folder: Path, rows: list[Row]) -> Path:
    file = folder / "incidents.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["day", "north", "east"])
        writer.writerows((day.isoformat(), y, x) for x, y, day in rows)
    return file


def as_workbook(folder: Path, rows: list[Row]) -> Path:
    file, book = folder / "incidents.xlsx", Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["east", "north", "day"])
    for x, y, day in rows:
        sheet.append([x, y, day])
    book.save(file)
    return file


@pytest.mark.parametrize("write", [as_csv, as_workbook])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=ROWS)
def test_days_and_positions_come_out_as_they_were_written(write, rows):
    with TemporaryDirectory() as folder:
        found = of_file(write(Path(folder), rows), COLUMNS, None, Need.POSITION)
    came = sorted(zip(found.day.astype(object), found.x, found.y, strict=True))
    wanted = sorted((day, x, y) for x, y, day in rows)
    assert [row[0] for row in came] == [row[0] for row in wanted]
    assert np.allclose([row[1:] for row in came], [row[1:] for row in wanted], atol=1e-6)
    assert found.left_out == {}
