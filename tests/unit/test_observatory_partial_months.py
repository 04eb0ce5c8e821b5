"""A month of which only some days are there is not compared, and no series has it."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.utils.translation import override
from observatory_ground import SOURCES, make_ground

from convive.domain.observatory import reading
from convive.domain.observatory.analyses import monthly
from convive.domain.observatory.desk import Desk
from convive.domain.observatory.profile import place_profile
from convive.domain.programme import queries as programme
from convive.domain.programme.queries import SYSTEM
from convive.evidence import late
from convive.evidence import queries as evidence
from convive.evidence.actions import import_file, put_offence, put_source
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import Limits
from convive.evidence.spec import read_source
from convive.kernel.figures import Figure, Question, Status, figure
from convive.kernel.periods import Period
from convive.reports import queries as reports

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
HERE = "PE-INEI:130105"


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def daily(folder: Path, first: str, last: str, *, vintage: date | None = None, **more) -> None:
    """A source `daily` of ten acts or so on each day from the first to the last."""
    spec, problems = read_source(SOURCES / "sample-points.toml")
    assert spec is not None, problems
    put_source(by=SYSTEM, spec=replace(spec, **{"code": "daily", "limits": Limits()} | more))
    put_offence(by=SYSTEM, row=OffenceRow("daily", "robo", "Robo", "Robbery", "0401"))
    days, chance = Period.between(first, last), random.Random(7)
    with (folder / "daily.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "date", "place", "offence", "lon", "lat", "attempted", "day_part"])
        for n in range(days.days):
            for _act in range(chance.randint(8, 12)):
                day = days.start + timedelta(days=n)
                number = f"{day}-{_act}"
                writer.writerow([number, day, "130105", "robo", "", "", "false", "night"])
    told = import_file(by=SYSTEM, source="daily", path=folder / "daily.csv", vintage=vintage)
    assert told.rejected == 0


def asked(measure: str, first: str, last: str) -> Figure:
    return figure(measure, Question(Period.between(first, last), HERE, {"source": "daily"}))


def test_a_first_month_of_some_days_is_not_compared(tmp_path):
    make_ground(tmp_path)
    daily(tmp_path, "2022-01-20", "2023-12-31")
    for first, last in (("2023-01", "2023-01"), ("2023", "2023")):
        told = asked("observatory.change", first, last)
        assert told.status is Status.MISSING and told.value is None
        assert any(
            mark.text == "Not covered: Jan 2022. The source covers 20 Jan 2022 to 31 Dec 2023."
            for mark in told.marks
        )
    assert asked("observatory.change", "2023-02", "2023-12").status is Status.OK
    assert asked("observatory.count", "2022", "2022").value is None
    assert asked("observatory.count", "2022-01-20", "2022-12-31").value > 3000


def test_no_series_has_a_month_of_some_days(tmp_path):
    make_ground(tmp_path)
    daily(tmp_path, "2022-01-20", "2023-12-10")
    for period in (None, Period.between("2022-01-25", "2023-12-05")):
        found = monthly.of_source("daily", HERE, period)
        assert len(found.months) == 24
        assert np.flatnonzero(np.isnan(found.counts)).tolist() == [0, 23]
        assert found.unknown == [date(2022, 1, 1)]  # the last month still grows


def test_a_late_import_does_not_make_the_last_month_whole(tmp_path):
    make_ground(tmp_path)
    daily(tmp_path, "2022-01-01", "2023-12-10", vintage=date(2025, 3, 5), cut_off="received")
    view = evidence.source("daily")
    assert view.as_of == date(2025, 3, 5)
    assert reading.reach_of(view) == date(2023, 12, 10)
    assert reading.firm_of(view) == date(2023, 11, 30)
    assert asked("observatory.change", "2023-12", "2023-12").value is None


def test_a_late_import_tells_that_a_whole_last_month_grows_no_more(tmp_path):
    make_ground(tmp_path)
    limits = Limits(late_months=2)
    daily(
        tmp_path, "2022-01-01", "2023-12-31",
        vintage=date(2024, 3, 5), cut_off="received", limits=limits,
    )  # fmt: skip
    assert reading.firm_of(evidence.source("daily")) == date(2024, 1, 31)


def test_what_is_recent_leaves_months_of_some_days_out(tmp_path):
    make_ground(tmp_path)
    daily(tmp_path, "2023-01-20", "2023-12-10")
    view = evidence.source("daily")
    assert view.coverage is not None
    here = programme.place(HERE)
    assert Desk(here, view, view.coverage).recent == Period.between("2023-02", "2023-11")
    assert reports.latest_month(here) == Period.parse("2023-11")
    told = place_profile(HERE, source="daily")
    values = {point.month: point.value for point in told.series}
    assert values[date(2023, 1, 1)] is None and values[date(2023, 12, 1)] is None
    assert values[date(2023, 2, 1)] is not None


def test_a_release_that_cuts_its_last_month_has_not_told_of_it(tmp_path):
    make_ground(tmp_path)
    told = {"cut_off": "received", "releases": "replace"}
    daily(tmp_path, "2023-01-01", "2023-10-31", vintage=date(2023, 11, 20), **told)
    daily(tmp_path, "2023-01-01", "2023-12-10", vintage=date(2024, 3, 5), **told)
    months = late.releases("daily").releases.astype(str).tolist()
    assert months == ["2023-10", "2023-11"]
