"""Questions for a survey's source, proposed from the form with which it was asked (XLSForm).

An XLSForm is a workbook with a sheet `survey` (type, name, label) and a sheet `choices` (list_name,
name, label). Only questions with listed answers become proposals: names, telephones, positions and
free text are not even looked at.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils.translation import gettext as _

from convive.evidence.microdata.spec import SurveyQuestion
from convive.evidence.reading.bounds import measured, not_a_workbook
from convive.evidence.reading.workbook_rows import open_sheet
from convive.kernel.errors import BadInput

_TYPE = re.compile(r"select_(one|multiple)\s+(\S+)")
_SPANISH, _ENGLISH = re.compile(r"::.*(es|espa)", re.I), re.compile(r"::.*(en|ingl)", re.I)
# As the words stand in a label, without accents
_YES = re.compile(r"si\b|yes\b")
_RATHER = re.compile(
    r"(muy|algo|bastante|very|fairly|rather)?\s*(segur|safe)|"
    r"(mucha?|bastante|suficiente|alguna?|algo|a lot|a great deal|quite|some)\b"
)
_UNSAID = re.compile(
    r"no sabe|no respond|no contesta|prefier|no aplica|don.?t know|refus|rather not|prefer not"
)
_UNSAID_NAMES = {"ns", "nr", "nsnr", "ns_nr", "dk", "88", "98", "99"}
_INDICATORS = {
    "16.1.4": re.compile(r"(camin|anda).*segur|segur.*(camin|anda)|safe.*walk|walk.*safe"),
    "16.5.1": re.compile(r"soborn|coima|brib"),
    "16.3.1": re.compile(r"denunci|reported"),
    "16.1.3": re.compile(
        r"violencia|golpe|agred|agresi|amenaz|insult|empuj|violence|hit you|attack|threat"
    ),
}
_SENSITIVE = re.compile(r"sexual|violencia|violence|pareja|partner")


@dataclass(frozen=True)
class ProposedQuestion:
    """A question as it could stand in the source's `[survey]`, for a person to confirm.

    choices : name of an answer in the file -> its label, in the order of the form.
    is_sure : the answers are yes, no and the like; else look at `question.yes` first.
    """

    question: SurveyQuestion
    choices: Mapping[str, str]
    is_sure: bool


def questions_from_xlsform(path: Path) -> list[ProposedQuestion]:
    """Propose a question for each one with listed answers, in the order of the form.

    A question with several answers at once gives one proposal for each of them: exports hold a
    column `name/answer` with 0 and 1. Raises BadInput where it is no XLSForm.
    """
    with TemporaryDirectory() as folder:
        survey, choices = _sheets(measured(path, path.name, Path(folder)), path.name)
    lists: dict[str, dict[str, tuple[str, str]]] = {}
    for row in choices:
        name = row.get("list_name") or row.get("list name") or ""
        if name and row.get("name"):
            lists.setdefault(name, {})[row["name"]] = _labels(row)
    found: list[ProposedQuestion] = []
    for row in survey:
        kind = _TYPE.match(row.get("type", ""))
        answers = lists.get(kind[2], {}) if kind else {}
        if kind and answers and row.get("name"):
            make = _one if kind[1] == "one" else _several
            found += make(row["name"], _labels(row), answers)
    return found


def _one(
    name: str, labels: tuple[str, str], answers: Mapping[str, tuple[str, str]]
) -> list[ProposedQuestion]:
    said = {answer: _plain(" ".join(label)) for answer, label in answers.items()}
    unsaid = [a for a, label in said.items() if a in _UNSAID_NAMES or _UNSAID.search(label)]
    yes = [a for a, label in said.items() if a not in unsaid and _YES.match(label)]
    is_sure = bool(yes)
    yes = yes or [a for a, label in said.items() if a not in unsaid and _RATHER.match(label)]
    question = SurveyQuestion(
        code=_code(name),
        name_es=labels[0],
        name_en=labels[1],
        columns=(name,),
        yes=tuple(yes),
        of=tuple(a for a in said if a not in unsaid),
        dont_know=tuple(unsaid),
        **_about(" ".join(labels)),
    )
    return [ProposedQuestion(question, {a: label[0] for a, label in answers.items()}, is_sure)]


def _several(
    name: str, labels: tuple[str, str], answers: Mapping[str, tuple[str, str]]
) -> list[ProposedQuestion]:
    found = []
    for answer, (es, en) in answers.items():
        question = SurveyQuestion(
            code=_code(f"{name}-{answer}"),
            name_es=f"{labels[0]} {es}",
            name_en=f"{labels[1]} {en}",
            columns=(f"{name}/{answer}",),
            yes=("1", "true"),
            of=("1", "true", "0", "false"),
            **_about(f"{' '.join(labels)} {es} {en}"),
        )
        found.append(ProposedQuestion(question, {"1": es, "0": ""}, True))
    return found


def _about(text: str) -> dict[str, Any]:
    plain = _plain(text)
    indicator = next((code for code, words in _INDICATORS.items() if words.search(plain)), "")
    return {"indicator": indicator, "sensitive": bool(_SENSITIVE.search(plain))}


def _labels(row: Mapping[str, str]) -> tuple[str, str]:
    """The label in Spanish and in English; where the form has one alone, it stands for both."""
    labels = {key: text for key, text in row.items() if key.startswith("label") and text}
    first = labels.get("label") or next(iter(labels.values()), row.get("name", ""))
    spanish = next((text for key, text in labels.items() if _SPANISH.search(key)), first)
    return spanish, next((text for key, text in labels.items() if _ENGLISH.search(key)), first)


def _sheets(path: Path, name: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    with open_sheet(path, name) as first:
        sheets = {sheet.casefold(): sheet for sheet in first.names}
    if "survey" not in sheets or "choices" not in sheets:
        raise BadInput.at(
            name,
            _("This is no XLSForm: it lacks the sheets “survey” and “choices”."),
            _("Give the form with which the survey was asked, as it was uploaded to the server."),
        )
    return _records(path, name, sheets["survey"]), _records(path, name, sheets["choices"])


def _records(path: Path, name: str, wanted: str) -> list[dict[str, str]]:
    with open_sheet(path, name, wanted) as sheet:
        try:
            rows = [cells[:-1] for cells in csv.reader(sheet.rows)]
        except csv.Error as error:  # an endless cell
            raise not_a_workbook(name, error) from error
    if not rows:
        return []
    names = [name.strip().lower() for name in rows[0]]
    return [dict(zip(names, row, strict=False)) for row in rows[1:]]


def _plain(text: str) -> str:
    """In small letters, without accents and signs."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return re.sub(r"[^a-z0-9' ]+", " ", "".join(c for c in letters if not unicodedata.combining(c)))


def _code(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _plain(name)).strip("-")
