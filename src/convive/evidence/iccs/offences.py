"""Reads a pack's `offences.csv`: what each source calls an offence, its ICCS class and flags."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from convive.evidence.reading.quotes import lone_marks
from convive.kernel.errors import Problem

HEADER = ("source", "category", "name_es", "name_en", "iccs", "flags")
# no_small_area: never mapped or analysed finer than a district. sensitive: the higher threshold.
FLAGS = ("no_small_area", "sensitive")
# Either of them keeps an offence from being shown finer than a district
NEVER_FINER = frozenset(FLAGS)

# ICCS 1.0: levels of 2, 4, 5 and 6 digits below eleven sections
_ICCS = re.compile(r"(?:0[1-9]|1[01])(?:\d{2,4})?")


@dataclass(frozen=True)
class OffenceRow:
    """One row of `offences.csv`.

    source : a source's code, or `*` for all. iccs : empty where no one class fits.
    """

    source: str
    category: str
    name_es: str
    name_en: str
    iccs: str = ""
    flags: tuple[str, ...] = ()


def read_offences(path: Path) -> tuple[list[OffenceRow], list[Problem]]:
    """Read the file; list every fault with its line. Rows with a fault are left out."""
    problems: list[Problem] = []
    rows: list[OffenceRow] = []
    seen: dict[tuple[str, str], int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != HEADER:
                why = _("The header is not the expected one.")
                remedy = _("Write: %(header)s.") % {"header": ",".join(HEADER)}
                return [], [Problem(f"{path}:1", why, remedy)]
            for record in reader:
                where = f"{path}:{reader.line_num}"
                found = _faults(record, where)
                problems += found
                if found:
                    continue
                row = _row(record)
                key = (row.source, row.category.casefold())
                if key in seen:
                    why = _("The same offence stands in line %(line)s.") % {"line": seen[key]}
                    problems.append(Problem(where, why, _("Keep one of the two lines.")))
                    continue
                seen[key] = reader.line_num
                rows.append(row)
        with path.open(encoding="utf-8-sig", newline="") as file:
            marks = lone_marks(file, ",", len(HEADER))
        problems += [mark.problem(f"{path}:{mark.first}") for mark in marks]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = _("The file cannot be read: %(error)s.") % {"error": error}
        problems.append(Problem(str(path), why, _("Save it as CSV in UTF-8.")))
    return rows, problems


def _row(record: dict[str, str]) -> OffenceRow:
    return OffenceRow(
        source=record["source"].strip(),
        category=" ".join(record["category"].split()),
        name_es=record["name_es"].strip(),
        name_en=record["name_en"].strip(),
        iccs=record["iccs"].strip(),
        flags=tuple(sorted(record["flags"].replace(";", " ").split())),
    )


def _faults(record: dict[str, str], where: str) -> list[Problem]:
    if None in record or None in record.values():
        why = _("The row has not the %(count)s fields of the header.") % {"count": len(HEADER)}
        return [Problem(where, why, _("Put texts with a comma between quotation marks."))]
    faults = [
        Problem(
            where,
            _("“%(key)s” is empty.") % {"key": key},
            _("Every offence has a source, a category and a name in both languages."),
        )
        for key in HEADER[:4]
        if not record[key].strip()
    ]
    iccs = record["iccs"].strip()
    if iccs and not _ICCS.fullmatch(iccs):
        faults.append(
            Problem(
                where,
                _("“%(code)s” is not an ICCS code.") % {"code": iccs},
                _("Write 2, 4, 5 or 6 digits with the leading zero, or leave it empty."),
            )
        )
    unknown = sorted(set(record["flags"].replace(";", " ").split()) - set(FLAGS))
    if unknown:
        faults.append(
            Problem(
                where,
                _("The flag “%(flags)s” is not known.") % {"flags": ", ".join(unknown)},
                _("Use: %(names)s.") % {"names": "; ".join(FLAGS)},
            )
        )
    return faults
