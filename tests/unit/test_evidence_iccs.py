"""Names of the classes of crime, and guesses at the class of a local word."""

from __future__ import annotations

import csv
import re

import pytest
from django.utils import translation
from recorded import PACK

from convive.evidence.iccs.classes import classes, is_attempted, label, offences
from convive.evidence.iccs.guess import flags_for, is_offence, stem
from convive.evidence.iccs.offences import FLAGS


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def first(category):
    return offences([category])[category][0]


def official(shared):
    with (shared / "iccs" / "iccs_v1_en_es.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_every_code_is_one_of_the_classification_and_all_of_two_and_four_digits_are_there(shared):
    known = official(shared)
    ours = {code for code in classes() if code}
    assert ours <= set(known)
    assert {code for code in known if len(code) <= 4} <= ours
    assert {"020111", "05012", "050211", "02051"} <= ours and len(ours) >= 140


def test_the_names_are_our_own_words_but_for_terms_that_have_no_other(shared):
    known = official(shared)
    for one in classes().values():
        for ours, theirs in (("label_es", "title_es"), ("label_en", "title_en")):
            name = getattr(one, ours)
            same = one.code and name == known[one.code][theirs]
            assert not same or len(name.split()) <= 3, name


def test_every_class_has_both_names_and_no_word_stands_twice():
    for one in classes().values():
        assert one.label_es and one.label_en and len(one.label_es) <= 65
        assert re.fullmatch(r"(\d{2}|\d{4,6})?", one.code)
        assert len(set(one.words)) == len(one.words), one.code


def test_a_label_is_that_of_the_class_or_of_the_nearest_above():
    assert label("02051") == "Extortion"
    assert label("020519") == "Extortion"  # no class of its own here
    assert label("0999") == label("09") and label("xx") == "" and label("") == ""
    with translation.override("es"):
        assert label("0401") == "Robo"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("HURTO", "0502"),
        ("Hurtos agravados", "0502"),
        ("ROBO AGRAVADO A MANO ARMADA", "0401"),
        ("Extorsión", "02051"),
        ("EXTORSION AGRAVADA", "02051"),
        ("cobro de cupos", "02051"),
        ("Sicariato", "0101"),
        ("FEMINICIDIO", "0101"),
        ("Tocamientos indebidos", "030121"),
        ("Violación sexual de menor de edad", "030113"),
        ("Estafa", "0701"),
        ("Microcomercialización de drogas", "060121"),
        ("Hurto de vehículo", "050211"),
        ("Hurto en casa habitada", "05012"),
        ("Lesiones graves", "020111"),
        ("Tenencia ilegal de armas", "090111"),
        ("Trata de personas", "0204"),
        ("Secuestro", "020221"),
        ("Theft from Vehicle", "050222"),
        ("Theft of Vehicle", "050211"),
        ("BURGLARY", "0501"),
        ("Cohecho pasivo propio", "070312"),
        ("Abigeato", "05025"),
        ("CONTRA EL PATRIMONIO", "05"),
    ],
)
def test_the_words_of_peru_and_of_other_cities_find_their_class(said, code):
    found = first(said)
    assert found.code == code and found.score > 0.5 and found.why


def test_what_the_pack_says_of_its_offences_is_nearly_always_the_first_guess():
    with (PACK / "offences.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    words = [(row["category"], row["iccs"]) for row in rows if row["iccs"]]
    hits = [said for said, code in words if first(said).code.startswith(code)]
    assert len(hits) >= 0.9 * len(words), sorted({said for said, _c in words} - set(hits))


@pytest.mark.parametrize(
    ("said", "code", "tried"),
    [
        ("TENTATIVA DE ROBO", "0401", True),
        ("Robo frustrado", "0401", True),
        ("Tentativa de homicidio", "0102", True),
        ("Attempted murder", "0102", True),
        ("Homicidio", "0101", False),
    ],
)
def test_an_attempt_is_recognised_and_an_attempted_killing_has_a_class_of_its_own(
    said, code, tried
):
    found = first(said)
    assert (found.code, found.attempted, is_attempted(said)) == (code, tried, tried)
    assert ("attempted" in found.why) is tried


def test_violence_against_women_has_no_one_class_and_is_guarded():
    found = first("Violencia contra la mujer e integrantes del grupo familiar")
    assert found.code == "" and "no one class fits" in found.why
    assert set(found.flags) == set(FLAGS)


@pytest.mark.parametrize(
    ("code", "category", "is_guarded"),
    [
        ("03011", "violación", True),
        ("02051", "extorsión", True),
        ("0204", "trata", True),
        ("0401", "robo", False),
        ("0401", "robo a menores de edad", True),
        ("0101", "feminicidio", True),
        ("0502", "hurto", False),
    ],
)
def test_flags_are_proposed_where_a_dot_could_be_somebodys_door(code, category, is_guarded):
    assert (set(flags_for(code, category)) == set(FLAGS)) is is_guarded


def test_unknown_words_and_words_for_anything_are_no_offence():
    assert offences(["perro", "", "???"]) == {"perro": [], "": [], "???": []}
    assert not is_offence("Otros") and not is_offence("calle") and is_offence("Robo agravado")


def test_the_guesses_are_few_ranked_and_the_same_every_time():
    found = offences(["robo de celular"])["robo de celular"]
    scores = [guess.score for guess in found]
    assert len(found) <= 5 and scores == sorted(scores, reverse=True)
    assert all(0.4 <= score <= 1 for score in scores)
    assert len({guess.code for guess in found}) == len(found)
    assert found == offences(["robo de celular"])["robo de celular"]


@pytest.mark.parametrize(
    "words",
    [("robo", "robos"), ("agravado", "agravada", "agravados"), ("extorsion", "extorsiones"),
     ("hurto", "hurtos"), ("thefts", "theft"), ("tocamiento", "tocamientos")],
)  # fmt: skip
def test_one_root_for_all_numbers_and_genders(words):
    assert len({stem(word) for word in words}) == 1
