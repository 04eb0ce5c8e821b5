"""What a file seems to hold: told by the names of its columns and by what stands in them.

Each part asks the next question of one suggestion, with the files made at its head; so it stays
whole.
"""

from __future__ import annotations

import json

import openpyxl
import pytest
from cast import make_programme
from django.test import override_settings
from django.utils import translation
from recorded import BETWEEN, PACK, make_places, pack_source, receive, spec_of, table

from convive.domain.programme.queries import SYSTEM
from convive.evidence import queries
from convive.evidence.actions import put_source
from convive.evidence.mapping import SourceSpec
from convive.evidence.queries import Selection
from convive.evidence.reading.months import month_columns
from convive.evidence.source_toml import as_toml
from convive.evidence.spec import read_source
from convive.evidence.suggest.suggestion import Suggestion, Surroundings, suggest, surroundings
from convive.evidence.suggest.words import match, words
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

TRUJILLO = Surroundings(
    extent=(-79.1, -8.2, -78.9, -8.0),
    zone="America/Lima",
    schemes={"PE-INEI": 6, "PE-RENIEC": 6},
    codes={
        "PE-INEI": frozenset({"130102", "130103", "130105"}),
        "PE-RENIEC": frozenset({"120110", "120111", "120112"}),
    },
    names={"la esperanza": "130105", "el porvenir": "130102", "florencia de mora": "130103"},
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def look(folder, *lines, name="file.csv", around=TRUJILLO, **how) -> Suggestion:
    return suggest(table(folder, lines, name), around=around, **how)


def roles(found):
    return {column.header: column.role for column in found.columns if column.role != "ignore"}


def one(found, header):
    return next(column for column in found.columns if column.header == header)


# Names


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("FECHA_HECHO", ("fecha", "hecho")),
        ("fechaHecho", ("fecha", "hecho")),
        ("Año de la denuncia", ("ano", "de", "la", "denuncia")),
        ("X_COORD_CD", ("x", "coord", "cd")),
        ("Crime.type", ("crime", "type")),
    ],
)
def test_a_header_is_read_as_words_without_accents_and_case(header, said):
    assert words(header) == said


def test_a_name_matches_wholly_in_part_or_not_at_all():
    assert match("LONG", "lon, long") == 1
    assert 0.5 < match("longitud del hecho policial", "lon, longitud") < 1
    assert match("x de la encuesta", "x, lon") == 0  # one letter amid others says nothing
    assert match("exlongo", "lon") == 0


@pytest.mark.parametrize(
    ("header", "value", "role"),
    [
        ("AÑO", "2023", "year"),
        ("MES", "Setiembre", "month"),
        ("UBIGEO_HECHO", "130105", "place"),
        ("FECHA_HECHO", "2023-01-05", "date"),
        ("Fecha y hora", "05/01/2023 14:30", "datetime"),
        ("Hora", "14:30", "time"),
        ("TURNO", "madrugada", "part"),
        ("CANT", "7", "n"),
        ("LAT", "-8.11", "y"),
        ("LONG", "-79.03", "x"),
        ("UTM_X", "717000.5", "x"),
        ("ESTE", "717000.5", "x"),
        ("NORTE", "9103000.5", "y"),
        ("Modalidad", "robo agravado", "category"),
        ("SEXO", "F", "victim_sex"),
        ("Rango de edad", "18-29", "age_band"),
        ("Arma empleada", "blanca", "weapon"),
        ("Fecha de registro", "2023-01-05", "registered"),
        ("fecha_corte", "2023-01", "vintage"),
        ("nro_denuncia", "A-1", "id"),
    ],
)
def test_columns_are_known_by_their_names_in_both_languages(tmp_path, header, value, role):
    beside = {"x": ("Latitud", "-8.11"), "y": ("Longitud", "-79.03")}.get(role, ("zzz", "zzz"))
    if header in ("ESTE", "UTM_X"):
        beside = ("UTM_Y", "9103000.5")
    if header == "NORTE":
        beside = ("ESTE", "717000.5")
    found = look(tmp_path, f"{header},{beside[0]}", f"{value},{beside[1]}")
    assert one(found, header).role == role
    assert one(found, header).why.startswith("Its name says so")


# Contents


def test_a_table_of_counts_is_understood_whole(tmp_path):
    found = look(
        tmp_path,
        "PROV_HECHO;DIST_HECHO;UBIGEO;AÑO;MES;MODALIDAD;CANTIDAD",
        "TRUJILLO;LA ESPERANZA;130105;2023;Enero;Robo;7",
        "CHICLAYO;PIMENTEL;60101;2023;Febrero;Hurto;0",
    )
    assert (found.form, found.separator, found.shape) == ("csv", ";", "counts")
    assert found.precision == "month"
    assert roles(found) == {
        "UBIGEO": "place",
        "AÑO": "year",
        "MES": "month",
        "MODALIDAD": "category",
        "CANTIDAD": "n",
    }
    assert (found.scheme, found.digits) == ("PE-INEI", 6)
    assert "leading zero" in one(found, "UBIGEO").why
    assert one(found, "DIST_HECHO").why == "The code of the place says it already."
    assert found.categories == ("Hurto", "Robo")
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("days", "order", "is_open"),
    [
        (("2023-01-05", "2023-01-25"), "ymd", False),
        (("05/01/2023", "25/01/2023"), "dmy", False),
        (("01/05/2023", "01/25/2023"), "mdy", False),
        (("05/01/2023", "06/01/2023"), "dmy", True),
    ],
)
def test_the_order_of_dates_is_read_off_them_or_asked_for(tmp_path, days, order, is_open):
    found = look(tmp_path, "fecha,ubigeo,delito", *(f"{day},130105,robo" for day in days))
    assert (found.date_order, found.precision) == (order, "day")
    assert any("either way round" in text for text in found.warnings) is is_open


def test_dates_that_are_all_the_first_of_a_month_know_the_month_alone(tmp_path):
    lines = [f"01/{month:02}/2023,130105,robo,1" for month in range(1, 7)]
    found = look(tmp_path, "fecha,ubigeo,delito,n", *lines)
    assert (found.date_order, found.precision) == ("dmy", "month")
    assert found.as_spec(code="a", name_es="A", editions=("e",)).limits.month_only


def test_an_interval_goes_before_the_single_date_beside_it(tmp_path):
    found = look(
        tmp_path,
        "fecha,fecha inicio,fecha fin,delito,ubigeo",
        "2023-01-02,2023-01-01 10:00,2023-01-03 10:00,robo,130105",
    )
    assert found.precision == "interval"
    assert roles(found)["fecha inicio"] == "from" and roles(found)["fecha fin"] == "to"
    assert one(found, "fecha").why == "Another column tells when it happened."


def test_parts_of_the_day_come_with_their_hours_and_what_the_file_writes(tmp_path):
    lines = [f"2023-01-0{n},{said},robo,130105" for n, said in enumerate(("Mañana", "NOCHE"), 1)]
    found = look(tmp_path, "fecha,turno,delito,ubigeo", *lines)
    assert found.precision == "part"
    assert one(found, "turno").values == {"Mañana": "morning", "NOCHE": "night"}
    assert found.day_parts == {"morning": (6, 12), "night": (18, 24)}


def test_beside_h_for_hombre_m_is_mujer(tmp_path):
    rows = [f"130105,2023,1,robo,1,{sex}" for sex in ("H", "M", "X")]
    found = look(tmp_path, "ubigeo,anio,mes,delito,n,sexo", *rows, *(rows * 3))
    assert one(found, "sexo").values == {"H": "male", "M": "female"}
    assert one(found, "sexo").otherwise == "unknown"


def test_names_of_districts_stand_for_their_codes_where_the_pack_knows_them(tmp_path):
    found = look(
        tmp_path,
        "distrito,año,mes,delito,cantidad",
        "La Esperanza,2023,1,robo,7",
        "EL PORVENIR,2023,1,robo,3",
        "Florencia de  Mora,2023,1,robo,1",
    )
    assert roles(found)["distrito"] == "place"
    assert one(found, "distrito").values == {
        "La Esperanza": "130105",
        "EL PORVENIR": "130102",
        "Florencia de Mora": "130103",
    }


def test_codes_of_reniec_are_told_from_those_of_inei_by_the_places_of_the_pack(tmp_path):
    rows = [f"{code},2023,1,robo,1" for code in ("120110", "120111", "120112")]
    assert look(tmp_path, "ubigeo,anio,mes,delito,n", *rows).scheme == "PE-RENIEC"
    assert look(tmp_path, "ubigeo inei,anio,mes,delito,n", *rows).scheme == "PE-INEI"
    assert look(tmp_path, "ubigeo,anio,mes,delito,n", *rows, around=Surroundings()).scheme


def test_the_year_that_no_column_tells_is_taken_from_the_name_of_the_file(tmp_path):
    rows = ("ubigeo,mes,delito,n", "130105,Enero,robo,7")
    found = look(tmp_path, *rows, name="denuncias 2023.csv")
    assert found.constants == {"year": "2023"} and "2023" in " ".join(found.warnings)
    assert found.as_spec(code="a", name_es="A", editions=("e",)).columns["year"].constant == "2023"
    assert look(tmp_path, *rows, name="denuncias 2022-2023.csv").constants == {}


@pytest.mark.parametrize("head", ["N°", "Nº", "Nro.", "NÚMERO", "#", "Item"])
@pytest.mark.parametrize("numbers", ["4821,4825,4830,5102", "D-01,D-02,D-03,D-04"])
def test_a_number_that_no_two_rows_share_identifies_the_record(tmp_path, head, numbers):
    rows = (f"{number},2023-01-0{n},130105,robo" for n, number in enumerate(numbers.split(","), 1))
    column = one(look(tmp_path, f"{head},fecha,ubigeo,delito", *rows), head)
    assert (column.role, column.confidence) == ("id", "likely")


def test_a_number_that_runs_through_the_file_identifies_nothing_and_says_so(tmp_path):
    rows = (f"{number},2023-01-05,130105,robo" for number in range(1, 2500))
    column = one(look(tmp_path, "N°,fecha,ubigeo,delito", *rows), "N°")
    assert column.role == "ignore" and "only numbers the rows of this file" in column.why


def test_the_number_of_the_complaint_goes_before_a_number_of_nothing(tmp_path):
    rows = (f"{900 + n},D-{n},2023-01-05,130105,robo" for n in range(9))
    found = look(tmp_path, "N°,N° DENUNCIA,fecha,ubigeo,delito", *rows)
    assert one(found, "N° DENUNCIA").role == "id" and one(found, "N°").role == "ignore"


def test_how_many_there_are_is_no_number_of_a_record(tmp_path):
    rows = ("130105,2023,1,robo,7", "130105,2023,2,robo,5", "130102,2023,1,robo,31")
    assert one(look(tmp_path, "ubigeo,anio,mes,delito,N°", *rows), "N°").role == "n"


def test_months_side_by_side_are_pointed_out(tmp_path):
    found = look(tmp_path, "ubigeo,delito,Enero,Febrero,Marzo", "130105,robo,1,2,3")
    assert any("Months stand in its columns: Enero, Febrero, … Marzo" in t for t in found.warnings)
    assert not any("when it happened" in text for text in found.warnings)


@pytest.mark.parametrize(
    "heads",
    [
        "2023-01-01,2023-02-01,2023-03-01,2023-04-01,2023-05-01,2023-06-01",
        "Ene,Feb,Mar,Ene,Feb,Mar,Ene,Feb,Mar,Ene,Feb,Mar",  # of four years
        "1,2,3,4,5,6,7,8,9,10,11,12",
    ],
)
def test_months_as_columns_are_the_reason_where_no_other_header_is_found(tmp_path, heads):
    numbers = ",".join("3" for _head in heads.split(","))
    with pytest.raises(BadInput) as refused:
        look(tmp_path, "Cuadro 1", f"DISTRITO,DELITO,{heads}", f"La Esperanza,robo,{numbers}")
    problem = refused.value.problems[0]
    assert "Months stand in its columns" in problem.why
    assert "one row for each" in problem.remedy and "typed in" in problem.remedy


def test_a_few_words_that_are_also_months_are_no_columns_of_months():
    assert not month_columns(["fecha", "set", "mes", "MAR", "distrito"])
    assert month_columns(["2023 ENERO", "Feb-23", "MES DE MARZO"])


def test_answers_of_a_survey_are_told_by_weight_and_design(tmp_path):
    rows = [f"{w},{w % 3},{w},{w % 2}" for w in range(1, 40)]
    found = look(tmp_path, "factor expansion,estrato,conglomerado,p1", *rows)
    assert found.shape == "microdata"
    assert roles(found) == {
        "factor expansion": "weight",
        "estrato": "stratum",
        "conglomerado": "cluster",
    }


def test_an_identifier_that_repeats_is_left_out_with_the_reason(tmp_path):
    rows = [f"{n // 2},2023-01-05,130105,robo" for n in range(10)]
    found = look(tmp_path, "id,fecha,ubigeo,delito", *rows)
    assert one(found, "id").role == "ignore" and "share 5 values" in one(found, "id").why


def test_kinds_of_places_are_no_offences_although_they_are_called_a_type(tmp_path):
    rows = [f"2023-01-0{n},130105,{kind}" for n, kind in enumerate(("calle", "casa", "parque"), 1)]
    assert "tipo_lugar" not in roles(look(tmp_path, "fecha,ubigeo,tipo_lugar", *rows))


# People


@pytest.mark.parametrize(
    ("header", "of"),
    [
        ("NUM", lambda i: f"{40_000_000 + 137 * i}"),
        ("COLUMNA1", lambda i: f"9{51_000_000 + 911 * i}"),
        ("APODERADO", lambda i: f"{'ABCDEFGHIJ'[i // 10]}na Ro{'abcdefghij'[i % 10]}as Quispe"),
    ],
)
def test_numbers_of_people_and_names_are_known_by_their_looks_alone(tmp_path, header, of):
    rows = [f"2024-01-{1 + i % 28:02},130105,hurto,{of(i)}" for i in range(80)]
    column = one(look(tmp_path, f"fecha,ubigeo,delito,{header}", *rows), header)
    assert (column.role, column.is_personal, column.samples) == ("ignore", True, ())


def test_what_names_or_describes_people_is_left_out_and_never_shown(tmp_path):
    names = ["Planted Persona", "Otra Persona", "Tercera Persona", "Cuarta Persona"]
    rows = [
        f"2023-01-0{n},130105,robo,{name},4567812{n},98765432{n},Salió de su casa a las cinco y en "
        f"la esquina {n} dos personas la amenazaron para quitarle todo,F"
        for n, name in enumerate(names, 1)
    ]
    header = "fecha,ubigeo,delito,agraviada,documento,contacto,relato,sexo victima"
    found = look(tmp_path, header, *rows)
    personal = {column.header for column in found.columns if column.is_personal}
    assert personal == {"agraviada", "documento", "contacto", "relato"}
    for column in found.columns:
        if column.is_personal:
            assert (column.role, column.samples, column.texts) == ("ignore", (), ())
            assert "not taken in" in column.warning
    assert "Persona" not in json.dumps(found.as_json()) and "4567812" not in str(found.as_json())
    assert roles(found)["sexo victima"] == "victim_sex"
    assert "agraviada, documento, contacto, relato" in found.warnings[0]


# Positions


def points(*pairs, header="x,y", name="points.csv"):
    return [f"fecha,delito,{header}", *(f"2023-01-05,robo,{x},{y}" for x, y in pairs)]


METRES = [(717_000 + 100 * n, 9_105_000 + 90 * n) for n in range(20)]


def test_metres_are_brought_to_the_system_under_which_they_lie_in_the_programme(tmp_path):
    found = look(tmp_path, *points(*METRES, header="ESTE,NORTE"))
    assert found.crs == "EPSG:32717" and "where the programme works" in found.crs_why
    codes = [guess.code for guess in found.crs_candidates]
    # The older system of Peru would move every point by some 450 m: a person must make sure
    assert codes[0] == "EPSG:32717" and "EPSG:24877" in codes
    assert found.zone == "America/Lima" and found.warnings == ()


def test_without_surroundings_a_person_is_asked_with_what_is_plausible(tmp_path):
    far = [(490_000 + n, 5_458_000 + n) for n in range(20)]
    found = look(tmp_path, *points(*far), around=Surroundings())
    assert found.crs == "" and found.crs_candidates[0].code == "EPSG:32610"
    assert "Vancouver" in found.crs_candidates[0].why
    assert any("choose the one" in text for text in found.warnings)
    chosen = found.choose(crs="EPSG:32610").as_spec(code="a", name_es="A")
    assert chosen.crs == "EPSG:32610"


def test_the_name_of_the_file_may_tell_the_system(tmp_path):
    far = [(490_000 + n, 5_458_000 + n) for n in range(20)]
    found = look(tmp_path, *points(*far), name="thefts_utm10n.csv")
    assert found.crs == "EPSG:32610" and "names it" in found.crs_why
    assert any("outside the programme's area" in text for text in found.warnings)
    assert found.zone == "America/Vancouver"


def test_latitude_under_x_is_noticed(tmp_path):
    swapped = [(-8.10 - n / 1000, -79.03 - n / 1000) for n in range(10)]
    found = look(tmp_path, *points(*swapped))
    assert roles(found)["x"] == "y" and roles(found)["y"] == "x"
    assert "latitude" in found.crs_why
    far = [(-8.1, -99.03 - n / 1000) for n in range(10)]  # 99 is no latitude
    assert roles(look(tmp_path, *points(*far), around=Surroundings()))["x"] == "y"


def test_degrees_are_taken_where_a_file_gives_metres_too(tmp_path):
    rows = [f"2023-01-05,robo,{x},{y},-79.03,-8.1" for x, y in METRES]
    found = look(tmp_path, "fecha,delito,X_COORD,Y_COORD,lon,lat", *rows)
    assert roles(found)["lon"] == "x" and roles(found)["lat"] == "y"
    assert one(found, "X_COORD").why == "Other columns tell the position."


def test_feet_under_no_known_system_are_left_for_a_person(tmp_path):
    found = look(tmp_path, *points((996_313, 187_499)), around=Surroundings())
    assert found.crs == "" and found.crs_candidates == ()
    assert any("ask the source" in text for text in found.warnings)


def test_coordinates_that_nobody_filled_in_are_no_positions(tmp_path):
    found = look(tmp_path, *points((0, 0), (0, 0)))
    assert {"x", "y"}.isdisjoint(roles(found))


def test_points_on_few_anchors_were_moved_there(tmp_path):
    anchors = [(-79.03 - n % 60 / 1000, -8.1) for n in range(300)]
    found = look(tmp_path, *points(*anchors))
    assert found.is_snapped and "60 positions for 300 rows" in found.snapped_why
    assert found.as_spec(code="a", name_es="A").limits.snapped_points
    apart = [(-79.03 - n / 100_000, -8.1) for n in range(300)]
    assert not look(tmp_path, *points(*apart)).is_snapped


def test_a_block_in_the_header_says_that_only_the_block_is_known(tmp_path):
    rows = [f"2023-01-05,robo,{-79.03 - n % 200 / 1000},-8.1,B{n}" for n in range(300)]
    found = look(tmp_path, "fecha,delito,lon,lat,HUNDRED_BLOCK", *rows)
    assert found.is_snapped and "HUNDRED_BLOCK" in found.snapped_why


# From a suggestion to a source


def test_a_suggestion_imports_without_a_hand_on_it(tmp_path, home, db):
    book = openpyxl.Workbook()
    for row in (
        ["Denuncias 2023"],
        [],
        ["UBIGEO", "FECHA_HECHO", "MODALIDAD", "LAT", "LONG", "DNI"],
        [130105, "25/01/2023", "Robo agravado", -8.11, -79.03, "45678123"],
        [130102, "26/01/2023", "Tentativa de robo", "S/D", "S/D", "45678124"],
    ):
        book.active.append(row)
    file = tmp_path / "denuncias.xlsx"
    book.save(file)
    found = suggest(file, around=TRUJILLO)
    spec = found.as_spec(code="proof", name_es="Denuncias", attempted=found.attempted)
    put_source(by=SYSTEM, spec=spec)
    receipt = receive(file)
    assert (receipt.read, receipt.accepted) == (2, 2)
    assert receipt.notes["without_position"] == 1
    asked = Selection("proof", BETWEEN("2023", "2023"), ("PE-INEI:130102",), attempted=True)
    assert queries.count(asked) == 1
    assert spec.file.missing == ("S/D",) and spec.zone == "America/Lima"


@pytest.fixture
def home(tmp_path):
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


def test_what_a_person_chose_goes_before_what_was_proposed(tmp_path):
    found = look(
        tmp_path, "cuando,que,turno,lugar", "2023-01-05,robo,noche,130105", "2023-01-06,x,tarde,1"
    )
    chosen = found.choose({1: "category", 3: "place", 2: "part"}, scheme="PE-INEI", digits=6)
    spec = chosen.as_spec(code="a", name_es="A")
    assert spec.columns["category"].names == ("que",)
    assert spec.columns["part"].values == {"noche": "night", "tarde": "afternoon"}
    assert spec.place.scheme == "PE-INEI"
    assert chosen.choose({1: "ignore"}).as_spec(code="a", name_es="A").columns["category"].constant


def test_what_is_missing_is_said_in_words(tmp_path):
    found = look(tmp_path, "fecha,delito", "2023-01-05,robo")
    with pytest.raises(BadInput, match="place"):
        found.as_spec(code="a", name_es="A")
    both = found.choose({0: "category"})
    with pytest.raises(BadInput, match="same meaning as “fecha”"):
        both.as_spec(code="a", name_es="A")


def test_a_suggestion_survives_being_kept_as_json(tmp_path):
    found = look(tmp_path, *points(*METRES, header="ESTE,NORTE"))
    again = Suggestion.from_json(json.loads(json.dumps(found.as_json())))
    assert again == found and again.as_json() == found.as_json()


@pytest.mark.django_db
def test_a_known_source_keeps_what_it_says_of_its_columns(tmp_path):
    known = pack_source("sidpol-counts")
    found = look(
        tmp_path, "UBIGEO_HECHO,Año,mes,P_MODALIDADES,casos", "130105,2023,1,Robo,7",
        known_source=known,
    )  # fmt: skip
    assert one(found, "P_MODALIDADES").why == "The mapping of this source names it."
    assert one(found, "P_MODALIDADES").role == "category" and one(found, "casos").role == "n"
    assert found.shape == "counts"


@pytest.mark.parametrize("text", ["", "1,2,3\n4,5,6\n", "\n\n\n"])
def test_what_has_no_header_is_refused_with_a_remedy(tmp_path, text):
    file = tmp_path / "file.csv"
    file.write_text(text)
    with pytest.raises(BadInput) as refused:
        suggest(file)
    assert refused.value.problems[0].remedy


def test_reasons_are_told_in_the_readers_language(tmp_path):
    with translation.override("es"):
        found = look(tmp_path, "UBIGEO,AÑO,MES,DELITO,CANT", "130105,2023,1,robo,7")
        assert one(found, "AÑO").why.startswith("Lo dice su nombre")


# What the programme knows


@pytest.mark.django_db
def test_the_surroundings_are_those_of_the_pack():
    assert surroundings() == Surroundings()
    make_places()
    found = surroundings()
    assert found.zone == "America/Lima" and found.schemes == {"PE-INEI": 6, "PE-RENIEC": 6}
    assert "120111" in found.codes["PE-RENIEC"] and found.extent is None


@pytest.mark.django_db
def test_the_extent_is_the_box_around_the_outlines_of_the_pack():
    make_programme()
    from convive.domain.programme.models import Place

    square = [[[-79.1, -8.2], [-79.0, -8.2], [-79.0, -8.1], [-79.1, -8.2]]]
    for place, moved in zip(Place.objects.order_by("code")[:2], (0, 0.5), strict=True):
        shifted = [[[x + moved, y] for x, y in square[0]]]
        place.outline = {"type": "Polygon", "coordinates": shifted}
        place.save()
    extent = surroundings().extent
    assert extent is not None
    assert [round(side, 3) for side in extent] == [-79.1, -8.2, -78.5, -8.1]


# The file of a source


def test_the_file_of_every_source_of_the_pack_says_what_it_said_when_written_anew(tmp_path):
    for path in sorted((PACK / "sources").glob("*.toml")):
        spec, problems = read_source(path)
        assert spec is not None, problems
        again = tmp_path / path.name
        again.write_text(as_toml(spec), encoding="utf-8")
        assert read_source(again) == (spec, [])


def test_texts_with_quotation_marks_and_odd_keys_are_written_as_toml_has_them(tmp_path):
    text = '[columns]\ncategory = { column = "a \\"b\\"", values = { "ñ = \\\\" = "c" } }\n'
    spec = spec_of(
        tmp_path,
        'code = "{code}"\nname_es = "E"\nname_en = "E"\nkind = "police"\nshape = "incidents"\n'
        + text.replace("{", "{{").replace("}", "}}")
        + 'date = "d"\nx = "x"\ny = "y"\n',
    )
    again = tmp_path / "again" / "proof.toml"
    again.parent.mkdir()
    again.write_text(as_toml(spec), encoding="utf-8")
    assert read_source(again) == (spec, [])
    assert isinstance(spec, SourceSpec)
