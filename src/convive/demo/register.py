"""The registers of five agencies to try: everybody of their sample lists. None of them exists."""

from __future__ import annotations

import csv
from dataclasses import replace
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

GUARDIAN = "Muestra: madre o padre"  # of each minor


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
    today = programme.today()
    everybody = [(row, _facts(row, places, today)) for row in rows]
    return [Entry(facts, _words(row, facts, today)) for row, facts in everybody]


def _facts(row: dict[str, str], places: dict[str, str], today: date) -> Facts:
    born = row["fecha_nacimiento"]
    found = Facts(
        given=row["nombres"].title(),
        paternal=row["apellido_paterno"].title(),
        maternal=row["apellido_materno"].title(),
        dni=row["dni"],
        born=date.fromisoformat(born) if born else None,
        age_band="" if born else "18–24",
        sex=row["sexo"],
        district=places.get(row["distrito"], ""),
    )
    return replace(found, guardian=GUARDIAN) if found.is_minor(today) else found


def _words(row: dict[str, str], facts: Facts, today: date) -> list[Word]:
    day = date.fromisoformat(row["fecha_atencion"])
    minor_on = facts.minor_on(today)
    voices = (Voice.GUARDIAN, Voice.ASSENT) if minor_on(today) else (Voice.SELF,)
    if minor_on(day) and not minor_on(today):
        day = today  # of age since, and asked anew
    agreed = [Purpose.SERVICES, Purpose.REPORTING]
    if row["consentimiento_cruce"] == "si":
        agreed.append(Purpose.LINKAGE)
    if int(row["codigo"][2:]) % 10 < 10 * rules.AGREE_TO_MORE:
        agreed += [Purpose.CONTACT, Purpose.DISCLOSURE]
    return [Word(purpose, voice, True, Way.SIGNED, day) for purpose in agreed for voice in voices]
