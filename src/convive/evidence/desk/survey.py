"""How the answers of a survey are read: its sample, and which questions its columns answer.

What a person chose lies in the choices of an upload, beside what is chosen for every file:

roles : index of a column -> field, as always.
survey : unit, lonely, age_bands, as of `Survey`.
sex : female, male: what the file writes for them.
questions : a list of what `Asked.as_json` gives. questions_checked : a person has confirmed them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.text import slugify

from convive.evidence.mapping import SourceSpec
from convive.evidence.microdata.spec import Survey, SurveyQuestion
from convive.evidence.microdata.xlsform import ProposedQuestion
from convive.evidence.reading.header import plain
from convive.evidence.suggest.suggestion import IGNORE, ColumnSuggestion, Suggestion
from convive.evidence.suggest.values import sex_of
from convive.evidence.suggest.words import ROLE_WORDS, match

OTHER = "other"
# What surveys of safety ask, under the codes by which the figures know it: SDG indicator, names
TOPICS: dict[str, tuple[str, str, str]] = {
    "violence": (
        "16.1.3",
        "Personas que sufrieron violencia física, psicológica o sexual en los últimos doce meses",
        "People subjected to physical, psychological or sexual violence in the last twelve months",
    ),
    "safe-walking": (
        "16.1.4",
        "Personas que se sienten seguras al caminar solas de noche por su barrio",
        "People who feel safe walking alone at night in their neighbourhood",
    ),
    "trust-police": (
        "",
        "Personas que confían en la Policía Nacional",
        "People who trust the National Police",
    ),
    "trust-municipality": (
        "",
        "Personas que confían en su municipalidad",
        "People who trust their municipality",
    ),
    "victimisation": (
        "",
        "Personas víctimas de algún hecho delictivo en los últimos doce meses",
        "People who were victims of a crime in the last twelve months",
    ),
}
# First years of the bands into which ages are sorted
BANDS: tuple[tuple[int, ...], ...] = (
    (18, 30, 45, 60),
    (15, 18, 30, 45, 60),
    (12, 18, 30, 60),
    (18, 25, 35, 45, 55, 65),
)
_ALIKE = {"victim_sex": "sex", "datetime": "date", "from": "date"}
# By these names alone: who says that a file is a survey need not have told its values apart
_NAMES = {
    **{role: ROLE_WORDS[role] for role in ("weight", "stratum", "cluster")},
    "sex": ROLE_WORDS["victim_sex"],
    "age": ROLE_WORDS["age_band"],
    "round": "ronda, round, ola, wave",
    "id": "cuestionario, nro cuestionario, id cuestionario, questionnaire, id encuesta, folio",
    "date": "fecha, fecha encuesta, fecha entrevista, date, interview date, today",
}
MOST_VALUES = 40  # of a question with listed answers
MOST_QUESTIONS = 60  # on one page: a browser sends no more than a thousand fields
_ALL_USED = 12
_FEW_AGES = 12  # bands of ages are fewer than ages


@dataclass(frozen=True)
class Asked:
    """A question of the survey as the page shows it.

    topic : a key of TOPICS, or OTHER. code : the one it has already; nothing where that is open.
    own : a code made of its column. values : what the columns hold, the most frequent first.
    labels : value -> what the form calls it. is_sure : yes and no were plain from the form.
    is_used : it is taken in; else the page offers it alone.
    """

    columns: tuple[str, ...]
    topic: str = OTHER
    name_es: str = ""
    name_en: str = ""
    indicator: str = ""
    code: str = ""
    own: str = ""
    yes: tuple[str, ...] = ()
    dont_know: tuple[str, ...] = ()
    sensitive: bool = False
    values: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    is_sure: bool = False
    is_used: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Asked:
        lists = ("columns", "yes", "dont_know", "values")
        return cls(**{**data, **{key: tuple(data[key]) for key in lists}})


def asked(choices: Mapping[str, Any], known: SourceSpec | None) -> list[Asked]:
    """The questions that were chosen, or those that the source has."""
    if "questions" in choices:
        return [Asked.from_json(row) for row in choices["questions"]]
    return [_known(question) for question in (known.survey or Survey()).questions] if known else []


def is_checked(choices: Mapping[str, Any], known: SourceSpec | None) -> bool:
    """Whether a person stands behind the questions: those of a source were confirmed before."""
    if "questions" in choices:
        return bool(choices.get("questions_checked"))
    return known is not None


def by_hand(columns: Sequence[str], topic: str, values: Sequence[str]) -> Asked:
    """A question that a person adds: what means yes is for them to say."""
    indicator, es, en = TOPICS.get(topic, ("", columns[0], columns[0]))
    return Asked(
        columns=tuple(columns),
        topic=topic,
        name_es=es,
        name_en=en,
        indicator=indicator,
        own=own_code(columns[0]),
        sensitive=topic == "violence",
        values=tuple(values),
    )


def proposed(found: Iterable[ProposedQuestion], headers: Sequence[str]) -> tuple[list[Asked], int]:
    """The questions of a form whose columns are in the file, and how many are not.

    Exports put the group of a question before its name: `block/p21` is `p21`.
    """
    asked, missing = [], 0
    for one in found:
        named = [_header(name, headers) for name in one.question.columns]
        if None in named:
            missing += 1
            continue
        question = one.question
        topic = next((t for t, told in TOPICS.items() if told[0] == question.indicator != ""), "")
        row = Asked(
            columns=tuple(name for name in named if name),
            topic=topic or OTHER,
            name_es=question.name_es,
            name_en=question.name_en,
            indicator=question.indicator,
            own=own_code(question.code),
            yes=question.yes,
            dont_know=question.dont_know,
            sensitive=question.sensitive or topic == "violence",
            values=(*question.of, *question.dont_know),
            labels={value: label for value, label in one.choices.items() if label},
            is_sure=one.is_sure,
        )
        asked.append(row)
    if len(asked) > _ALL_USED:  # a form asks much that is no figure: those that are go first
        asked = [replace(row, is_used=row.topic != OTHER) for row in asked]
        asked.sort(key=lambda row: not row.is_used)
    return asked[:MOST_QUESTIONS], missing


def with_values(row: Asked, found: Mapping[str, Sequence[str]]) -> Asked:
    """The question with what the file holds in its columns, besides what its form lists.

    found : column -> its values. Of yes and no in a column for each answer, the file says how they
    are written. Capitals make no difference, as in the import.
    """
    here = [value for name in row.columns for value in found.get(name, ())]
    listed = () if {"1", "true"} <= set(row.values) and here else row.values
    values = {value.casefold(): value for value in reversed([*here, *listed])}
    yes = {value.casefold() for value in row.yes}
    unsaid = {value.casefold() for value in row.dont_know}
    ordered = tuple(dict.fromkeys(values[v.casefold()] for v in (*here, *listed)))
    return replace(
        row,
        values=ordered,
        yes=tuple(value for value in ordered if value.casefold() in yes),
        dont_know=tuple(value for value in ordered if value.casefold() in unsaid),
        labels={values[k.casefold()]: v for k, v in row.labels.items() if k.casefold() in values},
    )


def survey_of(choices: Mapping[str, Any], known: Survey | None = None) -> Survey:
    """The sample and the questions that were chosen."""
    told = choices.get("survey", {})
    before = known or Survey()
    return Survey(
        unit=told.get("unit", before.unit),
        lonely=told.get("lonely", before.lonely),
        age_bands=tuple(told.get("age_bands", before.age_bands)),
        questions=_questions([row for row in asked(choices, None) if row.is_used]),
    )


def first_roles(suggestion: Suggestion) -> dict[str, str]:
    """Index of a column -> field of a survey, as far as the file tells; the others are left out."""
    from convive.evidence.mapping import FIELDS

    allowed = FIELDS["microdata"]
    found: dict[str, ColumnSuggestion] = {}
    for column in suggestion.columns:
        role = _ALIKE.get(column.role, column.role)
        if role == "age_band" and column.distinct > _FEW_AGES:
            role = "age"
        if role in allowed:
            found.setdefault(role, column)
    taken = {column.index for column in found.values()}
    for role, names in _NAMES.items():
        for column in suggestion.columns:
            is_banded = role == "age" and "age_band" in found
            if role in found or is_banded or column.index in taken or column.is_personal:
                continue
            if match(column.header, names) == 1:
                found[role] = column
                taken.add(column.index)
    roles = {column.index: role for role, column in found.items()}
    return {str(c.index): roles.get(c.index, IGNORE) for c in suggestion.columns}


def first_sexes(column: ColumnSuggestion | None) -> dict[str, list[str]]:
    """What the column writes for women and men: its words, or the numbers of Peru's surveys."""
    texts = column.samples if column else ()
    said = sex_of(texts) or {t: {"1": "male", "2": "female"}.get(t, "") for t in texts}
    return {sex: [text for text, kept in said.items() if kept == sex] for sex in ("female", "male")}


def sex_values(choices: Mapping[str, Any]) -> dict[str, str]:
    """What the file writes -> female or male, as it was chosen."""
    told = choices.get("sex", {})
    return {text: sex for sex in ("female", "male") for text in told.get(sex, [])}


def own_code(name: str) -> str:
    """A question's code made of the name of its column."""
    return re.sub(r"[^a-z0-9]+", "-", slugify(name.replace("/", "-"))).strip("-") or "question"


def _questions(rows: Sequence[Asked]) -> tuple[SurveyQuestion, ...]:
    """Each with a code of its own: that of its topic where it alone has that topic."""
    shared = Counter(row.topic for row in rows)
    taken = {row.code for row in rows if row.code}
    found = []
    for row in rows:
        is_alone = row.topic != OTHER and shared[row.topic] == 1 and row.topic not in taken
        code = row.code or _free(row.topic if is_alone else row.own, taken)
        taken.add(code)
        unsaid = set(row.dont_know)
        counted = (*row.values, *row.yes)
        found.append(
            SurveyQuestion(
                code=code,
                name_es=row.name_es,
                name_en=row.name_en or row.name_es,
                columns=row.columns,
                yes=row.yes,
                of=tuple(dict.fromkeys(v for v in counted if v not in unsaid)),
                dont_know=row.dont_know,
                indicator=row.indicator,
                sensitive=row.sensitive,
            )
        )
    return tuple(found)


def _free(code: str, taken: set[str]) -> str:
    found, number = code, 2
    while found in taken:
        found, number = f"{code}-{number}", number + 1
    return found


def _known(question: SurveyQuestion) -> Asked:
    topic = question.code if question.code in TOPICS else OTHER
    return Asked(
        columns=question.columns,
        topic=topic,
        name_es=question.name_es,
        name_en=question.name_en,
        indicator=question.indicator,
        code=question.code,
        own=question.code,
        yes=question.yes,
        dont_know=question.dont_know,
        sensitive=question.sensitive,
        values=tuple(dict.fromkeys((*question.of, *question.yes, *question.dont_know))),
        is_sure=True,
    )


def _header(name: str, headers: Sequence[str]) -> str | None:
    wanted = plain(name)
    exact = [header for header in headers if plain(header) == wanted]
    ending = [header for header in headers if plain(header).endswith("/" + wanted)]
    return next(iter((*exact, *ending)), None)
