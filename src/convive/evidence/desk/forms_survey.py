"""How the answers of a survey are read: a column from a list for each part of the sample."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.programme import queries as programme
from convive.evidence.desk.forms_reading import place_choices
from convive.evidence.desk.reading import chosen
from convive.evidence.desk.survey import BANDS, first_sexes
from convive.evidence.desk.words import (
    COUNTED_NAMES,
    DATE_ORDER_NAMES,
    LONELY_NAMES,
    SHAPE_NAMES,
    SURVEY_HINTS,
    SURVEY_NAMES,
)
from convive.evidence.keyin.forms import MonthField
from convive.evidence.mapping import SourceSpec
from convive.evidence.microdata.spec import Survey
from convive.evidence.suggest.suggestion import IGNORE, ColumnSuggestion, Suggestion

_SAMPLES = 3
_NO_WEIGHT = _("Choose it. Without weights nothing can be said of those who were not asked.")
_SAMPLE = ("weight", "stratum", "cluster", "fpc")
_WHO = ("sex", "id", "women", "men", "age", "age_band", "age_bands", "round")
_WHERE, _WHEN = ("place",), ("date", "period", "year", "month", "day")


class SurveyForm(forms.Form):
    """One list of columns for each part of the sample, and what holds for the whole survey.

    suggestion : what the file seems to hold. choices : what was chosen before.
    known : the mapping of the source, where it exists already.
    """

    shape = forms.ChoiceField(label=_("Each row of the file is"), widget=forms.RadioSelect)
    places = forms.ChoiceField(label=_("Places are"), required=False)
    one_place = forms.ChoiceField(
        label=_("Where, if no column says it"),
        help_text=_("Only where all of it was asked in one place."),
        required=False,
    )
    date_order = forms.ChoiceField(label=_("Dates are written"))
    fieldwork = MonthField(label=_("Month of the interviews, if no column says it"), required=False)
    women = forms.MultipleChoiceField(
        label=_("Women are written"), widget=forms.CheckboxSelectMultiple, required=False
    )
    men = forms.MultipleChoiceField(
        label=_("Men are written"), widget=forms.CheckboxSelectMultiple, required=False
    )
    age_bands = forms.ChoiceField(label=_("Ages are kept in the bands"), required=False)
    unit = forms.ChoiceField(label=_("The weights count"))
    lonely = forms.ChoiceField(label=_("Where a stratum has one cluster alone"))

    def __init__(
        self,
        suggestion: Suggestion,
        choices: Mapping[str, Any],
        known: SourceSpec | None,
        data: Any = None,
    ) -> None:
        self.suggestion, self.known = suggestion, known
        self.seen = chosen(suggestion, {**choices, "shape": "microdata"})
        self.survey = (known.survey if known else None) or Survey()
        super().__init__(data, initial=self._initial(choices))
        self._set("shape", list(SHAPE_NAMES.items()))
        self._set("places", place_choices())
        named = [(place.ref, place.name) for place in programme.places()]
        self._set("one_place", [("", _("not given")), *named])
        self._set("date_order", list(DATE_ORDER_NAMES.items()))
        bands = list(dict.fromkeys(filter(None, [tuple(self.survey.age_bands), *BANDS])))
        self._set("age_bands", [(_joined(one), _said(one)) for one in bands])
        self._set("unit", list(COUNTED_NAMES.items()))
        self._set("lonely", list(LONELY_NAMES.items()))
        self._sexes()
        if known:
            del self.fields["shape"]
        self._columns()

    def sample(self) -> list[forms.BoundField]:
        return [self[name] for name in (*_SAMPLE, "unit", "lonely")]

    def where(self) -> list[forms.BoundField]:
        return [self[name] for name in (*_WHERE, "places", "one_place")]

    def when(self) -> list[forms.BoundField]:
        return [self[name] for name in (*_WHEN, "date_order", "fieldwork")]

    def who(self) -> list[forms.BoundField]:
        return [self[name] for name in _WHO if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given: dict[str, str] = {}
        for role in SURVEY_NAMES:
            index = data.get(role, "")
            if index and index in given:
                self.add_error(role, _("This column was chosen above for something else."))
            given.setdefault(index, role)
        if not data.get("place") and not data.get("one_place"):
            self.add_error("place", _("Choose the column that says where, or the one place."))
        when = any(data.get(role) for role in ("date", "period", "year"))
        if not when and not data.get("fieldwork") and "fieldwork" not in self.errors:
            self.add_error("date", _("Choose the column that says when, or write the month."))
        if data.get("sex") and not data.get("women") and not data.get("men"):
            name = "women" if "women" in self.fields else "sex"
            self.add_error(name, _("Tick what the file writes for women and for men."))
        if set(data.get("women", [])) & set(data.get("men", [])):
            self.add_error("men", _("The same value cannot mean both."))
        return data

    def choices(self) -> dict[str, Any]:
        """What was chosen, for `desk.reading`. Only of a valid form."""
        data = self.cleaned_data
        roles = {data[role]: role for role in SURVEY_NAMES if data[role]}
        found: dict[str, Any] = {
            "shape": "microdata",
            "roles": {str(c.index): roles.get(str(c.index), IGNORE) for c in self.seen.columns},
            "date_order": data["date_order"],
            "constants": {},
            "count_unit": "respondent",
            "releases": "replace",
            "survey": {"unit": data["unit"], "lonely": data["lonely"]},
        }
        if data["age"]:
            found["survey"]["age_bands"] = [int(year) for year in data["age_bands"].split(",")]
        if data["sex"]:
            found["sex"] = {"female": data.get("women", []), "male": data.get("men", [])}
        scheme, _colon, digits = data["places"].partition(":")
        if not data["place"]:
            scheme, _colon, code = data["one_place"].partition(":")
            digits = str(len(code)) if code.isdecimal() else "0"
            found["constants"]["place"] = code
        found |= {"scheme": scheme, "digits": int(digits or 0)}
        if not any(data[role] for role in ("date", "period", "year")):
            found["constants"]["period"] = f"{data['fieldwork']:%Y-%m}"
        return found

    def _columns(self) -> None:
        columns = [column for column in self.seen.columns if not column.is_personal]
        listed = [("", _("none")), *((str(c.index), _shown(c)) for c in columns)]
        for role, words in SURVEY_NAMES.items():
            taken = self.seen.column(role)
            self.fields[role] = forms.ChoiceField(
                label=str(words),
                help_text=str(SURVEY_HINTS.get(role, "")),
                choices=listed,
                initial=str(taken.index) if taken else "",
                required=role == "weight",
                error_messages={"required": _NO_WEIGHT},
            )

    def _sexes(self) -> None:
        """The values of the column that is chosen now; of another one the page is shown again."""
        said = (self.data or {}).get("sex")
        column = self.seen.column("sex")
        if said is not None:
            column = next((c for c in self.seen.columns if str(c.index) == said), None)
        if column is None:
            del self.fields["women"], self.fields["men"]
            return
        values = [(text, text) for text in column.samples]
        self._set("women", values)
        self._set("men", values)
        if column != self.seen.column("sex"):
            return
        if not self.initial.get("women") and not self.initial.get("men"):
            guess = first_sexes(column)
            self.initial["women"], self.initial["men"] = guess["female"], guess["male"]

    def _initial(self, choices: Mapping[str, Any]) -> dict[str, Any]:
        seen, known = self.seen, self.known
        told = choices.get("survey", {})
        sexes = choices.get("sex") or {}
        if not sexes and known and "sex" in known.columns:
            values = known.columns["sex"].values
            sexes = {sex: [t for t, kept in values.items() if kept == sex] for sex in
                     ("female", "male")}  # fmt: skip
        scheme, digits = seen.scheme, seen.digits
        constants = dict(seen.constants)
        if known:
            scheme, digits = known.place.scheme, known.place.digits
            constant = known.columns.get("place")
            if constant and constant.constant:
                constants.setdefault("place", constant.constant)
        place = constants.get("place")
        return {
            "shape": "microdata",
            "places": f"{scheme}:{digits}",
            "one_place": f"{scheme}:{place}" if place else "",
            "date_order": choices.get("date_order")
            or (known.file.date_order if known else seen.date_order),
            "fieldwork": constants.get("period", ""),
            "women": sexes.get("female", []),
            "men": sexes.get("male", []),
            "age_bands": _joined(told.get("age_bands") or self.survey.age_bands or BANDS[0]),
            "unit": told.get("unit", self.survey.unit),
            "lonely": told.get("lonely", self.survey.lonely),
        }

    def _set(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _shown(column: ColumnSuggestion) -> str:
    samples = ", ".join(column.samples[:_SAMPLES])
    return f"{column.header} ({samples})" if samples else column.header


def _joined(years: Any) -> str:
    return ",".join(str(year) for year in years)


def _said(years: tuple[int, ...]) -> str:
    pairs = itertools.pairwise(years)
    return ", ".join([*(f"{first}–{after - 1}" for first, after in pairs), f"{years[-1]}+"])
