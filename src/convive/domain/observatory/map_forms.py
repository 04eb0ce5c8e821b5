"""What a person chooses on the map: source, offence, months and what is shaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.domain.observatory.forms import ViewForm
from convive.domain.observatory.map_page import CELLS, DISTRICTS, FINE, name_of
from convive.evidence.models import Offence
from convive.evidence.queries import SourceView

_LAYERS = (
    (CELLS, _("Cells of about 0.7 km²")),
    (FINE, _("Smaller cells, of about 0.1 km²")),
    (DISTRICTS, _("Districts")),
)


class MapForm(ViewForm):
    """An offence of another source is forgotten as soon as the source is changed."""

    def __init__(
        self,
        *args: Any,
        sources: Sequence[SourceView],
        offences: Sequence[Offence],
        layers: Sequence[str] = (CELLS, FINE, DISTRICTS),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, sources=sources, **kwargs)
        self.offences = {offence.category: offence for offence in offences}
        names = [(code, name_of(offence)) for code, offence in self.offences.items()]
        self.fields["offence"] = forms.CharField(
            label=_("Offence"),
            required=False,
            widget=forms.Select(choices=[("", _("All offences")), *names]),
        )
        self.fields["layer"] = forms.ChoiceField(
            label=_("What is shaded"),
            required=False,
            choices=[(code, name) for code, name in _LAYERS if code in layers],
        )

    def offence(self) -> Offence | None:
        """The one that was chosen, where the source has it."""
        return self.offences.get(self.cleaned_data.get("offence", ""))
