"""Aoristic weights are what a walk through each interval, minute by minute, gives."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.stats.aoristic import weights

MINUTE = np.timedelta64(60, "s")
PARTS = {"morning": range(6, 12), "night": range(22, 30), "noon": [12]}

moments = st.integers(0, 3 * 7 * 24 * 60).map(
    lambda m: np.datetime64("2023-12-20T00:00:00", "s") + m * MINUTE
)
events = st.lists(
    st.tuples(
        st.none() | moments,
        st.none() | st.integers(-90, 16 * 24 * 60),
        st.none() | st.sampled_from(sorted(PARTS)),
    ),
    max_size=12,
)


def cell(moment: np.datetime64) -> tuple[int, int]:
    at = moment.item()
    return at.weekday(), at.hour


def by_minute(begin: np.datetime64, end: np.datetime64, into: np.ndarray) -> None:
    minutes = int((end - begin) / MINUTE)
    if not minutes:
        into[cell(begin)] += 1
    for m in range(minutes):
        into[cell(begin + m * MINUTE)] += 1 / minutes


@given(events, st.sampled_from([1, 24, 200, 1000]))
@settings(max_examples=60, deadline=None)
def test_weights_equal_a_walk_by_the_minute(given_events, longest):
    nat = np.datetime64("NaT", "s")
    starts = np.array([nat if s is None else s for s, _m, _p in given_events], "datetime64[s]")
    ends = np.array(
        [nat if s is None or m is None else s + m * MINUTE for s, m, _p in given_events],
        "datetime64[s]",
    )
    answer = weights(
        starts, ends, longest=longest, parts=[p for *_when, p in given_events], hours_of=PARTS
    )
    told = dict.fromkeys(
        ("n", "exact", "intervals", "parts", "too_long", "backwards", "no_time"), 0
    )
    cells = np.zeros((7, 24))
    for start, end, (_s, _m, part) in zip(starts, ends, given_events, strict=True):
        minutes = 0 if np.isnat(end) else int((end - start) / MINUTE)
        if np.isnat(start):
            told["no_time"] += 1
        elif part is not None:
            told["parts"] += 1
            for hour in PARTS[part]:
                midnight = start.astype("datetime64[D]").astype("datetime64[s]")
                cells[cell(midnight + hour * 60 * MINUTE)] += 1 / len(PARTS[part])
        elif minutes < 0:
            told["backwards"] += 1
        elif minutes > longest * 60:
            told["too_long"] += 1
        else:
            told["intervals" if minutes else "exact"] += 1
            by_minute(start, start + minutes * MINUTE, cells)
    told["n"] = told["parts"] + told["exact"] + told["intervals"]
    assert {name: getattr(answer, name) for name in told} == told
    assert answer.cells == pytest.approx(cells, abs=1e-9)
    assert answer.cells.sum() == pytest.approx(answer.n)
    assert answer.by_hour == pytest.approx(cells.sum(axis=0), abs=1e-9)
    assert answer.by_weekday == pytest.approx(cells.sum(axis=1), abs=1e-9)
    out = told["too_long"] + told["backwards"] + told["no_time"]
    assert answer.n + out == len(given_events)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**7)), min_size=1, max_size=8))
def test_odd_seconds_are_weighed_to_the_second(pairs):
    starts = np.array([s for s, _d in pairs]).astype("datetime64[s]")
    ends = starts + np.array([d for _s, d in pairs]).astype("timedelta64[s]")
    answer = weights(starts, ends, longest=1e6)
    assert (answer.n, answer.cells.sum()) == (len(pairs), pytest.approx(len(pairs)))
    lasted = [d for _s, d in pairs]
    wholes = sum(1 for d in lasted if d >= 7 * 86400)
    assert ((answer.cells > 0).all()) or not wholes


def test_thefts_of_vehicles_weigh_what_a_walk_by_the_minute_says(shared: Path):
    with gzip.open(shared / "points" / "nyc_vehicle_thefts_start_end.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    starts, ends = (
        np.array(
            [row[name].replace(" ", "T").replace("NA", "NaT") for row in rows], "datetime64[s]"
        )
        for name in ("date_start", "date_end")
    )
    answer = weights(starts, ends, longest=72)
    assert answer.n + answer.too_long + answer.backwards + answer.no_time == len(rows)
    assert answer.cells.sum() == pytest.approx(answer.n)
    some = slice(0, 300)
    few, cells = weights(starts[some], ends[some], longest=72), np.zeros((7, 24))
    for start, end in zip(starts[some], ends[some], strict=True):
        last = start if np.isnat(end) else end
        if 0 <= (last - start) / MINUTE <= 72 * 60:
            by_minute(start, last, cells)
    assert few.cells == pytest.approx(cells, abs=1e-9)
