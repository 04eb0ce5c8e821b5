"""Real files, against a count made with nothing but the csv module."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date

import pytest
from recorded import (
    BETWEEN,
    INCIDENTS,
    make_places,
    offence,
    pack_source,
    receive,
    source,
)

from convive.evidence import queries
from convive.evidence.queries import Selection
from convive.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "place,year,month,offence,n"
ROWS = (HEADER, "130105,2023,1,robo,7", "130105,2023,2,robo,5", "130102,2023,13,robo,3")
ALL = BETWEEN("1900", "2100")


def rows_of(path, encoding="utf-8-sig"):
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode(encoding)
    return list(csv.DictReader(text.splitlines()))


def test_the_published_complaints_of_violence_against_women_are_counted_as_by_hand(shared):
    make_places()
    pack_source("mininter-vaw")
    file = shared / "peru_violence/mininter_vaw/published_2018_2024.csv.gz"
    receipt = receive(file, "mininter-vaw")
    rows = rows_of(file)
    assert (receipt.read, receipt.accepted, receipt.rejected) == (77_363, 77_363, 0)
    assert (receipt.first_day, receipt.last_day) == (date(2018, 1, 1), date(2024, 12, 31))

    def hand(test):
        return sum(int(row["CANTIDAD"]) for row in rows if test(row))

    def asked(period, *places):
        return queries.count(Selection("mininter-vaw", period, places))

    assert asked(BETWEEN("2018", "2024")) == hand(lambda row: True)
    for code in ("130105", "130102", "130103"):
        here = asked(BETWEEN("2023-01", "2023-12"), f"PE-INEI:{code}")
        assert here == hand(lambda r, c=code: r["UBIGEO_HECHO"] == c and r["AÑO"] == "2023")
    assert asked(BETWEEN("2018", "2024"), "PE-INEI:02") == hand(
        lambda r: r["UBIGEO_HECHO"].zfill(6).startswith("02")
    )
    year = Selection("mininter-vaw", BETWEEN("2020", "2020"), ("PE-INEI:130103",))
    by_hand = Counter()
    for row in rows:
        if row["UBIGEO_HECHO"] == "130103" and row["AÑO"] == "2020":
            by_hand[date(2020, int(row["MES"]), 1)] += int(row["CANTIDAD"])
    found = queries.by_month(year)
    assert {month: n for month, n in found.items() if n} == dict(by_hand)
    assert len(found) == 12
    quiet = Selection("mininter-vaw", BETWEEN("2020", "2020"), ("PE-INEI:130110",))
    assert 0 in queries.by_month(quiet).values()  # Simbal: months without complaints are zero
    assert set(queries.by_place(year, "district")) == {"PE-INEI:130103"}
    by_region = Counter()
    for row in rows:
        if row["AÑO"] == "2020":
            by_region[f"PE-INEI:{row['UBIGEO_HECHO'].zfill(6)[:2]}"] += int(row["CANTIDAD"])
    everywhere = Selection("mininter-vaw", BETWEEN("2020", "2020"))
    assert queries.by_place(everywhere, "region") == by_region


def test_the_points_of_lima_and_callao_count_each_complaint_once(shared):
    pack_source("sidpol-points")
    (file,) = (shared / "points/lima_callao_theft_robbery_2025").glob("*.csv.gz")
    receipt = receive(file, "sidpol-points")
    rows = rows_of(file, "utf-8")
    once = {}
    for row in rows:
        once.setdefault(row["id_dgc"], row)
    assert receipt.read == len(rows) == 16_596
    assert (receipt.accepted, receipt.rejected) == (len(once), 64)
    assert receipt.notes["unmapped_categories"] == []
    assert receipt.notes["areas"] == ["PE-INEI:07", "PE-INEI:15"]
    assert receipt.cut_off == date(2026, 3, 1)
    whole = Selection("sidpol-points", BETWEEN("2025-01-01", "2026-12-31"))
    parts = {"madrugada": "dawn", "mañana": "morning", "tarde": "afternoon", "noche": "night"}
    assert queries.by_day_part(whole) == Counter(parts[r["turno_hecho"]] for r in once.values())
    tried = Selection("sidpol-points", whole.period, offence="0401", attempted=True)
    assert queries.count(tried) == sum(
        row["modalidad_hecho"] in {"TENTATIVA DE ROBO", "ROBO FRUSTRADO"} for row in once.values()
    )
    day = BETWEEN("2025-01-05", "2025-01-05")
    assert queries.count(Selection("sidpol-points", day)) == sum(
        row["fecha"] == "2025-01-05" for row in once.values()
    )
    # A handful of stray codes does not make the source speak of La Libertad
    assert queries.by_month(Selection("sidpol-points", day, ("PE-INEI:13",))) == {}


def test_the_tables_of_a_region_are_read_with_their_spoilt_header(shared):
    pack_source("sidpol-counts")
    file = shared / "peru_violence/police_complaints_cajamarca/DATASET_DENUNCIAS.csv"
    receipt = receive(file, "sidpol-counts")
    assert (receipt.read, receipt.rejected) == (17_471, 0)
    assert receipt.notes["encoding"] == "utf-8 (header cp1252)"
    below_header = file.read_bytes().partition(b"\n")[2].decode("utf-8").splitlines()
    found = queries.by_offence(Selection("sidpol-counts", BETWEEN("2018", "2026")))
    by_hand = Counter()
    for *_where, kind, n in csv.reader(below_header, delimiter=";"):
        by_hand[kind] += int(n)
    assert {category: n for category, _iccs, n in found} == dict(by_hand)
    assert {iccs for category, iccs, _n in found if category == "Extorsión"} == {"02051"}


def test_the_survey_is_kept_as_published_without_a_margin(shared):
    pack_source("enapres")
    file = shared / "peru_violence/victimisation_survey_enapres.csv"
    receipt = receive(file, "enapres")
    assert (receipt.read, receipt.accepted) == (36, 36)
    rows = rows_of(file)
    asked = Selection("enapres", BETWEEN("2013", "2024"), ("PE-INEI:13",), category="trust-police")
    found = queries.estimates(asked)
    by_hand = {
        int(row["anio"]): float(row["confianza_pnp_pct"])
        for row in rows
        if row["departamento"] == "LA LIBERTAD" and row["confianza_pnp_pct"]
    }
    assert {e.period.start.year: e.value for e in found} == by_hand
    assert {e.note for e in found} == {"no published margin of error"}
    with pytest.raises(Refused):
        queries.count(asked)


REAL = {
    "chicago": ("chicago_aggravated_assaults_2010_2019.csv.gz", "America/Chicago", "", {
        "datetime": "date", "x": "longitude", "y": "latitude"}),
    "vancouver": ("vancouver_thefts_utm10n.csv.gz", "America/Vancouver", 'crs = "EPSG:32610"', {
        "year": "YEAR", "month": "MONTH", "day": "DAY", "hour": "HOUR", "minute": "MINUTE",
        "x": "X", "y": "Y"}),
    "nyc": ("nyc_vehicle_thefts_start_end.csv.gz", "America/New_York", "", {
        "id": "uid", "from": "date_start", "to": "date_end", "x": "longitude", "y": "latitude"}),
    "shootings": ("nyc_shootings_2006_2022.csv.gz", "America/New_York", 'crs = "EPSG:2263"', {
        "date": "OCCUR_DATE", "time": "OCCUR_TIME", "x": "X_COORD_CD", "y": "Y_COORD_CD"}),
    "manchester": ("manchester_burglary_month_only_snapped.csv.gz", "Europe/London", "", {
        "period": "Month", "x": "Longitude", "y": "Latitude"}),
    "cincinnati": ("cincinnati_burglary.csv.gz", "America/New_York", "", {
        "date": "offense_date", "x": "longitude", "y": "latitude"}),
}  # fmt: skip


@pytest.fixture
def city(tmp_path, shared):
    def import_city(name, extra=""):
        file, zone, more, columns = REAL[name]
        text = INCIDENTS + "".join(f'    {k} = "{v}"\n' for k, v in columns.items()) + extra
        source(tmp_path, text, name, more=f'zone = "{zone}"\n    {more}')
        path = shared / "points" / file
        return receive(path, name), rows_of(path)

    return import_city


def test_a_city_with_a_clock_is_counted_by_hour(city):
    receipt, rows = city("chicago")
    assert receipt.accepted == len(rows)
    by_hand = Counter(int(row["date"][11:13]) for row in rows)
    assert queries.by_hour(Selection("chicago", ALL)) == dict(sorted(by_hand.items()))


def test_metres_of_utm_become_degrees_within_the_city(city):
    receipt, rows = city("vancouver")
    placed = sum(float(r["X"] or 0) != 0 for r in rows)
    assert receipt.accepted == placed
    points = records_box("vancouver")
    assert -123.3 < points[0] < points[1] < -122.9 and 49.1 < points[2] < points[3] < 49.4


def test_state_plane_feet_become_the_published_degrees(city, home):
    receipt, rows = city("shootings")
    assert receipt.accepted > 0.99 * len(rows)
    west, east, south, north = records_box("shootings")
    published = [(float(r["Longitude"]), float(r["Latitude"])) for r in rows if r["Longitude"]]
    assert abs(west - min(x for x, _y in published)) < 1e-4
    assert abs(north - max(y for _x, y in published)) < 1e-4
    assert east - west < 1 and north - south < 1


def test_thefts_known_as_an_interval_have_no_hour(city, home):
    receipt, rows = city("nyc", '    [file]\n    missing = ["NA"]\n')
    assert receipt.read == receipt.accepted == len(rows)
    # Only what starts and ends in the same moment has an hour; an end not given is the start
    known = [r for r in rows if r["date_end"] in (r["date_start"], "NA")]
    by_hand = Counter(int(row["date_start"][11:13]) for row in known)
    assert queries.by_hour(Selection("nyc", ALL)) == dict(sorted(by_hand.items()))


def test_what_is_known_by_month_and_snapped_is_refused_below_both(city):
    receipt, rows = city("manchester", "    [limits]\n    snapped_points = true\n")
    assert receipt.accepted == len(rows)
    month = Selection("manchester", BETWEEN("2016-02", "2016-02"))
    assert queries.count(month) == sum(r["Month"] == "2016-02" for r in rows)
    for ask in (queries.by_hour, queries.by_day, queries.by_day_part):
        with pytest.raises(Refused, match="Only the month is known"):
            ask(month)
    with pytest.raises(Refused, match="Only the month is known"):
        queries.count(Selection("manchester", BETWEEN("2016-02-03", "2016-02-10")))
    with pytest.raises(Refused, match="anchor points"):
        queries.require(queries.source("manchester").spec, queries.Need.EXACT_POSITION)


def test_burglaries_without_a_position_are_kept_and_counted_as_such(city):
    receipt, rows = city("cincinnati", '    [file]\n    missing = ["NA"]\n')
    without = sum(r["longitude"] == "NA" for r in rows)
    assert without == 426
    assert receipt.notes["reasons"] == {}
    assert (receipt.accepted, receipt.notes["without_position"]) == (len(rows), without)


def records_box(code):
    """West, east, south and north end of the positions of a source."""
    offence("robo", "0401", source=code)
    found = queries.points(Selection(code, ALL))
    xs, ys = [p.lon for p in found], [p.lat for p in found]
    return min(xs), max(xs), min(ys), max(ys)
