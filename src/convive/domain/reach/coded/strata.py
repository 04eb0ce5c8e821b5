"""What the linker may count by: sex, age band, district, quarter, the same words everywhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping

from convive.domain.reach.coded.schema import Schema
from convive.kernel import names

AGES = ((0, "0–11"), (12, "12–14"), (15, "15–17"), (18, "18–24"), (25, "25–29"), (30, "30+"))
_QUARTER = re.compile(r"(\d{4})\s*-?\s*[QT]\s*([1-4])$", re.IGNORECASE)


def of(texts: Mapping[str, list[str]], made: dt.date, schema: Schema) -> dict[str, list[str]]:
    """The strata of each row, "" where unknown. texts : as they are encoded, sex as F or M.

    made : the day of the key, by which a person has one age in all lists.
    """
    n = len(texts["sex"])

    def read(role: str, means: Callable[[str], str]) -> list[str]:
        if role not in texts:
            return [""] * n
        known = {text: means(text) for text in set(texts[role])}
        return [known[text] for text in texts[role]]

    return {
        "sex": texts["sex"],
        "age_band": read("birth", lambda text: age_band(text, made)),
        "district": read("district", schema.place),
        "quarter": read("when", lambda text: quarter(text, made.year)),
    }


def age_band(birth: str, today: dt.date) -> str:
    """The band of somebody born on a date, as it is written; nothing where it is none."""
    found = names.birth(birth, today.year)
    if found is None:
        return ""
    year, month, day = map(int, found)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return ""
    age = today.year - year - ((today.month, today.day) < (month, day))
    return "" if not 0 <= age <= 120 else [band for least, band in AGES if age >= least][-1]


def quarter(text: str, this_year: int) -> str:
    """The quarter of a date, or as it is written: 2025-Q3, 2025 T3."""
    if found := _QUARTER.match(text.strip()):
        return f"{found[1]}-Q{found[2]}"
    day = names.birth(text, this_year)
    if day is None or not 1 <= int(day[1]) <= 12:
        return ""
    return f"{day[0]}-Q{(int(day[1]) + 2) // 3}"
