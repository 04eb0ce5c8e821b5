"""Random tables are attacked by a linear program that knows nothing of how they were protected."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from convive.stats.disclosure import Cell, ProtectedTable, suppress

small_counts = st.one_of(st.just(0), st.integers(1, 5), st.integers(1, 12), st.integers(0, 60))
switches = st.tuples(st.booleans(), st.booleans(), st.booleans())


@st.composite
def tables(draw: st.DrawFn) -> list[list[int | None]]:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    cell = st.one_of(small_counts, small_counts, small_counts, st.none())
    return draw(
        st.lists(st.lists(cell, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    )


def linear_forms(table: ProtectedTable) -> list[tuple[Cell, np.ndarray]]:
    """Every shown or hidden number as a sum of the counts of the inside."""
    rows, columns = len(table.cells), len(table.cells[0])
    ones = np.arange(rows * columns).reshape(rows, columns)

    def form(chosen: np.ndarray) -> np.ndarray:
        return np.isin(np.arange(rows * columns), chosen).astype(float)

    forms = [(table.cells[i][j], form(ones[i, j])) for i in range(rows) for j in range(columns)]
    forms += [(cell, form(ones[i, :])) for i, cell in enumerate(table.row_totals)]
    forms += [(cell, form(ones[:, j])) for j, cell in enumerate(table.column_totals)]
    if table.grand_total:
        forms.append((table.grand_total, form(ones)))
    return forms


def attack(
    table: ProtectedTable, known: dict[int, tuple[int, int | None]]
) -> list[tuple[int, int | None]]:
    """The range of every hidden number, in the order of `linear_forms`.

    known : what the attacker takes a hidden number to be, by its place among the hidden.
    """
    forms = linear_forms(table)
    hidden = [form for cell, form in forms if cell.status == "suppressed"]
    equal = [(form, cell.value or 0) for cell, form in forms if cell.status != "suppressed"]
    above = [(-form, -known[i][0]) for i, form in enumerate(hidden)]
    above += [(form, known[i][1]) for i, form in enumerate(hidden) if known[i][1] is not None]
    size = len(forms[0][1])
    found = []
    for form in hidden:
        ends: list[int | None] = []
        for sign in (1, -1):
            solved = linprog(
                sign * form,
                A_ub=np.array([f for f, _ in above]),
                b_ub=np.array([v for _, v in above]),
                A_eq=np.array([f for f, _ in equal]) if equal else None,
                b_eq=np.array([v for _, v in equal]) if equal else None,
                bounds=[(0, None)] * size,
            )
            assert solved.status in (0, 3), solved.message
            ends.append(None if solved.status == 3 else round(sign * solved.fun))
        assert ends[0] is not None
        found.append((ends[0], ends[1]))
    return found


@given(tables(), st.sampled_from([5, 5, 10]), switches)
@settings(max_examples=120, deadline=None)
def test_no_hidden_count_can_be_bounded_to_fewer_values_than_the_threshold(table, threshold, shown):
    rows, columns, grand = shown
    answer = suppress(table, threshold, row_totals=rows, column_totals=columns, grand_total=grand)
    for low, high in attack(answer, dict.fromkeys(range(99), (1, None))):
        assert high is None or high - low + 1 >= threshold


@given(tables(), st.sampled_from([5, 10]), switches)
@settings(max_examples=120, deadline=None)
def test_the_ranges_that_are_told_are_exactly_what_a_reader_can_work_out(table, threshold, shown):
    rows, columns, grand = shown
    answer = suppress(table, threshold, row_totals=rows, column_totals=columns, grand_total=grand)
    hidden = [cell for cell, _ in linear_forms(answer) if cell.status == "suppressed"]
    told = {"primary": (1, threshold - 1), "complementary": (threshold, None), None: (1, None)}
    ranges = attack(answer, {i: told[cell.reason] for i, cell in enumerate(hidden)})
    assert ranges == [(cell.lower, cell.upper) for cell in hidden]
    assert answer.tells_reasons == all(cell.reason for cell in hidden)
    for cell, (low, high) in zip(hidden, ranges, strict=True):
        if cell.reason == "primary":
            assert (low, high) == (1, threshold - 1)
        if cell.reason == "complementary":
            assert low != high


@given(tables(), switches)
@settings(max_examples=150, deadline=None)
def test_what_is_shown_is_true_and_what_is_small_is_hidden(table, shown):
    rows, columns, grand = shown
    answer = suppress(table, row_totals=rows, column_totals=columns, grand_total=grand)
    counts = np.array(table, dtype=float)
    filled = np.nan_to_num(counts)
    truths = [
        *filled.ravel(),
        *(filled.sum(1) if rows else ()),
        *(filled.sum(0) if columns else ()),
    ]
    truths += [filled.sum()] if grand else []
    absent = [*np.isnan(counts).ravel(), *[False] * (len(truths) - counts.size)]
    for cell, truth, nothing in zip(answer, truths, absent, strict=True):
        if nothing:
            assert cell == Cell(None, "missing")
        elif cell.status == "suppressed":
            assert truth > 0
            assert cell.value is None
            assert cell.lower <= truth and (cell.upper is None or truth <= cell.upper)
        else:
            assert cell.value == truth
            assert truth == 0 or truth >= 5
            assert cell.status == ("zero" if truth == 0 else "ok")


@given(st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=2), min_size=2, max_size=2))
@settings(max_examples=40, deadline=None)
def test_in_tiny_tables_trying_every_table_finds_no_narrower_range(table):
    answer = suppress(table)
    rows, columns = np.sum(table, axis=1), np.sum(table, axis=0)
    sums = [*rows, *columns, sum(rows)]
    # Whoever tries every table with up to 24 in a cell sees any range of fewer than 5 values.
    a, b, c, d = np.indices((25, 25, 25, 25)).reshape(4, -1)
    tried = np.array([a, b, c, d, a + b, c + d, a + c, b + d, a + b + c + d])
    told = list(answer)
    hidden = np.array([cell.status == "suppressed" for cell in told])
    shown = np.array([cell.value or 0 for cell in told])
    fits = np.where(hidden[:, None], tried >= 1, tried == shown[:, None]).all(axis=0)
    possible = tried[:, fits]
    truth = np.array([*np.ravel(table), *sums])
    assert (truth == possible.T).all(axis=1).any()
    for place in np.flatnonzero(hidden):
        assert np.unique(possible[place]).size >= 5


def test_a_published_total_that_betrays_a_cell_is_seen_by_the_attack():
    """The attack itself: it must find what an unprotected table gives away."""
    naive = ProtectedTable(
        cells=((Cell(None, "suppressed"), Cell(20, "ok", None, 20, 20)),),
        row_totals=(Cell(23, "ok", None, 23, 23),),
        column_totals=(),
        grand_total=None,
        tells_reasons=False,
    )
    assert attack(naive, {0: (1, None)}) == [(3, 3)]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_table_is_always_protected_in_the_same_way(seed):
    table = np.random.default_rng(seed).poisson(6, (8, 12))
    assert suppress(table) == suppress(table.copy())
