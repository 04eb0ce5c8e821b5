"""The district beside its neighbours: the change of each, and the rates of the province."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from convive import charts
from convive.domain.observatory import drawings, leaving, profile_words
from convive.domain.observatory.analyses import compare
from convive.domain.observatory.parts import ChangeRow, MapRow, PeerRow
from convive.domain.observatory.profile import RANKS
from convive.kernel import words
from convive.reports.diagnosis.material import Material
from convive.reports.diagnosis.records import source_line, told_cell, told_text
from convive.reports.document import Block, Cell, Column, Heading, Pair, Paragraph, Picture, Table
from convive.reports.reads import Read
from convive.reports.release import Told
from convive.stats.classes import ValueRange, quantile_classes


def comparison(material: Material) -> list[Block]:
    """Each source that can be compared, one after the other, never added."""
    blocks: list[Block] = [
        Heading(_("Beside its neighbours")),
        Paragraph(
            _(
                "A change is told only as far as its interval allows: where it holds “no change”, "
                "it may be chance. Another number of complaints can also come from more or less "
                "trust in those who take them."
            )
        ),
    ]
    for number, read in enumerate(material.reads):
        if len(material.reads) > 1:
            blocks.append(Heading(read.profile.counted, 2))
        blocks += [_changes(read, number), *_peers(read, number), *_districts(read, number)]
    return blocks


def _changes(read: Read, number: int) -> Pair:
    profile = read.profile
    rows = [
        charts.Change(row.name, change_text(row), row.ratio, row.lower, row.upper)
        if _may_tell(read, row)
        else charts.Change(row.name, words.no_value() if row.refusal else _("hidden"))
        for row in profile.changes
    ]
    periods = {
        "recent": words.period(profile.recent),
        "baseline": words.period(profile.baseline),
    }
    label = _("Change, %(recent)s against %(baseline)s: ") % periods
    label += "; ".join(f"{row.name} {row.text}" for row in rows)
    return Pair(
        Picture(
            svg=charts.comparison(
                rows,
                key=f"changes-{number}",
                label=label,
                no_change=_("no change"),
                down=pgettext("change", "fewer"),
                up=pgettext("change", "more"),
                empty=_("Nothing to compare."),
                ink=charts.PRINT,
            ),
            alt=label,
            caption=_("Change, %(recent)s against %(baseline)s") % periods,
            key=_("Dot: change; whisker: exact interval, 95%. Grey: it may be chance."),
        ),
        Table(
            caption=_("Change against a year before"),
            columns=(
                Column(_("Place"), share=1.5),
                Column(periods["baseline"], is_number=True, share=1),
                Column(periods["recent"], is_number=True, share=1),
                Column(_("Change (95%)"), is_number=True, share=1.5),
            ),
            rows=tuple(_change_cells(read, row) for row in profile.changes),
            source=" ".join([*_refusals(profile.changes), source_line(read)]),
        ),
    )


def change_text(row: ChangeRow) -> str:
    return words.change(row.ratio, row.lower, row.upper)


def _may_tell(read: Read, row: ChangeRow) -> bool:
    told = (read.telling.before.get(row.ref), read.telling.after.get(row.ref))
    return not row.refusal and all(t is not None and not t.is_hidden for t in told)


def _change_cells(read: Read, row: ChangeRow) -> tuple[Cell | str, ...]:
    name = Cell(row.name, is_strong=row.is_here)
    if row.refusal:
        return name, words.no_value(), words.no_value(), words.no_value()
    before = read.telling.before.get(row.ref, Told(None))
    after = read.telling.after.get(row.ref, Told(None))
    change = change_text(row) if _may_tell(read, row) else _("hidden")
    return name, told_cell(before), told_cell(after), change


def _refusals(rows: Sequence[ChangeRow]) -> list[str]:
    return [f"{row.name}: {row.refusal}" for row in rows if row.refusal]


# The programme's districts


def _peers(read: Read, number: int) -> list[Block]:
    """This district beside the programme's others: in words, drawn, and as a table."""
    rows = leaving.peers_of(read.profile, read.telling.cleared)
    if not rows:
        return []
    said = profile_words.peers(rows)
    period = {"period": words.period(read.profile.recent)}
    svg = drawings.peers_of(rows, label=said, key=f"peers-{number}", ink=charts.PRINT)
    is_told = not any(row.hidden for row in rows if row.is_here)
    key = _("Dot: ratio; whisker: exact interval, 95%. Grey: it may be chance.")
    return [
        Paragraph(said, term=_("Beside its peers.")),
        Pair(
            Picture(
                svg=svg,
                alt=said,
                caption=_("Each district's rate over that of %(name)s")
                % {"name": read.profile.name},
                key=" ".join(
                    filter(None, (key, profile_words.peers_unsure(rows), read.profile.peers_how))
                ),
            ),
            Table(
                caption=_("Beside the programme's districts, %(period)s") % period,
                columns=(
                    Column(_("District"), share=1.6),
                    Column(_("Per 100,000 people a year"), is_number=True, share=1.2),
                    Column(_("95%"), is_number=True, share=1.7),
                    Column(_("In words"), share=1.6),
                ),
                rows=tuple(_peer_cells(row, is_told=is_told) for row in rows),
                source=source_line(read),
            ),
        ),
    ]


def _peer_cells(row: PeerRow, *, is_told: bool) -> tuple[Cell | str, ...]:
    name = Cell(row.found.place, is_strong=row.is_here)
    if row.hidden:
        return name, Cell(_("hidden"), is_hidden=True), "", ""
    return (
        name,
        words.number(row.found.rate, 1),
        words.interval(row.found.lower, row.found.upper, 1),
        compare.side_said(row.found.side, is_here=row.is_here) if is_told else _("hidden"),
    )


# The districts of the province


def _districts(read: Read, number: int) -> list[Block]:
    """Rates of the province's districts, all offences together, on a map and as a table.

    What is counted apart has its table alone: violence against women is never on a map.
    """
    rows = [row for row in read.profile.map_rows if row.n is not None]
    if not rows:
        return []
    table = _district_table(read, rows)
    drawn = [row for row in rows if row.outline]
    if read.is_all_apart or not drawn:
        return [table]
    return [Pair(_map(read, drawn, number), table)]


def _district_table(read: Read, rows: Sequence[MapRow]) -> Table:
    profile = read.profile
    note = [profile.map_note] if profile.map_note else []
    return Table(
        caption=_("Districts of %(province)s, %(period)s")
        % {"province": profile.province, "period": words.period(profile.recent)},
        columns=(
            Column(_("District"), share=1.6),
            Column(_("Records"), is_number=True, share=1),
            Column(_("Per 100,000 people a year"), is_number=True, share=1.2),
            Column(_("95%"), is_number=True, share=1.7),
        ),
        rows=tuple(_district_cells(read, row) for row in rows),
        source=" ".join([*note, source_line(read)]),
    )


def _district_cells(read: Read, row: MapRow) -> tuple[Cell | str, ...]:
    name = Cell(row.name, is_strong=row.is_here)
    if row.shared_with:
        within = _("%(name)s, counted within %(whole)s")
        said = within % {"name": row.name, "whole": row.shared_with}
        return Cell(said, is_strong=row.is_here), *(words.no_value() for _column in range(3))
    told = read.telling.after.get(row.ref, Told(None))
    if told.is_hidden:
        return name, told_cell(told), Cell(_("hidden"), is_hidden=True), ""
    return (
        name,
        told_cell(told),
        words.number(row.rate, 1),
        words.interval(row.lower, row.upper, 1),
    )


def _map(read: Read, rows: Sequence[MapRow], number: int) -> Picture:
    profile = read.profile
    by_name = {row.name: row for row in rows if not row.shared_with}
    shown = {
        row.ref: row.rate
        for row in by_name.values()
        if row.rate is not None and not read.telling.after.get(row.ref, Told(None)).is_hidden
    }
    found = quantile_classes(list(shown.values()), RANKS) if shown else None
    shades = dict(zip(shown, found.numbers.tolist(), strict=True)) if found else {}
    areas, said = [], []
    for row in rows:
        counted = by_name.get(row.shared_with, row)
        told = read.telling.after.get(counted.ref, Told(None))
        title = (
            f"{row.name}: {words.number(row.rate, 1) if not told.is_hidden else told_text(told)}"
        )
        said.append(title)
        areas.append(
            charts.Area(
                geometry=row.outline or {},
                shade=shades.get(counted.ref, 0),
                title=title,
                suppressed=told.is_hidden,
                chosen=row.is_here,
            )
        )
    caption = _("All records per 100,000 people a year, %(period)s") % {
        "period": words.period(profile.recent)
    }
    return Picture(
        svg=charts.choropleth(
            areas, key=f"map-{number}", label=caption, tallest=420, ink=charts.PRINT
        ),
        alt=f"{caption}. " + "; ".join(said),
        caption=caption,
        source=" ".join([*([profile.map_note] if profile.map_note else []), source_line(read)]),
        key=_map_key(found.ranges if found else ()),
    )


def _map_key(classes: Sequence[ValueRange]) -> str:
    said = [_("Heavy edge: this district. Outlines are schematic.")]
    if classes:
        ranges = " · ".join(words.interval(c.lower, c.upper, 1) for c in classes)
        said.insert(0, _("Shades, from light to dark: %(ranges)s.") % {"ranges": ranges})
    return " ".join(said)
