"""Reads a pack's `sources/<code>.toml` and names every fault with its line and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from convive.evidence import mapping
from convive.evidence.iccs.offences import OffenceRow, read_offences
from convive.evidence.mapping import (
    Column,
    EditionSpan,
    FileForm,
    Limits,
    PlaceCodes,
    Question,
    SourceMark,
    SourceSpec,
)
from convive.evidence.microdata.spec import columns_of, read_survey
from convive.evidence.register.agreement import read_agreement
from convive.evidence.toml_values import TomlValues
from convive.kernel.errors import BadInput, Problem

__all__ = ["OffenceRow", "SourceSpec", "from_json", "read_offences", "read_source"]

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TEXTS = ("publisher", "licence", "url", "owner", "note_es", "note_en", "zone", "crs")
_CHOICES = {
    "shape": mapping.SHAPES,
    "kind": mapping.KINDS,
    "count_unit": mapping.COUNT_UNITS,
    "cells": mapping.CELLS,
    "releases": mapping.RELEASES,
    "cut_off": mapping.CUT_OFFS,
}
_TABLES = (
    *("place", "file", "columns", "day_parts"),
    *("questions", "survey", "editions", "limits", "marks", "agreement"),
)
_FLAT = ("code", "name_es", "name_en", *_CHOICES, *_TEXTS, "absent_rows_are_zero")


def read_source(path: Path) -> tuple[SourceSpec | None, list[Problem]]:
    """Read one source's file. The spec is None as soon as there is a fault."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        why = _("The file cannot be read: %(error)s.") % {"error": error}
        return None, [Problem(str(path), why, _("Save it as UTF-8 text."))]
    except tomllib.TOMLDecodeError as error:
        why = _("This is not TOML: %(error)s.") % {"error": error}
        return None, [Problem(str(path), why, _("Correct the line that it names."))]
    reader = _Reader(str(path), text)
    spec = reader.source(data)
    if data.get("code") not in (None, path.stem):
        reader.fault(
            "code",
            _("The file is called %(name)s, the source %(code)s.")
            % {"name": path.name, "code": data["code"]},
            _("Give both the same name."),
        )
    return (None if reader.problems else spec), reader.problems


def from_json(data: Mapping[str, Any]) -> SourceSpec:
    """The spec that `SourceSpec.as_json` wrote. Raises BadInput where it is not one."""
    reader = _Reader(str(data.get("code", "?")), "")
    spec = reader.source(data)
    if reader.problems or spec is None:
        raise BadInput(reader.problems)
    return spec


class _Reader(TomlValues):
    """Reads the tables of a source's file and checks that they agree."""

    def source(self, data: Mapping[str, Any]) -> SourceSpec | None:
        self.known(data, (*_FLAT, *_TABLES), "")
        flat: dict[str, Any] = {key: self.text(data, key) for key in _TEXTS if key in data}
        for key in ("code", "name_es", "name_en"):
            flat[key] = self.text(data, key, needed=True)
        if flat["code"] and not (_CODE.fullmatch(flat["code"]) and len(flat["code"]) <= 60):
            self.fault(
                "code",
                _("“%(code)s” cannot be a source's code.") % {"code": flat["code"]},
                _("Use small letters, digits and hyphens."),
            )
        for key, allowed in _CHOICES.items():
            if key in data or key in ("shape", "kind"):
                flat[key] = self.choice(data, key, allowed)
        flat["absent_rows_are_zero"] = self.flag(data, "absent_rows_are_zero", "")
        self._zone_and_crs(flat)
        shape = flat.get("shape") or "counts"
        survey = self.table(data, "survey")
        if survey and shape != "microdata":
            self.fault(
                "survey",
                _("Only a source of answers has a survey."),
                _("Write shape = “microdata”, or leave [survey] out."),
            )
        spec = SourceSpec(
            **flat,
            place=self._places(self.table(data, "place")),
            file=self._file(self.table(data, "file")),
            columns=self._columns({**columns_of(survey), **self.table(data, "columns")}, shape),
            day_parts=self._day_parts(self.table(data, "day_parts")),
            questions=self._questions(self.rows(data, "questions")),
            editions=self._editions(self.rows(data, "editions")),
            limits=self._limits(self.table(data, "limits")),
            marks=self._marks(self.rows(data, "marks")),
            survey=read_survey(self, survey) if shape == "microdata" else None,
            agreement=read_agreement(self, self.table(data, "agreement")),
        )
        self._whole(spec)
        return spec

    # One table of the file each

    def _places(self, table: Mapping[str, Any]) -> PlaceCodes:
        self.known(table, ("scheme", "digits", "extent"), "place")
        digits = self.whole_number(table, "place.digits")
        return PlaceCodes(
            scheme=self.text(table, "place.scheme"),
            digits=digits,
            extent=self.whole_number(table, "place.extent") or digits,
        )

    def _file(self, table: Mapping[str, Any]) -> FileForm:
        names = ("encoding", "separator", "sheet", "header_row", "date_order", "decimal")
        self.known(table, (*names, "thousands", "missing"), "file")
        texts = {n: str(table.get(n, "")) for n in ("encoding", "separator", "sheet", "thousands")}
        if texts["encoding"]:
            try:
                "".encode(texts["encoding"])
            except LookupError:
                self.fault(
                    "file.encoding",
                    _("No encoding is called “%(name)s”.") % {"name": texts["encoding"]},
                    _("Write utf-8, cp1252 or latin-1, or leave it out."),
                )
        if len(texts["separator"]) > 1 or texts["separator"] in ('"', "\r", "\n"):
            self.fault(
                "file.separator",
                _("“%(text)s” cannot part columns.") % {"text": texts["separator"]},
                _("Write one character, such as ; or leave it out."),
            )
        order = self.choice(table, "file.date_order", mapping.DATE_ORDERS) or "ymd"
        decimal = self.choice(table, "file.decimal", (".", ",", ""))
        header = self.whole_number(table, "file.header_row")
        missing = table.get("missing", [])
        if not (isinstance(missing, list) and all(isinstance(text, str) for text in missing)):
            self.fault(
                "file.missing", _("It is not a list of texts."), _("Write for instance [“NA”].")
            )
            missing = []
        return FileForm(
            **texts,
            header_row=header,
            date_order=order,
            decimal=decimal,
            missing=tuple(missing),
        )

    def _columns(self, table: Mapping[str, Any], shape: str) -> dict[str, Column]:
        allowed = mapping.FIELDS.get(shape, ())
        self.known(table, allowed, "columns")
        return {name: self._column(name, table[name]) for name in allowed if name in table}

    def _column(self, name: str, value: Any) -> Column:
        key = f"columns.{name}"
        if isinstance(value, str):
            return Column(names=(value,))
        if isinstance(value, list):
            return Column(names=tuple(str(part) for part in value))
        if not isinstance(value, Mapping):
            self.fault(key, _("It names no column."), _("Write the column's name as a text."))
            return Column()
        self.known(value, ("column", "columns", "value", "values", "otherwise", "optional"), key)
        names = value.get("columns", [value["column"]] if "column" in value else [])
        constant = value.get("value")
        if bool(names) == (constant is not None):
            self.fault(
                key,
                _("A field comes from a column or from a constant, and from one of them alone."),
                _("Write column = “…” or value = “…”."),
            )
        return Column(
            names=tuple(str(part) for part in names),
            constant=None if constant is None else _plain(constant),
            values={str(k): _plain(v) for k, v in self.table(value, "values").items()},
            otherwise=None if value.get("otherwise") is None else _plain(value["otherwise"]),
            optional=self.flag(value, "optional", key),
        )

    def _day_parts(self, table: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
        parts: dict[str, tuple[int, int]] = {}
        for name, hours in table.items():
            good = isinstance(hours, list) and len(hours) == 2
            if not (
                good and all(isinstance(h, int) for h in hours) and 0 <= hours[0] < hours[1] <= 24
            ):
                self.fault(
                    f"day_parts.{name}",
                    _("A part of the day is written as two hours of it, the second later."),
                    _("Write for instance morning = [6, 12]."),
                )
                continue
            parts[name] = (hours[0], hours[1])
        return parts

    def _questions(self, rows: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
        found = []
        for row in rows:
            self.known(row, ("code", "name_es", "name_en", "unit", "column"), "questions")
            texts = {
                k: self.text(row, f"questions.{k}", needed=True)
                for k in ("code", "name_es", "name_en")
            }
            if texts["code"] and not _CODE.fullmatch(texts["code"]):
                self.fault(
                    "questions.code",
                    _("“%(code)s” cannot be a question's code.") % {"code": texts["code"]},
                    _("Use small letters, digits and hyphens."),
                )
            found.append(
                Question(
                    **texts,
                    unit=str(row.get("unit", "percent")),
                    column=str(row.get("column", "")),
                )
            )
        return tuple(found)

    def _editions(self, rows: Iterable[Mapping[str, Any]]) -> tuple[EditionSpan, ...]:
        found = []
        for row in rows:
            self.known(row, ("edition", "first", "last"), "editions")
            found.append(
                EditionSpan(
                    self.text(row, "editions.edition", needed=True),
                    self.day(row, "editions.first"),
                    self.day(row, "editions.last"),
                )
            )
        return tuple(found)

    def _limits(self, table: Mapping[str, Any]) -> Limits:
        flags = ("month_only", "snapped_points", "capped_export", "no_small_area")
        self.known(table, (*flags, "late_months"), "limits")
        return Limits(
            **{name: self.flag(table, name, "limits") for name in flags},
            late_months=self.whole_number(table, "limits.late_months"),
        )

    def _marks(self, rows: Iterable[Mapping[str, Any]]) -> tuple[SourceMark, ...]:
        found = []
        for row in rows:
            self.known(row, ("on", "kind", "text_es", "text_en"), "marks")
            day = self.day(row, "marks.on")
            kind = self.choice(row, "marks.kind", mapping.MARK_KINDS)
            es, en = (self.text(row, f"marks.text_{lang}", needed=True) for lang in ("es", "en"))
            if day is None:
                self.fault("marks", _("A mark needs its day."), _("Write on = 2024-01-01."))
                continue
            found.append(SourceMark(day, kind, es, en))
        return tuple(sorted(found, key=lambda mark: mark.on))

    # What must agree across tables

    def _zone_and_crs(self, flat: Mapping[str, Any]) -> None:
        try:
            ZoneInfo(flat.get("zone") or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            self.fault(
                "zone",
                _("No time zone is called “%(zone)s”.") % {"zone": flat["zone"]},
                _("Write a name such as America/Lima."),
            )
        if flat.get("crs", "EPSG:4326") != "EPSG:4326":
            from pyproj import CRS
            from pyproj.exceptions import CRSError

            try:
                CRS.from_user_input(flat["crs"])
            except CRSError:
                self.fault(
                    "crs",
                    _("No system of coordinates is called “%(crs)s”.") % {"crs": flat["crs"]},
                    _("Write its EPSG code, such as EPSG:32717."),
                )

    def _whole(self, spec: SourceSpec) -> None:
        has = set(spec.columns)
        if not spec.is_wide:
            needs = {
                "counts": {"place", "category", "n"},
                "survey": {"place", "question", "value"},
                "microdata": {"place", "weight"},
            }
            for name in sorted(needs.get(spec.shape, {"category"}) - has):
                self._missing(name)
        if spec.shape == "incidents" and not ({"place"} & has or {"x", "y"} <= has):
            self._missing("place")
        if not ({"date", "datetime", "period", "year"} & has or {"from", "to"} <= has):
            self._missing("date")
        if "month" in has and "year" not in has:
            self._missing("year")
        if "place" in has and not spec.place.scheme:
            self.fault(
                "place",
                _("A code means nothing without its scheme."),
                _("Add a table [place] with scheme and digits."),
            )
        if spec.cut_off == "registered" and "registered" not in has:
            self._missing("registered")
        if spec.shape == "counts" and not spec.editions:
            self.fault(
                "editions",
                _("A source of counts must say within which boundaries it counts."),
                _("Add [[editions]] with the code of a boundary edition."),
            )
        known = set(spec.day_parts)
        part = spec.columns.get("part")
        if part and not {*part.values.values(), *filter(None, [part.otherwise])} <= known:
            self.fault(
                "columns.part",
                _("It names a part of the day whose hours are not given."),
                _("List every part under [day_parts] with its hours."),
            )

    def _missing(self, name: str) -> None:
        self.fault(
            "columns",
            _("The field “%(name)s” has no column.") % {"name": name},
            _("Say under [columns] which column of the file holds it."),
        )


def _plain(value: Any) -> str:
    """A constant as text: true and false as such, numbers as they stand."""
    return str(value).lower() if isinstance(value, bool) else str(value)
