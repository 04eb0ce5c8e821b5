"""What a person fills in to bring in a file, and to send a corrected one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.evidence.actions_sources import may_describe
from convive.evidence.actions_uploads import About
from convive.evidence.desk import uploads
from convive.evidence.desk.reading import new_code
from convive.evidence.desk.upload_handler import is_too_large
from convive.evidence.desk.words import KIND_NAMES
from convive.evidence.mapping import KINDS
from convive.evidence.models import Batch, Correction, Source, Upload

NEW = "-new-"


def day_input() -> forms.DateInput:
    """A day as the browser asks for it, whatever the language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class FileField(forms.FileField):
    """A file that people may bring; which forms are read is told by its content, not here."""

    def __init__(self, **more: Any) -> None:
        ends = ".csv,.tsv,.txt,.xlsx,.xls,.ods,.json,.geojson,.parquet,.gz"
        super().__init__(
            label=_("File"),
            widget=forms.ClearableFileInput(attrs={"accept": ends}),
            error_messages={
                "required": _("Choose a file."),
                "empty": _("The file is empty. Check what was sent."),
            },
            **more,
        )


class UploadForm(forms.Form):
    """Which series a file belongs to, its papers, and the file itself, which comes last."""

    source = forms.ChoiceField(
        label=_("Which series does it belong to?"),
        error_messages={"required": _("Choose the series, or say that it is a new one.")},
    )
    name_es = forms.CharField(label=_("Its name in Spanish"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Its name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Who records it"), required=False)
    owner = forms.ChoiceField(label=_("Whose it is"), required=False)
    agreement = forms.CharField(
        label=_("Agreement"),
        help_text=_("The number of the document under which your organisation may use it."),
        max_length=200,
        required=False,
    )
    document_number = forms.CharField(
        label=_("Number of the letter"),
        help_text=_("Such as Oficio 214-2024-MDLE."),
        max_length=80,
        required=False,
    )
    document_date = forms.DateField(
        label=_("Date of the letter"), widget=day_input(), required=False
    )
    vintage = forms.DateField(
        label=_("As of"),
        help_text=_("The day on which its author closed or published it, if the letter says so."),
        widget=day_input(),
        required=False,
    )
    file = FileField()

    def __init__(self, who: Actor, request: Any = None) -> None:
        data, files = (request.POST, request.FILES) if request else (None, None)
        super().__init__(data, files)
        self.request = request
        self.sources = {row.code: row for row in uploads.sources_for(who)}
        self.owners = {
            row.code: row for row in uploads.organisations_of(who, Permission.DESCRIBE_SOURCE)
        }
        self.mine = uploads.own_organisation(who)
        self.may_add = bool(self.owners) or may_describe(who, None)
        choices: list[tuple[str, Any]] = [(row.code, row.name) for row in self.sources.values()]
        if self.may_add:
            choices.append((NEW, _("a new one, which I describe below")))
        _choices(self, "source", [("", _("choose")), *choices])
        _choices(self, "kind", [(kind, KIND_NAMES[kind]) for kind in KINDS])
        owners: list[tuple[str, Any]] = [(row.code, row.name) for row in self.owners.values()]
        if may_describe(who, None):
            owners = [("", _("every partner’s")), *owners]
        _choices(self, "owner", owners)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("source") == NEW:
            for name in ("name_es", "kind"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("A new series needs this."))
        _say_too_large(self)
        day = data.get("document_date")
        if day and day > programme.today():
            self.add_error("document_date", _("This day has not come yet."))
        return data

    def about(self) -> About:
        """What a valid form says of the file."""
        data = self.cleaned_data
        papers = {key: data[key] for key in ("vintage", "document_number", "document_date")}
        if data["source"] != NEW:
            source = self.sources[data["source"]]
            return About(source=source, organisation=source.owner or self.mine, **papers)
        owner = self.owners.get(data["owner"])
        name = data["name_es"]
        new = {
            "code": new_code(name, taken_codes()),
            "name_es": name,
            "name_en": data["name_en"] or name,
            "kind": data["kind"],
            "owner": owner.code if owner else "",
            "publisher": owner.name if owner else "",
            "agreement": data["agreement"],
        }
        return About(new=new, organisation=owner, **papers)


class CorrectionForm(forms.Form):
    """A file that mends an import: the corrected rows alone, or the whole file again."""

    correction = forms.ChoiceField(
        label=_("What does the file hold?"),
        widget=forms.RadioSelect,
        choices=[
            (Correction.ADDS, _("only the corrected rows: they are added to that import")),
            (Correction.REPLACES, _("the whole file again: it takes the place of that import")),
        ],
    )
    file = FileField()

    def __init__(self, batch: Batch, request: Any = None) -> None:
        data, files = (request.POST, request.FILES) if request else (None, None)
        super().__init__(data, files, initial={"correction": Correction.ADDS})
        self.request = request
        self.batch = batch

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        _say_too_large(self)
        return data

    def about(self, organisation: Organisation | None) -> About:
        return About(
            source=self.batch.source,
            organisation=self.batch.source.owner or organisation,
            corrects=self.batch,
            correction=self.cleaned_data["correction"],
        )


class SendForm(forms.Form):
    """The last question before a file is brought in: how it stands to imports of the same days."""

    NEW = "new"
    relation = forms.ChoiceField(
        label=_("There are imports of the same days already. What is this file?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one, so that nothing is counted twice.")},
    )

    def __init__(self, earlier: Sequence[Batch], words: Sequence[str], data: Any = None) -> None:
        super().__init__(data)
        self.earlier = {row.pk: row for row in earlier}
        choices: list[tuple[str, Any]] = [
            (self.NEW, _("other records: both count")),
            *(
                (
                    row.pk,
                    _("the same again, corrected: it takes the place of %(which)s")
                    % {"which": said},
                )
                for row, said in zip(earlier, words, strict=True)
            ),
        ]
        _choices(self, "relation", choices)

    def correction(self) -> tuple[Batch | None, str]:
        """What a valid form says: the import that is mended, and how."""
        batch = self.earlier.get(self.cleaned_data["relation"])
        return (batch, Correction.REPLACES) if batch else (None, "")


def _say_too_large(form: Any) -> None:
    if form.request is not None and is_too_large(form.request):
        form.errors.pop("file", None)
        form.add_error("file", _too_large())


def _too_large() -> str:
    from django.conf import settings
    from django.utils.translation import gettext

    return gettext(
        "The file is larger than %(most)s MB. Send it compressed (.gz), or in parts, or ask "
        "whoever keeps the system to bring it in."
    ) % {"most": settings.UPLOAD_MB}


def taken_codes() -> set[str]:
    """Codes that a new source cannot have: of sources, and of files that are being described."""
    begun = Upload.objects.exclude(about={}).values_list("about__code", flat=True)
    return {*Source.objects.values_list("code", flat=True), *filter(None, begun)}


def _choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
