"""The tables behind the charts of a profile, each count with the name of its number.

What of them a reader gets to see says `convive.domain.observatory.leaving`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.observatory import smoothed
from convive.domain.observatory.parts import MapRow, PlaceProfile
from convive.kernel import words
from convive.kernel.leaving import Cell, Column, Kind, Row, Table, Told

Key = Callable[[str], str]
NAMES = ("months", "offences", "changes", "districts", "peers")


# Names of numbers: the same wherever the number is told


def month_key(month: date) -> str:
    return f"month {month:%Y-%m}"


def province_month_key(month: date) -> str:
    return f"province {month:%Y-%m}"


def year_key(year: int) -> str:
    return f"year {year}"


def offence_key(category: str) -> str:
    return f"offence {category}"


def before_key(ref: str) -> str:
    """The records of a place in the baseline."""
    return f"before {ref}"


def after_key(ref: str) -> str:
    """The records of a place in the recent months."""
    return f"after {ref}"


def least_key(ref: str) -> str:
    """The fewest records of one sex or age, where they follow from the count and its rate."""
    return f"least {ref}"


def counted_as(profile: PlaceProfile, row: MapRow) -> str:
    """The place whose count a district of the map shows: its own, or the one that holds it."""
    if not row.shared_with:
        return row.ref
    wholes = (r.ref for r in profile.map_rows if r.name == row.shared_with and not r.shared_with)
    return next(wholes, row.ref)


def all_tables(profile: PlaceProfile) -> tuple[Table, ...]:
    """Every table that tells a count of the profile, with every value: for inside the house."""
    return (*(table_of(profile, name) for name in NAMES), years(profile))


def table_of(profile: PlaceProfile, name: str) -> Table:
    """One of the tables `NAMES` of a profile, with every value: for inside the house."""
    return {
        "months": months,
        "offences": offences,
        "changes": changes,
        "districts": districts,
        "peers": peers,
    }[name](profile)


def months(profile: PlaceProfile) -> Table:
    title = _("%(counted)s, by month") % {"counted": profile.counted}
    columns = [
        Column(_("Month"), Kind.LABEL),
        Column(_("Records"), Kind.COUNT),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
    ]
    is_foretold = any(point.expected for point in profile.series)
    if is_foretold:
        columns += [
            Column(_("Expected once all is registered"), Kind.DERIVED),
            Column(_("Lower end of it, 95%"), Kind.DERIVED),
            Column(_("Upper end of it, 95%"), Kind.DERIVED),
        ]
    if profile.reference_name:
        columns.append(Column(profile.reference_name, Kind.APART, 1))
    rows = []
    for point in profile.series:
        cells = [
            Cell(point.month),
            _counted(point.value, month_key(point.month), provisional=point.provisional),
            _derived(point.lower),
            _derived(point.upper),
        ]
        if is_foretold:
            found = point.expected
            ends = (found.estimate, found.lower, found.upper) if found else (None, None, None)
            cells += map(_derived, ends)
        if profile.reference_name:
            cells.append(_derived(point.reference, of=(province_month_key(point.month),)))
        rows.append(Row(tuple(cells), profile.threshold))
    return Table("months", title, _poisson(profile), tuple(columns), tuple(rows))


def years(profile: PlaceProfile) -> Table:
    """The sum of the months of each year, as the diagnosis prints it."""
    columns = (Column(_("Year"), Kind.LABEL), Column(_("Records"), Kind.COUNT))
    rows = []
    for year in sorted({point.month.year for point in profile.series}):
        months = [p.value for p in profile.series if p.month.year == year and p.value is not None]
        total = _counted(sum(months) if months else None, year_key(year))
        rows.append(Row((Cell(str(year)), total), profile.threshold))
    title = _("%(counted)s, by year") % {"counted": profile.counted}
    return Table("years", title, _poisson(profile), columns, tuple(rows))


def offences(profile: PlaceProfile) -> Table:
    title = _("What is reported, %(period)s") % {"period": words.period(profile.recent)}
    columns = (
        Column(_("Category"), Kind.LABEL),
        Column("ICCS", Kind.LABEL),
        Column(_("Records"), Kind.COUNT),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
    )
    rows = tuple(
        Row(
            (
                Cell(row.name),
                Cell(row.iccs),
                _counted(row.value, offence_key(row.category)),
                _derived(row.lower),
                _derived(row.upper),
            ),
            row.threshold,
        )
        for row in profile.offences
    )
    return Table("offences", title, _poisson(profile), columns, rows)


def changes(profile: PlaceProfile) -> Table:
    said = {"recent": words.period(profile.recent), "baseline": words.period(profile.baseline)}
    title = _("Change, %(recent)s against %(baseline)s") % said
    columns = (
        Column(_("Place"), Kind.LABEL),
        Column(said["baseline"], Kind.COUNT),
        Column(said["recent"], Kind.COUNT),
        Column(_("Change"), Kind.DERIVED, 0, is_percent=True),
        Column(_("Lower end, 95%"), Kind.DERIVED, 0, is_percent=True),
        Column(_("Upper end, 95%"), Kind.DERIVED, 0, is_percent=True),
    )
    rows = []
    for row in profile.changes:
        figure = row.figure
        ends = (figure.value, figure.lower, figure.upper) if figure else (None, None, None)
        cells = (
            Cell(row.name),
            _counted(row.before, before_key(row.ref)),
            _counted(row.after, after_key(row.ref)),
            *map(_derived, ends),
        )
        rows.append(Row(cells, profile.threshold))
    definition = _(
        "Exact comparison of two counts; rates where the people of both are known alike."
    )
    return Table("changes", title, definition, columns, tuple(rows))


def districts(profile: PlaceProfile) -> Table:
    title = _("Districts of %(province)s, %(period)s") % {
        "province": profile.province,
        "period": words.period(profile.recent),
    }
    is_smoothed = any(row.smoothed for row in profile.map_rows)
    # The smoothed rate of one district follows from the records of all
    every = sorted({after_key(counted_as(profile, row)) for row in profile.map_rows})
    none = (None, None, None)
    columns = (
        Column(_("District"), Kind.LABEL),
        Column(_("Counted with"), Kind.LABEL),
        Column(_("Records"), Kind.COUNT),
        Column(_("Per 100,000 people a year"), Kind.DERIVED, 1),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
        *(_smoothed_columns() if is_smoothed else ()),
    )
    rows = tuple(
        Row(
            (
                Cell(row.name),
                Cell(row.shared_with),
                _counted(row.n, after_key(counted_as(profile, row))),
                _derived(row.rate),
                _derived(row.lower),
                _derived(row.upper),
                *(_derived(end, every) for end in (row.smoothed or none) if is_smoothed),
            ),
            profile.threshold,
        )
        for row in profile.map_rows
    )
    about_smoothed = smoothed.said() if is_smoothed else ""
    definition = " ".join(filter(None, [_poisson(profile), profile.map_note, about_smoothed]))
    return Table("districts", title, definition, columns, rows)


def _smoothed_columns() -> tuple[Column, ...]:
    return (
        Column(_("Smoothed, per 100,000 people a year"), Kind.DERIVED, 1),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
    )


def peers(profile: PlaceProfile) -> Table:
    title = _("Beside the programme's districts, %(period)s") % {
        "period": words.period(profile.recent)
    }
    columns = (
        Column(_("District"), Kind.LABEL),
        Column(_("Records"), Kind.COUNT),
        Column(_("Per 100,000 people a year"), Kind.DERIVED, 1),
        Column(_("Lower end, 95%"), Kind.DERIVED, 1),
        Column(_("Upper end, 95%"), Kind.DERIVED, 1),
        Column(_("Over that of the first"), Kind.DERIVED, 2),
        Column(_("Lower end, 95%"), Kind.DERIVED, 2),
        Column(_("Upper end, 95%"), Kind.DERIVED, 2),
        Column(_("p, corrected for all comparisons"), Kind.DERIVED, 3),
    )
    here = (after_key(profile.ref), least_key(profile.ref))
    rows = tuple(
        Row(
            (
                Cell(row.found.place),
                _counted(row.found.n, after_key(row.found.ref)),
                *(
                    _derived(end, (least_key(row.found.ref),))
                    for end in (row.found.rate, row.found.lower, row.found.upper)
                ),
                *(
                    _derived(end, (*here, least_key(row.found.ref)))
                    for end in (
                        row.found.ratio,
                        row.found.ratio_lower,
                        row.found.ratio_upper,
                        row.found.q,
                    )
                ),
            ),
            profile.threshold,
        )
        for row in profile.peers
    )
    definition = _("Exact intervals; the first row is the one that the others are compared with.")
    return Table("peers", title, f"{definition} {profile.peers_how}", columns, rows)


def about(profile: PlaceProfile) -> list[tuple[str, str]]:
    """What a download of the profile says of itself: place, source, day, sample."""
    rows = [
        (_("Place"), f"{profile.name} ({profile.ref})"),
        (_("Source"), "; ".join(f"{s.title} ({s.publisher})" for s in profile.sources[:1])),
        (_("Received up to"), profile.as_of.isoformat() if profile.as_of else ""),
    ]
    if profile.is_sample:
        rows.append((_("Sample"), _("Invented records that show how the system works.")))
    return rows


def _poisson(profile: PlaceProfile) -> str:
    return _("%(unit)s of %(counted)s; exact Poisson interval, 95%%.") % {
        "unit": profile.unit,
        "counted": profile.counted,
    }


def _counted(value: int | None, key: str, *, provisional: bool = False) -> Cell:
    if value is None:
        return Cell(None, Told.MISSING)
    if provisional:
        return Cell(value, Told.PROVISIONAL, key=key)
    return Cell(value, Told.OK if value else Told.ZERO, key=key)


def _derived(value: float | None, of: Sequence[str] = ()) -> Cell:
    return Cell(value, Told.MISSING if value is None else Told.OK, of=tuple(of))
