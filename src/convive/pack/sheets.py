"""Reads the pack's tables and its map: population.csv, indicators.csv, places.geojson."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from convive.evidence.reading.quotes import lone_marks
from convive.pack import records
from convive.pack.contents import Pack
from convive.pack.records import Spot, keys_of
from convive.pack.values import suggest

_NEXT = re.compile(r"[\s,]*(?=[^\s,\]])")  # up to the next item of a JSON list


def population(pack: Pack, name: str, text: str) -> None:
    for raw, spot in _rows(pack, name, text, tuple(keys_of(records.Population))):
        pack.take(records.Population, raw, spot)


def indicators(pack: Pack, name: str, text: str) -> None:
    """A row defines an indicator and may give it a target; a row with code and target adds one."""
    defines, aims = keys_of(records.Indicator), keys_of(records.Target)
    for raw, spot in _rows(pack, name, text, (*defines, *aims)):
        definition = {key: raw[key] for key in raw if key in defines}
        aim = {key: raw[key] for key in raw if key in aims}
        code = raw.get("code", "")
        if set(definition) - {"code"} or not aim:
            pack.take(records.Indicator, definition, spot)
        elif code not in pack.codes(records.Indicator):
            pack.fault(
                spot.at(),
                _("This row adds a target to “%(code)s”, which no row above defines.")
                % {"code": code},
                suggest(code, pack.codes(records.Indicator)),
            )
            continue
        if aim:
            pack.take(records.Target, aim, spot, indicator=code)


def places(pack: Pack, name: str, text: str) -> None:
    """The features of a GeoJSON collection; each one's keys are its properties."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        pack.fault(f"{name}:{error.lineno}", error.msg + ".", _("Correct the line as JSON asks."))
        return
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        pack.fault(
            f"{name}:1",
            _("It is not a GeoJSON collection of features."),
            _('Write {"type": "FeatureCollection", "features": [ … ]}.'),
        )
        return
    known = keys_of(records.Place)
    for feature, spot in _features(name, text):
        raw = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(raw, dict):
            pack.fault(
                spot.at(),
                _("The feature has no properties."),
                _("Write its scheme, code, level and names as its properties."),
            )
            continue
        pack.unknown(raw, known, spot)
        pack.take(records.Place, raw, spot, outline=feature.get("geometry"))


def _rows(
    pack: Pack, name: str, text: str, known: tuple[str, ...]
) -> Iterator[tuple[dict[str, str], Spot]]:
    """The rows of a CSV by column, without their empty cells, with the line each begins on."""
    rows = csv.reader(io.StringIO(text), strict=True)
    line = 1
    try:
        header = [column.strip() for column in next(rows, [])]
        pack.unknown(dict.fromkeys(header), known, Spot(name, 1))
        if len(set(header)) < len(header):
            pack.fault(f"{name}:1", _("A column stands twice."), _("Keep one of the two."))
            return
        line = rows.line_num + 1
        for cells in rows:
            spot, line = Spot(name, line), rows.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                pack.fault(
                    spot.at(),
                    _("The row has %(cells)s cells, the header %(columns)s.")
                    % {"cells": len(cells), "columns": len(header)},
                    _("Put quotation marks round a text that holds a comma."),
                )
                continue
            yield (
                {
                    column: cell.strip()
                    for column, cell in zip(header, cells, strict=True)
                    if cell.strip() and column in known
                },
                spot,
            )
    except csv.Error as error:
        pack.fault(f"{name}:{line}", str(error), _("Close the quotation marks of the row."))
    else:
        for mark in lone_marks(io.StringIO(text), ",", len(header)):
            told = mark.problem(f"{name}:{mark.first}")
            pack.fault(told.where, told.why, told.remedy)


def _features(name: str, text: str) -> Iterator[tuple[Any, Spot]]:
    """Each feature with the line it begins on and the lines of its properties.

    The text is valid JSON and holds a list of features: that was seen before.
    """
    decoder = json.JSONDecoder()
    start = re.search(r'"features"\s*:\s*\[', text)
    position = start.end() if start else len(text)
    while match := _NEXT.match(text, position):
        begin = match.end()
        feature, position = decoder.raw_decode(text, begin)
        yield feature, _spot(name, text, begin, position)


def _spot(name: str, text: str, begin: int, end: int) -> Spot:
    line = text.count("\n", 0, begin) + 1
    keys: dict[str, int] = {}
    for found in re.finditer(r'"([^"\\]+)"\s*:', text[begin:end]):
        keys.setdefault(found[1], line + text.count("\n", begin, begin + found.start()))
    return Spot(name, line, keys)
