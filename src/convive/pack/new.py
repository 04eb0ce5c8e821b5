"""The frame of a programme for another city: what carries over from a pack, the rest to be filled.

Objectives, indicators, services, categories, thresholds and offences carry over. Places, people,
bodies, targets and dates do not: in their place stands a sign that `check` names line by line.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from convive.domain.committees.vocabulary import Kind
from convive.domain.plans.vocabulary import Level
from convive.kernel.errors import BadInput, Problem
from convive.pack import records
from convive.pack.check import check, programme
from convive.pack.contents import Pack
from convive.pack.export import Export, save
from convive.pack.read import INDICATORS, PLACES, POPULATION
from convive.pack.records import Spot
from convive.pack.values import FILL
from convive.pack.wanted import CATEGORY, CONTACT, Facts, Table, wanted
from convive.pack.written import written

_COUNTRIES = "ISO-3166"
_SHORT = 120  # letters of a title in the masthead
_FIRST = ("programme.toml", PLACES, "organisations.toml", "plan.toml", "committees.toml")
_Tables = dict[str, Table]


@dataclass(frozen=True)
class About:
    """What is known of a new programme from the start."""

    code: str
    title_es: str
    title_en: str
    start: date
    end: date
    zone: str
    country: str


@dataclass(frozen=True)
class New:
    """What was written: what its check names as still to be filled in, and what else to look at."""

    unfilled: list[Problem]
    hints: list[str]


def new(folder: Path, template: Path, about: About) -> New:
    """Write the frame of a pack to `folder`.

    Raises BadInput where the folder is not empty, the template is at fault, or what is known of the
    programme cannot be used; then nothing is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput.at(folder, _("Something stands there already."), _("Name a new directory."))
    pattern = check(template)
    if pattern.problems:
        raise BadInput(pattern.problems)
    _check_about(folder, about)
    texts = written(_frame(pattern, about), whole="")
    with tempfile.TemporaryDirectory(prefix="convive-pack-") as name:
        made = Path(name) / "pack"
        save(Export(made, texts, [], list(texts)))
        found = check(made)
    wrong = [problem for problem in found.problems if problem not in found.unfilled]
    if wrong:
        raise BadInput(wrong)
    save(Export(folder, texts, [], list(texts)))
    return New(sorted(found.unfilled, key=_order), _hints(pattern))


class _Option(Spot):
    """Where a fault stands in what a person gave: the option of the command."""

    def at(self, key: str = "") -> str:
        return f"--{key.replace('_', '-')}"


def _check_about(folder: Path, about: About) -> None:
    """What is known is checked as a whole programme would be. Raises BadInput."""
    trial, spot = Pack(folder), _Option("", 0)
    names = ("title", "short", "purpose")
    rest = {f"{name}_{lang}": "x" for name in names for lang in ("es", "en")}
    trial.take(records.Programme, {**rest, **vars(about), "population_sources": ["x"]}, spot)
    trial.take(records.Emergency, {"number": "0", "name_es": "x", "name_en": "x"}, spot)
    problems = [*trial.problems, *programme(trial)]
    if problems:
        raise BadInput(problems)


def _frame(pattern: Pack, about: About) -> _Tables:
    tables = wanted(pattern)
    (old,) = tables["programme"].values()
    at_home = old["country"] == about.country
    edition = f"{about.country.lower()}-1"
    sources = _sources(tables["source"], edition) if at_home else {}
    return tables | {
        "programme": {(about.code,): _programme(old, about, at_home)},
        "organisation": {(FILL,): _organisation(about)},
        "privacy": {},
        "edition": {
            (edition,): {
                **_names(),
                "valid_from": FILL,
                "valid_to": None,
                "note_es": "",
                "note_en": "",
            }
        },
        "place": _places(pattern, about, at_home),
        "composition": {},
        "resource": {},
        "holiday": {},
        "population": {},
        CATEGORY: {
            key: {**facts, "data": facts["data"] | {"handled_by": [FILL]}}
            for key, facts in tables[CATEGORY].items()
        },
        CONTACT: {(CONTACT, FILL): {**_names(), "data": _contact()}},
        "plan": {
            key: facts
            | {
                "start": about.start,
                "end": about.end,
                "district": FILL if facts["district"] else "",
                "note_es": "",
                "note_en": "",
            }
            for key, facts in tables["plan"].items()
        },
        "objective": {
            key: facts | {"lead": FILL if facts["level"] == Level.OUTPUT else ""}
            for key, facts in tables["objective"].items()
        },
        "indicator_version": {
            (code, 1): facts
            | {"valid_from": about.start, "filters": _filters(facts["filters"], sources)}
            for (code, _version), facts in tables["indicator_version"].items()
        },
        "target": {},
        **_committees(tables, about, at_home),
        "source": sources,
        "offence": _offences(tables["offence"], sources, at_home),
    }


def _programme(old: Facts, about: About, at_home: bool) -> Facts:
    """The law of the country (emergency numbers, codes, rules) stays within it."""
    schemes = {
        code: scheme for code, scheme in old["schemes"].items() if at_home or code == _COUNTRIES
    }
    number = {"number": FILL, **_names()}
    return old | {
        "title_es": about.title_es,
        "title_en": about.title_en,
        "short_es": about.title_es if len(about.title_es) <= _SHORT else FILL,
        "short_en": about.title_en if len(about.title_en) <= _SHORT else FILL,
        "purpose_es": FILL,
        "purpose_en": FILL,
        "start": about.start,
        "end": about.end,
        "zone": about.zone,
        "country": about.country,
        "population_sources": [FILL],
        "emergency": old["emergency"] if at_home else [number],
        "schemes": schemes if at_home else {**schemes, FILL: {**_names(), "pattern": FILL}},
        "thresholds": old["thresholds"] | ({} if at_home else {"rules": []}),
    }


def _contact() -> Facts:
    """One office as an example. Those of another programme are not carried over: nobody may report
    abuse to somebody who does not know of it."""
    told = ("body_es", "body_en", "phone", "email", "hours_es", "hours_en")
    return {**dict.fromkeys(told, FILL), "order": 1, "children": True, "verified": False}


def _organisation(about: About) -> Facts:
    """One body as an example: the one that leads."""
    return {
        **_names(),
        "acronym_es": "",
        "acronym_en": "",
        "kind": FILL,
        "part_es": FILL,
        "part_en": FILL,
        "is_lead": True,
        "is_funder": False,
        "valid_from": about.start,
        "valid_to": None,
    }


def _places(pattern: Pack, about: About, at_home: bool) -> Table:
    """The country, and one district as an example."""
    (old,) = wanted(pattern)["programme"].values()
    nested = [code for code, scheme in old["schemes"].items() if scheme["digits"]]
    scheme = nested[0] if at_home and nested else FILL
    bare: Facts = {
        "parent": "",
        "valid_from": None,
        "valid_to": None,
        "in_programme": False,
        "outline": None,
        "outline_is_schematic": True,
        "other_codes": {},
        "note_es": "",
        "note_en": "",
    }
    district = {**bare, **_names(), "level": "district", "in_programme": True}
    places: Table = {(scheme, FILL): district}
    if _COUNTRIES in old["schemes"]:
        places[_COUNTRIES, about.country] = {**bare, **_names(), "level": "country"}
    return places


def _committees(tables: _Tables, about: About, at_home: bool) -> _Tables:
    """One of each kind. The law gives the seats of a district's committee; the others are anew."""
    chosen: dict[str, str] = {}
    committees: Table = {}
    for (code,), facts in tables["committee"].items():
        if facts["kind"] in chosen.values():
            continue
        chosen[code] = facts["kind"]
        named = _names() if facts["kind"] == Kind.CODISEC else {}
        committees[(_committee_code(code, facts),)] = {
            **facts,
            **named,
            "organisation": FILL,
            "district": FILL if facts["district"] else "",
            "legal_es": facts["legal_es"] if at_home else "",
            "legal_en": facts["legal_en"] if at_home else "",
            "note_es": "",
            "note_en": "",
            "valid_from": about.start,
            "valid_to": None,
        }
    codes = {code: _committee_code(code, tables["committee"][(code,)]) for code in chosen}
    seats = {
        (codes[committee], code): facts
        | {"organisation": FILL, "valid_from": about.start, "valid_to": None}
        for (committee, code), facts in tables["seat"].items()
        if committee in chosen and tables["committee"][(committee,)]["district"]
    }
    return {"committee": committees, "seat": seats}


def _committee_code(code: str, facts: Facts) -> str:
    """A committee of a district is named for it: another district, another code."""
    return f"{facts['kind']}-1" if facts["district"] else code


def _sources(table: Table, edition: str) -> Table:
    """The country's own sources. Samples, owners and agreements do not carry over."""
    kept = {}
    for (code,), spec in table.items():
        if code.startswith("sample-"):
            continue
        rest = {name: part for name, part in spec.items() if name != "agreement"}
        marks = [mark for mark in spec["marks"] if mark["kind"] != "boundary"]
        spans = [{"edition": edition, "first": None, "last": None}] if spec["editions"] else []
        kept[(code,)] = rest | {"owner": "", "editions": spans, "marks": marks}
    return kept


def _offences(table: Table, sources: Table, at_home: bool) -> Table:
    """Classes and flags stay. Abroad they hold for every source, whatever it will be called."""
    kept: Table = {}
    seen = {category.casefold() for source, category in table if source == "*"}
    for (source, category), facts in table.items():
        if source == "*" or (source,) in sources:
            kept[source, category] = facts
        elif not at_home and category.casefold() not in seen:
            seen.add(category.casefold())
            kept["*", category] = facts
    return kept


def _filters(filters: dict[str, str], sources: Table) -> dict[str, str]:
    source = filters.get("source")
    return filters | {"source": FILL} if source and (source,) not in sources else filters


def _names() -> Facts:
    return {"name_es": FILL, "name_en": FILL}


def _hints(pattern: Pack) -> list[str]:
    """What no check can miss because nothing is there: in the order in which to do it."""
    return [
        _("places.geojson: a feature for each district, its outline, and the larger places."),
        _("%(file)s: how many people live there, by year and source.") % {"file": POPULATION},
        _("organisations.toml: everybody who takes part, then who leads each output."),
        _("plan.toml: the activities are those of “%(name)s”; keep what you do too.")
        % {"name": pattern.folder.name},
        _("%(file)s: targets and baselines; none were carried over.") % {"file": INDICATORS},
        _("sources: the files that you will get; “convive evidence suggest FILE” helps."),
    ]


def _order(problem: Problem) -> tuple[int, str, int]:
    """In the order in which the files are best filled in: what others refer to first."""
    name, _colon, line = problem.where.rpartition(":")
    place = _FIRST.index(name) if name in _FIRST else len(_FIRST)
    return place, name, int(line) if line.isdigit() else 0
