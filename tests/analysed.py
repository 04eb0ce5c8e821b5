"""Incidents made by a fixed draw, for the questions of place and time.

In La Esperanza robberies come in pairs, two days and some metres apart, around three corners; half
of them at night. In El Porvenir there are fewer, and one in January 2024, so that 2023 no longer
grows. Extortion is never shown finer than a district.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

from cast import LA_ESPERANZA, make_programme
from django.core.management import call_command
from recorded import offence, receive, source, table

from convive.domain.observatory import actions
from convive.domain.observatory.models import Analysis
from convive.domain.programme.models import Place
from convive.kernel.periods import Period

WHOLE = Period(date(2022, 1, 1), date(2023, 12, 31))
# District -> the south-western corner of its outline, a square of about 3 km
CORNERS = {"130105": (-79.06, -8.10), "130102": (-79.00, -8.10)}
_SIDE = 0.03

SOURCE = """
    code = "{code}"
    name_es = "Hechos"
    name_en = "Incidents"
    kind = "police"
    shape = "incidents"
    {more}
    [place]
    scheme = "PE-INEI"
    digits = 6
    extent = 4
    [columns]
    datetime = "at"
    place = "district"
    category = "what"
    x = "lon"
    y = "lat"
    [[editions]]
    edition = "pe-2017"
"""
DAILY = SOURCE.replace("datetime =", "date =")

Row = tuple[str, str, str, str, str]


def incidents(pairs: int = 160, seed: int = 5) -> list[Row]:
    """When, district, what, longitude and latitude."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for district, (west, south) in CORNERS.items():
        spots = [(west + _SIDE * a, south + _SIDE * b) for a, b in ((0.2, 0.3), (0.7, 0.6))]
        for number in range(pairs if district == "130105" else pairs // 4):
            lon, lat = chance.choice(spots)
            lon, lat = chance.gauss(lon, 0.003), chance.gauss(lat, 0.003)
            hour = chance.choice((19, 20, 21, chance.randrange(24)))
            at = datetime(2022, 1, 1, hour) + timedelta(days=chance.randrange(725))  # noqa: DTZ001
            what = "extorsion" if number % 10 == 0 else "robo"
            for later in (0, 2):
                when = (at + timedelta(days=later)).isoformat(" ")
                nudge = chance.uniform(0.0001, 0.0004) if later else 0.0
                rows.append((when, district, what, f"{lon + nudge:.6f}", f"{lat:.6f}"))
    rows.append(("2024-01-31 12:00:00", "130102", "robo", "-78.990000", "-8.090000"))
    return rows


def make_analysed(folder: Path, code: str = "hechos", text: str = SOURCE) -> list[Row]:
    """The programme, the outlines of two districts, and the source with its incidents."""
    make_programme()
    for district, (west, south) in CORNERS.items():
        east, north = west + _SIDE, south + _SIDE
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        outline = {"type": "Polygon", "coordinates": [ring]}
        Place.objects.filter(code=district).update(outline=outline)
    return add_incidents(folder, code, text)


def add_incidents(folder: Path, code: str = "hechos", text: str = SOURCE) -> list[Row]:
    source(folder, text, code)
    offence("robo", "0401", source=code)
    offence("extorsion", "02051", "no_small_area", "sensitive", source=code)
    rows = incidents()
    if text == DAILY:
        rows = [(when[:10], *rest) for when, *rest in rows]
    bring(folder, rows, code)
    return rows


def bring(folder: Path, rows: list[Row], code: str = "hechos", name: str = "file") -> None:
    lines = ("at,district,what,lon,lat", *(",".join(row) for row in rows))
    receipt = receive(table(folder, lines, f"{name}.csv"), code)
    assert receipt.rejected == 0, receipt


SMALL = {"clusters": {"max_distance": "1", "max_time": "14"}}  # a scan that is soon done


def ask(by, kind: str = "hotspots", **changes) -> Analysis:
    facts = {
        "source": "hechos",
        "period": WHOLE,
        "place": LA_ESPERANZA,
        "offence": "robo",
        "options": SMALL.get(kind),
    }
    return actions.ask_analysis(by=by, kind=kind, **(facts | changes))


def work() -> None:
    """The worker does what waits, and stops."""
    call_command(
        "db_worker", queue_name="*", interval=0, batch=True, startup_delay=False, reload=False,
        worker_id="test", verbosity=0,
    )  # fmt: skip


def answered(by, kind: str = "hotspots", **changes) -> Analysis:
    """A question that was asked and worked out."""
    found = ask(by, kind, **changes)
    work()
    found.refresh_from_db()
    assert found.answered_at, found.reason
    return found
