"""How a row of survey answers is read: its place in the sample, whom it is about, what was said.

Nothing is kept of a respondent but what the mapping names, and not the identifier either: it serves
to find the same questionnaire twice, and goes no further.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from convive.evidence.mapping import SourceSpec
from convive.evidence.microdata.spec import Survey, SurveyQuestion
from convive.evidence.reading import fields
from convive.evidence.reading.layers import Reading, slot
from convive.evidence.reading.when import add_span

_OLDEST = 120


def answer_slot(code: str) -> str:
    """The column of a batch's file that holds a question: 1 yes, 0 no, NULL left out."""
    return "q_" + code.replace("-", "_")


def add_respondent(made: Reading, spec: SourceSpec, today: date, place: Callable[[], None]) -> None:
    """Add all fields of a respondent. `place` adds the place, as for every shape."""
    survey = spec.survey or Survey()
    if made.has("id"):
        made.reject("id", "r_id IS NULL", "empty")
        made.kept["id"] = "r_id"
        made.unwritten.add("id")
    _design(made, spec)
    place()
    add_span(made, spec, today)
    _person(made, spec, survey)
    for question in survey.questions:
        _answer(made, spec, question)


def _design(made: Reading, spec: SourceSpec) -> None:
    form = spec.file
    for key in ("weight", "fpc"):
        if made.has(key):
            typed = f"t_{key}"
            made.typed[typed] = fields.number(f"r_{key}", form.decimal, form.thousands)
            made.reject(key, f"r_{key} IS NULL", "no_weight" if key == "weight" else "empty")
            made.reject(key, f"{typed} IS NULL", "not_number")
            made.reject(key, f"{typed} <= 0", "not_above_zero")
            made.kept[key] = typed
    for key in ("stratum", "cluster", "round"):
        if made.has(key):
            column = spec.columns[key]
            made.typed[f"t_{key}"] = fields.mapped(f"r_{key}", column.values, column.otherwise)
            made.reject(key, f"r_{key} IS NULL", "empty")
            made.reject(key, f"t_{key} IS NULL", "unknown_value")
            made.kept[key] = f"t_{key}"


def _person(made: Reading, spec: SourceSpec, survey: Survey) -> None:
    if made.has("sex"):
        column = spec.columns["sex"]
        said = fields.mapped("r_sex", column.values, column.otherwise)
        made.typed["t_sex"] = fields.sex(said)
        # A text that the mapping does not list is a fault, an empty one is not
        unread = f"r_sex IS NOT NULL AND (t_sex IS NULL OR {said} IS NULL)"
        made.reject("sex", unread, "unknown_value")
        made.kept["sex"] = "t_sex"
    if made.has("age_band"):
        column = spec.columns["age_band"]
        said = fields.mapped("r_age_band", column.values, column.otherwise)
        made.typed["t_age_band"] = said
        made.reject("age_band", "r_age_band IS NOT NULL AND t_age_band IS NULL", "unknown_value")
        made.kept["age_band"] = "t_age_band"
    elif made.has("age"):
        made.typed["t_age"] = fields.whole("r_age")
        made.reject("age", "r_age IS NOT NULL AND t_age IS NULL", "not_whole")
        made.reject("age", f"t_age NOT BETWEEN 0 AND {_OLDEST}", "not_an_age")
        # The year itself is not kept: with a place it would single people out
        cases = " ".join(
            f"WHEN t_age BETWEEN {first} AND {_OLDEST if last is None else last} "
            f"THEN {fields.literal(name)}"
            for first, last, name in survey.bands()
        )
        made.kept["age_band"] = f"CASE {cases} END" if cases else "NULL::VARCHAR"


def _answer(made: Reading, spec: SourceSpec, question: SurveyQuestion) -> None:
    """Yes where any column says yes, no where all of them say no, else left out."""
    keys = [key for key, name in spec.answers().items() if name in question.columns]
    said = [name for key in keys if made.has(key) for name in (_one(made, key, question),)]
    yes = " OR ".join(f"coalesce({name}, 0) = 1" for name in said)
    all_no = " AND ".join(f"{name} = 0" for name in said)
    made.kept[answer_slot(question.code)] = (
        f"CAST(CASE WHEN {yes} THEN 1 WHEN {all_no} THEN 0 END AS TINYINT)"
    )


def _one(made: Reading, key: str, question: SurveyQuestion) -> str:
    """Add what one column says: 1, 0 or NULL; return its name."""
    raw = slot(key)
    plain = rf"upper(regexp_replace({fields.one_line(raw)}, '^(-?[0-9]+)[.,]0+$', '\1'))"
    typed = f"t_{answer_slot(question.code)}_{key.partition(':')[2]}"
    unsaid = "0" if question.dont_know_is_no else "NULL"
    cases = [f"WHEN {plain} IN ({_listed(question.yes)}) THEN 1"]
    if question.dont_know:
        cases.append(f"WHEN {plain} IN ({_listed(question.dont_know)}) THEN {unsaid}")
    if question.of:
        cases.append(f"WHEN {plain} IN ({_listed(question.of)}) THEN 0")
        known = (*question.yes, *question.of, *question.dont_know)
        made.reject(key, f"{plain} NOT IN ({_listed(known)})", "unknown_value")
    else:
        cases.append(f"WHEN {raw} IS NOT NULL THEN 0")
    made.typed[typed] = f"CASE {' '.join(cases)} END"
    return typed


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(fields.literal(" ".join(value.split()).upper()) for value in values)
