"""A finished count in words, tables and a drawing, for the page, the report and the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from convive import charts
from convive.domain.programme import queries as programme
from convive.domain.reach import tables, targets
from convive.domain.reach.models import Run
from convive.kernel import words
from convive.kernel.leaving import Cell, Cleared, Kind, Table, Told


@dataclass(frozen=True)
class Held:
    """The count beside one target of the plan."""

    whom: str
    target: float
    due: str
    said: str
    interval: str
    share: str


@dataclass(frozen=True)
class Seen:
    """A table with every cell written. rows : (text, class) of each cell."""

    name: str
    title: str
    note: str
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class Result:
    """Everything that is said of a finished count."""

    sentence: str
    people: dict[str, Any]
    drawing: SafeString
    held: tuple[Held, ...]
    seen: tuple[Seen, ...]
    hides: bool
    notes: tuple[str, ...]
    origin: tuple[tuple[str, str], ...]


def result(found: Run) -> Result:
    """What the page of a finished count says, in the language of the reader."""
    told = tables.cleared(found.answer)
    return Result(
        sentence(found),
        found.answer["people"],
        mark_safe(drawing(found)),  # noqa: S308  our own SVG
        tuple(held(found)),
        tuple(_seen(table) for table in told.tables),
        _hides(told),
        tuple(notes(found)),
        tuple(origin(found)),
    )


def sentence(found: Run) -> str:
    """The answer in one breath: different people, the sum, the largest list."""
    answer = found.answer
    people = answer["people"]
    if people["value"] is None:
        return _("How many different people they are cannot be told: too few.")
    return _(
        "%(people)s different people, %(interval)s. The lists add up to %(sum)s; the largest "
        "has %(largest)s."
    ) % {
        "people": words.number(people["value"]),
        "interval": words.between(people["lower"], people["upper"]),
        "sum": words.number(answer["sum"]),
        "largest": words.number(answer["largest"]),
    }


def bars(found: Run) -> list[charts.Bar]:
    """The sum, the different people and the largest list, on one scale."""
    answer = found.answer
    people = answer["people"]
    if people["value"] is None:
        said = _("few cases, hidden")
    else:
        ends = words.interval(people["lower"], people["upper"])
        said = f"{words.number(people['value'])} ({ends})"
    return [
        charts.Bar(_("All lists added up"), words.number(answer["sum"]), answer["sum"]),
        charts.Bar(
            _("Different people"),
            said,
            people["value"],
            people["lower"],
            people["upper"],
            suppressed=people["value"] is None,
        ),
        charts.Bar(_("The largest list"), words.number(answer["largest"]), answer["largest"]),
    ]


def drawing(found: Run, ink: charts.Ink = charts.PAGE) -> str:
    return charts.bars(bars(found), key="people", label=sentence(found), ink=ink)


def held(found: Run) -> list[Held]:
    """The count beside the targets that it was held against."""
    rows = []
    whom = {str(each["indicator"]): str(each["of"]) for each in found.targets}
    due = {target.indicator.code: target.due for _whom, target in targets.of_run(found)}
    for aim in found.answer["aims"]:
        people, code = aim["people"], aim["indicator"]
        is_told = people["value"] is not None
        rows.append(
            Held(
                str(targets.NAMES.get(whom.get(code, ""), code)),
                aim["target"],
                words.day(due.get(code)),
                words.number(people["value"]) if is_told else _("few cases, hidden"),
                words.interval(people["lower"], people["upper"]),
                words.percent(people["value"] / aim["target"] if is_told else None),
            )
        )
    return rows


def notes(found: Run) -> list[str]:
    """What must be known before the number is used, in plain words."""
    language = "en" if (get_language() or "es").startswith("en") else "es"
    return [
        *found.answer["note"][language],
        _("Violence against women is counted by its services, never by this linkage."),
    ]


def origin(found: Run) -> list[tuple[str, str]]:
    """Where the number is from, as terms and texts."""
    record, known = found.record, found.answer["known"]
    bodies = {each.code: each.acronym or each.name for each in programme.organisations()}
    rows = [
        (
            _("Lists"),
            "; ".join(
                f"{bodies.get(each['agency'], each['agency'])}: {words.number(each['encoded'])}"
                for each in record["lists"]
            ),
        ),
        (_("Period"), words.period(found.period)),
        (_("Counted on"), words.moment(found.finished_at)),
        (_("Key, schema"), f"{record['key']}, {record['schema']}"),
        (_("With a DNI"), words.percent(record["with_dni"])),
        (_("Matches that codes missed"), words.percent(known["missed_rate"], 1)),
        (_("Matches that codes invented"), words.percent(known["invented_rate"], 1)),
    ]
    if found.is_sample:
        rows.append((_("Sample"), _("Made-up lists, for a trial.")))
    return rows


def _seen(table: Table) -> Seen:
    heads = tuple((column.title, column.kind is not Kind.LABEL) for column in table.columns)
    return Seen(
        table.name,
        table.title,
        table.definition,
        heads,
        tuple(tuple(_written(cell) for cell in row.cells) for row in table.rows),
    )


def _written(cell: Cell) -> tuple[str, str]:
    if cell.told is Told.SUPPRESSED:
        return hidden_text(cell), "num supp"
    if isinstance(cell.value, str):
        return cell.value, ""
    return words.number(_number(cell.value)), "num"


def hidden_text(cell: Cell) -> str:
    if cell.upper is None:
        return _("hidden")
    return _("%(range)s, hidden") % {"range": words.interval(cell.lower, cell.upper)}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _hides(told: Cleared) -> bool:
    return any(_is_hidden(table.rows) for table in told.tables)


def _is_hidden(rows: Sequence[Any]) -> bool:
    return any(cell.told is Told.SUPPRESSED for row in rows for cell in row.cells)
