"""Applying a pack: what is added, changed, retired and restored, and what is never touched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from convive.access.rules import Actor
from convive.domain.plans.actions_pack import put_indicator_version
from convive.domain.plans.models import (
    Combination,
    Indicator,
    IndicatorVersion,
    Objective,
    Target,
    Value,
)
from convive.domain.programme import queries
from convive.domain.programme.models import (
    BoundaryEdition,
    CatalogueEntry,
    Composition,
    Organisation,
    Place,
    Population,
    Programme,
)
from convive.evidence.models import Offence, Source
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry
from convive.pack.apply import apply
from convive.pack.check import check
from convive.pack.diff import Change, What, diff
from packs import PACK

SYSTEM = queries.SYSTEM
TABLES = (
    Programme,
    Organisation,
    BoundaryEdition,
    Place,
    Composition,
    Population,
    CatalogueEntry,
    Objective,
    Indicator,
    IndicatorVersion,
    Target,
    Source,
    Offence,
)


@pytest.fixture(scope="module", autouse=True)
def trujillo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The pack, applied once for all tests of this module; each test's own writes are undone."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        apply(check(PACK), by=SYSTEM)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture
def applied(trujillo: None, db: None, tmp_path: Path) -> Path:
    """A copy of the pack, to change, in a home that has applied it."""
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def rewrite(pack: Path, name: str, old: str, new: str) -> None:
    text = (pack / name).read_text()
    assert old in text
    (pack / name).write_text(text.replace(old, new))


def again(pack: Path) -> list[Change]:
    return apply(check(pack), by=SYSTEM)


def journal() -> list[str]:
    return list(JournalEntry.objects.order_by("seq").values_list("did", flat=True))


def test_applying_twice_changes_nothing_and_writes_nothing(applied: Path):
    before = journal()
    assert diff(check(applied)) == []
    assert again(applied) == []
    assert journal() == before


def test_the_places_of_trujillo_stand_under_their_codes(applied: Path):
    esperanza = queries.place("PE-INEI:130105")
    assert esperanza.parent.ref == "PE-INEI:1301"
    assert esperanza.other_codes == {"PE-RENIEC": "120111"}
    assert esperanza.outline_is_schematic
    assert queries.programme_place().ref == "PE-INEI:1301"
    assert queries.place("PE-INEI:130112").valid_from == date(2022, 12, 16)
    assert queries.place("PE-CP-LOCAL:alto-trujillo").valid_to == date(2022, 12, 15)
    assert queries.edition_on(date(2022, 12, 15)).code == "pe-2017"
    assert queries.edition_on(date(2022, 12, 16)).code == "pe-2024"


def test_el_porvenir_of_the_older_edition_is_made_of_two_districts(applied: Path):
    older, newer = (BoundaryEdition.objects.get(code=code) for code in ("pe-2017", "pe-2024"))
    parts = queries.parts_of(queries.place("PE-INEI:130102"), older=older, edition=newer)
    assert {part.ref for part in parts} == {"PE-INEI:130102", "PE-INEI:130112"}


def test_the_published_targets_stand_for_the_whole_programme(applied: Path):
    aims = {aim.indicator.code: aim for aim in Target.objects.filter(baseline=0)}
    assert {code: aim.value for code, aim in aims.items()} == {
        "people-reached": 7600,
        "girls-and-young-women-reached": 1600,
    }
    assert {aim.place.ref for aim in aims.values()} == {"PE-INEI:1301"}
    assert "SUPUESTO" in aims["girls-and-young-women-reached"].note_es


def test_every_output_belongs_to_one_organisation_and_every_agency_has_one(applied: Path):
    leads = [o.lead.code for o in Objective.objects.filter(level="output")]
    agencies = Organisation.objects.filter(kind="un").values_list("code", flat=True)
    assert set(leads) == set(agencies)


def test_a_changed_name_is_shown_with_the_old_and_the_new_and_then_kept(applied: Path):
    rewrite(applied, "organisations.toml", '"PNUD"', '"ONU-D"')
    (change,) = diff(check(applied))
    assert (change.kind, change.what, change.title) == ("organisation", What.CHANGE, "undp")
    assert change.fields == {"acronym_es": ("PNUD", "ONU-D")}
    before = journal()
    again(applied)
    assert Organisation.objects.get(code="undp").acronym_es == "ONU-D"
    assert journal()[len(before) :] == ["organisation.changed", "pack.applied"]


def drop_indicator(pack: Path) -> None:
    rows = (pack / "indicators.csv").read_text().splitlines()
    rows = [row for row in rows if not row.startswith("people-reached,")]
    (pack / "indicators.csv").write_text("\n".join(rows) + "\n")


def drop_activity(pack: Path) -> None:
    text = (pack / "plan.toml").read_text()
    tables = text.split("[[objective]]")
    kept = [table for table in tables if 'code = "2.2.1"' not in table]
    assert len(kept) == len(tables) - 1
    (pack / "plan.toml").write_text("[[objective]]".join(kept))


def drop_population(pack: Path) -> None:
    rows = (pack / "population.csv").read_text().splitlines()
    rows = [row for row in rows if not row.startswith("PE-INEI:130110,")]
    (pack / "population.csv").write_text("\n".join(rows) + "\n")


def drop_composition_and_place(pack: Path) -> None:
    data = json.loads((pack / "places.geojson").read_text())
    data["features"] = [
        feature for feature in data["features"] if feature["properties"]["code"] != "alto-trujillo"
    ]
    (pack / "places.geojson").write_text(json.dumps(data))
    text = (pack / "programme.toml").read_text()
    (pack / "programme.toml").write_text(text[: text.index("[[composition]]")])


def drop_source_and_offences(pack: Path) -> None:
    (pack / "sources" / "sample-points.toml").unlink()
    rows = (pack / "offences.csv").read_text().splitlines()
    rows = [row for row in rows if not row.startswith("sample-points,")]
    (pack / "offences.csv").write_text("\n".join(rows) + "\n")


def drop_service(pack: Path) -> None:
    text = (pack / "services.toml").read_text()
    (pack / "services.toml").write_text(text[: text.rindex("[[service]]")])


DROPS = {
    "an indicator with its target": (drop_indicator, {"indicator", "target"}),
    "an activity": (drop_activity, {"objective"}),
    "population": (drop_population, {"population"}),
    "a place and a composition": (drop_composition_and_place, {"place", "composition"}),
    "a source": (drop_source_and_offences, {"source"}),
    "a service": (drop_service, {"service"}),
}


@pytest.mark.parametrize("drop", DROPS.values(), ids=DROPS)
def test_what_the_pack_drops_is_retired_never_deleted_and_comes_back(applied: Path, drop: Any):
    slip, kinds = drop
    counts = {table: table.objects.count() for table in TABLES}
    slip(applied)
    changes = again(applied)
    assert {change.what for change in changes} == {What.RETIRE}
    assert kinds <= {change.kind for change in changes}
    assert {table: table.objects.count() for table in TABLES} == counts
    assert again(applied) == []

    restored = again(PACK)
    assert {change.what for change in restored} == {What.RESTORE}
    assert {(change.kind, change.key) for change in restored} == {
        (change.kind, change.key) for change in changes
    }
    assert {table: table.objects.count() for table in TABLES} == counts
    assert again(PACK) == []


def test_a_retired_place_keeps_the_day_and_leaves_the_lists(applied: Path):
    drop_composition_and_place(applied)
    again(applied)
    settlement = queries.place("PE-CP-LOCAL:alto-trujillo")
    assert settlement.retired_on == queries.today()
    assert settlement not in queries.places()


def test_the_pack_of_another_programme_is_refused(applied: Path):
    rewrite(applied, "programme.toml", 'code = "trujillo"', 'code = "chimbote"')
    with pytest.raises(BadInput, match="trujillo"):
        again(applied)


def test_only_who_may_change_the_programme_applies_a_pack(applied: Path):
    with pytest.raises(NotAllowed):
        apply(check(applied), by=Actor(id="user:1", label="Somebody"))


@pytest.fixture
def reported(applied: Path) -> IndicatorVersion:
    """The first version of an indicator, with a value recorded under it."""
    version = IndicatorVersion.objects.get(indicator__code="model-adopted")
    Value.objects.create(
        version=version,
        place=queries.programme_place(),
        start=date(2015, 1, 1),
        end=date(2015, 6, 30),
        combination=Combination.objects.get(code=Combination.TOTAL),
        organisation=Organisation.objects.get(code="unodc"),
        numerator=1,
        source="Ordenanza",
        recorded_by="user:1",
    )
    return version


def test_a_definition_with_values_changes_only_in_a_new_version(
    applied: Path, reported: IndicatorVersion
):
    rewrite(applied, "indicators.csv", "por ordenanza o en su plan", "por ordenanza")
    with pytest.raises(BadInput, match="change their meaning"):
        again(applied)
    rewrite(
        applied,
        "indicators.csv",
        "model-adopted,4.1,1,2014-05-22",
        "model-adopted,4.1,2,2016-01-01",
    )
    (change,) = again(applied)
    assert (change.kind, change.key, change.what) == (
        "indicator_version",
        ("model-adopted", 2),
        What.ADD,
    )
    reported.refresh_from_db()
    assert reported.definition_es.endswith("por ordenanza o en su plan.")
    assert reported.values.count() == 1
    assert again(applied) == []


def test_a_name_may_be_corrected_where_values_stand(applied: Path, reported: IndicatorVersion):
    rewrite(applied, "indicators.csv", "Municipalities that adopted the", "Municipalities with the")
    again(applied)
    reported.refresh_from_db()
    assert reported.name_en.startswith("Municipalities with the model")


def test_a_version_never_goes_back(applied: Path, reported: IndicatorVersion):
    with pytest.raises(BadInput, match="Version 1 holds already"):
        put_indicator_version(
            by=SYSTEM, indicator="model-adopted", version=2, valid_from=reported.valid_from
        )


def test_the_journal_keeps_codes_counts_and_hashes_of_population_and_no_rows(applied: Path):
    entries = JournalEntry.objects.filter(kind="population")
    assert {entry.did for entry in entries} == {"population.changed"}
    assert sum(entry.data["added"] for entry in entries) == Population.objects.count()
    assert all(set(entry.data) == {"added", "changed", "retired", "sha256"} for entry in entries)
