"""What a coordinator fills in to change the plan. The names are those of `editing`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from convive.domain.plans.definitions import DIMENSIONS, DISAGGREGATIONS, STRATEGIES
from convive.domain.plans.forms import choose
from convive.domain.plans.models import Combination
from convive.domain.plans.vocabulary import AGGREGATION_NAMES, CROSS_NAMES, UNIT_NAMES
from convive.domain.programme import queries as programme
from convive.kernel.figures import measures
from convive.kernel.forms import DayField, LongText

DIMENSION_NAMES = dict(
    zip(
        DIMENSIONS,
        (
            _("economic"),
            _("food"),
            _("health"),
            _("environmental"),
            _("personal"),
            _("community"),
            _("political"),
        ),
        strict=True,
    )
)
STRATEGY_NAMES = dict(zip(STRATEGIES, (_("protection"), _("empowerment"), _("both")), strict=True))
CATEGORY_NAMES = dict(
    zip(
        DISAGGREGATIONS,
        (_("age"), _("disability"), _("offence"), _("organisation"), _("sex")),
        strict=True,
    )
)
_BESIDE = ("reason", "seen", "valid_from")
_BOTH = _("Every text stands in both languages.")


class Edit(forms.Form):
    """Base of what changes a part of the plan: its reason, and what the person had before them."""

    reason = LongText(
        label=_("Why it changes"),
        help_text=_("Kept with what it was and what it is. The partners read it."),
        rows=2,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order: tuple[str, ...] | None = None

    def facts(self) -> dict[str, Any]:
        """What was filled in of the part itself."""
        return {name: value for name, value in self.cleaned_data.items() if name not in _BESIDE}

    def beside(self) -> dict[str, Any]:
        """What was filled in about the change."""
        return {name: value for name, value in self.cleaned_data.items() if name in _BESIDE}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in self.fields:
            if not name.endswith("_es"):
                continue
            twin = f"{name[:-3]}_en"
            for empty, full in ((name, twin), (twin, name)):
                if data.get(full) and data.get(empty) == "":
                    self.add_error(empty, _BOTH)
        return data


class PlanForm(Edit):
    name_es = forms.CharField(label=_("Name in Spanish"), max_length=300)
    name_en = forms.CharField(label=_("Name in English"), max_length=300)
    start = DayField(label=_("First day"))
    end = DayField(label=_("Last day"))
    note_es = LongText(label=_("What is assumed, in Spanish"), required=False)
    note_en = LongText(label=_("What is assumed, in English"), required=False)
    field_order = ("name_es", "name_en", "start", "end", "note_es", "note_en", "reason")


class ObjectiveForm(Edit):
    name_es = forms.CharField(label=_("What is reached, in Spanish"), max_length=300)
    name_en = forms.CharField(label=_("What is reached, in English"), max_length=300)
    lead = forms.ChoiceField(label=_("Who answers for it"), required=False)
    dimensions = forms.MultipleChoiceField(
        label=_("Dimensions of human security"),
        choices=list(DIMENSION_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    strategy = forms.ChoiceField(
        label=_("Protection or empowerment"),
        choices=[("", pgettext_lazy("strategy", "not said")), *STRATEGY_NAMES.items()],
        required=False,
    )
    field_order = ("name_es", "name_en", "lead", "dimensions", "strategy", "reason")

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        bodies = [(row.code, row.name) for row in programme.organisations()]
        choose(self, "lead", [("", _("nobody yet")), *bodies])

    def clean_dimensions(self) -> list[str]:
        """In the order in which they stood: another order is no change."""
        ticked = self.cleaned_data["dimensions"]
        before = [name for name in self.initial.get("dimensions", ()) if name in ticked]
        return [*before, *(name for name in ticked if name not in before)]


class IndicatorForm(Edit):
    name_es = forms.CharField(label=_("Name in Spanish"), max_length=300)
    name_en = forms.CharField(label=_("Name in English"), max_length=300)
    definition_es = LongText(label=_("Definition in Spanish"))
    definition_en = LongText(label=_("Definition in English"))
    unit = forms.ChoiceField(label=_("Unit"), choices=list(UNIT_NAMES.items()))
    numerator_es = LongText(label=_("What is counted, in Spanish"), rows=2)
    numerator_en = LongText(label=_("What is counted, in English"), rows=2)
    denominator_es = LongText(label=_("Of how many, in Spanish"), rows=2, required=False)
    denominator_en = LongText(label=_("Of how many, in English"), rows=2, required=False)
    ascending = forms.BooleanField(label=_("More is better"), required=False)
    across_periods = forms.ChoiceField(
        label=_("Several periods are"), choices=list(AGGREGATION_NAMES.items())
    )
    across_places = forms.ChoiceField(
        label=_("Several places are"), choices=list(AGGREGATION_NAMES.items())
    )
    disaggregation = forms.ChoiceField(label=_("Broken down"), choices=list(CROSS_NAMES.items()))
    categories = forms.MultipleChoiceField(
        label=_("By what"),
        choices=list(CATEGORY_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    measure = forms.ChoiceField(label=_("Computed by"), required=False)
    filters = forms.CharField(
        label=_("Of which records"),
        help_text=_("name=value, several between semicolons: source=mininter-vaw"),
        required=False,
    )
    standard = forms.CharField(label=_("Standard"), max_length=60, required=False)
    source = forms.CharField(label=_("Where the data come from"), max_length=200)
    valid_from = DayField(
        label=_("From which day the new definition holds"),
        help_text=_(
            "Needed where the number becomes another one: unit, direction, breakdown, measure. "
            "What was recorded before keeps the old definition."
        ),
        required=False,
    )
    field_order = (
        *("name_es", "name_en", "definition_es", "definition_en", "unit"),
        *("numerator_es", "numerator_en", "denominator_es", "denominator_en", "ascending"),
        *("across_periods", "across_places", "disaggregation", "categories"),
        *("measure", "filters", "standard", "source", "valid_from", "reason"),
    )

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        named = [(name, name) for name in sorted(measures())]
        choose(self, "measure", [("", _("nobody: values are recorded by hand")), *named])

    def clean_categories(self) -> list[str]:
        """In the order in which they stood: another order is no change."""
        ticked = self.cleaned_data["categories"]
        before = [name for name in self.initial.get("categories", ()) if name in ticked]
        return [*before, *(name for name in ticked if name not in before)]

    def clean_filters(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in filter(
            None, (part.strip() for part in self.cleaned_data["filters"].split(";"))
        ):
            name, _sign, value = (text.strip() for text in part.partition("="))
            if not (name and value):
                raise forms.ValidationError(_("Write name=value, several between semicolons."))
            found[name] = value
        return found


class TargetForm(Edit):
    place = forms.ChoiceField(label=_("Place"))
    combination = forms.CharField(
        label=_("Of whom"),
        help_text=_("total for everybody, or a part such as sex=female."),
        max_length=80,
        initial=Combination.TOTAL,
    )
    value = forms.FloatField(label=_("What is to be reached"))
    due = DayField(label=_("By when"))
    baseline = forms.FloatField(label=_("From which value"), required=False)
    baseline_on = DayField(label=_("Measured on"), required=False)
    note_es = LongText(label=_("Where it was published, in Spanish"), rows=2, required=False)
    note_en = LongText(label=_("Where it was published, in English"), rows=2, required=False)
    field_order = (
        *("place", "combination", "value", "due", "baseline", "baseline_on"),
        *("note_es", "note_en", "reason"),
    )

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        choose(self, "place", [(place.ref, place.name) for place in programme.places()])


def as_filters(filters: dict[str, str]) -> str:
    """Filters as the form writes them."""
    return ";".join(f"{name}={value}" for name, value in filters.items())


class DropForm(forms.Form):
    """Why a target goes."""

    reason = LongText(label=_("Why it goes"), rows=2)
