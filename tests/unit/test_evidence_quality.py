"""The quality report: what it finds in files with planted faults, and what it never tells."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from recorded import COUNTS, INCIDENTS, make_places, offence, pack_source, receive, source, table

from convive.cli.evidence import evidence
from convive.domain.programme.models import Place
from convive.evidence import queries
from convive.evidence.quality import report as quality
from convive.evidence.quality.rules import LIMITS, Verdict
from convive.evidence.quality.words import BECAUSE, REMEDIES, TITLES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "id,day,place,x,y,offence,sex"
SPEC = (
    INCIDENTS.replace('category = {{ value = "robo" }}', 'category = "offence"')
    + """
    id = "id"
    date = "day"
    place = "place"
    x = "x"
    y = "y"
    victim_sex = "sex"
    [place]
    scheme = "PE-INEI"
    digits = 6
"""
)
STATION = (-79.0312, -8.0769)


def incidents(count, *, seed=7, at=None, **same):
    """Rows of incidents spread over 2023 and a square; `at` holds every fifth of them."""
    chance = random.Random(seed)
    for number in range(count):
        day = date(2023, 1, 1) + timedelta(days=chance.randrange(365))
        x, y = chance.uniform(-79.05, -79.0), chance.uniform(-8.1, -8.05)
        if at and number % 5 == 0:
            x, y = at
        row = {"id": number, "day": day, "place": "130105", "x": f"{x:.6f}", "y": f"{y:.6f}"}
        row |= {"offence": "robo", "sex": "F"} | same
        yield ",".join(str(row[name]) for name in HEADER.split(","))


@pytest.fixture
def report(tmp_path):
    """Imports rows of incidents and gives the report of the batch, by check."""

    def made(rows, spec=SPEC, more="", **said):
        source(tmp_path, spec, more=more)
        offence("robo", "0401")
        receive(table(tmp_path, (HEADER, *rows)), **said)
        return by_check(quality.of_source("proof"))

    return made


def by_check(found):
    return {f"{check.name} {check.about}".strip(): check for check in found.checks}


def verdicts(found, *names):
    return [found[name].verdict.value for name in names]


def test_a_clean_file_is_good_throughout(report):
    found = report(incidents(2001))
    bad = {name for name, check in found.items() if check.verdict in ("bad", "look")}
    assert bad == set() and all(check.remedy == "" for check in found.values())
    assert found["no_position"].figure == "0%"


def test_positions_at_a_station_are_found_and_placed(report):
    found = report(incidents(2000, at=STATION))["sink"]
    assert (found.verdict, found.value) == (Verdict.BAD, 0.2)
    (point,) = found.points
    assert (point.lon, point.lat, point.share) == (*(round(n, 3) for n in STATION), 0.2)
    assert "1 point holds 20.0%" in found.says and "hot spots" in found.remedy


def test_of_a_sensitive_source_the_share_is_told_and_never_the_point(report):
    found = report(incidents(2000, at=STATION), SPEC + "    [limits]\n    no_small_area = true\n")
    assert found["sink"].value == 0.2 and found["sink"].points == ()
    assert not any(str(STATION[0]) in json.dumps(check.as_json()) for check in found.values())


@pytest.mark.parametrize("flags", [("no_small_area", "sensitive"), ("sensitive",)])
def test_of_a_mixed_source_only_points_of_what_may_be_shown_are_told(report, flags):
    offence("violacion", "0301", *flags)
    found = report(incidents(2000, at=STATION, offence="violacion"))
    assert found["sink"].value == 0.2 and found["sink"].points == ()


def test_a_share_that_tells_a_small_count_is_given_as_below_for_a_sensitive_source(report):
    rows = [
        *incidents(1000),
        *(row.replace(",F", ",").replace("0,", "9990,", 1) for row in incidents(4, seed=9)),
    ]
    told = report(rows, SPEC + "    [limits]\n    no_small_area = true\n")["blank victim_sex"]
    assert told.value is None and told.figure == "below 1.0%"
    assert told.verdict == Verdict.GOOD


def test_what_is_left_blank_is_told_field_by_field(report):
    found = report(
        [row if n % 2 else row.replace(",F", ",") for n, row in enumerate(incidents(400))]
    )
    assert found["blank victim_sex"].figure == "50.0%"
    assert found["blank victim_sex"].verdict == Verdict.BAD
    assert found["blank victim_sex"].title == "Left blank: sex of the victim"


def test_rounding_snapping_and_the_first_of_the_month_are_told(report):
    rows = []
    for row in incidents(1200):
        number, day, place, x, y, what, sex = row.split(",")
        day = f"{day[:8]}01" if int(number) % 3 == 0 else day
        rows.append(",".join((number, day, place, x[:-4], y[:-4], what, sex)))
    found = report(rows)
    assert verdicts(found, "round_position", "shared", "first_of_month") == ["bad", "bad", "bad"]


def test_a_declared_limit_is_known_and_never_bad(report):
    limits = SPEC + "    [limits]\n    snapped_points = true\n    capped_export = true\n"
    found = report(incidents(1000, x="-79.01", y="-8.06"), limits)
    assert verdicts(found, "shared", "capped") == ["look", "look"]
    assert found["shared"].remedy.startswith("Nothing: the source says so itself")
    assert found["same"].says == str(BECAUSE["coarse"])


def test_a_file_with_a_whole_thousand_of_rows_looks_cut_off(report):
    assert report(incidents(1000))["capped"].verdict == Verdict.BAD


def test_positions_outside_their_district_are_counted(report):
    make_places()
    west, east = -79.05, -79.02
    ring = [[west, -8.11], [east, -8.11], [east, -8.0], [west, -8.0], [west, -8.11]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    Place.objects.filter(code="130105").update(outline=outline, outline_is_schematic=False)
    rows = list(incidents(1001))
    found = report(rows)["outside"]
    beyond = sum(float(row.split(",")[3]) > east + 0.002 for row in rows)
    assert found.value == beyond / 1001 and found.verdict == Verdict.BAD


def test_months_without_records_and_offences_without_a_class_are_named(report):
    rows = [row.replace("robo", "otros") for row in incidents(600) if ",2023-05" not in row]
    found = report(rows)
    assert found["months_missing"].says == "No record of: May 2023."
    assert verdicts(found, "months_missing", "unlisted") == ["look", "bad"]


def test_repeated_and_like_records_are_counted(report):
    rows = list(incidents(500))
    again = [row.replace(",", "9999,", 1) for row in rows[:50]]
    found = report([*rows, *again, *rows[:20]])
    assert found["same"].value == 50 / 550
    assert found["repeated"].value == 20 / 570
    assert verdicts(found, "same", "repeated") == ["bad", "bad"]


def test_changes_within_the_period_are_told_with_their_day(report):
    marks = """
    [[marks]]
    on = 2023-07-01
    kind = "method"
    text_es = "Nuevo formulario."
    text_en = "A new form."
    [[marks]]
    on = 2022-07-01
    kind = "boundary"
    text_es = "Antes."
    text_en = "Before."
    """
    found = report(incidents(600), SPEC + marks)["changes"]
    assert found.verdict == Verdict.LOOK and found.says == "1 Jul 2023: A new form."


def test_counts_are_judged_by_what_they_count_and_the_rest_does_not_apply(tmp_path):
    source(tmp_path, COUNTS)
    rows = [f"130105,2023,{month},robo,{month * 10}" for month in (1, 2, 4)]
    receive(table(tmp_path, ("place,year,month,offence,n", *rows)))
    found = by_check(quality.of_source("proof"))
    assert found["unlisted"].value == 1.0 and found["no_place"].value == 0.0
    assert found["months_missing"].says == "No record of: Mar 2023."
    for name in ("sink", "midnight", "delay", "same", "first_of_month"):
        assert found[name].verdict == Verdict.NONE and found[name].says


def test_too_few_records_are_not_judged(report):
    found = report(incidents(29))
    told = {check.verdict for name, check in found.items() if LIMITS[check.name].unit == "share"}
    assert told == {Verdict.NONE}


def test_a_source_of_which_nothing_counts_has_nothing_to_judge(tmp_path):
    source(tmp_path)
    found = quality.of_source("proof")
    assert (found.rows, found.period) == (0, None)
    assert not found.faults and [check.name for check in found.good] == ["capped"]


def test_a_source_says_when_its_next_file_is_due_and_a_batch_does_not(tmp_path):
    source(tmp_path, COUNTS + '    [agreement]\n    every = "month"\n')
    rows = ("place,year,month,offence,n", "130105,2023,1,robo,7")
    batch = queries.batch(receive(table(tmp_path, rows)).batch)
    assert by_check(quality.of_source("proof"))["overdue"].verdict == Verdict.GOOD
    assert "overdue" not in by_check(quality.of_batch(batch))


def test_a_batch_is_judged_whether_it_counts_or_not(tmp_path):
    source(tmp_path)
    header = "place,year,month,offence,n"
    first = receive(table(tmp_path, (header, "130105,2023,1,robo,40"), "a.csv"))
    receive(table(tmp_path, (header, "130105,2023,1,robo,50"), "b.csv"))
    assert quality.of_batch(queries.batch(first.batch)).rows == 1
    assert quality.of_source("proof").rows == 50


def test_every_check_has_a_title_a_remedy_and_a_limit():
    assert set(TITLES) == set(REMEDIES) == set(LIMITS)


def test_the_report_is_told_in_the_terminal_as_text_and_as_one_object(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVIVE_LANG", "en")
    source(tmp_path, SPEC)
    receipt = receive(table(tmp_path, (HEADER, *incidents(1000, at=STATION))))
    told = CliRunner().invoke(evidence, ["quality", "proof"]).stdout
    assert "[bad] Sink points: 20.0%" in told and "→ Leave these points out" in told
    found = CliRunner().invoke(evidence, ["quality", receipt.batch[:12], "--json"])
    answer = json.loads(found.stdout)
    assert answer["batch"] == receipt.batch and answer["rows"] == 1000
    assert {check["check"] for check in answer["checks"]} == set(LIMITS) - {"overdue"}
    assert CliRunner().invoke(evidence, ["quality", "no-such"]).exit_code == 1
    listed = CliRunner().invoke(evidence, ["releases", "proof", "--json"])
    assert [one["rows"] for one in json.loads(listed.stdout)["releases"]] == [1000]


# Real files, each with a fault that its publisher did not mean


CITY = """
    code = "{code}"
    name_es = "Ciudad"
    name_en = "City"
    kind = "police"
    shape = "incidents"
    {more}
    [columns]
    category = {{ value = "robo" }}
"""
FILES = {
    "vancouver_thefts_utm10n.csv.gz": (
        'crs = "EPSG:32610"\n    zone = "America/Vancouver"',
        ("year=YEAR", "month=MONTH", "day=DAY", "hour=HOUR", "minute=MINUTE", "x=X", "y=Y"),
        {"midnight": "look", "full_hour": "look", "sink": "good", "months_missing": "good"},
    ),
    "manchester_burglary_month_only_snapped.csv.gz": (
        "",
        ("period=Month", "x=Longitude", "y=Latitude"),
        {"shared": "bad", "first_of_month": "none", "midnight": "none", "same": "none"},
    ),
    "nyc_shootings_2006_2022.csv.gz": (
        'zone = "America/New_York"',
        ("date=OCCUR_DATE", "time=OCCUR_TIME", "x=Longitude", "y=Latitude"),
        {"same": "bad", "midnight": "good", "first_of_year": "good"},
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_is_found_to_have_the_faults_that_it_has(shared, tmp_path, name):
    more, columns, wanted = FILES[name]
    lines = "".join(f'    {key} = "{column}"\n' for key, column in (c.split("=") for c in columns))
    source(tmp_path, CITY + lines, code="city", more=more)
    receive(shared / "points" / name, "city")
    found = by_check(quality.of_source("city"))
    assert {check: found[check].verdict.value for check in wanted} == wanted


def test_the_capped_exports_of_lima_are_understood_for_what_they_are(shared):
    pack_source("sidpol-points")
    folder = shared / "points/lima_callao_theft_robbery_2025"
    receive(folder / "lima_callao_hurto_robo_2025_points.csv.gz", "sidpol-points")
    found = by_check(quality.of_source("sidpol-points"))
    assert verdicts(found, "capped", "delay", "midnight") == ["look", "good", "none"]
    assert found["delay"].says == (
        "Half of the records were registered within 1 day, nine in ten within 4 days."
    )
    assert found["repeated"].value == pytest.approx(64 / 16_596)
