"""When something happened: clock, part of the day, interval, day or month, as it is known.

Clocks are read in the zone of the place. Days and hours stay local; `starts` and `ends` are UTC and
half-open: a day ends where the next one starts, a clock time starts and ends in the same moment.
"""

from __future__ import annotations

from datetime import date

from convive.evidence.mapping import SourceSpec
from convive.evidence.reading import fields
from convive.evidence.reading.layers import Reading

# Years outside these are slips of a keyboard
FIRST_YEAR, LAST_YEAR = 1900, 2100


def add_span(made: Reading, spec: SourceSpec, today: date) -> None:
    """The first and last day that a count or an estimate is about."""
    key = _days(made, spec)
    _plausible(made, key, "t_first", today)
    made.kept["day"], made.kept["last_day"] = "t_first", "t_last"


def add_moment(made: Reading, spec: SourceSpec, today: date) -> None:
    """When an incident happened, as finely as the source knows it."""
    order, zone = spec.file.date_order, spec.zone
    if made.has("datetime"):
        key = "datetime"
        made.typed["t_from"] = fields.moment("r_datetime", order, zone)
        made.typed["t_to"] = "t_from"
        _readable(made, key, "t_from")
        made.typed["t_precision"] = "'clock'"
    elif made.has("from"):
        key = "from"
        made.typed["t_from"] = fields.moment("r_from", order, zone)
        # Registers leave the end empty where the moment is known
        made.typed["t_end"] = fields.moment("r_to", order, zone)
        made.typed["t_to"] = "CASE WHEN r_to IS NULL THEN t_from ELSE t_end END"
        _readable(made, "from", "t_from")
        made.reject("to", "r_to IS NOT NULL AND t_end IS NULL", "bad_date")
        made.reject("to", "t_to < t_from", "ends_before")
        made.typed["t_precision"] = "CASE WHEN t_from = t_to THEN 'clock' ELSE 'interval' END"
    else:
        key = _days(made, spec)
        _within_day(made, spec)
    if made.has("datetime") or made.has("from"):
        made.typed["t_first"], made.typed["t_last"] = "t_from::DATE", "t_to::DATE"
    _plausible(made, key, "t_first", today)
    made.kept |= {
        "day": "t_first",
        "last_day": "t_last",
        "precision": "t_precision",
        "hour": "CASE WHEN t_precision = 'clock' THEN hour(t_from)::UTINYINT END",
        "starts": _utc("t_from", zone),
        "ends": _utc("t_to", zone),
    }


def add_registered(made: Reading, spec: SourceSpec, today: date) -> None:
    """The day on which the source took the record in."""
    if made.has("registered"):
        made.typed["t_registered"] = fields.day("r_registered", spec.file.date_order)
        unread = "r_registered IS NOT NULL AND t_registered IS NULL"
        made.reject("registered", unread, "bad_date")
        _plausible(made, "registered", "t_registered", today)
        made.kept["registered"] = "t_registered"


def add_vintage(made: Reading, spec: SourceSpec, today: date) -> None:
    """The release to which a row belongs, in a file that holds several: a day or a month.

    A release that is named by its month is what was known when that month ended.
    """
    if made.has("vintage"):
        start, end = fields.period("r_vintage")
        day = fields.day("r_vintage", spec.file.date_order)
        made.typed["t_release"] = f"coalesce({start}, {day})"
        made.typed["t_vintage"] = f"least(coalesce({end}, {day}), DATE '{today}')"
        _readable(made, "vintage", "t_release", "bad_period")
        _plausible(made, "vintage", "t_release", today)
        made.kept["vintage"] = "t_vintage"


def _days(made: Reading, spec: SourceSpec) -> str:
    """Add `t_first` and `t_last`; return the field that names them."""
    if made.has("period"):
        made.typed["t_first"], made.typed["t_last"] = fields.period("r_period")
        _readable(made, "period", "t_first", "bad_period")
        return "period"
    if made.has("date"):
        made.typed["t_first"] = fields.day("r_date", spec.file.date_order)
        made.typed["t_last"] = "t_first"
        _readable(made, "date", "t_first")
        return "date"
    finest = next(key for key in ("day", "month", "year") if made.has(key))
    made.typed["t_year"] = fields.year("r_year")
    _readable(made, "year", "t_year", "bad_year")
    made.reject("year", f"t_year NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", "bad_year")
    if made.has("month"):
        made.typed["t_month"] = fields.month("r_month")
        _readable(made, "month", "t_month", "bad_month")
    if finest == "day":
        made.typed["t_day"] = fields.small("r_day", 1, 31)
        _readable(made, "day", "t_day", "bad_day")
    # As text, because TRY_CAST gives NULL for 31 June where make_date would stop the import
    month = "lpad(t_month::VARCHAR, 2, '0')" if made.has("month") else "'01'"
    day = "lpad(t_day::VARCHAR, 2, '0')" if finest == "day" else "'01'"
    made.typed["t_first"] = (
        f"make_date(t_year, {'t_month' if made.has('month') else '1'}, 1)"
        if finest != "day"
        else f"try_cast(t_year || '-' || {month} || '-' || {day} AS DATE)"
    )
    if finest == "day":
        made.reject("day", "t_first IS NULL", "bad_day")
    length = {"day": "0 DAY", "month": "1 MONTH - INTERVAL 1 DAY"}.get(
        finest, "1 YEAR - INTERVAL 1 DAY"
    )
    made.typed["t_last"] = f"CAST(t_first + INTERVAL {length} AS DATE)"
    return finest


def _within_day(made: Reading, spec: SourceSpec) -> None:
    """Add the clock or the part of the day, where the source has one."""
    if made.has("time"):
        made.typed["t_clock"] = fields.clock("r_time")
        made.reject("time", "r_time IS NOT NULL AND t_clock IS NULL", "bad_time")
    elif made.has("hour"):
        made.typed["t_hour"] = fields.small("r_hour", 0, 23)
        made.reject("hour", "r_hour IS NOT NULL AND t_hour IS NULL", "bad_time")
        minute = "0"
        if made.has("minute"):
            made.typed["t_minute"] = fields.small("r_minute", 0, 59)
            made.reject("minute", "r_minute IS NOT NULL AND t_minute IS NULL", "bad_time")
            minute = "coalesce(t_minute, 0)"
        made.typed["t_clock"] = (
            f"CASE WHEN t_hour IS NOT NULL THEN make_time(t_hour, {minute}, 0) END"
        )
    made.typed.setdefault("t_clock", "NULL::TIME")
    made.typed["t_part"] = "NULL::VARCHAR"
    if made.has("part"):
        made.kept["part"] = "t_part"
        column = spec.columns["part"]
        made.typed["t_part"] = fields.mapped("r_part", column.values, column.otherwise)
        made.reject("part", "r_part IS NOT NULL AND t_part IS NULL", "unknown_value")
    hours = [
        "CASE t_part "
        + " ".join(f"WHEN {fields.literal(p)} THEN {span[i]}" for p, span in spec.day_parts.items())
        + " END"
        if spec.day_parts
        else "NULL"
        for i in (0, 1)
    ]
    made.typed["t_precision"] = (
        "CASE WHEN t_first <> t_last THEN 'month' WHEN t_clock IS NOT NULL THEN 'clock' "
        "WHEN t_part IS NOT NULL THEN 'part' ELSE 'day' END"
    )
    made.typed["t_from"] = (
        "CASE t_precision WHEN 'clock' THEN t_first + t_clock "
        f"WHEN 'part' THEN t_first + to_hours(coalesce({hours[0]}, 0)) "
        "ELSE t_first::TIMESTAMP END"
    )
    made.typed["t_to"] = (
        "CASE t_precision WHEN 'clock' THEN t_first + t_clock "
        f"WHEN 'part' THEN t_first + to_hours(coalesce({hours[1]}, 24)) "
        "ELSE t_last + INTERVAL 1 DAY END"
    )


def _readable(made: Reading, key: str, typed: str, reason: str = "bad_date") -> None:
    made.reject(key, f"r_{key} IS NULL", "empty")
    made.reject(key, f"{typed} IS NULL", reason)


def _plausible(made: Reading, key: str, day: str, today: date) -> None:
    made.reject(key, f"year({day}) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", "bad_year")
    made.reject(key, f"{day} > DATE '{today}'", "future")


def _utc(local: str, zone: str) -> str:
    return f"timezone('UTC', timezone({fields.literal(zone)}, {local}))"
