"""What the page of an answer shows: its sentence, its drawing or grid, its tables, whence it comes.

Everything that counts is read from tables that have passed `kernel.leaving`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from convive import charts as draw
from convive.domain.observatory import analysis_drawings_beside as beside
from convive.domain.observatory import analysis_tables as tables
from convive.domain.observatory import queries
from convive.domain.observatory.analyses.monthly import said_of
from convive.domain.observatory.analyses.questions import QUESTIONS, Question
from convive.domain.observatory.analysis_sectors import sectors_of
from convive.domain.observatory.map_cells import outline
from convive.domain.observatory.map_page import name_of
from convive.domain.observatory.models import Analysis, Kind
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.kernel import words
from convive.kernel.leaving import Audience, Cleared, Table
from convive.stats import classes

MOST_ROWS = 40  # of a table on the page; its CSV has all
_HOT, _PLAIN = 5, 2  # shades of the drawing
_HOURS = range(24)


@dataclass(frozen=True)
class GridCell:
    """One cell of a grid of numbers. rank : 1 to 5, 0 for no colour. note : under the number."""

    text: str
    rank: int = 0
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """title, about : above it. heads : of the columns. rows : head and cells."""

    title: str
    about: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[GridCell]]]
    is_wide: bool = False


@dataclass(frozen=True)
class AnswerPage:
    """tables : each with how many rows only its CSV has. hides : whether a count is hidden."""

    sentence: str
    caveats: Sequence[str]
    tables: Sequence[tuple[Table, int]]
    grid: Grid | None
    drawing: SafeString | str
    key: Sequence[tuple[SafeString, str]]
    hides: bool
    origin: Sequence[tuple[str, str]]


def answer_page(found: Analysis, sees: Collection[str] = ()) -> AnswerPage:
    """The page of an answer in the active language.

    sees : the districts beside its own whose counts this reader may see exactly.
    """
    threshold = queries.threshold_of(found)
    told = tables.cleared(found, threshold, Audience.INSIDE, sees=sees)
    drawing, key = _drawing(found, told)
    cut = [
        (replace(table, rows=table.rows[:MOST_ROWS]), max(0, len(table.rows) - MOST_ROWS))
        for table in told.tables
    ]
    return AnswerPage(
        sentence=sentence(found),
        caveats=found.result[_language()]["caveats"],
        tables=cut,
        grid=_grid(found),
        drawing=drawing,
        key=key,
        hides=told.hides,
        origin=origin(found),
    )


def sentence(found: Analysis) -> str:
    """The answer in the reader's language."""
    return str(found.result[_language()]["sentence"])


def sectors_drawn(sectors: Sequence[str], place: Place | None) -> SafeString | str:
    """The sectors of a sheet with their numbers, in the outline of their place."""
    return _safe(_sketch(sectors, place, draw.PAGE)) if sectors else ""


def sectors_printed(found: Analysis) -> str:
    """The same on paper, of all sectors that an answer names; "" where none may be drawn."""
    sectors = sectors_of(found)
    if not sectors or not _may_be_drawn(found):
        return ""
    return _sketch(sectors, found.place, draw.PRINT)


def _sketch(sectors: Sequence[str], place: Place | None, ink: draw.Ink) -> str:
    areas = [
        draw.Area(_polygon(cell), title=_("Sector %(n)s") % {"n": number})
        for number, cell in enumerate(sectors, 1)
    ]
    ground = [draw.Area(place.outline, title=place.name)] if place and place.outline else []
    label = _("Drawing of the sectors.")
    return draw.sketch(ground, areas, key="sectors", label=label, ink=ink)


def _may_be_drawn(found: Analysis) -> bool:
    """Nothing that is counted with the higher threshold is drawn by cell."""
    threshold = queries.threshold_of(found)
    return threshold <= programme.threshold(sensitive=False)


def question_of(found: Analysis) -> Question:
    return QUESTIONS[found.kind]


def subject(found: Analysis) -> str:
    """What it is about: offence, place and period."""
    parts = [offence_name(found), place_name(found), words.period(found.period)]
    return ", ".join(parts)


def place_name(found: Analysis) -> str:
    return found.place.name if found.place else _("all places of the source")


def offence_name(found: Analysis) -> str:
    if not found.source:
        return _("People on the lists")
    row = evidence.offences(found.source).get(found.options.get("offence", ""))
    if row:
        return name_of(row)
    if question_of(found).is_of_districts:
        return _("All that the source counts")
    return _("All that may be shown closer than a district")


def source_name(found: Analysis) -> str:
    """What was asked: a source by its title, or counts that somebody gave."""
    return (
        evidence.source(found.source).name if found.source else _("Counts that were given by hand")
    )


def origin(found: Analysis) -> list[tuple[str, str]]:
    """Whence it comes: pairs of term and text, for the page and for its files."""
    if found.source:
        source = f"{source_name(found)} ({found.source})"
        fingerprint = _("%(n)s imports, fingerprint %(hash)s") % {
            "n": words.number(len(found.batches)),
            "hash": found.version[:12],
        }
    else:
        source = source_name(found)
        fingerprint = _("fingerprint %(hash)s") % {"hash": found.version[:12]}
    question = question_of(found)
    rows = [
        (_("Question"), str(question.title)),
        (_("Source"), source),
        (_("Offence"), offence_name(found)),
        (_("Place"), f"{found.place.name} ({found.place.ref})" if found.place else "—"),
        (_("Period"), words.period(found.period)),
    ]
    for choice in question.choices:
        chosen = found.options.get(choice.name, choice.usual)
        rows.append((str(choice.label), str(choice.values.get(chosen, chosen))))
    rows += [
        (_("Method"), f"docs/methods/{question.method}.md"),
        (_("Evidence"), fingerprint),
        (_("Answered"), words.moment(found.answered_at)),
    ]  # fmt: skip
    if found.is_sample:
        rows.append((_("Sample"), _("Invented records that show how the system works.")))
    return rows


def _language() -> str:
    return "en" if (get_language() or "es").startswith("en") else "es"


def _grid(found: Analysis) -> Grid | None:
    numbers = found.result["numbers"]
    if found.kind == Kind.NEAR_REPEAT:
        return _knox(found)
    return _week(numbers) if found.kind == Kind.AORISTIC else None


def _knox(found: Analysis) -> Grid:
    numbers = found.result["numbers"]
    rows = []
    distances, days = tables.knox_words(found)
    for i, far in enumerate(distances):
        cells = []
        for j in range(len(numbers["day_bins"])):
            p = numbers["p_adjusted"][i][j]
            ratio = numbers["ratio"][i][j]
            stands = p is not None and p <= tables.LEVEL
            cells.append(
                GridCell(
                    words.no_value() if ratio is None else words.number(ratio, 2),
                    4 if stands else 0,
                    f"p {words.number(p, 3)}" if p is not None else "",
                )
            )
        rows.append((far, cells))
    about = _("How many times as many pairs as by chance. Coloured: stands out from the table.")
    return Grid(_("Pairs of incidents, by distance and time"), about, days, rows)


def _week(numbers: dict[str, Any]) -> Grid:
    weights = numbers["weights"]
    found = classes.quantile_classes([round(w) for day in weights for w in day], 5)
    ranks = found.numbers.tolist()
    rows = [
        (
            tables.weekday(day),
            [GridCell(words.number(w), int(ranks[day * 24 + h])) for h, w in enumerate(hours)],
        )
        for day, hours in enumerate(weights)
    ]
    about = _("The stronger the colour, the more incidents in that hour.")
    return Grid(_("Hours of the week"), about, [f"{h:02}" for h in _HOURS], rows, is_wide=True)


def _drawing(
    found: Analysis, told: Cleared
) -> tuple[SafeString | str, list[tuple[SafeString, str]]]:
    """Cells that stand out, and cells whose count may be told; none of a protected offence.

    Of months, their line.
    """
    if found.kind == Kind.SERIES:
        return _line(found, told), []
    if found.kind in (Kind.COMPARE, Kind.UNDERCOUNT):
        svg = beside.ratios if found.kind == Kind.COMPARE else beside.how_many
        return _safe(svg(found, told, f"{subject(found)}. {sentence(found)}")), []
    if found.kind not in (Kind.HOTSPOTS, Kind.CLUSTERS):
        return "", []
    if not _may_be_drawn(found):
        return "", []
    out, plain = _cells(found, told)
    if not out and not plain:
        return "", []
    areas = [
        draw.Area(_polygon(cell), shade, title)
        for shade, cells in ((_PLAIN, plain), (_HOT, out))
        for cell, title in cells.items()
    ]
    label = _("Drawing of the cells. Everything on it stands in the table.")
    key = [(f"shade-{_HOT}", _("stands out beyond chance"))] if out else []
    if plain:
        key.append((f"shade-{_PLAIN}", _("has incidents, and does not stand out")))
    return _safe(draw.choropleth(areas, key="cells", label=label)), [
        (_safe(draw.swatch(name, key=f"cells-{i}")), text) for i, (name, text) in enumerate(key)
    ]


def _line(found: Analysis, told: Cleared) -> SafeString:
    """The months with their band, and what is expected of each."""
    numbers = found.result["numbers"]
    points, expected = [], []
    for row in numbers["months"]:
        month = date.fromisoformat(f"{row['period']}-01")
        hidden = told.is_hidden(tables.month_key(row["period"]))
        points.append(
            draw.Point(
                month,
                None if hidden else row["n"],
                None if hidden else row["lower"],
                None if hidden else row["upper"],
                row["provisional"],
                suppressed=hidden,
                expected=None if hidden or not row.get("late") else _late(row["late"]),
            )
        )
        expected.append(draw.Point(month, None if hidden else row["expected"]))
    label = f"{subject(found)}. {sentence(found)}"
    chart = draw.Series(
        label=label,
        points=points,
        name=offence_name(found),
        number=words.number,
        month=words.month,
        breaks=[
            draw.Break(
                date.fromisoformat(each["on"]),
                said_of(each["text"], each.get("texts", {})),
                _("break"),
            )
            for each in numbers["breaks"]
        ],
        compared=expected,
        compared_name=_("expected"),
        empty=_("No months are covered."),
    )
    return _safe(draw.both_drawings(chart, key="months"))


def _late(row: Mapping[str, float]) -> draw.Foretold:
    return draw.Foretold(row["estimate"], row["lower"], row["upper"])


def _cells(found: Analysis, told: Cleared) -> tuple[dict[str, str], dict[str, str]]:
    """Cell -> its title, of those that stand out and of the others."""
    numbers = found.result["numbers"]
    if found.kind == Kind.CLUSTERS:
        named: dict[str, str] = {}
        for number, one in enumerate(numbers["clusters"], 1):
            if one["p"] <= tables.LEVEL:
                title = _("Cluster %(n)s") % {"n": number}
                named |= {cell: title for cell in one["locations"] if cell not in named}
        return named, {}
    out, plain = {}, {}
    for row in numbers["cells"]:
        hidden = told.is_hidden(tables.cell_key(row["cell"]))
        title = row["cell"] if hidden else f"{row['cell']}: {words.number(row['n'])}"
        if row["hot"]:
            out[row["cell"]] = title
        elif not hidden:
            plain[row["cell"]] = title
    return out, plain


def _polygon(cell: str) -> dict[str, Any]:
    corners = outline(cell)
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def _safe(svg: str) -> SafeString:
    """Our own drawing: convive.charts escapes every word that it writes."""
    return mark_safe(svg)  # noqa: S308
