"""The tables of docs/methods are run: every published value there is what the code answers."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from convive.evidence.quality import rules as quality_rules
from convive.stats import classes, disclosure, linked, rates, survey

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
        "suppress_list", "suppress", "linked", "quantile_classes",
        "quality_limit", "quality_sink", "quality_verdict", "quality_times",
        "survey_sample", "survey_strata",
        "knox_chicago", "knox_burkitt", "aoristic",
        "density_peak", "decay", "permutations_needed", "gi_image", "gi_image_values", "gi_six",
        "fdr", "backtest_hits", "cell_rates",
        "effect_prop99", "effect_prop99_weights", "effect_wdd", "effect_wdq",
        "scan_llr", "scan_published", "scan_distance", "scan_intervals", "scan_population",
        "undercount_two", "undercount_models", "undercount_heterogeneity", "undercount_chao",
        "undercount_average", "undercount_existence", "undercount_linkage",
        "reach_missed", "reach_refusers",
        "change_coal", "alarm_power", "alarm_counts", "alarm_weights", "roger", "season_wave",
        "direct", "byar_interval", "direct_ratio", "indirect", "similar", "marshall",
        "gamma_poisson", "difference",
        "chain_ladder_factors", "chain_ladder_reserves",
        "reach_columns", "reach_consent", "reach_tokens", "reach_fields", "reach_vectors",
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


@rows_of("linked")
def test_tables_that_share_numbers_are_shown_as_the_page_says(row: Row):
    unseen, known = row["in no table"].split(), row["known"].split()
    counts = {
        name: linked.Count(int(value), is_seen=name not in unseen, is_known=name in known)
        for name, value in (word.split("=") for word in row["numbers"].split())
    }
    sums = [
        linked.Sum(whole, tuple(parts.split("+")))
        for whole, parts in (word.split("=") for word in row["sums"].split())
    ]
    told = linked.protect(counts, sums)
    assert " ".join(f"{name}={as_shown(cell)}" for name, cell in told.items()) == row["shown as"]


@rows_of("quantile_classes")
def test_values_are_classed_as_the_page_says(row: Row):
    answer = classes.quantile_classes(counts(row["values"]), int(row["k"]))
    assert " ".join(map(str, answer.numbers)) == row["classes"]
    assert " ".join(f"{r.lower:g}–{r.upper:g}" for r in answer.ranges) == row["ranges"]


def sample(text: str) -> tuple[list[str], list[str], list[float], list[bool]]:
    """Stratum, cluster, answer and whether in the domain, of `A 1: 1 (0); B 2: …`."""
    people = [
        (*where.split(), word)
        for where, answers in (part.split(":") for part in text.split(";"))
        for word in answers.split()
    ]
    return (
        [stratum for stratum, _cluster, _word in people],
        [cluster for _stratum, cluster, _word in people],
        [float(word.strip("()")) for *_where, word in people],
        [not word.startswith("(") for *_where, word in people],
    )


@rows_of("survey_sample")
def test_a_small_sample_gives_what_the_page_says(row: Row):
    strata, clusters, answers, inside = sample(row["sample"])
    there = row["clusters in the population"]
    design = survey.design(
        [float(row["weight"])] * len(answers),
        strata,
        clusters,
        [float(there)] * len(answers) if there else None,
    )
    ask = {"mean": survey.mean, "total": survey.total, "share": survey.proportion}
    answer = ask[row["asked for"]](answers, design, inside)
    for name in ("value", "se", "df", "lower", "upper"):
        assert agrees(row[name], getattr(answer, name)), name


@rows_of("survey_strata")
def test_any_sample_with_the_published_means_and_variances_has_the_published_error(row: Row):
    weights: list[float] = []
    labels: list[int] = []
    there: list[float] = []
    answers: list[float] = []
    for label, part in enumerate(next(iter(row.values())).split(";")):
        clusters, drawn, mean, variance = (float(word) for word in part.split())
        shape = np.arange(drawn) - (drawn - 1) / 2  # any values of mean 0 will do
        answers += list(mean + shape * np.sqrt(variance / shape.var(ddof=1)))
        weights += [clusters / drawn] * int(drawn)
        labels += [label] * int(drawn)
        there += [clusters] * int(drawn)
    design = survey.design(weights, labels, fpc=there)
    assert agrees(row["mean"], survey.mean(answers, design).value)
    assert agrees(row["se of the mean"], survey.mean(answers, design).se)
    assert agrees(row["se of the total"], survey.total(answers, design).se)


@rows_of("quality_limit")
def test_a_quality_check_has_the_limits_that_the_page_says(row: Row):
    limit = quality_rules.LIMITS[row["check"]]
    told = [float(row[name]) if row[name] else None for name in ("look", "bad")]
    assert [limit.unit, limit.look, limit.bad] == [row["unit"], *told]


def test_every_quality_check_stands_on_the_page():
    assert [row["check"] for row in TABLES["quality_limit"]] == list(quality_rules.LIMITS)
    page = (METHODS / "evidence-quality.md").read_text()
    assert [name for name in quality_rules.LIMITS if f"`{name}`" not in page] == []


@rows_of("quality_sink")
def test_sink_points_are_those_that_the_page_says(row: Row):
    held = Counter(int(n) for n in row["records at each point"].split())
    found = quality_rules.sinks(held)
    assert (found.points, found.records) == (int(row["sinks"]), int(row["records there"]))


@rows_of("quality_verdict")
def test_a_quality_figure_has_the_verdict_that_the_page_says(row: Row):
    value = float(row["figure"]) if row["figure"] else None
    stat = quality_rules.Stat(row["check"], value, declared=row["declared"] == "yes")
    assert quality_rules.verdict(stat) == row["verdict"]


@rows_of("quality_times")
def test_a_special_day_is_compared_as_the_page_says(row: Row):
    counts = [float(row[name]) for name in ("on special days", "days", "elsewhere", "other days")]
    answer = quality_rules.times_usual(*counts)
    assert answer == (float(row["times"]) if row["times"] else None)
