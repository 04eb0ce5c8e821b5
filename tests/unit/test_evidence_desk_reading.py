"""The mapping of a source whose file comes again: what the pages leave alone, learn and switch;
and the first part of a large file.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from cast import make_programme
from desk_files import as_xlsx, complaints
from django.test import override_settings
from recorded import COUNTS, PACK, spec_of

from convive.evidence.desk import first_part as desk_part
from convive.evidence.desk import look as desk_look
from convive.evidence.desk import reading as desk_reading
from convive.evidence.desk.forms_reading import ReadingForm
from convive.evidence.mapping import Column
from convive.evidence.spec import read_source
from convive.evidence.suggest.suggestion import Surroundings, suggest
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

HEADER = (
    "id_dgc,fecha,fecha_registro,ubigeo_hecho_delito,modalidad_hecho,lat_hecho,long_hecho,"
    "turno_hecho"
)
AROUND = Surroundings(schemes={"PE-INEI": 6})


@pytest.fixture(autouse=True)
def home(tmp_path):
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


@pytest.fixture
def points():
    spec, _problems = read_source(PACK / "sources" / "sidpol-points.toml")
    assert spec
    return spec


def points_file(tmp_path, header: str = HEADER, name: str = "puntos.csv") -> Path:
    rows = [
        f"{n},2024-05-{n % 28 + 1:02},2024-06-01,130105,ROBO,-8.{n:04},-79.{n:04},noche"
        for n in range(40)
    ]
    path = tmp_path / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def looked(tmp_path, known, header: str = HEADER):
    return suggest(points_file(tmp_path, header), known_source=known, around=AROUND)


def index(found, header: str) -> str:
    return next(str(c.index) for c in found.columns if c.header == header)


# Fields that share a column


def test_fields_that_share_a_column_stay_with_it(tmp_path, points):
    spec = desk_reading.spec_for_known(looked(tmp_path, points), {}, points)
    assert spec.columns == points.columns
    assert spec.mapping_version == points.mapping_version


def test_they_learn_its_new_name_together(tmp_path, points):
    found = looked(tmp_path, points, HEADER.replace("modalidad_hecho", "delito"))
    choices = {"roles": {index(found, "delito"): "category"}}
    spec = desk_reading.spec_for_known(found, choices, points)
    for role in ("category", "attempted", "weapon"):
        assert spec.columns[role].names == ("delito", "modalidad_hecho")
    assert spec.columns["weapon"].values == points.columns["weapon"].values


def test_what_a_person_takes_away_goes_with_all_that_it_told(tmp_path, points):
    found = looked(tmp_path, points, HEADER + ",tipo")
    choices = {
        "roles": {index(found, "modalidad_hecho"): "ignore", index(found, "turno_hecho"): "ignore"}
        | {index(found, "tipo"): "category"}
    }
    spec = desk_reading.spec_for_known(found, choices, points)
    assert spec.columns["category"].names == ("tipo", "modalidad_hecho")
    assert "part" not in spec.columns


def test_a_column_of_its_own_goes_before_the_shared_one(tmp_path, points):
    found = looked(tmp_path, points, HEADER + ",arma")
    choices = {"roles": {index(found, "arma"): "weapon"}}
    spec = desk_reading.spec_for_known(found, choices, points)
    assert spec.columns["weapon"].names[0] == "arma"
    assert spec.columns["attempted"] == points.columns["attempted"]


def test_an_optional_field_waits_for_its_column(tmp_path, points):
    optional = replace(points.columns["part"], optional=True)
    known = replace(points, columns={**points.columns, "part": optional})
    without = HEADER.removesuffix(",turno_hecho") + ",otro"
    choices = {"roles": {"7": "ignore"}}  # it looks like one, and is none
    spec = desk_reading.spec_for_known(looked(tmp_path, known, without), choices, known)
    assert spec.columns["part"] == optional


def test_what_stands_for_the_rest_comes_with_a_new_column(tmp_path, points):
    path = tmp_path / "sexos.csv"
    rows = [f"{n},2024-05-01,2024-06-01,130105,ROBO,-8.1,-79.0,noche,{'FM-'[n % 3]}"
            for n in range(30)]  # fmt: skip
    path.write_text("\n".join([HEADER + ",sexo", *rows]), encoding="utf-8")
    found = suggest(path, known_source=points, around=AROUND)
    spec = desk_reading.spec_for_known(found, {"roles": {"8": "victim_sex"}}, points)
    assert spec.columns["victim_sex"].otherwise == "unknown"
    assert set(spec.columns["victim_sex"].values) == {"F", "M"}


# What no column says, and what is switched


def monthly(tmp_path, name: str):
    path = tmp_path / name
    rows = [f"130105,{n % 12 + 1},Robo,{n}" for n in range(36)]
    path.write_text("\n".join(["UBIGEO,MES,DELITO,CANTIDAD", *rows]), encoding="utf-8")
    return suggest(path, around=AROUND, name=name)


ABOUT = {"code": "a", "name_es": "A", "name_en": "A", "kind": "police", "owner": ""}


def test_the_year_that_the_name_of_the_file_tells_is_enough_for_a_month(tmp_path):
    choices = {"edition": "pe-2017"}
    spec = desk_reading.spec_for_new(monthly(tmp_path, "robos 2024.csv"), choices, ABOUT)
    assert spec.columns["year"] == Column(constant="2024")
    with pytest.raises(BadInput) as error:
        desk_reading.spec_for_new(monthly(tmp_path, "robos.csv"), choices, ABOUT)
    assert error.value.problems[0].where == "year"
    told = choices | {"constants": {"year": "2023"}}
    spec = desk_reading.spec_for_new(monthly(tmp_path, "robos.csv"), told, ABOUT)
    assert spec.columns["year"] == Column(constant="2023")


def test_the_year_of_one_file_is_never_that_of_the_next(tmp_path):
    found = monthly(tmp_path, "robos 2024.csv")
    known = desk_reading.spec_for_new(found, {"edition": "pe-2017"}, ABOUT)
    later = desk_reading.known_for(monthly(tmp_path, "robos 2025.csv"), known)
    assert later.columns["year"] == Column(constant="2025")
    silent = monthly(tmp_path, "robos.csv")
    for read in (
        lambda: desk_reading.known_for(silent, known),
        lambda: desk_reading.spec_for_known(silent, {"date_order": "ymd"}, known),
    ):
        with pytest.raises(BadInput) as error:
            read()
        assert error.value.problems[0].where == "year"


def test_a_known_source_with_a_year_column_needs_none_of_it(tmp_path):
    known = spec_of(tmp_path, COUNTS)
    assert desk_reading.known_for(monthly(tmp_path, "x.csv"), known) == known


def test_moved_points_and_the_zone_can_be_switched(tmp_path, points):
    found = looked(tmp_path, points)
    switched = {"is_snapped": True, "zone": "America/Guayaquil"}
    spec = desk_reading.spec_for_known(found, switched, points)
    assert spec.limits.snapped_points and spec.limits.capped_export
    assert spec.zone == "America/Guayaquil"
    back = desk_reading.spec_for_known(found, {"is_snapped": False}, spec)
    assert not back.limits.snapped_points
    new = desk_reading.spec_for_new(found, switched | {"category": "robo"}, ABOUT)
    assert (new.zone, new.limits.snapped_points) == ("America/Guayaquil", True)


@pytest.mark.django_db
def test_the_page_asks_for_them_only_where_they_matter(tmp_path, points):
    make_programme()
    found = looked(tmp_path, points)
    form = ReadingForm(found, {}, points)
    assert {"is_snapped", "zone"} <= set(form.fields) and "year" not in form.fields
    assert form.initial["zone"] == "America/Lima"
    months = ReadingForm(monthly(tmp_path, "robos 2024.csv"), {}, None)
    assert not {"is_snapped", "zone"} & set(months.fields)
    assert months.initial["year"] == "2024"
    # What the page sends is what the mapping gets
    data = {f"role-{c.index}": c.role for c in found.columns}
    data |= {"date_order": "ymd", "crs": "EPSG:4326", "places": "PE-INEI:6",
             "zone": "America/Bogota", "is_snapped": "on"}  # fmt: skip
    sent = ReadingForm(found, {}, points, data)
    assert sent.is_valid(), sent.errors
    spec = desk_reading.spec_for_known(found, sent.choices(), points)
    assert (spec.zone, spec.limits.snapped_points) == ("America/Bogota", True)
    assert "weapon" in spec.columns


# Numbers of complaints


@pytest.mark.parametrize(
    "header",
    [
        "N DENUNCIA", "N° DENUNCIA", "Nº Denuncia", "N.º de denuncia", "No. denuncia",
        "nro denuncia", "Nro. de denuncia", "numero de denuncia", "Número denuncia", "NUM_DENUNCIA",
        "N° EXPEDIENTE", "nro caso",
    ],
)  # fmt: skip
@pytest.mark.parametrize("written", ["D-{:04}", "{}"])
def test_the_number_of_a_complaint_identifies_it(tmp_path, header, written):
    path = tmp_path / "d.csv"
    rows = [f"{written.format(n + 100)},2024-05-01,130105,Robo" for n in range(60)]
    path.write_text("\n".join([f"{header},FECHA,UBIGEO,DELITO", *rows]), encoding="utf-8")
    found = suggest(path, around=AROUND)
    assert found.column("id").header == header
    assert found.shape == "incidents"


def test_a_number_that_repeats_is_neither_an_identifier_nor_a_count(tmp_path):
    path = tmp_path / "d.csv"
    rows = [f"{n // 3},2024-05-01,130105,Robo" for n in range(60)]
    path.write_text("\n".join(["Número de denuncia,FECHA,UBIGEO,DELITO", *rows]), encoding="utf-8")
    found = suggest(path, around=AROUND)
    assert found.columns[0].role == "ignore" and found.shape == "incidents"
    path.write_text("\n".join(["N° DENUNCIAS,MES,UBIGEO,DELITO", *rows]).replace("2024-05-01", "5"))
    assert suggest(path, around=AROUND).columns[0].role == "n"


# The first part of a large file


def written(tmp_path, content: bytes, name: str = "f.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def part_of(path: Path, home: Home, most: int) -> tuple[bytes, bool]:
    with desk_part.first_part(path, home, most) as (part, is_whole):
        return part.read_bytes(), is_whole


def test_a_small_file_is_looked_at_whole(tmp_path, home):
    path = written(tmp_path, b"a,b\n1,2\n")
    assert part_of(path, home, 8) == (b"a,b\n1,2\n", True)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_large_text_is_cut_where_a_row_ends(tmp_path, home, pack):
    path = written(tmp_path, pack(b"a,b\n1,2\n3,4\n5,6\n"))
    assert part_of(path, home, 10) == (b"a,b\n1,2\n", False)


def test_a_row_that_goes_over_several_lines_stays_whole(tmp_path, home):
    path = written(tmp_path, b'a,b\n1,2\n3,"x\ny\nz"\n5,6\n')
    assert part_of(path, home, 15) == (b"a,b\n1,2\n", False)


def test_wide_letters_are_not_cut_in_half(tmp_path, home):
    text = "a,b\n1,Ċ\n3,4\n5,6\n"  # U+010A has the byte of a line feed
    path = written(tmp_path, text.encode("utf-16"))
    part, is_whole = part_of(path, home, 23)
    assert part.decode("utf-16") == "a,b\n1,Ċ\n" and not is_whole


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"PAR1", b'[{"a": 1}', b'\n {"a": 1}'])
def test_what_cannot_be_cut_is_given_whole(tmp_path, home, start):
    path = written(tmp_path, start + b"\n" * 100)
    with desk_part.first_part(path, home, 20) as (part, is_whole):
        assert part == path and is_whole


@pytest.mark.django_db
def test_the_look_at_a_large_file_says_that_it_saw_a_part(tmp_path, monkeypatch, points):
    make_programme()
    path = points_file(tmp_path)
    whole = desk_look.look(path, points, "puntos.csv")
    assert (whole["read"], whole["is_part"]) == (40, False)
    monkeypatch.setattr(desk_part, "MOST_BYTES", 1000)
    part = desk_look.look(path, points, "puntos.csv")
    assert 0 < part["read"] < 40 and part["is_part"]
    assert not desk_look.suggestion(path, points, "puntos.csv").is_whole


# Workbooks in another encoding


def recoded(content: bytes, declared: str, encoding: str) -> bytes:
    """The workbook with its XML declared and written otherwise."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith((".xml", ".rels")):
                text = re.sub('encoding="[^"]*"', f'encoding="{declared}"', data.decode(), count=1)
                data = text.encode(encoding, "xmlcharrefreplace")
            new.writestr(part.filename, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"), ("UTF-16", "utf-16")],
)
def test_a_workbook_in_another_encoding_is_read_with_its_accents(tmp_path, declared, encoding):
    content = recoded(as_xlsx(complaints()), declared, encoding)
    found = suggest(written(tmp_path, content, "d.xlsx"), around=AROUND)
    headers = [column.header for column in found.columns]
    assert "VÍCTIMA" in headers and "N° DENUNCIA" in headers
    assert found.rows == 300
    assert "Extorsión" in found.categories and "Violación sexual" in found.categories


@pytest.mark.parametrize(
    ("declared", "encoding"), [("UTF-8", "latin-1"), ("UTF-16", "latin-1"), ("X-NONE", "latin-1")]
)
def test_a_workbook_that_is_not_written_as_it_says_is_refused(tmp_path, declared, encoding):
    content = recoded(as_xlsx(complaints()), declared, encoding)
    with pytest.raises(BadInput) as error:
        suggest(written(tmp_path, content, "d.xlsx"), around=AROUND)
    assert error.value.problems[0].remedy
