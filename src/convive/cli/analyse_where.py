"""The questions of where and when, from a file or from what was imported."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convive.cli.analyse_told import (
    Progress,
    backtest_lines,
    cluster_lines,
    knox_lines,
    tell,
    week_lines,
)
from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.evidence.events import Events
    from convive.evidence.support import Need
    from convive.kernel.periods import Period


def _incidents(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which incidents are meant."""

    @click.argument(
        "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
    )
    @click.option("--x", default="", metavar="COLUMN", help="Longitude, or easting.")
    @click.option("--y", default="", metavar="COLUMN", help="Latitude, or northing.")
    @click.option("--date", default="", metavar="COLUMN", help="The day, or when it began.")
    @click.option("--end-date", default="", metavar="COLUMN", help="When it ended at the latest.")
    @click.option("--category", default="", metavar="COLUMN", help="What the file calls offences.")
    @click.option("--crs", default="", metavar="EPSG:N", help="The system of x and y.")
    @click.option("--source", default="", metavar="NAME", help="Short for --where source=NAME.")
    @click.option(
        "--where", "filters", multiple=True, metavar="NAME=VALUE", help="source, offence."
    )
    @click.option("--place", metavar="SCHEME:CODE", help="Only there; its outline is the area.")
    @click.option("--from", "first", metavar="DAY", help="2023, 2023-01 or 2023-01-31.")
    @click.option("--to", "last", metavar="DAY", help="Included.")
    @click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of chance.")
    @functools.wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        return function(*args, **options)

    return run


@command(name="near-repeat")
@_incidents
@click.option("--distances", default="0,0.1,200,400,600", show_default=True, help="Edges, metres.")
@click.option("--days", default="0,7,14,21", show_default=True, help="Edges, days.")
@click.option(
    "--metric", type=click.Choice(["euclidean", "manhattan"]), default="euclidean",
    show_default=True, help="As the crow flies, or along a grid of streets.",
)  # fmt: skip
@click.option(
    "--permutations", default=999, show_default=True, type=click.IntRange(1), help="Of the days."
)
@click.option("--closed", is_flag=True, help="Bins are (a, b] instead of [a, b).")
@click.option(
    "--strata", default="offence,district", show_default=True, help="Or: offence, district, none."
)
@click.option("--today", metavar="DAY", help="For the open windows. Default: the last incident's.")
def near_repeat(
    session: Session,
    distances: str,
    days: str,
    metric: str,
    permutations: int,
    closed: bool,
    strata: str,
    today: str | None,
    seed: int,
    **which: Any,
) -> None:
    """Are incidents followed by more nearby, soon after? The Knox table with its permutation test.

    Rows of the table are distances, columns are times. Needs days and positions; months, parts of
    a period and points that were moved are refused.

    Example: convive analyse near-repeat robberies.csv --distances 0,0.1,200,400 --days 0,7,14
    """
    events = _events(session, which, "day", "exact_position")
    from convive.domain.observatory.analyses import near_repeat as question
    from convive.domain.observatory.analyses.answers import edges_of

    options = question.Options(
        edges_of("--distances", distances),
        edges_of("--days", days),
        metric,  # type: ignore[arg-type]
        permutations,
        closed,
        _strata(strata),
        seed,
    )
    on = _period(today, today) if today else None
    with Progress(session) as progress:
        found = question.answer(events, options, today=on.end if on else None, progress=progress)
    tell(session, found, knox_lines(found))


@command()
@_incidents
@click.option("--cells", default="h3:9", show_default=True, help="Or grid:200, in metres.")
@click.option(
    "--area-share", default=0.05, show_default=True, help="Of the area, marked in the back-test."
)
@click.option(
    "--bandwidth", default="robust", show_default=True, help="Or cross-validated, or metres."
)
@click.option(
    "--half-life", default=90.0, show_default=True, type=click.FloatRange(0, min_open=True),
    help="Days, of the decayed density.",
)  # fmt: skip
@click.option(
    "--step", default=28, show_default=True, type=click.IntRange(1), help="Days a period."
)
def hotspots(
    session: Session,
    cells: str,
    area_share: float,
    bandwidth: str,
    half_life: float,
    step: int,
    seed: int,
    **which: Any,
) -> None:
    """Where do incidents concentrate, and does that last?

    Every method is tried on the past beside the simple one, the same cells as last year.

    Example: convive analyse hotspots thefts.csv --cells h3:9 --area-share 0.05
    """
    events = _events(session, which, "day", "position")
    from convive.domain.observatory.analyses import hotspots as question

    options = question.Options(cells, area_share, bandwidth, half_life, step, seed)
    with Progress(session) as progress:
        found = question.answer(
            events, options, outline=_outline(which["place"]), progress=progress
        )
    tell(session, found, backtest_lines(found))


@command()
@_incidents
@click.option("--cases", type=click.Path(exists=True, path_type=Path), help="A .cas of SaTScan.")
@click.option("--geo", type=click.Path(exists=True, path_type=Path), help="A .geo of SaTScan.")
@click.option("--population", type=click.Path(exists=True, path_type=Path), help="A .pop of it.")
@click.option(
    "--model", type=click.Choice(["poisson", "permutation"]), help="Default: as the data allow."
)
@click.option(
    "--max-population", default=0.5, show_default=True,
    type=click.FloatRange(0, 1, min_open=True), help="Largest share of a cluster.",
)  # fmt: skip
@click.option("--max-distance", type=click.FloatRange(0), help="Largest radius, kilometres.")
@click.option(
    "--max-time", default=0.5, show_default=True, type=click.FloatRange(0, min_open=True),
    help="Time units, or a share below 1.",
)  # fmt: skip
@click.option(
    "--time-unit", type=click.Choice(["day", "month", "year"]), default="day", show_default=True,
    help="Of an interval.",
)  # fmt: skip
@click.option(
    "--permutations", default=999, show_default=True, type=click.IntRange(0), help="Replicas."
)
@click.option("--prospective", is_flag=True, help="Only clusters that reach the last day.")
@click.option(
    "--rates", type=click.Choice(["high", "low", "both"]), default="high", show_default=True,
    help="More than expected, or fewer.",
)  # fmt: skip
@click.option("--cells", default="", help="Gather positions: h3:9 or grid:200.")
@click.option("--stop-after", type=click.IntRange(1), help="Stop when this many replicas reach it.")
@click.option("--coordinates", type=click.Choice(["degrees", "km", "m"]), default="degrees",
              show_default=True, help="Of --geo.")  # fmt: skip
def clusters(
    session: Session,
    cases: Path | None,
    geo: Path | None,
    population: Path | None,
    model: str | None,
    coordinates: str,
    **rest: Any,
) -> None:
    """Did incidents come together in place and time, beyond chance? The space-time scan.

    Give FILE, or --source, or the files of SaTScan: --cases, --geo and, for the Poisson model,
    --population.

    Example: convive analyse clusters --cases nm.cas --geo nm.geo --population nm.pop --time-unit
    year
    """
    names = ("max_population", "max_distance", "max_time", "time_unit", "permutations",
             "prospective", "rates", "cells", "stop_after", "seed")  # fmt: skip
    chosen = {name: rest.pop(name) for name in names}
    chosen["model"] = model or ("poisson" if population else "permutation")
    if cases or geo:
        if not (cases and geo):
            raise click.UsageError("--cases and --geo go together.")
        session.load()
        from convive.domain.observatory.analyses import clusters as question

        period = _period(rest["first"], rest["last"])
        counted, where, people = _tables(cases, geo, population, coordinates, period)
        with Progress(session) as progress:
            options = question.Options(**chosen)
            found = question.of_tables(counted, where, people, options, period, progress)
    else:
        events = _events(session, rest, "day", "position")
        from convive.domain.observatory.analyses import clusters as question

        with Progress(session) as progress:
            found = question.of_events(
                events, question.Options(**chosen), outline=_outline(rest["place"]),
                progress=progress,
            )  # fmt: skip
    tell(session, found, cluster_lines(found))


@command()
@_incidents
@click.option(
    "--longest", default=48.0, show_default=True, type=click.FloatRange(0, min_open=True),
    help="Hours that an interval may have.",
)  # fmt: skip
def aoristic(session: Session, longest: float, seed: int, **which: Any) -> None:
    """At which hours of the week, where only an interval or a part of the day is known?

    Example: convive analyse aoristic thefts.csv --date START --end-date END
    """
    events = _events(session, which, "day")
    from convive.domain.observatory.analyses import aoristic as question

    found = question.answer(events, question.Options(longest))
    tell(session, found, week_lines(found))


COMMANDS = (near_repeat, hotspots, clusters, aoristic)


# Which incidents


def _events(session: Session, which: dict[str, Any], *needs: str) -> Events:
    if bool(which["x"]) != bool(which["y"]):
        raise click.UsageError("--x and --y go together.")
    if which["end_date"] and not which["date"]:
        raise click.UsageError("--end-date needs --date: when it began.")
    session.open()
    from django.utils.translation import gettext as _

    from convive.evidence.support import Need
    from convive.kernel.errors import BadInput

    wanted: list[Need] = [Need(need) for need in needs]
    file, period = which["file"], _period(which["first"], which["last"])
    where = _where(which)
    if file and (where or which["place"]):
        raise BadInput.at(
            file,
            _("A file has no sources, and none of its records are placed in the pack's districts."),
            _("Leave --source, --where and --place out, or import the file first."),
        )
    if file:
        from convive.evidence.events import FileColumns, of_file

        columns = FileColumns(
            which["x"], which["y"], which["date"], which["end_date"], which["category"],
            which["crs"],
        )  # fmt: skip
        return of_file(file, columns, period, *wanted)
    if "source" not in where:
        raise click.UsageError("Give FILE, or --source NAME.")
    return _imported(session, where, which["place"], period, wanted)


def _imported(
    session: Session,
    where: dict[str, str],
    place: str | None,
    period: Period | None,
    needs: list[Need],
) -> Events:
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.domain.observatory import queries as observatory
    from convive.domain.programme import queries as programme
    from convive.evidence import queries
    from convive.evidence.events import imported
    from convive.kernel.errors import BadInput, Refused

    extra = where.keys() - {"source", "offence", "category"}
    if extra:
        raise BadInput.at(
            f"--where {min(extra)}",
            _("This is not a filter."),
            _("Use source, offence or category."),
        )
    view = queries.source(where["source"])
    if view.coverage is None:
        raise Refused.at(view.code, _("Nothing has been imported from this source yet."))
    here = [programme.place(place)] if place else list(programme.districts())
    for each in here:
        observatory.require_exact(session.actor, Permission.SEE_FIGURES, each)
    refs = tuple(ref for each in here for ref in observatory.refs(each)) if place else ()
    selection = queries.Selection(
        where["source"],
        period or view.coverage,
        refs,
        where.get("offence"),
        where.get("category"),
    )
    return imported(selection, *needs)


def _where(which: dict[str, Any]) -> dict[str, str]:
    from django.utils.translation import gettext as _

    from convive.kernel.errors import BadInput

    found = {}
    for text in which["filters"]:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise BadInput.at(f"--where {text}", _("This is not a filter."), _("Write NAME=VALUE."))
        found[name] = value
    if which["source"]:
        found["source"] = which["source"]
    return found


def _period(first: str | None, last: str | None) -> Period | None:
    from convive.kernel.periods import Period

    if not first and not last:
        return None
    begin = Period.between(first, first).start if first else Period.between("1900", "1900").start
    end = Period.between(last, last).end if last else Period.between("2199", "2199").end
    return Period(begin, end)


def _outline(place: str | None) -> dict[str, Any] | None:
    if not place:
        return None
    from convive.domain.programme import queries

    return queries.place(place).outline


def _strata(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip() not in {"", "none"})
    if set(names) - {"offence", "district"}:
        raise click.UsageError("--strata: write offence, district, both, or none.")
    return names


def _tables(
    cases: Path, geo: Path, population: Path | None, coordinates: str, period: Period | None
) -> tuple[Any, Any, Any]:
    from convive.exchange import satscan
    from convive.kernel.errors import BadInput

    path = cases
    try:
        near = period.start if period else None  # tells the century of a year of two digits
        first = satscan.read_cases(cases.read_bytes(), near)
        path = geo
        second = satscan.read_places(geo.read_bytes(), coordinates)
        if population is None:
            return first, second, None
        path = population
        return (
            first,
            second,
            satscan.read_population(population.read_bytes(), near or min(first.date)),
        )
    except satscan.BadLine as error:
        raise BadInput.at(f"{path.name}:{error.line}", error.why, error.remedy) from error
