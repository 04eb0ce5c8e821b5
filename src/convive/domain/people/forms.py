"""What people fill in about somebody: who it is, how they are reached, what they agree to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.people import rules
from convive.domain.people.consent import BOTH, Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import (
    AGE_BANDS,
    CALLS_NAMES,
    DIFFICULTIES,
    LANGUAGE_NAMES,
    PURPOSE_NAMES,
    SEX_NAMES,
    WASHINGTON,
    WAY_NAMES,
    Purpose,
    Voice,
)
from convive.domain.plans.forms import choose, districts_of, organisations_of
from convive.domain.programme import queries as programme
from convive.domain.programme.models import User
from convive.evidence.desk.upload_handler import is_too_large
from convive.kernel.forms import DayField
from convive.kernel.scans import MOST_BYTES

_NO_MEMORY = {"autocomplete": "off", "spellcheck": "false"}  # a shared computer keeps no names
VOICES: list[tuple[str, Any]] = [
    (Voice.SELF, _("the person")),
    (BOTH, _("the guardian and the minor, both")),
    (Voice.GUARDIAN, _("the guardian alone")),
    (Voice.ASSENT, _("the minor alone")),
]


class _Text(forms.CharField):
    """A short text that the browser does not remember."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs=dict(_NO_MEMORY)))
        super().__init__(max_length=120, **options)


class SearchForm(forms.Form):
    """A name as it is heard, or a DNI."""

    text = _Text(label=_("Name as you hear it, or DNI"), required=False)


class PersonForm(forms.Form):
    """The least that serves. Fields are shown in the groups of `groups`."""

    given = _Text(label=_("Given names"), required=False)
    paternal = _Text(label=_("Paternal surname"), required=False)
    maternal = _Text(label=_("Maternal surname"), required=False)
    dni = _Text(label=_("DNI"), help_text=_("Leave it empty where there is none."), required=False)
    born = DayField(label=_("Birth date"), required=False)
    age_band = forms.ChoiceField(
        label=_("Age, where nobody knows the birth date"),
        choices=[("", "–"), *((name, name) for _least, name in AGE_BANDS)],
        required=False,
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=list(SEX_NAMES.items()), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    neighbourhood = _Text(label=_("Neighbourhood or sector"), required=False)
    phone = _Text(label=_("Telephone"), required=False)
    calls = forms.ChoiceField(
        label=_("Is it safe to call?"),
        help_text=_("Ask whether somebody else hears or sees the telephone."),
        choices=list(CALLS_NAMES.items()),
        widget=forms.RadioSelect,
        initial="unasked",
    )
    call_hours = _Text(label=_("Hours at which it is safe"), required=False)
    guardian = _Text(label=_("Guardian, for a minor"), required=False)
    guardian_phone = _Text(label=_("Telephone of the guardian"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGE_NAMES.items()))

    _GROUPS = (
        (_("Who it is"), ("organisation", "given", "paternal", "maternal", "dni")),
        (_("Age, sex and place"), ("born", "age_band", "sex", "district", "neighbourhood")),
        (_("How to reach them"), ("phone", "calls", "call_hours", "language")),
        (_("For a minor"), ("guardian", "guardian_phone")),
        (_("How they manage"), tuple(WASHINGTON)),
    )

    def __init__(self, data: Any, *, who: Actor, found: Person | None = None) -> None:
        super().__init__(data, initial=_initial(found) if found else {})
        if found is None:
            bodies = organisations_of(who, Permission.KEEP_PEOPLE)
            if len(bodies) > 1:
                self.fields["organisation"] = forms.ChoiceField(label=_("Organisation"))
                choose(self, "organisation", bodies)
            self._only = bodies[0][0] if bodies else ""
        for name, text in WASHINGTON.items():
            self.fields[name] = forms.ChoiceField(
                label=text,  # type: ignore[arg-type]
                choices=list(DIFFICULTIES.items()),
                required=False,
            )
        places = districts_of(who, Permission.KEEP_PEOPLE)
        choose(self, "district", [("", _("not known")), *places])

    @property
    def groups(self) -> Iterator[tuple[Any, list[forms.BoundField], bool]]:
        """Headings, fields, and whether the group may stay folded."""
        for heading, names in self._GROUPS:
            bound = [self[name] for name in names if name in self.fields]
            is_folded = names[0] in ("guardian", *WASHINGTON) and not any(
                each.errors or each.value() for each in bound
            )
            yield heading, bound, is_folded

    @property
    def organisation(self) -> str:
        return str(self.cleaned_data.get("organisation") or self._only)

    def facts(self) -> Facts:
        data = self.cleaned_data
        own = {name: data[name] for name in Facts.__dataclass_fields__ if name in data}
        return Facts(**own, functioning=rules.washington(data))


class ConsentForm(forms.Form):
    """What somebody agrees to, whose word it is and how it was given."""

    purposes = forms.MultipleChoiceField(
        label=_("They agree"),
        help_text=_("Tick only what was asked and answered with yes. Each can be taken back."),
        choices=list(PURPOSE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    voice = forms.ChoiceField(label=_("Who said so"), choices=VOICES, initial=Voice.SELF)
    way = forms.ChoiceField(label=_("How"), choices=list(WAY_NAMES.items()))
    given_on = DayField(label=_("On which day"))

    def __init__(self, data: Any, *, minor: bool = False) -> None:
        super().__init__(data)
        self.initial["given_on"] = programme.today()
        self.initial["voice"] = BOTH if minor else Voice.SELF

    def words(self) -> list[Word]:
        """The words to be written down: what was agreed to. What was not says nothing yet."""
        return [word for word in self._every_word() if word.agrees]

    def _every_word(self) -> list[Word]:
        data = self.cleaned_data
        voices = [Voice.GUARDIAN, Voice.ASSENT] if data["voice"] == BOTH else [data["voice"]]
        return [
            Word(purpose, voice, purpose in data["purposes"], data["way"], data["given_on"])
            for purpose in Purpose.values
            for voice in voices
        ]


class AskAgainForm(ConsentForm):
    """The same of somebody on the register, of whom each purpose is asked, with the paper that was
    signed."""

    scan = forms.FileField(
        label=_("Scan or photograph of the paper, if they signed one"),
        help_text=_(
            "JPEG or PNG up to 10 MB, PDF up to 4 MB. It is kept sealed, and who opens it stands "
            "in the journal. Delete the photograph from the phone afterwards."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf"}),
        required=False,
        allow_empty_file=True,  # the action says what is wrong with it
    )

    def __init__(self, request: HttpRequest, *, minor: bool) -> None:
        sent = request.method == "POST"
        super().__init__(request.POST if sent else None, minor=minor)
        self.fields["purposes"].help_text = _(
            "Ask each one. What you leave without a tick is written down as a no of that day."
        )
        self.files = request.FILES if sent else self.files
        self._request = request

    def answers(self, said: Iterable[Word]) -> list[Word]:
        """The words to be written down: an answer to each purpose, by each voice that speaks.

        said : the newest words that count. A yes that one of them says already in the same way is
        left out, unless a paper bears it; a no never is: it ends what was done without consent
        since the last one.
        """
        told = {(word.purpose, word.voice, word.way) for word in said if word.agrees}
        if self.cleaned_data["scan"]:
            told = set()
        return [
            word
            for word in self._every_word()
            if not (word.agrees and (word.purpose, word.voice, word.way) in told)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_bound and is_too_large(self._request):
            most = MOST_BYTES // 1_000_000
            self.add_error("scan", gettext("It is larger than %(most)s MB.") % {"most": most})
        return data


class _OfOrganisation(forms.Form):
    """A form that asks for the organisation where somebody keeps people of several."""

    def __init__(self, *data: Any, who: Actor) -> None:
        super().__init__(*data)
        bodies = organisations_of(who, Permission.KEEP_PEOPLE)
        if len(bodies) > 1:
            self.fields["organisation"] = forms.ChoiceField(label=_("Organisation"))
            choose(self, "organisation", bodies)
        self._only = bodies[0][0] if bodies else ""

    @property
    def organisation(self) -> str:
        return str(self.cleaned_data.get("organisation") or self._only)


class ImportForm(_OfOrganisation):
    """A file of people."""

    file = forms.FileField(
        label=_("The file"),
        help_text=_("CSV, XLSX or ODS; or the JSON that KoboToolbox and ODK export."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods,.xls,.json"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Check what was sent."),
        },
    )

    def __init__(self, request: Any, *, who: Actor) -> None:
        sent = request.method == "POST"
        super().__init__(*((request.POST, request.FILES) if sent else ()), who=who)
        self._request = request

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_bound and is_too_large(self._request):
            self.errors.pop("file", None)
            text = gettext("It is larger than %(most)s MB.") % {"most": settings.UPLOAD_MB}
            self.add_error("file", text)
        return data


class ExportForm(_OfOrganisation):
    """Whose people, and in which form."""

    kind = forms.ChoiceField(
        label=_("As"),
        choices=[("xlsx", "XLSX"), ("ods", "ODS"), ("csv", "CSV")],
        widget=forms.RadioSelect,
        initial="xlsx",
    )


class HandOverForm(forms.Form):
    """Whose people pass to whom."""

    leaver = forms.TypedChoiceField(label=_("People of"), coerce=int)
    successor = forms.TypedChoiceField(label=_("pass to"), coerce=int)

    def __init__(self, data: Any, workers: list[User]) -> None:
        super().__init__(data)
        for name in ("leaver", "successor"):
            choose(self, name, [(str(user.pk), user.name) for user in workers])


class EraseForm(forms.Form):
    """Why somebody is forgotten. The reason is one of a list: no text of a person is kept."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            ("asked", _("The person asks for it")),
            ("withdrew", _("The person no longer agrees that we keep these data")),
            ("mistake", _("They were written down by mistake")),
            ("over", _("The time for which they are kept is over")),
        ],
        widget=forms.RadioSelect,
    )


def workers_for(who: Actor) -> list[User]:
    """Accounts that attend people of the organisations of whoever asks."""
    bodies = {code for code, _name in organisations_of(who, Permission.SEE_PEOPLE)}
    found: dict[int, User] = {}
    for row in programme.members():
        account = row.user
        if account.pk in found or not account.is_active:
            continue
        actor = programme.actor_of(account)
        if any(may(actor, Permission.KEEP_PEOPLE, Scope(organisation=code)) for code in bodies):
            found[account.pk] = account
    return list(found.values())


def _initial(found: Person) -> dict[str, Any]:
    from convive.domain.people.actions import facts_of

    facts = facts_of(found)
    answers = dict(zip(WASHINGTON, facts.functioning, strict=False))
    return {name: getattr(facts, name) for name in Facts.__dataclass_fields__} | {
        name: "" if answer == "0" else answer for name, answer in answers.items()
    }
