"""The sample evidence obeys the rules that docs/demo.md states."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from observatory_ground import SOURCES
from shapely.geometry import Point, mapping, shape

from convive.demo import rules, sample
from convive.domain.observatory.rules import firm_until
from convive.evidence.spec import read_source

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "demo.md").read_text()
PEOPLE = {
    "PE-INEI:130101": 300_000,
    "PE-INEI:130102": 150_000,
    "PE-INEI:130105": 200_000,
    "PE-INEI:130109": 5_000,
    "PE-INEI:130112": 90_000,
}
OUTLINES = {
    place: mapping(Point(-79.0 + index / 10, -8.1).buffer(0.02))
    for index, place in enumerate(PEOPLE)
    if place != "PE-INEI:130109"
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return sample.write(tmp_path_factory.mktemp("sample"), PEOPLE, OUTLINES)


def rows(files, source):
    with files[source].open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def complaints(files):
    counts = Counter()
    for row in rows(files, "sample-complaints"):
        month = (int(row["year"]), int(row["month"]))
        counts[(f"PE-INEI:{row['place']}", month, row["offence"])] += int(row["n"])
    return counts


@pytest.fixture(scope="module")
def points(files):
    return rows(files, "sample-points")


def test_the_same_input_gives_the_same_files_byte_for_byte(files, tmp_path):
    again = sample.write(tmp_path, dict(reversed(PEOPLE.items())), OUTLINES)
    assert [path.read_bytes() for path in again.values()] == [
        path.read_bytes() for path in files.values()
    ]


def test_counts_scatter_around_the_mean_that_the_rules_give():
    stream = np.random.default_rng(1)
    counts = sample.happened(PEOPLE, stream)
    means = np.array([sample.expected(p, m, o, PEOPLE[p]) for p, m, o in counts])
    # Pearson's statistic of Poisson counts: mean one per cell, and cells with tiny means left out
    large = means > 5
    assert large.sum() > 300
    found = np.array(list(counts.values()))
    dispersion = ((found - means)[large] ** 2 / means[large]).mean()
    assert 0.85 < dispersion < 1.15


def test_the_mean_follows_level_people_district_trend_season_step_and_lateness():
    january = sample.expected("PE-INEI:130105", (2022, 1), "homicidio", 100_000)
    assert january == pytest.approx(8 * 1.15 / 12 * 1.12)
    later = sample.expected("PE-INEI:130101", (2024, 1), "extorsion", 100_000)
    assert later == pytest.approx(140 * 1.3 * 1.18**2 / 12 * 1.12)
    other = sample.expected("PE-INEI:130109", (2022, 7), "hurto", 50_000)
    assert other == pytest.approx(560 * 0.7 / 2 / 12 * (1 - 0.12))
    before, after = (sample.expected("PE-INEI:130105", (2023, m), "robo", 1) for m in (6, 7))
    assert after / before == pytest.approx(0.75, abs=0.03)
    before, after = (sample.expected("PE-INEI:130105", (2024, m), "lesiones", 1) for m in (1, 2))
    assert after / before == pytest.approx(1.5, abs=0.03)
    december = sample.expected("PE-INEI:130101", (2024, 12), "hurto", 1)
    assert december / sample.expected("PE-INEI:130101", (2023, 12), "hurto", 1) == pytest.approx(
        0.6
    )


def test_alto_trujillo_is_booked_under_el_porvenir_until_2023(complaints):
    alto = [month for place, month, _offence in complaints if place == rules.PART]
    assert min(alto) == (2024, 1)
    whole = {
        year: sum(n for (p, (y, _), _o), n in complaints.items() if p == rules.WHOLE and y == year)
        for year in rules.YEARS
    }
    assert whole[2024] < 0.75 * whole[2023]


def test_no_row_says_zero(files):
    assert all(int(row["n"]) > 0 for row in rows(files, "sample-complaints"))


def test_points_are_the_same_acts_as_the_complaints(complaints, points):
    by_place = Counter((f"PE-INEI:{row['place']}", row["offence"]) for row in points)
    for place in ("PE-INEI:130101", "PE-INEI:130105"):
        for offence in (*rules.PLACED, *rules.UNPLACED):
            counted = sum(n for (p, _m, o), n in complaints.items() if (p, o) == (place, offence))
            assert by_place[(place, offence)] == counted


@pytest.mark.parametrize("source", ["sample-complaints", "sample-points"])
def test_no_month_that_the_rules_make_late_is_firm(source):
    spec, problems = read_source(SOURCES / f"{source}.toml")
    assert spec is not None, problems
    firm = firm_until(date(max(rules.YEARS), 12, 31), spec.limits.late_months)
    assert firm < min(date(*month, 1) for month in rules.LATE)


def test_victims_are_women_as_often_as_the_rules_say_and_drugs_have_none(points):
    for offence, share in rules.VICTIMS.items():
        said = [row["sex"] for row in points if row["offence"] == offence]
        known = [sex for sex in said if sex]
        off = 5 * (0.25 / len(known)) ** 0.5
        assert known.count("F") / len(known) == pytest.approx(share, abs=off), offence
        assert len(known) / len(said) == pytest.approx(1 - rules.NO_VICTIM, abs=off), offence
    assert {row["sex"] for row in points if row["offence"] == "drogas"} == {""}


def test_offences_that_mark_a_door_have_no_position(points):
    placed = {row["offence"] for row in points if row["lon"]}
    assert placed == {"homicidio", "lesiones", "robo", "hurto", "drogas"}
    assert "violencia-familiar" not in {row["offence"] for row in points}
    pack = Path(__file__).resolve().parents[2] / "packs" / "trujillo" / "offences.csv"
    with pack.open(newline="") as file:
        closed = {r["category"] for r in csv.DictReader(file) if "no_small_area" in r["flags"]}
    assert not placed & closed


def test_every_position_lies_in_its_district(points):
    for place, outline in OUTLINES.items():
        area = shape(outline).buffer(10.0**-rules.DECIMALS)
        mine = [row for row in points if f"PE-INEI:{row['place']}" == place and row["lon"]]
        assert mine
        assert all(area.contains(Point(float(r["lon"]), float(r["lat"]))) for r in mine)


def test_a_district_without_an_outline_has_no_positions(points):
    mine = [row for row in points if row["place"] == "130109"]
    assert mine
    assert not any(row["lon"] for row in mine)


def test_identifiers_are_unique_and_days_lie_in_their_months(points):
    assert len({row["id"] for row in points}) == len(points)
    assert all(re.fullmatch(r"202[2-4]-\d\d-\d\d", row["date"]) for row in points)


def test_survey_estimates_carry_their_interval(files):
    answers = rows(files, "sample-survey")
    assert len(answers) == 4 * 3 * 3
    for row in answers:
        assert float(row["lower"]) < float(row["estimate"]) < float(row["upper"])
        assert row["n"] == "400"


def test_the_people_asked_stand_for_the_adults_of_their_district(files):
    asked = rows(files, "sample-microdata")
    districts = set(rules.SURVEY_DISTRICT) & set(PEOPLE)
    assert len(asked) == len(districts) * rules.BLOCKS * rules.IN_BLOCK
    for place in districts:
        mine = [row for row in asked if f"PE-INEI:{row['district']}" == place]
        weights = sum(float(row["weight"]) for row in mine)
        assert weights == pytest.approx(PEOPLE[place] * rules.ADULTS, rel=1e-5)
        assert set(Counter(row["block"] for row in mine).values()) == {rules.IN_BLOCK}


def test_women_and_men_say_yes_as_often_as_the_rules_say(tmp_path):
    many = [
        dict(zip(("sex", *rules.ANSWERS), row[5:6] + row[7:], strict=True))
        for row in (
            sample.questionnaires(PEOPLE, np.random.default_rng(seed)) for seed in range(12)
        )
        for row in row
    ]
    for question, shares in rules.ANSWERS.items():
        yes = {1, 2} if question in rules.SCALES else {1}
        for sex, share in zip("MH", shares, strict=True):
            said = [r[question] for r in many if r["sex"] == sex and r[question] != 9]
            # blocks are off on the logit scale, which draws shares a little towards one half
            assert sum(a in yes for a in said) / len(said) == pytest.approx(share, abs=0.025)


def test_the_page_of_the_rules_states_each_of_their_numbers():
    named = [*rules.LEVEL.items(), *((k, v) for k, v in rules.YEARLY.items())]
    for offence, number in named:
        assert re.search(rf"{offence} (× )?{number:g}\b", PAGE), (offence, number)
    factors = [*rules.DISTRICT.values(), rules.OTHER_DISTRICTS, rules.SEASON]
    factors += [step for _since, step in rules.STEPS.values()]
    shares = [*rules.LATE.values(), *rules.DAY_PARTS.values(), *rules.ATTEMPTED.values()]
    shares += [*rules.VICTIMS.values(), rules.NO_VICTIM]
    survey = [share for shares_ in rules.SURVEY.values() for share in shares_]
    others = [rules.NEAR_CORNER, *survey, *rules.SURVEY_DISTRICT.values()]
    whole = [rules.SEED, rules.ASKED, rules.CORNERS, int(rules.SPREAD_METRES), rules.DECIMALS]
    asked = [share for shares_ in rules.ANSWERS.values() for share in shares_]
    asked += [rules.ADULTS, rules.WOMEN, rules.ALIKE, rules.UNSAID]
    whole += [rules.BLOCKS, rules.IN_BLOCK, rules.HOUSE]
    results = [mean for means in rules.ACHIEVED.values() for mean in means.values()]
    for number in [*factors, *shares, *others, *asked, *whole, *results, *rules.SHARE.values()]:
        assert str(number) in PAGE, number
