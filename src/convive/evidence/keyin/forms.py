"""What a person fills in to type in a table: what it is about, its numbers, a decision on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.domain.programme.models import BoundaryEdition
from convive.evidence.actions_keyin import Sheet
from convive.evidence.desk import uploads
from convive.evidence.desk.forms_reading import place_choices
from convive.evidence.desk.forms_upload import NEW, day_input, taken_codes
from convive.evidence.desk.reading import new_code
from convive.evidence.desk.upload_handler import is_too_large
from convive.evidence.desk.words import KIND_NAMES
from convive.evidence.keyin import tables as keyin
from convive.evidence.mapping import KINDS, SourceSpec
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.kernel.scans import MOST_BYTES

_MOST_OFFENCES = 30


class MonthField(forms.CharField):
    """A month as browsers and people write it: 2024-03."""

    def __init__(self, **more: Any) -> None:
        month = forms.TextInput(attrs={"type": "month", "placeholder": "2024-03"})
        super().__init__(max_length=7, widget=month, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:  # only where it may be left out
            return None
        try:
            found = Period.parse(text)
        except BadInput:
            found = None
        if found is None or len(text) != 7:
            raise forms.ValidationError(_("Write year and month, such as 2024-03."))
        if found.start > programme.today():
            raise forms.ValidationError(_("This month has not come yet."))
        return found.start


class SheetForm(forms.Form):
    """Which series, which places, months and offences, and the document it is typed from."""

    source = forms.ChoiceField(
        label=_("Which series does it belong to?"),
        error_messages={"required": _("Choose the series, or say that it is a new one.")},
    )
    name_es = forms.CharField(label=_("Its name in Spanish"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Its name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Who records it"), required=False)
    edition = forms.ChoiceField(label=_("Within the boundaries"), required=False)
    places = forms.MultipleChoiceField(
        label=_("Places"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one place.")},
    )
    first = MonthField(label=_("First month"))
    last = MonthField(label=_("Last month"))
    categories = forms.CharField(
        label=_("Offences"),
        help_text=_("One a line, as the document calls them. Blank: those of the series."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        required=False,
    )
    document_number = forms.CharField(
        label=_("Number of the document"),
        help_text=_("Such as Oficio 214-2024-MDLE."),
        max_length=80,
    )
    document_date = forms.DateField(label=_("Date of the document"), widget=day_input())
    scan = forms.FileField(
        label=_("Scan or photograph of the document"),
        help_text=_("PDF, JPEG or PNG, up to 10 MB. It is kept sealed; who confirms sees it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        required=False,
    )

    def __init__(self, who: Actor, request: Any = None) -> None:
        data, files = (request.POST, request.FILES) if request else (None, None)
        super().__init__(data, files)
        self.request = request
        self.sources = {row.code: row for row in keyin.sources_for(who)}
        self.owners = uploads.organisations_of(who, Permission.DESCRIBE_SOURCE)
        self.mine = uploads.own_organisation(who)
        choices: list[tuple[str, Any]] = [(row.code, row.name) for row in self.sources.values()]
        if self.mine is not None and self.mine in self.owners:
            choices.append((NEW, _("a new one, which I describe below")))
        self._set("source", [("", _("choose")), *choices])
        self._set("kind", [(kind, KIND_NAMES[kind]) for kind in KINDS])
        editions = BoundaryEdition.objects.filter(retired_on=None).order_by("-valid_from")
        self._set("edition", [(row.code, row.name) for row in editions])
        self._set("places", keyin.place_choices())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last month lies before the first."))
        if data.get("source") == NEW:
            for name in ("name_es", "kind", "edition"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("A new series needs this."))
        self._clean_categories(data)
        scan = data.get("scan")
        if is_too_large(self.request) or (scan and scan.size > MOST_BYTES):
            self.add_error("scan", _("It is larger than 10 MB. Scan it in grey or in parts."))
        day = data.get("document_date")
        if day and day > programme.today():
            self.add_error("document_date", _("This day has not come yet."))
        return data

    def sheet(self) -> Sheet:
        """What a valid form says. Raises BadInput where the programme knows no scheme of places."""
        data = self.cleaned_data
        source = self.sources.get(data["source"])
        scan = data["scan"]
        return Sheet(
            axis=keyin.Axis(
                data["places"],
                keyin.months_between(data["first"], data["last"]),
                data["categories"],
            ),
            document_number=data["document_number"],
            document_date=data["document_date"],
            organisation=(source.owner if source else None) or self.mine,
            source=source,
            new=None if source else self._new(data),
            scan=scan.read() if scan else b"",
        )

    def _clean_categories(self, data: dict[str, Any]) -> None:
        said = [" ".join(line.split()) for line in data.get("categories", "").splitlines()]
        found = list({name.upper(): name for name in said if name}.values())
        source = self.sources.get(data.get("source", ""))
        if not found and source is not None:
            found = keyin.known_categories(source)
        if "categories" in self.errors:
            return
        if not found:
            self.add_error("categories", _("Write the offences of the table, one a line."))
        elif len(found) > _MOST_OFFENCES:
            self.add_error("categories", _("Too many for one table: take at most 30."))
        elif any(len(name) > 200 for name in found):
            self.add_error("categories", _("An offence is named in at most 200 letters."))
        data["categories"] = found

    def _new(self, data: Mapping[str, Any]) -> SourceSpec:
        scheme, _colon, digits = place_choices()[0][0].partition(":")
        assert self.mine is not None  # else the choice is not offered
        found = programme.programme()
        return keyin.source_spec(
            code=new_code(data["name_es"], taken_codes()),
            name_es=data["name_es"],
            name_en=data["name_en"] or data["name_es"],
            kind=data["kind"],
            owner=self.mine.code,
            scheme=scheme,
            digits=int(digits or 0),
            edition=data["edition"],
            zone=found.zone if found else "UTC",
        )

    def _set(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class CellsForm(forms.Form):
    """The numbers of a table. A blank cell is not known; zero is written."""

    def __init__(self, axis: keyin.Axis, cells: Mapping[str, int], data: Any = None) -> None:
        super().__init__(data)
        for key in axis.names():
            self.fields[f"n-{key}"] = forms.IntegerField(
                min_value=0,
                max_value=keyin.MOST_COUNT,
                required=False,
                initial=cells.get(key),
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages={
                    "invalid": _("Write digits alone, or leave it blank."),
                    "min_value": _("A count cannot be below zero."),
                    "max_value": _("This is more than a table of this kind holds."),
                },
            )

    def cells(self) -> dict[str, int | None]:
        return {name.removeprefix("n-"): n for name, n in self.cleaned_data.items()}


class ConfirmForm(forms.Form):
    compared = forms.BooleanField(
        label=_("I have compared every number with the document"),
        error_messages={"required": _("Compare the numbers first, and then tick this.")},
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("What is not right?"),
        help_text=_("Name the month and the offence. No names of people."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
    )
