"""A register of people to try: the first of the sample list of one agency. None of them exists."""

from __future__ import annotations

import csv
from datetime import date
from itertools import islice

from django.db import transaction

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.people import actions
from convive.domain.people.actions import LikelyDouble
from convive.domain.people.consent import Word
from convive.domain.people.facts import Facts
from convive.domain.people.vocabulary import Purpose, Voice, Way
from convive.domain.programme import queries as programme
from convive.kernel.home import Home

AGENCY = "unfpa"


def fill(home: Home, *, by: Actor) -> None:
    """Write down rules.ON_REGISTER people of a list that `lists.write` made."""
    places = {place.name_es: place.ref for place in programme.districts()}
    account = programme.account_of(by)
    path = home.root / "sample-lists" / f"{AGENCY}.csv"
    with path.open(encoding="utf-8", newline="") as file, transaction.atomic():
        for row in islice(csv.DictReader(file, delimiter=";"), rules.ON_REGISTER):
            facts = _facts(row, places)
            given = {
                "by": by,
                "organisation": AGENCY,
                "facts": facts,
                "words": _words(row, facts),
                "worker": account.pk if account else None,
                "is_sample": True,
            }
            try:
                actions.register(**given)  # type: ignore[arg-type]
            except LikelyDouble:  # an officer would look at both; these are kept as they are listed
                actions.register(**given, is_another=True)  # type: ignore[arg-type]


def _facts(row: dict[str, str], places: dict[str, str]) -> Facts:
    born = row["fecha_nacimiento"]
    return Facts(
        given=row["nombres"].title(),
        paternal=row["apellido_paterno"].title(),
        maternal=row["apellido_materno"].title(),
        dni=row["dni"],
        born=date.fromisoformat(born) if born else None,
        age_band="" if born else "18–24",
        sex=row["sexo"],
        district=places.get(row["distrito"], ""),
    )


def _words(row: dict[str, str], facts: Facts) -> list[Word]:
    day = date.fromisoformat(row["fecha_atencion"])
    minor = facts.is_minor(programme.today())
    voices = (Voice.GUARDIAN, Voice.ASSENT) if minor else (Voice.SELF,)
    agreed = [Purpose.SERVICES, Purpose.REPORTING]
    if row["consentimiento_cruce"] == "si":
        agreed.append(Purpose.LINKAGE)
    return [Word(purpose, voice, True, Way.SIGNED, day) for purpose in agreed for voice in voices]
