"""What the map shows to one person: districts they may see, cells where cells are allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from convive.domain.observatory import profile_places, queries, sayings, smoothed
from convive.domain.observatory.desk import Desk
from convive.domain.observatory.map_cells import Cells, count_in_cells
from convive.domain.observatory.map_numbers import Told, ToldCell, tell
from convive.domain.observatory.parts import Class, MapRow
from convive.domain.observatory.reading import Asked, asked_of
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.models import Offence
from convive.evidence.positions import may_be_mapped, spots
from convive.evidence.queries import Need, SourceView
from convive.evidence.support import lacks
from convive.kernel import words
from convive.kernel.errors import Refused
from convive.kernel.periods import Period
from convive.kernel.texts import in_language

DISTRICTS, CELLS, FINE = "districts", "cells", "fine"
LAYERS = (DISTRICTS, CELLS, FINE)


@dataclass(frozen=True)
class Sheet(Desk):
    """A desk for one offence and exactly the months asked for, with the districts that are seen."""

    category: str = ""
    seen: tuple[Place, ...] = ()

    @cached_property
    def districts(self) -> list[Place]:
        return list(self.seen)

    @cached_property
    def recent(self) -> Period:
        return self.period

    def asked(self, place: Place, period: Period | None = None) -> Asked:
        where = {"source": self.source.code}
        if self.category:
            where["category"] = self.category
        return asked_of(
            self.source,
            (place,),
            place.name,
            period or self.recent,
            where,
            self.census.drawings,
            self.names,
        )

    def counted_as(self, ref: str) -> str:
        """The district within which the source counts this one: itself, or an older whole."""
        edition = self.source.edition_on(self.recent.end) or ""
        return self.census.drawings.within(ref, edition) or ref


@dataclass(frozen=True)
class Listed:
    """A row of the list beside the map; the polygon of the same key lights up with it.

    n, share : None where nothing is known of these months.
    """

    key: str
    name: str
    n: int | None
    share: float | None
    rate: float | None = None
    lower: float | None = None
    upper: float | None = None
    smoothed: float | None = None
    smoothed_lower: float | None = None
    smoothed_upper: float | None = None


@dataclass(frozen=True)
class MapPage:
    """is_drawn : False where nothing may be drawn at all, and the list is everything.

    layer : what is shaded. layers : what may be chosen. why_no_cells : the reason, where refused.
    rows : districts that are seen, most records first. cells : where they are the layer.
    few : cells whose number is hidden. notes : what to know before reading it.
    """

    source: SourceView
    period: Period
    offence: str
    layer: str
    layers: tuple[str, ...]
    is_drawn: bool
    rows: tuple[MapRow, ...]
    cells: tuple[ToldCell, ...]
    classes: tuple[Class, ...]
    resolution: int
    why_no_cells: str
    notes: tuple[str, ...]
    threshold: int

    @property
    def few(self) -> int:
        return sum(cell.n is None for cell in self.cells)

    @property
    def about_smoothed(self) -> str:
        """What the smoothed rates are for; nothing where there are none."""
        is_smoothed = not self.cells and any(row.smoothed for row in self.rows)
        return smoothed.said() if is_smoothed else ""

    @property
    def listed(self) -> tuple[Listed, ...]:
        """The list beside the map. Hidden cells are counted below it, not listed."""
        return _cells_listed(self.cells) if self.cells else _districts_listed(self.rows)


def default_period(view: SourceView, province: Place) -> Period:
    """The last twelve months of a source that no longer grow, since its last break."""
    if view.coverage is None:
        raise Refused.at(view.code, _("Nothing has been imported from this source yet."))
    return Desk(province, view, view.coverage).recent


def offences_of(view: SourceView) -> list[Offence]:
    """What the source calls offences, by their names."""
    return sorted(evidence.offences(view.code).values(), key=lambda row: name_of(row).casefold())


def name_of(offence: Offence) -> str:
    return in_language(offence, "name")


def map_page(
    view: SourceView,
    province: Place,
    seen: Sequence[Place],
    period: Period,
    offence: Offence | None = None,
    layer: str = "",
) -> MapPage:
    """The map of one source, offence and period for somebody who sees these districts.

    layer : one of LAYERS; nothing means cells, where they are allowed. Raises BadInput and Refused
    where the source cannot be counted so.
    """
    sheet = Sheet(province, view, period, offence.category if offence else "", tuple(seen))
    threshold = programme.threshold(sensitive=False)
    rows, ranges = profile_places.choropleth(sheet)
    rows = tuple(sorted(rows, key=lambda row: (-(row.n or 0), row.name)))
    why = _why_no_cells(view, offence)
    cells = None
    if not why and layer != DISTRICTS:
        own = {ref: place.ref for place in seen for ref in queries.refs(place)}
        found = spots(sheet.asked(province).selection())
        cells = count_in_cells(found, own, threshold, wants_fine=layer == FINE)
        if not cells.found:
            why, cells = _("No record of these months has a position here."), None
    told = tell(cells.found, rows, sheet.counted_as, threshold) if cells else Told((), ())
    return MapPage(
        source=view,
        period=period,
        offence=name_of(offence) if offence else _("All offences"),
        layer=DISTRICTS if not told.cells else FINE if _is_fine(cells) else CELLS,
        layers=(DISTRICTS,) if why else _layers(cells),
        is_drawn=not view.limits.no_small_area and (offence is None or may_be_mapped(offence)),
        rows=rows,
        cells=told.cells,
        classes=told.classes if told.cells else ranges,
        resolution=cells.resolution if cells else 0,
        why_no_cells=why,
        notes=tuple(_notes(sheet, offence, cells)),
        threshold=threshold,
    )


def _why_no_cells(view: SourceView, offence: Offence | None) -> str:
    """The reason for which cells are refused, or nothing."""
    if reason := lacks(view.spec).get(Need.POSITION):
        return str(reason)
    if offence is not None and not may_be_mapped(offence):
        return _(
            "This offence is never shown finer than a district: a place on a map could be "
            "somebody's door."
        )
    return ""


def _is_fine(cells: Cells | None) -> bool:
    return cells is not None and cells.is_fine


def _layers(cells: Cells | None) -> tuple[str, ...]:
    """Smaller cells are offered where they would tell something, or where nobody has looked."""
    return LAYERS if cells is None or cells.may_be_fine else (DISTRICTS, CELLS)


def _notes(sheet: Sheet, offence: Offence | None, cells: Cells | None) -> list[str]:
    found = [mark.text for mark in sayings.breaks(sheet.asked(sheet.province), sheet.period)]
    if cells is None:
        return found
    if sheet.source.limits.snapped_points:
        text = _(
            "The source moves its points to anchor points nearby: a cell may hold records of its "
            "neighbours, and distances mean nothing."
        )
        found.append(text)
    if cells.sink is not None:
        text = _(
            "One single position holds %(share)s of the records: probably a police station or a "
            "default of the form, not where it happened."
        )
        found.append(text % {"share": words.percent(cells.sink)})
    left_out = [name_of(row) for row in offences_of(sheet.source) if not may_be_mapped(row)]
    if offence is None and left_out:
        text = _("Not in the cells, because never shown finer than a district: %(names)s.")
        found.append(text % {"names": "; ".join(left_out)})
    return found


def _cells_listed(cells: Sequence[ToldCell]) -> tuple[Listed, ...]:
    shown = [(i, cell, cell.n) for i, cell in enumerate(cells, 1) if cell.n is not None]
    whole = sum(n for _i, _cell, n in shown)
    return tuple(Listed(f"c{i}", cell.name, n, n / whole) for i, cell, n in shown)


def _districts_listed(rows: Sequence[MapRow]) -> tuple[Listed, ...]:
    counts: Mapping[str, int] = {row.shared_with or row.name: row.n or 0 for row in rows}
    whole = sum(counts.values())
    return tuple(
        Listed(
            f"d{i}",
            row.name,
            row.n,
            row.n / whole if row.n is not None and whole else None,
            row.rate,
            row.lower,
            row.upper,
            *(row.smoothed or ()),
        )
        for i, row in enumerate(rows, 1)
    )
