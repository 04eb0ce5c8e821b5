"""What a certificate says: to whoever checks its code, and on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from convive.domain.people import queries as people
from convive.domain.people import search
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.services.models_certificates import Certificate
from convive.kernel import paper, words
from convive.look.drawings import qr

_PAPER = Path(__file__).resolve().parent / "paper" / "certificate.typ"
_CODE = re.compile(r"[\s.\-]")


@dataclass(frozen=True)
class Told:
    """What anybody learns who has the code. initials : "" where the name is no longer to be used.

    title : "" of a sensitive service, whose neutral name says enough.
    """

    code: str
    service: str
    title: str
    organisation: str
    district: str
    first_day: date
    last_day: date
    hours: int
    issued_on: date
    revoked_on: date | None
    initials: str
    is_sample: bool


def told(found: Certificate) -> Told:
    activity = found.enrolment.activity
    return Told(
        spoken(found.code),
        activity.service_name,
        "" if activity.is_sensitive else activity.title,
        activity.organisation.name,
        activity.district.name,
        activity.first_day,
        min(activity.last_day, found.issued_on),  # no certificate speaks of days to come
        found.hours,
        found.issued_on,
        found.revoked_on,
        initials(found.enrolment.whom) if _may_be_named(found) else "",
        found.enrolment.is_sample,
    )


def initials(person: Person) -> str:
    """`A. Q. H.`"""
    return " ".join(f"{word[0].upper()}." for word in person.name.split())


def is_of(found: Certificate, name: str) -> bool:
    """Whether a name that somebody wrote is that of the certificate, however it is spelt: a given
    name and a surname of theirs at least, and no word that is not."""
    if not _may_be_named(found):
        return False
    said = set(search.words(name))
    return any(_bears(one, said) for one in (found.enrolment.whom, found.enrolment.person))


def spoken(code: str) -> str:
    """`bcdf-ghjk-mnpq`: in groups that can be read out and copied by hand."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read(text: str) -> str:
    """The code in what somebody wrote."""
    return _CODE.sub("", text).lower()


def address(found: Certificate) -> str:
    """The whole address at which anybody checks it, as its QR has it."""
    return settings.SITE_URL.rstrip("/") + reverse("services:check", kwargs={"code": found.code})


def pdf(found: Certificate) -> bytes:
    """The certificate on paper: one page, PDF/UA-1. Raises paper.NotAccessible."""
    said, person, one = told(found), found.enrolment.whom, programme.programme()
    name = person.name or person.code
    days = _("from %(first)s to %(last)s") % {
        "first": words.day(said.first_day),
        "last": words.day(said.last_day),
    }
    where = address(found)
    data: dict[str, Any] = {
        "language": (translation.get_language() or "es")[:2],
        "made_on": [found.issued_on.year, found.issued_on.month, found.issued_on.day],
        "title": _("Certificate"),
        "organisation": said.organisation,
        "programme": one.title if one else "",
        "says": _("%(organisation)s certifies that") % {"organisation": said.organisation},
        "name": name,
        "completed": _("completed this activity:"),
        "what": said.title or said.service,
        "service": said.service if said.title and said.title != said.service else "",
        "when": _("%(days)s, %(hours)s hours, in %(district)s.")
        % {"days": days, "hours": words.number(said.hours), "district": said.district},
        "issued": _("%(district)s, %(day)s")
        % {"district": said.district, "day": words.day(said.issued_on)},
        "signs": _("For %(organisation)s: name, signature and seal")
        % {"organisation": said.organisation},
        "code": said.code,
        "check": _("Whoever wants to check this certificate reads the code with a telephone, or "
                   "writes it at this address:"),
        "address": where.removesuffix(found.code + "/").split("://", 1)[-1],
        "qr": qr(where),
        "qr_alt": _("QR code of the page on which this certificate is checked"),
        "mark": _("Sample: this person is made up") if said.is_sample else "",
        "revoked": _("Withdrawn: it was written by mistake") if said.revoked_on else "",
    }  # fmt: skip
    return paper.pdf(_PAPER, data, found.issued_on)


def _may_be_named(found: Certificate) -> bool:
    """Nobody is named who was forgotten, or who no longer agrees to be attended."""
    person = found.enrolment.whom
    return not person.is_erased and people.agrees(person, Purpose.SERVICES)


def _bears(person: Person, said: set[str]) -> bool:
    given = set(search.words(person.given))
    surnames = set(search.words(person.paternal, person.maternal))
    return bool(said & given and said & surnames) and said <= given | surnames
