"""Answers of a survey: what comes in, what is kept of anybody, and what is estimated from them.

One survey is followed from its answers to its estimates; every part reads the same made-up form,
so the file stays whole.
"""

from __future__ import annotations

import csv
import math
import random
from dataclasses import replace
from datetime import date

import duckdb
import openpyxl
import pytest
from django.test import override_settings
from django.utils import translation
from recorded import PACK, make_places, receive, source, spec_of, table

from convive.domain.observatory import estimates
from convive.domain.programme import queries as programme
from convive.domain.programme.queries import SYSTEM
from convive.evidence import queries, store
from convive.evidence.actions import dry_run, put_source
from convive.evidence.microdata import answers as microdata
from convive.evidence.spec import from_json, read_source
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import MarkKind, Question, Status, figure
from convive.kernel.home import Home
from convive.kernel.periods import Period
from convive.stats import survey

pytestmark = pytest.mark.django_db

ANSWERS = """
    code = "{code}"
    name_es = "Encuesta"
    name_en = "Survey"
    kind = "survey"
    shape = "microdata"
    count_unit = "respondent"
    [place]
    scheme = "PE-INEI"
    digits = 6
    [columns]
    id = "questionnaire"
    place = "district"
    date = "day"
    age = "age"
    sex = {{ column = "sex", values = {{ 1 = "male", 2 = "female" }} }}
    [survey]
    weight = "w"
    stratum = "zone"
    cluster = "block"
    age_bands = [15, 18, 30, 60]
    {more}
    [[survey.question]]
    code = "violence"
    name_es = "Violencia"
    name_en = "Violence"
    indicator = "16.1.3"
    columns = ["hit", "threatened"]
    yes = [1]
    of = [1, 2]
    dont_know = [9]
    [[survey.question]]
    code = "safe"
    name_es = "Camina segura"
    name_en = "Feels safe walking"
    indicator = "16.1.4"
    column = "walks"
    yes = ["very safe", "fairly safe"]
    dont_know = ["does not walk"]
    [[survey.question]]
    code = "forced"
    name_es = "Forzada"
    name_en = "Forced"
    column = "forced"
    yes = [1]
    of = [1, 2]
    sensitive = true
"""
HEADER = (
    "questionnaire,district,day,sex,age,zone,block,w,hit,threatened,walks,forced,name,phone,gps"
)
SECRET = ("María Quispe Rojas", "944555111", "-8.0731 -79.0412")
YEAR = Period.between("2024-01", "2024-12")


@pytest.fixture(autouse=True)
def home(tmp_path):
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own), translation.override("en"):
        yield own


def row(number, **other):
    """A line of the file; `other` says what is not as usual."""
    found = {
        "questionnaire": f"Q{number}",
        "district": "130105",
        "day": "2024-05-10",
        "sex": 1 + number % 2,
        "age": 20 + number % 50,
        "zone": f"Z{number % 2}",
        "block": f"B{number % 12}",
        "w": 100,
        "hit": 2,
        "threatened": 2,
        "walks": "unsafe",
        "forced": 2,
    }
    found |= dict(zip(("name", "phone", "gps"), SECRET, strict=True)) | other
    return ",".join(str(found[name]) for name in HEADER.split(","))


def asked(count=240, seed=5, **other):
    """A survey of two zones with twelve blocks, of people who answer by a fixed draw."""
    chance = random.Random(seed)
    return [
        row(
            number,
            **{
                "w": 50 + number % 7 * 20,
                "hit": 1 if chance.random() < 0.2 else 2,
                "threatened": 1 if chance.random() < 0.2 else 2,
                "walks": chance.choice(["very safe", "fairly safe", "unsafe", "does not walk"]),
                "forced": 1 if number < 7 else 2,
                "district": "130105" if number % 3 else "130102",
            }
            | other,
        )
        for number in range(count)
    ]


def received(tmp_path, rows, more=""):
    source(tmp_path, ANSWERS, more=more)
    return receive(table(tmp_path, (HEADER, *rows)))


def stored(home, receipt):
    path = store.parquet_path(home, receipt.batch)
    return duckdb.sql(f"SELECT * FROM read_parquet('{path}') ORDER BY row")


def rejects(receipt):
    with receipt.rejects_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def estimate(place="PE-INEI:130105", period=YEAR, **where):
    return figure("observatory.estimate", Question(period, place, {"source": "proof", **where}))


# What comes in


def test_only_mapped_columns_are_kept_and_not_the_identifier(tmp_path, home):
    receipt = received(tmp_path, [row(number) for number in range(20)])
    kept = stored(home, receipt)
    assert set(kept.columns) == {
        *("row", "place", "day", "last_day", "weight", "stratum", "cluster"),
        *("sex", "age_band", "q_violence", "q_safe", "q_forced"),
    }
    content = store.parquet_path(home, receipt.batch).read_bytes()
    assert not any(text.encode() in content for text in (*SECRET, "Q1"))
    assert receipt.read == receipt.accepted == 20


def test_a_dry_run_shows_no_personal_column(tmp_path):
    source(tmp_path, ANSWERS)
    file = table(tmp_path, (HEADER, *(row(number) for number in range(3))))
    shown = dry_run(by=SYSTEM, source="proof", path=file)
    assert "Q1" not in str(shown["rows"])
    assert not any(text in str(shown) for text in SECRET)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"w": ""}, "no weight"),
        ({"w": "0"}, "not above zero"),
        ({"w": "-3"}, "not above zero"),
        ({"w": "many"}, "not a number"),
        ({"block": ""}, "empty"),
        ({"zone": ""}, "empty"),
        ({"hit": "7"}, "mapping does not know"),
        ({"age": "199"}, "Nobody is of this age"),
        ({"sex": "3"}, "mapping does not know"),
        ({"district": "x"}, "not a code"),
        ({"questionnaire": "Q1"}, "same identifier"),
    ],
)
def test_a_respondent_who_cannot_be_counted_is_rejected_with_the_reason(tmp_path, fault, reason):
    receipt = received(tmp_path, [*(row(n) for n in range(9)), row(99, **fault)])
    assert (receipt.read, receipt.accepted, receipt.rejected) == (10, 9, 1)
    (told,) = rejects(receipt)
    assert reason in told["reason"]
    assert told["remedy"]
    assert told["row"] == "11"


def test_two_people_who_answer_alike_are_two_people(tmp_path):
    text = ANSWERS.replace('id = "questionnaire"\n', "")
    source(tmp_path, text)
    receipt = receive(table(tmp_path, (HEADER, *[row(1)] * 5)))
    assert receipt.accepted == 5


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"hit": 1, "threatened": 2}, 1),
        ({"hit": 2, "threatened": 1}, 1),
        ({"hit": 1, "threatened": 9}, 1),
        ({"hit": 2, "threatened": 2}, 0),
        ({"hit": "2.0", "threatened": " 2 "}, 0),
        ({"hit": 2, "threatened": 9}, None),
        ({"hit": 2, "threatened": ""}, None),
        ({"hit": 9, "threatened": 9}, None),
    ],
)
def test_yes_in_any_column_is_yes_and_no_needs_all_of_them(tmp_path, home, said, kept):
    receipt = received(tmp_path, [row(1, **said)])
    assert stored(home, receipt).select("q_violence").fetchall() == [(kept,)]


def test_do_not_know_can_count_as_no(tmp_path, home):
    text = ANSWERS.replace("dont_know = [9]", "dont_know = [9]\n    dont_know_is_no = true")
    source(tmp_path, text)
    receipt = receive(table(tmp_path, (HEADER, row(1, hit=9, threatened=2))))
    assert stored(home, receipt).select("q_violence").fetchall() == [(0,)]


def test_an_age_becomes_a_band_and_is_not_kept(tmp_path, home):
    ages = (15, 17, 18, 29, 30, 59, 60, 99, 14, "")
    receipt = received(tmp_path, [row(n, age=age) for n, age in enumerate(ages)])
    found = [band for (band,) in stored(home, receipt).select("age_band").fetchall()]
    assert found == [
        *("15-17", "15-17", "18-29", "18-29", "30-59", "30-59", "60+", "60+", None, None),
    ]


def test_the_mapping_survives_being_written_down_and_decides_the_batch(tmp_path):
    spec = spec_of(tmp_path, ANSWERS, more='lonely = "grand_mean"')
    assert from_json(spec.as_json()) == spec
    assert spec.survey.lonely == "grand_mean"
    renamed = replace(spec.survey.questions[0], name_en="Any violence")
    other = replace(spec.survey.questions[0], yes=("2",))
    for question, is_same in ((renamed, True), (other, False)):
        questions = (question, *spec.survey.questions[1:])
        changed = replace(spec, survey=replace(spec.survey, questions=questions))
        assert (changed.mapping_version == spec.mapping_version) is is_same


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('weight = "w"', "", "“weight” has no column"),
        ('yes = ["very safe", "fairly safe"]', "", "“yes” is missing"),
        ('column = "walks"', "", "“columns” is missing"),
        ('indicator = "16.1.4"', 'indicator = "sixteen"', "not the number of an SDG"),
        ('code = "safe"', 'code = "violence"', "same code"),
        ("of = [1, 2]\n    dont_know = [9]", "of = [2]", "no valid answer"),
        ("dont_know = [9]", "dont_know = [2]", "yet is a valid answer"),
        ("age_bands = [15, 18, 30, 60]", "age_bands = [18, 15]", "each above the one before"),
        ('weight = "w"', 'weight = "w"\n    names = "name"', "not known here"),
        ("dont_know = [9]", "dont_know = 9", "not a list of texts"),
        ('shape = "microdata"', 'shape = "survey"', "Only a source of answers"),
    ],
)
def test_a_survey_that_contradicts_itself_is_told_so(tmp_path, old, new, says):
    assert old in ANSWERS
    file = tmp_path / "proof.toml"
    text = ANSWERS.replace(old, new, 1).format(code="proof", more="")
    file.write_text("\n".join(line.strip() for line in text.splitlines()))
    _spec, problems = read_source(file)
    assert any(says in problem.why for problem in problems), [str(p) for p in problems]
    assert all(problem.remedy for problem in problems)


# What is estimated


def test_the_figure_is_the_estimate_of_the_whole_sample(tmp_path):
    make_places()
    rows = asked()
    received(tmp_path, rows)
    found = estimate(question="violence", sex="female")
    people = [dict(zip(HEADER.split(","), line.split(","), strict=True)) for line in rows]
    design = survey.design(
        [float(p["w"]) for p in people],
        [p["zone"] for p in people],
        [p["zone"] + p["block"] for p in people],
    )
    yes = [p["hit"] == "1" or p["threatened"] == "1" for p in people]
    meant = [p["district"] == "130105" and p["sex"] == "2" for p in people]
    wanted = survey.proportion(yes, design, meant)
    assert (found.value, found.lower, found.upper) == pytest.approx(
        (100 * wanted.value, 100 * wanted.lower, 100 * wanted.upper)
    )
    assert (found.n, found.unit, found.status) == (sum(meant), "%", Status.OK)
    assert found.design_effect == pytest.approx(wanted.deff)
    assert found.as_json()["design_effect"] == found.design_effect
    assert "16.1.3" in found.method
    assert f"{wanted.df} degrees of freedom" in found.method
    assert found.words.startswith("130105, women, 10 May 2024: ")
    assert found.as_of == date(2024, 5, 10)


def test_who_does_not_know_is_left_out_and_said_to_be(tmp_path):
    make_places()
    rows = asked()
    received(tmp_path, rows)
    found = estimate(question="safe")
    here = [line for line in rows if ",130105," in line]
    answered = [line for line in here if "does not walk" not in line]
    assert found.n == len(answered) < len(here)
    assert f"{len(answered)} of {len(here)} asked" in found.method


def test_several_places_are_one_domain(tmp_path):
    make_places()
    received(tmp_path, asked())
    one, other, both = (
        estimate(place, question="violence").n
        for place in ("PE-INEI:130105", "PE-INEI:130102", None)
    )
    assert both == one + other


def test_a_diagnosis_reads_every_question_that_the_sample_can_answer(tmp_path):
    """`forced` is hidden: six people said yes."""
    make_places()
    received(tmp_path, asked())
    here = programme.place("PE-INEI:130105")
    found = estimates.all_latest(queries.source("proof"), here, YEAR)
    assert [(name, where) for name, where, _row in found] == [
        ("Violence", here.name),
        ("Feels safe walking", here.name),
    ]
    for _name, _where, row in found:
        asked_for = estimate(question=row.question)
        assert (row.value, row.lower, row.upper) == (
            asked_for.value,
            asked_for.lower,
            asked_for.upper,
        )
        assert estimates.unit_of(queries.source("proof"), row.question) == "percent"


def test_too_few_respondents_are_refused(tmp_path):
    make_places()
    received(tmp_path, asked(60))
    with pytest.raises(Refused, match="Only 20 people answered"):
        estimate("PE-INEI:130102", question="violence")
    assert estimate("PE-INEI:130105", question="violence").n == 40


def test_one_cluster_is_refused(tmp_path):
    make_places()
    there = [row(n, district="130102", block="B0", zone="Z0", hit=1 + n % 2) for n in range(40)]
    received(tmp_path, [*there, *(row(n) for n in range(100, 200))])
    with pytest.raises(Refused, match="one cluster of each stratum"):
        estimate("PE-INEI:130102", question="violence")


def test_a_lonely_stratum_is_refused_unless_the_source_chooses_a_way(tmp_path):
    make_places()
    rows = [*asked(), *(row(n, zone="Z9", block="B9", hit=1 + n % 2) for n in range(900, 940))]
    received(tmp_path, rows)
    with pytest.raises(Refused, match="Strata with one cluster alone: 1"):
        estimate(question="violence")
    source(tmp_path, ANSWERS, more='lonely = "grand_mean"')
    receive(table(tmp_path, (HEADER, *rows)))
    assert estimate(question="violence").status is Status.OK


def test_a_rare_answer_is_marked_imprecise(tmp_path):
    make_places()
    rare = [row(n, hit=1 if n % 40 == 3 else 2) for n in range(240)]
    received(tmp_path, rare)
    found = estimate(question="violence")
    assert found.value == pytest.approx(2.5)
    assert any(m.kind is MarkKind.NOTE and "Imprecise" in m.text for m in found.marks)
    assert 0 < found.lower < 2.5 < found.upper < 10


@pytest.mark.parametrize(
    ("yes", "question", "status"),
    [
        (0, "violence", Status.OK),
        (4, "violence", Status.SUPPRESSED),
        (5, "violence", Status.OK),
        (236, "violence", Status.SUPPRESSED),
        (9, "forced", Status.SUPPRESSED),
        (10, "forced", Status.OK),
    ],
)
def test_few_who_answered_one_way_are_hidden(tmp_path, yes, question, status):
    make_places()
    column = {"violence": "hit", "forced": "forced"}[question]
    received(tmp_path, [row(n, **{column: 1 if n < yes else 2}) for n in range(240)])
    found = estimate(question=question)
    assert found.status is status
    if status is Status.SUPPRESSED:
        told = found.as_json()
        assert (told["value"], told["lower"], told["upper"]) == (None, None, None)
        assert "hidden" in found.words
    else:
        assert found.upper > found.value


def test_minors_have_the_higher_threshold(tmp_path):
    make_places()
    rows = [row(n, age=16 if n % 2 else 40, hit=1 if n < 16 else 2) for n in range(240)]
    received(tmp_path, rows)
    assert estimate(question="violence", age_band="30-59").status is Status.OK
    assert estimate(question="violence", age_band="15-17").status is Status.SUPPRESSED


def test_a_year_without_interviews_is_missing_and_not_zero(tmp_path):
    make_places()
    received(tmp_path, asked())
    found = estimate(question="violence", period=Period.between("2022-01", "2022-12"))
    assert (found.status, found.value) == (Status.MISSING, None)


def test_the_latest_round_answers_and_says_so(tmp_path):
    make_places()
    source(tmp_path, ANSWERS)
    receive(table(tmp_path, (HEADER, *asked(hit=1)), "first.csv"))
    receive(table(tmp_path, (HEADER, *asked(day="2024-11-02", hit=2, threatened=2)), "second.csv"))
    found = estimate(question="violence")
    assert found.value == 0
    assert any("latest of 2 rounds" in mark.text for mark in found.marks)
    first = estimate(question="violence", period=Period.between("2024-01", "2024-06"))
    assert first.value == 100
    assert not any("rounds" in mark.text for mark in first.marks)


def test_one_file_may_hold_several_rounds(tmp_path):
    make_places()
    text = ANSWERS.replace('id = "questionnaire"', 'id = "questionnaire"\n    round = "name"')
    source(tmp_path, text)
    rows = [
        *asked(hit=1, day="2023-05-10", name="2023"),
        *asked(hit=2, threatened=2, name="2024"),
    ]
    receipt = receive(table(tmp_path, (HEADER, *rows)))
    assert receipt.rejected == 0  # a questionnaire has its number within its round
    both = Period.between("2023-01", "2024-12")
    assert estimate(question="violence", period=both).value == 0
    assert estimate(question="violence", period=Period.between("2023-01", "2023-12")).value == 100


def test_a_file_sent_again_replaces_the_round_that_it_mends(tmp_path):
    make_places()
    source(tmp_path, ANSWERS)
    receive(table(tmp_path, (HEADER, *asked(hit=1)), "first.csv"))
    receive(table(tmp_path, (HEADER, *asked(hit=2, threatened=2)), "mended.csv"))
    found = estimate(question="violence")
    assert found.value == 0
    assert not any("rounds" in mark.text for mark in found.marks)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({}, "one of: violence, safe, forced"),
        ({"question": "fear"}, "one of: violence, safe, forced"),
        ({"question": "safe", "sex": "woman"}, "female; male"),
        ({"question": "safe", "age_band": "18-24"}, "18-29; 30-59; 60+"),
    ],
)
def test_a_question_that_nobody_was_asked_is_told_what_there_is(tmp_path, where, says):
    make_places()
    received(tmp_path, asked())
    with pytest.raises(BadInput) as caught:
        estimate(**where)
    assert says in str(caught.value)


def test_answers_are_never_counted_as_events(tmp_path):
    make_places()
    received(tmp_path, asked())
    for name in ("observatory.count", "observatory.rate", "observatory.share"):
        question = Question(YEAR, "PE-INEI:130105", {"source": "proof"})
        with pytest.raises(Refused, match="not counts of events"):
            figure(name, question)


def test_the_sample_of_the_pack_can_be_read(tmp_path, home):
    from convive.demo import sample

    spec, problems = read_source(PACK / "sources" / "sample-microdata.toml")
    assert not problems
    make_places()
    put_source(by=SYSTEM, spec=spec)
    people = {f"PE-INEI:{code}": 100_000 for code in ("130102", "130103", "130105")}
    file = sample.write(tmp_path / "made", people, {})["sample-microdata"]
    receipt = receive(file, "sample-microdata")
    assert (receipt.rejected, receipt.accepted) == (0, 720)
    for question in spec.survey.questions:
        where = {"source": "sample-microdata", "question": question.code}
        found = figure("observatory.estimate", Question(YEAR, None, where))
        assert found.is_sample
        assert found.lower < found.value < found.upper
    assert queries.source("sample-microdata").coverage == Period.between("2024-10-01", "2024-10-31")


# From the form with which it was asked

FORM = {
    "survey": [
        ("type", "name", "label::Español (es)", "label::English (en)"),
        ("text", "nombre", "Nombre", "Name"),
        ("geopoint", "lugar", "Lugar", "Place"),
        ("begin_group", "g1", "", ""),
        ("select_one seguridad", "camina", "¿Se siente segura al caminar sola?", "Safe walking?"),
        ("select_one sino", "p21", "¿Alguien la amenazó?", "Did anybody threaten you?"),
        ("select_multiple tipos", "violencia", "Violencia sufrida:", "Violence suffered:"),
        ("select_one empty", "nada", "Nada", "Nothing"),
    ],
    "choices": [
        ("list_name", "name", "label::Español (es)", "label::English (en)"),
        ("seguridad", 1, "Muy segura", "Very safe"),
        ("seguridad", 2, "Algo segura", "Fairly safe"),
        ("seguridad", 3, "Insegura", "Unsafe"),
        ("seguridad", 8, "No sabe", "Does not know"),
        ("sino", 1, "Sí", "Yes"),
        ("sino", 2, "No", "No"),
        ("sino", 99, "Prefiere no responder", "Prefers not to answer"),
        ("tipos", "fisica", "física", "physical"),
        ("tipos", "sexual", "sexual", "sexual"),
    ],
}


def form(tmp_path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for line in rows:
            sheet.append(line)
    path = tmp_path / "form.xlsx"
    book.save(path)
    return path


def test_an_xlsform_proposes_its_questions_with_listed_answers(tmp_path):
    walks, threatened, physical, sexual = microdata.questions_from_xlsform(form(tmp_path, FORM))
    assert (walks.question.code, walks.question.indicator) == ("camina", "16.1.4")
    assert walks.question.yes == ("1", "2")
    assert walks.question.of == ("1", "2", "3")
    assert walks.question.dont_know == ("8",)
    assert not walks.is_sure
    assert walks.choices["3"] == "Insegura"
    assert threatened.question.yes == ("1",)
    assert threatened.question.dont_know == ("99",)
    assert threatened.question.name_en == "Did anybody threaten you?"
    assert threatened.is_sure
    assert physical.question.columns == ("violencia/fisica",)
    assert (sexual.question.code, sexual.question.sensitive) == ("violencia-sexual", True)


def test_proposed_questions_can_be_read_back_as_a_source(tmp_path):
    spec = spec_of(tmp_path, ANSWERS)
    proposed = [p.question for p in microdata.questions_from_xlsform(form(tmp_path, FORM))]
    with_them = replace(spec, survey=replace(spec.survey, questions=tuple(proposed)))
    assert from_json(with_them.as_json()) == with_them


def test_a_workbook_that_is_no_form_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no XLSForm"):
        microdata.questions_from_xlsform(form(tmp_path, {"data": [("a", "b")]}))


def test_a_ratio_of_nothing_is_no_number(tmp_path):
    """Nobody says yes: the interval still has an upper end, and no design effect is claimed."""
    make_places()
    received(tmp_path, [row(n) for n in range(240)])
    found = estimate(question="violence")
    assert (found.value, found.lower) == (0, 0)
    assert found.upper == pytest.approx(100 * (1 - 0.025 ** (1 / 240)))
    assert found.design_effect is None
    assert math.isfinite(found.upper)
