"""What a pack says of the care of people: tiers and factors of a screening, contacts for
safeguarding, questions of risk. Read as `records` says."""

from __future__ import annotations

from dataclasses import dataclass

from convive.pack import values
from convive.pack.records import Record, key

TIERS = ("primary", "secondary", "tertiary")
FACTOR_KINDS = ("protective", "risk")
FACTOR_DOMAINS = ("family", "peers", "individual", "school", "community")


@dataclass(frozen=True, kw_only=True)
class Tier(Record):
    """A tier of prevention, and after how many months somebody in it is screened again."""

    code: str = key(values.one_of(*TIERS))
    order: int = key(values.whole)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    note_es: str = key(values.text)
    note_en: str = key(values.text)
    rescreen_months: int = key(values.whole)


@dataclass(frozen=True, kw_only=True)
class Factor(Record):
    """What a screening asks about. It has no weight: nothing is added up."""

    code: str = key(values.slug)
    order: int = key(values.whole)
    kind: str = key(values.one_of(*FACTOR_KINDS))
    domain: str = key(values.one_of(*FACTOR_DOMAINS))
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    source: str = key(values.text)
    verified: bool = key(values.yes_no, default=False)


@dataclass(frozen=True, kw_only=True)
class Contact(Record):
    """To whom abuse by somebody of the programme is reported: an office, never a person."""

    code: str = key(values.slug)
    order: int = key(values.whole)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    body_es: str = key(values.text)
    body_en: str = key(values.text)
    organisation: str = key(values.slug, default="")
    phone: str = key(values.telephone, default="")
    email: str = key(values.email, default="")
    hours_es: str = key(values.text)
    hours_en: str = key(values.text)
    children: bool = key(values.yes_no, default=False)
    verified: bool = key(values.yes_no, default=False)


@dataclass(frozen=True, kw_only=True)
class RiskQuestion(Record):
    """A question about danger that a protection unit asks: it is answered, never added up."""

    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    order: int = key(values.whole)
