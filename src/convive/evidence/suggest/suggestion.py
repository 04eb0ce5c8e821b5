"""What a file seems to hold, so that nobody has to write down how it is read.

    found = suggest(path, around=surroundings())    # reads names and contents
    spec = found.as_spec(code="…", name_es="…", name_en="…")

Every proposal carries a short reason for the person who confirms it. Nothing is applied unasked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from convive.evidence.iccs.classes import IccsGuess, is_attempted, offences
from convive.evidence.mapping import SourceSpec
from convive.evidence.suggest.column import IGNORE, ColumnSuggestion, in_role, precision
from convive.evidence.suggest.crs_guess import CrsGuess
from convive.evidence.suggest.places import Surroundings, surroundings
from convive.evidence.suggest.values import PART_HOURS

__all__ = [
    "IGNORE",
    "ColumnSuggestion",
    "CrsGuess",
    "IccsGuess",
    "Suggestion",
    "Surroundings",
    "offences",
    "suggest",
    "surroundings",
]


@dataclass(frozen=True)
class Suggestion:
    """What the whole file seems to be.

    form : csv, tsv, xlsx, ods, json, geojson or parquet. rows : rows that were looked at.
    is_whole : these are all rows of the file.
    shape : counts, incidents, survey or microdata. date_order : ymd, dmy or mdy.
    crs : nothing where there are no positions or where a person must choose among
        `crs_candidates`, the most plausible first; `crs_why` says which.
    zone : time zone of the places, or nothing. is_snapped : points were moved to anchor points.
    scheme, digits : of the place codes; nothing where there are none.
    missing : texts that stand for no value. day_parts : part -> first and last hour.
    categories : the most frequent values of the category column, at most 500.
    constants : field -> value that no column holds, such as the year that the file's name tells.
    attempted : the categories that say that the act was tried, not done.
    warnings : what a person should know before importing.
    """

    file_name: str
    form: str
    encoding: str
    separator: str
    sheet: str
    rows: int
    is_whole: bool
    shape: str
    columns: tuple[ColumnSuggestion, ...]
    date_order: str = "ymd"
    crs: str = ""
    crs_why: str = ""
    crs_candidates: tuple[CrsGuess, ...] = ()
    zone: str = ""
    is_snapped: bool = False
    snapped_why: str = ""
    scheme: str = ""
    digits: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def column(self, role: str) -> ColumnSuggestion | None:
        """The column of this role, if there is one."""
        return next((column for column in self.columns if column.role == role), None)

    @property
    def precision(self) -> str:
        """clock, interval, part, day, month or year; nothing where no date was found."""
        return precision({column.role: column for column in self.columns})

    @property
    def categories(self) -> tuple[str, ...]:
        """What the file calls offences, the most frequent first."""
        column = self.column("category")
        return column.texts if column else ()

    @property
    def attempted(self) -> tuple[str, ...]:
        """The categories that say that the act was tried, not done."""
        return tuple(text for text in self.categories if is_attempted(text))

    @property
    def day_parts(self) -> dict[str, tuple[int, int]]:
        """Part of the day that the file names -> first and last hour."""
        column = self.column("part")
        used = set(column.values.values()) if column else set()
        return {part: hours for part, hours in PART_HOURS.items() if part in used}

    def choose(self, roles: Mapping[int, str] | None = None, **whole: Any) -> Suggestion:
        """With what a person chose: index of a column -> role, and fields of the whole file."""
        chosen = roles or {}
        columns = tuple(
            column
            if chosen.get(column.index, column.role) == column.role
            else in_role(column, chosen[column.index], self.names)
            for column in self.columns
        )
        return replace(self, columns=columns, **whole)

    def as_spec(
        self,
        *,
        code: str,
        name_es: str,
        name_en: str = "",
        kind: str = "police",
        owner: str = "",
        category: str = "",
        editions: tuple[str, ...] = (),
        attempted: tuple[str, ...] = (),
        **more: Any,
    ) -> SourceSpec:
        """The mapping that this suggestion proposes, ready to import with.

        category : what the records are called where no column says it; the source's name by
            default. editions : codes of the boundary editions in which a source of counts counts.
        attempted : categories that are attempts; the others then count as completed.
        more : other fields of SourceSpec, such as publisher, releases, zone.
        Raises BadInput where something is still missing, such as the column of the date.
        """
        from convive.evidence.suggest.spec import spec_of

        return spec_of(
            self,
            code=code,
            name_es=name_es,
            name_en=name_en or name_es,
            kind=kind,
            owner=owner,
            category=category or name_es,
            editions=editions,
            attempted=attempted,
            **more,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; the properties stand there too, for whoever reads it elsewhere."""
        told = {
            "precision": self.precision,
            "categories": self.categories,
            "attempted": self.attempted,
            "day_parts": self.day_parts,
        }
        return asdict(self) | told

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Suggestion:
        """Read what `as_json` wrote, also after it went through JSON."""
        made = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        made["columns"] = tuple(
            ColumnSuggestion(
                **{**column, "samples": tuple(column["samples"]), "texts": tuple(column["texts"])}
            )
            for column in data["columns"]
        )
        made["crs_candidates"] = tuple(CrsGuess(**guess) for guess in data["crs_candidates"])
        made |= {key: tuple(data[key]) for key in ("missing", "warnings")}
        return cls(**made)


def suggest(
    path: Path,
    *,
    known_source: SourceSpec | None = None,
    around: Surroundings | None = None,
    name: str = "",
) -> Suggestion:
    """Look at a file and propose how to read it.

    known_source : whose mapping is kept for the columns that it names.
    around : what the programme knows of its places, see `places.surroundings`; without it
        positions and codes are told by themselves alone.
    name : as the sender calls the file, where it lies here under another name; it may tell a year
        or a system of coordinates.
    Raises BadInput where the file cannot be opened.
    """
    from convive.evidence.suggest.file import look

    return look(path, known_source, around or Surroundings(), name)
