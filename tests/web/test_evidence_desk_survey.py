"""Answers of a survey come in through pages: the sample, the questions, and then a figure."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import openpyxl
import pytest
from cast import client_as, make_programme
from desk_pages import bring_in, fields, read_as, sent, upload
from django.test import override_settings

from convive.evidence.models import Batch, Source, Upload
from convive.kernel.figures import Question, Status, figure
from convive.kernel.home import Home
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
SURVEY = {"name_es": "Encuesta de seguridad", "kind": "survey"}
CODE = "encuesta-de-seguridad"
COLUMNS = (
    "cuestionario", "nombre", "fecha_encuesta", "ubigeo", "estrato", "conglomerado",
    "factor_expansion", "sexo", "edad", "bloque/p21", "p14_confia",
)  # fmt: skip
FORM = {
    "survey": [
        ("type", "name", "label"),
        ("text", "nombre", "Nombre"),
        ("begin_group", "bloque", ""),
        ("select_one sino", "p21", "¿Alguien la golpeó o amenazó?"),
        ("select_one sino", "p99", "¿Tiene medidor de agua?"),
    ],
    "choices": [
        ("list_name", "name", "label"),
        ("sino", 1, "Sí"),
        ("sino", 2, "No"),
        ("sino", 9, "No responde"),
    ],
}


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


def answers(count: int = 240, without: tuple[str, ...] = (), **other: Any) -> bytes:
    """People of two strata with six blocks each, who answer by a fixed draw."""
    chance, out = random.Random(3), io.StringIO()
    names = [name for name in COLUMNS if name not in without]
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for number in range(count):
        writer.writerow(
            {
                "cuestionario": f"Q{number}",
                "nombre": f"Ñusta Peña N. {number}",
                "fecha_encuesta": "2024-10-15",
                "ubigeo": "130105",
                "estrato": f"E{number % 2}",
                "conglomerado": f"C{number % 12}",
                "factor_expansion": 80 + number % 9 * 10,
                "sexo": 1 + number % 2,
                "edad": 18 + number % 60,
                "bloque/p21": 9 if number % 40 == 0 else 1 if chance.random() < 0.3 else 2,
                "p14_confia": chance.choice(["mucho", "algo", "poco", "nada"]),
            }
            | other
        )
    return out.getvalue().encode()


def workbook(sheets: dict[str, list[tuple[Any, ...]]] = FORM) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def begun(client, content: bytes | None = None, **about: str) -> Upload:
    return upload(client, content or answers(), "respuestas.csv", **(SURVEY | about))


def page_of(found: Upload) -> str:
    return f"/evidence/uploads/{found.pk}/questions/"


def press(client, found: Upload, do: str, **given: Any):
    """What a browser sends of the questions as they are shown, with some of it changed."""
    values: dict[str, Any] = {"do": do}
    for number, row in enumerate(found.choices.get("questions", [])):
        values |= {
            f"name_es-{number}": row["name_es"],
            f"name_en-{number}": row["name_en"],
            f"topic-{number}": row["topic"],
            f"yes-{number}": row["yes"],
            f"unsaid-{number}": row["dont_know"],
        }
        values |= {f"use-{number}": "on"} if row["is_used"] else {}
        values |= {f"sensitive-{number}": "on"} if row["sensitive"] else {}
    answer = client.post(page_of(found), values | given)
    found.refresh_from_db()
    return answer


def drawn(client, found: Upload, **changes: Any) -> Upload:
    """The page of the sample, sent as it is shown."""
    return read_as(client, found, **{"women": ["2"], "men": ["1"]} | changes)


def two_questions(client, found: Upload) -> None:
    """One from the form, one by hand, both confirmed."""
    assert press(client, found, "form", form=sent(workbook(), "form.xlsx")).status_code == 302
    by_hand = {"column-1": "p14_confia", "topic": "trust-police"}
    assert press(client, found, "add", **by_hand).status_code == 302
    done = press(client, found, "go", checked="on", **{"yes-1": ["mucho", "algo"]})
    assert done.status_code == 302, done.content.decode()
    assert done.url == f"/evidence/uploads/{found.pk}/"


def estimate(question: str, period: str = "2024", place: str = "PE-INEI:130105", **where: str):
    asked = {"source": CODE, "question": question, **where}
    return figure("observatory.estimate", Question(Period.parse(period), place, asked))


# From the file to the figure


def test_answers_of_a_survey_come_in_through_pages_and_become_a_figure(officer):
    found = begun(officer)
    shown = officer.get(f"/evidence/uploads/{found.pk}/reading/").content.decode()
    assert "factor_expansion" in shown and "Ñusta" not in shown
    found = drawn(officer, found)
    assert officer.get(f"/evidence/uploads/{found.pk}/").status_code == 302  # not settled yet
    two_questions(officer, found)
    assert (found.look["read"], found.look["accepted"]) == (240, 240)
    summary = officer.get(f"/evidence/uploads/{found.pk}/").content.decode()
    assert "¿Alguien la golpeó o amenazó?" in summary
    found = bring_in(officer, found)
    assert found.state == Upload.State.DONE, found.problems
    row = Source.objects.get(code=CODE)
    assert (row.origin, row.shape) == ("page", "microdata")
    receipt = officer.get(f"/en/evidence/batches/{Batch.objects.get().pk}/").content.decode()
    assert "Read 240 rows = accepted 240 + rejected 0." in receipt
    trust = estimate("trust-police")
    assert trust.status == Status.OK
    assert 30 < trust.lower < trust.value < trust.upper < 70
    women = estimate("violence", sex="female")
    assert women.status == Status.OK and 0 < women.value < 60


def test_the_source_keeps_the_sample_and_what_means_yes(officer):
    found = drawn(officer, begun(officer))
    two_questions(officer, found)
    bring_in(officer, found)
    spec = Source.objects.get(code=CODE).spec
    assert spec["columns"]["weight"] == {"columns": ["factor_expansion"]}
    assert spec["columns"]["sex"]["values"] == {"1": "male", "2": "female"}
    assert "nombre" not in str(spec)
    violence, trust = spec["survey"]["question"]
    assert (violence["code"], violence["indicator"], violence["columns"]) == (
        "violence", "16.1.3", ["bloque/p21"]
    )  # fmt: skip
    assert (violence["yes"], violence["dont_know"], violence["of"]) == (["1"], ["9"], ["2", "1"])
    assert violence["sensitive"]
    assert trust["yes"] == ["mucho", "algo"]
    assert sorted(trust["of"]) == ["algo", "mucho", "nada", "poco"]


def test_the_next_round_is_understood_without_questions(officer):
    found = drawn(officer, begun(officer))
    two_questions(officer, found)
    bring_in(officer, found)
    later = answers(fecha_encuesta="2025-10-14", p14_confia="mucho")
    again = upload(officer, later, "2025.csv", source=CODE)
    assert again.look["accepted"] == 240
    # Its page of columns and questions opens all the same, with what the source says
    reading = officer.get(f"/evidence/uploads/{again.pk}/reading/").content.decode()
    assert "factor_expansion" in reading
    assert "¿Alguien la golpeó" in officer.get(page_of(again)).content.decode()
    bring_in(officer, again)
    assert estimate("violence", "2025").status == Status.OK
    assert estimate("violence", "2024").status == Status.OK


def test_an_answer_that_was_not_among_them_is_rejected_and_can_be_added(officer):
    found = drawn(officer, begun(officer))
    two_questions(officer, found)
    bring_in(officer, found)
    new = answers(60, fecha_encuesta="2025-10-14").replace(b",nada\n", b",jamas\n")
    again = upload(officer, new, "2025.csv", source=CODE)
    assert again.look["rejected"] == new.count(b",jamas\n")
    reasons = {(one["column"], one["value"]) for one in again.look["reasons"]}
    assert reasons == {("p14_confia", "jamas")}


def test_a_survey_without_columns_for_place_and_day_says_them_once_for_the_file(officer):
    found = begun(officer, answers(without=("ubigeo", "fecha_encuesta")))
    url = f"/evidence/uploads/{found.pk}/reading/"
    assert officer.post(url, {"shape": "microdata", "do": "go"}).status_code == 422
    found = drawn(officer, found, one_place="PE-INEI:130105", fieldwork="2024-10")
    two_questions(officer, found)
    bring_in(officer, found)
    assert estimate("trust-police").status == Status.OK
    # The month is the file's, not the source's: the next one is asked for its own
    later = answers(without=("ubigeo", "fecha_encuesta"), edad=33)
    again = upload(officer, later, "otra.csv", source=CODE)
    assert again.look["problems"][0]["where"] == "period"
    again = drawn(officer, again, fieldwork="2025-03")
    assert again.look["accepted"] == 240, again.look
    assert again.look["first_day"] == "2025-03-01"


# What is asked, and what is refused


def test_nothing_comes_in_before_a_person_has_confirmed_what_means_yes(officer):
    found = drawn(officer, begun(officer))
    press(officer, found, "form", form=sent(workbook(), "form.xlsx"))
    assert found.look["problems"][0]["where"] == "questions"
    assert press(officer, found, "go").status_code == 422  # not ticked as checked
    officer.post(f"/evidence/uploads/{found.pk}/send")
    found.refresh_from_db()
    assert found.state == Upload.State.DRAFT
    assert not Source.objects.exists()


def test_a_form_proposes_what_has_a_column_and_is_not_kept(officer, home):
    found = drawn(officer, begun(officer))
    before = {path for path in home.root.rglob("*") if path.is_file()}
    press(officer, found, "form", form=sent(workbook(), "form.xlsx"))
    assert {path for path in home.root.rglob("*") if path.is_file()} == before
    body = officer.get(page_of(found)).content.decode()
    assert "1 · Sí" in body and "1 pregunta del formulario" in body
    assert [row["columns"] for row in found.choices["questions"]] == [["bloque/p21"]]


@pytest.mark.parametrize(
    ("do", "given", "says"),
    [
        ("form", {}, "Elige un archivo"),
        ("form", {"form": b"no workbook"}, "libro"),
        ("add", {}, "Elige la columna"),
        ("add", {"column-1": "nombre"}, "no es una de las opciones"),
        ("add", {"column-1": "cuestionario", "topic": "other"}, "más de 40"),
    ],
)
def test_what_cannot_be_a_question_is_refused_beside_its_field(officer, do, given, says):
    found = drawn(officer, begun(officer), id="")
    given = {k: sent(v, "f.xlsx") if isinstance(v, bytes) else v for k, v in given.items()}
    answer = press(officer, found, do, **given)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert says in body, body


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"yes-0": []}, "significan sí"),
        ({"yes-0": ["mucho", "algo", "poco", "nada"]}, "debe significar no"),
        ({"yes-0": ["mucho"], "unsaid-0": ["mucho"]}, "quítala de un lado"),
        ({"yes-0": ["mucho"], "name_es-0": ""}, "a quiénes se cuenta"),
    ],
)
def test_a_question_that_says_nothing_is_refused_in_words(officer, changes, says):
    found = drawn(officer, begun(officer))
    press(officer, found, "add", **{"column-1": "p14_confia", "topic": "trust-police"})
    answer = press(officer, found, "go", checked="on", **changes)
    assert answer.status_code == 422
    assert says in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weight": ""}, "Sin pesos"),
        ({"stratum": "6", "weight": "6"}, "para otra cosa"),
        ({"women": ["1"], "men": ["1"]}, "las dos cosas"),
        ({"women": [], "men": []}, "Marca lo que el archivo escribe"),
    ],
)
def test_a_sample_that_cannot_be_weighed_is_refused_in_words(officer, changes, says):
    found = begun(officer)
    url = f"/evidence/uploads/{found.pk}/reading/"
    shown = fields(officer, url) | {"women": ["2"], "men": ["1"], "do": "go"}
    answer = officer.post(url, shown | changes)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_a_person_may_say_that_rows_are_answers_or_that_they_are_none(officer):
    found = begun(officer, answers(without=("estrato", "conglomerado")))
    assert found.choices["shape"] == "incidents"
    url = f"/evidence/uploads/{found.pk}/reading/"
    assert officer.post(url, {"shape": "microdata", "do": "look"}).status_code == 302
    found.refresh_from_db()
    assert found.choices["shape"] == "microdata"
    assert found.choices["roles"]["4"] == "weight"  # its name says so
    assert officer.post(url, {"shape": "counts", "do": "look"}).status_code == 302
    assert 'name="role-0"' in officer.get(url).content.decode()


def test_questions_are_for_those_who_may_describe_the_source(officer):
    found = drawn(officer, begun(officer))
    assert client_as("other_municipal_officer").get(page_of(found)).status_code == 403
