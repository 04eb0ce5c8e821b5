"""Counts of crime made by a fixed draw, in the small programme of `cast`, for the observatory.

The source `table` counts within the older boundaries, where Alto Trujillo is part of El Porvenir;
`moving` goes over to the newer ones in 2023. Their people are known for 2021 and 2022 by the older
boundaries, for 2023 by the newer. What the tests count by hand, they count in `ROWS`.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cast import make_programme

from convive.domain.programme.models import BoundaryEdition, Place, Population
from convive.domain.programme.queries import SYSTEM
from convive.evidence.actions import import_file, put_offence, put_source
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import EditionSpan, Limits, SourceMark, SourceSpec
from convive.evidence.spec import read_source

SOURCES = Path(__file__).resolve().parents[1] / "packs" / "trujillo" / "sources"
YEARS = (2021, 2022, 2023)
DISTRICTS = ("130101", "130102", "130103", "130105")
OFFENCES = {
    "robo": OffenceRow("", "robo", "Robo", "Robbery", "0401"),
    "hurto": OffenceRow("", "hurto", "Hurto", "Theft", "0502"),
    "homicidio": OffenceRow("", "homicidio", "Homicidio", "Homicide", "0101"),
    "extorsion": OffenceRow(
        "", "extorsion", "Extorsión", "Extortion", "02051", ("no_small_area", "sensitive")
    ),
}
# Mean of a month in each district; homicides are few, so that some months and years have none
_MEANS = {"robo": 18, "hurto": 11, "homicidio": 0.4, "extorsion": 4}
# (place, year) -> people, by the boundaries of that year
PEOPLE = {
    ("130101", 2021): 340_000,
    ("130101", 2022): 350_000,
    ("130101", 2023): 357_000,
    ("130102", 2021): 236_000,
    ("130102", 2022): 242_000,
    ("130102", 2023): 153_000,
    ("130112", 2023): 86_000,
    ("130103", 2021): 38_000,
    ("130103", 2022): 38_500,
    ("130103", 2023): 58_000,
    ("130105", 2021): 230_000,
    ("130105", 2022): 235_000,
    ("130105", 2023): 238_500,
}
_SQUARE = [[-79.0, -8.1], [-78.9, -8.1], [-78.9, -8.0], [-79.0, -8.0], [-79.0, -8.1]]


@dataclass(frozen=True)
class Row:
    place: str
    year: int
    month: int
    offence: str
    n: int


def _draw() -> tuple[Row, ...]:
    chance = random.Random(20140522)
    return tuple(
        Row(place, year, month, offence, _poisson(chance, mean))
        for place in DISTRICTS
        for year in YEARS
        for month in range(1, 13)
        for offence, mean in _MEANS.items()
    )


def _poisson(chance: random.Random, mean: float) -> int:
    """A Poisson draw: arrivals at unit rate before `mean`."""
    n, at = 0, chance.expovariate(1)
    while at < mean:
        n, at = n + 1, at + chance.expovariate(1)
    return n


ROWS = _draw()


def make_ground(folder: Path, *sources: str) -> None:
    """The programme, its people, and the records of the sources named."""
    make_programme()
    old, new = (BoundaryEdition.objects.get(code=code) for code in ("pe-2017", "pe-2024"))
    Population.objects.bulk_create(
        Population(
            place=Place.objects.get(code=code),
            year=year,
            value=people,
            source="Censo",
            edition=new if year == 2023 else old,
        )
        for (code, year), people in PEOPLE.items()
    )
    for shift, code in enumerate((*DISTRICTS, "130112")):
        ring = [[x + 0.1 * shift, y] for x, y in _SQUARE]
        Place.objects.filter(code=code).update(outline={"type": "Polygon", "coordinates": [ring]})
    for code in sources:
        add_source(folder, code)


def add_source(folder: Path, code: str, rows: Iterable[Row] = ROWS) -> None:
    """Declare one of the sources of `_spec` and import its records. Absent rows are zero."""
    put_source(by=SYSTEM, spec=_spec(code))
    for offence in OFFENCES.values():
        put_offence(by=SYSTEM, row=replace(offence, source=code))
    file = folder / f"{code}.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["place", "year", "month", "offence", "n"])
        for row in rows:
            if row.n:
                writer.writerow([row.place, row.year, row.month, row.offence, row.n])
    assert import_file(by=SYSTEM, source=code, path=file).rejected == 0


def _spec(code: str) -> SourceSpec:
    spec, problems = read_source(SOURCES / "sample-complaints.toml")
    assert spec is not None, problems
    plain = replace(
        spec,
        code=code,
        name_es=f"Denuncias de {code}",
        name_en=f"Complaints of {code}",
        editions=(EditionSpan("pe-2017"),),
        limits=Limits(),
        marks=(),
    )
    if code == "moving":
        editions = (
            EditionSpan("pe-2017", None, date(2022, 12, 31)),
            EditionSpan("pe-2024", date(2023, 1, 1), None),
        )
        return replace(plain, editions=editions)
    if code == "remade":
        mark = SourceMark(date(2022, 7, 1), "method", "Nuevo formulario.", "A new form.")
        return replace(plain, marks=(mark,))
    if code == "late":
        return replace(plain, limits=Limits(late_months=2))
    if code == "municipal":  # speaks for the districts that appear in it, and for no other
        return replace(plain, place=replace(spec.place, extent=6))
    if code == "municipal-reniec":
        return replace(plain, place=replace(spec.place, extent=6, scheme="PE-RENIEC"))
    if code == "capped":
        return replace(plain, limits=Limits(capped_export=True))
    return plain


def add_survey(folder: Path, code: str = "asked") -> None:
    """A survey of La Esperanza in 2022 (with its margin) and of the region in 2022 (without)."""
    spec, problems = read_source(SOURCES / "sample-survey.toml")
    assert spec is not None, problems
    spec = replace(spec, code=code, place=replace(spec.place, digits=0))
    put_source(by=SYSTEM, spec=spec)
    file = folder / f"{code}.csv"
    file.write_text(
        "place,year,question,estimate,lower,upper,n\n"
        "130105,2022,fear,61.5,57.1,65.8,412\n"
        "13,2022,trust-police,17.4,,,\n"
    )
    assert import_file(by=SYSTEM, source=code, path=file).rejected == 0
