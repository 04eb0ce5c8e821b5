"""What a source is and how its files are read: the contents of a pack's `sources/<code>.toml`.

Plain data. `convive.evidence.spec` reads it from TOML; docs/evidence.md explains every key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from convive.evidence.microdata.spec import Survey
from convive.evidence.register.agreement import Agreement
from convive.kernel.texts import in_language

# Part of every mapping version: raise it when the same mapping would read the same file otherwise
READER_VERSION = 2

SHAPES = ("counts", "incidents", "survey", "microdata")
KINDS = ("police", "prosecutor", "forensic", "health", "cem", "survey", "programme")
COUNT_UNITS = ("victim", "offence", "complaint", "respondent")
RELEASES = ("replace", "add")
CELLS = ("unique", "sum")
CUT_OFFS = ("last_period", "registered", "received")
DATE_ORDERS = ("ymd", "dmy", "mdy")
MARK_KINDS = ("boundary", "method", "note")

WHEN = (
    *("datetime", "date", "time", "part", "from", "to"),
    *("period", "year", "month", "day", "hour", "minute", "registered"),
)
ABOUT = ("victim_sex", "age_band", "weapon", "attempted")
FIELDS: dict[str, tuple[str, ...]] = {
    "counts": (
        *("place", "category", "n", "date", "period", "year", "month", "registered", "vintage"),
        *ABOUT,
    ),
    "incidents": ("id", "place", "x", "y", "category", *WHEN, "vintage", *ABOUT),
    "survey": (
        *("place", "question", "value", "lower", "upper", "se", "n"),
        *("date", "period", "year", "month"),
    ),
    "microdata": (
        *("id", "place", "weight", "stratum", "cluster", "fpc", "round"),
        *("sex", "age", "age_band", "date", "period", "year", "month", "day"),
    ),
}

Values = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """Where a field comes from: a column of the file under any of `names`, or a constant.

    values : what the file writes -> what we keep. Compared without regard to case and outer blanks.
    otherwise : what we keep for a text that `values` does not list; None refuses the row.
    optional : the file may lack the column.
    """

    names: tuple[str, ...] = ()
    constant: str | None = None
    values: Values = field(default_factory=dict)
    otherwise: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class PlaceCodes:
    """The scheme in which the file writes places.

    digits : length of a code; one lost leading zero is put back. 0 where codes are not of digits.
    extent : leading digits of the area for which a file speaks. Inside it an absent row can be a
        zero; outside it nothing is known.
    """

    scheme: str = ""
    digits: int = 0
    extent: int = 0


@dataclass(frozen=True)
class FileForm:
    """How the file is written. Empty texts mean: found out from the file.

    missing : texts that stand for no value, such as NA.
    """

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header_row: int = 0
    date_order: str = "ymd"
    decimal: str = ""
    thousands: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question of a survey; `column` where each question has a column of its own."""

    code: str
    name_es: str
    name_en: str
    unit: str = "percent"
    column: str = ""

    @property
    def name(self) -> str:
        return in_language(self, "name")


@dataclass(frozen=True)
class EditionSpan:
    """The boundary edition in which the source counts, from one day to another."""

    edition: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class SourceMark:
    """A dated change after which the source's numbers are not like those before."""

    on: date
    kind: str
    text_es: str
    text_en: str

    @property
    def text(self) -> str:
        return in_language(self, "text")


@dataclass(frozen=True)
class Limits:
    """What the source cannot support, as its makers or its files show."""

    month_only: bool = False
    snapped_points: bool = False
    capped_export: bool = False
    no_small_area: bool = False
    late_months: int = 0


@dataclass(frozen=True)
class SourceSpec:
    """The whole of one `sources/<code>.toml`."""

    code: str
    name_es: str
    name_en: str
    shape: str
    kind: str
    publisher: str = ""
    licence: str = ""
    url: str = ""
    owner: str = ""
    note_es: str = ""
    note_en: str = ""
    count_unit: str = "complaint"
    zone: str = "UTC"
    crs: str = "EPSG:4326"
    absent_rows_are_zero: bool = False
    cells: str = "unique"
    releases: str = "replace"
    cut_off: str = "last_period"
    place: PlaceCodes = field(default_factory=PlaceCodes)
    file: FileForm = field(default_factory=FileForm)
    columns: Mapping[str, Column] = field(default_factory=dict)
    day_parts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    editions: tuple[EditionSpan, ...] = ()
    limits: Limits = field(default_factory=Limits)
    marks: tuple[SourceMark, ...] = ()
    survey: Survey | None = None  # of microdata: its sample and its questions
    agreement: Agreement = field(default_factory=Agreement)

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def note(self) -> str:
        return in_language(self, "note")

    @property
    def is_sample(self) -> bool:
        return self.code.startswith("sample-")

    @property
    def is_survey(self) -> bool:
        """Its rows are estimates or answers of people, never events."""
        return self.shape in ("survey", "microdata")

    @property
    def is_wide(self) -> bool:
        """Each question of the survey stands in a column of its own."""
        return any(question.column for question in self.questions)

    def edition_on(self, day: date) -> str | None:
        """The code of the boundary edition in which the source counts on this day."""
        for span in self.editions:
            if (span.first is None or span.first <= day) and (
                span.last is None or day <= span.last
            ):
                return span.edition
        return None

    def question(self, code: str) -> Question | None:
        return next((question for question in self.questions if question.code == code), None)

    def answers(self) -> dict[str, str]:
        """Key -> column of the file, for every column that holds answers of a survey."""
        asked = self.survey.questions if self.survey else ()
        names = dict.fromkeys(name for question in asked for name in question.columns)
        return {f"answer:{number}": name for number, name in enumerate(names)}

    def every_column(self) -> dict[str, Column]:
        """Every field, question and answer -> where it comes from."""
        found = dict(self.columns)
        for question in self.questions:
            if question.column:
                found[f"question:{question.code}"] = Column(names=(question.column,))
        return found | {key: Column(names=(name,)) for key, name in self.answers().items()}

    @property
    def mapping_version(self) -> str:
        """Hash of all that decides how rows are read, and of nothing else.

        A new name or licence leaves it as it is; another column, order of dates or scheme does not.
        """
        whole = self.as_json()
        deciding = ("code", "shape", "zone", "crs", "cells", "place", "file", "columns")
        kept = {key: whole.get(key) for key in (*deciding, "day_parts")}
        kept["questions"] = [[q.code, q.column] for q in self.questions]
        if self.survey:
            kept["survey"] = self.survey.deciding()
        text = json.dumps([READER_VERSION, kept], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The spec in the form of its TOML file, as plain JSON."""
        data = asdict(self)
        data["columns"] = {name: _column_json(column) for name, column in self.columns.items()}
        data["file"]["missing"] = list(self.file.missing)
        data["day_parts"] = {name: list(hours) for name, hours in self.day_parts.items()}
        data["questions"] = [asdict(question) for question in self.questions]
        data["editions"] = [
            {"edition": span.edition, "first": _iso(span.first), "last": _iso(span.last)}
            for span in self.editions
        ]
        for key in ("agreement", "survey"):
            data.pop(key)
        if not self.agreement.is_empty:
            data["agreement"] = self.agreement.as_json()
        if self.survey:
            data["survey"] = self.survey.as_json()
        data["marks"] = [{**asdict(mark), "on": mark.on.isoformat()} for mark in self.marks]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SourceSpec:
        """Read what `as_json` wrote. Raises BadInput where it is not a spec."""
        from convive.evidence.spec import from_json  # late: the reader is built on this class

        return from_json(data)


def _column_json(column: Column) -> dict[str, Any]:
    data: dict[str, Any] = {"columns": list(column.names)}
    if column.constant is not None:
        data = {"value": column.constant}
    if column.values:
        data["values"] = dict(column.values)
    if column.otherwise is not None:
        data["otherwise"] = column.otherwise
    if column.optional:
        data["optional"] = True
    return data


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
