"""Looks at a whole file: opens it, counts what its columns hold, puts the proposals together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
from django.conf import settings
from django.utils.translation import gettext as _

from convive.evidence.engine import settings_of_engine
from convive.evidence.mapping import FileForm, SourceSpec
from convive.evidence.reading.fields import literal, one_line
from convive.evidence.reading.files import Table, open_form
from convive.evidence.reading.header import guess_header, plain
from convive.evidence.reading.months import month_columns, one_row_for_each, why_months
from convive.evidence.reading.staging import records
from convive.evidence.suggest.places import Surroundings
from convive.evidence.suggest.roles import Named, assign
from convive.evidence.suggest.suggestion import ColumnSuggestion, Suggestion
from convive.evidence.suggest.values import MISSING, Values
from convive.evidence.suggest.where import where

MOST_ROWS = 300_000  # that are looked at; the import reads them all
_COUNTED = 2_000  # different values of a column that are looked at
_WORKBOOKS = ("xlsx", "xls", "ods")


def look(path: Path, known: SourceSpec | None, around: Surroundings, name: str = "") -> Suggestion:
    """The suggestion for a file. Raises BadInput where it cannot be opened."""
    form = known.file if known else FileForm()
    with settings.HOME.scratch() as folder:
        table = open_form(path, form, guess_header, folder, lambda _phase, _done: None)
        with duckdb.connect(":memory:", config=settings_of_engine(folder)) as connection:
            connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
            connection.execute("SET enable_external_access = false")
            return _looked_at(connection, table, name or path.name, known, around)


def values_of(
    path: Path, form: FileForm | None, headers: Iterable[str], most: int
) -> dict[str, list[str]]:
    """The different values of some columns, the most frequent first; at most `most` of each.

    Whole numbers stand without a decimal mark, as answers are compared. Raises BadInput where the
    file cannot be opened.
    """
    found: dict[str, list[str]] = {}
    with settings.HOME.scratch() as folder:
        table = open_form(
            path, form or FileForm(), guess_header, folder, lambda _phase, _done: None
        )
        names = [plain(name) for name in table.header.names]
        with duckdb.connect(":memory:", config=settings_of_engine(folder)) as connection:
            connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
            connection.execute("SET enable_external_access = false")
            for header in headers:
                if plain(header) not in names:
                    continue
                said = one_line(f"trim(c{names.index(plain(header))})")
                rows = connection.execute(
                    rf"SELECT regexp_replace({said}, '^(-?[0-9]+)[.,]0+$', '\1') AS said, "
                    f"count(*) AS n FROM {records(table, lenient=True)} GROUP BY said "
                    "HAVING said <> '' ORDER BY n DESC, said LIMIT ?",
                    [most],
                ).fetchall()
                found[header] = [said for said, _n in rows]
    return found


def _looked_at(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    name: str,
    known: SourceSpec | None,
    around: Surroundings,
) -> Suggestion:
    headers = table.header.names[:-1] if table.numbered else table.header.names
    kept = ", ".join(f"nullif(trim(c{i}), '') AS c{i}" for i in range(len(headers)))
    connection.execute(
        f"CREATE TABLE seen AS SELECT {kept} FROM {records(table, lenient=True)} LIMIT {MOST_ROWS}"
    )
    rows = connection.execute("SELECT count(*) FROM seen").fetchall()[0][0]
    named = [
        Named(i, " ".join(header.split()), _values(connection, i, rows))
        for i, header in enumerate(headers)
    ]
    columns = assign(named, around, _mapped(known))
    by_index = {column.index: column.values for column in named}
    by_role = {column.role: column for column in columns}
    is_workbook = table.form in _WORKBOOKS
    order, is_open = _date_order(by_index.values())
    scheme, digits = _scheme(by_role.get("place"), by_index, around)
    found = Suggestion(
        file_name=name,
        form=table.form,
        encoding="" if is_workbook else table.encoding,
        separator=table.separator if table.form in ("csv", "tsv") else "",
        sheet=table.encoding.partition("(")[2].rstrip(")") if is_workbook else "",
        rows=rows,
        is_whole=rows < MOST_ROWS,
        shape=known.shape if known else _shape(set(by_role)),
        columns=columns,
        date_order=order,
        scheme=scheme,
        digits=digits,
        names=dict(around.names),
        missing=_missing(columns, by_index),
        constants=_constants(by_role, name),
    )
    found = where(connection, found, table.crs, around)
    return found.choose(warnings=(*_warnings(found, by_index, is_open), *found.warnings))


def _values(connection: duckdb.DuckDBPyConnection, index: int, rows: int) -> Values:
    column = f"c{index}"
    counted = connection.execute(
        f"SELECT {column}, count(*) AS n FROM seen WHERE {column} IS NOT NULL "
        f"GROUP BY {column} ORDER BY n DESC, {column} LIMIT {_COUNTED}"
    ).fetchall()
    number = f"try_cast({column} AS BIGINT)"
    filled, distinct, numbers, first, last = connection.execute(
        f"SELECT count({column}), count(DISTINCT {column}), count(DISTINCT {number}), "
        f"min({number}), max({number}) FROM seen"
    ).fetchall()[0]
    is_running = filled == numbers > 1 and first in (0, 1) and last - first + 1 == filled
    return Values(counted, rows, filled, distinct, is_running)


def _mapped(known: SourceSpec | None) -> dict[str, str]:
    """Header -> role; of a column that serves several fields, the first of them."""
    found: dict[str, str] = {}
    for role, column in known.columns.items() if known else ():
        for name in column.names:
            found.setdefault(plain(name), role)
    return found


def _shape(roles: set[str]) -> str:
    if "weight" in roles:
        return "microdata"
    if "value" in roles:
        return "survey"
    if "n" in roles and not {"x", "y", "datetime", "time", "part", "from"} & roles:
        return "counts"
    return "incidents"


def _scheme(
    place: ColumnSuggestion | None, by_index: Mapping[int, Values], around: Surroundings
) -> tuple[str, int]:
    """The scheme of the place codes: the one in which most of them are known, else the first."""
    if place is None:
        return "", 0
    first = next(iter(around.schemes.items()), ("PE-INEI", 6))
    if place.values:  # names, which are turned into codes of the first scheme
        return first
    values = by_index[place.index]

    def known(scheme: str) -> float:
        digits, codes = around.schemes[scheme], around.codes.get(scheme, frozenset())
        return values.share(lambda text: text.removesuffix(".0").zfill(digits) in codes)

    named = [
        s for s in around.schemes if s.rpartition("-")[2].casefold() in place.header.casefold()
    ]
    best = max(around.schemes, key=lambda scheme: (scheme in named, known(scheme)), default="")
    return (best, around.schemes[best]) if best else first


def _date_order(columns: Iterable[Values]) -> tuple[str, bool]:
    """The order of all columns of dates, and whether they leave open which number is the day."""
    orders = [
        set(values.orders)
        for values in columns
        if values.is_date > 0.9 and values.orders and values.orders != ("ymd",)
    ]
    possible = [order for order in ("dmy", "mdy") if orders and all(order in o for o in orders)]
    return (possible[0] if possible else "ymd"), len(possible) > 1


def _missing(
    columns: tuple[ColumnSuggestion, ...], by_index: Mapping[int, Values]
) -> tuple[str, ...]:
    """Texts that stand for no value, in columns of numbers and dates."""
    found = [
        text
        for column in columns
        if not by_index[column.index].is_words and not column.is_personal
        for text, _n in by_index[column.index].counted
        if text.casefold() in MISSING
    ]
    return tuple(dict.fromkeys(found))


def _constants(by_role: Mapping[str, ColumnSuggestion], name: str) -> dict[str, str]:
    """The year that the file's name tells, where months have none."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)
    if "month" in by_role and "year" not in by_role and len(set(years)) == 1:
        return {"year": years[0]}
    return {}


def _warnings(found: Suggestion, by_index: Mapping[int, Values], is_open: bool) -> list[str]:
    """What a person should look at before importing."""
    told = []
    personal = [column.header for column in found.columns if column.is_personal]
    if personal:
        told.append(
            _("Columns about people are left out: %(names)s.") % {"names": ", ".join(personal)}
        )
    months = month_columns(column.header for column in found.columns)
    if months:
        told.append(f"{why_months(months)} {one_row_for_each()}")
    elif not found.precision:
        told.append(_("No column tells when it happened."))
    elif is_open:
        told.append(
            _("Day and month could be either way round; the day was taken first. Make sure.")
        )
    if found.shape in ("counts", "survey") and found.column("place") is None:
        told.append(_("No column holds codes or known names of places."))
    moment = found.column("datetime")
    if moment is not None and by_index[moment.index].has_utc_mark:
        told.append(
            _(
                "The times end in Z, which means universal time: they are moved into the zone of "
                "the place. Ask whether the source means it."
            )
        )
    if found.constants:
        told.append(
            _("No column tells the year: %(year)s was taken from the file's name.")
            % {"year": found.constants["year"]}
        )
    if found.shape == "microdata":
        told.append(
            _(
                "It seems to hold answers of a survey: make sure of the weight, and say which "
                "questions its columns answer."
            )
        )
    return told
