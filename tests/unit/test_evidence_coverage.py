"""Which months a source covers whole: days that no file holds, days on which nothing happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from recorded import INCIDENTS, receive, source, table

from convive.evidence import queries
from convive.evidence.queries import Selection
from convive.kernel.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
RECORDS = (
    INCIDENTS
    + '    date = "d"\n    place = "p"\n'
    + '    [place]\n    scheme = "PE-INEI"\n    digits = 6\n    extent = 2\n'
)
HERE = ("PE-INEI:130105",)
BETWEEN = Period.between


def every_day(first: str, last: str, step: int = 1) -> list[date]:
    days = BETWEEN(first, last)
    return [days.start + timedelta(days=n) for n in range(0, days.days, step)]


def bring(folder: Path, days: Iterable[date], name: str = "file.csv") -> None:
    """A file of one record for each of these days."""
    receive(table(folder, ["d,p", *(f"{day},130105" for day in days)], name))


def covered(period: Period) -> list[str]:
    return [f"{month:%Y-%m}" for month in queries.by_month(Selection("proof", period, HERE))]


def test_a_month_of_which_the_file_holds_only_some_days_is_not_covered(tmp_path):
    source(tmp_path, RECORDS)
    bring(tmp_path, every_day("2023-01-20", "2023-05-10"))
    assert covered(BETWEEN("2023-01", "2023-06")) == ["2023-02", "2023-03", "2023-04"]
    assert queries.whole("proof") == BETWEEN("2023-02", "2023-04")
    assert queries.count(Selection("proof", BETWEEN("2023-01", "2023-01"), HERE)) == 12


def test_of_a_month_that_the_question_cuts_only_its_days_must_be_there(tmp_path):
    source(tmp_path, RECORDS)
    bring(tmp_path, every_day("2023-01-20", "2023-03-31"))
    assert covered(BETWEEN("2023-01-20", "2023-02-10")) == ["2023-01", "2023-02"]
    assert covered(BETWEEN("2023-01-10", "2023-02-10")) == ["2023-02"]


@pytest.mark.parametrize(("step", "first", "is_whole"), [
    (5, "2023-01-06", True),  # one record in five days: five days without one are nothing
    (5, "2023-01-31", False),
    (1, "2023-01-02", False),  # never a day without one, but for the first
    (2, "2023-01-06", True),
    (2, "2023-01-12", False),
])  # fmt: skip
def test_days_without_a_record_may_be_chance_in_a_file_of_few(tmp_path, step, first, is_whole):
    source(tmp_path, RECORDS)
    bring(tmp_path, every_day(first, "2024-12-31", step))
    assert ("2023-01" in covered(BETWEEN("2023", "2024"))) is is_whole


def test_a_register_that_rests_at_weekends_covers_a_month_that_begins_with_one(tmp_path):
    source(tmp_path, RECORDS)
    worked = [day for day in every_day("2022-01-03", "2022-12-30") if day.weekday() < 5]
    bring(tmp_path, worked)  # 1 January 2022 was a Saturday
    assert len(covered(BETWEEN("2022", "2022"))) == 12


def test_days_between_two_files_are_not_covered_until_a_file_brings_them(tmp_path):
    source(tmp_path, RECORDS, more='releases = "add"')
    bring(tmp_path, every_day("2023-01-01", "2023-03-08"), "one.csv")
    bring(tmp_path, every_day("2023-03-20", "2023-04-30"), "two.csv")
    assert covered(BETWEEN("2023", "2023")) == ["2023-01", "2023-02", "2023-04"]
    bring(tmp_path, every_day("2023-03-09", "2023-03-19"), "between.csv")
    assert covered(BETWEEN("2023", "2023")) == ["2023-01", "2023-02", "2023-03", "2023-04"]


def test_a_few_records_more_do_not_make_a_file_one_of_few(tmp_path):
    source(tmp_path, RECORDS, more='releases = "add"')
    bring(tmp_path, every_day("2023-01-20", "2024-12-31"), "one.csv")
    bring(tmp_path, every_day("2023-01-25", "2024-12-20", 90), "more.csv")
    assert "2023-01" not in covered(BETWEEN("2023", "2024"))


def test_where_only_the_month_is_known_a_file_speaks_of_its_months(tmp_path):
    source(tmp_path, RECORDS, more="[limits]\n    month_only = true\n")
    bring(tmp_path, every_day("2023-01-20", "2023-03-10"))
    assert covered(BETWEEN("2023", "2023")) == ["2023-01", "2023-02", "2023-03"]


def test_a_source_without_files_covers_no_month(tmp_path):
    source(tmp_path, RECORDS)
    assert queries.whole("proof") is None and covered(BETWEEN("2023", "2023")) == []
