"""The pack of Trujillo and broken copies of it. Any test may borrow them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.utils import translation

from convive.pack.check import check

PACK = Path(__file__).resolve().parents[1] / "packs" / "trujillo"


@dataclass(frozen=True)
class Break:
    """One slip in a copy of the pack: in `file`, the first `old` becomes `new`.

    says : what the reason or the remedy must mention, in English.
    at : a text in the broken file whose line is at fault, by default what was written in.
    """

    file: str
    old: str
    new: str
    says: str
    at: str = ""


def told_in_place(slip: Break, folder: Path) -> bool:
    """Break a copy of the pack: is the fault told on its line, with reason and remedy?

    Fails with all that was told where it is not.
    """
    pack = Path(shutil.copytree(PACK, folder / "pack"))
    text = (pack / slip.file).read_text()
    assert slip.old in text, slip.old
    text = text.replace(slip.old, slip.new, 1)
    (pack / slip.file).write_text(text)
    marker = slip.at or slip.new
    assert marker in text, marker
    where = f"{slip.file}:{text[: text.index(marker)].count(chr(10)) + 1}"
    with translation.override("en"):
        problems = check(pack).problems
    told = [problem for problem in problems if problem.where == where]
    assert all(problem.why and problem.remedy for problem in problems)
    assert any(slip.says in f"{problem.why} {problem.remedy}" for problem in told), (
        f"expected at {where}: {slip.says}",
        [str(problem) for problem in problems],
    )
    return True


def rows_of(name: str) -> list[str]:
    return (PACK / name).read_text().splitlines()


def row_of(code: str) -> str:
    """The row of indicators.csv that defines an indicator."""
    return next(row for row in rows_of("indicators.csv") if row.startswith(f"{code},"))
