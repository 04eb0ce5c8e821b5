"""Search in the workspace: names of the programme, and only what this person may open."""

from __future__ import annotations

import pytest
from cast import client_as, make_commitment, make_plan, make_programme, person
from django.urls import reverse

from convive.domain.plans.models import Plan
from convive.domain.programme import queries
from convive.doors.workspace.search import fold

PLACE = ("PE-INEI", "130105")


@pytest.fixture
def plan(db: None) -> Plan:
    make_programme()
    return make_plan()


def found(key: str, words: str) -> str:
    answer = client_as(key).get(reverse("workspace:search"), {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


def test_accents_and_capitals_make_no_difference(plan: Plan) -> None:
    assert fold("La Esperánza ÑANDÚ") == "la esperanza nandu"
    assert reverse("observatory:place", args=PLACE) in found("municipal_officer", "ESPERÁN")


def test_every_word_must_begin_a_word_of_the_name(plan: Plan) -> None:
    assert reverse("observatory:place", args=PLACE) in found("coordinator", "esp la")
    assert reverse("observatory:place", args=PLACE) not in found("coordinator", "peranza")
    assert reverse("observatory:place", args=PLACE) not in found("coordinator", "esperanza nowhere")


def test_a_code_finds_its_place(plan: Plan) -> None:
    assert reverse("observatory:place", args=PLACE) in found("coordinator", "130105")


def test_nobody_finds_what_they_may_not_open(plan: Plan) -> None:
    due = queries.today()
    mine = make_commitment(
        plan, organisation="muni-la-esperanza", what="Reparar postes", due=due, made_on=due
    )
    assert reverse("plans:commitment", args=(mine.pk,)) in found("municipal_officer", "postes")
    assert reverse("plans:commitment", args=(mine.pk,)) not in found(
        "other_municipal_officer", "postes"
    )
    assert reverse("observatory:place", args=PLACE) not in found("case_worker", "esperanza")


def test_accounts_are_found_by_whoever_manages_them_alone(plan: Plan) -> None:
    officer = person("municipal_officer")
    address = reverse("programme:member", args=(officer.pk,))
    assert address in found("system_staff", officer.name)
    assert address not in found("coordinator", officer.name)


def test_one_letter_finds_nothing_and_says_what_to_do(plan: Plan) -> None:
    text = found("coordinator", "e")
    assert "dos letras" in text
    assert "/places/" not in text.partition("<main")[2]


def test_what_was_typed_is_shown_as_text(plan: Plan) -> None:
    assert "<b>x</b>" not in found("coordinator", "<b>x</b>")
