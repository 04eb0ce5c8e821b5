"""Changes of a plan as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from convive.domain.plans.forms_edit import IndicatorForm, ObjectiveForm, PlanForm, TargetForm
from convive.kernel import words


@dataclass(frozen=True)
class Line:
    """One thing that changes: its name, what it was and what it is."""

    name: str
    old: str
    new: str


def difference(fields: Mapping[str, Any], form: forms.Form | None = None) -> list[Line]:
    """Name -> (old, new) as lines. Without a form the labels are those of every edit form."""
    return [
        Line(_label(name, form), _written(name, old, form), _written(name, new, form))
        for name, (old, new) in fields.items()
    ]


def _label(name: str, form: forms.Form | None) -> str:
    found = _field(name, form)
    return str(found.label) if found else name


def _field(name: str, form: forms.Form | None) -> forms.Field | None:
    if form is not None:
        return form.fields.get(name)
    kinds = (PlanForm, ObjectiveForm, IndicatorForm, TargetForm)
    return next((kind.base_fields[name] for kind in kinds if name in kind.base_fields), None)


def _written(name: str, value: Any, form: forms.Form | None) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(_field(name, form), forms.DateField) and isinstance(value, str):
        value = date.fromisoformat(value)  # as it is kept
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, float):
        return words.number(value, 0 if value.is_integer() else 2)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}={part}" for key, part in value.items())
    named = _choices(name, form)
    if isinstance(value, list | tuple):
        return ", ".join(named.get(str(part), str(part)) for part in value)
    return named.get(str(value), str(value))


def _choices(name: str, form: forms.Form | None) -> dict[str, str]:
    found = _field(name, form)
    choices: Any = found.choices if isinstance(found, forms.ChoiceField) else ()
    return {str(key): str(words) for key, words in choices}
