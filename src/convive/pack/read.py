"""Files to records. Every fault is collected with its file, line, reason and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from convive.evidence.iccs.offences import read_offences
from convive.evidence.spec import read_source
from convive.kernel.errors import Problem
from convive.pack import records, records_care, sheets
from convive.pack.contents import Pack
from convive.pack.records import Record, Spot, keys_of
from convive.pack.toml_lines import locate
from convive.pack.values import suggest

# file -> table -> record; "" holds the keys before the first table
TOML_FILES: dict[str, dict[str, type[Record]]] = {
    "programme.toml": {
        "": records.Programme,
        "emergency": records.Emergency,
        "scheme": records.Scheme,
        "edition": records.Edition,
        "composition": records.Composition,
        "retention": records.Retention,
    },
    "organisations.toml": {
        "organisation": records.Organisation,
        "privacy": records.Privacy,
    },
    "plan.toml": {"plan": records.Plan, "objective": records.Objective},
    "services.toml": {"service": records.Service, "income": records.Income},
    "categories.toml": {"category": records.Category},
    "screening.toml": {"tier": records_care.Tier, "factor": records_care.Factor},
    "safeguarding.toml": {"contact": records_care.Contact},
    "thresholds.toml": {"": records.Thresholds, "rule": records.Rule},
    "resources.toml": {"resource": records.Resource, "holiday": records.Holiday},
    "risk.toml": {"risk": records_care.RiskQuestion},
    "committees.toml": {"committee": records.Committee, "seat": records.Seat},
}
# A programme may have none of these
OPTIONAL = {"committees.toml", "resources.toml", "risk.toml", "screening.toml"}
PLACES = "places.geojson"
POPULATION = "population.csv"
INDICATORS = "indicators.csv"
OFFENCES = "offences.csv"
SOURCES = "sources"
FILES = (*TOML_FILES, PLACES, POPULATION, INDICATORS, OFFENCES)


def read(folder: Path) -> Pack:
    """Read the pack in `folder`. Its faults are in `problems`; nothing is raised."""
    pack = Pack(folder)
    if not folder.is_dir():
        pack.fault(str(folder), _("There is no such directory."), _("Name the pack's directory."))
        return pack
    _strangers(pack)
    for name, tables in TOML_FILES.items():
        _toml(pack, name, tables)
    if (text := text_of(pack, PLACES)) is not None:
        sheets.places(pack, PLACES, text)
    if (text := text_of(pack, POPULATION)) is not None:
        sheets.population(pack, POPULATION, text)
    if (text := text_of(pack, INDICATORS)) is not None:
        sheets.indicators(pack, INDICATORS, text)
    _evidence(pack)
    return pack


def text_of(pack: Pack, name: str) -> str | None:
    """The text of a file of the pack, or None where it cannot be read."""
    try:
        return (pack.folder / name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if name in OPTIONAL:
            return None
        pack.fault(name, _("The file is missing."), _("Add it: docs/pack.md says what it holds."))
    except UnicodeDecodeError as error:
        line = (pack.folder / name).read_bytes()[: error.start].count(b"\n") + 1
        pack.fault(f"{name}:{line}", _("It is not written in UTF-8."), _("Save it as UTF-8."))
    return None


def _toml(pack: Pack, name: str, tables: Mapping[str, type[Record]]) -> None:
    text = text_of(pack, name)
    if text is None:
        return
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        pack.fault(f"{name}:{_line(error, text)}", str(error), _("Correct the line as TOML asks."))
        return
    lines = locate(text)
    root = Spot(name, 1, lines["", 0].keys)
    loose = {key: value for key, value in data.items() if key not in tables}
    pack.unknown(loose, [*_root_keys(tables), *(table for table in tables if table)], root)
    for table, kind in tables.items():
        if table == "":
            pack.take(kind, data, root)
            continue
        rows = data.get(table, [])
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            pack.fault(
                root.at(table),
                _("“%(table)s” must be a list of tables.") % {"table": table},
                _("Write [[%(table)s]] above each of them.") % {"table": table},
            )
            continue
        for index, row in enumerate(rows):
            where = lines.get((table, index))
            spot = Spot(name, where.line, where.keys) if where else Spot(name, 1)
            pack.unknown(row, keys_of(kind), spot)
            pack.take(kind, row, spot)


def _evidence(pack: Pack) -> None:
    """The sources and the offences, by the reader of the evidence itself."""
    for path in sorted((pack.folder / SOURCES).glob("*.toml")):
        name = f"{SOURCES}/{path.name}"
        pack.source_codes.add(path.stem)
        source, problems = read_source(path)
        pack.problems += _below(problems, name, path)
        if source is not None:
            pack.sources[name] = source
    path = pack.folder / OFFENCES
    if not path.exists():
        pack.fault(
            OFFENCES, _("The file is missing."), _("Add it: docs/pack.md says what it holds.")
        )
        return
    pack.offences, problems = read_offences(path)
    pack.problems += _below(problems, OFFENCES, path)


def _below(problems: list[Problem], name: str, path: Path) -> Iterator[Problem]:
    """The same problems, with the file named as it stands in the pack."""
    for problem in problems:
        where = problem.where
        for prefix in (str(path), path.name):
            if where.startswith(prefix):
                where = name + where[len(prefix) :]
                break
        yield Problem(where, problem.why, problem.remedy)


def _strangers(pack: Pack) -> None:
    """Files that no part of the pack reads: most often a name with a slip in it."""
    for path in sorted(pack.folder.iterdir()):
        if path.name.startswith(".") or path.suffix == ".md" or path.name in (*FILES, SOURCES):
            continue
        pack.fault(path.name, _("No part of a pack has this name."), suggest(path.name, FILES))


def _root_keys(tables: Mapping[str, type[Record]]) -> list[str]:
    return list(keys_of(tables[""])) if "" in tables else []


def _line(error: tomllib.TOMLDecodeError, text: str) -> int:
    """The line that the standard reader names in its message, else the last one."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else text.count("\n") + 1
