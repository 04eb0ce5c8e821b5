"""What the intake asks: the questions of `intake.toml`, and those of risk that the pack brings."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from convive.domain.programme.models import CatalogueEntry

FILE = Path(__file__).resolve().parent / "intake.toml"
RISK = "risk"  # the section into which the questions of the pack go


@dataclass(frozen=True)
class Question:
    """One question. kind : date, choice (a list), pick (one of few), choices, text or long.

    options : code and words. column : of the Incident Recorder, where an answer goes there.
    """

    key: str
    kind: str
    label: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    column: str = ""


@dataclass(frozen=True)
class Section:
    code: str
    title: str
    hint: str
    questions: tuple[Question, ...]


def form() -> list[Section]:
    """Every section in its order, in the language of the reader."""
    return [_section(each) for each in _raw()]


def as_json(sections: list[Section]) -> list[dict[str, Any]]:
    """The same for the scripts of a page."""
    return [
        {
            "title": section.title,
            "questions": [
                {
                    "key": one.key,
                    "kind": one.kind,
                    "label": one.label,
                    "required": one.required,
                    "column": one.column,
                    "options": [list(option) for option in one.options],
                }
                for one in section.questions
            ],
        }
        for section in sections
    ]


@cache
def _raw() -> list[dict[str, Any]]:
    sections: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["section"]
    return sections


def _section(raw: dict[str, Any]) -> Section:
    own = tuple(_question(each) for each in raw["question"])
    risk = _risk_questions() if raw["code"] == RISK else ()
    return Section(raw["code"], _said(raw, "title"), _said(raw, "hint"), (*risk, *own))


def _question(raw: dict[str, Any]) -> Question:
    place = 1 if get_language() == "es" else 2
    options = tuple((option[0], option[place]) for option in raw.get("options", ()))
    return Question(
        raw["key"],
        raw["kind"],
        _said(raw, "label"),
        _said(raw, "hint"),
        options,
        bool(raw.get("required")),
        raw.get("column", ""),
    )


def _risk_questions() -> tuple[Question, ...]:
    """Those of the pack: what is asked of danger differs by country and is changed by decree."""
    answers = (("yes", _("Yes")), ("no", _("No")), ("unknown", _("Does not know")))
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.RISK, retired_on=None)
    ordered = sorted(rows, key=lambda row: (row.data.get("order", 0), row.code))
    return tuple(Question(f"risk_{row.code}", "pick", row.name, options=answers) for row in ordered)


def _said(raw: dict[str, Any], name: str) -> str:
    language = "es" if get_language() == "es" else "en"
    return str(raw.get(f"{name}_{language}", ""))
