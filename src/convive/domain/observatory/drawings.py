"""The charts of a profile: the same drawings for the page and, in print, for the diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from convive import charts as draw
from convive.domain.observatory import sayings_late
from convive.domain.observatory.analysis_drawings_beside import difference, drawn
from convive.domain.observatory.parts import (
    Break,
    ChangeRow,
    Class,
    Hidden,
    MapRow,
    MonthPoint,
    PeerRow,
    PlaceProfile,
)
from convive.domain.observatory.rules import Direction
from convive.domain.programme.models import Place
from convive.kernel import words

Key = tuple[SafeString, str]  # a sample of the key, and its words


@dataclass(frozen=True)
class Charts:
    """What the page of a place draws, with the key of each chart."""

    series: SafeString
    series_key: tuple[Key, ...]
    series_note: str
    months_key: tuple[Key, ...]
    offences: SafeString
    changes: SafeString
    peers: SafeString
    districts: SafeString
    districts_key: tuple[Key, ...]


def charts(profile: PlaceProfile) -> Charts:
    return Charts(
        series=_safe(draw.both_drawings(series_of(profile), key="series")),
        series_key=series_key(profile),
        series_note=sayings_late.about_late(profile.series, profile.no_band),
        months_key=months_key(profile),
        offences=_safe(draw.bars(**offences_of(profile), key="offences")),
        changes=_safe(draw.comparison(**changes_of(profile), key="changes")),
        peers=_safe(peers_of(profile.peers, label=profile.peers_said, key="peers")),
        districts=_safe(
            draw.choropleth(**districts_of(profile), key="districts") if profile.is_mapped else ""
        ),
        districts_key=districts_key(profile) if profile.is_mapped else (),
    )


def series_of(profile: PlaceProfile) -> draw.Series:
    """The series as it is drawn, on whatever sheet."""
    last = next((p for p in reversed(profile.series) if p.value is not None), None)
    note = ""
    if last is not None:
        note = words.number(last.value)
        if last.expected:
            said = {"n": note, "expected": words.number(round(last.expected.estimate))}
            note = _("%(n)s so far, %(expected)s expected") % said
        elif last.provisional:
            note = _("%(n)s, provisional") % {"n": note}
    return draw.Series(
        label=_series_said(profile),
        points=[
            draw.Point(
                p.month,
                p.value,
                p.hidden.lower if p.hidden else p.lower,
                p.hidden.upper if p.hidden else p.upper,
                p.provisional,
                suppressed=p.hidden is not None,
                expected=foretold(p),
            )
            for p in profile.series
        ],
        name=profile.name,
        note=note,
        number=words.number,
        month=words.month,
        breaks=[break_of(b) for b in profile.breaks],
        compared=_reference(profile.series),
        compared_name=profile.reference_name,
        empty=_("No data for %(period)s.") % {"period": words.period(profile.period)},
    )


def foretold(point: MonthPoint) -> draw.Foretold | None:
    """What is expected of a month, as a chart draws it."""
    found = point.expected
    return draw.Foretold(found.estimate, found.lower, found.upper) if found else None


def break_of(found: Break) -> draw.Break:
    """The mark of a break: what it is, whom it concerns, and when."""
    text = f"{_kind_of(found)}, {words.month(found.on)}"
    return draw.Break(found.on, text, found.name or found.label, cuts=not found.is_crossed)


def _kind_of(found: Break) -> str:
    """`boundary change: Alto Trujillo`."""
    return f"{found.label}: {found.name}" if found.name else found.label


def _reference(points: Sequence[MonthPoint]) -> list[draw.Point]:
    """The dashed line. It parts where other people are counted: that is no jump."""
    drawn, scaled_by = [], ""
    for point in points:
        anew = bool(scaled_by) and point.reference_of != scaled_by
        drawn.append(draw.Point(point.month, point.reference, anew=anew))
        scaled_by = point.reference_of
    return drawn if any(point.value is not None for point in drawn) else []


def _series_said(profile: PlaceProfile) -> str:
    known = [p for p in profile.series if p.value is not None]
    said = {
        "counted": profile.counted,
        "name": profile.name,
        "period": words.period(profile.period),
    }
    if not known:
        return _("%(counted)s by month, %(name)s, %(period)s: no data.") % said
    least = min(known, key=lambda p: p.value or 0)
    most = max(known, key=lambda p: p.value or 0)
    said |= {
        "low": words.number(least.value),
        "low_month": words.month(least.month),
        "high": words.number(most.value),
        "high_month": words.month(most.month),
    }
    text = (
        _(
            "%(counted)s by month, %(name)s, %(period)s: fewest %(low)s in %(low_month)s, most "
            "%(high)s in %(high_month)s."
        )
        % said
    )
    late = [p.month for p in known if p.provisional]
    if late:
        text += " " + _("Provisional from %(month)s.") % {"month": words.month(late[0])}
    if told := sayings_late.expected(profile.series):
        text += " " + told
    return text


def series_key(profile: PlaceProfile, ink: draw.Ink = draw.PAGE) -> tuple[Key, ...]:
    rows = [("series", _("%(name)s, with its interval") % {"name": profile.name})]
    if profile.reference_name:
        rows.append(("compared", profile.reference_name))
    if any(p.provisional for p in profile.series):
        rows.append(("provisional", _("provisional")))
    if any(p.expected for p in profile.series):
        rows.append(("expected", _("expected once all is registered, 95%")))
    rows += _hidden_key(profile.series)
    rows += sorted({("break", _kind_of(b)) for b in profile.breaks})
    return _key("series", rows, ink)


def months_key(profile: PlaceProfile, ink: draw.Ink = draw.PAGE) -> tuple[Key, ...]:
    rows = [(f"shade-{shade.rank}", _range(shade, 0)) for shade in profile.grid_classes]
    if any(point.provisional for point in profile.series):
        rows.append(("provisional", _("provisional")))
    rows += _hidden_key(profile.series)
    return _key("months", rows, ink)


def _hidden_key(rows: Iterable[MonthPoint | MapRow]) -> list[tuple[str, str]]:
    return [("suppressed", _("few cases, hidden"))] if any(row.hidden for row in rows) else []


def hidden_text(hidden: Hidden) -> str:
    """`1 to 4, hidden`: the range of a count that this reader does not get to see."""
    if hidden.lower is None:
        return _("hidden")
    upper = float("inf") if hidden.upper is None else hidden.upper
    return _("%(range)s, hidden") % {"range": words.interval(hidden.lower, upper)}


def offences_of(profile: PlaceProfile) -> dict[str, Any]:
    """Words and numbers of the bars."""
    rows = [
        draw.Bar(
            name=row.name,
            text=hidden_text(row.hidden)
            if row.hidden
            else f"{words.number(row.value)} ({words.interval(row.lower, row.upper)})",
            value=row.value,
            lower=row.lower,
            upper=row.hidden.upper if row.hidden else row.upper,
            suppressed=row.hidden is not None,
        )
        for row in profile.offences
    ]
    told = ", ".join(
        f"{row.name} {hidden_text(row.hidden) if row.hidden else words.number(row.value)}"
        for row in profile.offences
    )
    label = _("%(unit)s by category, %(name)s, %(period)s: %(told)s.") % {
        "unit": profile.unit.capitalize(),
        "name": profile.name,
        "period": words.period(profile.recent),
        "told": told or words.no_value(),
    }
    return {"rows": rows, "label": label, "empty": _("No records in these months.")}


def changes_of(profile: PlaceProfile) -> dict[str, Any]:
    """Words and numbers of the changes."""
    rows = [
        draw.Change(row.name, change_said(row), row.ratio, row.lower, row.upper)
        for row in profile.changes
    ]
    label = _("Change, %(recent)s against %(baseline)s: %(told)s.") % {
        "recent": words.period(profile.recent),
        "baseline": words.period(profile.baseline),
        "told": ", ".join(f"{row.name} {row.text}" for row in rows) or words.no_value(),
    }
    return {
        "rows": rows,
        "label": label,
        "no_change": _("no change"),
        "down": _("falls"),
        "up": _("rises"),
        "empty": _("Nothing to compare."),
    }


def peers_of(peers: Sequence[PeerRow], *, label: str, key: str, ink: draw.Ink = draw.PAGE) -> str:
    """Each district's rate over this one's, on whatever sheet; "" where none is beside it."""
    is_told = not any(row.hidden for row in peers if row.is_here)
    rows = []
    for row in peers:
        one = row.found
        if one.ratio is None or one.ratio_lower is None or one.ratio_upper is None:
            continue
        if row.hidden or not is_told:
            rows.append(draw.Change(one.place, _("hidden")))
            continue
        is_clear = one.side is not Direction.UNCLEAR
        rows.append(
            difference(one.place, one.ratio, one.ratio_lower, one.ratio_upper, is_clear=is_clear)
        )
    return drawn(rows, key=key, label=label, ink=ink) if rows else ""


def change_said(row: ChangeRow) -> str:
    """`+17 % (+5 a +31)`, or why it cannot be said."""
    if row.is_hidden:
        return _("hidden")
    if row.ratio is None:
        return _("cannot be compared")
    return words.change(row.ratio, row.lower, row.upper)


def districts_of(profile: PlaceProfile) -> dict[str, Any]:
    """Outlines, shades and words of the map."""
    areas = [
        draw.Area(
            geometry=row.outline,
            shade=row.rank or 0,
            title=f"{row.name}: {_rate_said(row)}",
            suppressed=row.hidden is not None,
            chosen=row.is_here,
        )
        for row in profile.map_rows
        if row.outline
    ]
    told = ", ".join(f"{row.name} {_rate_said(row)}" for row in profile.map_rows)
    label = _("Map of the districts of %(province)s, per 100,000 people a year: %(told)s.") % {
        "province": profile.province,
        "told": told or words.no_value(),
    }
    return {"areas": areas, "label": label, "empty": _("No outlines to draw.")}


def _rate_said(row: MapRow) -> str:
    return _("hidden") if row.hidden else words.number(row.rate, 1)


def districts_key(profile: PlaceProfile, ink: draw.Ink = draw.PAGE) -> tuple[Key, ...]:
    rows = [(f"shade-{shade.rank}", _range(shade, 1)) for shade in profile.map_classes]
    rows += _hidden_key(profile.map_rows)
    if any(row.rank is None and not row.hidden for row in profile.map_rows):
        rows.append(("missing", _("no data")))
    if any(row.is_here for row in profile.map_rows):
        rows.append(("chosen", profile.name))
    return _key("districts", rows, ink)


def locator(here: Place, districts: Sequence[Place]) -> SafeString:
    """Where the place lies among the programme's districts."""
    areas = [
        draw.Area(geometry=district.outline, chosen=district.pk == here.pk)
        for district in districts
        if district.outline and (district.in_programme or district.pk == here.pk)
    ]
    return _safe(draw.locator(areas, key="locator"))


def _range(shade: Class, digits: int) -> str:
    """`34 to 72`, or the one value of a class that holds no other."""
    lower, upper = (words.number(end, digits) for end in (shade.lower, shade.upper))
    return lower if lower == upper else words.interval(shade.lower, shade.upper, digits)


def _key(chart: str, rows: Sequence[tuple[str, str]], ink: draw.Ink) -> tuple[Key, ...]:
    return tuple(
        (_safe(draw.swatch(name, key=f"{chart}-{i}", ink=ink)), text)
        for i, (name, text) in enumerate(rows)
    )


def _safe(svg: str) -> SafeString:
    """Our own drawing: convive.charts escapes every word that it writes."""
    return mark_safe(svg)  # noqa: S308
