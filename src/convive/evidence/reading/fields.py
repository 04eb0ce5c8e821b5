"""How one value of a file is read, as SQL: text in, typed value out, NULL where it cannot be read.

Every function takes and returns SQL expressions, so that DuckDB reads a million rows in one pass.
`tests/property` compares them with a slow reader that takes one value at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from convive.kernel.downloads import SIGNED_NUMBER, STARTS, UNSEEN

_MONTHS = {
    1: ("ENERO", "ENE", "JANUARY", "JAN"),
    2: ("FEBRERO", "FEB", "FEBRUARY"),
    3: ("MARZO", "MAR", "MARCH"),
    4: ("ABRIL", "ABR", "APRIL", "APR"),
    5: ("MAYO", "MAY"),
    6: ("JUNIO", "JUN", "JUNE"),
    7: ("JULIO", "JUL", "JULY"),
    8: ("AGOSTO", "AGO", "AUGUST", "AUG"),
    9: ("SETIEMBRE", "SEPTIEMBRE", "SET", "SEP", "SEPTEMBER"),
    10: ("OCTUBRE", "OCT", "OCTOBER"),
    11: ("NOVIEMBRE", "NOV", "NOVEMBER"),
    12: ("DICIEMBRE", "DIC", "DECEMBER", "DEC"),
}
MONTH_NAMES = frozenset(name for names in _MONTHS.values() for name in names)


def months_by_name() -> dict[str, int]:
    """Every name of a month, in capitals, with its number."""
    return {name: number for number, names in _MONTHS.items() for name in names}


_DATE_FORMATS = {
    "ymd": ("%Y.%m.%d", "%Y%m%d"),
    "dmy": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y"),
}
_CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p")


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def clean(column: str, missing: Iterable[str] = ()) -> str:
    """Without blanks around it; NULL where nothing is left, or what stands for nothing."""
    text = f"nullif(trim({column}), '')"
    none = ", ".join(literal(word) for word in missing)
    return f"CASE WHEN {text} NOT IN ({none}) THEN {text} END" if none else text


def inert(column: str) -> str:
    """A text that no spreadsheet takes for a formula, as `kernel.downloads.inert` begins it; what
    stands within a text is disarmed when the file is taken away.
    """
    unseen, starts = _any_of(UNSEEN), _any_of(STARTS)
    bare = f"regexp_replace({column}, {literal(f'^{unseen}*')}, '')"
    return (
        f"CASE WHEN regexp_matches({column}, {literal(f'^{unseen}*{starts}')}) "
        f"AND length({bare}) > 1 "
        f"AND NOT regexp_full_match(trim({bare}), {literal(SIGNED_NUMBER)}) "
        f"THEN '''' || {column} ELSE {column} END"
    )


def _any_of(letters: str) -> str:
    codes = "".join(rf"\x{{{ord(letter):x}}}" for letter in letters)
    return f"[{codes}]"


def one_line(text: str) -> str:
    """With single blanks inside."""
    single = rf"regexp_replace({text}, '\s+', ' ', 'g')"
    return f"CASE WHEN contains({text}, '  ') THEN {single} ELSE {text} END"


def mapped(text: str, values: Mapping[str, str], otherwise: str | None) -> str:
    """What we keep for what the file writes; NULL for a text that the mapping does not list."""
    if not values:
        return text if otherwise is None else f"coalesce({text}, {literal(otherwise)})"
    cases = " ".join(
        f"WHEN {literal(' '.join(said.split()).upper())} THEN {literal(kept)}"
        for said, kept in values.items()
    )
    rest = "NULL" if otherwise is None else literal(otherwise)
    return f"CASE upper({one_line(text)}) {cases} ELSE {rest} END"


def whole(text: str, thousands: str = "") -> str:
    """A number without a fraction, as BIGINT. `12.0` and `12,0` are whole, `1,234` is not."""
    plain = f"replace({text}, {literal(thousands)}, '')" if thousands else text
    return (
        f"CASE WHEN {_is(plain, '[0-9]+')} THEN try_cast({plain} AS BIGINT) "
        f"WHEN {_is(plain, '-?[0-9]+([.,]0+)?')} "
        f"THEN try_cast(split_part(replace({plain}, ',', '.'), '.', 1) AS BIGINT) END"
    )


def number(text: str, decimal: str = "", thousands: str = "") -> str:
    """A finite number, as DOUBLE. Where the decimal mark is not declared, either will do."""
    plain = f"replace({text}, {literal(thousands)}, '')" if thousands else text
    if decimal != ".":
        plain = f"replace({plain}, ',', '.')"
    good = _is(plain, r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
    found = f"try_cast({plain} AS DOUBLE)"
    return f"CASE WHEN {good} AND isfinite({found}) THEN {found} END"


def code(text: str, digits: int) -> str:
    """A code of a scheme whose codes have `digits` digits, its lost leading zero put back."""
    if not digits:
        return text
    without = f"left({text}, length({text}) - 2)"
    return (
        f"CASE WHEN {_is(text, f'[0-9]{{{digits}}}')} THEN {text} "
        f"WHEN {_is(text, f'[0-9]{{{digits - 1}}}')} THEN '0' || {text} "
        # A spreadsheet that took the code for a number
        f"WHEN {_is(text, f'[0-9]{{{digits - 1},{digits}}}[.]0')} "
        f"THEN lpad({without}, {digits}, '0') END"
    )


def year(text: str) -> str:
    return f"CASE WHEN {_is(text, '[0-9]{4}([.]0)?')} THEN try_cast({text} AS SMALLINT) END"


def small(text: str, lowest: int, highest: int) -> str:
    """A whole number between two others: a month, day, hour or minute."""
    found = f"try_cast({text} AS SMALLINT)"
    good = f"{_is(text, '[0-9]{1,2}([.]0)?')} AND {found} BETWEEN {lowest} AND {highest}"
    return f"CASE WHEN {good} THEN {found} END"


def month(text: str) -> str:
    """A month as a number or by its name, in Spanish or English."""
    names = " ".join(
        f"WHEN {literal(name)} THEN {number}" for number, names in _MONTHS.items() for name in names
    )
    return f"coalesce({small(text, 1, 12)}, CASE upper({text}) {names} END)"


def day(text: str, order: str) -> str:
    """A day. Year-month-day, eight digits and the day numbers of Excel are read in every order."""
    head = f"split_part(replace({text}, 'T', ' '), ' ', 1)"
    formats = ", ".join(literal(f) for f in dict.fromkeys(_DATE_FORMATS[order] + ("%Y%m%d",)))
    # The guard keeps out words that SQL takes for dates: epoch, infinity
    return (
        f"CASE WHEN left({text}, 1) BETWEEN '0' AND '9' THEN "
        f"coalesce(try_cast({head} AS DATE), {_excel(text)}::DATE, "
        f"try_cast(try_strptime({head}, [{formats}]) AS DATE)) END"
    )


def moment(text: str, order: str, zone: str) -> str:
    """A day with a clock, in the zone of the place, as TIMESTAMP.

    A text that carries its own zone (`Z`, `-05:00`) is brought into that of the place.
    """
    formats = ", ".join(
        literal(f"{date} {clock}") for date in _DATE_FORMATS[order] for clock in _CLOCKS
    )
    absolute = f"timezone({literal(zone)}, try_cast({text} AS TIMESTAMPTZ))"
    has_zone = rf"regexp_matches({text}, ':\d\d(\.\d+)?\s*(Z|[+-]\d\d(:?\d\d)?)$')"
    return (
        f"CASE WHEN left({text}, 1) NOT BETWEEN '0' AND '9' THEN NULL "
        f"WHEN {has_zone} THEN {absolute} "
        f"ELSE coalesce(try_cast({text} AS TIMESTAMP), {_excel(text)}, "
        f"try_strptime({text}, [{formats}])) END"
    )


def clock(text: str) -> str:
    """A time of the day, as TIME; also the day fraction that Excel keeps for one."""
    formats = ", ".join(literal(f) for f in _CLOCKS)
    fraction = f"to_seconds(round(try_cast({text} AS DOUBLE) * 86400))"
    return (
        f"coalesce(try_cast(try_strptime({text}, [{formats}]) AS TIME), "
        f"CASE WHEN {text} LIKE '0.%' THEN TIME '00:00' + {fraction} END)"
    )


def truth(text: str) -> str:
    """Yes or no, in Spanish or English, as BOOLEAN."""
    return (
        f"CASE WHEN upper({text}) IN ('TRUE', 'T', '1', 'YES', 'Y', 'SÍ', 'SI', 'S') THEN true "
        f"WHEN upper({text}) IN ('FALSE', 'F', '0', 'NO', 'N') THEN false END"
    )


def sex(text: str) -> str:
    """`female`, `male` or `unknown`."""
    words = {
        "female": ("F", "FEMALE", "FEMENINO", "MUJER"),
        "male": ("M", "MALE", "MASCULINO", "HOMBRE"),
        "unknown": ("UNKNOWN", "DESCONOCIDO", "SIN DATO", "NO SE CONOCE"),
    }
    cases = " ".join(
        f"WHEN upper({text}) IN ({', '.join(map(literal, said))}) THEN {literal(kept)}"
        for kept, said in words.items()
    )
    return f"CASE WHEN {text} IS NULL THEN 'unknown' {cases} END"


def period(text: str) -> tuple[str, str]:
    """First and last day of `2018`, `2018Q1`, `2018-01`, `201801` or `2018-01-05`."""
    year, rest = f"{text}[1:4]", f"{text}[5:6]"
    is_quarter = f"upper({text}[5]) = 'Q'"
    first_month = f"'0' || (try_cast({text}[6] AS INTEGER) * 3 - 2)"
    six = f"CASE WHEN {is_quarter} THEN right({first_month}, 2) ELSE {rest} END"
    start = (
        f"CASE length({text}) "
        f"WHEN 4 THEN try_cast({text} || '-01-01' AS DATE) "
        f"WHEN 6 THEN try_cast({year} || '-' || {six} || '-01' AS DATE) "
        f"WHEN 7 THEN try_cast({text} || '-01' AS DATE) "
        f"WHEN 10 THEN try_cast({text} AS DATE) END"
    )
    quarter = f"CASE WHEN {is_quarter} THEN INTERVAL 3 MONTH ELSE INTERVAL 1 MONTH END"
    length = (
        f"CASE length({text}) WHEN 4 THEN INTERVAL 1 YEAR WHEN 6 THEN {quarter} "
        f"WHEN 7 THEN INTERVAL 1 MONTH ELSE INTERVAL 1 DAY END"
    )
    return start, f"CAST({start} + {length} - INTERVAL 1 DAY AS DATE)"


def _is(text: str, pattern: str) -> str:
    """True where the whole text is of this form."""
    return f"regexp_full_match({text}, {literal(pattern)})"


def _excel(text: str) -> str:
    """The day number of Excel (days since 30 December 1899, from 1954 to 2100), as TIMESTAMP."""
    days = f"try_cast({text} AS DOUBLE)"
    return (
        f"CASE WHEN {_is(text, '[0-9]{5}([.][0-9]+)?')} AND {days} BETWEEN 20000 AND 73415 THEN "
        f"TIMESTAMP '1899-12-30' + to_seconds(round({days} * 86400)) END"
    )
