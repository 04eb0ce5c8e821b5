"""The rules of suppression, one by one."""

import numpy as np
import pytest

from convive.stats.disclosure import Cell, suppress, suppress_list

HOMICIDES_AND_MORE = [[702, 518, 3], [120, 80, 12], [64, 9, 30]]


@pytest.mark.parametrize("threshold", [4, 1, 0, [[5, 5, 4]] * 3])
def test_a_threshold_may_be_raised_and_never_lowered(threshold):
    with pytest.raises(ValueError, match="never lowered"):
        suppress(HOMICIDES_AND_MORE, threshold)


@pytest.mark.parametrize("table", [[[1, -1]], [[1.5, 2]], [[float("inf"), 2]]])
def test_what_is_not_a_count_is_refused(table):
    with pytest.raises(ValueError, match="whole counts"):
        suppress(table)


@pytest.mark.parametrize("table", [[], [[]], [1, 2, 3], [[[1]]]])
def test_a_table_has_rows_and_columns(table):
    with pytest.raises(ValueError, match="rows and columns"):
        suppress(table)


def test_a_list_is_not_a_table():
    with pytest.raises(ValueError, match="list"):
        suppress_list([[1, 2], [3, 4]])


def test_without_totals_nothing_more_than_the_small_counts_is_hidden():
    table = suppress(HOMICIDES_AND_MORE, row_totals=False, column_totals=False, grand_total=False)
    assert table.suppressed == 1
    assert table.cells[0][2] == Cell(None, "suppressed", "primary", 1, 4)
    assert table.row_totals == table.column_totals == ()
    assert table.grand_total is None


def test_with_totals_a_small_count_is_hidden_in_company():
    table = suppress(HOMICIDES_AND_MORE)
    assert table.suppressed == 4
    assert [cell.value for cell in table.row_totals] == [1223, 212, 103]
    hidden_in_a_line = [
        sum(cell.status == "suppressed" for cell in line)
        for line in (*table.cells, *zip(*table.cells, strict=True))
    ]
    assert 1 not in hidden_in_a_line


def test_a_small_total_is_hidden_like_any_small_count():
    table = suppress([[1, 2], [40, 50]])
    assert table.row_totals[0].status == "suppressed"
    assert table.grand_total.value == 93


def test_a_sensitive_row_has_its_own_higher_threshold():
    table = suppress(
        [[12, 7, 30], [6, 7, 8]],
        [[5], [10]],
        row_totals=False, column_totals=False, grand_total=False,
    )  # fmt: skip
    assert [cell.value for cell in table.cells[0]] == [12, 7, 30]
    assert [cell.upper for cell in table.cells[1]] == [9, 9, 9]


def test_the_total_of_a_sensitive_list_is_as_sensitive():
    both = suppress_list([3, 0, 4], [5, 5, 10])
    assert both.total.status == "suppressed"
    assert suppress_list([3, 0, 4]).total.value == 7 or suppress_list([3, 0, 4]).total.upper is None


def test_missing_is_neither_zero_nor_hidden():
    row = suppress_list([12, None, 0, 40])
    assert [cell.status for cell in row.cells] == ["ok", "missing", "zero", "ok"]
    assert row.cells[1] == Cell(None, "missing")


def test_a_year_of_months_and_offences_is_protected_quickly():
    table = suppress(np.random.default_rng(7).poisson(3, (12, 20)))
    assert 0 < table.suppressed < 12 * 20
