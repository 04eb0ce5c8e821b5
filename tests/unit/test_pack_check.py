"""Every kind of fault in a pack is told where it stands, with its reason and its remedy."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from convive.pack.check import check
from packs import PACK, Break, told_in_place

BREAKS = {
    "a committee with two quorums": Break(
        "committees.toml",
        "quorum_percent = 50",
        "quorum_percent = 50\nquorum_number = 3",
        "one of the two",
        "quorum_number",
    ),
    "a quorum that is never reached": Break(
        "committees.toml", "quorum_percent = 50", "quorum_percent = 100", "never reached"
    ),
    "a committee that nobody keeps": Break(
        "committees.toml", 'organisation = "unodc"', 'organisation = "unodcc"', "unodc"
    ),
    "a seat in no committee": Break(
        "committees.toml", 'committee = "comite-tecnico"', 'committee = "tecnico"', "comite-tecnico"
    ),
    "a seat twice": Break(
        "committees.toml",
        'code = "undp"',
        'code = "unodc"',
        "stands twice",
        'code = "unodc"\norganisation = "undp"',
    ),
    "what is still to be filled in": Break(
        "committees.toml", 'name_es = "Representante del PNUD"', 'name_es = "???"', "filled in"
    ),
    "not toml": Break("programme.toml", 'zone = "America/Lima"', "zone = America", "Invalid value"),
    "a key twice": Break(
        "programme.toml",
        'country = "PE"',
        'country = "PE"\nzone = "UTC"',
        "overwrite",
        'zone = "UTC"',
    ),
    "a key with a slip": Break("programme.toml", "country =", "contry =", "country", "contry"),
    "a key missing": Break("programme.toml", 'country = "PE"\n', "", "country", "# The programme"),
    "a table with a slip": Break(
        "programme.toml", "[[edition]]", "[[editions]]", "edition", "# The pr"
    ),
    "a table written once": Break(
        "thresholds.toml", "[[rule]]", "[rule]", "[[rule]]", "# Below how many"
    ),
    "not a date": Break(
        "programme.toml", "end = 2017-05-21", 'end = "21/5/2017"', "year-month-day"
    ),
    "ends before it starts": Break(
        "programme.toml", "end = 2017", "end = 2012", "before it starts"
    ),
    "no such zone": Break("programme.toml", "America/Lima", "America/Limma", "America/Lima"),
    "no such country": Break("programme.toml", 'country = "PE"', 'country = "Peru"', "ISO 3166"),
    "an empty translation": Break(
        "programme.toml", 'short_en = "Human', 'short_en = "" # ', "English"
    ),
    "a note in one language": Break(
        "programme.toml",
        'note_en = "Violence against',
        '# note_en = "Violence',
        "English",
        "note_es",
    ),
    "a scheme twice": Break(
        "programme.toml",
        'code = "PE-RENIEC"',
        'code = "PE-INEI"',
        "stands twice",
        'code = "PE-INEI"\nname_es = "UBIGEO del RENIEC',
    ),
    "editions that overlap": Break(
        "programme.toml",
        "valid_to = 2022-12-15",
        "valid_to = 2023-12-15",
        "still holds",
        "valid_from = 2022-12-16",
    ),
    "an edition that ends first": Break(
        "programme.toml", "valid_to = 2022-12-15", "valid_to = 2009-12-15", "before valid_from"
    ),
    "a composition of no edition": Break(
        "programme.toml", 'older = "pe-2017"', 'older = "pe-2018"', "pe-2017"
    ),
    "a composition the wrong way round": Break(
        "programme.toml", 'older = "pe-2017"', 'older = "pe-2024"', "not older"
    ),
    "a composition of one part": Break(
        "programme.toml", ', "PE-INEI:130112"]', "]", "two parts", "parts ="
    ),
    "a population source that gives nothing": Break(
        "programme.toml",
        '"MINSA, población',
        '"CPV 2017", "MINSA, población',
        "CPV 2017",
        "population_sources",
    ),
    "nobody to call": Break(
        "programme.toml", "[[emergency]]", "[[emergncy]]", "emergency", "# The pr"
    ),
    "a threshold below 5": Break("thresholds.toml", "default = 5", "default = 4", "below 5"),
    "a sensitive threshold below 10": Break(
        "thresholds.toml", "sensitive = 10", "sensitive = 9", "below 10"
    ),
    "sensitive protected less": Break(
        "thresholds.toml", "default = 5", "default = 12", "protected less", "sensitive = 10"
    ),
    "a rule that ends first": Break(
        "thresholds.toml", "valid_to = 2014", "valid_to = 2013", "before valid_from"
    ),
    "a negative number": Break("thresholds.toml", "default = 5", "default = -5", "whole number"),
    "an organisation twice": Break(
        "organisations.toml",
        'code = "undp"',
        'code = "unodc"',
        "stands twice",
        'code = "unodc"\nacronym_es = "PNUD"',
    ),
    "a code with capitals": Break(
        "organisations.toml", 'code = "undp"', 'code = "UNDP"', "small letters"
    ),
    "an unknown kind": Break("organisations.toml", 'kind = "un"', 'kind = "onu"', "Choose one of"),
    "two that lead": Break(
        "organisations.toml",
        'kind = "ministry"',
        'kind = "ministry"\nlead = true',
        "leads the programme",
        'lead = true\npart_es = "Conduce',
    ),
    "nobody leads": Break(
        "organisations.toml", "lead = true\n", "", "No organisation leads", "[[organisation]]"
    ),
    "too long for its place": Break(
        "organisations.toml", 'acronym_es = "UNODC"', f'acronym_es = "{"U" * 41}"', "41 letters"
    ),
    "neither yes nor no": Break(
        "organisations.toml", "lead = true", 'lead = "perhaps"', "true or false"
    ),
    "a sensitive service by its name": Break(
        "services.toml",
        'neutral_name_es = "Servicio de bienestar A"\nneutral_name_en = "Wellbeing service A"\n',
        "",
        "neutral name",
        "sensitive = true",
    ),
    "a service of no objective": Break(
        "services.toml", 'objective = "2.1"', 'objective = "2.9"', "declared nowhere"
    ),
    "a point that endangers": Break("categories.toml", "pin = false", "pin = true", "never show"),
    "a concern for a stranger": Break(
        "categories.toml", '["pnp"]', '["policia"]', "declared nowhere"
    ),
    "a question asked twice": Break(
        "risk.toml", '"months"', '"frequency"', "stands twice", at='"frequency"\nname_es = "Emp'
    ),
    "a concern for nobody": Break("categories.toml", '["pnp"]', "[]", "Nobody answers"),
    "a source of no edition": Break(
        "sources/mininter-vaw.toml", 'edition = "pe-2017"', 'edition = "pe-2071"', "pe-2017"
    ),
    "a source of no scheme": Break(
        "sources/mininter-vaw.toml", '"PE-INEI"', '"PE-INIE"', "PE-INEI"
    ),
    "a source of no owner": Break(
        "sources/mininter-vaw.toml", 'owner = "mininter"', 'owner = "mininteri"', "“mininter”"
    ),
    "offences of no source": Break(
        "offences.csv", "\nsidpol-counts,", "\nsidpol-count,", "sidpol-counts", "sidpol-count,"
    ),
}


@pytest.mark.parametrize("slip", BREAKS.values(), ids=BREAKS)
def test_a_fault_is_told_with_file_line_reason_and_remedy(tmp_path: Path, slip: Break):
    assert told_in_place(slip, tmp_path)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


def test_the_pack_of_trujillo_has_no_fault():
    assert [str(problem) for problem in check(PACK).problems] == []


@pytest.mark.parametrize(
    "name",
    ["programme.toml", "places.geojson", "population.csv", "indicators.csv", "offences.csv"],
)
def test_a_missing_file_is_named(pack: Path, name: str):
    (pack / name).unlink()
    assert name in {problem.where for problem in check(pack).problems}


def test_a_file_with_a_slip_in_its_name_is_not_passed_over(pack: Path):
    (pack / "plan.toml").rename(pack / "plans.toml")
    told = {problem.where: problem for problem in check(pack).problems}
    assert "plan.toml" in told
    assert "plan.toml" in told["plans.toml"].remedy


def test_notes_may_stand_in_a_pack(pack: Path):
    (pack / "README.md").write_text("Ours.")
    assert "README.md" not in {problem.where for problem in check(pack).problems}


def test_a_file_that_is_not_utf_8_is_told_with_its_line(pack: Path):
    path = pack / "organisations.toml"
    path.write_bytes(path.read_text().encode("latin-1", errors="replace"))
    line = (
        path.read_bytes()[: re.search(rb"[\x80-\xff]", path.read_bytes()).start()].count(b"\n") + 1
    )
    assert f"organisations.toml:{line}" in {problem.where for problem in check(pack).problems}


def test_a_fault_in_a_place_is_not_told_again_wherever_the_place_is_named(pack: Path):
    path = pack / "places.geojson"
    path.write_text(path.read_text().replace('"level": "district"', '"level": "distrito"'))
    files = {problem.where.partition(":")[0] for problem in check(pack).problems}
    assert "population.csv" not in files


def test_a_fault_in_a_source_is_not_told_again_wherever_the_source_is_named(pack: Path):
    path = pack / "sources" / "mininter-vaw.toml"
    path.write_text(path.read_text().replace('shape = "counts"', 'shape = "numbers"'))
    files = {problem.where.partition(":")[0] for problem in check(pack).problems}
    assert files == {"sources/mininter-vaw.toml"}


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    (told,) = check(tmp_path / "nowhere").problems
    assert told.where.endswith("nowhere")


def test_faults_come_in_the_order_of_their_lines(pack: Path):
    path = pack / "population.csv"
    path.write_text(path.read_text().replace("pe-2017", "pe-1917"))
    lines = [
        int(problem.where.partition(":")[2])
        for problem in check(pack).problems
        if problem.where.startswith("population.csv")
    ]
    assert len(lines) > 10
    assert lines == sorted(lines)
