"""The registers of five agencies to try: everybody of their sample lists. None of them exists."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.people import actions
from convive.domain.people.actions import Entry
from convive.domain.people.consent import Word
from convive.domain.people.facts import Facts
from convive.domain.people.vocabulary import Purpose, Voice, Way
from convive.domain.programme import queries as programme
from convive.kernel.home import Home


def fill(home: Home, *, by: Actor, officers: dict[str, Actor]) -> None:
    """Write down the people of the lists that `lists.write` made.

    officers : of an agency, who attends its people; `by` writes the others down.
    """
    places = {place.name_es: place.ref for place in programme.districts()}
    for agency in rules.LISTS:
        officer = officers.get(agency)
        account = programme.account_of(officer) if officer else None
        actions.register_all(
            by=officer or by,
            organisation=agency,
            entries=_entries(home.root / "sample-lists" / f"{agency}.csv", places),
            worker=account.pk if account else None,
            is_sample=True,
        )


def _entries(path: Path, places: dict[str, str]) -> list[Entry]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    everybody = [(row, _facts(row, places)) for row in rows]
    return [Entry(facts, _words(row, facts)) for row, facts in everybody]


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
    if int(row["codigo"][2:]) % 10 < 10 * rules.AGREE_TO_MORE:
        agreed += [Purpose.CONTACT, Purpose.DISCLOSURE]
    return [Word(purpose, voice, True, Way.SIGNED, day) for purpose in agreed for voice in voices]
