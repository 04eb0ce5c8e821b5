"""The photos or scans of printed sheets that are read back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from convive.domain.services.scans import MOST_MB
from convive.kernel.errors import BadInput


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class _Files(forms.FileField):
    """One file or more."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(_Files, self).clean(each, initial) for each in data or [None]]


class SheetsForm(forms.Form):
    """Photos or scans of the sheets of one session."""

    photos = _Files(
        label=_("Photo or scan of the sheet"),
        help_text=_(
            "JPEG, PNG or a scanned PDF, several if there are several sheets. Nothing is written "
            "until you save, and the files are not kept."
        ),
        widget=_Several(attrs={"accept": ".jpg,.jpeg,.png,.pdf"}),
        error_messages={
            "required": _("Choose the photo or scan."),
            "empty": _("The file is empty. Take the photo again."),
        },
    )

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(*((request.POST, request.FILES) if request else ()))

    def contents(self) -> list[tuple[str, bytes]]:
        """Each file: its name, and no more of its content than is looked at."""
        most = MOST_MB * 1_000_000 + 1
        return [(each.name, each.read(most)) for each in self.cleaned_data["photos"]]

    def tell(self, error: BadInput) -> None:
        """Why nothing could be read, beside the field: of several files, of which."""
        names = {each.name for each in self.cleaned_data["photos"]}
        for problem in error.problems:
            of = f"{problem.where}: " if problem.where in names else ""
            self.add_error("photos", f"{of}{problem.why} {problem.remedy}".strip())
