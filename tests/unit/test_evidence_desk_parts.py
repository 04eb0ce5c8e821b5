"""The desk's parts on their own: scans, rejected rows, mappings, sources of pages."""

from __future__ import annotations

import csv
import re
import struct
import zlib

import duckdb
import pytest
from cast import actor, make_programme
from django.test import override_settings
from recorded import COUNTS, receive, source, spec_of, table

from convive.access.rules import Actor
from convive.domain.programme.queries import SYSTEM
from convive.evidence import actions, store
from convive.evidence.actions_sources import class_offences, describe_source
from convive.evidence.desk import reading as desk_reading
from convive.evidence.desk import store as uploads_store
from convive.evidence.desk.offences import Classed, protection_of, unclassed
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import Column
from convive.evidence.models import Offence, Source
from convive.evidence.reading.fields import inert
from convive.evidence.suggest.suggestion import ColumnSuggestion, Suggestion
from convive.kernel import downloads
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.home import Home
from convive.kernel.scans import JPEG, MOST_BYTES, PDF, PNG, cleaned

OWN = 'owner = "muni-la-esperanza"'


@pytest.fixture
def home(tmp_path):
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


# Scans


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int, order: str = "<") -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(f"{order}HHII", 0x010F, 2, 4, 0x41424344)  # the maker of the camera
    head = mark + struct.pack(f"{order}I", 8) + struct.pack(f"{order}H", 2)
    return b"Exif\0\0" + head + entries + struct.pack(f"{order}I", 0) + b"GPS -8.07,-79.05"


def jpeg(*extra: bytes, behind: bytes = b"") -> bytes:
    frame = segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(extra) + frame + scan + b"\xff\xd9" + behind


def png(*extra: tuple[bytes, bytes]) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + crc

    parts = [(b"IHDR", bytes(13)), *extra, (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.mark.parametrize("order", ["<", ">"])
def test_of_a_photograph_stays_the_picture_and_which_way_up_it_is(order):
    photo = jpeg(
        segment(0xE1, exif(6, order)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0Maria"),
        segment(0xED, b"Photoshop Maria"), segment(0xFE, b"Maria"), behind=b"\xff\xd8MariaMPF",
    )  # fmt: skip
    kind, kept = cleaned(photo)
    assert kind == JPEG
    assert b"Maria" not in kept and b"GPS" not in kept and b"ABCD" not in kept
    upright = kept.index(b"Exif")
    assert struct.unpack_from(">H", kept, upright + 24) == (6,)
    assert kept.endswith(b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9")
    assert cleaned(kept) == (JPEG, kept)  # cleaning what is clean changes nothing


def test_a_photograph_that_stands_upright_keeps_no_exif_at_all():
    assert cleaned(jpeg(segment(0xE1, exif(1)))) == (JPEG, jpeg())


def test_what_a_picture_needs_stays():
    profile, jfif = segment(0xE2, b"ICC_PROFILE\0"), segment(0xE0, b"JFIF\0")
    assert cleaned(jpeg(jfif, profile)) == (JPEG, jpeg(jfif, profile))
    assert cleaned(png((b"gAMA", b"\0\0\0\1"))) == (PNG, png((b"gAMA", b"\0\0\0\1")))


def test_of_a_png_the_texts_and_what_stands_behind_it_go():
    dirty = png((b"tEXt", b"Author\0Maria"), (b"eXIf", b"Maria"), (b"tIME", b"1234567"))
    assert cleaned(dirty + b"Maria") == (PNG, png())


def test_a_pdf_is_taken_as_it_is():
    assert cleaned(b"%PDF-1.7\n%%EOF") == (PDF, b"%PDF-1.7\n%%EOF")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GIF89a", b"<svg>", b"PK\x03\x04", b"\xff\xd8\xff", jpeg()[:14], png()[:30],
        b"\xff\xd8" + segment(0xE1, b"Exif\0\0II*\0" + b"\xff" * 8), b"%PDF-" + bytes(MOST_BYTES),
        b"\xff\xd8\xff\xd9\xff\xd9",
    ],
)  # fmt: skip
def test_what_is_no_scan_or_a_broken_one_is_refused(content):
    if content.startswith(b"\xff\xd8\xff\xd9"):
        assert cleaned(content)[1] == b"\xff\xd8\xff\xd9"  # empty, and harmless
        return
    with pytest.raises(BadInput):
        cleaned(content)


def test_a_sealed_scan_opens_for_its_own_table_alone(home):
    path = home.scans / "x"
    uploads_store.keep_scan(b"%PDF-secret", path, table=7)
    assert b"secret" not in path.read_bytes()
    assert uploads_store.read_scan(path, table=7) == b"%PDF-secret"
    with pytest.raises(ValueError, match="not sealed here"):
        uploads_store.read_scan(path, table=8)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="not sealed here"):
        uploads_store.read_scan(path, table=7)


# Names of files


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("Denuncias de María.XLSX", ".xlsx"),
        ("a.csv.gz", ".csv.gz"),
        ("../../etc/passwd", ""),
        ("x.csv\0.exe", ""),
        ("", ""),
    ],
)
def test_a_name_gives_its_ending_and_nothing_else(name, ending):
    token = uploads_store.new_token(name)
    assert token[24:] == ending
    assert set(token[:24]) <= set("0123456789abcdef")
    assert uploads_store.new_token(name) != token


def test_the_name_that_is_shown_has_no_folders_and_no_control_characters():
    assert uploads_store.shown_name("C:\\Users\\maria\\den\x07uncias.xlsx") == "denuncias.xlsx"
    assert uploads_store.shown_name("\n") == "file"


# Rejected rows


@pytest.mark.django_db
def test_rejected_rows_come_back_as_they_were_in_their_order_with_the_reason(tmp_path, home):
    source(tmp_path, COUNTS)
    lines = ["title", "place;year;month;offence;n;victim"]
    lines += ["130105;2023;1;robo;1;A", "bad;2023;1;robo;1;Maria", "130105;2023;2;=cmd();x;B"]
    lines += ['130105;2023;13;"robo; hurto";-4;C', "130105;2023;3;hurto;2;D"]
    receipt = receive(table(tmp_path, lines))
    with store.rejected_rows_path(home, receipt.batch).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Convive: fila"] for row in rows] == ["4", "5", "6"]
    assert [row["place"] for row in rows] == ["bad", "130105", "130105"]
    assert rows[1]["offence"] == "'=cmd()"  # a spreadsheet would run it
    assert (rows[2]["offence"], rows[2]["n"]) == ("robo; hurto", "-4")
    assert "victim" not in rows[0] and "Maria" not in str(rows)


@pytest.mark.parametrize(
    "text",
    ["=1+1", " =1+1", "\N{NO-BREAK SPACE}@SUM(A1)", "\N{ZERO WIDTH SPACE}=1", "＝1+1", " ＋cmd",
     "-2+3", "\t=1", "-79.02", " -8,07", "+17", "12%", "-", "--", "", "robo = hurto", "－",
     "1e-5", "-.5"],
)  # fmt: skip
def test_what_is_kept_of_rejected_rows_is_disarmed_as_what_is_taken_away(text):
    with duckdb.connect(":memory:") as connection:
        said = connection.execute(f"SELECT {inert('t')} FROM (SELECT ? AS t)", [text]).fetchall()
    assert said == [(downloads.inert(text),)]


@pytest.mark.django_db
def test_a_formula_behind_a_blank_is_kept_as_a_text_in_both_files(tmp_path, home):
    source(tmp_path, COUNTS)
    lines = ["place,year,month,offence,n", "130105,2023,1,robo,4"]
    lines += ["130105,2023,1, =cmd(),x", "130105,2023,1,hurto, ＝1+1"]
    receipt = receive(table(tmp_path, lines))
    for path in (store.rejected_rows_path, store.rejects_path):
        kept = path(home, receipt.batch).read_text(encoding="utf-8")
        assert "'" in kept and not re.search(r'[,"] *[=＝]', kept)


@pytest.mark.django_db
def test_rejected_rows_are_the_right_ones_in_a_file_of_many(tmp_path, home):
    source(tmp_path, COUNTS, more='releases = "add"\ncells = "sum"')
    wrong = {5, 122_881, 250_000, 299_999}
    lines = ["place,year,month,offence,n"]
    lines += [f"130105,2023,1,k{n},{'x' if n in wrong else 1}" for n in range(300_000)]
    receipt = receive(table(tmp_path, lines))
    with store.rejected_rows_path(home, receipt.batch).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["offence"][1:]) for row in rows} == wrong
    assert all(int(row["Convive: fila"]) == int(row["offence"][1:]) + 2 for row in rows)


# Mappings


def seen(*columns: tuple[str, str], shape: str = "incidents", **more: object) -> Suggestion:
    return Suggestion(
        file_name="f.csv", form="csv", encoding="utf-8", separator=",", sheet="", rows=10,
        is_whole=True, shape=shape, scheme="PE-INEI", digits=6,
        columns=tuple(
            ColumnSuggestion(index=n, header=header, role=role)
            for n, (header, role) in enumerate(columns)
        ),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


FILE = seen(("FECHA", "date"), ("UBIGEO", "place"), ("DELITO", "category"))
ABOUT = {"code": "a", "name_es": "A", "name_en": "A", "kind": "police", "owner": ""}


def test_what_a_person_chose_goes_before_what_was_suggested():
    spec = desk_reading.spec_for_new(
        FILE, {"roles": {"2": "weapon"}, "date_order": "dmy", "category": "robo"}, ABOUT
    )
    assert spec.columns["weapon"].names == ("DELITO",)
    assert spec.columns["category"].constant == "robo"
    assert spec.file.date_order == "dmy"
    assert (spec.releases, spec.place.extent) == ("add", 6)


@pytest.mark.parametrize(
    ("choices", "where"),
    [
        ({"roles": {"0": "ignore"}}, "date"),
        ({"roles": {"0": "month"}}, "year"),
        ({"roles": {"0": "from"}}, "to"),
        ({"roles": {"1": "ignore"}}, "place"),
        ({"roles": {"2": "place"}}, "place"),
        ({"shape": "counts", "edition": "pe-2017"}, "n"),
    ],
)
def test_a_mapping_that_reads_nothing_is_refused_in_words_of_the_page(choices, where):
    with pytest.raises(BadInput) as error:
        desk_reading.spec_for_new(FILE, choices, ABOUT)
    assert error.value.problems[0].where == where


def test_a_role_that_the_other_shape_has_not_is_left_out():
    told = desk_reading.chosen(
        seen(("D", "datetime"), ("N", "n"), shape="incidents"), {"shape": "counts"}
    )
    assert [column.role for column in told.columns] == ["ignore", "n"]


def test_a_known_source_keeps_what_it_knows_and_learns_the_new_names(tmp_path):
    known = spec_of(tmp_path, COUNTS)
    again = seen(
        ("DISTRITO", "place"), ("year", "year"), ("MES", "month"), ("offence", "category"),
        ("TOTAL", "n"), shape="counts",
    )  # fmt: skip
    spec = desk_reading.spec_for_known(again, {}, known)
    assert spec.columns["place"].names == ("DISTRITO", "place")
    assert spec.columns["year"] == known.columns["year"]
    assert (spec.editions, spec.place, spec.absent_rows_are_zero) == (
        known.editions, known.place, True
    )  # fmt: skip


def test_attempts_are_told_by_the_category_where_no_column_tells_them():
    spec = desk_reading.spec_for_new(FILE, {}, ABOUT)
    told = desk_reading.with_attempted(spec, ["Tentativa de robo"]).columns["attempted"]
    assert told == Column(("DELITO",), None, {"Tentativa de robo": "true"}, "false")
    assert desk_reading.with_attempted(spec, []) == spec
    own = desk_reading.spec_for_new(
        seen(("FECHA", "date"), ("UBIGEO", "place"), ("DELITO", "category"), ("T", "attempted")),
        {}, ABOUT,
    )  # fmt: skip
    assert desk_reading.with_attempted(own, ["x"]) == own


def test_a_new_code_is_made_of_the_name_and_is_nobodys():
    assert desk_reading.new_code("Denuncias de La Esperanza", []) == "denuncias-de-la-esperanza"
    assert desk_reading.new_code("Ñ", ["n", "n-2"]) == "n-3"
    assert not desk_reading.new_code("Sample points", []).startswith("sample-")
    assert desk_reading.new_code("¿?", [])


# Sources and offences of pages


@pytest.fixture
def programme(db):
    make_programme()


def described(tmp_path, code: str, owner: str = "muni-la-esperanza", by: Actor | None = None):
    spec = spec_of(tmp_path, COUNTS, code, f'owner = "{owner}"' if owner else "")
    return describe_source(by=by or actor("municipal_officer"), spec=spec)


@pytest.mark.usefixtures("programme")
def test_a_source_is_described_for_ones_own_organisation(tmp_path):
    row = described(tmp_path, "own")
    assert row.origin == "page"
    assert described(tmp_path, "own") == row  # the same again changes nothing
    for owner, by in (("muni-el-porvenir", None), ("", None), ("muni-la-esperanza", "auditor")):
        with pytest.raises(NotAllowed):
            described(tmp_path, "other", owner, actor(by) if by else None)
    assert described(tmp_path, "everybodys", "", actor("analyst")).owner is None


@pytest.mark.usefixtures("programme")
def test_a_source_of_another_organisation_cannot_be_taken_over(tmp_path):
    described(tmp_path, "theirs", "muni-el-porvenir", actor("other_municipal_officer"))
    with pytest.raises(NotAllowed):
        described(tmp_path, "theirs")
    assert Source.objects.get(code="theirs").owner.code == "muni-el-porvenir"


@pytest.mark.usefixtures("programme")
def test_a_source_of_the_pack_stays_the_packs_when_a_page_changes_how_it_is_read(tmp_path):
    source(tmp_path, COUNTS, "packs", OWN)
    text = COUNTS.replace('"offence"', '"DELITO"')
    row = describe_source(by=actor("municipal_officer"), spec=spec_of(tmp_path, text, "packs", OWN))
    assert (row.origin, row.spec["columns"]["category"]) == ("pack", {"columns": ["DELITO"]})


@pytest.mark.usefixtures("programme")
def test_a_retired_source_is_not_described_again(tmp_path):
    described(tmp_path, "old")
    actions.retire_source(by=SYSTEM, code="old")
    with pytest.raises(BadInput):
        described(tmp_path, "old")


@pytest.mark.usefixtures("programme")
def test_a_category_is_one_however_it_is_written(tmp_path):
    row = described(tmp_path, "own")
    officer = actor("municipal_officer")
    first = OffenceRow("own", "Extorsión", "Extorsión", "Extorsión", "02051", ("no_small_area",))
    class_offences(by=officer, source=row, rows=[first])
    again = OffenceRow("own", "EXTORSIÓN", "x", "x", "02051", ("no_small_area", "sensitive"))
    assert len(class_offences(by=officer, source=row, rows=[again])) == 1
    assert class_offences(by=officer, source=row, rows=[again]) == []
    kept = Offence.objects.get()
    assert (kept.category, kept.name_es, kept.origin) == ("Extorsión", "Extorsión", "page")
    assert kept.flags == ["no_small_area", "sensitive"]
    with pytest.raises(NotAllowed):
        class_offences(by=actor("other_municipal_officer"), source=row, rows=[first])


@pytest.mark.usefixtures("programme")
def test_what_the_pack_lists_becomes_the_packs(tmp_path):
    described(tmp_path, "own")
    source(tmp_path, COUNTS, "own", OWN)
    assert Source.objects.get().origin == "pack"


def test_what_nobody_has_classed_is_asked_whatever_its_case():
    known = {"ROBO": Offence(category="Robo")}
    assert unclassed([("robo", 3), ("hurto", 2)], known) == [("hurto", 2)]
    assert [protection_of(f) for f in ((), ("no_small_area",), ("no_small_area", "sensitive"))] == [
        "none", "district", "sensitive"
    ]  # fmt: skip
    row = Classed("Robo", "0401", "sensitive", attempted=True)
    assert Classed.from_json(row.as_json()) == row
    assert row.as_row("s").flags == ("no_small_area", "sensitive")
