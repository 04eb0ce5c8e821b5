"""The closed lists of words that the register of people uses. The database refuses any other."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sex(models.TextChoices):
    WOMAN = "F"
    MAN = "M"
    OTHER = "X"
    UNSAID = ""


SEX_NAMES: dict[str, str | Promise] = {
    Sex.WOMAN: _("Woman"),
    Sex.MAN: _("Man"),
    Sex.OTHER: _("Another"),
    Sex.UNSAID: _("not said"),
}


class Language(models.TextChoices):
    SPANISH = "es"
    QUECHUA = "qu"
    AYMARA = "ay"
    SIGNS = "sgn"
    OTHER = "other"


LANGUAGE_NAMES: dict[str, str | Promise] = {
    Language.SPANISH: _("Spanish"),
    Language.QUECHUA: _("Quechua"),
    Language.AYMARA: _("Aymara"),
    Language.SIGNS: _("Peruvian sign language"),
    Language.OTHER: pgettext_lazy("language", "Another"),
}


class Calls(models.TextChoices):
    """Whether it is safe to call somebody."""

    YES = "yes"
    HOURS = "hours"  # only at the hours that are written beside it
    NO = "no"
    UNASKED = "unasked"


CALLS_NAMES: dict[str, str | Promise] = {
    Calls.YES: _("It is safe to call"),
    Calls.HOURS: _("Only at these hours"),
    Calls.NO: _("Do not call"),
    Calls.UNASKED: _("Not asked yet: do not call"),
}


class Purpose(models.TextChoices):
    """What somebody agrees to. Each is asked for by itself."""

    SERVICES = "services"
    DISCLOSURE = "disclosure_other_orgs"
    REPORTING = "reporting"
    LINKAGE = "linkage"
    CONTACT = "contact"


PURPOSE_NAMES: dict[str, str | Promise] = {
    Purpose.SERVICES: _("that we keep these data to attend you"),
    Purpose.DISCLOSURE: _("that we tell another organisation what it needs to attend you"),
    Purpose.REPORTING: _("that you are counted in reports, without your name"),
    Purpose.LINKAGE: _("that your data are coded to count each person once, without your name"),
    Purpose.CONTACT: _("that we call or write to you"),
}


class Voice(models.TextChoices):
    """Whose word a consent is."""

    SELF = "self"
    GUARDIAN = "guardian"  # of a minor
    ASSENT = "assent"  # the minor's own, beside the guardian's


VOICE_NAMES: dict[str, str | Promise] = {
    Voice.SELF: _("the person"),
    Voice.GUARDIAN: _("the guardian"),
    Voice.ASSENT: _("the minor"),
}


class Way(models.TextChoices):
    """How a consent was given."""

    SIGNED = "signed"
    SPOKEN = "spoken"  # read out and agreed to, before whoever writes it down
    FINGERPRINT = "fingerprint"  # on paper, by somebody who does not write


ON_PAPER = (Way.SIGNED, Way.FINGERPRINT)  # so that there is something to scan

WAY_NAMES: dict[str, str | Promise] = {
    Way.SIGNED: _("signed on paper"),
    Way.SPOKEN: _("read out and agreed to"),
    Way.FINGERPRINT: _("by fingerprint on paper"),
}

# Washington Group on Disability Statistics, Short Set on Functioning (2001, as revised): six
# domains, each answered 1 to 4; somebody with a 3 or 4 in any counts as a person with disability
WASHINGTON: dict[str, str | Promise] = {
    "seeing": _("Seeing, even with glasses"),
    "hearing": _("Hearing, even with a hearing aid"),
    "walking": _("Walking or climbing steps"),
    "remembering": _("Remembering or concentrating"),
    "caring": _("Washing all over or dressing"),
    "communicating": _("Understanding others or being understood"),
}
DIFFICULTIES: dict[str, str | Promise] = {
    "": _("not asked"),
    "1": _("no difficulty"),
    "2": _("some difficulty"),
    "3": _("a lot of difficulty"),
    "4": _("cannot do it at all"),
}
DISABILITY_FROM = 3

# The bands of the programme. Whoever does not know a birth date is put into one of them
AGE_BANDS = ((0, "0–11"), (12, "12–14"), (15, "15–17"), (18, "18–24"), (25, "25–29"), (30, "30+"))
ADULT = 18
