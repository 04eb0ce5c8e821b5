"""One column of a suggestion: what it seems to be, and what its values become in a role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from convive.evidence.suggest.values import part_of_day, sex_of
from convive.evidence.suggest.words import fold

IGNORE = "ignore"  # the role of a column that is not taken in


@dataclass(frozen=True)
class ColumnSuggestion:
    """One column of the file and what it seems to be.

    index : from 0. samples : at most five different values, shortened; none where it is personal.
    filled : share of the rows that have a value, 0 to 1. distinct : how many different values.
    role : a field of `mapping.FIELDS[shape]`, or `ignore`.
    confidence : `sure`, `likely` or `unsure`.
    why : the reason, in the reader's language. warning : what to look at, or nothing.
    values : what the file writes -> what we keep, where a field needs that (parts of the day, sex,
        names of places). otherwise : what we keep for the rest; None rejects the row.
    texts : all different values, the most frequent first, where they are few words.
    precision : of a column of dates: clock, day, or month where all are the first of one.
    is_personal : names, documents, telephones, free text: never taken in.
    """

    index: int
    header: str
    samples: tuple[str, ...] = ()
    filled: float = 0.0
    distinct: int = 0
    role: str = IGNORE
    confidence: str = "unsure"
    why: str = ""
    warning: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    texts: tuple[str, ...] = ()
    precision: str = ""
    is_personal: bool = False


def in_role(column: ColumnSuggestion, role: str, names: Mapping[str, str]) -> ColumnSuggestion:
    """The column in another role, its values kept as that role needs.

    names : name of a place, folded -> its code.
    """
    values: dict[str, str] = {}
    otherwise = None
    if role == "part":
        values = {text: part for text in column.texts if (part := part_of_day(text))}
    elif role == "victim_sex":
        values = sex_of(column.texts)
        otherwise = "unknown" if values else None
    elif role == "place":
        values = {text: names[fold(text)] for text in column.texts if fold(text) in names}
    return replace(column, role=role, values=values, otherwise=otherwise)


def precision(by_role: Mapping[str, ColumnSuggestion]) -> str:
    """How finely columns in these roles know when something happened."""
    if "datetime" in by_role:
        return "clock"
    if "from" in by_role:
        return "interval"
    if "date" in by_role and by_role["date"].precision == "month":
        return "month"
    if {"date", "day"} & set(by_role):
        if {"time", "hour"} & set(by_role):
            return "clock"
        return "part" if "part" in by_role else "day"
    if {"month", "period"} & set(by_role):
        return "month"
    return "year" if "year" in by_role else ""
