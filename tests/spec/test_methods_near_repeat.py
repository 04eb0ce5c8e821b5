"""The tables of docs/methods/near-repeat.md are run, on the data they were published for."""

from __future__ import annotations

import csv
import math
import struct
from functools import cache
from pathlib import Path

import numpy as np
from test_methods import TABLES, Row, agrees, rows_of

from convive.stats.near_repeat import Knox, knox, open_windows

Events = tuple[np.ndarray, np.ndarray, np.ndarray]


@cache
def burglaries(data: Path) -> Events:
    with (data / "methods" / "near_repeat" / "chicago_burglary_2016.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["date"] < "2016-02-01"]
    day = np.array([row["date"] for row in rows], "datetime64[D]").astype(int)
    return (
        np.array([float(row["X"]) for row in rows]),
        np.array([float(row["Y"]) for row in rows]),
        day,
    )


@cache
def chicago(data: Path) -> Knox:
    return knox(
        *burglaries(data), distances=[0, 0.1, 200, 400, 600], days=[0, 7, 14, 21],
        metric="manhattan",
    )  # fmt: skip


@cache
def burkitt(data: Path) -> Events:
    """X, Y and T of every case: a dBase table is lines of fixed width after a header."""
    content = (data / "methods" / "near_repeat" / "burkitt" / "burkitt.dbf").read_bytes()
    n, head, size = struct.unpack("<IHH", content[4:12])
    fields, at = {}, 1
    for place in range(32, head - 1, 32):
        name = content[place : place + 11].split(b"\0")[0].decode()
        fields[name] = slice(at, at + content[place + 16])
        at += content[place + 16]
    lines = [content[head + i * size : head + (i + 1) * size] for i in range(n)]
    x, y, day = (np.array([float(line[fields[k]]) for line in lines]) for k in ("X", "Y", "T"))
    return x, y, day


def within_chance(published: float, ours: float, spread: float, draws: int = 999) -> bool:
    """Whether two means over so many draws differ by no more than four standard errors."""
    return abs(published - ours) <= 4 * spread * math.sqrt(2 / draws)


@rows_of("knox_chicago")
def test_a_cell_of_chicago_is_what_nearrepeat_published(row: Row, shared: Path):
    answer = chicago(shared)
    assert answer.n == 970
    at = answer.distance_bins.index(row["metres"]), answer.day_bins.index(row["days"])
    assert answer.observed[at] == int(row["pairs"])
    for name in ("ratio", "median ratio", "p", "p adjusted"):
        assert agrees(row[name], getattr(answer, name.replace(" ", "_"))[at]), name
    # pairs of a cell vary about as a Poisson count; a median varies 1.25 times as much as a mean,
    # and it is a whole number
    expected = answer.expected[at]
    spread = answer.ratio[at] / math.sqrt(expected)
    assert within_chance(float(row["ratio published"]), answer.ratio[at], spread)
    published, ours = float(row["median ratio published"]), answer.median_ratio[at]
    step = answer.ratio[at] / expected
    assert within_chance(published, ours, 1.25 * spread) or abs(published - ours) <= 1.1 * step
    p = min(max(answer.p[at], 0.003), 0.997)
    assert within_chance(float(row["p published"]), answer.p[at], math.sqrt(p * (1 - p)))


def test_the_published_table_is_whole(shared: Path):
    assert len(TABLES["knox_chicago"]) == chicago(shared).observed.size == 12


@rows_of("knox_burkitt")
def test_burkitts_table_is_what_pointpats_published(row: Row, shared: Path):
    answer = knox(
        *burkitt(shared), distances=[0, float(row["km"])], days=[0, float(row["days"])],
        closed=row["closed"] == "yes",
    )  # fmt: skip
    assert answer.observed.tolist() == [[int(row["pairs"])]]
    assert agrees(row["p"], answer.p[0, 0])
    if row["p published"]:
        published = float(row["p published"])
        spread = math.sqrt(published * (1 - published))
        assert abs(published - answer.p[0, 0]) <= 4 * spread * math.sqrt(1 / 99 + 1 / 999)


def test_the_whole_table_of_burkitt_has_the_published_pairs(shared: Path):
    answer = knox(*burkitt(shared), distances=[0, 20, math.inf], days=[0, 5, math.inf], closed=True)
    assert answer.observed.tolist() == [[13, 3416], [39, 14110]]


def test_a_burglary_in_chicago_opens_a_window_of_200_metres_for_a_week(shared: Path):
    x, y, day = burglaries(shared)
    today = int(day.max())
    opened = open_windows(x, y, day, chicago(shared), today)
    assert opened.event.tolist() == np.flatnonzero(day > today - 7).tolist()
    assert set(opened.radius) == {200.0}
    assert set(opened.inner) == {0.0}
    assert (opened.until == day[opened.event] + 6).all()
