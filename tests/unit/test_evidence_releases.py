"""Releases side by side, corrections, and what counts: the latest known value of each month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from recorded import BETWEEN, COUNTS, INCIDENTS, make_places, pack_source, receive, source, table

from convive.domain.observatory import sayings
from convive.domain.programme import queries as programme
from convive.evidence import queries
from convive.evidence.models import Batch
from convive.evidence.queries import Selection
from convive.kernel.errors import BadInput
from convive.kernel.models import JournalEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "place,year,month,offence,n"
SPAN = BETWEEN("2023-01", "2023-12")
ALL = Selection("proof", SPAN)
MARCH, APRIL, MAY = date(2023, 3, 31), date(2023, 4, 30), date(2023, 5, 31)
IN_ROWS = COUNTS.replace('    n = "n"\n', '    n = "n"\n    vintage = "known"\n')


@pytest.fixture
def counts(tmp_path):
    """Imports counts given as `place month n`, one file for each call."""
    number = iter(range(100))

    def bring(*rows, spec=COUNTS, more="", **said):
        if not queries.source_codes():
            source(tmp_path, spec, more=more)
        lines = [HEADER]
        for row in rows:
            place, month, n = row.split()
            lines.append(f"{place},{month[:4]},{month[5:]},robo,{n}")
        return receive(table(tmp_path, lines, f"{next(number)}.csv"), **said)

    return bring


def months(vintage=None):
    found = queries.by_month(replace(ALL, vintage=vintage))
    return {f"{month:%m}": n for month, n in found.items()}


def matrix():
    found = queries.by_month_and_vintage(ALL)
    return {f"{m:%m}": {f"{v:%m}": n for v, n in row.items()} for m, row in found.items()}


def test_a_series_is_read_as_it_stood_at_any_release_and_by_default_at_the_latest(counts):
    counts("130105 2023-01 7", "130105 2023-02 5", vintage=MARCH)
    counts("130105 2023-01 9", "130105 2023-02 8", "130105 2023-03 2", vintage=APRIL)
    assert months() == {"01": 9, "02": 8, "03": 2}
    assert months(MARCH) == {"01": 7, "02": 5}
    assert months(date(2023, 4, 29)) == months(MARCH)
    assert months(date(2023, 3, 1)) == {}


def test_an_older_release_that_comes_later_does_not_take_the_place_of_a_newer_one(counts):
    counts("130105 2023-01 9", "130105 2023-02 8", vintage=APRIL)
    counts("130105 2023-01 7", vintage=MARCH)
    assert months() == {"01": 9, "02": 8}
    assert [one.vintage for one in queries.releases("proof")] == [MARCH, APRIL]


def test_the_matrix_tells_what_each_release_said_of_each_month(counts):
    counts("130105 2023-01 7", "130105 2023-02 5", vintage=MARCH)
    counts("130105 2023-01 9", "130105 2023-03 2", vintage=APRIL)
    # In April nothing stood in February any more: absent rows are zero. Of March nobody spoke then
    assert matrix() == {
        "01": {"03": 7, "04": 9},
        "02": {"03": 5, "04": 0},
        "03": {"04": 2},
    }


def test_two_files_of_one_release_are_one_release(counts):
    counts("130105 2023-01 7", vintage=MARCH)
    counts("060101 2023-01 4", vintage=MARCH)
    assert matrix() == {"01": {"03": 11}}
    (one,) = queries.releases("proof")
    assert (one.rows, len(one.batches), one.is_stated) == (2, 2, True)


def test_where_files_are_pieces_the_matrix_grows_with_each(counts):
    counts("130105 2023-01 7", vintage=MARCH, more='releases = "add"')
    counts("130102 2023-01 4", vintage=APRIL)
    assert matrix() == {"01": {"03": 7, "04": 11}}
    assert months(MARCH) == {"01": 7}


def test_a_file_without_a_day_is_a_release_of_the_day_of_its_import(counts):
    counts("130105 2023-01 7", "130105 2023-02 5", vintage=MARCH)
    counts("130105 2023-01 9")
    assert months() == {"01": 9, "02": 5}
    last = queries.releases("proof")[-1]
    assert (last.vintage, last.is_stated) == (programme.today(), False)
    assert queries.source("proof").release == MARCH


def test_one_file_may_hold_several_releases(tmp_path):
    source(tmp_path, IN_ROWS)
    rows = (
        f"{HEADER},known",
        "130105,2023,1,robo,7,2023-03",
        "130105,2023,2,robo,5,2023-03",
        "130105,2023,1,robo,9,2023-04-30",
        "130105,2023,3,robo,2,2023-04-30",
        "130105,2023,1,robo,8,2023-04",  # the same cell of the same release
        "130105,2023,1,robo,8,",
    )
    receipt = receive(table(tmp_path, rows))
    assert (receipt.accepted, receipt.notes["reasons"]) == (4, {"empty": 1, "repeated_cell": 1})
    assert months(MARCH) == {"01": 7, "02": 5} and months() == {"01": 9, "02": 0, "03": 2}
    assert matrix()["01"] == {"03": 7, "04": 9}
    told = [(one.vintage, one.first, one.last, one.rows) for one in queries.releases("proof")]
    assert told == [
        (MARCH, date(2023, 1, 1), date(2023, 2, 28), 2),
        (APRIL, date(2023, 1, 1), date(2023, 3, 31), 2),
    ]


def test_such_a_file_is_not_given_a_day_besides(tmp_path):
    source(tmp_path, IN_ROWS)
    file = table(tmp_path, (f"{HEADER},known", "130105,2023,1,robo,7,2023-03"))
    with pytest.raises(BadInput, match="The file itself says in each row"):
        receive(file, vintage=MARCH)
    assert not Batch.objects.exists()


def test_a_release_cannot_lie_in_the_future(counts):
    with pytest.raises(BadInput, match="cannot lie in the future"):
        counts("130105 2023-01 7", vintage=programme.today() + timedelta(days=1))


def test_a_source_says_up_to_which_day_it_was_known_at_each_release(counts):
    counts("130105 2023-01 7", "130105 2023-02 5", vintage=MARCH)
    counts("130105 2023-01 9", "130105 2023-04 8", vintage=APRIL)
    then, now = queries.source("proof", MARCH), queries.source("proof")
    assert (then.as_of, then.release) == (date(2023, 2, 28), MARCH)
    assert (now.as_of, now.release) == (APRIL, APRIL)
    assert then.coverage == BETWEEN("2023-01", "2023-02")


def test_a_figure_names_the_release_that_it_reads(counts):
    counts("130105 2023-01 7", vintage=MARCH)
    assert sayings.source(queries.source("proof")) == "Counts, release of 31 Mar 2023"
    counts("130102 2023-01 7", vintage=APRIL)
    assert "release of 30 Apr 2023" in sayings.source(queries.source("proof"))
    assert "release of 31 Mar 2023" in sayings.source(queries.source("proof", MARCH))


def test_the_same_file_may_be_two_releases_but_no_two_pieces(counts, tmp_path):
    first = counts("130105 2023-01 7", vintage=MARCH)
    again = receive(tmp_path / "0.csv", vintage=APRIL)
    assert again.batch != first.batch and matrix() == {"01": {"03": 7, "04": 7}}
    source(tmp_path, code="pieces", more='releases = "add"')
    for day in (MARCH, APRIL):
        receive(tmp_path / "0.csv", "pieces", vintage=day)
    assert queries.count(Selection("pieces", SPAN)) == 7


def test_a_file_that_came_without_its_day_and_then_with_it_counts_with_it(counts, tmp_path):
    counts("130105 2023-01 7")
    counts("130105 2023-01 9", vintage=APRIL)
    receive(tmp_path / "0.csv", vintage=MARCH)
    assert months() == {"01": 9} and matrix() == {"01": {"03": 7, "04": 9}}


# Corrections


def test_rows_that_are_added_count_beside_those_that_they_mend(counts):
    first = counts("130105 2023-01 7", "130105 2023-02 5")
    counts("130102 2023-01 3", "130105 2023-02 6", corrects=first.batch, correction="adds")
    # A cell that comes again counts once, and in its later form; nothing else is replaced
    assert months() == {"01": 10, "02": 6}


def test_parts_of_a_sum_that_are_added_add_up(counts):
    first = counts("130105 2023-01 7", more='cells = "sum"')
    counts("130105 2023-01 3", corrects=first.batch, correction="adds")
    assert months() == {"01": 10}


def test_a_whole_file_takes_the_place_of_the_one_that_it_mends(counts):
    first = counts("130105 2023-01 7", "130105 2023-02 5")
    second = counts("130105 2023-01 8", corrects=first.batch, correction="replaces")
    assert months() == {"01": 8}
    assert queries.batch_ids("proof") == [second.batch]
    assert queries.standing_for(queries.batch(first.batch)).pk == second.batch
    assert not queries.is_counted(queries.batch(first.batch))
    entry = JournalEntry.objects.get(did="batch.imported", subject=second.batch)
    assert entry.data["corrects"] == first.batch and entry.data["correction"] == "replaces"


def test_a_correction_stands_where_the_release_stands_that_it_mends(counts):
    first = counts("130105 2023-01 7", "130105 2023-02 5", vintage=MARCH)
    counts("130105 2023-01 9", vintage=APRIL)
    counts("130105 2023-01 70", "130105 2023-02 50", corrects=first.batch, correction="replaces")
    assert months() == {"01": 9, "02": 50}
    assert months(MARCH) == {"01": 70, "02": 50}


def test_what_adds_to_a_file_falls_with_it(counts):
    first = counts("130105 2023-01 7")
    counts("130102 2023-01 3", corrects=first.batch, correction="adds")
    counts("130105 2023-01 8", corrects=first.batch, correction="replaces")
    assert months() == {"01": 8}


def test_a_file_of_single_cells_adds_without_taking_the_place_of_a_whole_one(counts):
    counts("130105 2023-01 7", "130102 2023-02 5")
    counts("130105 2023-02 2", correction="adds")
    assert months() == {"01": 7, "02": 7}
    counts("130105 2023-01 1", "130105 2023-02 1")  # a whole release again
    assert months() == {"01": 1, "02": 1}


def test_incidents_that_were_rejected_are_added_once_they_are_mended(tmp_path):
    columns = '    id = "id"\n    date = "d"\n    place = "p"\n    [place]\n    scheme = "X"\n'
    source(tmp_path, INCIDENTS + columns)
    header = "id,d,p"
    first = receive(table(tmp_path, (header, "1,2023-01-05,a", "2,2023-13-05,a"), "first.csv"))
    assert first.rejected == 1
    mended = table(tmp_path, (header, "2,2023-11-05,a"), "mended.csv")
    receive(mended, corrects=first.batch, correction="adds")
    assert queries.count(ALL) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"correction": "replaces"}, "not said what is replaced"),
        ({"corrects": "FIRST"}, "not said whether the file adds"),
        ({"corrects": "FIRST", "correction": "deletes"}, "cannot do this"),
        ({"corrects": "OTHER", "correction": "adds"}, "belongs to another source"),
        ({"corrects": "FIRST", "correction": "adds", "vintage": APRIL}, "another release"),
        ({"corrects": "ffffffff", "correction": "adds"}, "no batch of this number"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(counts, tmp_path, said, why):
    first = counts("130105 2023-01 7", vintage=MARCH)
    source(tmp_path, code="other")
    other = receive(tmp_path / "0.csv", "other")
    numbers = {"FIRST": first.batch, "OTHER": other.batch}
    said = {key: numbers.get(value, value) for key, value in said.items()}
    with pytest.raises(BadInput, match=why):
        counts("130105 2023-01 8", **said)
    assert months() == {"01": 7}


def test_nothing_is_added_to_what_no_longer_counts(counts):
    first = counts("130105 2023-01 7")
    counts("130105 2023-01 8", corrects=first.batch, correction="replaces")
    with pytest.raises(BadInput, match="no longer counts"):
        counts("130102 2023-01 1", corrects=first.batch, correction="adds")


def test_a_file_that_is_here_does_not_become_the_correction_of_another(counts, tmp_path):
    counts("130105 2023-01 7")
    other = counts("130105 2023-01 8")
    with pytest.raises(BadInput, match="here already"):
        receive(tmp_path / "0.csv", corrects=other.batch, correction="replaces")


# The real releases of 2025


def test_the_published_releases_are_read_as_the_publisher_left_them(shared):
    make_places()
    pack_source("mininter-vaw")
    file = shared / "peru_violence/mininter_vaw/releases_2025-01_to_2025-08.parquet"
    receipt = receive(file, "mininter-vaw")
    assert (receipt.read, receipt.accepted) == (488_775, 488_775)
    told = [(one.vintage, one.rows) for one in queries.releases("mininter-vaw")]
    assert [vintage for vintage, _rows in told] == [
        date(2025, 1, 31),
        date(2025, 3, 31),
        date(2025, 4, 30),
        date(2025, 5, 31),
        date(2025, 6, 30),
        date(2025, 8, 31),
    ]
    assert sum(rows for _vintage, rows in told) == 488_775
    by_hand: dict[date, list[int]] = {}
    summed = "SELECT mes, vintage, sum(cantidad)::INT FROM read_parquet(?) WHERE anio = 2025 "
    for month, _vintage, n in duckdb.execute(
        f"{summed} AND mes <= 3 GROUP BY ALL ORDER BY ALL", [str(file)]
    ).fetchall():
        by_hand.setdefault(date(2025, month, 1), []).append(n)
    sel = Selection("mininter-vaw", BETWEEN("2025-01", "2025-03"))
    found = queries.by_month_and_vintage(sel)
    assert {month: list(row.values()) for month, row in found.items()} == by_hand
    assert all(said == sorted(said) for said in by_hand.values())  # each month only grew
    assert list(queries.by_month(sel).values()) == [said[-1] for said in by_hand.values()]
    then = queries.by_month(replace(sel, vintage=date(2025, 4, 15)))
    assert then[date(2025, 3, 1)] == by_hand[date(2025, 3, 1)][0]
