"""What a person fills in about an evaluation: its design in words, why it changes, why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.domain.observatory.evaluation_page import METHODS, RULES, SCALES
from convive.domain.observatory.evaluation_rules import Facts
from convive.domain.observatory.forms import MonthField
from convive.domain.observatory.map_page import name_of
from convive.domain.observatory.models import Design
from convive.domain.plans.models import Commitment
from convive.domain.programme.models import Place
from convive.evidence.models import Offence
from convive.evidence.queries import SourceView
from convive.kernel.forms import LongText
from convive.kernel.periods import Period


def _places(label: Any, help_text: Any = "", *, required: bool = False) -> Any:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.CheckboxSelectMultiple,
    )


class DesignForm(forms.Form):
    """A design, in the order in which one thinks of it: what, where, when, and against what."""

    title = forms.CharField(
        label=_("The question, in one sentence"),
        help_text=_("Such as: did lighting three blocks in La Esperanza lower robberies?"),
        max_length=200,
    )
    what = LongText(
        label=_("What was done"),
        help_text=_("In plain words. No names, no addresses."),
        max_length=600,
        rows=2,
    )
    treated = _places(_("Where it was done"), required=True)
    first = MonthField(label=_("First month in which it was done"), help_text=_("Such as 2024-06."))
    source = forms.ChoiceField(label=_("Source"))
    before = MonthField(
        label=_("From which month the time before counts"),
        help_text=_("At least twelve months before the first; three years are better."),
    )
    until = MonthField(
        label=_("Until which month"),
        help_text=_("The result can be opened when this month no longer grows."),
    )
    buffer = _places(
        _("Next door"), _("Where it may have moved to. These places are not compared with.")
    )
    rule = forms.ChoiceField(
        label=_("Compared with"), widget=forms.RadioSelect, choices=list(RULES.items())
    )
    pool = _places(_("Districts chosen"), _("Only where they are chosen one by one."))
    method = forms.ChoiceField(label=_("Method"), choices=list(METHODS.items()))
    scale = forms.ChoiceField(label=_("Effect"), choices=list(SCALES.items()))
    why = LongText(
        label=_("Why so"),
        help_text=_("Why these months and places: whoever reads the result reads this first."),
        max_length=600,
    )

    def __init__(
        self,
        data: Any,
        *,
        sources: Sequence[SourceView],
        offences: Mapping[str, Sequence[Offence]],
        own: Sequence[Place],
        districts: Sequence[Place],
        commitments: Sequence[Commitment] = (),
        is_change: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self._choose("source", [(view.code, view.name) for view in sources])
        self._choose("treated", [(place.ref, place.name) for place in own])
        for name in ("buffer", "pool"):
            self._choose(name, [(place.ref, place.name) for place in districts])
        listed: list[Any] = [("", gettext("All that the source counts"))]
        for view in sources:
            named = [(row.category, name_of(row)) for row in offences.get(view.code, ())]
            listed += [(view.name, named)] if len(sources) > 1 else named
        self.fields["offence"] = forms.CharField(
            label=gettext("Outcome"), required=False, widget=forms.Select(choices=listed)
        )
        if commitments:
            self.fields["commitment"] = forms.ChoiceField(
                label=gettext("Commitment that it evaluates"),
                required=False,
                choices=[
                    ("", gettext("no commitment")),
                    *((str(row.pk), row.what) for row in commitments),
                ],
            )
        if is_change:
            self.fields["reason"] = LongText(
                label=gettext("Why the design is changed"),
                help_text=gettext("It stays on the page with the version before."),
                max_length=600,
                rows=2,
            )
        shown = (
            "title", "what", "commitment", "treated", "first", "source", "offence", "before",
            "until", "buffer", "rule", "pool", "method", "scale", "why", "reason",
        )  # fmt: skip
        self.order_fields([name for name in shown if name in self.fields])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def facts(self) -> Facts:
        data = self.cleaned_data
        months: dict[str, Period] = {name: data[name] for name in ("before", "first", "until")}
        chosen = data["pool"] if data["rule"] == "chosen" else ()
        return Facts(
            title=data["title"],
            what=data["what"],
            why=data["why"],
            source=data["source"],
            offence=data["offence"],
            treated=tuple(data["treated"]),
            buffer=tuple(data["buffer"]),
            pool=tuple(chosen),
            rule=data["rule"],
            method=data["method"],
            scale=data["scale"],
            before=months["before"].start,
            first=months["first"].start,
            until=months["until"].end.replace(day=1),
        )


def first_words(design: Design) -> dict[str, Any]:
    """A form that begins with what stands."""
    words = ("title", "what", "why", "source", "offence", "treated", "buffer", "rule", "pool",
             "method", "scale")  # fmt: skip
    found = {name: getattr(design, name) for name in words}
    months = {name: f"{getattr(design, name):%Y-%m}" for name in ("before", "first", "until")}
    return found | months


class SetAsideForm(forms.Form):
    """Why nobody evaluates it."""

    reason = LongText(label=_("Why it is not evaluated"), max_length=600, rows=2)
