"""The questions whether it changes, and whether what was done worked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from convive.cli.analyse_told import tell
from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.domain.programme.models import Place
    from convive.kernel.periods import Period

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SEED = click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of chance."
)
_LEVEL = click.option(
    "--level", default=0.95, show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True), help="Of the interval.",
)  # fmt: skip


@command()
@click.option("--releases", type=_FILE, help="A row for each release and month.")
@click.option("--source", default="", metavar="NAME", help="What was imported, in its place.")
@click.option("--offence", default="", metavar="CATEGORY", help="Only this one of the source.")
@click.option("--as-of", default="", metavar="MONTH", help="Foretell from this release.")
@click.option(
    "--place", default="", metavar="CODE", help="Of a file also the beginning of several."
)
@click.option("--horizon", type=click.IntRange(1), help="Months until the release foretold.")
@click.option("--months", default=24, show_default=True, type=click.IntRange(1), help="Newest.")
@_LEVEL
def nowcast(
    session: Session,
    releases: Path | None,
    source: str,
    offence: str,
    as_of: str,
    place: str,
    horizon: int | None,
    months: int,
    level: float,
) -> None:
    """What will the newest months come to, once everything is registered?

    The table has a row for each release, month and place: ubigeo, anio and mes (or month),
    cantidad, vintage, or the same in English. Absent rows are zero up to the release's month. Of
    what was imported, each release is what was known on its day.

    Example: convive analyse nowcast --releases releases.parquet --as-of 2025-08 --place 130105
    """
    if bool(releases) == bool(source):
        raise click.UsageError("Give --releases FILE, or --source NAME.")
    if releases:
        session.load()
    else:
        session.open()
    from convive.domain.observatory.analyses import nowcast as question

    options = question.Options(as_of, horizon, months, level)
    if releases:
        code = place.partition(":")[2] or place
        given = question.releases_of_file(releases)
        found = question.answer(given, question.beginning(given, code), code, place, options)
    else:
        here = _require(session, [place] if place else [])
        given = question.releases_of_source(source, offence)
        name = ", ".join(each.name for each in here)
        found = question.answer(given, question.within(given, here), place, name, options)
    lines = [
        "",
        *(
            f"{row['period']}  {row['published']:8}  {row['estimate']:10.1f}  "
            f"{row['lower']:8.0f} – {row['upper']:.0f}"
            for row in found.numbers["months"][-12:]
        ),
    ]
    tell(session, found, lines)


@command()
@click.argument("file", type=_FILE)
@click.option("--unit", default="", metavar="COLUMN", help="Districts, sectors, states.")
@click.option("--time", default="", metavar="COLUMN", help="Months or years.")
@click.option("--value", default="", metavar="COLUMN", help="What was counted or measured.")
@click.option("--treated", default="", metavar="COLUMN", help="1 where and while it was done.")
@click.option("--treated-units", default="", metavar="A,B", help="In place of --treated.")
@click.option("--start", default="", metavar="PERIOD", help="The first in which it was done.")
@click.option("--buffer", default="", metavar="C,D", help="Units next door: did it move there?")
@click.option(
    "--method", type=click.Choice(["sdid", "sc", "did"]), default="sdid", show_default=True,
    help="Synthetic difference-in-differences, synthetic control, difference-in-differences.",
)  # fmt: skip
@click.option("--placebos", default=999, show_default=True, type=click.IntRange(1), help="At most.")
@click.option(
    "--steps", default=10_000, show_default=True, type=click.IntRange(0),
    help="For the weights of sc, as published figures were made; 0: the exact optimum.",
)  # fmt: skip
@_LEVEL
@_SEED
def effect(
    session: Session,
    file: Path,
    unit: str,
    time: str,
    value: str,
    treated: str,
    treated_units: str,
    start: str,
    buffer: str,
    method: str,
    placebos: int,
    steps: int,
    level: float,
    seed: int,
) -> None:
    """Did what was done change anything, beyond what happened elsewhere?

    The table has a row for each unit and period. Every unit has a value in every period.

    Example: convive analyse effect rounds.csv --treated-units A,B --start 2024-06 --buffer C
    """
    session.load()
    from convive.domain.observatory.analyses import effect as question

    columns = question.FileColumns(unit, time, value, treated)
    which = question.Which(_parted(treated_units), _parted(buffer), start)
    panel = question.panel_of_file(file, columns, which)
    found = question.answer(panel, question.Options(method, steps, placebos, level, seed))
    weights = found.numbers["weights"]["units"]
    tell(session, found, ["", *(f"{name:32} {w:.4f}" for name, w in list(weights.items())[:10])])


@command()
@click.argument("file", type=_FILE)
@click.option("--lists", default="", metavar="A,B,C", help="Columns; default: those of 0 and 1.")
@click.option("--missed", type=click.FloatRange(0, 1), help="Share of matches not made.")
@click.option("--false", type=click.FloatRange(0, 1), help="Share of matches wrongly made.")
@_LEVEL
@_SEED
def undercount(
    session: Session,
    file: Path,
    lists: str,
    missed: float | None,
    false: float | None,
    level: float,
    seed: int,
) -> None:
    """How many are there that no list holds? Two to six lists that share people.

    The table has a column of 0 and 1 for each list and one of counts, or a row for each person.

    Example: convive analyse undercount lists.csv --missed 0.03
    """
    session.load()
    from convive.domain.observatory.analyses import undercount as question

    table, names = question.lists_of_file(file, _parted(lists))
    found = question.answer(table, names, question.Options(missed, false, level, seed))
    lines = [
        f"{one['weight']:.2f}  {one['hidden']:10.0f}  "
        + (" ".join("·".join(tie) for tie in one["ties"]) or "–")
        for one in found.numbers["models"][:5]
    ]
    tell(session, found, ["", *lines])


@command()
@click.argument("file", required=False, type=_FILE)
@click.option("--source", default="", metavar="NAME", help="What was imported, in place of FILE.")
@click.option("--offence", default="", metavar="CATEGORY", help="Only this one of the source.")
@click.option("--place", metavar="SCHEME:CODE", help="Default: the programme's districts.")
@click.option("--from", "first", metavar="MONTH", help="2018 or 2018-01.")
@click.option("--to", "last", metavar="MONTH", help="Included.")
@click.option("--firm-to", metavar="MONTH", help="The last of FILE that no longer grows.")
@click.option("--absent-zero", is_flag=True, help="A month without a row in FILE is zero.")
@click.option("--draws", default=999, show_default=True, type=click.IntRange(99), help="Of chance.")
@_LEVEL
@_SEED
def series(
    session: Session,
    file: Path | None,
    source: str,
    offence: str,
    place: str | None,
    first: str | None,
    last: str | None,
    firm_to: str | None,
    absent_zero: bool,
    draws: int,
    level: float,
    seed: int,
) -> None:
    """Did the level change, is the newest month high, is there a season?

    Months on the two sides of a change of boundaries or method are never compared, and months that
    still grow are left out. FILE has a row for each month: month (or year and month), n. A month
    without a row or without a number is not known.

    Example: convive analyse series --source mininter-vaw --place PE-INEI:130102
    """
    if bool(file) == bool(source):
        raise click.UsageError("Give FILE, or --source NAME.")
    if source and (firm_to or absent_zero):
        raise click.UsageError("--firm-to and --absent-zero go with FILE: a source tells both.")
    session.open()
    from convive.domain.observatory.analyses import monthly
    from convive.domain.observatory.analyses import series as question

    if file:
        firm = _period(firm_to, None)
        given = monthly.of_file(file, firm.end if firm else None, absent_is_zero=absent_zero)
    else:
        _require(session, [place] if place else [])
        given = monthly.of_source_foretold(source, place, _period(first, last), offence)
    found = question.answer(given, question.Options(draws, level=level, seed=seed))
    lines = [
        f"{one['period']}  ({one['from']} – {one['to']})  {one['ratio']:.2f} "
        f"({one['lower']:.2f}–{one['upper']:.2f})"
        for one in found.numbers["changes"]
    ]
    tell(session, found, ["", *lines])


@command()
@click.argument("file", required=False, type=_FILE)
@click.option("--source", default="", metavar="NAME", help="What was imported, in place of FILE.")
@click.option("--offence", default="", metavar="CATEGORY", help="Only this one of the source.")
@click.option("--place", "places", multiple=True, metavar="SCHEME:CODE", help="Two or more.")
@click.option("--from", "first", metavar="MONTH", help="With --source.")
@click.option("--to", "last", metavar="MONTH", help="Included.")
@click.option("--measure", default="", metavar="NAME", help="Of services, in place of FILE.")
@click.option("--of", multiple=True, metavar="NAME=VALUE", help="With --measure: two or more.")
@click.option("--where", "filters", multiple=True, metavar="NAME=VALUE", help="With --measure.")
@click.option("--against", default="", metavar="NAME", help="Default: the first.")
@_LEVEL
def compare(
    session: Session,
    file: Path | None,
    source: str,
    offence: str,
    places: tuple[str, ...],
    first: str | None,
    last: str | None,
    measure: str,
    of: tuple[str, ...],
    filters: tuple[str, ...],
    against: str,
    level: float,
) -> None:
    """Do places differ, as if their people were alike? Do programmes?

    FILE has one row for each place, sex and age band: place, sex, age, n, people. Without sex and
    age the places are compared as they are. An empty number and a second row are refused. A source
    is standardised where it tells sex or age, and its people are known so; else the answer says
    why not.

    Programmes are compared by services.completion, services.placement or services.retention, of
    services (--of service=A --of service=B), of organisations or of districts (place=SCHEME:CODE).
    What is hidden of one stays hidden.

    Example: convive analyse compare --source mininter-vaw --place PE-INEI:130105 --place
    PE-INEI:130103 --from 2023 --to 2023
    """
    if [bool(file), bool(source), bool(measure)].count(True) != 1:
        raise click.UsageError("Give FILE, or --source NAME, or --measure NAME.")
    session.open()
    if measure:
        _compare_programmes(session, measure, of, filters, _period(first, last), against)
        return
    from convive.domain.observatory.analyses import compare as question
    from convive.domain.observatory.analyses import counted

    if file:
        given = counted.of_file(file)
    else:
        period = _period(first, last)
        if len(places) < 2 or period is None:
            raise click.UsageError("Give --place twice or more, and --from.")
        _require(session, list(places))
        given = counted.of_source(source, places, period, offence)
    found = question.answer(given, question.Options(against, level))
    lines = [
        f"{row['place']:32} {row['n']:8}  {row['rate']:9.1f} "
        f"({row['lower']:.1f}–{row['upper']:.1f})"
        for row in found.numbers["places"]
    ]
    tell(session, found, ["", *lines])


def _compare_programmes(
    session: Session,
    measure: str,
    of: tuple[str, ...],
    filters: tuple[str, ...],
    period: Period | None,
    against: str,
) -> None:
    from convive.access.permissions import Permission
    from convive.access.rules import EVERYWHERE, require
    from convive.domain.observatory.analyses import programmes as question

    pairs = [text.partition("=")[::2] for text in of]
    ways = {name for name, _value in pairs}
    if len(ways) != 1 or len(pairs) < 2 or period is None:
        raise click.UsageError("Give --of NAME=VALUE twice or more, of one NAME, and --from.")
    (way,), codes = ways, [value for _name, value in pairs]
    if way == "place":
        _require(session, codes)
    else:
        require(session.actor, Permission.SEE_FIGURES, EVERYWHERE)
    where = dict(text.partition("=")[::2] for text in filters)
    found = question.answer(measure, way, codes, period, where, against=against)
    lines = [
        f"{row['name']:32} {'–' if row['value'] is None else format(row['value'], '.0f') + ' %'}"
        for row in found.numbers["rows"]
    ]
    tell(session, found, ["", *lines])


@command()
@click.option("--place", required=True, metavar="SCHEME:CODE", help="A district.")
@click.option("--traits", default="", metavar="A,B", help="Default: all that are known everywhere.")
@click.option("--year", type=click.IntRange(1), help="Traits of this year or before; today's.")
@click.option("--edition", default="", metavar="CODE", help="Boundaries; those of the year.")
@click.option("--n", "number", default=5, show_default=True, type=click.IntRange(1), help="Many.")
def similar(
    session: Session, place: str, traits: str, year: int | None, edition: str, number: int
) -> None:
    """Which districts are most like one, before anything is counted there?

    By traits of their people and ground: people, growth, women, young, density, as far as each is
    known of every district. Never by what is compared later: the choice is made before, and is the
    same tomorrow.

    Example: convive analyse similar --place PE-INEI:130102 --traits people,growth --n 5
    """
    session.open()
    from convive.domain.observatory.analyses import similar as question
    from convive.domain.programme import queries as programme

    found = question.answer(
        programme.place(place), year=year or programme.today().year, edition=edition,
        names=_parted(traits), number=number,
    )  # fmt: skip
    tell(session, found, ["", *(f"{u['place']:32} {u['distance']:.2f}"
                                for u in found.numbers["units"])])  # fmt: skip


COMMANDS = (series, nowcast, compare, similar, effect, undercount)


def _require(session: Session, places: list[str]) -> list[Place]:
    """The places, or the programme's districts: exact numbers take the right to each of them."""
    from convive.access.permissions import Permission
    from convive.domain.observatory import queries as observatory
    from convive.domain.programme import queries as programme

    here = [programme.place(place) for place in places] or list(programme.districts())
    for each in here:
        observatory.require_exact(session.actor, Permission.SEE_FIGURES, each)
    return here


def _period(first: str | None, last: str | None) -> Period | None:
    from convive.kernel.periods import Period

    return Period.between(first or last or "", last or first or "") if first or last else None


def _parted(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())
