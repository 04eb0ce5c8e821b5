"""What a person chooses of a question: source, offence, months, and the choices of the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.observatory.analyses.questions import Question
from convive.domain.observatory.forms import ViewForm
from convive.domain.observatory.map_page import name_of
from convive.evidence.models import Offence
from convive.evidence.queries import SourceView


class AskForm(ViewForm):
    """offences : of each source, what may be shown finer than a district."""

    def __init__(
        self,
        *args: Any,
        question: Question,
        sources: Sequence[SourceView],
        offences: Mapping[str, Sequence[Offence]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, sources=sources, **kwargs)
        self.question = question
        self.fields["source"].required = True
        self.fields["first"].required = self.fields["last"].required = True
        everything = _("All that may be shown closer than a district")
        if question.is_of_districts:
            everything = _("All that the source counts")
        listed: list[Any] = [("", everything)]
        for view in sources:
            named = [(row.category, name_of(row)) for row in offences.get(view.code, ())]
            listed += [(view.name, named)] if len(sources) > 1 else named
        self.fields["offence"] = forms.CharField(
            label=_("Offence"), required=False, widget=forms.Select(choices=listed)
        )
        for choice in question.choices:
            self.fields[choice.name] = forms.ChoiceField(
                label=str(choice.label), choices=list(choice.values.items()), initial=choice.usual
            )

    def choices(self) -> dict[str, str]:
        """What was chosen of the question itself."""
        return {choice.name: self.cleaned_data[choice.name] for choice in self.question.choices}

    def own_fields(self) -> list[forms.BoundField]:
        return [self[choice.name] for choice in self.question.choices]
