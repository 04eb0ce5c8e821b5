"""The file of a source, and the list of offences: what they say, and every fault with its line."""

from __future__ import annotations

import json
from dataclasses import replace
from textwrap import dedent

import pytest
from django.utils import translation
from recorded import COUNTS, PACK, spec_of

from convive.evidence.mapping import Column, Limits
from convive.evidence.spec import SourceSpec, read_offences, read_source

GOOD = dedent(COUNTS).format(code="proof", more="")


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def faults(folder, text, name="proof.toml"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    spec, problems = read_source(file)
    assert spec is None or not problems
    return [(p.where.rpartition("/")[2], p.why, p.remedy) for p in problems]


@pytest.mark.parametrize("file", sorted((PACK / "sources").glob("*.toml")), ids=lambda f: f.stem)
def test_every_source_of_the_pack_is_read_without_fault_and_survives_its_json(file):
    spec, problems = read_source(file)
    assert problems == [] and spec is not None and spec.code == file.stem
    stored = json.loads(json.dumps(spec.as_json()))
    assert SourceSpec.from_json(stored) == spec
    assert SourceSpec.from_json(stored).mapping_version == spec.mapping_version


def test_the_offences_of_the_pack_are_read_without_fault():
    rows, problems = read_offences(PACK / "offences.csv")
    assert problems == []
    by_key = {(row.source, row.category): row for row in rows}
    assert by_key["sidpol-counts", "Extorsión"].iccs == "02051"
    assert by_key["mininter-vaw", "Violencia contra la mujer e integrantes"].flags == (
        "no_small_area",
        "sensitive",
    )


def test_violence_against_women_and_extortion_are_never_shown_finer_than_a_district():
    rows, _problems = read_offences(PACK / "offences.csv")
    hidden = [row for row in rows if "iolencia" in row.name_es or row.iccs.startswith("02051")]
    assert len(hidden) >= 5
    assert all({"no_small_area", "sensitive"} <= set(row.flags) for row in hidden)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('shape = "counts"', 'shape = "points"', "points", "shape"),
        ('kind = "police"', 'kind = "gossip"', "gossip", "kind"),
        ('scheme = "PE-INEI"', 'sceme = "PE-INEI"', "sceme", "sceme"),
        ("digits = 6", 'digits = "six"', '"six"', "whole number"),
        ('n = "n"', "n = 7", "n = 7", "column"),
        ('n = "n"', 'm = "n"', 'm = "n"', "not known"),
        ('month = "month"', 'month = { column = "m", value = "1" }', "value", "constant"),
        ("absent_rows_are_zero = true", "absent_rows_are_zero = 1", "= 1", "true or false"),
        ('[[editions]]\nedition = "pe-2017"', "", "", "boundaries"),
        ('place = "place"\n', "", "[columns]", "place"),
        ('year = "year"\n', "", "[columns]", "year"),
        ('code = "proof"', 'code = "Proof!"', "Proof!", "code"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, old, new, line, says):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    found = faults(tmp_path, text)
    expected = text[: text.index(line)].count("\n") + 1 if line else None
    where = f"proof.toml:{expected}" if expected else "proof.toml"
    told = [(why, remedy) for place, why, remedy in found if place == where]
    assert any(says in why + remedy for why, remedy in told), (where, found)
    assert all(why and remedy for _where, why, remedy in found)


def test_a_file_whose_name_is_not_its_code_is_refused(tmp_path):
    assert "same name" in faults(tmp_path, GOOD, "other.toml")[0][2]


def test_what_is_not_toml_or_not_utf8_is_told_and_not_raised(tmp_path):
    assert "TOML" in faults(tmp_path, "code = ")[0][1]
    (tmp_path / "latin.toml").write_bytes('code = "año"'.encode("latin-1"))
    assert read_source(tmp_path / "latin.toml")[1]
    assert read_source(tmp_path / "absent.toml")[1]


def test_an_unknown_zone_crs_encoding_or_part_of_the_day_is_a_fault(tmp_path):
    def said(more, extra=""):
        return " ".join(why for _w, why, _r in faults(tmp_path, more + GOOD + extra))

    assert "time zone" in said('zone = "America/Trujillo"\n')
    assert "coordinates" in said('crs = "EPSG:1"\n')
    assert "encoding" in said("", '[file]\nencoding = "latin-99"\n')
    incidents = GOOD.replace('shape = "counts"', 'shape = "incidents"').replace('n = "n"\n', "")
    text = incidents + '[columns.part]\ncolumn = "t"\nvalues = { m = "morning" }\n'
    assert "hours" in " ".join(why for _w, why, _r in faults(tmp_path, text))
    assert faults(tmp_path, text + "[day_parts]\nmorning = [6, 12]\n") == []
    assert "two hours" in " ".join(
        why for _w, why, _r in faults(tmp_path, text + "[day_parts]\nmorning = [12, 6]\n")
    )


def test_the_mapping_version_follows_what_decides_how_rows_are_read(tmp_path):
    spec = spec_of(tmp_path, COUNTS)
    same = (
        replace(spec, name_es="Otro nombre"),
        replace(spec, licence="CC0"),
        replace(spec, limits=Limits(late_months=3)),
        replace(spec, editions=()),
        replace(spec, releases="add"),
    )
    other = (
        replace(spec, code="proof-2"),
        replace(spec, crs="EPSG:32717"),
        replace(spec, cells="sum"),
        replace(spec, place=replace(spec.place, scheme="PE-RENIEC")),
        replace(spec, file=replace(spec.file, date_order="dmy")),
        replace(spec, columns={**spec.columns, "n": Column(names=("cantidad",))}),
    )
    assert {version.mapping_version for version in same} == {spec.mapping_version}
    assert len({v.mapping_version for v in (spec, *other)}) == len(other) + 1


def test_an_edition_holds_for_its_days(tmp_path):
    from datetime import date

    text = GOOD + '[[editions]]\nedition = "pe-2024"\nfirst = 2024-01-01\n'
    text = text.replace('"pe-2017"', '"pe-2017"\nlast = 2023-12-31', 1)
    (tmp_path / "proof.toml").write_text(text)
    spec, problems = read_source(tmp_path / "proof.toml")
    assert spec is not None, problems
    assert spec.edition_on(date(2023, 12, 31)) == "pe-2017"
    assert spec.edition_on(date(2024, 1, 1)) == "pe-2024"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("proof,robo,Robo,Robbery,401,", "ICCS"),
        ("proof,robo,Robo,Robbery,1201,", "ICCS"),
        ("proof,robo,Robo,Robbery,0401,secret", "flag"),
        ("proof,,Robo,Robbery,0401,", "category"),
        ("proof,robo,,Robbery,0401,", "name_es"),
        ("proof,robo,Robo,Robbery", "fields"),
        ("proof,HURTO,Hurto,Theft,0502,", "same offence"),
    ],
)
def test_a_faulty_offence_is_told_with_its_line_and_left_out(tmp_path, row, says):
    file = tmp_path / "offences.csv"
    lines = ["source,category,name_es,name_en,iccs,flags", "proof,hurto,Hurto,Theft,0502,", row]
    file.write_text("\n".join(lines) + "\n")
    rows, problems = read_offences(file)
    assert [r.category for r in rows] == ["hurto"]
    assert [p.where for p in problems] == [f"{file}:3"]
    assert says in problems[0].why and problems[0].remedy


def test_an_offences_file_with_another_header_is_refused_whole(tmp_path):
    file = tmp_path / "offences.csv"
    file.write_text("source,category,iccs\nproof,robo,0401\n")
    rows, problems = read_offences(file)
    assert rows == [] and problems[0].where == f"{file}:1"


@pytest.mark.parametrize("code", ["x, (SELECT 42) AS y --", 'a"b', "a b", "Ñ"])
def test_a_question_whose_code_could_be_more_than_a_name_is_refused(tmp_path, code):
    text = GOOD + f'[[questions]]\ncode = \'{code}\'\nname_es = "a"\nname_en = "b"\n'
    (tmp_path / "proof.toml").write_text(text)
    spec, problems = read_source(tmp_path / "proof.toml")
    assert spec is None and code in problems[0].why


@pytest.mark.parametrize("separator", [";;", '\\"', "\\n"])
def test_a_separator_that_cannot_part_columns_is_told(tmp_path, separator):
    (tmp_path / "proof.toml").write_text(GOOD + f'[file]\nseparator = "{separator}"\n')
    spec, problems = read_source(tmp_path / "proof.toml")
    assert spec is None and "proof.toml:" in problems[0].where
