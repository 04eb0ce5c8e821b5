"""Linked tables are attacked as a whole, by whoever tries every number and by a linear program."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from convive.stats.disclosure import Cell, suppress_list
from convive.stats.linked import Count, Sum, protect

small_counts = st.one_of(st.just(0), st.integers(1, 5), st.integers(1, 12), st.integers(0, 60))


@st.composite
def webs(draw: st.DrawFn) -> tuple[dict[str, Count], list[Sum]]:
    """Months with two overlapping sums, one of them told again as categories and within a place."""
    threshold = draw(st.sampled_from([5, 5, 10]))
    months = draw(st.lists(small_counts, min_size=2, max_size=6))
    counts = {f"month {i}": Count(n, threshold) for i, n in enumerate(months)}
    names = list(counts)
    cut = draw(st.integers(0, len(names) - 1))
    ties = [Sum("year", tuple(names)), Sum("recent", tuple(names[cut:]))]
    for tie in ties:
        counts[tie.whole] = Count(sum(counts[part].value for part in tie.parts), threshold)
    recent = counts["recent"].value
    first = draw(st.integers(0, recent))
    counts |= {"robbery": Count(first, 5), "extortion": Count(recent - first, 10)}
    ties.append(Sum("recent", ("robbery", "extortion")))
    beside, rest = draw(small_counts), draw(small_counts)
    counts["beside"] = Count(beside, threshold)
    counts["rest"] = Count(rest, threshold, is_seen=False)
    counts["province"] = Count(recent + beside + rest, threshold)
    ties.append(Sum("province", ("recent", "beside", "rest")))
    return counts, ties


def attack(
    counts: dict[str, Count], ties: list[Sum], told: dict[str, Cell], name: str
) -> tuple[int, int | None]:
    """What an attacker finds of one number who writes every sum as one linear program."""
    at = {n: i for i, n in enumerate(counts)}
    rows = np.zeros((len(ties), len(at)))
    for row, tie in zip(rows, ties, strict=True):
        for part in tie.parts:
            row[at[part]] += 1
        row[at[tie.whole]] -= 1
    bounds: list[tuple[float, float | None]] = []
    for n, count in counts.items():
        cell = told.get(n)
        if cell is None:
            bounds.append((count.value, count.value) if count.is_known else (0, None))
        elif cell.status != "suppressed":
            bounds.append((cell.value, cell.value))
        elif cell.reason:
            small = (1, count.threshold - 1)
            bounds.append(small if cell.reason == "primary" else (count.threshold, None))
        else:
            bounds.append((1, None))
    ends: list[int | None] = []
    for sign in (1, -1):
        aim = np.zeros(len(at))
        aim[at[name]] = sign
        solved = linprog(aim, A_eq=rows, b_eq=np.zeros(len(ties)), bounds=bounds)
        assert solved.status in (0, 3), solved.message
        ends.append(None if solved.status == 3 else round(sign * solved.fun))
    return ends[0] or 0, ends[1]


def without_reasons(told: dict[str, Cell]) -> dict[str, Cell]:
    return {n: Cell(c.value, c.status) for n, c in told.items()}


@given(webs())
@settings(max_examples=80, deadline=None)
def test_no_hidden_number_of_any_table_is_bounded_to_fewer_values_than_its_threshold(web):
    counts, ties = web
    told = protect(counts, ties)
    secrets = [n for n, cell in told.items() if cell.status == "suppressed"]
    secrets += [n for n, count in counts.items() if count.is_small and not count.is_seen]
    for name in secrets:
        low, high = attack(counts, ties, without_reasons(told), name)
        assert high is None or high - low + 1 >= counts[name].threshold, name


@given(webs())
@settings(max_examples=60, deadline=None)
def test_the_ranges_that_are_told_are_exactly_what_a_reader_can_work_out(web):
    counts, ties = web
    told = protect(counts, ties)
    for name, cell in told.items():
        if cell.status == "suppressed":
            assert attack(counts, ties, told, name) == (cell.lower, cell.upper), name
            if cell.reason == "primary":
                assert (cell.lower, cell.upper) == (1, counts[name].threshold - 1)


@given(webs())
@settings(max_examples=60, deadline=None)
def test_what_is_shown_is_true_and_what_is_small_is_hidden(web):
    counts, ties = web
    told = protect(counts, ties)
    assert set(told) == {n for n, count in counts.items() if count.is_seen}
    for name, cell in told.items():
        if cell.status == "suppressed":
            assert cell.value is None and cell.lower <= counts[name].value
            assert cell.upper is None or counts[name].value <= cell.upper
        else:
            assert cell.value == counts[name].value
            assert not counts[name].is_small


@given(webs(), st.sets(st.sampled_from(["month 0", "recent", "beside"]), min_size=1))
@settings(max_examples=60, deadline=None)
def test_what_a_reader_knows_is_shown_to_them_and_no_neighbour_is_worked_out_with_it(web, knows):
    """Unless what they know leaves nothing that could be hidden."""
    counts, ties = web
    counts = {n: Count(c.value, c.threshold, c.is_seen, n in knows) for n, c in counts.items()}
    told = protect(counts, ties)
    for name in knows:
        assert told[name].value == counts[name].value
    everything = {n: c if c.value == 0 or counts[n].is_known else Cell(None, "suppressed")
                  for n, c in told.items()}  # fmt: skip
    for name, count in counts.items():
        if count.is_small:
            low, high = attack(counts, ties, without_reasons(told), name)
            best = attack(counts, ties, everything, name)
            assert high is None or high - low + 1 >= count.threshold or (low, high) == best


@given(st.lists(small_counts, min_size=1, max_size=7), st.sampled_from([5, 10]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_one_list_is_protected_as_the_function_for_one_table_does(values, threshold, total):
    names = [f"n{i}" for i in range(len(values))]
    counts = {n: Count(v, threshold) for n, v in zip(names, values, strict=True)}
    ties = []
    if total:
        counts["total"] = Count(sum(values), threshold)
        ties = [Sum("total", tuple(names))]
    told = protect(counts, ties)
    reference = suppress_list(values, threshold, total=total)
    hidden = [cell.status == "suppressed" for cell in told.values()]
    cells = [*reference.cells, *([reference.total] if reference.total else [])]
    assert sum(hidden) <= sum(cell.status == "suppressed" for cell in cells) + 1
    if hidden == [cell.status == "suppressed" for cell in cells]:
        assert list(told.values()) == cells


@given(st.lists(st.integers(0, 7), min_size=4, max_size=4))
@settings(max_examples=15, deadline=None)
def test_whoever_tries_every_number_finds_no_narrower_range(values):
    """a + b = x, c + d = y, a + c = z: small enough to try them all."""
    a, b, c, d = values
    counts = {n: Count(v) for n, v in zip("abcd", values, strict=True)}
    ties = [Sum("x", ("a", "b")), Sum("y", ("c", "d")), Sum("z", ("a", "c"))]
    counts |= {"x": Count(a + b), "y": Count(c + d), "z": Count(a + c)}
    told = protect(counts, ties)

    def fits(tried: dict[str, int]) -> bool:
        return all(
            tried[n] >= 1 if cell.status == "suppressed" else tried[n] == cell.value
            for n, cell in told.items()
        )

    found = []
    for w in product(range(15), repeat=4):
        tried = dict(zip("abcd", w, strict=True))
        tried |= {"x": w[0] + w[1], "y": w[2] + w[3], "z": w[0] + w[2]}
        if fits(tried):
            found.append(tried)
    assume(found)
    for name, cell in told.items():
        if cell.status == "suppressed":
            assert len({tried[name] for tried in found}) >= 5, name


def test_a_sum_that_does_not_add_up_or_a_low_threshold_is_refused():
    with pytest.raises(ValueError, match="add up"):
        protect({"a": Count(1), "t": Count(3)}, [Sum("t", ("a",))])
    with pytest.raises(ValueError, match="never lowered"):
        protect({"a": Count(1, 4)})
    with pytest.raises(ValueError, match="0 or more"):
        protect({"a": Count(-1)})


def test_a_small_rest_of_a_sum_is_protected_although_no_table_tells_it():
    counts = {"here": Count(40), "rest": Count(3, is_seen=False), "whole": Count(43)}
    told = protect(counts, [Sum("whole", ("here", "rest"))])
    assert [cell.status for cell in told.values()].count("suppressed") == 1


def test_the_same_numbers_are_always_protected_in_the_same_way():
    rng = np.random.default_rng(7)
    counts = {f"m{i}": Count(int(n)) for i, n in enumerate(rng.poisson(6, 24))}
    counts["t"] = Count(sum(c.value for c in counts.values()))
    ties = [Sum("t", tuple(n for n in counts if n != "t"))]
    assert protect(counts, ties) == protect(dict(counts), ties)
