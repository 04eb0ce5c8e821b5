"""The tables of docs/methods are run: every published value there is what the code answers."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from convive.stats import classes, disclosure, rates

METHODS = Path(__file__).parents[2] / "docs" / "methods"
_TABLE = re.compile(r"<!-- spec: (\w+) -->\n((?:\|.*\n)+)")

Row = dict[str, str]


def tables() -> dict[str, list[Row]]:
    """Rows of every table that stands under `<!-- spec: NAME -->`, by the name."""
    found: dict[str, list[Row]] = {}
    for page in sorted(METHODS.glob("*.md")):
        for name, text in _TABLE.findall(page.read_text()):
            head, _rule, *lines = [
                [cell.strip() for cell in line.strip().strip("|").split("|")]
                for line in text.splitlines()
            ]
            found.setdefault(name, []).extend(dict(zip(head, line, strict=True)) for line in lines)
    return found


TABLES = tables()


def rows_of(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "row", [pytest.param(row, id=" ".join(row.values())[:48]) for row in TABLES[name]]
    )


def agrees(published: str, answer: float) -> bool:
    """Whether the answer, rounded as the published value is, is that value ("": unpublished)."""
    if not published:
        return True
    if published in {"nan", "inf"} or not np.isfinite(answer):
        return repr(float(answer)) == repr(float(published))
    exponent = Decimal(published).as_tuple().exponent
    half = 0.5 * 10.0**exponent
    return abs(float(answer) - float(published)) <= half * (1 + 1e-9)


def test_every_table_of_the_methods_pages_is_run():
    assert set(TABLES) == {
        "poisson_interval", "rate", "compare_counts", "proportion",
        "suppress_list", "suppress", "quantile_classes",
    }  # fmt: skip
    assert all(TABLES.values())


def test_the_comparison_of_published_values_is_strict():
    assert agrees("1.62", 1.6235)
    assert not agrees("1.62", 1.6251)
    assert not agrees("inf", 3.0)
    assert not agrees("3.0", float("inf"))


@rows_of("poisson_interval")
def test_poisson_interval_reproduces_published_values(row: Row):
    lower, upper = rates.poisson_interval(int(row["count"]), float(row["level"]))
    assert agrees(row["lower"], lower)
    assert agrees(row["upper"], upper)


@rows_of("rate")
def test_rate_reproduces_published_values(row: Row):
    answer = rates.rate(int(row["count"]), float(row["person-years"]), float(row["per"]))
    for name, value in zip(("rate", "lower", "upper"), answer, strict=True):
        assert agrees(row[name], value), name


@rows_of("compare_counts")
def test_compare_counts_reproduces_published_values(row: Row):
    answer = rates.compare_counts(
        int(row["a"]), int(row["b"]), float(row["exposure a"]), float(row["exposure b"])
    )
    for name in ("ratio", "lower", "upper", "p"):
        assert agrees(row[name], getattr(answer, name)), name
    assert answer.direction == row["direction"]


@rows_of("proportion")
def test_proportion_reproduces_published_values(row: Row):
    answer = rates.proportion(int(row["k"]), int(row["n"]))
    for name, value in zip(("share", "lower", "upper"), answer, strict=True):
        assert agrees(row[name], value), name


def counts(text: str) -> list[float]:
    return [float("nan") if word == "." else float(word) for word in text.split()]


def as_shown(cell: disclosure.Cell) -> str:
    if cell.status == "missing":
        return "."
    if cell.value is not None:
        return str(cell.value)
    return f"{cell.lower}+" if cell.upper is None else f"{cell.lower}–{cell.upper}"


@rows_of("suppress_list")
def test_a_list_is_shown_as_the_page_says(row: Row):
    answer = disclosure.suppress_list(
        counts(row["counts"]), int(row["threshold"]), total=row["total shown"] == "yes"
    )
    assert " ".join(map(as_shown, answer.cells)) == row["shown as"]
    assert (as_shown(answer.total) if answer.total else "") == row["total"]
    assert answer.tells_reasons == (row["reasons told"] == "yes")


@rows_of("suppress")
def test_a_table_is_shown_as_the_page_says(row: Row):
    answer = disclosure.suppress([counts(line) for line in row["rows"].split("/")])
    shown = " / ".join(" ".join(map(as_shown, line)) for line in answer.cells)
    assert shown == row["shown as"]
    assert " ".join(map(as_shown, answer.row_totals)) == row["row totals"]
    assert " ".join(map(as_shown, answer.column_totals)) == row["column totals"]
    assert answer.grand_total and as_shown(answer.grand_total) == row["grand total"]


@rows_of("quantile_classes")
def test_values_are_classed_as_the_page_says(row: Row):
    answer = classes.quantile_classes(counts(row["values"]), int(row["k"]))
    assert " ".join(map(str, answer.numbers)) == row["classes"]
    assert " ".join(f"{r.lower:g}–{r.upper:g}" for r in answer.ranges) == row["ranges"]
