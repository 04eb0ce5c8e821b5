"""A spreadsheet comes in through pages: chosen, described, classed, brought in, mended."""

from __future__ import annotations

import csv
import io

import pytest
from cast import actor, client_as, make_programme
from desk_files import FAULTS, KINDS, MENDED, ROWS, as_csv, as_xlsx, complaints
from desk_pages import ABOUT, bring_in, classed, fields, read_as, sent, upload
from django.test import override_settings
from recorded import offence

from convive.evidence import queries
from convive.evidence.actions_sources import class_offences
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.models import Batch, Offence, Source, Upload
from convive.kernel.home import Home
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
YEAR = Period.parse("2024")


@pytest.fixture(autouse=True)
def home(tmp_path):
    make_programme()
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


@pytest.fixture
def officer():
    return client_as("municipal_officer")


def first_import(client, content: bytes | None = None) -> Upload:
    found = upload(client, content or as_xlsx(complaints(FAULTS)))
    return bring_in(client, classed(client, read_as(client, found, **{"role-0": "id"})))


def recorded(code: str = "denuncias-de-la-municipalidad") -> int:
    return queries.count(queries.Selection(code, YEAR))


def page(client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


# From the file to the series


def test_a_workbook_of_300_rows_with_12_faults_comes_in_through_pages(officer):
    found = upload(officer, as_xlsx(complaints(FAULTS)))
    assert found.state == Upload.State.DRAFT
    shown = page(officer, f"/evidence/uploads/{found.pk}/reading/")
    assert "FECHA DEL HECHO" in shown and "Hurto simple" in shown
    assert "Ñusta" not in shown  # a column of names shows no samples
    found = read_as(officer, found, **{"role-0": "id"})
    assert (found.look["read"], found.look["accepted"], found.look["rejected"]) == (300, 288, 12)
    found = classed(officer, found)
    summary = page(officer, f"/evidence/uploads/{found.pk}/")
    assert "288" in summary and "31/02/2024" in summary
    found = bring_in(officer, found)
    assert found.state == Upload.State.DONE
    assert recorded() == 288
    receipt = page(officer, f"/evidence/uploads/{found.pk}/", status=302) or ""
    batch = Batch.objects.get()
    assert receipt == "" and batch.imported_by == actor("municipal_officer").id
    body = page(officer, f"/en/evidence/batches/{batch.pk}/")
    assert "Read 300 rows = accepted 288 + rejected 12." in body
    assert "Fix and send again" in body


def test_latin_1_text_with_semicolons_is_read_as_it_is_written(officer):
    found = read_as(
        officer, upload(officer, as_csv(complaints(FAULTS)), "d.csv"), **{"role-0": "id"}
    )
    assert found.look["accepted"] == 288
    assert {name for name, _n in found.look["categories"]} == set(KINDS)


def test_the_new_source_belongs_to_the_organisation_and_keeps_the_mapping(officer):
    first_import(officer)
    row = Source.objects.get(code="denuncias-de-la-municipalidad")
    assert (row.origin, row.owner.code) == ("page", "muni-la-esperanza")
    assert row.spec["columns"]["date"] == {"columns": ["FECHA DEL HECHO"]}
    assert row.spec["agreement"]["document"] == "Convenio 12-2023"
    assert row.spec["place"]["extent"] == 6  # it speaks for its own district, not for the region
    assert Batch.objects.get().notes["document"] == {
        "number": "Oficio 214-2024", "date": "2024-04-02"
    }  # fmt: skip


def test_the_classes_are_those_that_the_person_confirmed(officer):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    url = f"/evidence/uploads/{found.pk}/offences/"
    unconfirmed = officer.post(url, fields(officer, url))
    assert unconfirmed.status_code == 422
    assert not Offence.objects.exists()
    proposed = fields(officer, url)
    bring_in(officer, classed(officer, found))
    kept = {row.category: row for row in Offence.objects.all()}
    assert set(kept) == set(KINDS)
    assert kept["Robo agravado"].iccs.startswith("0401")
    assert kept["Extorsión"].flags == ["no_small_area", "sensitive"]
    assert proposed["iccs-0"]
    assert {row.origin for row in kept.values()} == {"page"}


def test_an_offence_that_nobody_has_classed_may_wait(officer):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    bring_in(officer, found)
    assert not Offence.objects.exists()
    assert recorded() == ROWS


def test_a_class_is_found_by_words_or_by_its_number_and_a_door_is_never_a_dot(officer):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    url = f"/evidence/uploads/{found.pk}/offences/"
    given = fields(officer, url) | {"checked": "on", "iccs-0": "other"}
    by_words = officer.post(url, given | {"other-0": "secuestro"})
    assert by_words.status_code == 422
    assert "020221" in by_words.content.decode() or "0202" in by_words.content.decode()
    assert officer.post(url, given | {"other-0": "9999"}).status_code == 422
    assert (
        officer.post(url, given | {"other-0": "0301 sexual", "protection-0": "none"}).status_code
        == 422
    )
    assert officer.post(url, given | {"other-0": "0501 robo en casa"}).status_code == 302
    found.refresh_from_db()
    assert found.offences[0]["iccs"] == "0501"


def test_what_was_left_for_later_is_classed_from_the_receipt(officer):
    bring_in(officer, read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"}))
    url = "/evidence/sources/denuncias-de-la-municipalidad/offences/"
    assert url in page(officer, f"/evidence/batches/{Batch.objects.get().pk}/")
    assert officer.post(url, fields(officer, url)).status_code == 422
    assert officer.post(url, fields(officer, url) | {"checked": "on"}).status_code == 302
    assert set(Offence.objects.values_list("category", flat=True)) == set(KINDS)
    assert url not in page(officer, f"/evidence/batches/{Batch.objects.get().pk}/")
    other = client_as("other_municipal_officer")
    assert other.get(url).status_code == 403


def test_a_class_that_was_confirmed_wrongly_is_corrected_from_the_page_of_its_source(officer):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    bring_in(officer, classed(officer, found))
    code = "denuncias-de-la-municipalidad"
    url = f"/evidence/sources/{code}/offences/"
    assert url in page(officer, f"/evidence/sources/{code}/")
    assert url not in page(client_as("auditor"), f"/evidence/sources/{code}/")
    shown = fields(officer, url)
    names = sorted(KINDS)
    robbery = names.index("Robo agravado")
    assert shown[f"own-protection-{names.index('Extorsión')}"] == "sensitive"
    assert officer.post(url, shown).status_code == 422  # not yet checked
    wrong = {f"own-iccs-{robbery}": "other", f"own-other-{robbery}": "0501",
             f"own-protection-{robbery}": "sensitive", "own-checked": "on"}  # fmt: skip
    assert officer.post(url, shown | wrong).status_code == 302
    row = Offence.objects.get(category="Robo agravado")
    assert (row.iccs, row.flags) == ("0501", ["no_small_area", "sensitive"])
    acts = JournalEntry.objects.filter(did="offence.changed")
    assert [act.data for act in acts] == [
        {"source": code, "iccs": "0501", "flags": ["no_small_area", "sensitive"]}
    ]
    assert fields(officer, url)[f"own-protection-{robbery}"] == "sensitive"


def test_a_list_that_has_changed_meanwhile_is_looked_at_again(officer):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    bring_in(officer, classed(officer, found))
    url = "/evidence/sources/denuncias-de-la-municipalidad/offences/"
    given = fields(officer, url) | {"own-checked": "on", "own-protection-1": "sensitive"}
    Offence.objects.filter(category=sorted(KINDS)[0]).delete()
    before = list(Offence.objects.values("category", "iccs", "flags"))
    assert "Mientras tanto" in officer.post(url, given).content.decode()
    assert list(Offence.objects.values("category", "iccs", "flags")) == before


def test_what_the_pack_says_of_an_offence_is_shown_and_stays_the_packs(officer):
    first_import(officer)
    code = "denuncias-de-la-municipalidad"
    for row in Offence.objects.all():
        row.delete()
    offence("Extorsión", "02051", "no_small_area", source=code)
    offence("Robo agravado", "0401", source="*")
    url = f"/evidence/sources/{code}/offences/"
    body = page(officer, url)
    assert "Del paquete" in body and "02051" in body and "own-iccs-0" not in body
    row = OffenceRow(code, "Extorsión", "x", "x", "0501")
    source = Source.objects.get(code=code)
    assert class_offences(by=actor("municipal_officer"), source=source, rows=[row]) == []
    assert Offence.objects.get(category="Extorsión").iccs == "02051"


@pytest.mark.parametrize("heads", [("ENERO", "FEBRERO", "MARZO"), tuple(range(1, 13))])
def test_a_table_with_months_as_columns_is_led_to_where_it_is_typed_in(officer, heads):
    header = ("DISTRITO", "DELITO", *heads)
    rows = [["La Esperanza", kind, *(3 for _head in heads)] for kind in KINDS]
    about = ABOUT | {"file": sent(as_xlsx(rows, header), "oficio.xlsx")}
    body = officer.post("/evidence/uploads/new/", about, follow=True).content.decode()
    assert "Hay meses en sus columnas" in body and 'href="/evidence/tables/new/"' in body
    assert "No se encontró" not in body


def test_attempts_are_told_apart_where_the_person_says_so(officer):
    found = read_as(officer, upload(officer, as_xlsx(complaints())), **{"role-0": "id"})
    names = [name for name, _n in found.look["categories"]]
    at = names.index("Robo agravado")
    bring_in(officer, classed(officer, found, **{f"attempted-{at}": "on"}))
    ask = queries.Selection("denuncias-de-la-municipalidad", YEAR, attempted=True)
    assert queries.count(ask) == ROWS // len(KINDS)


def test_a_file_of_a_known_source_is_understood_without_questions(officer):
    first_import(officer)
    code = "denuncias-de-la-municipalidad"
    later = [[f"E-{n}", *row[1:]] for n, row in enumerate(complaints()[:5])]
    found = upload(officer, as_csv(later), "abril.csv", source=code)
    assert found.look["accepted"] == 5
    body = page(officer, f"/evidence/uploads/{found.pk}/")
    assert "Cambiar cómo se lee" in body
    bring_in(officer, found)
    assert recorded() == 293


def test_renamed_columns_are_chosen_once_and_both_names_are_known_afterwards(officer):
    first_import(officer)
    code = "denuncias-de-la-municipalidad"
    header = ("NUMERO", "CUANDO", "HORA", "UBIGEO", "MODALIDAD", "VÍCTIMA")
    later = [[f"E-{n}", "03/04/2024", "10:00", "130105", "Robo agravado", ""] for n in range(5)]
    found = upload(officer, as_csv(later, header), "abril.csv", source=code)
    assert found.look["problems"]
    assert officer.get(f"/evidence/uploads/{found.pk}/").status_code == 302  # to the columns
    found = read_as(officer, found, **{"role-0": "id", "role-1": "date"})
    bring_in(officer, found)
    assert recorded() == 293
    assert Source.objects.get(code=code).spec["columns"]["id"]["columns"] == [
        "NUMERO",
        "N° DENUNCIA",
    ]


def test_looking_again_shows_what_would_come_in_and_changes_nothing_else(officer):
    found = upload(officer, as_xlsx(complaints(FAULTS)))
    url = f"/evidence/uploads/{found.pk}/reading/"
    answer = officer.post(url, fields(officer, url) | {"do": "look", "date_order": "mdy"})
    assert answer.url == url
    body = page(officer, url)
    assert "No es una fecha" in body
    assert not Source.objects.exists() and not Batch.objects.exists()


def test_what_cannot_be_read_is_said_in_words(officer):
    found = upload(officer, as_xlsx(complaints()))
    url = f"/evidence/uploads/{found.pk}/reading/"
    officer.post(url, fields(officer, url) | {"do": "go", "role-1": "ignore"})
    assert "Ninguna columna dice cuándo ocurrió." in page(officer, url)
    officer.post(url, fields(officer, url) | {"do": "go", "role-1": "date", "role-2": "date"})
    assert "mismo significado" in page(officer, url)
    assert officer.get(f"/evidence/uploads/{found.pk}/").status_code == 302


# Fix and send again


def mended_rows(client, batch: Batch) -> tuple[tuple[str, ...], list[list[str]]]:
    """The rows to correct as they are downloaded, corrected."""
    answer = client.get(f"/evidence/batches/{batch.pk}/to-correct.csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    header, rows = lines[0], lines[1:]
    for row in rows:
        for name, value in MENDED[int(row[0]) - 1].items():
            row[header.index(name)] = value
    return tuple(header), rows


def test_rejected_rows_are_downloaded_without_the_columns_that_nobody_reads(officer):
    first_import(officer)
    answer = officer.get(f"/evidence/batches/{Batch.objects.get().pk}/to-correct.csv")
    text = answer.content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == 12
    assert "VÍCTIMA" not in lines[0] and "Peña" not in text
    assert lines[0]["FECHA DEL HECHO"] == "31/02/2024"
    assert lines[0]["Convive: por qué se rechazó"].startswith("No es una fecha")
    assert "uso-interno" in answer["Content-Disposition"]


def correction(client, batch: Batch, content: bytes, kind: str, name: str = "otra.csv") -> Upload:
    answer = client.post(
        f"/evidence/batches/{batch.pk}/correct/", {"correction": kind, "file": sent(content, name)}
    )
    assert answer.status_code == 302, answer.content.decode()
    return Upload.objects.latest("pk")


def test_corrected_rows_are_added_and_nothing_is_counted_twice(officer):
    first_import(officer)
    batch = Batch.objects.get()
    header, rows = mended_rows(officer, batch)
    found = bring_in(officer, correction(officer, batch, as_csv(rows, header), "adds"))
    assert found.state == Upload.State.DONE, found.problems
    assert recorded() == ROWS
    assert "mend" in page(officer, f"/evidence/batches/{batch.pk}/")
    assert found.batch.corrects_id == batch.pk and found.batch.correction == "adds"


def test_the_whole_file_again_takes_the_place_of_the_first(officer):
    first_import(officer)
    batch = Batch.objects.get()
    whole = as_xlsx(complaints(MENDED))
    found = bring_in(officer, correction(officer, batch, whole, "replaces", "todo.xlsx"))
    assert found.state == Upload.State.DONE, found.problems
    assert recorded() == ROWS


def test_a_whole_file_is_not_added_as_if_it_were_the_corrected_rows(officer):
    first_import(officer)
    batch = Batch.objects.get()
    found = correction(officer, batch, as_xlsx(complaints(MENDED)), "adds", "todo.xlsx")
    answer = officer.post(f"/evidence/uploads/{found.pk}/send", {"correction": "adds"}, follow=True)
    assert "300 filas" in answer.content.decode()
    assert Batch.objects.count() == 1
    bring_in(officer, found, correction="replaces")
    assert recorded() == ROWS


def test_records_without_a_number_ask_whether_the_file_is_the_same_again(officer):
    found = upload(officer, as_xlsx(complaints(FAULTS)))
    bring_in(officer, read_as(officer, found, **{"role-0": "ignore"}))
    first = recorded()
    whole = as_xlsx(complaints(MENDED))
    again = upload(officer, whole, source="denuncias-de-la-municipalidad")
    unsaid = officer.post(f"/evidence/uploads/{again.pk}/send")
    assert unsaid.status_code == 422
    assert Batch.objects.count() == 1
    bring_in(officer, again, relation=Batch.objects.get().pk)
    assert (first, recorded()) == (290, ROWS)
