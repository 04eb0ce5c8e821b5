"""What people fill in about what was achieved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.plans import queries
from convive.domain.plans.forms import choose, districts_of, organisations_of
from convive.domain.plans.models import Combination, Indicator
from convive.domain.plans.vocabulary import STATE_NAMES
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput
from convive.kernel.forms import LongText
from convive.kernel.periods import Period


class PeriodField(forms.CharField):
    """A period as the field writes it: `2015`, `2015Q1`, `2015-01`."""

    def clean(self, value: Any) -> Period:
        text = super().clean(value)
        try:
            return Period.parse(text)
        except BadInput as error:
            problem = error.problems[0]
            raise forms.ValidationError(f"{problem.why} {problem.remedy}") from None


class ValueFilter(forms.Form):
    """What narrows the list of values. Every field may stay empty."""

    indicator = forms.ChoiceField(label=_("Indicator"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        everything = ("", _("all"))
        rows = [(row.code, queries.latest_version(row).name) for row in queries.recorded_by_hand()]
        choose(self, "indicator", [everything, *rows])
        choose(self, "state", [everything, *STATE_NAMES.items()])


class ValueForm(forms.Form):
    """What one organisation reached in one place and period."""

    indicator = forms.ChoiceField(label=_("Indicator"))
    organisation = forms.ChoiceField(label=_("Organisation"))
    place = forms.ChoiceField(label=_("Place"))
    period = PeriodField(
        label=_("Period"),
        help_text=_(
            "A year, quarter or month: 2015, 2015Q1, 2015-01. What was reached in it alone, "
            "never since the beginning."
        ),
        max_length=10,
    )
    combination = forms.CharField(
        label=_("Of whom"),
        help_text=_("total for everybody, or a part such as sex=female."),
        max_length=80,
        initial=Combination.TOTAL,
    )
    numerator = forms.FloatField(label=_("Number"), help_text=_("Of a percentage: how many."))
    denominator = forms.FloatField(
        label=_("Of how many"), help_text=_("For percentages and rates alone."), required=False
    )
    source = forms.CharField(
        label=_("Where it comes from"),
        help_text=_("The register or list, so that somebody else can find it again."),
        max_length=200,
    )

    def __init__(self, data: Any, *, who: Actor, **options: Any) -> None:
        super().__init__(data, **options)
        record = Permission.RECORD_VALUE
        rows = queries.recorded_by_hand()
        choose(self, "indicator", [(row.code, _named(row)) for row in rows])
        choose(self, "organisation", organisations_of(who, record))
        wider = [
            (place.ref, place.name)
            for place in programme.places().exclude(level__in=("district", "settlement"))
        ]
        choose(self, "place", [*districts_of(who, record), *wider])


class ReturnForm(forms.Form):
    """Why a value goes back."""

    feedback = LongText(label=_("What is wrong with it"), rows=2)


class LockForm(forms.Form):
    """The period that is closed, and why."""

    plan = forms.ChoiceField(label=_("Plan"))
    first = PeriodField(label=_("First period"), max_length=10, help_text=_("For instance 2015Q1."))
    last = PeriodField(label=_("Last period"), max_length=10)
    reason = LongText(
        label=_("Why"), help_text=_("For instance: reported to the funder on 15 July."), rows=2
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        choose(self, "plan", [(plan.code, plan.name) for plan in queries.plans()])

    def period(self) -> Period:
        """From the first day of the one to the last day of the other. Raises BadInput."""
        return Period(self.cleaned_data["first"].start, self.cleaned_data["last"].end)


class OpenForm(forms.Form):
    """Why a closed period is opened."""

    reason = LongText(label=_("Why it is opened"), rows=2)


def _named(indicator: Indicator) -> str:
    version = queries.latest_version(indicator)
    return f"{indicator.objective.code} · {version.name}"
