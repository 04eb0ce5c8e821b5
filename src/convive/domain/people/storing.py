"""What a row of the register holds of somebody, and by which tokens they are found again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

from convive.domain.people import facts as facts_
from convive.domain.people import rules, search
from convive.domain.people.facts import TEXTS, Facts
from convive.domain.people.models import Person, PersonToken
from convive.domain.programme.models import Place
from convive.kernel import names


def write(found: Person, facts: Facts, today: date, place: Place | None) -> None:
    """Put facts that were checked into a row, which is not saved."""
    for name in TEXTS:
        setattr(found, name, " ".join(getattr(facts, name).split()))
    found.dni = names.dni(facts.dni)
    found.phone = facts_.plain_phone(facts.phone)
    found.guardian_phone = facts_.plain_phone(facts.guardian_phone)
    found.functioning = facts.functioning
    found.has_disability = rules.has_disability(facts.functioning)
    found.born = facts.born.isoformat() if facts.born else ""
    found.birth_month = facts.birth_month
    band = "" if facts.born else facts.age_band
    if band != found.age_band:
        found.age_band, found.age_band_on = band, today if band else None
    found.sex, found.language, found.calls = facts.sex, facts.language, facts.calls
    if facts.calls != "hours":
        found.call_hours = ""
    found.district = place


def keep_tokens(found: Person) -> None:
    """The tokens of the names and number as they are now, and no others."""
    wanted = tokens_of(found, search.Tokens(found.organisation.code))
    found.tokens.exclude(token__in=wanted).delete()
    kept = set(found.tokens.values_list("token", flat=True))
    put_tokens((found.pk, token) for token in sorted(wanted - kept))


def put_tokens(rows: Iterable[tuple[int, int]]) -> None:
    """Some twenty for each person: by plain SQL, ten times as fast as by objects."""
    table = PersonToken._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} (person_id, token) VALUES (%s, %s)", list(rows))  # noqa: S608


def tokens_of(found: Person, tokens: search.Tokens) -> set[int]:
    """Those of each word of the name and of the DNI, for the register of these tokens."""
    wanted = tokens.of_words(search.words(found.given, found.paternal, found.maternal))
    if found.dni:
        wanted.add(tokens.of_number(found.dni))
    return wanted
