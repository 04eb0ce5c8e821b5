"""Incidents as arrays, for the statistics of place and time: in metres, and never finer than known.

They come from what was imported, or from a file that nobody imported. Either way the same refusals
hold: what the source does not record is not worked out from it, and what is never shown finer than
a district is not there. What comes out stays inside this process: pages get cells and tables.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from numpy.typing import NDArray

from convive.domain.programme import queries as programme
from convive.evidence import queries, records
from convive.evidence.holding import held_of
from convive.evidence.mapping import Column, SourceSpec
from convive.evidence.positions import may_be_mapped
from convive.evidence.queries import Need, Selection, require
from convive.evidence.reading import reasons
from convive.evidence.reading.crs import DEGREES, between, plain_name, system
from convive.evidence.reading.fields import literal
from convive.evidence.reading.files import Table, open_table
from convive.evidence.reading.staging import Staged, stage
from convive.evidence.suggest.column import IGNORE, ColumnSuggestion
from convive.evidence.suggest.places import surroundings
from convive.evidence.suggest.suggestion import Suggestion, suggest
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]
Words = str | Promise  # said in the language of whoever reads

PLANE = "EPSG:3857"  # stands for a plane of metres that lies nobody knows where
_COLUMNS = ("x", "y", "lon", "lat", "day", "category", "place", "part", "starts", "ends")


@dataclass(frozen=True)
class Events:
    """n incidents with a position, in the order of their days.

    x, y : metres in the system `crs`; nothing where the positions lie on a plane of their own.
    lon, lat : degrees (EPSG:4326), not a number on such a plane.
    day : datetime64[D], in the zone of the place. category, place : texts, empty where unknown.
    part : part of the day, or empty. starts, ends : datetime64[s] on the clock of the place, NaT
        where no clock time is known.
    day_parts : part -> first and last hour.
    left_out : reason -> incidents that could not be taken, in words.
    spec : how the source was read; its code is the file's name where nothing was imported.
    """

    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    day: NDArray[np.datetime64]
    category: Texts
    place: Texts
    part: Texts
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    crs: str
    day_parts: Mapping[str, tuple[int, int]]
    left_out: Mapping[Words, int]
    spec: SourceSpec

    def __len__(self) -> int:
        return len(self.x)

    def only(self, kept: NDArray[np.bool_]) -> Events:
        """Those of them where `kept` is true."""
        return replace(self, **{name: getattr(self, name)[kept] for name in _COLUMNS})


@dataclass(frozen=True)
class FileColumns:
    """Which columns of a file are what; nothing: as its names and values suggest."""

    x: str = ""
    y: str = ""
    date: str = ""
    end_date: str = ""
    category: str = ""
    crs: str = ""


def imported(sel: Selection, *needs: Need) -> Events:
    """Incidents of a source that may be taken finer than a district.

    Raises Refused where the source cannot carry one of `needs`, or where only offences are asked
    for that are never shown finer than a district.
    """
    row = queries.source_row(sel.source)
    listed = list(queries.offences(sel.source).values())
    held = held_of(row, listed, sel.vintage)
    require(held.spec, Need.RECORDS, *needs)
    shown = [offence.category.upper() for offence in listed if may_be_mapped(offence)]
    if not shown or (sel.category and sel.category.upper() not in shown):
        raise Refused.at(
            sel.category or sel.source,
            _("This offence is never shown finer than a district."),
            _("Ask for its number by district."),
        )
    names = ", ".join(map(literal, shown))
    found = records.arrays(
        held, sel, _selected(held.spec.zone, _COLUMNS), f"upper(category) IN ({names})"
    )
    if not found:
        raise Refused.at(sel.source, _("Nothing has been imported from this source yet."))
    everything = sum(n for (n,) in records.ask(held, sel, "count(*)"))
    reason = gettext_lazy("never shown finer than a district, or not listed")
    return _events(found, held.spec, {reason: everything - len(found["day"])})


def of_file(path: Path, columns: FileColumns, period: Period | None, *needs: Need) -> Events:
    """Incidents of a file that was not imported. Nothing is written.

    Raises BadInput where the file cannot be read as incidents with a position, Refused where it
    cannot carry one of `needs`.
    """
    spec = spec_of_file(path, columns)
    limits = replace(spec.limits, snapped_points=False)  # a guess cautions; who knows refuses
    require(replace(spec, limits=limits), Need.RECORDS, *needs)
    with settings.HOME.scratch() as folder:
        table = open_table(path, spec, folder, lambda _part, _share: None)
        with _staged(table, spec, folder, columns.crs) as staged:
            inside = (
                f" AND day BETWEEN DATE '{period.start}' AND DATE '{period.end}'" if period else ""
            )
            found = staged.connection.execute(
                f"SELECT {_selected(spec.zone, staged.made.kept)} FROM staged "
                f"WHERE fault IS NULL{inside}"
            ).fetchnumpy()
            again = staged.reasons.get("repeated_id", 0)
            left_out: dict[Words, int] = {
                gettext_lazy("rows that could not be read"): staged.rejected - again,
                gettext_lazy("rows that repeat an identifier"): again,
            }
    return _events(found, spec, left_out)


@contextmanager
def _staged(table: Table, spec: SourceSpec, folder: Path, crs: str) -> Iterator[Staged]:
    """`stage`; where hardly a position fits the system that somebody named, that is what is wrong.

    Raises BadInput.
    """
    with ExitStack() as opened:
        try:
            staged = opened.enter_context(stage(table, spec, folder, programme.today()))
        except BadInput as error:
            misplaced = [reasons.reason(code) for code in ("not_degrees", "outside_crs")]
            if crs and any(why in problem.why for problem in error.problems for why in misplaced):
                raise BadInput.at(
                    "--crs",
                    _("The positions do not lie within %(crs)s.") % {"crs": crs},
                    _("Name the system in which x and y are written."),
                ) from error
            raise
        yield staged


def spec_of_file(path: Path, columns: FileColumns) -> SourceSpec:
    """How a file is read: what was said of its columns, the rest as the file suggests.

    Positions whose system neither the file nor anybody tells are metres of a plane: distances
    between them hold, a map of them does not. Raises BadInput where a column is not there, where
    none tells the day or the position, or where the system is none.
    """
    around = surroundings()
    found = suggest(path, around=around)
    at = {
        option: _column(path, found, option, name)
        for option, name in (
            ("--x", columns.x),
            ("--y", columns.y),
            ("--date", columns.date),
            ("--end-date", columns.end_date),
            ("--category", columns.category),
        )
        if name
    }
    if _elsewhere(found, at):  # what was guessed of other columns says nothing of these
        named = {"x": at["--x"], "y": at["--y"]}
        told = {role: Column(names=(column.header,)) for role, column in named.items()}
        plain = SourceSpec("file", path.name, path.name, "incidents", "police", columns=told)
        found = suggest(path, known_source=plain, around=around)
    chosen = found.choose(_roles(found, at), shape="incidents")
    if columns.crs:
        chosen = chosen.choose(crs=_system(columns.crs))
    for option, roles, why in (
        ("--date", _WHEN, _("No column of the file tells when it happened.")),
        ("--x", {"x"}, _("No column of the file holds longitudes or eastings.")),
        ("--y", {"y"}, _("No column of the file holds latitudes or northings.")),
    ):
        if not roles & {column.role for column in chosen.columns}:
            names = ", ".join(column.header for column in chosen.columns)
            raise BadInput.at(
                option, why, _("Name the column; the file has: %(names)s.") % {"names": names}
            )
    if not chosen.crs:
        chosen = chosen.choose(crs=PLANE)
    return replace(chosen.as_spec(code="file", name_es=path.name), code=path.name)


_WHEN = {"date", "datetime", "from", "period", "year"}


def _column(path: Path, found: Suggestion, option: str, name: str) -> ColumnSuggestion:
    """The column that somebody named, whatever its case and the blanks around it."""
    wanted = " ".join(name.split()).casefold()
    for column in found.columns:
        if " ".join(column.header.split()).casefold() == wanted:
            return column
    raise BadInput.at(
        option,
        _("%(file)s has no column “%(name)s”.") % {"file": path.name, "name": name},
        _("Choose one of: %(names)s.")
        % {"names": ", ".join(column.header for column in found.columns)},
    )


def _elsewhere(found: Suggestion, at: Mapping[str, ColumnSuggestion]) -> bool:
    """Whether the positions are in other columns than the file suggests."""
    guessed = {column.index for column in found.columns if column.role in {"x", "y"}}
    return "--x" in at and "--y" in at and {at["--x"].index, at["--y"].index} != guessed


def _roles(found: Suggestion, at: Mapping[str, ColumnSuggestion]) -> dict[int, str]:
    """Column -> role: those that were named, and no other column in the same role."""
    roles: dict[int, str] = {}
    for option, named in at.items():
        role = {
            "--x": "x", "--y": "y", "--end-date": "to", "--category": "category",
            "--date": "from" if "--end-date" in at else "date",
        }[option]  # fmt: skip
        if named.index in roles:
            raise BadInput.at(
                option,
                _("“%(name)s” was named twice.") % {"name": named.header},
                _("Name another column."),
            )
        clock = role == "date" and named.precision == "clock"
        roles[named.index] = "datetime" if clock else role
    given = set(roles.values())
    if given & {"from", "date", "datetime"}:
        given |= _WHEN | {"month", "day"}  # what was named takes the place of all of them
        if "datetime" in given or "from" in given:
            given |= {"time", "hour"}
        if "from" not in roles.values():
            given.add("to")
    for column in found.columns:
        if column.role in given and column.index not in roles:
            roles[column.index] = IGNORE
    return roles


def _system(text: str) -> str:
    """A system of coordinates on the ground that somebody named. Raises BadInput."""
    from pyproj.exceptions import CRSError

    name = plain_name(f"EPSG:{text.strip()}" if text.strip().isdecimal() else text)
    try:
        found = system(name)
        if found.is_projected or found.is_geographic:
            return name
    except CRSError:
        pass
    raise BadInput.at(
        "--crs",
        _("No system of coordinates is called “%(crs)s”.") % {"crs": text},
        _("Write its EPSG code, such as EPSG:32717."),
    )


_TEXTS = {"category", "place", "part"}
_CLOCKS = {"starts", "ends"}


def _selected(zone: str, kept: Container[str]) -> str:
    """The columns of `Events` in SQL; clock times are kept in UTC and wanted in the zone."""

    def of(name: str) -> str:
        if name not in kept:
            return "NULL::VARCHAR" if name in _TEXTS else "NULL::TIMESTAMP"
        if name in _CLOCKS:
            return f"{name} AT TIME ZONE 'UTC' AT TIME ZONE {literal(zone)}"
        return f"coalesce({name}, '')" if name in _TEXTS else name

    return ", ".join(f"{of(name)} AS {name}" for name in _COLUMNS)


def _events(
    found: Mapping[str, NDArray[Any]], spec: SourceSpec, left_out: Mapping[Words, int]
) -> Events:
    """In metres and in the order of the days; what has no position is counted."""
    placed = ~(np.ma.getmaskarray(found["lon"]) | np.ma.getmaskarray(found["lat"]))
    order = np.argsort(np.ma.getdata(found["day"])[placed], kind="stable")
    kept = {name: values[placed][order] for name, values in found.items()}
    if spec.crs == PLANE:
        nowhere = np.full(len(order), np.nan)
        kept |= {"lon": nowhere, "lat": nowhere}
    x, y, crs = _in_metres(kept, spec.crs)
    near = np.isfinite(x) & np.isfinite(y)
    left = {
        **left_out,
        gettext_lazy("without a position"): int((~placed).sum()),
        gettext_lazy("too far from the others"): int((~near).sum()),
    }
    events = Events(
        x=x,
        y=y,
        lon=_numbers(kept["lon"]),
        lat=_numbers(kept["lat"]),
        day=np.ma.getdata(kept["day"]).astype("datetime64[D]"),
        category=np.ma.filled(kept["category"], ""),
        place=np.ma.filled(kept["place"], ""),
        part=np.ma.filled(kept["part"], ""),
        starts=_clock(kept["starts"]),
        ends=_clock(kept["ends"]),
        crs=crs,
        day_parts=dict(spec.day_parts),
        left_out={why: n for why, n in left.items() if n},
        spec=spec,
    )
    return events if near.all() else events.only(near)


def _numbers(values: NDArray[Any]) -> Floats:
    return np.asarray(np.ma.filled(values.astype(np.float64), np.nan), dtype=np.float64)


def _clock(values: NDArray[Any]) -> NDArray[np.datetime64]:
    """datetime64[s], NaT where no clock time is known."""
    told = np.ma.getdata(values).astype("datetime64[s]")
    told[np.ma.getmaskarray(values)] = np.datetime64("NaT")
    return told


def _in_metres(kept: Mapping[str, NDArray[Any]], crs: str) -> tuple[Floats, Floats, str]:
    """x, y and their system: the source's own where it is one of metres, else the UTM zone."""
    if crs == PLANE:
        return _numbers(kept["x"]), _numbers(kept["y"]), ""
    written = system(crs)
    if written.is_projected and all(axis.unit_conversion_factor == 1 for axis in written.axis_info):
        return _numbers(kept["x"]), _numbers(kept["y"]), crs
    lon, lat = _numbers(kept["lon"]), _numbers(kept["lat"])
    if not len(lon):
        return lon, lat, crs
    zone = _utm(float(np.median(lon)), float(np.median(lat)))
    x, y = between(DEGREES, zone).transform(lon, lat)
    return np.asarray(x), np.asarray(y), zone


def _utm(lon: float, lat: float) -> str:
    """The UTM zone of a point: distances within it are right to a few parts in ten thousand."""
    zone = int((lon + 180) // 6) % 60 + 1
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"
