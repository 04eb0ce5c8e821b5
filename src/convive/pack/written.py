"""The files of a pack, written from what it declares: the inverse of `read` and `wanted`.

The same writer serves `export` (what stands in the database) and `new` (the frame for another
city). The files come in an order and a form of their own; comments are not kept.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from convive.evidence.iccs.offences import HEADER as OFFENCE_COLUMNS
from convive.pack import records, toml_text
from convive.pack.read import INDICATORS, OFFENCES, PLACES, POPULATION, SOURCES
from convive.pack.records import Record, keys_of
from convive.pack.source_text import source_text
from convive.pack.wanted import ENTRIES, Facts, Table

HEAD = "# Written by Convive. docs/pack.md explains every key.\n"
_DIGITS = re.compile(r"(\d+)")

Tables = Mapping[str, Table]


def written(tables: Tables, *, whole: str) -> dict[str, str]:
    """File -> text. tables : as `wanted` gives them. whole : the place of the whole programme.

    A file that may be missing and would be empty is left out.
    """
    files = {
        "programme.toml": _programme(tables),
        "organisations.toml": HEAD
        + _rows("organisation", _organisations(tables))
        + _rows("privacy", _notices(tables)),
        "plan.toml": HEAD + _rows("plan", _plans(tables)) + _rows("objective", _objectives(tables)),
        "services.toml": HEAD + _entries(tables, "service", "income"),
        "categories.toml": HEAD + _entries(tables, "category"),
        "screening.toml": _optional(tables, "tier", "factor"),
        "safeguarding.toml": HEAD + _entries(tables, "contact"),
        "risk.toml": _optional(tables, "risk"),
        "thresholds.toml": _thresholds(tables),
        "resources.toml": _optional(tables, "resource", "holiday"),
        "committees.toml": _committees(tables),
        PLACES: _places(tables["place"]),
        POPULATION: _population(tables["population"]),
        INDICATORS: _indicators(tables, whole),
        OFFENCES: _offences(tables["offence"]),
    }
    for (code,), spec in _sorted(tables["source"]):
        files[f"{SOURCES}/{code}.toml"] = source_text(code, spec)
    return {name: text for name, text in files.items() if text}


def _programme(tables: Tables) -> str:
    ((code,), facts) = next(iter(tables["programme"].items()))
    retention = [{"what": what, "days": days} for what, days in facts["retention"].items()]
    schemes = [{"code": name, **scheme} for name, scheme in facts["schemes"].items()]
    editions = [
        {"code": edition, **row}
        for (edition,), row in sorted(
            tables["edition"].items(), key=lambda item: str(item[1]["valid_from"])
        )
    ]
    return (
        HEAD
        + "\n"
        + toml_text.keys(_ordered(records.Programme, {"code": code, **facts}))
        + _rows("emergency", facts["emergency"])
        + _rows("retention", retention)
        + _rows("scheme", schemes)
        + _rows("edition", editions)
        + _rows("composition", _compositions(tables["composition"]))
    )


def _compositions(table: Table) -> Iterable[Facts]:
    """One row for each whole, with all its parts."""
    parts: dict[tuple[str, str, str], list[str]] = {}
    for (edition, older, whole, part), _facts in _sorted(table):
        parts.setdefault((edition, older, whole), []).append(part)
    for (edition, older, whole), refs in parts.items():
        yield {"edition": edition, "older": older, "whole": whole, "parts": refs}


def _organisations(tables: Tables) -> Iterable[Facts]:
    """The one that leads first, then as their codes go."""
    listed = sorted(tables["organisation"].items(), key=lambda item: not item[1]["is_lead"])
    for (code,), facts in listed:
        rest = {name: v for name, v in facts.items() if name not in ("is_lead", "is_funder")}
        named = {"code": code, **rest, "lead": facts["is_lead"], "funder": facts["is_funder"]}
        yield _ordered(records.Organisation, named)


def _notices(tables: Tables) -> Iterable[Facts]:
    for (organisation,), facts in _sorted(tables["privacy"]):
        yield _ordered(records.Privacy, {"organisation": organisation, **facts})


def _plans(tables: Tables) -> Iterable[Facts]:
    for (code,), facts in _sorted(tables["plan"]):
        yield _ordered(records.Plan, {"code": code, **facts})


def _objectives(tables: Tables) -> Iterable[Facts]:
    for (plan, code), facts in _sorted(tables["objective"]):
        yield _ordered(records.Objective, {"plan": plan, "code": code, **facts})


def _entries(tables: Tables, *kinds: str) -> str:
    """What stands in the catalogue: its data stand among its own keys."""
    return "".join(_rows(kind, _of_kind(tables[kind], ENTRIES[kind])) for kind in kinds)


def _optional(tables: Tables, *kinds: str) -> str:
    """Empty where there is none: a pack need not have the file."""
    listed = _entries(tables, *kinds)
    return HEAD + listed if listed else ""


def _of_kind(table: Table, record: type[Record]) -> Iterable[Facts]:
    listed = sorted(_sorted(table), key=lambda item: item[1]["data"].get("order", 0))
    for (_kind, code), facts in listed:
        names = {name: value for name, value in facts.items() if name != "data"}
        yield _ordered(record, {"code": code, **names, **facts["data"]})


def _thresholds(tables: Tables) -> str:
    (facts,) = tables["programme"].values()
    said = facts["thresholds"]
    loose = {name: value for name, value in said.items() if name != "rules"}
    rules = [_ordered(records.Rule, _days(rule)) for rule in said["rules"]]
    return HEAD + "\n" + toml_text.keys(loose) + _rows("rule", rules)


def _committees(tables: Tables) -> str:
    """Empty where there is none: a pack need not have the file."""
    listed = [
        _ordered(records.Committee, {"code": code, **facts})
        for (code,), facts in _sorted(tables["committee"])
    ]
    seats = [
        _ordered(records.Seat, {"committee": committee, "code": code, **facts})
        for (committee, code), facts in _sorted(tables["seat"])
    ]
    return HEAD + _rows("committee", listed) + _rows("seat", seats) if listed else ""


def _places(table: Table) -> str:
    """One feature to a line, so that a change of one shows as one line."""
    lines = []
    for (scheme, code), facts in _sorted(table):
        said = {"scheme": scheme, "code": code, **facts, "schematic": facts["outline_is_schematic"]}
        properties = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in _spoken(_ordered(records.Place, said)).items()
        }
        feature = {"type": "Feature", "properties": properties, "geometry": facts["outline"]}
        lines.append(json.dumps(feature, ensure_ascii=False))
    return '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n"


def _population(table: Table) -> str:
    columns = list(keys_of(records.Population))
    place, year, sex, age, source, edition = range(6)
    order = sorted(table, key=lambda key: (key[source], key[place], key[year], key[sex], key[age]))
    return _csv(
        columns,
        (
            [
                *(key[place], key[year], key[sex], key[age]),
                *(table[key]["value"], key[source], key[edition]),
            ]
            for key in order
        ),
    )


def _indicators(tables: Tables, whole: str) -> str:
    """The definition in force of each, with its first target; a row more for each other target."""
    defines, aims = list(keys_of(records.Indicator)), list(keys_of(records.Target))
    latest: dict[str, tuple[int, Facts]] = {}
    for (code, version), facts in tables["indicator_version"].items():
        if code not in latest or version > latest[code][0]:
            latest[code] = (version, facts)
    targets: dict[str, list[Facts]] = {}
    for (code, place, combination, due), facts in _sorted(tables["target"]):
        aim = {
            "target": facts["value"],
            "due": due,
            "target_place": "" if place == whole else place,
            "combination": "" if combination == "total" else combination,
            "baseline": facts["baseline"],
            "baseline_on": facts["baseline_on"],
            "target_note_es": facts["note_es"],
            "target_note_en": facts["note_en"],
        }
        targets.setdefault(code, []).append(aim)
    rows = []
    for (code,), facts in _sorted(tables["indicator"]):
        version, words = latest[code]
        own = {"code": code, "objective": facts["objective"], "version": version, **words}
        first, *others = targets.get(code) or [{}]
        rows.append([own.get(name) for name in defines] + [first.get(name) for name in aims])
        for other in others:
            blank = [code, *[None] * (len(defines) - 1)]
            rows.append(blank + [other.get(name) for name in aims])
    return _csv([*defines, *aims], rows)


def _offences(table: Table) -> str:
    rows = (
        [source, category, facts["name_es"], facts["name_en"], facts["iccs"], facts["flags"]]
        for (source, category), facts in _sorted(table)
    )
    return _csv(list(OFFENCE_COLUMNS), rows)


def _rows(name: str, tables: Iterable[Mapping[str, Any]]) -> str:
    return toml_text.rows(name, (_spoken(table) for table in tables))


def _spoken(table: Mapping[str, Any]) -> Facts:
    """Without what says nothing: empty texts, lists and tables."""
    return {name: value for name, value in table.items() if value not in (None, "", [], {}, ())}


def _ordered(kind: type[Record], facts: Mapping[str, Any]) -> Facts:
    """The keys of a record in the order of docs/pack.md, without what goes unsaid."""
    return {
        name: facts[name]
        for name, item in keys_of(kind).items()
        if name in facts and facts[name] != item.default
    }


def _days(facts: Mapping[str, Any]) -> Facts:
    """Days that a JSON field keeps as text, as days again."""
    return {
        name: date.fromisoformat(value)
        if name in ("valid_from", "valid_to") and isinstance(value, str) and _is_day(value)
        else value
        for name, value in facts.items()
    }


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def _csv(columns: list[str], rows: Iterable[list[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return toml_text.number(value)
    if isinstance(value, Mapping):
        return ";".join(f"{name}={part}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))
    # A table knows one end of a line; `export` refuses what would be lost
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _sorted(table: Table) -> list[tuple[Any, Facts]]:
    """By key, as people sort: `1.9` before `1.10`."""
    return sorted(table.items(), key=lambda item: [_natural(part) for part in item[0]])


def _natural(part: Any) -> list[tuple[int, int | str]]:
    pieces = _DIGITS.split(str(part))
    return [(0, int(piece)) if piece.isdigit() else (1, piece) for piece in pieces if piece]
