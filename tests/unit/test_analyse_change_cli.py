"""convive analyse, whether it changes: published values, then samples, then what is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from diagnosed import make_diagnosed
from django.utils import translation

from convive.cli.analyse import analyse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    with translation.override("en"):  # the command activates a language: take it back
        yield


def run(*words: object) -> Result:
    return CliRunner().invoke(analyse, [str(word) for word in words])


def told(*words: object) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def refused(*words: object) -> dict[str, str]:
    done = run(*words, "--json")
    assert done.exit_code == 1, done.output
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["why"]
    return dict(problem)


def write(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


# Published values


@pytest.mark.parametrize(
    ("method", "published"), [("sdid", -15.60383), ("sc", -19.61966), ("did", -27.34911)]
)
def test_proposition_99_has_its_published_effects(shared, method, published):
    answer = told("effect", shared / "methods/effect/california_prop99.csv", "--method", method)
    assert answer["estimate"] == pytest.approx(published, abs=0.05)
    assert answer["asked"]["treated"] == ["California"]
    assert answer["asked"]["start"] == "1989"
    assert {"lower", "upper", "p", "weights", "pre_trend", "displacement"} <= set(answer)
    assert sum(answer["weights"]["units"].values()) == pytest.approx(1, abs=1e-4)


def test_the_lists_of_rome_and_of_aaron_are_read_and_answered(shared):
    rome = told("undercount", shared / "methods/undercount/hiv_rome_4_lists.csv")
    assert rome["observed"] == 1896
    assert rome["lower"] < 12_318 < rome["upper"]  # Rcapture's model of Darroch for these lists
    aaron = told("undercount", shared / "methods/undercount/lesbian_4_lists.csv")
    assert aaron["observed"] == 2185
    assert aaron["lower"] < 7_031 < aaron["upper"]  # Aaron and others 2003


def test_releases_foretell_what_the_next_release_said(shared):
    file = shared / "peru_violence/mininter_vaw/releases_2025-01_to_2025-08.parquet"
    district = told("nowcast", "--releases", file, "--as-of", "2025-06", "--place", "130105")
    newest = district["months"][-1]
    assert set(newest) == {"period", "published", "estimate", "lower", "upper", "lag"}
    assert (newest["period"], newest["lag"]) == ("2025-06", 0)
    later = told("nowcast", "--releases", file, "--place", "130105")
    (said,) = [row for row in later["months"] if row["period"] == "2025-06"]
    assert newest["lower"] <= said["published"] <= newest["upper"]
    whole = told("nowcast", "--releases", file, "--as-of", "2025-06", "--place", "13")
    assert whole["places"] > 70
    assert whole["months"][-1]["published"] > newest["published"]


# Series and comparison


def test_a_planted_fall_is_found_in_a_file_and_an_even_series_is_not_called_one(tmp_path):
    months = [f"{2020 + m // 12}-{m % 12 + 1:02}" for m in range(48)]
    wobble = [0, 6, -5, 3, -7, 5, -2, 8, -6, 1, -4, 2]
    even = [(m, 60 + wobble[i * 7 % 12]) for i, m in enumerate(months)]
    fall = [(m, n if i < 30 else round(n * 0.6)) for i, (m, n) in enumerate(even)]
    found = told("series", write(tmp_path / "fall.csv", [("month", "n"), *fall]))
    (change,) = found["changes"]
    assert change["from"] <= "2022-07" <= change["to"]
    assert change["lower"] <= 0.6 <= change["upper"]
    still = told("series", write(tmp_path / "even.csv", [("month", "n"), *even]))
    assert still["changes"] == [] and "no evidence of a change" in still["sentence"]


def with_a_gap(path: Path) -> Path:
    """Seven years of about 30 a month, of which 2021 is not there."""
    rows = [(f"{2018 + m // 12}-{m % 12 + 1:02}", 26 + m * 7 % 9) for m in range(84)]
    return write(path, [("month", "n"), *(row for row in rows if row[0][:4] != "2021")])


def test_months_without_a_row_are_not_known_and_are_named(tmp_path):
    found = told("series", with_a_gap(tmp_path / "gap.csv"))
    assert found["changes"] == []
    assert [m["period"] for m in found["months"] if m["n"] is None] == [
        f"2021-{m:02}" for m in range(1, 13)
    ]
    assert any(caveat.endswith("neither low nor zero: 2021.") for caveat in found["caveats"])


def test_a_file_may_leave_its_zeros_out_where_it_says_so(tmp_path):
    found = told("series", with_a_gap(tmp_path / "gap.csv"), "--absent-zero")
    assert [m["n"] for m in found["months"] if m["period"][:4] == "2021"] == [0] * 12
    assert found["changes"]


def test_a_file_may_say_which_of_its_months_still_grow(tmp_path):
    rows = [(f"{2020 + m // 12}-{m % 12 + 1:02}", 60 + m * 7 % 9) for m in range(36)]
    rows += [(f"2023-{m:02}", 62 if m < 6 else 20) for m in range(1, 13)]
    file = write(tmp_path / "late.csv", [("month", "n"), *rows])
    assert told("series", file)["changes"]
    found = told("series", file, "--firm-to", "2023-05")
    assert found["changes"] == []
    growing = [m["period"] for m in found["months"] if m["provisional"]]
    assert growing == [f"2023-{m:02}" for m in range(6, 13)]
    assert any("after May 2023 still grow" in caveat for caveat in found["caveats"])
    assert "two years" in refused("series", file, "--firm-to", "2011")["why"]
    assert run("series", "--source", "x", "--firm-to", "2023-05").exit_code == 2


def test_months_of_a_source_are_those_that_were_imported(tmp_path):
    make_diagnosed(tmp_path, "quejas", only=("robo", "hurto"))
    found = told("series", "--source", "quejas", "--place", "PE-INEI:130105")
    assert len(found["months"]) == 36
    assert found["months"][0]["n"] == 50  # 20 robberies and 30 thefts
    assert found["changes"] == []
    only = told("series", "--source", "quejas", "--place", "PE-INEI:130105", "--offence", "hurto")
    assert only["months"][0]["n"] == 30


def test_a_short_series_says_what_is_needed(tmp_path):
    rows = [(f"2024-{m:02}", 9) for m in range(1, 13)]
    problem = refused("series", write(tmp_path / "short.csv", [("mes", "cantidad"), *rows]))
    assert "two years" in problem["why"]


def test_places_are_compared_as_if_their_people_were_alike(tmp_path):
    # The same rates by age in both; the second is older, and so has more events in all
    rows = [
        ("place", "age", "n", "people"),
        ("A", "young", 90, 9000), ("A", "old", 40, 1000),
        ("B", "young", 10, 1000), ("B", "old", 360, 9000),
    ]  # fmt: skip
    found = told("compare", write(tmp_path / "ages.csv", rows))
    first, second = found["places"]
    assert second["crude"] > 2.5 * first["crude"]
    assert second["ratio"] == pytest.approx(1, abs=0.01)
    assert "No evidence of a difference from: B." in found["sentence"] and found["standardised"]


def test_places_of_a_source_are_compared_by_their_people(tmp_path):
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    found = told(
        "compare", "--source", "quejas", "--place", "PE-INEI:130105", "--place", "PE-INEI:130103",
        "--from", "2021", "--to", "2021",
    )  # fmt: skip
    first, second = found["places"]
    assert (first["n"], second["n"]) == (360, 360)
    assert second["ratio"] == pytest.approx(5, rel=1e-6)  # 200,000 people beside 40,000
    assert second["q"] < 0.001 and "Lower than: Florencia de Mora" in found["sentence"]


# What is refused


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("unit", "month", "n"), ("a", 1, 2), ("a", 2, 3), ("b", 1, 4)], "no value"),
        ([("unit", "month", "n"), ("a", 1, 2), ("a", 1, 3)], "two rows"),
        ([("unit", "month", "n"), ("a", 1, "x")], "no number"),
        ([("sector", "n"), ("a", 1)], "no such column"),
    ],
)
def test_a_panel_with_a_fault_is_refused_by_its_place(tmp_path, rows, says):
    problem = refused(
        "effect", write(tmp_path / "panel.csv", rows), "--treated-units", "a", "--start", "2"
    )
    assert says in problem["why"] and problem["remedy"]


@pytest.mark.parametrize(
    ("rows", "at", "says"),
    [
        ([("A", 120, 9000), ("B", "", 9000)], "column n, row 2", "B has no number"),
        ([("A", 120, ""), ("B", 110, 9000)], "column people, row 1", "A has no number"),
        ([("A", 120, 9000), ("B", 110, 9000), ("A", 130, 9100)], "A", "two rows"),
    ],
)
def test_a_comparison_takes_no_empty_number_and_no_second_row(tmp_path, rows, at, says):
    file = write(tmp_path / "places.csv", [("place", "n", "people"), *rows])
    problem = refused("compare", file)
    assert problem["where"].endswith(at) and says in problem["why"] and problem["remedy"]


def test_too_few_units_to_compare_with_are_said_to_be_so(tmp_path):
    rows = [("unit", "month", "n")]
    rows += [(u, m, 20 + (m * 7 + i) % 5) for i, u in enumerate("abcdef") for m in range(1, 13)]
    found = told(
        "effect", write(tmp_path / "panel.csv", rows), "--treated-units", "a", "--start", "10",
        "--buffer", "b",
    )  # fmt: skip
    assert any("never below" in caveat for caveat in found["caveats"])
    assert found["displacement"] is not None
    assert found["asked"]["buffer"] == ["b"]


def test_lists_that_share_nobody_have_no_answer(tmp_path):
    rows = [("police", "cem", "n"), (1, 0, 40), (0, 1, 30)]
    found = told("undercount", write(tmp_path / "lists.csv", rows))
    assert found["estimate"] is None
    assert found["refusal"] == "no_overlap"
    assert "cannot be told" in found["sentence"]


def test_a_place_that_no_release_names_is_told(tmp_path):
    rows = [("place", "month", "n", "release")]
    rows += [
        ("130105", f"2024-{m:02}", 10 + r, f"2024-{r:02}")
        for r in (6, 7, 8)
        for m in range(1, r + 1)
    ]
    file = write(tmp_path / "releases.csv", rows)
    assert len(told("nowcast", "--releases", file, "--place", "PE-INEI:130105")["months"]) == 8
    assert "No release names" in refused("nowcast", "--releases", file, "--place", "999999")["why"]


def test_a_source_that_corrects_downwards_is_recognised(tmp_path):
    rows = [("place", "month", "n", "release")]
    rows += [
        ("130105", f"2024-{m:02}", 60 - 4 * r, f"2024-{r:02}")
        for r in (6, 7, 8)
        for m in range(1, r + 1)
    ]
    problem = refused("nowcast", "--releases", write(tmp_path / "down.csv", rows))
    assert "takes records away again" in problem["why"]
