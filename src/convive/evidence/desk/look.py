"""The dry run that the desk shows: how a file would be understood, and what would be rejected.

Codes, counts and a few values, as JSON: an upload keeps it until the file is brought in, so that a
page shows it without reading the file again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from convive.domain.programme import queries as programme
from convive.evidence import queries, receipts
from convive.evidence.desk.first_part import first_part
from convive.evidence.mapping import SourceSpec
from convive.evidence.reading import fields
from convive.evidence.reading.files import open_table
from convive.evidence.reading.staging import Staged, first_rows, stage
from convive.evidence.suggest.places import surroundings
from convive.evidence.suggest.suggestion import Suggestion, suggest
from convive.kernel.errors import BadInput, Problem

_ROWS = 8  # shown as they were understood
_CATEGORIES = 300  # the most frequent ones; a file with more has no list of offences


def look(path: Path, spec: SourceSpec, file_name: str) -> dict[str, Any]:
    """What bringing this file in under this mapping would do. Writes nothing.

    mapping : version of the mapping that was tried.
    problems : why the file as a whole cannot be used; then nothing else but `mapping`.
    read, accepted, rejected, first_day, last_day, without_position.
    reasons : column, reason (a code), rows, and the first of them: row, value.
    is_part : only the first rows were looked at; all that is told is of them.
    rows : the first accepted rows as they were understood.
    categories : [what the source calls the offence, rows], the most frequent first.
    codes_outside, rows_outside : places that the pack does not know.
    """
    try:
        with first_part(path, settings.HOME) as (part, is_whole):
            return {**_look(part, spec, programme.today()), "is_part": not is_whole}
    except BadInput as error:
        problems = [named(problem, path, file_name).as_json() for problem in error.problems]
        return {"mapping": spec.mapping_version, "problems": problems}


def suggestion(path: Path, known: SourceSpec | None, file_name: str) -> Suggestion:
    """What the file seems to hold, by its first part where it is large.

    Raises BadInput where nothing can be made of it.
    """
    with first_part(path, settings.HOME) as (part, is_whole):
        found = suggest(part, known_source=known, around=surroundings(), name=file_name)
    return found if is_whole else replace(found, is_whole=False)


def named(problem: Problem, path: Path, file_name: str) -> Problem:
    """The problem under the name that the person knows, not the one in the home."""
    return Problem(problem.where.replace(path.name, file_name), problem.why, problem.remedy)


def _look(path: Path, spec: SourceSpec, today: date) -> dict[str, Any]:
    with settings.HOME.scratch() as folder:
        table = open_table(path, spec, folder, lambda _phase, _done: None)
        with stage(table, spec, folder, today) as staged:
            known = queries.known_places()
            seen = receipts.observe(staged, table, known, set())
            first, last, _cut_off = receipts.days(staged, today)
            return {
                "mapping": spec.mapping_version,
                "read": staged.read,
                "accepted": staged.accepted,
                "rejected": staged.rejected,
                "first_day": first.isoformat(),
                "last_day": last.isoformat(),
                "reasons": _reasons(staged),
                "rows": [_plain(row) for row in first_rows(staged, _ROWS)],
                "categories": _categories(staged),
                "codes_outside": seen["codes_outside_pack"],
                "rows_outside": seen["rows_outside_pack"],
                "without_position": seen.get("without_position", 0) if "x" in spec.columns else 0,
            }


def _reasons(staged: Staged) -> list[dict[str, Any]]:
    found = staged.connection.execute(
        f"SELECT fault, count(*), min({staged.row}), arg_min(bad, {staged.row}) FROM staged "
        "WHERE fault IS NOT NULL GROUP BY fault ORDER BY 2 DESC, 1"
    ).fetchall()
    return [
        {
            "column": staged.made.names[staged.made.rules[fault - 1].key],
            "reason": staged.made.rules[fault - 1].reason,
            "rows": rows,
            "row": row,
            "value": (value or "")[:60],
        }
        for fault, rows, row, value in found
    ]


def _categories(staged: Staged) -> list[tuple[str, int]]:
    column = staged.spec.columns.get("category")
    if column is None:
        return []
    n = "sum(n)::BIGINT" if staged.spec.shape == "counts" else "count(*)"
    if column.constant is not None:
        total = staged.connection.execute(f"SELECT {n} FROM staged WHERE fault IS NULL").fetchone()
        return [(column.constant, int(total[0] or 0) if total else 0)]
    return staged.connection.execute(
        # One that is written in several ways is one offence: the spelling of most rows names it
        f"SELECT arg_max(category, rows), sum(rows)::BIGINT FROM "
        f"(SELECT category, {n} AS rows FROM staged WHERE fault IS NULL GROUP BY category) "
        f"GROUP BY upper(category) ORDER BY 2 DESC, 1 LIMIT {fields.literal(str(_CATEGORIES))}"
    ).fetchall()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in row.items()
    }
