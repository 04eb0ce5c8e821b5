"""The figures of the real complaints equal a count of the file by hand."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from convive.domain.observatory.profile import place_profile
from convive.domain.programme.queries import SYSTEM
from convive.evidence.actions import import_file
from convive.kernel.figures import Figure, Question, figure
from convive.kernel.periods import Period
from convive.pack.apply import apply
from convive.pack.check import check
from packs import PACK

pytestmark = pytest.mark.django_db
SOURCE = "mininter-vaw"
LA_ESPERANZA, EL_PORVENIR = "130105", "130102"


@pytest.fixture
def complaints(shared: Path) -> Path:
    return shared / "peru_violence" / "mininter_vaw" / "published_2018_2024.csv.gz"


@pytest.fixture
def imported(complaints: Path) -> None:
    apply(check(PACK), by=SYSTEM)
    assert import_file(by=SYSTEM, source=SOURCE, path=complaints).rejected == 0


def by_hand(path: Path) -> Counter[tuple[str, int, int]]:
    """(UBIGEO, year, month) -> complaints, with the csv module alone."""
    counts: Counter[tuple[str, int, int]] = Counter()
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["UBIGEO_HECHO"].zfill(6), int(row["AÑO"]), int(row["MES"]))
            counts[key] += int(row["CANTIDAD"])
    return counts


def ask(measure: str, code: str, first: str, last: str) -> Figure:
    question = Question(Period.between(first, last), f"PE-INEI:{code}", {"source": SOURCE})
    return figure(f"observatory.{measure}", question)


def test_figures_of_the_real_complaints_equal_a_hand_count(imported, complaints):
    counts = by_hand(complaints)
    of_year = {
        (code, year): sum(counts[code, year, month] for month in range(1, 13))
        for code in (LA_ESPERANZA, EL_PORVENIR)
        for year in (2023, 2024)
    }
    for (code, year), n in of_year.items():
        assert ask("count", code, f"{year}-01", f"{year}-12").value == n > 0

    rate = ask("rate", EL_PORVENIR, "2023-01", "2023-12")
    assert rate.value == pytest.approx(100_000 * of_year[EL_PORVENIR, 2023] / 244_413)
    assert all(word in rate.method for word in ("MINSA", "2023", "pe-2017"))

    after_the_split = ask("rate", EL_PORVENIR, "2024-01", "2024-12")
    people = 153_192 + 85_582
    assert after_the_split.value == pytest.approx(100_000 * of_year[EL_PORVENIR, 2024] / people)
    assert all(word in after_the_split.method for word in ("Alto Trujillo", "pe-2024"))

    profile = place_profile(f"PE-INEI:{EL_PORVENIR}", Period.between("2018-01", "2024-12"))
    assert profile.source == SOURCE
    assert len(profile.series) == 84
    for point in profile.series:
        assert point.value == counts[EL_PORVENIR, point.month.year, point.month.month]
    here = next(row for row in profile.changes if row.is_here)
    again = ask("change", EL_PORVENIR, *(str(day)[:7] for day in (
        profile.recent.start, profile.recent.end)))  # fmt: skip
    assert here.figure == again
    assert profile.headlines[0].figure == ask(
        "rate", EL_PORVENIR, str(profile.recent.start)[:7], str(profile.recent.end)[:7]
    )
