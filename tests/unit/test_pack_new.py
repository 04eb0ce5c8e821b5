"""A new programme's folder: what carries over, what is named as still to be filled in."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from convive.cli.pack import pack as pack_commands
from convive.kernel.errors import BadInput
from convive.pack import records
from convive.pack.check import check
from convive.pack.contents import Pack
from convive.pack.new import About, new
from packs import PACK

HERE = About(
    code="callao",
    title_es="Callao convive",
    title_en="Callao together",
    start=date(2027, 1, 1),
    end=date(2029, 12, 31),
    zone="America/Lima",
    country="PE",
)
ABROAD = replace(HERE, code="quito", zone="America/Guayaquil", country="EC")
OLD = check(PACK)


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    with translation.override("en"):
        yield


def begun(folder: Path, about: About = HERE) -> Pack:
    new(folder, PACK, about)
    return check(folder)


def codes(pack: Pack, kind: type[records.Record]) -> set[str]:
    return set(pack.codes(kind))


@pytest.mark.parametrize("about", [HERE, ABROAD], ids=lambda about: about.country)
def test_the_check_names_what_is_to_be_filled_in_and_nothing_else(about: About, tmp_path: Path):
    told = new(tmp_path / "pack", PACK, about)
    found = check(tmp_path / "pack")
    assert found.unfilled
    assert {str(p) for p in found.problems} == {str(p) for p in found.unfilled}
    assert {str(p) for p in told.unfilled} == {str(p) for p in found.unfilled}
    assert "still to be filled in" in found.problems[0].why
    files = [problem.where.partition(":")[0] for problem in told.unfilled]
    assert files[0] == "programme.toml"
    signs = sum(
        path.read_text().count("???") for path in (tmp_path / "pack").rglob("*") if path.is_file()
    )
    assert signs == len(found.unfilled)


@pytest.mark.parametrize("about", [HERE, ABROAD], ids=lambda about: about.country)
def test_the_structure_carries_over(about: About, tmp_path: Path):
    found = begun(tmp_path / "pack", about)
    for kind in (records.Objective, records.Indicator, records.Service, records.Category):
        assert codes(found, kind) == codes(OLD, kind), kind
    kept = {(row.category.casefold(), row.iccs, row.flags) for row in found.offences}
    assert {row for row in kept if "no_small_area" in row[2]} == {
        (row.category.casefold(), row.iccs, row.flags)
        for row in OLD.offences
        if "no_small_area" in row.flags
        and (about is ABROAD or not row.source.startswith("sample-"))
    }
    assert found.one(records.Thresholds).sensitive == 10


def test_places_people_targets_and_samples_do_not(tmp_path: Path):
    found = begun(tmp_path / "pack")
    assert found.all(records.Population) == found.all(records.Target) == []
    whole = "".join(path.read_text() for path in (tmp_path / "pack").rglob("*") if path.is_file())
    for gone in ("Esperanza", "Porvenir", "130105", "7600", "sample-"):
        assert gone not in whole, gone
    assert all(row.valid_from == HERE.start for row in found.all(records.Indicator))
    assert {(plan.start, plan.end) for plan in found.all(records.Plan)} == {(HERE.start, HERE.end)}


def test_the_law_of_the_country_stays_in_the_country(tmp_path: Path):
    here, abroad = begun(tmp_path / "here"), begun(tmp_path / "abroad", ABROAD)
    assert here.all(records.Emergency)[0].number == "105"
    assert abroad.all(records.Emergency) == []
    assert "sidpol-counts" in here.source_codes and not abroad.source_codes
    assert here.all(records.Rule) and not abroad.all(records.Rule)
    assert "PE-INEI" in codes(here, records.Scheme)
    assert "PE-INEI" not in codes(abroad, records.Scheme)


def test_filled_in_it_is_a_pack_without_a_fault(tmp_path: Path):
    folder = tmp_path / "pack"
    begun(folder)
    words = {
        "kind": "municipality",
        "valid_from": "2010-01-01",
        "organisation": "md-callao",
        "lead": "md-callao",
        "district": "PE-INEI:070101",
        "phone": "0800 1234",
        "email": "outside@example.org",
    }
    for path in folder.rglob("*.toml"):
        text = path.read_text()
        for key, word in words.items():
            mark = word if key == "valid_from" else f'"{word}"'
            text = text.replace(f'{key} = "???"', f"{key} = {mark}")
        text = text.replace('code = "???"', 'code = "md-callao"')
        text = text.replace('handled_by = ["???"]', 'handled_by = ["md-callao"]')
        path.write_text(text.replace("???", "Callao"))
    places = (folder / "places.geojson").read_text()
    places = places.replace('"code": "???"', '"code": "070101"').replace("???", "Callao")
    (folder / "places.geojson").write_text(places)
    with (folder / "population.csv").open("a") as file:
        file.write("PE-INEI:070101,2027,total,total,400000,Callao,pe-1\n")
    indicators = folder / "indicators.csv"
    indicators.write_text(re.sub(r"source=\?\?\?", "source=sidpol-counts", indicators.read_text()))
    assert [str(problem) for problem in check(folder).problems] == []


def test_what_is_known_from_the_start_must_be_right(tmp_path: Path):
    for about, says in (
        (replace(HERE, code="El Callao"), "cannot be a code"),
        (replace(HERE, end=date(2020, 1, 1)), "ends before it starts"),
        (replace(HERE, zone="America/Callao"), "not a time zone"),
        (replace(HERE, country="Peru"), "not a country code"),
    ):
        with pytest.raises(BadInput, match=says) as told:
            new(tmp_path / "pack", PACK, about)
        assert told.value.problems[0].where.startswith("--")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_or_a_template_at_fault_is_refused(tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(BadInput, match="Something stands there"):
        new(tmp_path / "full", PACK, HERE)
    broken = Path(shutil.copytree(PACK, tmp_path / "broken"))
    (broken / "plan.toml").unlink()
    with pytest.raises(BadInput, match="missing"):
        new(tmp_path / "pack", broken, HERE)
    assert not (tmp_path / "pack").exists()


def test_the_command_asks_for_what_it_was_not_told_and_lists_what_to_do(tmp_path: Path):
    words = ["new", str(tmp_path / "pack"), "--from", str(PACK), "--country", "PE"]
    answers = "callao\nCallao convive\nCallao together\n2027-01-01\n2029-12-31\nAmerica/Lima\n"
    ended = CliRunner().invoke(pack_commands, words, input=answers)
    assert ended.exit_code == 0, ended.output
    assert "programme.toml:8: purpose_es is still to be filled in." in ended.output
    assert "population.csv: how many people live there" in ended.output
    assert "things are to be filled in" in ended.output
    again = CliRunner().invoke(pack_commands, ["check", str(tmp_path / "pack"), "--json"])
    assert again.exit_code == 1
    assert len(json.loads(again.stdout)["problems"]) > 10
