"""The form of enrolment for paper and telephones (XLSForm, for KoboToolbox and ODK), from the pack.

Its names are those of the columns of an import, so what comes back is read as it is.

Source: XLSForm specification, https://xlsform.org/en/ref-table/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from convive.domain.people.forms import VOICES, ConsentForm, PersonForm
from convive.domain.people.vocabulary import (
    ADULT,
    AGE_BANDS,
    CALLS_NAMES,
    DIFFICULTIES,
    LANGUAGE_NAMES,
    PURPOSE_NAMES,
    SEX_NAMES,
    WASHINGTON,
    WAY_NAMES,
)
from convive.domain.programme import queries as programme

Sheets = dict[str, list[list[str]]]

_SPANISH, _ENGLISH = "Español (es)", "English (en)"
_LABELS = [f"label::{_SPANISH}", f"label::{_ENGLISH}"]
_HINTS = [f"hint::{_SPANISH}", f"hint::{_ENGLISH}"]
_FAULTS = [f"constraint_message::{_SPANISH}", f"constraint_message::{_ENGLISH}"]
_SURVEY = [
    *("type", "name", *_LABELS, *_HINTS),
    *("required", "relevant", "constraint", *_FAULTS, "calculation", "default"),
]
_MINORS = " or ".join(
    f"${{age_band}} = '{name.replace('–', '-')}'" for least, name in AGE_BANDS if least < ADULT
)
_DAYS = "(decimal-date-time(today()) - decimal-date-time(${born}))"
_YES_NO = "'yes', 'no'"
_IS_MINOR = (
    f"if(${{born}} != '', if({_DAYS} div 365.25 < {ADULT}, {_YES_NO}), if({_MINORS}, {_YES_NO}))"
)


def sheets(today: date) -> Sheets:
    """The sheets survey, choices and settings, with the districts of the pack."""
    one = programme.programme()
    title = f"{one.short_es}: inscripción" if one else "Inscripción"
    return {
        "survey": [_SURVEY, *([row.get(name, "") for name in _SURVEY] for row in _survey())],
        "choices": [["list_name", "name", *_LABELS], *_choices()],
        "settings": [
            ["form_title", "form_id", "version", "default_language"],
            [title, "convive_enrolment", f"{today:%Y%m%d}", _SPANISH],
        ],
    }


def _survey() -> Iterator[dict[str, str]]:
    labels = PersonForm.base_fields
    yield _row("note", "about", _("Ask only what you need to attend them."))
    yield _row("begin_group", "who", _("Who it is"))
    yield _row("text", "given", labels["given"].label, required="true")
    for name in ("paternal", "maternal"):
        yield _row("text", name, labels[name].label)
    yield _row(
        "text", "dni", labels["dni"].label, hint=labels["dni"].help_text,
        constraint="regex(., '^[0-9]{8}$')", fault=_("A DNI has eight digits."),
    )  # fmt: skip
    yield _row(
        "date", "born", labels["born"].label, constraint=". <= today()",
        fault=_("Nobody alive was born on this day."),
    )  # fmt: skip
    yield _row(
        "select_one age_band", "age_band", labels["age_band"].label, required="true",
        relevant="${born} = ''",
    )  # fmt: skip
    yield {"type": "calculate", "name": "minor", "calculation": _IS_MINOR}
    for name in ("sex", "district"):
        yield _row(f"select_one {name}", name, labels[name].label)
    yield _row("text", "neighbourhood", labels["neighbourhood"].label)
    yield {"type": "end_group"}
    yield _row("begin_group", "reach", _("How to reach them"))
    yield _row("text", "phone", labels["phone"].label)
    calls = labels["calls"]
    yield _row("select_one calls", "calls", calls.label, hint=calls.help_text, default="unasked")
    yield _row(
        "text", "call_hours", labels["call_hours"].label, required="true",
        relevant="${calls} = 'hours'",
    )  # fmt: skip
    yield _row("select_one language", "language", labels["language"].label, default="es")
    yield {"type": "end_group"}
    yield _row("begin_group", "of_minor", _("For a minor"), relevant="${minor} = 'yes'")
    for name in ("guardian", "guardian_phone"):
        yield _row("text", name, labels[name].label)
    yield {"type": "end_group"}
    yield _row("begin_group", "functioning", _("How they manage"))
    for name, text in WASHINGTON.items():
        yield _row("select_one difficulty", name, text)
    yield {"type": "end_group"}
    yield from _consent()


def _consent() -> Iterator[dict[str, str]]:
    labels = ConsentForm.base_fields
    asked = {"required": "true", "relevant": "${consent} != ''"}
    yield _row("begin_group", "agree", _("What they agree to"))
    yield _row(
        "select_multiple purpose", "consent", labels["purposes"].label,
        hint=labels["purposes"].help_text,
    )  # fmt: skip
    yield _row(
        "select_one voice", "consent_voice", labels["voice"].label, **asked,
        constraint="if(${minor} = 'yes', . = 'assent' or (. != 'self' and ${guardian} != ''), "
        ". = 'self')",
        fault=_("Only a minor has a guardian, whose name is written above, and agrees with them."),
    )  # fmt: skip
    yield _row("select_one way", "consent_way", labels["way"].label, **asked)
    yield _row("date", "consent_on", labels["given_on"].label, **asked, default="today()")
    yield {"type": "end_group"}


def _row(
    kind: str, name: str, label: Any, *, hint: Any = "", fault: Any = "", **more: str
) -> dict[str, str]:
    found = {"type": kind, "name": name, **more}
    for columns, text in ((_LABELS, label), (_HINTS, hint), (_FAULTS, fault)):
        found |= dict(zip(columns, _both(text), strict=True))
    return found


def _choices() -> Iterator[list[str]]:
    lists: dict[str, Mapping[str, Any]] = {
        "age_band": {name.replace("–", "-"): name.replace("–", "-") for _l, name in AGE_BANDS},
        "sex": SEX_NAMES,
        "district": {place.code: place.name for place in programme.districts().order_by("code")},
        "calls": CALLS_NAMES,
        "language": LANGUAGE_NAMES,
        "difficulty": DIFFICULTIES,
        "purpose": PURPOSE_NAMES,
        "voice": dict(VOICES),
        "way": WAY_NAMES,
    }
    for of, choices in lists.items():
        for name, label in choices.items():
            if name:  # what is not answered is left empty
                yield [of, str(name), *_both(label)]


def _both(text: Any) -> tuple[str, str]:
    with translation.override("es"):
        spanish = str(text or "")
    with translation.override("en"):
        return spanish, str(text or "")
