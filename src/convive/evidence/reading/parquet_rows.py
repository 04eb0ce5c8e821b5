"""Reads Parquet: its columns as texts, so that they pass the same rules as those of any file."""

from __future__ import annotations

from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from convive.evidence.engine import settings_of_engine
from convive.evidence.reading.fields import literal
from convive.kernel.errors import BadInput

MOST_ROWS = 200_000_000  # a few bytes of Parquet can say “a thousand million times the same”


def parquet_header(path: Path, folder: Path, name: str) -> list[str]:
    """The names of its columns. Raises BadInput where it is damaged or holds too much."""
    try:
        with duckdb.connect(":memory:", config=settings_of_engine(folder)) as connection:
            said = literal(str(path))
            ((rows,),) = connection.execute(
                f"SELECT sum(num_rows) FROM parquet_file_metadata({said})"
            ).fetchall()
            columns = connection.execute(f"DESCRIBE SELECT * FROM {_reader(path)}").fetchall()
    except duckdb.Error as error:
        raise BadInput.at(
            name,
            _("The Parquet file is cut off or damaged."),
            _("Download it again, or ask for it as CSV."),
        ) from error
    if (rows or 0) > MOST_ROWS:
        raise BadInput.at(
            name,
            _("It says that it holds %(rows)s rows, more than can be read.") % {"rows": rows},
            _("Ask for the file in parts, such as one for each year."),
        )
    return [column[0] for column in columns]


def parquet_records(path: Path, names: tuple[str, ...]) -> str:
    """SQL for its rows with columns c0, c1, … as texts; NULL for what is no number."""
    columns = ", ".join(
        f"nullif(replace({_quoted(column)}::VARCHAR, chr(160), ' '), 'nan') AS c{i}"
        for i, column in enumerate(names)
    )
    return f"(SELECT {columns} FROM {_reader(path)})"


def _reader(path: Path) -> str:
    # Some writers do not say that their bytes are texts
    return f"read_parquet({literal(str(path))}, binary_as_string=true)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
