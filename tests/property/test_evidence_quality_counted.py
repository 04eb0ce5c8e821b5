"""What a quality report measures in sets, against slow and obvious counting of the same rows."""

from __future__ import annotations

import csv
import math
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded import INCIDENTS, receive, source

from convive.evidence import queries
from convive.evidence.quality import report as quality
from convive.evidence.quality.rules import FEW, FEW_EXPECTED, sinks
from convive.kernel.home import Home

pytestmark = pytest.mark.django_db

SPEC = (
    INCIDENTS.replace('category = {{ value = "robo" }}', 'category = "c"')
    + """
    id = "id"
    datetime = "at"
    registered = "registered"
    x = "x"
    y = "y"
    victim_sex = "sex"
"""
)
FIRST = datetime.fromisoformat("2021-12-25T00:00")
# Few points and few clocks, so that records meet at them; some of them round
moments = st.builds(
    lambda days, clock: FIRST + timedelta(days=days, minutes=clock),
    st.integers(0, 80),
    st.sampled_from([0, 0, 60, 1380, 1439, 617, 600]),
)
rows = st.fixed_dictionaries(
    {
        "at": moments,
        "delay": st.one_of(st.none(), st.integers(-3, 120)),
        "point": st.sampled_from([None, (-79.0, -8.1), (-79.03125, -8.11171), (-78.9, -8.123)]),
        "sex": st.sampled_from(["F", "M", ""]),
        "c": st.sampled_from(["robo", "hurto"]),
    }
)


def report_of(records: list[dict], folder: Path) -> quality.Report:
    with (folder / "file.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "at", "registered", "x", "y", "sex", "c"])
        for number, row in enumerate(records):
            registered = (
                "" if row["delay"] is None else row["at"].date() + timedelta(days=row["delay"])
            )
            x, y = row["point"] or ("", "")
            at = row["at"].strftime("%Y-%m-%d %H:%M:%S")
            writer.writerow([number, at, registered, x, y, row["sex"], row["c"]])
    home = Home(folder / "home")
    home.make()
    with override_settings(HOME=home):
        source(folder, SPEC, more='zone = "America/Lima"')
        batch = receive(folder / "file.csv").batch
        return quality.of_batch(queries.batch(batch))


def share(k: int, n: int) -> float | None:
    return k / n if n >= FEW else None


def slow(records: list[dict]) -> dict[str, float | None]:
    n = len(records)
    placed = [row["point"] for row in records if row["point"]]
    at_points = Counter(placed)
    delays = sorted(
        row["delay"] for row in records if (row["delay"] or 0) >= 0 and row["delay"] is not None
    )
    known = [row["delay"] for row in records if row["delay"] is not None]
    clocks = Counter(row["at"].strftime("%H:%M") for row in records)
    firsts = sum(row["at"].day == 1 for row in records)
    ordinary = sum(2 <= row["at"].day <= 28 for row in records) / 27
    keys = {(row["at"], row["point"], row["sex"], row["c"]) for row in records if row["point"]}
    ordered = sorted(at_points.values(), reverse=True)
    usual = max(1, sum(ordered[10:20]) / 10)
    least = max(20, 0.005 * len(placed), 5 * usual)
    at_sinks = sum(held for held in ordered if held >= least)
    midnight = max(0, clocks["00:00"] - (clocks["23:00"] + clocks["01:00"]) / 2)
    return {
        "no_position": share(n - len(placed), n),
        "shared": share(sum(held for held in ordered if held > 1), len(placed)),
        "sink": share(at_sinks, len(placed)),
        "round_position": share(
            sum(all(round(c, 3) == c for c in point) for point in placed), len(placed)
        ),
        "midnight": midnight / n if n >= FEW else None,
        "full_hour": share(sum(row["at"].minute == 0 for row in records), n),
        "first_of_month": firsts / ordinary if n >= FEW and ordinary >= FEW_EXPECTED else None,
        "after_registration": share(sum(delay < 0 for delay in known), len(known)),
        # The smallest delay within which at least nine tenths were registered
        "delay": delays[math.ceil(0.9 * len(delays)) - 1] if len(delays) >= FEW else None,
        "same": share(len(placed) - len(keys), len(placed)),
    }


@given(st.lists(rows, min_size=25, max_size=400))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_number_of_a_report_is_what_counting_by_hand_gives(records):
    with tempfile.TemporaryDirectory() as name:
        report = report_of(records, Path(name))
    found = {check.name: check for check in report.checks if not check.about}
    for name, value in slow(records).items():
        answer = found[name].value
        assert (answer is None) == (value is None), name
        assert value is None or answer == pytest.approx(value, abs=1e-12), name


@given(st.lists(st.integers(1, 500), min_size=1, max_size=60))
def test_sink_points_are_found_as_if_one_looked_at_each_point(held):
    ordered = sorted(held, reverse=True)
    usual = max(1, sum(ordered[10:20]) / 10)
    least = max(20, 0.005 * sum(held), 5 * usual)
    at = [n for n in held if n >= least]
    found = sinks(Counter(held))
    assert (found.points, found.records) == (len(at), sum(at))
    assert found.least == pytest.approx(least)


def test_the_days_of_a_delay_are_days_of_the_place():
    """A file in the zone of the place: no record moves to another day on its way to UTC."""
    late = datetime.fromisoformat("2022-01-31T23:00")
    row = {"at": late, "delay": 0, "point": (-79.0, -8.1), "sex": "F", "c": "robo"}
    with tempfile.TemporaryDirectory() as name:
        report = report_of([row] * FEW, Path(name))
    found = {check.name: check.value for check in report.checks if not check.about}
    assert found["delay"] == 0 and report.period.end == date(2022, 1, 31)
    assert found["midnight"] == 0 and found["full_hour"] == 1
