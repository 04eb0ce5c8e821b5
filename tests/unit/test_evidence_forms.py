"""Tables in other forms than CSV and XLSX: TSV, ODS, JSON, GeoJSON, Parquet."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import date

import duckdb
import pytest
from django.test import override_settings
from django.utils import translation
from recorded import BETWEEN, COUNTS, INCIDENTS, receive, source, table

from convive.evidence import queries, store
from convive.evidence.queries import Selection
from convive.evidence.reading import bounds, json_rows, parquet_rows
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

pytestmark = pytest.mark.django_db

HEADER = ("place", "year", "month", "offence", "n")
ROWS = (
    ("130105", 2023, 1, "extorsión", 7),
    ("130105", 2023, 2, "niñez", 5),
    ("1", 2023, 3, "x", 3),
)
POINTS = INCIDENTS + '    date = "fecha"\n    x = "x"\n    y = "y"\n'


@pytest.fixture(autouse=True)
def home(tmp_path):
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own), translation.override("en"):
        yield own


def objects():
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


def written(folder, content, name="file.json"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def as_json(folder, data, name="file.json", **how):
    return written(folder, json.dumps(data, **how), name)


def total(code="proof"):
    return queries.count(Selection(code, BETWEEN("2000", "2030")))


def rejected(receipt):
    return receipt.rejects_file.read_text(encoding="utf-8").splitlines()[1:]


def kept(home, receipt, columns):
    path = store.parquet_path(home, receipt.batch)
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY row").fetchall()


# Each form holds the same three rows, the last of which has no good code


def tsv(folder):
    lines = ["\t".join(map(str, row)) for row in (HEADER, *ROWS)]
    return table(folder, lines, "file.txt")


def parquet(folder):
    values = ", ".join(str(row) for row in ROWS)
    path = folder / "file.bin"
    duckdb.sql(f"SELECT * FROM (VALUES {values}) AS t({', '.join(HEADER)})").write_parquet(
        str(path)
    )
    return path


def ods(folder):
    def cell(value):
        if isinstance(value, str):
            kind = "string"
            return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p>{end}'
        return f'<table:table-cell office:value-type="float" office:value="{value}">{end}'

    end = "</table:table-cell>"

    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in (HEADER, *ROWS)
    )
    return written(folder, open_document(rows), "file.ods")


def open_document(rows, doctype=""):
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-content '
        f'xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Hoja1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<m:manifest xmlns:m="{names}:manifest:1.0"><m:file-entry m:full-path="/" '
        f'm:media-type="{kind}"/></m:manifest>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", kind)
        parts.writestr("META-INF/manifest.xml", manifest)
        parts.writestr("content.xml", content)
    return made.getvalue()


FORMS = {
    "tsv": (tsv, "4", "utf-8"),
    "parquet": (parquet, "3", "parquet"),
    "ods": (ods, "4", "ods (Hoja1)"),
    "json list": (lambda folder: as_json(folder, objects()), "3", "json (utf-8)"),
    "json lines": (
        lambda folder: written(folder, "\n".join(json.dumps(o) for o in objects())),
        "3",
        "json (utf-8)",
    ),
    "json inside": (
        lambda folder: as_json(
            folder, {"ok": True, "meta": {"n": [1, 2]}, "result": {"data": objects()}}, indent=1
        ),
        "3",
        "json (utf-8)",
    ),
    "json in latin-1": (
        lambda folder: written(
            folder, json.dumps(objects(), ensure_ascii=False).encode("latin-1"), "file.csv"
        ),
        "3",
        "json (cp1252)",
    ),
}


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_told_by_its_content_and_every_row_of_it_is_counted(
    tmp_path, form, is_packed
):
    source(tmp_path)
    make, row, said = FORMS[form]
    file = make(tmp_path)
    if is_packed:
        file.write_bytes(gzip.compress(file.read_bytes()))
    receipt = receive(file)
    assert (receipt.read, receipt.accepted, receipt.rejected) == (3, 2, 1)
    assert receipt.notes["encoding"] == said
    assert total() == 12
    (told,) = rejected(receipt)
    assert told.startswith(f"{row},place,1,")
    names = {category for category, _iccs, _n in queries.by_offence(Selection("proof", ALL))}
    assert names == {"extorsión", "niñez"}


ALL = BETWEEN("2000", "2030")


# JSON


def test_numbers_of_json_keep_their_digits_and_objects_within_objects_are_columns(tmp_path, home):
    spec = COUNTS.replace('place = "place"', 'place = "where.code"')
    spec = spec.replace('category = "offence"', 'category = "tags"')
    source(tmp_path, spec)
    text = (
        '[{"where": {"code": 060101}, "year": 2023, "month": 1, "tags": ["a", "b"], "n": 7},'
        ' {"where": {"code": "130102"}, "n": 1e1, "year": 2023, "month": 1, "tags": null}]'
    ).replace("060101", "60101")
    receipt = receive(written(tmp_path, text))
    assert kept(home, receipt, "place, category, n") == [("060101", "a; b", 7)]
    # An exponent is no way to write a count, and a value that is null is none
    assert [line.split(",")[:2] for line in rejected(receipt)] == [["2", "tags"]]


def test_a_list_longer_than_the_piece_at_hand_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "_BLOCK", 16)
    source(tmp_path, COUNTS.replace("absent_rows_are_zero = true", ""))
    rows = [
        {"place": "130105", "year": y, "month": m, "offence": 'a "b" \\ é', "n": 12}
        for y in range(2001, 2021)
        for m in range(1, 13)
    ]
    assert receive(as_json(tmp_path, {"x": {"y": [3]}, "rows": rows})).accepted == 240
    assert total() == 240 * 12


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ('[{"place": "130105",]', "line 1", "no valid JSON"),
        ('[{"place": "130105"}', "line 1", "no valid JSON"),
        ('[{"place": "130105"}\n{"place": 1}]', "line 2", "no valid JSON"),
        ('[{"place": 1, "place": 2}]', "line 1", "names one value twice"),
        ('{"a": [{"b": 1}], "c": {"d": [{"e": 1}]}}', "file.json", "a, c.d"),
        ('[{"place": "130105"}, 7]', "file.json · 2", "no object"),
        ('{"place": "130105"}', "file.json", "lacks the columns"),
        ("[" * 100_000, "line 1", "no valid JSON"),
        ("[]", "file.json", "lacks the columns"),
        ('[{"place": "13\0"}]', "line 1", "null bytes"),
    ],
)
def test_json_that_is_no_list_of_objects_is_refused_with_its_place(tmp_path, text, where, says):
    source(tmp_path)
    with pytest.raises(BadInput) as refused:
        receive(written(tmp_path, text))
    (problem,) = refused.value.problems
    assert problem.where == where and says in problem.why


def test_of_several_lists_the_source_names_the_one_that_is_meant(tmp_path):
    source(tmp_path, COUNTS + '    [file]\n    sheet = "result.records"\n')
    data = {"result": {"fields": [{"id": "place"}], "records": objects()}}
    assert receive(as_json(tmp_path, data)).accepted == 2


def test_an_object_of_endless_names_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "MOST_COLUMNS", 9)
    source(tmp_path)
    with pytest.raises(BadInput, match="more than 9 different names"):
        receive(as_json(tmp_path, [{str(n): n for n in range(10)}]))


def test_a_value_longer_than_can_be_held_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "_LONGEST", 1_000)
    monkeypatch.setattr(json_rows, "_BLOCK", 100)
    source(tmp_path)
    with pytest.raises(BadInput, match="no valid JSON"):
        receive(written(tmp_path, '[{"place": "' + "x" * 5_000))


# GeoJSON


def feature(x, y, /, **properties):
    geometry = None if x is None else {"type": "Point", "coordinates": [x, y, 12.5]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features, **more):
    return {"type": "FeatureCollection", **more, "features": list(features)}


def test_points_of_geojson_become_columns_beside_their_properties(tmp_path, home):
    source(tmp_path, POINTS)
    data = collection(
        feature(-79.03, -8.11, fecha="2023-01-05"),
        feature(None, None, fecha="2023-01-06"),
        feature(-79.04, -8.12, fecha="ayer"),
    )
    receipt = receive(as_json(tmp_path, data, "points.json"))
    assert (receipt.read, receipt.accepted, receipt.rejected) == (3, 2, 1)
    assert receipt.notes["encoding"] == "geojson (utf-8)"
    assert receipt.notes["without_position"] == 1
    assert kept(home, receipt, "day, lon, lat") == [
        (date(2023, 1, 5), -79.03, -8.11),
        (date(2023, 1, 6), None, None),
    ]
    assert rejected(receipt)[0].startswith("3,fecha,ayer,")


def test_properties_called_like_a_coordinate_keep_a_name_of_their_own(tmp_path, home):
    text = INCIDENTS.replace('{{ value = "robo" }}', '"properties.x"')
    source(tmp_path, text + '    id = "id"\n    date = "fecha"\n    x = "x"\n    y = "y"\n')
    data = collection({**feature(-79, -8, fecha="2023-01-05", x="hurto"), "id": 7})
    receipt = receive(as_json(tmp_path, data))
    assert kept(home, receipt, "id, category, lon") == [("7", "hurto", -79.0)]


@pytest.mark.parametrize("kind", ["Polygon", "LineString", "MultiPoint", None])
def test_areas_and_lines_are_refused_with_the_reason(tmp_path, kind):
    source(tmp_path, POINTS)
    shape = {"type": kind, "coordinates": [[0, 0], [1, 1]]}
    bad = {"type": "Feature", "geometry": shape, "properties": {"fecha": "2023-01-05"}}
    with pytest.raises(BadInput) as refused:
        receive(as_json(tmp_path, collection(feature(1, 1, fecha="2023-01-01"), bad)))
    (problem,) = refused.value.problems
    assert problem.where == "file.json · 2" and f"“{kind}”" in problem.why


def named(name):
    return {"crs": {"type": "name", "properties": {"name": name}}}


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("EPSG:4326", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::32717", "EPSG:32717"),
    ],
)
def test_the_system_that_an_old_geojson_names_is_honoured(tmp_path, home, name, declared):
    source(tmp_path, POINTS, more=f'crs = "{declared}"')
    x, y = (-79.03, -8.11) if declared == "EPSG:4326" else (717_000, 9_103_000)
    data = {**collection(feature(x, y, fecha="2023-01-05")), **named(name)}
    ((lon, lat),) = kept(home, receive(as_json(tmp_path, data)), "lon, lat")
    assert abs(lon + 79.03) < 0.01 and abs(lat + 8.11) < 0.01


@pytest.mark.parametrize(
    ("crs", "says"),
    [
        (named("urn:ogc:def:crs:EPSG::32717"), "says that its coordinates are EPSG:32717"),
        ({"crs": {"type": "link", "properties": {"href": "http://x.example"}}}, "but not which"),
        (named("nonsense"), "says that its coordinates are nonsense"),
    ],
)
def test_a_system_that_the_source_does_not_declare_is_refused(tmp_path, crs, says):
    source(tmp_path, POINTS)
    data = {**collection(feature(-79, -8, fecha="2023-01-05")), **crs}
    with pytest.raises(BadInput, match=says):
        receive(as_json(tmp_path, data))


# Parquet


def test_typed_columns_of_parquet_pass_the_rules_of_every_file(tmp_path, home):
    source(tmp_path, POINTS.replace('"fecha"', '"t"').replace("date =", "datetime ="))
    path = tmp_path / "points.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES (TIMESTAMP '2023-01-05 14:30:00', -79.03::DOUBLE, -8.11::FLOAT), "
        "(NULL, 1, 1), (TIMESTAMP '2023-01-06 00:00:00', 'nan'::DOUBLE, 'nan'::DOUBLE)) v(t, x, y)"
    ).write_parquet(str(path))
    receipt = receive(path)
    assert kept(home, receipt, "day, hour, lon") == [
        (date(2023, 1, 5), 14, -79.03),
        (date(2023, 1, 6), 0, None),
    ]
    assert rejected(receipt)[0].startswith("2,t,,")


def test_a_damaged_parquet_and_one_that_says_too_much_are_refused(tmp_path, monkeypatch):
    source(tmp_path)
    whole = parquet(tmp_path)
    cut = written(tmp_path, whole.read_bytes()[:-40] + b"PAR1", "cut.parquet")
    with pytest.raises(BadInput, match="cut off or damaged"):
        receive(cut)
    monkeypatch.setattr(parquet_rows, "MOST_ROWS", 2)
    with pytest.raises(BadInput, match="3 rows, more than can be read"):
        receive(whole)


# What would unpack to more than a machine holds


def repeated(rows, columns, value=' office:value-type="string"'):
    return (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell{value} '
        f'table:number-columns-repeated="{columns}"><text:p>a</text:p></table:table-cell>'
        "</table:table-row>"
    )


def empty(rows, columns):
    return (
        f'<table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}"/></table:table-row>'
    )


@pytest.mark.parametrize(
    "rows",
    [
        repeated(1_000_000, 16_384),
        empty(1_000_000, 1) + repeated(1, 16_384),
        repeated(99_999_999_999, 1),
    ],
)
def test_a_workbook_of_repeated_cells_is_refused_before_it_is_unpacked(tmp_path, rows):
    source(tmp_path)
    file = written(tmp_path, open_document(rows), "bomb.ods")
    assert file.stat().st_size < 2_000
    with pytest.raises(BadInput, match="more than can be held"):
        receive(file)


def test_the_empty_rows_that_offices_write_below_a_table_cost_nothing(tmp_path):
    content = open_document(repeated(3, 2) + empty(1_048_573, 16_384))
    file = written(tmp_path, content, "x.ods")
    assert bounds.measured(file, "x.ods", tmp_path) == file


def test_a_workbook_with_a_document_type_or_in_binary_form_is_not_handed_on(tmp_path):
    source(tmp_path)
    entity = '<!DOCTYPE a [<!ENTITY b "cccccccccc">]>'
    with pytest.raises(BadInput, match="document type"):
        receive(written(tmp_path, open_document(repeated(1, 1), entity), "a.ods"))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("xl/worksheets/sheet1.bin", b"")
    with pytest.raises(BadInput, match="XLSB"):
        receive(written(tmp_path, made.getvalue(), "a.xlsb"))


def test_a_packed_text_that_never_ends_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("convive.evidence.reading.files.MOST_TEXT", 10_000)
    source(tmp_path)
    file = written(tmp_path, gzip.compress(b"0," * 20_000), "bomb.csv.gz")
    with pytest.raises(BadInput, match="more than can be held"):
        receive(file)


def test_a_first_line_longer_than_any_header_keeps_its_letters(tmp_path, monkeypatch):
    """A piece that ends amid a letter must not be taken for another encoding."""
    monkeypatch.setattr("convive.evidence.reading.files._HEAD", 101)
    source(tmp_path)
    rows = [{**one, "offence": "ñ" * 60} for one in objects()]
    receipt = receive(as_json(tmp_path, rows, ensure_ascii=False))
    assert receipt.notes["encoding"] == "json (utf-8)"
    assert receipt.notes["unmapped_categories"] == ["ñ" * 60]
