"""How a file is read, chosen from lists: one for each column, and some for the whole file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.programme import queries as programme
from convive.domain.programme.models import BoundaryEdition
from convive.evidence.desk.reading import SHAPES, chosen, roles
from convive.evidence.desk.words import (
    ATTEMPTED_NAMES,
    CONFIDENCE_NAMES,
    CRS_NAMES,
    DATE_ORDER_NAMES,
    LEVEL_NAMES,
    RELEASE_NAMES,
    ROLE_NAMES,
    SHAPE_NAMES,
    UNIT_NAMES,
    Words,
)
from convive.evidence.mapping import SourceSpec
from convive.evidence.suggest.suggestion import IGNORE, ColumnSuggestion, Suggestion

_OTHER = "other"
_AREAS = ("America", "Africa", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_TABLES = ("incidents", "counts")  # answers of a survey have a page of their own
_CLOCKS = {"datetime", "time", "hour", "from", "part"}


@dataclass(frozen=True)
class ColumnRow:
    """One column of the file beside the list from which its role is chosen."""

    column: ColumnSuggestion
    field: forms.BoundField
    confidence: Words


class ReadingForm(forms.Form):
    """The roles of the columns and what holds for the whole file.

    suggestion : what the file seems to hold. choices : what was chosen before.
    known : the mapping of the source, where it exists already.
    """

    shape = forms.ChoiceField(label=_("Each row of the file is"), widget=forms.RadioSelect)
    date_order = forms.ChoiceField(label=_("Dates are written"))
    crs = forms.ChoiceField(label=_("Coordinates are in"))
    other_crs = forms.CharField(
        label=_("Another system of coordinates"),
        help_text=_("Its EPSG number, such as 32717."),
        max_length=20,
        required=False,
    )
    is_snapped = forms.BooleanField(
        label=_("Points were moved to a few places, such as street corners or blocks"),
        required=False,
    )
    zone = forms.ChoiceField(label=_("Clock times are those of"))
    year = forms.RegexField(
        r"^(19|20)\d\d$",
        label=_("Year, which no column says"),
        error_messages={"invalid": _("Write a year, such as 2024.")},
    )
    places = forms.ChoiceField(label=_("Places are"))
    category = forms.CharField(
        label=_("What the records are, where no column says it"), max_length=200, required=False
    )
    attempted = forms.ChoiceField(label=_("Attempted or completed"), required=False)
    count_unit = forms.ChoiceField(label=_("What one record is"))
    edition = forms.ChoiceField(label=_("Within the boundaries"))
    releases = forms.ChoiceField(label=_("Each new file of this series"))
    absent_rows_are_zero = forms.BooleanField(
        label=_("What the file does not list is zero, not unknown"), required=False
    )

    def __init__(
        self,
        suggestion: Suggestion,
        choices: Mapping[str, Any],
        known: SourceSpec | None,
        data: Any = None,
    ) -> None:
        seen = chosen(suggestion, choices)
        super().__init__(data, initial=_initial(seen, choices, known))
        self.suggestion, self.known = suggestion, known
        self.shape_now = known.shape if known else (data or {}).get("shape") or seen.shape
        if self.shape_now not in _TABLES:
            self.shape_now = _TABLES[0]
        self._whole(seen)
        if known:
            for name in ("shape", "category", "attempted", "count_unit", "edition", "releases"):
                del self.fields[name]
            del self.fields["absent_rows_are_zero"]
        elif self.shape_now != "counts":
            for name in ("edition", "absent_rows_are_zero"):
                del self.fields[name]
        self._columns(seen)
        self._drop_what_is_not_there(seen)

    def rows(self) -> Iterator[ColumnRow]:
        for column in self.suggestion.columns:
            words = CONFIDENCE_NAMES.get(column.confidence, "")
            yield ColumnRow(column, self[f"role-{column.index}"], words)

    def whole(self) -> list[forms.BoundField]:
        """The questions about the whole file but its shape, in their order."""
        return [
            self[name] for name in self.fields if not name.startswith("role-") and name != "shape"
        ]

    def clean_other_crs(self) -> str:
        text: str = self.cleaned_data["other_crs"].strip().upper()
        if not text:
            return ""
        code = text if text.startswith("EPSG:") else f"EPSG:{text}"
        if not code.removeprefix("EPSG:").isdecimal():
            raise forms.ValidationError(_("Write its EPSG number, such as 32717."))
        return code

    def choices(self) -> dict[str, Any]:
        """What was chosen, for `desk.reading`. Only of a valid form."""
        data = self.cleaned_data
        found: dict[str, Any] = {
            "roles": {str(c.index): data[f"role-{c.index}"] for c in self.suggestion.columns},
            "date_order": data["date_order"],
        }
        if "crs" in data:
            crs = data["other_crs"] if data["crs"] == _OTHER else data["crs"]
            found["crs"] = crs or "EPSG:4326"
            found["is_snapped"] = data["is_snapped"]
        if "zone" in data:
            found["zone"] = data["zone"]
        if "year" in data:
            found["constants"] = {"year": data["year"]}
        if "places" in data:
            scheme, _colon, digits = data["places"].partition(":")
            found |= {"scheme": scheme, "digits": int(digits or 0)}
        for name in ("shape", "category", "attempted", "count_unit", "edition", "releases"):
            if name in data:
                found[name] = data[name]
        return found | {"absent_rows_are_zero": data.get("absent_rows_are_zero", False)}

    def _whole(self, seen: Suggestion) -> None:
        self._set("shape", [(shape, SHAPE_NAMES[shape]) for shape in SHAPES])
        self._set("date_order", list(DATE_ORDER_NAMES.items()))
        systems = dict(CRS_NAMES)
        for guess in seen.crs_candidates:
            systems.setdefault(guess.code, guess.name)
        if seen.crs:
            systems.setdefault(seen.crs, seen.crs)
        open_question = [("", _("choose"))] if not seen.crs and seen.crs_candidates else []
        other = (_OTHER, _("another, which I name below"))
        self._set("crs", [*open_question, *systems.items(), other])
        self._set("zone", zone_choices(self.initial["zone"]))
        self._set("places", place_choices())
        self._set("attempted", list(ATTEMPTED_NAMES.items()))
        self._set("count_unit", list(UNIT_NAMES.items()))
        editions = BoundaryEdition.objects.filter(retired_on=None)
        self._set("edition", [(row.code, row.name) for row in editions])
        self._set("releases", list(RELEASE_NAMES.items()))

    def _columns(self, seen: Suggestion) -> None:
        offered = [(role, ROLE_NAMES.get(role, role)) for role in (IGNORE, *roles(self.shape_now))]
        for column in seen.columns:
            role = column.role if column.role in dict(offered) else IGNORE
            self.fields[f"role-{column.index}"] = _RoleField(
                label=column.header, offered=offered, initial=role
            )

    def _drop_what_is_not_there(self, seen: Suggestion) -> None:
        """No question about coordinates or codes of a file that has none."""
        roles = {self.data.get(f"role-{c.index}", c.role) for c in seen.columns}
        if not {"x", "y"} & roles:
            del self.fields["crs"], self.fields["other_crs"], self.fields["is_snapped"]
        if not _CLOCKS & roles:
            del self.fields["zone"]
        if "month" not in roles or "year" in roles:
            del self.fields["year"]
        if "place" not in roles:
            del self.fields["places"]
        if not self.known and "category" in roles:
            del self.fields["category"]
        if not self.known and "attempted" in roles:
            del self.fields["attempted"]

    def _set(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class _RoleField(forms.ChoiceField):
    """A role that the other shape of the file does not know is left out, not refused."""

    def __init__(self, *, offered: list[tuple[str, Any]], **more: Any) -> None:
        super().__init__(choices=offered, **more)
        self.known = {role for role, _words in offered}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return text if text in self.known else IGNORE


def place_choices() -> list[tuple[str, Any]]:
    """`scheme:digits` for each level of each scheme of the programme, the finest first."""
    found = programme.programme()
    choices: list[tuple[str, Any]] = []
    for scheme, about in (found.schemes if found else {}).items():
        name = about.get("name_es") or scheme
        levels = list(zip(LEVEL_NAMES.values(), about.get("digits", []), strict=False))
        for level, digits in reversed(levels):
            words = _("codes of %(scheme)s: %(level)s, %(digits)s digits")
            choices.append(
                (f"{scheme}:{digits}", words % {"scheme": name, "level": level, "digits": digits})
            )
    return choices or [("", _("not given"))]


def zone_choices(first: str) -> list[tuple[str, Any]]:
    """The zone that is the likeliest, then all by continent."""
    by_area: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        area, _slash, city = name.partition("/")
        if area in _AREAS and city:
            by_area.setdefault(area, []).append((name, city.replace("_", " ")))
    return [(first, first.replace("_", " ")), *by_area.items()]


def _initial(
    seen: Suggestion, choices: Mapping[str, Any], known: SourceSpec | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "shape": seen.shape,
        "date_order": seen.date_order,
        "crs": seen.crs or ("" if seen.crs_candidates else "EPSG:4326"),
        "is_snapped": seen.is_snapped,
        "zone": seen.zone or "UTC",
        "year": seen.constants.get("year", ""),
    }
    scheme, digits = seen.scheme, seen.digits
    if known:
        found |= {"date_order": choices.get("date_order", known.file.date_order)}
        found |= {"crs": choices.get("crs", known.crs), "zone": choices.get("zone", known.zone)}
        found["is_snapped"] = choices.get("is_snapped", known.limits.snapped_points)
        scheme, digits = known.place.scheme, known.place.digits
    if scheme:
        found["places"] = f"{scheme}:{digits}"
    found |= {
        key: choices[key] for key in ("category", "attempted", "count_unit") if key in choices
    }
    return found | {
        key: choices[key]
        for key in ("edition", "releases", "absent_rows_are_zero")
        if key in choices
    }
