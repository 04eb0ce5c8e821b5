"""Places of a source compared as if their people were alike: where sex and age are known of both,
and in words why not where they are not."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from analysed import work
from cast import EL_PORVENIR, LA_ESPERANZA, actor
from click.testing import CliRunner
from diagnosed import make_people, make_programme
from django.utils import translation
from recorded import COUNTS, offence, receive, source, table

from convive.cli.analyse import analyse
from convive.domain.observatory import actions, analysis_tables, leaving
from convive.domain.observatory.ages import ages, joined
from convive.domain.observatory.analyses import compare, counted
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.models import Analysis
from convive.domain.observatory.profile import place_profile
from convive.domain.programme.models import BoundaryEdition, Composition, Population
from convive.domain.programme.queries import place
from convive.kernel.leaving import Audience, Told
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
YEAR = Period.between("2021", "2021")
PLACES = (LA_ESPERANZA, EL_PORVENIR)
WHO = """
    victim_sex = "sex"
    age_band = "age"
"""
# Each month, at the same rates in both: only the people differ. (sex, band) -> records
STRATA = (("female", "0-29"), ("male", "0-29"), ("female", "30+"), ("male", "30+"))
RECORDS = {"130105": (10, 5, 5, 5), "130102": (3, 4, 9, 24)}
PEOPLE = {"130105": (80, 60, 40, 20), "130102": (24, 48, 72, 96)}


@pytest.fixture(autouse=True)
def ground():
    make_programme()
    make_people()
    with translation.override("en"):
        yield


def record(folder: Path, records=RECORDS, *, who: str = WHO, extra=(), few=(), old="30-44") -> None:
    """Three years of counts by sex and age, the same every month."""
    source(folder, COUNTS.replace('    n = "n"\n', f'    n = "n"\n{who}'))
    offence("robo", "0401")
    rows = ["place,year,month,offence,n,sex,age"]
    for year in (2020, 2021, 2022):
        for month in range(1, 13):
            for code, counts in records.items():
                for (sex, band), n in zip(STRATA, counts, strict=True):
                    written = {"0-29": "15 a 29 años", "30+": old}[band]
                    if n and who:
                        rows.append(f"{code},{year},{month},robo,{n},{sex},{written}")
                if not who:
                    rows.append(f"{code},{year},{month},robo,{sum(counts)},,")
            rows += [f"{code},{year},{month},robo,{n},," for code, n in extra]
    rows += [f"{code},2021,6,robo,{n},{sex},{old}" for code, sex, n in few]
    assert receive(table(folder, rows)).rejected == 0


def populate(people=PEOPLE, *, by_age: bool = True, edition: str = "pe-2017") -> None:
    """People by sex and age of 2022, as shares of what is known of every year."""
    made = BoundaryEdition.objects.get(code=edition)
    for code, counts in people.items():
        told: dict[tuple[str, str], int] = {}
        for (sex, band), n in zip(STRATA, counts, strict=True):
            key = (sex, band if by_age else "total")
            told[key] = told.get(key, 0) + n
        Population.objects.bulk_create(
            Population(place=place(f"PE-INEI:{code}"), year=2022, sex=sex, age_band=band, value=n,
                       source="Censo", edition=made)
            for (sex, band), n in told.items()
        )  # fmt: skip


def found() -> Answer:
    given = counted.of_source("proof", PLACES, YEAR)
    return compare.answer(given, compare.Options())


def test_unlike_people_at_the_same_rates_are_no_different_and_a_file_says_the_same(tmp_path):
    record(tmp_path)
    populate()
    answer = found()
    here, there = answer.numbers["places"]
    assert answer.numbers["standardised"] and len(answer.asked["strata"]) == 4
    assert (here["n"], there["n"]) == (300, 480)
    assert here["crude"] == pytest.approx(150) and there["crude"] == pytest.approx(200)
    assert there["rate"] == pytest.approx(here["rate"]) and there["side"] == "unclear"
    assert there["ratio"] == pytest.approx(1)
    assert "No evidence of a difference" in answer.sentence
    assert any("same sex and age in every place" in said for said in answer.caveats)
    assert any("from 2022: Censo" in said for said in answer.caveats)
    file = tmp_path / "alike.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["place", "sex", "age", "n", "people"])
        for name, code in (("La Esperanza", "130105"), ("El Porvenir", "130102")):
            for (sex, band), n, thousands in zip(STRATA, RECORDS[code], PEOPLE[code], strict=True):
                rows.writerow([name, sex, band, 12 * n, 1000 * thousands])
    told = compare.answer(counted.of_file(file), compare.Options()).numbers["places"]
    for ours, theirs in zip((here, there), told, strict=True):
        for name in ("n", "crude", "rate", "lower", "upper", "ratio", "ratio_lower", "ratio_upper"):
            assert ours[name] == pytest.approx(theirs[name]), name


def test_without_sex_or_age_in_the_records_the_answer_says_why_not(tmp_path):
    record(tmp_path, who="")
    populate()
    answer = found()
    assert not answer.numbers["standardised"]
    assert any("records neither sex nor age" in said for said in answer.caveats)
    assert answer.numbers["places"][1]["rate"] == pytest.approx(200)


def test_people_who_are_not_known_so_are_no_reason_to_guess(tmp_path):
    record(tmp_path)
    assert any("not known by sex" in said for said in found().caveats)
    populate({"130105": PEOPLE["130105"]})
    assert not found().numbers["standardised"]


def test_people_known_by_sex_alone_make_rates_of_the_same_sex(tmp_path):
    record(tmp_path)
    populate(by_age=False)
    answer = found()
    assert answer.asked["strata"] == ["female", "male"]
    assert any("of the same sex in every place, whatever" in said for said in answer.caveats)
    assert any("are not known by age" in said for said in answer.caveats)


def test_few_records_of_nobody_known_are_spread_as_the_others_and_many_are_not(tmp_path):
    record(tmp_path, extra=[("130105", 1), ("130102", 4)])
    populate()
    answer = found()
    here = answer.numbers["places"][0]
    assert answer.numbers["standardised"] and here["n"] == 26 * 12
    assert here["crude"] == pytest.approx(26 * 12 / 2), "of all records, known or not"
    assert any("spread as the others" in said for said in answer.caveats)


def test_too_many_records_of_nobody_known_are_not_standardised(tmp_path):
    record(tmp_path, extra=[("130105", 9)])
    populate()
    answer = found()
    assert not answer.numbers["standardised"]
    assert any("more than 10% of the records lack" in said for said in answer.caveats)


def test_ages_that_are_no_bands_leave_sex_alone(tmp_path):
    record(tmp_path, old="adulto")
    populate()
    populate(by_age=False)
    answer = found()
    assert answer.asked["strata"] == ["female", "male"], "age cannot be read"
    assert any("no bands of years" in said for said in answer.caveats)


def test_people_of_the_parts_are_added_up_within_the_boundaries_of_the_records(tmp_path):
    """The records hold Alto Trujillo within El Porvenir; the people are counted apart."""
    record(tmp_path)
    old, new = (BoundaryEdition.objects.get(code=code) for code in ("pe-2017", "pe-2024"))
    whole, part = place(EL_PORVENIR), place("PE-INEI:130112")
    if not Composition.objects.filter(whole=whole).exists():
        for one in (whole, part):
            Composition.objects.create(older=old, edition=new, whole=whole, part=one)
    half = tuple(n // 2 for n in PEOPLE["130102"])
    populate({"130105": PEOPLE["130105"], "130102": half, "130112": half}, edition="pe-2024")
    answer = found()
    assert answer.numbers["standardised"]
    assert answer.numbers["places"][1]["ratio"] == pytest.approx(1)


def test_the_command_says_it(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVIVE_LANG", "en")
    record(tmp_path)
    populate()
    asked = ["compare", "--source", "proof", "--from", "2021", "--json"]
    for ref in PLACES:
        asked += ["--place", ref]
    done = CliRunner().invoke(analyse, asked)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["standardised"] and told["places"][1]["ratio"] == pytest.approx(1)


def ask() -> Analysis:
    asked = actions.ask_analysis(
        by=actor("coordinator"), kind="compare", source="proof", period=YEAR, place=LA_ESPERANZA,
        options={"peers": "programme"},
    )  # fmt: skip
    work()
    asked.refresh_from_db()
    return asked


def test_page_and_question_say_the_same(tmp_path):
    record(tmp_path, {**RECORDS, "130103": (6, 6, 6, 6)})
    populate({**PEOPLE, "130103": (10, 10, 10, 10)})
    asked = ask()
    profile = place_profile(LA_ESPERANZA, Period.between("2020", "2021"), source="proof")
    assert profile.peers_said == asked.result["en"]["sentence"]
    assert "same sex and age" in profile.peers_how


def test_a_rate_does_not_give_away_a_small_count_of_one_sex(tmp_path):
    """With two strata the sum and the standardised rate are two equations."""
    record(tmp_path, {**RECORDS, "130103": (6, 0, 6, 0)}, few=[("130103", "male", 2)])
    populate({**PEOPLE, "130103": (10, 10, 10, 10)}, by_age=False)
    asked = ask()
    small = next(row for row in asked.result["numbers"]["places"] if row["ref"].endswith("130103"))
    assert (small["n"], small["least"]) == (146, 2)
    out = analysis_tables.cleared(asked, 5, Audience.OUTSIDE).table("places")
    row = next(row for row in out.rows if row.cells[0].value == "Florencia de Mora")
    heads = [column.title for column in out.columns]
    assert row.cells[heads.index("Records")].value == 146
    told = row.cells[heads.index("Standardised, per 100,000 people a year")]
    assert told.told is Told.SUPPRESSED
    assert "Not told here: Florencia de Mora." in asked.result["en"]["sentence"]
    profile = place_profile(LA_ESPERANZA, Period.between("2020", "2021"), source="proof")
    seen = leaving.shown(profile, leaving.cleared(profile, Audience.OUTSIDE))
    assert [bool(row.hidden) for row in seen.peers] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        *(("15-17", (15, 17)), ("15 a 17 años", (15, 17)), ("15–17", (15, 17))),
        *(("30+", (30, None)), ("60 y más", (60, None)), ("60 years and over", (60, None))),
        *(("65 or more", (65, None)), ("adulto", None), ("17-15", None), ("", None)),
    ],
)  # fmt: skip
def test_a_band_is_read_as_people_write_it(text, years):
    assert ages(text) == years


def test_bands_are_joined_until_both_fit():
    known = ["0-11", "12-14", "15-17", "18-24", "25-29", "30+"]
    people, records = joined(known, ["15-17", "18-29", "30-44", "45+"])
    assert people["18-24"] == people["25-29"] == records["18-29"] == "18-29"
    assert people["30+"] == records["30-44"] == records["45+"] == "30+"
    assert set(joined(["0-17", "18+"], ["10-20"])[0].values()) == {"0+"}
    assert joined(["0-17", "19+"], ["0-17"]) == ({}, {}), "nobody of 18 years"
