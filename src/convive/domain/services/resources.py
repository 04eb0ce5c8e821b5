"""The places and lines that help, from the pack, as anybody reads them: which, where, open now?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.domain.services import opening
from convive.domain.services.vocabulary import RESOURCE_NAMES
from convive.kernel.errors import BadInput
from convive.kernel.texts import LANGUAGES, in_language
from convive.kernel.words import number


@dataclass(frozen=True)
class Shown:
    """A resource in the reader's words. is_open : None where its hours are not known.

    ages, cost, hours : "" where they are not known.
    """

    code: str
    kind: str | Promise
    name: str
    offers: str
    district: str
    address: str
    phone: str
    hours: tuple[str, ...]
    is_open: bool | None
    cost: str
    ages: str
    for_women: bool
    is_sample: bool
    source: str


def every() -> QuerySet[CatalogueEntry]:
    """What the pack lists today."""
    return CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.RESOURCE, retired_on=None)


def holidays() -> set[str]:
    rows = CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.HOLIDAY, retired_on=None)
    return {str(data["day"]) for data in rows.values_list("data", flat=True)}


def resource(code: str) -> CatalogueEntry:
    """Raises BadInput where the pack lists none of this code."""
    found = every().filter(code=code).first()
    if found is None:
        raise BadInput.at("resource", _("This is not in the list."), _("Choose one that is."))
    return found


def shown(at: datetime, *, kind: str = "", district: str = "") -> list[Shown]:
    """Those of a kind that serve a district, open ones first. at : in the programme's zone.

    kind, district : "" for all. What serves the whole programme serves every district.
    """
    days = holidays()
    names = {place.ref: place.name for place in programme.districts()}
    rows: Iterable[CatalogueEntry] = every()
    found = [
        _shown(row, at, days, names)
        for row in rows
        if kind in ("", row.data["kind"])
        and (not district or row.data.get("district", "") in ("", district))
    ]
    return sorted(found, key=lambda one: (not one.is_open, one.is_open is None, one.name))


def hours_said(text: str) -> str:
    """`mon-fri 08:00-13:00` as people of the reader's language write it."""
    days, times = text.split(" ")
    if days == opening.HOLIDAYS:
        told = _("holidays")
    elif days == "mon-sun":
        told = _("every day")
    else:
        told = "–".join(str(WEEKDAYS_ABBR[opening.DAYS.index(day)]) for day in days.split("-"))
    return _("%(days)s, all day") % {"days": told} if times == "00:00-24:00" else (
        f"{told} {times.replace('-', '–')}"
    )  # fmt: skip


def _shown(row: CatalogueEntry, at: datetime, days: set[str], names: dict[str, str]) -> Shown:
    data = row.data
    hours = data.get("hours") or ()
    spans = [opening.span(each) for each in hours]
    return Shown(
        row.code,
        RESOURCE_NAMES[data["kind"]],
        row.name,
        _text(data, "offers"),
        names.get(data.get("district", ""), ""),
        data.get("address", ""),
        data.get("phone", ""),
        tuple(hours_said(each) for each in hours),
        opening.is_open(spans, at, days) if spans else None,
        _text(data, "cost"),
        _ages(data.get("age_from"), data.get("age_to")),
        bool(data.get("for_women")),
        bool(data.get("sample")),
        data["source"],
    )


def _text(data: dict[str, str], name: str) -> str:
    texts = {f"{name}_{each}": data.get(f"{name}_{each}", "") for each in LANGUAGES}
    return in_language(SimpleNamespace(**texts), name)


def _ages(first: int | None, last: int | None) -> str:
    if first is None and last is None:
        return ""
    if last is None:
        return _("from %(age)s years") % {"age": number(first or 0)}
    if first is None:
        return _("up to %(age)s years") % {"age": number(last)}
    return _("from %(first)s to %(last)s years") % {"first": number(first), "last": number(last)}
