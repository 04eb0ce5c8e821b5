"""What each category of a file is: a class of ICCS, how closely it may be shown, tried or done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.evidence.desk.offences import Classed, protection_of
from convive.evidence.desk.words import PROTECTION_NAMES
from convive.evidence.iccs import classes as iccs
from convive.evidence.iccs.classes import IccsGuess
from convive.evidence.iccs.guess import flags_for

NONE, OTHER = "none", "other"
_GUESSES = 3
_CODE = re.compile(r"\d{2,6}")


@dataclass(frozen=True)
class CategoryRow:
    """One category beside what is asked of it."""

    category: str
    rows: int
    guess: IccsGuess | None
    iccs: forms.BoundField
    other: forms.BoundField
    protection: forms.BoundField
    attempted: forms.BoundField | None


class OffencesForm(forms.Form):
    """One group of fields for each category, and a confirmation for all of them.

    categories : with their rows, those of most rows first.
    before : what was confirmed before, by category.
    tells_attempted : the file says in a column of its own which were attempts.
    prefix : of its fields, where a page has two of these forms.
    """

    checked = forms.BooleanField(
        label=_("I have checked these"),
        error_messages={"required": _("Look at every line and confirm that you have checked it.")},
    )

    def __init__(
        self,
        categories: Sequence[tuple[str, int]],
        before: Mapping[str, Classed],
        *,
        tells_attempted: bool,
        data: Any = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, prefix=prefix)
        self.categories = list(categories)
        self.tells_attempted = tells_attempted
        names = [name for name, _rows in categories]
        self.guesses = {name: found[:_GUESSES] for name, found in iccs.offences(names).items()}
        confirmation = self.fields.pop("checked")
        for number, name in enumerate(names):
            self._group(number, name, before.get(name))
        self.fields["checked"] = confirmation

    def rows(self) -> Iterator[CategoryRow]:
        for number, (category, rows) in enumerate(self.categories):
            found = self.guesses[category]
            yield CategoryRow(
                category,
                rows,
                found[0] if found else None,
                self[f"iccs-{number}"],
                self[f"other-{number}"],
                self[f"protection-{number}"],
                None if self.tells_attempted else self[f"attempted-{number}"],
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number, (category, _rows) in enumerate(self.categories):
            said = data.get(f"iccs-{number}", "")
            code = "" if said == NONE else said
            if said == OTHER:
                code = self._looked_up(number, category, data)
            data[f"code-{number}"] = code
            if flags_for(code, category) and data.get(f"protection-{number}") == "none":
                self.add_error(
                    f"protection-{number}",
                    _("A dot on a map would be somebody’s door: never finer than a district."),
                )
        return data

    def classed(self) -> list[Classed]:
        """What a valid form says of each category."""
        data = self.cleaned_data
        found = []
        for number, (category, _rows) in enumerate(self.categories):
            found.append(
                Classed(
                    category=category,
                    iccs=data[f"code-{number}"],
                    protection=data[f"protection-{number}"],
                    attempted=bool(data.get(f"attempted-{number}")),
                )
            )
        return found

    def _group(self, number: int, category: str, before: Classed | None) -> None:
        found = self.guesses[category]
        first = found[0] if found else None
        flags = {flag for guess in found[:1] for flag in guess.flags}
        self.fields[f"iccs-{number}"] = forms.ChoiceField(
            label=category,
            widget=forms.RadioSelect,
            choices=_choices(found),
            initial=_said(before, found) if before else (first.code or NONE) if first else None,
            error_messages={"required": _("Choose what it is.")},
        )
        self.fields[f"other-{number}"] = forms.CharField(
            label=_("Another class: its number or words"),
            max_length=120,
            required=False,
            initial=before.iccs if before and _said(before, found) == OTHER else "",
            widget=forms.TextInput(attrs={"list": "iccs-classes", "autocomplete": "off"}),
        )
        self.fields[f"protection-{number}"] = forms.ChoiceField(
            label=_("How closely it may be shown"),
            choices=list(PROTECTION_NAMES.items()),
            # Where nobody could say what it is, nobody could say either that it may be shown
            initial=before.protection
            if before
            else protection_of(list(flags))
            if first
            else "district",
        )
        if not self.tells_attempted:
            self.fields[f"attempted-{number}"] = forms.BooleanField(
                label=_("These were attempts"),
                required=False,
                initial=before.attempted if before else bool(first and first.attempted),
            )

    def _looked_up(self, number: int, category: str, data: Mapping[str, Any]) -> str:
        """The class that was written; where it is words, what they may mean is offered instead."""
        text = data.get(f"other-{number}", "").strip()
        code = _CODE.match(text)
        if code and iccs.label(code[0]):
            return code[0]
        if not text:
            why = _("Write its number or a few words.")
        elif code:
            why = _("ICCS has no class of this number.")
        else:
            found = iccs.offences([text])[text][:_GUESSES]
            why = (
                _("Choose among what was found for these words.")
                if found
                else _("Nothing was found for these words. Try others, or its number.")
            )
            if found:
                self.guesses[category] = found
                field = self.fields[f"iccs-{number}"]
                assert isinstance(field, forms.ChoiceField)
                field.choices = _choices(found)
        self.add_error(f"iccs-{number}", why)
        return ""


def _choices(found: Sequence[IccsGuess]) -> list[tuple[str, Any]]:
    choices: list[tuple[str, Any]] = [
        (guess.code, f"{guess.code} {guess.label}") for guess in found if guess.code
    ]
    return [*choices, (OTHER, _("another class, which I name")), (NONE, _("no one class fits"))]


def _said(before: Classed, found: Sequence[IccsGuess]) -> str:
    if not before.iccs:
        return NONE
    return before.iccs if before.iccs in {guess.code for guess in found} else OTHER
