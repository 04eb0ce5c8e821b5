"""convive analyse, as a person runs it: published values first, then what it refuses."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import translation
from pyproj import Transformer
from recorded import make_places, offence, receive, source, table

from convive.cli.analyse import analyse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

UTM = ("--crs", "EPSG:32717")
FEW = ("--permutations", "9")
_CHANCE = random.Random(20140522)
ROWS = [
    (
        716_000 + _CHANCE.randrange(2_000),
        9_103_000 + _CHANCE.randrange(2_000),
        date(2024, 1, 1) + timedelta(days=_CHANCE.randrange(120)),
    )
    for _row in range(150)
]
POINTS = """
    code = "{code}"
    name_es = "Hechos"
    name_en = "Incidents"
    kind = "police"
    shape = "incidents"
    zone = "America/Lima"
    {more}
    [columns]
    x = "lon"
    y = "lat"
    date = "day"
    category = "what"
"""


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    with translation.override("en"):  # the command activates a language: take it back
        yield


@pytest.fixture
def metres(tmp_path: Path) -> Path:
    return table(tmp_path, ["x,y,date", *(f"{x},{y},{day}" for x, y, day in ROWS)], "metres.csv")


@pytest.fixture
def degrees(tmp_path: Path) -> Path:
    return table(tmp_path, ["lon,lat,date", *_in_degrees()], "degrees.csv")


def _in_degrees() -> list[str]:
    turn = Transformer.from_crs(UTM[1], "EPSG:4326", always_xy=True).transform
    return ["{:.8f},{:.8f},{}".format(*turn(x, y), day) for x, y, day in ROWS]


def run(*words: object) -> Result:
    done = CliRunner().invoke(analyse, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def told(*words: object) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def refused(*words: object) -> dict[str, str]:
    done = run(*words, "--json")
    assert done.exit_code == 1, done.output
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["why"]
    return dict(problem)


# Published values


def test_the_knox_table_of_chicago_is_the_published_one(shared):
    folder = shared / "methods/near_repeat"
    published = json.loads((folder / "expected_nearrepeat_package.json").read_text())
    answer = told(
        "near-repeat", folder / "chicago_burglary_2016.csv", "--x", "X", "--y", "Y",
        "--date", "date", "--metric", "manhattan", "--to", "2016-01-31",
    )  # fmt: skip
    assert answer["n"] == 970
    assert answer["observed"] == published["observed"]
    assert answer["distance_bins"] == ["[0, 0.1)", "[0.1, 200)", "[200, 400)", "[400, 600)"]
    assert answer["day_bins"] == ["[0, 7)", "[7, 14)", "[14, 21)"]
    for ours, theirs in (
        ("ratio", "knox_ratio_mean"), ("median_ratio", "knox_ratio_median"), ("p", "pvalues")
    ):  # fmt: skip
        for mine, other in zip(answer[ours], published[theirs], strict=True):
            assert mine == pytest.approx(other, abs=0.08)


def test_the_clusters_of_new_mexico_have_the_published_statistics(shared):
    folder = shared / "methods/scan"
    answer = told(
        "clusters", "--cases", folder / "nm.cas", "--geo", folder / "nm.geo",
        "--population", folder / "nm.pop", "--model", "poisson", "--from", "1973", "--to", "1991",
        "--time-unit", "year", "--permutations", "99",
    )  # fmt: skip
    (first, second) = answer["clusters"][:2]
    assert first["llr"] == pytest.approx(10.979758, abs=1e-6)
    assert second["llr"] == pytest.approx(5.684828, abs=1e-6)
    assert (first["from"], first["to"], first["cases"]) == ("1985-01-01", "1989-12-31", 236)
    assert second["locations"] == ["Chaves"]
    assert first["recurrence_days"] is None


def test_the_clusters_of_lima_have_the_published_statistics(shared):
    folder = shared / "methods/scan"
    answer = told(
        "clusters", "--cases", folder / "lima_robo_h1.cas", "--geo", folder / "lima_robo_h1.geo",
        "--from", "2025-01-01", "--to", "2025-06-30", "--max-distance", "3", "--max-time", "14",
        "--permutations", "199",
    )  # fmt: skip
    llr = [one["llr"] for one in answer["clusters"][:3]]
    assert llr == pytest.approx([18.260147, 13.868424, 13.462843], abs=1e-6)
    assert {"locations", "from", "to", "cases", "expected", "llr", "p", "recurrence_days"} <= set(
        answer["clusters"][0]
    )


# Real files


def test_a_file_that_knows_the_month_alone_is_refused(shared):
    file = shared / "points/manchester_burglary_month_only_snapped.csv.gz"
    for question in ("near-repeat", "hotspots", "clusters", "aoristic"):
        problem = refused(question, file)
        assert problem["why"] == "Only the month is known."
        assert problem["where"] == file.name


def test_vancouver_is_read_as_utm(shared):
    file = shared / "points/vancouver_thefts_utm10n.csv.gz"
    answer = told("near-repeat", file, *FEW, "--to", "2020-03")
    assert answer["asked"]["crs"] == "EPSG:32610"
    answer = told("hotspots", file, "--to", "2020-03")
    assert answer["asked"]["crs"] == "EPSG:32610"
    first = answer["cells"][0]
    assert -123.3 < first["lon"] < -123.0
    assert 49.1 < first["lat"] < 49.4


def test_lima_tells_days_and_parts_of_the_day(shared):
    file = next((shared / "points/lima_callao_theft_robbery_2025").glob("*.csv.gz"))
    assert told("near-repeat", file, *FEW, "--to", "2025-03")["n"] > 1_000
    week = told("aoristic", file)
    assert (week["n"], week["parts"], week["exact"]) == (16_532, 16_532, 0)
    assert sum(week["by_hour"]) == pytest.approx(week["n"])


def test_intervals_are_found_by_themselves_and_may_be_named(shared):
    file = shared / "points/nyc_vehicle_thefts_start_end.csv.gz"
    found = told("aoristic", file)
    named = told("aoristic", file, "--date", "date_start", "--end-date", "date_end")
    assert found["weights"] == named["weights"]
    assert found["intervals"] > 20_000
    assert sum(map(sum, found["weights"])) == pytest.approx(found["n"])


def test_intervals_beyond_a_day_are_told_where_each_counts_on_one(shared):
    file = shared / "points/nyc_vehicle_thefts_start_end.csv.gz"
    answer = told("near-repeat", file, *FEW, "--from", "2014-03", "--to", "2014-03")
    assert any("interval beyond one day" in caveat for caveat in answer["caveats"])


def test_what_has_no_position_is_told(shared):
    answer = told("near-repeat", shared / "points/cincinnati_burglary.csv.gz", *FEW)
    assert answer["n"] == 8_297
    assert "Left out: 426 (without a position)." in answer["caveats"]


# Answers


def test_degrees_are_never_taken_for_metres(metres, degrees):
    flat, round_ = told("near-repeat", metres, *UTM, *FEW), told("near-repeat", degrees, *FEW)
    assert flat["asked"]["crs"] == round_["asked"]["crs"] == "EPSG:32717"
    for mine, other in zip(flat["observed"], round_["observed"], strict=True):
        assert mine == pytest.approx(other, abs=2)


def test_near_repeat_answers_with_the_keys_that_were_promised(metres):
    answer = told("near-repeat", metres, *UTM, *FEW)
    wanted = {"observed", "expected", "ratio", "median_ratio", "p", "distance_bins", "day_bins"}
    assert wanted <= set(answer)
    assert len(answer["observed"]) == len(answer["distance_bins"]) == 4


def test_hot_spots_answer_with_the_keys_that_were_promised(metres):
    answer = told("hotspots", metres, *UTM, "--cells", "grid:250", "--step", "14")
    assert {"cells", "backtest"} <= set(answer)
    wanted = {"method", "area_share", "hits", "n", "pai", "pei", "lower", "upper"}
    assert all(wanted <= set(row) for row in answer["backtest"])
    assert {row["method"] for row in answer["backtest"]} >= {"last_year", "kde", "gi_star"}
    assert sum(cell["n"] for cell in answer["cells"]) == 150


def test_clusters_of_a_file_are_those_of_its_places_and_days(metres):
    answer = told("clusters", metres, *UTM, *FEW, "--max-distance", "0.5", "--max-time", "7")
    assert answer["cases"] == 150
    assert "recurrence_days" in answer["clusters"][0]
    alert = told("clusters", metres, *UTM, *FEW, "--max-time", "7", "--prospective")
    assert alert["clusters"][0]["recurrence_days"] >= 1


def test_both_ends_of_a_period_are_in_it(metres):
    days = sorted(day for _x, _y, day in ROWS)
    first, last = days[20], days[110]
    answer = told("near-repeat", metres, *UTM, *FEW, "--from", first, "--to", last)
    assert answer["n"] == sum(first <= day <= last for day in days)
    assert answer["asked"]["period"] == f"{first}/{last}"


def test_the_same_seed_gives_the_same_answer_and_another_one_another(metres):
    question = ("near-repeat", metres, *UTM, "--permutations", "19", "--seed")
    assert told(*question, 5) == told(*question, 5)
    assert told(*question, 5)["expected"] != told(*question, 6)["expected"]


def test_without_json_a_sentence_comes_first_and_caveats_last(metres):
    done = run("near-repeat", metres, *UTM, *FEW)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].endswith(".")
    assert lines[-1].startswith("◆ ")


# What was imported


@pytest.fixture
def received(home: object, tmp_path: Path) -> None:
    make_places()
    source(tmp_path, POINTS)
    offence("robo", "0401")
    offence("extorsion", "02051", "no_small_area")
    what = ("robo", "extorsion")
    lines = [f"{row},{what[i % 3 == 0]}" for i, row in enumerate(_in_degrees())]
    receive(table(tmp_path, ["lon,lat,day,what", *lines]))


@pytest.mark.usefixtures("received")
def test_imported_incidents_answer_without_those_never_shown_finer_than_a_district():
    answer = told("near-repeat", "--source", "proof", *FEW)
    assert answer["n"] == 100
    assert any(caveat.startswith("Left out: 50 (never shown finer") for caveat in answer["caveats"])
    assert told("near-repeat", "--where", "source=proof", *FEW) == answer


@pytest.mark.parametrize("question", ["near-repeat", "hotspots", "clusters"])
@pytest.mark.usefixtures("received")
def test_an_offence_never_shown_finer_than_a_district_is_refused(question):
    problem = refused(question, "--source", "proof", "--where", "category=extorsion")
    assert problem["why"] == "This offence is never shown finer than a district."


# What is refused


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("--x", ("--x", "nowhere", "--y", "y")),
        ("--date", ("--date", "nowhere")),
        ("--crs", ("--crs", "EPSG:9")),
        ("--crs", ("--crs", "EPSG:4326")),
        ("--distances", (*UTM, "--distances", "0,200,100")),
        ("--distances", (*UTM, "--distances", "0,far")),
        ("--days", (*UTM, "--days", "7")),
        ("metres.csv", (*UTM, "--to", "2024-01-05")),
        ("metres.csv", (*UTM, "--from", "2030")),
        ("'soon'", (*UTM, "--from", "soon")),
    ],
)
def test_what_cannot_be_used_ends_with_1_and_says_where(metres, where, words):
    problem = refused("near-repeat", metres, *words)
    assert problem["where"] == where
    assert problem["remedy"]


@pytest.mark.parametrize(
    "words",
    [
        ("near-repeat",),
        ("near-repeat", "nowhere.csv"),
        ("near-repeat", "FILE", "--x", "x"),
        ("near-repeat", "FILE", "--end-date", "date"),
        ("near-repeat", "FILE", "--metric", "bus"),
        ("near-repeat", "FILE", "--strata", "street"),
        ("near-repeat", "FILE", "--seed", "-1"),
        ("hotspots", "FILE", "--half-life", "0"),
        ("clusters", "FILE", "--max-population", "2"),
        ("clusters", "FILE", "--max-time", "0"),
        ("clusters", "--cases", "FILE"),
        ("aoristic", "FILE", "--longest", "0"),
    ],
)
def test_wrong_usage_ends_with_2(metres, words):
    assert run(*(metres if word == "FILE" else word for word in words)).exit_code == 2


def test_a_file_has_no_sources(metres):
    assert refused("near-repeat", metres, "--source", "proof")["where"] == str(metres)


def test_a_bandwidth_too_narrow_for_its_cells_is_widened(metres):
    answer = told("hotspots", metres, *UTM, "--cells", "grid:400", "--bandwidth", "50")
    assert answer["bandwidth"] == pytest.approx(1000)


def test_hexagons_need_a_system_and_squares_do_not(metres):
    assert refused("hotspots", metres)["where"] == "--cells"
    assert told("hotspots", metres, "--cells", "grid:400")["cells"]


def test_cells_too_many_to_hold_are_refused_before_they_are_made(degrees):
    with degrees.open("a") as file:
        file.write(
            "".join(f"{-120 + 4 * i},{-60 + 5 * i},2024-01-0{i % 9 + 1}\n" for i in range(20))
        )
    assert refused("hotspots", degrees, "--cells", "h3:11")["where"] == "--cells"


def test_hours_are_refused_where_only_the_day_is_known(metres):
    assert refused("aoristic", metres, *UTM)["why"] == "Only the day is known, no clock time."


def test_the_poisson_model_needs_people(metres):
    assert refused("clusters", metres, *UTM, "--model", "poisson")["where"] == "--model"


def test_a_line_that_is_no_case_is_told_by_its_number(tmp_path):
    cases = table(tmp_path, ["a 1 2024-01-01", "b one 2024-01-02"], "bad.cas")
    places = table(tmp_path, ["a -8.1 -79.0", "b -8.2 -79.1"], "bad.geo")
    assert refused("clusters", "--cases", cases, "--geo", places)["where"] == "bad.cas:2"
