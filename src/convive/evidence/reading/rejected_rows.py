"""The rejected rows as the source wrote them, to be corrected and sent again.

The file has the columns that the mapping reads and no other: a name or a telephone that stood
beside them does not come out of the house. Three columns in front say which row it was, why it was
rejected and what to do; a reader that looks columns up by name passes over them.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from convive.evidence.reading import reasons
from convive.evidence.reading.fields import inert, literal
from convive.evidence.reading.files import Table
from convive.evidence.reading.staging import Staged, records
from convive.kernel import downloads


def columns_in_front() -> tuple[str, str, str]:
    """The names of the three columns, in the reader's language."""
    return _("Convive: row"), _("Convive: why it was rejected"), _("Convive: what to do")


def write_rejected_rows(staged: Staged, table: Table, target: Path) -> None:
    """Write the rejected rows, in their order, as CSV that a spreadsheet opens and we read."""
    bound = sorted(set(table.header.bound.values()))
    row, why, remedy = columns_in_front()
    # The rows stand in `staged` in the order of the file, so that their places agree
    staged.connection.execute(
        "CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM "
        "(SELECT row_number() OVER () - 1 AS place_in_file, * "
        f"FROM {records(table, lenient=True)}) "
        "WHERE place_in_file IN (SELECT rowid FROM staged WHERE fault IS NOT NULL)"
    )
    told = ", ".join(
        f"({n}, {literal(reasons.reason(rule.reason))}, {literal(reasons.remedy(rule.reason))})"
        for n, rule in enumerate(staged.made.rules, 1)
    )
    columns = [
        f'{staged.row} AS "{_quoted(row)}"',
        f'told.why AS "{_quoted(why)}"',
        f'told.remedy AS "{_quoted(remedy)}"',
    ]
    columns += [f'{inert(f"raw.c{i}")} AS "{_quoted(table.header.names[i])}"' for i in bound]
    staged.connection.execute(
        f"COPY (SELECT {', '.join(columns)} FROM staged "
        "JOIN raw ON raw.place_in_file = staged.rowid "
        f"JOIN (VALUES {told}) AS told(fault, why, remedy) ON told.fault = staged.fault "
        f"ORDER BY staged.rowid) TO {literal(str(target))} (FORMAT csv, HEADER, QUOTE '\"')"
    )


def _quoted(name: str) -> str:
    """A column's name inside quotation marks; one that a spreadsheet would run is disarmed."""
    return downloads.inert(" ".join(name.split()) or "-").replace('"', '""')
