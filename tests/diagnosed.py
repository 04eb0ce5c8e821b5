"""A district with records to be diagnosed: the small programme of `cast`, and counts made by rule.

Counts of a month m (0, 1, …, from January 2020) of each district:
robberies 20 + m % 5, thefts 30, homicides 1 in every fourth month, extortion 11, and violence
against women 12, so that the months of homicides lie below the threshold of 5.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cast import LA_ESPERANZA, START, make_plan, make_programme

from convive.domain.plans.models import Commitment, Plan
from convive.domain.programme.models import BoundaryEdition, Place, Population
from convive.domain.programme.queries import SYSTEM, organisation, place
from convive.evidence.actions import import_file, put_offence, put_source
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import EditionSpan
from convive.evidence.spec import read_source
from convive.kernel.periods import Period

SOURCES = Path(__file__).resolve().parents[1] / "packs" / "trujillo" / "sources"
FIRST_YEAR, LAST_YEAR = 2020, 2022
WHOLE = Period.between(str(FIRST_YEAR), str(LAST_YEAR))
DISTRICTS = ("130101", "130102", "130103", "130105")
OFFENCES = (
    OffenceRow("", "robo", "Robo", "Robbery", "0401"),
    OffenceRow("", "hurto", "Hurto", "Theft", "0502"),
    OffenceRow("", "homicidio", "Homicidio", "Homicide", "0101"),
    OffenceRow("", "extorsion", "Extorsión", "Extortion", "02051", ("no_small_area", "sensitive")),
    OffenceRow(
        "", "violencia", "Violencia familiar", "Family violence", "", ("no_small_area", "sensitive")
    ),
)
SQUARE = [[-79.0, -8.1], [-78.9, -8.1], [-78.9, -8.0], [-79.0, -8.0], [-79.0, -8.1]]


def count(offence: str, month: int) -> int:
    """The rule of the module's head; `month` counts from 0."""
    rules = {"robo": 20 + month % 5, "hurto": 30, "extorsion": 11, "violencia": 12}
    return int(month % 4 == 0) if offence == "homicidio" else rules[offence]


def restless(offence: str, month: int, usual: Callable[[str, int], int] = count) -> int:
    """The same in each year, in quarters of many and of few that are others every year."""
    many = (month // 3 + month // 12) % 2
    return usual(offence, month) + ((15 if many else -15) if offence == "hurto" else 0)


def expected(offences: tuple[str, ...] = tuple(o.category for o in OFFENCES)) -> int:
    """How many of these offences one district has in the whole period."""
    months = range(12 * (LAST_YEAR - FIRST_YEAR + 1))
    return sum(count(offence, month) for offence in offences for month in months)


def make_diagnosed(folder: Path, *sources: str, only: tuple[str, ...] = ()) -> None:
    """The programme, its people, and one import for each source code.

    only : the offences that the source records; all of them by default.
    """
    make_programme()
    make_people()
    promise(make_plan())
    for code in sources:
        add_source(folder, code, only=only)


def make_people() -> None:
    edition = BoundaryEdition.objects.get(code="pe-2017")
    Population.objects.bulk_create(
        Population(place=Place.objects.get(code=code), year=year, value=value, source="Censo",
                   edition=edition)
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for code, value in zip(DISTRICTS, (300_000, 240_000, 40_000, 200_000), strict=True)
    )  # fmt: skip
    for shift, code in enumerate(DISTRICTS):
        ring = [[x + 0.1 * shift, y] for x, y in SQUARE]
        Place.objects.filter(code=code).update(outline={"type": "Polygon", "coordinates": [ring]})


def promise(plan: Plan) -> None:
    Commitment.objects.create(
        plan=plan,
        what="Reparar 38 postes de alumbrado",
        organisation=organisation("muni-la-esperanza"),
        district=place(LA_ESPERANZA),
        made_on=START,
        due=START.replace(year=2030),
        is_public=True,
    )


def add_source(folder: Path, code: str, *, only: tuple[str, ...] = ()) -> None:
    """A source of counts by district, month and offence, with its records imported."""
    spec, problems = read_source(SOURCES / "sample-complaints.toml")
    assert spec is not None, problems
    spec = replace(
        spec,
        code=code,
        name_es=f"Denuncias ({code})",
        name_en=f"Complaints ({code})",
        editions=(EditionSpan("pe-2017"),),
    )
    put_source(by=SYSTEM, spec=spec)
    offences = [row for row in OFFENCES if not only or row.category in only]
    for row in offences:
        put_offence(by=SYSTEM, row=replace(row, source=code))
    file = folder / f"{code}.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["place", "year", "month", "offence", "n"])
        for month in range(12 * (LAST_YEAR - FIRST_YEAR + 1)):
            for district in DISTRICTS:
                year, number = FIRST_YEAR + month // 12, month % 12 + 1
                for row in offences:
                    if n := count(row.category, month):
                        rows.writerow([district, year, number, row.category, n])
    receipt = import_file(by=SYSTEM, source=code, path=file)
    assert receipt.rejected == 0
