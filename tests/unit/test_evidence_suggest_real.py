"""Files of other cities, each understood for what it is and imported as proposed, against counts
made with nothing but the csv module.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from dataclasses import dataclass

import duckdb
import pytest
from django.test import override_settings
from django.utils import translation
from recorded import BETWEEN, make_places, offence, receive

from convive.domain.programme.queries import SYSTEM
from convive.evidence import queries, store
from convive.evidence.actions import put_source
from convive.evidence.iccs.classes import offences
from convive.evidence.mapping import SourceSpec
from convive.evidence.queries import Need, Selection
from convive.evidence.receipts import Receipt
from convive.evidence.suggest.suggestion import Suggestion, Surroundings, suggest
from convive.kernel.errors import Refused
from convive.kernel.home import Home

pytestmark = pytest.mark.django_db

ALL = BETWEEN("1900", "2100")
# A home works in Trujillo; the files come from elsewhere all the same
TRUJILLO = Surroundings(extent=(-79.1, -8.2, -78.9, -8.0), zone="America/Lima")


@dataclass
class City:
    found: Suggestion
    spec: SourceSpec
    receipt: Receipt
    rows: list[dict[str, str]]
    path: str

    def kept(self, columns, where="true"):
        return duckdb.sql(
            f"SELECT {columns} FROM read_parquet('{self.path}') WHERE {where}"
        ).fetchall()


@pytest.fixture(autouse=True)
def home(tmp_path):
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own), translation.override("en"):
        yield own


@pytest.fixture
def city(home, shared):
    def take_in(name, **more) -> City:
        path = shared / "points" / name
        found = suggest(path, around=TRUJILLO)
        spec = found.as_spec(code="city", name_es="Ciudad", **more)
        put_source(by=SYSTEM, spec=spec)
        receipt = receive(path, "city")
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        kept = store.parquet_path(home, receipt.batch)
        return City(found, spec, receipt, rows, str(kept))

    return take_in


def roles(found):
    return {column.header: column.role for column in found.columns if column.role != "ignore"}


def refused(spec, *needs):
    for need in needs:
        with pytest.raises(Refused):
            queries.require(spec, need)


def test_thefts_in_metres_of_utm_with_their_time_in_five_columns(city):
    vancouver = city("vancouver_thefts_utm10n.csv.gz")
    found, receipt, rows = vancouver.found, vancouver.receipt, vancouver.rows
    assert roles(found) == {
        "TYPE": "category",
        "YEAR": "year",
        "MONTH": "month",
        "DAY": "day",
        "HOUR": "hour",
        "MINUTE": "minute",
        "X": "x",
        "Y": "y",
    }
    assert (found.crs, found.zone, found.precision) == ("EPSG:32610", "America/Vancouver", "clock")
    assert (receipt.read, receipt.accepted, receipt.rejected) == (len(rows), 21_918, 0)
    assert receipt.notes["without_position"] == 0
    by_hour = Counter(int(row["HOUR"]) for row in rows)
    assert queries.by_hour(Selection("city", ALL)) == dict(sorted(by_hour.items()))
    by_kind = {said: n for said, _iccs, n in queries.by_offence(Selection("city", ALL))}
    assert by_kind == Counter(row["TYPE"] for row in rows)
    # Vancouver lies between 49.19 and 49.30 degrees north; its points were metres in the file
    ((west, south, east, north, x, y),) = vancouver.kept(
        "min(lon), min(lat), max(lon), max(lat), min(x), min(y)"
    )
    assert -123.3 < west < east < -123.0 and 49.15 < south < north < 49.35
    assert (x, y) == (min(float(r["X"]) for r in rows), min(float(r["Y"]) for r in rows))
    # Only the block is known: distances between such points mean nothing
    refused(vancouver.spec, Need.EXACT_POSITION)


def test_burglaries_of_which_some_have_no_position_lose_none_of_them(city):
    cincinnati = city("cincinnati_burglary.csv.gz")
    found, receipt, rows = cincinnati.found, cincinnati.receipt, cincinnati.rows
    without = sum(row["longitude"] == "NA" for row in rows)
    assert without == 426 and len(rows) == 8_723
    assert any("426 of 8723 rows have no position" in text for text in found.warnings)
    assert found.missing == ("NA",)
    # 8,723 rows share 6,949 numbers: taken for identifiers, they would reject 1,774 rows
    assert "incident_no" not in roles(found)
    assert len({row["incident_no"] for row in rows}) == 6_949
    assert (receipt.read, receipt.accepted, receipt.rejected) == (8_723, 8_723, 0)
    assert receipt.notes["without_position"] == without
    assert cincinnati.kept("count(*)", "lon IS NULL AND lat IS NULL") == [(without,)]
    assert queries.count(Selection("city", ALL)) == len(rows)
    offence("BURGLARY", "0501", source="city")
    offence("AGGRAVATED BURGLARY", "0501", source="city")
    assert len(queries.points(Selection("city", ALL))) == len(rows) - without


def test_thefts_known_as_an_interval_stay_intervals(city):
    nyc = city("nyc_vehicle_thefts_start_end.csv.gz", category="vehicle theft")
    found, receipt, rows = nyc.found, nyc.receipt, nyc.rows
    assert roles(found) == {
        "uid": "id",
        "date_start": "from",
        "date_end": "to",
        "longitude": "x",
        "latitude": "y",
    }
    assert (found.precision, found.zone) == ("interval", "America/New_York")
    assert (receipt.read, receipt.accepted, receipt.rejected) == (35_746, 35_746, 0)
    # No end given: the file's own single date says that the start is the moment
    open_end = [row for row in rows if row["date_end"] == "NA"]
    assert all(row["date_single"] == row["date_start"] for row in open_end)
    moments = sum(row["date_end"] in (row["date_start"], "NA") for row in rows)
    by_precision = dict(nyc.kept("precision, count(*)", "true GROUP BY precision"))
    assert by_precision == {"interval": len(rows) - moments, "clock": moments}
    assert moments == 3_364
    # Both ends are kept: in days of the place, and as moments in UTC
    first = next(row for row in rows if row["uid"] == "12386084")
    assert (first["date_start"], first["date_end"]) == ("2013-12-31 10:00", "2014-01-01 16:30")
    ((day, last, starts, ends),) = nyc.kept(
        "day::VARCHAR, last_day::VARCHAR, starts::VARCHAR, ends::VARCHAR", "id = '12386084'"
    )
    assert (day, last) == ("2013-12-31", "2014-01-01")
    assert (starts[:16], ends[:16]) == ("2013-12-31 15:00", "2014-01-01 21:30")
    # An hour is told of moments alone, never of the start of an interval
    assert sum(queries.by_hour(Selection("city", ALL)).values()) == moments


def test_burglaries_of_a_month_on_anchor_points_are_refused_what_they_cannot_say(city):
    manchester = city("manchester_burglary_month_only_snapped.csv.gz")
    found, spec, rows = manchester.found, manchester.spec, manchester.rows
    assert roles(found) == {
        "Month": "period",
        "Crime.type": "category",
        "Longitude": "x",
        "Latitude": "y",
    }
    assert (found.precision, found.zone) == ("month", "Europe/London")
    places = Counter((row["Longitude"], row["Latitude"]) for row in rows)
    assert found.is_snapped and spec.limits.snapped_points
    assert f"({len(places)} positions for {len(rows)} rows)" in found.snapped_why
    receipt = manchester.receipt
    assert (receipt.read, receipt.accepted, receipt.rejected) == (92_666, 92_666, 0)
    assert manchester.kept("DISTINCT precision") == [("month",)]
    assert queries.count(Selection("city", BETWEEN("2016-02", "2016-02"))) == sum(
        row["Month"] == "2016-02" for row in rows
    )
    refused(spec, Need.DAY, Need.HOUR, Need.DAY_PART, Need.EXACT_POSITION)
    with pytest.raises(Refused, match="Only the month is known"):
        queries.by_hour(Selection("city", ALL))


def test_positions_outside_the_programme_are_kept_and_counted_as_such(city):
    make_places()
    from convive.domain.programme.models import Place

    ring = [[-79.1, -8.2], [-78.9, -8.2], [-78.9, -8.0], [-79.1, -8.2]]
    Place.objects.filter(code="130105").update(outline={"type": "Polygon", "coordinates": [ring]})
    cincinnati = city("cincinnati_burglary.csv.gz")
    assert cincinnati.receipt.notes["positions_outside_pack"] == 8_723 - 426
    assert cincinnati.receipt.rejected == 0


def test_the_table_of_the_ministry_is_counted_as_proposed(shared, home):
    path = shared / "peru_violence/mininter_vaw/published_2018_2024.csv.gz"
    found = suggest(path, around=TRUJILLO)
    spec = found.as_spec(code="vaw", name_es="Denuncias", category="violencia", editions=("pe",))
    put_source(by=SYSTEM, spec=spec)
    receipt = receive(path, "vaw")
    assert (spec.shape, spec.place.scheme, spec.place.digits) == ("counts", "PE-INEI", 6)
    assert (receipt.read, receipt.accepted) == (77_363, 77_363)
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    here = sum(int(r["CANTIDAD"]) for r in rows if r["UBIGEO_HECHO"] == "130105")
    assert queries.count(Selection("vaw", ALL, ("PE-INEI:130105",))) == here


def test_six_releases_in_one_parquet_file_are_told_apart_by_their_vintage(shared):
    path = shared / "peru_violence/mininter_vaw/releases_2025-01_to_2025-08.parquet"
    found = suggest(path, around=TRUJILLO)
    assert (found.form, found.shape, found.is_whole) == ("parquet", "counts", False)
    assert roles(found)["vintage"] == "vintage"
    spec = found.as_spec(code="vaw", name_es="Denuncias", category="violencia", editions=("pe",))
    put_source(by=SYSTEM, spec=spec)
    receipt = receive(path, "vaw")
    assert (receipt.read, receipt.accepted, receipt.rejected) == (488_775, 488_775, 0)


def test_police_points_with_parts_of_the_day_are_told_by_words_and_contents(shared):
    (path,) = (shared / "points/lima_callao_theft_robbery_2025").glob("*.csv.gz")
    found = suggest(path, around=TRUJILLO)
    assert roles(found) == {
        "id_dgc": "id",
        "fecha": "date",
        "turno_hecho": "part",
        "fecha_registro": "registered",
        "ubigeo_hecho_delito": "place",
        "modalidad_hecho": "category",
        "lat_hecho": "y",
        "long_hecho": "x",
    }
    assert (found.precision, found.is_snapped, found.zone) == ("part", False, "America/Lima")
    assert set(found.attempted) == {
        "TENTATIVA DE ROBO",
        "ROBO FRUSTRADO",
        "HURTO FRUSTRADO",
    } & set(found.categories)
    guesses = offences(found.categories)
    assert all(guesses[said] for said in found.categories)
    put_source(by=SYSTEM, spec=found.as_spec(code="lima", name_es="Lima"))
    receipt = receive(path, "lima")
    assert (receipt.read, receipt.rejected) == (16_596, 64)


@pytest.mark.parametrize(
    ("name", "shape", "count"),
    [
        ("police_complaints_cajamarca/DATASET_DENUNCIAS.csv", "counts", 17_471),
        ("prosecutor_complaints/2019.csv.gz", "counts", 9_363),
    ],
)
def test_tables_of_other_offices_are_understood(shared, name, shape, count):
    found = suggest(shared / "peru_violence" / name, around=TRUJILLO)
    assert (found.shape, found.rows) == (shape, count)
    assert {"place", "year", "category", "n"} <= set(roles(found).values())


def test_the_structurally_broken_file_gives_no_source(shared):
    name = "peru_violence/police_stations_2017_broken/Capitulo_100_Denuncia_de_Delitos_2017.csv"
    found = suggest(shared / name, around=TRUJILLO)
    assert not {"place", "date", "year"} & set(roles(found).values())


def test_a_geojson_of_areas_is_refused(shared):
    from convive.kernel.errors import BadInput

    with pytest.raises(BadInput, match="Polygon"):
        suggest(shared / "places/la_libertad_districts_2025.geojson")


def test_a_geojson_of_points_is_read(shared):
    found = suggest(shared / "places/trujillo_bus_shelters.geojson", around=TRUJILLO)
    assert (found.form, found.crs, found.zone) == ("geojson", "EPSG:4326", "America/Lima")
    assert roles(found)["x"] == "x" and found.rows == 118
