"""Reads JSON and GeoJSON: a list of objects becomes CSV text, one row for each object.

The list is read piece by piece, so that its length costs no memory. Numbers keep the digits that
the file writes.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from convive.evidence.reading.crs import DEGREES, plain_name
from convive.evidence.reading.header import Finder, Header
from convive.kernel.errors import BadInput

MOST_COLUMNS = 2_000
_LONGEST = 16 << 20  # characters of one object
_BLOCK = 1 << 20
_DEEPEST = 4
_STARTS = re.compile(r'\s*(?:\[\s*[\[{\]]|\{\s*["}])')
_BLANKS = re.compile(r"[ \t\r\n]*")

Record = dict[str, Any]


def is_json(text: Path) -> bool:
    """Whether the UTF-8 text begins as a list or an object of JSON does."""
    with text.open(encoding="utf-8") as file:
        return bool(_STARTS.match(file.read(10_000)))


def json_to_csv(
    text: Path, name: str, wanted: str, find: Finder, target: Path
) -> tuple[str, Header, str]:
    """Write the objects of the list to `target`, with a last column that numbers them from 1.

    The list is the whole file, the one member of an object that holds objects (or the `wanted`
    one, such as `result.records`), or one object to a line. Members of objects within objects are
    called `a.b`. Of GeoJSON, a point becomes the columns x and y.

    Returns json or geojson, the header, and the system of coordinates that the file names.
    Raises BadInput where there is no such list, or where an object in it is none or no point.
    """
    plan = _plan(text, name, wanted)
    names: dict[str, None] = {}
    is_whole, features = _write(text, name, plan, names, target)
    header = find([(1, list(names))], name)
    if not is_whole:  # a name came up late: now all are known
        _write(text, name, plan, names, target)
    crs = (plan.crs or DEGREES) if features else ""
    return ("geojson" if features else "json"), Header((*names, "row"), 1, header.bound), crs


def _write(
    text: Path, name: str, plan: _Plan, names: dict[str, None], target: Path
) -> tuple[bool, int]:
    """Write a row for each object, and gather the names of its members.

    Returns whether every row has all names, and how many objects are features of GeoJSON.
    """
    is_whole, features = True, 0
    with target.open("w", encoding="utf-8", errors="replace", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for number, record in _records(text, name, plan):
            features += _is_feature(record)
            row = _row(record, f"{name} · {number}")
            if row.keys() - names.keys():
                is_whole = is_whole and number == 1
                names.update(dict.fromkeys(row))
                _few(names, f"{name} · {number}")
            if number == 1:
                writer.writerow([*names, "row"])
            writer.writerow([*(row.get(key, "") for key in names), number])
    return is_whole, features


def _few(names: Mapping[str, None], where: str) -> None:
    if len(names) > MOST_COLUMNS:
        raise BadInput.at(
            where,
            _("Its objects have more than %(count)s different names.") % {"count": MOST_COLUMNS},
            _("Write a list of objects of which each has the same names."),
        )


@dataclass
class _Plan:
    """Where the list stands: `whole` (an array), `lines`, or below `path` in one object.

    crs : what the file names as its system of coordinates.
    """

    kind: str
    path: str = ""
    crs: str = ""
    lists: list[str] = field(default_factory=list)


def _plan(text: Path, name: str, wanted: str) -> _Plan:
    with text.open(encoding="utf-8") as file:
        source = _Source(file, name)
        if source.peek() == "[":
            return _Plan("whole")
        plan = _Plan("inside")
        _survey(source, plan, "")
        if source.peek():
            return _Plan("lines")
    if wanted in plan.lists:
        plan.path = wanted
    elif not plan.lists:
        return _Plan("lines")  # one object, so one line
    elif wanted or len(plan.lists) > 1:
        raise BadInput.at(
            name,
            _("It holds these lists of objects: %(names)s.") % {"names": ", ".join(plan.lists)},
            _("Name the one that is meant as “sheet” of the source, or send it alone."),
        )
    else:
        plan.path = plan.lists[0]
    return plan


def _survey(source: _Source, plan: _Plan, path: str) -> None:
    """Walk one object: which of its members are lists of objects, and what `crs` says."""
    for key in source.members():
        inside = f"{path}.{key}" if path else key
        begins = source.peek()
        if begins == "{" and key != "crs" and inside.count(".") < _DEEPEST:
            _survey(source, plan, inside)
        elif begins == "[":
            found = False
            for element in source.elements():
                found = found or isinstance(element, dict)
            if found:
                plan.lists.append(inside)
        else:
            value = source.value()
            if inside == "crs":
                plan.crs = _named_system(value, source.name)


def _named_system(value: Any, name: str) -> str:
    """What a `crs` member of GeoJSON of 2008 names. Refused where it names nothing."""
    if value is None:
        return ""
    properties = value.get("properties") if isinstance(value, dict) else None
    said = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(said, str) or not said.strip():
        raise BadInput.at(
            f"{name} · crs",
            _("It says that its coordinates have a system of their own, but not which."),
            _("Write its name, such as EPSG:32717, or save the file in degrees (EPSG:4326)."),
        )
    return plain_name(said)


def _records(text: Path, name: str, plan: _Plan) -> Iterator[tuple[int, Record]]:
    """Each object of the list with its number, from 1; of lines, the number of the object."""
    with text.open(encoding="utf-8") as file:
        source = _Source(file, name)
        if plan.kind == "lines":
            found = source.values()
        else:
            for step in plan.path.split(".") if plan.path else ():
                source.enter(step)
            found = source.elements()
        for number, record in enumerate(found, 1):
            if not isinstance(record, dict):
                raise BadInput.at(
                    f"{name} · {number}",
                    _("This is no object with names and values."),
                    _('Write each record as {"name": value, …}.'),
                )
            yield number, record


def _is_feature(record: Record) -> bool:
    return record.get("type") == "Feature" and "geometry" in record


def _row(record: Record, where: str) -> dict[str, str]:
    if not _is_feature(record):
        return _flat(record)
    properties = record.get("properties")
    row = _flat(properties) if isinstance(properties, dict) else {}
    point = _point(record["geometry"], where)
    for key in ("x", "y"):
        if key in row:
            row[f"properties.{key}"] = row[key]
        row[key] = point[key]
    if record.get("id") is not None:
        row["feature.id" if "id" in row else "id"] = _text(record["id"])
    return row


def _point(geometry: Any, where: str) -> dict[str, str]:
    if geometry is None:
        return {"x": "", "y": ""}
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind != "Point" or not isinstance(coordinates, list):
        raise BadInput.at(
            where,
            _("Its geometry is “%(kind)s”: an incident has one point, or none.") % {"kind": kind},
            _("Send points; areas and lines belong to the map of the pack, places.geojson."),
        )
    x, y = [*coordinates, "", ""][:2]
    return {"x": _text(x), "y": _text(y)}


def _flat(record: Record, path: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in record.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict) and name.count(".") < _DEEPEST:
            flat.update(_flat(value, name))
        else:
            flat[name] = _text(value)
    return flat


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        return "; ".join(map(_text, value))
    return json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> str:
    """With the line ends and blanks that texts of every form are given."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")


def _object(pairs: list[tuple[str, Any]]) -> Record:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(_("an object names one value twice"))
    return found


class _Source:
    """A JSON text read from the front; only the value at hand is held."""

    def __init__(self, file: IO[str], name: str) -> None:
        self.name = name
        self._file = file
        self._text, self._at, self._before = "", 0, 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=str
        )

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, character: str) -> None:
        if self.peek() != character:
            raise self._broken(_("“%(character)s” is missing") % {"character": character})
        self._at += 1

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._at > _LONGEST or not self._more():
                    raise self._broken(error) from error
            else:
                # A number that ends the text at hand may go on in the next piece
                if end < len(self._text) or not self._more():
                    self._at = end
                    return found

    def values(self) -> Iterator[Any]:
        while self.peek():
            yield self.value()

    def elements(self) -> Iterator[Any]:
        self.take("[")
        if self.peek() != "]":
            yield self.value()
            while self.peek() == ",":
                self._at += 1
                yield self.value()
        self.take("]")

    def members(self) -> Iterator[str]:
        """The name of each member of the object that begins here; take its value in between."""
        self.take("{")
        if self.peek() != "}":
            yield self._key()
            while self.peek() == ",":
                self._at += 1
                yield self._key()
        self.take("}")

    def enter(self, wanted: str) -> None:
        """Go to the value of one member."""
        for key in self.members():
            if key == wanted:
                return
            self.value()

    def _key(self) -> str:
        self.peek()
        key = self.value()
        self.take(":")
        return str(key)

    def _more(self) -> bool:
        block = self._file.read(max(_BLOCK, len(self._text) - self._at))
        self._before += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :] + block, 0
        return bool(block)

    def _broken(self, error: object) -> BadInput:
        if isinstance(error, json.JSONDecodeError):
            line, why = self._before + error.lineno, error.msg
        else:
            line, why = self._before + self._text.count("\n", 0, self._at) + 1, str(error)
        return BadInput.at(
            _("line %(line)s") % {"line": line},
            _("This is no valid JSON: %(why)s.") % {"why": why},
            _("Nothing was imported. Ask for a whole export."),
        )
