"""The tables of docs/methods/undercount.md are run, on the data they were published for."""

from __future__ import annotations

import csv
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from test_methods import Row, agrees, rows_of

from convive.stats import undercount, undercount_fits, undercount_linkage
from convive.stats.undercount import Lists, from_histories

# in the order of Rcapture: 111, 110, 101, 100, 011, 010, 001
PUBLISHED = {
    "diabetes": (58, 157, 18, 104, 46, 650, 12, 709, 14, 20, 7, 74, 8, 182, 10),
    "darroch_r3": (72, 155, 7, 71, 13, 53, 43),
    "cormack_4": (72, 5, 29, 53, 24, 3, 12, 14, 0, 0, 0, 1, 0, 0, 2),
    "cormack_3": (72, 5, 29, 54, 24, 3, 14),
}
FILES = {"hiv_rome": "hiv_rome_4_lists.csv", "lesbian": "lesbian_4_lists.csv"}


@pytest.fixture
def table(row: Row, request: pytest.FixtureRequest) -> Lists:
    name = row["data"]
    if name in PUBLISHED:
        return in_order(*PUBLISHED[name])
    return read(request.getfixturevalue("shared") / "methods" / "undercount" / FILES[name])


@cache
def read(path: Path) -> Lists:
    with path.open() as file:
        rows = np.array(list(csv.reader(file))[1:], dtype=int)
    return from_histories(rows[:, :-1], rows[:, -1])


def in_order(*counts: float) -> Lists:
    lists = len(counts).bit_length()
    return from_histories(list(product((1, 0), repeat=lists))[:-1], counts)


def ties(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(i) - 1 for i in word) for word in text.split())


@rows_of("undercount_two")
def test_two_lists(row: Row):
    counts = [float(row[name]) for name in ("both", "first only", "second only")]
    petersen, chapman = undercount.two_lists(in_order(*counts))
    assert agrees(row["petersen"], petersen)
    assert agrees(row["chapman"], chapman.estimate)
    assert sum(counts) <= chapman.lower < chapman.estimate < chapman.upper


@rows_of("undercount_models")
def test_a_model_is_what_was_published(row: Row, table: Lists):
    model = undercount.log_linear(table, ties(row["ties"]))
    assert model
    assert agrees(row["estimate"], table.observed + model.hidden)
    assert agrees(row["se"], model.se)
    assert agrees(row["deviance"], model.deviance)
    assert model.df == int(row["df"])


@rows_of("undercount_heterogeneity")
def test_heterogeneity_is_what_was_published(row: Row, table: Lists):
    found = undercount.heterogeneous(table, row["shape"], ties(row["ties"]))
    assert agrees(row["estimate"], found.estimate)
    if row["data"] == "lesbian":  # their interval is of another kind, and nearly the same
        assert found.lower == pytest.approx(5850, rel=0.005)
        assert found.upper == pytest.approx(8576, rel=0.005)


@rows_of("undercount_chao")
def test_chaos_bound(row: Row):
    lists = int(row["lists"])
    on = undercount_fits.tables.sizes(lists)
    one, two = float(row["one list each"]), float(row["two lists each"])
    found = undercount.chao(Lists(np.select([on == 1, on == 2], [one, two], 5.0)))
    rest = 5 * float((on > 2).sum())
    assert agrees(row["chao"], found.estimate - rest)
    assert found.lower < found.estimate


@rows_of("undercount_average")
def test_all_models_together(row: Row, table: Lists):
    answer = undercount.estimate(table, sample=row["sample"])
    assert agrees(row["estimate"], answer.estimate)
    assert agrees(row["lower"], answer.lower)
    assert agrees(row["upper"], answer.upper)
    best, mark = answer.models[0], " with heterogeneity"
    assert best.terms == ties(row["best model"].removesuffix(mark))
    assert best.heterogeneity == row["best model"].endswith(mark)


@rows_of("undercount_existence")
def test_whether_there_is_an_estimate(row: Row):
    table = in_order(0, 6, 0, 40, 0, 30, 20)
    design = undercount_fits.frame(3, 2)
    use = design.uses([ties(row["ties"])])
    fitted = undercount_fits.fit(table, design, use)
    told = fitted.standing[0] != undercount_fits.Standing.NOT_TOLD
    there = undercount_fits.exists(table, design, use[0])
    assert row["verdict"] == ("not told" if not told else "good" if there else "no maximum")
    assert (undercount.log_linear(table, ties(row["ties"])) is None) == (row["verdict"] != "good")


@rows_of("undercount_linkage")
def test_what_linkage_makes_of_two_lists(row: Row):
    truth = in_order(*(float(row[name]) for name in ("both", "first only", "second only")))
    error = undercount.LinkageError(missed=float(row["missed"]), false=float(row["false"]))
    rates = undercount_linkage.central(error, 2)
    first, second, both = undercount_linkage.linked(truth, rates).cells
    assert agrees(row["linked both"], both)
    assert agrees(row["linked first"], first)
    assert agrees(row["linked second"], second)
    back = undercount_linkage.corrected(undercount_linkage.linked(truth, rates), rates)
    assert back == pytest.approx(truth.cells)
