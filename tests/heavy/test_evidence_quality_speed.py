"""A quality report of a million records is made while somebody waits for the page."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest
from recorded import INCIDENTS, make_places, offence, receive, source

from convive.domain.programme.models import Place
from convive.evidence.quality import report as quality

pytestmark = [pytest.mark.heavy, pytest.mark.django_db, pytest.mark.usefixtures("home")]

ROWS = 1_000_001
MOST_SECONDS = 2
SPEC = (
    INCIDENTS.replace('category = {{ value = "robo" }}', 'category = "c"')
    + """
    id = "id"
    datetime = "at"
    registered = "reg"
    x = "x"
    y = "y"
    place = "place"
    victim_sex = "sex"
    [place]
    scheme = "PE-INEI"
    digits = 6
"""
)


def test_a_million_records_are_judged_in_two_seconds(tmp_path: Path):
    make_places()
    west, south, east, north = -79.0, -8.1, -78.95, -8.0
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    Place.objects.update(outline=outline, outline_is_schematic=False)
    source(tmp_path, SPEC, more='zone = "America/Lima"')
    offence("robo", "0401")
    file = tmp_path / "million.csv"
    duckdb.execute("SELECT setseed(0.4)")
    duckdb.execute(
        "COPY (SELECT i AS id, TIMESTAMP '2015-01-01' + to_seconds((random() * 2e8)::BIGINT) AS at,"
        " '13010' || [2, 3, 5][1 + i % 3] AS place, DATE '2023-01-01' AS reg,"
        " -79 + random() / 10 AS x, -8.1 + random() / 10 AS y, 'F' AS sex, 'robo' AS c"
        f" FROM range({ROWS}) AS t(i)) TO '{file}' (HEADER)"
    )
    assert receive(file).accepted == ROWS
    quality.of_source("proof")  # opens the connection
    start = time.process_time()  # of all threads: whatever else the machine does is not counted
    report = quality.of_source("proof")
    seconds = time.process_time() - start
    assert report.rows == ROWS and len(report.faults) + len(report.good) > 15
    assert seconds <= MOST_SECONDS, f"{seconds:.1f} s"
